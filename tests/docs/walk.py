"""Walks through pages of docs/ as their reader does: runs the commands, writes the files, and logs in at the brokers' pages
with a browser. Stand-ins take the place of the brokers. `Reader` is where the commands run.
"""

import json
import re
import subprocess
import threading
import time
import urllib.request

from bybit_exchange import Exchange
from gateway import PATIENCE, SOURCE, Sim
from pages import blocks_of, runnable

# What the reader has got from the brokers.
OWN = {"YOUR_API_KEY": "kitekey", "YOUR_API_SECRET": "k1te-s3cret", "YOUR_CLIENT_CODE": "A1234", "YOUR_PIN": "9753",
       "YOUR_TOTP_SECRET": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}


class Kite:
    """`login_port` is that of the redirect."""
    plugin = "zerodha"

    def __init__(self, login_port):
        self.sim = Sim("--rate", 50, "--api-key", OWN["YOUR_API_KEY"], "--api-secret", OWN["YOUR_API_SECRET"],
                       "--redirect", f"http://127.0.0.1:{login_port}/kite", broker="zerodha")

    def settings(self):
        web = self.sim.url.replace("ws", "http", 1)
        return {"url": self.sim.url, "api_url": web, "instruments_url": f"{web}/instruments"}


class Angel(Kite):
    plugin = "angel"

    def __init__(self, login_port):
        self.sim = Sim("--rate", 50, "--api-key", OWN["YOUR_API_KEY"], "--pin", OWN["YOUR_PIN"],
                       "--totp-secret", OWN["YOUR_TOTP_SECRET"], broker="angel")

    def settings(self):
        web = self.sim.url.replace("ws", "http", 1)
        return {"url": self.sim.url, "api_url": web, "instruments_url": f"{web}/OpenAPIScripMaster.json"}


class Bybit:
    """Trades of BTCUSDT, one after the other, for as long as it is open."""
    plugin = "bybit"

    def __init__(self):
        linear = {"symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
                  "quoteCoin": "USDT", "deliveryTime": "0", "priceScale": "2",
                  "priceFilter": {"minPrice": "0.01", "maxPrice": "199999.98", "tickSize": "0.01"},
                  "lotSizeFilter": {"qtyStep": "0.001", "minOrderQty": "0.001"}}
        spot = {"symbol": "BTCUSDT", "status": "Trading", "baseCoin": "BTC", "quoteCoin": "USDT",
                "lotSizeFilter": {"basePrecision": "0.000001", "minOrderQty": "0.000001"}, "priceFilter": {"tickSize": "0.01"}}
        self.exchange = Exchange({"linear": [linear], "spot": [spot]})
        self.over = threading.Event()
        self.player = threading.Thread(target=self._play, daemon=True)

    def _play(self):
        price = 100_000
        while not self.over.wait(0.05):
            price += 1
            now = int(1000 * time.time())
            trade = {"T": now, "s": "BTCUSDT", "S": "Buy", "v": "0.5", "p": f"{price / 100:.2f}", "L": "PlusTick", "i": str(price),
                     "BT": False}
            self.exchange.play("linear", json.dumps({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": now, "data": [trade]}))

    def settings(self):
        return {"url": self.exchange.url, "api_url": self.exchange.api_url}

    def __enter__(self):
        self.exchange.__enter__()
        self.player.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.player.join()
        self.exchange.__exit__(None, None, None)


class Reader:
    """Where the commands of the pages run: `shell` is a command that takes a script of bash as its last argument."""

    login_port = 5000
    runs_root_blocks = True

    def __init__(self, shell, environment):
        self.shell, self.environment = shell, environment

    def here(self, text):
        """A page's text with the places and ports of this machine."""
        return text

    def write(self, path, text):
        raise NotImplementedError

    def run(self, script):
        """Output and status. Who is told to come again in a moment does."""
        give_up = time.monotonic() + PATIENCE
        while True:
            output, status = self.run_once(script)
            again = re.search(r"try again in ([\d.]+) s", output)
            if status == 0 or not again or time.monotonic() > give_up:
                return output, status
            time.sleep(float(again[1]))

    def run_once(self, script):
        """What one block exports, the next one has."""
        whole = (f"set -e; [ ! -f {self.environment} ] || . {self.environment}\n{script}\n"
                 f"export -p >{self.environment}\n")
        process = subprocess.Popen([*self.shell, whole], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   stdin=subprocess.DEVNULL)
        timer = threading.Timer(2 * PATIENCE, process.kill)
        timer.start()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if len(lines) > 1 and "open this address in a browser" in lines[-2]:
                browse(line.strip())
        status = process.wait()
        timer.cancel()
        return "".join(lines), status


def browse(url):
    """A browser, whose user logs in at the broker's page and ends at the redirect."""
    def visit():
        with urllib.request.urlopen(url, timeout=PATIENCE) as page:
            page.read()
    threading.Thread(target=visit, daemon=True).start()


def with_stand_in(text, broker):
    """The file's text with the stand-in's addresses among the broker's settings."""
    extra = "".join(f'\n      {key}: "{value}"' for key, value in broker.settings().items())
    if "    settings:\n" in text:
        return text.replace("    settings:\n", f"    market_hours: always\n    settings:{extra}\n", 1)
    return text.replace(f"    plugin: {broker.plugin}\n", f"    plugin: {broker.plugin}\n    settings:{extra}\n", 1)


def walk(page, reader, broker=None):
    """Runs all of docs/PAGE.md; how many commands ran."""
    text = (SOURCE / "docs" / f"{page}.md").read_text()
    ran = 0
    for block in blocks_of(text):
        content = block.text
        for word, value in OWN.items():
            content = content.replace(word, value)
        if block.kind == "file":
            if broker is not None:
                content = with_stand_in(content, broker)
            reader.write(block.path, reader.here(content))
            continue
        if block.kind == "sh root" and not reader.runs_root_blocks:
            continue
        script = reader.here(runnable(content))
        output, status = reader.run(script)
        print(f"---- {page}.md:{block.line}\n{script}{output}", flush=True)
        assert status == 0, f"docs/{page}.md:{block.line} ended with {status}:\n{script}\n{output}"
        ran += len(re.findall(r"^\S", script, re.M))
    return ran


