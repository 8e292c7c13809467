"""/metrics, /healthz and /readyz of the real binary, who may read them, and that `status` and the docs agree."""

import json
import re
import signal
import subprocess
import time

import pytest

from brokers import Kite, start_with
from gateway import SOURCE, http
from monitoring import Metrics, agree, readiness_of, verdict_of
from stopped_thread import StoppedThread


def url_of(gateway, path="/metrics"):
    return f"http://127.0.0.1:{gateway.port}{path}"


def test_metrics_count_what_happens(start):
    gateway = start()
    with gateway.client(extras=True) as client:
        assert client.subscribe("RELIANCE", "NSE", 4, 50)["status"] == "success"
        assert client.subscribe("NOBODY", "NSE")["type"] == "error"
        for _ in range(5):
            client.data()
        client.barrier()
        metrics = Metrics(gateway)
        assert metrics("gateway_ready") == 1
        assert metrics("gateway_broker_state", broker="mock", state="connected") == 1
        assert metrics("gateway_broker_state", broker="mock") == 1
        assert metrics("gateway_feed_state", broker="mock", exchange="NSE", state="live") == 1
        assert metrics("gateway_subscriptions", broker="mock", mode="4", state="active") == 1
        assert metrics("gateway_broker_ticks_total", broker="mock") >= 5
        assert metrics("gateway_deliveries_total", mode="4") >= 5
        assert metrics("gateway_client_deliveries_total") >= 5
        assert metrics("gateway_client_sent_bytes_total") > 1000
        assert metrics("gateway_requests_total", action="subscribe", result="success") == 1
        assert metrics("gateway_requests_total", action="subscribe", result="error") == 1
        assert metrics("gateway_requests_total", action="authenticate", result="success") == 1
        assert metrics("gateway_stage_seconds_count", stage="receive_to_routing") >= 5
        assert metrics("gateway_stage_seconds_count", stage="routing_to_write") >= 1
        assert metrics("gateway_scrape_answered", thread="routing") == 1
        assert metrics("process_resident_memory_bytes") > 1 << 20
        assert metrics("process_threads") >= 4
    with gateway.client(False) as refused:
        refused.send({"action": "authenticate", "api_key": "wrong"})
        assert refused.wait_closed()[0] == 4401
    gateway.wait_line("refused: Invalid API key")
    metrics = Metrics(gateway)
    assert metrics("gateway_authentication_failures_total", reason="bad_key") == 1


def test_a_fallback_and_a_limit_are_counted(start, tmp_path):
    kite = Kite(tmp_path)
    sim = start.sim("--rate", 50, broker="zerodha")
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url)))
    with gateway.client() as client:
        assert client.subscribe("INFY", "NSE", 4, 20)["status"] == "success"
        client.data()
        metrics = Metrics(gateway)
        assert metrics("gateway_depth_fallbacks_total", broker="zerodha", asked="20", given="5") == 1
        assert metrics("gateway_broker_limit_used", broker="zerodha", connection="1", limit="instruments") == 1
        assert metrics("gateway_broker_limit", broker="zerodha", connection="1", limit="instruments") == 3000
        assert metrics("gateway_connection_state", broker="zerodha", connection="1", state="ready") == 1
        assert metrics("gateway_connection_frames_total", broker="zerodha", connection="1") > 0
        assert metrics("gateway_connection_received_bytes_total", broker="zerodha", connection="1") > 0
        assert metrics("gateway_instrument_list_age_seconds", broker="zerodha") >= 0
        assert metrics("gateway_broker_lag_seconds_count", broker="zerodha") is not None
        sim.fault("drop")
        gateway.wait_line("zerodha: reconnecting")
    assert Metrics(gateway)("gateway_broker_reconnects_total", broker="zerodha", reason="lost") == 1


