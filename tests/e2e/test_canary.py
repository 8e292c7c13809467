"""Instruments that a broker keeps subscribed though no client asks."""

import json
import time

import pytest

from brokers import Angel, Kite, link_of, start_with, status_of
from gateway import PATIENCE
from stand_in import until


@pytest.fixture(params=[Kite, Angel])
def broker(request, tmp_path):
    return request.param(tmp_path)


def carried(sim, *names):
    """The stand-in's books, as soon as it carries these and nothing else."""
    return until(sim, lambda books: set(books["subscriptions"]) == set(names))["subscriptions"]


def reconfigure(gateway, change):
    config = json.loads(gateway.config.read_text())
    change(config["brokers"])
    gateway.config.write_text(json.dumps(config))
    seen = len(gateway.lines)
    gateway.reload()
    gateway.wait_line(r"is applied; brokers in order", seen)


def test_a_canary_is_subscribed_without_a_client_and_shared_with_one(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, canary=["INFY.NSE", "NIFTY.NSE_INDEX"])))
    infy, nifty = broker.in_books("INFY"), broker.in_books("NIFTY")
    # Kite subscribes in its own default mode at first, and in the one that is wanted a moment later.
    wanted = {"full"} if broker.name == "zerodha" else None
    alone = until(sim, lambda books: set(books["subscriptions"]) == {infy, nifty}
                  and (wanted is None or set(books["subscriptions"].values()) == wanted))["subscriptions"]
    status = status_of(gateway)
    assert [group["instruments"] for group in status["groups"]] == [0]
    assert link_of(gateway, broker)["subscribed"] == 2
    with gateway.client() as client:
        assert client.ask({"action": "unsubscribe_all"})["count"] == 0
        client.subscribe("INFY", "NSE", 1)
        client.data(mode=1, topic="INFY.NSE")
        assert carried(sim, infy, nifty) == alone
        client.subscribe("INFY", "NSE", 2)
        client.data(mode=2, topic="INFY.NSE")
        # Kite's packets of a share have a time in its richest mode alone, which serves this client too.
        assert broker.name == "zerodha" or until(sim, lambda books: books["subscriptions"][infy] != alone[infy])
        carried(sim, infy, nifty)
        client.subscribe("TCS", "NSE", 1)
        carried(sim, infy, nifty, broker.in_books("TCS"))
    # The client has gone, and what it alone asked for with it.
    until(sim, lambda books: books["subscriptions"] == alone)
    assert status_of(gateway)["ledger"]["unexplained"] == 0


def until_lag(gateway, broker, fits):
    give_up = time.monotonic() + PATIENCE
    while not fits(lag := link_of(gateway, broker)["lag"]):
        assert time.monotonic() < give_up, lag


def test_the_canary_of_an_index_shows_how_late_the_feed_is(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, canary=["NIFTY.NSE_INDEX"])))
    carried(sim, broker.in_books("NIFTY"))
    sim.fault("lag", seconds=5)  # half of what is allowed
    until_lag(gateway, broker, lambda lag: 4.9 < lag < 10)
    sim.fault("none")
    until_lag(gateway, broker, lambda lag: lag < 3)
    sim.fault("lag", seconds=60)
    gateway.wait_line(r"NSE_INDEX.*ticks are 6\d\.\d s late, limit 10\.0 s")


def test_canaries_follow_the_configuration_and_the_lists(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, canary=["INFY.NSE", "WIPRO.NSE_INDEX"])))
    carried(sim, broker.in_books("INFY"))
    gateway.wait_line(rf"{broker.name}: canary WIPRO.NSE_INDEX is not in the instrument list; it is subscribed when")
    reconfigure(gateway, lambda brokers: brokers[broker.name].update(canary=["NIFTY.NSE_INDEX"]))
    carried(sim, broker.in_books("NIFTY"))
    reconfigure(gateway, lambda brokers: brokers[broker.name].update(canary=[]))
    carried(sim)
    assert gateway.text().count("canary WIPRO.NSE_INDEX") == 1
