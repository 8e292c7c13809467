"""Both stand-in brokers as brokers of one gateway: their configuration, and lists that have the same instruments."""

import json
import os
import re

# symbol, exchange, Kite's token, Angel's segment and token
INSTRUMENTS = [
    ("INFY", "NSE", 408065, "NSE", 1594),
    ("RELIANCE", "NSE", 738561, "NSE", 2885),
    ("SBIN", "NSE", 779521, "NSE", 3045),
    ("TCS", "NSE", 2953217, "NSE", 11536),
    ("NIFTY", "NSE_INDEX", 256265, "NSE", 99926000),
]
# Two exchanges with twenty shares and more each, and an index: so many should tick together.
FIFTY = [(f"N{i:02}", "NSE", 2000 + i << 8 | 1, "NSE", 2000 + i) for i in range(29)] + [
    (f"B{i:02}", "BSE", 3000 + i << 8 | 4, "BSE", 3000 + i) for i in range(20)] + [INSTRUMENTS[-1]]
EXCHANGE_TYPES = {"NSE": 1, "NFO": 2, "BSE": 3}  # Angel's


def contracts(*names):
    """Of NFO; a name is BASE31DEC99FUT or BASE31DEC99STRIKECE."""
    return [(name, "NFO", 5000 + i << 8 | 2, "NFO", 5000 + i) for i, name in enumerate(names)]


def parts_of(contract):
    """Base, strike (empty: a future) and type."""
    return re.fullmatch(r"(.+)31DEC99(\d*)(FUT|CE)", contract).groups()


# What the tests' gateways are told to find a fault at any hour, and soon; seconds. What sanitizers slow down is not silent.
STALL = 4 if os.environ["GW_BUILD"].endswith("san") else 1
QUICK = {"market_hours": "always", "stall_limit": f"{STALL}s", "reconnect": {"first": "100ms", "max": "200ms", "attempts": 0}}
KITE_HEADER = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
               "instrument_type,segment,exchange\n")


def secret(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


class Broker:
    """What differs between the two; `settings` beside the address, `token_file` that of the login."""

    def write_token(self, token):
        secret(self.token_file, token)

    def write_list(self, instruments):
        self.instruments = instruments
        self.list.write_text(self.text_of_list())

    def config(self, url, **more):
        return {"plugin": self.name, **QUICK, "settings": {"url": url, "api_key": "key", **self.settings}, **more}


class Kite(Broker):
    name = "zerodha"
    refusal = 403
    deepest = 5

    def __init__(self, folder):
        self.token_file = secret(folder / "zerodha.token", "token-1")
        # Nobody serves the web interface unless a test does so: it decides nothing, and no test asks the real one.
        self.settings = {"access_token": f"${{file:{self.token_file}}}", "api_url": "http://127.0.0.1:1"}
        self.list = folder / "instruments.csv"
        self.write_list(INSTRUMENTS)

    def text_of_list(self):
        return KITE_HEADER + "".join(self.row(symbol, exchange, token) for symbol, exchange, token, *_ in self.instruments)

    def row(self, symbol, exchange, token):
        if exchange == "NFO":
            base, strike, kind = parts_of(symbol)
            return (f"{token},{token >> 8},{symbol},{base},0,2099-12-31,{strike or 0},0.05,50,{kind},"
                    f"NFO-{'OPT' if strike else 'FUT'},NFO\n")
        index = exchange.endswith("_INDEX")
        return (f"{token},{token >> 8},{'NIFTY 50' if index else symbol},{symbol},0,,0,0.05,1,EQ,"
                f"{'INDICES' if index else exchange},{'NSE' if index else exchange}\n")

    def in_books(self, symbol):
        return next(str(token) for name, _, token, *_ in self.instruments if name == symbol)


class Angel(Broker):
    name = "angel"
    refusal = 401
    deepest = 20

    def __init__(self, folder):
        self.token_file = secret(folder / "angel.jwt", "jwt-1")
        feed = secret(folder / "angel.feed", "feed")
        self.settings = {"client_code": "C1", "jwt_token": f"${{file:{self.token_file}}}", "feed_token": f"${{file:{feed}}}"}
        self.list = folder / "scripmaster.json"
        self.write_list(INSTRUMENTS)

    def text_of_list(self):
        return json.dumps([self.row(symbol, exchange, segment, token)
                           for symbol, exchange, _, segment, token in self.instruments])

    def row(self, symbol, exchange, segment, token):
        if exchange == "NFO":
            base, strike, _ = parts_of(symbol)
            return {"token": str(token), "symbol": symbol, "name": base, "expiry": "31DEC2099",
                    "strike": f"{float(strike or -0.01) * 100:f}", "lotsize": "50",
                    "instrumenttype": "OPTSTK" if strike else "FUTSTK", "exch_seg": "NFO", "tick_size": "5.000000"}
        index = exchange.endswith("_INDEX")
        return {"token": str(token), "symbol": f"{symbol}-EQ" if exchange == "NSE" else symbol, "name": symbol, "expiry": "",
                "strike": "0.000000" if index else "-1.000000", "lotsize": "1", "instrumenttype": "AMXIDX" if index else "",
                "exch_seg": segment, "tick_size": "5.000000"}

    def in_books(self, symbol):
        return next(f"{EXCHANGE_TYPES[segment]}:{token}" for name, _, _, segment, token in self.instruments if name == symbol)


def start_with(start, active, *pairs, limits=None):
    """A gateway served by (broker, configuration) pairs, with their lists imported."""
    gateway = start({"active_broker": active, "limits": limits or {},
                     "brokers": {broker.name: configuration for broker, configuration in pairs}})
    for broker, _ in pairs:
        gateway.run("instruments", "import", "--broker", broker.name, broker.list)
    return gateway


def status_of(gateway):
    return json.loads(gateway.run("status", "--json"))


def link_of(gateway, broker):
    return next(b for b in status_of(gateway)["brokers"] if b["name"] == broker.name)
