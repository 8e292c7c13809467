"""What slow consumers cost the others: a run without any, one with 5 % that stop reading, one with 5 % that read at 1 % of the
rate. Each line of the table has a limit; status 1 when one is missed. Takes a minute and a half.

Needs the release build (GW_BUILD names another) and two cores.
"""

import argparse

from harness import command, tables
from harness.gateway import Gateway
from harness.inputs import Inputs
from harness.load import run_load
from harness.scenarios import Scenario

CLIENTS, BAD = 200, 10
RATE = 1000  # updates a second of all 20 books
SECONDS, WARMUP = 16, 4
CLOSE_SECONDS = 30  # slow_client_close where gateway.yaml says nothing
OUTPUT_KIB = 1024  # output_per_client where gateway.yaml says nothing
GROWTH_MS = 50
SLOW_SHARE = 0.01
SCENARIO = Scenario("slow consumers", "", CLIENTS, 20, 20, mode=4, depth=20, updates_per_second=RATE)
HEADER = ("run", "what", "found", "limit", "")


def measure(inputs, *words, seconds=SECONDS):
    with Gateway(inputs, RATE) as server:
        return run_load(server, seconds, WARMUP, *words)


def of_each_run(name, seen, control):
    """What the healthy clients get, and what the gateway needs: (run, what, found, limit, whether it is met)."""
    least = seen["per_connection"]["min"] / (RATE * seen["seconds"])
    yield name, "least of a healthy client, of what was published", f"{least:.3f}", ">= 0.99", least >= 0.99
    longest = seen["longest_gap_ms"]["max"]
    growth = longest - control["longest_gap_ms"]["max"]
    yield (name, "longest gap of a healthy client, ms more than control", f"{longest:.0f} ({growth:+.0f})", f"<= +{GROWTH_MS}",
           growth <= GROWTH_MS)
    pinned = (seen["server"]["kib_peak"] - seen["server"]["kib_before"]) / 1024
    most = CLIENTS * OUTPUT_KIB / 1024
    yield name, "memory above an idle gateway's, MiB", f"{pinned:.0f}", f"<= {most:.0f}", pinned <= most
    yield name, "unexplained in the ledger", str(seen["unexplained"]), "0", seen["unexplained"] == 0


def of_slow_consumers(stalled, throttled):
    """What becomes of the slow consumers themselves."""
    closes = stalled["closes"]
    yield "stalled", f"closed with 4000 within {WARMUP + CLOSE_SECONDS} s", str(closes), f"{BAD}", closes == {"4000": BAD}
    yield "throttled", "closed", str(throttled["closes"] or "none"), "none", not throttled["closes"]
    each = (throttled["deliveries_per_second"] - throttled["reading_deliveries_per_second"]) / BAD
    yield "throttled", "updates a second of each slow consumer", f"{each:.1f}", "> 0", each > 0
    topics = throttled["slow"]
    yield ("throttled", "topics of 20 that each slow consumer got; updates of the least",
           f"{topics['least_topics']}; {topics['least_of_a_topic']}", "20; > 0", topics["least_topics"] == SCENARIO.symbols)


def main(words=None):
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(words)
    if not command.is_ready("slow_clients"):
        return 2
    with command.folder("slow") as folder:
        inputs = Inputs(SCENARIO, folder)
        size = sum(map(len, inputs.texts)) / len(inputs.texts)
        runs = {"control": measure(inputs), "stalled": measure(inputs, "--stalled", BAD, seconds=CLOSE_SECONDS),
                "throttled": measure(inputs, "--slow", BAD, "--slow-rate", int(SLOW_SHARE * RATE * size))}
    rows = [row for name, seen in runs.items() for row in of_each_run(name, seen, runs["control"])]
    rows += of_slow_consumers(runs["stalled"], runs["throttled"])
    print(tables.as_text(HEADER, [(*cells, "met" if met else "MISSED") for *cells, met in rows]))
    return 0 if all(met for *_, met in rows) else 1
