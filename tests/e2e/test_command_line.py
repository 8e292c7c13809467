"""Commands, exit statuses and what they print."""

import json
import os
import re
import signal
import stat

import pytest

from gateway import BINARY, SOURCE, Process, run, write_config


@pytest.fixture
def config(tmp_path):
    return write_config(tmp_path, {})


def problems(tmp_path, text, status=2):
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    out, err = run("check-config", "--config", path, status=status, both=True)
    return [line.replace(str(path), "F") for line in (out + err).splitlines()]


def test_the_shipped_file_passes():
    run("check-config", "--config", SOURCE / "gateway.yaml")


def test_an_empty_file_passes(tmp_path):
    (tmp_path / "gateway.yaml").write_text("")
    run("check-config", cwd=tmp_path)


def test_every_problem_is_told_at_once(tmp_path):
    lines = problems(tmp_path, "server:\n  prot: 8765\n  ping_interval: 30\nlog: {level: loud}\nbrokers:\n"
                               "  mock:\n    plugin: mock\n    settings: {sed: 1, updates_per_second: many}\n")
    assert len(lines) == 5
    assert lines[0].startswith("F:2: server.prot: found an unknown key, expected ") and "port" in lines[0]
    assert "did you mean 'port'?" in lines[0]
    assert lines[1].startswith("F:3: server.ping_interval: found 30, expected ")
    assert lines[2].startswith("F:4: log.level: found loud, expected ")
    assert lines[3].startswith("F:8: brokers.mock.settings.") and lines[4].startswith("F:8: brokers.mock.settings.")
    assert any("did you mean 'seed'?" in line for line in lines)


def test_the_calendar_beside_the_file_is_checked_and_run_refuses_a_broken_one(tmp_path, config):
    calendar = tmp_path / "config" / "calendar.yaml"
    calendar.parent.mkdir()
    calendar.write_text('exchanges: {NSE: {open: "09:15-15:30"}}\nholidays:\n  - {date: tomorrow}\n')
    expected = f"{calendar}:3: holidays.date: found tomorrow, expected a date, like 2026-12-31"
    assert run("check-config", "--config", config, status=2).splitlines() == [expected]
    assert run("run", "--config", config, status=2, both=True)[1].splitlines() == [expected]
    calendar.write_text('exchanges: {NSE: {open: "09:15-15:30"}}\n')
    run("check-config", "--config", config)


def test_settings_of_a_disabled_broker_are_not_checked(tmp_path):
    problems(tmp_path, "brokers:\n  mock: {enabled: false, plugin: mock, settings: {nonsense: 1}}\n", 0)
    problems(tmp_path, "brokers:\n  mock: {}\n  zerodha: {enabled: false, settings: {nonsense: 1}}\n", 0)


def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path):
    lines = problems(tmp_path, "brokers:\n  mock: {}\n  zerodha:\n    settings:\n      api_key: k\n"
                               "      access_token: hunter2hunter2\n")
    assert len(lines) == 1 and lines[0].startswith("F:6: brokers.zerodha.settings.access_token")
    assert "hunter2" not in lines[0] and "${env:" in lines[0]


def test_what_only_the_plugin_knows_is_checked_too(tmp_path):
    assert problems(tmp_path, "brokers:\n  mock:\n    settings:\n      updates_per_second: 5e9\n") == [
        "F:4: brokers.mock.settings.updates_per_second: found 5e9, expected a number from 1/60 (0.0167, one a minute) "
        "to 1000000"]


def test_check_config_as_json(tmp_path, config):
    assert json.loads(run("check-config", "--json", "--config", config)) == []
    bad = tmp_path / "bad.yaml"
    bad.write_text("servr: {}\n")
    found = json.loads(run("check-config", "--json", "--config", bad, status=2))
    assert found[0]["line"] == 1 and found[0]["key"] == "servr"


@pytest.mark.parametrize("arguments", [
    [], ["dance"], ["keys"], ["keys", "create"], ["keys", "revoke"], ["run", "--no-such"], ["keys", "create", "--user", "u",
    "--scope", "all"], ["keys", "create", "--user", "u", "--expires", "soon"], ["instruments", "import"],
    ["watch", "RELIANCE"], ["watch", "RELIANCE.NSE", "--mode", "all"], ["keys", "revoke", "x"]])
def test_wrong_usage_is_2(arguments, config):
    _, error = run(*arguments, *(["--config", config] if arguments else []), status=2, both=True)
    assert error


