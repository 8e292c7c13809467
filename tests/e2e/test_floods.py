"""What clients send by the megabyte pins no memory that docs/security.md does not name."""

import contextlib
import json
import re
import threading
import zlib

import pytest

from gateway import BUILD
from test_connection import RawSocket

PING = b"\x89\xfd\0\0\0\0" + b"p" * 125
KEEPS_FREED = BUILD.name in ("asan", "tsan")  # a sanitizer does not give memory back


def max_memory(gateway):
    """Bytes that it has had at the most."""
    with open(f"/proc/{gateway.child.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) << 10


def send_for_ever(raw, data):
    try:
        while True:
            raw.socket.sendall(data)
    except OSError:
        pass


@contextlib.contextmanager
def flooding(raw, data):
    """By a thread; nothing of what comes back is read."""
    thread = threading.Thread(target=send_for_ever, args=(raw, data))
    thread.start()
    try:
        yield
    finally:
        raw.socket.shutdown(2)
        thread.join()
        raw.socket.close()


@pytest.mark.parametrize("is_unauthenticated, line", [(True, r"refused: First message must be"), (False, r"has taken no byte.*4000")])
def test_pings_are_not_answered_faster_than_the_answers_are_read(start, is_unauthenticated, line):
    gateway = start({"server": {"authentication_timeout": "2s"}, "limits": {"slow_client_close": "2s", "output_per_client": "1MiB"}})
    raw = RawSocket(gateway.port, receive_buffer=4096)
    if not is_unauthenticated:
        raw.text(json.dumps({"action": "authenticate", "api_key": gateway.key()}))
        assert json.loads(raw.frame()[1])["status"] == "success"
    before = max_memory(gateway)
    with flooding(raw, PING * 1000):
        gateway.wait_line(line)
        assert max_memory(gateway) - before < 8 << 20


def test_pings_are_paced_as_requests_are(start):
    gateway = start({"limits": {"requests_per_second": 1, "request_burst": 50}})
    with gateway.client() as healthy:
        raw = RawSocket(gateway.port)
        with flooding(raw, PING * 1000):
            for _ in range(50):
                assert raw.frame()[0] == 10
            for _ in range(20):
                assert healthy.ask({"action": "ping"})["type"] == "pong"
            raw.socket.settimeout(0.1)
            rest = b""
            with contextlib.suppress(TimeoutError):
                while len(rest) < 100_000:
                    rest += raw.socket.recv(65536)
            assert len(rest) < 100_000


def test_who_comes_again_and_again_may_not_ask_for_more(start):
    gateway = start({"server": {"ping_interval": "5m"}, "limits": {"requests_per_second": 1, "request_burst": 400}})
    key, large = gateway.key("Greedy"), {"action": "list", "x": "x" * 200_000}  # counts as 391
    answers = ["subscriptions"]
    for _ in range(100):
        if answers[-1] == "error":
            break
        greedy = RawSocket(gateway.port)
        for said in ({"action": "authenticate", "api_key": key}, large):
            greedy.text(json.dumps(said))
            answers.append(json.loads(greedy.frame()[1])["type"])
        if answers[-1] != "error":
            greedy.socket.close()
    assert answers[-1] == "error"  # after five seconds
    lister = RawSocket(gateway.port)
    lister.text(json.dumps({"action": "authenticate", "api_key": key}))
    lister.text('{"action":"list"}')
    assert json.loads(lister.frame()[1])["type"] == "authentication"
    with gateway.client(key) as modest, gateway.client() as other:
        for _ in range(20):
            assert modest.ask({"action": "ping"})["type"] == "pong"
        assert other.ask(large)["type"] == "subscriptions"
    for held in (greedy, lister):
        while (said := json.loads(held.frame()[1]))["type"] == "error":
            assert said["code"] == "RATE_LIMITED"
        assert said["type"] == "subscriptions"
        held.socket.close()


def test_one_that_is_not_read_is_not_taken_for_dead(start):
    gateway = start({"server": {"ping_interval": "1s", "ping_timeout": "1s"}, "limits": {"requests_per_second": 1, "request_burst": 5}})
    with gateway.client() as client:
        client.send({"action": "ping", "x": "x" * 4000})  # counts as eight
        client.send({"action": "ping", "id": "read later"})
        assert client.next("pong", id="read later")


def test_one_that_hangs_up_while_it_is_not_read_is_let_go(start):
    gateway = start({"limits": {"requests_per_second": 1, "request_burst": 5}})
    raw = RawSocket(gateway.port)
    raw.text(json.dumps({"action": "authenticate", "api_key": gateway.key()}))
    raw.socket.sendall(PING * 100)
    for _ in range(5):
        raw.frame()
    raw.socket.close()
    gateway.wait_line(r"disconnected: 1006 the client hung up")


def test_an_unauthenticated_clients_pings_are_few_whatever_clients_may_send(start):
    gateway = start({"server": {"authentication_timeout": "1s"}})
    raw = RawSocket(gateway.port)
    raw.socket.sendall(PING * 1000)
    pongs = 0
    while (frame := raw.frame()) is not None and frame[0] != 8:
        pongs += frame[0] == 10
    assert 100 <= pongs < 500
    raw.socket.close()


def test_an_unauthenticated_client_may_say_little(shared):
    for deflated in (False, True):
        text = json.dumps([[]] * 10_000).encode()
        raw = RawSocket(shared.port, extensions="permessage-deflate" if deflated else None)
        if deflated:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            raw.send_frame(1, (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4], reserved=4)
        else:
            raw.send_frame(1, text)
        assert raw.close_code() == 1009
        raw.socket.close()


def test_who_does_not_wait_for_the_answer_to_authentication_may_ask_for_much(shared):
    symbols = [{"symbol": "RELIANCE", "exchange": "NSE", "mode": 1 + i % 2} for i in range(3000)]
    raw = RawSocket(shared.port)
    raw.text(json.dumps({"action": "authenticate", "api_key": shared.good_key}))
    raw.text(json.dumps({"action": "subscribe", "symbols": symbols}))
    assert json.loads(raw.frame()[1])["type"] == "authentication"
    answer = json.loads(raw.frame()[1])
    assert answer["type"] == "subscription" and answer["status"] == "success", answer
    raw.socket.close()


@pytest.mark.skipif(KEEPS_FREED, reason="a sanitizer keeps freed memory")
def test_requests_that_wait_count_by_the_memory_that_they_take(start):
    gateway = start({"limits": {"output_per_client": "1MiB"}})
    key = gateway.key()
    many = json.dumps({"action": "subscribe", "symbols": [{}] * 5000})
    clients = []
    for _ in range(8):
        raw = RawSocket(gateway.port, receive_buffer=4096)
        raw.text(json.dumps({"action": "authenticate", "api_key": key}))
        assert json.loads(raw.frame()[1])["status"] == "success"
        clients.append(raw)
    before = max_memory(gateway)
    with contextlib.ExitStack() as stack:
        for raw in clients:
            raw.text(many)
            stack.enter_context(flooding(raw, (b"\x81\xfe" + len(many).to_bytes(2, "big") + bytes(4) + many.encode()) * 70))
        with gateway.client(key) as healthy:
            for _ in range(50):
                assert healthy.ask({"action": "ping"})["type"] == "pong"
        assert max_memory(gateway) - before < 150 << 20


ASKED = 180  # who is told is 5 s behind, with 105 requests; a busy machine sends them slowly


def test_who_asks_too_fast_for_long_is_told_so_and_answered_all_the_same(start):
    gateway = start({"limits": {"requests_per_second": 20, "request_burst": 5}})
    with gateway.client() as fast:
        for i in range(ASKED):
            fast.send({"action": "ping", "id": i})
        answers = [fast.receive() for _ in range(ASKED + 1)]
    (told,) = [answer for answer in answers if answer["type"] == "error"]
    assert told["code"] == "RATE_LIMITED" and "20 requests per second" in told["message"]
    assert [answer["id"] for answer in answers if answer["type"] == "pong"] == list(range(ASKED))


@pytest.mark.parametrize("what", ["a large frame", "a list of much"])
def test_what_takes_longer_counts_as_several(start, what):
    gateway = start({"limits": {"requests_per_second": 4, "request_burst": 40}})
    with gateway.client() as client:
        found = client.ask({"action": "search", "text": "", "exchange": "NSE", "limit": 40})["instruments"]
        symbols = [{"symbol": i["symbol"], "exchange": "NSE", "mode": mode, "depth_level": level}
                   for i in found for mode, level in ((1, 0), (2, 0), (4, 5), (4, 20), (4, 30), (4, 50))]
        assert len(symbols) == 240
        client.ask({"action": "subscribe", "symbols": symbols})  # of some 16 KB
        client.send({"action": "unsubscribe", "symbols": symbols} if what == "a large frame" else {"action": "list"})
        client.send({"action": "ping"})  # not read any more
        assert client.next("error")["code"] == "RATE_LIMITED"
