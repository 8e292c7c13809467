"""Clients behind nginx and Caddy, which run with the configuration that docs/clients.md shows."""

import collections
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys

import pytest
import websockets

import gateway as parts
from gateway import PATIENCE, Client
from reverse_proxies import NAME, caddy, nginx, unpacked
from test_browser import BROWSER, browser, is_served, page_server
from test_security import UPGRADE, answer_to, closed_with

BEHIND = {"server": {"names": [NAME], "trusted_proxies": ["127.0.0.1"]}}
NODE_PATH = "/usr/share/nodejs:/usr/lib/nodejs"

WEBSOCKET_CLIENT = """
import json, ssl, sys, websocket
url, key = sys.argv[1:]
socket = websocket.create_connection(url, sslopt={"cert_reqs": ssl.CERT_NONE, "check_hostname": False}, http_proxy_host=None)
socket.send(json.dumps({"action": "authenticate", "api_key": key}))
socket.send(json.dumps({"action": "subscribe", "symbol": "RELIANCE", "exchange": "NSE", "mode": 1}))
print([json.loads(socket.recv())["type"] for _ in range(3)])
socket.close()
"""

NODE_WS = """
const [url, key] = process.argv.slice(2)
const types = []
const socket = new (require("ws"))(url, {rejectUnauthorized: false, localAddress: "127.0.0.9"})
socket.on("open", () => {
  socket.send(JSON.stringify({action: "authenticate", api_key: key}))
  socket.send(JSON.stringify({action: "subscribe", symbol: "RELIANCE", exchange: "NSE", mode: 1}))
})
socket.on("message", text => {
  types.push(JSON.parse(text).type)
  if (types.length == 3) { console.log(types.join()); socket.close() }
})
"""


@pytest.fixture
def tls(tmp_path):
    """A certificate of the proxy's name."""
    made = collections.namedtuple("Certificate", "file key")(tmp_path / "proxy.pem", tmp_path / "proxy.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", made.key, "-out", made.file],
                   check=True, capture_output=True)
    return made


@pytest.fixture
def connect(tls):
    """connect(port, address) is a client that comes from this address of loopback; more goes to the library."""
    trusting = ssl.create_default_context(cafile=tls.file)

    def client(port, address="127.0.0.5", path="/market/", **more):
        return Client(f"wss://{NAME}:{port}{path}", host="127.0.0.1", port=port, ssl=trusting, server_hostname=NAME,
                      local_addr=(address, 0), **more)
    return client


def text_of_refusal(port, tls, request):
    """All of the answer that comes through the proxy."""
    context = ssl.create_default_context(cafile=tls.file)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw, context.wrap_socket(raw, server_hostname=NAME) as secure:
        secure.sendall(request.encode())
        answer = http.client.HTTPResponse(secure)
        answer.begin()
        return f"HTTP/1.1 {answer.status} {answer.read().decode()}"


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_a_client_is_served_and_known_by_its_own_address(start, tmp_path, tls, connect, proxy):
    gateway = start(BEHIND)
    with proxy(tmp_path, gateway, tls) as port, connect(port, origin=f"https://{NAME}") as client:
        client.authenticate(gateway.key())
        client.subscribe("RELIANCE", "NSE", 4, 50)
        for _ in range(3):
            client.data()
        gateway.wait_line(r"client \d+ \(127.0.0.5\) connected")
        gateway.wait_line(r"client \d+ \(127.0.0.5, user user, key \d+\).*subscribed")


def test_what_a_client_claims_of_itself_is_not_believed(start, tmp_path, tls, connect):
    gateway = start(BEHIND)
    with nginx(tmp_path, gateway, tls) as port:
        with connect(port, extra_headers={"X-Forwarded-For": "203.0.113.1"}) as client:
            client.authenticate(gateway.key())
        gateway.wait_line(r"client \d+ \(127.0.0.5\) connected")
        status = parts.http(f"http://127.0.0.1:{gateway.port}/metrics")[0]
        assert status == 200  # the loopback peer without a proxy's header reads it as before
        refused = text_of_refusal(port, tls, f"GET /metrics HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n")
        assert refused.startswith("HTTP/1.1 404")  # the proxy hands on its prefix only
    with_header = answer_to(gateway.port, "GET /metrics HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n")
    assert with_header.startswith("HTTP/1.1 401")


def test_limits_by_address_are_those_of_the_clients(start, tmp_path, tls, connect):
    gateway = start(parts.merged(BEHIND, {"limits": {"connections_per_address": 1}}))
    key = gateway.key()
    with nginx(tmp_path, gateway, tls) as port, connect(port) as one, connect(port, "127.0.0.6") as other:
        one.authenticate(key)
        other.authenticate(key)
        with connect(port) as second:
            assert closed_with(second) == (4429, "too many connections: limits.connections_per_address")
        gateway.wait_line("refused a connection from 127.0.0.5: limits.connections_per_address is reached")
        with gateway.client(key) as direct:  # of an address of its own
            assert direct.barrier()
        one.close()
        gateway.wait_line(r"client \d+ \(127.0.0.5, user user, key \d+\).*disconnected")
        with connect(port) as again:
            again.authenticate(key)


