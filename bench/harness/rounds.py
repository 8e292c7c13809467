"""Rounds of runs, the servers one after the other, so that the machine's drift meets all of them."""

import time

from . import search
from .inputs import Inputs

PEERS_EVERY = 3  # rounds: they take longest


def cells_of(scenario, kinds, folder, length, results):
    """One for each server that is installed and serves the scenario."""
    gateways = [kind for kind in kinds if kind.is_gateway]
    inputs = Inputs(scenario, folder, gateways=gateways)
    # The publisher of nats needs the clients' core too.
    return [search.Cell(kind, inputs, length, results, busy=not kind.is_peer) for kind in kinds
            if kind.installed() and (scenario.others or kind.is_gateway)]


def all_rounds(scenarios, kinds, folder, length):
    results = search.Results(scenarios, length.rounds)
    groups = [cells_of(scenario, kinds, folder, length, results) for scenario in scenarios]
    of_gateways = {(cell.scenario.letter, cell.kind): cell for cells in groups for cell in cells if cell.kind.is_gateway}
    for cell in of_gateways.values():
        cell.beside = of_gateways.get((cell.scenario.beside, cell.kind))
    for number in range(length.rounds):
        for cells in groups:
            # Every second round goes the other way round, so that no server is always measured later than another one.
            for cell in cells if number % 2 == 0 else reversed(cells):
                if not cell.kind.is_peer or number % PEERS_EVERY == 0:
                    measure(cell, number, length.rounds)
    return results


def measure(cell, number, rounds):
    began = time.monotonic()
    seen = cell.measure()
    seen["round"] = number
    rate = seen["connects_per_second" if cell.scenario.is_idle else "deliveries_per_second"]
    print(f"round {number + 1}/{rounds} {cell.scenario.name}, {cell.kind.name}: {rate:,.0f} a second "
          f"({time.monotonic() - began:.0f} s)", flush=True)
