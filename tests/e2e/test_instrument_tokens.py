"""An instrument is more than its token: lists are made anew each day, and brokers use tokens again. And prices that look
like prices and are none."""

import pytest

from gateway import SOURCE
from stand_in import until

CASES = SOURCE.parent / "shared" / "cases" / "broker"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason=f"no cases in {CASES}")


def played(start, first_list, expired="serve"):
    """A gateway with this list, at a stand-in that sends nothing but what the test says. Lists of cases have their day."""
    sim = start.sim("--rate", 1)
    sim.fault("mute")
    gateway = start({"active_broker": "zerodha", "instruments": {"expired": expired}, "brokers": {
        "zerodha": {"plugin": "zerodha", "market_hours": "always", "stall_limit": "1h",
                    "settings": {"url": sim.url, "api_key": "key", "access_token": "${env:TOKEN}"}}}}, {"TOKEN": "token"})
    take_list(gateway, first_list)
    return gateway, sim


def take_list(gateway, name):
    gateway.run("instruments", "import", "--broker", "zerodha", CASES / name)


def send(sim, name):
    sim.fault("frame", hex=(CASES / name).read_bytes().hex())


def test_commodities_of_nse_have_their_own_scale(start):
    gateway, sim = played(start, "01_nco.csv")
    with gateway.client() as client:
        assert client.subscribe("ALUMINI30DEC26FUT", "NCO", 4, 5)["status"] == "success"
        assert client.subscribe("CRUDEOILM19DEC26FUT", "NCO", 1)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        send(sim, "01_nco_frame.bin")
        got = {message["data"]["symbol"]: message["data"] for message in (client.data(), client.data())}
        assert got["ALUMINI30DEC26FUT"]["ltp"] == 378.2
        assert got["CRUDEOILM19DEC26FUT"]["ltp"] == 8494.0
        book = got["ALUMINI30DEC26FUT"]["depth"]
        assert book["buy"][0]["price"] == 378.1995 and book["sell"][0]["price"] > 378.2


def test_a_token_that_is_used_again_ends_its_old_name_and_nobody_elses(start):
    gateway, sim = played(start, "02_reuse_day1.csv")
    old = ("NIFTY24NOV2624000CE", "NFO")
    with gateway.client() as client, gateway.client(extras=True) as other:
        assert client.subscribe(*old, 2)["status"] == "success"
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert other.subscribe(*old, 1)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        take_list(gateway, "02_reuse_day2.csv")
        error = {"type": "error", "code": "SYMBOL_NOT_FOUND", "message": "Symbol NIFTY24NOV2624000CE not found for exchange NFO"}
        assert client.next("error") == error
        told = other.next("error")
        assert told["code"] == "SYMBOL_NOT_FOUND" and told["list_time"] > 1.7e9 and "renamed_to" not in told
        until(sim, lambda books: list(books["subscriptions"]) == ["408065"])
        assert client.ask({"action": "unsubscribe", "symbol": old[0], "exchange": old[1], "mode": 2})["code"] == "NOT_SUBSCRIBED"
        assert client.ask({"action": "subscribe", "symbol": old[0], "exchange": old[1], "mode": 2}) == error
        assert client.subscribe("SBIN29DEC26800PE", "NFO", 2)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        send(sim, "02_frame_after_reuse.bin")
        message = client.data()
        assert (message["topic"], message["data"]["ltp"]) == ("SBIN29DEC26800PE.NFO", 7.77)


def test_a_contract_that_is_over_cannot_be_had_unless_it_is_served_on_purpose(start):
    gateway, _ = played(start, "02_reuse_day1.csv", "refuse")
    request = {"action": "subscribe", "symbol": "NIFTY24NOV2624000CE", "exchange": "NFO", "mode": 2}
    error = {"type": "error", "code": "SYMBOL_NOT_FOUND", "message": "Symbol NIFTY24NOV2624000CE not found for exchange NFO"}
    with gateway.client() as client, gateway.client(extras=True) as other:
        assert client.ask(request) == error
        answer = other.ask(request)
        assert answer.pop("list_time") > 1.7e9
        assert answer == {**error, "expired_on": "2026-11-24"}
        rows = other.ask({"action": "search", "text": "NIFTY24NOV26"})["instruments"]
        assert [(row["symbol"], row.get("expired")) for row in rows] == [("NIFTY24NOV2624000CE", True)]
        gateway.config.write_text(gateway.config.read_text().replace("refuse", "serve"))
        gateway.reload()
        gateway.wait_line("is taken up")
        assert client.ask(request)["status"] == "success"


def test_two_names_of_one_token_both_tick_until_the_last_leaves(start):
    gateway, sim = played(start, "03_one_token_two_symbols.csv")
    with gateway.client() as one, gateway.client() as two:
        one.subscribe("TATAMOTORS", "NSE", 1)
        two.subscribe("TMPV", "NSE", 1)
        until(sim, lambda books: books["subscriptions"] == {"256001": "ltp"})
        frame = "0001" + "0008" + "0003e801" + "000003e8"
        sim.fault("frame", hex=frame)
        for client, symbol in ((one, "TATAMOTORS"), (two, "TMPV")):
            message = client.data()
            assert (message["topic"], message["data"]["ltp"]) == (f"{symbol}.NSE", 10.0)
        one.ask({"action": "unsubscribe", "symbol": "TATAMOTORS", "exchange": "NSE", "mode": 1})
        sim.fault("frame", hex=frame)
        assert two.data()["data"]["ltp"] == 10.0
        assert sim.books()["subscriptions"] == {"256001": "ltp"}
        two.ask({"action": "unsubscribe", "symbol": "TMPV", "exchange": "NSE", "mode": 1})
        until(sim, lambda books: books["subscriptions"] == {})


def test_exchanged_tokens_carry_their_own_values(start):
    gateway, sim = played(start, "04_swap_day1.csv")
    with gateway.client() as client:
        for symbol in ("AAA", "BBB"):
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        before = sim.books()["requests"]["by_action"].get("unsubscribe", 0)
        take_list(gateway, "04_swap_day2.csv")
        until(sim, lambda books: books["requests"]["by_action"].get("unsubscribe", 0) > before and len(books["subscriptions"]) == 2)
        send(sim, "04_frame_after_swap.bin")
        got = {message["topic"]: message["data"]["ltp"] for message in (client.data(), client.data())}
        assert got == {"AAA.NSE": 100.0, "BBB.NSE": 200.0}


def test_before_the_open_a_zero_is_no_price(start):
    gateway, sim = played(start, "04_swap_day1.csv")
    rows = (CASES / "04_swap_day1.csv").read_text().splitlines()
    listed = gateway.folder / "infy.csv"
    listed.write_text(rows[0] + "\n408065,1594,INFY,INFY,0,,0,0.05,1,EQ,NSE,NSE\n")
    gateway.run("instruments", "import", "--force", "--broker", "zerodha", listed)
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        assert client.subscribe("INFY", "NSE", 4, 5)["status"] == "success"
        until(sim, lambda books: books["subscriptions"] == {"408065": "full"})
        send(sim, "15_preopen.bin")
        sim.fault("frame", hex="0001" + "0008" + "00063a01" + "00026700")
        first = client.data()
        assert (first["mode"], first["data"]["ltp"]) == (1, 1574.4)
        send(sim, "15_preopen.bin")
        book = client.data()
        assert (book["mode"], book["data"]["ltp"]) == (4, 1574.4)
        levels = book["data"]["depth"]["buy"] + book["data"]["depth"]["sell"]
        assert len(levels) == 8 and all(level["price"] > 0 for level in levels)
