"""Compare every balance and total of the till with those of head office, each side read in its own way."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pos_app.bootstrap.desks import Desks, LinkState
from pos_app.bootstrap.program import Hooks, Start, opened_desks
from pos_app.demo.shop import Shop
from pos_app.domain.events import (
    CallRecorded,
    Circumstances,
    DayClosed,
    Fact,
    GrantsInstalled,
    MemberRegistered,
    RightsReleased,
    Sale,
)
from pos_app.domain.ledger import Asset, Holding
from pos_app.paths import Paths

Check = Callable[[str, bool, str], None]


RECEIPT_NO = re.compile(r"[0-9]{4,}-[0-9]+-[A-Z]+[0-9]+-[0-9]{6,}")


@dataclass(frozen=True, slots=True)
class TillBooks:
    """What the till's log and holdings say. Points by member; money in minor units."""

    life: str
    last_seq: int
    last_hash: str
    facts: tuple[tuple[Fact, Circumstances], ...]
    holdings: dict[str, int]


def compare(shop: Shop, paths: Paths, check: Check, figures: dict[str, float]) -> None:
    """Add one check for every equality between till and head office."""
    with opened_desks(Start(paths), Hooks(), LinkState()) as (lane, desks, _keys):
        books = lane.call(lambda: _read(desks))
    report = shop.report()
    _compare_log(books, report, check)
    _compare_points(books, report, check, figures)
    _compare_days(books, report, check, figures)
    _compare_trust(books, report, check)
    _compare_papers(books, shop.papers, check)


def compare_totals(shop: Shop, shown: dict[str, int], check: Check) -> None:
    """Compare the totals that the till showed for everybody who bought with head office's balances."""
    members = shop.report()["members"]
    wrong = {one: (total, members[one]["total"]) for one, total in shown.items() if members[one]["total"] != total}
    check("the totals shown at the till are head office's", bool(shown) and not wrong, f"{len(shown)} members, {wrong}")


def _read(desks: Desks) -> TillBooks:
    with desks.store.view() as unit:
        identity = unit.till.identity()
        assert identity is not None
        last = unit.log.next_seq() - 1
        facts = tuple((fact, at) for _, fact, at in unit.log.facts(1, last))
        members = {member for fact, _ in facts for member in _members_of(fact)}
        holdings = {one: _points_held(unit.holdings.of(one)) for one in members}
        life = f"{identity.terminal_id}/{identity.epoch}"
        return TillBooks(life, last, unit.log.hash_at(last).hex(), facts, holdings)


def _members_of(fact: Fact) -> tuple[str, ...]:
    match fact:
        case Sale(member_id=str(member)) | RightsReleased(member_id=member):
            return (member,)
        case GrantsInstalled(grants=grants):
            return tuple(grant.member_id for grant in grants)
        case MemberRegistered(member=member):
            return (member.member_id,)
    return ()


def _compare_log(books: TillBooks, report: dict[str, Any], check: Check) -> None:
    terminal_id, epoch = books.life.split("/")
    lives = [one for one in report["terminals"] if (one["terminal_id"], one["epoch"]) == (terminal_id, epoch)]
    check("head office knows the till's life", len(lives) == 1, books.life)
    if lives:
        check("head office holds every fact", lives[0]["last_seq"] == books.last_seq, f"{books.last_seq} facts")
        check("both ends of the hash chain are equal", lives[0]["last_hash"] == books.last_hash, books.last_hash[:16])


def _points_held(holdings: Iterable[Holding]) -> int:
    return sum(held.remaining for held in holdings if held.grant.asset is Asset.POINTS)


def _compare_points(books: TillBooks, report: dict[str, Any], check: Check, figures: dict[str, float]) -> None:
    held_there = {member: one["escrow"].get(books.life, 0) for member, one in report["members"].items()}
    wrong = {
        member: (books.holdings.get(member, 0), held_there.get(member, 0))
        for member in {*books.holdings, *held_there}
        if books.holdings.get(member, 0) != held_there.get(member, 0)
    }
    check("every holding is equal at both ends", not wrong, f"{len(books.holdings)} members, differing: {wrong}")
    held = sum(books.holdings.values())
    check("the holdings' sum is equal at both ends", held == sum(held_there.values()), f"{held} points")
    figures["members_with_holdings"] = len(books.holdings)
    figures["points_held"] = held


