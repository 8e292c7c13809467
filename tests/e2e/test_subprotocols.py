"""Subprotocols that clients offer (RFC 6455, 1.9)."""

import pytest

from gateway import Client


@pytest.mark.parametrize("offered", [["bgw.json.v1"], ["graphql-ws", "bgw.json.v1"], ["bgw.json.v1", "mqtt"]])
def test_the_plain_protocol_is_answered_by_its_name(shared, offered):
    with Client(shared.url, subprotocols=offered) as client:
        assert client.socket.subprotocol == "bgw.json.v1"
        client.authenticate(shared.good_key)


def test_without_an_offer_none_is_answered(shared):
    with Client(shared.url) as client:
        assert client.socket.subprotocol is None


def test_another_is_a_line_of_the_log(shared):
    with Client(shared.url, subprotocols=["graphql-ws"]) as client:
        assert client.socket.subprotocol is None
        client.authenticate(shared.good_key)
    shared.wait_line("offers the subprotocol graphql-ws, the gateway knows bgw.json.v1")
