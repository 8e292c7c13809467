"""Clients of broker-sim in both of its protocols, with decoders that share nothing with it."""

import json
import os
import socket
import struct
import time
import urllib.parse

import pytest
import websockets

from gateway import PATIENCE, Client


def at(sim, host):
    """The stand-in's address, at another of its hosts."""
    return sim.url.replace("127.0.0.1", host) if host else sim.url


class Kite:
    broker = "zerodha"
    one = 408065
    one_in_books = "408065"
    expired = 403

    def open(self, sim, account="key", secret="token", host=None, **options):
        query = urllib.parse.urlencode({"api_key": account, "access_token": secret})
        return Client(f"{at(sim, host)}/?{query}", **options)

    def connect(self, sim, **options):
        client = self.open(sim, **options)
        assert json.loads(client.receive_text())["type"] == "instruments_meta"
        return client

    def subscribe(self, client, *tokens):
        """In full mode, so that ticks carry their time."""
        client.send({"a": "subscribe", "v": list(tokens or [self.one])})
        client.send({"a": "mode", "v": ["full", list(tokens or [self.one])]})

    def ticks(self, frame):
        """(token, length, exchange time in seconds or None, what grows with each step) of each packet; None: does not
        add up."""
        if isinstance(frame, str) or len(frame) < 2:
            return []
        count, at, out = struct.unpack_from(">H", frame)[0], 2, []
        for _ in range(count):
            if at + 2 > len(frame):
                return None
            length = struct.unpack_from(">H", frame, at)[0]
            packet = frame[at + 2:at + 2 + length]
            if len(packet) != length:
                return None
            at += 2 + length
            if length in (8, 28, 32, 44, 184):
                out.append((struct.unpack_from(">I", packet)[0], length,
                            struct.unpack_from(">I", packet, 60)[0] if length == 184 else None,
                            struct.unpack_from(">I", packet, 16)[0] if length >= 44 else None))
        return out

    def complaint(self, client):
        return next_text(client, lambda m: m["type"] == "error")["data"]


class Angel:
    broker = "angel"
    one = "1594"
    one_in_books = "1:1594"
    expired = 401

    def headers(self, account="C1", secret="jwt"):
        return {"Authorization": secret, "x-client-code": account, "x-api-key": "key", "x-feed-token": "feed"}

    def connect(self, sim, account="C1", secret="jwt", **options):
        return Client(f"{sim.url}/smart-stream", extra_headers=self.headers(account, secret), **options)

    def request(self, action, mode, *tokens, exchange=1):
        return {"correlationID": "abcde12345", "action": action, "params": {
            "mode": mode, "tokenList": [{"exchangeType": exchange, "tokens": list(tokens)}]}}

    def subscribe(self, client, *tokens):
        client.send(self.request(1, 3, *(tokens or [self.one])))

    def ticks(self, frame):
        if isinstance(frame, str):
            return []
        if not frame or {1: 51, 2: 123, 3: 379, 4: 443}.get(frame[0]) != len(frame):
            return None
        name = f"{frame[1]}:{frame[2:27].split(bytes(1))[0].decode()}"
        if frame[0] == 4:
            return [(name, 443, struct.unpack_from("<q", frame, 27)[0] / 1000, None)]
        sequence, milliseconds = struct.unpack_from("<qq", frame, 27)
        assert milliseconds % 1000 == 0
        return [(name, len(frame), milliseconds // 1000, sequence)]

    def complaint(self, client):
        answer = next_text(client, lambda m: "errorCode" in m)
        assert answer["correlationID"] == "abcde12345"
        return answer["errorCode"]


def wait_for(client, wanted):
    """The first message of which this holds; others are passed over."""
    give_up = time.monotonic() + PATIENCE
    while not wanted(message := client.receive_text()):
        assert time.monotonic() < give_up, f"still nothing of what was awaited, but {message[:200]}"
    return message


def next_text(client, wanted):
    return json.loads(wait_for(client, lambda m: isinstance(m, str) and m[0] == "{" and wanted(json.loads(m))))


def next_frame(client):
    """The next binary frame that is no heartbeat."""
    return wait_for(client, lambda m: isinstance(m, bytes) and len(m) > 1)


def pong(client):
    """A round trip of the WebSocket's own; what came before it has been received afterwards."""
    async def trip():
        await (await client.socket.ping())
    client._run(trip())


def refused(connect, *arguments, **options):
    with pytest.raises(websockets.InvalidStatusCode) as caught:
        connect(*arguments, **options)
    return caught.value


def until(sim, holds):
    """The books as soon as this holds of them."""
    give_up = time.monotonic() + PATIENCE
    while not holds(books := sim.books()):
        assert time.monotonic() < give_up, books
    return books


class Raw:
    """A bare TCP connection that sees what a client library hides."""

    UPGRADE = ("GET /?api_key=raw&access_token=raw HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Authorization: raw\r\nx-client-code: raw\r\nx-api-key: raw\r\nx-feed-token: raw\r\n\r\n")

    def __init__(self, sim, host="127.0.0.1"):
        self.sim = sim
        self.socket = socket.create_connection((host, sim.port), PATIENCE)
        self.received = b""

    def upgrade(self):
        self.socket.sendall(self.UPGRADE.encode())

    def ping(self):
        self.socket.sendall(b"\x89\x80" + os.urandom(4))

    def wait_for(self, part):
        while part not in self.received:
            more = self.socket.recv(65536)
            assert more, self.received
            self.received += more

    def hears_nothing(self):
        """While the stand-in goes through its loop again and again."""
        for _ in range(20):
            self.sim.books()
        self.socket.setblocking(False)
        try:
            return self.socket.recv(65536) is None
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
