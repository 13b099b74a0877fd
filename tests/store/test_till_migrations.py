import hashlib

import pytest
from sqlite_utils import Migrations

from pos_app.errors import Damaged
from pos_app.store import migrations
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.migrations import migrate

KEY = bytes(range(32))

# The statements of each shipped step; a step that was shipped is never edited, only followed by another.
SHIPPED = {
    "_CAMPAIGN_USES": "f184f819fe393a86794ede191245123927682f84e7f8575faab6d8df22364d02",
    "_V1": "5facc29dd172ada4cb7ac27a20150cb3ff9e0f800e5f84602138fbf4b0967fe6",
    "_HOLDING_LOT": "926c29dc46a912065d2b9404c950cb2b9a59b0b69a89d5d3b2a32e4292da69ea",
    "_RELEASES": "acc01b4eba5d27108d54a206cc58c269d6a63e34184eadcf60d4134047a039fc",
    "_FEED_CHECKSUMS": "d29ffe28b361da63dec9971aab7ec2fe235df8794276d2b93dda4a833a1eef77",
    "_TIERS": "e560664cd266e46df2bf5eef8402b256d00ce33d76ab2fb1d43ddff4dcf1af6a",
    "_ANSWERED": "6b1c503b3dffdd61810324ccb47cde2c2ce3db3cb4f4bc1213c1b411ea947b42",
    "_ASSET_MOVES": "771c6c9f6ecae415bdef4ccc4a52f7b80f524952233e8c2bf1fa5a34ef619240",
    "_PINS_SET_HERE": "dda10efde1fd2e39f8483582c9537993527d080c446a4a1df662d62feba16f85",
    "_TOPUPS": "c08d3dc778e7ab783df788095a235b4f2fe1266b7ccfd969703302f7fb09dccf",
}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_step_is_never_edited(name):
    statements = "\n".join(" ".join(statement.split()) for statement in getattr(migrations, name))

    assert hashlib.sha256(statements.encode()).hexdigest() == SHIPPED[name]


def test_a_new_file_needs_no_copy_and_a_second_start_changes_nothing(tmp_path):
    path = tmp_path / "till.db"
    database = open_encrypted(path, KEY)

    migrate(database, path)
    before = database.conn.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    migrate(database, path)

    assert database.conn.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
    assert sorted(file.name for file in tmp_path.glob("*before*")) == []
    database.close()


def shipped_steps():
    """Return the steps that a file of today has behind it, none of which may run again."""
    steps = Migrations("till")

    def done(database):
        raise AssertionError("already done")

    empty = Database(memory=True)
    for step in migrations.till_migrations.pending(empty):
        steps(name=step.name)(done)
    empty.close()
    return steps


def next_version():
    steps = shipped_steps()

    @steps()
    def add_colour(database):
        database.conn.execute("ALTER TABLE shift ADD COLUMN colour TEXT")

    return steps


def test_a_copy_under_the_same_key_is_taken_before_data_is_migrated(tmp_path):
    path = tmp_path / "till.db"
    database = open_encrypted(path, KEY)
    migrate(database, path)
    database.conn.execute("INSERT INTO number VALUES ('receipt', 7)")

    migrate(database, path, next_version())

    copy = open_encrypted(tmp_path / "till-before-add_colour.db", KEY, must_exist=True)
    assert copy.conn.execute("SELECT n FROM number").fetchone() == (7,)
    assert "colour" not in {column.name for column in copy["shift"].columns}
    assert "colour" in {column.name for column in database["shift"].columns}
    copy.close()
    database.close()


def test_a_file_of_a_newer_program_is_left_alone(tmp_path):
    path = tmp_path / "till.db"
    database = open_encrypted(path, KEY)
    migrate(database, path)
    migrate(database, path, next_version())

    with pytest.raises(Damaged) as error:
        migrate(database, path)

    assert error.value.code == "store.newer"
    database.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "till.db"
    database = open_encrypted(path, KEY)
    migrate(database, path)
    steps = shipped_steps()

    @steps()
    def broken(database):
        database.conn.execute("ALTER TABLE shift ADD COLUMN colour TEXT")
        database.conn.execute("SELECT nothing FROM nowhere")

    with pytest.raises(Damaged):
        migrate(database, path, steps)

    assert "colour" not in {column.name for column in database["shift"].columns}
    assert not database.conn.in_transaction
    database.close()
