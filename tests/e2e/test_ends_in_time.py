"""SIGTERM ends the gateway within its limit, whatever hangs: that it ends at all is the proof, since without the limit these
tests wait in vain. A plugin that does not return is gone on without, and a line says which one and in what it hangs."""

import os
import pathlib
import re
import signal
import shutil
import subprocess
import sys

import pytest

from brokers import Kite
from gateway import BINARY, BUILD, MOCK, PATIENCE, Gateway, until, write_config

OF_ITS_OWN = ("unshare", "--mount", "--net")  # a network and mounts


def hanging(tmp_path, misdeed):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    for file in (BUILD / "plugins" / "mock.so", BUILD / "tests" / "bad_plugins" / "bad_calls.so"):
        shutil.copyfile(file, plugins / file.name)
        (plugins / file.name).chmod(0o644)
    return {"plugins": {"directory": str(plugins)}, "active_broker": "bad_calls", "allow_simulated": True,
            "brokers": {"mock": MOCK, "bad_calls": {"plugin": "bad_calls", "isolation": "inproc",
                                                    "settings": {"misdeed": misdeed}}}}


@pytest.mark.parametrize("misdeed", ["hang in subscribe", "hang in disconnect"])
def test_a_plugin_that_hangs(tmp_path, misdeed):
    gateway = Gateway(tmp_path / "gateway", hanging(tmp_path, misdeed))
    if misdeed == "hang in subscribe":
        with gateway.client() as client:
            client.subscribe("GOOD", "NSE", 1)
            gateway.wait_line("bad_calls.* hangs now")
    assert gateway.stop() == 0
    function = misdeed.split()[-1]
    assert re.search(rf"bad_calls: its plugin bad_calls.so hangs in {function} since .*: going on without it", gateway.text())
    assert gateway.text().endswith("stopped")


@pytest.mark.parametrize("name", ["gateway.yaml", "config/calendar.yaml"])
def test_a_file_that_never_comes(tmp_path, name):
    config = write_config(tmp_path, {})
    file = config.parent / name
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    child = subprocess.Popen([str(BINARY), "run", "--config", str(config)], stderr=subprocess.PIPE, text=True)
    try:
        writer = os.open(file, os.O_WRONLY)  # when the gateway has opened it
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 1
        os.close(writer)
        assert "not ended in time, exiting: the start of the gateway hangs" in child.stderr.read()
    finally:
        child.kill()
        child.wait()


def test_standard_error_that_nobody_reads(tmp_path):
    config = write_config(tmp_path, {"log": {"level": "debug"}})
    read, write = os.pipe()
    child = subprocess.Popen([str(BINARY), "run", "--config", str(config), "--ready-file", str(tmp_path / "ready")],
                             stderr=write)
    try:
        while not (tmp_path / "ready").exists():
            assert child.poll() is None
        os.set_blocking(write, False)
        try:
            while os.write(write, b"x" * 4096):
                pass
        except BlockingIOError:
            pass
        os.set_blocking(write, True)  # the gateway's writes block from now on: the flag is the pipe's
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) in (0, 1)
    finally:
        child.kill()
        child.wait()
        os.close(read)
        os.close(write)


@pytest.mark.skipif(subprocess.run([*OF_ITS_OWN, "true"], capture_output=True, check=False).returncode != 0,
                    reason="needs a network of its own, which only root may have")
@pytest.mark.parametrize("isolation", ["inproc", "process"])
def test_a_name_server_that_never_answers(start, tmp_path, isolation):
    asked = tmp_path / "asked"
    start.within = (*OF_ITS_OWN, sys.executable, pathlib.Path(__file__).with_name("silent_name_server.py"), asked)
    broker = Kite(tmp_path).config("wss://feed.silent.example/", isolation=isolation)
    gateway = start({"active_broker": "zerodha", "brokers": {"zerodha": broker}})
    until(lambda: asked.exists() and "feed.silent.example" in asked.read_text())
    assert gateway.stop() == 0
    assert gateway.text().endswith("stopped")
