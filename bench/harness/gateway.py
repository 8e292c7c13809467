"""The gateway as a server that is measured, of this build or of another one."""

import contextlib
import json
import pathlib
import signal
import subprocess
import threading
import time
import urllib.request

from . import paths
from .server import Server
from .websocket import WebSocket

QUIET = 5  # updates a second of each symbol while clients are still coming
MAX_CONNECTIONS = 20_000


class Gateway(Server):
    name = "gateway"
    talk = "gateway"
    is_gateway = True
    first_guess = 4_000_000
    binary = paths.GATEWAY
    isolation = None  # of its brokers; None: what the gateway does by itself

    def serve(self):
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        config = self.write_config(QUIET * self.scenario.symbols)
        self.start([self.binary, "run", "--config", config, "--ready-file", ready])
        self.port = self.wait_for_file(ready.name)["port"]
        if self.scenario.monitored:
            threading.Thread(target=self.scrape, args=(self.child,), daemon=True).start()

    def scrape(self, child):
        """As Prometheus does it, until the gateway ends."""
        while child.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as page:
                page.read()
            time.sleep(1)

    def begin(self):
        """The broker logs in anew with its new settings; clients and what they hold stay."""
        self.write_config(self.updates_per_second)
        self.child.send_signal(signal.SIGHUP)

    def write_config(self, updates_per_second):
        return write_config(self.folder, self.scenario, updates_per_second, self.isolation)

    def messages(self):
        return self.folder / "messages"

    def unexplained(self):
        return json.loads(self.command("status", "--json"))["ledger"]["unexplained"]

    def command(self, *words):
        # status ends with 1 while some feed is not live, as a broker's that logs in anew.
        return subprocess.run([self.binary, *words, "--config", self.folder / "gateway.yaml"], check=words[0] != "status",
                              capture_output=True, text=True).stdout

    @classmethod
    def prepare(cls, inputs):
        """Writes what each client says into messages(); returns a payload of each instrument."""
        scenario = inputs.scenario
        gateway = cls(inputs, 0)
        gateway.write_config(scenario.symbols)
        names = broker_names(scenario)
        keys = [gateway.command("keys", "create", "--user", name).strip() for name in names]
        for name in names:
            gateway.command("users", "set-broker", name, name)
        each = scenario.symbols // scenario.brokers
        with gateway:
            found = [look_at_market(gateway.port, key, inputs, each) for key in keys]
        lines = []
        for client in range(min(scenario.clients, scenario.symbols)):
            broker = client % scenario.brokers
            said = [authentication(keys[broker], inputs.extras)]
            if scenario.per_client:
                instruments, _ = found[broker]
                own = [instruments[(client // scenario.brokers + i * each // scenario.per_client) % each]
                       for i in range(scenario.per_client)]
                said.append(subscription(own, scenario))
            lines.append("\t".join(said))
        gateway.messages().write_text("\n".join(lines) + "\n")
        return [payload for _, payloads in found for payload in payloads]


def of(binary, name):
    """The kind of server that is this gateway binary. Its plugins are beside it, as in any build."""
    return type("Gateway", (Gateway,), {"binary": pathlib.Path(binary).resolve(), "name": name})


def isolated(kind):
    """The kind of server that is this gateway with its brokers in processes of their own."""
    name = "isolated" if kind.name == Gateway.name else f"{kind.name} isolated"
    # The library that counts writes would count those of all processes into one file.
    return type("Isolated", (kind,), {"name": name, "isolation": "process", "counts_writes": False})


def write_config(folder, scenario, updates_per_second, isolation=None):
    settings = {"seed": 1, "updates_per_second": max(0.0167, updates_per_second / scenario.symbols)}
    names = broker_names(scenario)
    path = folder / "gateway.yaml"
    path.write_text(json.dumps({  # JSON is YAML
        "server": {"port": 0, "threads": 1},
        "limits": {**{key: MAX_CONNECTIONS for key in ("connections", "connections_per_address", "connections_per_key",
                                                       "unauthenticated_connections")}, **dict(scenario.limits)},
        "zeromq": {"enabled": False},
        "log": {"level": "info", "file": str(folder / "gateway.log")} if scenario.monitored else {"level": "warning"},
        "active_broker": names[0],
        "brokers": {name: {"plugin": "mock", "market_hours": "always", "settings": settings,
                           **({"isolation": isolation} if isolation else {})} for name in names}}))
    return path


def broker_names(scenario):
    return [f"mock{i}" for i in range(scenario.brokers)]


def authentication(key, extras):
    return json.dumps({"action": "authenticate", "api_key": key, **({"extras": True} if extras else {})})


def subscription(instruments, scenario):
    depth = {"depth_level": scenario.depth} if scenario.depth else {}
    return json.dumps({"action": "subscribe", "mode": scenario.mode, **depth,
                       "symbols": [{"symbol": symbol, "exchange": exchange} for symbol, exchange in instruments]})


def look_at_market(port, key, inputs, count):
    """The instruments that are used, and a payload of each."""
    with WebSocket(port) as socket:
        socket.send(authentication(key, inputs.extras))
        found = []
        for exchange in ("NSE", "BSE", "NFO"):
            socket.send(json.dumps({"action": "search", "text": "", "exchange": exchange, "limit": count}))
            while (answer := json.loads(socket.receive()))["type"] != "instruments":
                pass
            found += [(row["symbol"], row["exchange"]) for row in answer["instruments"]]
        found = found[:count]
        if len(found) < count:
            raise RuntimeError(f"found {len(found)} instruments, expected {count}")
        socket.send(subscription(found, inputs.scenario))
        texts = {}
        while len(texts) < count:
            text = socket.receive()
            message = json.loads(text)
            if message["type"] == "market_data":
                texts[message["topic"]] = text
        return found, list(texts.values())
