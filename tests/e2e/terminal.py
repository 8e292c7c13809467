"""A real terminal of a chosen size, in which a command runs and whose screen can be read: tmux."""

import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time

from gateway import PATIENCE

TMUX = shutil.which("tmux")


class Terminal:
    """Runs `command` in a shell that first prints BEFORE and then `ENDED status`."""

    def __init__(self, command, columns, rows, env=None):
        # A socket's path may have 107 bytes, and a test's folder takes more.
        self.folder = tempfile.mkdtemp(prefix="gw-")
        self.env = {**os.environ, "TMUX_TMPDIR": self.folder, "LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata"}
        for name in ("TMUX", "NO_COLOR"):
            self.env.pop(name, None)
        settings = " ".join(shlex.quote(f"{name}={value}") for name, value in (env or {}).items())
        words = " ".join(shlex.quote(str(word)) for word in command)
        script = (f"printf 'BEFORE %s\\n' $(stty -g); env {settings} {words}; printf 'ENDED %s\\n' $?; "
                  "printf 'AFTER %s\\n' $(stty -g); exec sleep 3600")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, script)
        self.tmux("set-option", "-g", "history-limit", 0)

    def tmux(self, *arguments):
        done = subprocess.run([TMUX, *map(str, arguments)], env=self.env, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def screen(self, *more):
        """Its rows, without the spaces at their ends."""
        return [row.rstrip() for row in self.tmux("capture-pane", "-p", *more).splitlines()]

    def wait(self, is_there, what=None):
        """Until the screen's rows are such; these rows."""
        give_up = time.monotonic() + PATIENCE
        while True:
            rows = self.screen()
            if is_there(rows):
                return rows
            assert time.monotonic() < give_up, f"no {what or 'such screen'}:\n" + "\n".join(rows)
            time.sleep(0.02)

    def wait_text(self, text):
        return self.wait(lambda rows: any(text in row for row in rows), text)

    def state(self):
        """Whether the alternate screen is shown, and the cursor."""
        alternate, cursor = self.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}").split()
        return alternate == "1", cursor == "1"

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", columns, "-y", rows)

    def process(self, name):
        """The process in it whose command is so."""
        pane = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        children = pathlib.Path(f"/proc/{pane}/task/{pane}/children").read_text().split()
        return next(int(child) for child in children
                    if name in pathlib.Path(f"/proc/{child}/cmdline").read_text().replace("\0", " "))

    def wait_ended(self, status=0):
        """The command is over and has left the terminal as it was; what else stands on the screen."""
        rows = [row for row in self.wait_text("AFTER ") if row]
        joined = "".join(rows)  # a line may be longer than the terminal is wide
        assert f"ENDED {status}AFTER" in joined, rows
        before = joined.partition("BEFORE ")[2]
        after = joined.partition("AFTER ")[2]
        assert before.startswith(after), rows  # the modes of the terminal
        assert self.state() == (False, True)
        return before[len(after):].partition("ENDED ")[0]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print("\n".join(self.screen()))
        self.tmux("kill-server")
        shutil.rmtree(self.folder, ignore_errors=True)
