"""Bybit's public feed through the whole gateway: lists in pages, books from snapshots and deltas, and what goes wrong."""

import decimal
import json
import time

import pytest

import bybit_exchange
from bybit_exchange import Book, Exchange
from gateway import PATIENCE, run, write_config

needs_recording = pytest.mark.skipif(not bybit_exchange.RECORDING.exists(),
                                     reason=f"no recorded frames in {bybit_exchange.RECORDING}")
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT")


def linear_row(symbol):
    return {"symbol": symbol, "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": symbol[:-4],
            "quoteCoin": "USDT", "deliveryTime": "0", "priceScale": "2",
            "priceFilter": {"minPrice": "0.01", "maxPrice": "199999.98", "tickSize": "0.01"},
            "lotSizeFilter": {"qtyStep": "0.001", "minOrderQty": "0.001"}}


def spot_row(symbol, tick="0.0000000000001"):
    return {"symbol": symbol, "status": "Trading", "baseCoin": symbol[:-4], "quoteCoin": "USDT",
            "lotSizeFilter": {"basePrecision": "0.000001", "minOrderQty": "0.000001"}, "priceFilter": {"tickSize": tick}}


MADE = {"linear": [linear_row("AUSDT"), linear_row("BUSDT")], "spot": [spot_row("AUSDT"), spot_row("CUSDT")]}


def config(exchange):
    return {"active_broker": "bybit", "brokers": {"bybit": {
        "plugin": "bybit", "reconnect": {"first": "50ms", "max": "100ms", "attempts": 0},
        "settings": {"url": exchange.url, "api_url": exchange.api_url}}}}


@pytest.fixture
def made():
    with Exchange(MADE, page_size=1) as exchange:
        yield exchange


def serve(start, exchange, tmp_path):
    """A gateway whose list has been downloaded, and which is connected."""
    run("instruments", "update", "--config", write_config(tmp_path, config(exchange)))
    gateway = start(config(exchange))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
    return gateway


