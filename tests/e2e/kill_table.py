#!/usr/bin/env python3
"""The table of processes of a broker that were killed under load (test_kills.py), shown or written into the docs.

kill_table.py FILE                     prints the rows of a test run
kill_table.py FILE --write PAGE        puts them into PAGE, between its markers
"""

import sys

import written_table

HEADER = ("signal", "kills", "clients", "told after: p50, max", "served again after: p50, max", "clients lost",
          "ticks of the other broker lost", "memory, descriptors, threads before", "after")
BEGIN, END = "<!-- table of killed processes: begin -->", "<!-- table of killed processes: end -->"


def add(row):
    written_table.add(written_table.path("kill_table.json"), row, ("signal",))


def times(row, name):
    return f"{row[name][0]:.2f} s, {row[name][1]:.2f} s"


def figures(row, name):
    memory, descriptors, threads = row[name]
    return f"{memory / 2**20:.1f} MiB, {descriptors}, {threads}"


def cells(rows):
    for row in sorted(rows, key=lambda row: row["signal"]):
        yield (f"SIG{row['signal']}", str(row["kills"]), f"{row['clients']}, {row['watched']} of the other broker",
               times(row, "told"), times(row, "served"), str(row["lost"]), f"{row['missed']} of {row['ticks']}",
               figures(row, "before"), figures(row, "after"))


if __name__ == "__main__":
    sys.exit(written_table.main(sys.argv[1:], __doc__, HEADER, cells, BEGIN, END))
