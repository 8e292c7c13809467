"""One adapter with three kinds of socket, and the gateway that places instruments on them: tests/plugins/dhan_like against
its stand-in broker."""

import json

import pytest

import dhan_stand_in as dhan
from brokers import QUICK, STALL, secret
from dhan_stand_in import ASKS, BIDS, DhanStandIn
from gateway import BUILD

PLUGINS = BUILD / "tests" / "unlike_plugins"
HEADER = ("SEM_EXM_EXCH_ID,SEM_SEGMENT,SEM_SMST_SECURITY_ID,SEM_INSTRUMENT_NAME,SEM_EXPIRY_CODE,SEM_TRADING_SYMBOL,"
          "SEM_LOT_UNITS,SEM_CUSTOM_SYMBOL,SEM_EXPIRY_DATE,SEM_STRIKE_PRICE,SEM_OPTION_TYPE,SEM_TICK_SIZE,SEM_EXPIRY_FLAG,"
          "SEM_EXCH_INSTRUMENT_TYPE,SEM_SERIES,SM_SYMBOL_NAME\n")
FUTURE = ("NSE_FNO", 52001)
FUTURE_NAME = ("NIFTY26OCT99FUT", "NFO")
NIFTY = ("IDX_I", 13)
THIRTEEN = ("NSE_EQ", 13)  # a share with the index's number
SHARES = {f"N{i:02}": ("NSE_EQ", 1000 + i) for i in range(60)}
BEAT = 0.2


def list_of_instruments():
    rows = [f"NSE,E,{key[1]},EQUITY,0,{name},1.0,{name} Limited,,,,5.0000,NA,ES,EQ,{name} LTD"
            for name, key in (*SHARES.items(), ("THIRTEEN", THIRTEEN))]
    rows += ["NSE,I,13,INDEX,0,NIFTY,1.0,Nifty 50,0001-01-01,,XX,0.0500,,INDEX,X,NIFTY",
             "NSE,D,52001,FUTIDX,0,NIFTY-Oct2099-FUT,65.0,NIFTY OCT FUT,2099-10-26 14:30:00,-0.01000,XX,10.0,M,FUT,,"]
    return HEADER + "\n".join(rows) + "\n"


@pytest.fixture
def broker(start):
    stand_in = DhanStandIn(beat=BEAT)
    start.ends_with_it(stand_in)
    return stand_in.__enter__()


@pytest.fixture
def serve(start, broker, tmp_path):
    """serve(**settings): a gateway with this broker, connected."""
    def served(level="info", **settings):
        token = secret(tmp_path / "token", broker.token)
        config = {"plugins": {"directory": str(PLUGINS)}, "log": {"level": level}, "active_broker": "dhan_like", "brokers": {"dhan_like": {
            **QUICK, "settings": {"client_id": "C1", "access_token": f"${{file:{token}}}", "heartbeat": f"{BEAT}s",
                                  "reopen_after": "100ms", **broker.settings(), **settings}}}}
        gateway = start(config)
        (tmp_path / "list.csv").write_text(list_of_instruments())
        gateway.run("instruments", "import", "--broker", "dhan_like", tmp_path / "list.csv")
        return gateway
    return served


def levels(sign, price, count, first=100):
    """So many levels of one side, best first, as a packet has them: (price, quantity, orders)."""
    return [(round(price + sign * 0.05 * (i + 1), 2), first + i, 1 + i) for i in range(count)]


def shown(side):
    """The same as clients get them."""
    return [{"price": price, "quantity": quantity, "orders": orders} for price, quantity, orders in side]


def book_of(message):
    return message["data"]["depth"]["buy"], message["data"]["depth"]["sell"]


def wait_for_book(client, buy, sell, **fields):
    while book_of(message := client.data(**fields)) != (shown(buy), shown(sell)):
        pass
    return message


def send_book(broker, kind, key, bids, asks):
    """Each side is a packet of its own, and both are one message."""
    broker.send(kind, key, dhan.side(BIDS, key, bids), dhan.side(ASKS, key, asks))


def subscribe(client, *names, mode=4, level=None):
    for name in names:
        answer = client.subscribe(name, "NSE", mode, level)
        assert answer["status"] == "success", answer


# ---- what comes through

