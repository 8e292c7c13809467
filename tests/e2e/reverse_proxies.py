"""nginx and Caddy with the configuration of docs/clients.md, on free ports."""

import contextlib
import os
import re
import shutil
import socket
import subprocess

import pytest

from gateway import PATIENCE, SOURCE, Process

NAME = "gw.example"


def unpacked(package):
    """The folder in which a Debian package is that need not be installed."""
    done = subprocess.run([SOURCE / "scripts" / "unpack-servers", package], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    return SOURCE / "build" / "servers"


def binary(package, path):
    return shutil.which(package) or unpacked(package) / path


def example(language):
    """The block of docs/clients.md in this language."""
    text = (SOURCE / "docs" / "clients.md").read_text()
    return re.search(rf"```{language}\n(.*?)```", text, re.DOTALL).group(1)


def replaced(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, str(new))
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    while True:  # ends with the process or with the connection
        try:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            return
        except ConnectionRefusedError:
            assert process.child.poll() is None, process.text()


@contextlib.contextmanager
def nginx(folder, gateway, certificate, *edits):
    """Its port. `edits` are made in the configuration of the docs."""
    port = free_port()
    server = replaced(
        example("nginx"), ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("gw.example.com;", NAME + ";"),
        ("/etc/ssl/gw.example.com.pem", certificate.file), ("/etc/ssl/private/gw.example.com.key", certificate.key),
        ("127.0.0.1:8765", f"127.0.0.1:{gateway.port}"), *edits)
    places = "".join(f"{what}_temp_path {folder}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr notice;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{server}}}\n")
    command = [binary("nginx", "usr/sbin/nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]
    with Process(command) as process:
        wait_for(port, process)
        yield port


@contextlib.contextmanager
def caddy(folder, gateway, certificate):
    port = free_port()
    site = replaced(example("caddy"), ("gw.example.com {", f"https://{NAME}:{port} {{\n  tls {certificate.file} {certificate.key}"),
                    ("127.0.0.1:8765", f"127.0.0.1:{gateway.port}"))
    (folder / "Caddyfile").write_text("{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n}\n" + site)
    command = [binary("caddy", "usr/bin/caddy"), "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    with Process(command, env={**os.environ, "HOME": str(folder)}) as process:
        wait_for(port, process)
        yield port
