"""Morning logins, with the real plugins and stand-ins that serve both brokers' logins: from auth_expired to live."""

import datetime
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from brokers import Angel, Kite, link_of, secret, start_with
from gateway import BINARY, PATIENCE, Process, run, write_config

API_KEY, API_SECRET, PIN, TOTP = "kitekey", "k1te-s3cret", "9753", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
SECRETS = (API_SECRET, PIN, TOTP)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class KiteMornings(Kite):
    def __init__(self, folder):
        super().__init__(folder)
        self.redirect = f"http://127.0.0.1:{free_port()}/kite"
        self.login = {"redirect": self.redirect}
        self.settings["api_secret"] = f"${{file:{secret(folder / 'kite.secret', API_SECRET)}}}"
        self.tokens = [self.token_file]

    def sim(self, start):
        return start.sim("--rate", 50, "--api-secret", API_SECRET, "--redirect", self.redirect, broker=self.name)


class AngelMornings(Angel):
    def __init__(self, folder):
        super().__init__(folder)
        self.login = {}
        self.tokens = [self.token_file, secret(folder / "angel.feed", "feed-of-yesterday")]
        self.pin = secret(folder / "angel.pin", PIN)
        self.totp = secret(folder / "angel.totp", TOTP.lower())
        self.settings |= {"pin": f"${{file:{self.pin}}}", "totp_secret": f"${{file:{self.totp}}}"}

    def sim(self, start):
        return start.sim("--rate", 50, "--api-key", API_KEY, "--pin", PIN, "--totp-secret", TOTP, broker=self.name)


def configuration(broker, sim, **more):
    config = broker.config(sim.url, login=broker.login, **more)
    config["settings"] |= {"api_key": API_KEY, "api_url": sim.url.replace("ws", "http", 1)}
    return config


def morning(start, broker, **more):
    sim = broker.sim(start)
    gateway = start_with(start, broker.name, (broker, configuration(broker, sim, **more)))
    return sim, gateway


def until(gateway, broker, fits):
    give_up = time.monotonic() + PATIENCE
    while not fits(link := link_of(gateway, broker)):
        assert time.monotonic() < give_up, link
    return link


def login(gateway, *more):
    """The command as a process of its own, for logins in which a person has a part."""
    return Process([BINARY, "login", *more, "--config", gateway.config], stdin=subprocess.PIPE, env=gateway.env)


def page_of(command):
    return command.wait_line(r"^  (http://\S+)$").group(1)


class NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def answer_of_page(page):
    """Where the broker's page leads, as a browser's user sees it."""
    with pytest.raises(urllib.error.HTTPError) as led:
        urllib.request.build_opener(NotFollowed).open(page, timeout=PATIENCE)
    assert led.value.code == 302
    return led.value.headers["Location"]


