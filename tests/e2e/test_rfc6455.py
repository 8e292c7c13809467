"""RFC 6455 against the real binary, section by section: what a peer may send, and what each thing it may not is answered with."""

import itertools
import shutil
import socket
import struct
import subprocess

import pytest

from gateway import PATIENCE
from test_connection import RawSocket, authenticated

TEXT, BINARY, CONTINUE, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def ask(name, size=0):
    """A request whose answer names it, padded to so many bytes."""
    text = '{"action":"ping","id":"%s","filler":"%s"}'
    return (text % (name, "x" * max(0, size - len(text % (name, ""))))).encode()


def answered(raw, name):
    """The next data frame is the answer to `name`; the control frames before it."""
    control = []
    while True:
        frame = raw.frame()
        assert frame is not None, f"closed before the answer to {name}"
        if frame[0] == TEXT:
            assert f'"id":"{name}"'.encode() in frame[1]
            return control
        control.append(frame)


def masked(payload, key=b"\x12\x34\x56\x78"):
    return bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


def frame(opcode, payload=b"", fin=True, reserved=0, length=None, mask=b"\x12\x34\x56\x78"):
    """Any frame; `length`: the form of its length, 7, 16 or 64 bits."""
    size = len(payload)
    form = length or (7 if size < 126 else 16 if size < 65536 else 64)
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    bit = 0x80 if mask else 0
    head += {7: bytes([bit | min(size, 125)]), 16: bytes([bit | 126]) + struct.pack(">H", size & 0xffff),
             64: bytes([bit | 127]) + struct.pack(">Q", size)}[form]
    return head + (mask + masked(payload, mask) if mask else payload)


@pytest.fixture
def raw(shared):
    with authenticated(shared, shared.good_key) as raw:
        yield raw


def is_closed(raw, data, code):
    raw.socket.sendall(data)
    assert raw.close_code() == code
    assert raw.frame() is None, "nothing after the close frame"


# ---- 5.2: lengths

@pytest.mark.parametrize("size", [60, 125, 126, 127, 128, 65535, 65536, 200_000])
def test_lengths_of_every_form(raw, size):
    raw.socket.sendall(frame(TEXT, ask("sized", size)))
    assert answered(raw, "sized") == []


@pytest.mark.parametrize("size", [125, 126, 65536])
def test_a_frame_in_small_pieces(raw, size):
    data = frame(TEXT, ask("pieces", size))
    step = max(1, len(data) // 997)
    for at in range(0, len(data), step):
        raw.socket.sendall(data[at:at + step])
    assert answered(raw, "pieces") == []


def test_several_frames_in_one_piece(raw):
    raw.socket.sendall(b"".join(frame(TEXT, ask(f"n{i}")) for i in range(50)))
    for i in range(50):
        answered(raw, f"n{i}")


@pytest.mark.parametrize("form, size", [(16, 60), (64, 60), (64, 300)])
def test_a_length_in_more_bytes_than_it_needs_is_1002(raw, form, size):
    is_closed(raw, frame(TEXT, ask("long", size), length=form), 1002)


def test_a_length_with_its_highest_bit_set_is_refused(raw):
    raw.socket.sendall(bytes([0x81, 0xff]) + struct.pack(">Q", 1 << 63) + b"\0\0\0\0")
    assert raw.close_code() in (1002, 1009)


# ---- 5.1 and 5.3: masks

@pytest.mark.parametrize("mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\x00\x00\x00"])
def test_any_mask_is_a_mask(raw, mask):
    raw.socket.sendall(frame(TEXT, ask("masked"), mask=mask))
    answered(raw, "masked")


@pytest.mark.parametrize("opcode", [TEXT, BINARY, CONTINUE, CLOSE, PING, PONG])
def test_a_frame_without_a_mask_is_1002(raw, opcode):
    is_closed(raw, frame(opcode, b"\x03\xe8" if opcode == CLOSE else b"x", mask=b""), 1002)