def test_who_may_read_metrics(start):
    gateway = start()
    admin, reader = gateway.key("root", "--scope", "admin"), gateway.key("reader")
    assert gateway.http("/metrics")[0] == 200
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto"):
        code, words = http(url_of(gateway), headers={header: "1.2.3.4"})
        assert code == 401 and "admin" in words

    def with_key(key):
        return http(url_of(gateway), headers={"Via": "1.1 proxy", "Authorization": f"Bearer {key}"})
    assert with_key(admin)[0] == 200
    assert with_key(reader)[0] == 403
    assert with_key("wrong")[0] == 401
    # A page whose name was made to mean this machine sends that name.
    for host, status in (("evil.example:8765", 401), ("localhost:1", 200), ("[::1]:8765", 200), ("gw.localhost", 200)):
        assert http(url_of(gateway), headers={"Host": host})[0] == status, host
    number = next(k["id"] for k in json.loads(gateway.run("keys", "list", "--json")) if k["user"] == "root")
    gateway.run("keys", "revoke", number)
    assert with_key(admin)[0] == 401


def test_other_methods_and_head(start):
    gateway = start()
    for path in ("/metrics", "/readyz", "/"):
        assert http(url_of(gateway, path), b"{}")[0] == 405
        assert http(url_of(gateway, path), method="DELETE")[0] == 405
    assert http(url_of(gateway, "/healthz"), method="HEAD") == (200, "")
    assert http(url_of(gateway, "/"), method="HEAD")[0] == 426
    assert gateway.http("/metrics?x=1")[0] == 200


def test_healthz_names_the_threads(start):
    gateway = start({"server": {"threads": 2}})
    code, body = gateway.http("/healthz")
    body = json.loads(body)
    assert code == 200 and body["healthy"]
    assert body["threads"] == {name: "alive" for name in ("routing", "feed", "control", "shard 0", "shard 1")}


def test_healthz_names_a_thread_that_hangs(start):
    """The threads that serve clients go on."""
    gateway = start()
    with StoppedThread(gateway, "feed"):
        code, body = gateway.http("/healthz")
        body = json.loads(body)
        assert code == 503 and not body["healthy"] and body["threads"]["feed"] == "silent" and "feed" in body["reason"]
        assert body["threads"]["routing"] == "alive" and body["next_step"]
        metrics = Metrics(gateway)
        assert metrics("gateway_scrape_answered", thread="feed") == 0
        assert metrics("gateway_broker_ticks_total") is None and metrics("gateway_ready") is not None
    until_true(lambda: gateway.http("/healthz")[0] == 200)


def until_true(holds):
    give_up = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < give_up


def test_ready_when_nothing_is_wanted_and_the_broker_is_connected(start):
    gateway = start()
    until_true(lambda: gateway.http("/readyz")[0] == 200)
    body = readiness_of(gateway)
    assert body["problems"] == [] and body["brokers"]["mock"]["status"] == "connected"
    gateway.run("status", status=0)


def test_a_disabled_broker_is_not_live(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock", "enabled": False}}})
    body = readiness_of(gateway)
    problem, = body["problems"]
    assert problem["broker"] == "mock" and problem["status"] == "disconnected" and "disabled" in problem["reason"]
    assert problem["next_step"]
    assert "NOT READY: mock: disconnected: " in gateway.run("status", status=1)
    status = json.loads(gateway.run("status", "--json", status=1))
    assert status["brokers"][0]["feed"] != "live" and not status["verdict"]["ready"]
    assert Metrics(gateway)("gateway_ready") == 0


def test_a_stale_feed_is_said_everywhere(start, tmp_path):
    kite = Kite(tmp_path)
    sim = start.sim("--rate", 50, broker="zerodha")
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url)))
    with gateway.client(extras=True) as client:
        for symbol in ("INFY", "SBIN", "TCS"):
            assert client.subscribe(symbol, "NSE", 2)["status"] == "success"
            client.data(topic=f"{symbol}.NSE")
        until_true(lambda: gateway.http("/readyz")[0] == 200)
        assert verdict_of(gateway)["ready"]
        sim.fault("silence")
        client.next("feed_status", status="stale")
        problem = agree(gateway, "zerodha", "stale")[0]
        assert problem["exchange"] == "NSE"
        gateway.run("status", status=1)
        sim.fault("none")
        client.next("feed_status", status="live")
        until_true(lambda: gateway.http("/readyz")[0] == 200)
        gateway.run("status", status=0)


