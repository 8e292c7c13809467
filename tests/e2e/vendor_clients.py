"""A broker's own client and the gateway at one stand-in that sends the same bytes to both."""

import contextlib
import datetime
import json
import os
import struct
from decimal import Decimal

from brokers import secret
from gateway import SOURCE, Process, http
from stand_in import until

SCRIPTS = SOURCE / "tests" / "e2e" / "vendor"
INSTALLED = SOURCE / "build" / "vendor" / "node_modules"


class Sides:
    """The stand-in sends only what it is told to. Both clients are at it while `play` runs."""

    def __init__(self, start, *more):
        self.sim = start.sim(*more, broker=self.broker)
        self.sim.fault("mute")
        list_url = f"http://127.0.0.1:{self.sim.port}{self.list_path}"
        self.list = http(list_url)[1]
        self.gateway = start({"active_broker": self.broker, "brokers": {self.broker: {
            "plugin": self.broker, "settings": {"url": self.sim.url, "instruments_url": list_url, "api_key": "key",
                                                **self.settings}}}})
        self.gateway.run("instruments", "update")

    def play(self, names, mode, frames, expected=None):
        """Sends the frames and compares what both clients say of each tick, each value exactly. `names` has symbol and
        exchange of each instrument, `mode` is the vendor's; `expected(tick, m)` tells what the gateway's mode m must
        say of the vendor's tick. The number of messages that were compared."""
        expected = expected or self.expected
        compared = 0
        with self.both(names, mode) as (ticks, client):
            for frame in frames:
                self.sim.fault("frame", hex=frame.hex())
                for _ in range(self.count(frame)):
                    tick = next(ticks)
                    symbol, exchange = names[self.instrument(tick)]
                    for m in streams(exchange, self.modes[self.mode_of(tick)]):
                        message = next_message(client)
                        assert (message["topic"], message["mode"]) == (f"{symbol}.{exchange}", m)
                        assert told(message["data"]) == expected(tick, m), (symbol, exchange, m)
                        compared += 1
        return compared

    @contextlib.contextmanager
    def both(self, names, mode, depth_level=5):
        """The vendor's ticks, and a client of the gateway, both subscribed."""
        options = {"env": {**os.environ, "NODE_PATH": str(INSTALLED)}, "cwd": self.gateway.folder}  # where it may log
        with Process(["node", *self.command(names, mode)], **options) as vendor, \
                self.gateway.client(extras=True) as client:
            vendor.wait_line("^connected")
            wanted = [{"symbol": symbol, "exchange": exchange, "mode": m, "depth_level": depth_level}
                      for symbol, exchange in names.values() for m in streams(exchange, self.modes[mode])]
            answer = client.ask({"action": "subscribe", "symbols": wanted})
            assert answer["status"] == "success", answer
            until(self.sim, lambda books: self.is_settled(books, names, mode))
            yield self.ticks(vendor), client
            assert self.sim.books()["requests"]["wrong"] == 0  # of the vendor's either

    def mode_at_gateway(self, exchange, mode):
        """In which the gateway has what its client wants; an index has no depth there."""
        return next(m for m in self.modes if self.modes[m] == streams(exchange, self.modes[mode])[-1])

    def is_settled(self, books, names, mode):
        """Both have subscribed each instrument."""
        held = {c[self.account_field]: c["subscriptions"] for c in books["connections"]["list"]}
        if any(len(held.get(account, [])) != len(names) for account in (self.vendor_account, self.account)):
            return False
        return all(self.has_mode(held[self.vendor_account][self.in_books(i)], mode)
                   and self.has_mode(held[self.account][self.in_books(i)], self.mode_at_gateway(exchange, mode))
                   for i, (_, exchange) in names.items())


def streams(exchange, mode):
    """The gateway's modes that a packet with the values of this one fills."""
    most = min(mode, 2) if exchange.endswith("_INDEX") else mode
    return [m for m in (1, 2, 4) if m <= most]


def next_message(client):
    while True:
        message = json.loads(client.receive_text(), parse_float=Decimal)
        if message["type"] == "market_data":
            return message
        assert message["type"] != "error", message


def told(data):
    """What the gateway says of the market."""
    if data.get("timestamp_from") == "gateway":  # the packet had no time
        data.pop("timestamp")
    return {k: v for k, v in data.items() if k not in ("symbol", "exchange", "timestamp_from", "broker_supported")}


def present(values):
    return {k: v for k, v in values.items() if v is not None}


PRICES = {"ltp", "open", "high", "low", "close", "avg_trade_price"}


def without_absent_prices(values, prices_below_zero):
    """A price of zero or below is none, but on an exchange that has such prices."""
    return {k: v for k, v in values.items() if prices_below_zero or k not in PRICES or v > 0}


