"""Settings of one till, read from TOML; every setting has a default and a wrong one is refused by name."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pos_app.errors import Refused


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """``kind``: ``tcp`` (``host``, ``port``), ``file`` (``path``) or ``none``.

    ``columns``: 32 on 58 mm paper, 48 on 80 mm, 42 on 80 mm with 512 dots. ``encoding``: ``gbk``, ``utf-8``,
    ``raster``.
    """

    kind: str = "none"
    host: str = "127.0.0.1"
    port: int = 9100
    path: str = ""
    columns: int = 48
    encoding: str = "gbk"
    answers_status: bool = True


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """``source``: a device index ("0"), a video file, a folder of pictures, or empty for no camera."""

    source: str = ""


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """Keyboard wedge: longest gap between two keys of a burst and what the scanner puts around a code."""

    gap_ms: int = 35
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """``kind``: ``simulated`` (takes nobody's money: for demos) or ``none``, where payments go by reference."""

    kind: str = "none"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one till. ``customer_screen``: ``auto`` (on a second screen), ``window`` or ``off``.

    ``auto_hold_s``: a sale that nobody has touched for so many seconds is put aside, 0 for never.
    ``copy_folder``: a folder on another disk where each close leaves a second copy too; empty for none.
    """

    head_office_url: str = "http://127.0.0.1:8765"
    language: str = "zh_CN"
    keymap: str = "standard"
    full_screen: bool = False
    idle_lock_s: int = 180
    customer_screen: str = "auto"
    auto_hold_s: int = 600
    copy_folder: str = ""
    printer: PrinterSettings = field(default_factory=PrinterSettings)
    camera: CameraSettings = field(default_factory=CameraSettings)
    scanner: ScannerSettings = field(default_factory=ScannerSettings)
    gateway: GatewaySettings = field(default_factory=GatewaySettings)


SECTIONS = {
    "printer": PrinterSettings,
    "camera": CameraSettings,
    "scanner": ScannerSettings,
    "gateway": GatewaySettings,
}


def load(path: Path) -> Config:
    """Return the settings in ``path``; a missing file means all defaults.

    Raises:
        Refused: ``config.broken`` (not TOML), ``config.unknown`` or ``config.type`` with the setting's name.
    """
    if not path.exists():
        return Config()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("config.broken", path=str(path), cause=str(error)) from error
    sections = {name: _read(SECTIONS[name], table.pop(name), name) for name in SECTIONS if name in table}
    config: Config = _read(Config, table, "", **sections)
    return config


def save(path: Path, changes: dict[str, Any]) -> None:
    """Write ``changes`` (dotted names to values) into the file and keep its comments."""
    import tomlkit  # noqa: PLC0415 - only where settings are written

    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    for name, value in changes.items():
        section, _, key = name.rpartition(".")
        table: Any = document
        if section:
            table = document.setdefault(section, tomlkit.table())
        table[key] = value
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def _read(shape: Any, table: dict[str, Any], section: str, **sections: Any) -> Any:  # noqa: ANN401 - one of our dataclasses
    known = {entry.name: entry for entry in fields(shape)}
    for name, value in table.items():
        dotted = f"{section}.{name}" if section else name
        if name not in known or name in SECTIONS:
            raise Refused("config.unknown", setting=dotted)
        if type(value) is not type(getattr(shape(), name)):
            raise Refused("config.type", setting=dotted, value=repr(value))
    return shape(**table, **sections)
