#!/usr/bin/env python3
"""The table of faults: rows that tests saw (most of them test_faults.py), shown or written into the docs.

fault_table.py FILE                     prints the rows of a test run
fault_table.py FILE --write PAGE        puts them into PAGE, between its markers
"""

import sys
import time

import written_table

HEADER = ("fault", "broker", "what clients with extras were told", "back after", "subscriptions equal", "connections opened")
BEGIN, END = "<!-- table of the test run: begin -->", "<!-- table of the test run: end -->"


def in_short(words):
    """Each run of the same word once."""
    out = []
    for word in words:
        if not out or out[-1] != word:
            out.append(word)
    return ", ".join(out[:6] + (["…"] if len(out) > 6 else [])) or "nothing"


def add(fault, broker, saw, seconds, equal, opened):
    row = {"fault": fault, "broker": broker, "saw": in_short(saw), "seconds": round(seconds, 2), "equal": equal, "opened": opened}
    written_table.add(written_table.path("fault_table.json"), row, ("fault", "broker"))


class Row:
    """One row as it is seen: what the broker's books were before the fault, and what became of them."""

    def __init__(self, fault, broker, sim):
        self.fault, self.broker, self.sim = fault, broker, sim
        self.before = sim.books()
        self.begin = self.end = time.monotonic()

    def begins(self):
        self.begin = time.monotonic()

    def is_over(self):
        self.end = time.monotonic()

    def add(self, saw):
        after = self.sim.books()
        equal = after["subscriptions"] == self.before["subscriptions"]
        opened = after["connections"]["total"] - self.before["connections"]["total"]
        add(self.fault, self.broker.name, saw, self.end - self.begin, equal, opened)
        assert equal, after["subscriptions"]
        return opened


def cells(rows):
    for row in sorted(rows, key=lambda row: (row["fault"], row["broker"])):
        yield (row["fault"], row["broker"], row["saw"], f"{row['seconds']:.2f} s", "yes" if row["equal"] else "NO",
               str(row["opened"]))


if __name__ == "__main__":
    sys.exit(written_table.main(sys.argv[1:], __doc__, HEADER, cells, BEGIN, END))
