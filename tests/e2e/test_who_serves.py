"""Which broker of a list serves which instrument, and what is said of a subscription of which nothing, or no price, comes."""

import json
import struct

import pytest

from brokers import Angel, Kite, status_of
from cases import quote_frame
from stand_in import until


@pytest.fixture
def kite(tmp_path):
    return Kite(tmp_path)


@pytest.fixture
def angel(tmp_path):
    broker = Angel(tmp_path)
    rows = json.loads(broker.list.read_text())
    broker.list.write_text(json.dumps(rows + [broker.row("ONLYHERE", "NSE", "NSE", 9999)]))
    return broker


def start_both(start, kite, angel, **more):
    zerodha, other = start.sim("--rate", 20), start.sim("--rate", 20, broker="angel")
    gateway = start({"active_broker": ["zerodha", "angel"], **more,
                     "brokers": {"zerodha": kite.config(zerodha.url), "angel": angel.config(other.url)}})
    for broker in (kite, angel):
        gateway.run("instruments", "import", "--broker", broker.name, broker.list)
    return gateway, zerodha, other


def default_group(gateway):
    return next(line for line in status_of(gateway)["groups"] if line["default"])


def test_what_the_active_broker_does_not_list_comes_from_the_next_until_it_does(start, kite, angel):
    gateway, zerodha, other = start_both(start, kite, angel)
    with gateway.client(extras=True) as client, gateway.client() as plain:
        answer = client.subscribe("ONLYHERE", "NSE", 2)
        assert (answer["status"], answer["broker"]) == ("success", "angel")
        assert client.subscribe("INFY", "NSE", 2)["broker"] == "zerodha"
        assert plain.subscribe("ONLYHERE", "NSE", 1) == {
            "type": "subscription", "status": "success", "symbol": "ONLYHERE", "exchange": "NSE", "mode": 1, "depth_level": None}
        assert client.data(topic="ONLYHERE.NSE")["broker"] == "angel"
        assert client.data(topic="INFY.NSE")["broker"] == "zerodha"
        assert "broker" not in plain.data(topic="ONLYHERE.NSE")
        until(other, lambda books: books["subscriptions"] == {"1:9999": [2]})
        group = default_group(gateway)
        assert (group["serving"], group["elsewhere"]) == ("zerodha", 1)
        # It goes home when the active broker lists it.
        kite.list.write_text(kite.list.read_text() + "2559745,9999,ONLYHERE,ONLYHERE,0,,0,0.05,1,EQ,NSE,NSE\n")
        gateway.run("instruments", "import", "--broker", "zerodha", kite.list)
        until(other, lambda books: books["subscriptions"] == {})
        until(zerodha, lambda books: "2559745" in books["subscriptions"])
        client.next("market_data", topic="ONLYHERE.NSE", broker="zerodha")
        assert default_group(gateway)["elsewhere"] == 0


def test_brokers_that_are_not_mixed_serve_only_what_they_list(start, kite, angel):
    gateway, _, _ = start_both(start, kite, angel, mix_brokers=False)
    with gateway.client() as client:
        answer = client.ask({"action": "subscribe", "symbol": "ONLYHERE", "exchange": "NSE", "mode": 2})
        assert answer["code"] == "SYMBOL_NOT_FOUND"


def test_what_only_the_lost_broker_lists_can_be_subscribed_and_waits(start, kite, angel):
    rows = json.loads(angel.list.read_text())
    angel.list.write_text(json.dumps([row for row in rows if row["name"] != "SBIN"]))
    gateway, zerodha, _ = start_both(start, kite, angel)
    with gateway.client(extras=True) as client:
        client.subscribe("INFY", "NSE", 2)
        client.data(topic="INFY.NSE")
        zerodha.fault("refuse_connections")
        zerodha.fault("drop")
        client.next("broker_status", status="switched")
        answer = client.subscribe("SBIN", "NSE", 2)
        assert (answer["status"], answer["broker"]) == ("success", "zerodha")
        client.next("subscription_status", symbol="SBIN", status="pending", message="waiting for broker zerodha")
        client.next("market_data", topic="INFY.NSE", broker="angel")
        zerodha.fault("none")
        client.next("market_data", topic="SBIN.NSE", broker="zerodha")


