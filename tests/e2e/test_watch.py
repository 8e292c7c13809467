"""watch in a real terminal, as a person sees it."""

import asyncio
import datetime
import json
import os
import re
import signal
import threading

import pytest
import websockets

from brokers import Kite, start_with
from gateway import BINARY, MOCK, PATIENCE
from terminal import TMUX, Terminal

pytestmark = pytest.mark.skipif(not TMUX, reason="tmux is not installed")

OPEN = {"brokers": {"mock": {**MOCK, "market_hours": "always"}}}  # at any hour of the day
BEST = re.compile(r"(\d+\.\d\d) \| (\d+\.\d\d)")
HEAD = re.compile(r"\bbid \| ask\b")


@pytest.fixture
def watching(request):
    """watching(gateway, "RELIANCE.NSE", …, size=(80, 24), env=…): a terminal in which it is watched."""
    opened = []

    def watch(gateway, *words, size=(80, 24), key=None, env=None):
        command = [BINARY, "watch", *words, "--config", gateway.config, "--key", key or gateway.key()]
        opened.append(Terminal(command, *size, env))
        return opened[-1].__enter__()
    yield watch
    for terminal in opened:
        terminal.__exit__(getattr(request.node, "failed", None), None, None)


def book_of(rows):
    """Its (bid, ask) rows, best first."""
    return [tuple(map(float, found.groups())) for found in map(BEST.search, rows) if found]


def has_book(levels):
    return lambda rows: len(book_of(rows)) == levels


DEPTH = ("RELIANCE.NSE", "--mode", "depth", "--depth", "50")


@pytest.mark.parametrize("size, levels", [((80, 24), 17), ((120, 30), 24), ((160, 50), 44), ((40, 12), 5), ((40, 10), 4)])
def test_it_fits_the_terminal(start, watching, size, levels):
    gateway = start(OPEN)
    columns, count = size
    terminal = watching(gateway, *DEPTH, size=size)
    rows = terminal.wait(lambda rows: has_book(levels)(rows) and rows[1].startswith("live"), f"book of {levels} levels, live")
    assert len(rows) == len(terminal.screen("-J")) == count, "no row is wrapped"
    assert rows[0].startswith("RELIANCE.NSE") and re.search(r"\d\d:\d\d:\d\d IST$", rows[0]), rows[0]
    assert re.match(r"live  \d\.\d s ago +mock simulated$", rows[1]), rows[1]
    assert re.match(r"\d+\.\d\d  [+-]\d+\.\d\d \([+-]\d+\.\d\d %\)", rows[2]) and rows[2].endswith("depth 50"), rows[2]
    assert "spread 0." in "".join(rows[2:4])
    assert rows[-1].endswith("q: quit")
    book = book_of(rows)
    assert book[0][0] < book[0][1]
    assert [bid for bid, _ in book] == sorted((bid for bid, _ in book), reverse=True)
    assert [ask for _, ask in book] == sorted(ask for _, ask in book)
    if columns > 40:
        assert sum(HEAD.search(row) is not None for row in rows) == 1
    assert terminal.state() == (True, False)
    terminal.type("q")
    assert terminal.wait_ended() == ""
    gateway.wait_line(r"client \d+ .* disconnected: 1000")


def test_it_follows_the_size_of_the_terminal(start, watching):
    gateway = start(OPEN)
    terminal = watching(gateway, *DEPTH, size=(120, 30))
    terminal.wait(has_book(24))
    for columns, count, levels in ((80, 24, 17), (40, 10, 4), (100, 20, 14), (160, 50, 44)):
        terminal.resize(columns, count)
        # Every row is one that is drawn at this size: nothing of another size is left.
        width = min(columns, 120)
        rows = terminal.wait(lambda rows: has_book(levels)(rows) and len(rows[0]) == width and len(rows[-1]) == width,
                             f"book of {levels} levels at {columns}x{count}")
        assert len(rows) == count and all(len(row) <= width for row in rows)
        assert sum(row.endswith("q: quit") for row in rows) == 1 and sum("IST" in row for row in rows) == 1


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, "C-c", "Q"])
def test_every_end_leaves_the_terminal_as_it_was(start, watching, end):
    gateway = start(OPEN)
    terminal = watching(gateway, *DEPTH)
    terminal.wait(has_book(17))
    if isinstance(end, str):
        terminal.type(end)
    else:
        os.kill(terminal.process("broker-gateway watch"), end)
    assert terminal.wait_ended() == ""
    gateway.wait_line(r"client \d+ .* disconnected: 1000")


