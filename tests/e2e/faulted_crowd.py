"""Many clients with extras in one loop on a thread of its own, which write down what they are told and what they miss."""

import asyncio
import json
import threading
import time

import websockets

from gateway import PATIENCE


class Member:
    """One client: the numbers of its updates, and when it was last told of a fault, and served again."""

    def __init__(self, crowd, key, symbols, mode):
        self.crowd, self.key, self.symbols, self.mode = crowd, key, symbols, mode
        self.sequences = {}
        self.ticks = self.missed = 0
        self.is_lost = False
        self.told = self.connected = self.served = None  # since the last call of await_fault(), monotonic

    async def run(self):
        try:
            async with websockets.connect(self.crowd.url, ping_interval=None, max_size=None, max_queue=None) as socket:
                await socket.send(json.dumps({"action": "authenticate", "api_key": self.key, "extras": True}))
                await socket.send(json.dumps({"action": "subscribe", "mode": self.mode, "symbols": [
                    {"symbol": symbol, "exchange": "NSE"} for symbol in self.symbols]}))
                async for text in socket:
                    self.take(json.loads(text))
        except asyncio.CancelledError:  # the crowd ends
            raise
        except (OSError, websockets.WebSocketException):
            pass
        self.is_lost = True
        self.crowd.note()

    def take(self, message):
        kind = message.get("type")
        if kind == "market_data":
            if message.get("snapshot") is None:
                self.take_tick(message)
        elif kind == "broker_status" and message["status"] == "connected":
            self.connected = time.monotonic()
        elif kind in ("broker_status", "feed_status") and message["status"] in ("disconnected", "stale"):
            self.told = self.told or time.monotonic()
            self.connected = self.connected if kind == "feed_status" else None

    def take_tick(self, message):
        topic, number = message["topic"], message["seq"]
        known = self.sequences.get(topic)
        self.sequences[topic] = number
        self.ticks += 1
        if known is not None:
            self.missed += abs(number - known - 1)
        if self.told and self.connected and not self.served:
            self.served = time.monotonic()
        if known is None or self.served:
            self.crowd.note()

    def await_fault(self):
        self.told = self.connected = self.served = None


class Crowd:
    """with Crowd(url) as crowd: clients are added, and end with the block."""

    def __init__(self, url):
        self.url = url
        self.members = []
        self.changed = threading.Condition()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.tasks = []

    def note(self):
        with self.changed:
            self.changed.notify_all()

    def add(self, count, key, symbols, mode=2):
        """That many clients, once each of them has a tick of each symbol."""
        members = [Member(self, key, symbols, mode) for _ in range(count)]
        self.members += members
        self.tasks += [asyncio.run_coroutine_threadsafe(member.run(), self.loop) for member in members]
        self.wait(lambda: all(len(m.sequences) == len(symbols) for m in members), "a tick of each symbol")
        return members

    def wait(self, is_so, what):
        with self.changed:
            ends = time.monotonic() + PATIENCE
            while not is_so():
                left = ends - time.monotonic()
                assert left > 0, f"{what}: found none within {PATIENCE} s at some client"
                self.changed.wait(min(left, 1))  # a client's change may come just before this

    def __enter__(self):
        self.thread.start()
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
