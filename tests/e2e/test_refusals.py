"""A refused upgrade is read whole before it is believed: only the broker's own word proves a dead token."""

import pytest

from brokers import Angel, Kite, link_of, start_with
from gateway import SOURCE

CASES = SOURCE.parent / "shared" / "cases" / "broker"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"no cases in {CASES}")


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
    sim, gateway = refused(start, broker, raw_file=str(CASES / "06_upgrade_403_waf.http"))
    with gateway.client(extras=True) as client:
        assert "refused: token, plan or firewall (HTTP 403 says: Blocked" in told(client)
        mends_with_a_new_token(sim, broker, client)


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