def test_an_error_leaves_the_terminal_as_it_was(start, watching):
    terminal = watching(start(OPEN), "NOPE.NSE")
    assert terminal.wait_ended(1) == "broker-gateway: Symbol NOPE not found for exchange NSE"


def test_a_revoked_key_ends_it_and_says_so(start, watching):
    gateway = start(OPEN)
    terminal = watching(gateway, *DEPTH)
    terminal.wait(has_book(17))
    gateway.run("keys", "revoke", 1)
    assert "disconnected: " in terminal.wait_ended(1)


def test_colours_are_for_those_who_want_them(start, watching):
    gateway = start(OPEN)
    coloured = watching(gateway, *DEPTH)
    coloured.wait(has_book(17))
    assert "\x1b[3" in "".join(coloured.screen("-e"))
    plain = watching(gateway, *DEPTH, env={"NO_COLOR": "1"})
    plain.wait(has_book(17))
    assert "\x1b" not in "".join(plain.screen("-e"))


def test_a_dumb_terminal_gets_lines(start, watching):
    terminal = watching(start(OPEN), "INFY.NSE", "--mode", "ltp", env={"TERM": "dumb"})
    terminal.wait(lambda rows: sum(re.match(r"INFY\.NSE  ltp \d", row) is not None for row in rows) > 2)
    assert terminal.state() == (False, True)
    terminal.type("C-c")
    terminal.wait_text("ENDED 0")


def test_a_new_start_of_the_gateway_is_survived(start, watching, tmp_path):
    gateway = start(OPEN)
    terminal = watching(gateway, *DEPTH)
    terminal.wait(has_book(17))
    gateway.stop()
    rows = terminal.wait_text("lost the gateway")
    assert rows[1].startswith("reconnecting"), rows
    start(OPEN)
    # Outside of the exchange's hours the calendar is told first, and the broker's own hours replace that line.
    terminal.wait(lambda rows: re.search("connected to the gateway again|market NSE", rows[-1]), "connected again")
    assert has_book(17)(terminal.wait(lambda rows: rows[1].startswith("restored"), "restored"))
    terminal.type("q")
    terminal.wait_ended()


def test_it_can_be_left_while_there_is_no_gateway(start, watching):
    gateway = start(OPEN)
    terminal = watching(gateway, *DEPTH)
    terminal.wait(has_book(17))
    gateway.stop()
    terminal.wait_text("lost the gateway")
    terminal.type("q")
    terminal.wait_ended()


def test_it_says_that_another_broker_serves(start, watching):
    gateway = start({"active_broker": ["first", "second"], "brokers": {
        name: {"plugin": "mock", "settings": {"updates_per_second": 20}} for name in ("first", "second")}})
    key = gateway.key("alice")
    terminal = watching(gateway, *DEPTH, key=key)
    assert terminal.wait(has_book(17))[1].endswith("first simulated")
    gateway.run("users", "set-broker", "alice", "second")
    assert terminal.wait_text("switched from broker first to second")
    terminal.wait(lambda rows: rows[1].endswith("second simulated") and has_book(17)(rows))


