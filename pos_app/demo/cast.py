"""Who and what the demo shift needs: a few members of the store and the items that are scanned."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pos_app.domain.codes import gtin_check_digit

FIRST_ITEM = 952_000_000_001  # GS1's range for demonstrations, as head office's demo chain numbers its items


@dataclass(frozen=True, slots=True)
class Player:
    """A member who comes into the shop. ``code`` is what their card's QR says."""

    member_id: str
    name: str
    code: str
    phone: str
    usable: int
    total: int


@dataclass(frozen=True, slots=True)
class Cast:
    """The members of the shift: ``star`` comes first and is seen by the camera, ``savers`` redeem offline."""

    star: Player
    savers: tuple[Player, ...]


def barcode(n: int) -> str:
    """Return the barcode of the demo chain's ``n``-th item, from 1."""
    digits = f"{FIRST_ITEM - 1 + n}"
    return f"{digits}{gtin_check_digit(digits)}"


def save(path: Path, cast: Cast) -> None:
    """Write the cast for the next act."""
    path.write_text(json.dumps(asdict(cast), ensure_ascii=False), encoding="utf-8")


def load(path: Path) -> Cast:
    """Read the cast of an act before."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Cast(Player(**told["star"]), tuple(Player(**one) for one in told["savers"]))
