"""top, clients, subs and tail of a running gateway."""

import json
import re
import signal

import pytest

from brokers import Kite, start_with
from gateway import BINARY, PATIENCE, Process, run, until
from terminal import TMUX, Terminal

IN_TERMINAL = pytest.mark.skipif(not TMUX, reason="tmux is not installed")


def test_top_once(start):
    gateway = start()
    with gateway.client() as client:
        client.subscribe("RELIANCE", "NSE", 2)
        client.data()
        top = json.loads(gateway.run("top", "--json"))
        assert (top["port"], top["clients"], top["clients_limit"], top["lost"]) == (gateway.port, 1, 10000, 0)
        assert top["updates_per_second"] > 0 and top["deliveries_per_second"] > 0
        broker, = top["brokers"]
        assert (broker["name"], broker["status"], broker["feed"], broker["connections"]) == ("mock", "connected", "live", 1)
        assert broker["updates_per_second"] > 0 and broker["instruments"] == 1 and broker["age"] < PATIENCE
        rows = gateway.run("top").splitlines()
        assert rows[0].startswith(f"broker-gateway  port {gateway.port}") and max(map(len, rows)) <= 80
        assert any(re.match(r"mock +connected +live +\d+", row) for row in rows), rows


@IN_TERMINAL
@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_top_in_a_terminal(start, size):
    gateway = start()
    with gateway.client() as client, Terminal([BINARY, "top", "--config", gateway.config], *size) as terminal:
        client.subscribe("RELIANCE", "NSE", 2)
        rows = terminal.wait(lambda rows: any(re.match(r"mock +connected +live +\d", row) for row in rows))
        assert len(rows) == len(terminal.screen("-J")) == size[1]
        assert terminal.state() == (True, False)
        terminal.wait_text("clients 1/10000")
        client.close()
        terminal.wait_text("clients 0/10000")
        gateway.stop()
        terminal.wait_text("no gateway is running")
        start()
        terminal.wait(lambda rows: rows[-1].strip() == "q: quit" and "clients 0/10000" in "".join(rows))
        terminal.type("q")
        assert terminal.wait_ended() == ""


def test_clients(start):
    gateway = start()
    key = gateway.key("alice")
    assert json.loads(gateway.run("clients", "--json")) == []
    with gateway.client(key, extras=True) as alice, gateway.client(gateway.key("bob")):
        alice.subscribe("INFY", "NSE", 1)
        alice.subscribe("INFY", "NSE", 4, 20)
        rows = {row["user"]: row for row in json.loads(gateway.run("clients", "--json"))}
        assert rows.keys() == {"alice", "bob"}
        assert rows["alice"]["subscriptions"] == 2 and rows["bob"]["subscriptions"] == 0
        assert rows["alice"]["extras"] and not rows["bob"]["extras"]
        assert rows["alice"]["broker"] == "mock" and re.fullmatch(r"127\.0\.0\.1:\d+", rows["alice"]["address"])
        lines = gateway.run("clients").splitlines()
        assert len(lines) == 3 and max(map(len, lines)) <= 80
        assert re.search(rf"{rows['alice']['address']} +alice .* mock +2 yes$", "\n".join(lines), re.M), lines
        out, error = run("clients", "--limit", 1, "--config", gateway.config, both=True)
        assert len(out.splitlines()) == 2 and error.startswith("1 of 2 clients shown")
        number = rows["alice"]["client"]
        held = json.loads(gateway.run("subs", "--client", number, "--json"))
        assert [(row["instrument"], row["mode"], row["depth_level"], row["clients"]) for row in held] == [
            ("INFY.NSE", 1, None, 1), ("INFY.NSE", 4, 20, 1)]
    until(lambda: json.loads(gateway.run("clients", "--json")) == [])
    _, error = run("subs", "--client", number, "--config", gateway.config, status=1, both=True)
    assert f"no client {number}" in error


def test_subs(start):
    gateway = start()
    with gateway.client() as one, gateway.client() as other:
        for client in (one, other):
            client.subscribe("RELIANCE", "NSE", 4, 50)
        one.subscribe("INFY", "NSE", 2)
        one.data(topic="INFY.NSE")
        rows = json.loads(gateway.run("subs", "--json"))
        assert [(row["instrument"], row["clients"], row["broker"]) for row in rows] == [
            ("INFY.NSE", 1, "mock"), ("RELIANCE.NSE", 2, "mock")]
        assert rows[0]["updates"] > 0 and rows[0]["status"] == "active"
        lines = gateway.run("subs", "--broker", "mock").splitlines()
        assert max(map(len, lines)) <= 80
        assert re.match(r"INFY\.NSE +quote +active +mock +1 +\d+$", lines[1]), lines
        assert re.match(r"RELIANCE\.NSE +depth 50 +(active|pending) +mock +2 +\d+$", lines[2]), lines
    _, error = run("subs", "--broker", "nope", "--config", gateway.config, status=1, both=True)
    assert "no broker nope" in error


