"""Plugins that harm the process in which they run, each in one of its own: that process ends and another one begins, its
clients stay connected and are told, the other broker's clients miss nothing, and nothing is left behind."""

import json
import os
import shutil
import time

import pytest

from feed_processes import left_of
from gateway import BUILD, MOCK, PATIENCE
from web_server import WebServer

BAD = BUILD / "tests" / "bad_plugins"
# So that what harms its process again and again ends.
TWICE = {"first": "10ms", "max": "20ms", "breaker": {"deaths": 2, "within": "10m"}}


@pytest.fixture
def serve(start, tmp_path):
    """serve(misdeed) gives a gateway with the mock broker, which is active, and one whose plugin does the misdeed."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()

    def served(misdeed, plugin="bad_calls", instruments_url=None, **more):
        for file in (BUILD / "plugins" / "mock.so", BAD / f"{plugin}.so"):
            shutil.copyfile(file, plugins / file.name)
            (plugins / file.name).chmod(0o644)
        settings = {"misdeed": misdeed, **({"instruments_url": instruments_url} if instruments_url else {})}
        return start({"plugins": {"directory": str(plugins), "call_limit": "1s", **more}, "active_broker": "mock", "brokers": {
            "mock": MOCK, plugin: {"plugin": plugin, "restart": TWICE, "settings": settings}},
            **({"instruments": {"update": "08:45"}} if instruments_url else {})})
    return served


@pytest.fixture
def witness(start):
    """witness(gateway) begins a client of the mock broker; each later call: it has missed no update until now."""
    seen = {}

    def misses_nothing(gateway):
        if "client" not in seen:
            seen["client"] = gateway.client(extras=True)
            start.ends_with_it(seen["client"])
            assert seen["client"].subscribe("INFY", "NSE", 2)["status"] == "success"
            seen["seq"] = seen["client"].data(snapshot=None)["seq"]
        for _ in range(5):
            seen["seq"] += 1
            assert seen["client"].data(snapshot=None)["seq"] == seen["seq"]
        assert set(seen["client"].words) <= {"connecting", "connected", "live", "quiet"}, seen["client"].words
    return misses_nothing


def client_of(gateway, broker="bad_calls"):
    key = gateway.key(f"user-of-{broker}")
    gateway.run("users", "set-broker", f"user-of-{broker}", broker)
    return gateway.client(key, extras=True)


def has_left_nothing(gateway):
    """Nothing of the plugins' processes is there any more: polled, since what was killed takes a moment to end."""
    ends = time.monotonic() + PATIENCE
    while left := left_of(gateway.child.pid):
        assert time.monotonic() < ends, left
        time.sleep(0.02)


@pytest.mark.parametrize("misdeed, end", [
    ("crash", r"by signal 11 \(SIGSEGV\), in subscribe of bad_calls\.so"),
    ("fork and crash", r"by signal 11 \(SIGSEGV\), in subscribe of bad_calls\.so"),
    ("abort", r"by signal 6 \(SIGABRT\), in subscribe of bad_calls\.so"),
    ("exit", r"with status 0, in subscribe of bad_calls\.so"),
    ("stop", r"by signal 9 \(SIGKILL\), in subscribe of bad_calls\.so"),
    ("close descriptors", r"(?:with status 1|by signal 9 \(SIGKILL\))"),
    ("hang in subscribe", r"by signal 9 \(SIGKILL\), in subscribe of bad_calls\.so"),
    ("hang in on_timer", r"by signal 9 \(SIGKILL\), in on_timer of bad_calls\.so"),
])
def test_it_costs_its_process_and_nothing_else(serve, witness, misdeed, end):
    gateway = serve(misdeed)
    witness(gateway)
    with client_of(gateway) as client:
        client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line(rf"bad_calls: its process ended {end}.*; another one begins in 0\.0 s")
        client.next("broker_status", status="disconnected")
        witness(gateway)
        gateway.wait_line(rf"bad_calls: its process ended {end}.*it died 2 times")  # the next one did it too
        has_left_nothing(gateway)
        client.barrier()
        witness(gateway)
    assert json.loads(gateway.run("status", "--json"))["ledger"]["unexplained"] == 0
    assert gateway.stop() == 0


@pytest.mark.parametrize("bytes_", ["zeros", "ones", "letters"])
def test_one_that_damages_the_memory_that_it_shares_is_ended(serve, witness, bytes_):
    gateway = serve(bytes_)
    witness(gateway)
    with client_of(gateway) as client:
        client.subscribe("GOOD", "NSE", 1)
        while (message := client.receive()).get("status") != "disconnected":
            assert message["type"] != "market_data" or message["data"]["ltp"] == 42, message
        gateway.wait_line(r"bad_calls: its process ended .*it had damaged the memory that it shares with the gateway")
        gateway.wait_line(r"bad_calls: its process ended .*it died 2 times")
        witness(gateway)
    has_left_nothing(gateway)
    assert json.loads(gateway.run("status", "--json"))["ledger"]["unexplained"] == 0
    assert gateway.stop() == 0


