"""A server that is measured: a process on a core of its own that serves one scenario."""

import json
import os
import signal
import subprocess
import time

from . import paths

PATIENCE = 30


class Server:
    """`inputs` is what the servers and the clients of a scenario are given. A class below this one is a kind of server."""

    name = ""
    talk = "raw"
    package = "of this project"
    is_gateway = False
    is_peer = False  # it is there for comparison
    first_guess = 0  # deliveries a second with which the first search begins
    counts_writes = True  # how large its writes are can be counted

    def __init__(self, inputs, updates_per_second):
        self.inputs = inputs
        self.scenario = inputs.scenario
        self.updates_per_second = updates_per_second
        self.counted = False  # its copies and allocations
        self.folder = inputs.folder / self.name
        self.folder.mkdir(exist_ok=True)

    @classmethod
    def installed(cls):
        return True

    def serve(self):
        """Starts the process, and sets `port` once it listens."""
        raise NotImplementedError

    def start(self, command, env=None):
        self.log = (self.folder / "log").open("w")
        self.child = subprocess.Popen(
            ["taskset", "-c", str(paths.SERVER_CORE), *map(str, command)], stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={**os.environ, **(env or {}), **self.counting_environment()})

    def counting_environment(self):
        libraries = [*([paths.COUNTER] if self.counted else []), *([paths.WRITE_COUNTER] if self.counts_writes else [])]
        return {"LD_PRELOAD": ":".join(map(str, libraries)), "BENCH_COUNTS": str(self.folder / "counts"),
                "BENCH_WRITES": str(self.folder / "writes")} if libraries else {}

    def wait_for(self, look):
        """What `look` finds, once it does; looked for again and again while the child lives."""
        give_up = time.monotonic() + PATIENCE
        while self.child.poll() is None and time.monotonic() < give_up:
            found = look()
            if found:
                return found
            time.sleep(0.01)
        raise RuntimeError(f"{self.name} did not begin to serve: {(self.folder / 'log').read_text()[-2000:]}")

    def wait_for_file(self, pattern):
        """The JSON of the first file of its folder that has such a name."""
        def look():
            for path in self.folder.glob(pattern):
                try:
                    return json.loads(path.read_text())
                except json.JSONDecodeError:
                    pass
            return None
        return self.wait_for(look)

    def read_port(self):
        """From its first line: "listening on 12345"."""
        return int(self.child.stdout.readline().split()[-1])

    def begin(self):
        """All clients are there."""

    def messages(self):
        """File of what each client says; None: nothing."""
        return None

    def deliveries(self, seen):
        return seen["deliveries_per_second"]

    def unexplained(self):
        """Updates of which it does not know what became; None: it does not count them."""
        return None

    def __enter__(self):
        self.serve()
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(PATIENCE)
        finally:
            self.child.kill()
            self.child.stdout.close()
            self.log.close()
