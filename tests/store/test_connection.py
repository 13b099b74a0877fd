import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.errors import Damaged, Unavailable
from pos_app.store.connection import open_encrypted, quick_check

KEY = bytes(range(32))


def filled(path):
    database = open_encrypted(path, KEY)
    database.conn.execute("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT NOT NULL) STRICT")
    database.conn.execute("BEGIN")
    database.conn.executemany("INSERT INTO t (y) VALUES (?)", [("陈雨婷" * 50,) for _ in range(500)])
    database.conn.execute("COMMIT")
    database.close()


def test_nothing_in_the_file_can_be_read_without_the_key(tmp_path):
    filled(tmp_path / "a.db")

    raw = (tmp_path / "a.db").read_bytes()

    assert not raw.startswith(b"SQLite format 3")
    assert "陈雨婷".encode() not in raw


def test_a_wrong_key_is_said_and_the_right_one_still_opens(tmp_path):
    filled(tmp_path / "a.db")

    with pytest.raises(Damaged) as error:
        open_encrypted(tmp_path / "a.db", bytes(32))

    assert error.value.code == "store.wrong_key"
    database = open_encrypted(tmp_path / "a.db", KEY)
    assert database.conn.execute("SELECT count(*) FROM t").fetchone() == (500,)
    database.close()


def test_commits_are_durable_and_constraints_are_on(tmp_path):
    database = open_encrypted(tmp_path / "a.db", KEY)

    asked = ("journal_mode", "synchronous", "foreign_keys", "temp_store")
    answers = [database.conn.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in asked]

    assert answers == ["wal", 2, 1, 2]
    database.close()


def test_an_sqlite_with_the_wal_reset_bug_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlcipher, "sqlite_version_info", (3, 51, 2))

    with pytest.raises(Unavailable) as error:
        open_encrypted(tmp_path / "a.db", KEY)

    assert error.value.code == "store.sqlite_too_old"
    assert not (tmp_path / "a.db").exists()


def test_a_flipped_byte_is_found(tmp_path):
    filled(tmp_path / "a.db")
    raw = bytearray((tmp_path / "a.db").read_bytes())
    raw[3 * 4096 + 100] ^= 1
    (tmp_path / "a.db").write_bytes(raw)
    database = open_encrypted(tmp_path / "a.db", KEY)

    with pytest.raises(Damaged) as error:
        quick_check(database)

    assert error.value.code in {"store.damaged", "store.wrong_key"}  # a page that fails its MAC reads as either
    database.close()


def test_a_missing_file_is_not_made_where_it_must_exist(tmp_path):
    with pytest.raises(Unavailable) as error:
        open_encrypted(tmp_path / "a.db", KEY, must_exist=True)

    assert error.value.code == "store.missing"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_opened_is_unavailable(tmp_path):
    (tmp_path / "a.db").mkdir()

    with pytest.raises(Unavailable) as error:
        open_encrypted(tmp_path / "a.db", KEY)

    assert error.value.code == "store.write"
