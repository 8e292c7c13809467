"""The unit of systemd: how much of the machine the service sees."""

import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MAX_EXPOSURE = 2.0


@pytest.fixture
def unit(tmp_path):
    """The unit as it is installed below /usr."""
    subprocess.run(["cmake", "-D", "CMAKE_INSTALL_PREFIX=/usr", "-P", SOURCE / "cmake" / "install_configuration.cmake"],
                   env={"PATH": "/usr/bin:/bin:/usr/local/bin", "DESTDIR": str(tmp_path)}, check=True, capture_output=True)
    return tmp_path / "lib" / "systemd" / "system" / "broker-gateway.service"


def test_it_is_hardened(unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True)
    exposure = float(re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)[1])
    assert exposure <= MAX_EXPOSURE, done.stdout


def test_it_runs_the_installed_gateway_and_is_told_by_it(unit):
    text = unit.read_text()
    assert "@" not in re.sub(r"@(system-service|privileged|resources)", "", text)
    for line in ("Type=notify", "User=broker-gateway", "StateDirectory=broker-gateway",
                 "ExecStart=/usr/bin/broker-gateway run --config /etc/broker-gateway/gateway.yaml"):
        assert line in text.splitlines()
    assert re.search(r"^WatchdogSec=\d+s$", text, re.M)
