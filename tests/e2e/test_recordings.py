"""`run --record`: each bundled plugin's recording, made by the real gateway at a stand-in broker, is replayed by the plugin
without a difference, and to a gateway by broker-sim. A recording that cannot go on costs nobody a tick."""

import json
import os
import signal
import subprocess

import pytest

import bybit_exchange
import test_bybit
from brokers import Angel, Kite, start_with
from gateway import BUILD, MOCK, SIM, Process, run, write_config
from test_isolation import Processes

SHARE = ("INFY", "NSE")


def replay(broker, recording):
    """What the plugin makes of its recording."""
    done = subprocess.run([str(BUILD / "tests" / "replay-plugin"), str(BUILD / "plugins" / f"{broker}.so"), str(recording)],
                          capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def the_recording(folder, broker):
    found = list(folder.glob(f"{broker}-*.bgwrec"))
    assert len(found) == 1, found
    assert found[0].stat().st_mode & 0o777 == 0o600
    return found[0]


def expect_equal(broker, folder, least):
    recording = the_recording(folder, broker)
    played = replay(broker, recording)
    assert played["difference"] == "" and played["cut"] == "" and played["published"] >= least, played
    return recording


def shown(message):
    """What a client is shown, without the times at which this gateway did its work."""
    data = {key: value for key, value in message["data"].items() if not key.endswith("_at")}
    if data.get("timestamp_from") == "gateway":
        del data["timestamp"]
    return message["mode"], message["topic"], data


class ReplaySim(Process):
    def __init__(self, recording, speed):
        super().__init__([SIM, "--replay", recording, "--port", 0, "--speed", speed])
        self.port = int(self.wait_line(r"replaying .* on ws://127.0.0.1:(\d+)/")[1])
        self.url = f"ws://127.0.0.1:{self.port}"


@pytest.fixture
def folder(tmp_path, start):
    start.words = ("--record", tmp_path / "recordings")
    return tmp_path / "recordings"


@pytest.mark.parametrize("isolation", ["inproc", "process"])
def test_the_mock_brokers(start, folder, isolation):
    gateway = start({"brokers": {"mock": {**MOCK, "isolation": isolation}}})
    with gateway.client(extras=True) as client:
        client.subscribe(*SHARE, 4, depth_level=50)
        client.subscribe("TCS", "NSE", 2)
        for _ in range(60):
            client.data()
    assert gateway.stop() == 0
    expect_equal("mock", folder, 60)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("make", [Kite, Angel])
def test_of_a_broker_with_sockets(start, folder, tmp_path, make):
    broker = make(tmp_path)
    sim = start.sim("--rate", 50, broker=broker.name)
    gateway = start_with(start, broker.name, (broker, broker.config(sim.url)))
    seen = []
    with gateway.client(extras=True) as client:
        client.subscribe(*SHARE, 2)
        while len(seen) < 100:
            seen.append(shown(client.data()))
    gateway.stop()
    recording = expect_equal(broker.name, folder, 100)
    assert broker.token_file.read_text().encode() not in recording.read_bytes()

    start.words = ()
    for speed, path in (("max", ""), ("25", "/elsewhere")):
        again = start_with_replay(start, broker, recording, speed, path)
        with again.client(extras=True) as client:
            client.subscribe(*SHARE, 2)
            assert [shown(client.data()) for _ in seen] == seen
        again.stop()


def start_with_replay(start, broker, recording, speed, path):
    replaying = ReplaySim(recording, speed)
    start.ends_with_it(replaying)
    again = start_with(start, broker.name, (broker, broker.config(replaying.url + path, stall_limit="60s")))
    return again


def test_bybits(start, folder, tmp_path):
    with bybit_exchange.Exchange(test_bybit.MADE, page_size=1) as exchange:
        gateway = test_bybit.serve(start, exchange, tmp_path)
        with gateway.client(extras=True) as client:
            client.subscribe("AUSDT", "BYBIT_LINEAR", 4, 5)
            exchange.wait_topics("linear", "orderbook.50.AUSDT", "publicTrade.AUSDT")
            exchange.play("linear", test_bybit.trade_frame("AUSDT", "9.50", "1"))
            exchange.play("linear", test_bybit.book_frame("AUSDT", 7, [["9.00", "1.5"]], [["10.00", "2"]], "snapshot"))
            for number in range(8, 40):
                exchange.play("linear", test_bybit.book_frame("AUSDT", number, [["9.00", str(number)]], []))
            while test_bybit.exactly(client, mode=4)["depth"]["buy"][0]["quantity"] != 39:
                pass
        gateway.stop()
    expect_equal("bybit", folder, 34)


@pytest.mark.parametrize("how, least", [(signal.SIGKILL, 30),  # the last 20 ms may be missing
                                        (signal.SIGSEGV, 40)])
def test_a_process_that_dies_leaves_what_is_whole(start, folder, how, least):
    gateway = start({"brokers": {"mock": {**MOCK, "isolation": "process", "restart": {"first": "10ms", "max": "20ms"}}}})
    with gateway.client(extras=True) as client:
        client.subscribe(*SHARE, 2)
        for _ in range(40):
            client.data(snapshot=None)
        os.kill(Processes(gateway, "mock").next(), how)
        client.next("broker_status", status="connected")
    gateway.stop()
    recordings = sorted(folder.glob("mock-*.bgwrec"))
    assert len(recordings) == 2
    played = [replay("mock", recording) for recording in recordings]
    assert [p["difference"] for p in played] == ["", ""]
    assert played[0]["published"] >= least


def test_a_disk_without_room_costs_nobody_a_tick(start, folder):
    start.within = ("/bin/sh", "-c", 'ulimit -f 2048; exec "$0" "$@"')  # no file may be larger than a MiB
    gateway = start({"brokers": {"mock": {"plugin": "mock", "settings": {"updates_per_second": 2000}}}})
    with gateway.client(extras=True) as client:
        client.subscribe(*SHARE, 4, depth_level=50)
        client.data(snapshot=None)
        gateway.wait_line(r"mock: its recording ends here: File too large; the feed goes on without it")
        seq = client.data(snapshot=None)["seq"]
        for _ in range(100):
            seq += 1
            assert client.data(snapshot=None)["seq"] == seq
    assert "1 recordings ended before their time" in gateway.run("status")
    key = gateway.key("admin", "--scope", "admin")
    metrics = gateway.http("/metrics", Authorization=f"Bearer {key}")[1]
    assert 'gateway_broker_recordings_ended_total{broker="mock"} 1' in metrics
    assert gateway.text().count("its recording ends here") == 1
    gateway.stop()
    recording = the_recording(folder, "mock")
    assert replay("mock", recording)["difference"] == ""


def test_a_folder_that_cannot_be_is_said_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    config = write_config(tmp_path, {})
    out, error = run("run", "--config", config, "--record", tmp_path / "file" / "below", status=1, both=True)
    assert "--record" in error and "Not a directory" in error, (out, error)


def test_broker_sim_says_what_it_cannot_replay(start, folder, tmp_path):
    start().stop()
    nonsense = tmp_path / "nonsense.bgwrec"
    nonsense.write_text("nonsense")
    for words, expected in ((["--replay", the_recording(folder, "mock")], "which had no socket"),
                            (["--replay", nonsense], "found no recording, expected a file that begins with BGWREC"),
                            (["--replay", nonsense, "--speed", "0"], "found 0, expected a number from 0.01"),
                            ([], "found neither --broker nor --replay"),
                            (["--broker", "angel", "--speed", "2"], "--speed requires --replay")):
        done = subprocess.run([str(SIM), "--port", "0", *map(str, words)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and expected in done.stderr, (words, done)
