"""The log can never stop the feed: whatever becomes of it, another client's ticks go on without a gap, and the log says
what an operator expects of it."""

import datetime
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

from disks import FULL, fill_disk, small_disk
from gateway import BINARY, BUILD, MOCK, PATIENCE, Gateway, until, write_config


class Quiet(Gateway):
    """A gateway whose standard error goes where the test wants it, which need not be read by anybody."""

    def __init__(self, folder, config, error, env=None, within=()):
        self.folder = pathlib.Path(folder)
        self.config = write_config(self.folder, config)
        self.env = {**os.environ, **(env or {})}
        ready = self.folder / "ready.json"
        self.child = subprocess.Popen([*within, BINARY, "run", "--config", self.config, "--ready-file", ready],
                                      stdout=subprocess.DEVNULL, stderr=error, env=self.env)
        try:
            until(lambda: ready.exists() or self.child.poll() is not None)
            assert self.child.poll() is None, f"ended with {self.child.returncode}"
        except AssertionError:
            self.child.kill()
            self.child.wait()
            raise
        self.ready = json.loads(ready.read_text())
        self.port = self.ready["port"]
        self.url = f"ws://127.0.0.1:{self.port}/"

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(PATIENCE)


class Witness:
    """A client that takes every tick of one instrument, in a thread of its own."""

    def __init__(self, gateway):
        self.client = gateway.client(gateway.key("witness"), extras=True)
        assert self.client.subscribe("RELIANCE", "NSE", 2)["status"] == "success"
        self.sequence = []
        self.problem = None
        self.is_over = False
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def _take(self):
        try:
            while not self.is_over:
                self.sequence.append(self.client.data()["seq"])
        except Exception as problem:
            self.problem = problem

    def misses_nothing(self):
        """Ten more ticks have come, and none was missed up to there."""
        wanted = len(self.sequence) + 10
        until(lambda: len(self.sequence) >= wanted or self.problem)
        assert self.problem is None, self.problem
        sequence = list(self.sequence)
        assert sequence == list(range(sequence[0], sequence[0] + len(sequence)))

    def close(self):
        self.is_over = True
        self.thread.join(PATIENCE)
        self.client.close()


@pytest.fixture
def witness():
    """witness(gateway): a client that sees every tick of it."""
    made = []

    def of(gateway):
        made.append(Witness(gateway))
        return made[-1]
    yield of
    for one in made:
        one.close()


