"""A broker that ceases to tick while its cache goes on: what is subscribed is answered by newer values, which prove no life."""

import pytest

from brokers import Angel, Kite
from silence import NOT_TOO_LONG, LIMIT, Pair

MINUTE = 60

pytestmark = NOT_TOO_LONG


def test_never_back_to_a_broker_that_shows_snapshots_only(start, brokers):
    """Its link looks well and each new subscription is answered by newer values, for longer than a preferred broker has to
    be well before its return."""
    pair = Pair(start, brokers).serve()
    pair.subscribe()
    pair.prices(0)
    pair.ticks_for(2 * LIMIT)
    pair.mark()
    pair.sims[0].fault("mute", snapshots="moving")
    pair.switches(2 * LIMIT)
    mute, serving = (broker.name for broker in pair.brokers)
    live = dict(pair.live)
    pair.beats(MINUTE + 5 * LIMIT)
    assert pair.words().count("switched") == 1
    assert pair.live[mute] == live[mute] and pair.live[serving] > live[serving]
    # At once, and once more a minute later, 20 % sooner or later.
    assert pair.new_logins()[0] <= 2 and pair.new_logins()[1] <= 1
    pair.prices(1)
    pair.add("first of two brokers mute, with snapshots that move")


@pytest.mark.parametrize("broker", [Kite, Angel])
def test_one_broker_alone_is_not_live_by_its_snapshots(start, broker, tmp_path):
    pair = Pair(start, [broker(tmp_path)]).serve()
    pair.subscribe()
    pair.prices(0)
    pair.ticks_for(2 * LIMIT)
    pair.mark()
    pair.sims[0].fault("mute", snapshots="moving")
    pair.until("feed_status", status="stale")
    pair.within(2 * LIMIT)
    pair.beats(5 * LIMIT)
    assert "live" not in pair.words() and pair.counts(0)["feed"] == "stale"
    assert pair.new_logins() == [1]
    pair.sims[0].fault("none")
    pair.until("feed_status", status="live")
    pair.prices(0)
    assert pair.words().count("live") == 1
    pair.add("one broker alone mute, with snapshots that move")
