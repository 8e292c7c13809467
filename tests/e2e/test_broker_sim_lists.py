"""What broker-sim serves by plain HTTP: instrument lists and Kite's profile."""

import csv
import datetime
import gzip
import io
import json
import re
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest

from brokers import KITE_HEADER
from gateway import PATIENCE, SIM, run, write_config
from stand_in import Angel, Kite, refused

KITE, ANGEL = Kite(), Angel()
both = pytest.mark.parametrize("kind", [KITE, ANGEL], ids=["kite", "angel"])
PATHS = {"zerodha": "/instruments", "angel": "/OpenAPIScripMaster.json"}
SEGMENTS = {"NSE": 1, "NFO": 2, "CDS": 3, "BSE": 4, "BFO": 5, "BCD": 6, "MCX": 7, "NCO": 12}
BAD_TOKEN = {"status": "error", "message": "Incorrect `api_key` or `access_token`.", "error_type": "TokenException",
             "data": None}


def get(sim, path, trusting=None, **headers):
    """Status, headers and bytes of the body; `If_None_Match` and so on become headers."""
    scheme = "https" if trusting else "http"
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{sim.port}{path}",
                                     headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE, context=trusting) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def list_of(sim, kind, **headers):
    return get(sim, PATHS[kind.broker], **headers)


def announced(sim):
    """What a new connection to Kite is told of the list."""
    client = KITE.open(sim)
    try:
        message = json.loads(client.receive_text())
        assert message["type"] == "instruments_meta"
        return message["data"]
    finally:
        client.close()


def today_in_india():
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=5, minutes=30)).date()


def test_kites_list_has_each_segment_its_tokens_and_expiries_to_come(start):
    status, headers, body = list_of(start.sim(), KITE)
    assert (status, headers["Content-Type"]) == (200, "text/csv")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert {r["exchange"] for r in rows} == set(SEGMENTS)
    for row in rows:
        token, index = int(row["instrument_token"]), row["segment"] == "INDICES"
        assert (token >> 8, token & 255) == (int(row["exchange_token"]), 9 if index else SEGMENTS[row["exchange"]])
        if row["instrument_type"] != "EQ":
            assert datetime.date.fromisoformat(row["expiry"]) > today_in_india()
            assert row["segment"] == f"{row['exchange']}-{'FUT' if row['instrument_type'] == 'FUT' else 'OPT'}"
    assert len({r["instrument_token"] for r in rows}) == len(rows)
    by_name = {(r["tradingsymbol"], r["exchange"]): r for r in rows}
    assert by_name["INFY", "NSE"]["instrument_token"] == "408065"
    assert by_name["RELIANCE", "BSE"]["instrument_token"] == "128083204"
    assert by_name["NIFTY 50", "NSE"]["instrument_token"] == "256265"
    assert {r["tick_size"] for r in rows if r["exchange"] == "CDS"} == {"0.0025"}
    assert {r["instrument_type"] for r in rows if r["exchange"] == "NFO"} == {"FUT", "CE", "PE"}


def test_angels_list_has_the_same_contracts_under_the_same_numbers(start):
    status, headers, body = list_of(start.sim(broker="angel"), ANGEL)
    assert (status, headers["Content-Type"]) == (200, "application/json")
    rows = json.loads(body)
    assert {r["exch_seg"] for r in rows} == {"NSE", "BSE", "NFO", "BFO", "CDS", "MCX"}
    assert len({(r["exch_seg"], r["token"]) for r in rows}) == len(rows)
    by_name = {(r["symbol"], r["exch_seg"]): r["token"] for r in rows}
    assert (by_name["INFY-EQ", "NSE"], by_name["INFY", "BSE"]) == ("1594", "500209")
    assert by_name["Nifty 50", "NSE"] == "99926000"
    kite = csv.DictReader(io.StringIO(list_of(start.sim(), KITE)[2].decode()))
    numbers = {(r["exchange"], r["exchange_token"]) for r in kite
               if r["expiry"] and r["exchange"] not in ("BCD", "NCO")}
    assert numbers == {(r["exch_seg"], r["token"]) for r in rows if r["expiry"]}
    (option,) = [r for r in rows if re.fullmatch(r"USDINR\d\d[A-Z]{3}88.25CE", r["symbol"])][:1]
    assert (option["strike"], option["tick_size"]) == ("882500000.000000", "25000.000000")


