"""Broker links on bad days: silence, expired tokens, a switch of brokers by itself and by hand."""

import json
import time

import pytest

from brokers import STALL, Angel, Kite, link_of, start_with, status_of
from gateway import PATIENCE
from stand_in import until

SYMBOLS = ("INFY", "RELIANCE", "SBIN")


@pytest.fixture
def kite(tmp_path):
    return Kite(tmp_path)


@pytest.fixture
def angel(tmp_path):
    return Angel(tmp_path)


def hold_all(client, mode=2):
    request = {"action": "subscribe", "mode": mode, "symbols": [{"symbol": s, "exchange": "NSE"} for s in SYMBOLS]}
    assert client.ask(request)["status"] == "success"


def hear_all(client, fresh=lambda message: True):
    """A live update of each symbol."""
    missing = set(SYMBOLS)
    while missing:
        message = client.data()
        if "snapshot" not in message and fresh(message):
            missing.discard(message["data"]["symbol"])


def learn(client, broker):
    """The feed ticks for so long that its silence means something: Kite is asked again, and of Angel, which need not answer,
    the pace has to be known, for three stall limits and a little."""
    learned = time.time() + {"zerodha": 0.5, "angel": 3.5}[broker.name] * STALL
    while client.data().get("received_at", 0) < learned:
        pass


# Angel cannot be asked again, and three shares are too few to say that one should tick: test_silence.py has fifty.
def test_a_mute_broker_is_found_out_and_logged_in_to_anew(start, kite):
    broker = kite
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all(client, 4)
        learn(client, broker)
        before = until(sim, lambda books: len(books["subscriptions"]) == len(SYMBOLS))
        sim.fault("mute")
        stale = client.next("feed_status", status="stale", broker=broker.name)
        assert abs(stale["since"] - time.time()) < PATIENCE
        # A new login at once, beside the old one, which is as mute.
        until(sim, lambda books: books["logins"]["accepted"] == 2 and books["connections"]["open"] == 1)
        client.barrier()
        assert not [n for n in client.notices if n["type"] == "broker_status"]
        sim.fault("none")
        client.next("feed_status", status="live")
        hear_all(client)
        assert until(sim, lambda books: books["subscriptions"] == before["subscriptions"])["connections"]["open"] == 1
        link = link_of(gateway, broker)
        assert link["status"] == "connected" and link["feed"] == "live" and link["recycles"] >= 1
    assert status_of(gateway)["ledger"]["unexplained"] == 0


@pytest.mark.parametrize("broker", ["kite", "angel"])
def test_an_expired_token_waits_for_a_new_one_and_loses_nobody(start, request, broker):
    broker = request.getfixturevalue(broker)
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client, gateway.client() as plain:
        client.next("broker_status", status="connected")
        deep = client.subscribe("INFY", "NSE", 4, 20)["actual_depth"]
        assert deep == broker.deepest
        hold_all(client)
        plain.subscribe("SBIN", "NSE", 1)
        hear_all(client)
        plain.data()
        before = sim.books()
        # Tokens die in the middle of the session.
        sim.fault("token_death")
        expired = client.next("broker_status", status="auth_expired")
        assert "relogin" in expired["message"] and str(broker.refusal) in expired["message"]
        assert sim.books()["logins_refused"][str(broker.refusal)] <= 2
        # A subscribe is confirmed and remembered meanwhile.
        assert plain.subscribe("TCS", "NSE", 2)["status"] == "success"
        begin = time.monotonic()
        broker.write_token("token-2")
        client.next("broker_status", status="connected")
        hear_all(client)
        plain.data(topic="TCS.NSE")
        assert time.monotonic() - begin < PATIENCE
        after = until(sim, lambda books: len(books["subscriptions"]) == len(before["subscriptions"]) + 1)
        assert before["subscriptions"].items() <= after["subscriptions"].items()
        message = client.data(mode=4, topic="INFY.NSE")
        while len(message["data"]["depth"]["buy"]) != deep:
            message = client.data(mode=4, topic="INFY.NSE")
        for each in (client, plain):
            each.barrier()
    assert status_of(gateway)["ledger"]["unexplained"] == 0


