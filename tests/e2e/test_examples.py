"""The client programs of examples/, as they stand there, against the real gateway."""

import os
import shutil
import subprocess

import pytest

from gateway import SOURCE, Process

EXAMPLES = SOURCE / "examples"
MAX_LINES = 40


class Example(Process):
    """One that never ends by itself: its end is the test's."""

    def __exit__(self, *_):
        self.child.kill()
        self.wait()
        self.child.stdout.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The example in C++, built as its user builds it."""
    folder = tmp_path_factory.mktemp("cpp")
    for command in (["cmake", "-S", EXAMPLES / "cpp", "-B", folder], ["cmake", "--build", folder]):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "client"


def command_of(language, gateway, request):
    if language == "node":
        if not shutil.which("node") or not os.path.exists("/usr/share/nodejs/ws"):
            pytest.skip("node-ws is not installed")
        return ["node", EXAMPLES / "node" / "client.js"]
    if language == "cpp":
        return [request.getfixturevalue("built"), gateway.port]
    return ["/usr/bin/python3", "-B", EXAMPLES / "python" / "client.py"]


@pytest.fixture(params=["python", "node", "cpp"])
def language(request):
    return request.param


def start_example(language, gateway, request, key):
    env = {**os.environ, "GATEWAY_URL": gateway.url, "BROKER_GATEWAY_KEY": key, "NODE_PATH": "/usr/share/nodejs"}
    return Example(command_of(language, gateway, request), env=env)


def test_a_client_prints_the_book(language, start, request):
    gateway = start()
    with start_example(language, gateway, request, gateway.key()) as client:
        client.wait_line(r"[Aa]uthentication.*successful")
        first = client.wait_line(r"^(?=.*\b(RELIANCE|ltp)\b)(?=.*\d+\.\d+).*price.*\d+\.\d+")  # in any order
        client.wait_line(r"price", client.lines.index(first.string) + 1)


def test_a_client_says_why_it_was_closed(language, start, request):
    gateway = start()
    with start_example(language, gateway, request, "wrong") as client:
        client.wait_line("INVALID_API_KEY")
        client.wait_line(r"^closed: 4401\b")
        assert client.wait() == 1


def test_a_revoked_key_ends_a_client(language, start, request):
    gateway = start()
    with start_example(language, gateway, request, gateway.key()) as client:
        client.wait_line("price")
        gateway.run("keys", "revoke", "1")
        client.wait_line(r"^closed: 4401 ")
        assert client.wait() == 1


@pytest.mark.parametrize("language", ["python", "node"], indirect=True)
def test_a_client_comes_back_after_a_restart_of_the_gateway(language, start, request):
    gateway = start()
    port = gateway.port
    with start_example(language, gateway, request, gateway.key()) as client:
        client.wait_line("price")
        assert gateway.stop() == 0
        closed = client.wait_line(r"^closed: 1001\b")
        again = start({"server": {"port": port, "port_in_use": "fail"}})
        assert again.port == port
        client.wait_line("price", client.lines.index(closed.string))


def test_zeromq(start):
    gateway = start({"zeromq": {"symbols": ["RELIANCE.NSE"]}})
    env = {**os.environ, "GATEWAY_ZEROMQ": gateway.ready["zeromq"]}
    with Example(["/usr/bin/python3", "-B", EXAMPLES / "zeromq" / "subscribe.py"], env=env) as client:
        for mode in (1, 2, 4):
            client.wait_line(rf"^RELIANCE\.NSE\.{mode} \d+\.\d+ \d+\.\d+$")


def test_they_are_short():
    programs = [path for path in EXAMPLES.rglob("*") if path.suffix in (".py", ".js", ".cpp")]
    assert len(programs) == 4
    for path in programs:
        assert len(path.read_text().splitlines()) < MAX_LINES, path
