"""broker-sim's addresses and recordings, and the faults of its connections that other tests only use."""

import os
import socket
import struct
import time

import pytest

from gateway import Sim
from stand_in import Angel, Kite, Raw, next_frame, next_text, pong, refused, until, wait_for

KITE, ANGEL = Kite(), Angel()


@pytest.fixture(params=[KITE, ANGEL], ids=["kite", "angel"])
def kind(request):
    return request.param


@pytest.fixture
def sim(start, kind):
    return start.sim("--rate", 100, broker=kind.broker)


def answered(sim, fault):
    """The bytes that a refused upgrade is answered with in half a second, and whether the connection ended then."""
    sim.fault("upgrade", **fault)
    with Raw(sim) as raw:
        raw.upgrade()
        raw.wait_for(b"\r\n\r\n")
        give_up = time.monotonic() + 0.5
        while (left := give_up - time.monotonic()) > 0:
            raw.socket.settimeout(left)
            try:
                more = raw.socket.recv(65536)
            except TimeoutError:
                break
            if not more:
                return raw.received, True
            raw.received += more
        return raw.received, False


def test_several_addresses_are_one_broker(start):
    sim = start.sim("--address", "127.0.0.1", "--address", "127.0.0.2")
    sim.wait_line(rf"zerodha on ws://127.0.0.2:{sim.port}/")
    with KITE.connect(sim), KITE.connect(sim, host="127.0.0.2"):
        books = sim.books()
        assert books["connections"]["by_address"] == {"127.0.0.1": 1, "127.0.0.2": 1}
        assert {c["address"] for c in books["connections"]["list"]} == {"127.0.0.1", "127.0.0.2"}


def test_a_silent_address_accepts_and_never_answers(start):
    sim = start.sim("--silent-address", "127.0.0.3")
    sim.wait_line(rf"silent on 127.0.0.3:{sim.port}")
    with Raw(sim, host="127.0.0.3") as raw:
        raw.upgrade()
        assert raw.hears_nothing()
    assert sim.books()["connections"]["total"] == 0
    KITE.connect(sim).close()


def test_a_dead_address_swallows_what_comes(start):
    sim = start.sim("--dead-address", "127.0.0.4")
    sim.wait_line(rf"dead on 127.0.0.4:{sim.port}")
    with pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.4", sim.port), 0.3)
    KITE.connect(sim).close()


def test_a_wrong_address_is_refused():
    with pytest.raises(AssertionError, match="found the address nowhere, expected an IPv4 or IPv6 address"):
        Sim("--address", "nowhere")


@pytest.mark.parametrize("loops", [True, False])
def test_recorded_frames_and_texts_are_played_in_a_loop_or_once(start, tmp_path, loops):
    frames = tmp_path / "frames"
    frames.mkdir()
    (frames / "1.bin").write_bytes(b"\0\0one")
    (frames / "2.json").write_text('{"type":"message","data":"two"}')
    (frames / "3.packet").write_bytes(b"\0\0three")
    (frames / "4.txt").write_text("no frame")
    sim = start.sim("--frames", frames, "--rate", 200, *(["--loop"] if loops else []))
    with KITE.connect(sim) as client:
        KITE.subscribe(client)
        got = [wait_for(client, lambda m: len(m) > 1) for _ in range(6 if loops else 3)]
        played = [b"\0\0one", '{"type":"message","data":"two"}', b"\0\0three"]
        assert got == played * (2 if loops else 1)
        if not loops:
            assert client.receive_text() == b"\0"  # only heartbeats from now on


def test_the_rate_is_that_of_each_instrument(start, kind):
    sim = start.sim("--rate", 20, broker=kind.broker)
    with kind.connect(sim) as client:
        begun = time.monotonic()
        kind.subscribe(client)
        for _ in range(12):  # at most two of them tell the state at once
            next_frame(client)
        assert time.monotonic() - begun >= 10 / 20