def exactly(client, **fields):
    """The next market data with these fields, its numbers as they are written."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        message = json.loads(client.receive_text(), parse_float=decimal.Decimal, parse_int=decimal.Decimal)
        if message["type"] == "market_data" and all(message.get(k) == v for k, v in fields.items()):
            return message["data"]
    raise AssertionError(f"no market data with {fields}")


def levels(data, side):
    return [(level["price"], level["quantity"]) for level in data["depth"][side]]


def book_frame(symbol, number, bids, asks, kind="delta", depth=50, milliseconds=1786310817000):
    return json.dumps({"topic": f"orderbook.{depth}.{symbol}", "type": kind, "ts": milliseconds + number,
                       "data": {"s": symbol, "b": bids, "a": asks, "u": number, "seq": number}, "cts": milliseconds + number})


def trade_frame(symbol, price, size, milliseconds=1786310817000):
    return json.dumps({"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": milliseconds, "data": [
        {"T": milliseconds, "s": symbol, "S": "Buy", "v": size, "p": price, "L": "PlusTick", "i": "1", "BT": False}]})


def ticker_frame(symbol, kind="snapshot", milliseconds=1786310817000, **fields):
    return json.dumps({"topic": f"tickers.{symbol}", "type": kind, "data": {"symbol": symbol, **fields}, "cs": 1,
                       "ts": milliseconds})


def search(gateway, text):
    return json.loads(gateway.run("instruments", "search", text, "--broker", "bybit", "--json"))


@needs_recording
def test_the_recorded_books_reach_every_client_to_the_last_digit(start, tmp_path):
    lines = bybit_exchange.recorded()
    lists = bybit_exchange.recorded_lists(lines)
    books, played = {}, 0
    with Exchange(lists) as exchange:
        gateway = serve(start, exchange, tmp_path)
        # 800 rows of linear and 557 of spot, 400 a page
        assert [p.partition("?")[2].partition("category=")[2] for p in exchange.web.paths[:4]] == [
            "linear", "linear&cursor=page%26first%3D400", "spot", "spot&cursor=page%26first%3D400"]
        # Levels beside 5, 20, 30 and 50 are for clients with extras.
        wanted = [gateway.client(extras=depth > 50) for depth in (200, 50, 20, 5)]
        try:
            clients = dict(zip((200, 50, 20, 5), wanted))
            wanted[0].next("broker_status")
            for depth, client in clients.items():
                for symbol in SYMBOLS:
                    assert client.subscribe(symbol, "BYBIT_LINEAR", 4, depth)["status"] == "success"
            exchange.wait_topics("linear", *(f"orderbook.200.{s}" for s in SYMBOLS), *(f"publicTrade.{s}" for s in SYMBOLS))
            for text in bybit_exchange.recorded_frames(lines):
                frame = json.loads(text)
                exchange.play("linear", text)
                if not frame["topic"].startswith("orderbook."):
                    continue
                symbol = frame["data"]["s"]
                book = books.setdefault(symbol, Book())
                book.take(frame)
                for depth, client in clients.items():
                    data = exactly(client, topic=f"{symbol}.BYBIT_LINEAR", depth_level=depth)
                    assert data["timestamp"] == decimal.Decimal(frame["cts"]) / 1000
                    assert levels(data, "buy") == book.best("b", depth), (symbol, depth, frame["data"]["u"])
                    assert levels(data, "sell") == book.best("a", depth), (symbol, depth, frame["data"]["u"])
                played += 1
        finally:
            for client in wanted:
                client.close()
    assert played == 1364


def test_lists_of_several_pages_are_stored_with_their_ticks(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    found = {(row["symbol"], row["exchange"]) for row in search(gateway, "")}
    assert found == {("AUSDT", "BYBIT_LINEAR"), ("BUSDT", "BYBIT_LINEAR"), ("AUSDT", "BYBIT_SPOT"), ("CUSDT", "BYBIT_SPOT")}


def test_trades_and_tickers_of_both_categories(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    with gateway.client(extras=True) as client:
        client.subscribe("AUSDT", "BYBIT_LINEAR", 2)
        client.subscribe("AUSDT", "BYBIT_SPOT", 2)
        made.wait_topics("linear", "tickers.AUSDT", "publicTrade.AUSDT")
        made.wait_topics("spot", "tickers.AUSDT", "publicTrade.AUSDT")
        made.play("linear", ticker_frame("AUSDT", lastPrice="10.50", highPrice24h="11.00", prevPrice24h="9.75",
                                         volume24h="17573.9120", openInterest="59891.732"))
        data = exactly(client, topic="AUSDT.BYBIT_LINEAR")
        assert data["ltp"] == decimal.Decimal("10.5") and data["high"] == 11 and data["close"] == decimal.Decimal("9.75")
        assert data["volume"] == decimal.Decimal("17573.912") and data["oi"] == decimal.Decimal("59891.732")
        made.play("spot", trade_frame("AUSDT", "0.0000000000123", "0.000001"))
        data = exactly(client, topic="AUSDT.BYBIT_SPOT")
        assert data["ltp"] == decimal.Decimal("0.0000000000123")
        assert data["last_trade_quantity"] == decimal.Decimal("0.000001")
        # A ticker that repeats the price is no trade.
        made.play("linear", trade_frame("AUSDT", "10.51", "0.5"))
        assert exactly(client, topic="AUSDT.BYBIT_LINEAR")["last_trade_quantity"] == decimal.Decimal("0.5")
        made.play("linear", ticker_frame("AUSDT", "delta", lastPrice="10.50", openInterest="59891.733"))
        data = exactly(client, topic="AUSDT.BYBIT_LINEAR")
        assert data["oi"] == decimal.Decimal("59891.733") and data["ltp"] == decimal.Decimal("10.51")


def test_frames_with_more_decimals_than_the_list_are_exact(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    with gateway.client(extras=True) as client:
        client.subscribe("AUSDT", "BYBIT_LINEAR", 4, 5)
        client.subscribe("AUSDT", "BYBIT_SPOT", 2)
        made.wait_topics("linear", "orderbook.50.AUSDT")
        made.wait_topics("spot", "tickers.AUSDT")
        made.play("linear", book_frame("AUSDT", 7, [["49.123", "1.12345"]], [["51", "1"]], "snapshot"))
        data = exactly(client, topic="AUSDT.BYBIT_LINEAR", mode=4)
        assert levels(data, "buy") == [(decimal.Decimal("49.123"), decimal.Decimal("1.12345"))]
        made.play("spot", ticker_frame("AUSDT", lastPrice="0.5", volume24h="1.1234567"))
        assert exactly(client, topic="AUSDT.BYBIT_SPOT")["volume"] == decimal.Decimal("1.1234567")


def test_a_lost_delta_is_found_and_the_book_comes_back_whole(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    topic = "orderbook.50.AUSDT"
    with gateway.client() as client, gateway.client(extras=True) as told:
        client.subscribe("AUSDT", "BYBIT_LINEAR", 4, 5)
        told.subscribe("AUSDT", "BYBIT_LINEAR", 4, 5)
        made.wait_topics("linear", topic)
        made.play("linear", trade_frame("AUSDT", "9.50", "1"))  # plain clients get nothing without a last price
        made.play("linear", book_frame("AUSDT", 7, [["9.00", "1.5"]], [["10.00", "2"]], "snapshot"))
        assert levels(exactly(client), "buy") == [(9, decimal.Decimal("1.5"))]
        asked = len(made.requests["linear"])
        with made.keeping_subscribes():
            made.play("linear", book_frame("AUSDT", 8, [["9.00", "0"], ["8.50", "0.25"]], []), lose=True)
            made.play("linear", book_frame("AUSDT", 9, [], [["10.00", "3"]]))
            told.next("subscription_status", status="active")
            gap = told.next("subscription_status", status="pending")
            assert gap["message"] == "the book has a gap: found update 9, expected 8"
        # The book without update 8 is never seen: what comes next is the exchange's own.
        data = exactly(client)
        assert levels(data, "buy") == [(decimal.Decimal("8.5"), decimal.Decimal("0.25"))]
        assert levels(data, "sell") == [(10, 3)]
        told.next("subscription_status", status="active")
        assert [r["op"] for r in made.requests["linear"][asked:]] == ["unsubscribe", "subscribe"]
        made.play("linear", book_frame("AUSDT", 10, [["8.50", "4"]], []))
        assert levels(exactly(client), "buy") == [(decimal.Decimal("8.5"), 4)]
    gateway.wait_line(r"orderbook\.50\.AUSDT of linear is asked for anew: found update 9, expected 8")


def test_a_first_snapshot_that_cannot_be_read_is_told_and_asked_for_anew(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    topic = "orderbook.200.AUSDT"
    with gateway.client(extras=True) as client:
        client.subscribe("AUSDT", "BYBIT_LINEAR", 4, 200)
        made.wait_topics("linear", topic)
        client.next("subscription_status", status="active")
        asked = len(made.requests["linear"])
        with made.keeping_subscribes():
            made.send("linear", book_frame("AUSDT", 5, [["abc", "1"]], [["2", "1"]], "snapshot", 200))
            told = client.next("subscription_status", status="pending")
            assert told["message"] == "the book has not come: found a price or size that is no decimal, expected one"
            made.wait_requests("linear", asked + 2)
        made.wait_topics("linear", topic)
        assert [(r["op"], r["args"]) for r in made.requests["linear"][asked:]] == [("unsubscribe", [topic]), ("subscribe", [topic])]
        made.play("linear", book_frame("AUSDT", 6, [["1", "1"]], [["2", "1"]], "snapshot", 200))
        assert levels(exactly(client, mode=4), "buy") == [(1, 1)]
        client.next("subscription_status", status="active")


def test_each_level_is_cut_from_the_smallest_book_that_has_it(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    for level, depth in ((1, 1), (30, 50), (200, 200), (1000, 1000)):
        with gateway.client(extras=True) as client:
            client.next("broker_status")
            assert client.subscribe("CUSDT", "BYBIT_SPOT", 4, level)["status"] == "success"
            topic = f"orderbook.{depth}.CUSDT"
            made.wait_topics("spot", topic)
            made.play("spot", trade_frame("CUSDT", "1.5", "1"))
            bids = [[f"0.{999_999 - i:06}", "0.000001"] for i in range(depth)]
            asks = [[f"2.{i:06}", "3"] for i in range(depth)]
            made.play("spot", book_frame("CUSDT", 7, bids, asks, "snapshot", depth))
            data = exactly(client, mode=4)
            expected = [(decimal.Decimal(price), decimal.Decimal(size)) for price, size in bids[:level]]
            assert levels(data, "buy") == expected
            assert len(data["depth"]["sell"]) == level
        made.wait_no_topics("spot", topic)


def test_a_book_that_is_refused_is_told_to_who_asked_and_the_next_smaller_one_comes(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    made.refused_topics = {"orderbook.200.BUSDT"}
    with gateway.client(extras=True) as deep, gateway.client() as other:
        other.subscribe("BUSDT", "BYBIT_LINEAR", 2)
        deep.subscribe("BUSDT", "BYBIT_LINEAR", 4, 200)
        told = deep.next("subscription_status", actual_depth_level=50)
        assert "handler not found,topic:orderbook.200.BUSDT" in told["message"]
        made.wait_topics("linear", "orderbook.50.BUSDT", "publicTrade.BUSDT")
        made.play("linear", trade_frame("BUSDT", "9.50", "1"))
        made.play("linear", book_frame("BUSDT", 7, [["9.00", "1.5"]], [], "snapshot"))
        assert levels(exactly(deep, mode=4), "buy") == [(9, decimal.Decimal("1.5"))]
        assert exactly(other)["ltp"] == decimal.Decimal("9.5")


def test_a_refused_topic_is_refused_for_every_level_that_it_would_serve(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    made.refused_topics = {"orderbook.50.BUSDT"}
    with gateway.client(extras=True) as client:
        client.subscribe("BUSDT", "BYBIT_LINEAR", 4, 50)
        told = client.next("subscription_status")
        while "message" not in told:
            told = client.next("subscription_status")
        assert told["actual_depth_level"] == 1
        assert "handler not found,topic:orderbook.50.BUSDT" in told["message"]
        made.wait_topics("linear", "orderbook.1.BUSDT")
        asked = [topic for r in made.requests["linear"] if r["op"] == "subscribe" for topic in r["args"]]
        assert asked.count("orderbook.50.BUSDT") == 1


def test_a_symbol_that_is_refused_is_told_to_who_asked_and_nobody_else(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    made.refused_topics = {"publicTrade.BUSDT"}
    with gateway.client() as client, gateway.client() as other:
        other.subscribe("AUSDT", "BYBIT_LINEAR", 2)
        client.subscribe("BUSDT", "BYBIT_LINEAR", 2)
        assert "handler not found,topic:publicTrade.BUSDT" in client.next("error", code="SUBSCRIPTION_ERROR")["message"]
        made.wait_topics("linear", "publicTrade.AUSDT")
        made.play("linear", trade_frame("AUSDT", "9.50", "1"))
        assert exactly(other)["ltp"] == decimal.Decimal("9.5")


def test_one_socket_ends_and_the_other_goes_on(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    with gateway.client() as client:
        client.subscribe("AUSDT", "BYBIT_LINEAR", 1)
        client.subscribe("AUSDT", "BYBIT_SPOT", 1)
        made.wait_topics("linear", "publicTrade.AUSDT")
        made.wait_topics("spot", "publicTrade.AUSDT")
        asked = len(made.requests["linear"])
        made.play("spot", trade_frame("AUSDT", "0.25", "1"))
        assert exactly(client, topic="AUSDT.BYBIT_SPOT")["ltp"] == decimal.Decimal("0.25")
        made.close("spot")
        gateway.wait_line("the feed goes on without the category spot")
        with gateway.client(extras=True) as late:
            late.subscribe("AUSDT", "BYBIT_SPOT", 1)
            assert late.data()["suspect"] is True
        made.play("linear", trade_frame("AUSDT", "9.50", "1"))
        assert exactly(client, topic="AUSDT.BYBIT_LINEAR")["ltp"] == decimal.Decimal("9.5")
        made.wait_topics("spot", "publicTrade.AUSDT")
        made.play("spot", trade_frame("AUSDT", "0.5", "1"))
        assert exactly(client, topic="AUSDT.BYBIT_SPOT")["ltp"] == decimal.Decimal("0.5")
        assert len(made.requests["linear"]) == asked


def test_a_refusal_by_country_is_said_as_that(start, tmp_path, made):
    made.blocks_country = True
    _, complaint = run("instruments", "update", "--config", write_config(tmp_path, config(made)), status=1, both=True)
    assert "Bybit does not serve the country of this machine's address" in complaint and "api_url" in complaint
    gateway = start(config(made))
    with gateway.client(extras=True) as client:
        status = client.next("broker_status")
        while "does not serve the country" not in status["message"]:
            status = client.next("broker_status")
        assert "setting url" in status["message"]


def test_bad_frames_are_counted_and_the_next_good_one_counts(start, tmp_path, made):
    gateway = serve(start, made, tmp_path)
    with gateway.client() as client:
        client.subscribe("AUSDT", "BYBIT_LINEAR", 1)
        made.wait_topics("linear", "publicTrade.AUSDT")
        good = trade_frame("AUSDT", "9.50", "1")
        made.play("linear", good.replace('"9.50"', "9.50"))
        made.play("linear", good)
        assert exactly(client)["ltp"] == decimal.Decimal("9.5")
        broker = next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == "bybit")
        assert broker["frames_refused"] == 1
    gateway.wait_line("found trades of another form")
