"""Many rows in one statement: a binary array for each column on PostgreSQL, executemany and JSON on SQLite."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Row = Mapping[str, object]
Clash = Literal["fail", "ignore", "update", "add"]
POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]


class _List(sa.TypeDecorator[Collection[Any]]):
    """A list as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.ARRAY(self.item) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: sa.Dialect) -> object:
        assert value is not None
        return sorted(value) if dialect.name == "postgresql" else msgspec.json.encode(sorted(value)).decode()


class _Among(FunctionElement[bool]):
    name = "among"
    type = sa.Boolean()
    inherit_cache = True

    def self_group(
        self,
        against: object = None,  # noqa: ARG002 - SQLAlchemy's own signature
    ) -> "_Among":
        """Stand as it is where a truth is wanted: with ``= 1`` behind it SQLite would use no index."""
        return self


def among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Say that a column is one of the values, of any number, that the statement is given as parameter ``name``.

    A statement with it is written once, where a list in its text would make another statement of every length.
    """
    return _Among(column, sa.bindparam(name, type_=_List(column.type)))


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: Any, **how: Any) -> str:  # noqa: ANN401 - the compiler's own protocol
    column, values = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: Any, **how: Any) -> str:  # noqa: ANN401 - see above
    column, values = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled from our own columns


def insert_rows(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Row],
    *,
    clash: Clash = "fail",
    key: Sequence[str] = (),
) -> int:
    """Insert rows that all name the same columns, in their order; return how many were inserted or changed.

    Args:
        clash: what a row does whose ``key`` (default: the primary key) exists already; ``add``: its numbers are added.
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    is_postgres = connection.dialect.name == "postgresql"
    statement = _insert(table, columns, clash, tuple(key), is_postgres=is_postgres)
    return connection.exec_driver_sql(statement, _values(rows, columns, is_postgres=is_postgres)).rowcount


def add_to_rows(connection: sa.Connection, table: sa.Table, key: str, rows: Sequence[Row]) -> None:
    """Add the other numbers of each row to the stored row with its ``key``."""
    if not rows:
        return
    columns = (*(name for name in rows[0] if name != key), key)
    is_postgres = connection.dialect.name == "postgresql"
    statement = _sum(table, columns, is_postgres=is_postgres)
    connection.exec_driver_sql(statement, _values(rows, columns, is_postgres=is_postgres))


def _values(rows: Sequence[Row], columns: Sequence[str], *, is_postgres: bool) -> Any:  # noqa: ANN401 - as drivers take it
    if is_postgres:
        return {name: [row[name] for row in rows] for name in columns}
    return [tuple(row[name] for name in columns) for row in rows]


@cache
def _insert(table: sa.Table, columns: tuple[str, ...], clash: Clash, key: tuple[str, ...], *, is_postgres: bool) -> str:
    keys = key or tuple(column.name for column in table.primary_key.columns)
    names, tail = ", ".join(columns), _on_clash(table.name, clash, keys, columns)
    if is_postgres:
        return f"INSERT INTO {table.name} ({names}) SELECT * FROM {_unnested(table, columns)}{tail}"  # noqa: S608 - names come from our own tables
    marks = ", ".join("?" for _ in columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}){tail}"  # noqa: S608 - see above


@cache
def _sum(table: sa.Table, columns: tuple[str, ...], *, is_postgres: bool) -> str:
    """Return the statement that adds all columns but the last, which is the key."""
    *added, key = columns
    if is_postgres:
        sums = ", ".join(f"{name} = {table.name}.{name} + x.{name}" for name in added)
        rows = f"{_unnested(table, columns)} AS x({', '.join(columns)})"
        return f"UPDATE {table.name} SET {sums} FROM {rows} WHERE {table.name}.{key} = x.{key}"  # noqa: S608 - see above
    sums = ", ".join(f"{name} = {name} + ?" for name in added)
    return f"UPDATE {table.name} SET {sums} WHERE {key} = ?"  # noqa: S608 - see above


def _unnested(table: sa.Table, columns: Sequence[str]) -> str:
    """Return rows out of one parameter a column, an array that travels as it is: text would cost both ends twice."""
    kinds = (table.c[name].type.compile(dialect=POSTGRES) for name in columns)
    return f"unnest({', '.join(f'%({name})b::{kind}[]' for name, kind in zip(columns, kinds, strict=True))})"


def _on_clash(table: str, clash: Clash, keys: Sequence[str], columns: Sequence[str]) -> str:
    if clash == "fail":
        return ""
    target = ", ".join(keys)
    before = f"{table}.{{name}} + " if clash == "add" else ""
    changed = ", ".join(f"{name} = {before.format(name=name)}excluded.{name}" for name in columns if name not in keys)
    if clash == "ignore" or not changed:
        return f" ON CONFLICT ({target}) DO NOTHING"
    return f" ON CONFLICT ({target}) DO UPDATE SET {changed}"
