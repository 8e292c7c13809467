"""Every fault of broker-sim once, in both protocols, as a client sees it."""

import pytest

from stand_in import Angel, Kite, Raw, next_frame, next_text, pong, refused, until, wait_for

KITE, ANGEL = Kite(), Angel()


@pytest.fixture(params=[KITE, ANGEL], ids=["kite", "angel"])
def kind(request):
    return request.param


@pytest.fixture
def sim(start, kind):
    return start.sim("--rate", 500, broker=kind.broker)


@pytest.fixture
def client(sim, kind):
    """Subscribed to one instrument whose ticks come."""
    with kind.connect(sim) as client:
        kind.subscribe(client)
        wait_for(client, lambda m: any(time for _, _, time, _ in kind.ticks(m)))  # in the richest mode
        yield client


def frames_after(client, count):
    """What is sent from now on."""
    pong(client)
    client.socket.messages.clear()
    return [next_frame(client) for _ in range(count)]


def test_mute(sim, kind, client):
    sim.fault("mute")
    pong(client)
    client.socket.messages.clear()
    if kind is KITE:
        assert client.receive_text() == b"\0"
    for _ in range(100):
        client.send("ping")
        if kind is ANGEL:
            assert client.receive_text() == "pong"
        pong(client)
    assert not client.socket.messages
    sim.fault("none")
    next_frame(client)


def test_silence(sim, kind, client):
    sim.fault("silence")
    pong(client)
    client.socket.messages.clear()
    for _ in range(100):
        client.send("ping")
        pong(client)
    assert not client.socket.messages
    sim.fault("none")
    next_frame(client)


def test_half_open(sim, kind):
    with Raw(sim) as old, Raw(sim) as new:
        old.upgrade()
        old.wait_for(b"\r\n\r\n")
        old.ping()
        old.wait_for(b"\x8a\x00")
        sim.fault("half_open")
        old.received = b""
        old.ping()
        new.upgrade()
        assert old.hears_nothing() and new.hears_nothing()
        assert sim.books()["connections"]["open"] == 1
        sim.fault("none")
        old.wait_for(b"\x8a\x00")
        new.wait_for(b"HTTP/1.1 101")


def test_lag(sim, kind, client):
    now = kind.ticks(frames_after(client, 1)[0])[0][2]
    sim.fault("lag", seconds=1000)
    late = kind.ticks(frames_after(client, 1)[0])[0][2]
    assert now - 1000 <= late < now - 900


def test_throttle(sim, kind, client):
    sim.fault("throttle", frames_per_second=0.5)
    until(sim, lambda b: b["frames_dropped"] > 0)
    sim.fault("none")
    next_frame(client)


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_upgrade(sim, kind, status):
    sim.fault("upgrade", status=status, retry_after=7, headers={"x-more": "said"})
    error = refused(kind.connect, sim)
    assert (error.status_code, error.headers["Retry-After"], error.headers["x-more"]) == (status, "7", "said")
    told = "Invalid Header - Invalid Auth token" if kind is ANGEL and status == 401 else None
    assert error.headers.get("x-error-message") == told
    assert sim.books()["logins_refused"] == {str(status): 1}


def test_upgrade_with_a_page_of_a_firewall(sim, kind):
    sim.fault("upgrade", status=403, body="<html><title>Denied</title></html>", content_type="text/html", count=1)
    error = refused(kind.connect, sim)
    assert (error.status_code, error.headers["Content-Type"]) == (403, "text/html")
    with kind.connect(sim) as client:  # it was the next one only
        pong(client)


def test_upgrade_answered_with_given_bytes(sim, kind):
    sim.fault("upgrade", raw=b"HTTP/1.1 403 No\r\nX-Page: theirs\r\nContent-Length: 0\r\n\r\n".hex())
    error = refused(kind.connect, sim)
    assert (error.status_code, error.headers["X-Page"]) == (403, "theirs")


def test_upgrade_with_many_headers(sim, kind):
    sim.fault("upgrade", status=403, header_bytes=9_000)
    assert refused(kind.connect, sim).status_code == 403


def test_slow_requests_wait_and_take_effect_in_their_order(sim, kind):
    with kind.connect(sim) as client:
        sim.fault("slow_requests", milliseconds=300)
        kind.subscribe(client)
        until(sim, lambda b: b["requests"]["waiting"] > 0)
        until(sim, lambda b: b["requests"]["waiting"] == 0 and b["subscriptions"])


@pytest.mark.parametrize("close", [4001, None])
def test_token_death(sim, kind, client, close):
    sim.fault("token_death", **({"close": close} if close else {}))
    assert client.wait_closed()[0] == (close or 1006)
    for _ in range(2):
        assert refused(kind.connect, sim).status_code == kind.expired
    kind.connect(sim, secret="fresh").close()
    sim.fault("none")
    kind.connect(sim).close()


def test_close_and_drop(sim, kind, client):
    sim.fault("close", code=1012)
    assert client.wait_closed()[0] == 1012
    with kind.connect(sim) as other:
        sim.fault("drop")
        assert other.wait_closed()[0] == 1006


