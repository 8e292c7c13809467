"""What docs/security.md says, tried as it is written there."""

import json
import resource
import shutil
import socket
import ssl
import subprocess

import pytest
import websockets

import gateway as parts
from gateway import PATIENCE, Client
from test_connection import RawSocket

UPGRADE = ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{}\r\n")


def answer_to(port, text):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
        raw.sendall(text.encode())
        got = b""
        while b"\r\n\r\n" not in got:
            more = raw.recv(4096)
            if not more:
                break
            got += more
        if b" 101 " not in got:
            while more := raw.recv(4096):
                got += more
        return got.decode()


def closed_with(client):
    return client.wait_closed()


def is_served(gateway, client):
    return client.ask({"action": "ping"})["type"] == "pong"


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_gets_an_http_answer(shared):
    done = subprocess.run(["curl", "-s", "-o", "-", "-w", "%{http_code}", f"http://127.0.0.1:{shared.port}/nothing"],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.endswith("426")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_a_foreign_page_is_refused(shared, origin):
    answer = answer_to(shared.port, UPGRADE.format(f"Origin: {origin}\r\n"))
    assert answer.startswith("HTTP/1.1 403") and "server.allowed_origins" in answer


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8765", "https://[::1]"])
def test_a_page_of_this_machine_is_served(shared, origin):
    assert answer_to(shared.port, UPGRADE.format(f"Origin: {origin}\r\n")).startswith("HTTP/1.1 101")


def test_origins_are_allowed_by_name_and_taken_up_live(start):
    gateway = start({})
    assert answer_to(gateway.port, UPGRADE.format("Origin: https://desk.example\r\n")).startswith("HTTP/1.1 403")
    parts.write_config(gateway.folder, {"server": {"allowed_origins": ["https://desk.example"]}})
    gateway.reload()
    gateway.wait_line(r"is applied")
    assert answer_to(gateway.port, UPGRADE.format("Origin: https://desk.example\r\n")).startswith("HTTP/1.1 101")


def test_one_byte_at_a_time_ends_with_the_authentication_timeout(start):
    gateway = start({"server": {"authentication_timeout": "500ms"}})
    with socket.create_connection(("127.0.0.1", gateway.port), PATIENCE) as raw, gateway.client() as healthy:
        raw.settimeout(0.05)
        for byte in UPGRADE.format("X-Filler: " + "x" * 4000 + "\r\n").encode():
            try:
                raw.send(bytes([byte]))
                if raw.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            raise AssertionError("it was let go on for ever")
        assert is_served(gateway, healthy)


def test_more_connections_than_an_address_may_have(start):
    gateway = start({"limits": {"connections_per_address": 2}})
    key = gateway.key()
    with gateway.client(key) as one, gateway.client(key) as two:
        with Client(gateway.url) as three:
            assert closed_with(three) == (4429, "too many connections: limits.connections_per_address")
        assert is_served(gateway, one) and is_served(gateway, two)
        gateway.wait_line(r"refused a connection from 127.0.0.1: limits.connections_per_address is reached")
        one.close()
        while True:  # its place is free once the gateway has noticed
            with Client(gateway.url) as again:
                try:  # the close may be here before the request is sent
                    again.authenticate(key)
                    break
                except websockets.ConnectionClosed:
                    continue


def test_more_connections_than_a_key_may_have(start):
    gateway = start({"limits": {"connections_per_key": 1}})
    key = gateway.key()
    with gateway.client(key) as one:
        with Client(gateway.url) as two:
            two.send({"action": "authenticate", "api_key": key})
            assert closed_with(two) == (4429, "too many connections: limits.connections_per_key")
        with gateway.client(gateway.key("another")) as other:
            assert is_served(gateway, one) and is_served(gateway, other)


def test_a_flood_of_unauthenticated_clients_leaves_the_others_alone(start):
    gateway = start({"limits": {"unauthenticated_connections": 50, "connections_per_address": 100_000}})
    with gateway.client() as healthy:
        healthy.subscribe("RELIANCE", "NSE")
        unauthenticated = []
        try:
            for i in range(600):
                raw = socket.socket()
                raw.bind((f"127.0.0.{2 + i % 200}", 0))
                raw.connect(("127.0.0.1", gateway.port))
                unauthenticated.append(raw)
            gateway.wait_line(r"limits.unauthenticated_connections is reached")
            for _ in range(20):
                healthy.data()
            assert is_served(gateway, healthy)
            with gateway.client() as newcomer:  # it authenticates at once: those that wait longer are evicted for it
                assert is_served(gateway, newcomer)
        finally:
            for raw in unauthenticated:
                raw.close()
        assert len([line for line in gateway.lines if "is reached" in line]) < 20


def test_who_asks_too_fast_is_answered_slowly_and_loses_nothing(start):
    gateway = start({"limits": {"requests_per_second": 40, "request_burst": 20}})
    key = gateway.key()
    with gateway.client(key) as fast, gateway.client(key) as other:
        for i in range(60):
            fast.send({"action": "ping", "id": i})
        assert is_served(gateway, other)
        assert [fast.receive()["id"] for _ in range(60)] == list(range(60))


def test_a_request_header_may_be_as_large_as_the_operator_says(start):
    gateway = start({"limits": {"header_size": "2KiB"}})
    for size, status in ((1000, b"426"), (3000, b"431")):
        with socket.create_connection(("127.0.0.1", gateway.port)) as raw:
            raw.sendall(b"GET /x HTTP/1.1\r\nHost: h\r\nX: " + b"x" * size + b"\r\n\r\n")
            assert raw.recv(100).split(b" ")[1] == status


def test_out_of_descriptors_those_who_are_there_are_served(tmp_path):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
    config = parts.write_config(tmp_path, {})
    ready = tmp_path / "ready.json"
    with parts.Process([parts.BINARY, "run", "--config", config, "--ready-file", ready], preexec_fn=few) as process:
        process.wait_line(r"ready: serving")
        port = json.loads(ready.read_text())["port"]
        key = parts.run("keys", "create", "--user", "u", "--config", config).strip()
        with Client(f"ws://127.0.0.1:{port}/") as healthy:
            healthy.authenticate(key)
            healthy.subscribe("RELIANCE", "NSE")
            others = [socket.create_connection(("127.0.0.1", port)) for _ in range(80)]
            process.wait_line(r"cannot accept new clients")
            for _ in range(20):
                healthy.data()
            for other in others:
                other.close()  # each makes room for one that waits
                healthy.ask({"action": "ping"})
            process.wait_line(r"accepting clients again")
            with Client(f"ws://127.0.0.1:{port}/") as late:
                late.authenticate(key)
        for said in ("cannot accept new clients", "accepting clients again"):
            assert len([line for line in process.lines if said in line]) == 1


@pytest.fixture
def certificate(tmp_path):
    def make(name):
        folder = tmp_path / "tls"
        folder.mkdir(exist_ok=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", folder / "key.pem", "-out",
                        folder / "cert.pem"], check=True, capture_output=True)
        return folder
    return make