def test_http_1_0_left_in_by_mistake_is_named(start, tmp_path, tls, connect):
    gateway = start(BEHIND)
    edits = [("    proxy_http_version 1.1;\n", "")]
    with nginx(tmp_path, gateway, tls, *edits) as port:
        with pytest.raises(websockets.InvalidStatusCode) as refused:
            connect(port)
        assert refused.value.status_code == 426
        answer = text_of_refusal(port, tls, UPGRADE.replace("GET /", "GET /market/").format("").replace("127.0.0.1", NAME, 1))
        assert answer.startswith("HTTP/1.1 426") and "the request lacks HTTP/1.1 (found HTTP/1.0)" in answer and "docs/clients.md" in answer


def test_an_upgrade_that_is_not_handed_on_is_named(start, tmp_path, tls):
    gateway = start(BEHIND)
    edits = [("    proxy_set_header Upgrade $http_upgrade;\n", ""), ("    proxy_set_header Connection $connection_upgrade;\n", "")]
    with nginx(tmp_path, gateway, tls, *edits) as port:
        answer = text_of_refusal(port, tls, UPGRADE.replace("GET /", "GET /market/").format("").replace("127.0.0.1", NAME, 1))
    assert "the request lacks Connection: Upgrade (found close), Upgrade: websocket." in answer


def test_a_refusal_shows_the_line_that_mends_it(start, tmp_path, tls, connect):
    gateway = start({"server": {"trusted_proxies": ["127.0.0.1"]}})
    key = gateway.key()
    with nginx(tmp_path, gateway, tls) as port:
        with pytest.raises(websockets.InvalidStatusCode) as refused:
            connect(port, origin=f"http://{NAME}")
        assert refused.value.status_code == 403
        request = UPGRADE.replace("GET /", "GET /market/").format(f"Origin: http://{NAME}\r\n").replace("127.0.0.1", NAME, 1)
        answer = text_of_refusal(port, tls, request)
        line = re.search(r"server: \{names: (\[.*\])\}", answer)
        assert line, answer
        gateway.wait_line(r"refused a connection whose Origin is http://gw.example: .*server: \{names: \[.gw.example.\]\}")
        parts.write_config(gateway.folder, {"server": {"trusted_proxies": ["127.0.0.1"], "names": json.loads(line.group(1))}})
        gateway.reload()
        gateway.wait_line("is applied")
        for origin in (f"http://{NAME}", f"https://{NAME}", f"https://{NAME}:{port}"):
            with connect(port, origin=origin) as client:
                client.authenticate(key)


@pytest.mark.parametrize("origin, line", [
    ("https://desk.example:8443", 'server: {allowed_origins: ["https://desk.example:8443"]}'),
    ("http://desk.example:80", 'server: {allowed_origins: ["http://desk.example"]}'),
    ("file://", 'server: {allowed_origins: ["file://"]}'),
    ("null", None)])
def test_the_line_for_a_page_elsewhere(shared, origin, line):
    answer = answer_to(shared.port, UPGRADE.format(f"Origin: {origin}\r\n"))
    assert answer.startswith("HTTP/1.1 403")
    assert line in answer if line else "server:" not in answer and "cannot be allowed" in answer


def run_client(command, env):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, **env})
    assert done.returncode == 0, done.stderr
    return done.stdout


def hosts_within(tmp_path):
    """A command that runs another one, for which the proxy's name is this machine."""
    (tmp_path / "hosts").write_text(f"127.0.0.1 localhost {NAME}\n")
    within = ["unshare", "-rm", "sh", "-c", f'mount --bind {tmp_path}/hosts /etc/hosts && exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run([*within, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets no test have a hosts file of its own")
    return within


def test_websocket_client_of_python(start, tmp_path, tls):
    gateway = start(BEHIND)
    within = hosts_within(tmp_path)
    path = unpacked("python3-websocket") / "usr/lib/python3/dist-packages"
    with nginx(tmp_path, gateway, tls) as port:
        said = run_client([*within, sys.executable, "-c", WEBSOCKET_CLIENT, f"wss://{NAME}:{port}/market/", gateway.key()],
                          {"PYTHONPATH": str(path)})
    assert said.strip() == "['authentication', 'subscription', 'market_data']"


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_ws_of_node(start, tmp_path, tls):
    gateway = start(BEHIND)
    within = hosts_within(tmp_path)
    (tmp_path / "client.js").write_text(NODE_WS)
    with nginx(tmp_path, gateway, tls) as port:
        said = run_client([*within, "node", tmp_path / "client.js", f"wss://{NAME}:{port}/market/", gateway.key()],
                          {"NODE_PATH": NODE_PATH})
    assert said.strip() == "authentication,subscription,market_data"
    gateway.wait_line(r"client \d+ \(127.0.0.9\) connected")


@pytest.mark.skipif(not BROWSER, reason="chromium is not installed")
def test_a_page_in_chromium(start, tmp_path, tls):
    gateway = start(BEHIND)
    with nginx(tmp_path, gateway, tls) as port, page_server(f"wss://{NAME}:{port}/market/", gateway.key()) as pages:
        with browser(tmp_path / "profile", f"http://{NAME}:{pages.server_port}/", "--ignore-certificate-errors"):
            seen = pages.told.get(timeout=PATIENCE)
    assert is_served(seen), seen