def test_pings_are_sent_and_counted_while_nothing_is_read(sim, kind):
    with Raw(sim) as raw:
        raw.upgrade()
        raw.wait_for(b"\r\n\r\n")
        sim.fault("pings", per_second=200, bytes=3)
        raw.wait_for(b"\x89\x03ppp" * 3)
        raw.ping()
        until(sim, lambda b: b["pings"] == 1)  # a read was under way
        raw.ping()
        sent = sim.books()["pings_sent"]
        until(sim, lambda b: b["pings_sent"] >= sent + 20)
        assert sim.books()["pings"] == 1
        sim.fault("pings", per_second=200, reads=True)
        until(sim, lambda b: b["pings"] == 2)
        raw.wait_for(b"\x89\x7d" + b"p" * 125)


def exchange_time(kind, frame, token):
    return next((t[2] for t in kind.ticks(frame) if str(t[0]).split(":")[-1] == token and t[2]), None)


def test_times_stand_behind_for_some_instruments(sim, kind):
    tokens = ["1001", "1002"]
    names = {t: t if kind is KITE else f"1:{t}" for t in tokens}
    with kind.connect(sim) as client:
        sim.fault("times", tokens={names["1002"]: 3600})
        kind.subscribe(client, *([int(t) for t in tokens] if kind is KITE else tokens))
        seen = {}
        while len(seen) < 2:
            frame = next_frame(client)
            seen |= {t: time_ for t in tokens if (time_ := exchange_time(kind, frame, t))}
        assert 3590 <= seen["1001"] - seen["1002"] <= 3610
        sim.fault("times", tokens={names["1002"]: 3600}, still=True)
        pong(client)
        client.socket.messages.clear()
        ticked = [str(t[0]) for _ in range(10) for t in kind.ticks(next_frame(client))]
        assert ticked == [names["1001"]] * 10


def test_subscriptions_are_refused_by_mode(sim, kind):
    rich = "full" if kind is KITE else "3"
    sim.fault("refuse_subscriptions", modes=[rich], **({} if kind is KITE else {"code": "E1002"}))
    with kind.connect(sim) as client:
        kind.subscribe(client)
        assert kind.complaint(client) == (f"Mode full refused: {kind.one}" if kind is KITE else "E1002")
        if kind is KITE:  # the token stays as it was
            assert sim.books()["subscriptions"] == {kind.one_in_books: "quote"}
        else:
            client.send(ANGEL.request(1, 1, kind.one))
            until(sim, lambda b: b["subscriptions"] == {kind.one_in_books: [1]})


@pytest.mark.parametrize("fields, complaint", [
    ({"modes": ["depth"]}, "modes: found depth, expected modes of zerodha"),
    ({"code": "E1001"}, "code: found one for zerodha, expected none"),
    ({"code": "E9"}, 'code: found "E9", expected E1001 or E1002'),
    ({"tokens": []}, "tokens: found [], expected a list of one or more; without it all")])
def test_what_cannot_be_refused_is_told(start, fields, complaint):
    assert start.sim().ask_fault({"fault": "refuse_subscriptions", **fields}) == (
        400, {"ok": False, "error": f"refuse_subscriptions: {complaint}"})


def test_the_list_of_a_broker_that_announces_none_cannot_be_announced(start):
    sim = start.sim(broker="angel")
    assert sim.ask_fault({"fault": "instruments_meta", "etag": "x"})[1]["error"] == (
        "instruments_meta: found the broker angel, expected a broker that announces its list")
    assert start.sim().ask_fault({"fault": "instruments_meta"})[1]["error"] == (
        "instruments_meta: etag: found nothing, expected a string")


@pytest.mark.parametrize("unfinished, promise, comes", [
    ("nothing", b"Content-Length: 1004", b""),
    ("body", b"Content-Length: 1004", b"page"),
    ("chunked", b"Transfer-Encoding: chunked", b"4\r\npage\r\n"),
    ("endless", b"Transfer-Encoding: chunked", b"4\r\npage\r\n" * 3)])
def test_a_refusal_whose_body_does_not_end(sim, kind, unfinished, promise, comes):
    answer, ended = answered(sim, {"status": 503, "body": "page", "unfinished": unfinished})
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable") and promise in head and not ended
    assert body.startswith(comes) if unfinished == "endless" else body == comes


