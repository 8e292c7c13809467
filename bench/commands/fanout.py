"""How much of what this machine can do the gateway does: a fan-out, in interleaved rounds with a baseline and with peers.

Needs the release build (GW_BUILD names another). See bench/README.md for what the numbers mean.
"""

import json
import pathlib
import subprocess

from harness import command, paths, rounds, scenarios, search
from harness.peers import Nats, Ws
from harness.raw_servers import Baseline

from . import fanout_picture as picture
from . import fanout_table as table


def unwanted_tick():
    """Nanoseconds that routing takes for a tick that no client wants: the least of three, what disturbs only adds."""
    words = ("--benchmark_filter=unwanted_update", "--benchmark_repetitions=3", "--benchmark_format=json")
    done = subprocess.run(["taskset", "-c", str(paths.SERVER_CORE), paths.TICK_PATH, *words], check=True, capture_output=True,
                          text=True)
    return min(one["real_time"] for one in json.loads(done.stdout)["benchmarks"] if one["run_type"] == "iteration")


def main(words=None):
    parser = command.parser(__doc__, only=",".join(scenario.letter for scenario in scenarios.ALL))
    parser.add_argument("--no-peers", action="store_true", help="leaves nats and ws out")
    parser.add_argument("--svg", type=pathlib.Path, metavar="PATH", help="draws the ratios")
    chosen = parser.parse_args(words)
    gateways = command.gateways_of(chosen, parser)
    if not command.is_ready("fanout"):
        return 2
    kinds = [Baseline, *gateways, *([] if chosen.no_peers else [Nats, Ws])]
    for kind in kinds:
        if not kind.installed():
            print(f"{kind.name}: not installed ({kind.package})", flush=True)
    length = search.FULL if chosen.full else search.SHORT
    with command.folder("fanout") as folder:
        results = rounds.all_rounds(chosen.only, kinds, folder, length)
    rows = table.rows(results, kinds)
    costs = [*table.costs(results, gateways), table.unwanted(unwanted_tick())]
    if chosen.svg:
        chosen.svg.write_text(picture.draw(rows))
    said = command.bullets([line for _, line in costs] + table.comparisons(results, gateways))
    met = all(row.met for row in rows if row.is_judged) and all(met for met, _ in costs)
    return command.finish(chosen, "fan-out", table.HEADER, [row.cells for row in rows], said, met, length.rounds)
