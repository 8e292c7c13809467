"""What an operator sees: brokers that cannot be used, plugins that are refused, lists that are swapped, logs."""

import json
import shutil

import pytest

from gateway import BUILD, Gateway, run, write_config
from stand_in import until


def plugin_folder(path, *names):
    path.mkdir()
    for name in names:
        shutil.copy(BUILD / "plugins" / f"{name}.so", path / f"{name}.so")
    return path


def test_the_gateway_starts_with_the_good_plugins_and_says_which_are_not(start, tmp_path):
    folder = plugin_folder(tmp_path / "plugins", "mock")
    (folder / "junk.so").write_text("no library")
    whole = (BUILD / "plugins" / "zerodha.so").read_bytes()
    (folder / "zerodha.so").write_bytes(whole[:len(whole) // 2])
    gateway = start({"plugins": {"directory": str(folder)}, "brokers": {
        "mock": {}, "zerodha": {"settings": {"api_key": "k", "access_token": "${env:NOT_SET}"}}}})
    gateway.wait_line(r"junk\.so: .*found")
    gateway.wait_line(r"zerodha\.so: ")
    gateway.key("z")
    gateway.run("users", "set-broker", "z", "zerodha")
    with gateway.client() as client, gateway.client(gateway.key("z")) as unserved:
        client.subscribe("RELIANCE", "NSE", 1)
        client.data()
        refused = unserved.subscribe("INFY", "NSE", 1)
        assert refused["code"] == "BROKER_UNAVAILABLE" and "plugins list" in refused["message"]
        assert unserved.ask({"action": "search", "text": ""})["instruments"] == []
        assert unserved.ask({"action": "get_broker_info"})["status"] == "disconnected"


@pytest.mark.parametrize("broker, expected", [
    ({"enabled": False}, "disabled"),
    ({"plugin": "nowhere"}, "nowhere.so is not in the plugin folder yet"),
    ({"plugin": "mock", "settings": {"updates_per_second": 5e9}}, "check-config"),
    ({"plugin": "mock", "settings": {"depth_levels": [7]}}, "check-config")])
def test_a_broker_that_cannot_be_used_says_why(start, broker, expected):
    gateway = start({"active_broker": "bad", "brokers": {"bad": broker, "mock": {"plugin": "mock"}}})
    with gateway.client(extras=True) as client:  # authentication succeeds
        assert client.next("broker_status")["status"] == "disconnected"
        refused = client.subscribe("RELIANCE", "NSE", 1)
        assert refused["code"] == "BROKER_UNAVAILABLE" and expected in refused["message"]
        assert str(gateway.folder) not in refused["message"]


def test_wrong_settings_are_a_log_line_that_says_what_was_found(start):
    gateway = start({"active_broker": "bad", "brokers": {
        "bad": {"plugin": "mock", "settings": {"updates_per_second": 5000000}}}})
    gateway.wait_line(r"updates_per_second: found 5000000, expected a number from 1/60")


def test_an_import_is_taken_up_while_running_and_subscriptions_stay(start, tmp_path):
    sim = start.sim("--rate", 20)
    head = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
            "instrument_type,segment,exchange\n")
    path = tmp_path / "list.csv"
    gateway = start({"active_broker": "zerodha", "brokers": {"zerodha": {
        "plugin": "zerodha", "settings": {"url": sim.url, "api_key": "k", "access_token": "${env:TOKEN}"}}}}, {"TOKEN": "t"})
    gateway.wait_line("no instruments are known yet")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["code"] == "SYMBOL_NOT_FOUND"
        path.write_text(head + "408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE\n")
        gateway.run("instruments", "import", "--broker", "zerodha", path)
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        client.data()
        # Another token for the same symbol: the broker is asked anew, the client notices nothing.
        path.write_text(head + "738561,2885,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE\n")
        gateway.run("instruments", "import", "--broker", "zerodha", path)
        client.subscribe("INFY", "NSE", 2)
        client.data(mode=2)
        until(sim, lambda books: books["subscriptions"] == {"738561": "quote"})


def test_a_second_gateway_on_the_same_database_is_refused(start, tmp_path):
    first = start()
    second = write_config(tmp_path / "second", {"database": str(first.folder / "state" / "gateway.db")})
    _, error = run("run", "--config", second, status=1, both=True)
    assert "another gateway" in error


def test_the_control_socket_is_the_owners_and_answers_nonsense(start):
    import socket
    import stat
    gateway = start()
    path = gateway.folder / "state" / "gateway.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(path))
        answers = control.makefile("r")
        for nonsense in ("", "{", "[]", '{"command":7}', '{"command":"dance"}', '{"command":"retry","broker":[]}', "\xff"):
            control.sendall(nonsense.encode("latin-1") + b"\n")
            assert json.loads(answers.readline())["ok"] is False


def test_a_folder_with_a_long_path_serves_as_well(tmp_path):
    with Gateway(tmp_path / ("x" * 120)) as gateway:
        assert json.loads(gateway.run("status", "--json"))["port"] == gateway.port


def test_a_log_file_in_json(start, tmp_path):
    config = write_config(tmp_path / "second", {"server": {"port": start().port, "port_in_use": "fail"},
                                                "log": {"format": "json", "file": "logs/gateway.log"}})
    run("run", "--config", config, status=1)  # ends by itself
    lines = [json.loads(line) for line in (tmp_path / "second" / "logs" / "gateway.log").read_text().splitlines()]
    assert {"time", "level", "module", "message"} <= lines[0].keys()
    assert any("mock.so: loaded" in line["message"] for line in lines)


def test_log_lines_name_client_and_event(start):
    gateway = start()
    key = gateway.key("alice")
    with gateway.client(key) as client:
        client.subscribe("RELIANCE", "NSE", 2)
        client.unsubscribe("RELIANCE", "NSE", 2)
    for event in ("connected", "authenticated", r"subscribed to RELIANCE\.NSE", r"unsubscribed from RELIANCE\.NSE", "disconnected"):
        gateway.wait_line(rf"\d{{4}}-\d\d-\d\dT\S+[+-]\d\d:\d\d +info +proxy +client.*{event}")
    gateway.stop()
    assert key not in gateway.text()


def test_a_group_readable_secret_file_is_refused(start, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("t")
    secret.chmod(0o644)
    gateway = start({"active_broker": "z", "brokers": {"z": {
        "plugin": "zerodha", "settings": {"api_key": "k", "access_token": "${file:%s}" % secret}}}})
    gateway.wait_line(r"token.*0?600|not readable by others")
    with gateway.client() as client:
        assert client.barrier()["type"] == "pong"


def test_a_plugin_that_comes_later_is_taken_up(start, tmp_path):
    folder = plugin_folder(tmp_path / "plugins")
    gateway = start({"plugins": {"directory": str(folder)}, "brokers": {"mock": {"settings": {"updates_per_second": 20}}}})
    with gateway.client(extras=True) as client:
        refused = client.subscribe("RELIANCE", "NSE", 1) if client.next("broker_status") else None
        assert refused["code"] == "BROKER_UNAVAILABLE" and "not in the plugin folder yet" in refused["message"]
        (folder / "mock.so").write_text("still being copied")
        gateway.wait_line(r"mock\.so: refused")
        (folder / "mock.so").unlink()
        shutil.copy(BUILD / "plugins" / "mock.so", folder / "mock.so")
        client.next("broker_status", status="connected")
        assert client.subscribe("RELIANCE", "NSE", 4, 50)["status"] == "success"
        assert len(client.data()["data"]["depth"]["buy"]) == 50


def test_a_secret_that_appears_in_its_file_logs_in(start, tmp_path):
    sim = start.sim("--rate", 20)
    secret = tmp_path / "token"
    gateway = start({"active_broker": "z", "brokers": {"z": {"plugin": "zerodha", "settings": {
        "url": sim.url, "api_key": "k", "access_token": "${file:%s}" % secret}}}})
    with gateway.client(extras=True) as client:
        assert client.next("broker_status")["status"] == "auth_expired"
        secret.touch(0o600)
        secret.write_text("today's\n")
        client.next("broker_status", status="connected")
    assert sim.books()["logins"] == {"accepted": 1, "refused": 0}
