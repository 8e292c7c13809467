"""Commands that act on a running gateway say in a sentence what came of it, and end with 1 when it was not what was asked."""

import json

import pytest

from brokers import Angel, Kite, start_with
from gateway import run
from stand_in import until


@pytest.fixture(params=["zerodha", "angel"])
def broker(request, tmp_path):
    return {"zerodha": Kite, "angel": Angel}[request.param](tmp_path)


def refused(gateway, *words, status=1):
    """Standard error, which is a sentence for a person."""
    out, error = run(*words, "--config", gateway.config, status=status, both=True)
    assert out == "" and "{" not in error and error.startswith("broker-gateway: "), (out, error)
    return error


def hold(client):
    """Before it, the link may have been told."""
    assert client.subscribe("INFY", "NSE", 1)["status"] == "success"


def test_relogin_says_whether_the_feed_is_live(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    said = gateway.run("brokers", "relogin", broker.name)
    assert said == f"{broker.name}: connected; logged in, and nothing is subscribed there\n"
    assert until(sim, lambda books: books["connections"]["open"] == 1)["logins"]["accepted"] == 2
    with gateway.client() as client:
        hold(client)
        client.data()
        assert gateway.run("brokers", "relogin", broker.name) == f"{broker.name}: connected, live\n"
        sim.fault("mute")
        said = gateway.run("brokers", "relogin", broker.name)
        assert "logged in, and no live tick has come yet (NSE market open)\n" in said, said
    assert "unchanged: it is connected" in gateway.run("brokers", "retry", broker.name)


def test_relogin_that_is_refused_says_why(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        sim.fault("token_death")
        client.next("broker_status", status="auth_expired")
        error = refused(gateway, "brokers", "relogin", broker.name)
        assert f"{broker.name}: refused: auth_expired: " in error and str(broker.refusal) in error
        error = refused(gateway, "brokers", "retry", broker.name)
        assert "unchanged: auth_expired: " in error and "relogin does" in error
        broker.write_token("token-2")
        client.next("broker_status", status="connected")
        # A login without its secret is refused before the broker hears of it.
        broker.write_token("")
        error = refused(gateway, "brokers", "relogin", broker.name)
        assert "refused: auth_expired: " in error and "is missing" in error
        broker.write_token("token-3")
        broker.token_file.chmod(0o644)
        error = refused(gateway, "brokers", "relogin", broker.name)
        assert f"{broker.token_file}: others can read it, expected mode 0600 (chmod 600)" in error


def test_no_outcome_in_time_is_said(start, broker):
    sim = start.sim(broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
    sim.fault("refuse_connections")
    error = refused(gateway, "brokers", "relogin", broker.name, "--timeout", "1s")
    assert f"{broker.name}: no outcome within 1.0 s: reconnecting: " in error and "broker-gateway status" in error
    assert "--timeout: found soon" in refused(gateway, "brokers", "relogin", broker.name, "--timeout", "soon", status=2)


def test_retry_goes_on_after_failed(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    few = {"first": "100ms", "max": "100ms", "attempts": 2}
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url, reconnect=few)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        hold(client)
        sim.fault("refuse_connections")
        sim.fault("drop")
        client.next("broker_status", status="failed")
        error = refused(gateway, "brokers", "retry", broker.name)
        assert f"{broker.name}: failed: " in error and "2 attempts failed" in error
        sim.fault("none")
        assert gateway.run("brokers", "retry", broker.name) == f"{broker.name}: connected, live\n"


def test_a_broker_that_does_not_run(start, tmp_path):
    kite = Kite(tmp_path)
    sim = start.sim()
    kite.token_file.chmod(0o644)
    gateway = start({"active_broker": ["zerodha"], "brokers": {
        "zerodha": kite.config(sim.url), "angel": {"enabled": False, "plugin": "angel"}}})
    assert "angel: does not run: Broker 'angel' is disabled" in refused(gateway, "brokers", "relogin", "angel")
    assert "gateway.yaml has no broker of this name; did you mean zerodha?" in refused(
        gateway, "brokers", "retry", "zeroda")
    assert "others can read it" in refused(gateway, "brokers", "relogin", "zerodha")
    kite.token_file.chmod(0o600)  # mended: no new start is needed
    assert gateway.run("brokers", "relogin", "zerodha").startswith("zerodha: connected")


def test_a_token_file_that_others_can_read_is_said_in_status(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected")
        link, = json.loads(gateway.run("status", "--json"))["brokers"]
        assert link["secret_problems"] == []
        broker.token_file.chmod(0o640)
        link, = json.loads(gateway.run("status", "--json"))["brokers"]
        assert link["secret_problems"] == [
            f"secret file {broker.token_file}: others can read it, expected mode 0600 (chmod 600)"]
        assert "others can read it" in " ".join(gateway.run("status").split())
        broker.token_file.chmod(0o600)
        assert "others can read it" not in " ".join(gateway.run("status").split())


def test_revoke_and_set_broker(start):
    gateway = start({"brokers": {"mock": {"plugin": "mock"}, "second": {"plugin": "mock"}}})
    key = gateway.key("alice")
    with gateway.client(key) as client:
        assert gateway.run("users", "set-broker", "alice", "second,mock") == (
            "alice is served by second, else by mock; the running gateway moves the clients of alice\n")
        assert gateway.run("users", "set-broker", "alice", "second,mock") == (
            "unchanged: alice is served by second, else by mock already\n")
        assert client.ask({"action": "get_broker_info"})["broker"] == "second"
        assert gateway.run("keys", "revoke", 1) == (
            "key 1 of alice is revoked; the running gateway closes the clients that use it\n")
        assert client.wait_closed()[0] == 4401
    assert gateway.run("keys", "revoke", 1).startswith("unchanged: key 1 of alice was revoked on 2")
    assert "there is no key 7; see: broker-gateway keys list" in refused(gateway, "keys", "revoke", 7)
    gateway.key("bob")
    gateway.stop()
    assert gateway.run("keys", "revoke", 2).endswith("is revoked; no gateway is running here, the next one goes by it\n")


def test_reload_says_what_changed(start):
    gateway = start()
    good = json.loads(gateway.config.read_text())

    def edit(**more):
        gateway.config.write_text(json.dumps({**good, **more}))
    assert gateway.run("reload").startswith("unchanged: gateway.yaml is as it was")
    edit(log={"level": "debug"}, brokers={**good["brokers"], "second": {"plugin": "mock"}})
    assert gateway.run("reload").splitlines() == ["log.level is taken up", "brokers added: second"]
    edit(brokers={"mock": {"plugin": "mock", "settings": {"seed": 7}}}, server={**good["server"], "host": "127.0.0.2"})
    assert gateway.run("reload").splitlines() == [
        "server has changed: that takes effect at the next start only", "log.level is taken up", "brokers changed: mock",
        "brokers removed: second"]
    edit(log={"level": "loud"})
    out, error = run("reload", "--config", gateway.config, "--socket", gateway.folder / "state" / "gateway.sock", status=1,
                     both=True)
    assert out == "" and "log.level: found loud, expected" in error and "is refused as a whole" in error
    gateway.stop()
    assert "no gateway is running" in refused(gateway, "reload")
