"""What the gateway tells the service manager that started it, over the socket of sd_notify(3)."""

import os
import re
import signal
import socket

import pytest

from gateway import PATIENCE, Gateway
from stopped_thread import StoppedThread
from test_ends_in_time import hanging

READY = r"READY=1\nSTATUS=serving clients on ws://127\.0\.0\.1:\d+/"


class Manager:
    """The socket of systemd, and what was told there."""

    def __init__(self, folder, abstract=False):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        name = f"gateway-test-{os.getpid()}" if abstract else str(folder / "notify")
        self.socket.bind("\0" + name if abstract else name)
        self.env = {"NOTIFY_SOCKET": "@" + name if abstract else name}
        self.told = []

    def wait(self, pattern):
        while True:
            self.told.append(self.socket.recv(4096).decode())
            if re.fullmatch(pattern, self.told[-1]):
                return self.told[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


@pytest.mark.parametrize("abstract", [False, True])
def test_it_says_when_it_is_ready_reloads_and_stops(tmp_path, abstract):
    with Manager(tmp_path, abstract) as manager:
        with Gateway(tmp_path / "gateway", env=manager.env) as gateway:
            assert str(gateway.port) in manager.wait(READY)
            gateway.reload()
            manager.wait(r"RELOADING=1\nMONOTONIC_USEC=\d+")
            manager.wait(READY)
            gateway.child.send_signal(signal.SIGTERM)
            manager.wait(r"STOPPING=1\n.*")
    assert not [told for told in manager.told if "WATCHDOG" in told]


def test_a_file_that_is_refused_ends_the_reload_too(tmp_path):
    with Manager(tmp_path) as manager, Gateway(tmp_path / "gateway", env=manager.env) as gateway:
        manager.wait(READY)
        gateway.config.write_text("no: such key\n")
        gateway.reload()
        manager.wait(r"RELOADING=1\n.*")
        manager.wait(READY)
        gateway.wait_line("is refused as a whole")


def test_the_watchdog_is_fed_while_every_thread_answers(tmp_path):
    with Manager(tmp_path) as manager:
        with Gateway(tmp_path / "gateway", env={**manager.env, "WATCHDOG_USEC": "400000"}):
            for _ in range(3):
                manager.wait("WATCHDOG=1")


def test_a_watchdog_of_another_process_is_not_fed(tmp_path):
    with Manager(tmp_path) as manager:
        env = {**manager.env, "WATCHDOG_USEC": "400000", "WATCHDOG_PID": "1"}
        with Gateway(tmp_path / "gateway", env=env) as gateway:
            for _ in range(3):
                assert gateway.http("/healthz")[0] == 200
            gateway.child.send_signal(signal.SIGTERM)
            manager.wait(r"STOPPING=1\n.*")
    assert not [told for told in manager.told if "WATCHDOG" in told]


def test_a_plugin_that_hangs_starves_no_watchdog(tmp_path):
    with Manager(tmp_path) as manager:
        env = {**manager.env, "WATCHDOG_USEC": "400000"}
        gateway = Gateway(tmp_path / "gateway", hanging(tmp_path, "hang in subscribe"), env=env)
        with gateway.client() as client:
            client.subscribe("GOOD", "NSE", 1)
            gateway.wait_line("hangs in subscribe since .*; its feed counts as stale")
        del manager.told[:]
        for _ in range(3):
            manager.wait("WATCHDOG=1")
        assert gateway.http("/healthz")[0] == 200
        assert gateway.stop() == 0


def test_a_thread_that_hangs_is_named_and_starves_the_watchdog(tmp_path):
    with Manager(tmp_path) as manager:
        env = {**manager.env, "WATCHDOG_USEC": "1000000"}
        gateway = Gateway(tmp_path / "gateway", env=env)
        manager.wait("WATCHDOG=1")
        with StoppedThread(gateway, "feed"):
            gateway.wait_line(r" watchdog +no answer of feed: .*systemd ends the gateway and starts it anew")
            manager.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                manager.wait("nothing")
            manager.socket.settimeout(PATIENCE)
            del manager.told[:]
            for _ in range(3):  # each answer takes longer than the watchdog's looks are apart
                assert gateway.http("/healthz")[0] == 503
            assert not manager.told
        gateway.wait_line("watchdog +all threads answer again")
        manager.wait("WATCHDOG=1")
        assert gateway.stop() == 0
