"""A planned end: clients with extras are told before, all are closed with 1001, and come back to a new gateway."""

import contextlib
import signal

import websockets

from gateway import Client, Gateway


def test_clients_with_extras_are_told_before_they_are_closed(start):
    gateway = start()
    key = gateway.key()
    with gateway.client(key, extras=True) as told, gateway.client(key) as plain, Client(gateway.url) as unauthenticated:
        told.subscribe("RELIANCE", "NSE", 2)
        plain.subscribe("RELIANCE", "NSE", 2)
        gateway.child.send_signal(signal.SIGTERM)
        assert told.next("closing") == {"type": "closing", "code": 1001, "reconnect_after_ms": 1000}
        assert told.wait_closed() == (1001, "the gateway is shutting down")
        seen = []
        while plain.socket.open or not seen or seen[-1] is not None:
            try:
                seen.append(plain.receive()["type"])
            except Exception:  # noqa: BLE001: it is closed
                seen.append(None)
        assert "closing" not in seen and plain.wait_closed()[0] == 1001
        assert unauthenticated.wait_closed()[0] == 1001
    assert gateway.wait() == 0


def heard_until_the_end(client):
    heard = []
    while client.socket.open:
        try:
            heard.append(client.receive()["type"])
        except websockets.ConnectionClosed:
            break
    return heard


def test_who_authenticates_during_the_end_is_closed_instead(start):
    """Else it would be told of success, and never of the end."""
    gateway = start()
    key = gateway.key()
    told = gateway.client(key, extras=True)
    waiting = [gateway.client(False) for _ in range(200)]
    try:
        gateway.child.send_signal(signal.SIGTERM)
        told.next("closing")
        for client in reversed(waiting):  # those that would be closed last
            with contextlib.suppress(websockets.ConnectionClosed):
                client.send({"action": "authenticate", "api_key": key, "extras": True})
            assert heard_until_the_end(client) == []
            assert client.wait_closed()[0] == 1001
        assert gateway.wait() == 0
    finally:
        for client in [told, *waiting]:
            client.close()


def test_many_are_closed_over_a_second_and_none_is_left_out(start):
    gateway = start()
    key = gateway.key()
    clients = [gateway.client(key, extras=index % 2 == 0) for index in range(150)]
    try:
        gateway.child.send_signal(signal.SIGTERM)
        assert {client.wait_closed()[0] for client in clients} == {1001}
        assert gateway.wait() == 0
    finally:
        for client in clients:
            client.close()


def test_a_client_that_comes_back_after_the_pause_is_served(tmp_path):
    with Gateway(tmp_path) as first:
        key, port = first.key(), first.port
        with first.client(key, extras=True) as client:
            client.subscribe("RELIANCE", "NSE", 2)
            before = client.data()["seq"]
            first.child.send_signal(signal.SIGTERM)
            client.next("closing")
            client.wait_closed()
        assert first.wait() == 0
    with Gateway(tmp_path, {"server": {"port": port, "port_in_use": "fail"}}) as second, second.client(key, extras=True) as client:
        client.subscribe("RELIANCE", "NSE", 2)
        assert before and client.data()["data"]["ltp"] > 0
