"""Where the gateway listens, what it prints of that, and what HTTP gets there."""

import http.client
import re
import socket
import ssl

import pytest

import gateway as parts
from gateway import PATIENCE, Client
from test_security import UPGRADE, answer_to


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


def is_served_at(url, key):
    with Client(url) as client:
        client.authenticate(key)
        return client.ask({"action": "ping"})["type"] == "pong"


@needs_ipv6
@pytest.mark.parametrize("host", [["127.0.0.1", "::1"], ["127.0.0.2", "[::1]", "127.0.0.1"], "[::1]", "::1", ["::1"],
                                  ["127.0.0.1", "localhost"]])
def test_each_url_that_is_printed_works(start, host):
    gateway = start({"server": {"host": host}})
    urls = re.findall(r"ws://\S+/", gateway.wait_line(r"ready: serving clients on .*").group())
    assert len(urls) >= (1 if isinstance(host, str) or "localhost" in host else len(host))
    assert all(is_served_at(url, gateway.key()) for url in urls)
    assert "market data of" not in gateway.run("instruments", "search", "RELIANCE")
    assert gateway.run("tail", "RELIANCE.NSE", "--key", gateway.key(), "--count", "1")  # finds the gateway by itself


@needs_ipv6
@pytest.mark.parametrize("host, also", [("0.0.0.0", []), ("::", ["127.0.0.1", "[::1]"]), (["::", "0.0.0.0"], ["127.0.0.1", "[::1]"])])
def test_an_address_that_means_all_is_printed_as_one_that_works(start, host, also):
    gateway = start({"server": {"host": host, "allow_plain": True}})
    line = gateway.wait_line(r"ready: serving clients on .*").group()
    assert "every other address of this machine" in line
    urls = re.findall(r"ws://\S+/", line) + [f"ws://{name}:{gateway.port}/" for name in also]
    assert all(is_served_at(url, gateway.key()) for url in urls)


@needs_ipv6
def test_a_port_that_is_taken_at_one_host_is_passed_over_at_all(start):
    with socket.socket(socket.AF_INET6) as taken:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken.bind(("::1", 0))
        taken.listen()
        gateway = start({"server": {"host": ["127.0.0.1", "::1"], "port": taken.getsockname()[1]}})
        assert gateway.port != taken.getsockname()[1]
        assert is_served_at(f"ws://[::1]:{gateway.port}/", gateway.key()) and is_served_at(gateway.url, gateway.key())


@pytest.mark.parametrize("host, found", [("192.0.2.1", "192.0.2.1 ("), ("no.such.name.invalid", "no.such.name.invalid ("),
                                         (["127.0.0.1", "192.0.2.1"], "192.0.2.1 (")])
def test_check_config_and_run_say_the_same_of_a_host_that_is_not_here(tmp_path, host, found):
    path = parts.write_config(tmp_path, {"server": {"host": host, "allow_plain": True}})
    checked = parts.run("check-config", "--config", path, status=2)
    assert f"server.host: found {found}" in checked and "expected an address of this machine" in checked
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '"host"' in text)
    assert f":{line}: server.host" in checked or isinstance(host, list)
    ran = parts.run("run", "--config", path, status=2, both=True)[1]
    assert checked.strip() in ran


@pytest.mark.parametrize("key, value, expected", [
    ("trusted_proxies", ["10.1.2.3/8"], "10.0.0.0/8, or one address without a slash"),
    ("trusted_proxies", ["proxy.example"], "an address or a network, like 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32"),
    ("trusted_proxies", ["10.0.0.0/33"], "an address or a network"),
    ("names", ["https://gw.example.com"], "a host's name without scheme, port and path, like gw.example.com"),
    ("names", ["gw.example.com:443"], "a host's name without scheme, port and path"),
    ("host", [], "text, or a list like [a, b]"),
    ("host", ["127.0.0.1", "127.0.0.1"], "each address once"),
])
def test_what_cannot_be_meant_is_named(tmp_path, key, value, expected):
    path = parts.write_config(tmp_path, {"server": {key: value}})
    assert expected in parts.run("check-config", "--config", path, status=2)


def test_check_config_is_content_beside_the_gateway_that_runs(start):
    gateway = start({"server": {"port_in_use": "fail"}})
    parts.write_config(gateway.folder, {"server": {"port": gateway.port, "port_in_use": "fail"}})
    assert "good" in gateway.run("check-config")


@pytest.mark.parametrize("lines, missing", [
    ("Connection: close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", "Connection: Upgrade (found close)."),
    ("Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", "Upgrade: websocket."),
    ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n", "Sec-WebSocket-Version: 13 (found 8)."),
    ("Connection: Upgrade\r\nUpgrade: websocket\r\n", "Sec-WebSocket-Version: 13."),
    ("", "Connection: Upgrade, Upgrade: websocket, Sec-WebSocket-Version: 13."),
])
def test_what_an_upgrade_lacks_is_named(shared, lines, missing):
    answer = answer_to(shared.port, f"GET /market HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{lines}\r\n")
    assert answer.startswith("HTTP/1.1 426") and f"the request lacks {missing}" in answer
    assert "\r\nUpgrade: websocket\r\n" in answer and "\r\nSec-WebSocket-Version: 13\r\n" in answer


