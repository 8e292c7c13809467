"""`seq` of clients with extras, where it might mislead them."""

import json
import time

import pytest

from gateway import PATIENCE

TWO = {"active_broker": "one", "brokers": {
    "one": {"plugin": "mock", "settings": {"seed": 1, "updates_per_second": 20}},
    "two": {"plugin": "mock", "settings": {"seed": 2, "updates_per_second": 20}}}}


def groups(gateway):
    return len(json.loads(gateway.run("status", "--json", status=(0, 1)))["groups"])


@pytest.mark.parametrize("mode", [1, 2, 4])
def test_since_a_number_of_the_future_is_not_complete(start, mode):
    gateway = start()
    with gateway.client(key := gateway.key(), extras=True) as first:
        first.subscribe("INFY", "NSE", mode)
        first.data()
        with gateway.client(False) as second:
            epoch = second.authenticate(key, extras=True)["epoch"]
            second.ask({"action": "subscribe", "symbol": "INFY", "exchange": "NSE", "mode": mode,
                        "since": {"epoch": epoch, "seq": 10 ** 9}})
            value = second.data()
            assert value["snapshot"] and value["seq"] < 10 ** 9
            recovered = second.next("recovered")
            assert recovered["complete"] is False and "missing" not in recovered
            assert second.data()["seq"] == value["seq"] + 1


def test_a_move_to_other_brokers_never_turns_it_back(start):
    gateway = start(TWO)
    key = gateway.key("mover")
    with gateway.client(key, extras=True) as client, gateway.client(gateway.key("other"), extras=True) as other:
        other.subscribe("TCS", "NSE", 1)
        client.subscribe("INFY", "NSE", 1)
        seen = []
        while len(seen) < 12:
            seen.append(client.data()["seq"])
        for number, broker in enumerate(("two", "one,two", "two", "one")):
            gateway.run("users", "set-broker", "mover", broker)
            switched = client.next("broker_status", status="switched")
            for _ in range(5):
                seen.append(client.data()["seq"])
            assert switched["epoch"] and seen == sorted(seen), (number, seen)
        assert groups(gateway) == 2
        client.unsubscribe("INFY", "NSE", 1)  # what it holds no more counts too
        gateway.run("users", "set-broker", "mover", "two")
        client.next("broker_status", status="switched")
        client.subscribe("INFY", "NSE", 1)
        assert client.data()["seq"] >= seen[-1]
    give_up = time.monotonic() + PATIENCE
    while groups(gateway) != 1:  # the topics of a client that may come back are kept for a while
        assert time.monotonic() < give_up


def test_who_is_there_already_is_told_that_the_numbers_jump(start):
    gateway = start(TWO)
    gateway.key("there")
    gateway.run("users", "set-broker", "there", "two")
    with gateway.client(gateway.key("mover"), extras=True) as mover, \
            gateway.client(gateway.key("there"), extras=True) as there:
        mover.subscribe("INFY", "NSE", 1)
        while mover.data()["seq"] < 40:
            pass
        there.subscribe("INFY", "NSE", 1)
        last = there.data()["seq"]
        gateway.run("users", "set-broker", "mover", "two")
        in_new_epoch = False
        while not in_new_epoch:
            message = there.receive()
            if message["type"] == "broker_status" and message["status"] == "switched":
                in_new_epoch = bool(message["epoch"])
            elif message["type"] == "market_data":
                assert message["seq"] in (last, last + 1), "no gap that is not said"
                last = message["seq"]
        assert there.data()["seq"] > last
