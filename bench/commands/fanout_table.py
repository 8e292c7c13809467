"""The rows of the fan-out's table, and the lines below it."""

import dataclasses
import statistics

from harness import scenarios
from harness.command import verdict_line
from harness.raw_servers import Baseline
from harness.tables import percent, short

HEADER = ("scenario", "server", "a second", "MB/s", "ratio (quartiles)", "least", "a write", "of the write limit", "longest gap p99",
          "clients' share", "calls", "copied", "allocations", "instructions", "memory", "server's core", "clients' core", "closes",
          "unexplained")
MAX_UNWANTED_NS = 200
COUNTED = {"calls": "{:.3f}", "copied": "{:.0f} B", "allocations": "{:.5f}", "instructions": "{:.0f}"}


@dataclasses.dataclass
class Row:
    scenario: object
    kind: type
    ratios: list  # one for each round
    cells: tuple

    @property
    def median(self):
        return statistics.median(self.ratios)

    @property
    def is_judged(self):
        return self.kind.is_gateway and self.scenario.least_ratio > 0

    @property
    def met(self):
        return self.median >= self.scenario.least_ratio


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def spread(values, shown=percent):
    """The median, with the quartiles."""
    return f"{shown(statistics.median(values))} ({' – '.join(map(shown, quartiles(values)))})" if values else ""


def two_digits(value):
    return f"{value:.2f}"


def each_reader(seen, stalled):
    return seen["reading_deliveries_per_second"] / (seen["clients"] - stalled)


def value_of(scenario):
    """The figure of a run that counts."""
    return "connects_per_second" if scenario.is_idle else "deliveries_per_second"


def to_another(results, scenario, kind, other):
    """Of each round that both have, the ratio to the other server's run."""
    value = value_of(scenario)
    others = {run["round"]: run[value] for run in results.of(scenario, other)}
    return [run[value] / max(others[run["round"]], 1) for run in results.of(scenario, kind) if run["round"] in others]


def ratios(results, scenario, kind):
    """Of each round, to the baseline's run in the same round; with stalled clients to the same server without any."""
    if scenario.stalled:
        return [each_reader(run, scenario.stalled) / max(each_reader(run["control"], 0), 1) for run in results.of(scenario, kind)]
    return to_another(results, scenario, kind, Baseline) if scenario.others else []


def costs(results, gateways):
    """What a delivery of a gateway costs to one in another scenario: whether that is little enough, and a line."""
    for scenario in results.scenarios:
        for kind in gateways:
            all_costs = [cost for run in results.of(scenario, kind) for cost in run.get("costs", [])]
            if all_costs:
                yield cost_line(results, scenario, kind, all_costs, len(gateways) > 1)


def cost_line(results, scenario, kind, all_costs, is_named):
    other = scenarios.find(scenario.beside)
    met = statistics.median(all_costs) <= scenario.max_cost or not scenario.max_cost
    here, there = (results.counts.get((one.name, kind.name), {}).get("instructions") for one in (scenario, other or scenario))
    line = (f"{f'{kind.name}: a' if is_named else 'A'} delivery in *{scenario.name}* costs {spread(all_costs, two_digits)} of one in "
            f"*{other.name if other else scenario.beside}*{f', {here / there:.2f} by instructions' if here and there else ''}")
    return met, verdict_line(met, f"{line}; at most {scenario.max_cost}") if scenario.max_cost else line


def unwanted(nanoseconds):
    met = nanoseconds < MAX_UNWANTED_NS
    return met, verdict_line(met, f"A tick that no client wants costs {nanoseconds:.0f} ns; below {MAX_UNWANTED_NS}")


def comparisons(results, gateways):
    """Each other gateway beside the first, by pairs of runs of one round."""
    first, *others = gateways
    return [comparison(results, scenario, kind, first) for scenario in results.scenarios for kind in others]


def comparison(results, scenario, kind, first):
    """On a machine that does something else too the processor's time says more than what is delivered."""
    parts = [f"*{scenario.name}*: {kind.name} does {spread(to_another(results, scenario, kind, first))} of what {first.name} does"]
    if not scenario.is_idle:
        here, there = (processor_times(results, scenario, one) for one in (kind, first))
        parts.append(f"takes {spread([here[n] / there[n] for n in here if n in there])} of its processor time for a delivery")
    here, there = (results.counts.get((scenario.name, one.name), {}).get("instructions") for one in (kind, first))
    return ", ".join([*parts, *([f"{percent(here / there)} of its instructions"] if here and there else [])])


