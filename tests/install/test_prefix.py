"""`cmake --install` to a prefix: what is where, and that it runs from there as it is."""

import os
import subprocess

import pytest

from gateway import BUILD, Process, run as run_command

PLUGINS = ("angel", "bybit", "mock", "zerodha")


def install(prefix, *options):
    done = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    install(prefix)
    return prefix


def test_files_are_in_their_places(prefix):
    for name in ("bin/broker-gateway", "bin/broker-sim", "etc/broker-gateway/gateway.yaml",
                 "etc/broker-gateway/config/calendar.yaml", "lib/systemd/system/broker-gateway.service",
                 "include/bgw/abi.h", "share/doc/broker-gateway/README.md", "share/doc/broker-gateway/docs/protocol.md",
                 "share/doc/broker-gateway/examples/python/client.py",
                 *(f"lib/broker-gateway/plugins/{name}.so" for name in PLUGINS)):
        assert (prefix / name).is_file(), name
    assert list(prefix.glob("lib/**/BrokerGatewaySDKConfig.cmake"))


def test_who_builds_the_program_alone_gets_the_list_of_bundled_plugins():
    """As scripts/run does: without the list, these plugins would run as strangers' do."""
    inputs = subprocess.run(["ninja", "-C", BUILD, "-t", "inputs", "bin/broker-gateway"], capture_output=True, text=True).stdout
    assert "plugins/bundled_plugins" in inputs.splitlines()


def test_the_installed_gateway_finds_its_configuration_plugins_and_state(prefix, tmp_path):
    """From an empty folder and without an option, as an operator calls it."""
    command = prefix / "bin" / "broker-gateway"

    def gateway(*arguments):
        done = subprocess.run([command, *arguments], cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "etc/broker-gateway/gateway.yaml" in gateway("check-config")
    listed = gateway("plugins", "list")
    for name in PLUGINS:
        assert f"{name}.so: loaded" in listed
    assert listed.count("bundled with this gateway") == len(PLUGINS)
    gateway("keys", "create", "--user", "me")
    assert (prefix / "var" / "lib" / "broker-gateway" / "gateway.db").exists()
    assert not list(tmp_path.iterdir())


def test_plugins_that_are_stripped_are_still_the_gateways_own(tmp_path):
    install(tmp_path, "--strip")
    done = subprocess.run([tmp_path / "bin" / "broker-gateway", "plugins", "list"], capture_output=True, text=True)
    assert done.stdout.count("bundled with this gateway") == len(PLUGINS), done.stdout


def test_it_serves_from_there(prefix, tmp_path):
    ready = tmp_path / "ready.json"
    configuration = prefix / "etc" / "broker-gateway" / "gateway.yaml"
    shipped = configuration.read_text()
    configuration.write_text(shipped.replace("port: 8765", "port: 0").replace("port: 5555", "port: 0"))
    try:
        with Process([prefix / "bin" / "broker-gateway", "run", "--ready-file", ready], cwd=tmp_path) as gateway:
            gateway.wait_line("ready: serving clients")
    finally:
        configuration.write_text(shipped)


def test_a_second_installation_keeps_the_configuration(prefix):
    edited = prefix / "etc" / "broker-gateway" / "gateway.yaml"
    before = edited.read_text()
    edited.write_text("server: {port: 0}\n")
    install(prefix)
    assert edited.read_text() == "server: {port: 0}\n"
    edited.write_text(before)


def test_a_gateway_of_a_build_has_no_installed_configuration(tmp_path):
    said = run_command("check-config", cwd=tmp_path, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    assert "built-in" in said
