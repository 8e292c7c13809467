"""Recorded frames of a real broker, and a stand-in that speaks its protocol, through the whole gateway."""

import json

import pytest

from gateway import FIXTURES
from stand_in import until

HEADER = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,"
          "segment,exchange\n")
RECORDED = FIXTURES / "live-2026-08-14"
needs_fixtures = pytest.mark.skipif(not RECORDED.exists(), reason=f"no recorded frames in {RECORDED}")


def config(sim_url, **more):
    return {"active_broker": "zerodha", "brokers": {
        "mock": {"plugin": "mock"},
        "zerodha": {"plugin": "zerodha", "reconnect": {"first": "50ms", "max": "100ms", "attempts": 0},
                    "settings": {"url": sim_url, "api_key": "key", "access_token": "${env:TOKEN}"}, **more}}}


ENV = {"TOKEN": "to+ken/of the day"}


def instruments(tmp_path, rows):
    path = tmp_path / "instruments.csv"
    path.write_text(HEADER + "".join(rows))
    return path


def equity(token, symbol, exchange="NSE"):
    return f"{token},{token >> 8},{symbol},{symbol},0,,0,0.05,1,EQ,{exchange},{exchange}\n"


def start_with_rows(start, tmp_path, sim, **more):
    gateway = start(config(sim.url, **more), ENV)
    rows = [equity(408065, "INFY"), equity(738561, "RELIANCE"), "256265,1001,NIFTY 50,NIFTY 50,0,,0,0,0,EQ,INDICES,NSE\n"]
    gateway.run("instruments", "import", "--broker", "zerodha", instruments(tmp_path, rows))
    return gateway


@needs_fixtures
def test_sensex_of_a_real_session(start):
    sim = start.sim("--frames", RECORDED, "--loop", "--rate", 100)
    gateway = start(config(sim.url), ENV)
    for path in sorted((FIXTURES / "instruments").glob("*.csv")):
        gateway.run("instruments", "import", "--broker", "zerodha", path)
    with gateway.client() as client:
        assert client.subscribe("SENSEX", "BSE_INDEX", 2)["status"] == "success"
        while (data := client.data()["data"])["ltp"] != 77834.06:
            pass
        assert (data["open"], data["high"], data["low"], data["close"]) == (77903.43, 77923.58, 77684.37, 78079.96)
        assert "volume" not in data and "last_trade_quantity" not in data


@needs_fixtures
def test_every_recorded_packet_comes_out_as_expected(start, tmp_path):
    files = [f for f in json.loads((FIXTURES / "expected.json").read_text()) if f["file"].startswith("live-2026-08-14/")]
    packets = [p for f in sorted(files, key=lambda f: f["file"]) for p in f["packets"]]
    rows, names = [], {}
    for token in sorted({p["instrument_token"] for p in packets}):
        segment = token & 255
        exchange = {1: "NSE", 2: "NFO", 3: "CDS", 4: "BSE", 5: "BFO", 6: "BCD", 7: "MCX", 9: "NSE"}[segment]
        names[token] = (f"T{token}", "NSE_INDEX" if segment == 9 else exchange)
        rows.append(f"{token},{token >> 8},T{token},T{token},0,,0,0.05,1,EQ,"
                    f"{'INDICES' if segment == 9 else exchange},{exchange}\n")
    sim = start.sim("--frames", RECORDED, "--rate", 50)
    gateway = start(config(sim.url), ENV)
    gateway.run("instruments", "import", "--broker", "zerodha", instruments(tmp_path, rows))
    modes = {"ltp": 1, "quote": 2, "full": 4}
    with gateway.client(extras=True) as client:
        client.next("broker_status")
        wanted = []
        for symbol, exchange in names.values():
            for mode in (1, 2) if exchange == "NSE_INDEX" else (1, 2, 4):
                wanted.append({"symbol": symbol, "exchange": exchange, "mode": mode})
        assert client.ask({"action": "subscribe", "symbols": wanted})["status"] == "success"
        for packet in packets:
            symbol, exchange = names[packet["instrument_token"]]
            richest = modes[packet["mode"]] if exchange != "NSE_INDEX" else min(2, modes[packet["mode"]])
            for mode in [m for m in (1, 2, 4) if m <= richest]:
                message = client.data()
                assert (message["topic"], message["mode"]) == (f"{symbol}.{exchange}", mode), packet
                check(message["data"], packet, mode)