def browse(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def refused(gateway, *more, status=1, **options):
    """What the command says on standard error."""
    return run("login", *more, "--config", gateway.config, env=gateway.env, status=status, both=True, **options)[1]


def run_login(gateway, name):
    done = subprocess.run([BINARY, "login", name, "--config", gateway.config], capture_output=True, text=True,
                          timeout=PATIENCE, env=gateway.env)
    return done.stdout + done.stderr


def until_not_too_fast(log_in):
    """What is said in the end: Angel takes one login a second."""
    give_up = time.monotonic() + PATIENCE
    while "too many requests" in (said := log_in()):
        assert time.monotonic() < give_up, said
    return said


def no_secret_is_told(*texts):
    for text in texts:
        assert not [word for word in SECRETS if word in text], text


@pytest.fixture
def kite(tmp_path):
    return KiteMornings(tmp_path)


@pytest.fixture
def angel(tmp_path):
    return AngelMornings(tmp_path)


@pytest.fixture(params=[KiteMornings, AngelMornings])
def broker(request, tmp_path):
    return request.param(tmp_path)


def test_from_auth_expired_to_live_with_the_clients_that_are_there(start, broker):
    sim, gateway = morning(start, broker)
    until(gateway, broker, lambda link: link["status"] == "auth_expired")
    with gateway.client(extras=True) as client:
        assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        with login(gateway, broker.name) as command:
            if broker.name == "zerodha":
                page = page_of(command)
                command.wait_line("Waiting for the browser at")
                assert browse(broker.redirect.replace("/kite", "/favicon.ico"))[0] == 404
                assert browse(broker.redirect)[0] == 404
                status, shown = browse(page)
                assert status == 200 and "You may close this window" in shown
            command.wait_line(rf"^{broker.name}: live$")
            assert command.wait() == 0
            no_secret_is_told(command.text())
        assert client.data(mode=1)["topic"] == "INFY.NSE"
        assert client.ask({"action": "ping", "id": "still here"})["type"] == "pong"
    for file in broker.tokens:
        assert file.stat().st_mode & 0o777 == 0o600
        assert not file.with_name(file.name + ".new").exists()
        assert file.read_text().strip() not in gateway.text()
    no_secret_is_told(gateway.text())
    # The session ends at the broker, and is opened again.
    logins = link_of(gateway, broker)["logins"]
    sim.fault("token_death")
    until(gateway, broker, lambda link: link["status"] == "auth_expired")
    if broker.name == "angel":
        until_not_too_fast(lambda: run_login(gateway, "angel"))
    else:
        with login(gateway, broker.name, "--manual") as command:
            command.child.stdin.write(answer_of_page(page_of(command)) + "\n")
            command.child.stdin.flush()
            command.wait_line("^zerodha: live$")
            assert command.wait() == 0
    assert link_of(gateway, broker)["logins"] > logins


def test_a_login_while_no_gateway_runs(start, angel):
    sim, gateway = morning(start, angel)
    assert gateway.stop() == 0
    said = gateway.run("login", "angel")
    assert "the token is stored; no gateway is running here" in said
    assert angel.token_file.read_text() == "sim.jwt.1.of.C1\n"
    assert (angel.token_file.parent / "angel.feed").read_text() == "sim-feed-1\n"
    assert sim.books()["logins"]["accepted"] == 0


def test_refusals_of_a_page_login(start, kite):
    _, gateway = morning(start, kite)
    until(gateway, kite, lambda link: link["status"] == "auth_expired")

    def pasted(answer):
        return refused_with_input(gateway, answer)

    page = f"{configured(gateway, 'zerodha')['api_url']}/connect/login?api_key={API_KEY}&v=3"
    used = answer_of_page(page)
    with login(gateway, "zerodha", "--manual") as command:
        command.child.stdin.write(re.search(r"request_token=(\w+)", used).group(1) + "\n")  # the bare token
        command.child.stdin.flush()
        command.wait_line("^zerodha: live$")
        assert command.wait() == 0
    live = link_of(gateway, kite)["logins"]
    assert "refuses the request token (HTTP 403: TokenException: Token is invalid or has expired.)" in pasted(used)
    assert "nobody logged in (status=failure)" in pasted(kite.redirect + "?status=failure&action=login")
    assert "found no request_token" in pasted("https://kite.zerodha.com/")
    assert "nothing was pasted" in pasted("")
    secret(kite.token_file.parent / "kite.secret", "another secret")
    said = pasted(answer_of_page(page))
    assert "refuses the checksum" in said and "api_secret is not that of api_key" in said
    # A redirect that is none: the browser and the terminal are told why.
    command = login(gateway, "zerodha")
    command.wait_line("Waiting for the browser")
    status, shown = browse(kite.redirect + "?action=login&status=failure")
    assert status == 403 and "Not logged in" in shown and "nobody logged in (status=failure)" in shown
    assert command.wait() == 1
    command.child.stdout.close()
    assert "zerodha: refused: Kite's page says that nobody logged in (status=failure)" in command.text()
    secret(kite.token_file.parent / "kite.secret", "")
    assert "found nothing in api_secret (${file:" in refused(gateway, "zerodha")
    assert "no browser came to" not in gateway.text()
    assert link_of(gateway, kite)["logins"] == live  # what was refused changed nothing


def refused_with_input(gateway, text):
    done = subprocess.run([BINARY, "login", "zerodha", "--manual", "--config", gateway.config], input=text + "\n",
                          capture_output=True, text=True, timeout=PATIENCE, env=gateway.env)
    assert done.returncode == 1, done
    no_secret_is_told(done.stdout, done.stderr)
    return done.stderr


def configured(gateway, name):
    return json.loads(gateway.config.read_text())["brokers"][name]["settings"]


def test_nobody_comes_to_the_page(start, kite):
    _, gateway = morning(start, kite)
    assert "no browser came to" in refused(gateway, "zerodha", "--timeout", "200ms")
    assert "nothing was pasted in time" in refused_without_input(gateway)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(kite.redirect.split(":")[2].split("/")[0])))
        taken.listen()
        said = refused(gateway, "zerodha")
    assert "cannot listen there" in said and "with --manual the address is pasted" in said