@pytest.mark.parametrize("stays", [False, True])
def test_a_refusal_from_a_file_ends_the_connection_or_not(sim, kind, tmp_path, stays):
    page = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno" + os.urandom(8).hex().encode()
    (tmp_path / "answer").write_bytes(page)
    assert answered(sim, {"raw_file": str(tmp_path / "answer"), "stays": stays}) == (page, not stays)
    assert sim.ask_fault({"fault": "upgrade", "raw_file": "/none"})[1]["error"] == (
        'upgrade: raw_file: found "/none", expected a file with content')


@pytest.mark.parametrize("raw", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"\r\n\r\n\0\xff", b"HTTP/1.1 101 \r\n\r\n"])
def test_bytes_that_are_no_refusal_are_sent_as_they_are(sim, kind, raw):
    assert answered(sim, {"raw": raw.hex()}) == (raw, True)
    assert sim.books()["logins"]["accepted"] == 0


@pytest.mark.parametrize("after", [7, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after_is_a_number_or_a_text(sim, kind, after):
    answer, _ = answered(sim, {"status": 503, "retry_after": after})
    assert f"\r\nRetry-After: {after}\r\n".encode() in answer
    assert sim.ask_fault({"fault": "upgrade", "retry_after": [7]})[1]["error"] == (
        "upgrade: retry_after: found [7], expected a number of seconds or a text")


@pytest.mark.parametrize("status, kite_says", [(401, "TokenException"), (403, "TokenException"), (429, "NetworkException"),
                                               (500, "GeneralException"), (502, "NetworkException"), (503, "NetworkException")])
def test_kite_says_what_goes_with_the_status(start, status, kite_says):
    answer, _ = answered(start.sim(), {"status": status})
    assert f'"error_type":"{kite_says}"'.encode() in answer


@pytest.mark.parametrize("code", [1005, 1006, 1015])
def test_codes_that_may_not_be_sent_are_refused(start, code):
    sim = start.sim()
    for request, name in (({"fault": "close", "code": code}, "code"), ({"fault": "token_death", "close": code}, "close")):
        assert sim.ask_fault(request)[1]["error"] == (
            f"{request['fault']}: {name}: found {code}, expected a code that may be sent, which 1005, 1006 and 1015 are not")


def test_a_refusal_of_the_next_few_only(sim, kind):
    sim.fault("upgrade", status=500, count=2)
    for _ in range(2):
        assert refused(kind.connect, sim).status_code == 500
    kind.connect(sim).close()


def test_the_books_count_requests_that_wait(sim, kind):
    with kind.connect(sim) as client:
        sim.fault("slow_requests", milliseconds=3_000_000)
        kind.subscribe(client)
        waiting = 2 if kind is KITE else 1  # subscribe and mode
        until(sim, lambda b: b["requests"]["waiting"] == waiting)
        sim.fault("none")
        until(sim, lambda b: b["requests"]["waiting"] == 0 and kind.one_in_books in b["subscriptions"])


def test_full_packets_of_kite_hold_a_market_that_can_be(start):
    sim = start.sim("--rate", 100)
    with KITE.connect(sim) as client:
        KITE.subscribe(client, 561155)  # CDS
        frame = wait_for(client, lambda m: isinstance(m, bytes) and len(m) == 188)
        price, _, average, volume = struct.unpack_from(">iIiI", frame, 8)
        opened, high, low, close = struct.unpack_from(">iiii", frame, 32)
        assert low <= price <= high and low <= average <= high and low <= opened <= high and volume > 0
        assert 60 < close / 1e7 < 120 and price % 25000 == close % 25000 == 0  # rupees, in ticks of 0.0025
        levels = [struct.unpack_from(">IiHH", frame, 68 + 12 * i) for i in range(10)]
        prices = [level[1] for level in levels]
        assert prices[:5] == sorted(prices[:5], reverse=True) and prices[5:] == sorted(prices[5:])
        assert prices[0] < price < prices[5] and all(q > 0 and n > 0 and pad == 0 for q, _, n, pad in levels)


def test_a_text_to_every_connection_is_passed_on_as_it_is(sim, kind):
    with kind.connect(sim) as one, kind.connect(sim) as other:
        sim.fault("text", text='{"type":"message","data":"closed on Friday"}')
        for client in (one, other):
            assert next_text(client, lambda m: m.get("data") == "closed on Friday")
