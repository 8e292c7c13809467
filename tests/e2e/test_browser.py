"""Web pages in a real browser: which of them may use the gateway, and that one that may gets its market data."""

import contextlib
import http.server
import json
import os
import queue
import shutil
import subprocess
import threading

import pytest

import gateway as parts
from gateway import PATIENCE

BROWSER = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not BROWSER, reason="chromium is not installed")

# Asks for books, which come compressed, and tells the server that it came from what it has seen.
PAGE = """<!doctype html><title>page</title><script>
const seen = {opened: false, received: []}
const tell = () => fetch("/told", {method: "POST", body: JSON.stringify(seen)})
const socket = new WebSocket(URL)
socket.onopen = () => {
  seen.opened = true
  seen.extensions = socket.extensions
  socket.send(JSON.stringify({action: "authenticate", api_key: KEY}))
  socket.send(JSON.stringify({action: "subscribe", symbol: "RELIANCE", exchange: "NSE", mode: 4, depth_level: 50}))
}
socket.onmessage = event => {
  seen.received.push(JSON.parse(event.data))
  if (seen.received.filter(message => message.type == "market_data").length == 3) socket.close(1000)
}
socket.onclose = event => { seen.code = event.code; tell() }
</script>"""


class Pages(http.server.ThreadingHTTPServer):
    """Serves the page by whatever name it is asked for, and takes what it tells."""

    def __init__(self, page):
        super().__init__(("127.0.0.1", 0), Handler)
        self.page = page
        self.told = queue.Queue()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer(200 if self.path == "/" else 404, self.server.page.encode() if self.path == "/" else b"")

    def do_POST(self):
        self.server.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(204, b"")

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def page_server(url, key):
    with Pages(PAGE.replace("URL", json.dumps(url)).replace("KEY", json.dumps(key))) as pages:
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        try:
            yield pages
        finally:
            pages.shutdown()
            thread.join()


@contextlib.contextmanager
def browser(profile, address, *more):
    """Looks at the page; every name of a .example ends at this machine, as an attacker's own name server could have it."""
    quiet = ("networking", "timer-throttling")
    child = subprocess.Popen(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
         *(f"--disable-background-{what}" for what in quiet), "--disable-component-update", "--no-proxy-server",
         "--host-resolver-rules=MAP *.example 127.0.0.1", f"--user-data-dir={profile}", *more, address],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(profile)})
    try:
        yield
    finally:
        child.terminate()
        child.wait(PATIENCE)


def seen_by_a_page(gateway, folder, page_host, gateway_host="127.0.0.1"):
    """What became of a page's WebSocket, by the names under which the browser knows the page's host and the gateway's."""
    with page_server(f"ws://{gateway_host}:{gateway.port}/", gateway.good_key) as pages:
        with browser(folder / "profile", f"http://{page_host}:{pages.server_port}/"):
            return pages.told.get(timeout=PATIENCE), f"http://{page_host}:{pages.server_port}"


def is_served(seen):
    data = [message for message in seen["received"] if message["type"] == "market_data"]
    return seen["opened"] and seen["code"] == 1000 and len(data) == 3 and len(data[0]["data"]["depth"]["buy"]) == 50


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_this_machine_gets_market_data_compressed(shared, tmp_path, host):
    seen, _ = seen_by_a_page(shared, tmp_path, host)
    assert is_served(seen) and "permessage-deflate" in seen["extensions"], seen


# Under the second name the browser takes page and gateway for one host, or would, if the name led there only now.
@pytest.mark.parametrize("gateway_host", ["127.0.0.1", "evil.example"])
def test_a_page_from_elsewhere_gets_nothing(shared, tmp_path, gateway_host):
    seen, origin = seen_by_a_page(shared, tmp_path, "evil.example", gateway_host)
    assert seen == {"opened": False, "received": [], "code": 1006}
    shared.wait_line(rf"refused a connection whose Origin is {origin}: to allow it, write")


def test_a_page_from_elsewhere_is_served_once_it_is_allowed(start, tmp_path):
    gateway = start({})
    gateway.good_key = gateway.key()
    with page_server(gateway.url, gateway.good_key) as pages:
        origin = f"http://desk.example:{pages.server_port}"
        parts.write_config(gateway.folder, {"server": {"allowed_origins": [origin]}})
        gateway.reload()
        gateway.wait_line(r"is applied")
        with browser(tmp_path / "profile", origin):
            assert is_served(pages.told.get(timeout=PATIENCE))
