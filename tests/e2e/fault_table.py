#!/usr/bin/env python3
"""The table of faults: rows that tests saw (most of them test_faults.py), shown or written into the docs.

fault_table.py FILE                     prints the rows of a test run
fault_table.py FILE --write PAGE        puts them into PAGE, between its markers
"""

import fcntl
import json
import os
import pathlib
import sys
import time

HEADER = ("fault", "broker", "what clients with extras were told", "back after", "subscriptions equal", "connections opened")
BEGIN, END = "<!-- table of the test run: begin -->", "<!-- table of the test run: end -->"


def path():
    return pathlib.Path(os.environ["GW_BUILD"]) / "fault_table.json"


def in_short(words):
    """Each run of the same word once."""
    out = []
    for word in words:
        if not out or out[-1] != word:
            out.append(word)
    return ", ".join(out[:6] + (["…"] if len(out) > 6 else [])) or "nothing"


def add(fault, broker, saw, seconds, equal, opened):
    with open(path(), "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # tests of other files may run at the same time
        file.seek(0)
        rows = json.loads(file.read() or "[]")
        rows = [row for row in rows if (row["fault"], row["broker"]) != (fault, broker)]
        rows.append({"fault": fault, "broker": broker, "saw": in_short(saw), "seconds": round(seconds, 2), "equal": equal,
                     "opened": opened})
        file.truncate(0)
        file.write(json.dumps(rows, indent=1))


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


def as_text(rows):
    table = [HEADER, *cells(rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADER))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table)


def as_markdown(rows):
    lines = [HEADER, ["---"] * len(HEADER), *cells(rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments):
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--write"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    rows = json.loads(pathlib.Path(arguments[0]).read_text())
    if len(arguments) == 1:
        print(as_text(rows))
        return 0
    page = pathlib.Path(arguments[2])
    text = page.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{as_markdown(rows)}\n{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
