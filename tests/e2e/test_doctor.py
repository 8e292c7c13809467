"""doctor: green where all is well, and each thing that is not by its name, with what to do."""

import datetime
import email.utils
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

from brokers import Kite, secret
from gateway import BINARY, PATIENCE, SOURCE, Gateway, run, write_config

LINES = ("ok", "warning", "fault")


def doctor(config, status=0, env=None, within=()):
    """The findings, by line and as JSON, which agree."""
    found = []
    for more in ([], ["--json"]):
        done = subprocess.run([*within, BINARY, "doctor", *more, "--config", config], capture_output=True, text=True, env=env,
                              timeout=PATIENCE)
        assert done.returncode == status, (done.stdout, done.stderr)
        found.append(done.stdout)
    lines, findings = found[0].splitlines(), json.loads(found[1])
    assert [line.split()[0] for line in lines] == [finding["grade"] for finding in findings]
    assert all(f["grade"] in LINES and (f["grade"] == "ok") == ("next_step" not in f) for f in findings), findings
    return findings


def faults(findings, subject=None):
    return [f for f in findings if f["grade"] == "fault" and subject in (None, f["subject"])]


def one(findings, grade, subject):
    found, = [f for f in findings if f["grade"] == grade and f["subject"] == subject]
    return found


def test_the_default_set_up_is_green_before_and_while_it_runs(tmp_path):
    folder = tmp_path / "fresh"
    folder.mkdir()
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    shutil.copy(SOURCE / "gateway.yaml", folder / "gateway.yaml")
    config = json.loads(json.dumps({"server": {"port": 0}, "zeromq": {"port": 0}}))
    assert not [f for f in doctor(write_config(folder, config), env=env) if f["grade"] != "ok"]
    assert not (folder / "state").exists()  # it changed nothing
    with Gateway(folder) as gateway:
        findings = doctor(gateway.config)
        assert not [f for f in findings if f["grade"] != "ok"], findings
        assert one(findings, "ok", "gateway")["text"] == "runs, and everything wanted is served"
        assert "is whole" in one(findings, "ok", "database")["text"]
        assert one(findings, "ok", "list of mock")["text"] == "the plugin's own"


def test_the_shipped_file_is_good(tmp_path):
    shutil.copytree(SOURCE / "config", tmp_path / "config")
    shutil.copy(SOURCE / "gateway.yaml", tmp_path / "gateway.yaml")
    done = subprocess.run([BINARY, "doctor", "--json", "--config", tmp_path / "gateway.yaml"], capture_output=True, text=True)
    named = [f["subject"] for f in json.loads(done.stdout) if f["grade"] == "fault"]
    assert set(named) <= {"server.port", "zeromq.port"}, done.stdout  # this machine may serve them already


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found, = faults(doctor(write_config(tmp_path, {"server": {"port": port}}), 1))
        assert (found["subject"], found["text"]) == ("server.port", f"127.0.0.1:{port} is taken by another program")
        assert f"ss -ltnp 'sport = :{port}'" in found["next_step"]
        found, = faults(doctor(write_config(tmp_path, {"zeromq": {"port": port}}), 1))
        assert found["subject"] == "zeromq.port"


def test_the_port_of_the_running_gateway_is_its_own(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Gateway(tmp_path, {"server": {"port": port}}) as gateway:
        findings = doctor(gateway.config, status=0 if gateway.port == port else 1)
        if gateway.port == port:
            assert one(findings, "ok", "server.port")["text"] == f"127.0.0.1:{port} is served by the running gateway"


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_a_clock_that_is_years_behind(tmp_path):
    config = write_config(tmp_path, {})
    # faketime comes before the sanitizer's library, which is all right.
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    found, = faults(doctor(config, 1, env, within=("faketime", "2019-05-01 09:00:00")), "clock")
    assert "before this program was made" in found["text"] and "timedatectl" in found["next_step"]


class Clock(http.server.BaseHTTPRequestHandler):
    """A web server whose clock is another one."""
    ahead = 0

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + self.server.ahead, usegmt=True)

    def do_GET(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Clock)
    server.ahead = 0
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def kite_at(tmp_path, url):
    kite = Kite(tmp_path)
    config = kite.config(url.replace("http", "ws", 1))
    config["settings"] |= {"api_url": url, "instruments_url": url}
    return kite, write_config(tmp_path / "gateway", {"active_broker": "zerodha", "brokers": {"zerodha": config}})


def test_the_brokers_server_and_its_clock(tmp_path, server):
    _, config = kite_at(tmp_path, server.url)
    findings = doctor(config)
    assert one(findings, "ok", f"server {server.url}")["text"].startswith("answers, clocks agree within ")
    server.ahead = 3600
    found, = faults(doctor(config, 1))
    assert found["subject"] == "clock" and f"behind that of {server.url}" in found["text"]
    server.ahead = -3600
    assert f"ahead of that of {server.url}" in faults(doctor(config, 1))[0]["text"]


