"""Whom the till trusts to be head office: the authority that was pinned when it enrolled, and nobody else."""

from pathlib import Path

import msgspec

from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.client import fetch_unproven
from pos_app.sync.endpoints import NOT_HEAD_OFFICE
from pos_app.sync.keystore import write_private
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import AuthorityAnswer
from pos_app.sync.wire.trust import fingerprint, same


def read_authority(file: Path) -> bytes:
    """Return the certificate in ``file``; raises Damaged ``authority.file`` when it is none."""
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise Damaged("authority.file", cause=error.strerror) from error
    fingerprint(pem)
    return pem


def fetch_authority(url: str, expected: str) -> bytes:
    """Ask head office for its authority's certificate and return it if its fingerprint is the one expected.

    Raises:
        Refused: ``authority.fingerprint`` when it is another, ``head_office.not_https``.
        Unavailable: no answer, or not head office's.
    """
    try:
        answer = msgspec.json.decode(fetch_unproven(url, http.AUTHORITY), type=AuthorityAnswer)
        found = fingerprint(answer.certificate)
    except (msgspec.DecodeError, UnicodeDecodeError, Damaged) as error:
        raise Unavailable(NOT_HEAD_OFFICE, cause="authority") from error
    if not same(found, expected):
        raise Refused("authority.fingerprint", found=found)
    return answer.certificate


def pin(file: Path, pem: bytes) -> None:
    """Trust this authority from now on, durably; raises Unavailable ``keystore.write``."""
    write_private(file, pem)
