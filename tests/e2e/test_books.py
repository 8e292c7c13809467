"""Books and prices that no market can mean, as either broker may send them: what of a packet goes out, and what is counted."""

import dataclasses
import time

import pytest

import packets
from brokers import KITE_HEADER, Angel, Kite, link_of, status_of
from cases import SEGMENTS, in_books, quiet
from stand_in import until

INFY = 408065  # Kite's token


@pytest.fixture(params=[Kite, Angel], ids=["kite", "angel"])
def broker(request, tmp_path):
    return request.param(tmp_path)


class Played:
    """A gateway, and clients with and without extras that hold one instrument in all modes; `send` has the broker say so."""

    def __init__(self, start, broker, token=INFY, modes=(4, 2, 1)):
        self.broker, self.token, self.modes = broker, token, modes
        self.exchange = SEGMENTS[token & 0xff][0]
        listed = broker.list.with_name("one.csv")
        if self.exchange == "NSE":
            self.symbol, row = "T", "T,T,0,,0,0.05,1,EQ,NSE,NSE"
        else:
            self.symbol, row = "T31DEC99FUT", f"TFUT,T,0,2099-12-31,0,0.05,1,FUT,{self.exchange}-FUT,{self.exchange}"
        listed.write_text(f"{KITE_HEADER}{token},{token >> 8},{row}\n")
        self.gateway, self.sim = quiet(start, broker, listed)
        self.angel = packets.Angel()
        self.extras, self.plain = self.gateway.client(extras=True), self.gateway.client()
        for client in (self.extras, self.plain):
            for mode in modes:  # the richest first: of several in a row Angel has all until one shows that it lives
                assert client.subscribe(self.symbol, self.exchange, mode)["status"] == "success"
        richest = {"zerodha": {4: "full", 2: "quote", 1: "ltp"}, "angel": {4: [3], 2: [2], 1: [1]}}[broker.name][modes[0]]
        until(self.sim, lambda books: books["subscriptions"].get(in_books(broker, token)) == richest)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.extras.close()
        self.plain.close()

    def send(self, market, mode=None):
        """What each client gets of a packet that says this, by mode; and how much the counts of the link rose."""
        mode, before = mode or self.modes[0], self.counts()
        if self.broker.name == "zerodha":
            words = {4: "full", 2: "quote", 1: "ltp"}
            frame = packets.Kite.frame(packets.Kite.packet(self.token, words[mode], market))
        else:
            frame = self.angel.frame(SEGMENTS[self.token & 0xff][1], str(self.token >> 8), {4: 3, 2: 2, 1: 1}[mode], market)
        self.sim.fault("frame", hex=frame.hex())
        while self.counts()["updates"] == before["updates"]:
            time.sleep(0.01)
        got = []
        for client in (self.extras, self.plain):
            client.barrier()
            got.append({message["mode"]: message["data"] for message in client.market_data})
            client.market_data.clear()
        after = self.counts()
        return *got, {name: after[name] - before[name] for name in after if after[name] != before[name] and name != "updates"}

    def counts(self):
        link = link_of(self.gateway, self.broker)
        return {**link["dropped"], "updates": link["updates"], "invalid": link["updates_invalid"],
                "without_price": link["updates_without_price"]}


def of(price=10_000, **changes):
    """An ordinary market of both brokers' units around this price, with these values instead."""
    return dataclasses.replace(packets.some(1, price), **changes)


def levels(*prices):
    return [(10, price, 1) for price in prices] + [packets.NO_LEVEL] * (packets.LEVELS - len(prices))


def prices(data, side):
    return [level["price"] for level in data["depth"][side]]


# ---- order

@pytest.mark.parametrize("bids, asks", [((9_998, 9_999, 9_997), (10_001,)), ((9_999,), (10_003, 10_001))], ids=["bids", "asks"])
def test_a_book_out_of_order_is_no_book_and_spoils_nothing_else(start, broker, bids, asks):
    with Played(start, broker) as played:
        for _ in range(2):
            extras, plain, counts = played.send(of(bids=levels(*bids), asks=levels(*asks)))
            assert extras.keys() == plain.keys() == {1, 2}
            assert plain[2]["ltp"] == 100.0 and plain[2]["open"] > 0
            assert counts == {"unordered_book": 1}
        extras, plain, counts = played.send(of())
        assert extras.keys() == plain.keys() == {1, 2, 4} and counts == {}
        assert status_of(played.gateway)["ledger"]["unexplained"] == 0


def test_crossed_and_locked_books_and_orders_of_one_price_pass(start, broker):
    with Played(start, broker) as played:
        for bids, asks in (((10_100, 9_999), (9_900, 9_950)), ((10_000, 9_999), (10_000,)), ((9_999,) * 5, (10_001,) * 3)):
            extras, plain, counts = played.send(of(bids=levels(*bids), asks=levels(*asks)))
            for data in (extras[4], plain[4]):
                assert prices(data, "buy") == [price / 100 for price in bids]
                assert prices(data, "sell") == [price / 100 for price in asks]
            assert counts == {}


# ---- levels

