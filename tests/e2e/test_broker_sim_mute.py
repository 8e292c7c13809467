"""What broker-sim's ticks can lack while its heartbeats go on, in both protocols, as a client sees it."""

import struct

import pytest

from stand_in import Angel, Kite, next_frame, pong, until, wait_for

KITE, ANGEL = Kite(), Angel()
RATE = 200


@pytest.fixture(params=[KITE, ANGEL], ids=["kite", "angel"])
def kind(request):
    return request.param


@pytest.fixture
def sim(start, kind):
    return start.sim("--rate", RATE, "--heartbeat", 0.05, broker=kind.broker)


@pytest.fixture
def client(sim, kind):
    with kind.connect(sim) as client:
        yield client


def tokens(kind, *numbers):
    return [number if kind is KITE else str(number) for number in numbers]


def in_books(kind, number):
    return str(number) if kind is KITE else f"1:{number}"


def subscribe(kind, client, *numbers):
    kind.subscribe(client, *tokens(kind, *numbers))


def unsubscribe(kind, client, *numbers):
    names = tokens(kind, *numbers)
    client.send({"a": "unsubscribe", "v": names} if kind is KITE else kind.request(0, 3, *names))


def values(kind, frame):
    """Of the richest packet of a frame: last price, volume, time of the last trade, exchange time, the book's bytes."""
    if kind is ANGEL:
        (ltp, _, _, volume), traded = struct.unpack_from("<4q", frame, 43), struct.unpack_from("<q", frame, 123)[0]
        return ltp, volume, traded, struct.unpack_from("<q", frame, 35)[0] // 1000, frame[147:347]
    packet = frame[4:]
    assert len(packet) == 184
    return (*(struct.unpack_from(">I", packet, at)[0] for at in (4, 16, 44, 60)), packet[64:])


def answer(kind, client):
    """To a subscribe in full mode, which Kite answers with a quote first."""
    if kind is KITE:
        assert kind.ticks(next_frame(client))[0][1] == 44
    return next_frame(client)


def quiet(sim, client, beats=10):
    """Heartbeats come and nothing else."""
    pong(client)
    client.socket.messages.clear()
    goal = sim.books()["heartbeats_sent"] + beats
    until(sim, lambda books: books["heartbeats_sent"] >= goal)
    pong(client)
    return {bytes(m) if isinstance(m, bytes) else m for m in client.socket.messages} <= {b"\0", "pong"}


def test_heartbeats_come_as_often_as_asked(sim, kind, client):
    wait_for(client, lambda m: m == (b"\0" if kind is KITE else "pong"))
    sim.fault("silence")
    before = sim.books()["heartbeats_sent"]
    for _ in range(20):
        pong(client)
    assert sim.books()["heartbeats_sent"] == before


def test_some_instruments_are_mute_while_others_tick(sim, kind, client):
    sim.fault("mute", tokens=[in_books(kind, 1001)])
    subscribe(kind, client, 1001, 1002)
    names = {str(t[0]) for _ in range(50) for t in kind.ticks(next_frame(client))}
    assert names == {in_books(kind, 1002)}
    sim.fault("mute")  # in its place
    assert quiet(sim, client)
    sim.fault("none")
    wait_for(client, lambda m: any(str(t[0]) == in_books(kind, 1001) for t in kind.ticks(m)))


def test_snapshots_that_stand_still(sim, kind, client):
    subscribe(kind, client, 1001)
    wait_for(client, lambda m: any(t[2] for t in kind.ticks(m)))
    sim.fault("mute", snapshots="still")
    pong(client)
    last = [m for m in client.socket.messages if isinstance(m, bytes) and len(m) > 1]
    last = last[-1] if last else None
    client.socket.messages.clear()
    seen = set()
    for _ in range(3):
        unsubscribe(kind, client, 1001)
        subscribe(kind, client, 1001)
        seen.add(answer(kind, client))
        assert quiet(sim, client)
    assert len(seen) == 1 and seen <= ({last} if last else seen)


def test_snapshots_that_move(sim, kind, client):
    sim.fault("mute", snapshots="moving")
    before = None
    for _ in range(20):
        subscribe(kind, client, 1001)
        now = values(kind, answer(kind, client))
        if before:
            assert now[0] != before[0] and now[1] > before[1] and now[2] >= before[2] and now[3] >= before[3]
        before = now
        unsubscribe(kind, client, 1001)
    assert quiet(sim, client)


def test_a_snapshot_of_each_instrument_once(sim, kind, client):
    sim.fault("mute", snapshots="once")
    subscribe(kind, client, 1001)
    answer(kind, client)
    unsubscribe(kind, client, 1001)
    subscribe(kind, client, 1001)
    assert quiet(sim, client)
    subscribe(kind, client, 1002)
    answer(kind, client)
    assert quiet(sim, client)
    with kind.connect(sim) as other:
        subscribe(kind, other, 1001)
        answer(kind, other)


def test_an_instrument_that_stands_still_has_one_state_only(sim, kind, client):
    sim.fault("times", tokens={in_books(kind, 1001): 10_800}, still=True)
    subscribe(kind, client, 1001)
    first = answer(kind, client)
    assert quiet(sim, client, 25)  # more than a second
    unsubscribe(kind, client, 1001)
    subscribe(kind, client, 1001)
    assert answer(kind, client) == first


def test_times_may_be_ahead(sim, kind, client):
    subscribe(kind, client, 1001)
    time = next(t[2] for t in kind.ticks(wait_for(client, lambda m: any(t[2] for t in kind.ticks(m)))))
    sim.fault("times", tokens={in_books(kind, 1001): -3000})
    wait_for(client, lambda m: any(t[2] and t[2] >= time + 2990 for t in kind.ticks(m)))


def test_only_the_book_changes(sim, kind, client):
    sim.fault("books_only", tokens=[in_books(kind, 1001)])
    subscribe(kind, client, 1001)
    first = values(kind, answer(kind, client))
    books = {first[4]}
    for _ in range(3 * RATE):  # of three seconds, so that the time goes on
        last = values(kind, next_frame(client))
        assert last[:3] == first[:3]
        books.add(last[4])
    assert last[3] > first[3] and len(books) > 2 * RATE
    sim.fault("books_only")
    poorest = {"a": "mode", "v": ["ltp", [1001]]} if kind is KITE else kind.request(1, 1, "1001")
    if kind is ANGEL:
        unsubscribe(kind, client, 1001)
    client.send(poorest)
    wait_for(client, lambda m: any(t[1] in (8, 51) for t in kind.ticks(m)))
    assert quiet(sim, client)


@pytest.mark.parametrize("more", [{"tokens": ["1"]}, {"snapshots": "still"}])
def test_recorded_frames_are_mute_as_a_whole_only(start, tmp_path, more):
    (tmp_path / "1.bin").write_bytes(b"\0\0")
    sim = start.sim("--frames", tmp_path)
    status, body = sim.ask_fault({"fault": "mute", **more})
    assert status == 400 and "beside recorded frames" in body["error"]
    sim.fault("mute")
