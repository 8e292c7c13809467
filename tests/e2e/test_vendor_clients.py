"""The brokers' own clients from npm decode the same bytes as the gateway, and must come to the same values."""

import csv
import datetime
import io
import json
import subprocess
from decimal import Decimal

import pytest

import packets
from brokers import KITE_HEADER
from gateway import RECORDINGS, SOURCE
from vendor_clients import Angel, Kite, levels_of, next_message, packets_in

CASES = SOURCE.parent / "shared" / "cases" / "broker"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"no cases in {CASES}")
LIVE = RECORDINGS / "zerodha" / "live-2026-08-14"
SESSIONS = RECORDINGS / "angel" / "reconstructed"
KITE_SEGMENTS = {1: "NSE", 2: "NFO", 3: "CDS", 4: "BSE", 5: "BFO", 6: "BCD", 7: "MCX", 12: "NCO"}
ANGEL_SEGMENTS = {"NSE": 1, "NFO": 2, "MCX": 5, "CDS": 13}


@pytest.fixture(scope="module", autouse=True)
def vendors():
    done = subprocess.run([SOURCE / "scripts" / "install-vendor-clients"], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr


def kite_names(text):
    """Symbol and exchange of each row of a list of Kite's that is a share, an index or a future, by token."""
    names = {}
    for row in csv.DictReader(io.StringIO(text)):
        token, symbol, exchange = int(row["instrument_token"]), row["tradingsymbol"], row["exchange"]
        if row["instrument_type"] == "FUT":
            symbol = row["name"] + f"{datetime.date.fromisoformat(row['expiry']):%d%b%y}".upper() + "FUT"
        if row["segment"] == "INDICES":
            symbol, exchange = {"NIFTY 50": "NIFTY"}.get(symbol, symbol), exchange + "_INDEX"
        if row["instrument_type"] in ("EQ", "FUT"):
            names[token] = (symbol, exchange)
    return names


def first_of_each(names, *wanted):
    """Of instruments whose symbols begin so, in these exchanges, the first ones."""
    found = {}
    for beginning, exchange in wanted:
        key = next(key for key, (symbol, there) in names.items() if symbol.startswith(beginning) and there == exchange)
        found[key] = names[key]
    return found


def list_of_tokens(tokens):
    """A list of Kite's that has these, whatever they are, as rows of their segment's exchange."""
    rows = []
    for token in sorted(tokens):
        index = token & 255 == 9
        exchange = "NSE" if index else KITE_SEGMENTS[token & 255]
        segment = "INDICES" if index else exchange
        rows.append(f"{token},{token >> 8},T{token},T{token},0,,0,0.05,1,EQ,{segment},{exchange}\n")
    return KITE_HEADER + "".join(rows)


def kite_with(start, tmp_path, frames):
    """Both sides with a list that has the tokens of these frames."""
    path = tmp_path / "instruments.csv"
    path.write_text(list_of_tokens({token for frame in frames for token, _ in packets_in(frame)}))
    sides = Kite(start, tmp_path, "--instruments", path)
    return sides, kite_names(sides.list)


KITE_PRICES = {1: 142_405, 3: 851_234_567, 5: 31_405, 6: 851_234, 7: 782_600, 9: 2_434_390}


@pytest.mark.parametrize("mode", ["ltp", "quote", "full"])
def test_kite_in_each_segment(start, tmp_path, mode):
    sides = Kite(start, tmp_path)
    names = first_of_each(kite_names(sides.list), ("INFY", "NSE"), ("NIFTY", "NSE_INDEX"), ("USDINR", "CDS"),
                          ("USDINR", "BCD"), ("CRUDEOIL", "MCX"), ("SENSEX", "BFO"))
    assert {token & 255 for token in names} == set(KITE_PRICES)
    markets = {token: packets.edges(KITE_PRICES[token & 255], 2**31 - 1, 2**16 - 1) for token in names}
    for token in names:
        if token & 255 == 7:  # as crude oil was in April 2020
            markets[token][0].ltp, markets[token][0].bids = -3763, [(10, -3764 - level, 2) for level in range(packets.LEVELS)]
    frames = [packets.Kite.frame(*(packets.Kite.packet(token, mode, market) for token, market in zip(names, row)))
              for row in zip(*markets.values())]
    assert sides.play(names, mode, frames) == len(frames) * {"ltp": 6, "quote": 12, "full": 5 * 3 + 2}[mode]


@pytest.mark.skipif(not LIVE.exists(), reason=f"no recorded frames in {LIVE}")
def test_kite_in_frames_of_a_real_session(start, tmp_path):
    frames = [path.read_bytes() for path in sorted(LIVE.glob("*.bin"))]
    sides, names = kite_with(start, tmp_path, frames)
    assert sides.play(names, "full", frames) >= len(frames)


@needs_cases
def test_kites_client_overflows_two_counts_and_the_gateway_does_not(start, tmp_path):
    frame = (CASES / "v1_same_bytes.bin").read_bytes()
    sides, names = kite_with(start, tmp_path, [frame])
    assert {KITE_SEGMENTS.get(token & 255, "index") for token in names} == {"NSE", "index", "CDS", "BCD", "MCX", "BFO"}
    volume, largest = 4_000_000_000, 2**32 - 1
    overflowed = []

    def expected(tick, mode):
        values = sides.expected(tick, mode)
        for name, true in [("volume", volume), ("oi", largest), ("oi_day_high", largest), ("oi_day_low", largest)]:
            if values.get(name) == true - 2**32:  # the JavaScript client's shift is of 32 bits and signed
                values[name] = true
                overflowed.append((names[tick["instrument_token"]][1], name, mode))
        return values
    assert sides.play(names, "full", [frame], expected) == 5 * 3 + 2
    counts = ["volume", "oi", "oi_day_high", "oi_day_low"]
    assert overflowed == [("NSE", name, mode) for mode in (2, 4) for name in counts]


@needs_cases
def test_kites_client_has_a_hundred_times_the_prices_of_nse_commodities(start, tmp_path):
    frame = (CASES / "01_nco_frame.bin").read_bytes()
    sides = Kite(start, tmp_path, "--instruments", CASES / "01_nco.csv")
    names = kite_names(sides.list)
    prices = ("ltp", "open", "high", "low", "close", "avg_trade_price")
    seen = {}

    def expected(tick, mode):
        values = sides.expected(tick, mode)
        values |= {name: values[name] / 100 for name in prices if name in values}
        if "depth" in values:
            values["depth"] = {side: [level | {"price": level["price"] / 100} for level in levels]
                               for side, levels in values["depth"].items()}
        seen[tick["instrument_token"]] = (tick["last_price"], values["ltp"])
        return values
    assert sides.play(names, "full", [frame], expected) == 3 + 1
    assert seen == {31132428: (37820, Decimal("378.2")), 33539084: (849400, 8494)}


def angel_names(text):
    """As kite_names, by exchange type and token, of the segments that are looked at here."""
    names = {}
    for row in json.loads(text):
        if row["exch_seg"] not in ANGEL_SEGMENTS or row["instrumenttype"].startswith("OPT"):
            continue
        symbol, exchange = row["name"], row["exch_seg"]
        if row["expiry"]:
            symbol += row["expiry"][:5] + row["expiry"][7:] + "FUT"
        names[f"{ANGEL_SEGMENTS[exchange]}:{row['token']}"] = (
            symbol, exchange + ("_INDEX" if row["instrumenttype"] == "AMXIDX" else ""))
    return names


ANGEL_PRICES = {"1": 196_115, "2": 2_465_000, "5": 782_600, "13": 851_234_567}


@pytest.mark.parametrize("mode", ["1", "2", "3"])
def test_angel_in_each_segment(start, tmp_path, mode):
    sides = Angel(start, tmp_path)
    names = first_of_each(angel_names(sides.list), ("INFY", "NSE"), ("NIFTY", "NSE_INDEX"), ("NIFTY", "NFO"),
                          ("CRUDEOIL", "MCX"), ("USDINR", "CDS"))
    wire = packets.Angel()
    frames = []
    for instrument in names:
        exchange_type, token = instrument.split(":")
        for market in packets.edges(ANGEL_PRICES[exchange_type], 2**53 + 1, 2**15 - 1):
            if token.startswith("999"):
                market = packets.of_index(market)
            frames.append(wire.frame(int(exchange_type), token, int(mode), market))
    rounds = len(frames) // len(names)
    assert sides.play(names, mode, frames) == rounds * {"1": 5, "2": 10, "3": 4 * 3 + 2}[mode]


@pytest.mark.skipif(not SESSIONS.exists(), reason=f"no frames in {SESSIONS}")
@pytest.mark.parametrize("mode", ["1", "2", "3"])
def test_angel_in_frames_of_real_sessions(start, tmp_path, mode):
    frames = [path.read_bytes() for path in sorted(SESSIONS.glob("*.bin"))]
    frames = [frame for frame in frames if frame[0] == int(mode)]
    sides = Angel(start, tmp_path)
    names = first_of_each(angel_names(sides.list), ("INFY", "NSE"), ("RELIANCE", "NSE"))
    assert sides.play(names, mode, frames) == {"1": 1, "2": 2, "3": 3}[mode] * len(frames)


def test_twenty_levels_of_angel(start, tmp_path):
    sides = Angel(start, tmp_path)
    names = first_of_each(angel_names(sides.list), ("INFY", "NSE"))
    (instrument,) = names
    market = packets.some(1, ANGEL_PRICES["1"])
    token = instrument.split(":")[1]
    snap = packets.Angel().frame(1, token, 3, market)
    deep = packets.Angel.depth20(token, market.time * 1000 + 562, market.ltp)
    with sides.both(names, "4", depth_level=20) as (ticks, client):
        sides.sim.fault("frame", hex=snap.hex())  # has the last price, which the other packet lacks
        sides.sim.fault("frame", hex=deep.hex())
        tick = next(t for t in ticks if t["subscription_mode"] == "4")
        while len((data := next_message(client)["data"]).get("depth", {}).get("buy", [])) != 20:
            pass
        assert data["depth"] == {"buy": levels_of(tick["depth_twenty_buy_data"], 100),
                                 "sell": levels_of(tick["depth_twenty_sell_data"], 100)}
        assert data["timestamp"] == Decimal(tick["exchange_timestamp"]) / 1000
        assert data["ltp"] == Decimal(market.ltp) / 100
