"""A stand-in for Upstox: its authorize call, its list, and its feed with one-time addresses, on one port. The protobuf
is written here by hand and shares nothing with the plugin's reader. Layouts: MarketDataFeedV3.proto of upstox-js-sdk."""

import asyncio
import contextlib
import gzip
import http
import json
import struct
import threading

import websockets

from gateway import PATIENCE

MODES = {"ltpc": 0, "full": 1, "option_greeks": 2, "full_d30": 3}
AUTHORIZE = "/v3/feed/market-data-feed/authorize"
FEED = "/v3/feed/market-data-feed"
LIST = "/market-quote/instruments/exchange/complete.json.gz"


# ---- protobuf: zeros are left out, as proto3 does -----------------------------------------------------------------

def varint(value):
    value &= 2 ** 64 - 1
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def integer(number, value):
    return varint(number << 3) + varint(value) if value else b""


def real(number, value):
    return varint(number << 3 | 1) + struct.pack("<d", value) if value else b""


def part(number, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def ltpc(v):
    return (real(1, v.get("ltp", 0)) + integer(2, v.get("ltt", 0)) + integer(3, v.get("ltq", 0)) + real(4, v.get("cp", 0))
            + (part(5, real(1, v["iep"])) if "iep" in v else b""))


def quote(bid, ask):
    return integer(1, bid[1]) + real(2, bid[0]) + integer(3, ask[1]) + real(4, ask[0])


def greeks(v):
    return b"".join(real(n, v["greeks"][name]) for n, name in enumerate(("delta", "theta", "gamma", "vega", "rho"), 1))


def ohlc(v):
    day = part(1, "1d") + real(2, v["open"]) + real(3, v["high"]) + real(4, v["low"]) + real(5, v["ltp"])
    return part(1, part(1, "I1") + real(2, 1) + real(3, 2) + real(4, 1)) + part(1, day)


def full(v, levels):
    pairs = list(zip(v.get("bids", []), v.get("asks", [])))[:levels]
    return (part(1, ltpc(v)) + part(2, b"".join(part(1, quote(*pair)) for pair in pairs))
            + (part(3, greeks(v)) if "greeks" in v else b"") + (part(4, ohlc(v)) if "open" in v else b"")
            + real(5, v.get("atp", 0)) + integer(6, v.get("vtt", 0)) + real(7, v.get("oi", 0)) + real(8, v.get("iv", 0))
            + real(9, v.get("tbq", 0)) + real(10, v.get("tsq", 0)) + integer(13, v.get("ieq", 0)))


def feed(v, mode):
    if mode == "ltpc":
        body = part(1, ltpc(v))
    elif mode == "option_greeks":
        body = part(3, part(1, ltpc(v)) + part(2, quote(v["bids"][0], v["asks"][0]))
                    + (part(3, greeks(v)) if "greeks" in v else b"")
                    + integer(4, v.get("vtt", 0)) + real(5, v.get("oi", 0)) + real(6, v.get("iv", 0)))
    elif v.get("is_index"):
        body = part(2, part(2, part(1, ltpc(v)) + part(2, ohlc(v))))
    else:
        body = part(2, part(1, full(v, 30 if mode == "full_d30" else 5)))
    return body + integer(4, MODES[mode])


def response(kind, feeds=(), segments=()):
    info = b"".join(part(1, part(1, name) + integer(2, status)) for name, status in segments)
    return (integer(1, kind) + b"".join(part(2, part(1, key) + part(2, body)) for key, body in feeds)
            + integer(3, 1_793_000_000_000) + (part(4, info) if segments else b""))


# ---- the broker ---------------------------------------------------------------------------------------------------

class UpstoxStandIn:
    """`token` is the one that it takes, `values` what each key shows, `authorize` what the call answers: "good", a status,
    "large", "slow" (no answer before the end), "other" (no address in it), "again" (an address that is used up)."""

    def __init__(self, token, values, instruments=()):
        self.token, self.values, self.list = token, values, list(instruments)
        self.authorize = "good"
        self.authorizations = []  # the header Authorization of each authorize call; None: it had none
        self.upgrades = []  # (path, header Authorization) of each upgrade
        self.refused_codes = 0
        self.requests = []  # (method, mode, keys), in the order that they came
        self.held = {}  # key: mode, of all sockets
        self.changed = threading.Condition()
        self._codes, self._used, self._sockets = 0, set(), {}

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self._run(self._start())
        port = self.server.sockets[0].getsockname()[1]
        self.api_url, self.url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}{FEED}"
        self.list_url = self.api_url + LIST
        return self

    def __exit__(self, *_):
        self._run(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)

    def wait(self, holds):
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE), (self.authorizations, self.upgrades, self.requests)

    def tick(self, key, **more):
        """Shows these values of the key from now on, to whoever holds it at once."""
        self.values[key] = {**self.values[key], **more}
        self._run(self._send_all(key))

    def send_raw(self, frame):
        self._run(self._send_raw(frame))

    def drop(self):
        """Ends all sockets, without a close frame."""
        self._run(self._drop())

    def secrets(self):
        """What nobody may find in a log: the token, and each one-time code."""
        return [self.token, *(self.code(n) for n in range(1, self._codes + 1))]

    def code(self, number):
        return f"once-{number:04}-Kd83hTz"

    # In the loop from here on.

    def _run(self, awaitable):
        return asyncio.run_coroutine_threadsafe(awaitable, self.loop).result(PATIENCE)

    async def _start(self):
        self.ending = asyncio.Event()
        self.server = await websockets.serve(self._serve, "127.0.0.1", 0, process_request=self._answer, ping_interval=None)

    async def _stop(self):
        self.ending.set()
        self.server.close()
        await self.server.wait_closed()

    def _note(self, note):
        with self.changed:
            note()
            self.changed.notify_all()

    async def _answer(self, path, headers):
        answer = await self._answer_of(path, headers)
        return answer and (http.HTTPStatus(answer[0]), *answer[1:])

    async def _answer_of(self, path, headers):
        """Status, headers and body; None: an upgrade that is taken."""
        login = headers.get("Authorization")
        if path == LIST:
            body = gzip.compress(json.dumps(self.list).encode())
            return 200, [("Content-Type", "application/gzip")], body
        if path == AUTHORIZE:
            self._note(lambda: self.authorizations.append(login))
            return await self._authorize(login)
        self._note(lambda: self.upgrades.append((path, login)))
        if path == FEED:
            if login != f"Bearer {self.token}":
                return 401, [], b'{"status":"error"}'
            return 302, [("Location", self._one_time())], b""
        code = path.partition("code=")[2]
        if code in self._used or code not in self.secrets():
            self._note(lambda: setattr(self, "refused_codes", self.refused_codes + 1))
            return 403, [], b""
        self._used.add(code)
        return None

    async def _authorize(self, login):
        if isinstance(self.authorize, int):
            return self.authorize, [], b'{"status":"error","errors":[{"message":"as the test says"}]}'
        if login != f"Bearer {self.token}":
            return 401, [], b'{"status":"error","errors":[{"message":"Invalid token used to access API"}]}'
        if self.authorize == "slow":
            await self.ending.wait()
        address = self._one_time()
        if self.authorize == "again":
            self._used.add(self.code(self._codes))
        data = {"authorized_redirect_uri": address} if self.authorize != "other" else {"address": address}
        body = json.dumps({"status": "success", "data": data}).encode()
        return 200, [("Content-Type", "application/json")], body + (b" " * 200_000 if self.authorize == "large" else b"")

    def _one_time(self):
        self._codes += 1
        return f"{self.url.removesuffix(FEED)}/once?code={self.code(self._codes)}"

    async def _serve(self, socket, _path):
        held = self._sockets[socket] = {}
        try:
            await socket.send(response(2, segments=[("NSE_EQ", 2), ("NSE_FO", 2)]))
            async for message in socket:
                assert isinstance(message, bytes), "a request in a text frame"
                request = json.loads(message)
                keys = request["data"]["instrumentKeys"]
                mode = request["data"].get("mode")
                if request["method"] == "unsub":
                    for key in keys:
                        held.pop(key, None)
                else:
                    held.update((key, mode) for key in keys)
                self._note(lambda: (self.requests.append((request["method"], mode, keys)), self._count_held()))
                known = [] if request["method"] == "unsub" else [key for key in keys if key in self.values]
                if known:
                    await socket.send(response(0, [(key, feed(self.values[key], mode)) for key in known]))
        except websockets.ConnectionClosed:
            pass
        finally:
            del self._sockets[socket]
            self._note(self._count_held)

    def _count_held(self):
        self.held = {key: mode for held in self._sockets.values() for key, mode in held.items()}

    async def _send_all(self, key):
        for socket, held in list(self._sockets.items()):
            if key in held:
                with contextlib.suppress(websockets.ConnectionClosed):
                    await socket.send(response(1, [(key, feed(self.values[key], held[key]))]))

    async def _send_raw(self, frame):
        for socket in list(self._sockets):
            await socket.send(frame)

    async def _drop(self):
        for socket in list(self._sockets):
            socket.transport.abort()
