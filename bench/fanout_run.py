"""Rounds of runs, the servers one after the other, so that the machine's drift meets all of them."""

import concurrent.futures
import dataclasses
import json
import subprocess
import time

import fanout_counting as counting
import fanout_servers as servers

# Deliveries a second with which the first search begins.
FIRST_GUESS = {"limit": 6_000_000, "gateway": 4_000_000, "nats": 600_000, "ws": 200_000}
# Of the offered load: a server that delivers less is saturated.
KEEPS_UP = 0.95
JUST_ABOVE = 1.1
PAIRS = 2  # of each round, where two scenarios are compared and that is judged; else one
PAIRS_TOGETHER = 3
PEERS_EVERY = 3  # rounds: they are there for comparison and take longest
ENOUGH = 2  # runs in which it did not keep up: one alone may have met a bad second
STEP, FIRST_STEP, CLOSE_ENOUGH = 1.3, 3, 1.08
COUNTING_SHARE = 0.8
MOST_UPDATES = 1_000_000  # a second; the mock makes no more


@dataclasses.dataclass
class Length:
    rounds: int
    seconds: float
    warmup: float
    probes: int
    counts_all: bool  # peers, and what is not compared with the limit, as well


SHORT = Length(rounds=3, seconds=1, warmup=1, probes=3, counts_all=False)
FULL = Length(rounds=9, seconds=1, warmup=1, probes=4, counts_all=True)


@dataclasses.dataclass
class Results:
    """What was seen, by scenario's name and server's name; one for each round."""
    scenarios: list
    rounds: int
    seen: dict = dataclasses.field(default_factory=dict)
    counts: dict = dataclasses.field(default_factory=dict)  # for each delivery, by what is counted
    unexplained: dict = dataclasses.field(default_factory=dict)  # of each run that there was, those of the search too

    def of(self, scenario, kind):
        return self.seen.setdefault((scenario.name, kind), [])


def run_load(server, seconds, warmup, *words, at_counting=lambda: None):
    """The load client, with more words of its command line, against a server that is up."""
    command = [servers.LOAD_CLIENT, "--port", server.port, "--clients", server.scenario.clients, "--talk", server.talk,
               "--server", server.child.pid, "--seconds", seconds, "--warmup", warmup,
               "--timed", server.inputs.timed, *(["--at-once"] if server.scenario.at_once else []), *words]
    if messages := server.messages():
        command += ["--messages", messages]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        if child.stdout.readline():
            server.begin()
        begun = child.stdout.readline()
        at_counting()
        counts = counting.count(server, seconds * 0.8) if begun and server.counted else {}
        line, said = child.communicate()
    if child.returncode != 0:
        print(f"{server.scenario.name} {server.name}: {said.strip()}", flush=True)
        seen = unserved(server.scenario)
    else:
        seen = json.loads(line)
        seen["deliveries_per_second"] = server.deliveries(seen)
        seen["unexplained"] = server.unexplained()
    seen["offered"] = server.updates_per_second * server.scenario.fan_out
    for name, count in counts.items():
        seen[name] = count and count / max(seen["deliveries_per_second"], 1)
    return seen


def unserved(scenario):
    """Instead of a run in which not all clients could be opened."""
    return {"clients": scenario.clients, "deliveries_per_second": 0, "reading_deliveries_per_second": 0, "bytes_per_second": 0,
            "longest_gap_ms": {"p99": 0}, "per_connection": {"min": 0, "median": 0, "max": 0}, "closes": {"never served": scenario.clients}, "connects_per_second": 0,
            "unexplained": None,
            "client_cpu": 0, "server": {"cpu": 0, "kib_before": 0, "kib_open": 0, "kib_peak": 0}}


