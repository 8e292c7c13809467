"""Attacks on a gateway, each until its standard input ends. Run as a process of its own: hostile_attack.py KIND PORT."""

import errno
import os
import random
import resource
import select
import socket
import sys
import time

UPGRADE = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
STRANGERS, SLOW, GARBAGE = 15_000, 400, 100
BATCH = 200  # connections made between two looks at the others


class Attack:
    """Keeps so many connections from many addresses; one that is closed comes again."""

    def __init__(self, port, count):
        self.port, self.count = port, count
        self.sockets, self.poll, self.made = {}, select.epoll(), 0

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
            self.poll.register(raw, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)

    def drop(self, descriptor):
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
            self.turn()
            for descriptor, events in self.poll.poll(0.01, 1000):
                if descriptor == 0:
                    return
                raw = self.sockets.get(descriptor)
                if raw is None:
                    continue
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


KINDS = {"strangers": (Attack, STRANGERS), "slow handshakes": (SlowHandshakes, SLOW), "bad frames": (BadFrames, GARBAGE)}

if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.nice(19)  # the healthy clients have this core too
    kind, number = KINDS[sys.argv[1]]
    attack = kind(int(sys.argv[2]), number)
    attack.run()
    print(attack.made, len(attack.sockets))