def test_last_prices_and_quotes_come_to_the_tick(serve, broker):
    with serve().client(extras=True) as client:
        assert client.subscribe("NIFTY", "NSE_INDEX", 1)["status"] == "success"
        subscribe(client, "N00", mode=2)
        broker.wait_held("feed", NIFTY, SHARES["N00"])
        assert broker.held("feed") == {NIFTY: 1, SHARES["N00"]: 1}
        broker.send("feed", NIFTY, dhan.ticker(NIFTY, 24343.87), dhan.quote(SHARES["N00"], 24343.9))
        index, share = client.data(), client.data()
        assert index["data"]["symbol"] == "NIFTY" and index["data"]["ltp"] == 24343.87 and index["mode"] == 1
        expected = {"symbol": "N00", "ltp": 24343.9, "open": 24342.9, "high": 24345.9, "low": 24340.9, "volume": 1001,
                    "last_trade_quantity": 65, "avg_trade_price": 24343.83, "total_sell_quantity": 2002,
                    "total_buy_quantity": 3003}
        assert {key: share["data"].get(key) for key in expected} == expected
        # The broker's time of the last trade is of no known zone, and its "close" is that of the day itself.
        assert not {"close", "last_trade_time"} & share["data"].keys()


def test_a_number_means_another_instrument_in_another_segment(serve, broker):
    with serve().client() as client:
        assert client.subscribe("NIFTY", "NSE_INDEX", 1)["status"] == "success"
        subscribe(client, "THIRTEEN", mode=1)
        broker.wait_held("feed", NIFTY, THIRTEEN)
        broker.send("feed", NIFTY, dhan.ticker(THIRTEEN, 13.05), dhan.ticker(NIFTY, 24000))
        got = [client.data()["data"] for _ in range(2)]
        assert [(d["symbol"], d["ltp"]) for d in got] == [("THIRTEEN", 13.05), ("NIFTY", 24000.0)]


def test_open_interest_alone_reaches_clients_with_extras(serve, broker):
    gateway = serve()
    with gateway.client(extras=True) as client, gateway.client() as plain:
        for each in (client, plain):
            assert each.subscribe(*FUTURE_NAME, 2)["status"] == "success"
        broker.wait_held("feed", FUTURE)
        broker.send("feed", FUTURE, dhan.quote(FUTURE, 24400.1))
        assert "oi" not in client.data()["data"]
        broker.send("feed", FUTURE, dhan.open_interest(FUTURE, 123456))
        assert client.data()["data"]["oi"] == 123456
        broker.send("feed", FUTURE, dhan.quote(FUTURE, 24400.3))
        while (message := plain.data())["data"]["ltp"] != 24400.3:
            assert "oi" not in message["data"]


def test_the_previous_close_comes_by_itself(serve, broker):
    broker.close_price = 99.95
    with serve().client(extras=True) as client:
        subscribe(client, "N00", mode=2)
        broker.wait_held("feed", SHARES["N00"])
        assert client.data()["data"]["close"] == 99.95


def test_a_full_packet_has_five_levels_and_the_open_interest(serve, broker):
    with serve().client(extras=True) as client:
        assert client.subscribe(*FUTURE_NAME, 4, 5)["status"] == "success"
        broker.wait_held("feed", FUTURE)
        bids, asks = levels(-1, 24343.9, 5), levels(1, 24343.9, 5)
        broker.send("feed", FUTURE, dhan.full(FUTURE, 24343.9, bids, asks))
        message = client.data()
        assert book_of(message) == (shown(bids), shown(asks))
        assert message["data"]["oi"] == 4004 and message["data"]["oi_day_high"] == 5005
        assert broker.opened == {"feed": 1}


# ---- three kinds of socket

def test_levels_5_20_and_200_at_once_are_cut_from_the_deepest_book(serve, broker):
    gateway, key = serve(), SHARES["N00"]
    with gateway.client() as five, gateway.client() as twenty, gateway.client(extras=True) as deepest:
        subscribe(five, "N00", level=5)
        subscribe(twenty, "N00", level=20)
        broker.wait_held("depth20", key)
        subscribe(deepest, "N00", level=200)
        broker.wait_held("depth200", key)
        broker.until(lambda s: not s.of("depth20"))  # the deeper book serves them all
        broker.send("feed", key, dhan.quote(key, 500))
        bids, asks = levels(-1, 500, 200), levels(1, 500, 200)
        send_book(broker, "depth200", key, bids, asks)
        assert wait_for_book(deepest, bids, asks)["depth_level"] == 200
        assert wait_for_book(twenty, bids[:20], asks[:20])["data"]["ltp"] == 500.0
        wait_for_book(five, bids[:5], asks[:5])
        assert broker.held("feed") == {key: 1}


