"""Servers that know no protocol: the baseline, and what limits them all."""

from . import paths
from .server import Server


class Baseline(Server):
    """Hands each client a burst's frames in one write: bench/baseline_server."""
    name = "baseline"
    first_guess = 6_000_000

    def serve(self):
        self.start([paths.BASELINE, "--payloads", self.inputs.payloads, "--symbols", self.scenario.symbols,
                    "--clients", self.scenario.clients, "--per-client", self.scenario.per_client,
                    "--updates-per-second", self.updates_per_second, *(["--stamped"] if self.inputs.timed else [])])
        self.port = self.read_port()


class WriteLimit(Server):
    """Writes the same bytes to each client again and again, `write_bytes` at a time: bench/write_limit."""
    name = "write limit"
    talk = "discard"
    counts_writes = False

    def __init__(self, inputs, write_bytes):
        super().__init__(inputs, 0)
        self.write_bytes = write_bytes

    def serve(self):
        self.start([paths.WRITE_LIMIT, "--clients", self.scenario.clients, "--bytes", self.write_bytes])
        self.port = self.read_port()
