"""A first broker that never ticks, or falls silent too soon for its pace to be known, beside a second that ticks; heartbeats
throughout."""

import pytest

from silence import FIRST_TICK, LIMIT, Pair


@pytest.mark.parametrize("fault, row", [({}, "never a tick nor a snapshot"),
                                        ({"snapshots": "once"}, "one snapshot for each instrument, then mute")])
def test_a_first_broker_that_never_ticks(start, brokers, fault, row):
    """The second has shown nothing so far: it is connected and subscribed beside, and ticks before anything is moved."""
    pair = Pair(start, brokers)
    pair.sims[0].fault("mute", **fault)
    pair.serve()
    pair.subscribe()
    pair.switches(FIRST_TICK + LIMIT)
    first, second = pair.logins()
    assert first <= 2 and second == 1
    pair.add(f"first of two brokers: {row}")


@pytest.mark.parametrize("fault, row", [({}, "never a tick nor a snapshot"),
                                        ({"snapshots": "once"}, "one snapshot for each instrument, then mute")])
def test_a_first_broker_that_never_ticks_beside_one_that_stands_by(start, brokers, fault, row):
    """The second's values prove the first silent long before ticks are due."""
    pair = Pair(start, brokers, hot=True)
    pair.sims[0].fault("mute", **fault)
    pair.sims[1].fault("mute")
    pair.serve()
    pair.subscribe()
    pair.beats(2)
    pair.nothing_happened()
    pair.mark()
    pair.sims[1].fault("none")
    pair.switches(2 * LIMIT)
    first, second = pair.logins()
    assert first <= 2 and second == 1
    pair.add(f"first of two brokers: {row}; the next hot")


def test_mute_a_second_after_the_first_tick(start, brokers):
    """Too soon for the feed's pace to be known. Kite is asked again; Angel need not answer a new subscription, and the one
    that stands by shows that something trades."""
    asked = brokers[0].name == "zerodha"
    pair = Pair(start, brokers, hot=not asked).serve()
    pair.subscribe()
    pair.prices(0)
    pair.ticks_for(1)
    pair.mark()
    pair.sims[0].fault("mute", snapshots="moving")
    pair.switches(3 * LIMIT)
    assert pair.new_logins()[0] <= 1
    pair.add("first of two brokers mute 1 s after its first tick" + ("" if asked else "; the next hot"))
