"""Flags: what broke a rule and waits for a person to look at it.

A flag is closed where its cause is settled: with the event that it names, with the seal, the fence, the merge; the
others by hand. A closed flag stays, with who closed it and when.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from head_office.office import Office
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.errors import Refused

MAX_DETAIL = 4_000
OPEN, CLOSED = "open", "closed"
FLAG, _LIFE = schema.flag.c, schema.life.c


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag; ``terminal_id``, ``epoch`` and ``seq`` name the life and event behind it, empty and None for none."""

    flag_no: int
    code: str
    at_ms: int
    terminal_id: str
    epoch: str
    seq: int | None
    entity_id: str
    detail: str
    closed_by: str


def flags(office: Office, *, state: str = OPEN) -> list[Flag]:
    """Return the flags in this state, oldest first."""
    wanted = (
        sa.select(schema.flag, _LIFE.terminal_id, _LIFE.epoch)
        .outerjoin(schema.life, _LIFE.life_no == FLAG.life_no)
        .where(FLAG.state == state)
        .order_by(FLAG.flag_no)
    )
    with office.database.read() as connection:
        return [
            Flag(
                row.flag_no,
                row.code,
                row.at_ms,
                row.terminal_id or "",
                row.epoch or "",
                row.seq,
                row.entity_id,
                row.detail,
                row.closed_by,
            )
            for row in connection.execute(wanted)
        ]


def close_by_hand(office: Office, flag_no: int, by: str) -> None:
    """Close a flag that somebody has seen to; raises Refused ``flag.not_open``."""

    def work(connection: sa.Connection) -> None:
        if not close_flags(connection, by, office.clock.now_ms(), FLAG.flag_no == flag_no):
            raise Refused("flag.not_open", flag_no=flag_no)

    office.database.write(work)


def close_flags(connection: sa.Connection, by: str, at_ms: int, *which: sa.ColumnElement[bool]) -> int:
    """Close the open flags whose cause ``by`` has settled; return how many there were."""
    closed = sa.update(schema.flag).where(FLAG.state == OPEN, *which)
    return connection.execute(closed.values(state=CLOSED, closed_by=by, closed_at_ms=at_ms)).rowcount


def raise_flag(
    connection: sa.Connection,
    at_ms: int,
    code: str,
    *,
    caller: Caller | None = None,
    seq: int | None = None,
    entity_id: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Record a flag with the facts that explain it."""
    row = flag_row(at_ms, code, caller=caller, seq=seq, entity_id=entity_id, facts=facts)
    insert_rows(connection, schema.flag, [row])


def flag_row(
    at_ms: int,
    code: str,
    *,
    caller: Caller | None = None,
    seq: int | None = None,
    entity_id: str = "",
    facts: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the row of a flag."""
    return {
        "code": code,
        "at_ms": at_ms,
        "life_no": caller.life_no if caller else None,
        "seq": seq,
        "entity_id": entity_id,
        "detail": json.dumps(facts or {}, default=str, ensure_ascii=True)[:MAX_DETAIL],
        "state": OPEN,
        "closed_by": "",
    }