@both
def test_the_gateway_can_use_each_row(start, tmp_path, kind):
    (tmp_path / "list").write_bytes(list_of(start.sim(broker=kind.broker), kind)[2])
    config = write_config(tmp_path, {"brokers": {kind.broker: {"plugin": kind.broker, "settings": {
        "api_key": "key", **({"access_token": "${env:T}"} if kind is KITE else
                             {"client_code": "C1", "jwt_token": "${env:T}", "feed_token": "${env:T}"})}}}})
    report = run("instruments", "import", "--broker", kind.broker, tmp_path / "list", "--config", config)
    assert re.match(r"(\d+) rows read, \1 kept, 0 skipped\n", report)
    found = json.loads(run("instruments", "search", "USDINR", "--broker", kind.broker, "--json", "--config", config))
    option = next(i for i in found if re.fullmatch(r"USDINR\d\d[A-Z]{3}\d\d88.25CE", i["symbol"]))
    assert (option["exchange"], option["strike"], option["tick_size"]) == ("CDS", 88.25, 0.0025)


@both
def test_a_list_that_the_client_has_is_not_sent_again(start, kind):
    sim = start.sim(broker=kind.broker)
    _, headers, body = list_of(sim, kind)
    etag, changed = headers["ETag"], headers["Last-Modified"]
    assert changed.endswith(" 03:00:00 GMT")  # 08:30 in India
    for known in [{"If_None_Match": etag}, {"If_None_Match": etag.removeprefix("W/")}, {"If_None_Match": "*"},
                  {"If_None_Match": f'"x", {etag}'}, {"If_Modified_Since": changed}]:
        status, headers, nothing = list_of(sim, kind, **known)
        assert (status, headers["ETag"], nothing) == (304, etag, b""), known
    for other in [{"If_None_Match": '"x"'}, {"If_None_Match": '"x"', "If_Modified_Since": changed},
                  {"If_Modified_Since": "Mon, 01 Mar 2027 03:00:00 GMT"}]:
        assert list_of(sim, kind, **other)[::2] == (200, body), other
    assert sim.books()["http"] == {PATHS[kind.broker]: {"200": 4, "304": 5}}
    sim.reset()
    assert sim.books()["http"] == {}


def test_kite_packs_the_list_for_who_accepts_that_and_angel_does_not(start):
    sim = start.sim()
    plain = list_of(sim, KITE)[2]
    _, headers, packed = list_of(sim, KITE, Accept_Encoding="deflate, gzip")
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain and len(packed) < len(plain) / 2
    _, headers, body = list_of(start.sim(broker="angel"), ANGEL, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] is None and json.loads(body)


@both
def test_a_file_is_served_as_it_is_now(start, tmp_path, kind):
    file = tmp_path / "list"
    file.write_text(KITE_HEADER + "1,1,A,A,0,,0,0.05,1,EQ,NSE,NSE\n")
    sim = start.sim("--instruments", file, broker=kind.broker)
    status, first, body = list_of(sim, kind)
    assert (status, body) == (200, file.read_bytes())
    file.write_text(KITE_HEADER)
    _, second, body = list_of(sim, kind, If_None_Match=first["ETag"])
    assert body == file.read_bytes() and second["ETag"] != first["ETag"]
    file.unlink()
    assert list_of(sim, kind)[::2] == (500, f"{file}: cannot be read\n".encode())


def test_a_file_that_is_not_there_is_refused_at_the_start(tmp_path):
    done = subprocess.run([SIM, "--broker", "angel", "--port", "0", "--instruments", tmp_path / "none"],
                          capture_output=True, text=True)
    assert done.returncode == 2 and "--instruments: File does not exist" in done.stdout + done.stderr