def depth20(token, price):
    """Angel's packet of 20 levels a side, which has no last price."""
    head = struct.pack("<BB25sqq", 4, 1, str(token).encode(), 1, 1_700_000_000_000)
    bids = b"".join(struct.pack("<iih", 10, price - i, 1) for i in range(20))
    return head + bids + b"".join(struct.pack("<iih", 10, price + 1 + i, 1) for i in range(20))


def test_a_book_without_a_last_price_waits_for_it_but_not_with_extras(start, angel):
    sim = start.sim("--rate", 1, broker="angel")
    sim.fault("mute")
    gateway = start({"active_broker": "angel", "brokers": {"angel": angel.config(sim.url, stall_limit="1h")}})
    gateway.run("instruments", "import", "--broker", "angel", angel.list)
    with gateway.client(extras=True) as client, gateway.client() as plain:
        for one in (client, plain):
            one.subscribe("INFY", "NSE", 4, 20)
        until(sim, lambda books: books["subscriptions"].get("1:1594") == [3, 4])
        sim.fault("frame", hex=depth20(1594, 180_000).hex())
        data = client.data(mode=4)["data"]
        assert "ltp" not in data and len(data["depth"]["buy"]) + len(data["depth"]["sell"]) > 0
        client.next("subscription_status", status="active", message="waiting for a last price")
        plain.barrier()
        assert plain.market_data == []
        assert status_of(gateway)["waiting_for_price"] == 1
        assert "not sent: 1 updates without a last price to clients without extras\n" in gateway.run("status")
        ltp = struct.pack("<BB25sqqq", 1, 1, b"1594", 2, 1_700_000_001_000, 180_050)
        sim.fault("frame", hex=ltp.hex())
        assert plain.data(mode=4)["data"]["ltp"] == 1800.5
        assert client.data(mode=4)["data"]["ltp"] == 1800.5
        assert status_of(gateway)["ledger"]["unexplained"] == 0


def test_status_says_in_words_what_is_left_out_and_what_the_list_lacks(start, kite):
    sim = start.sim("--rate", 1)
    sim.fault("mute")
    gateway = start({"active_broker": "zerodha", "brokers": {"zerodha": kite.config(sim.url, stall_limit="1h")}})
    gateway.run("instruments", "import", "--broker", "zerodha", kite.list)
    with gateway.client() as client:
        client.subscribe("INFY", "NSE", 2)
        until(sim, lambda books: "408065" in books["subscriptions"])
        assert "dropped" not in gateway.run("status") and "not in the list" not in gateway.run("status")
        for token in (738561, 408065):
            sim.fault("frame", hex=quote_frame(token, 150_000).hex())
        client.data()
        without = [line for line in kite.list.read_text().splitlines(True) if ",INFY," not in line]
        kite.list.write_text("".join(without))
        gateway.run("instruments", "import", "--force", "--broker", "zerodha", kite.list)
        text = gateway.run("status")
        assert "    left out: 1 updates of instruments that are not subscribed\n" in text
        assert "    1 subscribed instruments are not in the list\n" in text


def test_silence_after_a_subscribe_is_told_in_each_brokers_way(start, kite, angel):
    """Kite answers every good subscribe with a tick; of Angel nobody knows."""
    sims = [start.sim("--rate", 1), start.sim("--rate", 1, broker="angel")]
    gateway = start({"active_broker": "zerodha", "brokers": {
        broker.name: broker.config(sim.url, stall_limit="1h") for broker, sim in zip((kite, angel), sims)}})
    for broker, sim in zip((kite, angel), sims):
        sim.fault("mute")
        gateway.run("instruments", "import", "--broker", broker.name, broker.list)
    gateway.key("other")
    gateway.run("users", "set-broker", "other", "angel")
    with gateway.client() as plain, gateway.client(extras=True) as client, gateway.client(gateway.key("other"), extras=True) as other:
        assert plain.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert other.subscribe("INFY", "NSE", 2)["broker"] == "angel"
        reason = "no data and no word from the broker"
        assert plain.next("error") == {"type": "error", "code": "SUBSCRIPTION_ERROR",
                                       "message": f"Error subscribing to INFY.NSE: {reason}"}
        client.next("subscription_status", status="failed", message=reason)
        other.next("subscription_status", status="pending", message="no data yet")
        # What comes all the same is served.
        for sim in sims:
            sim.fault("none")
        for one in (plain, client, other):
            one.data(topic="INFY.NSE")
