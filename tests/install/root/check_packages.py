#!/usr/bin/python3
"""The packages in a bare Debian 12 with systemd: install, serve, upgrade, restart, secrets, remove, install again, purge.

    tests/install/root/check_packages.py OLD-PACKAGES NEW-PACKAGES WORK-FOLDER

Both folders have the packages of one tree; those of OLD-PACKAGES have a lower version. Called by `scripts/test --install`,
which needs root and a network. Ends with 1 when something is wrong, with 3 when this machine cannot do it.
"""

import os
import pathlib
import re
import shutil
import sys

from bare_root import BareRoot, CannotTest

GATEWAY = "sudo -u broker-gateway broker-gateway"
EXAMPLE = "/usr/share/doc/broker-gateway/examples/python/client.py"
ZERODHA = """
active_broker: zerodha
database: /var/lib/broker-gateway/gateway.db
brokers:
  zerodha:
    plugin: zerodha
    market_hours: always
    settings:
      url: "ws://127.0.0.1:9001"
      api_url: "http://127.0.0.1:9001"
      instruments_url: "http://127.0.0.1:9001/instruments"
      api_key: any
      access_token: "${credential:kite_token}"
"""

os.environ.setdefault("GW_BUILD", str(pathlib.Path(__file__).resolve().parents[3] / "build" / "release"))
from root_reader import walk_pages  # noqa: E402


def step(words):
    print(f"== {words}", flush=True)


class Service:
    """The unit, as systemd sees it."""

    def __init__(self, root):
        self.root = root

    def show(self, name):
        return self.root.run(f"systemctl show broker-gateway --property {name} --value", quiet=True).stdout.strip()

    def pid(self):
        return int(self.show("MainPID"))

    def is_active(self):
        return self.show("ActiveState") == "active"

    def must_serve(self, key):
        """A client with the key gets ticks."""
        self.root.run(f"systemctl is-active broker-gateway; export BROKER_GATEWAY_KEY={key}; "
                      f"timeout 60 python3 {EXAMPLE} RELIANCE NSE 2>/dev/null | grep -m1 price")


def install(root, folder, *more):
    names = " ".join(f"/packages/{folder}/{path.name}" for path in sorted((root.folder / "packages" / folder).iterdir())
                     if not more or path.name.split("_")[0] in more)
    return root.run(f"apt-get install -y -q --no-install-recommends --allow-downgrades --reinstall {names}")