def test_what_the_server_sends_has_no_mask(shared):
    with RawSocket(shared.port) as raw:
        raw.text('{"action":"authenticate","api_key":"%s"}' % shared.good_key)
        head = raw.socket.recv(2)
        assert head[0] == 0x81 and head[1] & 0x80 == 0


# ---- 5.2: reserved bits and opcodes

@pytest.mark.parametrize("reserved, opcode", itertools.product(range(1, 8), [TEXT, PING, CLOSE]))
def test_reserved_bits_without_an_extension_are_1002(raw, reserved, opcode):
    is_closed(raw, frame(opcode, b"", reserved=reserved), 1002)


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes_are_1002(raw, opcode):
    is_closed(raw, frame(opcode, b"x"), 1002)


# ---- 5.5: control frames

@pytest.mark.parametrize("payload", [b"", b"hello", bytes(range(125))])
def test_a_ping_is_answered_with_its_own_payload(raw, payload):
    raw.socket.sendall(frame(PING, payload))
    assert raw.frame() == (PONG, payload)


def test_ten_pings_in_a_row_are_answered(raw):
    raw.socket.sendall(b"".join(frame(PING, bytes([i])) for i in range(10)) + frame(TEXT, ask("after")))
    pongs = [payload for opcode, payload in answered(raw, "after") if opcode == PONG]
    assert pongs and pongs == sorted(pongs)  # 5.5.3: the last of several may stand for all


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_above_125_bytes_is_1002(raw, opcode):
    is_closed(raw, frame(opcode, b"\x03\xe8" + b"x" * 124), 1002)


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_in_fragments_is_1002(raw, opcode):
    is_closed(raw, frame(opcode, b"", fin=False), 1002)


def test_pongs_that_nobody_asked_for_change_nothing(raw):
    raw.socket.sendall(frame(PONG, b"") + frame(PONG, b"unasked") + frame(TEXT, ask("after")))
    assert answered(raw, "after") == []


# ---- 5.4: fragments

@pytest.mark.parametrize("pieces", [2, 3, 50])
def test_a_message_in_fragments(raw, pieces):
    whole = ask("fragments", 2000)
    step = -(-len(whole) // pieces)
    parts = [whole[i:i + step] for i in range(0, len(whole), step)]
    for i, part in enumerate(parts):
        raw.socket.sendall(frame(CONTINUE if i else TEXT, part, fin=i == len(parts) - 1))
    answered(raw, "fragments")


def test_empty_fragments_count_for_nothing(raw):
    whole = ask("empty")
    raw.socket.sendall(frame(TEXT, b"", fin=False) + frame(CONTINUE, whole, fin=False) + frame(CONTINUE, b"", fin=False) +
                       frame(CONTINUE, b""))
    answered(raw, "empty")


def test_control_frames_between_fragments(raw):
    whole = ask("between")
    raw.socket.sendall(frame(TEXT, whole[:5], fin=False) + frame(PING, b"1") + frame(CONTINUE, whole[5:9], fin=False) +
                       frame(PONG, b"2") + frame(PING, b"3") + frame(CONTINUE, whole[9:]))
    assert answered(raw, "between")[-1] == (PONG, b"3")


@pytest.mark.parametrize("data", [
    frame(CONTINUE, b"x"), frame(CONTINUE, b"x", fin=False),
    frame(TEXT, b"a") + frame(CONTINUE, b"b"),
    frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), frame(TEXT, b"a", fin=False) + frame(BINARY, b"b"),
    frame(TEXT, b"a", fin=False) + frame(TEXT, b"b", fin=False)])
def test_fragments_out_of_order_are_1002(shared, data):
    with authenticated(shared, shared.good_key) as raw:
        raw.socket.sendall(data)
        assert raw.close_code() == 1002


# ---- 8.1: UTF-8

@pytest.mark.parametrize("text", ["κόσμε", "\U0010ffff", "\ud7ff\ue000", "\u0000".join("ab"), "\ufffe", "€" * 100])
def test_text_may_be_any_utf_8(raw, text):
    raw.socket.sendall(frame(TEXT, text.encode()))
    assert b"INVALID_JSON" in raw.frame()[1]


