"""A plugin of a third party's shape through the whole gateway: an HTTP call before the socket, or a redirect; protobuf; a
list packed with gzip."""

import json

import pytest

from brokers import secret, status_of
from gateway import BUILD, run, write_config
from upstox_stand_in import UpstoxStandIn

SHARE, INDEX, OPTION = "NSE_EQ|INE002A01018", "NSE_INDEX|Nifty 50", "NSE_FO|50904"
TOKEN = "eyJ0eXAi.token-of-the-day.x7"
LISTED = [
    {"segment": "NSE_EQ", "name": "RELIANCE INDUSTRIES LTD", "exchange": "NSE", "isin": "INE002A01018",
     "instrument_type": "EQ", "instrument_key": SHARE, "lot_size": 1, "exchange_token": "2885", "tick_size": 10.0,
     "trading_symbol": "RELIANCE"},
    {"segment": "NSE_INDEX", "name": "Nifty 50", "exchange": "NSE", "instrument_type": "INDEX", "instrument_key": INDEX,
     "exchange_token": "26000", "trading_symbol": "NIFTY 50"},
    {"segment": "NSE_FO", "name": "BANKNIFTY", "exchange": "NSE", "expiry": 4101992999000, "instrument_type": "CE",
     "underlying_symbol": "BANKNIFTY", "instrument_key": OPTION, "lot_size": 35, "exchange_token": "50904",
     "tick_size": 5.0, "trading_symbol": "BANKNIFTY 51200 CE 26 DEC 99", "strike_price": 51200.0},
]
OPTION_SYMBOL = "BANKNIFTY26DEC9951200CE"
MILLISECONDS = 1_793_000_000_000
GREEKS = {"delta": 0.4523, "theta": -12.5, "gamma": 0.0007, "vega": 18.25, "rho": 0.0}


def values():
    """Of each key. The book is deeper than any mode shows; level i of it is (price, quantity)."""
    bids = [(round(2450.5 - 0.1 * i, 2), 100 + i) for i in range(40)]
    asks = [(round(2450.6 + 0.1 * i, 2), 200 + i) for i in range(40)]
    share = {"ltp": 2450.55, "ltt": MILLISECONDS, "ltq": 7, "cp": 2440.1, "open": 2441.0, "high": 2460.3, "low": 2435.2,
             "atp": 2449.873, "vtt": 1234567, "tbq": 5000, "tsq": 6000, "bids": bids, "asks": asks}
    index = {"ltp": 24343.65, "ltt": MILLISECONDS, "cp": 24300.15, "open": 24310.0, "high": 24400.05, "low": 24290.6,
             "is_index": True}
    option = {**share, "ltp": 312.45, "oi": 71050, "iv": 0.1834, "greeks": GREEKS, "open": 300.0, "high": 320.0, "low": 290.0,
              "cp": 305.0}
    return {SHARE: share, INDEX: index, OPTION: option}


class Upstox:
    """The stand-in, and a gateway that it serves."""

    def __init__(self, start, folder, broker):
        self.start, self.folder, self.broker = start, folder, broker
        self.token_file = secret(folder / "upstox.token", TOKEN)
        self.gateway = None

    def config(self, **settings):
        settings = {"access_token": f"${{file:{self.token_file}}}", "api_url": self.broker.api_url, "url": self.broker.url,
                    "instruments_url": self.broker.list_url, **settings}
        return {"active_broker": "upstox_like", "plugins": {"directory": str(BUILD / "tests" / "plugins" / "upstox_like")},
                "brokers": {"upstox_like": {
                    "plugin": "upstox_like", "market_hours": "always", "stall_limit": "60s", "settings": settings,
                    "reconnect": {"first": "50ms", "max": "100ms", "attempts": 0}}}}

    def serve(self, **settings):
        path = write_config(self.folder, self.config(**settings))
        run("instruments", "update", "--config", path)
        self.gateway = self.start(self.config(**settings))
        return self.gateway

    def tells_no_secret(self, *more):
        texts = [self.gateway.text(), json.dumps(status_of(self.gateway)), *map(json.dumps, more)]
        for word in self.broker.secrets():
            assert not any(word in text for text in texts), word


@pytest.fixture
def upstox(start, tmp_path):
    with UpstoxStandIn(TOKEN, values(), LISTED) as broker:
        yield Upstox(start, tmp_path, broker)


def connected(client):
    return client.next("broker_status", status="connected")


def waits(client, why):
    """What is said once the gateway waits before it tries again."""
    while why not in (message := client.next("broker_status", status="reconnecting")["message"]):
        pass
    return message


def test_login_by_call(upstox):
    gateway = upstox.serve()
    with gateway.client(extras=True) as client:
        connected(client)
        assert client.subscribe("RELIANCE", "NSE", 1)["status"] == "success"
        assert client.data()["data"]["ltp"] == 2450.55
        upstox.tells_no_secret(client.notices)
    assert upstox.broker.authorizations == [f"Bearer {TOKEN}"]
    # The one-time address is asked without the token.
    assert [login for _, login in upstox.broker.upgrades] == [None]


