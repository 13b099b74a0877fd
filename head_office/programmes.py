"""The programme rules in force."""

from datetime import date
from functools import lru_cache

import msgspec
import sqlalchemy as sa

from head_office.store import schema
from pos_app.domain.programme import Programme

_PROGRAMME = schema.programme.c
_IN_FORCE = (
    sa.select(_PROGRAMME.body)
    .where(_PROGRAMME.valid_from <= sa.bindparam("today"))
    .order_by(_PROGRAMME.valid_from.desc(), _PROGRAMME.rules_version.desc())
    .limit(1)
)


def in_force(connection: sa.Connection, today: date) -> Programme:
    """Return the newest rules that are valid today; the built-in ones when none were published."""
    body = connection.execute(_IN_FORCE, {"today": today.isoformat()}).scalar()
    return Programme("built-in", today) if body is None else _decoded(bytes(body))


@lru_cache(maxsize=8)
def _decoded(body: bytes) -> Programme:
    return msgspec.json.decode(body, type=Programme)
