"""Plugins that break the contract, one way each (tests/plugins/bad): the clients of another broker in the same gateway see
nothing of it, the log says which plugin did what, and commands end as they should."""

import json
import shutil

import pytest

from gateway import BUILD, MOCK, Process, run, write_config
from web_server import WebServer

BAD = BUILD / "tests" / "bad_plugins"
GOOD = BUILD / "plugins"
LOUD = {"reconnect": {"first": "50ms", "max": "100ms", "attempts": 0}}


@pytest.fixture
def folder(tmp_path):
    """folder(*plugins): a plugin folder with the mock broker's and these; its configuration."""
    plugins = tmp_path / "plugins"

    def filled(*names):
        plugins.mkdir(exist_ok=True)
        for file in (GOOD / "mock.so", *(BAD / f"{name}.so" for name in names)):
            shutil.copyfile(file, plugins / file.name)
            (plugins / file.name).chmod(0o644)
        return {"plugins": {"directory": str(plugins)}}
    return filled


@pytest.fixture(params=["inproc", "process"])
def serve(start, folder, request):
    """serve(*plugins, **settings): a gateway with the mock broker, which is active, and one broker for each plugin."""
    def served(*plugins, **settings):
        return start({**folder(*plugins), "active_broker": "mock", "brokers": {"mock": MOCK, **{
            name: {"plugin": name, "isolation": request.param, **LOUD, "settings": settings} for name in plugins}},
            **({"instruments": {"update": "08:45"}} if "instruments_url" in settings else {})})
    return served


@pytest.fixture
def witness():
    """A client of the mock broker. Each call: it ticks on, and was told of no failure."""
    clients = {}

    def ticks_on(gateway):
        if gateway not in clients:
            clients[gateway] = gateway.client(extras=True)
            clients[gateway].next("broker_status", status="connected")
            assert clients[gateway].subscribe("INFY", "NSE", 2)["status"] == "success"
        client = clients[gateway]
        client.barrier()
        for _ in range(5):
            assert client.data()["data"]["symbol"] == "INFY"
        assert client.words == ["connected"]

    def close():
        for client in clients.values():
            client.close()
    ticks_on.close = close
    yield ticks_on
    close()


def client_of(gateway, broker):
    key = gateway.key(f"user-of-{broker}")
    gateway.run("users", "set-broker", f"user-of-{broker}", broker)
    return gateway.client(key, extras=True)


def broker_of(gateway, name):
    return next(b for b in json.loads(gateway.run("status", "--json"))["brokers"] if b["name"] == name)


# ---- what an adapter does

@pytest.mark.parametrize("misdeed, words", [
    ("throw in connect", "an exception left the plugin: thrown by bad_calls"),
    ("throw in on_http", "an exception left the plugin: thrown by bad_calls"),
    ("fail with NULL", "the plugin gave no reason"),
    ("NULL", "called everything with NULL"),
])
def test_what_goes_wrong_while_connecting_is_the_bad_brokers_alone(serve, witness, misdeed, words):
    gateway = serve("bad_calls", misdeed=misdeed)
    witness(gateway)
    with client_of(gateway, "bad_calls"):
        gateway.wait_line(rf"bad_calls: .*{words}")
        witness(gateway)


def test_a_plugin_that_cannot_be_prepared_is_left_out(serve, witness):
    gateway = serve("bad_calls", misdeed="throw in initialize")
    gateway.wait_line("bad_calls: an exception left the plugin: thrown by bad_calls")
    witness(gateway)


def test_an_exception_in_subscribe_refuses_what_was_asked(serve, witness):
    gateway = serve("bad_calls", misdeed="throw in subscribe")
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        client.subscribe("GOOD", "NSE", 1)
        gateway.wait_line("bad_calls: the plugin failed: an exception left the plugin")
        witness(gateway)


def test_books_that_are_none_are_counted_and_the_good_tick_comes(serve, witness):
    gateway = serve("bad_calls", misdeed="books")
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        assert client.subscribe("GOOD", "NSE", 1)["status"] == "success"
        assert client.data()["data"]["ltp"] == 42.0
        assert broker_of(gateway, "bad_calls")["updates_invalid"] == 8
        witness(gateway)


