"""A stand-in for Bybit's public interface: instrument lists in pages over HTTP, and the two sockets of version 5.

It answers as bybit-exchange.github.io/docs describes (v5/ws/connect, v5/market/instrument) and plays frames on command, to
the sockets that have subscribed their topics. It keeps each book as a map of decimals, so that a book that is subscribed
late, or anew, gets a snapshot of what was played so far.
"""

import asyncio
import contextlib
import decimal
import http
import json
import subprocess
import threading
import urllib.parse

import websockets

from gateway import PATIENCE, SOURCE
from web_server import WebServer

RECORDING = SOURCE.parent / "shared" / "captures" / "bybit_2026-08-09.jsonl.zst"
CATEGORIES = ("linear", "spot")
COUNTRY_PAGE = (b"<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>The Amazon "
                b"CloudFront distribution is configured to block access from your country.</BODY></HTML>")


def recorded():
    """The lines of the recording, as dictionaries."""
    done = subprocess.run(["zstdcat", str(RECORDING)], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def recorded_lists(lines):
    """{category: rows}"""
    lists = [json.loads(line["data"])["result"] for line in lines if line["t"] == "http"]
    return {found["category"]: found["list"] for found in lists}


def recorded_frames(lines):
    """The texts of the frames with a topic, in order; all of them are of linear."""
    return [line["data"] for line in lines if line["t"] == "recv" and "topic" in json.loads(line["data"])]


class Book:
    """What a reader of the frames must have. It shares nothing with the gateway."""

    def __init__(self):
        self.sides = {"b": {}, "a": {}}
        self.update = 0

    def take(self, frame):
        data = frame["data"]
        if frame["type"] == "snapshot":
            self.sides = {"b": {}, "a": {}}
        for name, side in self.sides.items():
            for price, size in data[name]:
                price, size = decimal.Decimal(price), decimal.Decimal(size)
                if size == 0:
                    side.pop(price, None)
                else:
                    side[price] = size
        self.update = data["u"]

    def best(self, name, levels):
        """[(price, size)] of "b" or "a", best first."""
        prices = sorted(self.sides[name], reverse=name == "b")[:levels]
        return [(price, self.sides[name][price]) for price in prices]

    def snapshot(self, topic, milliseconds):
        symbol = topic.split(".", 2)[2]
        sides = {name: [[f"{price:f}", f"{size:f}"] for price, size in self.best(name, None)] for name in self.sides}
        return {"topic": topic, "type": "snapshot", "ts": milliseconds,
                "data": {"s": symbol, **sides, "u": self.update, "seq": 1}, "cts": milliseconds}


class Exchange:
    """`lists`: {category: rows}. `url` and `api_url` are what the plugin's settings take."""

    def __init__(self, lists, page_size=400):
        self.lists, self.page_size = lists, page_size
        self.refused_topics = set()  # a subscribe that names one of these fails
        self.blocks_country = False
        self.changed = threading.Condition()
        self.requests = {category: [] for category in CATEGORIES}  # what the sockets were asked, in order
        self._sockets = {category: {} for category in CATEGORIES}  # {socket: its topics}
        self._books = {category: {} for category in CATEGORIES}  # {topic: Book}
        self._time = 1  # of the last frame, in milliseconds
        self.web = WebServer(self._answer_http)
        self._order = asyncio.Lock()  # no frame comes between a book's snapshot and its topic
        self._subscribes = asyncio.Event()  # unset: a subscribe waits
        self._subscribes.set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self._run(self._serve())
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/v5/public"
        self.api_url = self.web.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        async def end():
            self.server.close()
            await self.server.wait_closed()
        self._run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()
        self.web.__exit__(None, None, None)
        self.web.server_close()

    # ---- what a test commands

    def wait_topics(self, category, *topics):
        """Until a socket of the category has subscribed all of these."""
        self._wait(lambda: set(topics) <= self.topics(category), f"{topics} of {category}")

    def wait_no_topics(self, category, *topics):
        self._wait(lambda: not set(topics) & self.topics(category), f"none of {topics} of {category}")

    def wait_requests(self, category, count):
        self._wait(lambda: len(self.requests[category]) >= count, f"{count} requests of {category}")

    def topics(self, category):
        return set().union(*self._sockets[category].values())

    def play(self, category, text, lose=False):
        """Sends one frame to the sockets that have its topic. With `lose` nobody gets it, though the exchange's own book has
        it."""
        self._run(self._play(category, text, lose))

    def send(self, category, text):
        """Sends one text to the sockets that have its topic, whatever it says of the exchange's own book."""
        async def send():
            for socket, topics in list(self._sockets[category].items()):
                if json.loads(text)["topic"] in topics:
                    await socket.send(text)
        self._run(send())

    @contextlib.contextmanager
    def keeping_subscribes(self):
        """Within it no subscribe is answered."""
        self.loop.call_soon_threadsafe(self._subscribes.clear)
        yield
        self.loop.call_soon_threadsafe(self._subscribes.set)

    def close(self, category, code=1001):
        async def close():
            for socket in list(self._sockets[category]):
                await socket.close(code)
        self._run(close())

    # ---- inside

    def _wait(self, holds, what):
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE), f"waited in vain for {what}: {self.requests}"

    def _run(self, awaitable):
        return asyncio.run_coroutine_threadsafe(awaitable, self.loop).result(PATIENCE)

    async def _serve(self):
        return await websockets.serve(self._socket, "127.0.0.1", 0, process_request=self._upgrade, max_size=None,
                                      ping_interval=None, compression=None)

    async def _upgrade(self, path, _):
        if self.blocks_country:
            return http.HTTPStatus.FORBIDDEN, [("Content-Type", "text/html")], COUNTRY_PAGE
        if path.rpartition("/")[2] not in CATEGORIES or not path.startswith("/v5/public/"):
            return http.HTTPStatus.NOT_FOUND, [], b""
        return None

    async def _socket(self, socket):
        category = socket.path.rpartition("/")[2]
        topics = set()
        with self.changed:
            self._sockets[category][socket] = topics
            self.changed.notify_all()
        try:
            async for text in socket:
                async with self._order:
                    await self._request(category, socket, topics, json.loads(text))
                with self.changed:
                    self.changed.notify_all()
        except websockets.ConnectionClosed:
            pass
        finally:
            with self.changed:
                del self._sockets[category][socket]
                self.changed.notify_all()

    async def _request(self, category, socket, topics, request):
        op, arguments = request["op"], request.get("args", [])
        with self.changed:
            self.requests[category].append(request)
            self.changed.notify_all()
        answer = {"success": True, "ret_msg": "", "conn_id": "stand-in", "req_id": request.get("req_id", ""), "op": op}
        if op == "ping":
            answer = ({**answer, "ret_msg": "pong"} if category == "spot" else
                      {"req_id": answer["req_id"], "op": "pong", "args": [str(self._time)], "conn_id": "stand-in"})
            await socket.send(json.dumps(answer))
        elif op == "subscribe":
            await self._subscribes.wait()
            bad = next((topic for topic in arguments if topic in self.refused_topics), None)
            double = next((topic for topic in arguments if topic in topics), None)
            if category == "spot" and len(arguments) > 10:
                answer.update(success=False, ret_msg="args size >10")
            elif bad or double:
                words = f"handler not found,topic:{bad}" if bad else f"already subscribed,topic:{double}"
                answer.update(success=False, ret_msg=f"error:{words}")
            await socket.send(json.dumps(answer))
            if answer["success"]:
                for topic in arguments:
                    if topic in self._books[category]:
                        await socket.send(json.dumps(self._books[category][topic].snapshot(topic, self._time)))
                topics.update(arguments)
        else:
            topics.difference_update(arguments)
            await socket.send(json.dumps(answer))

    async def _play(self, category, text, lose):
        async with self._order:
            await self._play_in_order(category, text, lose)

    async def _play_in_order(self, category, text, lose):
        frame = json.loads(text)
        topic = frame["topic"]
        self._time = frame.get("cts", frame["ts"])
        if topic.startswith("orderbook."):
            self._books[category].setdefault(topic, Book()).take(frame)
        if lose:
            return
        for socket, topics in list(self._sockets[category].items()):
            if topic in topics:
                await socket.send(text)

    def _answer_http(self, handler):
        """Pages with a cursor, as Bybit's: an opaque text that has to be encoded to stand in an address."""
        if self.blocks_country:
            return handler.give(COUNTRY_PAGE, 403)
        path, _, query = handler.path.partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        rows = self.lists.get(asked.get("category"))
        if path != "/v5/market/instruments-info" or rows is None:
            return handler.give(json.dumps({"retCode": 10001, "retMsg": "params error", "result": {}}).encode())
        begin = int(asked["cursor"].removeprefix("page&first=")) if "cursor" in asked else 0
        end = begin + min(self.page_size, int(asked.get("limit", "500")))
        result = {"category": asked["category"], "list": rows[begin:end],
                  "nextPageCursor": f"page&first={end}" if end < len(rows) else ""}
        return handler.give(json.dumps({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1}).encode())
