"""Every command of the pages for users is in a block that is run, and the walk takes all of these pages."""

import re

import pytest

from gateway import SOURCE
from pages import blocks_of, runnable

PAGES = ["first-ten-minutes", "zerodha", "angel", "bybit", "mornings", "running", "troubleshooting"]
WALK = (SOURCE / "tests" / "docs" / "test_walk.py").read_text()


@pytest.mark.parametrize("name", PAGES)
def test_every_fenced_block_is_run(name):
    page = (SOURCE / "docs" / f"{name}.md").read_text()
    assert blocks_of(page)
    assert len(blocks_of(page)) * 2 == len(re.findall(r"^```", page, re.M)), "a block that is neither sh nor a file"
    outside = re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S)
    assert not re.search(r"^    \S", outside, re.M), "an indented block is not run"
    assert f'"{name}"' in WALK


def test_programs_that_go_on_are_ended():
    assert runnable("python3 client.py A B\n") == \
        "python3 client.py A B | grep -m 3 -E 'ltp|price|[0-9]+\\.[0-9]{2}'\n"
    assert runnable("broker-gateway status\n") == "broker-gateway status\n"


def test_blocks_are_found():
    blocks = blocks_of("a\n```sh\nx\n```\n```sh root\ny\n```\n```yaml\n# /etc/f.yaml\nz: 1\n```\n```yaml\nno: file\n```\n")
    assert [(block.kind, block.line, block.path) for block in blocks] == [
        ("sh", 3, ""), ("sh root", 6, ""), ("file", 9, "/etc/f.yaml")]
