"""A refused upgrade is read whole before it is believed: only the broker's own word proves a dead token, at the upgrade
or at its web interface."""

import email.utils
import json
import re
import time

import pytest

import fault_table
from brokers import Angel, Kite, link_of, start_with, status_of
from cases import CASES, needs_cases
from web_server import WebServer


@pytest.fixture(params=[Kite, Angel], ids=["kite", "angel"])
def broker(request, tmp_path):
    return request.param(tmp_path)


def refused(start, broker, **answer):
    sim = start.sim("--rate", 20, broker=broker.name)
    sim.fault("upgrade", **answer)
    return sim, start_with(start, broker.name, (broker, broker.config(sim.url)))


def told(client):
    """What is said of the refusal, once the link waits."""
    while "trying again" not in (status := client.next("broker_status"))["message"]:
        assert status["status"] in ("connecting", "reconnecting"), status
    assert status["status"] == "reconnecting", status
    return status["message"]


def mends_with_a_new_token(sim, broker, client):
    """The pause may be long by then: a new token ends it at once."""
    sim.fault("none")
    broker.write_token("token-2")
    client.next("broker_status", status="connected")


@needs_cases
def test_the_page_of_a_firewall(start, broker):
    sim = start.sim("--rate", 20, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        client.data()
        row = fault_table.Row("firewall's page on upgrade", broker, sim)
        client.words.clear()
        sim.fault("upgrade", raw_file=str(CASES / "06_upgrade_403_waf.http"))
        sim.fault("drop")
        while not (message := client.next("broker_status", status="reconnecting")["message"]).startswith("refused: "):
            pass
        assert "refused: token, plan or firewall (HTTP 403 says: Blocked" in message
        row.begins()
        mends_with_a_new_token(sim, broker, client)
        client.data()
        row.is_over()
        row.add(client.words)
    assert status_of(gateway)["ledger"]["unexplained"] == 0


@needs_cases
def test_many_headers(start, broker):
    _, gateway = refused(start, broker, raw_file=str(CASES / "07_upgrade_403_9KiB_of_headers.http"))
    with gateway.client(extras=True) as client:
        assert "refused: token, plan or firewall (HTTP 403, no reason given)" in told(client)


@needs_cases
def test_a_redirect_is_named_and_not_followed(start, broker):
    _, gateway = refused(start, broker, raw_file=str(CASES / "09_upgrade_302.http"))
    with gateway.client(extras=True) as client:
        assert "redirected to ws2.example.invalid (HTTP 302)" in told(client)


@pytest.mark.parametrize("unfinished", ["nothing", "body", "chunked", "endless"])
def test_a_body_that_does_not_end_changes_nothing(start, broker, unfinished):
    _, gateway = refused(start, broker, status=403, body="<title>Wait</title>", unfinished=unfinished)
    with gateway.client(extras=True) as client:
        assert "refused: token, plan or firewall (HTTP 403" in told(client)


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 403 Forbidden\nContent-Length: 20\n\n<title>Wait</title>\n", b"HTTP/1.1 403 Forbidden\r\nServer: waf\r\n",
    b"HTTP/1.1 403 Forbidden\r\nX-Y: " + b"z" * 70000], ids=["bare LF", "cut off", "70 KB"])
def test_headers_that_are_not_as_they_should_be_are_a_refusal_by_their_status(start, broker, answer):
    sim, gateway = refused(start, broker, raw=answer.hex())
    with gateway.client(extras=True) as client:
        assert "refused: token, plan or firewall (HTTP 403" in told(client)
        mends_with_a_new_token(sim, broker, client)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_broker_says_when_to_come_again(start, broker, status):
    later = email.utils.formatdate(time.time() + 300, usegmt=True)
    _, gateway = refused(start, broker, status=status, retry_after=later)
    with gateway.client(extras=True) as client:
        message = told(client)
        assert f"(HTTP {status}" in message and re.search(r"again in (300|2\d\d)\.\d s", message), message


def test_what_angel_says_of_something_else_is_no_verdict_on_the_token(start, tmp_path):
    angel = Angel(tmp_path)
    words = "Access denied because of exceeding access rate"
    sim, gateway = refused(start, angel, status=403, headers={"x-error-message": words})
    with gateway.client(extras=True) as client:
        assert f"refused: token, plan or firewall (HTTP 403 says: {words})" in told(client)
        mends_with_a_new_token(sim, angel, client)


