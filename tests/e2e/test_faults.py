"""A catalogue of bad days, each played against the gateway by a stand-in broker. What must hold of all of them: no client
is lost, what is silent is said to be, afterwards the broker has exactly the subscriptions from before, every instrument
ticks again, and the ledger has nothing unexplained. The rows of docs/reliability.md are what these tests saw, and those of
refusals and tokens that have files of their own."""

import json
import shutil
import subprocess
import time

import pytest

import fault_table
from brokers import STALL, Angel, Kite, link_of, start_with, status_of
from gateway import PATIENCE
from monitoring import agree
from stand_in import until

SYMBOLS = ("INFY", "RELIANCE", "SBIN")
STALE = {"type": "feed_status", "status": "stale"}
LOST = {"type": "broker_status", "status": "reconnecting"}
EXPIRED = {"type": "broker_status", "status": "auth_expired"}


class Day:
    """A gateway with one broker, two clients that hold the same, and the broker's books."""

    def __init__(self, start, broker, sim, **more):
        self.start, self.broker, self.sim = start, broker, sim
        self.gateway = start_with(start, broker.name, (broker, broker.config(sim.url, **more)))
        key = self.gateway.key()
        self.told = self.gateway.client(key, extras=True)
        self.plain = self.gateway.client(key)
        self.follow(lambda m: m["type"] == "broker_status" and m["status"] == "connected")
        for client in (self.told, self.plain):
            assert client.subscribe("INFY", "NSE", 4, 20)["status"] == "success"
            request = {"action": "subscribe", "mode": 2, "symbols": [{"symbol": s, "exchange": "NSE"} for s in SYMBOLS]}
            assert client.ask(request)["status"] == "success"
        self.run(20)
        self.before = until(sim, lambda books: len(books["subscriptions"]) == len(SYMBOLS))
        self.saw.clear()

    @property
    def saw(self):
        return self.told.words

    def follow(self, done):
        give_up = time.monotonic() + PATIENCE
        found = [m for m in self.told.notices if done(m)]
        self.told.notices.clear()
        while not found:
            message = self.told.receive()
            assert time.monotonic() < give_up, (message, self.saw)
            found = [message] if done(message) else []
        return found[0]

    def run(self, slots):
        """Live updates that were read from the broker in so many different slots of a 64th of the stall limit."""
        last, left = 0, slots

        def heard(message):
            nonlocal last, left
            if message["type"] == "market_data" and message["received_at"] - last > STALL / 64:
                last, left = message["received_at"], left - 1
            return left <= 0
        self.follow(heard)

    def until_told(self, fields):
        return self.follow(lambda m: all(m.get(k) == v for k, v in fields.items()))

    def until_well(self):
        """Each stream has a live update that was made from now on."""
        begin = time.time()
        missing = {(s, 2) for s in SYMBOLS} | {("INFY", 4)}

        def heard(message):
            if message["type"] == "market_data" and "snapshot" not in message and message["received_at"] > begin:
                missing.discard((message["data"]["symbol"], message["mode"]))
            return not missing
        self.follow(heard)

    def until_live(self):
        """What came first may have been the broker's answers to subscribes, which prove no life."""
        give_up = time.monotonic() + PATIENCE
        while (seen := (self.counts("status"), self.counts("feed"))) != ("connected", "live"):
            assert time.monotonic() < give_up, seen
            self.run(3)

    def counts(self, name):
        return link_of(self.gateway, self.broker)[name]

    def until_counts(self, name):
        """A count of the link is above zero; the feed goes on meanwhile."""
        give_up = time.monotonic() + PATIENCE
        while not self.counts(name):
            assert time.monotonic() < give_up, name
            self.run(3)

    def point_to(self, url):
        """Another address of the broker, in gateway.yaml."""
        config = json.loads(self.gateway.config.read_text())
        config["brokers"][self.broker.name]["settings"]["url"] = url
        self.gateway.config.write_text(json.dumps(config))
        self.gateway.reload()

    def new_token(self):
        self.broker.write_token(f"token-{time.time()}")

    def end(self, fault, begin, connections, saw=None):
        """Everything is as before; the row of the table. `saw`: what another client was told that is meant by it."""
        self.until_well()
        seconds = time.monotonic() - begin
        after = until(self.sim, lambda books: books["subscriptions"] == self.before["subscriptions"])
        self.until_live()
        for client in (self.told, self.plain):
            client.barrier()
        status = status_of(self.gateway)
        assert status["ledger"]["unexplained"] == 0 and status["ledger"]["due"] > 0, status["ledger"]
        opened = after["connections"]["total"] - connections
        fault_table.add(fault, self.broker.name, saw or self.saw, seconds, after["subscriptions"] == self.before["subscriptions"],
                        opened)
        self.told.close()
        self.plain.close()
        return opened