def test_login_by_redirect(upstox):
    gateway = upstox.serve(authorize="redirect")
    with gateway.client(extras=True) as client:
        connected(client)
        assert client.subscribe("RELIANCE", "NSE", 1)["status"] == "success"
        assert client.data()["data"]["ltp"] == 2450.55
        upstox.tells_no_secret(client.notices)
    assert upstox.broker.authorizations == []
    (first, token), (second, none) = upstox.broker.upgrades
    assert (first, token, none) == ("/v3/feed/market-data-feed", f"Bearer {TOKEN}", None) and second.startswith("/once?")


@pytest.mark.parametrize("how", ["call", "redirect"])
def test_a_dead_token_is_no_storm_of_requests(upstox, how):
    secret(upstox.token_file, "token-of-yesterday")
    gateway = upstox.serve(authorize=how)
    asked = upstox.broker.authorizations if how == "call" else upstox.broker.upgrades
    with gateway.client(extras=True) as client:
        expired = client.next("broker_status", status="auth_expired")
        assert "Upstox refused the access token (HTTP 401" in expired["message"]
        assert "token-of-yesterday" not in gateway.text() + json.dumps(expired)
        before = len(asked)
        assert before <= 2  # the token is read anew once, a second later
        secret(upstox.token_file, TOKEN)
        connected(client)
        upstox.tells_no_secret(expired)
    # Only the new token was a reason to ask again; a redirect leads to one upgrade more.
    assert len(asked) == before + (1 if how == "call" else 2)


@pytest.mark.parametrize("answer, complaint", [
    ("large", "found an answer of more than 65536 bytes, expected fewer"),
    ("slow", "Upstox's authorize: "),
    ("other", "expected data.authorized_redirect_uri"),
    ("again", "Upstox refused its one-time address (HTTP 403)"),
    (500, "Upstox is not available (HTTP 500"),
    (503, "Upstox is not available (HTTP 503")])
def test_an_authorize_call_that_fails_is_one_clear_error_and_tried_again(upstox, answer, complaint):
    upstox.broker.authorize = answer
    gateway = upstox.serve(authorize_timeout="300ms")
    with gateway.client(extras=True) as client:
        message = waits(client, complaint)
        assert message.endswith(" s") and "; trying again in " in message, message
        upstox.broker.wait(lambda: len(upstox.broker.authorizations) >= 3)
        upstox.broker.authorize = "good"
        connected(client)
        client.subscribe("RELIANCE", "NSE", 1)
        assert client.data()["data"]["ltp"] == 2450.55
        upstox.tells_no_secret(message)
    assert (upstox.broker.refused_codes > 0) == (answer == "again")


def test_each_login_has_an_address_of_its_own_and_subscriptions_come_back(upstox):
    gateway = upstox.serve()
    with gateway.client(extras=True) as client:
        connected(client)
        client.subscribe("RELIANCE", "NSE", 1)
        client.data()
        upstox.broker.drop()
        client.next("broker_status", status="reconnecting")
        connected(client)
        upstox.broker.wait(lambda: upstox.broker.held == {SHARE: "ltpc"})
        upstox.broker.tick(SHARE, ltp=2451.1)
        while client.data()["data"]["ltp"] != 2451.1:
            pass
    assert upstox.broker.refused_codes == 0
    paths = [path for path, _ in upstox.broker.upgrades]
    assert len(paths) >= 2 and len(set(paths)) == len(paths)


def test_a_packed_list_becomes_instruments(upstox):
    gateway = upstox.serve()
    found = {i["symbol"]: i for i in json.loads(gateway.run("instruments", "search", "", "--broker", "upstox_like", "--json"))}
    assert sorted(found) == [OPTION_SYMBOL, "NIFTY", "RELIANCE"]
    out = gateway.run("instruments", "update", "--force", "--broker", "upstox_like")
    assert out.startswith("upstox_like: 3 rows read, 3 kept, 0 skipped"), out


