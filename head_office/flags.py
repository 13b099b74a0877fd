"""Flags: what broke a rule and waits for a person to look at it."""

import json
from collections.abc import Mapping

import sqlalchemy as sa

from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import insert_rows

MAX_DETAIL = 4_000


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
        "state": "open",
    }
