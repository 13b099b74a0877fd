"""Bodies of members, packed with the dictionary that came with the directory file."""

import zstandard

from pos_app.errors import Damaged
from pos_app.store.connection import Database
from pos_app.store.errors import edge

LEVEL = 3
PLAIN = b"{"  # how a body begins that is not packed
MAX_BODY_BYTES = 8 * 1024**2  # no message of head office is longer


class Packing:
    """Packs and unpacks what one directory file holds; a file without a dictionary holds plain JSON.

    Used on the thread that owns the file.
    """

    def __init__(self, database: Database) -> None:
        with edge():
            row = database.conn.execute("SELECT dictionary FROM packing WHERE kind = 'member'").fetchone()
        self._packer: zstandard.ZstdCompressor | None = None
        self._unpacker = zstandard.ZstdDecompressor()
        if row is not None:
            words = zstandard.ZstdCompressionDict(bytes(row[0]))
            self._packer = zstandard.ZstdCompressor(level=LEVEL, dict_data=words, write_dict_id=False)
            self._unpacker = zstandard.ZstdDecompressor(dict_data=words)

    def packed(self, body: bytes) -> bytes:
        """Return a body as the file keeps it."""
        return body if self._packer is None else self._packer.compress(body)

    def unpacked(self, body: bytes) -> bytes:
        """Return the JSON of a stored body; raises Damaged ``store.row``."""
        if body.startswith(PLAIN):
            return body
        try:
            return self._unpacker.decompress(body, max_output_size=MAX_BODY_BYTES)
        except zstandard.ZstdError as error:
            raise Damaged("store.row", where="directory", cause=str(error)) from error
