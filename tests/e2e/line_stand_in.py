"""A stand-in broker that speaks lines of words over a WebSocket, as tests/sdk/kept/kept.c and tests/sdk/out_of_tree say. It
writes down what it is asked and sends what a test tells it to.

Thread: a loop of its own; the methods of LineStandIn are called from the test's thread."""

import asyncio
import threading
import time

import websockets

from gateway import PATIENCE


class LineStandIn:
    def __init__(self):
        self.changed = threading.Condition()
        self.lines = []  # what the plugins sent, on any connection
        self.holders = {}  # by token: the connections that subscribed it
        self.loop = asyncio.new_event_loop()

    def __enter__(self):
        ready = threading.Event()

        async def serve():
            async with websockets.serve(self._serve, "127.0.0.1", 0, ping_interval=None, close_timeout=1) as server:
                self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
                self.stopped = asyncio.Event()
                ready.set()
                await self.stopped.wait()
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(serve()), daemon=True)
        self.thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(PATIENCE)
        self.loop.close()

    async def _serve(self, connection):
        try:
            async for line in connection:
                words = line.split(" ")
                with self.changed:
                    self.lines.append(line)
                    if words[0] == "SUB":
                        self.holders.setdefault(words[1], set()).add(connection)
                    self.changed.notify_all()
        except websockets.ConnectionClosed:
            pass
        finally:
            with self.changed:
                for holders in self.holders.values():
                    holders.discard(connection)
                self.changed.notify_all()

    def wait_line(self, line):
        """Until a plugin has sent this."""
        self._until(lambda: line in self.lines)

    def _until(self, holds):
        give_up = time.monotonic() + PATIENCE
        with self.changed:
            while not holds():
                assert self.changed.wait(give_up - time.monotonic()), self.lines

    def send(self, token, line):
        """To every connection that has subscribed this token."""
        self._until(lambda: self.holders.get(token))
        for connection in list(self.holders[token]):
            asyncio.run_coroutine_threadsafe(connection.send(line), self.loop).result(PATIENCE)
