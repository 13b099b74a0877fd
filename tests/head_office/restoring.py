"""Backups of a head office for tests, put back into the same database, on SQLite and PostgreSQL alike."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from head_office.lives_console import announce
from head_office.office import Office, open_office
from head_office.store import schema
from tests.head_office.rig import FakeTill, Line

Backup = dict[str, list[dict[str, Any]]]


def backed_up(office: Office) -> Backup:
    """Return every row there is."""
    with office.database.read() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(sa.select(table))]
            for table in schema.metadata.sorted_tables
        }


def put_back(office: Office, backup: Backup) -> None:
    """Make the database what it was."""

    def work(connection: sa.Connection) -> None:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(sa.delete(table))
        for table in schema.metadata.sorted_tables:
            if backup[table.name]:
                connection.execute(sa.insert(table), backup[table.name])
            counted = [column.name for column in table.primary_key if column.autoincrement is True]
            if office.database.is_postgres and counted:
                _count_on(connection, table.name, counted[0])

    office.database.write(work)


def _count_on(connection: sa.Connection, table: str, column: str) -> None:
    sequence = f"pg_get_serial_sequence('{table}', '{column}')"
    connection.execute(
        sa.text(f"SELECT setval({sequence}, (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)")
    )


class Restored:
    """A head office put back from a backup and running again; tills of the one before are brought along."""

    def __init__(
        self, office: Office, backup: Backup, *tills: FakeTill, announced: bool = True, acts: Path | None = None
    ) -> None:
        put_back(office, backup)
        self.office = open_office(
            office.database.url.render_as_string(hide_password=False), office.clock, office.folder
        )
        if announced:
            announce(self.office, "disk died", "an hour", acts)
        self.line = Line(self.office)
        for till in tills:
            till.line, till.session = self.line, ""

    def close(self) -> None:
        self.line.close()
        self.office.database.close()
