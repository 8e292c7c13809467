"""Many clients at once, on a thread of their own: each holds one topic and looks at each update that comes."""

import asyncio
import json
import threading

import websockets

from gateway import PATIENCE


class Member:
    def __init__(self, symbol):
        self.symbol = symbol
        self.updates = 0
        self.seq = None
        self.gaps = []      # (expected seq, found seq)
        self.prices = []    # last prices, in their order, where they are kept
        self.words = []     # states of links and feeds that it was told
        self.closed = None  # why its connection ended


class Crowd:
    """with Crowd(url, key, symbols): a client for each symbol of exchange NSE. `keeps_prices`: see Member."""

    def __init__(self, url, key, symbols, mode=1, keeps_prices=False):
        self.url, self.key, self.mode, self.keeps_prices = url, key, mode, keeps_prices
        self.members = [Member(symbol) for symbol in symbols]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.changed = threading.Condition()
        self.held = 0
        self.is_ending = False

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.gather(*(self._serve(member) for member in self.members)))

    async def _serve(self, member):
        try:
            async with websockets.connect(self.url, ping_interval=None, max_queue=None) as socket:
                member.socket = socket
                await socket.send(json.dumps({"action": "authenticate", "api_key": self.key, "extras": True}))
                await socket.send(json.dumps({"action": "subscribe", "symbol": member.symbol, "exchange": "NSE", "mode": self.mode}))
                async for text in socket:
                    self._take(member, json.loads(text))
                member.closed = f"{socket.close_code} {socket.close_reason}"
        except (OSError, websockets.WebSocketException) as error:
            member.closed = repr(error)

    def _take(self, member, message):
        kind = message["type"]
        if kind == "subscription":
            assert message["status"] == "success", message
            with self.changed:
                self.held += 1
                self.changed.notify_all()
        elif kind in ("broker_status", "feed_status"):
            member.words.append(message["status"])
        elif kind == "market_data" and not message.get("snapshot"):
            if member.seq is not None and message["seq"] != member.seq + 1:
                member.gaps.append((member.seq + 1, message["seq"]))
            member.seq = message["seq"]
            if self.keeps_prices:
                member.prices.append(message["data"]["ltp"])
            with self.changed:
                member.updates += 1
                self.changed.notify_all()

    def wait_updates(self, more):
        """Until each client has had so many more."""
        with self.changed:
            goals = [member.updates + more for member in self.members]
            assert self.changed.wait_for(lambda: all(m.updates >= g for m, g in zip(self.members, goals)), PATIENCE), (
                [(m.symbol, m.updates, m.closed) for m, g in zip(self.members, goals) if m.updates < g])

    def disconnected(self):
        return [(member.symbol, member.closed) for member in self.members if member.closed]

    def gaps(self):
        return [(member.symbol, gap) for member in self.members for gap in member.gaps]

    def words(self):
        return {word for member in self.members for word in member.words}

    def __enter__(self):
        self.thread.start()
        with self.changed:
            assert self.changed.wait_for(lambda: self.held == len(self.members), PATIENCE), (self.held, self.disconnected())
        return self

    def __exit__(self, *_):
        for member in self.members:
            if not member.closed:
                asyncio.run_coroutine_threadsafe(member.socket.close(), self.loop)
        self.thread.join(PATIENCE)
