"""A plugin's file that changes while its gateway runs: a good build takes over, a bad one is quarantined and named, and
whatever happens, no client is disconnected and the clients of the other broker miss nothing."""

import json
import os
import pathlib
import re
import select
import shutil
import signal
import time

import pytest

from crowd import Crowd
from gateway import BUILD, MOCK, PATIENCE, run

BUILDS = BUILD / "tests" / "steady"
CLIENTS = 100
ROUNDS = int(os.environ.get("GW_RELOADS") or (20 if os.environ.get("GW_LONG") == "1" else 3))
SYMBOLS = [f"S{i % 20 + 1}" for i in range(CLIENTS)]
SHARES = ["INFY", "TCS", "SBIN", "RELIANCE", "ITC"] * (CLIENTS // 5)


@pytest.fixture
def plugins(tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copyfile(BUILD / "plugins" / "mock.so", folder / "mock.so")
    put(folder, "one")
    return folder


def put(folder, build, part=1.0):
    """As cp does: into the file that is there. `part`: of the file only."""
    whole = build if isinstance(build, bytes) else (BUILDS / build / "steady.so").read_bytes()
    (folder / "steady.so").write_bytes(whole[:int(len(whole) * part)])
    (folder / "steady.so").chmod(0o644)


# A process under ThreadSanitizer waits for a second before it exits.
CALL_LIMIT = "3s" if "tsan" in BUILD.name else "1s"


def config(folder, isolation="inproc", **broker):
    return {"plugins": {"directory": str(folder), "call_limit": CALL_LIMIT}, "active_broker": "mock", "brokers": {
        "mock": {**MOCK, "settings": {"updates_per_second": 5}},
        "steady": {"plugin": "steady", "market_hours": "always", "isolation": isolation,
                   "restart": {"first": "10ms", "max": "20ms", "breaker": {"deaths": 2, "within": "10m"}}, **broker}}}


def key_of(gateway, broker):
    key = gateway.key(f"user-of-{broker}")
    gateway.run("users", "set-broker", f"user-of-{broker}", broker)
    return key


def plugin_of(gateway):
    return next(p for p in json.loads(gateway.run("status", "--json"))["plugins"] if p["file"] == "steady.so")


def figures(gateway):
    """Of the gateway and its processes: resident KiB, open descriptors, threads, and how many processes they are."""
    pids = [gateway.child.pid]
    for task in pathlib.Path(f"/proc/{pids[0]}/task").iterdir():
        pids += map(int, (task / "children").read_text().split())
    sums = [0, 0, 0, len(pids)]
    for pid in pids:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        sums[0] += int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        sums[1] += len(os.listdir(f"/proc/{pid}/fd"))
        sums[2] += int(re.search(r"Threads:\s+(\d+)", status)[1])
    return sums


def only_steps(prices):
    """Each tick came, in its order; at a change of builds the same one may come twice."""
    return all(after - before in (0, 1) for before, after in zip(prices, prices[1:]))


@pytest.mark.parametrize("isolation", ["inproc", "process"])
def test_a_good_build_takes_over_and_clients_notice_nothing(start, plugins, isolation):
    # No frames are kept for clients that come back: they would fill memory for as long as ticks come.
    gateway = start({**config(plugins, isolation), "limits": {"resume_memory": "0B"}})
    key = key_of(gateway, "steady")
    with Crowd(gateway.url, gateway.key(), SHARES) as others, Crowd(gateway.url, key, SYMBOLS, keeps_prices=True) as crowd:
        crowd.wait_updates(3)
        table = []
        for round_ in range(ROUNDS + 1):
            put(plugins, ("two", "one")[round_ % 2])
            shown = gateway.run("plugins", "reload", "steady.so")
            assert re.search(rf"steady\.so: runs another build now, version {2 - round_ % 2}\.0, SHA-256 [0-9a-f]{{64}}: no client of it has lost anything", shown), shown
            crowd.wait_updates(3)
            others.wait_updates(3)
            table.append(figures(gateway))
        print(f"\nreloads under load, {isolation}, {2 * CLIENTS} clients: round, resident KiB, descriptors, threads, processes")
        for number, row in enumerate(table, 1):
            print(f"{number:5} {row[0]:9} {row[1]:5} {row[2]:4} {row[3]:4}")
        assert not crowd.disconnected() and not others.disconnected()
        assert not crowd.gaps() and not others.gaps()
        assert all(only_steps(m.prices) for m in crowd.members), next(m.prices for m in crowd.members if not only_steps(m.prices))
        assert crowd.words() <= {"connected", "live", "quiet"}, crowd.words()
        assert table[-1][1:] == table[0][1:], "descriptors, threads or processes grow"
        if "san" not in BUILD.name:  # a sanitizer keeps what was freed
            assert table[-1][0] < table[0][0] * 1.15 + 2048, "memory grows"
    assert json.loads(gateway.run("status", "--json"))["ledger"]["unexplained"] == 0
    assert gateway.stop() == 0


def test_builds_that_are_of_no_use_any_more_take_nothing(start, plugins):
    gateway = start(config(plugins, "process"))
    whole = (BUILDS / "two" / "steady.so").read_bytes()
    with Crowd(gateway.url, key_of(gateway, "steady"), SYMBOLS[:3]) as crowd:
        table = []
        for number in range(6):
            put(plugins, whole + bytes([number]))  # another file, which says the same
            assert "runs another build now" in gateway.run("plugins", "reload", "steady.so")
            crowd.wait_updates(1)
            table.append(figures(gateway)[1:])
        assert table[-1] == table[2], table
    assert gateway.stop() == 0


@pytest.mark.parametrize("isolation", ["inproc", "process"])
def test_the_only_broker_ticks_on_after_each_change(start, plugins, isolation):
    """No other broker's ticks have routing look at its ring."""
    alone = config(plugins, isolation)
    del alone["brokers"]["mock"]
    gateway = start({**alone, "active_broker": "steady"})
    with Crowd(gateway.url, gateway.key(), SYMBOLS[:3], keeps_prices=True) as crowd:
        for build in ("two", "one", "two"):
            crowd.wait_updates(3)
            put(plugins, build)
            gateway.run("plugins", "reload", "steady.so")
            crowd.wait_updates(3)
        assert not crowd.disconnected() and not crowd.gaps() and all(only_steps(m.prices) for m in crowd.members)
    assert gateway.stop() == 0


def test_a_file_that_is_copied_over_is_taken_up_by_itself(start, plugins):
    gateway = start(config(plugins))
    with Crowd(gateway.url, key_of(gateway, "steady"), SYMBOLS[:5], keeps_prices=True) as crowd:
        crowd.wait_updates(3)
        put(plugins, "two")
        gateway.wait_line(r"steady\.so: runs another build now, version 2\.0")
        crowd.wait_updates(3)
        fresh = plugins / ".steady.so.new"  # and as install does: another file in its place
        shutil.copyfile(BUILDS / "one" / "steady.so", fresh)
        fresh.chmod(0o644)
        fresh.rename(plugins / "steady.so")
        gateway.wait_line(r"steady\.so: runs another build now, version 1\.0")
        crowd.wait_updates(3)
        assert not crowd.disconnected() and not crowd.gaps() and all(only_steps(m.prices) for m in crowd.members)
    assert gateway.stop() == 0


BAD = {
    "garbage": (b"garbage" * 1000, "found no ELF file"),
    "crashes": ("crashes", r"its process ended by signal 6 \(SIGABRT\)"),
    "exits": ("exits", "its process ended with status 0"),
    "hangs": ("hangs", r"found a plugin that does not return within [13]\.0 s"),
    "mute": ("mute", r"steady: not ready within 10\.0 s: its link is connecting"),
    "another plugin": ((BUILD / "plugins" / "mock.so"), r"file name: found steady\.so, expected mock\.so"),
}


@pytest.mark.parametrize("isolation", ["inproc", "process"])
@pytest.mark.parametrize("what", BAD)
def test_a_bad_build_is_quarantined_and_the_present_one_goes_on(start, plugins, what, isolation):
    bytes_, reason = BAD[what]
    gateway = start(config(plugins, isolation))
    with Crowd(gateway.url, gateway.key(), SHARES) as others, \
            Crowd(gateway.url, key_of(gateway, "steady"), SYMBOLS, keeps_prices=True) as crowd:
        crowd.wait_updates(3)
        put(plugins, bytes_.read_bytes() if isinstance(bytes_, pathlib.Path) else bytes_)
        gateway.wait_line(rf"steady\.so: quarantined since .*{reason}")
        gateway.wait_line(r"steady\.so: refused: .*; version 1\.0, SHA-256 [0-9a-f]{64} goes on")
        crowd.wait_updates(3)
        others.wait_updates(3)
        assert not crowd.disconnected() and not others.disconnected()
        assert not crowd.gaps() and not others.gaps() and all(only_steps(m.prices) for m in crowd.members)
        status = json.loads(gateway.run("status", "--json"))
        assert [q["file"] for q in status["quarantine"]] == ["steady.so"] and re.search(reason, status["quarantine"][0]["reason"])
        assert "steady.so: quarantined since" in " ".join(gateway.run("status").split())
        listed = run("plugins", "list", "--config", gateway.config)
        assert re.search(rf"steady\.so: refused: quarantined since .*{reason}", listed), listed
        assert "steady.so: loaded: steady 1.0" in listed, "the build that was kept"
    assert gateway.stop() == 0


def test_half_a_file_does_nothing_and_the_whole_one_is_taken_up(start, plugins):
    gateway = start(config(plugins))
    for part in (0, 0.5):
        put(plugins, "two", part)
        gateway.wait_line(r"steady\.so: not a whole file yet")
    put(plugins, "two")
    gateway.wait_line(r"steady\.so: runs another build now, version 2\.0")
    assert json.loads(gateway.run("status", "--json"))["quarantine"] == []
    assert gateway.stop() == 0


def test_the_quarantine_and_the_kept_build_outlive_the_gateway(start, plugins):
    gateway = start(config(plugins))
    put(plugins, "crashes")
    gateway.wait_line(r"steady\.so: quarantined since")
    gateway.wait_line(r"version 1\.0, SHA-256 [0-9a-f]{64} goes on")
    assert gateway.stop() == 0
    again = start(config(plugins))
    again.wait_line(r"steady\.so: refused: quarantined since .*SIGABRT")
    again.wait_line(r"steady\.so: going on with the build that was kept")
    with Crowd(again.url, key_of(again, "steady"), SYMBOLS[:3]) as crowd:
        crowd.wait_updates(3)
        assert plugin_of(again)["version"] == "1.0"
        doctor = " ".join(again.run("doctor", status=(0, 1)).split())
        assert "plugin steady.so: steady.so: refused: quarantined since" in doctor and "a build that was kept runs" in doctor, doctor
        put(plugins, "two")  # the mended one
        again.wait_line(r"steady\.so: runs another build now, version 2\.0")
        crowd.wait_updates(3)
        assert not crowd.disconnected() and not crowd.gaps()
    assert again.stop() == 0


def test_an_operator_goes_back_and_forward(start, plugins):
    gateway = start(config(plugins))
    assert "there is no build before" in run("plugins", "rollback", "steady", "--config", gateway.config, status=1, both=True)[1]
    with Crowd(gateway.url, key_of(gateway, "steady"), SYMBOLS[:3], keeps_prices=True) as crowd:
        crowd.wait_updates(2)
        put(plugins, "two")
        gateway.wait_line(r"steady\.so: runs another build now, version 2\.0")
        assert "version 1.0" in gateway.run("plugins", "rollback", "steady.so")
        assert plugin_of(gateway)["version"] == "1.0"
        crowd.wait_updates(2)
        refused = run("plugins", "reload", "steady.so", "--config", gateway.config, status=1, both=True)[1]
        assert "quarantined since" in refused and "an operator went back" in refused
        digits = json.loads(gateway.run("status", "--json"))["quarantine"][0]["sha256"][:8]
        gateway.run("plugins", "quarantine", "--remove", digits)
        assert "version 2.0" in gateway.run("plugins", "reload", "steady.so")
        crowd.wait_updates(2)
        assert not crowd.disconnected() and not crowd.gaps() and all(only_steps(m.prices) for m in crowd.members)
        gateway.run("plugins", "quarantine", "steady.so")
        assert plugin_of(gateway)["version"] == "2.0", "what runs goes on"
        assert "found 0 files" in run("plugins", "quarantine", "--remove", "ffff0000ffff", "--config", gateway.config, status=1, both=True)[1]
    assert gateway.stop() == 0


def test_a_build_whose_process_keeps_dying_is_left_for_the_one_before(start, plugins):
    gateway = start(config(plugins, "process"))
    with Crowd(gateway.url, gateway.key(), SHARES) as others, Crowd(gateway.url, key_of(gateway, "steady"), SYMBOLS) as crowd:
        crowd.wait_updates(2)
        put(plugins, "dies")
        gateway.wait_line(r"steady\.so: runs another build now, version 7\.0")
        gateway.wait_line(r"steady\.so: quarantined since .*SIGABRT.*2 times within")
        gateway.wait_line(r"steady\.so: runs another build now, version 1\.0")
        crowd.wait_updates(3)
        others.wait_updates(3)
        assert not crowd.disconnected() and not others.disconnected() and not others.gaps()
    assert gateway.stop() == 0


def test_where_the_account_allows_one_session_the_old_one_ends_first(start, plugins):
    put(plugins, "lone_one")
    gateway = start(config(plugins))
    with Crowd(gateway.url, gateway.key(), SHARES) as others, Crowd(gateway.url, key_of(gateway, "steady"), SYMBOLS) as crowd:
        crowd.wait_updates(2)
        put(plugins, "lone_two")
        shown = gateway.wait_line(r"steady\.so: runs another build now, version 9\.0.*")[0]
        assert "links ended before others began, because the account allows 1 connection, and 1 is open" in shown
        crowd.wait_updates(3)
        others.wait_updates(3)
        assert not crowd.disconnected() and not others.disconnected() and not others.gaps()
        assert "disconnected" in crowd.words(), "its clients are told"
        put(plugins, "mute")
        gateway.wait_line(r"steady\.so: quarantined since .*steady: not connected within 10\.0 s")
        crowd.wait_updates(3)
        assert not crowd.disconnected() and not others.disconnected() and not others.gaps()
        assert plugin_of(gateway)["version"] == "9.0"
    assert gateway.stop() == 0


def test_a_bad_file_at_the_start_costs_itself_alone(start, plugins):
    put(plugins, "crashes")
    gateway = start(config(plugins))
    gateway.wait_line(r"steady\.so: refused: .*load: found that its process ended by signal 6 \(SIGABRT\)")
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        client.data()
    put(plugins, "hangs")
    gateway.wait_line(r"steady\.so: quarantined since .*does not return within [13]\.0 s")
    put(plugins, "one")
    gateway.wait_line(r"steady\.so: loaded, version 1\.0")
    assert gateway.stop(signal.SIGTERM) == 0
    put(plugins, "crashes")
    again = start(config(plugins))
    again.wait_line(r"steady\.so: refused: quarantined since .*SIGABRT")
    assert [q["file"] for q in json.loads(again.run("status", "--json"))["quarantine"]] == ["steady.so", "steady.so"]
    assert again.stop() == 0


def test_settings_that_do_not_fit_are_no_fault_of_the_file(start, plugins):
    gateway = start(config(plugins))
    put(plugins, "needs")
    gateway.wait_line(r"steady\.so: .*gateway\.yaml:.*brokers\.steady\.settings.*; the build before goes on")
    status = json.loads(gateway.run("status", "--json"))
    assert status["quarantine"] == [] and plugin_of(gateway)["version"] == "1.0"
    assert gateway.stop() == 0


def children_of(process, word):
    found = []
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            if word.encode() in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


def test_the_end_waits_neither_for_an_inspection_nor_for_a_link_that_gets_ready(start, plugins):
    gateway = start({**config(plugins), "plugins": {"directory": str(plugins), "call_limit": "1h"}})
    put(plugins, "mute")
    gateway.wait_line(r"steady\.so: taking up another build, version 6\.0")
    assert gateway.stop() == 0
    put(plugins, "one")
    again = start({**config(plugins), "plugins": {"directory": str(plugins), "call_limit": "1h"}})
    put(plugins, "hangs")
    give_up = time.monotonic() + PATIENCE
    while not (found := children_of(again.child.pid, "inspect-plugin")):
        assert time.monotonic() < give_up, again.text()
    handle = os.pidfd_open(found[0])
    assert again.stop() == 0
    assert select.select([handle], [], [], PATIENCE)[0], "it still runs"
    os.close(handle)


def test_run_by_hand_the_inspection_says_what_it_is():
    assert "the gateway runs this command itself" in run("inspect-plugin", status=2, both=True)[1]