@pytest.fixture
def pipe():
    """A pipe of one page as standard error: .read and .write, descriptors."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    made = type("Pipe", (), {"read": read, "write": write})
    yield made
    for end in (made.read, made.write):
        if end is not None:
            os.close(end)


def fill(pipe):
    os.set_blocking(pipe.write, False)
    try:
        while True:
            os.write(pipe.write, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(pipe.write, True)


def chatter(gateway, rounds=500):
    """One client causes lines, two at each round."""
    with gateway.client(gateway.key("loud")) as loud:
        for _ in range(rounds):
            loud.subscribe("INFY", "NSE", 1)
            loud.unsubscribe("INFY", "NSE", 1)


def log_of(gateway):
    return (gateway.folder / "gateway.log").read_text()


def wait_log(gateway, pattern):
    until(lambda: re.search(pattern, log_of(gateway)))


WITH_FILE = {"log": {"file": "gateway.log"}}


# ---- standard error

@pytest.mark.parametrize("when", ["from the beginning", "later"])
def test_a_reader_of_standard_error_that_stops_stops_nothing(tmp_path, pipe, witness, when):
    if when == "from the beginning":
        fill(pipe)
    with Quiet(tmp_path, {}, pipe.write) as gateway:
        seen = witness(gateway)
        chatter(gateway)
        seen.misses_nothing()
        assert gateway.end() == 0


def test_a_reader_that_goes_on_gets_all_that_waited(tmp_path, pipe, witness):
    with Quiet(tmp_path, {}, pipe.write) as gateway:
        seen = witness(gateway)
        chatter(gateway)
        os.close(pipe.write)
        pipe.write = None
        read = os.fdopen(os.dup(pipe.read), "r")
        ended = []
        ender = threading.Thread(target=lambda: ended.append(gateway.end()))
        seen.misses_nothing()
        ender.start()
        text = read.read()  # to the end of the gateway
        ender.join()
        read.close()
    assert ended == [0]
    assert "starting with" in text and "gateway    stopped\n" in text
    assert re.search(r"… and \d+ more like it from 1 client in the last \d+ s, the first: client \d+ .* subscribed to INFY", text)


def test_a_reader_of_standard_error_that_is_gone_stops_nothing(tmp_path, pipe, witness):
    with Quiet(tmp_path, {}, pipe.write) as gateway:
        seen = witness(gateway)
        os.close(pipe.read)
        pipe.read = None
        chatter(gateway)
        seen.misses_nothing()
        assert gateway.end() == 0


def test_a_start_that_fails_ends_where_nobody_reads_why(tmp_path, pipe):
    fill(pipe)
    config = write_config(tmp_path, {"database": "/proc/none/gateway.db"})
    child = subprocess.Popen([BINARY, "run", "--config", config], stdout=subprocess.DEVNULL, stderr=pipe.write)
    try:
        assert child.wait(PATIENCE) == 2
    finally:
        child.kill()


def test_what_was_logged_before_a_start_that_fails_is_written(start, tmp_path):
    config = write_config(tmp_path / "second", {"server": {"port": start().port, "port_in_use": "fail"}})
    done = subprocess.run([BINARY, "run", "--config", config], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    first, *_, last = done.stderr.splitlines()
    assert "starting with" in first and last.startswith("broker-gateway: ")


def test_without_standard_error_no_file_gets_its_lines(tmp_path):
    with Quiet(tmp_path, {}, None, within=("sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh")) as gateway:
        chatter(gateway, 5)
        with gateway.client() as client:
            assert client.subscribe("INFY", "NSE", 1)["status"] == "success"
        for number in range(3):
            assert os.readlink(f"/proc/{gateway.child.pid}/fd/{number}") == "/dev/null"
        assert gateway.end() == 0


# ---- a full disk

def test_a_full_disk_loses_lines_and_says_so(standard_error, tmp_path, witness):
    with small_disk(tmp_path / "disk", "64k") as disk:
        gateway = standard_error({"log": {"file": str(disk / "gateway.log")}})
        seen = witness(gateway)
        filler = fill_disk(disk)
        chatter(gateway)
        told = f"gateway.log: {FULL}; lines are lost until it can be written again"
        until(lambda: told in (tmp_path / "stderr").read_text())
        seen.misses_nothing()
        filler.unlink()
        until(lambda: re.search(rf"warning log        \d+ lines lost: {FULL}", (disk / "gateway.log").read_text()))
        seen.misses_nothing()
        chatter(gateway, 1)
        assert gateway.end() == 0
        assert "gateway    stopped\n" in (disk / "gateway.log").read_text()
        assert (tmp_path / "stderr").read_text().count("lines are lost") == 1


@pytest.fixture
def standard_error(tmp_path):
    """Starts a gateway whose lines must not be waited for on standard error, because they are in a file."""
    made = []

    def started(config, within=(), env=None):
        error = (tmp_path / "stderr").open("wb")
        made.append((Quiet(tmp_path, config, error, within=within, env=env), error))
        return made[-1][0]
    yield started
    for gateway, error in made:
        gateway.__exit__()
        error.close()


def test_a_disk_that_was_full_from_the_beginning_is_told_on_standard_error(standard_error, tmp_path, witness):
    gateway = standard_error({"log": {"file": "/dev/full"}})
    seen = witness(gateway)
    chatter(gateway)
    seen.misses_nothing()
    until(lambda: re.search(f"/dev/full: {FULL}; lines are lost", (tmp_path / "stderr").read_text()))
    assert gateway.end() == 0


def test_a_file_that_may_not_grow_loses_lines_and_nothing_else(standard_error, tmp_path, witness):
    limit = 16 << 20
    with (tmp_path / "gateway.log").open("wb") as log:
        log.truncate(limit - 1000)
    gateway = standard_error({"log": {"file": "gateway.log", "rotate": {"size": "0B", "daily": False}}},
                             within=("prlimit", f"--fsize={limit}"))
    seen = witness(gateway)
    chatter(gateway)
    seen.misses_nothing()
    until(lambda: "File too large; lines are lost" in (tmp_path / "stderr").read_text())
    os.rename(tmp_path / "gateway.log", tmp_path / "old.log")
    gateway.child.send_signal(signal.SIGUSR1)
    until(lambda: (tmp_path / "gateway.log").exists() and re.search(r"\d+ lines lost: File too large", log_of(gateway)))
    seen.misses_nothing()
    assert gateway.end() == 0


# ---- floods

def test_one_client_cannot_fill_the_log(start, witness):
    gateway = start()
    seen = witness(gateway)
    chatter(gateway, 2000)
    seen.misses_nothing()
    assert gateway.stop() == 0
    about = [line for line in gateway.lines if "INFY" in line]
    assert len(about) < 600, len(about)
    told = [re.search(r"… and ([\d,]+) more like it from 1 client in the last \d+ s, the first: client \d+ .*: client \d+ .* "
                      r"subscribed to INFY|… and ([\d,]+) more like it from 1 client", line) for line in about]
    folded = sum(int((found[1] or found[2]).replace(",", "")) for found in told if found)
    assert folded + len([found for found in told if not found]) == 4000  # none is gone without being counted


def test_unauthenticated_clients_cannot_fill_the_log(start, witness):
    gateway = start()
    seen = witness(gateway)
    for _ in range(300):
        with gateway.client(False) as unknown:
            unknown.send({"action": "authenticate", "api_key": "wrong"})
            assert unknown.wait_closed()[0] == 4401
    seen.misses_nothing()
    assert gateway.stop() == 0
    assert len([line for line in gateway.lines if "Invalid API key, closed with 4401" in line]) < 250
    assert any(re.search(r"… and \d+ more like it from \d+ clients in .*Invalid API key", line) for line in gateway.lines)


@pytest.fixture
def bad(start, tmp_path):
    """bad(misdeed): a gateway with the mock broker and one whose plugin does that."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    for file in (BUILD / "plugins" / "mock.so", BUILD / "tests" / "bad_plugins" / "bad_calls.so"):
        shutil.copyfile(file, plugins / file.name)
        (plugins / file.name).chmod(0o644)
    return lambda misdeed: start({"plugins": {"directory": str(plugins)}, "active_broker": "mock", "brokers": {
        "mock": MOCK, "bad_calls": {"plugin": "bad_calls", "settings": {"misdeed": misdeed}}}})


