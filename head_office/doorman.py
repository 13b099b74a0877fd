"""Who may come in: the one place where a signed request is checked, whatever carried it."""

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from head_office.sessions import Caller, Sessions
from pos_app.errors import Refused
from pos_app.sync.wire import signing
from pos_app.sync.wire.http import TERMINAL_SIGNATURE
from pos_app.sync.wire.signing import Asked


def admit(sessions: Sessions, asked: Asked, digest: str, signature_input: str, signature: str) -> Caller:
    """Return who sent a request of a session, once.

    The counter is used up only by a good signature, so that nobody else can use up a terminal's counters.

    Args:
        sessions: those in force. ``asked``: the request.
        digest, signature_input, signature: the header fields of those names, empty where absent.

    Raises:
        Refused: ``session.unknown``, ``terminal.signature`` (absent, malformed, of another key, or over something
            else), ``request.replayed``.
    """
    session = sessions.opened(asked.session)
    signed = signing.read(asked, digest, signature_input, signature)
    caller = session.caller
    if signed is None or signed.key_id != signing.key_id(caller.terminal_id, caller.epoch):
        raise Refused(TERMINAL_SIGNATURE)
    check_signature(session.device_key, signed.base, signed.signature)
    sessions.count(asked.session, signed.counter)
    return caller


def check_signature(device_key: bytes, signed: bytes, signature: bytes) -> None:
    """Raise Refused ``terminal.signature`` unless ``signature`` over ``signed`` was made with ``device_key``."""
    try:
        VerifyKey(device_key).verify(signed, signature)
    except (BadSignatureError, ValueError) as error:
        raise Refused(TERMINAL_SIGNATURE) from error