def _compare_days(books: TillBooks, report: dict[str, Any], check: Check, figures: dict[str, float]) -> None:
    days: dict[str, list[Sale]] = defaultdict(list)
    for fact, at in books.facts:
        if isinstance(fact, Sale):
            days[at.business_date.isoformat()].append(fact)
    told = {day["business_date"]: day for day in report["days"] if day["store_id"] == "S01"}
    check("the same business dates have sales", set(days) <= set(told), f"{sorted(days)}")
    for on, sales in sorted(days.items()):
        mine, theirs = _sums(sales), told.get(on, {})
        for name, value in mine.items():
            check(f"{on}: {name} is equal", theirs.get(name) == value, f"{value}")
    sales_made = [sale for day in days.values() for sale in day]
    numbers = [int(sale.receipt_no.rsplit("-", 1)[1]) for sale in sales_made]
    check("receipt numbers have no gap", numbers == list(range(1, len(numbers) + 1)), f"1 to {len(numbers)}")
    figures["sales"] = len(sales_made)
    figures["sales_minor"] = sum(sale.due_minor for sale in sales_made)
    figures["points_redeemed"] = sum(spend.amount for sale in sales_made for spend in sale.spends)
    figures["points_earned"] = sum(map(_earned, sales_made))
    figures["facts"] = len(books.facts)


def _earned(sale: Sale) -> int:
    return sale.repaid_points + (0 if sale.earned is None else sale.earned.amount)


def _sums(sales: list[Sale]) -> dict[str, Any]:
    tenders: dict[str, int] = defaultdict(int)
    for sale in sales:
        for tender in sale.tenders:
            tenders[tender.kind.value] += tender.amount_minor
    return {
        "sales": len(sales),
        "due_minor": sum(sale.due_minor for sale in sales),
        "rounding_minor": sum(sale.rounding_minor for sale in sales),
        "tenders": dict(tenders),
        "points_earned": sum(map(_earned, sales)),
        "points_redeemed": sum(spend.amount for sale in sales for spend in sale.spends),
    }


def _compare_trust(books: TillBooks, report: dict[str, Any], check: Check) -> None:
    closes = [fact for fact, _ in books.facts if isinstance(fact, DayClosed)]
    told = [one for one in report["lane_days"] if one.get("terminal_id") == books.life.split("/")[0]]
    check("head office recomputed every Z and agrees", len(told) >= len(closes) and _agree(told), f"{told}")
    check("nothing is quarantined", not report["troubles"], f"{report['troubles']}")
    check("no flag was raised", not report["flags"], f"{report['flags']}")
    check("suspense is empty", not any(report["suspense"].values()), f"{report['suspense']}")
    check(
        "debits equal credits in every ledger", not any(report["trial_balance"].values()), f"{report['trial_balance']}"
    )
    recorded = sum(isinstance(fact, CallRecorded) for fact, _ in books.facts)
    check("both outcomes arrived", recorded == 2, f"{recorded}")


def _compare_papers(books: TillBooks, papers: Path, check: Check) -> None:
    """Look for every sale's number on paper: at the head of exactly one receipt each."""
    numbers = [sale.receipt_no for sale, _ in books.facts if isinstance(sale, Sale)]
    texts = [path.read_text(encoding="utf-8") for path in sorted(papers.glob("*.txt"))]
    receipts = [text for text in texts if "退换货" in text]
    heads = Counter(found.group() for text in receipts if (found := RECEIPT_NO.search(text)))
    printed = {number: heads[number] for number in numbers}
    wrong = {number: count for number, count in printed.items() if count != 1}
    check("every sale has exactly one receipt on paper", not wrong, f"{len(receipts)} receipts, {wrong}")


def _agree(lane_days: list[dict[str, Any]]) -> bool:
    return all(day["status"] == "closed" for day in lane_days)