def test_refusals_that_prove_nothing_are_no_attempts(start, broker):
    sim = start.sim("--rate", 20, broker=broker.name)
    sim.fault("upgrade", status=403, body="no", count=2)
    config = broker.config(sim.url, reconnect={"first": "50ms", "max": "50ms", "attempts": 1})
    gateway = start_with(start, broker.name, (broker, config))
    with gateway.client(extras=True) as client:
        assert "trying again in 1.0 s" in told(client)
        assert "trying again in 60.0 s" in told(client)
        assert link_of(gateway, broker)["logins"] == 0
        broker.write_token("token-2")
        client.next("broker_status", status="connected")


DEAD = json.dumps({"status": "error", "message": "Incorrect `api_key` or `access_token`.", "data": None,
                   "error_type": "TokenException"}).encode()
GOOD = json.dumps({"status": "success", "data": {"user_id": "AB1234"}}).encode()
ACCEPTED = "Kite accepts the token: perhaps a plan without market data, or a firewall"


@pytest.fixture
def web():
    """Kite's web interface; the token is good."""
    with WebServer(lambda handler: handler.give(GOOD)) as server:
        yield server


@pytest.fixture
def kite(tmp_path, web):
    broker = Kite(tmp_path)
    broker.settings["api_url"] = web.url
    return broker


def behind_a_firewall(start, kite, **more):
    sim = start.sim("--rate", 20)
    sim.fault("upgrade", status=403, body="<html><title>Blocked</title></html>")
    return sim, start_with(start, "zerodha", (kite, kite.config(sim.url, **more)))


def test_a_token_that_is_dead_at_the_web_interface_is_tried_no_more(start, kite, web):
    web.answer = lambda handler: handler.give(DEAD, 403)
    sim, gateway = behind_a_firewall(start, kite, bind_address="127.0.0.2", address_family="ipv4")
    with gateway.client(extras=True) as client:
        message = client.next("broker_status", status="auth_expired")["message"]
        assert "Kite refuses the token at its web interface too (HTTP 403): Incorrect `api_key`" in message
        assert web.paths == ["/user/profile"] and web.clients == ["127.0.0.2"]
        asked = web.requests[0]
        assert asked["Authorization"] == "token key:token-1" and asked["X-Kite-Version"] == "3"
        assert asked["User-Agent"].startswith("broker-gateway/")
        attempts = link_of(gateway, kite)["connects"]
        time.sleep(1.5)  # the first pause after a refusal is a second
        assert link_of(gateway, kite)["connects"] == attempts and len(web.requests) == 1
        mends_with_a_new_token(sim, kite, client)
    assert "token-1" not in gateway.text()


def test_a_token_that_is_good_at_the_web_interface_is_tried_again(start, kite, web):
    sim, gateway = behind_a_firewall(start, kite)
    with gateway.client(extras=True) as client:
        while ACCEPTED not in (message := told(client)) or not re.search(r"again in (60|5\d)\.\d s", message):
            pass  # after the second refusal, whether or not the answer was there before it
        assert message.startswith("refused: token, plan or firewall (HTTP 403 says: Blocked)")
        assert ACCEPTED in link_of(gateway, kite)["message"] and ACCEPTED in gateway.text()
        assert len(web.requests) == 1  # though there were two refusals
        kite.write_token("token-2")
        web.wait_requests(2)
        assert web.requests[1]["Authorization"] == "token key:token-2"
        sim.fault("none")
        kite.write_token("token-3")
        client.next("broker_status", status="connected")


def test_a_web_interface_that_never_answers_decides_nothing_and_holds_up_nothing(start, kite, web):
    web.answer = lambda handler: web.ending.wait()
    sim, gateway = behind_a_firewall(start, kite)
    with gateway.client(extras=True) as client:
        web.wait_requests(1)
        while "60.0 s" not in (message := told(client)):
            pass
        assert "accepts" not in message
        assert client.barrier()["type"] == "pong" and status_of(gateway)["port"] == gateway.port
    began = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - began < 5  # and not the 10 s that the request may take


@pytest.mark.parametrize("status, body, said", [
    (403, b"<html><title>Blocked</title></html>", "HTTP 403 and says: Blocked"),
    (200, b"<html><title>Welcome</title></html>", "HTTP 200 and says: Welcome"),
    (500, DEAD, "TokenException: Incorrect"),
    (403, b"[" * 200000, "HTTP 403")], ids=["a page", "a page with 200", "another status", "a long one"])
def test_another_answer_of_the_web_interface_decides_nothing(start, kite, web, status, body, said):
    web.answer = lambda handler: handler.give(body, status)
    sim, gateway = behind_a_firewall(start, kite)
    gateway.wait_line("cannot find out whether the credentials are good: Kite's web interface answers .*" + said)
    with gateway.client(extras=True) as client:
        assert told(client).startswith("refused: token, plan or firewall (HTTP 403 says: Blocked); trying again")
        mends_with_a_new_token(sim, kite, client)
