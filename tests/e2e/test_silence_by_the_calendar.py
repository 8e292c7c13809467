"""Silence at the hours that config/calendar.yaml knows: before the open, in the closing auction; and ticks while it says
closed."""

from brokers import FIFTY, contracts
from gateway import PATIENCE
from silence import NOT_TOO_LONG, ALL_DAY, FIRST_TICK, LIMIT, Pair, change_of_minute, write_calendar

# The change of a minute is noon.
OPENS = {"pre_open": "11:00-12:00", "open": "12:00-13:00"}
CLOSED = {"open": "01:00-02:00"}
TO_THE_MINUTE = 60 + 4 * LIMIT + PATIENCE

pytestmark = NOT_TOO_LONG


def test_mute_two_seconds_before_the_open(start, brokers, tmp_path):
    asked = brokers[0].name == "zerodha"
    at, offset = change_of_minute(4 * LIMIT)
    write_calendar(tmp_path, offset, NSE=OPENS, BSE=OPENS, NSE_INDEX=OPENS)
    pair = Pair(start, brokers, hot=not asked, market_hours="calendar").serve()
    pair.subscribe()
    pair.prices(0)
    pair.ticks_until(at - 2)
    pair.sims[0].fault("mute", snapshots="moving")
    pair.nothing_happened()
    pair.until("market_status", TO_THE_MINUTE, exchange="NSE", status="open", source="calendar")
    pair.mark()
    pair.switches(3 * LIMIT)
    assert pair.new_logins()[0] <= 1
    pair.add("first of two brokers mute 2 s before the open" + ("" if asked else "; the next hot"))


def test_the_closing_auction(start, brokers, tmp_path):
    """As the exchange plays it: nothing trades for minutes, then all at one price and at once, then nothing again."""
    shares = [row for row in FIFTY if row[1] == "NSE"]
    futures = contracts(*(f"{symbol}31DEC99FUT" for symbol, *_ in shares))
    at, offset = change_of_minute(3 * LIMIT)
    write_calendar(tmp_path, offset, NFO=ALL_DAY, NSE={**ALL_DAY, "kinds": {"shares_with_derivatives": {
        "open": "11:00-12:00", "auction": "12:00-13:00"}}})
    pair = Pair(start, brokers, instruments=shares, market_hours="calendar")
    for broker in brokers:
        broker.write_list(shares + futures)
    pair.serve()
    pair.subscribe()
    pair.prices(0)
    pair.mark()
    pair.ticks_until(at - LIMIT / 3)
    for turn in range(2):
        for sim in pair.sims:
            sim.fault("mute", snapshots="still")
        pair.beats(2 * LIMIT if turn else FIRST_TICK + LIMIT)
        pair.nothing_happened()
        if turn == 0:
            for sim in pair.sims:
                sim.fault("none")
            pair.prices(0, len(shares))
    for sim in pair.sims:
        sim.fault("none")
    pair.prices(0)
    pair.nothing_happened()
    pair.add("the closing auction")


def test_ticks_while_the_calendar_says_closed(start, brokers, tmp_path):
    _, offset = change_of_minute(0)
    write_calendar(tmp_path, offset, NSE=CLOSED, BSE=CLOSED, NSE_INDEX=CLOSED)
    pair = Pair(start, brokers, market_hours="calendar").serve()
    pair.subscribe()
    pair.prices(0)
    pair.until("market_status", exchange="NSE", status="closed", source="calendar")
    pair.until("market_status", exchange="NSE", status="open", source="feed")
    pair.prices(0)
    pair.add("ticks while the calendar says closed")