def check(data, packet, mode):
    assert data["ltp"] == packet["last_price"]
    if packet.get("exchange_timestamp"):
        assert data["timestamp"] == packet["exchange_timestamp"] and "timestamp_from" not in data
    else:
        assert data["timestamp_from"] == "gateway"
    if mode == 1:
        return
    for ours, theirs in [("open", "open"), ("high", "high"), ("low", "low"), ("close", "close"), ("volume", "volume"),
                         ("last_trade_quantity", "last_quantity"), ("avg_trade_price", "average_price"), ("oi", "oi"),
                         ("oi_day_high", "oi_day_high"), ("oi_day_low", "oi_day_low"),
                         ("total_buy_quantity", "total_buy_quantity"), ("total_sell_quantity", "total_sell_quantity")]:
        assert data.get(ours) == packet.get(theirs), ours
    if mode == 4:
        for side, levels in (("buy", packet["bids"]), ("sell", packet["asks"])):
            there = [{k: level[k] for k in ("price", "quantity", "orders")} for level in levels
                     if level["quantity"] or level["price"] or level["orders"]]
            assert data["depth"][side] == there


def test_depth_50_falls_back_to_5_and_says_so(start, tmp_path):
    sim = start.sim("--rate", 20)
    gateway = start_with_rows(start, tmp_path, sim)
    with gateway.client(extras=True) as client:
        answer = client.subscribe("INFY", "NSE", 4, 50) if client.next("broker_status") else None
        assert (answer["depth_level"], answer["actual_depth"], answer["is_fallback"]) == (50, 5, True)
        message = client.data()
        assert (message["depth_level"], message["actual_depth_level"]) == (50, 5)
        assert len(message["data"]["depth"]["buy"]) == 5
        assert message["data"]["broker_supported"] is False
        assert message["data"]["broker_message"] == "Zerodha broker only supports up to 5 depth levels for NSE"
        refused = client.subscribe("NIFTY", "NSE_INDEX", 4)
        assert (refused["code"], refused["feature"]) == ("BROKER_LIMITATION", "depth")


def test_the_richest_mode_is_asked_for_and_given_up(start, tmp_path):
    sim = start.sim("--rate", 20)
    gateway = start_with_rows(start, tmp_path, sim)

    def becomes(mode):  # the broker sends quotes before it has taken the mode
        until(sim, lambda books: books["subscriptions"].get("408065") == mode)

    with gateway.client() as client:
        client.subscribe("INFY", "NSE", 1)
        client.data(mode=1)
        becomes("ltp")
        client.subscribe("INFY", "NSE", 4)
        client.data(mode=4)
        becomes("full")
        client.unsubscribe("INFY", "NSE", 4)
        client.subscribe("RELIANCE", "NSE", 1)  # behind it in the same stream of requests
        client.data(topic="RELIANCE.NSE")
        becomes("ltp")
        client.ask({"action": "unsubscribe_all"})
        client.subscribe("NIFTY", "NSE_INDEX", 1)
        client.data(topic="NIFTY.NSE_INDEX")
        until(sim, lambda books: list(books["subscriptions"]) == ["256265"])


def test_restart_of_the_broker(start, tmp_path):
    sim = start.sim("--rate", 50)
    gateway = start_with_rows(start, tmp_path, sim)
    key = gateway.key()
    with gateway.client(key, extras=True) as told, gateway.client(key) as untold:
        told.next("broker_status", status="connected")
        told.subscribe("INFY", "NSE", 4, 5)
        untold.subscribe("RELIANCE", "NSE", 2)
        told.data()
        untold.data()
        sim.stop()
        lost = told.next("broker_status")
        assert lost["status"] == "reconnecting" and lost["message"]
        # While the link is down a subscribe is confirmed and remembered. What is known may be wrong by now: it comes from
        # memory only to those who can be told so.
        assert told.subscribe("NIFTY", "NSE_INDEX", 2)["status"] == "success"
        told.market_data.clear()
        assert told.subscribe("INFY", "NSE", 4, 5)["status"] == "success"
        told.barrier()
        assert [(m["snapshot"], m["suspect"]) for m in told.market_data] == [(True, True)]
        untold.barrier()
        untold.market_data.clear()
        assert untold.subscribe("RELIANCE", "NSE", 2)["status"] == "success"
        untold.barrier()
        assert untold.market_data == []
        again = start.sim("--rate", 50, port=sim.port)
        told.next("broker_status", status="connected")
        assert len(told.data(topic="INFY.NSE", mode=4)["data"]["depth"]["buy"]) == 5
        told.data(topic="NIFTY.NSE_INDEX")
        untold.data(topic="RELIANCE.NSE", mode=2)
        until(again, lambda books: books["subscriptions"] == {"408065": "full", "738561": "quote", "256265": "full"})


