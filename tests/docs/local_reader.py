"""A reader without root: the gateway is installed in a folder, and `sudo` and `systemctl` are small programs that run it
there as the test's own user. The commands of the pages are the same."""

import os
import pathlib
import socket
import subprocess

from gateway import BUILD
from walk import Reader

SUDO = """#!/bin/sh
if [ "$1" = -u ]; then shift 2; fi
exec "$@"
"""
# Starts as Type=notify does: it returns once clients are served.
SYSTEMCTL = """#!/bin/bash
ready=PREFIX/ready.json pid=PREFIX/pid
stop() {
  [ -s $pid ] || return 0
  kill $(cat $pid); tail --pid=$(cat $pid) -f /dev/null; rm -f $pid
}
start() {
  rm -f $ready
  setsid PREFIX/bin/broker-gateway run --config PREFIX/etc/broker-gateway/gateway.yaml --ready-file $ready \\
    >>PREFIX/log 2>&1 </dev/null & echo $! >$pid
  while [ ! -s $ready ]; do kill -0 $(cat $pid) || exit 1; sleep 0.05; done
}
case "$1" in
  start | stop) $1 ;;
  restart) stop; start ;;
  reload) kill -HUP $(cat $pid) ;;
  *) exit 2 ;;
esac
"""
PLACES = ("/etc/broker-gateway", "/var/lib/broker-gateway", "/usr/share/doc/broker-gateway")


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class LocalReader(Reader):
    runs_root_blocks = False

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.prefix = self.folder / "installed"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", self.prefix], check=True, capture_output=True)
        self.port, self.zeromq_port, self.login_port = free_ports(3)
        for name, text in (("sudo", SUDO), ("systemctl", SYSTEMCTL)):
            path = self.prefix / "bin" / name
            path.write_text(text.replace("PREFIX", str(self.prefix)))
            path.chmod(0o755)
        home = self.folder / "home"
        home.mkdir()
        shell = ["env", "-C", str(home), f"PATH={self.prefix}/bin:/usr/bin:{os.environ['PATH']}", "TERM=dumb",
                 f"GATEWAY_URL=ws://127.0.0.1:{self.port}/", "bash", "-c"]
        super().__init__(shell, self.folder / "environment")
        shipped = self.prefix / "etc" / "broker-gateway" / "gateway.yaml"
        shipped.write_text(shipped.read_text().replace("port: 8765", f"port: {self.port}").replace(
            "port: 5555", f"port: {self.zeromq_port}"))

    def here(self, text):
        for place in PLACES:
            text = text.replace(place, str(self.prefix) + place.removeprefix("/usr"))
        return text.replace("8765", str(self.port)).replace("127.0.0.1:5000", f"127.0.0.1:{self.login_port}")

    def write(self, path, text):
        ports = f"server: {{port: {self.port}, port_in_use: fail}}\nzeromq: {{port: {self.zeromq_port}}}\n"
        pathlib.Path(self.here(path)).write_text(text + ports)

    def __enter__(self):
        output, status = self.run("systemctl start broker-gateway")
        assert status == 0, output + self.log()
        return self

    def log(self):
        return (self.prefix / "log").read_text()[-4000:]

    def __exit__(self, kind, *_):
        self.run("systemctl stop broker-gateway")
        if kind is not None:
            print(self.log())