BAD_UTF_8 = [b"\x80", b"\xff", b"\xfe", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf",
             b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xc3", b"\xe2\x82", b"\xf0\x90\x80",
             b"ok \xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80 edited"]


@pytest.mark.parametrize("text", BAD_UTF_8, ids=lambda t: t.hex())
def test_text_that_is_no_utf_8_is_1007(raw, text):
    is_closed(raw, frame(TEXT, text), 1007)


def test_a_character_may_span_fragments(raw):
    whole = "€𝄞".encode()
    for i in range(len(whole)):
        raw.socket.sendall(frame(CONTINUE if i else TEXT, whole[i:i + 1], fin=i == len(whole) - 1))
    assert b"INVALID_JSON" in raw.frame()[1]


@pytest.mark.parametrize("text", [b"\xf4\x90", b"\xed\xa0", b"\xc0"])
def test_bad_text_is_refused_before_its_message_is_whole(raw, text):
    raw.socket.sendall(frame(TEXT, b"good", fin=False) + frame(CONTINUE, text + b"\x80\x80", fin=False))
    assert raw.close_code() == 1007


# ---- 7: closing

@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_a_close_is_answered_with_its_code(raw, code):
    is_closed(raw, frame(CLOSE, struct.pack(">H", code) + b"bye"), code)


