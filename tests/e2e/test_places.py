"""What gateway.yaml names and is not there: check-config and run say the same, with file, line and key."""

import os
import socket

import pytest

from gateway import run, write_config

ZERODHA = {"plugin": "zerodha", "settings": {"api_key": "k", "access_token": "${file:no.token}"}}


def line_of(path, text):
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def checked(path):
    return run("check-config", "--config", path, status=2).splitlines()


def test_run_goes_on_and_says_at_start_what_check_config_says(start):
    gateway = start({"brokers": {
        "mock": {"plugin": "mock"},
        "first": {"plugin": "zerodha", "settings": {"api_key": "${env:NOBODY_SET_1}", "access_token": "${file:t}"}},
        "second": {"plugin": "zerodha", "settings": {"api_key": "k", "access_token": "${env:NOBODY_SET_2}"}},
        "third": {"plugin": "acme", "settings": {"anything": 1}}}}, {"NOBODY_SET_2": ""})
    found = checked(gateway.config)
    key, token, plugin = (next(line for line in found if f"brokers.{name}." in line)
                          for name in ("first", "second", "third"))
    assert len(found) == 3 and all(line in gateway.text() for line in found)
    path = gateway.config
    assert key.startswith(f"{path}:{line_of(path, 'NOBODY_SET_1')}: brokers.first.settings.api_key: found ")
    assert token.startswith(f"{path}:{line_of(path, 'NOBODY_SET_2')}: brokers.second.settings.access_token: found ")
    assert "NOBODY_SET_1 is not set" in key and "NOBODY_SET_2 is not set" in token
    assert plugin.startswith(f"{path}:{line_of(path, 'acme')}: brokers.third.plugin: found acme, and ")
    assert "acme.so is not there" in plugin and plugin.endswith("expected one of angel, bybit, mock, zerodha")
    with gateway.client() as client:  # the others are served
        client.subscribe("RELIANCE", "NSE", 1)
        client.data()
    for name, code in (("first", "BROKER_UNAVAILABLE"), ("third", "BROKER_UNAVAILABLE")):
        gateway.key(name)
        gateway.run("users", "set-broker", name, name)
        with gateway.client(gateway.key(name)) as client:
            assert client.subscribe("INFY", "NSE", 1)["code"] == code


def test_a_variable_that_is_set_is_fine(tmp_path, monkeypatch):
    monkeypatch.setenv("SOMEBODY_SET_IT", "key")
    run("check-config", "--config", write_config(tmp_path, {"brokers": {"zerodha": {
        "plugin": "zerodha", "settings": {"api_key": "${env:SOMEBODY_SET_IT}", "access_token": "${file:t}"}}}}))


@pytest.mark.parametrize("content", [None, "no library"])
def test_a_plugin_that_is_refused_or_not_there_is_named(start, tmp_path, content):
    folder = tmp_path / "plugins"
    folder.mkdir()
    if content:
        (folder / "zerodha.so").write_text(content)
    gateway = start({"plugins": {"directory": str(folder)}, "active_broker": "zerodha", "brokers": {"zerodha": ZERODHA}})
    found = checked(gateway.config)
    line = line_of(gateway.config, '"plugin": "zerodha"')
    assert len(found) == 1 and found[0] in gateway.text()
    assert found[0].startswith(f"{gateway.config}:{line}: brokers.zerodha.plugin: found zerodha, and ")
    assert ("refused" if content else "is not there") in found[0]


def test_a_plugin_folder_that_is_not_there_is_named(start, tmp_path):
    gateway = start({"plugins": {"directory": str(tmp_path / "none")}})
    folder, = checked(gateway.config)
    line = line_of(gateway.config, "directory")
    assert folder.startswith(f"{gateway.config}:{line}: plugins.directory: found {tmp_path / 'none'} (No such file")
    assert folder + "; going on without plugins" in gateway.text()


@pytest.mark.parametrize("key", ["database", "log.file"])
@pytest.mark.parametrize("place, why", [("file/x", "file is not a folder"), ("folder", "is a folder"),
                                        ("file/deep/x", "file is not a folder"), ("/proc/x/y", "in /proc")])
def test_what_cannot_be_written_is_named_and_refused(tmp_path, key, place, why):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    config = {"database": place} if key == "database" else {"log": {"file": place}}
    path = write_config(tmp_path, config)
    found = [line for line in checked(path) if f": {key}: " in line]
    assert len(found) == 1 and found[0].startswith(f"{path}:{line_of(path, place)}: {key}: found ")
    assert why in found[0] and found[0].endswith("expected a file that the gateway can write")
    _, error = run("run", "--config", path, status=2, both=True)
    assert found[0] in error


