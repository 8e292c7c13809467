"""A plain ZeroMQ subscriber, which takes two parts, against the running gateway."""

import json
import socket

import zmq

from gateway import PATIENCE


def subscriber(context, endpoint, topic):
    s = context.socket(zmq.SUB)
    s.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
    s.setsockopt_string(zmq.SUBSCRIBE, topic)
    s.connect(endpoint)
    return s


def test_pinned_symbols_are_published_though_no_client_asks(start):
    gateway = start({"zeromq": {"symbols": ["RELIANCE.NSE"]}})
    with zmq.Context() as context, subscriber(context, gateway.ready["zeromq"], "RELIANCE.NSE") as s:
        seen = {}
        while len(seen) < 3:
            topic, payload = s.recv_multipart()
            seen[topic.decode()] = json.loads(payload)
        assert sorted(seen) == ["RELIANCE.NSE.1", "RELIANCE.NSE.2", "RELIANCE.NSE.4"]
        for topic, message in seen.items():
            assert message["type"] == "market_data" and message["topic"] == "RELIANCE.NSE"
            assert message["mode"] == int(topic[-1])
            assert not {"seq", "received_at"} & message.keys()
        assert len(seen["RELIANCE.NSE.4"]["data"]["depth"]["buy"]) == 5


def test_what_a_client_subscribes_is_published_and_depths_share_a_topic(start):
    gateway = start()
    with zmq.Context() as context, subscriber(context, gateway.ready["zeromq"], "INFY.NSE") as s:
        with gateway.client(extras=True) as client:
            client.next("broker_status")
            client.subscribe("INFY", "NSE", 4, 5)
            client.subscribe("INFY", "NSE", 4, 50)
            levels = set()
            while levels != {5, 50}:
                topic, payload = s.recv_multipart()
                assert topic == b"INFY.NSE.4"
                message = json.loads(payload)
                assert len(message["data"]["depth"]["sell"]) == message["depth_level"]
                assert "seq" not in message
                levels.add(message["depth_level"])


def test_a_subscriber_that_reads_nothing_holds_nothing_up(start):
    gateway = start({"zeromq": {"symbols": ["RELIANCE.NSE"]},
                     "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 2000}}}})
    with zmq.Context() as context, subscriber(context, gateway.ready["zeromq"], "") as slow:
        slow.recv_multipart()  # connected; from here on it reads nothing
        with gateway.client(extras=True) as client:
            client.next("broker_status")
            client.subscribe("RELIANCE", "NSE", 1)
            first = client.data()["seq"]
            while client.data()["seq"] < first + 3000:
                pass
        slow.setsockopt(zmq.LINGER, 0)


def test_only_the_default_broker_publishes(start):
    gateway = start({"active_broker": "one", "zeromq": {"symbols": []}, "brokers": {
        "one": {"plugin": "mock", "settings": {"seed": 1, "updates_per_second": 20}},
        "two": {"plugin": "mock", "settings": {"seed": 2, "updates_per_second": 20, "depth_levels": [20]}}}})
    gateway.key("second")
    gateway.run("users", "set-broker", "second", "two")
    with zmq.Context() as context, subscriber(context, gateway.ready["zeromq"], "") as s:
        with gateway.client(gateway.key("second")) as other, gateway.client(gateway.key("first")) as first:
            other.subscribe("TCS", "NSE", 1)
            other.data()
            first.subscribe("INFY", "NSE", 1)
            for _ in range(5):
                other.data()
                assert s.recv_multipart()[0] == b"INFY.NSE.1"


def test_a_taken_port_is_one_line_and_the_gateway_goes_on(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        gateway = start({"zeromq": {"port": port}})
        gateway.wait_line(rf"127\.0\.0\.1:{port}.*going on without ZeroMQ")
        assert gateway.ready["zeromq"] is None
        with gateway.client() as client:
            assert client.barrier()["type"] == "pong"


def test_off_is_null(start):
    assert start({"zeromq": {"enabled": False}}).ready["zeromq"] is None


def test_a_pinned_symbol_that_is_not_listed_is_a_log_line(start):
    gateway = start({"zeromq": {"symbols": ["NOPE.NSE"]}})
    gateway.wait_line(r"NOPE\.NSE is not known to broker mock")