def refused_without_input(gateway):
    command = login(gateway, "zerodha", "--manual", "--timeout", "200ms")
    assert command.wait() == 1
    command.child.stdout.close()
    return command.text()


def test_refusals_of_an_unattended_login(start, angel):
    _, gateway = morning(start, angel)
    for file, wrong, right, says in (
            (angel.totp, "JBSWY3DPEHPK3PXP", TOTP, "Angel refuses the TOTP (AB1050: Invalid totp): the usual cause is a wrong"),
            (angel.totp, "no base32!", TOTP, "totp_secret: found a text that is no base32"),
            (angel.pin, "0000", PIN, "refused: Angel refuses the login (AB1007: Invalid clientcode or password)")):
        secret(file, wrong)
        said = refused_in_turn(gateway)
        assert says in said, said
        no_secret_is_told(said)
        secret(file, right)
    change(gateway, lambda settings: settings.update(api_key="other"))
    assert "Angel refuses api_key (AG8004: Invalid API Key)" in refused_in_turn(gateway)
    assert angel.token_file.read_text() == "jwt-1"


def test_a_secret_file_that_must_not_be_used_is_named_with_its_cause(start, angel):
    _, gateway = morning(start, angel)
    secret(angel.pin, PIN).chmod(0o644)
    line = next(n for n, text in enumerate(gateway.config.read_text().splitlines(), 1) if '"pin"' in text)
    where = f"{gateway.config}:{line}: brokers.angel.settings.pin: found secret file {angel.pin}: "
    for said in (run("login", "angel", "--config", gateway.config, status=2, both=True)[1],
                 "".join(run("check-config", "--config", gateway.config, status=2, both=True))):
        assert where + "others can read it, expected mode 0600 (chmod 600)\n" in said, said
    secret(angel.pin, PIN[:2] + "\n" + PIN[2:])
    said = run("login", "angel", "--config", gateway.config, status=2, both=True)[1]
    assert where + "the control character 0x0A as byte 3 (line 1), expected one secret on one line\n" in said, said


def refused_in_turn(gateway):
    return until_not_too_fast(lambda: refused(gateway, "angel"))


def change(gateway, how):
    config = json.loads(gateway.config.read_text())
    how(next(iter(config["brokers"].values()))["settings"])
    gateway.config.write_text(json.dumps(config, indent=1))


def test_a_login_at_a_fast_pace_is_told_when_to_come_again(start, angel):
    _, gateway = morning(start, angel)
    gateway.run("login", "angel")
    secret(angel.pin, "0000")
    said = refused_in_turn(gateway)
    assert "AB1007" in said
    again = refused(gateway, "angel")  # within the second, unless the machine is slow
    assert "AB1007" in again or "too many requests" in again and "try again in 1.0 s" in again


@pytest.mark.parametrize("settings, says", [
    ({"access_token": "${env:KITE_TOKEN}"},
     "settings.access_token: found ${env:KITE_TOKEN}, expected ${file:PATH}, because a login stores the new value there"),
    ({"api_secret": None}, "settings.api_secret: found nothing, expected ${env:NAME}, ${file:PATH} or ${credential:NAME}, because a login needs it"),
    ({"access_token": "plain"}, "settings.access_token: found a secret as plain text"),
])
def test_what_a_login_cannot_work_with_is_wrong_configuration(tmp_path, kite, settings, says):
    settings = {key: value for key, value in {**kite.settings, "api_key": API_KEY, **settings}.items() if value is not None}
    config = write_config(tmp_path, {"brokers": {"mock": {}, "zerodha": {"settings": settings}}})
    assert says in run("login", "zerodha", "--config", config, status=2, both=True)[1]
    assert "offers no login" in run("login", "mock", "--config", config, status=2, both=True)[1] or "plain" in says
    assert "plain" in says or "no broker 'kite'" in run("login", "kite", "--config", config, status=2, both=True)[1]


