"""A bare Debian 12 with systemd, in namespaces of this machine: made by mmdebstrap, started, and thrown away."""

import os
import pathlib
import re
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
CGROUPS = pathlib.Path("/sys/fs/cgroup")
# What an installed Debian server has, and the clients of the docs need.
PACKAGES = "systemd,systemd-sysv,dbus,sudo,ca-certificates,apt-utils,curl,procps,python3-websockets,python3-zmq"
PATIENCE = 120


class CannotTest(Exception):
    """What this machine lacks."""


def make_archive(archive):
    """The root as a tar file, once."""
    if archive.exists():
        return
    if not shutil.which("mmdebstrap"):
        raise CannotTest("mmdebstrap is not installed (apt-get install mmdebstrap)")
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_suffix(".new.tar")
    done = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", "bookworm", fresh])
    if done.returncode != 0:
        raise CannotTest("mmdebstrap cannot make a Debian root: is there a network?")
    fresh.rename(archive)


class BareRoot:
    """`folder` is emptied first, and removed at the end."""

    def __init__(self, archive, folder):
        self.archive, self.folder = archive, folder
        self.first = None
        self.group = None

    def __enter__(self):
        if os.geteuid() != 0:
            raise CannotTest("only root can make a Debian root")
        make_archive(self.archive)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        subprocess.run(["tar", "-C", self.folder, "-xf", self.archive], check=True)
        (self.folder / "etc" / "hosts").write_text(f"127.0.0.1 localhost {os.uname().nodename}\n")
        unified = CGROUPS / "unified" if (CGROUPS / "unified").is_dir() else CGROUPS
        self.group = unified / f"broker-gateway-test-{os.getpid()}"
        self.group.mkdir()
        self.outer = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--cgroup", HERE / "boot", self.folder],
            preexec_fn=lambda: (self.group / "cgroup.procs").write_text(str(os.getpid())))
        self.wait(self._has_booted, "systemd does not start")
        return self

    def _has_booted(self):
        if self.outer.poll() is not None:
            raise CannotTest("systemd cannot be started in namespaces of this machine")
        children = pathlib.Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
        if not children:
            return False
        self.first = children[0]
        done = self.run("systemctl is-system-running", check=False, quiet=True)
        return done.stdout.strip() in ("running", "degraded")

    def wait(self, ready, otherwise):
        give_up = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < give_up, otherwise
            time.sleep(0.2)

    def command(self, user="root"):
        enter = ["nsenter", "-t", self.first, "-m", "-p", "-u", "-i", "-C", "-r", "-w", "env", "-i", "TERM=dumb", "LANG=C.UTF-8",
                 "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]
        return [*enter, "HOME=/root", "bash", "-c"] if user == "root" else [*enter, "runuser", "-u", user, "--", "bash", "-c"]

    def run(self, script, check=True, quiet=False, user="root", **options):
        """Runs a script of bash inside."""
        if not quiet:
            print("  $ " + re.sub(r"\n\s*", "; ", script.strip()), flush=True)
        done = subprocess.run([*self.command(user), script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, timeout=600, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"{script}\nended with {done.returncode}:\n{done.stdout}\n{self.journal()}")
        return done

    def journal(self):
        done = self.run("journalctl -u broker-gateway -n 60 --no-pager -o cat", check=False, quiet=True)
        return "---- journal of the gateway\n" + done.stdout

    def __exit__(self, *_):
        if self.first is not None and self.outer.poll() is None:
            os.kill(int(self.first), 9)  # takes all of its processes along
        self.outer.kill()
        self.outer.wait()
        if self.group is not None:
            for group in sorted(self.group.rglob("*"), key=lambda path: -len(path.parts)):
                if group.is_dir():
                    self._remove(group)
            self._remove(self.group)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove(self, group):
        for _ in range(50):
            try:
                return group.rmdir()
            except OSError:
                time.sleep(0.1)