class Cell:
    """One server in one scenario: its runs, and the rate with which the next search begins."""

    def __init__(self, kind, inputs, length, results, busy=False):
        self.kind = kind
        self.inputs = inputs
        self.scenario = inputs.scenario
        self.length = length
        self.results = results
        self.busy = busy  # the load client does not sleep
        self.rate = FIRST_GUESS[kind.name] / max(self.scenario.fan_out, 1)
        self.is_first = True
        self.beside = None  # the cell of the scenario that it is compared with
        self.unexplained = []

    def run_once(self, rate, stalled=0, counted=False, warmup=None, busy=None):
        rate = min(rate, MOST_UPDATES)
        server = self.kind(self.inputs, rate)
        server.counted = counted
        with server:
            words = ["--busy"] if (self.busy if busy is None else busy) else []
            seen = run_load(server, self.length.seconds, warmup or self.length.warmup, "--stalled", stalled, *words)
        self.unexplained.append(seen["unexplained"])
        return seen

    def measure(self):
        if self.scenario.is_idle:
            seen = self.run_once(1)
        elif self.scenario.stalled:
            seen = self._with_and_without_stalled()
        else:
            seen = self._most_and_costs()
        self.results.of(self.scenario, self.kind.name).append(seen)
        if self.is_first and self._is_counted():
            self._count()
        self.is_first = False
        self.results.unexplained[self.scenario.name, self.kind.name] = self.unexplained
        return seen

    def _most_and_costs(self):
        if not self.beside:
            return self.find_most()
        if not self.scenario.peers:
            self.rate = self.beside.rate * self.beside.scenario.fan_out / self.scenario.fan_out
        if self.scenario.together:
            return {**self.find_most(), "costs": self._costs_together()}
        if self.scenario.peers:
            return {**self.find_most(), "costs": self._run_beside()["costs"]}  # with the rate that was found
        return self._run_beside()

    def _is_counted(self):
        return not self.scenario.is_idle and (self.length.counts_all or self.scenario.peers and not self.kind.is_peer)

    def _count(self):
        """Counting slows a server down: a little below its best, and what a run that lost clients counted is left out."""
        counted = self.run_once(COUNTING_SHARE * self.rate, counted=True)
        counts = {} if counted["closes"] else {name: counted.get(name) for name in ("calls", "copied", "allocations")}
        if self.kind is servers.Gateway and not self.scenario.stalled:
            counts["instructions"] = counting.instructions(self.inputs, run_load)
        self.results.counts[self.scenario.name, self.kind.name] = counts

    def _run_beside(self):
        """Pairs of a run of the other scenario and one of this, with more than can be delivered. The best, with what a delivery
        cost to one there in each pair."""
        count = PAIRS if self.scenario.most_cost else 1
        pairs = [[cell.run_once(JUST_ABOVE * cell.rate) for cell in (self.beside, self)] for _ in range(count)]
        best = max((here for _, here in pairs), key=lambda seen: seen["deliveries_per_second"])
        costs = [there["deliveries_per_second"] / max(here["deliveries_per_second"], 1) for there, here in pairs]
        return {**best, "costs": costs}

    def _costs_together(self):
        """Pairs of a run of each at once, every second the other way round. What a delivery cost is the processor's time."""
        costs = []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for number in range(PAIRS_TOGETHER):
                cells = (self, self.beside) if number % 2 == 0 else (self.beside, self)
                runs = dict(zip(cells, pool.map(lambda cell: cell.run_once(JUST_ABOVE / 2 * cell.rate, busy=False), cells)))
                here, there = (runs[cell]["server"]["cpu"] / max(runs[cell]["deliveries_per_second"], 1) for cell in (self, self.beside))
                costs.append(here / max(there, 1e-12))
        return costs

    def _with_and_without_stalled(self):
        """A good while of both: what a stalled client does not read goes into large buffers first."""
        self.rate = self.scenario.updates_per_second
        control = self.run_once(self.rate, warmup=3)
        seen = self.run_once(self.rate, self.scenario.stalled, warmup=3)
        seen["control"] = control
        return seen

    def find_most(self):
        """The run with the most deliveries in which no client was closed. The load goes up until the server does not keep up,
        then a little above what it did: one that lets slow clients go without is at its best there, one that closes them a step
        below."""
        best, kept, lost = None, None, None  # a run; the highest rate that was kept up, the lowest that cost clients
        rate, behind = self.rate, 0
        for _ in range(self.length.probes * (2 if self.is_first else 1)):
            seen = self.run_once(rate)
            if seen["closes"]:
                lost = min(rate, lost or rate)
            else:
                if best is None or seen["deliveries_per_second"] > best["deliveries_per_second"]:
                    best, self.rate = seen, rate
                is_behind = seen["deliveries_per_second"] < KEEPS_UP * seen["offered"]
                behind += is_behind
                if behind == ENOUGH or not is_behind and rate >= MOST_UPDATES:
                    break
                if is_behind:
                    # In a bad second there may be none.
                    rate = max(JUST_ABOVE * seen["deliveries_per_second"] / self.scenario.fan_out, rate / 10)
                    continue
                kept = max(rate, kept or rate)
            step = FIRST_STEP if self.is_first else STEP
            if lost is None:
                rate = kept * step
            elif kept is None:
                rate = lost / step
            elif lost / kept < CLOSE_ENOUGH:
                break
            else:
                rate = (lost * kept) ** 0.5
        if best is None:
            best, self.rate = {**seen, "deliveries_per_second": 0, "bytes_per_second": 0}, rate  # no rate was kept up
        return best


def all_rounds(scenarios, folder, full):
    length = FULL if full else SHORT
    results = Results(scenarios, length.rounds)
    kinds = [kind for kind in servers.KINDS.values() if kind.installed()]
    cells = []
    for scenario in scenarios:
        inputs = servers.Inputs(scenario, folder)
        # The publisher of nats needs the clients' core too.
        cells += [Cell(kind, inputs, length, results, busy=not kind.is_peer) for kind in kinds
                  if scenario.peers or kind is servers.Gateway]
    of_gateway = {cell.scenario.name: cell for cell in cells if cell.kind is servers.Gateway}
    for cell in of_gateway.values():
        cell.beside = of_gateway.get(cell.scenario.beside)
    for number in range(length.rounds):
        for cell in cells:
            if cell.kind.is_peer and number % PEERS_EVERY != 0:
                continue
            began = time.monotonic()
            seen = cell.measure()
            seen["round"] = number
            rate = seen["connects_per_second" if cell.scenario.is_idle else "deliveries_per_second"]
            print(f"round {number + 1}/{length.rounds} {cell.scenario.name:4} {cell.kind.name:8} {rate:12,.0f} a second "
                  f"({time.monotonic() - began:.0f} s)", flush=True)
    return results


def unwanted_tick():
    """Nanoseconds that routing takes for a tick that nobody wants: the least of three, what disturbs only adds."""
    words = ("--benchmark_filter=unwanted_update", "--benchmark_repetitions=3", "--benchmark_format=json")
    done = subprocess.run(["taskset", "-c", str(servers.SERVER_CORE), servers.TICK_PATH, *words], check=True, capture_output=True, text=True)
    return min(one["real_time"] for one in json.loads(done.stdout)["benchmarks"] if one["run_type"] == "iteration")