def processor_times(results, scenario, kind):
    """By round, seconds for a delivery."""
    return {run["round"]: run["server"]["cpu"] / run["deliveries_per_second"] for run in results.of(scenario, kind)
            if run["deliveries_per_second"] and run["server"]["cpu"]}


def rows(results, kinds):
    out = []
    for scenario in results.scenarios:
        for kind in kinds:
            if not scenario.others and not kind.is_gateway:
                continue
            if kind.installed():
                out.append(row(results, scenario, kind))
            else:
                out.append(Row(scenario, kind, [], (scenario.name, kind.name, f"not installed ({kind.package})")))
    return out


def share_of_clients(runs):
    """What the client with the least and the one with the most got, of the median client: both in the worst of the runs."""
    shares = [run["per_connection"] for run in runs if run["per_connection"]["median"]]
    if not shares:
        return ""
    return f"{percent(min(s['min'] / s['median'] for s in shares))} – {percent(max(s['max'] / s['median'] for s in shares))}"


def bytes_of(size):
    return f"{size:.0f} B" if size < 1024 else f"{size / 1024:.1f} KiB"


def writes(runs):
    """Two cells: the bytes of a write, and the share of what one core can push with writes of that size."""
    known = [run for run in runs if run.get("write_limit")]
    if not known:
        return "", ""
    return (bytes_of(statistics.median(run["write_bytes"] for run in known)),
            spread([run["bytes_per_second"] / run["write_limit"] for run in known]))


def row(results, scenario, kind):
    runs = results.of(scenario, kind)
    all_ratios = ratios(results, scenario, kind)
    closes = {}
    for run in runs:
        for code, count in run["closes"].items():
            closes[code] = closes.get(code, 0) + count
    unexplained = [one for one in results.unexplained.get((scenario.name, kind.name), []) if one is not None]
    counts = results.counts.get((scenario.name, kind.name), {})
    counted = ["" if counts.get(name) is None else form.format(counts[name]) for name, form in COUNTED.items()]
    made = Row(scenario, kind, all_ratios, ())
    ratio = "1" if kind is Baseline and not scenario.stalled else spread(all_ratios)
    least = verdict_line(made.met, percent(scenario.least_ratio)) if made.is_judged else ""
    figures = idle_figures if scenario.is_idle else figures_of_deliveries
    rate, throughput, gap, share, memory, server_core, clients_core = figures(scenario, runs)
    made.cells = (
        scenario.name, kind.name, rate, throughput, ratio, least, *writes(runs), gap, share, *counted, memory, server_core, clients_core,
        ", ".join(f"{count} × {code}" for code, count in sorted(closes.items())) or "none",
        f"{sum(map(abs, unexplained))} in {len(unexplained)} runs" if unexplained else "")
    return made


def middle(runs, look):
    return statistics.median(look(run) for run in runs)


def idle_figures(scenario, runs):
    memory = middle(runs, lambda run: (run["server"]["kib_open"] - run["server"]["kib_before"]) / scenario.clients)
    return short(middle(runs, lambda run: run["connects_per_second"])), "", "", "", f"{memory:.1f} KiB a client", "", ""


def figures_of_deliveries(scenario, runs):
    gap = f"{middle(runs, lambda run: run['longest_gap_ms']['p99']):.0f} ms"
    if scenario.stalled:
        gap += f" (without {middle(runs, lambda run: run['control']['longest_gap_ms']['p99']):.0f})"
    return (short(middle(runs, lambda run: run["deliveries_per_second"])),
            f"{middle(runs, lambda run: run['bytes_per_second']) / 1e6:,.0f}", gap, share_of_clients(runs),
            f"{middle(runs, lambda run: run['server']['kib_peak']) / 1024:.0f} MiB",
            percent(middle(runs, lambda run: run["server"]["cpu"])), percent(middle(runs, lambda run: run["client_cpu"])))