def test_no_look_calls_a_feed_live_whose_link_is_down(start, tmp_path):
    kite = Kite(tmp_path)
    sim = start.sim("--rate", 50, broker="zerodha")
    gateway = start_with(start, "zerodha", (kite, kite.config(sim.url)))
    with gateway.client(extras=True) as client:
        assert client.subscribe("INFY", "NSE", 2)["status"] == "success"
        client.data(topic="INFY.NSE")
        until_true(lambda: Metrics(gateway)("gateway_feed_state", broker="zerodha", exchange="NSE", state="live") == 1)
        sim.stop()
        client.next("broker_status", status="reconnecting")
        metrics = Metrics(gateway)
        assert metrics("gateway_feed_state", broker="zerodha", exchange="NSE", state="live") == 0
        assert metrics("gateway_feed_state", broker="zerodha", exchange="NSE", state="stale") == 1
        assert readiness_of(gateway)["brokers"]["zerodha"]["exchanges"]["NSE"]["feed"] == "stale"
        broker, = json.loads(gateway.run("status", "--json", status=1))["brokers"]
        assert (broker["feed"], broker["feeds"]["NSE"]["status"]) == ("stale", "stale")
        assert broker["feeds"]["NSE"]["message"] == "the link is reconnecting"
        rows = gateway.run("status", status=1)
        assert "NSE stale" in rows and "NSE live" not in rows
        row, = json.loads(gateway.run("top", "--json"))["brokers"]
        assert row["feed"] == "stale"
        assert "live" not in client.words  # clients are told of the link, and of the feed what it was judged


def test_promtool_finds_nothing_to_complain_about(start, promtool):
    gateway = start()
    with gateway.client() as client:
        client.subscribe("RELIANCE", "NSE", 4, 50)
        client.data()
        done = subprocess.run([promtool, "check", "metrics"], input=Metrics(gateway).text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_rules_find_what_they_are_for(promtool):
    rules = SOURCE / "deploy" / "prometheus"
    done = subprocess.run([promtool, "check", "rules", rules / "alerts.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([promtool, "test", "rules", rules / "alerts_test.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def promtool():
    done = subprocess.run([SOURCE / "scripts" / "install-promtool"], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def families(text):
    """{name: (type, help)}"""
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    return {name: (kinds[name], help) for name, help in re.findall(r"^# HELP (\S+) (.*)$", text, re.M)}


def test_the_table_of_metrics_is_that_of_the_code(start):
    """docs/operations.md; the dashboard and the alert rules use no metric that is not there."""
    found = families(Metrics(start()).text)
    page = (SOURCE / "docs" / "operations.md").read_text()
    table = re.search(r"<!-- metrics: begin -->\n(.*?)<!-- metrics: end -->", page, re.S)[1]
    rows = "| metric | type | what it says |\n| --- | --- | --- |\n" + "".join(
        f"| `{name}` | {kind} | {words} |\n" for name, (kind, words) in found.items())
    assert table == rows
    used = set()
    for path in (SOURCE / "deploy").rglob("*.*"):
        used |= set(re.findall(r"\b(?:gateway|process)_\w+", path.read_text()))
    known = set(found) | {name + suffix for name in found for suffix in ("_bucket", "_count", "_sum")}
    assert used and used <= known, used - known


def test_the_end_of_the_gateway_waits_for_no_scrape(start):
    gateway = start()
    gateway.http("/metrics")
    gateway.child.send_signal(signal.SIGTERM)
    assert gateway.wait() == 0