@pytest.mark.parametrize("broker, tls", [("kite", False), ("angel", True)])
def test_a_broker_that_sends_and_does_not_read_is_left(start, request, certificate, monkeypatch, broker, tls):
    broker = request.getfixturevalue(broker)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    secure = ["--tls-certificate", certificate.file, "--tls-key", certificate.key] if tls else []
    sim = start.sim(*secure, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, stall_limit="1h")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        sim.fault("pings", per_second=20000)
        message = client.next("broker_status", status="reconnecting")["message"]
        assert "the broker has read nothing for 10 s; trying again in" in message
        sim.fault("none")
        client.next("broker_status", status="connected")
    assert link_of(gateway, broker)["recycles"] == 0


def test_new_credentials_connect_at_once_though_the_next_attempt_is_far(start, kite):
    sim = start.sim("--rate", 50)
    far = {"first": "600s", "max": "600s", "attempts": 0}
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url, reconnect=far)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all(client)
        hear_all(client)
        sim.fault("drop")
        client.next("broker_status", status="reconnecting")
        kite.write_token("token-2")
        client.next("broker_status", status="connected")
        hear_all(client)


def test_relogin_by_hand(start, kite):
    sim = start.sim("--rate", 50)
    sim.fault("token_death")
    sim.fault("upgrade", status=403)
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="auth_expired")
        hold_all(client)
        sim.fault("none")
        gateway.run("brokers", "relogin", "zerodha")
        client.next("broker_status", status="connected")
        hear_all(client)


def start_both(start, kite, angel, active=("zerodha", "angel"), **more):
    sims = start.sim("--rate", 50), start.sim("--rate", 50, broker="angel")
    gateway = start_with(start, list(active), (kite, kite.config(sims[0].url)), (angel, angel.config(sims[1].url, **more)))
    return gateway, *sims


def until_both_connected(gateway):
    give_up = time.monotonic() + PATIENCE
    while not all(b["status"] == "connected" for b in status_of(gateway)["brokers"]):
        assert time.monotonic() < give_up


@pytest.mark.parametrize("standby", ["cold", "hot"])
def test_the_next_broker_takes_over_from_a_mute_one(start, kite, angel, standby):
    gateway, zerodha, other = start_both(start, kite, angel, standby=standby)
    until_both_connected(gateway)
    with gateway.client(extras=True) as client, gateway.client() as plain:
        client.next("broker_status", status="connected", broker="zerodha")
        epoch = client.ask({"action": "get_broker_info"})["broker"]
        assert epoch == "zerodha"
        assert client.subscribe("INFY", "NSE", 4, 20)["actual_depth"] == 5
        hold_all(client)
        hold_all(plain)
        learn(client, kite)
        hear_all(plain)
        if standby == "hot":
            until(other, lambda books: len(books["subscriptions"]) == len(SYMBOLS))
        else:
            assert other.books()["subscriptions"] == {}
        zerodha.fault("mute")
        switched = client.next("broker_status", status="switched")
        assert switched["broker"] == "angel" and switched["epoch"] and "zerodha" in switched["message"]
        # The same subscriptions go on with the other broker's prices, and with its depth.
        message = client.data(mode=4, topic="INFY.NSE")
        while len(message["data"]["depth"]["buy"]) != 20:
            message = client.data(mode=4, topic="INFY.NSE")
        assert "actual_depth_level" not in message
        hear_all(client)
        hear_all(plain)
        until(other, lambda books: books["subscriptions"].get("1:1594") == [3, 4] and len(books["subscriptions"]) == 3)
        assert client.ask({"action": "get_broker_info"})["broker"] == "angel"
        assert plain.ask({"action": "list"})["subscriptions"]
        client.barrier()
        assert len([n for n in client.notices if n.get("status") == "switched"]) == 0, "told once"
    status = status_of(gateway)
    assert status["ledger"]["unexplained"] == 0
    assert [line["serving"] for line in status["groups"] if line["default"]] == ["angel"]


