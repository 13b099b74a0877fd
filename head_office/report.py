"""The report: what the books say, read in one state of the database, as plain values for JSON.

``members`` maps member to what head office holds (``available``), what each terminal life holds (``escrow``), and the
sum, as booked: what has ended and was not expired yet is in it. ``days`` has one entry for each store and date.
"""

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from head_office.office import Office
from head_office.store import schema
from head_office.store_days import every_day
from pos_app.domain.ledger import Asset
from pos_app.domain.money import amount_text
from pos_app.domain.posting import (
    AVAILABLE,
    EARNED,
    ESCROW,
    POINTS,
    RECOVERY_SUSPENSE,
    REDEEMED,
    RISK,
    ROUNDING,
    SUSPENSE,
    TENDER,
    UNBACKED,
)

_ACCOUNT, _TRANSFER, _POSTING, _LIFE = schema.account.c, schema.transfer.c, schema.posting.c, schema.life.c
BALANCE = _ACCOUNT.credit - _ACCOUNT.debit


def report(office: Office, *, every_member: bool = False) -> dict[str, Any]:
    """Return the report; members that no terminal ever touched are left out unless ``every_member``."""
    with office.database.read() as connection:
        return {
            "incarnation": office.identity.incarnation,
            "today": office.clock.today().isoformat(),
            "terminals": _terminals(connection),
            "members": _members(connection, every_member=every_member),
            "days": _days(connection),
            "lane_days": _lane_days(connection),
            "store_days": every_day(connection),
            "events": _counts(connection, schema.posting, _POSTING.status) | _waiting(connection),
            "troubles": _troubles(connection),
            "fences": _fences(connection),
            "recovery": _recovery(connection, office.identity.incarnation_no),
            "flags": _counts(connection, schema.flag, schema.flag.c.code),
            "calls": _counts(connection, schema.call, schema.call.c.state),
            "suspense": _by_ledger(connection, _ACCOUNT.kind.in_((SUSPENSE, UNBACKED))),
            "risk": _by_ledger(connection, _ACCOUNT.kind == RISK),
            "recovery_suspense": _by_ledger(connection, _ACCOUNT.kind == RECOVERY_SUSPENSE),
            "trial_balance": _by_ledger(connection, sa.true()),
            "counts": _table_sizes(connection),
        }


def summary(found: dict[str, Any]) -> list[str]:
    """Return the report for people, one line a fact."""
    lines = [
        f"{one['terminal_id']} {one['epoch']} {one['status']}: {one['last_seq']} events" for one in found["terminals"]
    ]
    for day in found["days"]:
        tenders = " ".join(f"{kind} {amount_text(minor)}" for kind, minor in sorted(day["tenders"].items()))
        sales = f"{day['sales']} sales {amount_text(day['due_minor'])} ({tenders})"
        points = f"points +{day['points_earned']} -{day['points_redeemed']}"
        lines.append(f"{day['store_id']} {day['business_date']}: {sales} {points}")
    return lines + [
        f"{name}: " + (" ".join(f"{key}={value}" for key, value in found[name].items()) or "none")
        for name in ("events", "flags", "suspense", "risk", "trial_balance")
    ]


def _terminals(connection: sa.Connection) -> list[dict[str, Any]]:
    grant = schema.grant.c
    points = sa.select(grant.life_no, sa.func.sum(grant.remaining)).where(grant.asset == Asset.POINTS.value)
    held = points.group_by(grant.life_no)
    remaining = {life_no: int(total) for life_no, total in connection.execute(held)}
    lives = connection.execute(sa.select(schema.life).order_by(_LIFE.terminal_id, _LIFE.epoch))
    return [
        {
            "terminal_id": life.terminal_id,
            "epoch": life.epoch,
            "store_id": life.store_id,
            "status": life.status,
            "last_seq": life.last_seq,
            "last_hash": life.last_hash.hex(),
            "points_held": remaining.get(life.life_no, 0),
        }
        for life in lives
    ]


def _members(connection: sa.Connection, *, every_member: bool) -> dict[str, dict[str, Any]]:
    wanted = (
        sa.select(_ACCOUNT.owner, _ACCOUNT.kind, _ACCOUNT.holder, sa.func.sum(BALANCE).label("points"))
        .where(_ACCOUNT.kind.in_((AVAILABLE, ESCROW)), _ACCOUNT.ledger == POINTS)
        .group_by(_ACCOUNT.owner, _ACCOUNT.kind, _ACCOUNT.holder)
        .order_by(_ACCOUNT.owner, _ACCOUNT.holder)
    )
    if not every_member:
        touched = sa.select(_ACCOUNT.owner).where(_ACCOUNT.kind == ESCROW).distinct()
        wanted = wanted.where(_ACCOUNT.owner.in_(touched))
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"available": 0, "escrow": {}, "total": 0})
    for row in connection.execute(wanted):
        member = found[row.owner]
        if row.kind == AVAILABLE:
            member["available"] += int(row.points)
        else:
            member["escrow"][row.holder] = int(row.points)
        member["total"] += int(row.points)
    return dict(found)