def test_kite_announces_the_list_that_it_serves_unless_a_fault_says_otherwise(start, tmp_path):
    file = tmp_path / "list"
    file.write_text(KITE_HEADER + "1,1,A,A,0,,0,0.05,1,EQ,NSE,NSE\n")
    sim, own = start.sim("--instruments", file), start.sim()
    assert announced(sim) == {"etag": list_of(sim, KITE)[1]["ETag"], "count": 1}
    file.write_text(KITE_HEADER + "1,1,A,A,0,,0,0.05,1,EQ,NSE,NSE\n2,2,B,B,0,,0,0.05,1,EQ,NSE,NSE")
    assert announced(sim) == {"etag": list_of(sim, KITE)[1]["ETag"], "count": 2}
    _, headers, body = list_of(own, KITE)
    assert announced(own) == {"etag": headers["ETag"], "count": body.count(b"\n") - 1}
    own.fault("instruments_meta", etag='W/"6a7e998c-9757"')
    assert announced(own) == {"etag": 'W/"6a7e998c-9757"', "count": 114823}
    own.fault("instruments_meta", etag='"x"', count=7)
    assert announced(own) == {"etag": '"x"', "count": 7}
    own.fault("none")
    assert announced(own)["etag"] == headers["ETag"]


def profile(sim, authorization=None):
    status, headers, body = get(sim, "/user/profile", **({"Authorization": authorization} if authorization else {}))
    return status, headers["Content-Type"], json.loads(body)


def test_the_profile_tells_a_good_token_from_a_dead_one(start):
    sim = start.sim()
    status, content, answer = profile(sim, "token key:token")
    assert (status, content, answer["status"]) == (200, "application/json", "success")
    assert answer["data"]["user_id"] and answer["data"]["broker"] == "ZERODHA"
    sim.fault("token_death")
    assert profile(sim, "token key:token") == (403, "application/json", BAD_TOKEN)
    assert refused(KITE.connect, sim).status_code == 403  # the ticker knows it as well
    assert profile(sim, "token key:fresh")[0] == 200
    sim.fault("none")
    assert profile(sim, "token key:token")[0] == 200
    assert sim.books()["http"] == {"/user/profile": {"200": 3, "403": 1}}


@pytest.mark.parametrize("authorization", [None, "token", "token key", "token key:", "token :token", "Bearer k:t"])
def test_the_profile_is_refused_without_a_login(start, authorization):
    assert profile(start.sim(), authorization)[::2] == (403, BAD_TOKEN)


def test_the_profile_dies_with_the_token_of_a_connection(start):
    sim = start.sim()
    KITE.connect(sim, secret="of the ticker").close()
    sim.fault("token_death")
    assert profile(sim, "token key:of the ticker")[0] == 403


def test_a_fault_sets_the_answer_of_the_profile(start):
    sim = start.sim()
    sim.fault("profile", status=502, body="<h1>Bad gateway</h1>", content_type="text/html")
    status, headers, body = get(sim, "/user/profile", Authorization="token key:token")
    assert (status, headers["Content-Type"], body) == (502, "text/html", b"<h1>Bad gateway</h1>")
    sim.fault("profile")
    assert profile(sim, "token key:token") == (403, "application/json", BAD_TOKEN)
    sim.fault("token_death")
    sim.fault("profile", status=200)
    assert profile(sim, "token key:token")[0] == 200
    assert start.sim(broker="angel").ask_fault({"fault": "profile"}) == (
        400, {"ok": False, "error": "profile: found the broker angel, expected a broker that serves a profile"})


@both
def test_nothing_else_is_served(start, kind):
    sim = start.sim(broker=kind.broker)
    others = ["/", "/instruments/NSE"] + (["/user/profile"] if kind is ANGEL else [])
    for path in others:
        assert get(sim, path)[::2] == (404, b"Not found\n"), path
    assert list_of(sim, kind)[0] == get(sim, PATHS[kind.broker] + "?v=1")[0] == 200
    assert sim.books()["http"] == {"other": {"404": len(others)}, PATHS[kind.broker]: {"200": 2}}


def test_lists_come_by_https_where_the_feed_has_tls(start, certificate):
    sim = start.sim("--tls-certificate", certificate.file, "--tls-key", certificate.key)
    sim.wait_line(rf"instrument list on https://127.0.0.1:{sim.port}/instruments")
    trusting = ssl.create_default_context(cafile=certificate.file)
    assert get(sim, "/instruments", trusting)[2].startswith(KITE_HEADER.encode())
