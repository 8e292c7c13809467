"""broker-sim itself: both protocols as clients see them, its books, its script, TLS."""

import json
import ssl
import struct
import subprocess

import pytest

from gateway import RECORDINGS, SIM, Client
from stand_in import Angel, Kite, next_frame, next_text, refused, until, wait_for

KITE, ANGEL = Kite(), Angel()
both = pytest.mark.parametrize("kind", [KITE, ANGEL], ids=["kite", "angel"])
RECORDED = RECORDINGS / "angel" / "reconstructed"


def test_kite_sends_quotes_first_and_then_what_a_mode_asks_for(start):
    sim = start.sim("--rate", 100)
    with KITE.connect(sim) as client:
        client.send({"a": "subscribe", "v": [408065, 256265]})
        assert KITE.ticks(next_frame(client))[0][:2] == (408065, 44)
        client.send({"a": "mode", "v": ["full", [408065]]})
        client.send({"a": "mode", "v": ["ltp", [256265]]})
        wanted = [(256265, 8), (408065, 184)]
        wait_for(client, lambda m: sorted(t[:2] for t in KITE.ticks(m)) == wanted)
        assert sim.books()["subscriptions"] == {"408065": "full", "256265": "ltp"}
        wait_for(client, lambda m: m == b"\0")  # the heartbeat


def test_kite_refuses_what_is_no_login(start):
    sim = start.sim()
    for query in ["", "?api_key=k", "?access_token=t", "?api_key=&access_token=t"]:
        assert refused(Client, f"{sim.url}/{query}").status_code == 403
    assert sim.books()["logins_refused"] == {"403": 4}


@pytest.mark.parametrize("name, what", [("Authorization", "Auth token"), ("x-client-code", "Client Code"),
                                        ("x-api-key", "API Key"), ("x-feed-token", "Feed Token")])
def test_angel_needs_four_headers(start, name, what):
    sim = start.sim(broker="angel")
    for value in [{}, {name: ""}]:
        headers = {k: v for k, v in ANGEL.headers().items() if k != name} | value
        error = refused(Client, sim.url, extra_headers=headers)
        assert error.status_code == 401
        assert error.headers["x-error-message"] == f"Invalid Header - Invalid {what}"


@both
def test_a_fourth_connection_of_an_account_is_refused(start, kind):
    sim = start.sim(broker=kind.broker)
    clients = [kind.connect(sim) for _ in range(3)]
    assert refused(kind.connect, sim).status_code == 429
    with kind.connect(sim, account="other"):
        books = sim.books()
        assert books["connections"]["open"] == books["connections"]["most_open"] == 4
        assert books["logins"] == {"accepted": 4, "refused": 1} and books["logins_refused"] == {"429": 1}
    for client in clients:
        client.close()


def test_angel_sends_one_tick_for_each_token_and_mode(start):
    sim = start.sim("--rate", 100, broker="angel")
    with ANGEL.connect(sim) as client:
        for mode in (1, 2, 3, 4):
            client.send(ANGEL.request(1, mode, "1594"))
        client.send(ANGEL.request(1, 1, "1594", exchange=3))
        seen = {}
        while len(seen) < 5:
            frame = next_frame(client)
            seen[frame[0], frame[1]] = frame
        assert {k: len(v) for k, v in seen.items()} == {(1, 1): 51, (2, 1): 123, (3, 1): 379, (4, 1): 443, (1, 3): 51}
        assert all(v[2:27] == b"1594" + bytes(21) for v in seen.values())
        check_snap_quote(seen[3, 1])
        check_depth20(seen[4, 1])
        assert sim.books()["subscriptions"] == {"1:1594": [1, 2, 3, 4], "3:1594": [1]}


