"""The chain's own certificate authority for development and for small chains: one root, one server certificate.

Tills pin the root, so it needs no name that the world knows and never expires: a till whose clock is wrong must still
reach head office. What was leaked is replaced by pinning a new root, what is only old by ``renew``.
"""

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pos_app.sync.wire.trust import fingerprint

OWNER_ONLY = 0o600
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Authority:
    """The files of an authority in one folder. Private keys are readable by their owner only."""

    folder: Path

    @property
    def root(self) -> Path:
        """What tills pin: the root's certificate, PEM."""
        return self.folder / "authority.pem"

    @property
    def root_key(self) -> Path:
        """The root's private key: needed only to renew the server's certificate."""
        return self.folder / "authority.key"

    @property
    def server(self) -> Path:
        """The server's certificate, PEM."""
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        """The server's private key."""
        return self.folder / "server.key"

    @property
    def exists(self) -> bool:
        """Say whether the authority was made."""
        return self.server.exists() and self.root.exists()

    @property
    def fingerprint(self) -> str:
        """What a person compares: the SHA-256 of the root's certificate."""
        return fingerprint(self.root.read_bytes())


def make(authority: Authority, hosts: tuple[str, ...]) -> None:
    """Make root and server certificate; the root that is there is kept, the server's certificate is made anew.

    Args:
        authority: where.
        hosts: names and addresses that tills use, besides this machine's own.
    """
    authority.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not authority.root.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Member POS authority")
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        root = (
            _builder(name, name, key.public_key(), key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        _write_key(authority.root_key, key)
        _write(authority.root, root.public_bytes(serialization.Encoding.PEM))
    _make_server(authority, hosts)


def _make_server(authority: Authority, hosts: tuple[str, ...]) -> None:
    root = x509.load_pem_x509_certificate(authority.root.read_bytes())
    root_key = serialization.load_pem_private_key(authority.root_key.read_bytes(), password=None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey), type(root_key)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    names = x509.SubjectAlternativeName([_host(each) for each in dict.fromkeys((*LOCAL, socket.gethostname(), *hosts))])
    server = (
        _builder(_name("Head office"), root.subject, key.public_key(), root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    _write_key(authority.server_key, key)
    _write(authority.server, server.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    since, until = ALWAYS
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(path, pem)


def _write(path: Path, body: bytes) -> None:
    """Write beside, sync, rename; mode 0600 from the first byte on."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