@pytest.mark.parametrize("command", ["top", "clients", "subs"])
def test_without_a_gateway_they_say_so(start, command):
    gateway = start()
    gateway.stop()
    _, error = run(command, "--config", gateway.config, status=1, both=True)
    assert "no gateway is running" in error


@pytest.mark.parametrize("arguments", [["clients", "--limit", "0"], ["clients", "--limit", "10001"], ["subs", "--client", "x"],
                                       ["subs", "--client", "1", "--broker", "mock"], ["tail"], ["tail", "INFY"],
                                       ["tail", "INFY.NSE", "--count", "0"], ["tail", "INFY.NSE", "--mode", "all"]])
def test_wrong_usage_is_2(arguments):
    _, error = run(*arguments, status=2, both=True)
    assert error


@pytest.mark.parametrize("mode, expected", [
    ("ltp", r"\S+ INFY\.NSE ltp=\d+\.\d\d broker=mock( snapshot)? simulated"),
    ("quote", r"\S+ INFY\.NSE ltp=\d+\.\d\d open=.* close=\d+\.\d\d volume=\d+ .*broker=mock.*"),
    ("depth", r"\S+ INFY\.NSE ltp=.* bid=\d+\.\d\d bid_quantity=\d+ ask=\d+\.\d\d ask_quantity=\d+ broker=mock.*")])
def test_tail(start, mode, expected):
    gateway = start()
    lines = gateway.run("tail", "INFY.NSE", "--mode", mode, "--count", 3, "--key", gateway.key()).splitlines()
    assert len(lines) == 3
    for line in lines:
        assert re.fullmatch(expected, line), line
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} ", line), line
    gateway.wait_line("disconnected: 1000")


def test_tail_of_several_as_json(start):
    gateway = start()
    out, error = run("tail", "INFY.NSE", "NOPE.NSE", "RELIANCE.NSE", "--json", "--count", 20, "--key", gateway.key(),
                     "--config", gateway.config, both=True)
    messages = [json.loads(line) for line in out.splitlines()]
    assert len(messages) == 20 and {message["topic"] for message in messages} == {"INFY.NSE", "RELIANCE.NSE"}
    assert "Symbol NOPE not found" in error


def test_tail_of_nothing_is_1(start):
    gateway = start()
    _, error = run("tail", "NOPE.NSE", "--key", gateway.key(), "--config", gateway.config, status=1, both=True)
    assert "Symbol NOPE not found for exchange NSE" in error
    _, error = run("tail", "INFY.NSE", "--key", "wrong", "--config", gateway.config, status=1, both=True)
    assert "Invalid API key" in error


def test_tail_says_what_may_be_meant_and_prints_no_control_characters(start, tmp_path):
    kite = Kite(tmp_path)
    gateway = start_with(start, "zerodha", (kite, kite.config("ws://127.0.0.1:1")))
    key = gateway.key()

    def said(*words, status=1):
        return run(*words, "--config", gateway.config, status=status, both=True)[1]
    for command in ("tail", "watch"):
        error = said(command, "RELIENCE.NSE", "--key", key)
        assert error.splitlines()[-1] == "broker-gateway: Symbol RELIENCE not found for exchange NSE; did you mean RELIANCE.NSE?", error
        error = said(command, "A\x1b[2J.NSE", "--key", key)
        assert "\x1b" not in error and "A\\x1B[2J" in error, error
    for words in (("t\x1b[2Jail",), ("status", "--\x1b[2J"), ("tail", "INFY.NSE", "--mode", "\x1b[2J")):
        error = said(*words, status=2)
        assert "\x1b" not in error and "\\x1B[2J" in error, error


def test_a_frozen_gateway_is_told_until_it_answers_again(start):
    gateway = start()
    key = gateway.key()
    commands = [[BINARY, command, "INFY.NSE", "--key", key, "--config", gateway.config] for command in ("tail", "watch")]
    with Process(commands[0]) as tail, Process(commands[1]) as watch:
        tail.wait_line(r"INFY\.NSE ltp=")
        watch.wait_line("INFY")
        gateway.child.send_signal(signal.SIGSTOP)
        try:
            for command in (tail, watch):
                command.wait_line(r"^the gateway has not answered for \d+ s; waiting for it$")
        finally:
            gateway.child.send_signal(signal.SIGCONT)
        for command in (tail, watch):
            command.wait_line("^the gateway answers again$")
        seen = len(tail.lines)
        tail.wait_line(r"INFY\.NSE ltp=", seen)
        assert tail.stop(signal.SIGINT) == 0 and watch.stop(signal.SIGINT) == 0


def test_tail_survives_a_new_start_of_the_gateway(start):
    gateway = start()
    command = [BINARY, "tail", "INFY.NSE", "--key", gateway.key(), "--config", gateway.config]
    with Process(command) as tail:
        tail.wait_line(r"INFY\.NSE ltp=")
        gateway.stop()
        tail.wait_line("lost the gateway: .*; connecting again")
        seen = len(tail.lines)
        start()
        tail.wait_line(r"INFY\.NSE ltp=", seen)
        assert tail.stop(signal.SIGINT) == 0
