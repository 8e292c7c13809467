"""A stand-in broker with the layouts of Dhan: a plain feed, books of 20 and books of 200 levels, each on a kind of
WebSocket of its own with its own limits. It sends what a test tells it to, and pings. Sources: dhanhq.co/docs/v2/live-market-feed
and full-market-depth; DhanHQ-py marketfeed.py and fulldepth.py.

Thread: a loop of its own; the methods of DhanStandIn are called from the test's thread."""

import asyncio
import collections
import http
import json
import struct
import threading
import time
import urllib.parse

import websockets

from gateway import PATIENCE

SEGMENTS = {"IDX_I": 0, "NSE_EQ": 1, "NSE_FNO": 2, "NSE_CURRENCY": 3, "BSE_EQ": 4, "MCX_COMM": 5, "BSE_CURRENCY": 7, "BSE_FNO": 8}
KINDS = {"/feed": "feed", "/twentydepth": "depth20", "/twohundreddepth": "depth200"}
# Connections of one account, and instruments on each.
LIMITS = {"feed": (5, 5000), "depth20": (5, 50), "depth200": (5, 1)}
TOO_MANY = 805
BIDS, ASKS = 41, 51


# ---- packets; `key` is a segment's name and a security id

def feed_packet(code, key, body=b""):
    return struct.pack("<BHBI", code, 8 + len(body), SEGMENTS[key[0]], key[1]) + body


def ticker(key, price):
    return feed_packet(2, key, struct.pack("<fI", price, 0))


def common(price, volume):
    return struct.pack("<fHIfIII", price, 65, 0, price - 0.07, volume, 2002, 3003)


def day(price):
    """Open, the close that comes after the market's close, high and low."""
    return struct.pack("<ffff", price - 1, 0, price + 2, price - 3)


def quote(key, price, volume=1001):
    return feed_packet(4, key, common(price, volume) + day(price))


def full(key, price, bids, asks, volume=1001, oi=(4004, 5005, 3003)):
    """`bids` and `asks`: five of (price, quantity, orders) each."""
    levels = b"".join(struct.pack("<IIHHff", b[1], a[1], b[2], a[2], b[0], a[0]) for b, a in zip(bids, asks, strict=True))
    assert len(levels) == 100
    return feed_packet(8, key, common(price, volume) + struct.pack("<III", *oi) + day(price) + levels)


def open_interest(key, value):
    return feed_packet(5, key, struct.pack("<I", value))


def previous_close(key, price):
    return feed_packet(6, key, struct.pack("<fI", price, 0))


def side(code, key, levels):
    """One side of a depth socket's book, of (price, quantity, orders); its number of rows stands where a book of 20 levels
    has a number that is ignored."""
    rows = b"".join(struct.pack("<dII", *level) for level in levels)
    return struct.pack("<HBBII", 12 + len(rows), code, SEGMENTS[key[0]], key[1], len(levels)) + rows


def disconnect(kind, reason):
    if kind == "feed":
        return struct.pack("<BHBIH", 50, 10, 0, 0, reason)
    return struct.pack("<HBBII", 12, 50, 0, 0, reason)


class Connection:
    def __init__(self, number, kind, socket):
        self.number, self.kind, self.socket = number, kind, socket
        self.held = {}  # request code by key
        self.is_mute = False
        self.is_silent = False  # it pings, and sends nothing else by itself


