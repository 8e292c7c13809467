"""A broker's name with several addresses: each gets its turn, and what is said of a refusal names who refused."""

import shutil
import socket
import subprocess
import threading

import pytest

from brokers import Kite, link_of, start_with

PAGE = b"<title>Node down</title>"


class Address:
    """Takes connections and gives each of them these bytes, then ends it."""

    def __init__(self, host, port, answer=b""):
        self.answer, self.requests = answer, 0
        self.listener = socket.create_server((host, port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                taken, _ = self.listener.accept()
            except OSError:
                return
            with taken:
                if taken.recv(65536):
                    self.requests += 1
                taken.sendall(self.answer)
                taken.shutdown(socket.SHUT_WR)
                taken.recv(65536)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def http(status, body=b""):
    return b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@pytest.fixture
def serve(start, tmp_path):
    """serve(*addresses) has `localhost` be these, beginning with the first; the last one is a stand-in broker's."""
    def begin(*addresses, **more):
        (tmp_path / "hosts").write_text("".join(f"{a} localhost\n" for a in addresses))
        start.within = ("unshare", "-rm", "sh", "-c", f'mount --bind {tmp_path}/hosts /etc/hosts && exec "$@"', "sh")
        look_up = [*start.within, "getent", "ahosts", "localhost"]
        if not shutil.which("unshare") or not subprocess.run(look_up, stdout=subprocess.PIPE).stdout.startswith(
                addresses[0].encode()):
            pytest.skip("this machine lets no test have a hosts file of its own")
        begin.sim = start.sim("--address", "127.0.0.1", "--address", addresses[-1])
        begin.kite = Kite(tmp_path)
        return begin.sim.port, lambda: start_with(
            start, "zerodha", (begin.kite, begin.kite.config(begin.sim.url.replace("127.0.0.1", "localhost"), **more)))
    return begin


def test_two_that_take_connections_and_give_no_upgrade_do_not_keep_the_third_from_being_tried(serve):
    port, begin = serve("127.0.0.2", "127.0.0.3", "127.0.0.4", reconnect={"first": "10ms", "max": "10ms", "attempts": 3})
    with Address("127.0.0.2", port) as first, Address("127.0.0.3", port, b"no HTTP") as second:
        gateway = begin()
        with gateway.client(extras=True) as client:
            client.next("broker_status", status="connected")
        assert first.requests == second.requests == 1
    assert serve.sim.books()["connections"]["by_address"] == {"127.0.0.4": 1}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_one_whose_server_fails_makes_way_for_the_next(serve, status):
    port, begin = serve("127.0.0.2", "127.0.0.4")
    with Address("127.0.0.2", port, http(status, PAGE)) as first:
        gateway = begin()
        gateway.wait_line(rf"localhost \(127.0.0.2:{port}\): Kite is not available \(HTTP {status} says: Node down\); trying")
        with gateway.client(extras=True) as client:
            client.next("broker_status", status="connected")
        assert first.requests == 1


def test_one_that_refuses_the_account_is_named_and_tried_again(serve):
    port, begin = serve("127.0.0.2", "127.0.0.4")
    with Address("127.0.0.2", port, http(403, b"<title>Blocked</title>")) as first:
        gateway = begin()
        told = f"localhost (127.0.0.2:{port}): refused: token, plan or firewall (HTTP 403 says: Blocked)"
        gateway.wait_line(r"refused: .*again in 60")
        assert link_of(gateway, serve.kite)["message"].startswith(told)
        assert first.requests == 2
        first.answer = http(401)
        serve.kite.write_token("token-2")
        gateway.wait_line(rf"auth_expired: localhost \(127.0.0.2:{port}\): Kite refused the login \(HTTP 401\)")
    assert serve.sim.books()["logins"]["accepted"] == 0


def test_one_that_is_alone_is_not_named(serve):
    port, begin = serve("127.0.0.2", "127.0.0.2")
    serve.sim.fault("upgrade", status=403, body="no")
    begin().wait_line(r"zerodha: reconnecting: refused: token, plan or firewall \(HTTP 403 says: no\)")
