"""Ping, limits and close codes, and that a bad client is a line in the log."""

import base64
import json
import os
import signal
import socket
import struct
import zlib

import pytest
import websockets

from gateway import PATIENCE, Client


class RawSocket:
    """An upgraded connection that sends whatever bytes it likes and answers no ping."""

    def __init__(self, port, receive_buffer=None, extensions=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n" +
                             (f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else "") + "\r\n").encode())
        self.bytes = b""
        while b"\r\n\r\n" not in self.bytes:
            self.bytes += self.socket.recv(4096)
        self.bytes = self.bytes.split(b"\r\n\r\n", 1)[1]

    def send_frame(self, opcode, payload, fin=True, masked=True, reserved=0):
        first = (0x80 if fin else 0) | reserved << 4 | opcode
        size = len(payload)
        length = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 65536 else (
            b"\x7f" + struct.pack(">Q", size))
        if masked:
            length = bytes([length[0] | 0x80]) + length[1:] + b"\0\0\0\0"
        self.socket.sendall(bytes([first]) + length + payload)

    def text(self, text):
        self.send_frame(1, text.encode())

    def frame(self):
        """Opcode and payload of the next frame; None when the connection ended."""
        def take(count):
            while len(self.bytes) < count:
                more = self.socket.recv(65536)
                if not more:
                    raise EOFError
                self.bytes += more
            out, self.bytes = self.bytes[:count], self.bytes[count:]
            return out
        try:
            first, second = take(2)
            self.first = first
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", take(8))[0]
            return first & 15, take(size)
        except (EOFError, ConnectionResetError):
            return None

    def close_code(self):
        while True:
            frame = self.frame()
            if frame is None:
                return None
            if frame[0] == 8:
                return struct.unpack(">H", frame[1][:2])[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def authenticated(gateway, key, **options):
    raw = RawSocket(gateway.port, **options)
    raw.text('{"action":"authenticate","api_key":"%s"}' % key)
    assert b"success" in raw.frame()[1]
    return raw


def test_a_client_that_answers_no_ping_is_closed_with_1011(start):
    gateway = start({"server": {"ping_interval": "50ms", "ping_timeout": "50ms"}})
    with authenticated(gateway, gateway.key()) as raw:
        assert raw.close_code() == 1011


def test_a_client_that_answers_pings_stays(start):
    gateway = start({"server": {"ping_interval": "20ms", "ping_timeout": "30s"}})
    with authenticated(gateway, gateway.key()) as raw:
        for _ in range(5):
            opcode, payload = raw.frame()
            assert opcode == 9
            raw.send_frame(10, payload)
        raw.text('{"action":"ping"}')
        while (frame := raw.frame())[0] == 9:
            raw.send_frame(10, frame[1])
        assert b"pong" in frame[1]


def test_a_client_that_sends_anything_stays(start):
    gateway = start({"server": {"ping_interval": "20ms", "ping_timeout": "5s"}})
    with authenticated(gateway, gateway.key()) as raw:
        for _ in range(5):
            while raw.frame()[0] != 9:
                pass
            raw.text('{"action":"ping"}')
        while b"pong" not in raw.frame()[1]:
            pass


def test_our_ping_is_answered_with_its_payload(shared):
    with authenticated(shared, shared.good_key) as raw:
        raw.send_frame(9, b"hello")
        assert raw.frame() == (10, b"hello")


@pytest.mark.parametrize("frame, code", [
    (dict(opcode=1, payload=b"\xff\xfe"), 1007),
    (dict(opcode=1, payload=b"x", masked=False), 1002),
    (dict(opcode=3, payload=b""), 1002),
    (dict(opcode=1, payload=b"x", reserved=4), 1002),
    (dict(opcode=0, payload=b"x"), 1002),
    (dict(opcode=9, payload=b"x" * 126), 1002),
    (dict(opcode=2, payload=b"\0"), 1003),
])
def test_illegal_frames_are_closed_by_the_rfc(shared, frame, code):
    with authenticated(shared, shared.good_key) as raw:
        raw.send_frame(**frame)
        assert raw.close_code() == code


def test_fragments_with_a_ping_between_are_one_message(shared):
    with authenticated(shared, shared.good_key) as raw:
        raw.send_frame(1, b'{"action":', fin=False)
        raw.send_frame(9, b"between")
        raw.send_frame(0, b'"ping"}')
        assert raw.frame() == (10, b"between")
        assert b"pong" in raw.frame()[1]


def test_a_close_is_echoed(shared):
    with authenticated(shared, shared.good_key) as raw:
        raw.send_frame(8, struct.pack(">H", 1000))
        assert raw.close_code() == 1000


def test_a_message_over_the_limit_is_closed_with_1009(start):
    gateway = start({"limits": {"message_size": "2KiB"}})
    with gateway.client() as client:
        assert client.ask({"action": "ping", "filler": "x" * 1000})["type"] == "pong"
        client.send({"action": "ping", "filler": "x" * 3000})
        assert client.wait_closed()[0] == 1009


def test_a_client_that_stops_reading_is_closed_with_4000_and_others_go_on(start):
    gateway = start({"limits": {"output_per_client": "64KiB", "slow_client_close": "500ms"},
                     "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 500}}}})
    key = gateway.key()
    with authenticated(gateway, key, receive_buffer=4096) as stuck, gateway.client(key) as healthy:
        stuck.text('{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":4,"depth_level":50}')
        healthy.subscribe("RELIANCE", "NSE", 1)
        gateway.wait_line(r"is a slow consumer")
        gateway.wait_line(r"has taken no byte.*4000")
        for _ in range(10):
            healthy.data()
        assert stuck.close_code() == 4000  # behind whole frames, though it wakes up only now
    assert json.loads(gateway.run("status", "--json"))["ledger"]["unexplained"] == 0


def test_a_client_that_is_slow_gets_last_values_and_catches_up(start):
    gateway = start({"limits": {"output_per_client": "64KiB"},
                     "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 500}}}})
    key = gateway.key()
    with gateway.client(key, extras=True, read_limit=2 ** 12) as slow, gateway.client(key) as healthy:
        healthy.subscribe("RELIANCE", "NSE", 1)
        slow.subscribe("RELIANCE", "NSE", 4, 50)
        slow.subscribe("INFY", "NSE", 4, 50)
        gateway.wait_line(r"is a slow consumer")  # it does not read meanwhile
        while json.loads(gateway.run("status", "--json"))["ledger"]["conflated"] < 100:
            healthy.data()
        seq, gaps, told = {}, 0, []
        while "caught_up" not in told:
            message = slow.receive()
            if message["type"] == "slow":
                told.append(message["status"] if message["conflated"] or message["status"] == "behind" else "at once")
            if message["type"] == "market_data" and "snapshot" not in message:
                topic = message["topic"]
                assert message["seq"] > seq.get(topic, 0)
                gaps += topic in seq and message["seq"] != seq[topic] + 1
                seq[topic] = message["seq"]
        assert told[0] == "behind" and gaps > 0 and len(seq) == 2
    assert json.loads(gateway.run("status", "--json"))["ledger"]["unexplained"] == 0


def test_values_after_a_big_subscribe_all_arrive_though_the_output_is_small(start):
    gateway = start({"limits": {"output_per_client": "64KiB"},
                     "brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 0.0167}}}})
    key = gateway.key()
    with gateway.client(key) as warm, gateway.client(key) as client:
        rows = warm.ask({"action": "search", "text": "", "exchange": "NSE", "limit": 200})["instruments"]
        symbols = [{"symbol": r["symbol"], "exchange": "NSE"} for r in rows]
        for row in symbols:
            warm.subscribe(row["symbol"], "NSE", 4, 50)
            warm.data(topic=row["symbol"] + ".NSE")
        client.send({"action": "subscribe", "mode": 4, "depth_level": 50, "symbols": symbols})
        seen = set()
        while len(seen) < len(symbols):
            message = client.receive()
            if message["type"] == "market_data":
                seen.add(message["topic"])


@pytest.mark.parametrize("path", ["/", "/anything"])
def test_http_without_an_upgrade_is_426(shared, path):
    assert shared.http(path)[0] == 426


@pytest.mark.parametrize("junk", [b"", b"\0" * 100, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000, b"\x16\x03\x01\x02\x00",
                                  b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"])
def test_what_is_no_websocket_disturbs_nobody(shared, client, junk):
    with socket.create_connection(("127.0.0.1", shared.port), PATIENCE) as other:
        other.sendall(junk)
        other.shutdown(socket.SHUT_WR)
        try:
            while other.recv(4096):
                pass
        except ConnectionResetError:
            pass
    assert client.barrier()["type"] == "pong"


def test_a_client_that_vanishes_gives_up_its_subscriptions(start):
    gateway = start()
    key = gateway.key()
    raw = authenticated(gateway, key)
    raw.text('{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":1}')
    raw.frame()
    raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.socket.close()  # a reset
    gateway.wait_line("disconnected: 1006")
    with gateway.client(key) as client:
        client.barrier()
        assert json.loads(gateway.run("status", "--json"))["clients"] == 1


def test_sigterm_closes_clients_with_1001_and_exits_0(start):
    gateway = start()
    key = gateway.key()
    with gateway.client(key) as one, gateway.client(key) as two, Client(gateway.url) as unauthenticated:
        one.subscribe("RELIANCE", "NSE", 4, 50)
        gateway.child.send_signal(signal.SIGTERM)
        assert one.wait_closed()[0] == 1001
        assert two.wait_closed()[0] == 1001
        assert unauthenticated.wait_closed()[0] == 1001
    assert gateway.wait() == 0


def test_sigterm_with_a_client_that_reads_nothing_still_exits_0(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 200}}}})
    with authenticated(gateway, gateway.key(), receive_buffer=4096) as stuck:
        stuck.text('{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":4,"depth_level":50}')
        stuck.frame()
        gateway.child.send_signal(signal.SIGINT)
        assert gateway.wait() == 0


def test_a_port_in_use_is_passed_over_or_refused(start, tmp_path):
    from gateway import Gateway, run, write_config
    first = start()
    with Gateway(tmp_path / "second", {"server": {"port": first.port}}) as second:
        assert second.port != first.port
        second.wait_line(rf"port {first.port} is in use, using port {second.port} instead")
    config = write_config(tmp_path / "third", {"server": {"port": first.port, "port_in_use": "fail"}})
    _, error = run("run", "--config", config, status=1, both=True)
    assert f"127.0.0.1:{first.port}" in error and "in use" in error


def compressing(port, key):
    """A raw client that has negotiated permessage-deflate."""
    raw = RawSocket(port, extensions="permessage-deflate; client_max_window_bits")
    raw.text('{"action":"authenticate","api_key":"%s"}' % key)
    assert b"success" in raw.frame()[1]
    return raw


def test_a_large_book_is_compressed_for_those_who_offer_it_and_is_the_same(shared):
    subscribe = '{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":4,"depth_level":50}'
    with compressing(shared.port, shared.good_key) as packed, authenticated(shared, shared.good_key) as plain:
        texts = []
        for raw in (packed, plain):
            raw.text(subscribe)
            assert b"subscription" in raw.frame()[1]
        for raw in (packed, plain):
            seen = {}
            while len(seen) < 12:
                opcode, payload = raw.frame()
                compressed = raw.first & 0x40 != 0
                assert opcode == 1 and (len(seen) == 0 or compressed == (raw is packed))  # the first comes from memory
                text = zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff") if compressed else payload
                seen[json.loads(text)["data"]["timestamp"]] = text
            texts.append(seen)
        common = texts[0].keys() & texts[1].keys()
        assert len(common) >= 1 and all(texts[0][t] == texts[1][t] for t in common)


def test_small_messages_are_not_compressed(shared):
    with compressing(shared.port, shared.good_key) as raw:
        raw.text('{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":1}')
        for _ in range(5):
            raw.frame()
            assert raw.first == 0x81


def test_clients_that_compress_are_understood_and_a_bomb_is_1009(shared):
    def packed(data):
        deflater = zlib.compressobj(9, zlib.DEFLATED, -12)
        return (deflater.compress(data) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
    with compressing(shared.port, shared.good_key) as raw:
        raw.send_frame(1, packed(b'{"action":"ping","id":"packed"}'), reserved=4)
        assert b'"id":"packed"' in raw.frame()[1]
        raw.send_frame(1, packed(b" " * (64 << 20)), reserved=4)
        assert raw.close_code() == 1009


def test_the_package_that_most_clients_use_compresses(shared):
    with shared.client(shared.good_key, compression="deflate") as client:
        assert client.socket.extensions
        assert isinstance(client.socket, websockets.WebSocketClientProtocol)
        client.subscribe("RELIANCE", "NSE", 4, 50)
        for _ in range(5):
            assert len(client.data()["data"]["depth"]["buy"]) == 50
