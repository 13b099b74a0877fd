"""Write a paper as text for the durable print queue, and read it back."""

import json
from dataclasses import fields
from typing import Literal, TypeVar, get_args, get_origin

from pos_app.domain.paper import (
    Barcode,
    Blank,
    Block,
    Cell,
    Columns,
    Cut,
    Notice,
    Pair,
    Paper,
    QrCode,
    Rule,
    Text,
    TickBoxes,
)
from pos_app.errors import Damaged

_T = TypeVar("_T")

MAX_BLOCKS = 2_000


_KINDS: dict[str, type[Block]] = {
    kind.__name__: kind for kind in (Text, Pair, Columns, Rule, Blank, QrCode, Barcode, Notice, TickBoxes, Cut)
}
_NAMES: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (*_KINDS.values(), Cell)
}


def to_json(paper: Paper) -> str:
    """Return the paper as text for a durable queue; ``from_json`` gives back an equal paper."""
    blocks = [{"is": type(block).__name__, **_plain(block)} for block in paper.blocks]
    whole = {"kind": paper.kind, "title": paper.title, "blocks": blocks}
    return json.dumps(whole, ensure_ascii=False, default=_plain)


def from_json(text: str) -> Paper:
    """Read what ``to_json`` wrote.

    Raises:
        Damaged: ``paper.json`` when the text is not a paper.
    """
    try:
        raw = json.loads(text)
        blocks = tuple(_block(item) for item in raw["blocks"][:MAX_BLOCKS])
        return Paper(_text(raw["kind"]), _text(raw["title"]), blocks)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged("paper.json", cause=str(error)) from error


def _plain(value: object) -> dict[str, object]:
    """Return the fields of a block or cell; ``asdict`` copies deeply, which a sale would wait for."""
    return {name: getattr(value, name) for name in _NAMES[type(value)]}


def _block(item: dict[str, object]) -> Block:
    given = dict(item)
    kind = _KINDS[_text(given.pop("is"))]
    if kind is Columns:
        cells = given.pop("cells")
        if not isinstance(cells, list):
            raise TypeError("cells")
        given["cells"] = tuple(_checked(Cell, cell) for cell in cells)
    elif kind is TickBoxes:
        labels = given.pop("labels")
        if not isinstance(labels, list):
            raise TypeError("labels")
        given["labels"] = tuple(_text(label) for label in labels)
    return _checked(kind, given)


def _checked(kind: type[_T], given: dict[str, object]) -> _T:
    """Build ``kind`` from what JSON held, refusing a value of another type than its field."""
    for field in fields(kind):  # type: ignore[arg-type]  # every kind here is a dataclass
        if field.name in given and not _fits(given[field.name], field.type):
            raise TypeError(field.name)
    return kind(**given)


def _fits(value: object, wanted: object) -> bool:
    choices = get_args(wanted)
    if get_origin(wanted) is Literal:
        return value in choices
    if wanted in (str, int, bool):
        return type(value) is wanted
    return isinstance(value, tuple)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value
