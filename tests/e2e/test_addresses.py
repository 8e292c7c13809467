"""A broker's name with several addresses: each gets its turn."""

import shutil
import socket
import subprocess
import threading

import pytest

from brokers import Kite, start_with


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