# name, what is done, what the client with extras is told, what is done for it to end, what else must be seen, and what
# must hold at last.
def fault(name, *inject, sees=None, cure=None, also=None, then=None, event=False, config=None):
    return pytest.param(inject, sees, cure, also, then, event, config or {}, name, id=name.replace(" ", "-"))


def found_mute(name):
    """Angel cannot be asked again, and three shares are too few to say that one should tick: alone they are quiet."""
    return {**STALE, "status": "quiet"} if name == "angel" else STALE


def retry_by_hand(day):
    day.gateway.run("brokers", "retry", day.broker.name)


def all_ticks_arrived(day):
    """Not one tick that the broker sent is missing, and none was dropped on the way."""
    day.sim.fault("mute")
    give_up = time.monotonic() + PATIENCE
    while True:
        sent, link = day.sim.books()["ticks_sent"], link_of(day.gateway, day.broker)
        if sent == link["updates"] and link["updates_invalid"] == 0:
            break
        assert time.monotonic() < give_up, (sent, link)
    day.sim.fault("none")


CATALOGUE = [
    fault("mute: heartbeats, no ticks", {"fault": "mute"}, sees=found_mute),
    fault("silence: nothing at all", {"fault": "silence"}, sees=STALE),
    fault("half-open TCP", {"fault": "half_open"}, sees=STALE),
    fault("exchange times fall behind", {"fault": "lag", "seconds": 60}, sees=STALE, config={"lag_limit": "3s"}),
    fault("dropped", {"fault": "drop"}, sees=LOST, event=True),
    fault("closed with 1001", {"fault": "close", "code": 1001}, sees=LOST, event=True),
    fault("closed with 4000", {"fault": "close", "code": 4000}, sees=LOST, event=True),
    fault("dropped at random, five times a second", {"fault": "random_drops", "per_second": 5}, sees=LOST),
    fault("connections refused", {"fault": "refuse_connections"}, {"fault": "drop"}, sees=LOST),
    fault("slow handshake", {"fault": "slow_handshake", "milliseconds": 700}, {"fault": "drop"}, sees=LOST),
    fault("500 on upgrade", {"fault": "upgrade", "status": 500}, {"fault": "drop"}, sees=LOST),
    fault("429 on upgrade, then retried by hand", {"fault": "upgrade", "status": 429, "retry_after": 1}, {"fault": "drop"},
          sees=LOST, cure=retry_by_hand),
    fault("401 or 403 on upgrade, then a new token", {"fault": "drop"}, sees=EXPIRED, cure=Day.new_token),
    fault("token dies in the session", {"fault": "token_death"}, sees=EXPIRED, cure=Day.new_token),
    fault("truncated frames", {"fault": "truncated", "every": 3}, also=lambda day: day.until_counts("frames_refused")),
    fault("corrupted frames", {"fault": "corrupted", "every": 3}, also=lambda day: day.until_counts("frames_refused")),
    fault("frames in an unknown layout", {"fault": "unknown", "every": 3}, also=lambda day: day.run(20)),
    fault("oversized frames", {"fault": "oversized", "every": 50}, sees=LOST),
    fault("throttled to 20 frames a second", {"fault": "throttle", "frames_per_second": 20},
          also=lambda day: day.run(20)),
    fault("duplicate ticks", {"fault": "duplicate"}, also=lambda day: day.run(20), then=all_ticks_arrived),
    fault("ticks out of order", {"fault": "out_of_order"}, also=lambda day: day.run(20), then=all_ticks_arrived),
]


# Faults between which the link is well for a moment, again and again; and lag, which the new login's link does not count
# before it has been in time once.
PASSING = ("random_drops", "slow_handshake", "oversized", "lag")


@pytest.fixture(params=["zerodha", "angel"])
def broker(request, tmp_path):
    return {"zerodha": Kite, "angel": Angel}[request.param](tmp_path)


@pytest.mark.parametrize("inject, sees, cure, also, then, event, config, name", CATALOGUE)
def test_fault(start, broker, inject, sees, cure, also, then, event, config, name):
    sim = start.sim("--rate", 50, broker=broker.name)
    day = Day(start, broker, sim, **config)
    if callable(sees):
        sees = sees(broker.name)
    if sees is EXPIRED and inject[0]["fault"] == "drop":
        sim.fault("upgrade", status=broker.refusal)
    connections = day.before["connections"]["total"]
    begin = time.monotonic()
    for step in inject:
        sim.fault(step["fault"], **{k: v for k, v in step.items() if k != "fault"})
    if sees:
        day.until_told(sees)
        if not event and sees["status"] != "quiet" and inject[0]["fault"] not in PASSING:
            agree(day.gateway, broker.name, sees["status"])
    if also:
        also(day)
    if not sees:  # nobody who only reads prices notices anything
        assert not {"stale", "reconnecting"} & set(day.saw), day.saw
    if then:
        then(day)
    if not event:
        sim.fault("none")
        begin = time.monotonic()
    if cure:
        cure(day)
    opened = day.end(name, begin, connections)
    if sees is EXPIRED:
        assert sim.books()["logins"]["refused"] <= 2
    assert opened <= 12


