"""What the log says at 9:15: one line for a batch or a reconnect, when a market opens, when all feeds are live, and what
clients are told."""

import datetime
import json
import re

import pytest

from brokers import FIFTY, Angel, Kite, start_with
from gateway import Gateway
from stand_in import until

NAMES = [symbol for symbol, exchange, *_ in FIFTY if exchange == "NSE"]


@pytest.fixture(params=["zerodha", "angel"])
def broker(request, tmp_path):
    broker = {"zerodha": Kite, "angel": Angel}[request.param](tmp_path)
    broker.write_list(FIFTY)
    return broker


def hold(client, names, mode=2):
    return client.ask({"action": "subscribe", "mode": mode, "symbols": [{"symbol": name, "exchange": "NSE"} for name in names]})


def test_a_batch_and_a_reconnect_are_one_line_each(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    sim.fault("mute", tokens=[broker.in_books(name) for name in NAMES[:2]], snapshots="none")
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, stall_limit="1h")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        assert hold(client, NAMES)["status"] == "success"
        count = len(NAMES)
        if broker.name == "angel":  # of Kite, which answers every good subscribe with a tick, silence is a refusal
            line = rf"{broker.name}: {count} of {count} subscribed, {count - 2} ticking, 2 quiet: {NAMES[0]}, {NAMES[1]}$"
        else:
            line = rf"{broker.name}: {count - 2} of {count} subscribed, {count - 2} ticking; 2 refused$"
        gateway.wait_line(rf" info +broker +{line}")
        sim.fault("none")
        seen = len(gateway.lines)
        sim.fault("drop")
        gateway.wait_line(rf" info +broker +{broker.name}: {count} of {count} subscribed, {count} ticking$", seen)
        assert not re.search(r"replaying|subscribed to N\d+\.NSE", gateway.text())
    gateway.wait_line(rf"client \d+ \(.*\) subscribed to {count} of {count} streams in one request$")


def test_errors_that_clients_are_answered_are_lines(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"depth_levels": [5, 20]}}}})
    key = gateway.key("alice", "--label", "desk 4")
    with gateway.client(key) as client:
        who = r"client \d+ \(127\.0\.0\.1:\d+, user alice, key 1 desk 4\)"
        gateway.wait_line(rf" info +proxy +{who} authenticated, served by broker mock")
        client.subscribe("NOPE", "NSE", 1)
        gateway.wait_line(rf" info +proxy +{who} was answered SYMBOL_NOT_FOUND: Symbol NOPE not found for exchange NSE")
        client.ask({"action": "dance"})
        gateway.wait_line(rf" info +proxy +{who} was answered INVALID_ACTION: Invalid action: dance")
        client.unsubscribe("INFY", "NSE", 1)
        gateway.wait_line(rf"{who} was answered NOT_SUBSCRIBED: Not subscribed to INFY\.NSE mode 1")
        answer = hold(client, ["INFY", "NOPE", "RELIANCE", "GONE"], mode=4)
        assert answer["status"] == "partial"
        gateway.wait_line(rf"{who} subscribed to 2 of 4 streams in one request; refused: 2, the first with SYMBOL_NOT_FOUND: "
                          r"Symbol NOPE")
        client.ask({"action": "subscribe", "mode": 4, "depth_level": 50, "symbols": [
            {"symbol": name, "exchange": "NSE"} for name in ("INFY", "RELIANCE")]})
        gateway.wait_line(rf"{who} subscribed to 2 of 2 streams in one request, 2 with fewer depth levels than asked for")
        row, = json.loads(gateway.run("clients", "--json"))
        assert row["user"] == "alice" and row["address"].startswith("127.0.0.1:")
    with gateway.client(False) as other:
        other.send({"action": "authenticate", "api_key": "wrong"})
        other.wait_closed()
    gateway.wait_line(r" warning +proxy +client \d+ \(.*\) refused: Invalid API key, closed with 4401")


def test_many_errors_are_folded(start):
    gateway = start()
    with gateway.client() as client:
        for i in range(1000):
            client.send({"action": "subscribe", "symbol": f"NOPE{i}", "exchange": "NSE", "mode": 1})
        client.barrier()
    gateway.stop()
    assert len(re.findall(r"was answered SYMBOL_NOT_FOUND", gateway.text())) < 300
    assert re.search(r"… and [\d,]+ more like it from 1 client", gateway.text())


def test_all_feeds_live_is_said_once_and_again_when_it_is_true_again(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold(client, NAMES)
        # The stand-in's feed token is "feed", and secrets are never printed.
        live = rf" info +gateway +all \S+ live: {broker.name} NSE \({len(NAMES)} instruments\)$"
        gateway.wait_line(live)
        seen = len(gateway.lines)
        sim.fault("silence")
        gateway.wait_line(rf" warning +gateway +not all \S+ are live: {broker.name}, NSE: ", seen)
        seen = len(gateway.lines)
        sim.fault("none")
        gateway.wait_line(live, seen)
    assert len(re.findall(r"all \S+ live: ", gateway.text())) == 2


def test_a_market_that_opens_and_closes_is_a_line(start, tmp_path):
    kite = Kite(tmp_path)
    sim = start.sim("--rate", 50)
    calendar = tmp_path / "config" / "calendar.yaml"
    calendar.parent.mkdir()
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    def write(days):
        calendar.write_text(json.dumps({"utc_offset": "+00:00", "exchanges": {"NSE": {"open": "00:00-24:00", "weekdays": days}}}))
    write(week)
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url, market_hours="calendar")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        client.subscribe("INFY", "NSE", 1)
        client.next("market_status", status="open")
        gateway.wait_line("all feeds live")  # it was seen open
        sim.fault("mute")
        write([week[(datetime.datetime.now(datetime.timezone.utc).weekday() + 3) % 7]])
        gateway.run("reload")
        gateway.wait_line(r" info +gateway +the market of NSE is closed \(before: open\)")
        write(week)
        gateway.run("reload")
        gateway.wait_line(r" info +gateway +the market of NSE is open \(before: closed\)")


def test_debug_has_every_event_of_each_websocket_and_no_secret(start, tmp_path):
    kite = Kite(tmp_path)
    sim = start.sim("--rate", 20)
    gateway = start({"log": {"level": "debug"}, "active_broker": "zerodha", "brokers": {"zerodha": kite.config(sim.url)}})
    gateway.run("instruments", "import", "--broker", "zerodha", kite.list)
    key = gateway.key()
    with gateway.client(key) as client:
        client.subscribe("INFY", "NSE", 1)
        client.data()
        client._run(client.socket.ping())
        client.barrier()
    who = r" debug +websocket +client \d+ \(127\.0\.0\.1:\d+(, user user, key 1)?\)"
    for event in ("has upgraded", r"sent a message of \d+ bytes", "sent a ping or a pong", "is gone: 1000"):
        gateway.wait_line(f"{who} {event}")
    sim.fault("drop")
    where = rf" debug +websocket +{sim.url}\S*"
    for event in (r"has upgraded", r"sent a message of \d+ bytes", r"is closed: \d+"):
        gateway.wait_line(f"{where} {event}")
    gateway.wait_line(rf" debug +websocket +connecting to {sim.url}")
    assert "token-1" not in gateway.text() and key not in gateway.text()
    until(sim, lambda books: books["connections"]["open"] == 1)


def test_a_port_that_moved_is_a_warning(start, tmp_path):
    first = start()
    with Gateway(tmp_path / "second", {"server": {"port": first.port}}) as second:
        second.wait_line(rf" warning +proxy +port {first.port} is in use, using port {second.port} instead")
