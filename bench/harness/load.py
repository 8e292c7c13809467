"""One run: the load client against a server that is up."""

import json
import subprocess

from . import counting, paths


def run_load(server, seconds, warmup, *words, at_counting=lambda: None):
    """What the load client saw; `words` are more of its command line."""
    command = [paths.LOAD_CLIENT, "--port", server.port, "--clients", server.scenario.clients, "--talk", server.talk,
               "--server", server.child.pid, "--seconds", seconds, "--warmup", warmup,
               "--timed", server.inputs.timed, *(["--at-once"] if server.scenario.at_once else []), *words]
    if messages := server.messages():
        command += ["--messages", messages]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        if child.stdout.readline():
            server.begin()
        begun = child.stdout.readline()
        at_counting()
        writes_before = counting.read_writes(server)
        counts = counting.count(server, seconds * 0.8) if begun and server.counted else {}
        line, said = child.communicate()
        writes_after = counting.read_writes(server)
    if child.returncode != 0:
        print(f"{server.scenario.name}, {server.name}: {said.strip()}", flush=True)
        seen = unserved(server.scenario)
    else:
        seen = json.loads(line)
        seen["deliveries_per_second"] = server.deliveries(seen)
        seen["unexplained"] = server.unexplained()
    seen["offered"] = server.updates_per_second * server.scenario.fan_out
    seen["write_bytes"] = counting.mean_write(writes_before, writes_after)
    for name, count in counts.items():
        seen[name] = count and count / max(seen["deliveries_per_second"], 1)
    return seen


def unserved(scenario):
    """Instead of a run in which not all clients could be opened."""
    return {"clients": scenario.clients, "deliveries_per_second": 0, "reading_deliveries_per_second": 0, "bytes_per_second": 0,
            "longest_gap_ms": {"p99": 0}, "per_connection": {"min": 0, "median": 0, "max": 0},
            "closes": {"never served": scenario.clients}, "connects_per_second": 0, "unexplained": None, "write_bytes": None,
            "client_cpu": 0, "server": {"cpu": 0, "kib_before": 0, "kib_open": 0, "kib_peak": 0}}
