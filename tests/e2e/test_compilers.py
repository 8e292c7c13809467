"""Plugins that were built against the installed SDK by unlike compilers and C++ libraries, or in plain C: each is loaded,
ticks, and an exception inside it does not leave it."""

import json
import shutil
import subprocess

import pytest

from gateway import BUILD, SOURCE
from line_stand_in import LineStandIn

# A project below tests/sdk, its plugin, the compiler, the flags that choose the C++ library, and what build_tag says.
BUILDS = {
    "g++": ("out_of_tree", "outside", "g++", "", "gcc-"),
    "clang with libstdc++": ("out_of_tree", "outside", "clang++", "-stdlib=libstdc++", "clang-"),
    "clang with libc++": ("out_of_tree", "outside", "clang++", "-stdlib=libc++", ";libc++-"),
    "plain C": ("out_of_tree_c", "outside_c", "gcc", "", "C11"),
    "plain C by clang": ("out_of_tree_c", "outside_c", "clang", "", "C11"),
}


def command(*arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def need(compiler, flags, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    if "libc++" not in flags or "libstdc++" in flags:
        return
    (tmp_path / "probe.cpp").write_text("#include <vector>\nint main() { return static_cast<int>(std::vector<int>().size()); }\n")
    probe = subprocess.run([compiler, flags, "-o", tmp_path / "probe", tmp_path / "probe.cpp"], capture_output=True)
    if probe.returncode != 0:
        pytest.skip(f"{compiler} has no libc++ (apt-get install libc++-14-dev libc++abi-14-dev)")


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("sdk")
    command("cmake", "--install", BUILD, "--component", "sdk", "--prefix", prefix)
    return prefix


@pytest.fixture(params=BUILDS)
def plugin(request, sdk, tmp_path):
    """The plugin's name and what its build_tag must say; it is in the folder plugins."""
    folder, name, compiler, flags, tag = BUILDS[request.param]
    need(compiler, flags, tmp_path)
    project = tmp_path / "project"
    shutil.copytree(SOURCE / "tests" / "sdk" / folder, project)
    if folder == "out_of_tree_c":
        shutil.copy(SOURCE / "tests" / "sdk" / "kept" / "kept.c", project)
    language = "C" if folder == "out_of_tree_c" else "CXX"
    command("cmake", "-S", project, "-B", tmp_path / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={sdk}",
            f"-DCMAKE_{language}_COMPILER={compiler}", f"-DCMAKE_{language}_FLAGS={flags}",
            "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF")
    command("cmake", "--build", tmp_path / "build")
    (tmp_path / "plugins").mkdir()
    shutil.copyfile(tmp_path / "build" / f"{name}.so", tmp_path / "plugins" / f"{name}.so")
    (tmp_path / "plugins" / f"{name}.so").chmod(0o644)
    return name, tag


def test_a_plugin_of_this_compiler_loads_and_ticks(plugin, start, tmp_path):
    name, tag = plugin
    exchange = "KEPT" if name == "outside_c" else "NSE"
    broker = LineStandIn()
    start.ends_with_it(broker)
    broker.__enter__()
    gateway = start({"plugins": {"directory": str(tmp_path / "plugins")}, "active_broker": name,
                     "brokers": {name: {"market_hours": "always", "settings": {"url": broker.url}}}})
    listed = gateway.run("plugins", "list")
    assert listed.startswith(f"{name}.so: loaded: ") and tag in listed, listed
    with gateway.client() as client:
        assert client.subscribe("SHARE", exchange, 1)["status"] == "success"
        broker.wait_line("SUB share 1 0")
        broker.send("share", "L share twelve")
        broker.send("share", "L share 101.05")
        assert client.data()["data"]["ltp"] == 101.05
    assert json.loads(gateway.run("status", "--json"))["brokers"][0]["frames_refused"] == 1
