"""Instrument lists that the gateway downloads: by command, at start and daily, from a server of this test."""

import gzip
import json
import sqlite3

import pytest

from gateway import Gateway, run, write_config
from stand_in import until
from web_server import WebServer

HEADER = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,"
          "segment,exchange\n")
ENV = {"TOKEN": "to+ken"}


def listed(*symbols, first=408065):
    return (HEADER + "".join(f"{first + 256 * i},{1594 + i},{s},{s},0,,0,0.05,1,EQ,NSE,NSE\n"
                             for i, s in enumerate(symbols))).encode()


@pytest.fixture
def server():
    with WebServer(lambda handler: handler.give(listed("INFY"))) as lists:
        lists.url += "/instruments"
        yield lists


def config(server, sim=None, broker=None, **more):
    """`broker`: further keys of the broker."""
    settings = {"api_key": "key", "access_token": "${env:TOKEN}", "instruments_url": server.url}
    if sim:
        settings["url"] = sim.url
    return {"active_broker": "zerodha", **more, "brokers": {
        "mock": {"plugin": "mock"},
        "zerodha": {"plugin": "zerodha", "settings": settings,
                    "reconnect": {"first": "50ms", "max": "100ms", "attempts": 0}, **(broker or {})}}}


@pytest.fixture
def update(tmp_path, server):
    """update(status, *more): runs the command; its output and what it complains of."""
    path = write_config(tmp_path, config(server))
    return lambda status=0, *more: run("instruments", "update", *more, "--config", path, status=status, both=True,
                                       env=ENV)


def found(tmp_path, text):
    out = run("instruments", "search", text, "--broker", "zerodha", "--json", "--config", tmp_path / "gateway.yaml")
    return sorted(i["symbol"] for i in json.loads(out))


def left_over(tmp_path):
    return sorted(p.name for p in (tmp_path / "state").iterdir() if not p.name.startswith("gateway."))


def test_a_list_is_downloaded_with_the_login_and_stored(tmp_path, server, update):
    server.answer = lambda handler: handler.give(listed("INFY", "TCS") + b"bad\n")
    out, err = update()
    assert out.startswith("zerodha: 3 rows read, 2 kept, 1 skipped\n  line 4: ") and err == ""
    assert found(tmp_path, "") == ["INFY", "TCS"]
    assert server.requests[0]["Authorization"] == "token key:to+ken" and server.requests[0]["X-Kite-Version"] == "3"
    assert left_over(tmp_path) == []


def test_without_a_login_the_list_is_asked_for_all_the_same(tmp_path, server):
    path = write_config(tmp_path, config(server))
    run("instruments", "update", "--broker", "zerodha", "--config", path)
    assert server.requests[0]["Authorization"] is None and server.requests[0]["X-Kite-Version"] == "3"


def test_a_list_is_asked_for_by_name_and_from_the_address_of_its_broker(tmp_path, server):
    path = write_config(tmp_path, config(server, broker={"bind_address": "127.0.0.2", "address_family": "ipv4"}))
    run("instruments", "update", "--config", path)
    version = json.loads(run("version", "--json"))["version"]
    assert server.clients == ["127.0.0.2"] and server.requests[0]["User-Agent"] == f"broker-gateway/{version}"
    # No machine has this address; 127.0.0.1 is no IPv6 address.
    for broker, complaint in (({"bind_address": "192.0.2.7"}, "cannot connect from 192.0.2.7"),
                              ({"address_family": "ipv6"}, "tried IPv6 only")):
        write_config(tmp_path, config(server, broker=broker))
        assert complaint in run("instruments", "update", "--config", path, status=1, both=True)[1]
    assert len(server.clients) == 1


def test_a_packed_list_as_json(tmp_path, server, update):
    server.answer = lambda handler: handler.give(gzip.compress(listed("INFY")), Content_Encoding="gzip")
    (report,) = json.loads(update(0, "--json")[0])
    assert "gzip" in server.requests[0]["Accept-Encoding"]
    assert report == {"broker": "zerodha", "plugin": "zerodha", "result": "updated", "read": 1, "kept": 1, "skipped": 0,
                      "skips": []}
    assert found(tmp_path, "") == ["INFY"]