def test_blanks_are_no_part_of_a_list_but_of_its_words(shared):
    lines = "Connection: keep-alive ,\tUpgrade\r\nUpgrade: websocket \r\nSec-WebSocket-Version: 13\r\n"
    request = "GET / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{}\r\n"
    assert answer_to(shared.port, request.format(lines)).startswith("HTTP/1.1 101")
    for good, bad in (("websocket", "web socket"), (": 13", ": 1 3")):
        assert answer_to(shared.port, request.format(lines.replace(good, bad, 1))).startswith("HTTP/1.1 426"), bad


def test_what_is_not_ascii_is_shown_so(shared):
    answer = answer_to(shared.port, UPGRADE.format("").replace("Upgrade: websocket", "Upgrade: web\u00e9"))
    assert "Upgrade: websocket (found web??)" in answer


def test_a_request_with_two_hosts_is_refused(shared):
    assert answer_to(shared.port, UPGRADE.format("Host: evil.example\r\n")).startswith("HTTP/1.1 400")


@pytest.mark.parametrize("address, status", [
    ("http://gw.example/healthz", 200), ("http://gw.example/healthz?x=1", 200), ("http://gw.example?x=/healthz", 426),
    ("http://gw.example#/healthz", 426), ("http://gw.example", 426)])
def test_a_whole_address_names_a_page_too(shared, address, status):
    answer = answer_to(shared.port, f"GET {address} HTTP/1.1\r\nHost: gw.example\r\n\r\n")
    assert answer.startswith(f"HTTP/1.1 {status}") and ('"healthy"' in answer) == (status == 200)


def test_a_long_body_changes_no_answer(shared):
    body = "x" * 9000
    length = f"Content-Length: {len(body)}\r\n"
    assert answer_to(shared.port, f"POST / HTTP/1.1\r\nHost: h\r\n{length}\r\n{body}").startswith("HTTP/1.1 405")
    assert answer_to(shared.port, UPGRADE.format(length) + body).startswith("HTTP/1.1 413")


def test_http_1_0_is_named(shared):
    answer = answer_to(shared.port, UPGRADE.format("").replace("HTTP/1.1", "HTTP/1.0"))
    assert answer.startswith("HTTP/1.1 426") and "the request lacks HTTP/1.1 (found HTTP/1.0)." in answer


def test_headers_in_several_lines_are_one_list(shared):
    lines = ("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Version: 13\r\n\r\n")
    assert answer_to(shared.port, lines).startswith("HTTP/1.1 101")


@pytest.mark.parametrize("method, path, status", [
    ("HEAD", "/", 426), ("HEAD", "/healthz", 200), ("HEAD", "/metrics", 200), ("POST", "/", 405), ("PUT", "/healthz", 405),
    ("OPTIONS", "/nothing", 405), ("GET", "/nothing", 426)])
def test_each_method_gets_its_answer_and_head_no_body(shared, method, path, status):
    answer = answer_to(shared.port, f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    head, body = answer.split("\r\n\r\n", 1)
    assert head.startswith(f"HTTP/1.1 {status} ") and (body == "") == (method == "HEAD")
    assert int(re.search(r"Content-Length: (\d+)", head).group(1)) > 0


def test_head_has_no_body_where_the_request_is_refused_either(shared):
    for request in ("HEAD / HTTP/1.1\r\nHost: h\r\nX: " + "x" * 9000 + "\r\n\r\n", "HEAD / HTTP/1.1\r\nno colon\r\n\r\n"):
        head, body = answer_to(shared.port, request).split("\r\n\r\n", 1)
        assert head.startswith("HTTP/1.1 4") and body == ""


def test_plain_http_on_the_port_for_tls_is_told_so(start, certificate):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gateway = start({"server": {"tls": {"port": port, "certificate": str(certificate.file), "key": str(certificate.key)}}})
    port = int(gateway.wait_line(r"wss://127.0.0.1:(\d+)/ too").group(1))
    for request in (UPGRADE.format(""), "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"):
        answer = answer_to(port, request)
        head, body = answer.split("\r\n\r\n", 1)
        assert head.startswith("HTTP/1.1 400") and body == "This port speaks TLS: use https:// or wss://.\n"
    for request in ("OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n", "DELETE / HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", "\r\nGET / HTTP/1.1\r\n\r\n"):
        assert "This port speaks TLS" in answer_to(port, request), request
    head, body = answer_to(port, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").split("\r\n\r\n", 1)
    assert head.startswith("HTTP/1.1 400") and body == ""
    trusting = ssl.create_default_context(cafile=certificate.file)
    secure = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=trusting)
    secure.request("GET", "/healthz")
    assert secure.getresponse().status == 200
    secure.close()
    assert is_served_at(gateway.url, gateway.key())