def sim_gateway(start, tmp_path, hours, **more):
    """Kite's stand-in behind a gateway whose calendar has these hours, and its control."""
    (tmp_path / "config").mkdir()
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    (tmp_path / "config" / "calendar.yaml").write_text(json.dumps(
        {"utc_offset": "+00:00", "exchanges": {"NSE": {"open": hours, "weekdays": week}}}))
    kite = Kite(tmp_path)
    sim = start.sim("--rate", 50, "--heartbeat", 0.2)
    return sim, start_with(start, kite.name, (kite, kite.config(sim.url, **more)))


def test_fewer_levels_than_asked_for_and_a_feed_that_goes_silent(start, watching, tmp_path):
    sim, gateway = sim_gateway(start, tmp_path, "00:00-24:00")
    terminal = watching(gateway, "INFY.NSE", "--mode", "depth", "--depth", "20")
    rows = terminal.wait(has_book(5))
    assert rows[2].endswith("depth 5 of 20") and rows[1].endswith("zerodha"), rows
    assert any("only supports up to 5" in row or "depth level 5 instead" in row for row in rows), rows
    sim.fault("mute")
    terminal.wait(lambda rows: rows[1].startswith("stale"), "stale")
    sim.fault("none")
    terminal.wait(lambda rows: rows[1].startswith("restored"), "restored")


def test_a_lost_broker_is_told(start, watching, tmp_path):
    sim, gateway = sim_gateway(start, tmp_path, "00:00-24:00")
    terminal = watching(gateway, "INFY.NSE", "--mode", "depth")
    terminal.wait(has_book(5))
    sim.stop()
    rows = terminal.wait(lambda rows: rows[1].startswith("broker reconnecting"), "a lost broker")
    assert has_book(5)(rows)


def test_a_closed_market_is_told(start, watching, tmp_path):
    another_hour = (datetime.datetime.now(datetime.timezone.utc).hour + 12) % 24
    sim, gateway = sim_gateway(start, tmp_path, f"{another_hour:02}:00-{another_hour:02}:30", market_hours="calendar")
    sim.fault("mute")
    terminal = watching(gateway, "INFY.NSE", "--mode", "depth")
    terminal.wait(lambda rows: rows[1].startswith("market closed"), "a closed market")


class Numbers:
    """Speaks the client protocol to one client and sends the books that a test chooses, which no broker can be made to send."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.started = threading.Event()
        self.subscribed = threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self.serve()])
        self.thread.start()
        assert self.started.wait(PATIENCE)

    async def serve(self):
        self.ended = asyncio.Event()
        async with websockets.serve(self.talk, "127.0.0.1", 0) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            self.started.set()
            await self.ended.wait()

    async def talk(self, socket, *_):
        self.socket = socket
        await socket.recv()
        await socket.send(json.dumps({"type": "authentication", "status": "success", "broker": "b", "broker_status": "connected"}))
        await socket.recv()
        self.subscribed.set()
        await self.ended.wait()

    def send(self, quantity, levels):
        side = [{"price": 100.0, "quantity": quantity, "orders": 1}] * levels
        message = {"type": "market_data", "broker": "b", "data": {"ltp": 100.0, "depth": {"buy": side, "sell": side}}}
        asyncio.run_coroutine_threadsafe(self.socket.send(json.dumps(message)), self.loop).result(PATIENCE)

    def close(self):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(PATIENCE)


def test_nothing_is_left_of_longer_numbers_and_deeper_books():
    numbers = Numbers()
    try:
        with Terminal([BINARY, "watch", "X.NSE", "--mode", "depth", "--url", numbers.url, "--key", "k"], 80, 24) as terminal:
            assert numbers.subscribed.wait(PATIENCE)
            numbers.send(123456789012, 10)
            rows = terminal.wait(has_book(10))
            assert "123456789012" in rows[4]
            numbers.send(7, 2)
            rows = terminal.wait(has_book(2))
            assert re.fullmatch(r" *█+ +1 +7 +100\.00 \| 100\.00 +7 +1 +█+", rows[4]), rows[4]
            assert not any("12345" in row for row in rows) and rows[6:23] == [""] * 17
    finally:
        numbers.close()
