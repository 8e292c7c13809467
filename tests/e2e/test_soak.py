"""Clients that come, go, and change their minds while 200,000 updates pass; only with scripts/test --long."""

import json
import os
import random

import pytest

pytestmark = pytest.mark.skipif(os.environ.get("GW_LONG") != "1", reason="a soak: scripts/test --long runs it")


def churn(dice, client, symbols, last):
    """One random request, and every update until its answer: within a subscription no sequence number is missing."""
    symbol = dice.choice(symbols)
    mode, level = dice.choice([(1, None), (2, None), (4, 5), (4, 50)])
    stream = (symbol, mode, level)
    if stream in last:
        answer = client.unsubscribe(symbol, "NSE", mode, **({"depth_level": level} if level else {}))
        last.pop(stream)
    else:
        answer = client.subscribe(symbol, "NSE", mode, level)
        last[stream] = None
    assert answer["type"] != "error", answer
    for message in client.market_data:
        key = (message["data"]["symbol"], message["mode"], message.get("depth_level"))
        if key not in last:
            continue  # came before the answer to an unsubscribe
        if last[key] is not None and not message.get("snapshot"):
            assert message["seq"] in (last[key], last[key] + 1), key
        last[key] = message["seq"]
    client.market_data.clear()


def test_nothing_is_lost_while_clients_come_and_go(start):
    # One thread plays all clients, so each must be able to wait for its turn.
    gateway = start({"server": {"ping_timeout": "15m"}, "limits": {"output_per_client": "256MiB"}, "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 20}}}})
    key = gateway.key()
    dice = random.Random(20260101)
    clients = []
    published = 0
    while published < 200_000:
        if len(clients) < 12 or dice.random() < 0.05:
            client = gateway.client(key, extras=True)
            client.next("broker_status")
            symbols = [r["symbol"] for r in client.ask({"action": "search", "text": "", "exchange": "NSE", "limit": 200})["instruments"]]
            clients.append((client, dice.sample(symbols, 40), {}))
        if len(clients) > 12:
            clients.pop(dice.randrange(len(clients)))[0].close()
        for _ in range(200):
            churn(dice, *dice.choice(clients))
        published = json.loads(gateway.run("status", "--json"))["published"]
    for client, _, _ in clients:
        client.close()
    with gateway.client(key) as last:
        last.barrier()
        assert json.loads(gateway.run("status", "--json"))["clients"] == 1
