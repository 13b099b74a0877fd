"""Head office as a process of its own that can be doomed: the program's own command, after the doom is set."""

from pathlib import Path

from head_office import cli
from tests.rigs.doom import Doom, listen


def serve(url: str, folder: Path, port: int, doom: Doom | None, diary: Path) -> None:
    """Serve until killed."""
    listen(doom, diary)
    cli.serve(db=url, port=port, host="127.0.0.1", folder=folder)
