"""A list of two brokers whose feeds fall silent in many ways while their heartbeats go on: what test_silence*.py play."""

import os
import json
import time

import pytest

import fault_table
from brokers import FIFTY, STALL, Angel, Kite, link_of, start_with
from gateway import PATIENCE
from monitoring import looks_agree
from stand_in import until

LIMIT = 3 * STALL  # the stall limit
FIRST_TICK = 10 * STALL
BEAT = 0.5
RATE = 5
# What connecting, subscribing and the client's own reading take beside the limits. Under a sanitizer everything takes
# its time.
MACHINERY = 2
NOON = 12 * 60
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALL_DAY = {"open": "00:00-24:00"}
EXCHANGES = ("NSE", "BSE", "NFO", "NSE_INDEX")


LONG = os.environ.get("GW_LONG") == "1"
SANITIZED = os.environ["GW_BUILD"].endswith("san")
# Limits are fourfold under sanitizers: there the rows of test_silence.py are played, and all of them in a long run.
NOT_TOO_LONG = pytest.mark.skipif(SANITIZED and not LONG, reason="a long run plays it")


@pytest.fixture(params=[(Kite, Angel), (Angel, Kite)], ids=["kite first", "angel first"])
def brokers(request, tmp_path):
    if request.param[0] is Angel and hasattr(request.module, "pytestmark") and not LONG:
        pytest.skip("a long run plays it the other way round too")
    return [broker(tmp_path) for broker in request.param]