class DhanStandIn:
    """`close` of keys that are asked for on the feed is sent at once, as the broker does with the previous close."""

    def __init__(self, beat=0.2, token="token-1", close=None):
        self.beat, self.token, self.close_price = beat, token, close
        self.changed = threading.Condition()
        self.open = {}  # connections by number
        self.opened = collections.Counter()  # by kind, and ever
        self.most = collections.Counter()  # by kind: the most instruments on one connection, ever
        self.most_open = collections.Counter()  # by kind: connections at one time
        self.refusals = []  # what passed a limit
        self.requests = []  # (connection's number, request)
        self.refused_logins = 0
        self.price = None  # set: every instrument ticks on the feed and on depth20, each time a tick higher
        self.loop = asyncio.new_event_loop()

    def __enter__(self):
        ready = threading.Event()

        async def serve():
            async with websockets.serve(self._serve, "127.0.0.1", 0, ping_interval=None, process_request=self._login,
                                        close_timeout=1) as server:
                self.port = server.sockets[0].getsockname()[1]
                self.stopped = asyncio.Event()
                ticks = asyncio.create_task(self._tick())
                ready.set()
                await self.stopped.wait()
                ticks.cancel()
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(serve()), daemon=True)
        self.thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(PATIENCE)
        self.loop.close()

    def settings(self):
        return {f"{setting}_url": f"ws://127.0.0.1:{self.port}{path}"
                for setting, path in zip(("feed", "depth20", "depth200"), KINDS)}

    # ---- what a test does

    def until(self, holds):
        """Waits until this holds of the stand-in, and returns what it then gave."""
        give_up = time.monotonic() + PATIENCE
        with self.changed:
            while not (result := holds(self)):
                assert self.changed.wait(give_up - time.monotonic()), (self.summary(), self.refusals)
            return result

    def summary(self):
        return [(c.number, c.kind, len(c.held)) for c in self.open.values()]

    def of(self, kind):
        return [c for c in self.open.values() if c.kind == kind]

    def held(self, kind):
        """All instruments of this kind of connection."""
        return collections.Counter(key for c in self.of(kind) for key in c.held)

    def wait_held(self, kind, *keys):
        """Until a connection of this kind has each of these instruments."""
        self.until(lambda s: all(key in s.held(kind) for key in keys))

    def send(self, kind, key, *packets):
        """One message to each connection of this kind that has the instrument."""
        async def all_of_them():
            to = [c for c in self.of(kind) if key in c.held and not c.is_mute]
            for connection in to:
                await connection.socket.send(b"".join(packets))
            return len(to)
        assert self._run(all_of_them()) > 0, (kind, key, self.summary())

    def end(self, connection, reason=None):
        """The broker closes this connection, with a disconnect packet where a reason is given."""
        async def ended():
            if reason is not None:
                await connection.socket.send(disconnect(connection.kind, reason))
            await connection.socket.close(1001)
        self._run(ended())

    def mute(self, connection):
        """Nothing is sent on it from now on, not even pings."""
        async def muted():
            connection.is_mute = True
        self._run(muted())

    def silence(self, connection):
        """It pings on, and its instruments tick no more."""
        self.loop.call_soon_threadsafe(setattr, connection, "is_silent", True)

    def _run(self, awaitable):
        return asyncio.run_coroutine_threadsafe(awaitable, self.loop).result(PATIENCE)

    # ---- in the loop

    async def _login(self, path, _):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
        if query.get("token") == [self.token] and query.get("clientId") and query.get("authType") == ["2"]:
            return None
        with self.changed:
            self.refused_logins += 1
            self.changed.notify_all()
        return http.HTTPStatus.UNAUTHORIZED, [], b"no such token"

    async def _serve(self, socket):
        kind = KINDS[urllib.parse.urlsplit(socket.path).path]
        with self.changed:
            is_full = len(self.of(kind)) >= LIMITS[kind][0]
            self.opened[kind] += 1
            connection = Connection(sum(self.opened.values()), kind, socket)
            if is_full:
                self.refusals.append(f"connection {len(self.of(kind)) + 1} of {kind}")
            else:
                self.open[connection.number] = connection
                self.most_open[kind] = max(self.most_open[kind], len(self.of(kind)))
            self.changed.notify_all()
        if is_full:
            await socket.send(disconnect(kind, TOO_MANY))
            return
        beats = asyncio.create_task(self._beat(connection))
        try:
            async for message in socket:
                await self._take(connection, json.loads(message))
        except websockets.ConnectionClosed:
            pass
        finally:
            beats.cancel()
            with self.changed:
                self.open.pop(connection.number, None)
                self.changed.notify_all()

    async def _take(self, connection, request):
        kind, code = connection.kind, request["RequestCode"]
        entries = [request] if kind == "depth200" else request["InstrumentList"]
        keys = [(entry["ExchangeSegment"], int(entry["SecurityId"])) for entry in entries]
        assert kind == "depth200" or request["InstrumentCount"] == len(keys)
        ends = code % 2 == 0
        assert code in ((15, 17, 21, 16, 18, 22) if kind == "feed" else (23, 24)), request
        with self.changed:
            self.requests.append((connection.number, request))
            for key in keys:
                if not ends:
                    connection.held[key] = code
                elif connection.held.get(key) == code - 1:
                    del connection.held[key]
            count = len(connection.held)
            self.most[kind] = max(self.most[kind], count)
            passes = count > LIMITS[kind][1] or len(keys) > 100
            if passes:
                self.refusals.append(f"{count} instruments on one connection of {kind}")
            self.changed.notify_all()
        if passes:
            await connection.socket.send(disconnect(kind, TOO_MANY))
            await connection.socket.close(1001)
        elif kind == "feed" and not ends and self.close_price is not None and not connection.is_mute:
            await connection.socket.send(b"".join(previous_close(key, self.close_price) for key in keys))

    async def _beat(self, connection):
        try:
            while not connection.is_mute:
                pong = await connection.socket.ping()
                pong.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody waits for it
                await asyncio.sleep(self.beat)
        except websockets.ConnectionClosed:
            pass

    async def _tick(self):
        step = 0
        while True:
            await asyncio.sleep(0.1)
            if self.price is None:
                continue
            step += 1
            price = self.price + step / 20
            for connection in self.of("feed") + self.of("depth20"):
                if connection.is_mute or connection.is_silent or not connection.held:
                    continue
                if connection.kind == "feed":
                    packets = [quote(key, price, volume=step) for key in connection.held]
                else:
                    bids, asks = ([(price + sign * (i + 1) / 20, 100 + i, 1) for i in range(20)] for sign in (-1, 1))
                    packets = [packet for key in connection.held for packet in (side(BIDS, key, bids), side(ASKS, key, asks))]
                try:
                    await connection.socket.send(b"".join(packets))
                except websockets.ConnectionClosed:
                    pass
