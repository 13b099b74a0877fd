"""The bytes that terminal and head office sign: one layout a purpose, no two of which can be confused.

Each layout is its purpose, then every field, each preceded by its length (4 bytes, big-endian), so that no field can
lend bytes to its neighbour. Signatures are Ed25519 over these bytes.
"""

from pos_app.sync.wire.messages import HelloRequest

DEVICE_KEY_BYTES = 32
NONCE_BYTES = 32


def enrol_bytes(code: str, device_key: bytes) -> bytes:
    """Return what a device signs to prove, while it enrols, that it has the private half of ``device_key``."""
    return _layout("enrol", code.encode(), device_key)


def certificate_bytes(terminal_id: str, epoch: str, device_key: bytes) -> bytes:
    """Return what head office signs when it gives ``device_key`` one terminal life."""
    return _layout("certificate", terminal_id.encode(), epoch.encode(), device_key)


def challenge_bytes(terminal_id: str, epoch: str, client_nonce: bytes) -> bytes:
    """Return what the device signs to end the session in force and ask for a nonce."""
    return _layout("challenge", terminal_id.encode(), epoch.encode(), client_nonce)


def hello_bytes(hello: HelloRequest) -> bytes:
    """Return what the device signs to start a session: every field but its signature, and the proof that is signed."""
    return _layout(
        "hello",
        hello.terminal_id.encode(),
        hello.epoch.encode(),
        hello.nonce,
        hello.next_seq.to_bytes(8, "big"),
        hello.head_hash,
        hello.incarnation.encode(),
        hello.client_version.encode(),
        hello.accepted_upto.to_bytes(8, "big"),
        hello.protocol.to_bytes(8, "big"),
    )


def rotate_bytes(terminal_id: str, epoch: str, old_key: bytes, new_key: bytes) -> bytes:
    """Return what both keys of a device sign when ``new_key`` is to take the place of ``old_key``."""
    return _layout("rotate", terminal_id.encode(), epoch.encode(), old_key, new_key)


def log_bytes(terminal_id: str, epoch: str, events: int, head_hash: bytes) -> bytes:
    """Return what the device signs over its whole log in a file."""
    return _layout("log", terminal_id.encode(), epoch.encode(), events.to_bytes(8, "big"), head_hash)


def health_bytes(incarnation: str, server_time_ms: int) -> bytes:
    """Return what head office signs in its health answer, so that a captive portal cannot pass for it."""
    return _layout("health", incarnation.encode(), server_time_ms.to_bytes(8, "big"))


def head_bytes(terminal_id: str, epoch: str, incarnation: str, accepted_upto: int, head_hash: bytes) -> bytes:
    """Return what head office countersigns: it holds this life's log up to an event, whose chain hash is this."""
    return _layout(
        "head",
        terminal_id.encode(),
        epoch.encode(),
        incarnation.encode(),
        accepted_upto.to_bytes(8, "big"),
        head_hash,
    )


def recovery_bytes(recovery_key: bytes) -> bytes:
    """Return what head office signs to say which key tills shall seal their database keys to."""
    return _layout("recovery", recovery_key)


def _layout(purpose: str, *fields: bytes) -> bytes:
    parts = bytearray(b"pos-v1 " + purpose.encode() + b"\0")
    for field in fields:
        parts += len(field).to_bytes(4, "big") + field
    return bytes(parts)
