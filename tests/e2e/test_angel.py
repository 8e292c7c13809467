"""Angel's frames through the whole gateway: those rebuilt from real sessions, and a stand-in's."""

import json

import pytest

from brokers import Angel, link_of, start_with
from gateway import RECORDINGS
from stand_in import until

FOLDER = RECORDINGS / "angel"
needs_fixtures = pytest.mark.skipif(not FOLDER.exists(), reason=f"no recorded frames in {FOLDER}")


@pytest.fixture
def angel(tmp_path):
    return Angel(tmp_path)


def rupees(paise):
    return paise / 100


def levels(side):
    return [{"price": rupees(level["price"]), "quantity": level["quantity"], "orders": level["orders"]} for level in side]


@needs_fixtures
def test_frames_of_real_sessions(start, angel):
    expected = {record["file"].split("/")[1]: record["expected"]
                for record in json.loads((FOLDER / "expected.json").read_text())}
    sim = start.sim("--frames", FOLDER / "reconstructed", "--loop", "--rate", 50, broker="angel")
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        # 50 levels are not to be had: 20 are.
        answer = client.subscribe("INFY", "NSE", 4, 50)
        assert (answer["depth_level"], answer["actual_depth"], answer["is_fallback"]) == (50, 20, True)
        assert client.subscribe("INFY", "NSE", 4, 20)["is_fallback"] is False
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert client.subscribe("RELIANCE", "NSE", 1)["status"] == "success"
        until(sim, lambda books: books["subscriptions"] == {"1:1594": [3, 4], "1:2885": [1]})

        book = expected["depth20_INFY_2024-12-20.bin"]
        snap = expected["snapquote_INFY_2024-12-20.bin"]
        for asked in (20, 50):
            message = client.data(mode=4, depth_level=asked, topic="INFY.NSE")
            # The first ones come before the packet of the quote.
            while len(message["data"]["depth"]["buy"]) != 20 or message["data"].get("ltp") != rupees(snap["last_traded_price"]):
                message = client.data(mode=4, depth_level=asked, topic="INFY.NSE")
            data = message["data"]
            assert data["depth"] == {"buy": levels(book["bids"]), "sell": levels(book["asks"])}
            assert data["ltp"] == rupees(snap["last_traded_price"]) and data["open"] == rupees(snap["open"])
            assert data["timestamp"] == book["exchange_timestamp"] / 1000
            assert data["broker_supported"] is (asked == 20)
            assert message.get("actual_depth_level") == (None if asked == 20 else 20)
        assert data["broker_message"] == "Angel broker only supports up to 20 depth levels for NSE"

        data = client.data(mode=2, topic="INFY.NSE")["data"]
        for ours, theirs in [("ltp", "last_traded_price"), ("open", "open"), ("high", "high"), ("low", "low"),
                             ("close", "close"), ("avg_trade_price", "average_traded_price"),
                             ("upper_circuit", "upper_circuit"), ("lower_circuit", "lower_circuit")]:
            assert data[ours] == rupees(snap[theirs]), ours
        for ours, theirs in [("volume", "volume"), ("last_trade_quantity", "last_traded_quantity"),
                             ("total_buy_quantity", "total_buy_quantity"), ("oi", "open_interest"),
                             ("total_sell_quantity", "total_sell_quantity"),
                             ("last_trade_time", "last_traded_timestamp")]:
            assert data[ours] == snap[theirs], ours
        assert data["timestamp"] == snap["exchange_timestamp"] / 1000

        ltp = expected["ltp_RELIANCE_2025-05-02.bin"]
        data = client.data(mode=1, topic="RELIANCE.NSE")["data"]
        assert (data["ltp"], data["timestamp"]) == (rupees(ltp["last_traded_price"]), ltp["exchange_timestamp"] / 1000)


@needs_fixtures
def test_a_quote_of_a_real_session(start, angel):
    expected = json.loads((FOLDER / "expected.json").read_text())[0]
    sim = start.sim("--frames", FOLDER / "reconstructed", "--loop", "--rate", 50, broker="angel")
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    with gateway.client() as client:
        client.subscribe("INFY", "NSE", 2)
        data = client.data()["data"]
        values = expected["expected_rupees"]
        assert (data["ltp"], data["avg_trade_price"]) == (values["last_traded_price"], values["average_traded_price"])
        assert [data[k] for k in ("open", "high", "low", "close")] == [values[k] for k in ("open", "high", "low", "close")]


def test_an_index_has_no_depth_and_no_trades(start, angel):
    sim = start.sim("--rate", 20, broker="angel")
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    with gateway.client() as client:
        refused = client.subscribe("NIFTY", "NSE_INDEX", 4)
        assert (refused["code"], refused["feature"]) == ("BROKER_LIMITATION", "depth")
        assert client.subscribe("NIFTY", "NSE_INDEX", 2)["status"] == "success"
        data = client.data()["data"]
        assert data["ltp"] > 0 and "open" in data and "volume" not in data and "last_trade_quantity" not in data


def many(angel, count):
    """A list with so many more shares."""
    rows = json.loads(angel.list.read_text())
    rows += [angel.row(f"S{i}", "NSE", "NSE", 100_000 + i) for i in range(count)]
    angel.list.write_text(json.dumps(rows))
    return [f"S{i}" for i in range(count)]


