"""Inputs that a gateway got wrong, each played through the real one: shared/cases/broker says of each what must come out.
Those of tokens, refusals and the time before the open are in test_instrument_tokens.py and test_refusals.py."""

import json
import struct
import time

import pytest

from brokers import KITE_HEADER, STALL, Angel, Kite, link_of, start_with, status_of
from cases import CASES, SEGMENTS, in_books, list_of, needs_cases, packets_of, quiet, send
from stand_in import until

pytestmark = needs_cases


@pytest.fixture
def kite(tmp_path):
    return Kite(tmp_path)


@pytest.fixture
def angel(tmp_path):
    return Angel(tmp_path)


@pytest.fixture(params=["kite", "angel"])
def broker(request):
    return request.getfixturevalue(request.param)


def both(start, first, second, *lists, rate=50, **more):
    """A gateway that `first` serves, and `second` when that cannot; both connected. `lists`: instead of their own."""
    sims = [start.sim("--rate", rate, broker=each.name) for each in (first, second)]
    gateway = start({"active_broker": [first.name, second.name], "brokers": {
        each.name: each.config(sim.url, **more) for each, sim in zip((first, second), sims)}})
    for each, own in zip((first, second), lists or (first.list, second.list)):
        gateway.run("instruments", "import", "--broker", each.name, own)
    for sim in sims:
        until(sim, lambda books: books["connections"]["open"] == 1)
    return gateway, *sims


# ---- 11: snapshots of what has not traded for hours

def quiet_contracts(folder, count):
    path = folder / "quiet.csv"
    rows = [f"{(5000 + i) << 8 | 2},{5000 + i},Q{i}FUT,Q{i},0,2099-12-31,0,0.05,1,FUT,NFO-FUT,NFO\n" for i in range(count)]
    path.write_text(KITE_HEADER + "408065,1594,INFY,INFY,0,,0,0.05,1,EQ,NSE,NSE\n" + "".join(rows))
    return path, [f"Q{i}31DEC99FUT" for i in range(count)], [(5000 + i) << 8 | 2 for i in range(count)]


@pytest.mark.parametrize("first", ["kite", "angel"])
def test_snapshots_of_quiet_contracts_are_no_lateness(start, tmp_path, kite, angel, first):
    case = json.loads((CASES / "11_snapshots.json").read_text())
    assert "3 h ago" in case["then"]
    first, second = (kite, angel) if first == "kite" else (angel, kite)
    path, symbols, tokens = quiet_contracts(tmp_path, 900)
    limit = 4 * STALL  # the link looks at its feed in each sixteenth, and four late ones in a row are a fault
    gateway, sim, other = both(start, first, second, list_of(first, path), list_of(second, path), lag_limit="3s",
                               stall_limit=f"{limit}s")
    with gateway.client(extras=True) as client:
        assert client.subscribe("INFY", "NSE", 4)["status"] == "success"
        begin = client.data()["received_at"]
        while client.data()["received_at"] < begin + limit / 4:
            pass  # live ticks, so that the link has been within its limit
        sim.fault("times", still=True, tokens={in_books(first, token): 3 * 3600 for token in (408065, *tokens)})
        seen = []
        while not seen or seen[-1] < seen[0] + limit / 2:
            symbol = symbols[len(seen)]
            assert client.subscribe(symbol, "NFO", 4)["status"] == "success"
            snapshot = client.data(topic=f"{symbol}.NFO")
            assert 3 * 3600 - 60 < snapshot["received_at"] - snapshot["data"]["timestamp"] < 3 * 3600 + 60
            seen.append(snapshot["received_at"])
            assert link_of(gateway, first)["feed"] == "live", len(seen)
        client.barrier()
        assert not [n for n in client.notices if n["type"] in ("feed_status", "broker_status") and n["status"] != "connected"]
    link, status = link_of(gateway, first), status_of(gateway)
    assert (link["logins"], link["recycles"], status["switches"]) == (1, 0, 0)
    assert other.books()["subscriptions"] == {}


# ---- 12, 14, 18: lists

def test_one_instrument_in_two_lists_moves_with_the_broker(start, kite, angel):
    gateway, sim, other = both(start, kite, angel, CASES / "12_series_kite.csv", CASES / "12_series_angel.json")
    symbols = ("20MICRONS", "782GJ32-SG")
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        for symbol in symbols:
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
            client.data(topic=f"{symbol}.NSE")
        assert sim.books()["subscriptions"].keys() == {"256001", "512001"}
        sim.stop()
        client.next("broker_status", status="switched", broker="angel")
        seqs = {}
        while len(seqs) < len(symbols):
            message = client.receive()
            assert message["type"] != "error", message
            if message["type"] == "market_data":
                seqs[message["data"]["symbol"]] = message["seq"]
        assert seqs.keys() == set(symbols) and all(seq > 1 for seq in seqs.values())
        assert until(other, lambda books: len(books["subscriptions"]) == 2)["subscriptions"].keys() == {"1:16921", "1:3001"}
    assert status_of(gateway)["ledger"]["unexplained"] == 0


