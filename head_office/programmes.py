"""The programme rules in force."""

from datetime import date

import msgspec
import sqlalchemy as sa

from head_office.store import schema
from pos_app.domain.programme import Programme

_PROGRAMME = schema.programme.c


def in_force(connection: sa.Connection, today: date) -> Programme:
    """Return the newest rules that are valid today; the built-in ones when none were published."""
    body = connection.execute(
        sa.select(_PROGRAMME.body)
        .where(_PROGRAMME.valid_from <= today.isoformat())
        .order_by(_PROGRAMME.valid_from.desc(), _PROGRAMME.rules_version.desc())
        .limit(1)
    ).scalar()
    if body is None:
        return Programme("built-in", today)
    return msgspec.json.decode(body, type=Programme)