def check(root):
    service = Service(root)
    step("install")
    root.run("apt-get update -q")
    install(root, "old")
    assert service.is_active(), root.journal()
    assert service.show("Type") == "notify" and "serving clients" in service.show("StatusText")
    root.run("systemctl is-enabled broker-gateway; test $(stat -c %U:%a /var/lib/broker-gateway) = broker-gateway:700")
    root.run("test $(ps -o uid= -p $(systemctl show broker-gateway -p MainPID --value)) = $(id -u broker-gateway)")
    key = root.run(f"{GATEWAY} keys create --user me").stdout.strip().splitlines()[-1]
    service.must_serve(key)
    root.run(f"{GATEWAY} status")

    step("reload an edited configuration")
    root.run("sed -i 's/level: info/level: debug  # mine/' /etc/broker-gateway/gateway.yaml && systemctl reload broker-gateway")
    root.wait(lambda: "is applied" in root.run("journalctl -u broker-gateway -o cat --no-pager", quiet=True).stdout,
              "the edited configuration is not applied")
    assert service.is_active()

    step("upgrade")
    before = service.pid()
    version = root.run("dpkg-query -W -f '${Version}' broker-gateway", quiet=True).stdout
    install(root, "new")
    assert root.run("dpkg-query -W -f '${Version}' broker-gateway", quiet=True).stdout != version
    assert service.pid() not in (0, before), "the old gateway goes on"
    root.run("grep -q '# mine' /etc/broker-gateway/gateway.yaml")
    service.must_serve(key)

    step("a package that is replaced restarts nothing: the gateway takes up a plugin's new build by itself")
    before = service.pid()
    install(root, "new", "broker-gateway-plugin-zerodha")
    install(root, "new", "broker-gateway-sdk")
    assert service.pid() == before, "the gateway was restarted"
    service.must_serve(key)

    step("a gateway that hangs is started anew by the watchdog")
    before = service.pid()
    root.run("kill -STOP $(systemctl show broker-gateway -p MainPID --value)")
    root.wait(lambda: service.show("NRestarts") == "1" and service.is_active(), "the watchdog does nothing")
    assert service.pid() != before
    service.must_serve(key)

    step("a wrong configuration ends it, once")
    root.run("cp /etc/broker-gateway/gateway.yaml /root/good.yaml; echo 'no: such key' >>/etc/broker-gateway/gateway.yaml")
    root.run("! systemctl restart broker-gateway")
    root.wait(lambda: service.show("ActiveState") == "failed", "a wrong configuration does not end the service")
    assert service.show("ExecMainStatus") == "2"
    root.run("journalctl -u broker-gateway -o cat --no-pager | grep 'gateway.yaml:.*: no: found an unknown key'")

    step("secrets by LoadCredential")
    (root.folder / "etc" / "broker-gateway" / "gateway.yaml").write_text(ZERODHA)
    root.run("""systemd-run --quiet --unit broker-sim broker-sim --broker zerodha --port 9001 --control-port 9002
        install -d -m 700 /etc/broker-gateway/credentials
        (umask 077; echo any >/etc/broker-gateway/credentials/kite_token)
        mkdir -p /etc/systemd/system/broker-gateway.service.d
        printf '[Service]\\nLoadCredential=kite_token:/etc/broker-gateway/credentials/kite_token\\n' \
            >/etc/systemd/system/broker-gateway.service.d/secrets.conf
        systemctl daemon-reload""")
    root.run("systemctl reset-failed broker-gateway; systemctl restart broker-gateway")
    root.run(f"{GATEWAY} instruments update")
    root.wait(lambda: re.search(r"^zerodha +live", root.run(f"{GATEWAY} status", check=False, quiet=True).stdout, re.M),
              "no login with the credential")
    root.run(f"export BROKER_GATEWAY_KEY={key}; timeout 60 python3 {EXAMPLE} INFY NSE 2>/dev/null | grep -m1 price")
    root.run("""systemctl stop broker-sim; rm -r /etc/systemd/system/broker-gateway.service.d; systemctl daemon-reload
        cp /root/good.yaml /etc/broker-gateway/gateway.yaml; systemctl restart broker-gateway""")
    service.must_serve(key)

    step("remove keeps the data")
    root.run("apt-get remove -y -q broker-gateway")
    root.run("! systemctl is-active broker-gateway")
    root.run("test -s /var/lib/broker-gateway/gateway.db -a -s /etc/broker-gateway/gateway.yaml -a ! -e /usr/bin/broker-gateway")
    step("install again")
    install(root, "new")
    service.must_serve(key)

    step("purge removes it")
    root.run("apt-get purge -y -q broker-gateway")
    root.run("test ! -e /var/lib/broker-gateway -a ! -e /etc/broker-gateway -a ! -e /usr/lib/broker-gateway")
    root.run("! systemctl cat broker-gateway; test -z \"$(find /etc/systemd /var/lib/systemd -name '*broker-gateway*')\"")


def main(old, new, work):
    work = pathlib.Path(work).resolve()
    try:
        with BareRoot(work / "debian.tar", work / "root") as root:
            for name, folder in (("old", old), ("new", new)):
                shutil.copytree(folder, root.folder / "packages" / name)
            check(root)
            step("the walk through the pages")
            print(f"{walk_pages(root)} commands of the pages ran")
    except CannotTest as why:
        print(f"the packages are not tested: {why}")
        return 3
    except AssertionError as wrong:
        print(wrong)
        return 1
    print("== the packages are good")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