@pytest.mark.parametrize("words, expected", [
    (["staus"], "staus: no such command; did you mean status?"),
    (["keys", "lst"], "lst: no such command; did you mean list?"),
    (["--config", "x", "wach", "INFY.NSE"], "wach: no such command; did you mean watch?"),
    (["watch", "INFY.NSE", "--dept", "5"], "--dept: no such option of watch; did you mean --depth?"),
    (["search", "NIFTY"], "search: no such command; did you mean instruments search?"),
    (["users", "xyzzyxyzzy"], "xyzzyxyzzy: no such command; expected one of list, set-broker, delete")])
def test_an_unknown_word_is_named_with_what_it_may_mean(words, expected):
    assert run(*words, status=2, both=True) == ("", f"broker-gateway: {expected}\n")


def test_help_as_a_word_is_the_option(tmp_path):
    assert run("help") == run("--help")
    assert run("help", "keys", "create") == run("keys", "create", "--help")


@pytest.mark.parametrize("number", ["abc", "0", "99999999999999999999"])
def test_a_key_is_named_by_its_number(number, config):
    assert run("keys", "revoke", number, "--config", config, status=2, both=True)[1] == (
        f"broker-gateway: keys revoke: found {number}, expected the number of a key, as keys list shows it\n")


def commands_of(text):
    return re.findall(r"^  ([a-z][a-z-]*)(?: |$)", text.partition("Subcommands:")[2].partition("Example")[0], re.M)


def test_help_fits_80_columns_and_names_what_to_do_next():
    seen, waiting = [], [[]]
    while waiting:
        words = waiting.pop()
        text = run(*words, "--help")
        assert max(map(len, text.splitlines())) <= 80, text
        seen.append(words)
        waiting += [[*words, command] for command in commands_of(text)]
    assert ["watch"] in seen and ["keys", "create"] in seen and len(seen) > 20
    assert "broker-gateway watch RELIANCE.NSE" in run("--help") + run("watch", "--help")


@pytest.mark.parametrize("command", [["run"], ["check-config"], ["keys", "list"], ["plugins", "list"], ["status"]])
def test_a_named_file_that_is_missing_is_2(tmp_path, command):
    _, error = run(*command, "--config", tmp_path / "none.yaml", status=2, both=True)
    assert "none.yaml" in error


def test_config_is_taken_before_and_after_the_command(config):
    run("keys", "create", "--user", "u", "--config", config)
    run("--config", config, "users", "list")
    run("users", "--config", config, "list")
    run("users", "list", "--config", config)


def test_without_a_file_the_embedded_one_and_the_state_home(tmp_path):
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    run("keys", "create", "--user", "u", env=env, cwd=tmp_path)
    assert (tmp_path / "state" / "broker-gateway").is_dir()
    assert [u["user"] for u in json.loads(run("users", "list", "--json", env=env, cwd=tmp_path))] == ["u"]


def test_keys(config, tmp_path):
    key = run("keys", "create", "--user", "alice", "--scope", "admin", "--expires", "30d", "--config", config)
    assert key.endswith("\n") and len(key.split()) == 1
    for path in (tmp_path / "state").rglob("gateway.db*"):
        assert key.strip().encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    row, = json.loads(run("keys", "list", "--json", "--config", config))
    assert (row["user"], row["scope"], row["revoked"]) == ("alice", "admin", None) and row["expires"]
    run("keys", "revoke", row["id"], "--config", config)
    assert json.loads(run("keys", "list", "--json", "--config", config))[0]["revoked"]
    assert "alice" in run("keys", "list", "--config", config)
    _, error = run("keys", "revoke", 999, "--config", config, status=1, both=True)
    assert "999" in error


def test_users(config):
    run("keys", "create", "--user", "alice", "--config", config)
    run("users", "set-broker", "alice", "mock", "--config", config)
    assert json.loads(run("users", "list", "--json", "--config", config))[0]["brokers"] == ["mock"]
    _, error = run("users", "set-broker", "alice", "mokc", "--config", config, status=2, both=True)
    assert "did you mean 'mock'?" in error
    _, error = run("users", "set-broker", "alice", "mock,mock", "--config", config, status=2, both=True)
    assert error == "broker-gateway: brokers: found 'mock' twice, expected each broker once\n"
    run("users", "set-broker", "nobody", "mock", "--config", config, status=1)


