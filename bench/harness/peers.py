"""Servers of others, which are there for comparison."""

import pathlib
import shutil
import socket
import threading
import time

from . import paths
from .server import PATIENCE, Server

WS_FOLDER = pathlib.Path("/usr/share/nodejs")
UNPACKED = paths.SOURCE / "build" / "servers" / "usr" / "sbin"  # scripts/unpack-servers


class Ws(Server):
    """npm's ws: ws_server.js."""
    name = "ws"
    package = "node-ws"
    is_peer = True
    first_guess = 200_000

    @classmethod
    def installed(cls):
        return bool(shutil.which("node")) and (WS_FOLDER / "ws").exists()

    def serve(self):
        self.start(["node", paths.HARNESS / "ws_server.js", self.inputs.payloads, self.scenario.clients,
                    self.scenario.symbols, self.scenario.per_client, self.updates_per_second], {"NODE_PATH": str(WS_FOLDER)})
        self.port = self.read_port()


class Nats(Server):
    """nats-server's WebSocket listener."""
    name = "nats"
    talk = "nats"
    package = "nats-server"
    is_peer = True
    first_guess = 600_000
    counts_writes = False  # it calls the system without the C library

    @classmethod
    def installed(cls):
        return bool(cls.binary())

    @staticmethod
    def binary():
        return shutil.which("nats-server") or shutil.which("nats-server", path=str(UNPACKED))

    def serve(self):
        for old in self.folder.glob("*.ports"):
            old.unlink()
        config = self.folder / "nats.conf"
        config.write_text('listen: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:-1", no_tls: true }\n'
                          f'ports_file_dir: "{self.folder}"\n')
        self.start([self.binary(), "-c", config])
        ports = self.wait_for_file("*.ports")
        self.port = int(ports["websocket"][0].rsplit(":", 1)[1])
        self.nats_port = int(ports["nats"][0].rsplit(":", 1)[1])
        self.publisher = None

    def begin(self):
        if self.scenario.per_client:
            self.publisher = Publisher(self.nats_port, self.inputs, self.updates_per_second)

    def messages(self):
        path = self.folder / "messages"
        scenario = self.scenario
        lines = []
        for client in range(min(scenario.clients, scenario.symbols)):
            said = ['CONNECT {"verbose":false,"pedantic":false}']
            for i in range(scenario.per_client):
                symbol = (client + i * scenario.symbols // scenario.per_client) % scenario.symbols
                said.append(f"SUB {subject(symbol)} {symbol}")
            lines.append("\t".join(said))
        path.write_text("\n".join(lines) + "\n")
        return path

    def deliveries(self, seen):
        """Its frames hold several messages each: counted by what one takes."""
        lines = [len(f"MSG {subject(s)} {s} {len(p)}\r\n") + len(p) + 2 for s, p in enumerate(self.inputs.texts)]
        return seen["payload_bytes_per_second"] * len(lines) / sum(lines)

    def __exit__(self, *what):
        if self.publisher:
            self.publisher.stop()
        super().__exit__(*what)


def subject(symbol):
    return f"s.{symbol}"


class Publisher:
    """Hands the broker of messages its updates, in bursts a millisecond apart like the mock's."""

    def __init__(self, port, inputs, updates_per_second):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\n')
        self.parts = [f"PUB {subject(s)} {len(p)}\r\n{p}\r\n".encode() for s, p in enumerate(inputs.texts)]
        self.each = 1 / updates_per_second
        self.ending = False
        self.thread = threading.Thread(target=self.publish, daemon=True)
        self.thread.start()

    def publish(self):
        at, planned = 0, time.monotonic()
        try:
            while not self.ending:
                now = time.monotonic()
                planned = max(planned, now - 0.5)
                count = min(int((now - planned) / self.each), 4096)
                planned += count * self.each
                burst = [self.parts[(at + i) % len(self.parts)] for i in range(count)]
                at += count
                if burst:
                    self.socket.sendall(b"".join(burst))
                time.sleep(0.001)
        except OSError:
            pass  # the server has ended

    def stop(self):
        self.ending = True
        self.socket.shutdown(socket.SHUT_RDWR)  # it may be waiting in there
        self.thread.join(PATIENCE)
        self.socket.close()