def test_a_byte_order_mark_is_passed_over(start, broker):
    gateway, sim = quiet(start, broker, "14_bom.csv")
    marked = broker.list.with_name("marked")
    marked.write_bytes(b"\xef\xbb\xbf" + list_of(broker, CASES / "14_bom.csv").read_bytes().removeprefix(b"\xef\xbb\xbf"))
    gateway.run("instruments", "import", "--broker", broker.name, marked)
    sim.fault("none")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert client.data()["topic"] == "INFY.NSE"
        assert list(sim.books()["subscriptions"]) == [in_books(broker, 408065)]


def test_rows_with_odd_fields_can_be_had_where_they_were_kept(start, kite):
    gateway, sim = quiet(start, kite, "18_strange_kite.csv", expired="refuse")
    sim.fault("none")
    kept = {("GOOD", "NSE"): 257, ("EURINR29DEC26FUT", "BCD"): 515, ("NIFTY29DEC2624000CE", "NFO"): 770,
            ("NEGTICK", "NSE"): 1537, ("EMPTYNUM", "NSE"): 2049, ("L&TFH", "NSE"): 2817}
    with gateway.client() as client:
        for (symbol, exchange), token in kept.items():
            assert client.subscribe(symbol, exchange, 2)["status"] == "success", symbol
            client.data(topic=f"{symbol}.{exchange}")
            assert str(token) in sim.books()["subscriptions"], symbol
        assert len(sim.books()["subscriptions"]) == len(kept)
        for symbol, exchange in (("OLDCO30JAN20FUT", "NFO"), ("ABB IND", "BSE"), ("X29DEC26FUT", "NFO"), ("BIGTOKEN", "NSE"),
                                 ("FEBCO31FEB26FUT", "NFO"), ("NIFTY29DEC2624000.00CE", "NFO")):
            assert client.subscribe(symbol, exchange, 2)["code"] == "SYMBOL_NOT_FOUND", symbol


# ---- 16: odd levels in Angel's books

def played_book(start, angel, case):
    """What a client of each mode gets of the frame, and how many levels the link counts as odd."""
    gateway, sim = quiet(start, angel, "14_bom.csv")
    with gateway.client(extras=True) as client:
        for mode in (4, 2, 1):  # the richest first: of several in a row Angel has all until one shows that it lives
            assert client.subscribe("INFY", "NSE", mode)["status"] == "success"
        until(sim, lambda books: books["subscriptions"] == {"1:1594": [3]})
        sim.fault("frame", hex=(CASES / case).read_bytes().hex())
        got = {message["mode"]: message["data"] for message in (client.data() for _ in range(3))}
    assert got.keys() == {1, 2, 4}
    for data in got.values():
        assert data["ltp"] == 1450.05
        assert data["timestamp"] == struct.unpack_from("<q", (CASES / case).read_bytes(), 35)[0] / 1000
    quote = {"volume": 100, "last_trade_quantity": 7, "avg_trade_price": 1450.05, "total_buy_quantity": 5,
             "total_sell_quantity": 6, "open": 1450.05, "high": 1450.05, "low": 1450.05, "close": 1450.05}
    assert quote.items() <= got[2].items() and quote.items() <= got[4].items()
    book = got[4]["depth"]
    assert all(level["price"] > 0 for side in book.values() for level in side)
    return book, link_of(gateway, angel)["dropped"]["level"]


def test_ten_levels_of_one_side_are_five_and_five_odd_ones(start, angel):
    book, odd = played_book(start, angel, "16_all_flags_0.bin")
    assert book["buy"] == [] and len(book["sell"]) == 5 and odd == 5


def test_a_level_of_no_side_is_left_out(start, angel):
    book, odd = played_book(start, angel, "16_flag_2.bin")
    assert book["buy"] == [{"price": 1449.95, "quantity": 10, "orders": 1}] * 4
    assert book["sell"] == [{"price": 1450.1, "quantity": 10, "orders": 1}] * 5
    assert odd == 1


def test_market_orders_before_the_open_are_no_levels(start, angel):
    book, odd = played_book(start, angel, "16_preopen_market_orders.bin")
    assert [level["price"] for level in book["buy"]] == [1450.0, 1449.95, 1449.9, 1449.85]
    assert [level["price"] for level in book["sell"]] == [1450.1, 1450.15, 1450.2, 1450.25]
    assert odd == 2