LOG_NAMES = [
    ("gateway.yaml", "the configuration file"), ("state/gateway.db", "the database"),
    ("state/gateway.db-wal", "the database's write-ahead log"), ("state/gateway.db-shm", "the database's shared memory"),
    ("state/gateway.db.lock", "the database's lock"), ("state/gateway.sock", "the control socket"),
    ("link.db", "the database"), ("secret", "the file of brokers.zerodha.settings.access_token")]


@pytest.mark.parametrize("place, what", LOG_NAMES)
def test_a_log_is_none_of_the_gateways_own_files(tmp_path, place, what):
    (tmp_path / "link.db").symlink_to("state/gateway.db")
    path = write_config(tmp_path, {"log": {"file": place}, "brokers": {"mock": {}, "zerodha": {
        "settings": {"api_key": "k", "access_token": "${file:secret}"}}}})
    run("keys", "create", "--user", "a", "--config", path)
    assert_refused_alike(path, "log.file", f'"file": "{place}"', f"is {what}", "a file of its own")


def test_an_older_log_is_none_of_the_gateways_own_files(tmp_path):
    path = write_config(tmp_path, {"database": "gateway.log.2", "log": {"file": "gateway.log"}})
    assert_refused_alike(path, "log.file", '"file"', "gateway.log.2, which rotation writes, is the database", "of its own")


@pytest.mark.parametrize("place, what", [("gateway.yaml", "the configuration file"),
                                         ("secret", "the file of brokers.zerodha.settings.access_token")])
def test_a_database_is_no_other_file(tmp_path, place, what):
    path = write_config(tmp_path, {"database": place, "brokers": {"mock": {}, "zerodha": {
        "settings": {"api_key": "k", "access_token": "${file:secret}"}}}})
    before = path.read_text()
    assert_refused_alike(path, "database", f'"database": "{place}"', f"is {what}", "a file of its own")
    assert path.read_text() == before


@pytest.mark.parametrize("key", ["database", "log.file"])
@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_what_is_no_regular_file_is_not_written(tmp_path, key, kind):
    if kind == "fifo":
        os.mkfifo(tmp_path / "place")
    else:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(tmp_path / "place"))
    path = write_config(tmp_path, {"database": "place"} if key == "database" else {"log": {"file": "place"}})
    what = {"fifo": "a named pipe", "socket": "a socket"}[kind]
    assert_refused_alike(path, key, '"place"', f"is {what}", "a file that the gateway can write")


def test_a_device_for_characters_may_be_the_log(tmp_path):
    for place in ("/dev/null", "/dev/stderr"):  # which is a pipe here
        run("check-config", "--config", write_config(tmp_path, {"log": {"file": place}}))


def assert_refused_alike(path, key, text, why, expected):
    found = [line for line in checked(path) if f": {key}: " in line]
    assert len(found) == 1 and found[0].startswith(f"{path}:{line_of(path, text)}: {key}: found "), found
    assert why in found[0] and expected in found[0].partition("expected ")[2], found
    _, error = run("run", "--config", path, status=2, both=True)
    assert found[0] in error


@pytest.mark.parametrize("text, key", [
    ("brokers: {zerodha: {settings: {api_key: $KITE_KEY, access_token: '${file:t}'}}}\n", "brokers.zerodha.settings.api_key"),
    ("brokers: {zerodha: {settings: {api_key: k, access_token: $TOKEN}}}\n", "brokers.zerodha.settings.access_token"),
    ("database: $DATABASE\n", "database"), ("server: {host: $HOST}\n", "server.host")])
def test_a_variable_as_a_shell_writes_it_is_refused(tmp_path, text, key):
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    found = [line for line in checked(path) if f": {key}: found " in line]
    assert len(found) == 1 and "${" in found[0].partition("expected ")[2]
    assert found[0] in run("run", "--config", path, status=2, both=True)[1]


@pytest.mark.parametrize("origin, expected", [
    ("https://desk.example:443", "https://desk.example, because browsers leave this port out"),
    ("http://desk.example:80", "http://desk.example, because browsers leave this port out"),
    ("https://bücher.example", "in ASCII, like https://xn--"), ("file:///index.html", "SCHEME://HOST")])
def test_an_origin_that_can_never_match_is_named(tmp_path, origin, expected):
    path = write_config(tmp_path, {"server": {"allowed_origins": ["https://good.example:8443", "file://", origin]}})
    found = checked(path)
    assert len(found) == 1 and "server.allowed_origins: found " in found[0] and expected in found[0]
    run("run", "--config", path, status=2)
