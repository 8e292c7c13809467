"""What a gateway says of itself: /metrics as numbers, the verdict of /readyz and `status`, and where all of them agree."""

import json
import re
import time

from gateway import http

# Clients are told first; every other place says the same within this time. Sanitizers on busy machines take longer.
SOON = 2


def samples(text):
    """{(name, labels): value} of a page in Prometheus' text format; labels as sorted pairs."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
        pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
        found[name, tuple(sorted(pairs))] = float(value)
    return found


class Metrics:
    def __init__(self, gateway):
        status, text = gateway.http("/metrics")
        assert status == 200, text
        self.text, self.all = text, samples(text)

    def __call__(self, name, **labels):
        """The sum of the samples of this name that have these labels; None: there are none."""
        wanted = set(labels.items())
        values = [value for (its, pairs), value in self.all.items() if its == name and wanted <= set(pairs)]
        return sum(values) if values else None


def verdict_of(gateway):
    """The verdict of `status`."""
    done = gateway.run("status", "--json", status=(0, 1))
    return json.loads(done)["verdict"]


def readiness_of(gateway):
    code, body = http(f"http://127.0.0.1:{gateway.port}/readyz")
    body = json.loads(body)
    assert body["ready"] == (code == 200), (code, body)
    return body


def looks_agree(gateway):
    """/readyz, `status` and /metrics have the same problems, or none, within SOON; the verdict."""
    give_up = time.monotonic() + patience(gateway)
    while True:
        ready, told = readiness_of(gateway), verdict_of(gateway)
        known = [[(p["broker"], p.get("exchange", ""), p["status"]) for p in one["problems"]] for one in (ready, told)]
        metrics = Metrics(gateway)
        if known[0] == known[1] and metrics("gateway_ready") == ready["ready"] and (metrics("gateway_problem") or 0) == len(known[0]):
            return told
        assert time.monotonic() < give_up, (ready, told)


def patience(gateway):
    return SOON * (4 if "san" in str(gateway.command[0]) else 1)


def agree(gateway, broker, status):
    """/readyz, `status`, metrics and the log say within SOON that the broker's link or feed is `status`, in the same words
    and with the next step; a repair that goes on meanwhile may have changed the words, not that something is wrong."""
    give_up = time.monotonic() + patience(gateway)
    while True:
        ready, metrics = readiness_of(gateway), Metrics(gateway)
        told = json.loads(gateway.run("status", "--json", status=(0, 1)))["verdict"]
        of_ready = [p for p in ready["problems"] if p["broker"] == broker]
        of_status = [p for p in told["problems"] if p["broker"] == broker]
        same = [(p["status"], p.get("exchange")) for p in of_ready] == [(p["status"], p.get("exchange")) for p in of_status]
        if of_ready and same and metrics("gateway_ready") == 0 and metrics("gateway_problem", broker=broker):
            break
        assert time.monotonic() < give_up, (status, ready, told)
    for problem in of_ready + of_status:
        assert problem["reason"] and problem["next_step"], problem
        assert problem["next_step"] in problem["text"], problem
    gateway.wait_line(rf"{broker}: .*{status}")
    return of_ready
