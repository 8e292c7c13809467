"""An instrument is more than its token: lists are made anew each day, and brokers use tokens again. And prices that look
like prices and are none."""

import datetime
import json

import pytest

import fault_table
from brokers import KITE_HEADER, Angel, Kite, start_with, status_of
from cases import in_books, list_of, ltp_frame, needs_cases, quiet, quote_frame, send, take_list
from stand_in import until


@pytest.fixture
def kite(tmp_path):
    return Kite(tmp_path)


@pytest.fixture(params=[Kite, Angel], ids=["kite", "angel"])
def broker(request, tmp_path):
    return request.param(tmp_path)


@needs_cases
def test_commodities_of_nse_have_their_own_scale(start, kite):
    gateway, sim = quiet(start, kite, "01_nco.csv")
    with gateway.client() as client:
        assert client.subscribe("ALUMINI30DEC26FUT", "NCO", 4, 5)["status"] == "success"
        assert client.subscribe("CRUDEOILM19DEC26FUT", "NCO", 1)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        send(sim, kite, "01_nco_frame.bin")
        got = {message["data"]["symbol"]: message["data"] for message in (client.data(), client.data())}
        assert got["ALUMINI30DEC26FUT"]["ltp"] == 378.2
        assert got["CRUDEOILM19DEC26FUT"]["ltp"] == 8494.0
        book = got["ALUMINI30DEC26FUT"]["depth"]
        assert book["buy"][0]["price"] == 378.1995 and book["sell"][0]["price"] > 378.2


INFY, REUSED = 408065, 256002


@needs_cases
def test_a_token_that_is_used_again_ends_its_old_name_and_nobody_elses(start, broker):
    gateway, sim = quiet(start, broker, "02_reuse_day1.csv")
    old = ("NIFTY24NOV2624000CE", "NFO")
    with gateway.client() as client, gateway.client(extras=True) as other:
        assert client.subscribe(*old, 2)["status"] == "success"
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        assert other.subscribe(*old, 1)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        row = fault_table.Row("token used again", broker, sim)
        other.words.clear()
        take_list(gateway, broker, "02_reuse_day2.csv")
        error = {"type": "error", "code": "SYMBOL_NOT_FOUND", "message": "Symbol NIFTY24NOV2624000CE not found for exchange NFO"}
        assert client.next("error") == error
        told = other.next("error")
        assert told["code"] == "SYMBOL_NOT_FOUND" and told["list_time"] > 1.7e9 and "renamed_to" not in told
        until(sim, lambda books: list(books["subscriptions"]) == [in_books(broker, INFY)])
        assert client.ask({"action": "unsubscribe", "symbol": old[0], "exchange": old[1], "mode": 2})["code"] == "NOT_SUBSCRIBED"
        assert client.ask({"action": "subscribe", "symbol": old[0], "exchange": old[1], "mode": 2}) == error
        assert client.subscribe("SBIN29DEC26800PE", "NFO", 2)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 2)
        send(sim, broker, "02_frame_after_reuse.bin")
        message = client.data()
        assert (message["topic"], message["data"]["ltp"]) == ("SBIN29DEC26800PE.NFO", 7.77)
        row.is_over()
        send(sim, broker, quote_frame(INFY, 145005))
        assert client.data()["topic"] == "INFY.NSE"
        other.barrier()
        assert not other.market_data and row.add(other.words) == 0
    assert status_of(gateway)["ledger"]["unexplained"] == 0


@needs_cases
def test_a_contract_that_is_over_cannot_be_had_unless_it_is_served_on_purpose(start, broker):
    gateway, _ = quiet(start, broker, "02_reuse_day1.csv", "refuse")
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
        gateway.wait_line("is applied")
        assert client.ask(request)["status"] == "success"