REAL = {"plugin": "zerodha", "settings": {"api_key": "k", "access_token": "${file:not/yet}"}}
BESIDE = "mock, whose prices are simulated, beside zerodha"
EXPECTED = "real brokers only, or simulated ones only, or allow_simulated: true"


def test_simulated_prices_beside_real_ones_are_an_error(tmp_path):
    brokers = {"mock": {"plugin": "mock"}, "second": {"plugin": "mock"}, "zerodha": REAL}
    path = write_config(tmp_path, {"active_broker": ["zerodha", "mock"], "brokers": brokers})
    out = run("check-config", "--config", path, status=2)
    assert out.startswith(f"{path}:") and out.endswith(f": active_broker: found {BESIDE}, expected {EXPECTED}\n")
    _, error = run("run", "--config", path, status=2, both=True)
    assert f"active_broker: found {BESIDE}, expected {EXPECTED}" in error
    write_config(tmp_path, {"active_broker": ["zerodha", "mock"], "allow_simulated": True, "brokers": brokers})
    run("check-config", "--config", path)
    for alone in ("zerodha", ["mock", "second"]):
        write_config(tmp_path, {"active_broker": alone, "brokers": brokers})
        run("check-config", "--config", path)


def test_a_users_own_list_mixes_no_simulated_prices_either(tmp_path):
    brokers = {"mock": {"plugin": "mock"}, "zerodha": REAL}
    path = write_config(tmp_path, {"active_broker": "zerodha", "brokers": brokers})
    run("keys", "create", "--user", "alice", "--config", path)
    _, error = run("users", "set-broker", "alice", "zerodha,mock", "--config", path, status=2, both=True)
    assert f"found {BESIDE}, expected {EXPECTED}" in error
    run("users", "set-broker", "alice", "mock", "--config", path)
    write_config(tmp_path, {"active_broker": "zerodha", "allow_simulated": True, "brokers": brokers})
    run("users", "set-broker", "alice", "zerodha,mock", "--config", path)
    run("check-config", "--config", path)
    # What was allowed then is not any more.
    write_config(tmp_path, {"active_broker": "zerodha", "brokers": brokers})
    for command in ("check-config", "run"):
        out, error = run(command, "--config", path, status=2, both=True)
        assert f"brokers of user alice: found {BESIDE}" in out + error and "users set-broker alice BROKER" in out + error


def test_a_reload_that_would_mix_them_is_refused(start):
    gateway = start({"active_broker": "mock", "brokers": {"mock": {"plugin": "mock"}, "zerodha": REAL}})
    text = gateway.config.read_text()
    gateway.config.write_text(text.replace('"active_broker": "mock"', '"active_broker": ["mock", "zerodha"]'))
    gateway.reload()
    gateway.wait_line(f"active_broker: found {BESIDE}, expected {EXPECTED}")
    gateway.wait_line("is refused as a whole")


def test_simulated_prices_are_called_that(start):
    gateway = start()
    gateway.wait_line("mock: its prices are simulated")
    with gateway.client(key=False) as client:
        answer = client.authenticate(gateway.key(), extras=True)
        assert answer["broker"] == "mock" and answer["simulated"] is True
        assert client.ask({"action": "get_broker_info"})["simulated"] is True
    with gateway.client(key=False) as client:
        assert "simulated" not in client.authenticate(gateway.key())
        assert client.ask({"action": "get_broker_info"})["simulated"] is True
    assert "simulated prices" in gateway.run("status")
    status = json.loads(gateway.run("status", "--json"))
    assert status["brokers"][0]["simulated"] is True and status["groups"][0]["simulated"] is True
    env = {**gateway.env, "BROKER_GATEWAY_KEY": gateway.key()}
    with Process([BINARY, "watch", "INFY.NSE", "--config", gateway.config], env=env) as watch:
        watch.wait_line("broker mock: simulated prices")
        assert watch.stop(signal.SIGINT) == 0


def test_prices_of_a_real_broker_are_not_called_simulated(start):
    gateway = start({"active_broker": "zerodha", "brokers": {"zerodha": REAL}})
    with gateway.client() as client:
        assert "simulated" not in client.ask({"action": "get_broker_info"})
    assert "simulated prices" not in gateway.run("status")


def test_a_folder_without_a_file_says_that_prices_are_simulated(tmp_path):
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    with Process([BINARY, "run"], cwd=tmp_path, env=env) as gateway:
        gateway.wait_line(r"warning +gateway +no gateway.yaml found: serving simulated prices of the mock broker")
        gateway.wait_line("ready: serving clients")
        assert gateway.stop() == 0