def check_snap_quote(frame):
    ltp = struct.unpack_from("<q", frame, 43)[0]
    quantity, average, volume, bought, sold = struct.unpack_from("<qqqdd", frame, 51)
    opened, high, low, close, traded = struct.unpack_from("<qqqqq", frame, 91)
    assert low <= ltp <= high and low <= opened <= high and low <= average <= high and close > 0
    assert quantity > 0 and volume > 0 and bought > 0 and sold > 0
    assert traded == struct.unpack_from("<q", frame, 35)[0] // 1000
    levels = [struct.unpack_from("<hqqh", frame, 147 + 20 * i) for i in range(10)]
    assert [flag for flag, *_ in levels] == [1] * 5 + [0] * 5
    prices = [price for _, _, price, _ in levels]
    assert prices[:5] == sorted(prices[:5], reverse=True) and prices[5:] == sorted(prices[5:])
    assert prices[0] < ltp < prices[5] and all(q > 0 and n > 0 for _, q, _, n in levels)
    upper, lower, year_high, year_low = struct.unpack_from("<qqqq", frame, 347)
    assert lower < low <= high < upper and year_low < low <= high < year_high


def check_depth20(frame):
    levels = [struct.unpack_from("<iih", frame, 43 + 10 * i) for i in range(40)]
    prices = [price for _, price, _ in levels]
    assert prices[:20] == sorted(set(prices[:20]), reverse=True) and prices[20:] == sorted(set(prices[20:]))
    assert prices[0] < prices[20] and all(q > 0 and n > 0 for q, _, n in levels)


def test_an_index_of_angel_has_no_trades(start):
    sim = start.sim(broker="angel")
    with ANGEL.connect(sim) as client:
        client.send(ANGEL.request(1, 3, "99926000"))
        frame = next_frame(client)
        assert struct.unpack_from("<q", frame, 43)[0] > 0
        assert frame[51:91] == bytes(40) and struct.unpack_from("<q", frame, 149)[0] == 0


def body(action, mode, *groups):
    return {"action": action, "params": {"mode": mode, "tokenList": list(groups)}}


ONE = {"exchangeType": 1, "tokens": ["1"]}
BAD = ["", "pong", "{", "[]", {"action": 1}, body(2, 1, ONE), body(1, 5, ONE), body(1, 1),
       body(1, 1, {"exchangeType": 6, "tokens": ["1"]}), body(1, 1, {"exchangeType": 1, "tokens": [1]}),
       body(1, 1, {"exchangeType": 1, "tokens": []}), body(1, 4, {"exchangeType": 2, "tokens": ["1"]}),
       json.dumps(body(1, 1, ONE)).encode()]
E1001 = {"correlationID": "", "errorCode": "E1001", "errorMessage": "Invalid Request Payload."}


def test_angel_answers_wrong_requests_and_nothing_else(start):
    sim = start.sim(broker="angel")
    sim.fault("mute")
    with ANGEL.connect(sim) as client:
        for request in BAD:
            client.send(request)
            assert client.receive() == E1001, request
        client.send({"correlationID": "abcde12345", "action": 7})
        assert ANGEL.complaint(client) == "E1001"
        for request in [ANGEL.request(1, 1, "1594"), ANGEL.request(1, 1, "1594"), ANGEL.request(0, 2, "1594"),
                        ANGEL.request(0, 1, "7")]:
            client.send(request)
        client.send("ping")
        assert client.receive_text() == "pong"
        books = sim.books()
        assert books["subscriptions"] == {"1:1594": [1]} and books["pings"] == 1
        assert books["requests"] == {"total": 18, "wrong": 13, "waiting": 0, "by_action": {"subscribe": 3, "unsubscribe": 2}}


def test_angel_counts_tokens_times_modes(start):
    sim = start.sim(broker="angel")
    sim.fault("mute")
    with ANGEL.connect(sim) as client:
        tokens = [str(n) for n in range(500)]
        client.send(ANGEL.request(1, 1, *tokens))
        client.send(ANGEL.request(1, 2, *tokens[:499]))
        client.send(ANGEL.request(1, 3, "1", "2"))
        answer = next_text(client, lambda m: True)
        assert answer == {"correlationID": "abcde12345", "errorCode": "E1002",
                          "errorMessage": "Invalid Request. Subscription Limit Exceeded"}
        client.send(ANGEL.request(1, 3, "1"))
        client.send(ANGEL.request(1, 3, "2"))
        assert ANGEL.complaint(client) == "E1002"
        client.send(ANGEL.request(0, 2, *tokens))
        client.send(ANGEL.request(1, 4, *tokens[:50]))
        client.send(ANGEL.request(1, 4, "50"))
        assert ANGEL.complaint(client) == "E1001"
        books = sim.books()
        assert books["connections"]["max_instruments"] == 1000
        assert books["connections"]["list"][0]["instruments"] == 551
        assert books["connections"]["list"][0]["subscriptions"]["1:1"] == [1, 3, 4]