def name_of_server(port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw, context.wrap_socket(raw) as tls:
        assert tls.version() in ("TLSv1.2", "TLSv1.3")
        der = tls.getpeercert(binary_form=True)
    text = subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=der, capture_output=True).stdout
    return text.decode().strip().rsplit("=", 1)[1].strip()


def test_tls_serves_the_same_and_takes_up_a_new_certificate(start, certificate):
    folder = certificate("first.example")
    config = {"server": {"tls": {"port": 1, "certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}}}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        config["server"]["tls"]["port"] = probe.getsockname()[1]
    gateway = start(config)
    port = int(gateway.wait_line(r"wss://127.0.0.1:(\d+)/ too").group(1))
    key = gateway.key()
    trusting = ssl.create_default_context(cafile=folder / "cert.pem")
    with Client(f"wss://127.0.0.1:{port}/", ssl=trusting) as client, gateway.client(key) as plain:
        client.authenticate(key)
        client.subscribe("RELIANCE", "NSE", 4, 50)
        for _ in range(20):
            assert client.data()["data"]["depth"]["buy"]
        assert is_served(gateway, plain)
        assert name_of_server(port) == "first.example"
        certificate("second.example")
        gateway.reload()
        gateway.wait_line(r"is applied")
        assert name_of_server(port) == "second.example"
        whole = (folder / "key.pem").read_bytes()
        encrypt(folder / "key.pem", folder / "key.pem.new")
        (folder / "key.pem.new").rename(folder / "key.pem")
        seen = len(gateway.lines)
        gateway.reload()
        gateway.wait_line(r"found an encrypted key in .*expected .*without a passphrase.*from before", seen)
        (folder / "key.pem").write_bytes(whole)
        (folder / "cert.pem").write_text("no certificate")
        seen = len(gateway.lines)
        gateway.reload()
        gateway.wait_line(r"found no certificate in .*going on with the certificate from before", seen)
        gateway.wait_line(r"is applied", seen)
        assert name_of_server(port) == "second.example"
        client.data()
        assert is_served(gateway, client)


def test_old_tls_is_refused(start, certificate):
    folder = certificate("gateway.example")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gateway = start({"server": {"tls": {"port": port, "certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}}})
    port = int(gateway.wait_line(r"wss://127.0.0.1:(\d+)/ too").group(1))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw, pytest.raises((ssl.SSLError, ConnectionError)):
        old.wrap_socket(raw)
    with gateway.client() as client:
        assert is_served(gateway, client)


def with_a_stuck_client(start, limits):
    """A gateway with a client that has subscribed to a book and reads nothing, and a key."""
    gateway = start({"limits": {"output_per_client": "256KiB", "slow_client_close": "1s", **limits},
                     "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 500}}}})
    key = gateway.key()
    stuck = RawSocket(gateway.port, receive_buffer=4096)
    stuck.text(json.dumps({"action": "authenticate", "api_key": key}))
    stuck.text('{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":4,"depth_level":50}')
    return gateway, stuck, key


def test_a_stuck_raw_client_pins_no_more_than_its_bound(start):
    gateway, stuck, key = with_a_stuck_client(start, {})
    with gateway.client(key) as healthy:
        healthy.subscribe("RELIANCE", "NSE", 1)
        gateway.wait_line(r"has taken no byte.*4000")
        for _ in range(10):
            healthy.data()
    stuck.socket.close()


def test_a_socket_that_lingers_after_4000_has_its_place_still(start):
    gateway, stuck, key = with_a_stuck_client(start, {"connections": 2})
    with gateway.client(key) as healthy:
        gateway.wait_line(r"has taken no byte.*4000")
        with Client(gateway.url) as third:
            assert closed_with(third) == (4429, "too many connections: limits.connections")
        stuck.socket.close()
        while True:  # its place is free once the gateway has noticed
            with Client(gateway.url) as third:
                try:
                    third.authenticate(key)
                    break
                except websockets.ConnectionClosed:
                    continue
        assert is_served(gateway, healthy)


def encrypt(key, place):
    subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", place], check=True)


@pytest.mark.parametrize("key, content, found", [
    ("certificate", None, "which cannot be read"), ("certificate", "no PEM", "no certificate in"),
    ("key", None, "which cannot be read"), ("key", "no PEM", "no key of"),
    ("key", "encrypted", "an encrypted key in")])
def test_check_config_names_what_is_wrong_with_tls(tmp_path, certificate, key, content, found):
    wrong = tmp_path / "wrong.pem"
    if content:
        wrong.write_text(content)
    folder = certificate("checked.example")
    if content == "encrypted":
        encrypt(folder / "key.pem", wrong)
    tls = {"port": 1, "certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem"), key: str(wrong)}
    path = parts.write_config(tmp_path / "checked", {"server": {"tls": tls}})
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if str(wrong) in text)
    out = parts.run("check-config", "--config", path, status=2)
    assert out.startswith(f"{path}:{line}: server.tls.{key}: found ") and found in out and out.count("\n") == 1


@pytest.mark.parametrize("origin", ["app.example.com", "https://app.example.com/", "https://*.example.com", "null"])
def test_an_origin_that_no_browser_sends_is_an_error(tmp_path, origin):
    path = parts.write_config(tmp_path, {"server": {"allowed_origins": [origin]}})
    assert "server.allowed_origins: found " in parts.run("check-config", "--config", path, status=2)
