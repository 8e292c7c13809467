"""The process of a broker is killed again and again under load, with a hundred clients on it and on another broker: nobody
loses a connection, the clients of the other broker miss no tick, those of the killed one are told and served again, and the
gateway is afterwards what it was before. GW_KILLS: how often by each signal; scripts/test --long: 20."""

import json
import os
import re
import signal
import statistics
import time

import pytest

import kill_table
from crowd import Crowd
from feed_processes import Processes, children_of, figures_of
from gateway import BUILD, MOCK, PATIENCE

KILLS = int(os.environ.get("GW_KILLS") or (20 if os.environ.get("GW_LONG") == "1" else 3))
CLIENTS, SYMBOLS = 50, ["INFY", "RELIANCE"]  # of each broker
MOST_GROWTH = 16 * 2**20  # bytes, whatever the number of kills

# No frames are kept for clients that come back: they would fill memory for as long as ticks come.
CONFIG = {"plugins": {"call_limit": "1s"}, "limits": {"resume_memory": "0B"}, "active_broker": "mock", "brokers": {
    "mock": MOCK, "apart": {**MOCK, "isolation": "process", "restart": {
        "first": "10ms", "max": "20ms", "breaker": {"deaths": 0, "within": "10m"}}}}}


def settled(gateway, before):
    """The gateway's figures, once descriptors, threads and mappings are those from before; or as they are in the end."""
    ends = time.monotonic() + PATIENCE
    while (now := figures_of(gateway.child.pid))[1:] != before[1:] and time.monotonic() < ends:
        time.sleep(0.05)
    return now


def kill_and_wait(process, how, crowd, members):
    """Seconds until each of them was told, and until each of them was served again."""
    for member in members:
        member.await_fault()
    begin = time.monotonic()
    os.kill(process, getattr(signal, f"SIG{how}"))
    crowd.wait(lambda member: member.served, "a tick after the kill", members)
    return [m.told - begin for m in members], [m.served - begin for m in members]


@pytest.mark.parametrize("how", ["SEGV", "KILL", "STOP"])
def test_kills_under_load(start, how):
    gateway = start(CONFIG)
    processes = Processes(gateway)
    key = gateway.key("user-of-apart")
    gateway.run("users", "set-broker", "user-of-apart", "apart")
    told, served = [], []
    with Crowd(gateway.url) as crowd:
        watching = crowd.add(CLIENTS, gateway.key(), SYMBOLS)
        members = crowd.add(CLIENTS, key, SYMBOLS)
        kill_and_wait(processes.next(), how, crowd, members)  # what the first one makes stays
        process = processes.next()
        before = figures_of(gateway.child.pid)
        for _ in range(KILLS):
            one_told, one_served = kill_and_wait(process, how, crowd, members)
            told += one_told
            served += one_served
            process = processes.next()
        after = settled(gateway, before)
        status = json.loads(gateway.run("status", "--json"))
        other = next(broker for broker in status["brokers"] if broker["name"] == "mock")
        row = {"signal": how, "kills": KILLS, "clients": len(crowd.members), "watched": len(watching),
               "told": (statistics.median(told), max(told)), "served": (statistics.median(served), max(served)),
               "lost": len(crowd.disconnected()),
               "missed": sum(member.missed() for member in watching) + other["conflated"],
               "ticks": sum(member.updates for member in watching), "before": before[:3], "after": after[:3]}
    kill_table.add(row)
    assert row["lost"] == 0 and row["missed"] == 0, row
    assert status["ledger"]["unexplained"] == 0, status["ledger"]
    assert after[1:] == before[1:], (before, after)
    if "san" not in BUILD.name:  # a sanitizer keeps what was freed
        assert after[0] - before[0] < MOST_GROWTH, (before, after)
    assert children_of(gateway.child.pid) == [process]
    assert gateway.stop() == 0
    deaths = [line for line in gateway.lines if re.search(r" error +broker +apart: ", line)]
    assert len(deaths) == KILLS + 1 and all("its process ended " in line for line in deaths), deaths
