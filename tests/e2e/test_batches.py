"""Requests that name several symbols."""

import pytest

from gateway import Client


def test_batch_answers_in_the_order_asked(client):
    answer = client.ask({"action": "subscribe", "id": "b1", "mode": 4, "depth_level": 20, "symbols": [
        {"symbol": "RELIANCE", "exchange": "NSE"},
        {"symbol": "NOPE", "exchange": "NSE"},
        {"symbol": "INFY", "exchange": "NSE", "mode": 1},
        {"symbol": "TCS", "exchange": "NSE", "depth_level": 50},
        {"symbol": "NIFTY", "exchange": "NSE_INDEX"},
        {"symbol": "SBIN", "exchange": "NSE", "mode": 9},
        {}]})
    assert (answer["type"], answer["status"], answer["id"]) == ("subscription", "partial", "b1")
    entries = answer["subscriptions"]
    assert [e["status"] for e in entries] == ["success", "error", "success", "success", "error", "error", "error"]
    assert [e.get("code") for e in entries] == [None, "SYMBOL_NOT_FOUND", None, None, "BROKER_LIMITATION", "INVALID_MODE",
                                                "INVALID_PARAMETERS"]
    assert entries[0] == {"symbol": "RELIANCE", "exchange": "NSE", "mode": 4, "depth_level": 20, "status": "success"}
    assert entries[2]["mode"] == 1 and entries[2]["depth_level"] is None
    assert entries[3]["depth_level"] == 50
    assert entries[1]["message"] == "Symbol NOPE not found for exchange NSE"


def test_batch_statuses(client):
    good = {"symbol": "RELIANCE", "exchange": "NSE"}
    bad = {"symbol": "NOPE", "exchange": "NSE"}
    assert client.ask({"action": "subscribe", "symbols": [good, good]})["status"] == "success"
    assert client.ask({"action": "subscribe", "symbols": [bad]})["status"] == "error"
    assert client.ask({"action": "unsubscribe", "symbols": [good, bad]})["status"] == "partial"
    assert client.ask({"action": "unsubscribe", "symbols": [good]})["status"] == "error"


def test_batch_of_thousands_and_its_limit(client):
    rows = client.ask({"action": "search", "text": "", "limit": 1000})["instruments"]
    names = [{"symbol": r["symbol"], "exchange": r["exchange"]} for r in rows]
    answer = client.ask({"action": "subscribe", "mode": 1, "symbols": (names * 10)[:5000]})
    assert answer["status"] == "success" and len(answer["subscriptions"]) == 5000
    assert client.ask({"action": "unsubscribe_all"})["count"] == len(names)
    refused = client.ask({"action": "subscribe", "symbols": names[:1] * 5001})
    assert refused["type"] == "error" and "5000" in refused["message"]


@pytest.mark.parametrize("symbols", [[], "RELIANCE", {}, None])
def test_symbols_must_be_a_list_of_some(client, symbols):
    assert client.ask({"action": "subscribe", "symbols": symbols})["code"] == "INVALID_PARAMETERS"


def test_unsubscribe_all(client):
    client.subscribe("RELIANCE", "NSE", 1)
    client.subscribe("RELIANCE", "NSE", 4, 5)
    client.subscribe("RELIANCE", "NSE", 4, 50)
    assert client.ask({"action": "unsubscribe_all", "id": 7}) == {
        "type": "unsubscription", "status": "success", "count": 3, "id": 7}
    assert client.ask({"action": "unsubscribe_all"})["count"] == 0


def test_list(client):
    client.subscribe("RELIANCE", "NSE", 2)
    client.subscribe("RELIANCE", "NSE", 4, 30)
    answer = client.ask({"action": "list"})
    assert answer["type"] == "subscriptions"
    held = sorted(answer["subscriptions"], key=lambda s: s["mode"])
    assert held == [
        {"symbol": "RELIANCE", "exchange": "NSE", "mode": 2, "depth_level": None, "actual_depth": None},
        {"symbol": "RELIANCE", "exchange": "NSE", "mode": 4, "depth_level": 30, "actual_depth": 30}]


@pytest.mark.parametrize("identifier", ["x", "y" * 64, 0, -5, 12345678901234])
def test_id_is_echoed(client, identifier):
    answer = client.ask({"action": "ping", "id": identifier})
    assert answer["id"] == identifier and answer["type"] == "pong" and answer["timestamp"] > 1.6e9
    assert client.ask({"action": "dance", "id": identifier})["id"] == identifier


@pytest.mark.parametrize("identifier", ["y" * 65, 1.5, None, [], True, 2 ** 53 + 1, "\ud800"])
def test_other_ids_are_an_error(client, identifier):
    for request in ({"action": "ping"}, {"action": "subscribe", "symbol": "RELIANCE", "exchange": "NSE", "mode": 1}):
        answer = client.ask({**request, "id": identifier})
        assert (answer["type"], answer["code"], set(answer)) == (
            "error", "INVALID_PARAMETERS", {"type", "code", "message"}) and answer["message"].startswith("id must be")
    assert client.ask({"action": "list"})["subscriptions"] == []


def test_an_id_that_cannot_be_echoed_ends_no_authentication(shared):
    with Client(shared.url) as client:
        for identifier, key, value in (([], "code", "INVALID_PARAMETERS"), (1, "status", "success")):
            assert client.ask({"action": "authenticate", "api_key": shared.good_key, "id": identifier})[key] == value


def test_search(client):
    answer = client.ask({"action": "search", "text": "NIFTY", "limit": 5})
    assert answer["type"] == "instruments" and len(answer["instruments"]) == 5
    best = answer["instruments"][0]
    assert (best["symbol"], best["exchange"], best["instrument_type"]) == ("NIFTY", "NSE_INDEX", "INDEX")
    assert {"name", "lot_size", "tick_size"} <= best.keys()
    options = client.ask({"action": "search", "text": "NIFTY", "exchange": "NFO", "limit": 100})["instruments"]
    assert options and all(r["exchange"] == "NFO" and r["expiry"] for r in options)
    assert any("strike" in r for r in options)
    assert client.ask({"action": "search", "text": "no such thing"})["instruments"] == []


def test_get_broker_info(client):
    answer = client.ask({"action": "get_broker_info"})
    assert (answer["type"], answer["broker"], answer["status"]) == ("broker_info", "mock", "connected")
    assert answer["exchanges"]["NSE"] == {"modes": [1, 2, 4], "depth_levels": [5, 20, 30, 50], "feed": "tick_by_tick"}
    assert answer["exchanges"]["NSE_INDEX"]["modes"] == [1, 2] and answer["exchanges"]["NSE_INDEX"]["depth_levels"] == []