def set_calendar(folder, utc_offset):
    """One without any exchange that a broker has: all of them are open at any hour. What is left of it is the day."""
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "calendar.yaml").write_text(json.dumps({
        "utc_offset": utc_offset, "exchanges": {"CRYPTO": {"open": "00:00-24:00"}}}))


def test_a_contract_ends_with_its_day(start, broker, tmp_path):
    """Twelve hours west of Greenwich it is another day than fourteen hours east of it."""
    set_calendar(tmp_path, "-12:00")
    today = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=12)).date()
    (tmp_path / "day.csv").write_text(KITE_HEADER + "408065,1594,INFY,INFY,0,,0,0.05,1,EQ,NSE,NSE\n"
                                      f"256002,1000,XFUT,X,0,{today},0,0.05,75,FUT,NFO-FUT,NFO\n")
    broker.list = list_of(broker, tmp_path / "day.csv")
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    contract = today.strftime("X%d%b%yFUT").upper()
    with gateway.client(extras=True) as client, gateway.client() as plain:
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        client.data(topic="INFY.NSE")
        row = fault_table.Row("contract past its day", broker, sim)
        for each in (client, plain):
            assert each.subscribe(contract, "NFO", 2)["status"] == "success"
            each.data(topic=f"{contract}.NFO")
        client.words.clear()
        row.begins()
        set_calendar(tmp_path, "+14:00")
        gateway.reload()
        error = client.next("error")
        assert (error["code"], error["expired_on"]) == ("SYMBOL_NOT_FOUND", str(today))
        assert plain.next("error")["code"] == "SYMBOL_NOT_FOUND"
        client.data(topic="INFY.NSE")
        row.is_over()
        until(sim, lambda books: list(books["subscriptions"]) == [in_books(broker, INFY)])
        assert client.subscribe(contract, "NFO", 2)["expired_on"] == str(today)
        plain.barrier()
        plain.market_data.clear()
        client.data(topic="INFY.NSE")
        plain.barrier()
        assert not plain.market_data
        assert row.add(client.words) == 0
    assert status_of(gateway)["ledger"]["unexplained"] == 0


def shares(folder, **numbers):
    """A list of shares and their numbers at the exchange, and INFY."""
    rows = [f"{number << 8 | 1},{number},{symbol},{symbol},0,,0,0.05,1,EQ,NSE,NSE\n"
            for symbol, number in (("INFY", 1594), *numbers.items())]
    path = folder / f"{'-'.join(f'{symbol}{number}' for symbol, number in numbers.items())}.csv"
    path.write_text(KITE_HEADER + "".join(rows))
    return path


def closes(client, *symbols):
    """Of live ticks that come from now on: the stand-in's previous close tells the token."""
    client.barrier()
    client.market_data.clear()
    found = {}
    while len(found) < len(symbols):
        data = client.data()["data"]
        found[data["symbol"]] = data["close"]
    return found