@pytest.mark.skipif("san" in BUILD.name, reason="a process under a sanitizer has no limit of memory")
def test_one_that_leaks_ends_at_its_limit_and_says_so(serve, witness):
    gateway = serve("leak", memory_limit="128MiB")
    witness(gateway)
    with client_of(gateway) as client:
        client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line("bad_calls: its process says: out of memory, as plugins.memory_limit allows no more")
        gateway.wait_line(r"bad_calls: its process ended by signal 6 \(SIGABRT\), in subscribe of bad_calls\.so")
        client.next("broker_status", status="disconnected")
        witness(gateway)
    assert gateway.stop() == 0


@pytest.mark.parametrize("misdeed", ["fork", "hang in subscribe", "hang in on_timer", "hang in disconnect", "stop"])
def test_the_end_of_the_gateway_leaves_nothing_behind(serve, witness, misdeed):
    gateway = serve(misdeed, call_limit="1h")
    witness(gateway)
    with client_of(gateway) as client:
        client.subscribe("GOOD", "NSE", 1)
        if misdeed in ("fork", "hang in disconnect"):
            client.data()
        else:
            gateway.wait_line("bad_calls: its plugin .*; its feed counts as stale")
        witness(gateway)
    assert gateway.stop() == 0  # within its limit: else it ends with another status
    has_left_nothing(gateway)


@pytest.mark.parametrize("plugin, end", [
    ("crash_parse", r"its process ended by signal 11 \(SIGSEGV\)"),
    ("hang_parse", r"its process said nothing for 1\.0 s and was killed"),
])
def test_a_list_that_harms_its_reader_is_not_taken(serve, witness, plugin, end):
    with WebServer(lambda handler: handler.give(b"page")) as server:
        gateway = serve("", plugin, server.url)
        witness(gateway)
        gateway.wait_line(f"{plugin}: the instrument list was not updated: .*{end}")
        witness(gateway)
        assert gateway.stop() == 0
    has_left_nothing(gateway)


def test_a_built_in_list_that_crashes_is_no_list(serve, witness):
    gateway = serve("", "crash_builtin")
    gateway.wait_line(r"crash_builtin: built-in instruments: its process ended by signal 11 \(SIGSEGV\)")
    witness(gateway)
    assert gateway.stop() == 0


def test_the_end_does_not_wait_for_a_list_that_hangs(serve, witness):
    with WebServer(lambda handler: handler.give(b"page")) as server:
        gateway = serve("", "hang_parse", server.url, call_limit="1h")
        witness(gateway)
        ends = time.monotonic() + PATIENCE
        while len(left := left_of(gateway.child.pid)) < 2:  # that of the link, and that of the list
            assert time.monotonic() < ends, left
            time.sleep(0.02)
        assert gateway.stop() == 0
    has_left_nothing(gateway)


def test_its_process_has_the_limits_of_the_configuration(serve, witness):
    gateway = serve("", memory_limit="200MiB", descriptor_limit=99, core_dump_limit="5MiB")
    process = int(gateway.wait_line(r"bad_calls: runs in a process of its own, (\d+)")[1])
    with open(f"/proc/{process}/limits") as file:
        limits = {line[:25].strip(): line[26:].split() for line in file}
    assert limits["Max open files"][:2] == ["99", "99"]
    assert limits["Max core file size"][:2] == [str(5 * 2**20)] * 2
    if "san" not in BUILD.name:
        assert limits["Max data size"][:2] == [str(200 * 2**20)] * 2
    with open(f"/proc/{process}/status") as file:
        assert "NoNewPrivs:\t1\n" in file
    shown = next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == "bad_calls")
    assert shown["isolation"] == "process"
    assert "runs in a process of its own" in " ".join(gateway.run("status").split())


def maps_of(process):
    with open(f"/proc/{process}/maps") as file:
        return file.read()


def test_none_of_its_code_is_in_the_gateway(serve, witness):
    gateway = serve("")
    process = int(gateway.wait_line(r"bad_calls: runs in a process of its own, (\d+)")[1])
    witness(gateway)
    assert "bad_calls.so" in maps_of(process)
    inside = maps_of(gateway.child.pid)
    assert "mock.so" in inside and "bad_calls.so" not in inside
    copies = [link for link in links_of(gateway.child.pid) if "bad_calls.so" in link]
    assert len(copies) == 1, copies  # read once, for the processes
    assert gateway.stop() == 0


def links_of(process):
    """What the descriptors of a process lead to."""
    folder = f"/proc/{process}/fd"
    return [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]


def test_log_lines_that_it_forges_have_a_limit(serve, witness):
    gateway = serve("forge log lines", call_limit="30s")
    witness(gateway)
    with client_of(gateway) as client:
        client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line(r"info +plugin +forged x+")
        client.data()
        witness(gateway)
        assert gateway.stop() == 0
    gateway.wait_line(r"plugin +… and [\d,]+ more like it in the last \d+ s, the first: forged x+")
    assert len(gateway.text()) < 4 << 20
    assert "\x1b" not in gateway.text()
