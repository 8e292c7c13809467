"""A plugin inside the gateway that does not return from a call: it is told within a second or two and given up at the limit; meanwhile and
afterwards the clients of the other broker miss nothing, and commands are answered."""

import json
import os
import shutil
import signal

import pytest

from feed_processes import Processes
from gateway import BUILD, MOCK, merged, run

PLUGINS = (BUILD / "plugins" / "mock.so", BUILD / "tests" / "bad_plugins" / "bad_calls.so")


def config(tmp_path, misdeed, limit="2s"):
    plugins = tmp_path / "plugins"
    plugins.mkdir(exist_ok=True)
    for file in PLUGINS:
        shutil.copyfile(file, plugins / file.name)
        (plugins / file.name).chmod(0o644)
    return {"plugins": {"directory": str(plugins), "call_limit": limit}, "active_broker": "mock", "brokers": {
        "mock": MOCK, "bad_calls": {"plugin": "bad_calls", "isolation": "inproc", "settings": {"misdeed": misdeed}}}}


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


def client_of(gateway, broker):
    key = gateway.key(f"user-of-{broker}")
    gateway.run("users", "set-broker", f"user-of-{broker}", broker)
    return gateway.client(key, extras=True)


def refusal_of(gateway, word):
    return run("brokers", word, "bad_calls", "--config", gateway.config, status=1, both=True)[1]


def hears(client, word):
    """The client is told this state of a link or a feed, now or before."""
    while word not in client.words:
        client.receive()


def broker_of(gateway, name):
    return next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == name)


@pytest.mark.parametrize("function", ["subscribe", "on_timer", "connect"])
def test_it_is_told_given_up_and_nobody_else_notices(start, tmp_path, witness, function):
    gateway = start(config(tmp_path, f"hang in {function}"))
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        if function != "connect":
            client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line(rf"bad_calls: its plugin bad_calls\.so hangs in {function} since .*; its feed counts as stale")
        witness(gateway)
        if function == "subscribe":
            hears(client, "stale")
        gateway.wait_line(rf"bad_calls: its plugin bad_calls\.so hangs in {function} since .*: given up after 2\.0 s")
        hears(client, "disconnected")
        witness(gateway)
        shown = broker_of(gateway, "bad_calls")
        assert shown["hang"]["function"] == function and shown["hang"]["given_up"], shown
        assert f"was given up: its plugin bad_calls.so hangs in {function} since " in shown["message"]
        assert "given up; brokers retry bad_calls begins it in a process of its own" in refusal_of(gateway, "relogin")
        gateway.run("brokers", "relogin", "mock")
        code, health = gateway.http("/healthz")
        assert code == 200, health
        key = gateway.key("admin", "--scope", "admin")
        code, metrics = gateway.http("/metrics", Authorization=f"Bearer {key}")
        assert f'gateway_plugin_hang_seconds{{broker="bad_calls",function="{function}"}}' in metrics, metrics
    assert gateway.stop() == 0


def test_commands_name_the_call_while_it_hangs(start, tmp_path, witness):
    gateway = start(config(tmp_path, "hang in on_timer", limit="1h"))
    witness(gateway)
    gateway.wait_line("bad_calls: its plugin .* hangs in on_timer since")
    for word in ("relogin", "retry"):
        said = refusal_of(gateway, word)
        assert "its plugin bad_calls.so hangs in on_timer since " in said and "nothing was done" in said
    assert not broker_of(gateway, "bad_calls")["hang"]["given_up"]
    assert "hangs in on_timer since " in gateway.run("status")
    witness(gateway)
    # The broker is taken out of the configuration: nobody waits for its plugin.
    written = json.loads(gateway.config.read_text())
    del written["brokers"]["bad_calls"]
    gateway.config.write_text(json.dumps(written))
    gateway.reload()
    gateway.wait_line("brokers removed: bad_calls")
    witness(gateway)
    assert gateway.stop() == 0


def test_a_login_that_hangs_has_that_outcome(start, tmp_path):
    gateway = start(config(tmp_path, "hang in connect", limit="1h"))
    gateway.wait_line("bad_calls hangs now")
    assert "its plugin bad_calls.so hangs in connect since " in refusal_of(gateway, "retry")  # now, or in a second


def test_one_that_was_given_up_runs_in_a_process_of_its_own_from_then_on(start, tmp_path, witness):
    gateway = start(config(tmp_path, "hang in subscribe", limit="1s"))
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line("bad_calls: .*: given up after")
        hears(client, "disconnected")
        gateway.run("brokers", "retry", "bad_calls", status=(0, 1))  # it logs in, and hangs again where a client wants it
        gateway.wait_line("bad_calls: runs in a process of its own")
        gateway.wait_line("bad_calls: its process ended by signal 9")  # it subscribes again what the client holds
        witness(gateway)
    assert gateway.stop() == 0
    again = start(config(tmp_path, "hang in subscribe", limit="1s"))
    again.wait_line("bad_calls: runs in a process of its own")


@pytest.mark.parametrize("isolation", ["process", "inproc"])
def test_an_initialize_that_never_returns_delays_no_other_broker(start, tmp_path, witness, isolation):
    brokers = {"bad_calls": {"isolation": isolation}, "apart": {**MOCK, "plugin": "mock", "isolation": "process",
                                                                "restart": {"first": "10ms", "max": "20ms"}}}
    gateway = start(merged(config(tmp_path, "hang in initialize", limit="1h"), {"brokers": brokers}))
    processes = Processes(gateway, "apart")
    witness(gateway)
    with client_of(gateway, "apart") as client:
        client.subscribe("INFY", "NSE", 1)
        client.data(snapshot=None)
        os.kill(processes.next(), signal.SIGKILL)
        client.next("broker_status", status="disconnected")
        processes.next()
        client.next("broker_status", status="connected")
        client.data(snapshot=None)
    assert broker_of(gateway, "bad_calls")["hang"]["function"] == "initialize"
    assert "begins: its plugin has not answered yet" in broker_of(gateway, "bad_calls")["message"]
    for word in ("relogin", "retry"):
        assert "begins already: its plugin bad_calls.so hangs in initialize" in refusal_of(gateway, word)
    witness(gateway)
    assert gateway.stop() == 0


def test_an_initialize_that_hangs_does_not_keep_the_gateway_from_serving(start, tmp_path, witness):
    gateway = start(merged(config(tmp_path, "hang in initialize"), {"plugins": {"call_limit": "1s"}}))
    gateway.wait_line("bad_calls: its plugin bad_calls.so hangs in initialize since ")
    witness(gateway)
    assert gateway.stop() == 0
