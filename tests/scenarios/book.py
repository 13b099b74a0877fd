"""Reads the scenario book: each scenario is a shop, a customer, and steps with what must come of them.

The language of the steps is in ``README.md`` beside the scenarios; ``play.py`` carries it out.
"""

import re
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.members import Child, Member, Purpose, Tier
from pos_app.domain.programme import Programme
from tests.till_kit import barcode, item, member

FOLDER = Path(__file__).resolve().parent
TODAY = date(2026, 11, 23)
FIRST_MONTH = date(2026, 1, 1)
ARROW = "→"


@dataclass(frozen=True)
class Customer:
    """A member of the scenario, the points that head office holds for them, and what they bought elsewhere by day."""

    member: Member
    points: int
    bought: dict[date, int]
    coupons: tuple[str, ...] = ()  # rules, one coupon of each


@dataclass(frozen=True)
class Step:
    """One line of a scenario: what is done, and what must come of it."""

    text: str
    verb: str
    words: tuple[str, ...]
    expected: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Scenario:
    """One page of the book. ``complaints`` numbers what users of other systems complain of (see the README).

    ``crowd`` is how many further articles stand on the shelf. A page with ``window`` is played at the window, too.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    programme: Programme
    items: dict[str, Item] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    campaigns: tuple[Campaign, ...] = ()
    complaints: tuple[int, ...] = ()
    crowd: int = 0
    window: bool = False


@cache
def scenarios() -> dict[str, Scenario]:
    """Return every scenario of the book by name, in the order of the book."""
    found: dict[str, Scenario] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        page = tomllib.loads(path.read_text(encoding="utf-8"))
        common = {key: value for key, value in page.items() if key != "scenario"}
        for n, table in enumerate(page["scenario"], 1):
            read = scenario(f"{path.stem}-{n:02d}", common | table)
            found[read.name] = read
    return found


def scenario(name: str, table: dict[str, Any]) -> Scenario:
    """Return one scenario; a field that nobody reads is a mistake."""
    known = {"title", "steps", "items", "members", "campaigns", "programme", "complaints", "crowd", "window"}
    assert table.keys() <= known, (name, table.keys() - known)
    items = {n: _item(at, n, told) for at, (n, told) in enumerate(table.get("items", {}).items(), 1)}
    customers = {n: _customer(at, n, told) for at, (n, told) in enumerate(table.get("members", {}).items(), 1)}
    ids: dict[str, int | str] = {n: article.item_id for n, article in items.items()}
    ids |= {n: who.member.member_id for n, who in customers.items()}
    return Scenario(
        name=name,
        title=table["title"],
        steps=tuple(step(text) for text in table["steps"]),
        items=items,
        customers=customers,
        campaigns=tuple(_campaign(told, ids) for told in table.get("campaigns", [])),
        programme=_programme(_named(table.get("programme", {}), ids)),
        complaints=tuple(table.get("complaints", [])),
        crowd=table.get("crowd", 0),
        window=table.get("window", False),
    )


def step(text: str) -> Step:
    """Return ``扫 奶粉 ×2 → 应收 596.00, 得分 417`` taken apart."""
    done, _, expected = text.partition(ARROW)
    verb, *words = done.split()
    wanted = tuple(tuple(part.split()) for part in re.split(r"[,，]\s+|，", expected) if part.strip())
    return Step(text, verb, tuple(words), wanted)


def minor(text: str) -> int:
    """Return ``1,072.5`` as 107250."""
    sign = -1 if text.startswith(("-", "−")) else 1
    units, _, cents = text.lstrip("-−¥").replace(",", "").partition(".")
    assert units.isdigit(), text
    assert len(cents) <= 2, text
    return sign * (int(units) * 100 + int(cents.ljust(2, "0") or 0))


def _item(n: int, name: str, told: Any) -> Item:
    """Return an article; ``"298.00"`` alone is its price. Nothing earns points unless it says so."""
    table = dict(told) if isinstance(told, dict) else {"price": told}
    prices = {"price_minor": minor(table.pop("price"))}
    if "member" in table:
        prices["member_price_minor"] = minor(table.pop("member"))
    fields = {
        "earns": False,
        **prices,
        **table,
        "name": name,
        "name_en": name,
        "barcode": table.get("barcode", barcode(n)),
    }
    return item(n, fields.pop("price_minor"), **fields)


def _customer(n: int, name: str, told: dict[str, Any]) -> Customer:
    table = dict(told)
    points, coupons = table.pop("points", 0), tuple(table.pop("coupons", []))
    bought = {date.fromisoformat(on): minor(spent) for on, spent in table.pop("bought", {}).items()}
    changes: dict[str, Any] = {"joined_on": TODAY, "name": name, "tier": Tier(table.pop("tier", "normal"))}
    changes["children"] = tuple(Child("宝宝", date.fromisoformat(born)) for born in table.pop("children", []))
    consents = table.pop("agreed", [purpose.value for purpose in Purpose])
    made = member(n, **changes | table)
    kept = tuple(consent for consent in made.consents if consent.purpose.value in consents)
    return Customer(replace(made, consents=kept), points, bought, coupons)


def _campaign(told: dict[str, Any], ids: dict[str, int | str]) -> Campaign:
    """Return a campaign in force all month; items and members may be called by name."""
    table = {
        "campaign_id": told["name"],
        "version": 1,
        "name_en": told["name"],
        "valid_from": "2026-11-01",
        "valid_to": "2026-11-30",
        **told,
    }
    return msgspec.convert(_named(table, ids), Campaign)


def _named(told: Any, ids: dict[str, int | str]) -> Any:
    """Return a table with the names in lists of articles or members, and a gift's, replaced by their numbers."""
    if isinstance(told, list):
        return [_named(each, ids) for each in told]
    if not isinstance(told, dict):
        return told
    read = {}
    for key, value in told.items():
        if key in ("items", "except_items", "rewards", "members") and isinstance(value, list):
            read[key] = [ids[name] for name in value]
        elif key in ("gift", "free"):
            read["gift_item_id" if key == "gift" else "free_item"] = ids[value]
        elif key.endswith("_yuan"):
            read[key.removesuffix("_yuan") + "_minor"] = minor(value)
        else:
            read[key] = _named(value, ids)
    return read


def _programme(told: dict[str, Any]) -> Programme:
    rules = {"version": "book", "valid_from": FIRST_MONTH.isoformat(), **told}
    read = msgspec.convert(rules, Programme)
    assert not read.problems(), read.problems()
    return read