def test_a_plugin_that_logs_much_in_one_call_is_cut(bad, witness):
    gateway = bad("log 20 MB")
    seen = witness(gateway)
    gateway.wait_line(r"bad_calls: begin x{7000}x* … \(209\d{5} more bytes were cut off\)$")
    seen.misses_nothing()


def test_a_plugin_that_logs_for_ever_fills_nothing(bad, witness):
    gateway = bad("log in a loop")
    seen = witness(gateway)
    gateway.wait_line(r"plugin     … and [\d,]+ more like it in the last 1\d s, the first: bad_calls: nonsense \d+$")
    seen.misses_nothing()
    assert gateway.stop() == 0
    assert len([line for line in gateway.lines if "nonsense" in line]) < 1000


# ---- files

def test_a_file_is_rotated_by_its_size(standard_error, witness):
    gateway = standard_error({"log": {"file": "gateway.log", "rotate": {"size": "4KiB", "keep": 3}}})
    seen = witness(gateway)
    chatter(gateway, 200)
    seen.misses_nothing()
    assert gateway.end() == 0
    files = sorted(path.name for path in gateway.folder.glob("gateway.log*"))
    assert files == ["gateway.log", "gateway.log.1", "gateway.log.2", "gateway.log.3"]
    text = "".join((gateway.folder / name).read_text() for name in reversed(files))
    assert "gateway    stopped\n" in text
    times = [line.split()[0] for line in text.splitlines()]
    assert times == sorted(times)


@pytest.mark.parametrize("daily", [True, False])
def test_a_file_of_another_day_is_rotated(standard_error, tmp_path, daily):
    old = tmp_path / "gateway.log"
    old.write_text("yesterday\n")
    yesterday = (datetime.datetime.now() - datetime.timedelta(days=1)).timestamp()
    os.utime(old, (yesterday, yesterday))
    gateway = standard_error({"log": {"file": "gateway.log", "rotate": {"daily": daily}}})
    assert gateway.end() == 0
    if daily:
        assert (tmp_path / "gateway.log.1").read_text() == "yesterday\n"
        assert "yesterday" not in log_of(gateway)
    else:
        assert log_of(gateway).startswith("yesterday\n") and not (tmp_path / "gateway.log.1").exists()


