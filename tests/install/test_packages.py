"""What scripts/install-packages puts on a user's machine: it starts nothing there."""

import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = (SOURCE / "scripts" / "install-packages").read_text()
SERVICE = re.compile(r"/systemd/system/[^/]+\.(service|socket|timer|path)$|^/etc/init\.d/[^/]+$", re.M)
# Folders for the sockets of X servers, and the message bus that a browser asks for: nothing that listens to a network.
HARMLESS = {"x11-common", "dbus-system-bus-common"}


def packages(name):
    listed = re.search(rf"^{name}=\((.*?)\)", SCRIPT, re.M | re.S)
    assert listed, f"scripts/install-packages has no list {name}"
    return listed[1].split()


def needed(names):
    """These packages and all that they need, as on a machine that has none."""
    done = subprocess.run(["apt-get", "-o", "Dir::State::status=/dev/null", "install", "-s", "--no-install-recommends", *names],
                          capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("apt knows no package lists (apt-get update)")
    return re.findall(r"^Inst (\S+)", done.stdout, re.M)


def test_no_package_of_the_lists_starts_a_service():
    info = pathlib.Path("/var/lib/dpkg/info")
    names = needed(packages("packages") + packages("only_tests") + packages("optional"))
    known = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Priority}\\n", *names], capture_output=True, text=True)
    priorities = dict(line.split(" ", 1) for line in known.stdout.splitlines())
    services, looked_at = {}, 0
    for name in names:
        files = [path for path in (info / f"{name}.list", info / f"{name}:amd64.list") if path.exists()]
        # What every Debian has was there before.
        if not files or priorities.get(name) in ("required", "important", "standard") or name in HARMLESS:
            continue
        looked_at += 1
        if found := SERVICE.search(files[0].read_text()):
            services[name] = found[0]
    assert looked_at > 100
    assert services == {}


def test_the_servers_of_the_tests_are_unpacked_and_not_installed():
    servers = re.search(r"^servers=\((.*?)\)", (SOURCE / "scripts" / "unpack-servers").read_text(), re.M)[1].split()
    lists = packages("packages") + packages("only_tests") + packages("optional")
    assert servers and not set(servers) & set(lists)
    done = subprocess.run([SOURCE / "scripts" / "unpack-servers"], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert (SOURCE / "build" / "servers" / "usr" / "sbin" / "nats-server").exists()


def test_running_needs_nothing_of_the_tests():
    assert not set(packages("packages")) & set(packages("only_tests"))
    run = (SOURCE / "scripts" / "run").read_text()
    assert "scripts/build --only-run release" in run and "install-packages" not in run
    assert not [name for name in packages("packages") if re.search("gtest|gmock|benchmark|clang|pytest|chromium|node", name)]
