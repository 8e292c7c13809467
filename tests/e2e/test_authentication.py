import pytest

from gateway import Client

REQUIRED = {"type": "error", "code": "AUTHENTICATION_REQUIRED",
            "message": "First message must be authentication with API key"}
INVALID = {"type": "error", "code": "INVALID_API_KEY", "message": "Invalid API key"}


@pytest.mark.parametrize("first", [
    '{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE"}', "not json", "[]", "7", "{}", '{"action":"authenticate"}',
    '{"action":"authenticate","api_key":""}', '{"action":"authenticate","api_key":7}', '{"api_key":"x"}', "", "null",
    '{"openalgo":"hello"}'])
def test_first_frame_must_authenticate(shared, first):
    with Client(shared.url) as client:
        client.send(first)
        assert client.receive() == REQUIRED
        assert client.wait_closed()[0] == 4401


def test_unknown_key(shared):
    with Client(shared.url) as client:
        client.send({"action": "authenticate", "api_key": "bgw_" + "0" * 64})
        assert client.receive() == INVALID
        assert client.wait_closed()[0] == 4401


def test_good_key(shared):
    with Client(shared.url) as client:
        assert client.authenticate(shared.good_key) == {
            "type": "authentication", "status": "success", "message": "Authentication successful"}


def test_any_path_is_the_endpoint(shared):
    with Client(shared.url + "some/where?x=1") as client:
        client.authenticate(shared.good_key)


def test_second_authenticate_is_an_invalid_action(client, shared):
    assert client.ask({"action": "authenticate", "api_key": shared.good_key}) == {
        "type": "error", "code": "INVALID_ACTION", "message": "Invalid action: authenticate"}


def test_silence_is_answered_after_the_timeout(start):
    gateway = start({"server": {"authentication_timeout": "100ms"}})
    with Client(gateway.url) as client:
        assert client.receive() == REQUIRED
        assert client.wait_closed()[0] == 4401


def test_revoked_key_closes_live_sessions_and_is_then_unknown(start):
    gateway = start()
    key, other = gateway.key("alice"), gateway.key("bob")
    with gateway.client(key) as revoked, gateway.client(other) as stays:
        listed = gateway.run("keys", "list")
        identifier = next(line.split()[0] for line in listed.splitlines() if "alice" in line)
        gateway.run("keys", "revoke", identifier)
        assert revoked.wait_closed()[0] == 4401
        assert stays.barrier()["type"] == "pong"
    with Client(gateway.url) as client:
        client.send({"action": "authenticate", "api_key": key})
        assert client.receive() == INVALID


def test_expired_key_closes_live_sessions(start):
    gateway = start()
    with gateway.client(gateway.key("alice", "--expires", "3s")) as client:
        assert client.wait_closed()[0] == 4401


def test_a_key_made_while_running_works_at_once(start):
    gateway = start()
    with gateway.client(gateway.key("new")) as client:
        assert client.barrier()["type"] == "pong"
