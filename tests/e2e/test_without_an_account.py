"""Kite and Angel without an account: the files and commands of docs/operations.md as they stand there."""

import contextlib
import os
import re
import signal
import socket

import pytest

from gateway import BINARY, SOURCE, Process

HEADING = "## Trying Kite and Angel without an account\n"
LEVEL = r"\d+ +\d+ +\d+\.\d\d \| \d+\.\d\d"


@pytest.fixture
def page():
    """The section of the page, with free ports in place of those that it names."""
    text = (SOURCE / "docs" / "operations.md").read_text()
    assert text.count(HEADING) == 1
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    with contextlib.ExitStack() as stack:
        for port in sorted(set(re.findall(r"\b90\d\d\b", section))):
            taken = stack.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            section = section.replace(port, str(taken.getsockname()[1]))
    return section


@contextlib.contextmanager
def terminal(folder, commands):
    """A shell that runs these commands, and all that they have started ends with it."""
    env = {**os.environ, "PATH": f"{BINARY.parent}:{os.environ['PATH']}"}
    shell = Process(["bash", "-e", "-c", commands], cwd=folder, env=env, start_new_session=True)
    try:
        yield shell
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.child.pid, signal.SIGTERM)
        shell.wait()
        print(shell.text())
        shell.child.stdout.close()


def wait_ticks(watch, levels):
    """Until the terminal has shown three books of so many levels a side, and more than one last price."""
    at, prices, books = 0, set(), 0
    while books < 3 or len(prices) < 2:
        price = watch.wait_line(r"INFY\.NSE +ltp (\d+\.\d\d)", at)
        at = watch.lines.index(price.string, at) + 1
        following = watch.wait_line(r"INFY\.NSE +ltp", at)
        book = watch.lines[at:watch.lines.index(following.string, at)]
        if sum(re.search(LEVEL, line) is not None for line in book) == levels:
            books += 1
            prices.add(price[1])


def test_the_commands_of_the_page_end_in_ticks_of_both_brokers(tmp_path, page):
    _, configuration, page = re.split(r"```(?:yaml)?\n", page)
    (tmp_path / "gateway.yaml").write_text(configuration)
    stand_ins, gateway, watch, move = re.findall(r"(?:^    .*\n)+", page, re.M)
    with terminal(tmp_path, stand_ins) as first:
        first.wait_line("angel on ws://")
        first.wait_line("zerodha on ws://")
        with terminal(tmp_path, gateway) as second:
            for broker in ("zerodha", "angel"):
                second.wait_line(rf"^{broker}: (\d+) rows read, \1 kept, 0 skipped")
            second.wait_line("ready: serving")
            with terminal(tmp_path, watch) as third:
                wait_ticks(third, 5)
                with terminal(tmp_path, move) as fourth:
                    assert fourth.wait() == 0
                wait_ticks(third, 20)
    (command,) = re.findall(r"`(broker-gateway instruments search .*?)`", page)
    with terminal(tmp_path, command) as search:
        assert search.wait() == 0 and re.search(r"^USDINR\d\d[A-Z]{3}\d\dFUT +CDS", search.text(), re.M), search.text()
