"""The control socket against peers that hang, crowd it or take every descriptor; another client's ticks have no gap."""

import contextlib
import json
import os
import resource
import signal
import socket
import stat

import pytest

from gateway import Client, Gateway, run, write_config


@contextlib.contextmanager
def peers(gateway, count):
    with contextlib.ExitStack() as stack:
        made = []
        for _ in range(count):
            made.append(stack.enter_context(socket.socket(socket.AF_UNIX)))
            made[-1].connect(str(gateway.folder / "state" / "gateway.sock"))
        yield made


@contextlib.contextmanager
def watched(gateway):
    """A client with extras whose stream must not have a gap: every seq follows the one before."""
    with gateway.client(extras=True) as client:
        client.subscribe("RELIANCE", "NSE", 2)
        first = client.data(mode=2)["seq"]
        yield client
        client.data(mode=2)
        seqs = [first]
        for _ in range(5):
            seqs.append(client.data(mode=2)["seq"])
        assert seqs[1:] == list(range(seqs[1], seqs[1] + 5)) and seqs[1] > first


def commands_work(gateway):
    """Another command, a revocation and SIGHUP."""
    assert json.loads(gateway.run("status", "--json"))["port"] == gateway.port
    key = gateway.key("other")
    number = json.loads(gateway.run("keys", "list", "--json"))[-1]["id"]
    with Client(gateway.url) as other:
        other.authenticate(key)
        gateway.run("keys", "revoke", number)
        assert other.wait_closed()[0] == 4401
    seen = len(gateway.lines)
    gateway.reload()
    gateway.wait_line("is applied", seen)


def test_a_peer_that_does_not_read_blocks_nobody(start):
    gateway = start()
    with watched(gateway), peers(gateway, 1) as (mute,):
        mute.setblocking(False)
        line = b'{"command":"status"}\n'
        with contextlib.suppress(BlockingIOError):
            for _ in range(100_000):  # until neither side takes more, or the gateway has had enough
                mute.send(line)
        commands_work(gateway)


def test_a_socket_file_that_was_removed_is_made_anew(start):
    gateway = start()
    path = gateway.folder / "state" / "gateway.sock"
    with watched(gateway):
        path.unlink()
        gateway.wait_line(r"control socket \S+: its file was removed while the gateway runs; it was made anew")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        commands_work(gateway)
    assert gateway.stop() == 0 and not path.exists()


def test_a_socket_that_cannot_be_made_anew_is_told_by_the_log_and_by_commands(start):
    gateway = start()
    path = gateway.folder / "state" / "gateway.sock"
    path.rename(path.with_name("away"))
    path.write_text("a file of somebody")
    gateway.wait_line("another file has its name now; move that away.*commands do not reach this gateway")
    for command in (["status"], ["brokers", "relogin", "mock"], ["reload"]):
        error = run(*command, "--config", gateway.config, status=1, both=True)[1]
        assert f"a gateway runs here (process {gateway.child.pid} holds database" in error, error
    content = json.loads(gateway.config.read_text())
    content["server"]["port"] = gateway.port
    gateway.config.write_text(json.dumps(content))
    found = run("doctor", "--config", gateway.config, status=1)
    assert "fault    gateway: a gateway runs here" in found and "taken by another program" not in found, found
    assert "as it seems by the gateway that runs here" in found
    path.unlink()
    gateway.wait_line("was made anew")
    gateway.run("status")


def test_idle_peers_keep_nobody_out_and_are_closed(start):
    gateway = start()
    with watched(gateway), peers(gateway, 40) as idle:
        commands_work(gateway)
        for peer in idle:  # each is closed: for a newer one, or at its deadline
            peer.settimeout(60)
            assert peer.recv(100) == b""


def test_sigterm_ends_the_gateway_whoever_is_connected(start):
    gateway = start()
    with peers(gateway, 20):
        assert gateway.stop() == 0


def test_without_free_descriptors_commands_still_work(start):
    gateway = start({"limits": {"unauthenticated_connections": 9000}})
    with watched(gateway):
        taken = len(os.listdir(f"/proc/{gateway.child.pid}/fd"))
        resource.prlimit(gateway.child.pid, resource.RLIMIT_NOFILE, (taken + 40, taken + 40))
        with contextlib.ExitStack() as stack:
            for _ in range(80):
                stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port)))
            gateway.wait_line("cannot accept new clients")
            assert json.loads(gateway.run("status", "--json"))["port"] == gateway.port
            assert json.loads(gateway.run("keys", "list", "--json"))
            seen = len(gateway.lines)
            gateway.reload()
            gateway.wait_line("is applied", seen)


def test_the_control_thread_does_not_spin_without_descriptors(start):
    """No descriptor is left at all, and peers wait to be accepted."""
    gateway = start()
    pid = gateway.child.pid

    def control_ticks():
        for task in os.listdir(f"/proc/{pid}/task"):
            text = open(f"/proc/{pid}/task/{task}/stat", encoding="ascii").read()
            if "(control)" in text:
                fields = text.rsplit(")", 1)[1].split()
                return int(fields[11]) + int(fields[12])
        raise AssertionError("no control thread")

    with watched(gateway) as client:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (1, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
        with peers(gateway, 3):
            before = control_ticks()
            for _ in range(60):  # the mock broker ticks 20 times a second: some three seconds
                client.data(mode=2)
            assert control_ticks() - before < 100  # of 300: a thread that spins uses them all
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (1024, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
        commands_work(gateway)


@pytest.mark.parametrize("database", ["state/gateway.sock", "state/x.db"])
def test_a_file_that_is_no_socket_is_never_deleted(tmp_path, database):
    config = write_config(tmp_path, {"database": "state/gateway.db"})
    key = run("keys", "create", "--user", "a", "--config", config)
    assert key
    path = tmp_path / database
    (tmp_path / "state" / "gateway.db").rename(path)
    if path.suffix == ".db":
        (tmp_path / "state" / "x.sock").write_text("notes of somebody")
    before = {file: file.read_bytes() for file in (tmp_path / "state").iterdir()}
    config = write_config(tmp_path, {"database": database})
    _, error = run("run", "--config", config, status=2 if database.endswith(".sock") else 1, both=True)
    assert ".sock" in error, error
    for file, content in before.items():
        assert file.exists() and (file == path or file.read_bytes() == content), file


def test_a_stale_socket_is_replaced(tmp_path):
    killed = Gateway(tmp_path)
    assert killed.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (tmp_path / "state" / "gateway.sock").exists()
    with Gateway(tmp_path) as again:
        again.run("status")


def test_a_command_does_not_wait_for_ever_for_a_gateway_that_hangs(start):
    gateway = start()
    gateway.child.send_signal(signal.SIGSTOP)
    try:
        _, error = run("status", "--config", gateway.config, status=1, both=True)
        assert "does not answer" in error
    finally:
        gateway.child.send_signal(signal.SIGCONT)
    gateway.run("status")