def test_a_list_that_has_not_changed_is_not_fetched_again(tmp_path, server, update):
    def answer(handler):
        if handler.headers["If-None-Match"] == '"v1"' and handler.headers["If-Modified-Since"]:
            return handler.give(b"", 304)
        return handler.give(listed("INFY"), ETag='"v1"', Last_Modified="Mon, 01 Mar 2027 03:00:00 GMT")
    server.answer = answer
    update()
    assert update()[0] == "zerodha: not modified since Mon, 01 Mar 2027 03:00:00 GMT\n"
    assert json.loads(update(0, "--json")[0])[0]["result"] == "not_modified"
    assert found(tmp_path, "") == ["INFY"]
    # A list of another origin has no version there: it is fetched whole.
    server.url += "/other"
    write_config(tmp_path, config(server))
    update()
    assert server.requests[-1]["If-None-Match"] is None
    update()
    assert server.requests[-1]["If-None-Match"] == '"v1"'
    (tmp_path / "other.csv").write_bytes(listed("TCS"))
    run("instruments", "import", "--force", "--broker", "zerodha", tmp_path / "other.csv", "--config", tmp_path / "gateway.yaml")
    update(0, "--force")
    assert server.requests[-1]["If-None-Match"] is None and found(tmp_path, "") == ["INFY"]


@pytest.mark.parametrize("answer, complaint, kept", [
    (lambda handler: handler.give(b"no such page", 404), "HOST: found HTTP 404, expected HTTP 200", []),
    (lambda handler: handler.give(listed("TCS", "WIPRO"), length=100000), "HOST: ", []),
    (lambda handler: handler.give(b"<html>log in</html>"), "instrument list (CSV)", ["zerodha.instruments"]),
    (lambda handler: handler.give(HEADER.encode()), "no row could be used", ["zerodha.instruments"]),
    (lambda handler: handler.give(b""), "found an empty file", ["zerodha.instruments"])])
def test_what_was_known_stays_when_the_download_is_not_what_it_should_be(tmp_path, server, update, answer, complaint, kept):
    update()
    server.answer = answer
    out, err = update(1)
    assert out == "" and complaint.replace("HOST", server.host) in err and "known before are kept" in err
    assert "to+ken" not in err
    assert found(tmp_path, "") == ["INFY"] and left_over(tmp_path) == kept


def test_a_list_that_lacks_much_of_an_exchange_is_not_taken_unless_it_is_forced(tmp_path, server, update):
    names = [f"S{i}" for i in range(20)]
    server.answer = lambda handler: handler.give(listed(*names))
    update()
    server.answer = lambda handler: handler.give(listed(*names[2:]))
    update()  # a tenth may go
    assert len(found(tmp_path, "")) == 18
    server.answer = lambda handler: handler.give(listed(*names[4:], "X"))
    report = json.loads(update(1, "--json")[0])[0]
    assert report["result"] == "failed"
    assert "lacks 2 of 18 instruments of NSE that are known and have not expired" in report["error"]
    assert found(tmp_path, "X") == []
    command = report["error"].partition("broker-gateway ")[2].split()
    without = [word for word in command if word != "--force"]
    _, error = run(*without, "--config", tmp_path / "gateway.yaml", status=1, both=True)
    assert "the list was not taken" in error and found(tmp_path, "X") == []
    told = run(*without, "--config", tmp_path / "gateway.yaml", status=1)
    assert told == "17 rows read, 17 usable, 0 skipped: the list was not taken, none of its rows is in use\n"
    told = json.loads(run(*without, "--json", "--config", tmp_path / "gateway.yaml", status=1))
    assert (told["read"], told["kept"], told["kept_aside"]) == (17, 0, 17)
    run(*command, "--config", tmp_path / "gateway.yaml")
    assert found(tmp_path, "X") == ["X"] and len(found(tmp_path, "")) == 17
    server.answer = lambda handler: handler.give(listed("Z"))
    update(1)
    update(0, "--force")
    assert found(tmp_path, "") == ["Z"]


