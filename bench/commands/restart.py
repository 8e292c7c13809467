"""How clients come through a restart of the gateway: how many were told before, when each has its first value again, and
how many updates each missed. Status 1 when one was not told, or has no value within 5 s of the end of the old gateway.

Needs the release build (GW_BUILD names another).
"""

import argparse
import asyncio
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

from harness import paths

SYMBOLS = ("RELIANCE", "INFY", "TCS", "SBIN", "ITC")
LIMIT = 5.0
PATIENCE = 60
KEYS_PER = 500  # clients


class Client(asyncio.Protocol):
    """One client with extras: connects, subscribes to one symbol, and comes back when it is closed."""

    def __init__(self, run, number):
        self.run, self.key, self.symbol = run, run.keys[number // KEYS_PER], SYMBOLS[number % len(SYMBOLS)]
        self.told = self.code = self.lost_at = self.first_at = self.pause = None
        self.first_seq = self.last_seq = None
        self.attempts = 0

    async def connect(self):
        """Until a connection stands."""
        while True:
            self.attempts += 1
            try:
                await self.run.loop.create_connection(lambda: self, "127.0.0.1", self.run.port)
                return
            except OSError:
                await asyncio.sleep(0.25)

    def connection_made(self, transport):
        self.transport, self.buffer, self.is_open = transport, bytearray(), False
        transport.write(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.run.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())

    def send(self, message):
        payload = json.dumps(message).encode()
        size = len(payload)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self.transport.write(head + b"\0\0\0\0" + payload)

    def data_received(self, data):
        self.buffer += data
        if not self.is_open:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del self.buffer[:end + 4]
            self.is_open = True
            self.send({"action": "authenticate", "api_key": self.key, "extras": True})
            self.send({"action": "subscribe", "symbol": self.symbol, "exchange": "NSE", "mode": 1})
        while len(self.buffer) >= 2:
            size, begin = self.buffer[1], 2
            if size == 126:
                size, begin = int.from_bytes(self.buffer[2:4], "big"), 4
            if len(self.buffer) < begin + size:
                return
            opcode, payload = self.buffer[0] & 15, bytes(self.buffer[begin:begin + size])
            del self.buffer[:begin + size]
            self.frame(opcode, payload)

    def frame(self, opcode, payload):
        if opcode == 8:
            self.code = int.from_bytes(payload[:2], "big")
            self.transport.write(b"\x88\x82\0\0\0\0" + payload[:2])
        elif b'"type":"market_data"' in payload:
            self.value(json.loads(payload)["seq"])
        elif b'"type":"closing"' in payload:
            self.told, self.pause = time.monotonic(), json.loads(payload)["reconnect_after_ms"] / 1000

    def value(self, seq):
        if not self.run.ended_at:
            self.run.served.add(self)
            self.last_seq = seq
        elif self.lost_at is None:
            self.last_seq = seq
        elif self.first_at is None:
            self.first_at, self.first_seq = time.monotonic(), seq
            self.run.back += 1

    def connection_lost(self, _):
        if self.lost_at is None and self.run.ended_at:
            self.lost_at = time.monotonic()
            self.run.loop.call_later(self.pause or 1, lambda: self.run.loop.create_task(self.connect()))
        elif self.first_at is None and not self.run.over:
            self.run.loop.create_task(self.connect())


class Run:
    def __init__(self, count, folder):
        self.count, self.folder = count, pathlib.Path(folder)
        self.loop = asyncio.get_running_loop()
        self.port, self.ended_at, self.served, self.back, self.over = 0, None, set(), 0, False
        self.config = self.folder / "gateway.yaml"
        self.child = None
        self.write_config()
        self.keys = [self.command("keys", "create", "--user", f"user{i}") for i in range(count // KEYS_PER + 1)]

    def write_config(self):
        self.config.write_text(json.dumps({
            "server": {"port": self.port, "port_in_use": "fail" if self.port else "next_free"}, "zeromq": {"enabled": False},
            "limits": {"connections": 20000, "connections_per_address": 20000, "unauthenticated_connections": 20000},
            "log": {"level": "warning"},
            "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 1}}}}))

    def command(self, *words):
        return subprocess.run([paths.GATEWAY, *words, "--config", self.config], check=True, capture_output=True,
                              text=True).stdout.strip()

    async def start(self):
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        self.child = child = subprocess.Popen([paths.GATEWAY, "run", "--config", self.config, "--ready-file", ready])
        while not ready.exists():
            if child.poll() is not None:
                raise RuntimeError("the gateway has ended")
            await asyncio.sleep(0.01)
        self.port = json.loads(ready.read_text())["port"]
        return child

    async def until(self, is_so):
        give_up = time.monotonic() + PATIENCE
        while not is_so() and time.monotonic() < give_up:
            await asyncio.sleep(0.05)

    async def measure(self):
        child = await self.start()
        self.write_config()  # with the port
        clients = [Client(self, number) for number in range(self.count)]
        for at in range(0, self.count, 200):
            await asyncio.gather(*(client.connect() for client in clients[at:at + 200]))
        await self.until(lambda: len(self.served) == self.count)
        if len(self.served) != self.count:
            raise RuntimeError(f"{len(self.served)} of {self.count} clients were served before the restart")
        own = cpu_of(os.getpid())
        self.ended_at = time.monotonic()
        child.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(child.wait)
        gone_at = time.monotonic()
        child = await self.start()
        up_at = time.monotonic()
        await self.until(lambda: self.back == self.count)
        self.over = True
        cpu = cpu_of(child.pid), cpu_of(os.getpid()) - own
        child.send_signal(signal.SIGTERM)
        await asyncio.to_thread(child.wait)
        return report(clients, (self.ended_at, gone_at, up_at), status, cpu)


def spread(values, form="{:.2f}"):
    values = sorted(values)
    if not values:
        return "-"
    return " / ".join(form.format(values[min(len(values) - 1, int(len(values) * part))]) for part in (0, 0.5, 0.99, 1))


def cpu_of(pid):
    """Seconds of processor time, of all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(clients, times, status, cpu):
    """Rows of the table, and whether the limits are met."""
    asked_at, gone_at, up_at = times
    last = {symbol: max((c.last_seq for c in clients if c.symbol == symbol), default=0) for symbol in SYMBOLS}
    back = [client for client in clients if client.first_at is not None]
    told = sum(client.told is not None for client in clients)
    closed = sum(client.code == 1001 for client in clients)
    in_time = sum(client.first_at - gone_at <= LIMIT for client in back)
    missed = [last[c.symbol] - c.last_seq + max(0, c.first_seq - 1) for c in back]
    rows = [("clients", str(len(clients))), ("told before (closing)", str(told)), ("closed with 1001", str(closed)),
            ("old gateway: seconds from SIGTERM to its end, status", f"{gone_at - asked_at:.2f}, {status}"),
            ("new gateway: seconds until it serves", f"{up_at - gone_at:.2f}"),
            ("back with first values", str(len(back))),
            (f"back with first values within {LIMIT:.0f} s of the end of the old one", str(in_time)),
            ("seconds from that end to the first value: min / median / 99 % / max", spread([c.first_at - gone_at for c in back])),
            ("seconds without a connection: min / median / 99 % / max", spread([c.first_at - c.lost_at for c in back])),
            ("updates of its symbol that a client missed: min / median / 99 % / max", spread(missed, "{:.0f}")),
            ("processor seconds: new gateway, and the clients of this program", f"{cpu[0]:.2f}, {cpu[1]:.2f}"),
            ("attempts to connect: min / median / 99 % / max", spread([c.attempts - 1 for c in back], "{:.0f}"))]
    is_good = told == closed == in_time == len(clients) and status == 0
    return rows, is_good


async def run(count):
    with tempfile.TemporaryDirectory() as folder:
        measured = Run(count, folder)
        try:
            return await measured.measure()
        finally:
            if measured.child is not None and measured.child.poll() is None:
                measured.child.kill()
                measured.child.wait()


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=5000)
    options = parser.parse_args(words)
    if not os.path.exists(paths.GATEWAY):
        print(f"restart: {paths.GATEWAY} is not there: build it first", file=sys.stderr)
        return 2
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows, is_good = asyncio.run(run(options.clients))
    width = max(len(what) for what, _ in rows)
    for what, found in rows:
        print(f"{what:<{width}}  {found}")
    return 0 if is_good else 1
