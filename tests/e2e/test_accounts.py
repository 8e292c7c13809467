"""Users and keys as an operator handles them: labels, last use, deletion, and whose files they are."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

from gateway import BINARY, PATIENCE, Gateway, run, write_config

AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user")


def keys_of(gateway):
    return {row["id"]: row for row in json.loads(gateway.run("keys", "list", "--json"))}


def test_keys_have_labels_and_their_last_use(start):
    gateway = start()
    key = gateway.key("alice", "--label", "desk 4, the one by the window")
    gateway.key("bob")
    assert (keys_of(gateway)[1]["label"], keys_of(gateway)[1]["last_used"]) == ("desk 4, the one by the window", None)
    before = time.time()
    with gateway.client(key) as client:
        gateway.wait_line(r"authenticated")
        used = keys_of(gateway)[1]["last_used"]
        assert used and keys_of(gateway)[2]["last_used"] is None
        client.barrier()
    rows = gateway.run("keys", "list").splitlines()
    assert max(map(len, rows)) <= 80 and rows[0].split() == "ID USER SCOPE LABEL CREATED LAST USED STATE".split()
    assert re.match(r"   1 alice +read +desk 4, the \.\. +\d{4}-\d\d-\d\d \d+\.\d s ago +good$", rows[1]), rows
    assert re.match(r"   2 bob .* never +good$", rows[2]), rows
    gateway.stop()
    kept = keys_of(gateway)[1]["last_used"]  # by the end of the gateway
    assert kept >= used and abs(time.time() - before) < 2 * PATIENCE
    assert "label: found" in run("keys", "create", "--user", "a", "--label", "x" * 65, "--config", gateway.config, status=1, both=True)[1]


def test_a_scrape_with_a_key_is_a_use(start):
    gateway = start()
    key = gateway.key("prometheus", "--scope", "admin")
    headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "10.0.0.9"}
    assert gateway.http("/metrics", **headers)[0] == 200
    assert keys_of(gateway)[1]["last_used"]


def test_a_deleted_user_is_gone_with_keys_and_clients(start):
    gateway = start()
    gateway.key("bob")
    key = gateway.key("alice")
    with gateway.client(key) as client, gateway.client(gateway.key("bob")) as other:
        client.barrier()
        assert gateway.run("users", "delete", "alice") == (
            "alice and 1 key are deleted; the running gateway closes the clients of alice\n")
        assert client.wait_closed()[0] == 4401
        other.barrier()
        assert [user["user"] for user in json.loads(gateway.run("users", "list", "--json"))] == ["bob"]
        gateway.key("alice")  # a new one, whose key has a number of its own
        assert sorted(keys_of(gateway)) == [1, 3, 4]
    with gateway.client(False) as again:
        again.send({"action": "authenticate", "api_key": key})
        assert again.wait_closed()[0] == 4401
    error = run("users", "delete", "nobody", "--config", gateway.config, status=1, both=True)[1]
    assert "there is no user 'nobody'; see: broker-gateway users list" in error


def test_a_user_goes_back_to_the_default_brokers(start):
    gateway = start({"active_broker": "mock", "brokers": {"mock": {"plugin": "mock"}, "second": {"plugin": "mock"}}})
    with gateway.client(gateway.key("alice"), extras=True) as client:
        gateway.run("users", "set-broker", "alice", "second")
        client.next("broker_status", status="switched", broker="second")
        assert gateway.run("users", "set-broker", "alice", "--default") == (
            "alice is served by the brokers of active_broker; the running gateway moves the clients of alice\n")
        client.next("broker_status", status="switched", broker="mock")
        assert json.loads(gateway.run("users", "list", "--json"))[0]["brokers"] == []
        assert gateway.run("users", "set-broker", "alice", "--default").startswith("unchanged: ")
    for wrong in (["users", "set-broker", "alice"], ["users", "set-broker", "alice", "mock", "--default"]):
        assert "either BROKER" in run(*wrong, "--config", gateway.config, status=2, both=True)[1]


def test_keys_create_says_which_database_it_made(tmp_path):
    config = write_config(tmp_path, {})
    key, said = run("keys", "create", "--user", "u", "--config", config, both=True)
    assert key.startswith("bgw_") and len(key.split()) == 1
    assert said == f"broker-gateway: made the database {tmp_path}/state/gateway.db; no gateway runs here yet\n"
    assert run("keys", "create", "--user", "u", "--config", config, both=True)[1] == ""


@NEEDS_ROOT
def test_another_users_gateway_is_called_that():
    # Not in pytest's folder, which each of its runs closes to other users.
    with tempfile.TemporaryDirectory() as folder, Gateway(pathlib.Path(folder) / "gateway") as gateway:
        another_users_gateway_is_called_that(pathlib.Path(folder), gateway)


def another_users_gateway_is_called_that(folder, gateway):
    for opened in (folder, gateway.folder):
        opened.chmod(0o755)
    binary = folder / "broker-gateway"
    shutil.copy(BINARY, binary)
    binary.chmod(0o755)

    def refused(*words):
        done = subprocess.run([*AS_NOBODY, binary, *words, "--config", gateway.config], capture_output=True, text=True,
                              timeout=PATIENCE)
        assert done.returncode == 1, (done.stdout, done.stderr)
        assert "no gateway is running" not in done.stderr, done.stderr
        return done.stderr
    for words in (["status"], ["keys", "revoke", "1"], ["brokers", "relogin", "mock"], ["clients"], ["keys", "list"]):
        error = refused(*words)
        assert re.search(r"no permission.*belongs to user root \(mode 0\d00\), while this process runs as user nobody", error), error
    (gateway.folder / "state").chmod(0o755)  # the folder can be seen, the files in it cannot be used
    error = refused("status")
    assert "gateway.sock, which belongs to user root (mode 0600)" in error, error
    assert "gateway.db: no permission, which belongs to user root" in refused("keys", "list")
