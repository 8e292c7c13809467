"""The servers that are measured: each a process on a core of its own that serves one scenario."""

import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import threading
import time

from fanout_websocket import WebSocket

SOURCE = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("GW_BUILD", SOURCE / "build" / "release"))
GATEWAY = BUILD / "bin" / "broker-gateway"
PLUGIN = BUILD / "plugins" / "mock.so"
LIMIT = BUILD / "bench" / "limit_server"
LOAD_CLIENT = BUILD / "bench" / "load_client"
TICK_PATH = BUILD / "bench" / "tick_path"
WS_FOLDER = pathlib.Path("/usr/share/nodejs")
SERVER_CORE, CLIENT_CORE = 0, 1
PATIENCE = 30
QUIET = 5  # updates a second of each symbol while clients are still coming
MOST_CONNECTIONS = 20_000


class Server:
    """A child on its core. `inputs` is what prepare() made of the scenario."""

    talk = "raw"
    package = "of this project"
    is_peer = False  # it is there for comparison
    counted = False  # its copies and allocations

    def __init__(self, inputs, updates_per_second):
        self.inputs = inputs
        self.scenario = inputs.scenario
        self.updates_per_second = updates_per_second
        self.folder = inputs.folder / self.name
        self.folder.mkdir(exist_ok=True)

    @classmethod
    def installed(cls):
        return True

    def start(self, command, env=None):
        self.log = (self.folder / "log").open("w")
        self.child = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *map(str, command)], stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={**os.environ, **(env or {}), **(self.counting_environment() if self.counted else {})})

    def counting_environment(self):
        """Loaded before the C library: see bench/counter."""
        return {"LD_PRELOAD": str(BUILD / "bench" / "counter.so"), "BENCH_COUNTS": str(self.folder / "counts")}

    def wait_for(self, look):
        """What `look` finds, once it does; looked for again and again while the child lives."""
        give_up = time.monotonic() + PATIENCE
        while self.child.poll() is None and time.monotonic() < give_up:
            found = look()
            if found:
                return found
            time.sleep(0.01)
        raise RuntimeError(f"{self.name} did not begin to serve: {(self.folder / 'log').read_text()[-2000:]}")

    def wait_for_file(self, path):
        def look():
            try:
                return json.loads(path.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                return None
        return self.wait_for(look)

    def begin(self):
        """All clients are there."""

    def messages(self):
        """File of what each client says; none: nothing."""
        return None

    def deliveries(self, seen):
        return seen["deliveries_per_second"]

    def unexplained(self):
        """Updates of which it does not know what became; none: it does not count them."""
        return None

    def __enter__(self):
        self.serve()
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(PATIENCE)
        finally:
            self.child.kill()
            self.child.stdout.close()
            self.log.close()


class Gateway(Server):
    name = "gateway"
    talk = "gateway"

    def serve(self):
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        config = write_gateway_config(self.folder, self.scenario, QUIET * self.scenario.symbols)
        self.start([GATEWAY, "run", "--config", config, "--ready-file", ready])
        self.port = self.wait_for_file(ready)["port"]

    def begin(self):
        """The broker logs in anew with its new settings; clients and what they hold stay."""
        write_gateway_config(self.folder, self.scenario, self.updates_per_second)
        self.child.send_signal(signal.SIGHUP)

    def messages(self):
        return self.inputs.messages

    def unexplained(self):
        out = subprocess.run([GATEWAY, "status", "--json", "--config", self.folder / "gateway.yaml"],
                             check=True, capture_output=True, text=True).stdout
        return json.loads(out)["ledger"]["unexplained"]


class Limit(Server):
    name = "limit"

    def serve(self):
        self.start([LIMIT, "--payloads", self.inputs.payloads, "--symbols", self.scenario.symbols,
                    "--clients", self.scenario.clients, "--per-client", self.scenario.per_client,
                    "--updates-per-second", self.updates_per_second, *(["--stamped"] if self.inputs.timed else [])])
        self.port = int(self.child.stdout.readline().split()[-1])


class Ws(Server):
    name = "ws"
    package = "node-ws"
    is_peer = True

    @classmethod
    def installed(cls):
        return bool(shutil.which("node")) and (WS_FOLDER / "ws").exists()

    def serve(self):
        self.start(["node", SOURCE / "bench" / "ws_server.js", self.inputs.payloads, self.scenario.clients,
                    self.scenario.symbols, self.scenario.per_client, self.updates_per_second], {"NODE_PATH": str(WS_FOLDER)})
        self.port = int(self.child.stdout.readline().split()[-1])


class Nats(Server):
    name = "nats"
    talk = "nats"
    package = "nats-server"
    is_peer = True

    @classmethod
    def installed(cls):
        return bool(shutil.which("nats-server"))

    def serve(self):
        for old in self.folder.glob("*.ports"):
            old.unlink()
        config = self.folder / "nats.conf"
        config.write_text('listen: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:-1", no_tls: true }\n'
                          f'ports_file_dir: "{self.folder}"\n')
        self.start(["nats-server", "-c", config])
        ports = self.wait_for_file_of(".ports")
        self.port = int(ports["websocket"][0].rsplit(":", 1)[1])
        self.nats_port = int(ports["nats"][0].rsplit(":", 1)[1])
        self.publisher = None

    def begin(self):
        if self.scenario.per_client:
            self.publisher = Publisher(self.nats_port, self.inputs, self.updates_per_second)

    def wait_for_file_of(self, suffix):
        def look():
            for path in self.folder.glob("*" + suffix):
                try:
                    return json.loads(path.read_text())
                except json.JSONDecodeError:
                    pass
            return None
        return self.wait_for(look)

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
        at, due = 0, time.monotonic()
        try:
            while not self.ending:
                now = time.monotonic()
                due = max(due, now - 0.5)
                count = min(int((now - due) / self.each), 4096)
                due += count * self.each
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


KINDS = {kind.name: kind for kind in (Limit, Gateway, Nats, Ws)}


def write_gateway_config(folder, scenario, updates_per_second):
    settings = {"seed": 1, "updates_per_second": max(0.0167, updates_per_second / scenario.symbols)}
    names = broker_names(scenario)
    path = folder / "gateway.yaml"
    path.write_text(json.dumps({  # JSON is YAML
        "server": {"port": 0, "threads": 1},
        "limits": {**{key: MOST_CONNECTIONS for key in ("connections", "connections_per_address", "connections_per_key",
                                                        "unauthenticated_connections")}, **dict(scenario.limits)},
        "zeromq": {"enabled": False},
        "log": {"level": "warning"},
        "active_broker": names[0],
        "brokers": {name: {"plugin": "mock", "market_hours": "always", "settings": settings} for name in names}}))
    return path


def broker_names(scenario):
    return [f"mock{i}" for i in range(scenario.brokers)]


class Inputs:
    """What the servers and their clients are given for a scenario. `timed` of the clients read how old what they get is;
    then all have extras, which say when the gateway got it."""

    def __init__(self, scenario, folder, timed=0):
        self.scenario = scenario
        self.timed = timed
        self.extras = scenario.extras or timed > 0
        self.folder = folder / scenario.name
        (self.folder / "gateway").mkdir(parents=True)
        self.messages = self.folder / "messages"
        self.payloads = self.folder / "payloads"
        self.texts = []
        config = write_gateway_config(self.folder / "gateway", scenario, scenario.symbols)
        keys = [self._make_key(config, name) for name in broker_names(scenario)]
        each = scenario.symbols // scenario.brokers
        with Gateway(self, 0) as gateway:
            symbols = [self._look(gateway.port, key, each) for key in keys]
        self.payloads.write_text("\n".join(self.texts) + "\n")
        lines = []
        for client in range(min(scenario.clients, scenario.symbols)):
            broker = client % scenario.brokers
            said = [authentication(keys[broker], self.extras)]
            if scenario.per_client:
                own = [symbols[broker][(client // scenario.brokers + i * each // scenario.per_client) % each]
                       for i in range(scenario.per_client)]
                said.append(self._subscription(own))
            lines.append("\t".join(said))
        self.messages.write_text("\n".join(lines) + "\n")

    def _make_key(self, config, broker):
        def command(*words):
            return subprocess.run([GATEWAY, *words, "--config", config], check=True, capture_output=True, text=True).stdout
        key = command("keys", "create", "--user", broker).strip()
        command("users", "set-broker", broker, broker)
        return key

    def _subscription(self, symbols):
        depth = {"depth_level": self.scenario.depth} if self.scenario.depth else {}
        return json.dumps({"action": "subscribe", "mode": self.scenario.mode, **depth,
                           "symbols": [{"symbol": s, "exchange": e} for s, e in symbols]})

    def _look(self, port, key, count):
        """The instruments that are used, and a payload of each."""
        with WebSocket(port) as socket:
            socket.send(authentication(key, self.extras))
            found = []
            for exchange in ("NSE", "BSE", "NFO"):
                socket.send(json.dumps({"action": "search", "text": "", "exchange": exchange, "limit": count}))
                while (answer := json.loads(socket.receive()))["type"] != "instruments":
                    pass
                found += [(row["symbol"], row["exchange"]) for row in answer["instruments"]]
            found = found[:count]
            if len(found) < count:
                raise RuntimeError(f"found {len(found)} instruments, expected {count}")
            socket.send(self._subscription(found))
            texts = {}
            while len(texts) < count:
                text = socket.receive()
                message = json.loads(text)
                if message["type"] == "market_data":
                    texts[message["topic"]] = text
            self.texts += texts.values()
            return found


def authentication(key, extras):
    return json.dumps({"action": "authenticate", "api_key": key, **({"extras": True} if extras else {})})
