"""ARCHITECTURE.md's ways of a tick and of a subscription are those that the gateway takes."""

import collections
import contextlib
import fnmatch
import functools
import json
import sys
import time

import pytest

import packets
from gateway import BUILD, PATIENCE, SOURCE, Gateway, Sim
from stand_in import until
from steps import Tracer, names_of_threads

sys.path.insert(0, str(SOURCE / "tests" / "repo"))
import architecture  # noqa: E402

RELEASE = "CMAKE_BUILD_TYPE:STRING=Release" in (BUILD / "CMakeCache.txt").read_text()
pytestmark = pytest.mark.skipif(not RELEASE, reason="the tour is that of the release build")

PAGE = (SOURCE / "ARCHITECTURE.md").read_text()
MODULES = architecture.modules(PAGE)
# A file in which fewer instructions run than this, on a way of some thousands, needs no mention.
TRIVIAL = 20
WARM = 40


INFY = 408065
# What does not run in each trace of a way is no part of it: news of a feed, for instance.
OTHERS = {"RELIANCE": 738561, "SBIN": 779521, "TCS": 2953217, "ITC": 424961}
TRACES = 2
# On a busy machine a call into the plugin may take so long, step by step, that it is reported.
OF_HANGS = "apps/gateway/hang_reports.cpp"
HEADER = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
          "instrument_type,segment,exchange\n")
ROWS = [f"{token},{token >> 8},{symbol},{symbol},0,,0,0.05,1,EQ,NSE,NSE\n"
        for symbol, token in {"INFY": INFY, **OTHERS}.items()]
# What looks at the calendar ten times a second has little to look at.
CALENDAR = {"time_zone": "UTC", "exchanges": {
    "NSE": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "open": "00:00-24:00"}}}


class Market:
    """A gateway of one client and one instrument, at a broker that ticks when it is told to."""

    def __init__(self, folder, shards, stack):
        # Ticks come by `frame`; heartbeats, answers and updates of broker-sim's own do not come meanwhile.
        self.sim = stack.enter_context(Sim("--rate", 0.01, "--heartbeat", 3600))
        self.sim.fault("mute", snapshots="none")
        (folder / "config").mkdir(parents=True)
        (folder / "config" / "calendar.yaml").write_text(json.dumps(CALENDAR))
        config = {
            "server": {"threads": shards, "ping_interval": "1h"}, "active_broker": "zerodha", "zeromq": {"enabled": False}, "brokers": {
                "zerodha": {"plugin": "zerodha", "stall_limit": "1h",
                            "settings": {"url": self.sim.url, "api_key": "key", "access_token": "${env:TOKEN}"}}}}
        self.gateway = stack.enter_context(Gateway(folder, config, {"TOKEN": "token"}, Tracer.command(folder)))
        (folder / "list.csv").write_text(HEADER + "".join(ROWS))
        self.gateway.run("instruments", "import", "--broker", "zerodha", folder / "list.csv")
        self.client = stack.enter_context(self.gateway.client())
        self.price = 100_000
        self.subscribe("INFY", INFY)
        for _ in range(WARM):
            self.tick()

    def subscribe(self, symbol, token):
        answer = self.client.subscribe(symbol, "NSE", 4)
        assert answer.get("status") == "success", answer
        until(self.sim, lambda books: books["subscriptions"].get(str(token)) == "full")

    def tick(self, token=INFY):
        self.price += 5
        packet = packets.Kite.packet(token, "full", packets.some(self.price, self.price))
        self.sim.fault("frame", hex=packets.Kite.frame(packet).hex())
        assert self.client.data()["data"]["ltp"] == self.price / 100


def traces_of(folder, shards):
    """{heading of ARCHITECTURE.md: Traces of this way}"""
    with contextlib.ExitStack() as stack:
        market = Market(folder, shards, stack)
        tracer = Tracer(market.gateway)
        ticks = [tracer.trace(market.tick) for _ in OTHERS]
        subscriptions = []
        for symbol, token in OTHERS.items():
            subscriptions.append(tracer.trace(functools.partial(market.subscribe, symbol, token)))
            market.tick(token)  # without one, the subscription would fail after a while
        return {"The way of a tick": undisturbed(ticks), "The way of a subscription": undisturbed(subscriptions)}


def undisturbed(traces):
    found = [trace for trace in traces if not any(visit.file == OF_HANGS for visit in trace.visits)]
    assert len(found) >= TRACES, "the machine is too busy to trace anything"
    return found[:TRACES]


@pytest.fixture(scope="module")
def all_traces(tmp_path_factory):
    """{number of shards: {heading: Traces}}"""
    found = {shards: traces_of(tmp_path_factory.mktemp("market"), shards) for shards in (1, 2)}
    for shards, ways in found.items():
        for heading, traces in ways.items():
            print(f"{heading}, {shards} shard(s): calls of functions, instructions")
            # Some of the loop's turns belong to timers: there are fewest of them in the shortest trace.
            shortest = min(traces, key=lambda trace: sum(visit.instructions for visit in trace.visits))
            print("".join(f"  {v.thread:8} {v.file:52} {v.calls:4} {v.instructions:6}\n" for v in shortest.visits))
    return found


