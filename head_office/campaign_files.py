"""Campaigns from a file: TOML with a ``[[campaign]]`` table each, or CSV with a column for each field.

A CSV names nested fields with dots (``benefit.off_bp``, ``who.tiers``), separates several values with ``|``, writes
steps of money off as ``from:off`` and parts of a bundle as ``item:count``. An empty cell is the default.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from head_office.campaigns import Fault
from pos_app.domain.campaigns import Campaign
from pos_app.errors import Refused

Tree = dict[str, Any]  # Any: a campaign as plain data
MAX_BYTES = 16 * 1024 * 1024
PAIRS = {"benefit.steps": ("from_minor", "off_minor"), "benefit.parts": ("item_id", "count")}


def read_campaigns(path: Path) -> tuple[list[Campaign], list[Fault]]:
    """Return the campaigns of a file, and every row of it that is none.

    Codes: ``campaign.malformed`` (detail: what cannot be read), ``campaign.unknown_field``.

    Raises:
        Refused: ``campaign.file {path, cause}`` for a file that cannot be read at all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused("campaign.file", path=str(path), cause=f"more than {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8-sig")
        trees = list(_from_csv(text)) if path.suffix.lower() == ".csv" else _from_toml(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise Refused("campaign.file", path=str(path), cause=str(error)) from error
    found: list[Campaign] = []
    faults: list[Fault] = []
    for row, tree in enumerate(trees, 1):
        named = str(tree.get("campaign_id", ""))
        strays = [Fault(row, named, "campaign.unknown_field", name) for name in _strays(tree, Campaign)]
        try:
            found.append(msgspec.convert(tree, Campaign, strict=False))
        except msgspec.ValidationError as error:
            strays.append(Fault(row, named, "campaign.malformed", str(error)))
        faults += strays
    return found, faults


def _from_toml(text: str) -> list[Tree]:
    document = tomllib.loads(text)
    trees = document.pop("campaign", [])
    if document or not isinstance(trees, list) or not all(isinstance(tree, dict) for tree in trees):
        raise Refused("campaign.file", path="", cause="only [[campaign]] tables are read")
    return trees


def _from_csv(text: str) -> Iterator[Tree]:
    """Yield each row as a tree; a cell that is empty is left out."""
    for row in csv.DictReader(text.splitlines(), strict=True):
        tree: Tree = {}
        for column, cell in row.items():
            if column is None or isinstance(cell, list):
                raise csv.Error("a row has more cells than columns")
            if cell is None or not cell.strip():
                continue
            *path, name = column.strip().split(".")
            branch = tree
            for step in path:
                branch = branch.setdefault(step, {})
            branch[name] = _cell(column.strip(), cell.strip())
        yield tree


def _cell(column: str, cell: str) -> object:
    """Return a cell as plain data: several values as a list, pairs as tables."""
    if column in PAIRS:
        first, second = PAIRS[column]
        pairs = [each.partition(":")[::2] for each in cell.split("|")]
        if first == "item_id":
            return [{"what": {"items": [one]}, second: other or "1"} for one, other in pairs]
        return [{first: one, second: other} for one, other in pairs]
    return [each.strip() for each in cell.split("|")] if _is_list(column) else cell


def _is_list(column: str) -> bool:
    """Say whether a column holds several values."""
    kind: Any = Campaign
    for name in column.split("."):
        kind = get_type_hints(kind).get(name) if is_dataclass(kind) else None
    return get_origin(kind) is tuple


def _strays(tree: Mapping[str, Any], kind: Any, at: str = "") -> Iterator[str]:  # noqa: ANN401 - a type of any kind
    """Yield the names in a tree that its type does not have: a slip of the pen must not widen a campaign."""
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    for name, value in tree.items():
        if name not in known:
            yield f"{at}{name}"
            continue
        inner = next((each for each in _parts(hints[name]) if is_dataclass(each)), None)
        for branch in value if isinstance(value, list) else [value]:
            if inner is not None and isinstance(branch, dict):
                yield from _strays(branch, inner, f"{at}{name}.")


def _parts(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - see above
    """Yield a type and, of a tuple or a union, what it is made of."""
    yield kind
    if get_origin(kind) in (tuple, UnionType):
        for each in get_args(kind):
            yield from _parts(each)
