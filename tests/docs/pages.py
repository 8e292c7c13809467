"""The commands and files of a page, as they stand there.

A fenced block `sh` is run as it is; `sh root` only where the packages are installed, since it changes the system. A block
`yaml` whose first line is a comment with a path is that file.
"""

import dataclasses
import re


@dataclasses.dataclass
class Block:
    kind: str    # "sh", "sh root" or "file"
    text: str
    line: int    # where it stands
    path: str = ""


def blocks_of(page):
    """Of a page's text, in order."""
    found = []
    for match in re.finditer(r"^```([^\n`]*)\n(.*?)^```$", page, re.M | re.S):
        kind, text = match[1].strip(), match[2]
        line = page.count("\n", 0, match.start()) + 2
        path = re.match(r"# (/\S+)\n", text)
        if kind in ("sh", "sh root"):
            found.append(Block(kind, text, line))
        elif kind == "yaml" and path:
            found.append(Block("file", text, line, path[1]))
    return found


# Programs that go on until somebody ends them.
ENDLESS = re.compile(r"^(broker-gateway watch|python3|node) .*$", re.M)


def runnable(text):
    """The commands with an end: of a program that goes on, the first three lines with prices."""
    return ENDLESS.sub(lambda m: f"{m[0]} | grep -m 3 -E 'ltp|price|[0-9]+\\.[0-9]{{2}}'", text)