SHARDS = pytest.mark.parametrize("shards", [1, 2])
HEADINGS = pytest.mark.parametrize("heading", ["The way of a tick", "The way of a subscription"])


def is_in_order(wanted, entries):
    """The first of `wanted` ((file, threads) each) that is not entered after all those before it; None: all are."""
    rest = iter(entries)
    for pattern, threads in wanted:
        if not any(fnmatch.fnmatch(file, pattern) and thread in threads for file, thread in rest):
            return pattern, threads
    return None


def threads_of(names, shards):
    """With one shard, its work is done on routing's thread."""
    return names if shards > 1 else ["routing" if name == "shard" else name for name in names]


def first(stop, entries):
    (pattern, threads), *_ = stop
    return next(at for at, (file, thread) in enumerate(entries) if fnmatch.fnmatch(file, pattern) and thread in threads)


def stops_of(heading, shards):
    """[(file, threads), …] of each stop"""
    stops = architecture.stops(PAGE, heading)
    assert len(stops) > 5
    return [[(file, threads_of(stop.threads, shards)) for file in stop.files] for stop in stops]


@SHARDS
@HEADINGS
def test_the_files_of_the_stops_are_entered_in_this_order_and_on_these_threads(all_traces, heading, shards):
    for trace in all_traces[shards][heading]:
        assert is_in_order(sum(stops_of(heading, shards), []), trace.entries) is None


@HEADINGS
def test_the_stops_are_in_no_other_order(all_traces, heading):
    for at in range(len(stops_of(heading, 1)) - 1):
        assert any(is_bound(stops_of(heading, shards), at, trace.entries)
                   for shards, ways in all_traces.items() for trace in ways[heading]), f"stops {at + 1} and {at + 2}"


def is_bound(stops, at, entries):
    """The next stop begins later, or with the two exchanged the order would be wrong."""
    exchanged = stops[:at] + [stops[at + 1], stops[at]] + stops[at + 2:]
    return (first(stops[at], entries) < first(stops[at + 1], entries)
            or is_in_order(sum(exchanged, []), entries) is not None)


@SHARDS
@HEADINGS
def test_no_file_that_does_much_is_missing(all_traces, heading, shards):
    named = [file for stop in architecture.stops(PAGE, heading) for file in stop.files]
    named += architecture.on_the_way(PAGE, heading)
    work = []  # of each trace: {file: instructions}
    for trace in all_traces[shards][heading]:
        work.append(collections.Counter())
        for visit in trace.visits:
            work[-1][visit.file] += visit.instructions
    missing = {file: n for file in work[0] if (n := min(one[file] for one in work)) >= TRIVIAL
               and not any(fnmatch.fnmatch(file, pattern) for pattern in named)}
    assert not missing, "these files, with the instructions that run in them"


@HEADINGS
def test_what_is_used_on_the_way_runs(all_traces, heading):
    files = {visit.file for ways in all_traces.values() for trace in ways[heading] for visit in trace.visits}
    named = architecture.on_the_way(PAGE, heading)
    assert named
    assert not [pattern for pattern in named if not fnmatch.filter(files, pattern)]


@SHARDS
@HEADINGS
def test_each_module_runs_on_the_threads_of_its_row(all_traces, heading, shards):
    for visit in all_traces[shards][heading][0].visits:
        # Plain types, which are headers, go wherever they are handed.
        module = next((m for m in MODULES if fnmatch.fnmatch(visit.file, f"{m.path}/*.cpp")), None)
        if module is not None and "any" not in module.threads and visit.instructions >= TRIVIAL:
            assert visit.thread in threads_of(module.threads, shards), visit


def test_the_table_of_threads_has_those_that_run(tmp_path):
    expected = {thread.name for thread in architecture.threads(PAGE)}
    # They begin with the first request to a broker's web interface, and with a broker in a process of its own.
    expected -= {"credentials", "http", "login", "process", "gone"}
    expected = {"broker-gateway" if name == "main" else name for name in expected}
    watched = {"NOTIFY_SOCKET": "@nobody-reads-this", "WATCHDOG_USEC": "30000000"}
    with Gateway(tmp_path, {"server": {"threads": 2}, "instruments": {"update": "08:45"}}, watched) as gateway:
        give_up = time.monotonic() + PATIENCE
        while (found := {name for name in names_of_threads(gateway.child.pid).values() if not name.startswith("ZMQbg")}) != expected:
            assert time.monotonic() < give_up, (found, expected)  # a thread names itself a moment after it began


def test_a_stop_that_does_not_run_is_found(all_traces):
    entries = all_traces[1]["The way of a tick"][0].entries
    stops = [("core/bus/ring.cpp", ["feed"]), ("core/session/sampled_topics.cpp", ["routing"])]
    assert is_in_order(stops, entries) == stops[1]
    assert is_in_order([("core/bus/ring.cpp", ["shard"])], entries) is not None