@pytest.mark.skipif(not RECORDED.exists(), reason=f"no recorded frames in {RECORDED}")
def test_recorded_frames_of_angel_are_played_in_the_order_of_their_names(start):
    sim = start.sim("--frames", RECORDED, "--rate", 100, broker="angel")
    with ANGEL.connect(sim) as client:
        ANGEL.subscribe(client, "7")
        for path in sorted(RECORDED.glob("*.bin")):
            assert next_frame(client) == path.read_bytes()
        books = sim.books(ticks=True)
        assert books["ticks_sent"] == len(list(RECORDED.glob("*.bin"))) and "1:7" not in books["ticks"]


@both
def test_the_books_hold_what_is_open_and_reset_forgets_what_was_counted(start, kind):
    sim = start.sim("--rate", 100, broker=kind.broker)
    other = kind.connect(sim)
    with kind.connect(sim) as one:
        kind.subscribe(one)
        kind.subscribe(other)
        assert len(kind.ticks(next_frame(one))) == 1
        books = sim.books(ticks=True)
        assert books["ticks"][kind.one_in_books] == books["ticks_sent"] > 0 and books["frames_sent"] > 0
        assert list(books["subscriptions"]) == [kind.one_in_books]
        assert books["connections"]["list"][0]["subscriptions"] == books["subscriptions"]
        assert "ticks" not in sim.books()
        other.close()
        until(sim, lambda b: b["connections"]["open"] == 1)
        sim.fault("mute")
        sim.reset()
        books = sim.books(ticks=True)
        assert list(books["subscriptions"]) == [kind.one_in_books] and books["ticks"] == {}
        assert books["connections"]["open"] == books["connections"]["most_open"] == 1
        assert books["connections"]["total"] == books["ticks_sent"] == books["requests"]["total"] == 0
        assert books["logins"] == {"accepted": 0, "refused": 0} and books["connections"]["max_instruments"] == 1


def test_a_script_plays_its_faults_by_itself(start, tmp_path):
    script = tmp_path / "script"
    script.write_text('{"at":0.02,"fault":"lag","seconds":100}\n\n{"fault":"upgrade","status":500}\n'
                      '{"at":0.01,"fault":"none"}\n')
    sim = start.sim("--script", script)
    assert refused(KITE.connect, sim).status_code == 500
    sim.wait_line("script: .*none")
    sim.wait_line("script: .*lag")
    KITE.connect(sim).close()


@pytest.mark.parametrize("text, complaint", [
    ("", "found no faults, expected one JSON object a line"),
    ('{"fault":"none"}\nno\n', ":2: found no JSON object, expected {\"fault\":NAME}"),
    ('{"at":"soon","fault":"none"}', ':1: at: found "soon", expected seconds'),
    ('{"fault":"lag","second":1}', ":1: lag: seconds: found nothing, expected a number above 0")])
def test_a_wrong_script_is_refused(tmp_path, text, complaint):
    script = tmp_path / "script"
    script.write_text(text)
    done = subprocess.run([SIM, "--broker", "angel", "--port", "0", "--script", script], capture_output=True, text=True)
    assert done.returncode == 2 and complaint in done.stderr


@both
def test_tls(start, certificate, kind):
    sim = start.sim("--tls-certificate", certificate.file, "--tls-key", certificate.key, broker=kind.broker)
    assert sim.url.startswith("wss://")
    trusting = ssl.create_default_context(cafile=certificate.file)
    with kind.connect(sim, ssl=trusting) as client:
        kind.subscribe(client)
        assert len(kind.ticks(next_frame(client))) == 1
    with kind.connect(sim, ssl=trusting) as client:
        kind.subscribe(client)
        sim.fault("oversized")
        wait_for(client, lambda m: len(m) == 5 << 20)
        sim.fault("drop")
        assert client.wait_closed()[0] == 1006
    done = subprocess.run([SIM, "--broker", "angel", "--port", "0", "--tls-certificate", certificate.key, "--tls-key", certificate.key],
                          capture_output=True, text=True)
    assert done.returncode == 2 and "found no certificate in" in done.stderr
