"""The directory of a till read beside it, whether it is running or not: nothing in it is changed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pos_app.errors import Unavailable
from pos_app.store.connection import open_encrypted
from pos_app.store.directory_file import pointer
from pos_app.store.directory_reader import DirectoryReader
from pos_app.store.errors import edge
from pos_app.store.memory import MemoryTable
from pos_app.store.rows import Rows


@contextmanager
def opened_directory(till_db: Path, key: bytes) -> Iterator[DirectoryReader]:
    """Open the installed directory for reading.

    Raises:
        Unavailable: ``directory.missing`` before one was installed, ``store.missing``.
        Damaged: ``store.wrong_key``, ``store.damaged``.
    """
    with closing(open_encrypted(till_db, key, must_exist=True)) as database, edge():
        installed = pointer(MemoryTable(Rows(database)))
    if installed is None:
        raise Unavailable("directory.missing")
    reader = DirectoryReader()
    reader.attach(open_encrypted(till_db.parent / installed.name, installed.key, must_exist=True))
    try:
        yield reader
    finally:
        reader.detach()