@pytest.mark.parametrize("name, login, changes, says", [
    ("angel", {}, {"feed_token": "same"}, "settings.feed_token: found the file of brokers.angel.settings.jwt_token, expected a file of its own"),
    ("angel", {"at": "08:45"}, {"pin": None}, "settings.pin: found nothing, expected ${env:NAME}, ${file:PATH} or ${credential:NAME}"),
    ("angel", {"at": "8.45"}, {}, 'login.at: found 8.45, expected a time of this machine\'s day, like "08:45"'),
    ("angel", {"at": "08:45", "deadline": "08:45"}, {}, "login.deadline: found a time that is not later than at"),
    ("angel", {"redirect": "http://127.0.0.1:5000/"}, {}, "login.redirect: found http://127.0.0.1:5000/, expected no such key"),
    ("zerodha", {"at": "08:45"}, {}, "login.at: found a time, expected no such key: a person logs in"),
    ("zerodha", {"redirect": "http://192.0.2.1:5000/"}, {}, "login.redirect: found http://192.0.2.1:5000/, expected http:// to"),
    ("mock", {"redirect": "http://127.0.0.1:5000/"}, {}, "this plugin cannot log in by itself"),
])
def test_check_config_names_what_is_wrong_with_a_login(tmp_path, name, login, changes, says):
    broker = {"angel": AngelMornings, "zerodha": KiteMornings, "mock": None}[name]
    settings = {} if broker is None else {**(made := broker(tmp_path)).settings, "api_key": API_KEY}
    for key, value in changes.items():
        settings.pop(key)
        if value == "same":
            settings[key] = f"${{file:{made.token_file}}}"
    config = write_config(tmp_path, {"active_broker": name, "brokers": {name: {"settings": settings, "login": login}}})
    said = run("check-config", "--config", config, status=2)
    assert says in said and len(said.splitlines()) == 1, said


def test_a_token_that_the_gateway_could_not_store_is_named(tmp_path):
    for name in ("pin", "totp", "jwt", "file"):
        secret(tmp_path / name, "1234")
    config = write_config(tmp_path, {"active_broker": "angel", "brokers": {"angel": {"login": {"at": "08:45"}, "settings": {
        "api_key": API_KEY, "client_code": "C1", "pin": "${file:pin}", "totp_secret": "${file:totp}",
        "jwt_token": "${file:jwt}", "feed_token": "${file:file/feed}"}}}})
    said = run("check-config", "--config", config, status=2)
    assert re.search(r"gateway.yaml:\d+: brokers.angel.settings.feed_token: found \S+/file/feed \(\S+/file is not a folder\), "
                     r"expected a file that the gateway can write", said), said


@pytest.mark.parametrize("login", [None, {}], ids=["no login", "login"])
@pytest.mark.parametrize("place, found", [
    ("pin", "the file of brokers.angel.settings.pin"), ("link", "the file of brokers.angel.settings.pin"),
    ("other", "the file of brokers.second.settings.access_token"), ("gateway.yaml", "the configuration file"),
    ("state/gateway.db", "the database"), ("state/gateway.db-wal", "the database's write-ahead log"),
    ("gateway.log", "the log"), ("jwt", "the file of brokers.angel.settings.jwt_token")])
def test_a_login_writes_over_nothing_else(tmp_path, login, place, found):
    for name in ("pin", "totp", "jwt", "feed"):
        secret(tmp_path / name, "1234")
    (tmp_path / "link").symlink_to("pin")
    config = write_config(tmp_path, {"log": {"file": "gateway.log"}, "brokers": {
        "mock": {},
        "angel": {**({} if login is None else {"login": login}), "settings": {
            "api_key": API_KEY, "client_code": "C1", "pin": "${file:pin}", "totp_secret": "${file:totp}",
            "jwt_token": "${file:jwt}", "feed_token": "${file:%s}" % place}},
        "second": {"enabled": False, "plugin": "zerodha", "settings": {"api_key": "k", "access_token": "${file:other}"}}}})
    said = [line for line in run("check-config", "--config", config, status=2).splitlines() if ".feed_token: " in line]
    wanted = f"settings.feed_token: found {found}, expected a file of its own, because a login writes the new value there"
    assert sum(wanted in line for line in said) == 1, said  # a file that others can read is told too
    before = (tmp_path / "pin").read_text()
    assert wanted in run("login", "angel", "--config", config, status=2, both=True)[1]
    assert (tmp_path / "pin").read_text() == before


