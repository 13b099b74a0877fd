"""Request and answer bodies: JSON of one struct, compressed or not, never larger than allowed."""

import gzip
import io
import zlib
from typing import TypeVar

import msgspec
import zstandard

from pos_app.errors import Refused
from pos_app.sync.wire.http import MALFORMED, TOO_LARGE
from pos_app.sync.wire.messages import MAX_DECOMPRESSED_BYTES

_T = TypeVar("_T", bound=msgspec.Struct)

WORTH_COMPRESSING = 1_024
ZSTD_LEVEL = 3
GZIP_LEVEL = 6
GZIP_WINDOW = 31  # zlib's way to say: with a gzip header


def decode(raw: bytes, encoding: str, shape: type[_T]) -> _T:
    """Return the struct in a request body; raises Refused ``request.malformed`` or ``request.too_large``."""
    body = _decompressed(raw, encoding)
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(MALFORMED, detail=str(error)) from error


def encode(answer: msgspec.Struct, accepted: str) -> tuple[bytes, str]:
    """Return an answer's body and its content encoding, by what the caller accepts."""
    body = msgspec.json.encode(answer)
    if len(body) < WORTH_COMPRESSING:
        return body, "identity"
    if "zstd" in accepted:
        return zstandard.compress(body, ZSTD_LEVEL), "zstd"
    if "gzip" in accepted:
        return gzip.compress(body, GZIP_LEVEL), "gzip"
    return body, "identity"


def _decompressed(raw: bytes, encoding: str) -> bytes:
    """Return the plain bytes, stopping at the limit however much the sender packed into them."""
    limit = MAX_DECOMPRESSED_BYTES
    try:
        if encoding == "zstd":
            with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(raw)) as reader:
                body = reader.read(limit + 1)
        elif encoding in ("gzip", "x-gzip"):
            unpacker = zlib.decompressobj(GZIP_WINDOW)
            body = unpacker.decompress(raw, limit + 1)
            if not unpacker.eof and len(body) <= limit:
                raise Refused(MALFORMED, detail="gzip ends early")
        elif encoding in ("", "identity"):
            body = raw
        else:
            raise Refused(MALFORMED, detail=f"content encoding {encoding}")
    except (zstandard.ZstdError, zlib.error) as error:
        raise Refused(MALFORMED, detail=encoding) from error
    if len(body) > limit:
        raise Refused(TOO_LARGE)
    return body
