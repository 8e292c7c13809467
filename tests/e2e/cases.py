"""The inputs of shared/cases/broker, as they are for Kite; for Angel, lists and frames of the same meaning are made of
them. And a gateway at a stand-in that sends nothing but what the test says."""

import csv
import datetime
import itertools
import json
import struct

import pytest

from gateway import SOURCE

CASES = SOURCE.parent / "shared" / "cases" / "broker"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"no cases in {CASES}")
# Kite's number of a segment: its exchange, Angel's number of it, and the divisor of Kite's prices there.
SEGMENTS = {1: ("NSE", 1, 100), 2: ("NFO", 2, 100), 3: ("CDS", 13, 10_000_000), 4: ("BSE", 3, 100), 5: ("BFO", 4, 100),
            6: ("BCD", None, 10_000), 7: ("MCX", 5, 100), 9: ("NSE_INDEX", 1, 100), 12: ("NCO", None, 10_000)}
QUOTE = ("last_quantity", "average", "volume", "buy", "sell", "open", "high", "low", "close")
FULL = ("last_trade_time", "oi", "oi_high", "oi_low", "time")


def packets_of(frame):
    """The packets of one of Kite's frames, raw."""
    count, at, packets = struct.unpack_from(">H", frame)[0], 2, []
    for _ in range(count):
        length = struct.unpack_from(">H", frame, at)[0]
        body = frame[at + 2:at + 2 + length]
        at += 2 + length
        packet = dict(zip(("token", "ltp"), struct.unpack_from(">Ii", body)))
        if length in (28, 32):
            packet.update(zip(("high", "low", "open", "close"), struct.unpack_from(">4i", body, 8)))
        if length == 32:
            packet["time"] = struct.unpack_from(">I", body, 28)[0]
        if length >= 44:
            packet.update(zip(QUOTE, struct.unpack_from(">IiIIIiiii", body, 8)))
        if length == 184:
            packet.update(zip(FULL, struct.unpack_from(">5I", body, 44)))
            levels = [struct.unpack_from(">IiHxx", body, 64 + 12 * i) for i in range(10)]
            packet.update(bids=levels[:5], asks=levels[5:])
        packets.append(packet)
    assert at == len(frame)
    return packets


sequences = itertools.count(1)


def angel_frame(packet):
    """Angel's frame of what a packet of Kite's says, the next in the order of sequence numbers."""
    mode = 3 if "bids" in packet else 2 if "volume" in packet else 1
    _, segment, divisor = SEGMENTS[packet["token"] & 0xff]

    def price(raw):
        return raw * (10_000_000 if segment == 13 else 100) // divisor
    frame = struct.pack("<BB25sqqq", mode, segment, str(packet["token"] >> 8).encode(), next(sequences),
                        packet.get("time", 0) * 1000, price(packet["ltp"]))
    if mode >= 2:
        frame += struct.pack("<qqqdd4q", packet["last_quantity"], price(packet["average"]), packet["volume"], packet["buy"],
                             packet["sell"], *(price(packet[k]) for k in ("open", "high", "low", "close")))
    if mode == 3:
        frame += struct.pack("<qqd", packet["last_trade_time"], packet["oi"], 0)
        frame += b"".join(struct.pack("<hqqh", flag, quantity, price(raw), orders) for flag, side in
                          ((1, packet["bids"]), (0, packet["asks"])) for quantity, raw, orders in side)
        frame += struct.pack("<4q", 0, 0, 0, 0)
    return frame


def angel_row(row):
    """The row of Angel's list that names the same instrument as this one of Kite's."""
    kind, symbol, expiry = row["instrument_type"], row["tradingsymbol"], row["expiry"]
    if expiry:
        expiry = datetime.date.fromisoformat(expiry).strftime("%d%b%Y").upper()
    return {"token": row["exchange_token"], "symbol": f"{symbol}-EQ" if row["exchange"] == "NSE" else symbol, "name": row["name"],
            "expiry": expiry, "strike": f"{float(row['strike']) * 100:f}", "lotsize": row["lot_size"],
            "instrumenttype": {"EQ": "", "FUT": "FUTSTK"}.get(kind, "OPTSTK"), "exch_seg": row["exchange"],
            "tick_size": f"{float(row['tick_size']) * 100:f}"}


def list_of(broker, path):
    """The list of this file, made for Kite, as the broker has it."""
    if broker.name == "zerodha":
        return path
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [angel_row(row) for row in csv.DictReader(file)]
    made = broker.list.with_name(path.stem + ".json")
    made.write_text(json.dumps(rows))
    return made


def take_list(gateway, broker, path, *more):
    """`path`: of Kite's list; or only the name of a case."""
    gateway.run("instruments", "import", *more, "--broker", broker.name, list_of(broker, CASES / path))


def in_books(broker, token):
    """The name that the stand-in's books have for a token of Kite's."""
    return str(token) if broker.name == "zerodha" else f"{SEGMENTS[token & 0xff][1]}:{token >> 8}"


def send(sim, broker, frame):
    """A frame of Kite's, or the name of a case that is one."""
    if isinstance(frame, str):
        frame = (CASES / frame).read_bytes()
    if broker.name == "zerodha":
        return sim.fault("frame", hex=frame.hex())
    for packet in packets_of(frame):
        sim.fault("frame", hex=angel_frame(packet).hex())


def ltp_frame(token, raw_price):
    return struct.pack(">HHIi", 1, 8, token, raw_price)


def quote_frame(token, raw_price):
    return struct.pack(">HHIiIiIIIiiii", 1, 44, token, raw_price, 1, raw_price, 10, 11, 12, *[raw_price] * 4)


def quiet(start, broker, first_list, expired="serve", **more):
    """A gateway with this list, at a stand-in that sends nothing but what the test says. Lists of cases have their day."""
    sim = start.sim("--rate", 1, broker=broker.name)
    sim.fault("mute")
    gateway = start({"active_broker": broker.name, "instruments": {"expired": expired},
                     "brokers": {broker.name: broker.config(sim.url, stall_limit="1h", **more)}})
    take_list(gateway, broker, first_list)
    return gateway, sim