def test_refused_subscriptions(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    sim.fault("refuse_subscriptions", tokens=[broker.in_books("TCS")])
    assert day.told.subscribe("TCS", "NSE", 1)["status"] == "success"
    if broker.name == "angel":  # Kite's complaint names no instrument: the subscription stays pending
        error = day.until_told({"type": "error", "code": "SUBSCRIPTION_ERROR", "symbol": "TCS"})
        assert "E1001" in error["message"]
    sim.fault("none")
    begin = time.monotonic()
    assert day.told.unsubscribe("TCS", "NSE", 1)["status"] == "success"
    assert day.end("a subscription refused", begin, connections) == 0
    assert not [n for n in day.plain.notices if n["type"] == "error"]


def test_a_depth_that_is_refused(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    sim.fault("refuse_subscriptions", tokens=[broker.in_books("SBIN")], modes={"zerodha": ["full"], "angel": [3, 4]}[broker.name])
    seq = day.told.data(topic="SBIN.NSE")["seq"]
    with day.gateway.client(extras=True) as asker:
        asker.next("broker_status")
        asker.words.clear()
        assert asker.subscribe("SBIN", "NSE", 4, 20)["status"] == "success"
        if broker.name == "angel":  # Kite's complaint names no instrument: the subscription stays pending
            assert "E1001" in asker.next("error")["message"]
        for _ in range(100):  # the other client's quote goes on, without a gap
            message = day.told.data(topic="SBIN.NSE")
            seq += 1
            assert (message["mode"], message["seq"]) == (2, seq)
        sim.fault("none")
        begin = time.monotonic()
        assert asker.unsubscribe("SBIN", "NSE", 4)["status"] == "success"
        assert day.end("a depth level refused", begin, connections, asker.words) == 0
    assert not day.saw


def check_every_step(messages):
    """One stream of quotes: nothing that was published is missing, and no step of the stand-in's market. Each step adds its
    last quantity to the volume; a broker that changes the mode shows the same step again."""
    for before, after in zip(messages, messages[1:]):
        assert after["seq"] == before["seq"] + 1
        grown = after["data"]["volume"] - before["data"]["volume"]
        assert grown in (0, after["data"]["last_trade_quantity"]), (before, after)


def test_modes_that_change_under_load(start, broker):
    """A client's streams while another subscribes and ends richer ones of the same instruments."""
    sim = start.sim("--rate", 150, broker=broker.name)
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    kept = {(symbol, 2): [] for symbol in SYMBOLS} | {("TCS", 1): []}

    def keep(more=0):
        """What came; and until so many more of each of the streams that change have come."""
        enough = {key: len(messages) + more for key, messages in kept.items()}
        while True:
            day.plain.barrier()  # reads it too
            day.plain.market_data.clear()
            day.told.barrier()
            for message in day.told.market_data:
                kept.setdefault((message["data"]["symbol"], message["mode"]), []).append(message)
            day.told.market_data.clear()
            if all(len(kept[key]) >= count for key, count in enough.items()):
                return

    def ask(client, action, mode, *symbols, **more):
        answer = client.ask({"action": action, "mode": mode, **more, "symbols": [{"symbol": s, "exchange": "NSE"} for s in symbols]})
        assert answer["status"] == "success", answer
    assert day.told.subscribe("TCS", "NSE", 1)["status"] == "success"
    keep()
    with day.gateway.client() as other:
        for level in [5, broker.deepest] * 10:
            ask(other, "subscribe", 4, *SYMBOLS, depth_level=level)
            ask(other, "subscribe", 2, "TCS")
            waiting = {(symbol, 4) for symbol in SYMBOLS} | {("TCS", 2)}
            while waiting:
                message = other.data()
                waiting.discard((message["data"]["symbol"], message["mode"]))
            keep(20)
            ask(other, "unsubscribe", 4, *SYMBOLS)
            ask(other, "unsubscribe", 2, "TCS")
            keep(20)
    begin = time.monotonic()
    for symbol in SYMBOLS:
        assert len(kept[symbol, 2]) > 500
        check_every_step(kept[symbol, 2])
    numbers = [message["seq"] for message in kept["TCS", 1]]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and len(numbers) > 500
    day.told.unsubscribe("TCS", "NSE", 1)
    assert day.end("mode changes under load", begin, connections) == 0
    status = status_of(day.gateway)
    assert (status["hidden_trades"], link_of(day.gateway, broker)["conflated"]) == (0, 0)
    sim.fault("mute")
    give_up = time.monotonic() + PATIENCE
    while (sent := sim.books()["ticks_sent"]) != sum(told_of(link := link_of(day.gateway, broker))):
        assert time.monotonic() < give_up, (sent, link)


def told_of(link):
    """Ticks that came: published, already said in another mode, of what had just been given up."""
    return link["updates"], link["dropped"]["duplicate"], link["dropped"]["unknown_instrument"]


def test_more_than_the_broker_allows(start, broker):
    """The broker's limit is lower than its plugin says."""
    sim = start.sim("--rate", 50, broker=broker.name)
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    sim.fault("over_limit", instruments=1)
    assert day.told.subscribe("TCS", "NSE", 1)["status"] == "success"
    if broker.name == "angel":
        assert "E1002" in day.until_told({"type": "error", "code": "SUBSCRIPTION_ERROR", "symbol": "TCS"})["message"]
    sim.fault("none")
    begin = time.monotonic()
    assert day.told.unsubscribe("TCS", "NSE", 1)["status"] == "success"
    assert day.end("beyond the broker's limit", begin, connections) == 0


def test_a_name_that_no_server_has(start, broker):
    sim = start.sim("--rate", 50, broker=broker.name)
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    day.point_to("wss://broker.invalid/")
    lost = day.until_told(LOST)
    assert "broker.invalid" in lost["message"], lost
    begin = time.monotonic()
    day.point_to(sim.url)
    day.end("DNS fails, then the address is mended", begin, connections)


@pytest.mark.parametrize("option, name", [("--dead-address", "dead first address"),
                                          ("--silent-address", "silent first address")])
def test_a_first_address_that_is_no_use(start, broker, tmp_path, option, name):
    """The name of the broker has two addresses; the first swallows what comes, or accepts it and never answers."""
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    start.within = ("unshare", "-rm", "sh", "-c", f'mount --bind {tmp_path}/hosts /etc/hosts && exec "$@"', "sh")
    look_up = [*start.within, "getent", "ahosts", "localhost"]
    if not shutil.which("unshare") or not subprocess.run(look_up, stdout=subprocess.PIPE).stdout.startswith(b"::1 "):
        pytest.skip("this machine lets no test have a hosts file of its own, or has no IPv6")
    sim = start.sim("--rate", 50, option, "::1", broker=broker.name)
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    begin = time.monotonic()
    day.point_to(sim.url.replace("127.0.0.1", "localhost"))
    day.until_told({"type": "broker_status", "status": "connected"})
    day.end(name, begin, connections)


def test_a_slow_tls_handshake(start, broker, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    sim = start.sim("--rate", 50, "--tls-certificate", certificate.file, "--tls-key", certificate.key, broker=broker.name)
    assert sim.url.startswith("wss://")
    day = Day(start, broker, sim)
    connections = day.before["connections"]["total"]
    sim.fault("slow_handshake", milliseconds=700)
    begin = time.monotonic()
    sim.fault("drop")
    day.until_told(LOST)
    day.end("slow TLS handshake", begin, connections)


def test_one_broker_takes_over_from_the_other(start, tmp_path):
    kite, angel = Kite(tmp_path), Angel(tmp_path)
    sims = start.sim("--rate", 50), start.sim("--rate", 50, broker="angel")
    gateway = start_with(start, ["zerodha", "angel"], (kite, kite.config(sims[0].url)),
                         (angel, angel.config(sims[1].url, standby="hot")))
    with gateway.client(extras=True) as client:
        client.next("broker_status", status="connected", broker="zerodha")
        request = {"action": "subscribe", "mode": 2, "symbols": [{"symbol": s, "exchange": "NSE"} for s in SYMBOLS]}
        client.ask(request)
        until(sims[1], lambda books: len(books["subscriptions"]) == len(SYMBOLS))
        for _ in range(60):
            client.data()
        sims[0].fault("drop")
        begin = time.monotonic()
        client.next("broker_status", status="switched", broker="angel")
        missing = set(SYMBOLS)
        while missing:
            message = client.data()
            missing.discard(message["data"]["symbol"])
        seconds = time.monotonic() - begin
        # Not a tick of the first was lost but what was on its way, and the next goes on from the newest that it knew.
        lost = sims[0].books()["ticks_sent"] - link_of(gateway, kite)["updates"]
        assert 0 <= lost <= len(SYMBOLS)
        books = sims[1].books()
        assert books["connections"]["total"] == 1 and len(books["subscriptions"]) == len(SYMBOLS)
        assert status_of(gateway)["ledger"]["unexplained"] == 0
    fault_table.add("first of two brokers dropped, the next hot", "zerodha, angel", ["switched"], seconds, True, 0)