def test_each_level_has_its_socket_and_opening_one_ends_no_other(serve, broker):
    with serve().client(extras=True) as client:
        opened = []
        for kind, name, level in (("feed", "N00", 5), ("depth20", "N01", 20), ("depth200", "N02", 200)):
            subscribe(client, name, level=level)
            broker.wait_held(kind, SHARES[name])
            opened += [c for c in broker.of(kind) if c not in opened]
        assert [c.kind for c in opened] == ["feed", "depth20", "depth200"]
        five = levels(-1, 100, 5), levels(1, 100, 5)
        broker.send("feed", SHARES["N00"], dhan.full(SHARES["N00"], 100, *five))
        wait_for_book(client, *five, topic="N00.NSE")
        for kind, name, level in (("depth20", "N01", 20), ("depth200", "N02", 200)):
            book = levels(-1, 100, level), levels(1, 100, level)
            send_book(broker, kind, SHARES[name], *book)
            wait_for_book(client, *book, topic=f"{name}.NSE")
        assert list(broker.open.values()) == opened and not broker.refusals
        assert broker.opened == {"feed": 1, "depth20": 1, "depth200": 1}


def test_sides_that_come_apart_are_one_book(serve, broker):
    key = SHARES["N00"]
    with serve().client(extras=True) as client:
        subscribe(client, "N00", level=20)
        broker.wait_held("depth20", key)
        broker.send("feed", key, dhan.quote(key, 100))
        bids, asks = levels(-1, 100, 20), levels(1, 100, 20)
        broker.send("depth20", key, dhan.side(BIDS, key, bids))
        broker.send("depth20", key, dhan.side(ASKS, key, asks))
        first = client.data(mode=4)
        assert book_of(first) == (shown(bids), shown(asks)), "a book is shown once both sides are known"
        lower = levels(-1, 99, 20, first=500)
        broker.send("depth20", key, dhan.side(BIDS, key, lower))
        wait_for_book(client, lower, asks)


def test_sixty_books_of_20_levels_take_two_connections_of_their_class(serve, broker):
    with serve().client(extras=True) as client:
        subscribe(client, *SHARES, level=20)
        broker.wait_held("depth20", *SHARES.values())
        assert sorted(len(c.held) for c in broker.of("depth20")) == [10, 50]
        assert broker.most["depth20"] == 50 and not broker.refusals
        assert all(count == 1 for count in broker.held("depth20").values())
        for name in ("N00", "N59"):
            book = levels(-1, 100, 20), levels(1, 100, 20)
            send_book(broker, "depth20", SHARES[name], *book)
            wait_for_book(client, *book, topic=f"{name}.NSE")
        for name in SHARES:
            assert client.unsubscribe(name, "NSE", 4)["status"] == "success"
        broker.until(lambda s: not s.of("depth20"))


def test_three_books_of_200_levels_take_three_connections_of_their_class(serve, broker):
    names = list(SHARES)[:3]
    with serve().client(extras=True) as client:
        subscribe(client, *names, level=200)
        broker.wait_held("depth200", *[SHARES[name] for name in names])
        assert len(broker.of("depth200")) == 3
        assert broker.most["depth200"] == 1 and not broker.refusals
        for name in names:
            book = levels(-1, 100, 200), levels(1, 100, 200)
            send_book(broker, "depth200", SHARES[name], *book)
            wait_for_book(client, *book, topic=f"{name}.NSE")


def test_the_smaller_plan_has_one_depth_connection_and_is_never_passed(serve, broker):
    names = list(SHARES)[:2]
    with serve(plan="basic").client(extras=True) as client:
        subscribe(client, *names, level=200)
        broker.until(lambda s: s.held("depth200") and len(s.held("feed")) == 2)
        # The second one gets fewer levels, and its client is told.
        degraded = client.next("subscription_status", symbol=names[1], depth_level=200)
        while degraded.get("actual_depth_level") is None:
            degraded = client.next("subscription_status", symbol=names[1], depth_level=200)
        assert degraded["actual_depth_level"] in (5, 20)
        client.barrier()
        assert broker.most_open["depth200"] == 1 and broker.most["depth200"] == 1 and not broker.refusals


# ---- bad days

def live_book(client, broker, name="N00", price=100.0):
    """A book of 20 levels comes through."""
    book = levels(-1, price, 20), levels(1, price, 20)
    send_book(broker, "depth20", SHARES[name], *book)
    wait_for_book(client, *book, topic=f"{name}.NSE", mode=4)


def hold_all_kinds(client, broker):
    subscribe(client, "N00", level=20)
    subscribe(client, "N01", level=200)
    subscribe(client, "N02", mode=1)
    broker.wait_held("depth20", SHARES["N00"])
    broker.wait_held("depth200", SHARES["N01"])
    broker.wait_held("feed", *[SHARES[name] for name in ("N00", "N01", "N02")])
    broker.send("feed", SHARES["N00"], dhan.quote(SHARES["N00"], 100))
    live_book(client, broker)


