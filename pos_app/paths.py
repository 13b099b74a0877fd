"""Where the terminal keeps its files: one folder for data, one for settings; ``POS_HOME`` overrides both."""

import os
from dataclasses import dataclass
from pathlib import Path

APP_NAME = "member-pos"


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one terminal. Training and demo have folders of their own."""

    home: Path

    @property
    def till_db(self) -> Path:
        """What this terminal owns; losing it loses what was not sent."""
        return self.home / "till.db"

    @property
    def keys(self) -> Path:
        """Key files (0600) where the system has no keystore."""
        return self.home / "keys"

    @property
    def config(self) -> Path:
        """Settings of this till, TOML."""
        return self.home / "config.toml"

    @property
    def logs(self) -> Path:
        """Rotating log files, without personal data."""
        return self.home / "logs"

    @property
    def lock(self) -> Path:
        """Held while the program runs; a second start is refused."""
        return self.home / "running.lock"

    @property
    def authority(self) -> Path:
        """The certificate that head office's must be signed with; absent where none was pinned."""
        return self.home / "authority.pem"

    @property
    def recovery(self) -> Path:
        """The database key sealed to head office's recovery key, for the day when the keystore is lost."""
        return self.home / "till.recovery"

    @property
    def lives(self) -> Path:
        """The databases of this till's earlier lives; never removed by the program."""
        return self.home / "lives"

    @property
    def copy(self) -> Path:
        """The database when a shift or day last ended, under the same key: to salvage from, never to sell with."""
        return self.home / "till-copy.db"

    @property
    def exports(self) -> Path:
        """Tables that people saved."""
        return self.home / "exports"

    @property
    def training(self) -> Path:
        """The training till: a folder like this one, made anew for each trainee."""
        return self.home / "training"

    @property
    def downloads(self) -> Path:
        """Half-finished snapshots."""
        return self.home / "downloads"


def terminal_paths() -> Paths:
    """Return the folder of this terminal, made if absent, readable by its user only."""
    override = os.environ.get("POS_HOME")
    if override:
        home = Path(override)
    else:
        import platformdirs  # noqa: PLC0415 - only where no folder was named

        home = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Paths(home)
