"""Packets as both brokers send them, made of values: ordinary ones and the edges of their fields."""

import dataclasses
import random
import struct
import time

LEVELS = 5
NO_LEVEL = (0, 0, 0)


@dataclasses.dataclass
class Market:
    """What a full packet says; prices in the packet's own unit."""
    ltp: int
    last_quantity: int
    average: int
    volume: int
    buy: int
    sell: int
    open: int
    high: int
    low: int
    close: int
    last_trade_time: int  # seconds; 0: none
    oi: int
    oi_high: int
    oi_low: int
    time: int
    bids: list  # of quantity, price, orders; best first
    asks: list
    bounds: list  # Angel's circuits and 52 weeks


def some(seed, price):
    """An ordinary market around this price."""
    chance = random.Random(seed)
    step = max(1, price // 2000)

    def side(sign):
        return [(chance.randrange(1, 100_000), price + sign * step * (level + 1) + sign, chance.randrange(1, 500))
                for level in range(LEVELS)]
    now = int(time.time()) - 7200  # not so close to now that the feed could seem late
    low, high = price - step * 7, price + step * 9
    return Market(price, chance.randrange(1, 5_000), price - step, chance.randrange(2**31), chance.randrange(2**31),
                  chance.randrange(2**31), chance.randrange(low, high), high, low, price - step * 3,
                  now - chance.randrange(5_000), chance.randrange(2**31), 2**31 - 1, chance.randrange(1000),
                  now - chance.randrange(60), side(-1), side(1),
                  [price * 11 // 10, price * 9 // 10, price * 2, price // 3])


def edges(price, most, max_orders):
    """A market of each kind that a decoder may get wrong. The largest quantity, volume and open interest is `most`."""
    largest = 2**31 - 1
    ordinary = some(price, price)
    change = dataclasses.replace
    return [
        ordinary,
        change(ordinary, last_quantity=0, volume=0, buy=0, sell=0, oi=0, oi_high=0, oi_low=0, average=0, open=0, high=0,
               low=0),
        change(ordinary, last_trade_time=0, time=0),
        change(ordinary, bids=[NO_LEVEL] * LEVELS),
        change(ordinary, asks=ordinary.asks[:2] + [NO_LEVEL] * 3, sell=0),
        change(ordinary, bids=[NO_LEVEL] * LEVELS, asks=[NO_LEVEL] * LEVELS),
        change(ordinary, ltp=1, open=1, high=1, low=1, close=1, average=1),
        change(ordinary, ltp=largest, open=largest, high=largest, low=largest, close=largest, average=largest,
               last_quantity=most, volume=most, buy=most, sell=most, oi=most, oi_high=most,
               bids=[(most, largest, max_orders)] * LEVELS, asks=[(most, largest, max_orders)] * LEVELS),
        some(price + 1, price + 12_345),
    ]


def of_index(market):
    """Angel's indices are not traded: zeros, but for prices of the day."""
    none = [NO_LEVEL] * LEVELS
    return dataclasses.replace(market, last_quantity=0, average=0, volume=0, buy=0, sell=0, last_trade_time=0, oi=0,
                               bids=none, asks=none)


class Kite:
    @staticmethod
    def frame(*packets):
        return struct.pack(">H", len(packets)) + b"".join(struct.pack(">H", len(p)) + p for p in packets)

    @staticmethod
    def packet(token, mode, m):
        head = struct.pack(">Ii", token, m.ltp)
        if mode == "ltp":
            return head
        if token & 0xff == 9:  # an index
            body = struct.pack(">iiiii", m.high, m.low, m.open, m.close, m.ltp - m.close)
            return head + body + (struct.pack(">I", m.time) if mode == "full" else b"")
        quote = struct.pack(">IiIIIiiii", m.last_quantity, m.average, m.volume, m.buy, m.sell, m.open, m.high, m.low,
                            m.close)
        if mode == "quote":
            return head + quote
        levels = b"".join(struct.pack(">IiHH", *level, 0) for level in m.bids + m.asks)
        return head + quote + struct.pack(">IIIII", m.last_trade_time, m.oi, m.oi_high, m.oi_low, m.time) + levels


class Angel:
    def __init__(self):
        self.sequence = 1_000_000

    def frame(self, exchange_type, token, mode, m):
        """`mode` is Angel's number; 3 has five levels."""
        self.sequence += 1
        frame = struct.pack("<BB25sqqq", mode, exchange_type, token.encode(), self.sequence, m.time * 1000, m.ltp)
        if mode >= 2:
            frame += struct.pack("<qqqddqqqq", m.last_quantity, m.average, m.volume, m.buy, m.sell, m.open, m.high,
                                 m.low, m.close)
        if mode == 3:
            frame += struct.pack("<qqd", m.last_trade_time, m.oi, 0.25)
            for flag, side in ((1, m.bids), (0, m.asks)):
                frame += b"".join(struct.pack("<hqqh", flag, *level) for level in side)
            frame += struct.pack("<qqqq", *m.bounds)
        return frame

    @staticmethod
    def depth20(token, milliseconds, price):
        sides = [[(100 + level, price + sign * 5 * (level + 1), 1 + level) for level in range(20)] for sign in (-1, 1)]
        return (struct.pack("<BB25sqq", 4, 1, token.encode(), milliseconds, 0)
                + b"".join(struct.pack("<iih", *level) for side in sides for level in side))