def test_a_broker_whose_plugin_has_no_address_cannot_be_updated(tmp_path):
    path = write_config(tmp_path, {})
    _, err = run("instruments", "update", "--config", path, status=1, both=True)
    assert "no enabled broker has a plugin that knows where to download an instrument list" in err
    _, err = run("instruments", "update", "--broker", "mock", "--config", path, status=1, both=True)
    assert "does not know where" in err
    assert "--broker: found nobody" in run("instruments", "update", "--broker", "nobody", "--config", path, status=2, both=True)[1]


def test_plain_http_to_another_machine_is_refused(tmp_path, server):
    server.url = "http://instruments.example/list?key=hidden"
    path = write_config(tmp_path, config(server))
    _, err = run("instruments", "update", "--config", path, status=1, both=True)
    assert "expected https://" in err and "hidden" not in err


def test_a_running_gateway_takes_the_list_up_and_subscriptions_stay(start, server):
    sim = start.sim("--rate", 20)
    gateway = start(config(server, sim), ENV)
    gateway.wait_line("no instruments are known yet")
    assert server.requests == []  # nobody told it to download by itself
    gateway.run("instruments", "update")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        client.data()
        server.answer = lambda handler: handler.give(listed("INFY", "TCS", first=738561))  # another token
        gateway.run("instruments", "update")
        assert client.subscribe("TCS", "NSE", 1)["status"] == "success"
        client.data(topic="INFY.NSE")
        client.data(topic="TCS.NSE")
        until(sim, lambda books: books["subscriptions"] == {"738561": "ltp", "738817": "ltp"})


def test_the_gateway_fetches_a_list_at_start_where_there_is_none(start, server):
    sim = start.sim("--rate", 20)
    elsewhere = {"bind_address": "127.0.0.2"}
    gateway = start(config(server, sim, elsewhere, instruments={"update": "08:45"}), ENV)
    gateway.wait_line("zerodha: a new instrument list: 1 rows kept, 0 skipped")
    assert set(server.clients) == {"127.0.0.2"}  # once more if the broker has announced another list by now
    gateway.wait_line("zerodha: an instrument list with 1 instruments is now in use")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        client.data()


def test_a_list_from_before_the_last_daily_time_is_renewed_at_start(tmp_path, server):
    daily = config(server, instruments={"update": "08:45"})
    path = write_config(tmp_path, daily)
    run("instruments", "update", "--config", path, env=ENV)
    with sqlite3.connect(tmp_path / "state" / "gateway.db") as database:
        database.execute("UPDATE imports SET imported = imported - 24 * 3600 * 1000000000")
    server.answer = lambda handler: handler.give(listed("INFY", "TCS"))
    with Gateway(tmp_path, daily, ENV) as gateway:
        gateway.wait_line("zerodha: an instrument list with 2 instruments is now in use")
    assert found(tmp_path, "") == ["INFY", "TCS"]


def test_a_list_that_the_broker_announces_is_fetched_once(tmp_path, server, start):
    sim = start.sim("--rate", 20)
    sim.fault("instruments_meta", etag='W/"v2"')
    server.answer = lambda handler: handler.give(listed("INFY"), ETag='"v1"')
    daily = config(server, sim, instruments={"update": "08:45"})
    run("instruments", "update", "--config", write_config(tmp_path, daily), env=ENV)
    server.answer = lambda handler: handler.give(listed("INFY", "TCS"), ETag='"v2"')
    gateway = start(daily, ENV)
    gateway.wait_line("the broker announces a new instrument list")
    gateway.wait_line("zerodha: an instrument list with 2 instruments is now in use")
    before = len(server.requests)
    for logins in (2, 3):
        sim.fault("drop")
        until(sim, lambda books: books["logins"]["accepted"] == logins)
    with gateway.client() as client:
        client.subscribe("TCS", "NSE", 1)
        client.data()
    assert len(server.requests) == before == 2