def batch(symbols, mode, depth_level=5):
    return {"action": "subscribe", "mode": mode, "depth_level": depth_level,
            "symbols": [{"symbol": symbol, "exchange": "NSE"} for symbol in symbols]}


def test_further_connections_open_when_one_is_full_and_close_when_idle(start, angel):
    symbols = many(angel, 3001)
    sim = start.sim("--rate", 1, broker="angel")
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        for part in range(3):
            assert client.ask(batch(symbols[1000 * part:1000 * part + 1000], 1))["status"] == "success"
        books = until(sim, lambda books: len(books["subscriptions"]) == 3000)
        assert books["connections"]["max_instruments"] == 1000 and books["connections"]["open"] == 3
        # All three are full: the answer says how many there are.
        refused = client.subscribe(symbols[3000], "NSE", 1)
        assert refused["code"] == "SUBSCRIPTION_LIMIT"
        assert "angel allows 3 connections of 1000 instruments each" in refused["message"]
        # One that goes makes room for another.
        client.unsubscribe(symbols[0], "NSE", 1)
        assert client.subscribe(symbols[3000], "NSE", 1)["status"] == "success"
        books = until(sim, lambda books: "1:103000" in books["subscriptions"])
        assert books["requests"].get("wrong", 0) == 0
        # The link is lost: what comes back fits again.
        sim.fault("drop")
        until(sim, lambda books: books["connections"]["open"] == 3 and len(books["subscriptions"]) == 3000
              and books["connections"]["total"] >= 6)
        client.send({"action": "unsubscribe_all"})
        until(sim, lambda books: books["connections"]["open"] == 1 and not books["subscriptions"])


def test_twenty_levels_beyond_the_brokers_cap_are_five_and_said_so(start, angel):
    symbols = many(angel, 151)
    sim = start.sim("--rate", 1, broker="angel")
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        answer = client.ask(batch(symbols[:150], 4, 20))
        assert {entry["actual_depth"] for entry in answer["subscriptions"]} == {20}
        last = client.subscribe(symbols[150], "NSE", 4, 20)
        assert (last["actual_depth"], last["is_fallback"]) == (5, True)
        books = until(sim, lambda books: len(books["subscriptions"]) == 151 and
                      sum(4 in modes for modes in books["subscriptions"].values()) == 150)
        assert books["connections"]["open"] == 3
        message = client.data(topic=f"{symbols[150]}.NSE")
        assert message["actual_depth_level"] == 5 and len(message["data"]["depth"]["buy"]) == 5
        assert message["data"]["broker_supported"] is False


def test_a_refused_subscription_reaches_exactly_those_that_asked(start, angel):
    sim = start.sim("--rate", 20, broker="angel")
    sim.fault("refuse_subscriptions", tokens=[angel.in_books("TCS")])
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    key = gateway.key()
    with gateway.client(key, extras=True) as told, gateway.client(key) as plain, gateway.client(key) as other:
        told.next("broker_status", status="connected")
        assert other.subscribe("INFY", "NSE", 1)["status"] == "success"
        # One bad among good ones costs the good ones nothing.
        request = {"action": "subscribe", "mode": 1,
                   "symbols": [{"symbol": s, "exchange": "NSE"} for s in ("RELIANCE", "TCS", "SBIN")]}
        assert told.ask(request)["status"] == "success"
        errors, states = [], {}
        messages = list(told.notices)
        while (not errors or states.get("TCS", {}).get("status") != "failed"
               or not all(states.get(s, {}).get("status") == "active" for s in ("RELIANCE", "SBIN"))):
            for message in messages:
                if message["type"] == "error":
                    errors.append(message)
                if message["type"] == "subscription_status":
                    states[message["symbol"]] = message
            messages = [told.receive()]
        assert [(e["code"], e["symbol"], e["mode"]) for e in errors] == [("SUBSCRIPTION_ERROR", "TCS", 1)]
        assert "E1001" in errors[0]["message"]
        assert states["TCS"]["code"] == "SUBSCRIPTION_ERROR" and "E1001" in states["TCS"]["message"]
        # A second client that asks for the same is told as well, and only what it asked for.
        assert plain.subscribe("TCS", "NSE", 1)["status"] == "success"
        error = plain.next("error")
        assert error == {"type": "error", "code": "SUBSCRIPTION_ERROR", "message": error["message"]}
        other.barrier()
        assert other.market_data and not [n for n in other.notices if n["type"] == "error"]
        assert link_of(gateway, angel)["subscriptions_refused"] == 1


def test_twenty_levels_that_are_refused_are_five_and_said_so(start, angel):
    sim = start.sim("--rate", 50, broker="angel")
    token = angel.in_books("SBIN")
    sim.fault("refuse_subscriptions", tokens=[token], modes=[4])
    gateway = start_with(start, "angel", (angel, angel.config(sim.url, stall_limit="60s")))
    with gateway.client(extras=True) as asker:
        assert asker.subscribe("SBIN", "NSE", 4, 20)["status"] == "success"
        why = asker.next("subscription_status", actual_depth_level=5)["message"]
        assert why.startswith("Depth level 20 not available, using 5: broker angel refused it: Angel says E1001")
        message = asker.data(topic="SBIN.NSE", actual_depth_level=5)
        assert len(message["data"]["depth"]["buy"]) == 5 and message["data"]["broker_message"] == why
        until(sim, lambda books: books["subscriptions"] == {token: [3]})
