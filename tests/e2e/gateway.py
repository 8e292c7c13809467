"""The real binaries as context managers, and a client that waits for messages and never for time."""

import asyncio
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import websockets

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GW_BUILD", SOURCE / "build" / "dev"))
BINARY = BUILD / "bin" / "broker-gateway"
SIM = BUILD / "bin" / "broker-sim"
RECORDINGS = SOURCE.parent / "shared" / "fixtures"
FIXTURES = RECORDINGS / "zerodha"
# Only a failing test waits so long; sanitizers on busy machines are slow.
PATIENCE = 60

MOCK = {"plugin": "mock", "settings": {"updates_per_second": 20}}


class Process:
    """A child whose lines of output can be waited for."""

    def __init__(self, command, **options):
        self.command = [str(part) for part in command]
        self.child = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.child.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_line(self, pattern, start=0):
        """The first line from `start` on that matches; its match."""
        at = start
        with self.changed:
            while True:
                while at < len(self.lines):
                    found = re.search(pattern, self.lines[at])
                    if found:
                        return found
                    at += 1
                if self.ended or not self.changed.wait(PATIENCE):
                    raise AssertionError(f"no line like {pattern!r} from {self.command}:\n" + "\n".join(self.lines))

    def text(self):
        with self.changed:
            return "\n".join(self.lines)

    def wait(self):
        status = self.child.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return status

    def stop(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        status = self.stop()
        if kind is not None:
            print("\n".join(self.lines[-200:]))
        elif status != 0:
            raise AssertionError(f"{self.command} ended with {status}:\n" + "\n".join(self.lines))
        self.child.stdout.close()


class Gateway(Process):
    """A served gateway of its own folder. `config` is merged over small defaults. `within`: a command that runs it. `words`: more
    for its command `run`."""

    def __init__(self, folder, config=None, env=None, within=(), words=()):
        self.folder = pathlib.Path(folder)
        self.config = write_config(self.folder, config or {})
        self.env = {**os.environ, **(env or {})}
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        super().__init__([*within, BINARY, "run", "--config", self.config, "--ready-file", ready, *words], env=self.env)
        try:
            self.wait_line(r"ready: serving")
        except AssertionError:
            self.child.kill()
            raise
        self.ready = json.loads(ready.read_text())
        self.port = self.ready["port"]
        self.url = f"ws://127.0.0.1:{self.port}/"

    def run(self, *arguments, status=None):
        """`status` ends with 1 while some feed is not live: only a test that says so is about that."""
        if status is None:
            status = (0, 1) if arguments[0] == "status" else 0
        return run(*arguments, "--config", self.config, env=self.env, status=status)

    def reload(self):
        self.child.send_signal(signal.SIGHUP)

    def key(self, user="user", *more):
        return self.run("keys", "create", "--user", user, *more).strip()

    def client(self, key=None, extras=False, **options):
        client = Client(self.url, **options)
        if key is not False:
            client.authenticate(key or self.key(), extras)
        return client

    def http(self, path, **headers):
        return http(f"http://127.0.0.1:{self.port}{path}", headers=headers)


class Sim(Process):
    """broker-sim on free ports."""

    def __init__(self, *more, broker="zerodha", port=0, control_port=0):
        super().__init__([SIM, "--broker", broker, "--port", port, "--control-port", control_port, *more])
        scheme, port = self.wait_line(rf"{broker} on (wss?)://127.0.0.1:(\d+)/").groups()
        self.port = int(port)
        self.control = int(self.wait_line(r"control on http://127.0.0.1:(\d+)/").group(1))
        self.url = f"{scheme}://127.0.0.1:{self.port}"

    def books(self, ticks=False):
        return json.loads(http(f"http://127.0.0.1:{self.control}/books{'?ticks=1' if ticks else ''}")[1])

    def fault(self, name, **more):
        status, body = self.ask_fault({"fault": name, **more})
        assert status == 200, body

    def ask_fault(self, request):
        status, body = http(f"http://127.0.0.1:{self.control}/fault", json.dumps(request).encode())
        return status, json.loads(body)

    def reset(self):
        assert http(f"http://127.0.0.1:{self.control}/reset", b"")[0] == 200


# What a client with extras may get at any time.
NOTICES = ("broker_status", "feed_status", "subscription_status", "market_status", "slow")


class Client:
    """One WebSocket of the public protocol, in a loop of its own."""

    def __init__(self, url, **options):
        self.loop = asyncio.new_event_loop()

        async def connect():  # inside the loop that it is to belong to
            return await websockets.connect(url, ping_interval=None, max_size=None, max_queue=None, **options)
        self.socket = self._run(connect())
        self.market_data = []
        self.notices = []
        self.words = []  # what it was told of links and failures, in the order of arrival

    def _run(self, awaitable):
        async def bounded():
            return await asyncio.wait_for(awaitable, PATIENCE)
        return self.loop.run_until_complete(bounded())

    def send(self, message):
        self._run(self.socket.send(message if isinstance(message, (str, bytes, list)) else json.dumps(message)))

    def receive_text(self):
        return self._run(self.socket.recv())

    def receive(self):
        message = json.loads(self.receive_text())
        kind = message.get("type")  # a broker's messages may have none
        if kind in ("broker_status", "feed_status"):
            self.words.append(message["status"])
        elif kind == "error" and "code" in message:
            self.words.append(message["code"])
        return message

    def ask(self, message):
        """The answer; what comes before it is kept in self.market_data and self.notices."""
        self.send(message)
        while True:
            answer = self.receive()
            if answer["type"] in NOTICES:
                self.notices.append(answer)
            elif answer["type"] == "market_data":
                self.market_data.append(answer)
            else:
                return answer

    def next(self, kind, **fields):
        """The next message of this type with these fields; others are passed over."""
        give_up = time.monotonic() + PATIENCE
        while True:
            message = self.receive()
            assert time.monotonic() < give_up, f"no {kind} {fields}, but {message}"
            if message["type"] == kind and all(message.get(k) == v for k, v in fields.items()):
                return message

    def data(self, **fields):
        return self.next("market_data", **fields)

    def authenticate(self, key, extras=False):
        answer = self.ask({"action": "authenticate", "api_key": key, **({"extras": True} if extras else {})})
        assert answer["type"] == "authentication", answer
        return answer

    def subscribe(self, symbol, exchange, mode=2, depth_level=None):
        request = {"action": "subscribe", "symbol": symbol, "exchange": exchange, "mode": mode}
        return self.ask({**request, **({"depth_level": depth_level} if depth_level is not None else {})})

    def unsubscribe(self, symbol, exchange, mode=2, **more):
        return self.ask({"action": "unsubscribe", "symbol": symbol, "exchange": exchange, "mode": mode, **more})

    def barrier(self):
        """Everything that the gateway sent before now has been received afterwards."""
        return self.ask({"action": "ping", "id": "barrier"})

    def wait_closed(self):
        """Close code and reason; whatever still comes is passed over."""
        give_up = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < give_up:
                self._run(self.socket.recv())
            raise AssertionError("still open")
        except websockets.ConnectionClosed:
            return self.socket.close_code, self.socket.close_reason

    def close(self):
        if not self.loop.is_closed():  # within its own block, too
            self._run(self.socket.close())
            self.loop.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def merged(base, more):
    out = dict(base)
    for key, value in more.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def write_config(folder, config):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "gateway.yaml"
    defaults = {"server": {"port": 0, "threads": int(os.environ.get("GW_SHARDS", "0"))}, "zeromq": {"port": 0, "symbols": []}}
    if "brokers" not in config:
        defaults["brokers"] = {"mock": MOCK}
    path.write_text(json.dumps(merged(defaults, config), indent=1))  # JSON is YAML
    return path


def run(*arguments, status=0, env=None, cwd=None, both=False):
    """Runs the command line; its standard output (with `both`, also standard error)."""
    done = subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, env=env, cwd=cwd,
                          timeout=PATIENCE)
    assert done.returncode in (status if isinstance(status, tuple) else (status,)), (done.returncode, done.stdout, done.stderr)
    return (done.stdout, done.stderr) if both else done.stdout


def until(reached):
    """What `reached` answers, once it is true."""
    give_up = time.monotonic() + PATIENCE
    while not (found := reached()):
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)
    return found


def http(url, body=None, method=None, headers=None):
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
