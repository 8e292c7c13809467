"""A broker's certificate that is refused: the log, `status` and a download say whether it has expired, is for another
name, or is trusted by nobody here."""

import collections
import subprocess

import pytest

import gateway as parts
from brokers import Kite, link_of, start_with

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
Case = collections.namedtuple("Case", "name days trusted link list", defaults=(None, None))
CASES = {
    "expired": Case("IP:127.0.0.1", -1, True, r"its certificate expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC; this machine's clock says",
                    "its certificate has expired; this machine's clock says"),
    "another name": Case("DNS:other.example", 1, True,
                         "its certificate is for another name: found other.example, expected 127.0.0.1",
                         "its certificate is for another name"),
    "not trusted": Case("IP:127.0.0.1", 1, False, "its certificate is not trusted: ", "its certificate is not trusted")}


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def certificate_of(folder, case):
    """Certificate and key of a server, and the file with who vouches for it."""
    ca, ca_key, key, request, made, extension = (
        folder / name for name in ("ca.pem", "ca.key", "leaf.key", "leaf.csr", "leaf.pem", "leaf.txt"))
    openssl("req", "-x509", *CURVE, "-days", 2, "-subj", "/CN=authority", "-keyout", ca_key, "-out", ca)
    openssl("req", *CURVE, "-subj", "/CN=server", "-keyout", key, "-out", request)
    extension.write_text(f"subjectAltName={case.name}")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-days", case.days, "-extfile", extension, "-out", made)
    return made, key, ca


@pytest.mark.parametrize("reason", CASES)
def test_the_log_and_the_status_say_why(start, tmp_path, monkeypatch, reason):
    case = CASES[reason]
    made, key, ca = certificate_of(tmp_path, case)
    if case.trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    sim = start.sim("--tls-certificate", made, "--tls-key", key)
    kite = Kite(tmp_path)
    settings = kite.config(sim.url)
    settings["settings"]["instruments_url"] = sim.url.replace("wss", "https") + "/instruments"
    gateway = start_with(start, "zerodha", (kite, settings))
    gateway.wait_line(rf"zerodha.*TLS with 127.0.0.1:{sim.port} failed: {case.link}")
    parts.until(lambda: case.link.split(r" \d")[0] in link_of(gateway, kite)["message"])  # "connecting" for a moment
    said = parts.run("instruments", "update", "--broker", "zerodha", "--config", gateway.config, status=1, both=True)[1]
    assert f"127.0.0.1:{sim.port}: TLS failed: {case.list}" in said, said