def test_instruments_import_reports_rows_and_reasons(config, tmp_path):
    head = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
            "instrument_type,segment,exchange\n")
    path = tmp_path / "list.csv"
    path.write_text(head + "408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE\nx,1,A,A,0,,0,0.05,1,EQ,NSE,NSE\n"
                    "408066,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE\n")
    out = run("instruments", "import", "--broker", "zerodha", path, "--config", config).splitlines()
    assert out[0] == "3 rows read, 1 kept, 2 skipped"
    assert out[1].strip().startswith("line 3: instrument_token: found 'x'")
    assert out[2].strip() == "line 4: duplicate of line 2: INFY.NSE"
    rows = json.loads(run("instruments", "search", "infy", "--broker", "zerodha", "--json", "--config", config))
    assert [(r["symbol"], r["exchange"], r["token"]) for r in rows] == [("INFY", "NSE", "408065")]
    path.write_text("<html>")
    _, error = run("instruments", "import", "--broker", "zerodha", path, "--config", config, status=1, both=True)
    assert "column instrument_token" in error and "list.csv" in error
    assert "INFY" in run("instruments", "search", "INFY", "--broker", "zerodha", "--config", config)  # kept


def test_an_import_names_what_is_odd_and_has_the_time_that_it_is_given(config, tmp_path):
    head = ("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
            "instrument_type,segment,exchange\n")
    path = tmp_path / "list.csv"
    path.write_text(head + "256001,1000,TATAMOTORS,T,0,,0,0.05,1,EQ,NSE,NSE\n256001,1000,TMPV,T,0,,0,0.05,1,EQ,NSE,NSE\n"
                    "5,1,20MICRONS-BE,M,0,,0,0.05,1,EQ,NSE,NSE\n6,1,OLD20FUT,OLDCO,0,2020-01-30,0,0.05,1,FUT,NFO-FUT,NFO\n"
                    "7,1,NEWFUT,OLDCO,0,2099-12-31,0,0.05,1,FUT,NFO-FUT,NFO\n")
    arguments = ["instruments", "import", "--broker", "zerodha", path, "--config", config]
    refused = [run(*arguments, *date, status=2, both=True)[1].strip() for date in (
        ["--date", "soon"], ["--date", ""], ["--date", "2099-06-01"], ["--date="])]
    expected = ", expected a day or a time like 2026-11-27 or 2026-11-27T08:31"
    assert refused[:2] == [f"broker-gateway: --date: found {what}{expected}" for what in ("soon", "nothing")]
    assert re.fullmatch(r"broker-gateway: --date 2099-06-01 is in the future, expected today \(\d{4}-\d\d-\d\d\) or before",
                        refused[2])
    out = [line.strip() for line in run(*arguments, "--date", "2026-11-27").splitlines()]
    assert out == ["5 rows read, 5 kept, 0 skipped", "1 of those kept have expired",
                   "token 256001 is shared by TATAMOTORS.NSE (line 2) and TMPV.NSE (line 3): both tick with its values"]
    search = ["instruments", "search", "--broker", "zerodha", "--config", config]
    rows = json.loads(run(*search, "OLDCO", "--json"))
    assert [(r["symbol"], r["expired"]) for r in rows] == [("OLDCO31DEC99FUT", False), ("OLDCO30JAN20FUT", True)]
    assert run(*search, "OLDCO").splitlines()[1].endswith("(expired)")
    assert run(*search, "20microns-be").split()[0] == "20MICRONS"


def test_rows_of_a_list_on_one_line_are_named_by_their_number(config, tmp_path):
    row = {"token": "1", "symbol": "A-EQ", "name": "A", "expiry": "", "strike": "-1", "lotsize": "1", "instrumenttype": "",
           "exch_seg": "NSE", "tick_size": "5"}
    path = tmp_path / "list.json"
    path.write_text(json.dumps([row, {**row, "token": "x"}, row, {**row, "symbol": "B-EQ"}]))
    arguments = ["instruments", "import", "--broker", "angel", path, "--config", config]
    assert [line.strip() for line in run(*arguments).splitlines()] == [
        "4 rows read, 2 kept, 2 skipped", "row 2: token: found 'x', expected a number", "row 3: duplicate of row 1: A.NSE",
        "token 1 is shared by A.NSE (row 1) and B.NSE (row 4): both tick with its values"]
    report = json.loads(run(*arguments, "--json"))
    assert [skip["row"] for skip in report["skips"]] == [2, 3] and report["shared_tokens"][0]["rows"] == [1, 4]


