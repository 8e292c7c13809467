"""A plugin's file that becomes something else while its gateway runs is nothing to the gateway, which has read it once.
Another build of the plugin: test_plugin_reload.py."""

import hashlib
import json
import shutil

import pytest

from gateway import BUILD, run, write_config

GOOD = BUILD / "tests" / "bad_plugins" / "bad_calls.so"
MOCK_FILE = BUILD / "plugins" / "mock.so"


@pytest.fixture
def plugins(tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copyfile(GOOD, folder / "bad_calls.so")
    (folder / "bad_calls.so").chmod(0o644)
    return folder


def config_of(folder):
    return {"plugins": {"directory": str(folder)}, "active_broker": "bad_calls",
            "brokers": {"bad_calls": {"plugin": "bad_calls"}}}


@pytest.mark.parametrize("what", ["garbage", "nothing", "half of it", "another plugin"])
def test_what_is_no_other_build_of_it_changes_nothing(start, plugins, what):
    whole = GOOD.read_bytes()
    new = {"garbage": b"garbage" * len(whole), "nothing": b"", "half of it": whole[:len(whole) // 2],
           "another plugin": MOCK_FILE.read_bytes()}[what]
    gateway = start(config_of(plugins))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        (plugins / "bad_calls.so").write_bytes(new)  # into the file that is there, as cp does
        gateway.run("brokers", "relogin", "bad_calls")  # which runs code that did not run before: destroy and disconnect
        client.next("broker_status", status="connected")
        assert client.subscribe("GOOD", "NSE", 1)["status"] == "success"
        assert client.data()["data"]["ltp"] == 42.0
        assert run("plugins", "list", "--config", gateway.config).startswith("bad_calls.so: refused: ")
    assert gateway.stop() == 0


def test_bundled_files_are_known_by_their_digest_wherever_they_lie(plugins, tmp_path):
    shutil.copyfile(MOCK_FILE, plugins / "mock.so")
    (plugins / "mock.so").chmod(0o644)
    config = write_config(tmp_path, {**config_of(plugins), "brokers": {"bad_calls": {"plugin": "bad_calls"}}})
    listed = {entry["file"]: entry for entry in json.loads(run("plugins", "list", "--json", "--config", config))}
    for file, is_bundled in ((MOCK_FILE, True), (GOOD, False)):
        assert listed[file.name]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert listed[file.name]["bundled"] is is_bundled
    shown = run("plugins", "list", "--config", config)
    assert shown.count("bundled with this gateway") == 1 and "\x1b" not in shown
