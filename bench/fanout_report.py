"""The rows of the fan-out's table."""

import dataclasses
import statistics

import fanout_servers as servers
from tables import percent, short

HEADER = ("scenario", "server", "a second", "MB/s", "ratio (quartiles)", "least", "longest gap p99", "clients' share", "calls",
          "copied", "allocations", "instructions", "memory", "server's core", "clients' core", "closes",
          "unexplained")
MOST_UNWANTED_NS = 200
COUNTED = {"calls": "{:.3f}", "copied": "{:.0f} B", "allocations": "{:.5f}", "instructions": "{:.0f}"}


@dataclasses.dataclass
class Row:
    scenario: object
    kind: str
    ratios: list  # one for each round
    cells: tuple

    @property
    def median(self):
        return statistics.median(self.ratios)

    @property
    def is_judged(self):
        return self.kind == "gateway" and self.scenario.limit > 0

    @property
    def met(self):
        return self.median >= self.scenario.limit


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def each_reader(seen, stalled):
    return seen["reading_deliveries_per_second"] / (seen["clients"] - stalled)


def ratios(results, scenario, kind):
    """Of each round, to the limit's run in the same round; with stalled clients to the same server without any."""
    runs = results.of(scenario, kind)
    if scenario.stalled:
        return [each_reader(run, scenario.stalled) / max(each_reader(run["control"], 0), 1) for run in runs]
    value = "connects_per_second" if scenario.is_idle else "deliveries_per_second"
    if not scenario.peers:
        return []
    limits = {limit["round"]: limit[value] for limit in results.of(scenario, "limit")}
    return [run[value] / max(limits[run["round"]], 1) for run in runs]


def costs(results):
    """What a delivery of the gateway costs to one in another scenario: whether that is little enough, and a line."""
    for scenario in results.scenarios:
        all_costs = [cost for run in results.seen.get((scenario.name, "gateway"), []) for cost in run.get("costs", [])]
        if not all_costs:
            continue
        cost = statistics.median(all_costs)
        met = cost <= scenario.most_cost or not scenario.most_cost
        low, high = quartiles(all_costs)
        here, there = (results.counts.get((name, "gateway"), {}).get("instructions") for name in (scenario.name, scenario.beside))
        verdict = f"; at most {scenario.most_cost}: {'met' if met else 'missed'}" if scenario.most_cost else ""
        yield met, (f"A delivery in {scenario.name} costs {cost:.2f} ({low:.2f} – {high:.2f}) of one in {scenario.beside}"
                    f"{f', {here / there:.2f} by instructions' if here and there else ''}{verdict}")


def unwanted(nanoseconds):
    met = nanoseconds < MOST_UNWANTED_NS
    return met, f"A tick that nobody wants costs {nanoseconds:.0f} ns; below {MOST_UNWANTED_NS}: {'met' if met else 'missed'}"


def rows(results):
    out = []
    for scenario in results.scenarios:
        for kind in servers.KINDS.values():
            if not scenario.peers and kind is not servers.Gateway:
                continue
            if kind.installed():
                out.append(row(results, scenario, kind.name))
            else:
                out.append(Row(scenario, kind.name, [], (scenario.name, kind.name, f"not installed ({kind.package})")))
    return out


def share_of_clients(runs):
    """What the client with the least and the one with the most got, of the median client: both in the worst of the runs."""
    shares = [run["per_connection"] for run in runs if run["per_connection"]["median"]]
    if not shares:
        return ""
    return f"{percent(min(s['min'] / s['median'] for s in shares))} – {percent(max(s['max'] / s['median'] for s in shares))}"


def row(results, scenario, kind):
    runs = results.of(scenario, kind)
    all_ratios = ratios(results, scenario, kind)

    def middle(look):
        return statistics.median(look(run) for run in runs)

    if scenario.is_idle:
        rate = middle(lambda run: run["connects_per_second"])
        memory = middle(lambda run: (run["server"]["kib_open"] - run["server"]["kib_before"]) / scenario.clients)
        memory_text = f"{memory:.1f} KiB a client"
    else:
        rate = middle(lambda run: run["deliveries_per_second"])
        memory_text = f"{middle(lambda run: run['server']['kib_peak']) / 1024:.0f} MiB"
    gap = f"{middle(lambda run: run['longest_gap_ms']['p99']):.0f} ms"
    if scenario.stalled:
        gap += f" (without {middle(lambda run: run['control']['longest_gap_ms']['p99']):.0f})"
    closes = {}
    for run in runs:
        for code, count in run["closes"].items():
            closes[code] = closes.get(code, 0) + count
    unexplained = [one for one in results.unexplained.get((scenario.name, kind), []) if one is not None]
    counts = results.counts.get((scenario.name, kind), {})
    is_limit = kind == "limit" and not scenario.stalled
    spread = "1" if is_limit else "" if not all_ratios else f"{percent(statistics.median(all_ratios))} ({' – '.join(map(percent, quartiles(all_ratios)))})"
    least = ""
    if kind == "gateway" and scenario.limit:
        least = f"{percent(scenario.limit)}: {'met' if statistics.median(all_ratios) >= scenario.limit else 'missed'}"
    return Row(scenario, kind, all_ratios, (
        scenario.name, kind, short(rate), "" if scenario.is_idle else f"{middle(lambda run: run['bytes_per_second']) / 1e6:,.0f}",
        spread, least, "" if scenario.is_idle else gap,
        "" if scenario.is_idle else share_of_clients(runs),
        *("" if counts.get(name) is None else form.format(counts[name]) for name, form in COUNTED.items()), memory_text,
        "" if scenario.is_idle else percent(middle(lambda run: run["server"]["cpu"])),
        "" if scenario.is_idle else percent(middle(lambda run: run["client_cpu"])),
        ", ".join(f"{count} × {code}" for code, count in sorted(closes.items())) or "none",
        f"{sum(map(abs, unexplained))} in {len(unexplained)} runs" if unexplained else ""))