def test_tokens_exchanged_while_the_link_is_down(start, broker, tmp_path):
    broker.list = list_of(broker, shares(tmp_path, AAA=1000, BBB=2000))
    sim = start.sim("--rate", 100, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        for symbol in ("AAA", "BBB", "INFY"):
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
        before = closes(client, "AAA", "BBB", "INFY")
        sim.fault("refuse_connections")
        sim.fault("drop")
        client.next("broker_status", status="reconnecting")
        take_list(gateway, broker, shares(tmp_path, AAA=2000, BBB=1000))
        with gateway.client(extras=True) as newcomer:
            assert newcomer.subscribe("AAA", "NSE", 2)["status"] == "success"
            newcomer.barrier()
            assert not newcomer.market_data  # what is known of either token is no value of AAA's
        sim.fault("none")
        client.next("broker_status", status="connected")
        assert closes(client, *before) == {"AAA": before["BBB"], "BBB": before["AAA"], "INFY": before["INFY"]}
    assert status_of(gateway)["ledger"]["unexplained"] == 0


def test_what_a_list_lacks_goes_on_until_its_token_is_anothers(start, broker, tmp_path):
    gateway, sim = quiet(start, broker, shares(tmp_path, AAA=1000))
    with gateway.client(extras=True) as client, gateway.client() as plain:
        assert client.subscribe("AAA", "NSE", 2)["status"] == plain.subscribe("AAA", "NSE", 1)["status"] == "success"
        until(sim, lambda books: len(books["subscriptions"]) == 1)
        take_list(gateway, broker, shares(tmp_path), "--force")
        while client.next("subscription_status").get("message") != "not in list":
            pass
        send(sim, broker, quote_frame(SHARED, 5000))
        assert client.data()["data"]["ltp"] == plain.data()["data"]["ltp"] == 50.0
        with gateway.client(extras=True) as newcomer:
            assert newcomer.subscribe("AAA", "NSE", 1)["status"] == "success"
            assert newcomer.next("subscription_status")["message"] == "not in list"
        take_list(gateway, broker, shares(tmp_path, NEW=1000), "--force")
        assert client.next("error")["code"] == plain.next("error")["code"] == "SYMBOL_NOT_FOUND"
        until(sim, lambda books: not books["subscriptions"])
        send(sim, broker, quote_frame(SHARED, 7000))
        for each in (client, plain):
            each.barrier()
            assert not each.market_data


@pytest.mark.parametrize("standby", ["cold", "hot"])
@pytest.mark.parametrize("order", [(Kite, Angel), (Angel, Kite)], ids=["kite-angel", "angel-kite"])
def test_lists_that_change_while_brokers_take_over(start, tmp_path, order, standby):
    """Two brokers serve in turn, and between any two turns both get a list in which the tokens went round."""
    brokers = [kind(tmp_path) for kind in order]
    names = ("AAA", "BBB", "CCC")
    lists = [dict(zip(names, numbers)) for numbers in ((1000, 2000, 3000), (2000, 3000, 1000), (3000, 1000, 2000))]
    for each in brokers:
        each.list = list_of(each, shares(tmp_path, **lists[0]))
    sims = {each.name: start.sim("--rate", 100, broker=each.name) for each in brokers}
    gateway = start_with(start, [each.name for each in brokers],
                         *((each, each.config(sims[each.name].url, standby=standby)) for each in brokers))
    known = {}  # close of each number at each broker
    with gateway.client(extras=True) as client:
        for symbol in names:
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
        for turn in range(8):
            here, there = brokers[turn % 2], brokers[(turn + 1) % 2]
            numbers = lists[turn % 3]
            for symbol, close in closes(client, *names).items():
                assert known.setdefault((here.name, numbers[symbol]), close) == close, (turn, symbol)
            sims[there.name].fault("none")
            until(sims[there.name], lambda books: books["connections"]["open"] == 1)
            for each in brokers:
                take_list(gateway, each, shares(tmp_path, **lists[(turn + 1) % 3]))
            sims[here.name].fault("refuse_connections")
            sims[here.name].fault("drop")
            client.next("broker_status", status="switched", broker=there.name)
        assert len(set(known.values())) == 6
    assert status_of(gateway)["ledger"]["unexplained"] == 0


@pytest.mark.parametrize("order", [(Kite, Angel), (Angel, Kite)], ids=["kite-angel", "angel-kite"])
def test_what_one_broker_does_not_list_the_next_one_does(start, tmp_path, order):
    set_calendar(tmp_path, "-12:00")
    first, second = [kind(tmp_path) for kind in order]
    for each in (first, second):
        each.list = list_of(each, shares(tmp_path, AAA=1000))
    sims = [start.sim("--rate", 100, broker=each.name) for each in (first, second)]
    gateway = start_with(start, [first.name, second.name],
                         *((each, each.config(sim.url)) for each, sim in zip((first, second), sims)))
    with gateway.client(extras=True) as client:
        assert client.subscribe("AAA", "NSE", 2)["status"] == "success"
        client.data()
        until(sims[1], lambda books: books["connections"]["open"] == 1)
        take_list(gateway, first, shares(tmp_path), "--force")
        while client.next("subscription_status").get("message") != "not in list":
            pass
        sims[0].stop()
        client.next("broker_status", status="switched", broker=second.name)
        assert "message" not in client.next("subscription_status", status="active")
        set_calendar(tmp_path, "+14:00")  # the day on which the first broker's list lacked it is over
        gateway.reload()
        gateway.wait_line("is applied")
        closes(client, "AAA")
        assert "SYMBOL_NOT_FOUND" not in client.words


SHARED = 256001


@needs_cases
def test_two_names_of_one_token_both_tick_until_the_last_leaves(start, broker):
    gateway, sim = quiet(start, broker, "03_one_token_two_symbols.csv")
    ltp, name = {"zerodha": "ltp", "angel": [1]}[broker.name], in_books(broker, SHARED)
    with gateway.client() as one, gateway.client() as two:
        one.subscribe("TATAMOTORS", "NSE", 1)
        two.subscribe("TMPV", "NSE", 1)
        until(sim, lambda books: books["subscriptions"] == {name: ltp})
        send(sim, broker, ltp_frame(SHARED, 1000))
        for client, symbol in ((one, "TATAMOTORS"), (two, "TMPV")):
            message = client.data()
            assert (message["topic"], message["data"]["ltp"]) == (f"{symbol}.NSE", 10.0)
        one.ask({"action": "unsubscribe", "symbol": "TATAMOTORS", "exchange": "NSE", "mode": 1})
        send(sim, broker, ltp_frame(SHARED, 1000))
        assert two.data()["data"]["ltp"] == 10.0
        assert sim.books()["subscriptions"] == {name: ltp}
        two.ask({"action": "unsubscribe", "symbol": "TMPV", "exchange": "NSE", "mode": 1})
        until(sim, lambda books: books["subscriptions"] == {})


@needs_cases
def test_exchanged_tokens_carry_their_own_values(start, broker):
    gateway, sim = quiet(start, broker, "04_swap_day1.csv")
    with gateway.client(extras=True) as client:
        for symbol in ("AAA", "BBB"):
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
        before = until(sim, lambda books: len(books["subscriptions"]) == 2)["requests"]["by_action"].get("unsubscribe", 0)
        row = fault_table.Row("tokens exchanged", broker, sim)
        client.words.clear()
        take_list(gateway, broker, "04_swap_day2.csv")
        until(sim, lambda books: books["requests"]["by_action"].get("unsubscribe", 0) > before and len(books["subscriptions"]) == 2)
        send(sim, broker, "04_frame_after_swap.bin")
        got = {message["topic"]: message["data"]["ltp"] for message in (client.data(), client.data())}
        row.is_over()
        assert got == {"AAA.NSE": 100.0, "BBB.NSE": 200.0}
        assert row.add(client.words) == 0
    assert status_of(gateway)["ledger"]["unexplained"] == 0


@needs_cases
def test_before_the_open_a_zero_is_no_price(start, kite):
    gateway, sim = quiet(start, kite, "14_bom.csv")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        assert client.subscribe("INFY", "NSE", 4, 5)["status"] == "success"
        until(sim, lambda books: books["subscriptions"] == {"408065": "full"})
        send(sim, kite, "15_preopen.bin")
        send(sim, kite, ltp_frame(INFY, 157440))
        first = client.data()
        assert (first["mode"], first["data"]["ltp"]) == (1, 1574.4)
        send(sim, kite, "15_preopen.bin")
        book = client.data()
        assert (book["mode"], book["data"]["ltp"]) == (4, 1574.4)
        levels = book["data"]["depth"]["buy"] + book["data"]["depth"]["sell"]
        assert len(levels) == 8 and all(level["price"] > 0 for level in levels)
