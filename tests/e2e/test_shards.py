"""Twenty clients on three shards subscribe, unsubscribe and subscribe again as fast as they can, and each frame that
they get is checked against a model of what they hold."""

import asyncio
import collections
import json
import random

import pytest
import websockets

from gateway import PATIENCE

CLIENTS = 20
ACTIONS = 600
SYMBOLS = ("RELIANCE", "INFY", "TCS", "SBIN", "WIPRO", "ITC")
STREAMS = [(symbol, mode, level) for symbol in SYMBOLS for mode, level in ((1, None), (2, None), (4, 5), (4, 20))]


class Model:
    """What one client has asked and been answered, and what it may get because of that."""

    def __init__(self, name, extras, frames):
        self.name, self.extras, self.frames = name, extras, frames
        self.asked = collections.deque()  # requests without an answer, in order
        self.held = {}                    # stream: seq of the last frame since it was subscribed, None before the first
        self.highest = {}                  # stream: the highest seq ever seen
        self.gaps = self.conflated = self.received = 0
        self.is_behind = False            # a slow consumer, by the gateway's word

    def take(self, message):
        kind = message["type"]
        if kind == "market_data":
            self.take_data(message)
        elif kind in ("subscription", "unsubscription", "error"):
            self.take_answer(message)
        elif kind == "slow":
            self.is_behind = message["status"] == "behind"
            self.conflated += 0 if self.is_behind else message["conflated"]
        else:
            assert self.extras and kind in ("broker_status", "feed_status", "subscription_status", "market_status"), message

    def take_answer(self, message):
        action, streams, identifier = self.asked.popleft()
        assert message.get("id") == identifier, (self.name, message, identifier)
        if action == "subscribe":
            assert message["type"] == "subscription" and message["status"] == "success", message
            for stream in streams:
                self.held.setdefault(stream, None)
        elif action == "unsubscribe_all":
            assert message["count"] == len(self.held), (self.name, message, self.held)
            self.held.clear()
        else:
            good = [stream for stream in streams if stream in self.held]
            assert (message["type"] == "unsubscription") == bool(good), (self.name, message, streams)
            for stream in good:
                del self.held[stream]

    def take_data(self, message):
        stream = (message["topic"].split(".")[0], message["mode"], message.get("depth_level"))
        assert stream in self.held, f"{self.name} got a value of {stream}, which it does not hold"
        self.received += 1
        if not self.extras:
            return
        seq, last = message["seq"], self.held[stream]
        if message.get("snapshot"):
            # A client that is behind may be shown a value of which the live update is still to come, or conflated.
            assert last is None or seq == last or self.is_behind, f"{self.name}: {stream} shows #{seq} behind #{last}"
        else:
            # The same update is the same for everybody.
            assert self.frames.setdefault((stream, seq), message["data"]) == message["data"], (stream, seq)
            assert last is None or seq > last, f"{self.name}: {stream} #{seq} behind #{last}"
            self.gaps += 0 if last is None else seq - last - 1
        assert seq >= self.highest.get(stream, 0), f"{self.name}: {stream} runs backwards"
        self.held[stream] = self.highest[stream] = seq

    def finish(self):
        assert not self.asked and self.received > 0
        said = self.conflated if not self.is_behind else self.gaps  # how many will be said when it has caught up
        assert self.gaps <= said, f"{self.name}: {self.gaps} updates are missing, {self.conflated} were said to be"


def request_for(number, draw, model):
    """A request, noted in the model."""
    action = draw.choices(("subscribe", "unsubscribe", "unsubscribe_all"), (60, 60, 1))[0]
    streams = draw.sample(STREAMS, draw.choice((1, 1, 1, 4))) if action != "unsubscribe_all" else []
    if action == "unsubscribe":
        del streams[1:]  # the answer to several would be partial
    model.asked.append((action, streams, number))
    entries = [{"symbol": symbol, "exchange": "NSE", "mode": mode, **({} if level is None else {"depth_level": level})}
               for symbol, mode, level in streams]
    more = entries[0] if len(entries) == 1 else {"symbols": entries} if entries else {}
    return json.dumps({"action": action, "id": number, **more})


async def play(url, key, number, frames):
    draw = random.Random(number)
    model = Model(f"client {number}", number % 4 != 0, frames)
    async with websockets.connect(url, ping_interval=None, max_size=None, max_queue=None) as socket:
        await socket.send(json.dumps({"action": "authenticate", "api_key": key, "extras": model.extras}))
        assert json.loads(await socket.recv())["status"] == "success"
        done = asyncio.Event()

        async def read():
            while not (done.is_set() and not model.asked):
                model.take(json.loads(await socket.recv()))

        async def write():
            for action in range(ACTIONS):
                await socket.send(request_for(action, draw, model))
                if action % 16 == 0:
                    await asyncio.sleep(0)  # lets the others send too
            for stream in STREAMS:  # something is left to be received
                model.asked.append(("subscribe", [stream], "last"))
                symbol, mode, level = stream
                await socket.send(json.dumps({"action": "subscribe", "id": "last", "symbol": symbol, "exchange": "NSE",
                                              "mode": mode, "depth_level": level or 5}))
            done.set()
        await asyncio.gather(read(), write())
        model.finish()


# At the higher rate the clients, in Python, are slow consumers, which must be told of their gaps.
@pytest.mark.parametrize("shards,rate", [(1, 5), (3, 5), (3, 100)])
def test_nobody_gets_what_it_does_not_hold_and_no_gap_is_unsaid(start, shards, rate):
    gateway = start({"server": {"threads": shards}, "brokers": {
        "mock": {"plugin": "mock", "settings": {"seed": 7, "updates_per_second": rate}}}})
    key = gateway.key()

    async def all_of_them():
        frames = {}
        await asyncio.wait_for(
            asyncio.gather(*(play(gateway.url, key, number, frames) for number in range(CLIENTS))), 4 * PATIENCE)
        assert len(frames) > 20
    asyncio.run(all_of_them())
    ledger = json.loads(gateway.run("status", "--json", status=(0, 1)))["ledger"]
    assert ledger["unexplained"] == 0, ledger
