"""Where the files that are not code lie: beside the package in a checkout and in a frozen bundle alike."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "assets"


def asset(*parts: str) -> Path:
    """Return the path of one asset, such as ``asset("keymaps", "standard.toml")``; it need not exist."""
    return FOLDER.joinpath(*parts)
