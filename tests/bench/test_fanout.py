"""The load client against the limit server and the real gateway, and what is made of the numbers."""

import dataclasses
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time
import types

import fanout_counting as counting
import fanout_report as report
import fanout_run as run
import fanout_servers as servers
import fanout_svg as svg
import pytest
import tables
from fanout_scenarios import Scenario

SMALL = Scenario("small", "a few clients", clients=4, symbols=4, per_client=2, mode=4, depth=20)
RATE = 2000


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return servers.Inputs(SMALL, tmp_path_factory.mktemp("fanout"))


@pytest.mark.parametrize("kind", [servers.Limit, servers.Gateway])
def test_every_client_gets_updates(inputs, kind):
    with kind(inputs, RATE) as server:
        seen = run.run_load(server, seconds=1, warmup=0.1)
    assert server.child.returncode == 0
    assert seen["per_connection"]["min"] > 0 and seen["deliveries_per_second"] > 0
    assert seen["payload_bytes_per_second"] > 500 * seen["deliveries_per_second"]  # books, not answers
    assert seen["closes"] == {} and seen["server"]["kib_open"] > 0
    assert seen["unexplained"] == (0 if kind is servers.Gateway else None)


def test_what_the_gateway_sends_is_what_the_others_send(inputs):
    lines = inputs.payloads.read_text().splitlines()
    topics = {json.loads(line)["topic"] for line in lines}
    assert len(lines) == len(topics) == SMALL.symbols
    assert all(len(json.loads(line)["data"]["depth"]["buy"]) == SMALL.depth for line in lines)


def test_stalled_and_slow_clients_read_less(inputs):
    with servers.Limit(inputs, RATE) as server:
        done = subprocess.run([servers.LOAD_CLIENT, "--port", str(server.port), "--clients", "4", "--seconds", "1",
                               "--stalled", "1", "--slow", "1", "--slow-rate", "100000"], capture_output=True, text=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    slow = seen["deliveries_per_second"] - seen["reading_deliveries_per_second"]
    assert done.returncode == 0
    assert 0 < slow < seen["reading_deliveries_per_second"] / 2


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    return servers.Inputs(SMALL, tmp_path_factory.mktemp("timed"), timed=2)


@pytest.mark.parametrize("kind", [servers.Limit, servers.Gateway])
def test_what_waits_for_a_server_that_is_held_up_is_as_old_as_that(timed, kind):
    held = 0.4
    with kind(timed, RATE) as server:
        def hold():
            server.child.send_signal(signal.SIGSTOP)
            time.sleep(held)
            server.child.send_signal(signal.SIGCONT)
        holding = threading.Timer(0.5, hold)
        seen = run.run_load(server, seconds=1.5, warmup=0.1, at_counting=holding.start)
        holding.join()
    age = seen["age_us"]["whole"]
    assert 0 < age["p50"] and age["max"] > 0.9e6 * held
    assert age["p90"] > 0.2e6 * held  # those that were due meanwhile count from when they were due
    if kind is servers.Gateway:
        assert set(seen["age_us"]) == {"whole", "broker", "bus", "client"} and seen["age_us"]["broker"]["max"] > 0.9e6 * held


def test_copies_and_allocations_are_counted(inputs):
    server = servers.Limit(inputs, RATE)
    server.counted = True
    with server:
        seen = run.run_load(server, seconds=1, warmup=0.1)
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
    with servers.Gateway(inputs, RATE) as server:
        login = inputs.messages.read_text().splitlines()[0].split("\t")[0]
        command = [sys.executable, pathlib.Path(run.__file__).with_name("hostile_attack.py"), attack, str(server.port), login]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as attackers:
            assert attackers.stdout.readline() == "up\n"
            seen = run.run_load(server, seconds=1, warmup=0.5)
            made, _ = map(int, attackers.communicate()[0].split())
    assert made >= connections  # those that were closed came again
    assert seen["closes"] == {} and seen["per_connection"]["min"] > 0


def test_a_refused_client_is_an_error(inputs, tmp_path):
    messages = tmp_path / "messages"
    messages.write_text(servers.authentication("wrong", False) + "\n")
    with servers.Gateway(inputs, RATE) as server:
        done = subprocess.run([servers.LOAD_CLIENT, "--port", str(server.port), "--talk", "gateway", "--messages", messages],
                              capture_output=True, text=True)
    assert done.returncode == 1 and "INVALID_API_KEY" in done.stderr


class Played(run.Cell):
    """A cell whose server is played: `most` deliveries a second; above, it closes clients or lets them go without, of what it
    could do `above`."""

    def __init__(self, scenario, most, closes, above=1):
        kind = types.SimpleNamespace(name="gateway", is_peer=False)
        super().__init__(kind, types.SimpleNamespace(scenario=scenario), run.SHORT, run.Results([scenario], 1))
        self.most, self.closes, self.above = most, closes, above

    def run_once(self, rate, **_):
        offered = rate * self.scenario.fan_out
        closed = self.closes and offered > self.most
        delivered = offered if offered <= self.most else self.above * self.most
        return {**run.unserved(self.scenario), "deliveries_per_second": delivered, "offered": offered,
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
    cell.rate = run.MOST_UPDATES
    assert cell.measure()["deliveries_per_second"] > 0.85 * cell.most


@pytest.mark.parametrize("peers, together", [(True, False), (False, False), (False, True)])
def test_a_cost_is_of_pairs_of_runs(peers, together):
    few = Played(dataclasses.replace(SMALL, name="few"), 1_000_000, closes=False)
    many = Played(dataclasses.replace(SMALL, name="many", beside="few", max_cost=1.3, peers=peers, together=together),
                  800_000, closes=False)
    few.measure()
    many.beside = few
    many.rate = 100_000  # a first guess, a quarter of what it can
    many.measure()
    (met, line), = report.costs(many.results)
    assert met and line.startswith("A delivery in many costs 1.25 (1.25 – 1.25) of one in few; at most 1.3: met")
    many.most = 700_000
    many.measure()
    many.measure()
    assert [met for met, _ in report.costs(many.results)] == [False]


def results_with(gateway, limit):
    results = run.Results([SMALL], len(gateway))
    for kind in servers.KINDS:
        rates = gateway if kind == "gateway" else limit
        results.seen[SMALL.name, kind] = [{**run.unserved(SMALL), "closes": {}, "deliveries_per_second": rate, "round": number}
                                          for number, rate in enumerate(rates)]
    return results


def as_text(rows):
    return tables.as_text(report.HEADER, [row.cells for row in rows])


@pytest.mark.parametrize("gateway, met", [([80, 90, 70], True), ([80, 60, 70], False)])
def test_the_median_of_pairs_decides(gateway, met, tmp_path):
    results = results_with(gateway, [100, 100, 100])
    rows = report.rows(results)
    judged = [row for row in rows if row.is_judged]
    assert [row.met for row in judged] == [met]
    assert ("75 %: met" if met else "75 %: missed") in as_text(rows)
    assert svg.draw(rows).endswith("</svg>\n")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- some: begin -->\nold\n<!-- some: end -->\nafter\n")
    tables.write(page, "some", tables.as_markdown(report.HEADER, [row.cells for row in rows]), 3)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text and "| small | gateway |" in text


def test_a_peer_that_is_not_there_is_a_line(monkeypatch):
    monkeypatch.setattr(servers.Ws, "installed", classmethod(lambda cls: False))
    assert "not installed (node-ws)" in as_text(report.rows(results_with([1], [1])))
