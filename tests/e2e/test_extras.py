"""What "extras":true adds, and that nobody else sees it."""

from gateway import Client


def test_authentication_tells_user_broker_status_and_epoch(shared):
    with Client(shared.url) as client:
        answer = client.authenticate(shared.good_key, extras=True)
        assert answer["user_id"] == "user" and answer["broker"] == "mock"
        assert answer["broker_status"] in ("connecting", "connected")
        assert isinstance(answer["epoch"], str) and answer["epoch"]
        status = client.receive()
        assert status["type"] == "broker_status" and status["broker"] == "mock"
        assert status["status"] == "connected" and status["timestamp"] > 1.6e9 and "message" in status


def test_subscription_answers_are_richer(extras):
    assert extras.subscribe("RELIANCE", "NSE", 2) == {
        "type": "subscription", "status": "success", "symbol": "RELIANCE", "exchange": "NSE", "mode": 2, "depth_level": None,
        "message": "Subscription requested", "broker": "mock"}
    assert extras.subscribe("RELIANCE", "NSE", 4, 50) == {
        "type": "subscription", "status": "success", "symbol": "RELIANCE", "exchange": "NSE", "mode": 4, "depth_level": 50,
        "requested_depth": 50, "actual_depth": 50, "is_fallback": False, "message": "Subscription requested",
        "broker": "mock"}
    assert extras.unsubscribe("RELIANCE", "NSE", 2) == {
        "type": "unsubscription", "status": "success", "symbol": "RELIANCE", "exchange": "NSE", "mode": 2,
        "message": "Unsubscription successful"}


def test_the_end_of_one_depth_says_which(extras, client):
    for one in (extras, client):
        for level in (5, 20, 50):
            one.subscribe("SBIN", "NSE", 4, level)
        answers = [one.unsubscribe("SBIN", "NSE", 4, depth_level=20), one.unsubscribe("SBIN", "NSE", 4),
                   one.subscribe("SBIN", "NSE", 4, 30) and one.unsubscribe("SBIN", "NSE", 4)]
        assert [answer.get("depth_level") for answer in answers] == ([20, None, 30] if one is extras else [None] * 3)
        one.subscribe("SBIN", "NSE", 4, 50)
        entry = one.ask({"action": "unsubscribe", "symbols": [{"symbol": "SBIN", "exchange": "NSE", "mode": 4}]})
        assert entry["subscriptions"][0]["depth_level"] == (50 if one is extras else None)


def test_fallback_is_told_in_the_answer(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"depth_levels": [5, 20]}}}})
    with gateway.client(extras=True) as client:
        client.next("broker_status")
        answer = client.subscribe("RELIANCE", "NSE", 4, 50)
        assert (answer["requested_depth"], answer["actual_depth"], answer["is_fallback"]) == (50, 20, True)
        assert answer["message"] == "Using depth level 20 instead of requested 50"


def test_sequence_goes_up_by_one_and_times_are_in_order(extras):
    extras.subscribe("INFY", "NSE", 2)
    numbers = []
    for _ in range(20):
        message = extras.data()
        numbers.append(message["seq"])
        assert message["received_at"] <= message["published_at"]
    assert numbers == list(range(numbers[0], numbers[0] + 20))


def test_both_variants_of_one_update_have_equal_values(shared):
    with shared.client(shared.good_key) as plain, shared.client(shared.good_key, extras=True) as rich:
        rich.next("broker_status")
        plain.subscribe("TCS", "NSE", 1)
        rich.subscribe("TCS", "NSE", 1)
        told = {}
        for _ in range(10):
            message = rich.data()
            told[message["data"]["timestamp"]] = message["data"]["ltp"]
        common = 0
        for _ in range(10):
            data = plain.data()["data"]
            if data["timestamp"] in told:
                common += 1
                assert told[data["timestamp"]] == data["ltp"]
        assert common > 0


def test_more_values_in_modes_2_and_4(extras):
    extras.subscribe("RELIANCE", "NSE", 4, 5)
    data = extras.data(mode=4)["data"]
    for key in ("open", "high", "low", "close", "volume", "last_trade_quantity", "avg_trade_price", "last_trade_time",
                "total_buy_quantity", "total_sell_quantity", "upper_circuit", "lower_circuit"):
        assert key in data, key
    extras.subscribe("RELIANCE", "NSE", 1)
    assert set(extras.data(mode=1)["data"]) == {"symbol", "exchange", "ltp", "timestamp"}


def test_open_interest_of_a_derivative(extras):
    future = extras.ask({"action": "search", "text": "NIFTY", "exchange": "NFO", "limit": 1})["instruments"][0]
    extras.subscribe(future["symbol"], "NFO", 2)
    data = extras.data()["data"]
    assert data["oi_day_low"] <= data["oi"] <= data["oi_day_high"]


def test_the_value_from_memory_is_marked(shared):
    with shared.client(shared.good_key, extras=True) as first, shared.client(shared.good_key, extras=True) as second:
        first.subscribe("SBIN", "NSE", 2)
        seq = first.data()["seq"]
        second.subscribe("SBIN", "NSE", 2)
        snapshot = second.data()
        assert snapshot["snapshot"] is True and snapshot["age_ms"] >= 0 and snapshot["seq"] >= seq
        live = second.data()
        assert "snapshot" not in live and live["seq"] == snapshot["seq"] + 1


def test_a_client_without_extras_sees_nothing_of_it(client):
    client.subscribe("RELIANCE", "NSE", 4, 5)
    for _ in range(5):
        message = client.data()
        assert not {"seq", "received_at", "published_at", "snapshot", "age_ms"} & message.keys()
        assert not {"oi", "open", "upper_circuit"} & message["data"].keys()


def test_extras_must_be_true(shared):
    with Client(shared.url) as client:
        answer = client.ask({"action": "authenticate", "api_key": shared.good_key, "extras": "yes"})
        assert "epoch" not in answer