@pytest.mark.parametrize("name", ["truncated", "corrupted"])
def test_frames_that_do_not_add_up(sim, kind, client, name):
    good = len(next_frame(client))
    sim.fault(name, every=2)
    frames = frames_after(client, 10)
    adds_up = [kind.ticks(frame) is not None for frame in frames]
    assert adds_up in ([True, False] * 5, [False, True] * 5)
    assert {len(f) for f in frames} == ({good, good // 2} if name == "truncated" else {good})


def test_unknown(sim, kind, client):
    sim.fault("unknown", every=2)
    known = [bool(kind.ticks(frame)) for frame in frames_after(client, 10)]
    assert known in ([True, False] * 5, [False, True] * 5)
    if kind is KITE:
        assert all(kind.ticks(frame) is not None for frame in frames_after(client, 2))


def test_oversized(sim, kind, client):
    good = len(next_frame(client))
    sim.fault("oversized", bytes=100_000, every=3)
    sizes = [len(frame) for frame in frames_after(client, 8)]
    first = sizes.index(100_000)
    assert sizes[first:first + 5] == [100_000, good, good, good, 100_000]
    sim.fault("oversized")
    wait_for(client, lambda m: len(m) == 5 << 20)


def test_duplicate(sim, kind, client):
    sim.fault("duplicate")
    frames = frames_after(client, 11)
    if frames[0] != frames[1]:
        frames.pop(0)
    assert frames[0:10:2] == frames[1:10:2] and len(set(frames[:10])) == 5


def test_out_of_order(sim, kind, client):
    sim.fault("out_of_order")
    ticks = [kind.ticks(frame)[0] for frame in frames_after(client, 20)]
    assert any(b[2] < a[2] and b[3] < a[3] for a, b in zip(ticks, ticks[1:]))
    sim.fault("none")
    ticks = [kind.ticks(frame)[0] for frame in frames_after(client, 20)][1:]
    assert ticks == sorted(ticks, key=lambda t: t[3])


def test_refuse_subscriptions(sim, kind, client):
    other = 738561 if kind is KITE else "2885"
    other_in_books = "738561" if kind is KITE else "1:2885"
    sim.fault("refuse_subscriptions", tokens=[other if kind is KITE else other_in_books])
    kind.subscribe(client, other)
    assert kind.complaint(client) == ("Subscription refused: 738561" if kind is KITE else "E1001")
    third, third_in_books = (1, "1") if kind is KITE else ("1", "1:1")
    kind.subscribe(client, third)
    until(sim, lambda b: set(b["subscriptions"]) == {kind.one_in_books, third_in_books})
    sim.fault("refuse_subscriptions")
    kind.subscribe(client, 2 if kind is KITE else "2")
    assert kind.complaint(client)
    sim.fault("none")
    kind.subscribe(client, other)
    until(sim, lambda b: set(b["subscriptions"]) == {kind.one_in_books, third_in_books, other_in_books})


def test_over_limit(sim, kind, client):
    sim.fault("over_limit", instruments=2)
    kind.subscribe(client, *([1, 2] if kind is KITE else ["1", "2"]))
    assert kind.complaint(client) == ("Subscription limit of 2 instruments reached" if kind is KITE else "E1002")
    # Kite takes as many as fit, Angel refuses the request as a whole.
    held = {kind.one_in_books, "1"} if kind is KITE else {kind.one_in_books}
    assert set(sim.books()["subscriptions"]) == held


def test_connections(sim, kind, client):
    sim.fault("connections", limit=1)
    assert refused(kind.connect, sim).status_code == 429
    kind.connect(sim, account="other").close()


def test_slow_handshake(sim, kind):
    sim.fault("slow_handshake", milliseconds=3_000_000)
    with Raw(sim) as slow:
        slow.upgrade()
        assert slow.hears_nothing()
        sim.fault("slow_handshake", milliseconds=1)
        kind.connect(sim).close()
        assert slow.hears_nothing()


def test_refuse_connections(sim, kind, client):
    sim.fault("refuse_connections")
    with pytest.raises(ConnectionRefusedError):
        kind.connect(sim)
    frames_after(client, 1)
    sim.fault("none")
    kind.connect(sim).close()


def test_random_drops(sim, kind, client):
    with kind.connect(sim) as other:
        sim.fault("random_drops", per_second=50, seed=7)
        assert client.wait_closed()[0] == other.wait_closed()[0] == 1006
    sim.fault("none")


def test_frame_and_text(sim, kind, client):
    sim.fault("mute")
    sim.fault("frame", hex="00ff")
    sim.fault("text", text='{"hello":1}')
    wait_for(client, lambda m: m == b"\x00\xff")
    assert next_text(client, lambda m: "hello" in m)


@pytest.mark.parametrize("request_, complaint", [
    ([], 'found no JSON object, expected {"fault":NAME}'),
    ({}, "fault: found nothing, expected one of books_only, close, connections, corrupted, drop, duplicate, frame, half_open, "
         "instruments_meta, lag, mute, none, out_of_order, over_limit, oversized, pings, profile, random_drops, "
         "refuse_connections, refuse_subscriptions, silence, slow_handshake, slow_requests, text, throttle, times, token_death, truncated, unknown, upgrade"),
    ({"fault": "upgrade", "status": 42}, "upgrade: status: found 42, expected a whole number from 200 to 599"),
    ({"fault": "throttle"}, "throttle: frames_per_second: found nothing, expected a number above 0"),
    ({"fault": "mute", "after": 3}, "mute: found the field after, expected only those of this fault"),
    ({"fault": "frame", "hex": "0"}, 'frame: hex: found "0", expected pairs of 0-9 and a-f'),
    ({"fault": "over_limit"}, "over_limit: instruments: found nothing, expected a whole number above 0")])
def test_a_wrong_request_is_told_what_is_wrong(start, request_, complaint):
    assert start.sim().ask_fault(request_) == (400, {"ok": False, "error": complaint})
