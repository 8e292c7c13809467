"""Many clients with extras at once, on a thread of their own, which write down what they are told and what they miss."""

import asyncio
import json
import threading
import time

import websockets

from gateway import PATIENCE


class Member:
    """One client of some symbols of exchange NSE."""

    def __init__(self, crowd, key, symbols, mode):
        self.crowd, self.key, self.symbols, self.mode = crowd, key, symbols, mode
        self.updates = 0
        self.sequences = {}  # of each topic, the last one
        self.gaps = []       # (topic, expected seq, found seq)
        self.prices = []     # last prices, in their order, where the crowd keeps them
        self.words = []      # states of links and feeds that it was told
        self.closed = None   # why its connection ended
        self.told = self.connected = self.served = None  # when, since the last call of await_fault(): monotonic

    async def run(self):
        try:
            async with websockets.connect(self.crowd.url, ping_interval=None, max_size=None, max_queue=None) as socket:
                await socket.send(json.dumps({"action": "authenticate", "api_key": self.key, "extras": True}))
                await socket.send(json.dumps({"action": "subscribe", "mode": self.mode, "symbols": [
                    {"symbol": symbol, "exchange": "NSE"} for symbol in self.symbols]}))
                async for text in socket:
                    self.take(json.loads(text))
                self.closed = f"{socket.close_code} {socket.close_reason}"
        except (OSError, websockets.WebSocketException) as error:
            self.closed = repr(error)
        self.crowd.note()

    def take(self, message):
        kind = message.get("type")
        if kind == "market_data":
            if message.get("snapshot") is None:
                self.take_update(message)
        elif kind in ("broker_status", "feed_status"):
            self.words.append(message["status"])
            self.take_status(kind, message["status"])

    def take_status(self, kind, status):
        if (kind, status) == ("broker_status", "connected"):
            self.connected = time.monotonic()
        elif status in ("disconnected", "stale"):
            self.told = self.told or time.monotonic()
            self.connected = self.connected if kind == "feed_status" else None

    def take_update(self, message):
        topic, number = message["topic"], message["seq"]
        known = self.sequences.get(topic)
        self.sequences[topic] = number
        if known is not None and number != known + 1:
            self.gaps.append((topic, known + 1, number))
        if self.crowd.keeps_prices:
            self.prices.append(message["data"]["ltp"])
        if self.told and self.connected and not self.served:
            self.served = time.monotonic()
        self.updates += 1
        self.crowd.note()

    def await_fault(self):
        self.told = self.connected = self.served = None

    def missed(self):
        return sum(abs(found - expected) for _, expected, found in self.gaps)


class Crowd:
    """with Crowd(url, key, symbols) as crowd: begins with one client for each symbol; add() adds more. `keeps_prices`: see
    Member.prices."""

    def __init__(self, url, key=None, symbols=(), keeps_prices=False):
        self.url, self.key, self.symbols, self.keeps_prices = url, key, symbols, keeps_prices
        self.members = []
        self.changed = threading.Condition()
        self.is_waited_for = False
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def note(self):
        if self.is_waited_for:
            with self.changed:
                self.changed.notify_all()

    def add(self, count, key, symbols, mode=2):
        """That many clients, once each of them has a tick of each symbol."""
        return self._serve([Member(self, key, symbols, mode) for _ in range(count)])

    def _serve(self, members):
        self.members += members
        for member in members:
            asyncio.run_coroutine_threadsafe(member.run(), self.loop)
        self.wait(lambda member: len(member.sequences) == len(member.symbols), "a tick of each symbol", members)
        return members

    def wait(self, is_so, what, members=None):
        """Until it is so of each of them; by default of all."""
        members = self.members if members is None else members
        self.is_waited_for = True
        ends = time.monotonic() + PATIENCE
        while late := [member for member in members if not is_so(member)]:
            left = ends - time.monotonic()
            assert left > 0, (f"{what}: found none within {PATIENCE} s at {len(late)} clients, one of them "
                              f"{late[0].symbols} {late[0].updates} {late[0].closed}")
            with self.changed:
                self.changed.wait(min(left, 0.5))  # a client's change may come just before this
        self.is_waited_for = False

    def wait_updates(self, more):
        """Until each client has had so many more."""
        goals = {member: member.updates + more for member in self.members}
        self.wait(lambda member: member.updates >= goals[member], f"{more} updates")

    def disconnected(self):
        return [(member.symbols, member.closed) for member in self.members if member.closed]

    def gaps(self):
        return [gap for member in self.members for gap in member.gaps]

    def words(self):
        return {word for member in self.members for word in member.words}

    def __enter__(self):
        self.thread.start()
        self._serve([Member(self, self.key, [symbol], mode=1) for symbol in self.symbols])
        return self

    def __exit__(self, *_):
        async def end():
            all_tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in all_tasks:
                task.cancel()
            await asyncio.gather(*all_tasks, return_exceptions=True)
        asyncio.run_coroutine_threadsafe(end(), self.loop).result(PATIENCE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()
