"""Where things are: the tree, the build that is measured, and the cores."""

import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GW_BUILD", SOURCE / "build" / "release"))
PAGE = SOURCE / "docs" / "performance.md"

GATEWAY = BUILD / "bin" / "broker-gateway"
PLUGIN = BUILD / "plugins" / "mock.so"
BASELINE = BUILD / "bench" / "baseline_server"
WRITE_LIMIT = BUILD / "bench" / "write_limit"
LOAD_CLIENT = BUILD / "bench" / "load_client"
TICK_PATH = BUILD / "bench" / "tick_path"
# Loaded before the C library: see bench/counter.
COUNTER = BUILD / "bench" / "counter.so"
WRITE_COUNTER = BUILD / "bench" / "write_counter.so"

HARNESS = SOURCE / "bench" / "harness"
SERVER_CORE, CLIENT_CORE = 0, 1
