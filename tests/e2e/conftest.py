import collections
import subprocess

import pytest
import silence

from gateway import Gateway, Sim

brokers = silence.brokers  # a fixture of the tests whose names begin with test_silence


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One gateway with the mock broker for all tests of a file that change nothing of it."""
    with Gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        gateway.good_key = gateway.key()
        yield gateway


@pytest.fixture
def client(shared):
    with shared.client(shared.good_key) as client:
        yield client


@pytest.fixture
def extras(shared):
    with shared.client(shared.good_key, extras=True) as client:
        client.next("broker_status")
        yield client


@pytest.fixture
def start(tmp_path):
    """start(config) gives a gateway that ends with the test; start.sim(...) a stand-in broker. start.within and
    start.words: see Gateway. start.ends_with_it(client): it is closed before them."""
    running = []

    def gateway(config=None, env=None):
        running.append(Gateway(tmp_path, config, env, gateway.within, gateway.words))
        return running[-1].__enter__()

    def sim(*more, **options):
        running.append(Sim(*more, **options))
        return running[-1].__enter__()

    gateway.sim = sim
    gateway.within = gateway.words = ()
    gateway.ends_with_it = running.append
    yield gateway
    for process in reversed(running):
        process.__exit__(None, None, None)


@pytest.fixture
def certificate(tmp_path):
    """Of 127.0.0.1, by itself: .file and .key, PEM."""
    made = collections.namedtuple("Certificate", "file key")(tmp_path / "certificate.pem", tmp_path / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", made.key, "-out", made.file], check=True, capture_output=True)
    return made


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """item.failed: the test itself failed, which a fixture may want to know when it ends."""
    report = (yield).get_result()
    if report.when == "call":
        item.failed = report.failed or None