def test_instruments_search_knows_what_is_built_in(config):
    assert run("instruments", "search", "NIFTY", "--config", config).split()[0] == "NIFTY"
    run("instruments", "search", "no such thing", "--config", config, status=1)


def test_plugins_list(config, tmp_path):
    listed = {p["file"]: p for p in json.loads(run("plugins", "list", "--json", "--config", config))}
    assert listed["mock.so"]["loaded"] and listed["mock.so"]["capabilities"]["NSE"]["depth_levels"] == [5, 20, 30, 50]
    assert listed["zerodha.so"]["capabilities"]["NSE"] == {"modes": [1, 2, 4], "depth_levels": [5], "feed": "snapshot"}
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "junk.so").write_text("junk")
    bad = write_config(tmp_path / "second", {"plugins": {"directory": str(tmp_path / "bad")}})
    assert run("plugins", "list", "--config", bad).startswith("junk.so: ")


def test_version():
    text = run("version")
    assert "ABI" in text and "Boost" in text
    assert {"version", "revision", "abi", "compiler", "libraries"} <= json.loads(run("version", "--json")).keys()


def test_the_version_is_that_of_the_build_file_and_of_the_changelog():
    built = re.search(r"project\(\w+ VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]
    described = re.search(r"^## ([\d.]+)", (SOURCE / "CHANGELOG.md").read_text(), re.M)[1]
    assert run("--version") == f"broker-gateway {built}\n"
    assert run("version").startswith(f"broker-gateway {built} (")
    assert json.loads(run("version", "--json"))["version"] == built == described


def test_commands_for_a_running_gateway_say_when_there_is_none(config):
    for command in (["status"], ["brokers", "relogin", "mock"], ["brokers", "retry", "mock"]):
        _, error = run(*command, "--config", config, status=1, both=True)
        assert "no gateway is running" in error


def test_status(start):
    gateway = start()
    with gateway.client() as client:
        client.subscribe("RELIANCE", "NSE", 2)
        client.data()
        status = json.loads(gateway.run("status", "--json"))
        assert status["port"] == gateway.port and status["clients"] == 1
        mock = status["brokers"][0]
        assert (mock["name"], mock["status"], mock["subscribed"]) == ("mock", "connected", 1) and mock["updates"] > 0
        assert "mock" in gateway.run("status")
    _, error = run("brokers", "relogin", "nope", "--config", gateway.config, status=1, both=True)
    assert "nope" in error


@pytest.mark.parametrize("more, expected", [
    (["--mode", "ltp"], r"RELIANCE\.NSE +ltp \d+\.\d\d"),
    (["--mode", "quote"], r"open \d+\.\d\d"),
    (["--mode", "depth", "--depth", "50"], r"\d+ +\d+ +\d+\.\d\d \| \d+\.\d\d"),
    (["--mode", "depth", "--depth", "20", "--json"], r'^\{"type":"market_data"')])
def test_watch(start, more, expected):
    gateway = start()
    env = {**gateway.env, "BROKER_GATEWAY_KEY": gateway.key()}
    with Process([BINARY, "watch", "RELIANCE.NSE", *more, "--config", gateway.config], env=env) as watch:
        watch.wait_line(expected)
        assert watch.stop(signal.SIGINT) == 0


def test_watch_takes_the_key_that_scripts_run_keeps(start):
    gateway = start()
    stored = gateway.folder / "state" / "local.key"
    stored.write_text(gateway.key() + "\n")
    stored.chmod(0o600)
    with Process([BINARY, "watch", "INFY.NSE", "--config", gateway.config], env=gateway.env) as watch:
        watch.wait_line(r"INFY\.NSE")


def test_watch_says_what_was_wrong(start):
    gateway = start()
    _, error = run("watch", "NOPE.NSE", "--key", gateway.key(), "--config", gateway.config, status=1, both=True)
    assert "Symbol NOPE not found for exchange NSE" in error
    _, error = run("watch", "INFY.NSE", "--key", "wrong", "--config", gateway.config, status=1, both=True)
    assert "Invalid API key" in error
    _, error = run("watch", "INFY.NSE", "--config", gateway.config, status=2, both=True)
    assert "no API key" in error
