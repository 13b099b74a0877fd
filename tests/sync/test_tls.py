"""https with the chain's own authority: real processes, a pinned root, and a man in the middle."""

import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from head_office.authority import Authority, make
from head_office.office import open_office
from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.client import RequestsWire
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.trust import fetch_authority, read_authority
from pos_app.sync.wire.trust import fingerprint, same
from tests.head_office.rig import found_chain
from tests.sync.raw_server import answer

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run(*command: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"} | ({"POS_HOME": str(home)} if home else {})
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Place:
    """A head office that serves by https."""

    database: str
    authority: Authority
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def code(self) -> list[str]:
        said = run("head_office", "enrol-code", "--store", "S01", "--lane", "1", "--db", self.database)
        return said.stdout.strip().splitlines()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("tls")
    database = f"sqlite:///{folder}/head-office.db"
    office = open_office(database)
    found_chain(office)
    office.database.close()
    assert run("head_office", "authority", "--db", database).returncode == 0
    port = free_port()
    serve = [sys.executable, "-m", "head_office", "serve", "--tls", "--db", database, "--port", str(port)]
    process = subprocess.Popen(serve, cwd=ROOT)
    pause = threading.Event()
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        pause.wait(0.05)
    yield Place(database, Authority(folder / "head-office.authority"), port, process)
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Somebody else's authority, for the same addresses."""
    authority = Authority(tmp_path_factory.mktemp("stranger"))
    make(authority, ())
    return authority


class Impostor:
    """A man in the middle: answers everything, with a certificate that another authority signed."""

    def __init__(self, authority: Authority) -> None:
        self.heard: list[bytes] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.server, authority.server_key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._listener.accept()
                with self._context.wrap_socket(line, server_side=True) as secure:
                    self.heard.append(secure.recv(65536))
                    secure.sendall(answer(b"{}"))
            except ssl.SSLError:
                continue
            except OSError:
                return


@pytest.fixture
def impostor(stranger: Authority) -> Iterator[Impostor]:
    impostor = Impostor(stranger)
    yield impostor
    impostor.close()


def test_private_keys_are_for_their_owner_only(place):
    for path in place.authority.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_making_the_authority_again_keeps_the_root_and_renews_the_server(place, tmp_path):
    ours = Authority(tmp_path / "keys")
    make(ours, ("hq.example",))
    root, server = ours.root.read_bytes(), ours.server.read_bytes()

    make(ours, ())

    assert ours.root.read_bytes() == root
    assert ours.server.read_bytes() != server


def test_a_till_enrols_with_the_file_and_pins_it(place, tmp_path):
    home = tmp_path / "till"
    code = place.code()[-1]

    done = run("pos_app", "enrol", code, "--url", place.url, "--authority", str(place.authority.root), home=home)

    assert (done.returncode, done.stdout.split(" ")[0]) == (0, "S01-1"), done.stderr
    assert (home / "authority.pem").read_bytes() == place.authority.root.read_bytes()
    assert stat.S_IMODE((home / "authority.pem").stat().st_mode) == 0o600


def test_a_till_enrols_with_the_fingerprint_that_came_with_the_code(place, tmp_path):
    option, code = place.code()

    done = run("pos_app", "enrol", code, "--url", place.url, *option.split(" "), home=tmp_path / "till")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "till" / "authority.pem").read_bytes() == place.authority.root.read_bytes()


def test_a_till_that_was_told_another_fingerprint_sends_nothing(place, stranger, tmp_path):
    done = run(
        "pos_app", "enrol", "AAAA-BBBB-CCCC", "--url", place.url, "--fingerprint", stranger.fingerprint,
        home=tmp_path / "till",
    )  # fmt: skip

    assert done.returncode == 1
    assert "authority.fingerprint" in done.stderr
    assert not (tmp_path / "till" / "authority.pem").exists()


def test_a_man_in_the_middle_hears_nothing_and_the_till_says_why(place, impostor, tmp_path):
    code = place.code()[-1]

    done = run(
        "pos_app", "enrol", code, "--url", impostor.url, "--authority", str(place.authority.root),
        home=tmp_path / "till",
    )  # fmt: skip

    assert done.returncode == 1
    assert "head_office.untrusted" in done.stderr
    assert impostor.heard == []


def test_a_system_authority_is_not_asked_once_one_is_pinned(place, impostor, stranger, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(stranger.root))
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger.root))
    wire = RequestsWire(impostor.url, place.authority.root)

    with pytest.raises(Unavailable, match=r"head_office\.untrusted"):
        wire.send("GET", "/v1/health", {}, None, 5)

    wire.abort()


def test_without_the_pinned_root_head_office_s_own_certificate_is_not_believed(place):
    wire = RequestsWire(place.url)

    with pytest.raises(Unavailable, match=r"head_office\.untrusted"):
        wire.send("GET", "/v1/health", {}, None, 5)

    wire.abort()


def test_health_is_told_over_the_pinned_line(place):
    office = open_office(place.database)
    wire = RequestsWire(place.url, place.authority.root)

    assert HeadOffice(wire).health(office.identity.public_key).incarnation == office.identity.incarnation

    wire.abort()
    office.database.close()


def test_a_pinned_till_speaks_no_plain_http(place):
    with pytest.raises(Refused, match=r"head_office\.not_https"):
        RequestsWire(f"http://127.0.0.1:{place.port}", place.authority.root)


def test_the_authority_is_not_fetched_without_https(place):
    with pytest.raises(Refused, match=r"head_office\.not_https"):
        fetch_authority(f"http://127.0.0.1:{place.port}", place.authority.fingerprint)


def test_what_answers_without_an_authority_is_not_head_office(impostor, stranger):
    with pytest.raises(Unavailable, match=r"head_office\.not_there"):
        fetch_authority(impostor.url, stranger.fingerprint)


@pytest.mark.parametrize(
    "body", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_is_no_certificate_is_said(tmp_path, body):
    (tmp_path / "root.pem").write_bytes(body)

    with pytest.raises(Damaged, match=r"authority\.file"):
        read_authority(tmp_path / "root.pem")


def test_a_fingerprint_is_read_however_it_is_typed(stranger):
    told = fingerprint(stranger.root.read_bytes())

    assert same(told, told.lower().replace(":", " "))
    assert not same(told, told[:-2] + "00")
    assert not same("", "")


def test_a_head_office_without_an_authority_does_not_serve_by_https(tmp_path):
    done = run("head_office", "serve", "--tls", "--db", f"sqlite:///{tmp_path}/other.db")

    assert done.returncode == 1
    assert "authority.none" in done.stderr
