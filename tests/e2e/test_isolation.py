"""A broker in a process of its own (isolation: process): it serves like any other, and whatever becomes of its process, its
clients stay connected and are told, and the clients of other brokers miss nothing."""

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess

import pytest

from feed_processes import Processes
from gateway import BUILD, MOCK

MOCK_FILE = BUILD / "plugins" / "mock.so"
BAD_FILE = BUILD / "tests" / "bad_plugins" / "bad_calls.so"
SOON = {"first": "10ms", "max": "20ms"}


def config(restart=None, limit="1s"):
    return {"plugins": {"call_limit": limit}, "active_broker": "mock", "brokers": {
        "mock": MOCK, "apart": {**MOCK, "isolation": "process", "restart": restart or SOON}}}


@pytest.fixture
def witness(start):
    """witness(gateway) begins a client of the other broker; each later call: it has missed no update until now."""
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
    return misses_nothing


def client_of(gateway, broker):
    key = gateway.key(f"user-of-{broker}")
    gateway.run("users", "set-broker", f"user-of-{broker}", broker)
    return gateway.client(key, extras=True)


def broker_of(gateway, name):
    return next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == name)


def ticks(client):
    for _ in range(3):
        client.data(snapshot=None)


def test_it_serves_like_any_other(start):
    gateway = start(config())
    with client_of(gateway, "apart") as client:
        answer = client.subscribe("INFY", "NSE", 4, depth_level=5)
        assert answer["status"] == "success" and answer["actual_depth"] == 5
        seq = client.data(snapshot=None)["seq"]
        for _ in range(20):
            seq += 1
            message = client.data(snapshot=None)
            assert message["seq"] == seq and len(message["data"]["depth"]["buy"]) == 5
        assert "connected" in gateway.run("brokers", "relogin", "apart")
        client.next("broker_status", status="connected")
        ticks(client)
        assert "connected" in gateway.run("brokers", "retry", "apart")
        shown = broker_of(gateway, "apart")
        assert shown["logins"] == 2 and shown["updates"] > 20 and shown["status"] == "connected"
        key = gateway.key("admin", "--scope", "admin")
        metrics = gateway.http("/metrics", Authorization=f"Bearer {key}")[1]
        assert 'gateway_broker_logins_total{broker="apart"} 2' in metrics
        assert gateway.http("/healthz")[0] == 200
    ledger = json.loads(gateway.run("status", "--json"))["ledger"]
    assert ledger["unexplained"] == 0
    assert gateway.stop() == 0
    assert "process ended" not in gateway.text()


@contextlib.contextmanager
def served_apart(start, witness):
    """(a gateway, the processes of its broker apart, a client of that broker, which ticks)."""
    gateway = start(config())
    witness(gateway)
    processes = Processes(gateway)
    with client_of(gateway, "apart") as client:
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        ticks(client)
        yield gateway, processes, client


@pytest.mark.parametrize("how", ["SEGV", "KILL", "STOP"])
def test_clients_stay_through_deaths_of_its_process(start, witness, how):
    with served_apart(start, witness) as (gateway, processes, client):
        for _ in range(3):
            os.kill(processes.next(), getattr(signal, f"SIG{how}"))
            if how == "STOP":
                client.next("feed_status", status="stale")
            client.next("broker_status", status="disconnected")
            client.next("broker_status", status="connected")
            ticks(client)
            witness(gateway)
    said = {"SEGV": r"by signal 11 \(SIGSEGV\)", "KILL": r"by signal 9 \(SIGKILL\)", "STOP": r"by signal 9 \(SIGKILL\)"}[how]
    if how == "SEGV" and BUILD.name.endswith("san"):
        said = r"with status \d+"  # a sanitizer reports the signal and exits
    assert len(re.findall(rf"apart: its process ended {said}.*; another one begins in 0\.0 s", gateway.text())) == 3
    assert json.loads(gateway.run("status", "--json"))["ledger"]["unexplained"] == 0
    assert gateway.stop() == 0


@contextlib.contextmanager
def talking_for(process):
    """Somebody writes to its standard error without end, as what it has begun itself could, and outlives it."""
    with open(f"/proc/{process}/fd/2", "wb") as error, subprocess.Popen(["yes"], stdout=error) as talks:
        try:
            yield
        finally:
            talks.kill()


def test_one_that_never_stops_talking_dies_and_ends_all_the_same(start, witness):
    with served_apart(start, witness) as (gateway, processes, client):
        process = processes.next()
        with talking_for(process):
            gateway.wait_line("apart: its process says: y")
            os.kill(process, signal.SIGKILL)
            client.next("broker_status", status="disconnected")
            client.next("broker_status", status="connected")
            ticks(client)
            witness(gateway)
        with talking_for(processes.next()):
            witness(gateway)
            assert gateway.stop() == 0


@pytest.mark.parametrize("word", ["retry", "relogin"])
def test_a_process_that_dies_too_often_waits_for_an_operator(start, witness, word):
    gateway = start(config({**SOON, "breaker": {"deaths": 2, "within": "10m"}}))
    witness(gateway)
    processes = Processes(gateway)
    with client_of(gateway, "apart") as client:
        client.subscribe("INFY", "NSE", 2)
        for _ in range(2):
            ticks(client)
            os.kill(processes.next(), signal.SIGKILL)
            client.next("broker_status", status="disconnected")
        gateway.wait_line("apart: .*it died 2 times within .*begins again with: broker-gateway brokers retry apart")
        assert "begins again with: broker-gateway brokers retry apart" in broker_of(gateway, "apart")["message"]
        assert broker_of(gateway, "apart")["next_step"] == "broker-gateway brokers retry apart"
        assert "connected" in gateway.run("brokers", word, "apart")
        client.next("broker_status", status="connected")
        ticks(client)
    witness(gateway)


def test_a_call_that_does_not_return_costs_the_process(start, witness, tmp_path):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    for file in (MOCK_FILE, BAD_FILE):
        shutil.copyfile(file, plugins / file.name)
        (plugins / file.name).chmod(0o644)
    gateway = start({"plugins": {"directory": str(plugins), "call_limit": "1s"}, "active_broker": "mock", "brokers": {
        "mock": MOCK, "bad_calls": {"plugin": "bad_calls", "isolation": "process", "restart": SOON,
                                    "settings": {"misdeed": "hang in subscribe"}}}})
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line("bad_calls: bad_calls hangs now")  # by the log of that process
        gateway.wait_line(r"bad_calls: its plugin bad_calls\.so hangs in subscribe since .*its process is killed after 1\.0 s")
        gateway.wait_line(r"bad_calls: its process ended by signal 9 \(SIGKILL\), in subscribe of bad_calls\.so")
        client.next("broker_status", status="connected")  # the next one
        witness(gateway)
    assert gateway.stop() == 0


def test_the_end_does_not_wait_for_a_process_that_stands_still(start):
    gateway = start(config(limit="1h"))
    os.kill(Processes(gateway).next(), signal.SIGSTOP)
    assert gateway.stop() == 0


def test_no_process_outlives_its_gateway(start):
    gateway = start(config())
    process = Processes(gateway).next()
    handle = os.pidfd_open(process)
    gateway.child.kill()
    gateway.wait()
    assert select.select([handle], [], [], 60)[0], "it still runs"
    os.close(handle)
    gateway.child.returncode = 0  # the fixture expects a good end


def test_run_by_hand_it_says_what_it_is(start):
    done = subprocess.run([str(BUILD / "bin" / "broker-gateway"), "feed-process"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "isolation: process" in done.stderr
