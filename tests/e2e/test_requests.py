"""The errors table of docs/protocol.md, word for word, and the order of its checks."""

import pytest


def error(code, message, **more):
    return {"type": "error", "code": code, "message": message, **more}


REQUIRED = error("INVALID_PARAMETERS", "Symbol and exchange are required")
MODE = error("INVALID_MODE", "Mode must be 1 (LTP), 2 (QUOTE), or 4 (DEPTH)")
LEVEL = error("INVALID_DEPTH_LEVEL", "Depth level must be 5, 20, 30, or 50")


@pytest.mark.parametrize("frame", ["{", "", "[]", "7", '"x"', "null", '{"action":"subscribe"', "[" * 100000])
def test_invalid_json(client, frame):
    assert client.ask(frame) == error("INVALID_JSON", "Invalid JSON message")
    assert client.barrier()["type"] == "pong"


@pytest.mark.parametrize("request_, name", [
    ({"action": "dance"}, "dance"), ({}, "None"), ({"action": None}, "None"), ({"action": "x" * 1000}, "x" * 64)])
def test_invalid_action(client, request_, name):
    assert client.ask(request_) == error("INVALID_ACTION", f"Invalid action: {name}")


@pytest.mark.parametrize("names", [
    {}, {"symbol": "RELIANCE"}, {"exchange": "NSE"}, {"symbol": "", "exchange": "NSE"}, {"symbol": 7, "exchange": "NSE"},
    {"symbol": "RELIANCE", "exchange": None}, {"symbol": ["RELIANCE"], "exchange": "NSE"}])
@pytest.mark.parametrize("action", ["subscribe", "unsubscribe"])
def test_symbol_and_exchange_are_required(client, action, names):
    assert client.ask({"action": action, "mode": "bad", **names}) == REQUIRED


@pytest.mark.parametrize("mode", [0, 3, 5, -1, 1.5, "2", True, False, None, [], {}, 1e300])
def test_invalid_mode(client, mode):
    assert client.ask({"action": "subscribe", "symbol": "NOPE", "exchange": "NSE", "mode": mode, "depth_level": 7}) == MODE


def test_a_whole_float_is_that_mode(client):
    assert client.ask('{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":2.0}')["mode"] == 2


@pytest.mark.parametrize("level", [0, 1, 10, 21, 51, -5, "5", True, None, 5.5])
def test_invalid_depth_level(client, level):
    assert client.ask({"action": "subscribe", "symbol": "NOPE", "exchange": "NSE", "mode": 4, "depth_level": level}) == LEVEL


def test_depth_level_is_ignored_in_other_modes(client):
    assert client.subscribe("RELIANCE", "NSE", 1, depth_level="nonsense")["status"] == "success"


@pytest.mark.parametrize("symbol, exchange", [("NOPE", "NSE"), ("RELIANCE", "NYSE"), ("reliance", "NSE"), ("NIFTY", "NSE")])
def test_symbol_not_found(client, symbol, exchange):
    assert client.subscribe(symbol, exchange) == error(
        "SYMBOL_NOT_FOUND", f"Symbol {symbol} not found for exchange {exchange}")


def test_no_depth_for_an_index(client):
    assert client.subscribe("NIFTY", "NSE_INDEX", 4) == error(
        "BROKER_LIMITATION", "Feature 'depth' is not supported by broker mock for exchange NSE_INDEX",
        broker="mock", exchange="NSE_INDEX", feature="depth")


@pytest.mark.parametrize("mode, text", [(2, "2"), (7, "7"), ("x", "x")])
def test_not_subscribed(client, mode, text):
    assert client.unsubscribe("RELIANCE", "NSE", mode) == error(
        "NOT_SUBSCRIBED", f"Not subscribed to RELIANCE.NSE mode {text}")


def test_subscription_limit_names_it(start):
    gateway = start({"limits": {"subscriptions_per_client": 2}})
    with gateway.client() as client:
        assert client.subscribe("RELIANCE", "NSE", 1)["status"] == "success"
        assert client.subscribe("RELIANCE", "NSE", 2)["status"] == "success"
        refused = client.subscribe("INFY", "NSE", 1)
        assert (refused["type"], refused["code"]) == ("error", "SUBSCRIPTION_LIMIT")
        assert "2" in refused["message"]
        assert client.subscribe("RELIANCE", "NSE", 2)["status"] == "success"  # held already: counts once


def test_a_bad_request_disturbs_nothing(client):
    client.subscribe("RELIANCE", "NSE", 1)
    for bad in ["{", {"action": "dance"}, {"action": "subscribe"}]:
        assert client.ask(bad)["type"] == "error"
    assert client.data()["topic"] == "RELIANCE.NSE"


@pytest.mark.parametrize("mode, level, echoed", [(1, None, None), (2, None, None), (4, None, 5), (4, 20, 20), (4, 50, 50)])
def test_confirmations(client, mode, level, echoed):
    assert client.subscribe("INFY", "NSE", mode, level) == {
        "type": "subscription", "status": "success", "symbol": "INFY", "exchange": "NSE", "mode": mode, "depth_level": echoed}
    assert client.unsubscribe("INFY", "NSE", mode) == {
        "type": "unsubscription", "status": "success", "symbol": "INFY", "exchange": "NSE", "mode": mode}


def test_defaults_are_quote_and_five(client):
    answer = client.ask({"action": "subscribe", "symbol": "INFY", "exchange": "NSE"})
    assert answer["mode"] == 2 and answer["depth_level"] is None


def test_unsubscribe_without_level_ends_every_depth_with_one_only_that(client):
    for level in (5, 20, 50):
        client.subscribe("TCS", "NSE", 4, level)
    client.unsubscribe("TCS", "NSE", 4, depth_level=20)
    held = client.ask({"action": "list"})["subscriptions"]
    assert sorted(s["depth_level"] for s in held) == [5, 50]
    client.unsubscribe("TCS", "NSE", 4)
    assert client.ask({"action": "list"})["subscriptions"] == []


def test_nothing_comes_after_the_answer_to_unsubscribe(client):
    client.subscribe("RELIANCE", "NSE", 1)
    client.data()
    client.unsubscribe("RELIANCE", "NSE", 1)
    client.market_data.clear()
    client.barrier()
    assert client.market_data == []


def test_held_already_is_confirmed_again_counts_once_and_sends_its_value_again(client):
    client.subscribe("SBIN", "NSE", 1)
    client.data()
    assert client.subscribe("SBIN", "NSE", 1)["status"] == "success"
    client.data()
    assert len(client.ask({"action": "list"})["subscriptions"]) == 1
    client.unsubscribe("SBIN", "NSE", 1)
    assert client.unsubscribe("SBIN", "NSE", 1)["code"] == "NOT_SUBSCRIBED"
