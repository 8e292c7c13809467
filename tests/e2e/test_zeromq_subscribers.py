"""Subscribers of ZeroMQ are clients: what they subscribe to by its whole name is wanted of the broker."""

import contextlib
import json
import socket
import time

import pytest
import zmq

from gateway import PATIENCE

QUIET = {"mock": {"plugin": "mock", "settings": {"seed": 1, "updates_per_second": 1, "depth_levels": [5, 20, 30, 50]}}}


@pytest.fixture
def subscribe():
    """subscribe(gateway, topic, ...): a socket in a context of its own."""
    with contextlib.ExitStack() as stack:
        def open_socket(gateway, *topics):
            context = zmq.Context()
            stack.callback(context.destroy, linger=0)
            s = context.socket(zmq.SUB)
            s.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
            for topic in topics:
                s.setsockopt_string(zmq.SUBSCRIBE, topic)
            s.connect(gateway.ready["zeromq"])
            return s
        yield open_socket


def wanted(gateway):
    status = json.loads(gateway.run("status", "--json", status=(0, 1)))
    return status["brokers"][0]["wanted"]


def wait_wanted(gateway, count):
    give_up = time.monotonic() + PATIENCE
    while wanted(gateway) != count:
        assert time.monotonic() < give_up, (wanted(gateway), count)


def receive(s):
    topic, payload = s.recv_multipart()
    return topic.decode(), json.loads(payload)


@pytest.mark.parametrize("mode", [1, 2, 4])
def test_a_whole_topic_is_wanted_until_its_last_subscriber_leaves(start, subscribe, mode):
    gateway = start()
    first, second = (subscribe(gateway, f"INFY.NSE.{mode}") for _ in range(2))
    for s in (first, second):
        topic, message = receive(s)
        assert (topic, message["mode"], message["topic"]) == (f"INFY.NSE.{mode}", mode, "INFY.NSE")
        assert not {"seq", "received_at", "snapshot"} & message.keys()
        if mode == 4:
            assert message["depth_level"] == 5 and len(message["data"]["depth"]["buy"]) == 5
    assert wanted(gateway) == 1
    first.close(linger=0)
    for _ in range(3):
        receive(second)
    assert wanted(gateway) == 1
    second.close(linger=0)
    wait_wanted(gateway, 0)


def test_a_subscriber_that_comes_later_gets_the_last_value_which_the_others_see_again(start, subscribe):
    gateway = start({"brokers": QUIET})
    first = subscribe(gateway, "INFY.NSE.2")
    before = receive(first)[1]["data"]
    second = subscribe(gateway, "INFY.NSE.2")
    shown = receive(second)[1]["data"]
    seen = [before]
    while seen.count(shown) < 2:
        seen.append(receive(first)[1]["data"])
    assert seen[-1] == shown


@pytest.mark.parametrize("topic", ["", "INFY", "INFY.NSE", "INFY.NSE.", "INFY.NSE.11", ".NSE.1", "INFY..1", "NSE.1"])
def test_beginnings_of_topics_ask_for_nothing(start, subscribe, topic):
    gateway = start()
    subscribe(gateway, topic)
    exact = subscribe(gateway, "TCS.NSE.1")
    receive(exact)
    assert wanted(gateway) == 1


def test_unsubscribing_and_a_client_are_told_apart(start, subscribe):
    gateway = start()
    s = subscribe(gateway, "INFY.NSE.1")
    receive(s)
    with gateway.client() as client:
        client.subscribe("INFY", "NSE", 1)
        client.data()
        s.setsockopt_string(zmq.UNSUBSCRIBE, "INFY.NSE.1")
        for _ in range(5):
            client.data()
        s.setsockopt_string(zmq.SUBSCRIBE, "INFY.NSE.1")
        receive(s)
        client.unsubscribe("INFY", "NSE", 1)
        for _ in range(5):
            receive(s)
    assert wanted(gateway) == 1
    s.setsockopt_string(zmq.UNSUBSCRIBE, "INFY.NSE.1")
    wait_wanted(gateway, 0)


def test_topics_that_do_not_exist_are_lines_of_the_log(start, subscribe):
    gateway = start()
    s = subscribe(gateway, "NOPE.NSE.1", "INFY.NSE.3", "NIFTY.NSE_INDEX.4", "INFY.NSE.1")
    receive(s)
    gateway.wait_line(r"a subscriber waits for the topic NOPE\.NSE\.1: broker mock does not list it")
    gateway.wait_line(r"INFY\.NSE\.3: modes are 1, 2 and 4")
    gateway.wait_line(r"NIFTY\.NSE_INDEX\.4: broker mock has no mode 4 for NSE_INDEX")
    assert wanted(gateway) == 1


def test_topics_are_bounded(start, subscribe):
    gateway = start({"zeromq": {"topics": 2}})
    s = subscribe(gateway, "INFY.NSE.1", "TCS.NSE.1", "SBIN.NSE.1")
    gateway.wait_line(r"is not asked of the broker: zeromq\.topics allows 2")
    seen = {receive(s)[0] for _ in range(20)}
    assert len(seen) == 2 and wanted(gateway) == 2
    s.setsockopt_string(zmq.UNSUBSCRIBE, seen.pop())
    wait_wanted(gateway, 1)


def test_it_is_the_default_brokers_that_are_asked(start, subscribe):
    gateway = start({"active_broker": "one", "brokers": {
        "one": {"plugin": "mock", "settings": {"seed": 1}}, "two": {"plugin": "mock", "settings": {"seed": 2}}}})
    s = subscribe(gateway, "INFY.NSE.1")
    receive(s)
    status = json.loads(gateway.run("status", "--json", status=(0, 1)))
    assert {b["name"]: b["wanted"] for b in status["brokers"]} == {"one": 1, "two": 0}


def test_subscribers_are_bounded_and_idle_connections_are_none(start, subscribe):
    gateway = start({"zeromq": {"subscribers": 2}})
    address = ("127.0.0.1", int(gateway.ready["zeromq"].rsplit(":", 1)[1]))
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(address)) for _ in range(20)]
        both = [subscribe(gateway, "INFY.NSE.1") for _ in range(2)]
        for s in both:
            receive(s)
        for connection in idle:  # dropped, since they never shake hands
            connection.settimeout(PATIENCE)
            while connection.recv(1024):
                pass
        third = subscribe(gateway, "INFY.NSE.1")
        gateway.wait_line(r"a subscriber from 127\.0\.0\.1 is refused: zeromq\.subscribers allows 2")
        for s in both:
            for _ in range(5):
                receive(s)
        assert third.poll(0) == 0
        both[0].close(linger=0)
        receive(third)  # it tried again