@pytest.mark.parametrize("code", [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
def test_a_code_that_nobody_may_send_is_1002(raw, code):
    is_closed(raw, frame(CLOSE, struct.pack(">H", code)), 1002)


def test_a_close_without_a_code_is_answered_without_one(raw):
    raw.socket.sendall(frame(CLOSE))
    opcode, payload = raw.frame()
    assert opcode == CLOSE and payload in (b"", b"\x03\xe8")


@pytest.mark.parametrize("payload, code", [(b"\x03", 1002), (b"\x03\xe8" + b"x" * 123, 1000),
                                           (b"\x03\xe8" + "κόσμε".encode(), 1000)])
def test_the_body_of_a_close(raw, payload, code):
    is_closed(raw, frame(CLOSE, payload), code)


@pytest.mark.parametrize("reason", [b"\xff\xfe", b"\xce"])
def test_a_reason_that_is_no_utf_8_fails_the_connection(raw, reason):
    raw.socket.sendall(frame(CLOSE, b"\x03\xe8" + reason))
    assert raw.close_code() in (1002, 1007)  # 7.1.7 and 8.1 leave the choice


def test_nothing_counts_after_a_close(raw):
    raw.socket.sendall(frame(CLOSE, b"\x03\xe8") + frame(TEXT, ask("late")) + frame(PING, b"late"))
    assert raw.close_code() == 1000
    assert raw.frame() is None


@pytest.mark.parametrize("cut", [0, 3, 40, 60, 75, 100])
def test_what_follows_a_message_that_closes_is_dropped(shared, cut):
    """The gateway closes because of the first message, and the next one is on its way, whole or in two pieces."""
    wrong = frame(TEXT, b'{"action":"authenticate","api_key":"wrong"}')
    data = wrong + frame(TEXT, b'{"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":4}') + frame(TEXT, b"x" * 200)
    for _ in range(20):
        with RawSocket(shared.port) as raw:
            raw.socket.sendall(data[:cut])
            raw.socket.sendall(data[cut:])
            assert raw.close_code() == 4401


def test_a_close_between_fragments_ends_the_message(raw):
    is_closed(raw, frame(TEXT, b"never whole", fin=False) + frame(CLOSE, b"\x03\xe8"), 1000)


def test_binary_messages_are_not_spoken_here(raw):
    raw.socket.sendall(frame(BINARY, b"\0\1"))
    assert raw.close_code() == 1003


@pytest.mark.parametrize("pieces", [1, 40])
def test_a_message_above_the_limit_is_1009(raw, pieces):
    part = b"x" * ((1 << 20) // pieces + 10)
    try:
        for i in range(pieces):
            raw.socket.sendall(frame(CONTINUE if i else TEXT, part, fin=i == pieces - 1))
    except OSError:
        pass  # it was told before it had sent all
    assert raw.close_code() == 1009


# ---- 4: the opening handshake

GOOD = {"Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13"}


def shake(port, line="GET / HTTP/1.1", split=None, **changes):
    headers = {**GOOD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    text = line + "\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items() if v is not None) + "\r\n"
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
        data = text.encode()
        for at in range(0, len(data), split or len(data)):
            raw.sendall(data[at:at + (split or len(data))])
        got = b""
        while b"\r\n\r\n" not in got and (more := raw.recv(4096)):
            got += more
    return got.decode()


def test_the_answer_proves_that_the_key_was_read(shared):
    answer = shake(shared.port)
    assert answer.startswith("HTTP/1.1 101") and "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer  # 1.3's own example


@pytest.mark.parametrize("changes", [{"Upgrade": "WebSocket"}, {"Connection": "keep-alive, upgrade"}, {"Connection": "UPGRADE"},
                                     {"X_Other": "y" * 3000}, {"Sec_WebSocket_Protocol": "chat, superchat"}])
def test_names_in_any_case_and_in_lists(shared, changes):
    assert shake(shared.port, **changes).startswith("HTTP/1.1 101")


def test_a_request_one_byte_at_a_time(shared):
    assert shake(shared.port, split=1).startswith("HTTP/1.1 101")


def test_any_path(shared):
    assert shake(shared.port, "GET /some/path?with=query HTTP/1.1").startswith("HTTP/1.1 101")


@pytest.mark.parametrize("changes", [{"line": "POST / HTTP/1.1"}, {"line": "GET / HTTP/1.0"}, {"Sec_WebSocket_Key": None},
                                     {"Sec_WebSocket_Key": "tooshort"}, {"Sec_WebSocket_Version": None}, {"Host": None},
                                     {"Upgrade": "h2c"}, {"Connection": "close"}])
def test_what_is_no_handshake_is_not_answered_with_101(shared, changes):
    answer = shake(shared.port, **changes)
    assert answer.startswith("HTTP/1.1 4")


@pytest.mark.parametrize("version", ["8", "12", "14", "0"])
def test_another_version_is_told_ours(shared, version):
    answer = shake(shared.port, Sec_WebSocket_Version=version)
    assert answer.startswith("HTTP/1.1 426") and "Sec-WebSocket-Version: 13" in answer


@pytest.mark.parametrize("junk", [b"\x16\x03\x01\x02\x00", b"\0" * 100, b"GET\r\n\r\n", b"\r\n" * 50 + b"x" * 10_000])
def test_junk_instead_of_a_request_ends(shared, junk):
    with socket.create_connection(("127.0.0.1", shared.port), PATIENCE) as raw:
        raw.sendall(junk)
        raw.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while more := raw.recv(4096):
                got += more
        except ConnectionResetError:
            pass
    assert got == b"" or got.startswith(b"HTTP/1.1 4")


NODE = """
const ws = new (require('/usr/share/nodejs/ws'))(process.argv[1]);
ws.on('open', () => { ws.ping('p'); ws.send(JSON.stringify({action: 'authenticate', api_key: process.argv[2]})); });
let pong = '';
ws.on('pong', d => { pong = d.toString(); });
ws.on('message', d => { const m = JSON.parse(d);
  if (m.type === 'authentication') ws.send(JSON.stringify({action: 'ping', id: 'x'.repeat(60)}));
  if (m.type === 'pong') ws.close(4321, 'done'); });
ws.on('close', (code, reason) => { console.log(pong, code); });
"""


@pytest.mark.skipif(not shutil.which("node") or not shutil.os.path.exists("/usr/share/nodejs/ws"), reason="node-ws is not installed")
def test_the_ws_package_of_npm_talks_to_it(shared):
    done = subprocess.run(["node", "-e", NODE, "--", f"ws://127.0.0.1:{shared.port}/", shared.good_key],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.split() == ["p", "4321"], done.stderr
