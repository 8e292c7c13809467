"""The tables of ARCHITECTURE.md, for those that check them (tests/repo, tests/tour) and for the picture made of them."""

import dataclasses
import re


@dataclasses.dataclass
class Stop:
    number: int
    files: list
    what: str
    threads: list


@dataclasses.dataclass
class Module:
    path: str
    what: str
    threads: list
    uses: list

    @property
    def name(self):
        return self.path.removeprefix("core/")


@dataclasses.dataclass
class Thread:
    name: str
    owns: str
    files: list


def section(text, heading):
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found[1] if found else ""


def table(text, heading):
    """The rows of the first table under this heading, as lists of cells; without its head."""
    rows = re.search(r"(?:^\|.*\n)+", section(text, heading), re.M)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()[2:]] if rows else []


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def words(cell):
    return [word.strip() for word in cell.split(",") if word.strip()]


def stops(text, heading):
    return [Stop(int(number), names(files), what, words(threads)) for number, files, what, threads in table(text, heading)]


def on_the_way(text, heading):
    """What a section's paragraph 'Used on the way' names."""
    found = re.search(r"^Used on the way.*?(?:\n\n|\Z)", section(text, heading), re.M | re.S)
    return names(found[0]) if found else []


def modules(text):
    return [Module(names(path)[0], what, words(threads), words(uses)) for path, what, threads, uses in table(text, "Modules")]


def threads(text):
    return [Thread(re.match(r"[\w-]+", name)[0], owns, names(files)) for name, owns, files in table(text, "Threads")]