def _fences(connection: sa.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(
        sa.select(schema.fence, _LIFE.terminal_id, _LIFE.epoch)
        .join(schema.life, _LIFE.life_no == schema.fence.c.life_no)
        .order_by(schema.fence.c.at_ms, _LIFE.life_no)
    )
    return [{**row._mapping, "exposure": json.loads(row.exposure)} for row in rows]  # noqa: SLF001 - see below


def _recovery(connection: sa.Connection, number: int) -> dict[str, Any] | None:
    """Return how far the recovery of this incarnation is; None for one that began with no restore."""
    known, roster = schema.recovery.c, schema.recovery_roster.c
    row = connection.execute(sa.select(schema.recovery).where(known.incarnation_no == number)).one_or_none()
    if row is None:
        return None
    awaited = (
        sa.select(_LIFE.terminal_id, _LIFE.epoch, roster.awaited_seq, _LIFE.last_seq)
        .join(schema.life, _LIFE.life_no == roster.life_no)
        .where(roster.incarnation_no == number, roster.settled_at_ms.is_(None))
        .order_by(_LIFE.terminal_id)
    )
    waiting = [dict(each._mapping) for each in connection.execute(awaited)]  # noqa: SLF001 - see below
    return {**row._mapping, "awaited": waiting}  # noqa: SLF001 - see below


def _days(connection: sa.Connection) -> list[dict[str, Any]]:
    days: dict[tuple[str, str], dict[str, Any]] = {}

    def day(store_id: str, business_date: str) -> dict[str, Any]:
        empty = {
            "sales": 0,
            "due_minor": 0,
            "rounding_minor": 0,
            "tenders": {},
            "points_earned": 0,
            "points_redeemed": 0,
            "risk": {},
        }
        key = (store_id, business_date)
        return days.setdefault(key, {"store_id": store_id, "business_date": business_date, **empty})

    for store_id, business_date, sales in connection.execute(_sales_counts()):
        day(store_id, business_date)["sales"] = int(sales)
    for store_id, business_date, ledger, kind, credited, debited in connection.execute(_turnover()):
        entry, moved = day(store_id, business_date), int(credited) - int(debited)
        if kind.startswith(TENDER):
            entry["tenders"][kind.removeprefix(TENDER)] = -moved
        elif kind == RISK:
            entry["risk"][ledger] = -moved
        elif kind == ROUNDING:
            entry["rounding_minor"] = moved
        else:
            entry["points_earned" if kind == EARNED else "points_redeemed"] = abs(moved)
    for entry in days.values():
        entry["due_minor"] = sum(entry["tenders"].values()) - entry["rounding_minor"]
    return [days[key] for key in sorted(days)]


def _sales_counts() -> sa.Select[Any]:
    return (
        sa.select(_POSTING.store_id, _POSTING.business_date, sa.func.count())
        .where(_POSTING.kind == "sale", _POSTING.status == "posted")
        .group_by(_POSTING.store_id, _POSTING.business_date)
    )


def _turnover() -> sa.Select[Any]:
    """Select what sales moved on the contra accounts of each store and day."""
    credited = sa.case((_TRANSFER.credit_no == _ACCOUNT.account_no, _TRANSFER.amount), else_=0)
    debited = sa.case((_TRANSFER.debit_no == _ACCOUNT.account_no, _TRANSFER.amount), else_=0)
    touches = sa.or_(_TRANSFER.credit_no == _ACCOUNT.account_no, _TRANSFER.debit_no == _ACCOUNT.account_no)
    kind = _ACCOUNT.kind
    of_sales = _TRANSFER.code.in_(("tender", "rounding", "earn", "redeem"))
    whose = (_ACCOUNT.owner, _TRANSFER.business_date, _ACCOUNT.ledger, kind)
    return (
        sa.select(*whose, sa.func.sum(credited), sa.func.sum(debited))
        .join(schema.transfer, touches)
        .where(sa.or_(of_sales, sa.and_(kind == RISK, _ACCOUNT.dated != "")))
        .where(sa.or_(kind.like(f"{TENDER}%"), kind.in_((ROUNDING, EARNED, REDEEMED, RISK))))
        .group_by(*whose)
    )


def _lane_days(connection: sa.Connection) -> list[dict[str, Any]]:
    day = schema.lane_day.c
    rows = connection.execute(
        sa.select(_LIFE.terminal_id, day.store_id, day.business_date, day.status, day.opened_seq, day.closed_seq)
        .join(schema.life, _LIFE.life_no == day.life_no)
        .order_by(_LIFE.terminal_id, day.opened_seq)
    )
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def _troubles(connection: sa.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(
        sa.select(_LIFE.terminal_id, _LIFE.epoch, _POSTING.seq, _POSTING.kind, _POSTING.status, _POSTING.code)
        .join(schema.life, _LIFE.life_no == _POSTING.life_no)
        .where(_POSTING.status.in_(("quarantined", "deferred")))
        .order_by(_LIFE.terminal_id, _LIFE.epoch, _POSTING.seq)
    )
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - see above


def _counts(connection: sa.Connection, table: sa.Table, column: sa.Column[Any]) -> dict[str, int]:
    rows = connection.execute(sa.select(column, sa.func.count()).select_from(table).group_by(column).order_by(column))
    return {str(name): int(count) for name, count in rows}


def _waiting(connection: sa.Connection) -> dict[str, int]:
    """Return how many events are stored and not posted yet, nothing when there are none."""
    behind = int(connection.execute(sa.select(sa.func.sum(_LIFE.last_seq - _LIFE.posted_seq))).scalar() or 0)
    return {"waiting": behind} if behind else {}


def _by_ledger(connection: sa.Connection, which: sa.ColumnElement[bool]) -> dict[str, int]:
    wanted = sa.select(_ACCOUNT.ledger, sa.func.sum(BALANCE)).where(which)
    rows = connection.execute(wanted.group_by(_ACCOUNT.ledger).order_by(_ACCOUNT.ledger))
    return {ledger: int(balance) for ledger, balance in rows}


def _table_sizes(connection: sa.Connection) -> dict[str, int]:
    tables = {
        "stores": schema.store,
        "items": schema.item,
        "members": schema.member,
        "events": schema.inbox,
        "transfers": schema.transfer,
        "grants": schema.grant,
    }
    return {
        name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
        for name, table in tables.items()
    }