def test_levels_without_a_price_or_a_quantity_are_none(start, broker):
    """Market orders are counted, as they were sent; an empty level is nothing odd."""
    bids, asks = [(500, 0, 3), (0, 9_999, 4), (10, 9_998, 2)], [(700, 0, 4), (10, 10_001, 1), (0, 10_002, 0)]
    none = [packets.NO_LEVEL] * 2
    with Played(start, broker) as played:
        extras, plain, counts = played.send(of(bids=bids + none, asks=asks + none))
        for data in (extras[4], plain[4]):
            assert data["depth"] == {"buy": [{"price": 99.98, "quantity": 10, "orders": 2}],
                                     "sell": [{"price": 100.01, "quantity": 10, "orders": 1}]}
        assert counts == {"level": 2}


MCX = 1000 << 8 | 7


@pytest.mark.parametrize("ltp, bids, asks, left", [
    (10_000, (0, 9_900, 9_800), (0, 10_100, 10_200), ((9_900, 9_800), (10_100, 10_200))),
    (10_000, (), (0, 10_100), ((), (10_100,))),
    (-5, (0, -10), (5,), ((0, -10), (5,))),
    (5, (-5, -10), (0, 5), ((-5, -10), (0, 5))),
    (-3_763, (-3_770, -3_780), (-3_760, -3_750), ((-3_770, -3_780), (-3_760, -3_750))),
], ids=["market orders", "market orders and no bids", "bid of zero", "ask of zero", "below zero"])
def test_zero_is_a_price_only_in_a_market_at_zero(start, broker, ltp, bids, asks, left):
    with Played(start, broker, MCX) as played:
        extras, _, counts = played.send(of(ltp=ltp, bids=levels(*bids), asks=levels(*asks)))
        assert extras[4]["ltp"] == ltp / 100
        assert prices(extras[4], "buy") == [price / 100 for price in left[0]]
        assert prices(extras[4], "sell") == [price / 100 for price in left[1]]
        odd = len(bids + asks) - len(left[0] + left[1])
        assert counts == ({"level": odd} if odd else {})


@pytest.mark.parametrize("broker", [Angel], ids=["angel"], indirect=True)
def test_a_count_of_orders_below_zero_is_not_said(start, broker):
    with Played(start, broker) as played:
        ordinary = of()
        odd = [(*ordinary.bids[0][:2], -1), *ordinary.bids[1:]]
        extras, plain, counts = played.send(of(bids=odd))
        for data in (extras[4], plain[4]):
            assert len(data["depth"]["buy"]) == len(data["depth"]["sell"]) == packets.LEVELS
            assert not any("orders" in level for side in data["depth"].values() for level in side)
        assert counts == {}
        assert played.send(ordinary)[1][4]["depth"]["buy"][0]["orders"] == ordinary.bids[0][2]


# ---- prices

OF_THE_DAY = {"open", "high", "low", "close", "avg_trade_price"}


@pytest.mark.parametrize("price", [0, -500])
def test_a_price_of_zero_or_below_is_not_said(start, broker, price):
    wrong = {name: price for name in ("open", "high", "low", "close", "average")}
    with Played(start, broker) as played:
        extras, plain, _ = played.send(of(**wrong, bounds=[price] * 4))
        assert plain[2].keys() == {"symbol", "exchange", "ltp", "timestamp", "volume", "last_trade_quantity"}
        for data in (extras[2], extras[4]):
            assert not {*OF_THE_DAY, "upper_circuit", "lower_circuit", "high_52_weeks", "low_52_weeks"} & data.keys()
            assert {"ltp", "volume", "oi", "total_buy_quantity"} <= data.keys()


def test_prices_of_zero_and_below_are_said_where_the_exchange_has_them(start, broker):
    with Played(start, broker, MCX) as played:
        extras, plain, _ = played.send(of(ltp=-5, open=0, high=10, low=-3_763, close=-1, average=-7))
        for data in (extras[2], plain[2]):
            assert [data[name] for name in ("ltp", "open", "high", "low", "close", "avg_trade_price")] == [
                -0.05, 0.0, 0.1, -37.63, -0.01, -0.07]


@pytest.mark.parametrize("token", [INFY, MCX], ids=["NSE", "MCX"])
@pytest.mark.parametrize("mode", [1, 2, 4])
def test_before_the_first_price_only_clients_with_extras_get_updates(start, broker, token, mode):
    never = of(ltp=0, last_quantity=0, average=0, volume=0, open=0, high=0, low=0, last_trade_time=0)
    with Played(start, broker, token, modes=(mode,)) as played:
        extras, plain, counts = played.send(never)
        assert extras.keys() == {mode} and "ltp" not in extras[mode] and plain == {}
        assert counts == {"without_price": 1}
        assert status_of(played.gateway)["waiting_for_price"] == 1
        told = [n for n in played.extras.notices if n["type"] == "subscription_status"][-1]
        assert (told["status"], told["message"]) == ("active", "waiting for a last price")
        extras, plain, _ = played.send(of())
        assert extras[mode]["ltp"] == plain[mode]["ltp"] == 100.0
        extras, plain, _ = played.send(never)
        assert extras.keys() == plain.keys() == ({mode} - {1}), "an old price is no news to mode 1"
        assert all(data["ltp"] == 100.0 for got in (extras, plain) for data in got.values())
        ledger = status_of(played.gateway)["ledger"]
        assert ledger["unexplained"] == 0