class Pair:
    """A gateway with an ordered list of brokers, a client with extras, and what that client was told."""

    def __init__(self, start, brokers, instruments=FIFTY, rate=RATE, hot=False, **more):
        self.start, self.brokers, self.instruments, self.hot, self.more = start, brokers, instruments, hot, more
        self.sims = [start.sim("--rate", rate, "--heartbeat", BEAT, broker=broker.name) for broker in brokers]
        for broker in brokers:
            broker.write_list(instruments)
        self.told = []
        self.seen = 0  # of what was told
        self.live = {broker.name: 0 for broker in brokers}  # updates

    # ---- the gateway and its client

    def serve(self):
        folder = self.brokers[0].list.parent
        if not (folder / "config").exists():
            write_calendar(folder, "+00:00", **dict.fromkeys(EXCHANGES, ALL_DAY))
        self.gateway = start_with(self.start, [broker.name for broker in self.brokers], *[
            (broker, self.configuration(place)) for place, broker in enumerate(self.brokers)])
        self.client = self.gateway.client(extras=True)
        self.start.ends_with_it(self.client)
        self.until("broker_status", status="connected", broker=self.brokers[0].name)
        self.mark()
        return self

    def configuration(self, place):
        more = {"market_hours": "always", "stall_limit": f"{LIMIT}s", "first_tick_limit": f"{FIRST_TICK}s", **self.more}
        return self.brokers[place].config(self.sims[place].url, **more, **({"standby": "hot"} if self.hot and place else {}))

    def mark(self):
        """The row begins."""
        self.begin, self.row_from, self.logins_before = time.monotonic(), len(self.told), self.logins()
        self.seen = len(self.told)

    def subscribe(self, mode=2, instruments=None):
        symbols = [{"symbol": symbol, "exchange": exchange} for symbol, exchange, *_ in instruments or self.instruments]
        request = {"action": "subscribe", "mode": mode, "symbols": symbols, **({"depth_level": 5} if mode == 4 else {})}
        answer = self.client.ask(request)
        assert answer["status"] == "success", answer
        self.keep()

    def keep(self):
        for message in self.client.notices + self.client.market_data:
            self.note(message)
        self.client.notices.clear()
        self.client.market_data.clear()

    def note(self, message):
        if message["type"] in ("feed_status", "broker_status", "market_status"):
            self.told.append(message)
        if message["type"] == "market_data" and "snapshot" not in message:
            self.live[message["broker"]] += 1

    # ---- waiting

    def follow(self, done, patience=PATIENCE):
        give_up = time.monotonic() + patience
        while True:
            message = self.client.receive()
            self.note(message)
            if done(message):
                return message
            assert time.monotonic() < give_up, (message, self.words())

    def until(self, kind, patience=PATIENCE, **fields):
        """The next of what was told that has these fields."""
        give_up = time.monotonic() + patience
        while True:
            while self.seen < len(self.told):
                message = self.told[self.seen]
                self.seen += 1
                if message["type"] == kind and all(message.get(k) == v for k, v in fields.items()):
                    return message
            assert time.monotonic() < give_up, (kind, fields, self.words())
            self.wait_for_more()

    def wait_for_more(self):
        """What comes until the next heartbeat at most: a feed that is mute has the client hear nothing."""
        time.sleep(BEAT / 4)
        self.client.barrier()
        self.keep()

    def prices(self, place, topics=20):
        """So many instruments tick, and this broker sends it."""
        begin, heard = time.time(), set()

        def hears(message):
            if message["type"] == "market_data" and "snapshot" not in message and message["received_at"] > begin:
                assert message["broker"] == self.brokers[place].name, message
                heard.add(message["topic"])
            return len(heard) >= topics
        self.follow(hears)

    def ticks_for(self, seconds):
        end = time.time() + seconds
        self.follow(lambda m: m["type"] == "market_data" and m["received_at"] > end, seconds + PATIENCE)

    def ticks_until(self, wall):
        self.ticks_for(wall - time.time())

    def beats(self, seconds, place=-1):
        """So many heartbeats of a broker as one connection has in these seconds."""
        goal = self.sims[place].books()["heartbeats_sent"] + seconds / BEAT
        while self.sims[place].books()["heartbeats_sent"] < goal:
            self.wait_for_more()

    def switches(self, limit):
        """Away from the first, within so many seconds."""
        self.until("feed_status", status="stale", broker=self.brokers[0].name)
        self.until("broker_status", status="switched", broker=self.brokers[1].name)
        self.within(limit)
        self.prices(1)

    def within(self, seconds):
        taken = time.monotonic() - self.begin
        assert taken < (2 * seconds if SANITIZED else seconds + MACHINERY), (taken, seconds)

    # ---- what was seen

    def logins(self):
        return [sim.books()["logins"]["accepted"] for sim in self.sims]

    def new_logins(self):
        return [now - before for now, before in zip(self.logins(), self.logins_before)]

    def words(self):
        """Of feeds, links and exchanges, since the row began."""
        return [message["status"] for message in self.told[self.row_from:]
                if message["type"] != "market_status" or message["source"] == "feed"]

    def nothing_happened(self, allowed=()):
        """Nobody was told more than this, nothing was moved, and no login was spent."""
        self.client.barrier()
        self.keep()
        assert set(self.words()) <= set(allowed), self.words()
        assert self.new_logins() == [0] * len(self.sims)
        assert self.counts(0)["status"] == "connected" and self.counts(0)["feed"] != "stale"
        assert looks_agree(self.gateway)["ready"]
        self.gateway.run("status", status=0)

    def counts(self, place):
        return link_of(self.gateway, self.brokers[place])

    def add(self, row, seconds=None):
        """To the table, with the broker that serves now."""
        seconds = time.monotonic() - self.begin if seconds is None else seconds
        order = [broker.name for broker in self.brokers]
        with self.gateway.client(extras=True) as asker:
            serving = asker.ask({"action": "get_broker_info"})["broker"]
        sim = self.sims[order.index(serving)]
        held = {symbol for symbol, *_ in self.instruments}
        books = until(sim, lambda books: len(books["subscriptions"]) == len(held))
        assert set(books["subscriptions"]) == {self.brokers[order.index(serving)].in_books(symbol) for symbol in held}
        looks_agree(self.gateway)
        fault_table.add(row, ", ".join(order), self.words(), seconds, True, sum(self.new_logins()))

def change_of_minute(least):
    """When the next minute begins that is at least so far away, wall clock; and the hours east of UTC that make it noon."""
    at = (int(time.time() + least) // 60 + 1) * 60
    offset = (NOON - at // 60 % (24 * 60) + NOON) % (24 * 60) - NOON
    return at, f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def write_calendar(folder, utc_offset, **exchanges):
    (folder / "config").mkdir()
    (folder / "config" / "calendar.yaml").write_text(json.dumps({
        "utc_offset": utc_offset, "exchanges": {name: {"weekdays": WEEK, **hours} for name, hours in exchanges.items()}}))