def test_what_each_mode_shows(upstox):
    gateway = upstox.serve()
    with gateway.client(extras=True) as client:
        connected(client)
        client.subscribe("RELIANCE", "NSE", 1)
        data = client.data(mode=1)["data"]
        assert data["ltp"] == 2450.55 and data["timestamp_from"] == "gateway" and "open" not in data
        client.subscribe("RELIANCE", "NSE", 2)
        data = client.data(mode=2)["data"]
        while "open" not in data:  # the last price alone is known at first
            data = client.data(mode=2)["data"]
        assert (data["open"], data["high"], data["low"], data["close"]) == (2441.0, 2460.3, 2435.2, 2440.1)
        assert (data["volume"], data["last_trade_quantity"], data["avg_trade_price"]) == (1234567, 7, 2449.873)
        assert (data["total_buy_quantity"], data["total_sell_quantity"]) == (5000, 6000) and "oi" not in data
        client.subscribe("RELIANCE", "NSE", 4, 5)
        check_book(client, 5)
        client.subscribe("NIFTY", "NSE_INDEX", 2)
        data = client.data(topic="NIFTY.NSE_INDEX")["data"]
        assert (data["ltp"], data["open"], data["high"], data["low"]) == (24343.65, 24310.0, 24400.05, 24290.6)
        assert "volume" not in data and "last_trade_quantity" not in data
    assert ("change_mode", "full", [SHARE]) in upstox.broker.requests
    assert status_of(gateway)["ledger"]["unexplained"] == 0


def check_book(client, count):
    message = client.data(mode=4)
    while len(message["data"]["depth"]["buy"]) != count:
        message = client.data(mode=4)
    for side, levels in (("buy", values()[SHARE]["bids"]), ("sell", values()[SHARE]["asks"])):
        shown = message["data"]["depth"][side]
        assert [(level["price"], level["quantity"]) for level in shown] == levels[:count]
        assert "orders" not in shown[0]
    return message


def test_thirty_levels_with_the_plan_that_has_them(upstox):
    gateway = upstox.serve(plan="plus")
    with gateway.client(extras=True) as client, gateway.client(extras=True) as poorer:
        connected(client)
        assert client.subscribe("RELIANCE", "NSE", 4, 30)["actual_depth"] == 30
        check_book(client, 30)
        poorer.subscribe("RELIANCE", "NSE", 4, 5)
        check_book(poorer, 5)
        upstox.broker.wait(lambda: upstox.broker.held == {SHARE: "full_d30"})


def test_the_standard_plan_has_five_levels(upstox):
    gateway = upstox.serve()
    with gateway.client(extras=True) as client:
        connected(client)
        answer = client.subscribe("RELIANCE", "NSE", 4, 30)
        assert (answer["requested_depth"], answer["actual_depth"], answer["is_fallback"]) == (30, 5, True)
        check_book(client, 5)


@pytest.mark.parametrize("how", ["full", "option_greeks"])
def test_greeks_reach_clients_with_extras(upstox, how):
    gateway = upstox.serve(option_quotes=how)
    with gateway.client(extras=True) as client, gateway.client() as plain:
        connected(client)
        for one in (client, plain):
            assert one.subscribe(OPTION_SYMBOL, "NFO", 2)["status"] == "success"
        data = client.data(mode=2)["data"]
        assert {name: data[name] for name in GREEKS} == GREEKS and data["implied_volatility"] == 0.1834
        assert data["ltp"] == 312.45 and data["oi"] == 71050
        if how == "option_greeks":
            assert (data["bid"], data["bid_quantity"], data["ask"], data["ask_quantity"]) == (2450.5, 100, 2450.6, 200)
            assert "open" not in data
        else:
            assert data["open"] == 300.0
        assert not {*GREEKS, "implied_volatility", "bid", "oi"} & plain.data()["data"].keys()
    assert ("sub", how, [OPTION]) in upstox.broker.requests


def test_an_indicative_price_is_no_last_price(upstox):
    del upstox.broker.values[SHARE]["ltp"], upstox.broker.values[SHARE]["ltt"], upstox.broker.values[SHARE]["open"]
    gateway = upstox.serve()
    with gateway.client(extras=True) as client:
        connected(client)
        client.subscribe("RELIANCE", "NSE", 2)
        upstox.broker.wait(lambda: upstox.broker.held == {SHARE: "full"})
        upstox.broker.tick(SHARE, iep=2447.3, ieq=900)
        while "indicative_price" not in (data := client.data()["data"]):
            pass
        assert (data["indicative_price"], data["indicative_quantity"]) == (2447.3, 900) and "ltp" not in data
        upstox.broker.tick(SHARE, ltp=2448.0, ltt=MILLISECONDS)
        while "ltp" not in (data := client.data()["data"]):
            pass
        assert data["ltp"] == 2448.0


def test_frames_that_are_no_protobuf_are_counted_and_the_feed_goes_on(upstox):
    gateway = upstox.serve()
    with gateway.client(extras=True) as client:
        connected(client)
        client.subscribe("RELIANCE", "NSE", 1)
        client.data()
        for frame in (b"\x12\xff", b"\x0b", b"\xff" * 11, b"\x10\x05"):
            upstox.broker.send_raw(frame)
        upstox.broker.send_raw("a text")
        upstox.broker.tick(SHARE, ltp=2452.0)
        while client.data()["data"]["ltp"] != 2452.0:
            pass
    (link,) = [b for b in status_of(gateway)["brokers"] if b["name"] == "upstox_like"]
    assert link["frames_refused"] == 4 and link["dropped"]["unknown_layout"] == 1, link
