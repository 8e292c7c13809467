"""Searches by words, by clients and by the command; and what an unknown symbol may have meant."""
import json
import os

import pytest

from gateway import run

HEAD = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
        "instrument_type,segment,exchange\n")
ROWS = """256265,1001,NIFTY 50,NIFTY 50,0,,0,0,0,EQ,INDICES,NSE
260105,1016,NIFTY BANK,NIFTY BANK,0,,0,0,0,EQ,INDICES,NSE
738561,2885,RELIANCE,RELIANCE INDUSTRIES,0,,0,0.05,1,EQ,NSE,NSE
128083204,500325,RELIANCE,RELIANCE INDUSTRIES,0,,0,0.05,1,EQ,BSE,BSE
408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE
9000001,35001,BANKNIFTY98DECFUT,"BANKNIFTY",0,2098-12-30,0,0.05,15,FUT,NFO-FUT,NFO
9000257,35002,BANKNIFTY99JANFUT,"BANKNIFTY",0,2099-01-28,0,0.05,15,FUT,NFO-FUT,NFO
9000513,35003,BANKNIFTY98DEC48000CE,"BANKNIFTY",0,2098-12-30,48000,0.05,15,CE,NFO-OPT,NFO
9000769,35004,BANKNIFTY98DEC48000PE,"BANKNIFTY",0,2098-12-30,48000,0.05,15,PE,NFO-OPT,NFO
9001025,35005,BANKNIFTY98DEC48100CE,"BANKNIFTY",0,2098-12-30,48100,0.05,15,CE,NFO-OPT,NFO
9001281,35006,BANKNIFTY20JANFUT,"BANKNIFTY",0,2020-01-30,0,0.05,15,FUT,NFO-FUT,NFO
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("search")
    (made / "token").write_text("t")
    (made / "token").chmod(0o600)
    (made / "gateway.yaml").write_text(json.dumps({
        "server": {"port": 0}, "zeromq": {"enabled": False}, "active_broker": "zerodha",
        "brokers": {"zerodha": {"plugin": "zerodha", "settings": {"api_key": "k", "access_token": f"${{file:{made}/token}}",
                                                                  "url": "ws://127.0.0.1:1/"}}}}))
    (made / "list.csv").write_text(HEAD + ROWS)
    run("instruments", "import", "--broker", "zerodha", made / "list.csv", "--config", made / "gateway.yaml")
    return made


def names(rows):
    return [f"{row['symbol']}.{row['exchange']}" for row in rows]


def search(folder, *words):
    return names(json.loads(run("instruments", "search", *words, "--json", "--config", folder / "gateway.yaml")))


FIRST = [
    ("bank nifty", "BANKNIFTY.NSE_INDEX"),
    ("nifty 50", "NIFTY.NSE_INDEX"),
    ("reliance industries", "RELIANCE.NSE"),
    ("NSE:RELIANCE", "RELIANCE.NSE"),
    ("RELIANCE.BSE", "RELIANCE.BSE"),
    ("infosys", "INFY.NSE"),
    ("banknifty fut", "BANKNIFTY30DEC98FUT.NFO"),
    ("banknifty 48000 ce", "BANKNIFTY30DEC9848000CE.NFO"),
    ("bank nifty 48000 put", "BANKNIFTY30DEC9848000PE.NFO"),
    ("banknifty48100ce", "BANKNIFTY30DEC9848100CE.NFO"),
    ("BANKNIFTY98DEC48100CE", "BANKNIFTY30DEC9848100CE.NFO"),
    ("banknifty jan 2099", "BANKNIFTY28JAN99FUT.NFO"),
]


@pytest.mark.parametrize("text, first", FIRST)
def test_the_command_finds_first_what_is_meant(folder, text, first):
    assert search(folder, text)[0] == first
    assert search(folder, *text.split())[0] == first  # several words without quotes


def test_limit_and_exchange(folder):
    assert search(folder, "banknifty", "--limit", "2") == ["BANKNIFTY.NSE_INDEX", "BANKNIFTY30DEC98FUT.NFO"]
    assert search(folder, "reliance", "--exchange", "bse") == ["RELIANCE.BSE"]
    assert search(folder, "banknifty", "fut")[-1] == "BANKNIFTY30JAN20FUT.NFO"  # it is over
    _, error = run("instruments", "search", "x", "--exchange", "NYSE", "--config", folder / "gateway.yaml", status=2, both=True)
    assert "--exchange: found NYSE, expected one of broker zerodha's list: BSE, NFO, NSE, NSE_INDEX" in error
    run("instruments", "search", "x", "--limit", "0", "--config", folder / "gateway.yaml", status=2)


def test_an_unknown_broker_is_an_error_that_names_the_known_ones(folder):
    out, error = run("instruments", "search", "x", "--broker", "nope", "--config", folder / "gateway.yaml", status=2, both=True)
    assert not out and "--broker: found nope, expected a broker of gateway.yaml: zerodha" in error
    assert names(json.loads(run("instruments", "search", "infy", "--broker", "zerodha", "--json", "--config",
                                folder / "gateway.yaml"))) == ["INFY.NSE"]


def test_a_row_fits_eighty_columns(folder):
    lines = run("instruments", "search", "", "--config", folder / "gateway.yaml").splitlines()
    assert len(lines) == 11 and all(len(line) <= 80 and line == line.rstrip() for line in lines)
    assert any(line.startswith("BANKNIFTY30JAN20FUT") and line.endswith("(expired)") for line in lines)


def test_one_wrong_letter_is_a_suggestion(folder):
    out, error = run("instruments", "search", "relaince", "--config", folder / "gateway.yaml", status=1, both=True)
    assert not out and "did you mean RELIANCE.NSE, RELIANCE.BSE?" in error
    assert search(folder, "relaince") == []


def test_clients(folder, start):
    gateway = start({**json.loads((folder / "gateway.yaml").read_text()), "database": os.fspath(folder / "state/gateway.db")})
    with gateway.client() as plain, gateway.client(extras=True) as client:
        for text, first in FIRST:
            for asking in plain, client:
                answer = asking.ask({"action": "search", "text": text, "limit": 3})
                assert names(answer["instruments"])[0] == first and "suggestions" not in answer, text
        assert client.ask({"action": "search", "text": "relaince"}) == {
            "type": "instruments", "instruments": [], "suggestions": ["RELIANCE.NSE", "RELIANCE.BSE"]}
        assert plain.ask({"action": "search", "text": "relaince"}) == {"type": "instruments", "instruments": []}

        known = {"type": "error", "code": "SYMBOL_NOT_FOUND", "message": "Symbol RELIANC not found for exchange NSE"}
        assert plain.subscribe("RELIANC", "NSE") == known
        answer = client.subscribe("RELIANC", "NSE")
        assert answer.pop("list_time") > 0
        assert answer == {**known, "suggestions": ["RELIANCE.NSE", "RELIANCE.BSE"]}
        assert client.subscribe("BANKNIFTY30DEC9848200CE", "NFO")["suggestions"][0] == "BANKNIFTY30DEC9848100CE.NFO"
        assert client.subscribe("NIFTY", "NSE")["suggestions"] == ["NIFTY.NSE_INDEX"]
        assert "suggestions" not in client.subscribe("NOSUCHTHING", "NSE")


def test_a_batch_gets_suggestions_for_its_first_unknown_symbols(folder, start):
    gateway = start({**json.loads((folder / "gateway.yaml").read_text()), "database": os.fspath(folder / "state/gateway.db")})
    with gateway.client(extras=True) as client:
        wrong = [{"symbol": "RELIANC", "exchange": "NSE"}] * 4999
        entries = client.ask({"action": "subscribe", "symbols": [{"symbol": "INFY", "exchange": "NSE"}, *wrong]})["subscriptions"]
        assert [entry["status"] for entry in entries] == ["success"] + ["error"] * 4999
        assert ["suggestions" in entry for entry in entries] == [False] + [True] * 3 + [False] * 4996