def local(minutes=0):
    return (datetime.datetime.now() + datetime.timedelta(minutes=minutes)).strftime("%H:%M")


def age(broker, hours=30):
    for file in broker.tokens:
        os.utime(file, (time.time() - hours * 3600,) * 2)


@pytest.mark.parametrize("isolation", ["inproc", "process"])
def test_an_old_token_is_renewed_at_the_start_and_a_dead_one_once(start, angel, isolation):
    age(angel)
    # Half a day ago or in half a day: the last such time is never this minute.
    angel.login = {"at": local(-720)} if local(-720) < "23:00" else {"at": "22:59"}
    sim, gateway = morning(start, angel, isolation=isolation)
    until(gateway, angel, lambda link: link["status"] == "connected")
    gateway.wait_line("angel: logged in; the feed uses the new token")
    assert angel.token_file.read_text() == "sim.jwt.1.of.C1\n"
    # The quarter of an hour after this login has to pass first.
    sim.fault("token_death")
    until(gateway, angel, lambda link: link["status"] == "auth_expired")
    assert link_of(gateway, angel)["unattended_logins"] == {"done": 1, "given_up": 0}


def test_a_fresh_token_that_the_broker_refuses_leads_to_one_login(start, angel):
    angel.login = {"at": local(-720)} if local(-720) < "23:00" else {"at": "22:59"}
    _, gateway = morning(start, angel)
    with gateway.client() as client:
        client.subscribe("INFY", "NSE", 1)
        assert client.data(mode=1)["topic"] == "INFY.NSE"
    assert link_of(gateway, angel)["unattended_logins"]["done"] == 1


@pytest.mark.parametrize("isolation", ["inproc", "process"])
def test_a_refusal_is_not_repeated_and_calls_for_a_person(start, angel, tmp_path, isolation):
    age(angel)
    secret(angel.pin, "0000")
    told = tmp_path / "told"
    angel.login = {"at": local(-720) if local(-720) < "23:00" else "22:59",
                   "on_failure": f'printf "%s|%s" "$BROKER" "$REASON" >{told}.part && mv {told}.part {told}; exit 3'}
    if angel.login["at"] == "22:59":
        angel.login["deadline"] = "23:30"
    sim, gateway = morning(start, angel, isolation=isolation)
    gateway.wait_line(r" error +login +angel: not logged in, and not trying again before the next login.at: Angel refuses the login")
    gateway.wait_line(r"login.on_failure: it ended with 3")
    assert told.read_text().startswith("angel|Angel refuses the login (AB1007: Invalid clientcode or password)")
    link = link_of(gateway, angel)
    assert link["unattended_logins"]["given_up"] == 1 and "AB1007" in link["unattended_logins"]["message"]
    assert "logins by itself: 0, given up 1: Angel refuses" in gateway.run("status")
    metrics = gateway.http("/metrics")[1]
    assert '\ngateway_unattended_logins_total{broker="angel",result="given_up"} 1\n' in metrics
    assert '\ngateway_unattended_logins_total{broker="angel",result="done"} 0\n' in metrics
    asked = sim.books()["http"]["/rest/auth/angelbroking/user/v1/loginByPassword"]
    assert asked == {"200": 1}
    no_secret_is_told(gateway.text(), told.read_text())


def wait_for_minute(gateway, pattern):
    """A line that comes with the next minute of the clock, at the latest."""
    try:
        return gateway.wait_line(pattern)
    except AssertionError:
        return gateway.wait_line(pattern)


def test_at_its_time_and_until_its_deadline(start, angel):
    for file in angel.tokens:
        os.utime(file)
    angel.login = {"at": local(1), "deadline": local(2)}
    if angel.login["deadline"] < angel.login["at"]:
        pytest.skip("around midnight there is no later time of this day")
    sim, gateway = morning(start, angel)
    # Before its time the gateway logs in once, because the broker refuses the token of the file.
    gateway.wait_line("angel: logged in")
    sim.stop()
    wait_for_minute(gateway, r"angel: not logged in: .*; trying again in ")
    wait_for_minute(gateway, r"angel: not logged in, and not trying again before the next login.at: ")
    assert link_of(gateway, angel)["unattended_logins"]["given_up"] == 1
