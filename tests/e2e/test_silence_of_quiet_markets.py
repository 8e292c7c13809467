"""Feeds that are silent, and nothing is wrong with the link: quiet contracts, prices that stay, exchanges that stop. And
times that say nothing of the link."""

import pytest

from brokers import FIFTY, contracts
from silence import NOT_TOO_LONG, FIRST_TICK, LIMIT, Pair

HOURS = 3600


def symbols_of(exchange):
    return [symbol for symbol, where, *_ in FIFTY if where == exchange]

pytestmark = NOT_TOO_LONG


def test_snapshots_of_contracts_that_have_not_traded_for_hours(start, brokers):
    """Shares tick in a mode that has no time at Kite, after one was seen in time. Then come the contracts' times, 3 h ago, one
    after the other and in each mode anew."""
    quiet = contracts(*(f"QUIET{i:02}31DEC99FUT" for i in range(14)))
    shares = FIFTY[:36]
    pair = Pair(start, brokers, instruments=shares + quiet, lag_limit=f"{LIMIT}s")
    pair.serve()
    for broker, sim in zip(brokers, pair.sims):
        sim.fault("times", still=True, tokens={broker.in_books(symbol): 3 * HOURS for symbol, *_ in quiet})
    pair.subscribe(4, shares[:1])
    pair.prices(0, 1)
    pair.ticks_for(LIMIT)
    assert pair.client.unsubscribe(shares[0][0], "NSE", 4)["status"] == "success"
    pair.subscribe(2, shares)
    pair.mark()
    for mode in (1, 2, 4):
        for contract in quiet:
            pair.subscribe(mode, [contract])
            pair.follow(lambda m: m["type"] == "market_data" and m["topic"] == f"{contract[0]}.NFO" and m["mode"] == mode)
    pair.ticks_for(3 * LIMIT)
    pair.nothing_happened(["quiet"])  # the contracts' exchange is
    pair.prices(0)
    pair.add("14 contracts whose snapshots are 3 h old")


@pytest.mark.parametrize("alone", [True, False], ids=["a new login", "the next broker"])
def test_a_time_far_ahead(start, brokers, alone):
    """What comes next is older than that one. How long it is refused is bounded, and `status` counts it."""
    if alone:
        brokers = brokers[:1]
    pair = Pair(start, brokers, instruments=FIFTY[:-1], lag_limit=f"{3 * LIMIT}s").serve()  # an index has no depth
    pair.subscribe(4)
    pair.prices(0)
    symbol = FIFTY[0][0]

    def is_tick(message):
        return message["type"] == "market_data" and message["topic"] == f"{symbol}.NSE" and "snapshot" not in message
    pair.sims[0].fault("times", tokens={brokers[0].in_books(symbol): -50 * 60})
    pair.follow(lambda m: is_tick(m) and m["data"]["timestamp"] > m["received_at"] + 49 * 60)
    pair.mark()
    # A little behind, so that some of its ticks are refused in any case.
    for broker, sim in zip(brokers, pair.sims):
        sim.fault("times", tokens={broker.in_books(symbol): LIMIT})
    pair.sims[0].fault("drop")
    serving = brokers[-1].name
    pair.until("broker_status", status="connected" if alone else "switched", broker=serving)
    pair.follow(lambda m: is_tick(m) and m["broker"] == serving and m["data"]["timestamp"] < m["received_at"] + 60)
    pair.within(2 + 4 * LIMIT)
    text = pair.gateway.run("status")
    assert "updates older than what another login or broker had sent" in text, text
    pair.prices(-1)
    pair.add("a tick stamped 50 minutes ahead, then " + ("a new login" if alone else "the next broker"))


def test_a_last_price_that_stays_beside_a_book_that_moves(start, brokers):
    """The first's clients want last prices. What the second shows them of the book the first would not have shown. Kite sends
    no packet of a last price that has not changed; where Angel does the same, nobody can ask it again."""
    pair = Pair(start, brokers, hot=True).serve()
    pair.subscribe(1)
    pair.prices(0)
    pair.ticks_for(2 * LIMIT)
    key = pair.gateway.key("reader")
    pair.gateway.run("users", "set-broker", "reader", brokers[1].name)
    with pair.gateway.client(key, extras=True) as reader:
        for symbol, exchange, *_ in FIFTY:
            if exchange != "NSE_INDEX":
                assert reader.subscribe(symbol, exchange, 4, 5)["status"] == "success"
        pair.mark()
        pair.sims[1].fault("books_only")
        pair.sims[0].fault("mute", snapshots="still")
        pair.beats(FIRST_TICK + LIMIT)
        reader.barrier()
        reader.market_data.clear()
        reader.data(mode=4)
        assert "switched" not in pair.words()
        if brokers[0].name == "zerodha":
            pair.nothing_happened(["quiet", "halted"])  # indices have no book: nobody shows any of them
        for sim in pair.sims:
            sim.fault("none")
        pair.prices(0)
    pair.add("last prices that stay, and books that move at the other broker")


def test_an_exchange_that_stops_at_both_brokers(start, brokers):
    """Its pace is known by then, which takes three limits."""
    pair = Pair(start, brokers).serve()
    pair.subscribe()
    pair.prices(0)
    pair.ticks_for(4 * LIMIT)
    pair.mark()
    for broker, sim in zip(brokers, pair.sims):
        sim.fault("mute", snapshots="still", tokens=[broker.in_books(symbol) for symbol in symbols_of("NSE")])
    pair.until("market_status", exchange="NSE", status="halted", source="feed")
    pair.beats(FIRST_TICK + LIMIT)
    words = pair.words()
    assert "quiet" in words and "switched" not in words
    assert pair.new_logins()[0] <= 1
    if brokers[0].name == "zerodha":  # which says by its snapshots that nothing trades
        assert "stale" not in words and pair.new_logins()[0] == 0
    live = pair.live[brokers[0].name]
    pair.follow(lambda m: m["type"] == "market_data" and m["topic"].endswith(".BSE"))
    assert pair.live[brokers[0].name] > live
    for sim in pair.sims:
        sim.fault("none")
    told = pair.seen = len(pair.told)
    assert pair.until("market_status", exchange="NSE", source="feed")["status"] == "open"
    pair.seen = told  # in whatever order
    pair.until("feed_status", status="live", broker=brokers[0].name)
    pair.prices(0, 40)
    pair.add("one exchange stops at both brokers while another ticks")


def test_far_strikes_that_do_not_trade(start, brokers):
    """14 of one chain: too few to say that some should have ticked, and none is known to tick."""
    chain = contracts(*(f"NIFTY31DEC99{24_000 + 50 * i}CE" for i in range(14)))
    pair = Pair(start, brokers, instruments=chain)
    for broker, sim in zip(brokers, pair.sims):
        sim.fault("times", still=True, tokens={broker.in_books(symbol): 3 * HOURS for symbol, *_ in chain})
    pair.serve()
    pair.subscribe(4)
    pair.until("feed_status", status="quiet", broker=brokers[0].name)
    pair.beats(2 * LIMIT)
    pair.nothing_happened(["quiet"])
    for sim in pair.sims:
        sim.fault("none")
    pair.until("feed_status", status="live", broker=brokers[0].name)
    pair.prices(0, len(chain))
    pair.nothing_happened(["quiet", "live"])
    pair.add("far strikes that do not trade")
