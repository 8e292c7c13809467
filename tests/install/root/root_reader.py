"""A reader of the pages in the bare root: an ordinary user with sudo, who has the packages in the home folder. The brokers'
stand-ins and the browser are outside; the network is the same."""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / folder) for folder in ("e2e", "docs")]
import walk  # noqa: E402

USER = "trader"


class RootReader(walk.Reader):
    def __init__(self, root):
        self.root = root
        root.run(f"""useradd --create-home --shell /bin/bash --groups adm,systemd-journal {USER}
            echo '{USER} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/{USER}
            cp /packages/new/*.deb /home/{USER}; chmod 644 /home/{USER}/*.deb; chmod 755 /home/{USER}""")
        shell = [*root.command(USER)[:-2], "env", "-C", f"/home/{USER}", f"HOME=/home/{USER}", "bash", "-c"]
        super().__init__(shell, f"/home/{USER}/environment")

    def write(self, path, text):
        (self.root.folder / path.lstrip("/")).write_text(text)


def walk_pages(root):
    """All of the pages, by one reader."""
    reader = RootReader(root)
    ran = walk.walk("first-ten-minutes", reader)
    angel = walk.Angel(reader.login_port)
    with angel.sim:
        ran += walk.walk("angel", reader, angel)
    with walk.Bybit() as bybit:
        ran += walk.walk("bybit", reader, bybit)
    kite = walk.Kite(reader.login_port)
    with kite.sim:
        for page in ("zerodha", "mornings", "running", "troubleshooting"):
            ran += walk.walk(page, reader, kite)
    return ran
