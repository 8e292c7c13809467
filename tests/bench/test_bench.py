"""The load client against the baseline and the real gateway, and what is made of the numbers."""

import asyncio
import dataclasses
import json
import signal
import subprocess
import sys
import threading
import time
import types

import pytest
from commands import fanout, fanout_picture, fanout_table, hostile, latency, restart, slow_clients
from harness import counting, gateway, paths, peers, scenarios, search, tables
from harness.gateway import Gateway
from harness.inputs import Inputs
from harness.load import run_load, unserved
from harness.raw_servers import Baseline, WriteLimit
from harness.scenarios import Scenario

SMALL = Scenario("small", "", clients=4, symbols=4, per_client=2, mode=4, depth=20)
RATE = 2000


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return Inputs(SMALL, tmp_path_factory.mktemp("fanout"))


@pytest.mark.parametrize("kind", [Baseline, Gateway])
def test_every_client_gets_updates(inputs, kind):
    with kind(inputs, RATE) as server:
        seen = run_load(server, seconds=1, warmup=0.1)
    assert server.child.returncode == 0
    assert seen["per_connection"]["min"] > 0 and seen["deliveries_per_second"] > 0
    assert seen["payload_bytes_per_second"] > 500 * seen["deliveries_per_second"]  # books, not answers
    assert seen["closes"] == {} and seen["server"]["kib_open"] > 0
    assert seen["unexplained"] == (0 if kind is Gateway else None)


def test_what_the_gateway_sends_is_what_the_others_send(inputs):
    lines = inputs.payloads.read_text().splitlines()
    topics = {json.loads(line)["topic"] for line in lines}
    assert len(lines) == len(topics) == SMALL.symbols
    assert all(len(json.loads(line)["data"]["depth"]["buy"]) == SMALL.depth for line in lines)


