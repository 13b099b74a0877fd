"""The terminal's side of the protocol without a socket, a clock or a source of chance."""

from pos_app.sync.wire.signatures import (
    certificate_bytes,
    challenge_bytes,
    enrol_bytes,
    health_bytes,
    hello_bytes,
)

__all__ = ["certificate_bytes", "challenge_bytes", "enrol_bytes", "health_bytes", "hello_bytes"]
