"""What a test sees of a broker's processes, and of the gateway that has them."""

import os
import pathlib
import re


class Processes:
    """The processes of a broker, one after the other."""

    def __init__(self, gateway, name="apart"):
        self.gateway, self.pattern, self.seen = gateway, rf"{name}: runs in a process of its own, (\d+)", 0

    def next(self):
        while True:
            lines = self.gateway.lines
            for at in range(self.seen, len(lines)):
                if found := re.search(self.pattern, lines[at]):
                    self.seen = at + 1
                    return int(found[1])
            self.gateway.wait_line(self.pattern, len(lines))


def figures_of(process):
    """(memory in bytes, descriptors, threads, mappings of links) of a process."""
    folder = pathlib.Path("/proc") / str(process)
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    links = (folder / "maps").read_text().count("memfd:broker link")
    return (int(status["VmRSS"].split()[0]) * 1024, len(os.listdir(folder / "fd")), int(status["Threads"]), links)


def children_of(process):
    """The numbers of its children, those that have ended and were not waited for among them."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "status").read_text()
            except OSError:
                continue  # it is gone
            if re.search(rf"^PPid:\s+{process}$", status, re.M):
                found.append(int(folder.name))
    return found


def left_of(gateway):
    """The numbers of all processes that the gateway with this number has begun for plugins, and of what those left behind."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"BROKER_GATEWAY_PROCESS=%d." % gateway in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue  # it is gone
    return found
