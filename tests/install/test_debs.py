"""The Debian packages of the release build: what is in them, what they need, and what lintian says."""

import json
import os
import re
import shutil
import subprocess

import pytest

from gateway import BUILD, SOURCE, write_config

if BUILD != SOURCE / "build" / "release":
    pytest.skip("packages are made of the release build", allow_module_level=True)

NAMES = ["broker-gateway", "broker-gateway-plugin-angel", "broker-gateway-plugin-bybit", "broker-gateway-plugin-zerodha",
         "broker-gateway-sdk"]


def output_of(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def debs(tmp_path_factory):
    """{package: path of its file}"""
    if not shutil.which("dpkg-shlibdeps"):
        pytest.skip("dpkg-dev is not installed")
    folder = tmp_path_factory.mktemp("packages")
    paths = output_of(SOURCE / "scripts" / "package", "--output", folder).split()
    return {os.path.basename(path).split("_")[0]: path for path in paths}


def contents(path):
    """{path: (mode, owner)} of a package's files."""
    files = {}
    for line in output_of("dpkg-deb", "--contents", path).splitlines():
        mode, owner, *_, name = line.split(maxsplit=5)
        if not mode.startswith("d"):
            files[name[1:].split(" -> ")[0]] = (mode, owner)
    return files


def test_each_package_has_its_files(debs):
    assert sorted(debs) == NAMES
    files = {name: contents(path) for name, path in debs.items()}
    for name in ("/usr/bin/broker-gateway", "/usr/lib/broker-gateway/plugins/mock.so", "/etc/broker-gateway/gateway.yaml",
                 "/etc/broker-gateway/config/calendar.yaml", "/lib/systemd/system/broker-gateway.service",
                 "/usr/share/doc/broker-gateway/docs/protocol.md"):
        assert name in files["broker-gateway"]
    for broker in ("angel", "bybit", "zerodha"):
        package = f"broker-gateway-plugin-{broker}"
        assert [name for name in files[package] if name.endswith(".so")] == [f"/usr/lib/broker-gateway/plugins/{broker}.so"]
    assert {"/usr/bin/broker-sim", "/usr/include/bgw/abi.h"} <= set(files["broker-gateway-sdk"])
    assert not [name for name in files["broker-gateway-sdk"] if name.startswith("/etc")]
    for package in files.values():
        assert {owner for _, owner in package.values()} == {"root/root"}
        assert not [name for name, (mode, _) in package.items() if "w" in mode[4:] or "s" in mode]


def test_the_plugins_of_all_packages_are_known_as_bundled(debs, tmp_path):
    for path in debs.values():
        output_of("dpkg-deb", "--extract", path, tmp_path)
    plugins = tmp_path / "usr" / "lib" / "broker-gateway" / "plugins"
    done = subprocess.run(["sha256sum", "--check", "--strict", "bundled.sha256"], cwd=plugins, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == len(list(plugins.glob("*.so"))) == 4
    listed = json.loads(output_of(tmp_path / "usr" / "bin" / "broker-gateway", "plugins", "list", "--json", "--config",
                                  write_config(tmp_path, {"plugins": {"directory": str(plugins)}})))
    assert {plugin["file"]: plugin["isolation"] for plugin in listed} == {
        f"{name}.so": "inproc" for name in ("angel", "bybit", "mock", "zerodha")}


def test_the_configuration_is_the_administrators(debs):
    conffiles = output_of("dpkg-deb", "--info", debs["broker-gateway"], "conffiles")
    etc = sorted(name for name in contents(debs["broker-gateway"]) if name.startswith("/etc/"))
    assert sorted(conffiles.split()) == etc


def test_what_is_linked_is_a_dependency(debs):
    needs = output_of("dpkg-deb", "--field", debs["broker-gateway"], "Depends")
    for package in ("libc6", "libssl3", "libsqlite3-0", "libzmq5", "libyaml-cpp0.7", "tzdata", "ca-certificates", "adduser"):
        assert re.search(rf"\b{re.escape(package)}\b", needs), needs
    version = output_of("dpkg-deb", "--field", debs["broker-gateway"], "Version").strip()
    for broker in ("angel", "bybit", "zerodha"):
        needs = output_of("dpkg-deb", "--field", debs[f"broker-gateway-plugin-{broker}"], "Depends")
        assert f"broker-gateway (= {version})" in needs and "libc6" in needs


def test_the_same_tree_gives_the_same_packages(debs, tmp_path):
    again = output_of(SOURCE / "scripts" / "package", "--output", tmp_path).split()
    for path in again:
        name = os.path.basename(path).split("_")[0]
        with open(path, "rb") as one, open(debs[name], "rb") as other:
            assert one.read() == other.read(), name


def test_lintian_has_no_errors(debs):
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed (apt-get install lintian)")
    done = subprocess.run(["lintian", "--fail-on", "error", "--no-cfg", "--allow-root", *debs.values()],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"^E: ", done.stdout, re.M)
