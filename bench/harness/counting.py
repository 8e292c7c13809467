"""What does not drift: system calls, bytes copied, allocations and instructions of a server for each delivery; and how
large its writes are."""

import re
import shutil
import signal
import struct
import subprocess
import time

from .server import PATIENCE

# Called once for each update and shard that has an audience; the instructions' run has one shard.
DELIVER = r"gw::\w+::Shard::deliver\("
# Deliveries a second while instructions are counted, on every machine: how many a tick shares its turn with depends on it.
# Far below what valgrind, which slows the gateway down some fifty times, leaves of any.
TRACED = 10_000
TRACED_SECONDS = 3


def read_pair(path):
    try:
        return struct.unpack("QQ", path.read_bytes())
    except (FileNotFoundError, struct.error):
        return None


def read_writes(server):
    """Writes to sockets so far, and their bytes; None: they are not counted."""
    return read_pair(server.folder / "writes") if server.counts_writes else None


def mean_write(before, after):
    """Bytes; None where there was none."""
    if not before or not after or after[0] == before[0]:
        return None
    return (after[1] - before[1]) / (after[0] - before[0])


def count(server, seconds):
    """Of each second: system calls, bytes copied, allocations; None where one cannot be counted."""
    before = read_pair(server.folder / "counts")
    began = time.monotonic()
    calls = count_calls(server.child.pid, seconds)
    if calls is None:
        time.sleep(seconds)
    after = read_pair(server.folder / "counts")
    passed = time.monotonic() - began
    copied, allocations = ((b - a) / passed for a, b in zip(before, after)) if before and after else (None, None)
    return {"calls": calls, "copied": copied, "allocations": allocations}


def count_calls(process, seconds):
    if not shutil.which("perf"):
        return None
    done = subprocess.run(["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-p", str(process), "sleep", str(seconds)],
                          capture_output=True, text=True)
    number = done.stderr.split(",")[0]
    return int(number) / seconds if done.returncode == 0 and number.isdigit() else None


def traced(kind):
    """The gateway under callgrind, which counts between two commands."""
    class Traced(kind):
        counts_writes = False

        def start(self, command, env=None):
            self.out = self.folder / "callgrind.out"
            self.out.unlink(missing_ok=True)
            super().start(["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={self.out}", *command], env)

        def control(self, *words):
            subprocess.run(["callgrind_control", *words, str(self.child.pid)], check=True, capture_output=True)
    return Traced


def instructions(kind, inputs, run_load):
    """User-space instructions of all the gateway's threads, and its broker's, for each delivery of ticks that come one or a few
    at a time; None where valgrind is not installed."""
    if not shutil.which("callgrind_control"):
        return None
    with traced(kind)(inputs, TRACED / inputs.scenario.fan_out) as server:
        def count_some():
            """It ends before the clients leave, which costs more than many deliveries."""
            server.control("-i", "on")
            time.sleep(TRACED_SECONDS)
            server.control("-i", "off")
        run_load(server, seconds=TRACED_SECONDS + 2, warmup=2, at_counting=count_some)
        server.child.send_signal(signal.SIGTERM)
        server.child.wait(PATIENCE)
    updates, total = read_profile(server.out.read_text())
    return total / (updates * inputs.scenario.fan_out) if updates else None


def read_profile(text):
    """Calls of the function that delivers, and all instructions. A name is written once, then its number stands for it."""
    number = re.search(r"\((\d+)\) " + DELIVER, text)
    totals = re.search(r"^totals: (\d+)", text, re.MULTILINE)
    if not number or not totals:
        return 0, 0
    calls = re.findall(rf"^cfn=\({number[1]}\)[^\n]*\ncalls=(\d+) ", text, re.MULTILINE)
    return sum(map(int, calls)), int(totals[1])
