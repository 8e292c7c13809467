"""The search for the most that a server delivers in a scenario, and the runs that follow from it."""

import concurrent.futures
import dataclasses

from . import counting
from .load import run_load
from .raw_servers import WriteLimit

# Of the offered load: a server that delivers less is saturated.
KEEPS_UP = 0.95
JUST_ABOVE = 1.1
PAIRS = 2  # of each round, where two scenarios are compared and that is judged; else one
PAIRS_TOGETHER = 3
ENOUGH = 2  # runs in which it did not keep up: one alone may have met a bad second
STEP, FIRST_STEP, CLOSE_ENOUGH = 1.3, 3, 1.08
COUNTING_SHARE = 0.8
MAX_UPDATES = 1_000_000  # a second; the mock makes no more


@dataclasses.dataclass
class Length:
    rounds: int
    seconds: float
    warmup: float
    probes: int
    counts_all: bool  # peers, and what is not compared with the baseline, as well


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
        return self.seen.setdefault((scenario.name, kind.name), [])


class Cell:
    """One server in one scenario: its runs, and the rate with which the next search begins."""

    def __init__(self, kind, inputs, length, results, busy=False):
        self.kind = kind
        self.inputs = inputs
        self.scenario = inputs.scenario
        self.length = length
        self.results = results
        self.busy = busy  # the load client does not sleep
        self.rate = kind.first_guess / max(self.scenario.fan_out, 1)
        self.is_first = True
        self.beside = None  # the cell of the scenario that it is compared with
        self.unexplained = []

    def run_once(self, rate, stalled=0, counted=False, warmup=None, busy=None):
        rate = min(rate, MAX_UPDATES)
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
            seen["write_limit"] = self._write_limit(seen["write_bytes"])
        self.results.of(self.scenario, self.kind).append(seen)
        if self.is_first and self._is_counted():
            self._count()
        self.is_first = False
        self.results.unexplained[self.scenario.name, self.kind.name] = self.unexplained
        return seen

    def _write_limit(self, write_bytes):
        """Bytes a second that one core can push through as many sockets with writes of this size; None: it is not known."""
        if not write_bytes:
            return None
        with WriteLimit(self.inputs, round(write_bytes)) as server:
            return run_load(server, self.length.seconds, self.length.warmup, "--busy")["bytes_per_second"]

    def _most_and_costs(self):
        if not self.beside:
            return self.find_max()
        if not self.scenario.others:
            self.rate = self.beside.rate * self.beside.scenario.fan_out / self.scenario.fan_out
        if self.scenario.together:
            return {**self.find_max(), "costs": self._costs_together()}
        if self.scenario.others:
            return {**self.find_max(), "costs": self._run_beside()["costs"]}  # with the rate that was found
        return self._run_beside()

    def _is_counted(self):
        return not self.scenario.is_idle and (self.length.counts_all or self.scenario.others and not self.kind.is_peer)

    def _count(self):
        """Counting slows a server down: a little below its best, and what a run that lost clients counted is left out."""
        counted = self.run_once(COUNTING_SHARE * self.rate, counted=True)
        counts = {} if counted["closes"] else {name: counted.get(name) for name in ("calls", "copied", "allocations")}
        if self.kind.is_gateway and not self.scenario.stalled:
            counts["instructions"] = counting.instructions(self.kind, self.inputs, run_load)
        self.results.counts[self.scenario.name, self.kind.name] = counts

    def _run_beside(self):
        """Pairs of a run of the other scenario and one of this, with more than can be delivered. The best, with what a delivery
        cost to one there in each pair."""
        count = PAIRS if self.scenario.max_cost else 1
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

    def find_max(self):
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
                if behind == ENOUGH or not is_behind and rate >= MAX_UPDATES:
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
