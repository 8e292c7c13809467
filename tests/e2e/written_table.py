"""Tables that tests fill: kept in a file of the build, shown as text, or written into a page of the docs between markers."""

import fcntl
import json
import os
import pathlib
import sys


def path(name):
    return pathlib.Path(os.environ["GW_BUILD"]) / name


def add(file, row, keys):
    """Puts the row in the place of the one with the same values of these keys."""
    with open(file, "a+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)  # tests of other files may run at the same time
        kept.seek(0)
        rows = json.loads(kept.read() or "[]")
        rows = [one for one in rows if any(one[key] != row[key] for key in keys)]
        kept.truncate(0)
        kept.write(json.dumps([*rows, row], indent=1))


def as_text(header, cells):
    table = [header, *cells]
    widths = [max(len(line[i]) for line in table) for i in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table)


def as_markdown(header, cells):
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *cells])


def main(arguments, usage, header, cells_of, begin, end):
    """FILE prints the rows; FILE --write PAGE puts them into PAGE between its markers."""
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--write"):
        print(usage.strip(), file=sys.stderr)
        return 2
    cells = list(cells_of(json.loads(pathlib.Path(arguments[0]).read_text())))
    if len(arguments) == 1:
        print(as_text(header, cells))
        return 0
    page = pathlib.Path(arguments[2])
    before, rest = page.read_text().split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n{as_markdown(header, cells)}\n{end}{after}")
    return 0
