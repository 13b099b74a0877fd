"""V13: an honest lane's Z is what head office computes; a sealed day never changes, and with what came late it is what
the books say.
"""

import json
from collections import Counter
from typing import Any

from head_office.branches import MARK
from tests.sim.books import Books
from tests.sim.truth import demand

Day = tuple[str, str]  # store, date
SEALED = "SELECT store_id, business_date, status, figures, roster, sealed_on, sealed_by, approved_by FROM store_day"
ALARMS = "SELECT life_no, opened_seq, closed_seq FROM lane_day WHERE status = 'alarm'"
LATE = "SELECT figures FROM late_adjustment WHERE store_id = ? AND business_date = ?"


def check_days(raw: Any, books: Books) -> int:
    """Look at the days that have moved since; return to how many sealed ones something came late."""
    rows = {(row[0], row[1]): tuple(row[2:]) for row in raw.execute(f"{SEALED} WHERE status = 'sealed'")}
    for day, before in books.sealed.items():
        demand(rows.get(day) == before, "V13 seal", day=day, sealed=before, now=rows.get(day))
    moved = {day for day in rows if day in books.days or day not in books.sealed}
    books.sealed |= rows
    books.days.clear()
    return sum(_add_up(raw, books, day, rows[day][1]) for day in moved)


def _add_up(raw: Any, books: Books, day: Day, figures: bytes) -> bool:
    late = [json.loads(row[0]) for row in raw.execute(LATE, day)]
    have: Counter[str] = Counter()
    for part in (json.loads(figures), *late):
        for name, amount in part.items():
            have[name] += amount
    want = figures_of(books, day)
    said = {name: amount for name, amount in have.items() if amount}
    demand(said == want, "V13", day=day, sealed_and_late=said, books=want)
    return bool(late)


def figures_of(books: Books, day: Day) -> dict[str, int]:
    """Return what transfers and posted facts come to for a day, added up anew."""
    store_id, on = day
    found: Counter[str] = Counter()
    for number, account in books.accounts.items():
        if account.owner == store_id and account.dated == on:
            found[f"{account.ledger} {account.kind}"] += books.balances[number]
    for (where, when, kind), count in books.facts.items():
        if (where, when) == day:
            found[f"facts {kind}"] += count
    return {name: amount for name, amount in found.items() if amount}


def check_lanes(raw: Any, books: Books) -> None:
    """No lane is in alarm that said nothing but sound facts."""
    for life_no, opened_seq, closed_seq in raw.execute(ALARMS):
        life = books.lives[life_no]
        said = books.held[life][opened_seq - 1 : closed_seq]
        demand(MARK in life[1] or not all(fact.sound for fact in said), "V13 alarm", life=life, opened_seq=opened_seq)
