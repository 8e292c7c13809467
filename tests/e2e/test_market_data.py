"""What market_data holds, key by key."""

import json
import re

import pytest

SEED_QUOTE = ["symbol", "exchange", "ltp", "timestamp", "open", "high", "low", "close", "volume", "last_trade_quantity",
              "avg_trade_price"]


def test_ltp(client):
    client.subscribe("RELIANCE", "NSE", 1)
    message = client.data()
    assert list(message) == ["type", "mode", "topic", "data"]
    assert (message["mode"], message["topic"]) == (1, "RELIANCE.NSE")
    assert list(message["data"]) == ["symbol", "exchange", "ltp", "timestamp"]


def test_quote(client):
    client.subscribe("RELIANCE", "NSE", 2)
    message = client.data()
    assert list(message) == ["type", "mode", "topic", "data"]
    assert list(message["data"]) == SEED_QUOTE
    data = message["data"]
    assert data["low"] <= data["ltp"] <= data["high"] and data["volume"] > 0


def test_an_index_leaves_out_what_it_does_not_have(client):
    client.subscribe("NIFTY", "NSE_INDEX", 2)
    assert list(client.data()["data"]) == ["symbol", "exchange", "ltp", "timestamp", "open", "high", "low", "close"]


@pytest.mark.parametrize("level", [5, 20, 30, 50])
def test_depth(client, level):
    client.subscribe("RELIANCE", "NSE", 4, level)
    message = client.data()
    assert list(message) == ["type", "mode", "topic", "depth_level", "data"]
    data = message["data"]
    assert list(data) == ["symbol", "exchange", "ltp", "timestamp", "depth", "broker_supported"]
    assert message["depth_level"] == level and data["broker_supported"] is True
    buy, sell = data["depth"]["buy"], data["depth"]["sell"]
    assert len(buy) == len(sell) == level
    assert all(list(entry) == ["price", "quantity", "orders"] for entry in buy + sell)
    assert [b["price"] for b in buy] == sorted((b["price"] for b in buy), reverse=True)
    assert [s["price"] for s in sell] == sorted(s["price"] for s in sell)
    assert buy[0]["price"] < sell[0]["price"]


def test_fallback_says_so(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"depth_levels": [5, 20]}}}})
    with gateway.client() as client:
        for asked, given in [(5, 5), (20, 20), (30, 20), (50, 20)]:
            assert client.subscribe("RELIANCE", "NSE", 4, asked)["depth_level"] == asked
            message = client.data(depth_level=asked)
            data = message["data"]
            assert len(data["depth"]["buy"]) == given
            if asked == given:
                assert "actual_depth_level" not in message and data["broker_supported"] is True
                assert "broker_message" not in data
            else:
                assert list(message) == ["type", "mode", "topic", "depth_level", "actual_depth_level", "data"]
                assert message["actual_depth_level"] == given and data["broker_supported"] is False
                assert data["broker_message"] == "Mock broker only supports up to 20 depth levels for NSE"


def test_a_level_that_the_broker_lacks_is_cut_from_a_richer_one(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"depth_levels": [20, 50]}}}})
    with gateway.client() as client:
        for asked in (5, 30):
            client.subscribe("RELIANCE", "NSE", 4, asked)
            message = client.data(depth_level=asked)
            assert "actual_depth_level" not in message
            data = message["data"]
            assert len(data["depth"]["sell"]) == len(data["depth"]["buy"]) == asked
            assert data["broker_supported"] is True and "broker_message" not in data


def test_prices_are_exact_decimals_of_at_most_two_places(client):
    client.subscribe("RELIANCE", "NSE", 4, 50)
    for _ in range(20):
        text = client.receive_text()
        for number in re.findall(r'"(?:price|ltp|open|high|low|close)":([^,}\]]+)', text):
            assert re.fullmatch(r"\d+\.\d{1,2}", number), text
        for number in re.findall(r'"(?:quantity|orders|volume|last_trade_quantity)":([^,}\]]+)', text):
            assert re.fullmatch(r"\d+", number), text


def test_one_client_with_every_stream_of_a_symbol(client):
    for mode, level in [(1, None), (2, None), (4, 5), (4, 20), (4, 30), (4, 50)]:
        client.subscribe("HDFCBANK", "NSE", mode, level)
    seen = set()
    while len(seen) < 6:
        message = client.data()
        seen.add((message["mode"], message.get("depth_level")))


def test_two_clients_with_two_depths_are_one_subscription_at_the_broker(start):
    gateway = start()
    key = gateway.key()

    def subscribed():
        return json.loads(gateway.run("status", "--json"))["brokers"][0]["subscribed"]

    with gateway.client(key) as shallow, gateway.client(key) as deep:
        shallow.subscribe("RELIANCE", "NSE", 4, 5)
        deep.subscribe("RELIANCE", "NSE", 4, 50)
        for client, level in ((shallow, 5), (deep, 50)):
            for _ in range(3):
                message = client.data()
                assert message["depth_level"] == level
                assert len(message["data"]["depth"]["buy"]) == level
        assert subscribed() == 1
        deep.unsubscribe("RELIANCE", "NSE", 4)
        assert len(shallow.data()["data"]["depth"]["buy"]) == 5
        assert subscribed() == 1
    gateway.wait_line(r"user user, key \d+\) disconnected", start=0)


def test_equal_seeds_give_equal_values(start, tmp_path_factory):
    from gateway import Gateway
    first_values = []
    for _ in range(2):
        with Gateway(tmp_path_factory.mktemp("seeded"), {"brokers": {"mock": {
                "plugin": "mock", "settings": {"seed": 42, "updates_per_second": 50}}}}) as gateway:
            with gateway.client() as client:
                client.subscribe("RELIANCE", "NSE", 1)
                first_values.append([client.data()["data"]["ltp"] for _ in range(10)])
    assert first_values[0] == first_values[1]
    assert len(set(first_values[0])) > 1
