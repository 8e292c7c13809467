"""What attacks cost clients that behave, and how long a newcomer waits: runs without an attack between runs with one.

Needs the release build (GW_BUILD names another) and two cores. See bench/README.md for what the numbers mean.
"""

import contextlib
import json
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

from harness import attacks, command, paths, scenarios, search
from harness.gateway import Gateway
from harness.inputs import Inputs
from harness.load import run_load
from harness.server import PATIENCE
from harness.tables import percent
from harness.websocket import WebSocket

SCENARIO = scenarios.find("A")
UPDATES = 10_000  # a second, half a million deliveries
BUSY, BUSY_IN = 0.9, (scenarios.find("A"), scenarios.find("B"))  # of the most, for the newcomers
ROUNDS, SECONDS, WARMUP = 3, 4, 2
NEWCOMER_US = 50_000
# On a quiet machine controls differ by less than matters; with 15,000 connections it stalls for 10 ms and more a few times in each run.
TENTH_MORE, TWICE, QUIET_P99_US = 1.1, 2, 5_000
CONTROL = "no attack"
# 15,000 connections slow a machine down by themselves: what the gateway adds is seen beside 15,000 connections to another server.
UNAUTHENTICATED, ELSEWHERE = attacks.UNAUTHENTICATED, "connections elsewhere"
ATTACKS = tuple(attacks.KINDS)
# Between any two attacks of a round: what one control differs from another by is what an attack is held against.
ORDER = (CONTROL, ELSEWHERE, *ATTACKS[:2], CONTROL, *ATTACKS[2:4], CONTROL, *ATTACKS[4:])
HEADER = ("run", "p50", "p99", "99.9th percentile", "longest", "came", "newcomer p50", "newcomer p99", "attackers' connections", "unexplained")


class Newcomers(threading.Thread):
    """One after the other: how long connecting, authenticating and subscribing take together."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.said = server.messages().read_text().splitlines()[0].split("\t")
        self.port, self.ending, self.micros = server.port, threading.Event(), []

    def run(self):
        while not self.ending.wait(0.02):
            began = time.monotonic()
            with WebSocket(self.port) as client:
                for text, answer in zip(self.said, ("authentication", "subscription")):
                    client.send(text)
                    while json.loads(client.receive())["type"] != answer:
                        pass
            self.micros.append((time.monotonic() - began) * 1e6)

    def stop(self):
        self.ending.set()
        self.join(PATIENCE)


class Elsewhere(threading.Thread):
    """Accepts whoever comes, and says nothing."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener, self.accepted = socket.create_server(("127.0.0.1", 0), backlog=4096), []
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        try:
            while True:
                self.accepted.append(self.listener.accept()[0])
        except OSError:
            pass  # closed

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.join()
        for one in (self.listener, *self.accepted):
            one.close()


def measure(inputs, attack, updates_per_second):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Gateway(inputs, updates_per_second))
        port = server.port
        if attack == ELSEWHERE:
            attack, port = UNAUTHENTICATED, stack.enter_context(Elsewhere()).port
        newcomers = Newcomers(server)
        attackers = None
        if attack:
            attackers = subprocess.Popen([sys.executable, paths.HARNESS / "attacks.py", attack, str(port), newcomers.said[0]],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            attackers.stdout.readline()  # they are there before the load is
        seen = run_load(server, SECONDS, WARMUP, at_counting=newcomers.start)
        newcomers.stop()
        seen["newcomers"] = sorted(newcomers.micros)
        seen["made"], seen["held"] = map(int, attackers.communicate()[0].split()) if attackers else (0, 0)
    return seen


def shown(micros):
    return f"{micros / 1000:.{1 if micros >= 10_000 else 2}f} ms"


def at(values, share):
    return values[int(share * (len(values) - 1))]


def row(name, runs):
    def middle(look):
        return statistics.median(look(seen) for seen in runs)
    ages = {point: [seen["age_us"]["whole"][point] for seen in runs] for point in ("p50", "p99")}
    age = {point: middle(lambda seen: seen["age_us"]["whole"][point]) for point in ("p50", "p99", "p99.9", "max")}
    newcomer = {share: middle(lambda seen: at(seen["newcomers"], share)) for share in (0.5, 0.99)}
    came = middle(lambda seen: seen["deliveries_per_second"] / seen["offered"])
    made, held = middle(lambda seen: seen["made"]), middle(lambda seen: seen["held"])
    cells = (name, *map(shown, age.values()), percent(came), shown(newcomer[0.5]), shown(newcomer[0.99]),
             f"{made:.0f} made, {held:.0f} at the end" if made else "", str(sum(abs(seen["unexplained"]) for seen in runs)))
    return ages, newcomer, came, cells


def max_allowed(point, beside, controls):
    """Above what was seen in runs without the attack only as far as these differ, and one of many may have met a bad second."""
    *_, second, highest = sorted(controls)
    if point == "p50":
        return TENTH_MORE * (highest if beside == ELSEWHERE else second)
    return TWICE * highest if beside == ELSEWHERE else max(second, QUIET_P99_US)


def all_runs(folder):
    """By name of the run."""
    inputs = Inputs(SCENARIO, folder, timed=2)
    busy = {f"busy, {scenario.name}": search.Cell(Gateway, Inputs(scenario, folder / "busy", timed=2), search.SHORT, None)
            for scenario in BUSY_IN}
    order = (*ORDER, *busy)
    seen = {name: [] for name in order}
    for number in range(ROUNDS):
        for name in order:
            if cell := busy.get(name):
                updates = BUSY * cell.find_max()["deliveries_per_second"] / cell.scenario.fan_out
                cell.is_first = False
                seen[name].append(measure(cell.inputs, None, updates))
            else:
                seen[name].append(measure(inputs, None if name == CONTROL else name, UPDATES))
            print(f"round {number + 1}/{ROUNDS} {name}", flush=True)
    return seen


def verdicts(seen, rows):
    """Whether limits were met, a line for each."""
    for name, (ages, newcomer, came, _) in rows.items():
        if name in ATTACKS:
            yield came > 0.99, f"{name}: {percent(came)} of the expected updates come, more than 99 %"
            beside = ELSEWHERE if name == UNAUTHENTICATED else CONTROL
            for point, micros in ages.items():
                found, most = statistics.median(micros), max_allowed(point, beside, rows[beside][0][point])
                yield found <= most, f"{name}: {point} {shown(found)}, at most {shown(most)} beside {beside}"
        yield (newcomer[0.99] <= NEWCOMER_US,
               f"{name}: 99 of 100 newcomers are served within {shown(newcomer[0.99])}, at most {shown(NEWCOMER_US)}")
    yield all(one["unexplained"] == 0 for runs in seen.values() for one in runs), "all runs: no update is unexplained"


def main(words=None):
    chosen = command.parser(__doc__).parse_args(words)
    if not command.is_ready("hostile"):
        return 2
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with command.folder("hostile") as folder:
        seen = all_runs(folder)
    rows = {name: row(name, runs) for name, runs in seen.items()}
    judged = list(verdicts(seen, rows))
    said = command.bullets(command.verdict_line(*one) for one in judged)
    return command.finish(chosen, "hostile", HEADER, [cells for *_, cells in rows.values()], said, all(met for met, _ in judged), ROUNDS)
