"""Attacks on a gateway, each until its standard input ends. Run as a process of its own: attacks.py KIND PORT LOGIN, where
LOGIN is a message that authenticates. Says "up" once as many connections as it keeps were open, and at the end how many it made and holds."""

import contextlib
import errno
import itertools
import json
import os
import random
import resource
import select
import socket
import sys
import time

UPGRADE = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
UNAUTHENTICATED = "unauthenticated clients"
BATCH = 200  # connections made between two looks at the others


def frame(opcode, payload):
    """With a mask of zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big") if size < 65536 else b"\xff" + size.to_bytes(8, "big")
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


class Attack:
    """Keeps `count` connections from many addresses; one that is closed comes again."""

    def __init__(self, port, count):
        self.port, self.count = port, count
        self.sockets, self.coming, self.poll, self.made, self.is_up = {}, set(), select.epoll(), 0, False

    def open_some(self):
        for _ in range(min(BATCH, self.count - len(self.sockets))):
            raw = socket.socket()
            raw.setblocking(False)
            raw.bind((f"127.0.1.{1 + self.made % 250}", 0))
            if raw.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
                raw.close()
                return
            self.made += 1
            self.sockets[raw.fileno()] = raw
            self.coming.add(raw.fileno())
            self.poll.register(raw, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)

    def drop(self, descriptor):
        self.coming.discard(descriptor)
        self.sockets.pop(descriptor).close()

    def on_open(self, raw):
        """It can be written to."""

    def on_bytes(self, raw, got):
        """The gateway said something."""

    def turn(self):
        """Between two looks at what happened."""

    def run(self):
        self.poll.register(0, select.EPOLLIN)
        while True:
            self.open_some()
            if not self.is_up and self.made - len(self.coming) >= self.count:
                self.is_up = True
                print("up", flush=True)
            self.turn()
            for descriptor, events in self.poll.poll(0.01, 1000):
                if descriptor == 0:
                    return
                raw = self.sockets.get(descriptor)
                if raw is None:
                    continue
                self.coming.discard(descriptor)
                try:
                    if events & select.EPOLLIN:
                        got = raw.recv(4096)
                        if not got:
                            self.drop(descriptor)
                            continue
                        self.on_bytes(raw, got)
                    elif events & select.EPOLLOUT:
                        self.on_open(raw)
                except BlockingIOError:
                    pass
                except OSError:
                    self.drop(descriptor)


class SlowHandshakes(Attack):
    """A byte a second of a request that never ends."""
    next = 0

    def turn(self):
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + 1
        for descriptor, raw in list(self.sockets.items()):
            try:
                raw.send(random.choice((UPGRADE[:1], b"X")))
            except BlockingIOError:
                pass
            except OSError:
                self.drop(descriptor)


class BadFrames(Attack):
    """A good handshake, then bytes that are no frames; closed for that, it comes again at once."""

    def on_open(self, raw):
        raw.send(UPGRADE)

    def on_bytes(self, raw, got):
        raw.send(os.urandom(random.randrange(1, 400)))


class Writers(Attack):
    """A good handshake, then as much as is taken."""

    def __init__(self, port, count):
        super().__init__(port, count)
        self.unsent = {}  # by socket, once the handshake was answered

    def drop(self, descriptor):
        self.unsent.pop(self.sockets[descriptor], None)
        super().drop(descriptor)

    def on_open(self, raw):
        if raw not in self.unsent:
            raw.send(UPGRADE)
            return
        while True:
            if not self.unsent[raw]:
                self.unsent[raw] = memoryview(self.more(raw))
            self.unsent[raw] = self.unsent[raw][raw.send(self.unsent[raw]):]

    def on_bytes(self, raw, got):
        self.unsent.setdefault(raw, memoryview(self.first()))
        self.on_open(raw)

    def first(self):
        return b""


class Pings(Writers):
    """Of 125 bytes; the answers are not read."""
    pings = frame(9, b"p" * 125) * 500

    def on_bytes(self, raw, got):
        self.poll.modify(raw, select.EPOLLOUT | select.EPOLLET)
        super().on_bytes(raw, got)

    def more(self, raw):
        return self.pings


class Greedy(Writers):
    """Has a key, and asks for what takes longest as fast as it is read; answers are read and forgotten."""
    max_bytes = (1 << 20) - 100
    symbols = [{"symbol": f"S{i}", "exchange": "NSE", "mode": 4, "depth_level": 50} for i in range(5000)]
    texts = (b'{"action":"subscribe","symbols":[' + b"[]," * (max_bytes // 3) + b"[]]}",
             b'{"action":"list","x":[' + b"[]," * (max_bytes // 3) + b"[]]}",
             json.dumps({"action": "subscribe", "symbols": symbols}).encode(),
             b'{"action":"list"}', b'{"action":"search","text":""}')

    def __init__(self, port, count):
        super().__init__(port, count)
        self.next = itertools.cycle(frame(1, text) for text in self.texts)

    def first(self):
        return frame(1, sys.argv[3].encode())

    def more(self, raw):
        return next(self.next)

    def on_bytes(self, raw, got):
        with contextlib.suppress(BlockingIOError):
            while raw.recv(1 << 20):
                pass
        super().on_bytes(raw, got)


class Returning(Greedy):
    """As Greedy, but it closes after some requests and comes again: a new connection may ask for another burst."""
    messages = 12

    def __init__(self, port, count):
        super().__init__(port, count)
        self.said = {}

    def drop(self, descriptor):
        self.said.pop(self.sockets[descriptor], None)
        super().drop(descriptor)

    def more(self, raw):
        self.said[raw] = self.said.get(raw, 0) + 1
        if self.said[raw] > self.messages:
            raise ConnectionResetError
        return frame(1, self.texts[1])


# By name: what they do, and how many connections they keep.
KINDS = {UNAUTHENTICATED: (Attack, 15_000), "slow handshakes": (SlowHandshakes, 400), "bad frames": (BadFrames, 100),
         "pings": (Pings, 50), "greedy": (Greedy, 4), "returning": (Returning, 4)}



def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.nice(19)  # the healthy clients have this core too
    kind, number = KINDS[sys.argv[1]]
    attack = kind(int(sys.argv[2]), number)
    attack.run()
    print(attack.made, len(attack.sockets) - len(attack.coming))


if __name__ == "__main__":
    main()
