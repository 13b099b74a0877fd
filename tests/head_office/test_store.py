"""The database: migrations give the shape that the code uses; statements for many rows; retries."""

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from head_office.office import open_office
from head_office.store import schema
from head_office.store.bulk import add_to_rows, among, insert_rows
from head_office.store.database import Database
from head_office.store.migrate import migrate
from pos_app.errors import Unavailable


def test_migrations_give_exactly_the_shape_of_the_schema(database_url):
    database = Database(database_url)

    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    database.close()

    assert differences == []


def test_migrating_again_changes_nothing(database_url):
    database = Database(database_url)
    migrate(database)
    migrate(database)

    with database.read() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == ["v0010"]
    database.close()


@pytest.mark.postgres
def test_an_empty_postgres_database_is_brought_to_shape(postgres_url):
    office = open_office(postgres_url)

    assert office.identity.incarnation_no == 1
    office.database.close()


def test_the_identity_survives_a_restart(database_url, tmp_path):
    first = open_office(database_url, folder=tmp_path)
    first.database.close()

    again = open_office(database_url, folder=tmp_path)
    again.database.close()

    assert again.identity.incarnation == first.identity.incarnation
    assert again.identity.public_key == first.identity.public_key


def test_rows_that_exist_are_kept_updated_or_added_to(office):
    def work(connection):
        table = schema.feed_head
        rows = [{"shard": name, "pos": 5, "floor_pos": 1} for name in ("a", "b")]
        insert_rows(connection, table, rows)
        insert_rows(connection, table, [{"shard": "a", "pos": 9, "floor_pos": 9}], clash="ignore")
        insert_rows(connection, table, [{"shard": "b", "pos": 9, "floor_pos": 9}], clash="update")
        add_to_rows(connection, table, "shard", [{"shard": "b", "pos": -2}])
        return {row.shard: (row.pos, row.floor_pos) for row in connection.execute(sa.select(table))}

    assert office.database.write(work) == {"a": (5, 1), "b": (7, 9)}


def test_rows_among_many_keys_are_found_by_their_index_also_beside_other_conditions(sqlite_url):
    database = Database(sqlite_url)
    account = schema.account.c
    found = sa.select(account.account_no).where(among(account.owner, "owners"), account.kind == "available")

    with database.read() as connection:
        text = str(found.compile(database.engine))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ('["m1", "m2"]', "available")).all()
    database.close()

    assert any("SEARCH account" in step.detail for step in plan), plan


def test_bytes_nulls_and_chinese_survive_the_way_into_the_database(office):
    row = {"k": "键", "v": bytes(range(256))}

    def work(connection):
        insert_rows(connection, schema.meta, [row])
        return connection.execute(sa.select(schema.meta).where(schema.meta.c.k == "键")).one()

    assert office.database.write(work).v == row["v"]


def test_the_database_itself_refuses_a_negative_member_account(office):
    row = {
        "ledger": "POINTS",
        "kind": "available",
        "owner": "m1",
        "holder": "",
        "dated": "",
        "credit": 1,
        "debit": 2,
        "min_zero": True,
    }

    with pytest.raises(sa.exc.IntegrityError):
        office.database.write(lambda connection: insert_rows(connection, schema.account, [row]))


def test_a_failed_write_leaves_nothing(office):
    def work(connection):
        insert_rows(connection, schema.meta, [{"k": "half", "v": b"1"}])
        raise KeyError

    with pytest.raises(KeyError):
        office.database.write(work)
    with office.database.read() as connection:
        assert connection.execute(sa.select(schema.meta).where(schema.meta.c.k == "half")).first() is None


@pytest.mark.postgres
def test_a_deadlock_is_tried_again(postgres_only_url):
    """Two writers lock two rows in opposite orders; both succeed."""
    database = Database(postgres_only_url)
    rows = [{"shard": name, "pos": 0, "floor_pos": 0} for name in ("a", "b")]
    database.write(lambda connection: insert_rows(connection, schema.feed_head, rows))
    meet = threading.Barrier(2, timeout=20)
    tries: list[str] = []

    def writer(first: str, second: str) -> None:
        def work(connection):
            tries.append(first)
            add_to_rows(connection, schema.feed_head, "shard", [{"shard": first, "pos": 1}])
            if len(tries) <= 2:
                meet.wait()
            add_to_rows(connection, schema.feed_head, "shard", [{"shard": second, "pos": 1}])

        database.write(work)

    threads = [threading.Thread(target=writer, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with database.read() as connection:
        positions = connection.execute(sa.select(schema.feed_head.c.pos)).scalars().all()
    database.close()
    assert positions == [2, 2]
    assert len(tries) > 2


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_unavailable():
    database = Database("postgresql+psycopg://nobody@/nothing?host=/nonexistent")

    with pytest.raises(Unavailable, match=r"database\.unreachable"), database.read():
        pass
    with pytest.raises(Unavailable, match=r"database\.unreachable"):
        database.write(lambda connection: None)
    database.close()


def test_a_connection_that_is_in_use_when_the_database_closes_is_closed_when_it_comes_back(database_url):
    database = Database(database_url)
    with database.read() as connection:
        in_use = connection.connection.dbapi_connection
        database.close()
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    with database.read() as connection:
        late = connection.connection.dbapi_connection

    for gone in (in_use, late):
        with pytest.raises(Exception, match="closed"):
            gone.cursor()
