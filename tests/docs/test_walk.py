"""The pages for users, walked through from an installed gateway to their last command."""

import pytest

import walk
from local_reader import LocalReader


@pytest.fixture
def reader(tmp_path):
    with LocalReader(tmp_path) as reader:
        yield reader


def test_the_first_ten_minutes_and_what_comes_after(reader):
    """One reader goes on from page to page."""
    assert walk.walk("first-ten-minutes", reader) >= 6
    kite = walk.Kite(reader.login_port)
    with kite.sim:
        for page in ("zerodha", "mornings"):
            assert walk.walk(page, reader, kite) >= 4


def test_running_it(reader):
    reader.run(reader.here("export BROKER_GATEWAY_KEY=$(sudo -u broker-gateway broker-gateway keys create --user me)"))
    assert walk.walk("running", reader) >= 6


def test_troubleshooting(reader):
    reader.run(reader.here("export BROKER_GATEWAY_KEY=$(sudo -u broker-gateway broker-gateway keys create --user me)"))
    assert walk.walk("troubleshooting", reader) >= 6


def test_angel(reader):
    angel = walk.Angel(reader.login_port)
    with angel.sim:
        assert walk.walk("angel", reader, angel) >= 6


def test_bybit(reader):
    with walk.Bybit() as bybit:
        assert walk.walk("bybit", reader, bybit) >= 4