@pytest.mark.parametrize("how", [signal.SIGUSR1, signal.SIGHUP])
def test_a_file_that_was_renamed_is_opened_again(standard_error, tmp_path, witness, how):
    gateway = standard_error(WITH_FILE)
    seen = witness(gateway)
    os.rename(tmp_path / "gateway.log", tmp_path / "renamed.log")
    gateway.child.send_signal(how)
    until(lambda: (tmp_path / "gateway.log").exists())
    wait_log(gateway, r"gateway\.log was opened again")
    chatter(gateway, 1)
    seen.misses_nothing()
    assert gateway.end() == 0
    assert "subscribed to INFY" in log_of(gateway)
    assert "subscribed to INFY" not in (tmp_path / "renamed.log").read_text()


def test_a_file_that_cannot_be_opened_again_goes_on(standard_error, tmp_path, witness):
    gateway = standard_error(WITH_FILE)
    seen = witness(gateway)
    os.rename(tmp_path / "gateway.log", tmp_path / "renamed.log")
    (tmp_path / "gateway.log").mkdir()
    gateway.child.send_signal(signal.SIGUSR1)
    until(lambda: "cannot be opened again: Is a directory; going on with the file that was open" in
          (tmp_path / "renamed.log").read_text())
    seen.misses_nothing()
    assert gateway.end() == 0


# ---- lines

def test_the_journal_gets_priorities_and_no_times(tmp_path):
    read, write = os.pipe()
    found = os.fstat(write)
    with os.fdopen(read) as lines:
        with Quiet(tmp_path, {"zeromq": {"symbols": ["NOTHING.NSE"]}}, write,
                   env={"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}) as gateway:
            os.close(write)
            assert gateway.end() == 0
        text = lines.read().splitlines()
    assert any(line.startswith("<6>gateway: starting with ") for line in text), text
    assert any(line.startswith("<4>zeromq: NOTHING.NSE is not known") for line in text), text
    assert all(re.match(r"<[3-7]>\w+: ", line) for line in text), text


def test_a_journal_that_is_not_ours_changes_nothing(start):
    gateway = start(env={"JOURNAL_STREAM": "8:1"})
    assert re.match(r"\d{4}-\d\d-\d\dT", gateway.lines[0])


@pytest.mark.parametrize("form", ["text", "json"])
def test_times_are_local_and_say_so(start, form):
    gateway = start({"log": {"format": form}}, env={"TZ": "Asia/Kolkata"})
    line = gateway.lines[0]
    text = json.loads(line)["time"] if form == "json" else line.split()[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30", text)
    assert abs(datetime.datetime.fromisoformat(text).timestamp() - time.time()) < 3600


# ---- signals

MEANINGLESS = ["USR2", "QUIT", "ALRM", "PROF", "VTALRM", "IO", "PWR", "STKFLT", "XCPU", "TSTP", "TTIN", "TTOU", "RTMIN", "RTMAX"]


def number_of(name):
    return 16 if name == "STKFLT" else getattr(signal, f"SIG{name}")  # Python has no name for that one


@pytest.mark.parametrize("name", MEANINGLESS)
def test_a_signal_without_a_meaning_is_a_line(start, witness, name):
    gateway = start()
    seen = witness(gateway)
    gateway.child.send_signal(number_of(name))
    shown = "signal (34|64)" if name.startswith("RT") else "SIG(IO|POLL)" if name == "IO" else f"SIG{name}"
    gateway.wait_line(rf"warning gateway    {shown} means nothing here: the gateway goes on")
    seen.misses_nothing()
    assert gateway.stop() == 0


@pytest.mark.parametrize("name", ["PIPE", "XFSZ"])
def test_a_signal_of_a_failed_write_is_nothing(start, witness, name):
    gateway = start()
    seen = witness(gateway)
    gateway.child.send_signal(getattr(signal, f"SIG{name}"))
    seen.misses_nothing()
    assert gateway.stop() == 0


def test_a_crash_is_still_one(tmp_path, pipe):
    """Where nobody reads, too: what ends the gateway then must not wait for the log."""
    fill(pipe)
    with Quiet(tmp_path, {}, pipe.write, within=("prlimit", "--core=0")) as gateway:
        gateway.child.send_signal(signal.SIGABRT)
        assert gateway.child.wait(PATIENCE) == -signal.SIGABRT