class Kite(Sides):
    broker = "zerodha"
    list_path = "/instruments"
    modes = {"ltp": 1, "quote": 2, "full": 4}
    account_field, account, vendor_account = "api_key", "key", "vendor"

    def __init__(self, start, tmp_path, *more):
        self.settings = {"access_token": f"${{file:{secret(tmp_path / 'token', 'today')}}}"}
        super().__init__(start, *more)

    def mode_at_gateway(self, exchange, mode):
        """Packets of indices have a time in the richest mode alone, so that this is asked for where a quote is wanted."""
        at_gateway = super().mode_at_gateway(exchange, mode)
        return "full" if exchange.endswith("_INDEX") and at_gateway == "quote" else at_gateway

    def command(self, names, mode):
        return [SCRIPTS / "kite.js", f"{self.sim.url}/", "vendor", "today", mode, *names]

    def ticks(self, vendor):
        at = 0
        while True:
            vendor.wait_line(r"^\[", at)
            at = next(i for i in range(at, len(vendor.lines)) if vendor.lines[i].startswith("[")) + 1
            yield from json.loads(vendor.lines[at - 1], parse_int=Decimal, parse_float=Decimal)

    def count(self, frame):
        return len(packets_in(frame))

    def instrument(self, tick):
        return tick["instrument_token"]

    def in_books(self, token):
        return str(token)

    def has_mode(self, held, mode):
        return held == mode

    def mode_of(self, tick):
        return tick["mode"]

    def expected(self, tick, mode):
        values = {"ltp": tick["last_price"], "timestamp": seconds(tick.get("exchange_timestamp"))}
        if mode >= 2:
            values |= tick["ohlc"]
            values |= {ours: tick.get(theirs) for ours, theirs in [
                ("last_trade_quantity", "last_traded_quantity"), ("avg_trade_price", "average_traded_price"),
                ("volume", "volume_traded"), ("total_buy_quantity", "total_buy_quantity"),
                ("total_sell_quantity", "total_sell_quantity"), ("oi", "oi"), ("oi_day_high", "oi_day_high"),
                ("oi_day_low", "oi_day_low")]}
            values["last_trade_time"] = seconds(tick.get("last_trade_time"))
        if mode == 4:
            # The gateway leaves empty levels out.
            values["depth"] = {side: [level for level in levels if any(level.values())]
                               for side, levels in tick["depth"].items()}
        return without_absent_prices(present(values), int(tick["instrument_token"]) & 0xff in (7, 12))  # MCX, NCO


def packets_in(frame):
    """Token and length of each packet in a frame of Kite's."""
    at, found = 2, []
    for _ in range(struct.unpack_from(">H", frame)[0]):
        size, token = struct.unpack_from(">HI", frame, at)
        found.append((token, size))
        at += 2 + size
    return found


def seconds(text):
    return None if text is None else Decimal(int(datetime.datetime.fromisoformat(text).timestamp()))


class Angel(Sides):
    broker = "angel"
    list_path = "/OpenAPIScripMaster.json"
    modes = {"1": 1, "2": 2, "3": 4, "4": 4}
    account_field, account, vendor_account = "client_code", "C1", "VENDOR"

    def __init__(self, start, tmp_path, *more):
        self.settings = {"client_code": "C1", "jwt_token": f"${{file:{secret(tmp_path / 'jwt', 'jwt')}}}",
                         "feed_token": f"${{file:{secret(tmp_path / 'feed', 'feed')}}}"}
        super().__init__(start, *more)

    def command(self, names, mode):
        return [SCRIPTS / "angel.js", self.sim.url, mode, *names]

    def ticks(self, vendor):
        at = 0
        while True:
            vendor.wait_line(r"^\{", at)
            at = next(i for i in range(at, len(vendor.lines)) if vendor.lines[i].startswith("{")) + 1
            yield json.loads(vendor.lines[at - 1])

    def count(self, frame):
        return 1

    def instrument(self, tick):
        return f"{tick['exchange_type']}:{json.loads(tick['token'])}"

    def in_books(self, instrument):
        return instrument

    def has_mode(self, held, mode):
        return int(mode) in held

    def mode_of(self, tick):
        return tick["subscription_mode"]

    def expected(self, tick, mode):
        """Angel's client leaves prices in the packet's unit; its numbers are texts."""
        unit = 10_000_000 if tick["exchange_type"] == "13" else 100
        is_index = json.loads(tick["token"]).startswith("999")

        def price(name):
            return Decimal(tick[name]) / unit if name in tick else None

        def number(name):
            return Decimal(tick[name]) if name in tick else None
        time = number("exchange_timestamp")
        values = {"ltp": price("last_traded_price"), "timestamp": time / 1000 if time else None}
        if mode >= 2:
            values |= {"open": price("open_price_day"), "high": price("high_price_day"), "low": price("low_price_day"),
                       "close": price("close_price")}
        if mode >= 2 and not is_index:  # indices are not traded: the gateway says nothing of the zeros
            values |= {"last_trade_quantity": number("last_traded_quantity"),
                       "avg_trade_price": price("avg_traded_price"), "volume": number("vol_traded"),
                       "total_buy_quantity": number("total_buy_quantity"),
                       "total_sell_quantity": number("total_sell_quantity"), "oi": number("open_interest"),
                       "last_trade_time": number("last_traded_timestamp") or None,
                       **{ours: price(theirs) or None for ours, theirs in [
                           ("upper_circuit", "upper_circuit"), ("lower_circuit", "lower_circuit"),
                           ("high_52_weeks", "fiftytwo_week_high"), ("low_52_weeks", "fiftytwo_week_low")]}}
        if mode == 4:
            values["depth"] = {ours: levels_of(tick[theirs], unit)
                               for ours, theirs in [("buy", "best_5_buy_data"), ("sell", "best_5_sell_data")]}
        return without_absent_prices(present(values), tick["exchange_type"] in ("5", "7"))  # MCX, NCDEX


def levels_of(levels, unit):
    """Of Angel's client, without empty ones."""
    out = [{"price": Decimal(level["price"]) / unit, "quantity": int(level["quantity"]),
            "orders": int(level["no_of_orders"])} for level in levels]
    return [level for level in out if any(level.values())]