def old_list(client):
    while True:
        told = client.next("broker_status")
        if "not today's" in told["message"]:
            return told


def test_a_list_of_yesterday_is_warned_of_when_its_market_begins(start, tmp_path):
    sim = start.sim("--rate", 20)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "calendar.yaml").write_text(json.dumps({"utc_offset": "+05:30", "exchanges": {
        "NSE": {"open": "00:00-24:00", "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}}))
    gateway = start({"active_broker": "zerodha", "brokers": {"zerodha": {"plugin": "zerodha", "settings": {
        "url": sim.url, "api_key": "key", "access_token": "${env:TOKEN}"}}}}, ENV)
    (tmp_path / "list.csv").write_bytes(listed("INFY"))
    with gateway.client(extras=True) as client:
        gateway.run("instruments", "import", "--broker", "zerodha", "--date", "2026-11-27T08:31", tmp_path / "list.csv")
        told = old_list(client)
        assert "it is the list of 2026-11-27T03:01:00.000Z;" in told["message"] and told["status"] in ("connecting", "connected")
    gateway.wait_line(r"warning +instruments +zerodha: the instrument list is not today's")
    with gateway.client(extras=True) as later:
        old_list(later)
    # A day that was given is said as that day, whatever the time in UTC at which it begins.
    gateway.run("instruments", "import", "--broker", "zerodha", "--date", "2026-11-28", tmp_path / "list.csv")
    gateway.wait_line(r"not today's, \S+ it is the list of 2026-11-28;")
    broker = next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == "zerodha")
    assert "list of 2026-11-28;" in broker["list_warning"]
    assert (broker["list"]["name"], broker["list"]["day"]) == ("list of 2026-11-28", "2026-11-28")
    gateway.run("instruments", "import", "--broker", "zerodha", tmp_path / "list.csv")
    gateway.wait_line("1 instruments is now in use")
    with gateway.client(extras=True) as last:
        last.barrier()
        assert last.notices and "not today's" not in str(last.notices)


def test_an_update_that_fails_is_a_warning_and_the_old_list_goes_on(tmp_path, server, start):
    sim = start.sim("--rate", 20)
    daily = config(server, sim, instruments={"update": "08:45"})
    path = write_config(tmp_path, daily)
    run("instruments", "update", "--config", path, env=ENV)
    with sqlite3.connect(tmp_path / "state" / "gateway.db") as database:
        database.execute("UPDATE imports SET imported = imported - 24 * 3600 * 1000000000")
    server.answer = lambda handler: handler.give(b"", 503)
    gateway = start(daily, ENV)
    gateway.wait_line(r"warning +instruments +zerodha: the instrument list was not updated: \S+: found HTTP 503, "
                      r"expected HTTP 200; trying again in 5 minutes, going on with the 1 instruments known")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        client.data()


def test_a_download_without_end_holds_up_neither_clients_nor_the_end(start, server):
    def trickle(handler):
        handler.give(b"begin", length=10**9)
        try:
            while not server.ending.wait(0.05):
                handler.wfile.write(b"x" * 64)
        except OSError:
            pass  # the gateway is gone
    server.answer = trickle
    gateway = start(config(server, instruments={"update": "08:45"}), ENV)
    server.wait_requests(1)
    with gateway.client() as client:
        assert client.barrier()["type"] == "pong"
    assert json.loads(gateway.run("status", "--json"))["port"] == gateway.port
    assert gateway.stop() == 0
    assert "not updated" not in gateway.text()
    assert left_over(gateway.folder) == []


def test_a_first_download_that_fails_does_not_speak_of_instruments_known_before(server, update):
    server.answer = lambda handler: handler.give(b"no such page", 404)
    assert "found HTTP 404, expected HTTP 200; no instruments are known yet" in update(1)[1]
