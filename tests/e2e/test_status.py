"""status: whether every feed is live, in words, for a person with an 80-column terminal and for programs."""

import json
import re
import time

import pytest

from brokers import Angel, Kite, start_with
from gateway import PATIENCE, run


@pytest.fixture(params=["zerodha", "angel"])
def broker(request, tmp_path):
    return {"zerodha": Kite, "angel": Angel}[request.param](tmp_path)


def shown(gateway):
    """The rows of status, none of them longer than a terminal."""
    rows = gateway.run("status").splitlines()
    assert max(map(len, rows)) <= 80, rows
    return rows


def until(gateway, fits):
    """The rows and the JSON once they fit; both are asked for in turn."""
    give_up = time.monotonic() + PATIENCE
    while True:
        status, rows = json.loads(gateway.run("status", "--json")), shown(gateway)
        if fits(status, rows):
            return status, rows
        assert time.monotonic() < give_up, (status, rows)


def state_is(name, state):
    """The JSON and the row agree that the broker is in this state."""
    def fits(status, rows):
        broker = next(b for b in status["brokers"] if b["name"] == name)
        return broker["state"] == state and any(re.match(rf"{name} +{state} ", row + " ") for row in rows)
    return fits


def broker_of(status, name):
    return next(b for b in status["brokers"] if b["name"] == name)


def test_a_live_feed(start):
    gateway = start()
    until(gateway, state_is("mock", "no subscription"))
    with gateway.client() as client:
        client.subscribe("RELIANCE", "NSE", 4, 50)
        client.data()
        status, rows = until(gateway, lambda s, r: state_is("mock", "live")(s, r) and s["brokers"][0]["rate"] > 1)
        mock, = status["brokers"]
        assert (status["clients"], status["clients_limit"], status["port"]) == (1, 10000, gateway.port)
        assert status["version"] and status["uptime"] >= 0 and status["started"].startswith("2")
        assert mock["enabled"] and mock["next_step"] == "" and 0 <= mock["last_live_age"] < PATIENCE
        feed = mock["feeds"]["NSE"]
        assert feed["status"] == "live" and feed["instruments"] == 1 and feed["market"] in ("open", "closed")
        assert rows[0] == "ready: everything wanted is served"
        assert rows[1].startswith(f"broker-gateway {status['version']}, up 0 min, port {gateway.port}, zeromq tcp://")
        assert rows[2] == "clients 1 of 10,000"
        text = "\n".join(rows)
        assert re.search(r"^BROKER +STATE +LAST TICK +UPDATES +LAG +CONNS +INSTRUMENTS\nmock +live +\d\.\d s +\d+/s +0\.\d s +1\S* +1$",
                         text, re.M), text
        assert re.search(r"^    NSE live, market (open|closed), 1 instruments, last live tick 0\.\d s ago$", text, re.M), text
        assert "    simulated prices: none of them is real" in rows


def test_what_clients_were_refused_is_counted(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"depth_levels": [5, 20]}}}})
    with gateway.client() as client, gateway.client(False) as other:
        client.subscribe("RELIANCE", "NSE", 4, 50)
        client.subscribe("NOPE", "NSE", 1)
        other.send({"action": "authenticate", "api_key": "wrong"})
        other.wait_closed()
        status, rows = until(gateway, lambda s, _: s["requests"]["bad_keys"] == 1)
        assert (status["requests"]["refused"], status["requests"]["depth_fallbacks"]) == (2, 1)
        text = " ".join(" ".join(rows).split())
        assert "clients 1 of 10,000; refused: 2 requests, 1 wrong keys; 1 subscriptions with fewer depth levels" in text


@pytest.mark.parametrize("inject, state, words", [
    ({"fault": "mute"}, {"zerodha": "stale", "angel": "quiet"}, ""),
    ({"fault": "silence"}, "stale", "next: the gateway logs in anew where that may help"),
    ({"fault": "refuse_connections"}, "reconnecting", "trying again in"),
    ({"fault": "token_death"}, "login expired", "next: broker-gateway login")], ids=lambda v: v.get("fault") if "fault" in v else "")
def test_each_bad_state_in_words(start, broker, inject, state, words):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        for symbol in ("INFY", "RELIANCE", "SBIN"):
            client.subscribe(symbol, "NSE", 2)
        until(gateway, state_is(broker.name, "live"))
        sim.fault(**{("name" if k == "fault" else k): v for k, v in inject.items()})
        if inject["fault"] == "refuse_connections":
            sim.fault("drop")
        expected = state[broker.name] if isinstance(state, dict) else state
        # An attempt to connect has words of its own.
        status, rows = until(gateway, lambda s, r: state_is(broker.name, expected)(s, r) and words in " ".join(" ".join(r).split()))
        connections, instruments = {"zerodha": ("3", "9,000"), "angel": ("3", "3,000")}[broker.name]
        assert re.search(rf"^{broker.name} .* \d/{connections} +3/{instruments}$", "\n".join(rows), re.M), rows
        if expected != "quiet":
            assert not status["verdict"]["ready"] and broker_of(status, broker.name)["next_step"]
            assert any(row.startswith(f"NOT READY: {broker.name}") for row in rows)
            run("status", "--config", gateway.config, status=1)
        sim.fault("none")
        if expected == "login expired":
            broker.write_token("token-2")
        until(gateway, state_is(broker.name, "live"))


def test_no_row_is_longer_than_a_terminal_whatever_brokers_there_are(start, tmp_path):
    long = "a_broker_with_a_name_that_is_longer_than_any_column"
    brokers = {f"{long}_{i}": {"plugin": "mock", "settings": {"seed": i}} for i in range(12)}
    brokers |= {"off": {"plugin": "mock", "enabled": False}, "nowhere": {"plugin": "missing_" + "x" * 50},
                "expired": {"plugin": "zerodha", "settings": {"api_key": "k", "access_token": "${file:/%s/t}" % ("y" * 120)}}}
    gateway = start({"active_broker": f"{long}_0", "brokers": brokers})
    rows = shown(gateway)
    assert any(re.match(r"off +disabled ", row) for row in rows), rows
    assert any(re.match(r"nowhere +not available ", row) for row in rows), rows
    assert any(re.match(r"expired +login expired ", row) for row in rows), rows
    status = json.loads(gateway.run("status", "--json"))
    off = broker_of(status, "off")
    assert (off["enabled"], off["state"], off["last_live_age"]) == (False, "disabled", None)
    assert not [row for row in rows if row.startswith("off") and "live" in row]