def test_values_that_no_market_has_reach_nobody_and_are_counted_by_kind(serve, witness):
    gateway = serve("bad_calls", misdeed="impossible values")
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        assert client.subscribe("GOOD", "NSE", 4, 5)["status"] == "success"
        data = client.data(mode=4)["data"]
        assert [level["price"] for level in data["depth"]["buy"] if level["quantity"]] == [42.0]
        assert [level["price"] for level in data["depth"]["sell"] if level["quantity"]] == [42.05]
        dropped = broker_of(gateway, "bad_calls")["dropped"]
        assert dropped == {"unordered_book": 1, "level": 2, "negative_quantity": 3, "impossible_price": 10,
                           "duplicate": 0, "unknown_instrument": 0, "unknown_layout": 0, "unknown_scale": 0}
        shown = " ".join(gateway.run("status").split())
        assert "10 prices that the instrument cannot have" in shown and "3 quantities below zero" in shown, shown
        key = gateway.key("admin", "--scope", "admin")
        metrics = gateway.http("/metrics", Authorization=f"Bearer {key}")[1]
        for kind, count in (("impossible_price", 10), ("negative_quantity", 3), ("level", 2), ("unordered_book", 1)):
            assert f'gateway_broker_decode_errors_total{{broker="bad_calls",kind="{kind}"}} {count}' in metrics, metrics
        witness(gateway)


def test_a_thread_of_the_plugin_reaches_nobody(serve, witness):
    gateway = serve("bad_calls", misdeed="thread")
    witness(gateway)
    with client_of(gateway, "bad_calls") as client:
        client.next("broker_status", status="connected")
        assert client.subscribe("GOOD", "NSE", 1)["status"] == "success"
        assert client.data()["data"]["ltp"] == 42.0
        gateway.wait_line("bad_calls: published from a thread")
        gateway.wait_line("bad_calls: the plugin called publish outside a call of the gateway into its adapter")
        witness(gateway)
        client.barrier()
        assert not [m for m in client.market_data if m["data"]["ltp"] != 42.0]
        assert client.words == ["connected"]
        assert broker_of(gateway, "bad_calls")["logins"] == 1
    assert gateway.stop() == 0  # the thread that publishes after destroy does so now
    assert "bad_calls: published after destroy" in gateway.text()


# ---- instrument lists

def bring_list(folder, tmp_path, plugin):
    config = write_config(tmp_path, {**folder(plugin), "active_broker": "mock", "brokers": {
        "mock": MOCK, plugin: {"plugin": plugin, **LOUD}}})
    (tmp_path / "list").write_text("anything\n")
    return config


def test_a_list_whose_reader_throws_is_not_taken(folder, tmp_path):
    config = bring_list(folder, tmp_path, "bad_parse")
    _, complaint = run("instruments", "import", "--broker", "bad_parse", tmp_path / "list", "--config", config, status=1,
                       both=True)
    assert "the plugin threw an exception: thrown by bad_parse" in complaint
    assert json.loads(run("instruments", "search", "GOOD", "--broker", "bad_parse", "--json", "--config", config)) == []


def test_rows_that_are_none_are_left_out_and_the_good_one_is_taken(folder, tmp_path):
    config = bring_list(folder, tmp_path, "bad_rows")
    report = run("instruments", "import", "--broker", "bad_rows", tmp_path / "list", "--config", config)
    for words in ("found no row, expected one", "line 3: symbol: found ''", "line 4: exchange: found ''",
                  "line 5: token: empty", "size of the row: found 8, expected at least 120"):
        assert words in report, report
    assert [row["symbol"] for row in json.loads(
        run("instruments", "search", "GOOD", "--broker", "bad_rows", "--json", "--config", config))] == ["GOOD"]


def test_a_row_that_is_left_out_without_a_reason_is_shown(folder, tmp_path):
    config = bring_list(folder, tmp_path, "bad_skip")
    report = run("instruments", "import", "--broker", "bad_skip", tmp_path / "list", "--config", config)
    assert "line 2: the plugin gave no reason" in report, report


