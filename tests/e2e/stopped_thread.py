"""One thread of a gateway stands still, by a debugger's means (ptrace), while all its other threads go on."""

import ctypes
import os
import pathlib
import time

import pytest

from gateway import PATIENCE

SEIZE, INTERRUPT, DETACH, EVERY_THREAD = 0x4206, 0x4207, 17, 0x40000000


class StoppedThread:
    """with StoppedThread(gateway, "feed"): that thread does nothing meanwhile. Skips the test where nobody may stop one."""

    def __init__(self, gateway, name):
        tasks = pathlib.Path(f"/proc/{gateway.child.pid}/task")
        numbers, give_up = [], time.monotonic() + PATIENCE
        while not numbers:  # a thread that has just begun has no name of its own yet
            assert time.monotonic() < give_up, f"no thread {name}"
            numbers = [int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().strip() == name]
        self.number = numbers[0]
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

    def trace(self, request):
        return self.libc.ptrace(request, self.number, None, None) == 0

    def __enter__(self):
        if not self.trace(SEIZE):
            pytest.skip("this machine lets nobody stop a thread (ptrace): " + os.strerror(ctypes.get_errno()))
        assert self.trace(INTERRUPT)
        os.waitpid(self.number, EVERY_THREAD)

    def __exit__(self, *_):
        assert self.trace(DETACH)
