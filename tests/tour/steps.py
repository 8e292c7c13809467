"""Which of the project's source files a gateway runs through, in which order and on which thread: the threads of a tick's way
are single-stepped, and the addresses are looked up in the line tables of the build."""

import collections
import dataclasses
import functools
import os
import pathlib
import re
import signal
import struct
import subprocess

import pytest

from gateway import BUILD, SOURCE

TRACER = BUILD / "bin" / "step-tracer"
STEP = struct.Struct("<3Q")
OURS = ("core/", "plugins/", "apps/", "sdk/")
# From such a function Asio runs the handler of a timer. It is left out with all that it calls: what comes round by the clock
# is on nobody's way. So is what the control thread has routing say by the clock.
TIMER = re.compile(r"boost::asio::detail::wait_handler<.*::do_complete\("
                   r"|std::_Function_handler<void \(\), gw::app::LateAnswer<.*::_M_(invoke|manager)\(")


@dataclasses.dataclass
class Visits:
    """Of one file, with its header, on one thread."""
    file: str
    thread: str
    calls: int = 0  # of its functions; what the compiler put into its caller is no call
    instructions: int = 0


@dataclasses.dataclass
class Trace:
    visits: list  # by first entry
    entries: list  # (file, thread), in order: the first, and each call of a function


class Image:
    """One file of the build that is mapped: the gateway itself or a plugin."""

    def __init__(self, file, low, high, shift):
        self.file = file
        self.low = low
        self.high = high
        self.shift = shift  # an address in memory, less this, is one of the file
        self.functions = {}  # by address of their first instruction
        for line in output("nm", "-C", "--defined-only", file).splitlines():
            address, kind, name = line.split(" ", 2)
            if kind in "tTwW" and ".cold" not in name:
                self.functions[int(address, 16)] = name
        self.sources = {}  # by address: the project's files of the functions that it is in, from the innermost outwards

    def look_up(self, addresses):
        out = output("addr2line", "-a", "-i", "-e", self.file, text="".join(f"{a:#x}\n" for a in addresses))
        for line in out.splitlines():
            if line.startswith("0x"):
                files = self.sources.setdefault(int(line, 16), [])
            else:
                path = os.path.normpath(line.split(":")[0].removeprefix(f"{SOURCE}/"))
                if path.startswith(OURS):
                    files.append(with_header(path))


@functools.cache
def with_header(path):
    """A header and its .cpp are one class, and count as one file."""
    stem, dot, _ = path.rpartition(".")
    return f"{stem}.cpp" if dot and (SOURCE / f"{stem}.cpp").exists() else path


def output(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


class Tracer:
    """Of a gateway that was started within `Tracer.command(folder)`."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.pid = gateway.ready["pid"]
        self.names = names_of_threads(self.pid)
        self.images = images_of(self.pid)
        timers = [address + image.shift for image in self.images for address, name in image.functions.items()
                  if TIMER.match(name)]
        assert timers
        self.steps = self.command(gateway.folder)[1]
        pathlib.Path(f"{self.steps}.skip").write_bytes(struct.pack(f"<{len(timers)}Q", *timers))

    @staticmethod
    def command(folder):
        return TRACER, pathlib.Path(folder) / "steps", "feed,routing,shard"

    def trace(self, action):
        """What ran from the beginning of `action` until each thread slept after it."""
        before = len(self.gateway.lines)
        self.gateway.child.send_signal(signal.SIGUSR1)
        if self.gateway.wait_line("^step_tracer: (stepping|may not trace)", before)[1] != "stepping":
            pytest.skip("the system does not let a program trace its own child")
        action()
        self.gateway.child.send_signal(signal.SIGUSR2)
        self.gateway.wait_line("^step_tracer: written", before)
        data = self.steps.read_bytes()
        return self.trace_of([STEP.unpack_from(data, at) for at in range(0, len(data), STEP.size)])

    def trace_of(self, steps):
        by_thread = collections.defaultdict(list)
        for at, (thread, pc, sp) in enumerate(steps):
            image = next((i for i in self.images if i.low <= pc < i.high), None)
            if image is not None:
                by_thread[thread].append(Step(at, image, pc - image.shift, sp))
        kept = {thread: without_timers(steps) for thread, steps in by_thread.items()}
        for image in self.images:
            addresses = {step.address for steps in kept.values() for step in steps if step.image is image}
            image.look_up(sorted(addresses - image.sources.keys()))
        visits, entries = {}, []
        for step, thread in sorted((step, thread) for thread, steps in kept.items() for step in steps):
            files = step.image.sources[step.address]
            if not files:
                continue
            # A function's first instruction may be of another that the compiler put into it.
            for file, calls, instructions in ((files[-1], step.is_call(), 0), (files[0], 0, 1)):
                if (file, thread) not in visits or calls:
                    entries.append((file, self.names[thread]))
                visit = visits.setdefault((file, thread), Visits(file, self.names[thread]))
                visit.calls += calls
                visit.instructions += instructions
        return Trace(list(visits.values()), entries)


def names_of_threads(pid):
    """{thread: name}"""
    return {int(thread.name): (thread / "comm").read_text().strip() for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()}


class Step(collections.namedtuple("Step", "at image address sp")):
    def name(self):
        return self.image.functions.get(self.address, "")

    def is_call(self):
        return self.address in self.image.functions


def without_timers(steps):
    """Of one thread."""
    kept, timer = [], None
    for step in steps:
        if timer is not None and step.sp <= timer:
            continue
        timer = step.sp if TIMER.match(step.name()) else None
        if timer is None:
            kept.append(step)
    return kept


def images_of(pid):
    images = []
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        addresses, rights, offset, _, _, *file = line.split(None, 5)
        file = [name.removeprefix("/memfd:").removesuffix(" (deleted)") for name in file]  # plugins run from private copies
        if "x" in rights and file and file[0].startswith(f"{BUILD.resolve()}/"):
            low, high = (int(address, 16) for address in addresses.split("-"))
            images.append(Image(file[0], low, high, low - int(offset, 16) - address_less_offset(file[0])))
    return images


def address_less_offset(file):
    """Of the code."""
    for line in output("readelf", "-lW", file).splitlines():
        kind, *fields = line.split() or [""]
        if kind == "LOAD" and "E" in fields[5:-1]:
            return int(fields[1], 16) - int(fields[0], 16)
    raise AssertionError(f"{file} has no code")