def test_a_builtin_list_that_throws_ends_neither_start_nor_restart(start, folder, witness):
    config = {**folder("bad_builtin"), "active_broker": "mock", "brokers": {
        "mock": MOCK, "bad_builtin": {"plugin": "bad_builtin", **LOUD}}}
    for _ in range(2):
        gateway = start(config)
        gateway.wait_line("bad_builtin: built-in instruments: the plugin threw an exception: thrown by bad_builtin")
        witness(gateway)
        witness.close()
        assert gateway.stop() == 0


@pytest.mark.parametrize("plugin, status, words", [
    ("bad_next_page", 200, "the plugin threw an exception: thrown by bad_next_page"),
    ("bad_judge", 403, "the plugin threw an exception"),
])
def test_a_download_in_which_the_plugin_throws_fails_alone(serve, witness, plugin, status, words):
    with WebServer(lambda handler: handler.give(b"page", status=status)) as server:
        gateway = serve(plugin, instruments_url=server.url)
        gateway.wait_line(f"{plugin}.*{words}")
        witness(gateway)
        command = Process([*gateway.command[:1], "instruments", "update", "--broker", plugin, "--config", gateway.config])
        assert command.wait() == 1
        assert words in command.text(), command.text()
        witness(gateway)


def test_a_list_is_taken_as_far_as_its_rows_are_good(serve, witness):
    with WebServer(lambda handler: handler.give(b"page")) as server:
        gateway = serve("bad_rows", instruments_url=server.url)
        gateway.wait_line("bad_rows: a new instrument list: 1 rows kept, 5 skipped")
        gateway.wait_line("bad_rows: an instrument list with 1 instruments is now in use")
        with client_of(gateway, "bad_rows") as client:
            assert client.subscribe("GOOD", "NSE", 1)["status"] == "success"
        witness(gateway)


# ---- files

def listed(config, status=0):
    return dict(line.split(": ", 1) for line in run("plugins", "list", "--config", config, status=status).splitlines()
                if not line.startswith(" "))


REFUSALS = {
    "bad_extension": "refused: get_extension(bgw.instruments/1): found an exception (thrown by bad_extension), expected a table",
    "bad_entry_says": "refused: the plugin says: this machine has no license",
    "bad_entry_silent": "refused: descriptor: found nothing, expected one",
    "bad_entry_throws": "refused: entry: found an exception (thrown by bad_entry_throws), expected a descriptor",
    "taken_name": "refused: broker: found 'mock', which mock.so has too, expected another name",
}


def test_plugins_list_says_why_each_file_is_refused(folder, tmp_path):
    config = write_config(tmp_path, {**folder(*REFUSALS), "brokers": {"mock": MOCK}})
    shown = run("plugins", "list", "--config", config).splitlines()
    for name, words in REFUSALS.items():
        assert f"{name}.so: {words}" in shown, shown
    assert [line for line in shown if line.startswith("mock.so: loaded: mock ")], shown


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_file_takes_nothing_from_the_others(serve, witness, name):
    gateway = serve(name)
    gateway.wait_line(f"{name}.so: refused: ")
    witness(gateway)


def test_an_extension_that_throws_later_is_logged(serve, witness):
    gateway = serve("bad_late_extension")
    gateway.wait_line(r"bad_late_extension\.so: get_extension\(.*\): found an exception \(thrown by bad_late_extension\)")
    witness(gateway)


def test_both_brokers_of_one_file_are_listed_and_serve(start, folder, witness):
    gateway = start({**folder("two_brokers"), "active_broker": "mock", "brokers": {
        "mock": MOCK, "two_brokers": {"plugin": "two_brokers"}, "other": {"plugin": "second_broker"}}})
    shown = gateway.run("plugins", "list")
    assert "two_brokers.so: loaded: two_brokers 1 by tests" in shown and "two_brokers.so: loaded: second_broker 1" in shown
    witness(gateway)
    for broker in ("two_brokers", "other"):
        with client_of(gateway, broker) as client:
            assert client.subscribe("GOOD", "NSE", 1)["status"] == "success"
            assert client.data()["data"]["ltp"] == 42.0
    witness(gateway)
