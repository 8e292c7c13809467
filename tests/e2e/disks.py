"""A small file system, which a test may fill."""

import contextlib
import subprocess

import pytest

FULL = "No space left on device"


@contextlib.contextmanager
def small_disk(folder, size):
    """`folder` is a file system of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True,
                      check=False).returncode != 0:
        pytest.skip("a file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill_disk(disk):
    """Takes all its room, with a file whose path is answered."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out, pytest.raises(OSError, match=FULL):
        while True:
            out.write(b"x" * 1024)
    return filler
