"""The release build has Debian's hardening (hardening=+all) and stack-clash protection: gateway, broker-sim and each
bundled plugin."""

import os
import re
import subprocess

import pytest

from gateway import BUILD

if os.environ.get("GW_BUILD_TYPE", "Release") != "Release":
    pytest.skip("only the release build is hardened", allow_module_level=True)

PROGRAMS = ["bin/broker-gateway", "bin/broker-sim"]
PLUGINS = [f"plugins/{name}.so" for name in ("angel", "bybit", "mock", "zerodha")]
# What the C library has a checked version of, as far as it is used here.
FORTIFIABLE = re.compile(r"\b(memcpy|memmove|memset|strcpy|strncpy|snprintf|read|recv|recvfrom)@GLIBC")


def readelf(name, *options):
    done = subprocess.run(["readelf", "-W", *options, BUILD / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", PROGRAMS + PLUGINS)
def test_tables_are_read_only_and_nothing_is_bound_late(name):
    segments, dynamic = readelf(name, "--segments"), readelf(name, "--dynamic")
    assert "GNU_RELRO" in segments
    assert re.search(r"\((FLAGS|BIND_NOW)\).*BIND_NOW|\(FLAGS_1\).*NOW", dynamic), dynamic
    assert re.search(r"GNU_STACK.* RW ", segments), segments


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_position_independent(name):
    assert re.search(r"FLAGS_1.*PIE", readelf(name, "--dynamic"))
    assert "DYN" in readelf(name, "--file-header")


@pytest.mark.parametrize("name", PROGRAMS + PLUGINS)
def test_functions_of_the_c_library_are_checked(name):
    symbols = readelf(name, "--dyn-syms")
    assert "__stack_chk_fail@" in symbols
    checked = re.findall(r"\b__\w+_chk@GLIBC", symbols)
    assert checked or not FORTIFIABLE.search(symbols), FORTIFIABLE.findall(symbols)
    if name in PROGRAMS:
        assert checked


@pytest.mark.parametrize("name", PROGRAMS + PLUGINS)
def test_every_file_was_compiled_so(name):
    units = re.findall(r"DW_AT_producer.*: (GNU C.*)", readelf(name, "--debug-dump=info", "--dwarf-depth=1"))
    assert units
    for producer in units:
        assert "-fstack-protector-strong" in producer and "-fstack-clash-protection" in producer, producer