@pytest.mark.parametrize("reason", [None, 999], ids=["closed", "with a disconnect packet"])
def test_a_depth_socket_that_the_broker_closes_comes_back_and_nothing_else_ends(serve, broker, reason):
    gateway = serve()
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all_kinds(client, broker)
        others = broker.of("feed") + broker.of("depth200")
        gone = broker.of("depth20")[0]
        broker.end(gone, reason)
        broker.until(lambda s: s.of("depth20") and s.of("depth20") != [gone])
        broker.wait_held("depth20", SHARES["N00"])
        live_book(client, broker, price=101.0)
        broker.send("feed", SHARES["N02"], dhan.ticker(SHARES["N02"], 55.05))
        client.data(topic="N02.NSE", mode=1)
        assert broker.of("feed") + broker.of("depth200") == others
        gateway.wait_line(r"info .*dhan_like: socket \d+ \(depth20\) has ended with code \d+.*; the login goes on without it")
        client.barrier()
        assert not [n for n in client.notices if n["type"] == "broker_status"]
        assert not broker.refusals


def test_debug_lines_show_an_author_what_the_host_asks(serve, broker):
    gateway = serve(level="debug")
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all_kinds(client, broker)
        gateway.wait_line(r"debug .*dhan_like: socket \d+ \(feed\) connects to ws://127\.0\.0\.1:\d+/\S*$")
        gateway.wait_line(r"debug .*dhan_like: socket \d+ \(feed\) is open")
        gateway.wait_line(r"debug .*dhan_like: subscribe .*N00\.NSE mode 4/20")
    gateway.wait_line(r"debug .*dhan_like: unsubscribe \d+ instruments")
    assert broker.token not in gateway.text()


def test_a_mute_depth_socket_is_noticed_while_the_feed_ticks(serve, broker):
    with serve().client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all_kinds(client, broker)
        broker.price = 100.0
        client.data(topic="N02.NSE", mode=1)
        mute = broker.of("depth20")[0]
        feed = broker.of("feed")
        broker.mute(mute)
        broker.until(lambda s: mute not in s.open.values() and s.of("depth20"))
        broker.wait_held("depth20", SHARES["N00"])
        live_book(client, broker, price=102.0)
        assert broker.of("feed") == feed and len(broker.of("depth200")) == 1


def test_a_depth_socket_that_pings_and_sends_no_books_is_noticed_while_the_feed_ticks(serve, broker):
    names = list(SHARES)[:25]  # twenty shares and more should tick together
    gateway = serve()
    with gateway.client(extras=True) as client:
        subscribe(client, *names, level=20)
        broker.wait_held("depth20", *[SHARES[name] for name in names])
        broker.price = 100.0
        # So long that the pace of the books is known: the client reads what comes meanwhile.
        first = client.data(mode=4)["received_at"]
        while client.data(mode=4)["received_at"] < first + 6 * STALL:
            pass
        silent = broker.of("depth20")[0]
        broker.silence(silent)
        assert client.next("feed_status", status="stale")["exchanges"] == ["NSE"]
        broker.until(lambda s: silent not in s.open.values() and s.of("depth20"))
        broker.wait_held("depth20", *[SHARES[name] for name in names])
        client.next("feed_status", status="live")
        assert not broker.refusals


def test_a_dead_token_ends_the_session_and_a_new_one_begins_it(serve, broker, tmp_path):
    with serve().client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all_kinds(client, broker)
        broker.token = "token-2"
        broker.end(broker.of("depth20")[0], 807)
        client.next("broker_status", status="auth_expired")
        broker.until(lambda s: not s.open)
        secret(tmp_path / "token", "token-2")
        client.next("broker_status", status="connected")
        broker.wait_held("depth20", SHARES["N00"])
        broker.wait_held("depth200", SHARES["N01"])
        live_book(client, broker, price=103.0)


def test_the_feeds_end_is_a_new_session_with_everything_in_it(serve, broker):
    with serve().client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold_all_kinds(client, broker)
        before = list(broker.open.values())
        broker.end(broker.of("feed")[0])
        client.next("broker_status", status="connected")
        broker.until(lambda s: not set(before) & set(s.open.values()))
        broker.wait_held("depth20", SHARES["N00"])
        broker.wait_held("depth200", SHARES["N01"])
        broker.wait_held("feed", *[SHARES[name] for name in ("N00", "N01", "N02")])
        live_book(client, broker, price=104.0)
        assert not broker.refusals


def test_messages_that_no_document_describes_are_counted_and_harm_nothing(serve, broker):
    gateway, key = serve(), SHARES["N00"]
    with gateway.client(extras=True) as client:
        subscribe(client, "N00", mode=2)
        broker.wait_held("feed", key)
        broker.send("feed", key, dhan.quote(key, 100)[:30])
        broker.send("feed", key, dhan.feed_packet(99, key, bytes(4)), dhan.quote(key, 101))
        assert client.data()["data"]["ltp"] == 101.0
        status = json.loads(gateway.run("status", "--json"))["brokers"][0]
        assert status["frames_refused"] == 1, status
