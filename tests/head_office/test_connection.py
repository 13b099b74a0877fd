"""A statement that comes again goes straight to the driver, and nobody can tell by its answer."""

import gc
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from head_office.store.connection import Plan, Plans

_STORE, _META, _HEAD = schema.store.c, schema.meta.c, schema.feed_head.c
STORES = [{"store_id": f"T{n}", "store_no": 100 + n, "name": f"店{n}", "name_en": f"100%{n}"} for n in range(1, 6)]
CALLS = [  # statement, its values
    (sa.select(schema.store).where(_STORE.store_id == sa.bindparam("of")), {"of": "T2"}),
    (
        sa.select(_STORE.name).where(among(_STORE.store_no, "numbers")).order_by(_STORE.name),
        {"numbers": {103, 101}},
    ),
    (sa.select(_META.v).where(_META.k.in_(("a", "b")), _META.v != sa.bindparam("but")), {"but": b"x"}),
    (sa.select(sa.func.sum(_STORE.store_no), sa.func.max(_STORE.name).label("last")), None),
    (sa.select(_STORE.store_no, _HEAD.pos).outerjoin(schema.feed_head, _HEAD.shard == "none").limit(2), None),
    (sa.select(_STORE.store_no).order_by(_STORE.store_no).limit(sa.bindparam("most")), {"most": 3}),
    (sa.text("SELECT name AS n, name_en FROM store WHERE name_en LIKE '100%' AND store_no > :no"), {"no": 104}),
    (sa.select(_STORE.name).where(_STORE.store_no > sa.bindparam("no")).with_for_update(), {"no": 104}),
]


def known(plans: Plans, statement: sa.Executable) -> bool:
    return isinstance(plans.of(statement), Plan)


def told(
    connection: sa.Connection, statement: sa.Executable, values: Any
) -> list[dict[str, object]]:  # as each takes it
    return [dict(row._mapping) for row in connection.execute(statement, values)]


@pytest.fixture
def database(office):
    rows = [{"k": name, "v": name.encode() * 3} for name in "abc"]
    office.database.write(lambda connection: insert_rows(connection, schema.store, STORES))
    office.database.write(lambda connection: insert_rows(connection, schema.meta, rows))
    office.database._plans = Plans()
    return office.database


@pytest.mark.parametrize("call", CALLS, ids=[str(n) for n in range(len(CALLS))])
def test_the_third_answer_is_the_first(database, call):
    statement, values = call

    with database.read() as connection:
        first, second, third = (told(connection, statement, values) for _ in range(3))

    assert known(database._plans, statement)
    assert first
    assert first == second == third
    assert [list(map(type, row.values())) for row in first] == [list(map(type, row.values())) for row in third]


def test_a_change_that_comes_again_changes_as_many_rows(database):
    renamed = sa.update(schema.store).where(_STORE.store_no > sa.bindparam("no")).values(name=sa.bindparam("name"))

    counts = [
        database.write(lambda connection, no=no: connection.execute(renamed, {"no": no, "name": f"n{no}"}).rowcount)
        for no in (101, 102, 103, 109)
    ]
    many = [{"no": 104, "name": "four"}, {"no": 103, "name": "three"}]
    database.write(lambda connection: connection.execute(renamed, many))

    with database.read() as connection:
        ours = sa.select(_STORE.name).where(_STORE.store_no > 100).order_by(_STORE.store_no)
        names = connection.execute(ours).scalars().all()
    assert counts == [4, 3, 2, 0]
    assert names == ["店1", "n101", "n102", "three", "three"]


def test_an_error_of_the_driver_is_sqlalchemy_s(database):
    moved = sa.update(schema.store).values(store_no=sa.bindparam("no")).where(_STORE.store_id == sa.bindparam("of"))
    for no in (107, 108):
        database.write(lambda connection, no=no: connection.execute(moved, {"no": no, "of": "T1"}))
    assert known(database._plans, moved)

    with pytest.raises(sa.exc.IntegrityError) as error:
        database.write(lambda connection: connection.execute(moved, {"no": 102, "of": "T1"}))

    assert error.value.statement == database._plans.of(moved).text


def test_a_value_that_is_missing_is_nobody_s_null(database):
    named = sa.select(_STORE.name).where(_STORE.store_no == sa.bindparam("no"))
    with database.read() as connection:
        for _ in range(3):
            connection.execute(named, {"no": 101})

        with pytest.raises((KeyError, sa.exc.DBAPIError)):
            connection.execute(named, {"number": 101})


def test_who_listens_hears_every_statement(database):
    statement, values = CALLS[0]
    heard: list[str] = []
    with database.read() as connection:
        for _ in range(3):
            told(connection, statement, values)
        sa.event.listen(connection, "before_cursor_execute", lambda *call: heard.append(call[2]))
        told(connection, statement, values)

    assert heard == [database._plans.of(statement).text]


def test_statements_for_an_occasion_leave_no_trace(database):
    plans, seen = len(database._plans._plans), len(database._plans._seen)

    def occasion(no: int) -> Callable[[sa.Connection], object]:
        return lambda connection: connection.execute(sa.select(_STORE.name).where(_STORE.store_no == no)).all()

    for no in range(20):
        database.write(occasion(no))
    gc.collect()

    assert len(database._plans._plans) == plans
    assert len(database._plans._seen) <= seen + 1  # SQLAlchemy itself keeps one of those that are alike
