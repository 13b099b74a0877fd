import pytest

from pos_app.domain.events import Circumstances, DrawerOpened
from pos_app.domain.till import Identity
from pos_app.errors import Damaged, Refused
from pos_app.store.connection import open_encrypted
from pos_app.store.event_log import GENESIS
from pos_app.sync.wire import event_codec
from tests.till_kit import IDENTITY, TILL_KEY, TODAY, new_till, open_kit

AT = Circumstances(TODAY, "E1", 1, 2, "boot")


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path)
    yield till
    till.close()


def say(till, *reasons):
    with till.store.unit() as unit:
        for reason in reasons:
            unit.log.say(DrawerOpened(reason), AT)


def test_facts_take_places_from_one_without_gaps_and_chain(till):
    say(till, "a", "b")
    say(till, "c")

    events = till.log.events_after(0, 10, 10**6)

    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.prev_hash for event in events] == [GENESIS, events[0].hash, events[1].hash]
    assert [event_codec.decode(event.body)[0].reason for event in events] == ["a", "b", "c"]
    assert till.log.head() == (4, events[2].hash)


def test_a_unit_that_fails_leaves_no_fact_and_no_gap(till):
    def fail():
        with till.store.unit() as unit:
            unit.log.say(DrawerOpened("lost"), AT)
            unit.basket.undo()

    with pytest.raises(Refused):
        fail()

    say(till, "kept")

    assert [seq for seq, _fact, _at in till.store.tables.log.facts(1, 9)] == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = x'00' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 1",
        "INSERT INTO event VALUES (3, 'x', 1, x'00', x'00', x'00')",
        "INSERT INTO event VALUES (1, 'x', 1, x'00', x'00', x'00')",
        "INSERT OR REPLACE INTO event VALUES (1, 'x', 1, x'00', x'00', x'00')",
    ],
)
def test_the_database_itself_refuses_changes_removals_and_gaps(till, statement):
    say(till, "a")

    with pytest.raises(Damaged), till.store.unit():
        till.store._database.conn.execute(statement)

    till.store.tables.log.verify()
    assert till.log.head()[0] == 2


def test_a_forged_body_is_found_when_the_till_starts(tmp_path):
    till = new_till(tmp_path)
    say(till, *"abcdef")
    till.close()
    database = open_encrypted(tmp_path / "till.db", TILL_KEY)
    database.conn.execute("DROP TRIGGER event_no_update")
    forge = "UPDATE event SET body = CAST(replace(body, 'boot', 'loot') AS BLOB) WHERE seq = 3"
    database.conn.execute(forge)
    database.close()

    with pytest.raises(Damaged) as error:
        open_kit(tmp_path)

    assert error.value.code == "log.chain"
    assert error.value.facts["seq"] == 3


def test_a_fact_taken_out_of_the_middle_is_found_when_the_till_starts(tmp_path):
    till = new_till(tmp_path)
    say(till, *"abcdef")
    till.close()
    database = open_encrypted(tmp_path / "till.db", TILL_KEY)
    database.conn.execute("DROP TRIGGER event_no_delete")
    database.conn.execute("DELETE FROM event WHERE seq = 3")
    database.close()

    with pytest.raises(Damaged) as error:
        open_kit(tmp_path)

    assert error.value.code == "log.gap"


def test_a_batch_is_cut_by_bytes_but_never_empty(till):
    say(till, *(str(n) * 100 for n in range(5)))
    size = len(till.log.events_after(0, 1, 1)[0].body)

    assert len(till.log.events_after(0, 10, 1)) == 1
    assert len(till.log.events_after(0, 10, 3 * size)) == 3
    assert len(till.log.events_after(0, 2, 10**6)) == 2
    assert [event.seq for event in till.log.events_after(3, 10, 10**6)] == [4, 5]
    assert till.log.events_after(5, 10, 10**6) == []


def test_what_head_office_holds_may_shrink_after_its_restore(till):
    say(till, "a", "b", "c")

    till.log.mark_accepted(3, 1)
    assert till.log.unsent() == 0
    till.log.mark_accepted(1, 1)

    assert till.log.unsent() == 2


def test_one_database_is_one_life(till):
    other = Identity(**{**{name: getattr(IDENTITY, name) for name in IDENTITY.__slots__}, "epoch": "1.2"})
    say(till, "a")

    with pytest.raises(Refused) as error:
        till.log.save_identity(other)

    assert error.value.code == "identity.other_life"
    assert till.log.identity() == IDENTITY


def test_nothing_is_said_before_enrolment(tmp_path):
    till = open_kit(tmp_path)

    with pytest.raises(Refused) as error:
        say(till, "a")

    assert error.value.code == "till.not_enrolled"
    assert till.log.identity() is None
    till.close()


def test_a_place_that_does_not_exist_has_no_hash(till):
    assert till.log.hash_at(0) == GENESIS
    with pytest.raises(Damaged) as error:
        till.log.hash_at(1)

    assert error.value.code == "log.gap"


def test_head_offices_clock_is_said_with_every_fact_and_written_seldom(till):
    till.log.heard(till.clock.now_ms() + 5_000)
    written = till.store._database.conn.total_changes

    till.log.heard(till.clock.now_ms() + 5_400)
    assert till.store._database.conn.total_changes == written
    till.log.heard(till.clock.now_ms() + 9_000)

    assert till.store._database.conn.total_changes > written
    with till.store.view() as unit:
        assert unit.till.note("ho_offset_ms") == 9_000