def test_what_the_next_broker_lacks_stays_wanted_and_is_said_once(start, kite, angel, tmp_path):
    lacking = [row for row in json.loads(angel.list.read_text()) if row["name"] != "SBIN"]
    angel.list.write_text(json.dumps(lacking))
    gateway, zerodha, other = start_both(start, kite, angel)
    until_both_connected(gateway)
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all(client)
        learn(client, kite)
        zerodha.fault("mute")
        client.next("broker_status", status="switched")
        error = client.next("error")
        assert (error["code"], error["symbol"], error["mode"]) == ("SUBSCRIPTION_ERROR", "SBIN", 2)
        assert "angel does not list it" in error["message"]
        client.data(topic="INFY.NSE")
        assert {s["symbol"] for s in client.ask({"action": "list"})["subscriptions"]} == set(SYMBOLS)
        # A list that has it: it comes by itself.
        Angel(tmp_path)
        gateway.run("instruments", "import", "--broker", "angel", angel.list)
        client.data(topic="SBIN.NSE")
        assert not [n for n in client.notices if n["type"] == "error"]


def test_a_broker_that_is_down_from_the_beginning_is_passed_over(start, kite, angel):
    gateway, zerodha, other = start_both(start, kite, angel)
    zerodha.stop()
    with gateway.client(extras=True) as client:
        hold_all(client)
        hear_all(client)
        while client.ask({"action": "get_broker_info"})["broker"] != "angel":
            client.data()
        hear_all(client)


def rewrite(gateway, change):
    """Edits gateway.yaml and sends SIGHUP."""
    config = json.loads(gateway.config.read_text())
    change(config)
    gateway.config.write_text(json.dumps(config, indent=1))
    gateway.reload()


def test_an_edited_file_takes_effect_while_clients_stay(start, kite, angel):
    gateway, zerodha, other = start_both(start, kite, angel, active=["zerodha"])
    until_both_connected(gateway)
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all(client)
        hear_all(client)
        # A broken file is refused as a whole.
        start_line = len(gateway.lines)
        rewrite(gateway, lambda c: c.update(active_broker=["angel"], log={"level": "loud"}))
        gateway.wait_line(r"log\.level: found .*loud.*expected", start_line)
        gateway.wait_line("refused as a whole", start_line)
        assert client.ask({"action": "get_broker_info"})["broker"] == "zerodha"
        # Another order of brokers.
        rewrite(gateway, lambda c: c.update(active_broker=["angel", "zerodha"], log={"level": "info"}))
        switched = client.next("broker_status", status="switched")
        assert switched["broker"] == "angel"
        hear_all(client)
        until(zerodha, lambda books: not books["subscriptions"])
        # A broker goes: its users go to the next.
        start_line = len(gateway.lines)
        rewrite(gateway, lambda c: (c["brokers"].pop("angel"), c.update(active_broker=["zerodha"])))
        assert client.next("broker_status", status="switched")["broker"] == "zerodha"
        gateway.wait_line("brokers removed: angel", start_line)
        hear_all(client)
        until(other, lambda books: books["connections"]["open"] == 0)
        # And comes back, with limits that count at once.
        start_line = len(gateway.lines)
        rewrite(gateway, lambda c: (c["brokers"].update(angel=angel.config(other.url)),
                                    c.update(active_broker=["angel"], limits={"subscriptions_per_client": 3})))
        gateway.wait_line("brokers added: angel", start_line)
        client.next("broker_status", status="switched", broker="angel")
        hear_all(client)
        assert client.subscribe("TCS", "NSE", 1)["code"] == "SUBSCRIPTION_LIMIT"
        # A broker whose settings change is made anew, and only that one.
        connections = zerodha.books()["connections"]["total"]
        rewrite(gateway, lambda c: c["brokers"]["angel"]["settings"].update(client_code="C2"))
        until(other, lambda books: any(b.get("client_code") == "C2" for b in books["connections"]["list"]))
        until(other, lambda books: len(books["subscriptions"]) == len(SYMBOLS))
        hear_all(client)
        assert zerodha.books()["connections"]["total"] == connections
    assert status_of(gateway)["ledger"]["unexplained"] == 0


def test_market_status_is_told_with_the_first_subscription(start, kite):
    sim = start.sim("--rate", 50)
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url)))
    with gateway.client(extras=True) as client, gateway.client() as plain:
        client.next("broker_status", status="connected")
        client.subscribe("INFY", "NSE", 1)
        market = client.next("market_status")
        assert market["exchange"] == "NSE" and market["status"] in ("open", "pre_open", "closed")
        assert market["source"] == "calendar"
        client.subscribe("RELIANCE", "NSE", 1)
        plain.subscribe("INFY", "NSE", 1)
        for each in (client, plain):
            each.barrier()
            assert not [n for n in each.notices if n["type"] == "market_status"]
