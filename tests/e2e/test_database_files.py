"""The database as a file, under the hands of operators: locked, replaced, deleted, backed up and restored."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess

import pytest

from disks import fill_disk, small_disk
from gateway import BINARY, Client, Gateway, Process, run, write_config

CHANGES = [["keys", "create", "--user", "new"], ["keys", "revoke", "1"], ["users", "set-broker", "user", "mock"]]


def database_of(gateway):
    return gateway.folder / "state" / "gateway.db"


def other_database(folder, name="other"):
    """A whole database with the key of a user of its own; file and key."""
    config = write_config(folder / name, {})
    key = run("keys", "create", "--user", "restored", "--config", config).strip()
    file = folder / name / "copy.db"
    run("backup", file, "--config", config)
    return file, key


def test_two_gateways_never_serve_one_database_by_whatever_path(start, tmp_path):
    first = start()
    (tmp_path / "link.db").symlink_to(database_of(first))
    for path in (database_of(first), tmp_path / "link.db"):
        second = write_config(tmp_path / "second", {"database": str(path)})
        _, error = run("run", "--config", second, status=1, both=True)
        assert "another gateway" in error and f"process {first.child.pid}" in error, error
    first.run("status")


def test_of_two_that_start_at_once_one_serves(tmp_path):
    config = write_config(tmp_path, {})
    ready = tmp_path / "ready.json"
    both = [Process([BINARY, "run", "--config", config, "--ready-file", ready]) for _ in range(2)]
    for process in both:
        process.wait_line(r"ready: serving|another gateway")
    refused = [p for p in both if "another gateway" in p.text()]
    assert len(refused) == 1 and refused[0].wait() == 1
    serves = next(p for p in both if p is not refused[0])
    assert f"process {serves.child.pid}" in refused[0].text()
    assert serves.stop() == 0


def test_the_database_is_its_owners_from_the_first_moment(tmp_path):
    config = write_config(tmp_path, {})
    before = os.umask(0)
    try:
        run("keys", "create", "--user", "a", "--config", config)
    finally:
        os.umask(before)
    for file in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_a_database_that_was_put_in_its_place_is_taken_up(start, tmp_path):
    gateway = start()
    old = gateway.key()
    copy, new = other_database(tmp_path)
    with gateway.client(old) as client, gateway.client(gateway.key("also"), extras=True) as watched:
        watched.subscribe("RELIANCE", "NSE", 2)
        seq = watched.data(mode=2)["seq"]
        os.replace(copy, database_of(gateway))
        gateway.wait_line("is another file than before")
        assert client.wait_closed()[0] == 4401
        assert watched.wait_closed()[0] == 4401  # its key is not of that database either
        assert seq > 0
    with gateway.client(new) as client:
        gateway.run("keys", "revoke", "1")
        assert client.wait_closed()[0] == 4401


@pytest.mark.parametrize("command", CHANGES, ids=lambda c: c[1])
def test_a_change_that_the_gateway_does_not_see_is_not_made(start, command):
    gateway = start()
    key = gateway.key()
    with gateway.client(key, extras=True) as client:
        client.subscribe("RELIANCE", "NSE", 2)
        seq = client.data(mode=2)["seq"]
        kept = gateway.folder / "kept.db"
        database_of(gateway).rename(kept)
        _, error = run(*command, "--config", gateway.config, status=1, both=True)
        assert "nothing was changed" in error and "gone" in error, error
        assert not database_of(gateway).exists()
        gateway.wait_line("its file is gone")
        rows = " ".join(gateway.run("status", status=0).split())
        assert rows.startswith("ready: everything wanted is served PROBLEM: database ") and "its file is gone" in rows
        code, body = gateway.http("/readyz")
        problem, = json.loads(body)["problems"]
        assert code == 200 and problem["status"] == "database" and "its file is gone" in problem["text"]
        assert "\ngateway_database_problem 1\n" in gateway.http("/metrics")[1]
        found = gateway.run("doctor", status=1)
        assert "its file is gone" in found and "is not there yet" not in found
        assert client.data(mode=2)["seq"] == seq + 1
        kept.rename(database_of(gateway))
        gateway.wait_line("can be read again")
        gateway.run(*command)


def test_rubbish_in_its_place_leaves_keys_and_instruments_as_they_were(start):
    gateway = start()
    key = gateway.key()
    rubbish = gateway.folder / "rubbish"
    rubbish.write_text("no database at all " * 1000)
    os.replace(rubbish, database_of(gateway))
    gateway.wait_line("was replaced.*going on with the keys and instruments known before")
    with gateway.client(key) as client:
        assert client.subscribe("RELIANCE", "NSE", 2)["status"] == "success"
        client.data(mode=2)
        gateway.wait_line("is another file than before|file is not a database")
        client.data(mode=2)


def test_a_full_disk_changes_nothing_and_stops_nothing(start, tmp_path):
    with small_disk(tmp_path / "disk", "4m") as disk:
        gateway = start({"database": str(disk / "gateway.db")})
        key = gateway.key()
        with gateway.client(key, extras=True) as client:
            client.subscribe("RELIANCE", "NSE", 2)
            seq = client.data(mode=2)["seq"]
            filler = fill_disk(disk)
            for user in range(200):  # the pages that the database has may do for some
                said = run("keys", "create", "--user", f"u{user}", "--config", gateway.config, status=(0, 1), both=True)[1]
                if said:
                    break
            assert "disk is full" in said, said
            assert all(client.data(mode=2)["seq"] == seq + 1 + i for i in range(20))
            with gateway.client(key) as other:
                assert other.subscribe("INFY", "NSE", 1)["status"] == "success"
            filler.unlink()
            gateway.key("later")
        assert gateway.stop() == 0


def test_a_backup_is_whole_private_and_restored(tmp_path):
    copy = tmp_path / "copy.db"
    with Gateway(tmp_path / "gateway") as gateway:
        key = gateway.key()
        assert str(copy) in gateway.run("backup", copy)
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        _, error = run("backup", copy, "--config", gateway.config, status=1, both=True)
        assert "--force" in error
        gateway.run("backup", copy, "--force")
        _, error = run("restore", copy, "--config", gateway.config, status=1, both=True)
        assert "another gateway" in error and f"process {gateway.child.pid}" in error
        gateway.run("keys", "revoke", "1")
    said = run("restore", copy, "--config", gateway.config)
    former = next((tmp_path / "gateway" / "state").glob("gateway.db.before-*"))
    assert str(former) in said
    with Gateway(tmp_path / "gateway") as gateway, gateway.client(key) as client:
        assert client.subscribe("RELIANCE", "NSE", 2)["status"] == "success"


def test_what_is_no_good_database_is_not_restored(tmp_path):
    config = write_config(tmp_path, {})
    run("keys", "create", "--user", "a", "--config", config)
    copy = tmp_path / "copy.db"
    run("backup", copy, "--config", config)
    before = (tmp_path / "state" / "gateway.db").read_bytes()
    bad = {}
    bad["text"] = tmp_path / "text"
    bad["text"].write_text("hello " * 1000)
    bad["missing"] = tmp_path / "missing"
    bad["damaged"] = tmp_path / "damaged"
    whole = bytearray(copy.read_bytes())
    for at in range(5000, len(whole), 7):
        whole[at] ^= 0xff
    bad["damaged"].write_bytes(whole)
    for name, sql in (("foreign", "CREATE TABLE songs (title TEXT)"), ("newer", "PRAGMA user_version=9999")):
        bad[name] = tmp_path / name
        if name == "newer":
            shutil.copy(copy, bad[name])
        with sqlite3.connect(bad[name]) as made:
            made.execute(sql)
        made.close()
    for name, file in bad.items():
        _, error = run("restore", file, "--config", config, status=1, both=True)
        assert str(file) in error, (name, error)
    assert (tmp_path / "state" / "gateway.db").read_bytes() == before


EDITED = '{"database": "state/gateway.db",\n "server": {"port": \n'


def test_a_half_edited_file_locks_nobody_out(start):
    gateway = start()
    key = gateway.key()
    gateway.key("second")
    with gateway.client(key) as client:
        good = gateway.config.read_text()
        gateway.config.write_text(EDITED)
        assert json.loads(gateway.run("status", "--json"))["port"] == gateway.port
        assert "mock" in gateway.run("status")
        gateway.run("brokers", "relogin", "mock")
        gateway.run("brokers", "retry", "mock")
        gateway.run("keys", "list")
        gateway.run("users", "list")
        gateway.run("users", "set-broker", "user", "mock")
        _, error = run("users", "set-broker", "user", "mok", "--config", gateway.config, status=2, both=True)
        assert "did you mean 'mock'" in error
        gateway.run("backup", gateway.folder / "copy.db")
        _, error = run("keys", "revoke", "1", "--config", gateway.config, both=True)
        assert "cannot be used" in error
        assert client.wait_closed()[0] == 4401
        with Client(gateway.url) as other:
            other.authenticate(gateway.key("third"))
        gateway.config.write_text(good)


def test_a_half_edited_file_says_where_another_database_is(tmp_path):
    with Gateway(tmp_path, {"database": "elsewhere/b.db"}) as gateway:
        good = gateway.config.read_text()
        for text in ('database: elsewhere/b.db  # ours\nserver: {port: [\n', "database: 'elsewhere/b.db'\nserver: {{{",
                     good.replace("}", "")):
            gateway.config.write_text(text)
            gateway.run("status")
        gateway.config.write_text("server: {")
        _, error = run("status", "--config", gateway.config, status=1, both=True)
        assert "no gateway is running" in error and "cannot be used" in error
        gateway.run("status", "--socket", tmp_path / "elsewhere" / "b.sock")
        gateway.config.write_text(good)


READERS = [["keys", "list"], ["users", "list"], ["keys", "revoke", "1"], ["users", "delete", "a"],
           ["users", "set-broker", "a", "mock"], ["backup", "copy.db"], ["instruments", "search", "x", "--broker", "zerodha"]]


@pytest.mark.parametrize("command", READERS, ids=lambda c: "-".join(c[:2]))
def test_only_what_is_meant_to_make_a_database_makes_one(tmp_path, command):
    config = write_config(tmp_path, {"brokers": {"mock": {}, "zerodha": {"enabled": False}}})
    out, error = run(*command, "--config", config, status=1, both=True, cwd=tmp_path)
    assert out == "" and len(error.splitlines()) == 1
    assert f"there is no database at {tmp_path / 'state' / 'gateway.db'}" in error and "keys create" in error, error
    assert [file.name for file in tmp_path.iterdir()] == ["gateway.yaml"]


def test_a_list_that_is_built_in_needs_no_database(tmp_path):
    config = write_config(tmp_path, {})
    assert "RELIANCE" in run("instruments", "search", "reliance", "--config", config)
    assert [file.name for file in tmp_path.iterdir()] == ["gateway.yaml"]


def test_a_database_that_a_failed_key_made_is_named(tmp_path):
    config = write_config(tmp_path, {})
    _, error = run("keys", "create", "--user", "a b\n", "--config", config, status=1, both=True)
    assert f"made the database {tmp_path / 'state' / 'gateway.db'}" in error, error


@pytest.mark.parametrize("command", READERS, ids=lambda c: "-".join(c[:2]))
def test_a_reader_puts_no_empty_database_under_a_running_gateway(start, command):
    gateway = start({"brokers": {"mock": {}, "zerodha": {"enabled": False}}})
    with gateway.client(gateway.key()) as client:
        database_of(gateway).unlink()
        _, error = run(*command, "--config", gateway.config, status=1, both=True, cwd=gateway.folder)
        assert ("its file is gone" if command[0] != "instruments" else "there is no database") in error, error
        assert not database_of(gateway).exists()
        gateway.wait_line("its file is gone")
        client.barrier()


OWN = ["gateway.yaml", "state/gateway.db", "state/gateway.db-wal", "state/gateway.db-shm", "state/gateway.db.lock",
       "state/gateway.sock", "gateway.log"]


def sign_of(path):
    info = os.lstat(path)
    return info.st_ino, info.st_mode


@pytest.mark.parametrize("name", OWN)
def test_a_backup_replaces_none_of_the_gateways_own_files(start, name):
    gateway = start()
    if name == "gateway.log":
        gateway.stop()
        config = json.loads(gateway.config.read_text())
        gateway.config.write_text(json.dumps({**config, "log": {"file": name}}))
        (gateway.folder / name).write_text("a line\n")
    own = gateway.folder / name
    if name.endswith(("wal", "shm")):
        gateway.key()
        gateway.key("b")
    before = sign_of(own) if own.exists() else None
    _, error = run("backup", "--force", own, "--config", gateway.config, status=1, both=True)
    assert error.startswith(f"broker-gateway: backup {own}: found the ") and "expected a" in error, error
    assert (sign_of(own) if own.exists() else None) == before


@pytest.mark.parametrize("kind", ["fifo", "link", "folder"])
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_a_backup_replaces_a_regular_file_only(tmp_path, kind, force):
    config = write_config(tmp_path, {})
    run("keys", "create", "--user", "a", "--config", config)
    target = tmp_path / "target"
    {"fifo": os.mkfifo, "link": lambda path: path.symlink_to("none"), "folder": lambda path: path.mkdir()}[kind](target)
    before = sign_of(target)
    _, error = run("backup", target, *force, "--config", config, status=1, both=True)
    assert f"backup {target}: found a " in error and "expected a regular file" in error, error
    assert sign_of(target) == before


def test_a_backup_touches_no_file_beside_it(tmp_path):
    config = write_config(tmp_path, {})
    run("keys", "create", "--user", "a", "--config", config)
    (tmp_path / "b.new").write_text("mine")
    run("backup", tmp_path / "b", "--config", config)
    assert (tmp_path / "b.new").read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b", "b.new", "gateway.yaml", "state"]


@pytest.mark.parametrize("name, found", [
    ("gateway.yaml", "the configuration file"), ("state/gateway.db", "the database"), ("fifo", "a named pipe"),
    ("folder", "a folder"), ("link", "a symbolic link")])
def test_a_ready_file_replaces_a_regular_file_only(tmp_path, name, found):
    config = write_config(tmp_path, {})
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("gateway.yaml")
    before = config.read_text()
    _, error = run("run", "--config", config, "--ready-file", tmp_path / name, status=1, both=True)
    assert f"--ready-file {tmp_path / name}: found {found}, expected " in error, error
    assert config.read_text() == before and not list(tmp_path.glob("*.new"))


def users_of(config):
    return [row["user"] for row in json.loads(run("users", "list", "--json", "--config", config))]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_restore_that_is_killed_leaves_the_former_or_the_new_database(tmp_path):
    """Killed before and after each call that changes a name."""
    copy, _ = other_database(tmp_path)
    calls = "rename,renameat,renameat2,link,linkat,unlink,unlinkat"
    traced = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # it cannot, when traced
    for number in range(1, 40):
        folder = tmp_path / str(number)
        config = write_config(folder, {})
        run("keys", "create", "--user", "former", "--config", config)
        done = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                               f"inject={calls}:signal=KILL:when={number}", BINARY, "restore", copy, "--config", config],
                              capture_output=True, text=True, timeout=60, env=traced)
        if done.returncode == 0:
            break
        assert database_at(folder).stat().st_size > 0, number
        assert users_of(config) in (["former"], ["restored"]), number
    assert number > 2 and users_of(config) == ["restored"]


def database_at(folder):
    return folder / "state" / "gateway.db"


def test_no_log_of_a_former_database_is_applied_to_a_restored_one(tmp_path):
    copy, _ = other_database(tmp_path)
    config = write_config(tmp_path / "here", {})
    run("keys", "create", "--user", "former", "--config", config)
    state = tmp_path / "here" / "state"
    with sqlite3.connect(state / "gateway.db") as writer:
        writer.execute("UPDATE users SET name = 'in-the-log'")
    left = {part: (state / f"gateway.db{part}").read_bytes() for part in ("", "-wal")}
    writer.close()
    for part, content in left.items():  # as a crash leaves them
        (state / f"gateway.db{part}").write_bytes(content)
    assert left["-wal"]
    run("restore", copy, "--config", config)
    assert users_of(config) == ["restored"]
    former = next(state.glob("gateway.db.before-*"))
    with sqlite3.connect(former) as old:
        assert {name for name, in old.execute("SELECT name FROM users")} == {"in-the-log"}
    old.close()


def test_a_log_without_its_database_is_not_applied_to_a_restored_one(tmp_path):
    copy, _ = other_database(tmp_path)
    config = write_config(tmp_path / "here", {})
    run("keys", "create", "--user", "former", "--config", config)
    database_at(tmp_path / "here").unlink()
    orphan = tmp_path / "here" / "state" / "gateway.db-wal"
    orphan.write_bytes(b"of another file")
    run("restore", copy, "--config", config)
    assert not orphan.exists() and users_of(config) == ["restored"]
