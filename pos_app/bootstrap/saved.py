"""Tables that people save: files in a folder of their own, for a spreadsheet."""

from pathlib import Path

from pos_app.errors import Unavailable

MOST_TRIES = 1_000


def keep_file(folder: Path, name: str, text: str) -> str:
    """Write ``text`` to a new file of this name, or of the next free one, and return where it lies.

    Begins with the mark by which spreadsheets know UTF-8. Raises Unavailable ``file.write``.
    """
    stem, _dot, suffix = name.rpartition(".")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for n in range(1, MOST_TRIES):
            path = folder / (name if n == 1 else f"{stem}-{n}.{suffix}")
            if not path.exists():
                path.write_text(text, encoding="utf-8-sig", newline="")
                path.chmod(0o600)
                return str(path)
    except OSError as error:
        raise Unavailable("file.write", path=str(folder / name), cause=str(error)) from error
    raise Unavailable("file.write", path=str(folder / name), cause="too many")
