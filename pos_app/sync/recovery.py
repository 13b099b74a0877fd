"""The database key, sealed for the day when this till's keystore is lost: kept current beside the database."""

import logging
from pathlib import Path

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged
from pos_app.sync.keystore import write_private
from pos_app.sync.wire import recovery_file

log = logging.getLogger(__name__)


class RecoveryFile:
    """``till.recovery``. Without it a broken keystore is as bad as a dead disk.

    Args:
        path: of the file. ``database_key``: raw, as the database was opened with it.
    """

    def __init__(self, path: Path, database_key: bytes) -> None:
        self._path = path
        self._database_key = database_key

    def renew(self, public_key: bytes) -> None:
        """Seal the key to head office's recovery key, unless the file is sealed to that one already.

        Raises:
            Damaged: ``recovery.key`` for what is no key. Unavailable: ``keystore.write``.
        """
        if self._sealed_to() != public_key:
            body = recovery_file.wrap(self._database_key, public_key)
            mark(CommitPoint.RECOVERY_SEALED_BEFORE_WRITE)
            write_private(self._path, body)
            log.info("sync.recovery_file_renewed")

    def _sealed_to(self) -> bytes | None:
        try:
            return recovery_file.read(self._path.read_bytes()).public_key
        except (OSError, Damaged):
            return None
