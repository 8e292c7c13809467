"""How long an update takes from the broker to a client's socket, at fixed rates, beside the baseline's time at the same rates.

Needs the release build (GW_BUILD names another). See bench/README.md for what the numbers mean.
"""

import statistics

from harness import command, search
from harness.inputs import Inputs
from harness.raw_servers import Baseline
from harness.tables import percent, short

SHARES = (0.1, 0.5, 0.9)
TIMED = 25  # one in 25 clients reads the times
POINTS = ("p50", "p90", "p99", "p99.9", "max")
MAX_RATIO = 2  # of the medians, at half the maximum
SLOW_US = 5000  # for the 99.9th percentile there, where the baseline's is below it
HEADER = ("scenario", "load", "a second", "server", *POINTS, "p50 to the baseline's", "broker", "bus", "client", "first – last", "came")


class Times:
    """What was seen of one server at one share of the maximum, a run for each round."""

    def __init__(self):
        self.runs = []

    def at(self, point, stage="whole"):
        return statistics.median(seen["age_us"][stage][point] for seen in self.runs)

    def middle(self, look):
        return statistics.median(look(seen) for seen in self.runs)


def measure(scenarios, gateways, folder, length):
    """By scenario, share and kind of server. The maximum is the first gateway's."""
    seen = {}
    cells = {}
    for scenario in scenarios:
        inputs = Inputs(scenario, folder, timed=max(1, scenario.clients // TIMED), gateways=gateways)
        cells[scenario] = [search.Cell(kind, inputs, length, None) for kind in (Baseline, *gateways)]
    for number in range(length.rounds):
        for scenario, all_cells in cells.items():
            first = all_cells[1]
            most = first.find_max()["deliveries_per_second"] / scenario.fan_out
            first.is_first = False
            for share in SHARES:
                for cell in all_cells if number % 2 == 0 else reversed(all_cells):
                    seen.setdefault((scenario, share, cell.kind), Times()).runs.append(cell.run_once(share * most))
            print(f"round {number + 1}/{length.rounds} {scenario.name}: at most {short(most * scenario.fan_out)} a second", flush=True)
    return seen


def shown(micros):
    return f"{micros / 1000:.1f} ms" if micros >= 10_000 else f"{micros:.0f} µs"


def ratio_of_medians(seen, scenario, share, kind, other):
    return seen[scenario, share, kind].at("p50") / seen[scenario, share, other].at("p50")


def row(seen, scenario, share, kind):
    times = seen[scenario, share, kind]
    ratio, stages = "", [""] * 3
    if kind.is_gateway:
        ratio = f"{ratio_of_medians(seen, scenario, share, kind, Baseline):.2f}"
        stages = [shown(times.at("p50", stage)) for stage in ("broker", "bus", "client")]
    first, last = (times.middle(lambda one, w=which: one["client_mean_age_us"][w]) for which in ("first", "last"))
    came = times.middle(lambda one: one["deliveries_per_second"] / one["offered"])
    return (scenario.name, percent(share), short(times.middle(lambda one: one["deliveries_per_second"])), kind.name,
            *(shown(times.at(point)) for point in POINTS), ratio, *stages, f"{shown(first)} – {shown(last)}", percent(came))


def verdicts(seen):
    """Whether limits were met at half the maximum, a line for each."""
    for (scenario, share, kind), times in seen.items():
        if share != 0.5 or not kind.is_gateway:
            continue
        what = scenario.name if kind.name == "gateway" else f"{scenario.name}, {kind.name}"
        ratio = ratio_of_medians(seen, scenario, share, kind, Baseline)
        yield ratio <= MAX_RATIO, f"{what}: median {ratio:.2f} of the baseline's, at most {MAX_RATIO}"
        usual = seen[scenario, share, Baseline].at("p99.9")
        if usual < SLOW_US:
            slow = times.at("p99.9")
            yield slow < SLOW_US, f"{what}: 99.9th percentile {shown(slow)}, below {shown(SLOW_US)} as the baseline's {shown(usual)}"


def comparisons(seen, gateways):
    """Each other gateway beside the first: medians and 99th percentiles, by pairs of runs of one round."""
    first, *others = gateways
    for (scenario, share, kind), times in seen.items():
        if kind not in others:
            continue
        pairs = list(zip(times.runs, seen[scenario, share, first].runs))
        parts = []
        for point in ("p50", "p99"):
            all_ratios = [here["age_us"]["whole"][point] / there["age_us"]["whole"][point] for here, there in pairs]
            parts.append(f"{point} {statistics.median(all_ratios):.2f} ({min(all_ratios):.2f} – {max(all_ratios):.2f})")
        yield f"{scenario.name} at {percent(share)}: {kind.name} to {first.name}, {', '.join(parts)}"


def main(words=None):
    parser = command.parser(__doc__, only="A,B,D20")
    chosen = parser.parse_args(words)
    gateways = command.gateways_of(chosen, parser)
    if not command.is_ready("latency"):
        return 2
    length = search.FULL if chosen.full else search.SHORT
    with command.folder("latency") as folder:
        seen = measure(chosen.only, gateways, folder, length)
    judged = list(verdicts(seen))
    said = [f"At half the maximum:\n\n{command.bullets(command.verdict_line(*one) for one in judged)}"]
    if len(gateways) > 1:
        said.append(f"Medians of the rounds' ratios, the least and the most:\n\n{command.bullets(comparisons(seen, gateways))}")
    return command.finish(chosen, "latency", HEADER, [row(seen, *key) for key in seen], "\n\n".join(said),
                          all(met for met, _ in judged), length.rounds)