# ---- 20: a time that has not come yet

def ahead(seconds):
    """The case's frame, as if it came now."""
    frame = bytearray((CASES / "20_future_stamp.bin").read_bytes())
    for at in (44, 60):
        struct.pack_into(">I", frame, 4 + at, int(time.time()) + seconds)
    return bytes(frame)


STAMPED = 1000.05  # the case's price


def hear_the_stamp(client, sim, broker):
    sim.fault("mute")
    send(sim, broker, ahead(50 * 60))
    while client.data()["data"]["ltp"] != STAMPED:
        pass
    sim.fault("none")


def test_a_time_to_come_refuses_no_later_tick(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, stall_limit="60s")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        assert client.subscribe("INFY", "NSE", 4)["status"] == "success"
        hear_the_stamp(client, sim, broker)
        assert client.data()["data"]["timestamp"] < time.time() + 60  # of the same login
        hear_the_stamp(client, sim, broker)
        sim.fault("drop")
        client.next("broker_status", status="reconnecting")
        client.next("broker_status", status="connected")
        assert client.data()["data"]["ltp"] != STAMPED
    assert status_of(gateway)["older"] == 0


@pytest.mark.parametrize("first", ["kite", "angel"])
def test_a_time_to_come_refuses_nothing_of_the_next_broker(start, kite, angel, first):
    first, second = (kite, angel) if first == "kite" else (angel, kite)
    gateway, sim, _ = both(start, first, second, stall_limit="60s")
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        assert client.subscribe("INFY", "NSE", 4)["status"] == "success"
        hear_the_stamp(client, sim, first)
        sim.stop()
        client.next("broker_status", status="switched", broker=second.name)
        assert client.data()["data"]["ltp"] != STAMPED


# ---- all segments in one frame

def test_every_segments_packet_of_one_frame(start, kite):
    frame = (CASES / "v1_same_bytes.bin").read_bytes()
    packets = {packet["token"]: packet for packet in packets_of(frame)}
    rows = []
    for token in packets:
        exchange = SEGMENTS[token & 0xff][0].removesuffix("_INDEX")
        segment = "INDICES" if token & 0xff == 9 else exchange
        rows.append(f"{token},{token >> 8},T{token},T{token},0,,0,0.05,1,EQ,{segment},{exchange}\n")
    listed = kite.list.with_name("all.csv")
    listed.write_text(KITE_HEADER + "".join(rows))
    gateway, sim = quiet(start, kite, listed)
    names = {f"T{token}.{SEGMENTS[token & 0xff][0]}": token for token in packets}
    got = {}
    with gateway.client(extras=True) as client:
        for name in names:
            symbol, exchange = name.split(".")
            assert client.subscribe(symbol, exchange, 2 if exchange.endswith("_INDEX") else 4)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == len(packets))
        sim.fault("frame", hex=frame.hex())
        for _ in packets:
            message = client.data()
            got[message["topic"]] = message["data"]
        client.barrier()
        assert not client.market_data
    assert got.keys() == names.keys()
    for name, data in got.items():
        check(data, packets[names[name]], SEGMENTS[names[name] & 0xff][2])
    infy = got["T408065.NSE"]
    assert (infy["volume"], infy["oi"], infy["oi_day_high"], infy["oi_day_low"]) == (4_000_000_000, *[4_294_967_295] * 3)
    assert got["T256007.MCX"]["ltp"] == -37.63 and got["T256003.CDS"]["ltp"] == 95.4025


def check(data, packet, divisor):
    assert data["ltp"] == packet["ltp"] / divisor
    assert data["timestamp"] == packet["time"]
    for ours in ("open", "high", "low", "close"):
        assert data[ours] == packet[ours] / divisor, ours
    if "volume" not in packet:
        assert not {"volume", "last_trade_quantity", "oi", "depth"} & data.keys()
        return
    assert data["avg_trade_price"] == packet["average"] / divisor
    for ours, theirs in (("volume", "volume"), ("last_trade_quantity", "last_quantity"), ("total_buy_quantity", "buy"),
                         ("total_sell_quantity", "sell"), ("oi", "oi"), ("oi_day_high", "oi_high"), ("oi_day_low", "oi_low")):
        assert data[ours] == packet[theirs], ours
    assert data.get("last_trade_time", 0) == packet["last_trade_time"]
    for side, levels in (("buy", packet["bids"]), ("sell", packet["asks"])):
        assert data["depth"][side] == [{"price": price / divisor, "quantity": quantity, "orders": orders}
                                       for quantity, price, orders in levels if quantity]
