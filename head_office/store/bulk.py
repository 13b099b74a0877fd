"""Many rows in one statement: JSON record sets on PostgreSQL, executemany on SQLite."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

Row = Mapping[str, object]
POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Row],
    *,
    clash: Literal["fail", "ignore", "update"] = "fail",
    key: Sequence[str] = (),
) -> None:
    """Insert rows that all name the same columns, in their order.

    Args:
        clash: what a row does whose ``key`` (default: the primary key) exists already.
    """
    if not rows:
        return
    columns = list(rows[0])
    keys = list(key) or [column.name for column in table.primary_key.columns]
    tail = _on_clash(clash, keys, columns)
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        kinds = ", ".join(f"{name} {_kind(table.c[name])}" for name in columns)
        values = ", ".join(_value(table.c[name]) for name in columns)
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) SELECT {values}"  # noqa: S608 - names come from our own tables
            f" FROM jsonb_to_recordset(%(rows)s::jsonb) AS x({kinds}) WHERE true{tail}",
            {"rows": msgspec.json.encode(rows).decode()},  # bytes become base64
        )
    else:
        marks = ", ".join("?" for _ in columns)
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks}){tail}",  # noqa: S608 - see above
            [tuple(row[name] for name in columns) for row in rows],
        )


def add_to_rows(connection: sa.Connection, table: sa.Table, key: str, rows: Sequence[Row]) -> None:
    """Add the other numbers of each row to the stored row with its ``key``."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != key]
    if connection.dialect.name == "postgresql":
        kinds = ", ".join(f"{name} {_kind(table.c[name])}" for name in (key, *columns))
        sums = ", ".join(f"{name} = {table.name}.{name} + x.{name}" for name in columns)
        connection.exec_driver_sql(
            f"UPDATE {table.name} SET {sums}"  # noqa: S608 - names come from our own tables
            f" FROM jsonb_to_recordset(%(rows)s::jsonb) AS x({kinds}) WHERE {table.name}.{key} = x.{key}",
            {"rows": msgspec.json.encode(rows).decode()},
        )
    else:
        sums = ", ".join(f"{name} = {name} + ?" for name in columns)
        connection.exec_driver_sql(
            f"UPDATE {table.name} SET {sums} WHERE {key} = ?",  # noqa: S608 - see above
            [(*(row[name] for name in columns), row[key]) for row in rows],
        )


def _on_clash(clash: str, keys: list[str], columns: list[str]) -> str:
    if clash == "fail":
        return ""
    target = ", ".join(keys)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    if clash == "ignore" or not changed:
        return f" ON CONFLICT ({target}) DO NOTHING"
    return f" ON CONFLICT ({target}) DO UPDATE SET {changed}"


def _kind(column: sa.Column[object]) -> str:
    if isinstance(column.type, sa.LargeBinary):
        return "text"
    return column.type.compile(dialect=POSTGRES)


def _value(column: sa.Column[object]) -> str:
    if isinstance(column.type, sa.LargeBinary):
        return f"decode(x.{column.name}, 'base64')"
    return f"x.{column.name}"