def test_stalled_and_slow_clients_read_less(inputs):
    with Baseline(inputs, RATE) as server:
        done = subprocess.run([paths.LOAD_CLIENT, "--port", str(server.port), "--clients", "4", "--seconds", "1",
                               "--stalled", "1", "--slow", "1", "--slow-rate", "100000"], capture_output=True, text=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    slow = seen["deliveries_per_second"] - seen["reading_deliveries_per_second"]
    assert done.returncode == 0
    assert 0 < slow < seen["reading_deliveries_per_second"] / 2


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    return Inputs(SMALL, tmp_path_factory.mktemp("timed"), timed=2)


@pytest.mark.parametrize("kind", [Baseline, Gateway])
def test_what_waits_for_a_server_that_is_held_up_is_as_old_as_that(timed, kind):
    held = 0.4
    with kind(timed, RATE) as server:
        def hold():
            server.child.send_signal(signal.SIGSTOP)
            time.sleep(held)
            server.child.send_signal(signal.SIGCONT)
        holding = threading.Timer(0.5, hold)
        seen = run_load(server, seconds=1.5, warmup=0.1, at_counting=holding.start)
        holding.join()
    age = seen["age_us"]["whole"]
    assert 0 < age["p50"] and age["max"] > 0.9e6 * held
    assert age["p90"] > 0.2e6 * held  # those that were planned meanwhile count from then
    if kind is Gateway:
        assert set(seen["age_us"]) == {"whole", "broker", "bus", "client"} and seen["age_us"]["broker"]["max"] > 0.9e6 * held


def test_copies_and_allocations_are_counted(inputs):
    server = Baseline(inputs, RATE)
    server.counted = True
    with server:
        seen = run_load(server, seconds=1, warmup=0.1)
    # It copies each frame into the output of each client, and allocates nothing for it.
    assert 0.5 < seen["copied"] / (seen["bytes_per_second"] / seen["deliveries_per_second"]) < 2
    assert seen["allocations"] < 0.1


def test_instructions_are_read_from_a_profile():
    profile = ("fn=(1) gw::requests::Notifier::deliver(...)\n10 5\ncfn=(7) gw::session::Shard::deliver(unsigned int)\ncalls=40 12\n"
               "10 900\nfn=(2) other\ncfn=(7)\ncalls=2 12\n10 30\ncfn=(77)\ncalls=5 1\n1 1\ntotals: 8400\n")
    assert counting.read_profile(profile) == (42, 8400)
    assert counting.read_profile("events: Ir\n") == (0, 0)


@pytest.mark.parametrize("attack, connections", [("slow handshakes", 400), ("bad frames", 101), ("pings", 50), ("greedy", 4)])
def test_an_attack_keeps_coming(inputs, attack, connections):
    with Gateway(inputs, RATE) as server:
        login = (inputs.folder / "gateway" / "messages").read_text().splitlines()[0].split("\t")[0]
        command = [sys.executable, paths.HARNESS / "attacks.py", attack, str(server.port), login]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as attackers:
            assert attackers.stdout.readline() == "up\n"
            seen = run_load(server, seconds=1, warmup=0.5)
            made, _ = map(int, attackers.communicate()[0].split())
    assert made >= connections  # those that were closed came again
    assert seen["closes"] == {} and seen["per_connection"]["min"] > 0


def test_a_refused_client_is_an_error(inputs, tmp_path):
    messages = tmp_path / "messages"
    messages.write_text(gateway.authentication("wrong", False) + "\n")
    with Gateway(inputs, RATE) as server:
        done = subprocess.run([paths.LOAD_CLIENT, "--port", str(server.port), "--talk", "gateway", "--messages", messages],
                              capture_output=True, text=True)
    assert done.returncode == 1 and "INVALID_API_KEY" in done.stderr


class Played(search.Cell):
    """A cell whose server is played: `most` deliveries a second; above, it closes clients or lets them go without, of what it
    could do `above`."""

    def __init__(self, scenario, most, closes, above=1):
        kind = types.SimpleNamespace(name="gateway", is_peer=False, is_gateway=True, first_guess=4_000_000)
        super().__init__(kind, types.SimpleNamespace(scenario=scenario), search.SHORT, search.Results([scenario], 1))
        self.most, self.closes, self.above = most, closes, above

    def _count(self):
        """There is no process in which anything could be counted."""

    def run_once(self, rate, **_):
        offered = rate * self.scenario.fan_out
        closed = self.closes and offered > self.most
        delivered = offered if offered <= self.most else self.above * self.most
        return {**unserved(self.scenario), "deliveries_per_second": delivered, "offered": offered,
                "server": {"cpu": delivered / self.most}, "closes": {"4000": 1} if closed else {}}


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("most", [90_000, 712_345, 1_900_000])
def test_the_search_finds_the_most(most, closes):
    cell = Played(SMALL, most, closes)
    for _ in range(3):
        found = cell.measure()
        assert found["closes"] == {}
    assert 0.85 * most < found["deliveries_per_second"] <= most


def test_a_server_that_does_less_with_too_much_is_tried_with_less():
    cell = Played(SMALL, 400_000, closes=False, above=0.8)
    cell.rate = search.MAX_UPDATES
    assert cell.measure()["deliveries_per_second"] > 0.85 * cell.most


@pytest.mark.parametrize("others, together", [(True, False), (False, False), (False, True)])
def test_a_cost_is_of_pairs_of_runs(others, together):
    few = Played(dataclasses.replace(SMALL, name="few"), 1_000_000, closes=False)
    many = Played(dataclasses.replace(SMALL, name="many", beside="few", max_cost=1.3, others=others, together=together),
                  800_000, closes=False)
    few.measure()
    many.beside = few
    many.rate = 100_000  # a first guess, a quarter of what it can
    many.measure()
    (met, line), = fanout_table.costs(many.results, [many.kind])
    assert met and line.startswith("A delivery in *many* costs 1.25 (1.25 – 1.25) of one in *few*; at most 1.3: met")
    many.most = 700_000
    many.measure()
    many.measure()
    assert [met for met, _ in fanout_table.costs(many.results, [many.kind])] == [False]


KINDS = [Baseline, Gateway, peers.Nats, peers.Ws]


def results_with(gateways, baseline, kinds=KINDS):
    results = search.Results([SMALL], len(gateways))
    for kind in kinds:
        rates = gateways if kind.is_gateway else baseline
        results.seen[SMALL.name, kind.name] = [{**unserved(SMALL), "closes": {}, "deliveries_per_second": rate, "round": number}
                                               for number, rate in enumerate(rates)]
    return results


def as_text(rows):
    return tables.as_text(fanout_table.HEADER, [row.cells for row in rows])


@pytest.mark.parametrize("rates, met", [([80, 90, 70], True), ([80, 60, 70], False)])
def test_the_median_of_pairs_decides(rates, met, tmp_path):
    results = results_with(rates, [100, 100, 100])
    rows = fanout_table.rows(results, KINDS)
    judged = [row for row in rows if row.is_judged]
    assert [row.met for row in judged] == [met]
    assert ("75 %: met" if met else "75 %: missed") in as_text(rows)
    assert fanout_picture.draw(rows).endswith("</svg>\n")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- some: begin -->\nold\n<!-- some: end -->\nafter\n")
    tables.write(page, "some", tables.as_markdown(fanout_table.HEADER, [row.cells for row in rows]), 3)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text and "| small | gateway |" in text


def test_a_peer_that_is_not_there_is_a_line(monkeypatch):
    monkeypatch.setattr(peers.Ws, "installed", classmethod(lambda cls: False))
    assert "not installed (node-ws)" in as_text(fanout_table.rows(results_with([1], [1]), KINDS))


def test_the_writes_of_a_server_are_counted_and_have_a_limit(inputs):
    with Baseline(inputs, RATE) as server:
        seen = run_load(server, seconds=1, warmup=0.1)
    payload = sum(map(len, inputs.texts)) / len(inputs.texts)
    assert 0.9 * payload < seen["write_bytes"] < 100 * payload  # one frame, or a few of a burst
    with WriteLimit(inputs, round(seen["write_bytes"])) as limit:
        most = run_load(limit, 1, 0.1)
    assert most["closes"] == {} and most["bytes_per_second"] > 2 * seen["bytes_per_second"]
    cells = dict(zip(fanout_table.HEADER, fanout_table.row(results_of_writes(), SMALL, Baseline).cells))
    assert cells["a write"] == "2.0 KiB" and cells["of the write limit"] == "50 % (50 % – 50 %)"


def results_of_writes():
    results = results_with([1], [1])
    results.seen[SMALL.name, "baseline"][0].update(write_bytes=2048, write_limit=4e9, bytes_per_second=2e9)
    return results


def test_two_gateways_are_compared_round_by_round(inputs):
    old = gateway.of(paths.GATEWAY, "old")
    kinds = [Baseline, old, Gateway]
    results = results_with([80, 90, 70], [100, 100, 100], kinds)
    for run in results.seen[SMALL.name, "old"]:
        run["deliveries_per_second"] *= 2
    line, = fanout_table.comparisons(results, kinds[1:])
    assert line.startswith("*small*: gateway does 50 % (50 % – 50 %) of what old does")
    assert [row.kind.name for row in fanout_table.rows(results, kinds)] == ["baseline", "old", "gateway"]
    both = Inputs(SMALL, inputs.folder / "both", gateways=kinds[1:])
    for kind in kinds[1:]:
        with kind(both, RATE) as server:
            assert run_load(server, seconds=0.5, warmup=0.1)["deliveries_per_second"] > 0


def test_scenarios_have_names_and_letters():
    assert [scenario.letter for scenario in scenarios.find_all("W,short-watchlists,20-level books,A")] == ["W", "B", "D20", "A"]
    with pytest.raises(ValueError, match="found X, expected some of A .shared-watchlist., B"):
        scenarios.find_all("A,X")


@pytest.mark.parametrize("main", [fanout.main, latency.main, slow_clients.main, hostile.main, restart.main])
def test_a_command_says_what_it_is_for(main, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0 and "Needs the release build" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["fanout", "latency", "slow_clients", "hostile", "restart"])
def test_a_command_starts_as_the_docs_write_it(name):
    done = subprocess.run([paths.SOURCE / "bench" / name, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and name in done.stdout


def test_a_gateway_that_is_not_there_is_refused(capsys):
    for words, complaint in ((["--gateway", "/nowhere"], "found no /nowhere"),
                             (["--gateway", str(paths.GATEWAY), "--gateway", str(paths.GATEWAY)], "found one name twice")):
        with pytest.raises(SystemExit):
            fanout.main(words)
        assert complaint in capsys.readouterr().err


def test_every_client_comes_through_a_restart():
    rows, _ = asyncio.run(restart.run(60))
    found = dict(rows)
    for what in ("clients", "told before (closing)", "closed with 1001", "back with first values"):
        assert found[what] == "60", rows


def test_each_step_of_a_ticks_way_runs():
    words = ("--benchmark_min_time=0.001", "--benchmark_format=json")
    done = subprocess.run([paths.TICK_PATH, *words], check=True, capture_output=True, text=True)
    steps = json.loads(done.stdout)["benchmarks"]
    assert not [one for one in steps if one.get("error_occurred")]
    assert {one["name"].split("/")[0] for one in steps} == {
        "book_of_200_levels", "border", "decode_kite_full", "encode", "routed_update", "shared_ring", "unwanted_update"}