def test_a_server_that_is_not_there(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    _, config = kite_at(tmp_path, url)
    found, = faults(doctor(config, 1))
    assert found["subject"] == f"server {url}" and "(of broker zerodha)" in found["text"]


def test_tokens_lists_and_their_age(tmp_path, server):
    kite, config = kite_at(tmp_path, server.url)
    findings = doctor(config)
    assert "is of today" in one(findings, "ok", "token of zerodha")["text"]
    assert one(findings, "warning", "list of zerodha")["next_step"] == "broker-gateway instruments update --broker zerodha"
    run("instruments", "import", "--broker", "zerodha", kite.list, "--config", config)
    assert "5 instruments" in one(doctor(config), "ok", "list of zerodha")["text"]
    old = time.time() - 3 * 86400
    os.utime(kite.token_file, (old, old))
    found = one(doctor(config), "warning", "token of zerodha")
    assert "3 d old" in found["text"] and found["next_step"] == "broker-gateway login zerodha"
    kite.token_file.unlink()
    assert "is not there yet" in one(doctor(config), "warning", "token of zerodha")["text"]
    secret(kite.token_file, "t").chmod(0o644)
    found, = [f for f in doctor(config, 1) if "others can read it, expected mode 0600" in f["text"]]  # once is enough
    assert found["subject"] == "gateway.yaml" and found["grade"] == "fault" and re.search(
        r"gateway\.yaml:\d+: brokers\.zerodha\.settings\.access_token: found secret file ", found["text"]), found


def test_an_unset_variable_and_a_key_file_that_cannot_be_read(tmp_path, server):
    _, config = kite_at(tmp_path, server.url)
    content = json.loads(config.read_text())
    content["brokers"]["zerodha"]["settings"]["api_key"] = "${env:NOT_SET_AT_ALL}"
    config.write_text(json.dumps(content))
    found = faults(doctor(config, 1), "gateway.yaml")
    assert len(found) == 1 and "NOT_SET_AT_ALL" in found[0]["text"] and "brokers.zerodha.settings.api_key" in found[0]["text"]
    config = write_config(tmp_path / "tls", {"server": {"tls": {"port": 0, "certificate": "c.pem", "key": "k.pem"}}})
    content = json.loads(config.read_text())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        content["server"]["tls"]["port"] = probe.getsockname()[1]
    (tmp_path / "tls" / "c.pem").write_text("x")
    config.write_text(json.dumps(content))
    found = faults(doctor(config, 1), "gateway.yaml")
    assert "server.tls.key" in found[0]["text"] and "k.pem" in found[0]["text"], found


def test_status_and_doctor_agree_on_an_old_list(start, tmp_path):
    """The list was taken up today, and is of another day."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "calendar.yaml").write_text(json.dumps({"utc_offset": "+05:30", "exchanges": {
        "NSE": {"open": "00:00-24:00", "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}}))
    kite = Kite(tmp_path)
    gateway = start({"active_broker": "zerodha", "brokers": {"zerodha": kite.config("ws://127.0.0.1:1")}})
    gateway.run("instruments", "import", "--broker", "zerodha", "--date", "2026-11-27", kite.list)
    gateway.wait_line("the instrument list is not today's")
    broker, = json.loads(gateway.run("status", "--json"))["brokers"]
    assert one(doctor(gateway.config, 1), "warning", "list of zerodha")["text"] == broker["list_warning"]


@pytest.fixture
def old_certificate(tmp_path):
    """Of 2020; its key is everybody's."""
    file, key = tmp_path / "old.pem", tmp_path / "old.key"
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=old",
                    "-keyout", key, "-out", tmp_path / "old.csr"], check=True, capture_output=True)
    (tmp_path / "index").write_text("")
    (tmp_path / "ca.cnf").write_text("[ca]\ndefault_ca=a\n[a]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\n"
                                     "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n" % (tmp_path / "index", tmp_path))
    subprocess.run(["openssl", "ca", "-config", tmp_path / "ca.cnf", "-batch", "-selfsign", "-keyfile", key, "-in",
                    tmp_path / "old.csr", "-out", file, "-notext", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z"],
                   check=True, capture_output=True)
    key.chmod(0o644)
    return file, key


def test_an_expired_certificate_of_its_own_and_a_key_that_everybody_can_read(start, tmp_path, old_certificate):
    file, key = old_certificate
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gateway = start({"server": {"tls": {"port": port, "certificate": str(file), "key": str(key)}}})
    expired = rf"gateway\.yaml:\d+: server\.tls\.certificate: found {file}, which expired on 2020-02-01 00:00 UTC, expected one"
    readable = rf"gateway\.yaml:\d+: server\.tls\.key: found {key}, which every user of this machine can read or write"
    gateway.wait_line("warning config .*" + expired)
    gateway.wait_line("warning config .*" + readable)
    said = gateway.run("check-config")
    assert re.search("^warning: .*" + expired, said, re.M) and re.search("^warning: .*" + readable, said, re.M)
    found = [f for f in doctor(gateway.config, 0) if f["subject"] == "server.tls"]
    assert [f["grade"] for f in found] == ["warning"] * 2, found
    assert found[0]["next_step"].endswith("broker-gateway reload") and found[1]["next_step"] == f"run: chmod o-rwx {key}"


def test_a_damaged_database_and_one_that_others_can_read(tmp_path):
    config = write_config(tmp_path, {})
    run("keys", "create", "--user", "u", "--config", config)
    file = tmp_path / "state" / "gateway.db"
    file.chmod(0o644)
    found, = faults(doctor(config, 1))
    assert found["subject"] == "database" and found["next_step"] == f"chmod 600 {file}"
    file.chmod(0o600)
    whole = bytearray(file.read_bytes())
    for at in range(5000, len(whole), 7):
        whole[at] ^= 0xff
    file.write_bytes(whole)
    assert "restore FILE" in faults(doctor(config, 1), "database")[0]["next_step"]


def test_a_configuration_that_cannot_be_read(tmp_path):
    config = write_config(tmp_path, {})
    config.write_text("server: {prot: 1}\n")
    found, = faults(doctor(config, 1))
    assert found["text"].startswith(f"{config}:1: server.prot: found an unknown key")
    assert datetime.date.today().isoformat() in one(doctor(config, 1), "ok", "clock")["text"]