@pytest.mark.parametrize("status", [400, 403])
def test_a_refused_login_is_no_loop(start, tmp_path, status):
    sim = start.sim()
    sim.fault("upgrade", status=status)
    gateway = start_with_rows(start, tmp_path, sim)
    with gateway.client(extras=True) as client:
        state = client.next("broker_status")
        while state["status"] != "auth_expired":
            state = client.next("broker_status")
        assert str(status) in state["message"] and "relogin" in state["message"]
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        until(sim, lambda books: books["logins"] == {"accepted": 0, "refused": 2})
        sim.fault("none")
        gateway.run("brokers", "relogin", "zerodha")
        client.next("broker_status", status="connected")
        client.data(topic="INFY.NSE")


def test_a_missing_secret_waits_and_subscribes_are_remembered(start, tmp_path):
    sim = start.sim("--rate", 20)
    token = tmp_path / "token"
    gateway = start(config(sim.url, settings={"url": sim.url, "api_key": "key", "access_token": "${file:%s}" % token}))
    gateway.run("instruments", "import", "--broker", "zerodha", instruments(tmp_path, [equity(408065, "INFY")]))
    with gateway.client(extras=True) as client:
        state = client.next("broker_status")
        assert state["status"] == "auth_expired" and "access_token" in state["message"]
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert sim.books()["connections"]["total"] == 0
        token.write_text("fresh\n")
        token.chmod(0o600)
        gateway.run("brokers", "relogin", "zerodha")
        client.next("broker_status", status="connected")
        client.data(topic="INFY.NSE", mode=2)
        until(sim, lambda books: books["subscriptions"] == {"408065": "quote"})


def test_bad_frames_are_counted_and_the_next_good_one_counts(start, tmp_path):
    sim = start.sim()
    gateway = start_with_rows(start, tmp_path, sim)
    with gateway.client() as client:
        client.subscribe("INFY", "NSE", 1)
        client.data()
        sim.fault("mute")
        sim.fault("frame", hex="0002" + "0008" + "00063a0100026700" + "00b8" + "0006")  # cut in its second packet
        sim.fault("frame", hex="0001" + "000c" + "00063a01" + "00" * 8)  # a length that nobody documents
        sim.fault("text", text="not json")
        sim.fault("frame", hex="0001" + "0008" + "00063a01" + "00026700")
        while client.data()["data"]["ltp"] != 1574.4:
            pass
        broker = next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == "zerodha")
        assert broker["frames_refused"] == 1
    gateway.wait_line("frame of 16 bytes refused")


def test_a_user_is_moved_to_another_broker_at_once(start, tmp_path):
    sim = start.sim("--rate", 20)
    gateway = start_with_rows(start, tmp_path, sim)
    key = gateway.key("mover")
    with gateway.client(key, extras=True) as mover, gateway.client(gateway.key("other")) as other:
        mover.next("broker_status")
        for client in (mover, other):
            assert client.ask({"action": "get_broker_info"})["broker"] == "zerodha"
            client.subscribe("RELIANCE", "NSE", 4, 50)
            assert len(client.data()["data"]["depth"]["buy"]) == 5
        mover.subscribe("INFY", "NSE", 1)
        gateway.run("users", "set-broker", "mover", "mock")
        switched = mover.next("broker_status", status="switched")
        assert switched["broker"] == "mock" and switched["epoch"]
        # Depth is worked out anew, for the same subscription.
        message = mover.next("market_data", mode=4)
        while len(message["data"]["depth"]["buy"]) != 50:
            message = mover.next("market_data", mode=4)
        assert mover.ask({"action": "get_broker_info"})["broker"] == "mock"
        assert {(s["symbol"], s["actual_depth"]) for s in mover.ask({"action": "list"})["subscriptions"]} == {
            ("RELIANCE", 50), ("INFY", None)}
        assert other.ask({"action": "get_broker_info"})["broker"] == "zerodha"
        assert len(other.data()["data"]["depth"]["buy"]) == 5
        # What nobody holds there any more is asked for no more.
        until(sim, lambda books: books["subscriptions"] == {"738561": "full"})


def test_no_frame_for_twice_the_heartbeat_reconnects(start, tmp_path):
    """A shorter limit is one for ticks: Kite promises a frame only every three seconds."""
    sim = start.sim("--rate", 20)
    gateway = start_with_rows(start, tmp_path, sim, stall_limit="300ms")
    with gateway.client(extras=True) as client:
        client.next("broker_status")
        client.subscribe("INFY", "NSE", 1)
        client.data()
        sim.fault("silence")
        assert "no frame for 6.5 s" in client.next("broker_status", status="reconnecting")["message"]
        sim.fault("none")
        client.data()


def test_the_secret_stands_in_no_log(start, tmp_path):
    sim = start.sim()
    gateway = start_with_rows(start, tmp_path, sim)
    sim.fault("drop")
    gateway.wait_line("reconnecting")
    gateway.stop()
    assert "to+ken" not in gateway.text() and "to%2Bken" not in gateway.text()
