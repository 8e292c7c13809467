"""A plugin's binary that was built for the first contract is served by this gateway, and so is the same source compiled
anew in plain C."""

import hashlib
import json
import platform
import shutil

import pytest

from gateway import BUILD, SOURCE, run, write_config
from line_stand_in import LineStandIn

KEPT = SOURCE / "tests" / "sdk" / "kept" / "kept_0_9.so"
FRESH = BUILD / "tests" / "kept" / "kept_fresh.so"
PLUGINS = {"kept_0_9": KEPT, "kept_fresh": FRESH}


def put_into(folder, file):
    """Whatever the user's umask is, this is how a plugin is put into place."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(file, folder / file.name)
    (folder / file.name).chmod(0o644)


@pytest.fixture(params=PLUGINS)
def plugin(request, tmp_path):
    if request.param == "kept_0_9" and platform.machine() != "x86_64":
        pytest.skip(f"the kept binary is for x86_64, and this machine is {platform.machine()}")
    put_into(tmp_path / "plugins", PLUGINS[request.param])
    return request.param


@pytest.fixture
def broker(start):
    stand_in = LineStandIn()
    start.ends_with_it(stand_in)
    return stand_in.__enter__()


@pytest.fixture
def gateway(start, broker, plugin, tmp_path):
    return start({"plugins": {"directory": str(tmp_path / "plugins")}, "active_broker": plugin,
                  "brokers": {plugin: {"market_hours": "always", "settings": {"url": broker.url}}}})


def subscribe(client, symbol, mode, level=None):
    answer = client.subscribe(symbol, "KEPT", mode, level)
    assert answer["status"] == "success", answer


def test_the_plugins_list_names_it(plugin, tmp_path):
    config = write_config(tmp_path, {"plugins": {"directory": str(tmp_path / "plugins")}, "active_broker": plugin,
                                     "brokers": {plugin: {"settings": {"url": "ws://127.0.0.1:1/"}}}})
    digest = hashlib.sha256((tmp_path / "plugins" / f"{plugin}.so").read_bytes()).hexdigest()
    assert run("plugins", "list", "--config", config) == (
        f"{plugin}.so: loaded: {plugin} 0.9 by tests (ABI 0.9, C11)\n    sha256 {digest}, runs in a process of its own unless told otherwise\n"
        "    KEPT           depth 5/20\n")


def test_last_prices_quotes_and_books_come_to_the_last_digit(gateway, broker):
    with gateway.client(extras=True) as client:
        subscribe(client, "COIN", 1)
        broker.wait_line("SUB coin 1 0")
        broker.send("coin", "L coin 0.0000123456789")
        assert json.loads(first_data(client), parse_float=str)["data"]["ltp"] == "0.0000123456789"
        subscribe(client, "SHARE", 2)
        broker.wait_line("SUB share 2 0")
        broker.send("share", "Q share 101.05 1500 100 102.1 99.95 100.5")
        quote = client.data(topic="SHARE.KEPT", mode=2)["data"]
        assert {k: quote[k] for k in ("ltp", "volume", "open", "high", "low", "close")} == {
            "ltp": 101.05, "volume": 1500, "open": 100.0, "high": 102.1, "low": 99.95, "close": 100.5}
        subscribe(client, "COIN", 4, 5)
        broker.wait_line("SUB coin 4 5")
        broker.send("coin", "D coin 0.0000123456789 2 1 0.0000123456788 0.00000001 0.0000123456787 12.5 "
                            "0.000012345679 3")
        depth = client.data(topic="COIN.KEPT", mode=4)["data"]["depth"]
        assert [(level["price"], level["quantity"]) for level in depth["buy"]] == [
            (0.0000123456788, 0.00000001), (0.0000123456787, 12.5)]
        assert [(level["price"], level["quantity"]) for level in depth["sell"]] == [(0.000012345679, 3)]
        for symbol, mode in (("SHARE", 2), ("COIN", 4), ("COIN", 1)):
            assert client.unsubscribe(symbol, "KEPT", mode)["status"] == "success"
        broker.wait_line("UNSUB share")
        broker.wait_line("UNSUB coin")


def first_data(client):
    while json.loads(text := client.receive_text())["type"] != "market_data":
        pass
    return text


def test_a_refusal_and_a_malformed_line_reach_nobody_as_a_price(gateway, broker):
    with gateway.client(extras=True) as client:
        subscribe(client, "SHARE", 1)
        subscribe(client, "COIN", 1)
        broker.wait_line("SUB coin 1 0")
        broker.send("share", "N share not in your plan")
        refusal = client.next("subscription_status", symbol="SHARE")
        assert "not in your plan" in json.dumps(refusal)
        for line in ("L coin 1.00000000000001", "L coin .", "L coin", "X coin 1", "D coin 1 2 0 1 1", "L coin 1 2"):
            broker.send("coin", line)
        broker.send("coin", "L coin 7")
        assert client.data()["data"]["ltp"] == 7.0
        broker_status = json.loads(gateway.run("status", "--json"))["brokers"][0]
        assert broker_status["frames_refused"] == 6, broker_status
