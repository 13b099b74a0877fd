"""The oldest client that is given rights: an older one still says its facts, closes its day and hears the news."""

import sqlalchemy as sa

from head_office.acts import keep, record
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import insert_rows

FIRST = 1
MIN_CLIENT = "min_client"
_STORED = sa.select(schema.meta.c.v).where(schema.meta.c.k == MIN_CLIENT)


def min_client(connection: sa.Connection) -> int:
    """Return the oldest protocol that gets new rights."""
    found = connection.execute(_STORED).scalar()
    return FIRST if found is None else int(found)


def set_min_client(office: Office, protocol: int, at_ms: int | None = None) -> None:
    """Give no new rights to clients older than ``protocol`` from now on.

    ``at_ms`` is when it was decided, if not now.
    """
    when_ms = office.clock.now_ms() if at_ms is None else at_ms

    def work(connection: sa.Connection) -> None:
        insert_rows(connection, schema.meta, [{"k": MIN_CLIENT, "v": str(protocol).encode()}], clash="update")
        record(connection, MIN_CLIENT, f"{MIN_CLIENT}/{when_ms}", when_ms, {"protocol": protocol})

    office.database.write(work)
    keep(office)
