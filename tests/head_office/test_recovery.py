"""A head office put back from a backup learns again what it forgot, and gives nothing away until it has."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import pytest

from head_office import lives, recovery
from head_office.acts import acts_path
from head_office.again import after_recovery
from head_office.books.issues import Issue
from head_office.enrolment import new_code
from head_office.fencing import Declared, fence
from head_office.flags import flags as open_flags
from head_office.issuing import issue
from head_office.lives_console import announce
from head_office.merging import MergeDesk
from head_office.office import stored_identity
from head_office.readmission import check_papers
from head_office.report import report
from head_office.revocation import revoke
from head_office.rights import terms_of
from head_office.store import schema
from pos_app.domain.events import AtRisk, GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.refunds import REFUND, lot_of
from pos_app.errors import Refused
from pos_app.sync.keys import verify
from pos_app.sync.session import Papers
from pos_app.sync.wire.signatures import head_bytes
from tests.head_office.restoring import Restored, backed_up
from tests.head_office.rig import (
    LOT,
    FakeTill,
    Refusal,
    balances,
    give,
    member,
    open_till,
    rows_of,
    trial_balance,
    wait_until_blocked,
)
from tests.head_office.test_refunds import balances_of, bring_back, close_day, open_day, sell, used

SUSPENSE = ("recovery_suspense", "m1", "")


@contextmanager
def put_back(office, backup, *tills, **how):
    restored = Restored(office, backup, *tills, **how)
    try:
        yield restored.office
    finally:
        assert set(trial_balance(restored.office).values()) <= {0}
        restored.close()


def come_back(till: FakeTill) -> None:
    """Do what a real till does on its own: bind, find the session void, say hello again, send what is missing."""
    till.hello()
    said = till.hello()
    if said.resume_from < len(till.log):
        till.push(said.resume_from + 1)


def backed_up_before_a_release(office, till: FakeTill, member_id: str):
    """Return a backup that knows of a till's 1,000 points, and not that it gave them back."""
    (first,) = till.rights(member_id, 1_000).grants
    install(till, first)
    till.push(2)
    backup = backed_up(office)
    till.say(RightsReleased(member_id, (Spend(first.gid, 1_000),), "close"))
    till.push(3)
    return backup


def flags(office) -> list[str]:
    return [flag.code for flag in rows_of(office, schema.flag)]


def roster(office):
    return sorted(rows_of(office, schema.recovery_roster), key=lambda row: (row.incarnation_no, row.life_no))


def is_recovering(office) -> bool:
    with office.database.read() as connection:
        return recovery.is_on(connection, office.identity.incarnation_no)


@pytest.fixture
def second(office, line) -> FakeTill:
    return open_till(office, line, "S02")


@pytest.fixture
def joined(office, till) -> str:
    """A member with 1,000 points at head office; the home store is a third one."""
    till.say(MemberRegistered(member(1, "S03")))
    till.push()
    give(office, "m1", 1_000)
    return "m1"


def install(till: FakeTill, *grants: Grant) -> None:
    till.say(GrantsInstalled(grants))


def test_a_restored_head_office_is_another_incarnation_and_gives_out_other_epochs(office, till, line):
    backup = backed_up(office)
    forgotten = open_till(office, line)
    with put_back(office, backup, till) as restored:
        assert restored.identity.incarnation_no == 2
        till.identity = None
        assert till.enrol(new_code(restored, "S01", 1)).epoch == "2.2"

    assert forgotten.epoch == "1.2"


def test_what_was_forgotten_is_sent_again_and_recovery_ends_by_itself(office, till, second, joined):
    backup = backed_up(office)
    till.sell(member_id=joined, earn=50)
    second.sell()
    till.push(2)
    second.push()
    with put_back(office, backup, till, second) as restored:
        come_back(till)
        assert is_recovering(restored)
        come_back(second)

        assert not is_recovering(restored)
        assert balances(restored, joined) == {("available", joined, ""): 1_000, ("escrow", joined, till.holder): 50}
        assert report(restored)["recovery"]["ended_by"] == recovery.BY_ITSELF


def test_a_forgotten_grant_is_booked_again_before_what_it_paid_for(office, till, second, joined):
    backup = backed_up(office)
    (grant,) = till.rights(joined, 300).grants
    install(till, grant)
    till.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 200),))
    till.push(2)
    with put_back(office, backup, till, second) as restored:
        come_back(till)

        assert balances(restored, joined) == {("available", joined, ""): 700, ("escrow", joined, till.holder): 100}
        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}


def test_nobody_is_given_rights_before_everybody_has_reported(office, till, second, joined):
    backup = backed_up(office)
    (grant,) = till.rights(joined, 1_000).grants
    install(till, grant)
    till.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 1_000),))
    with put_back(office, backup, till, second) as restored:
        come_back(second)
        refused = second.rights(joined, 1_000, request_no=9)
        assert (refused.grants, refused.code) == ([], "rights.recovery")

        come_back(till)

        assert second.rights(joined, 1_000, request_no=9).code == "rights.short"
        assert balances(restored, joined) == {}


def test_no_float_is_given_while_recovering(office, till, second):
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1")
    till.push()
    give(office, "m1", 5_000)
    with put_back(office, backed_up(office), till, second) as restored:
        come_back(till)
        assert balances(restored, "m1") == {("available", "m1", ""): 5_000}

        come_back(second)
        till.hello()

        assert ("escrow", "m1", till.holder) in balances(restored, "m1")


def test_a_grant_that_another_tills_release_had_paid_for_waits_in_suspense(office, till, second, joined):
    backup = backed_up_before_a_release(office, till, joined)
    (grant,) = second.rights(joined, 600).grants
    install(second, grant)
    second.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 600),))
    second.push()
    with put_back(office, backup, till, second) as restored:
        come_back(second)
        assert balances(restored, joined) == {("escrow", joined, till.holder): 1_000, SUSPENSE: -600}

        come_back(till)

        assert not is_recovering(restored)
        assert balances(restored, joined) == {("available", joined, ""): 400}
        assert report(restored)["risk"] == {}


def test_one_fact_that_gives_back_in_parts_repays_no_more_than_is_owed(office, till, second, joined):
    parts = [till.rights(joined, 500).grants[0] for _ in range(2)]
    install(till, *parts)
    till.push(2)
    backup = backed_up(office)
    till.say(RightsReleased(joined, tuple(Spend(part.gid, 500) for part in parts), "close"))
    till.push(len(till.log))
    (grant,) = second.rights(joined, 600).grants
    install(second, grant)
    second.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 600),))
    second.push()
    with put_back(office, backup, till, second) as restored:
        come_back(second)
        assert balances(restored, joined)[SUSPENSE] == -600

        come_back(till)

        assert balances(restored, joined) == {("available", joined, ""): 400}


def test_forgotten_grants_of_merged_members_take_no_more_together_than_there_is(office, till, second, joined):
    till.say(MemberRegistered(member(2, "S03")))
    till.push(2)
    give(office, "m2", 200)
    MergeDesk(office).merge("m2", "m1", "lin")
    backup = backed_up(office)
    give(office, "m1", 500)
    install(till, till.rights("m1", 900).grants[0], till.rights("m2", 800).grants[0])
    with put_back(office, backup, till, second) as restored:
        come_back(till)

        assert rows_of(restored, schema.posting)[-1].status == "posted"
        assert balances(restored, "m1")[SUSPENSE] == -500
        held = sum(balances(restored, name).get(("escrow", name, till.holder), 0) for name in ("m1", "m2"))
        assert held == 1_700


@pytest.fixture
def two_as_one(office, till, joined):
    """Two members that were merged: 1,000 points and 200."""
    till.say(MemberRegistered(member(2, "S03")))
    till.push(2)
    give(office, "m2", 200)
    MergeDesk(office).merge("m2", joined, "lin")
    return joined


def test_who_was_parted_again_before_a_forgotten_grant_came_pays_for_it(office, till, second, two_as_one):
    backup = backed_up(office)
    install(till, *till.rights(two_as_one, 1_100).grants)
    till.push(3)
    assert MergeDesk(office).unmerge("m2", "lin").returned == {"POINTS": 100}
    with put_back(office, backup, till, second, acts=acts_path(office)) as restored:
        assert balances(restored, "m2") == {("available", "m2", ""): 200}
        come_back(till)
        come_back(second)

        assert balances(restored, two_as_one) == {("escrow", two_as_one, till.holder): 1_100}
        assert balances(restored, "m2") == {("available", "m2", ""): 100}
        assert report(restored)["risk"] == {}
        assert "merge.kept" in flags(restored)


def test_who_was_parted_before_the_backup_pays_for_nobody(office, till, second, two_as_one, clock):
    MergeDesk(office).unmerge("m2", "lin")
    clock.ms += 1
    (first,) = till.rights(two_as_one, 1_000).grants
    install(till, first)
    till.push(3)
    backup = backed_up(office)
    till.say(RightsReleased(two_as_one, (Spend(first.gid, 1_000),), "close"))
    till.push(4)
    install(second, *second.rights(two_as_one, 400).grants)
    with put_back(office, backup, till, second, acts=acts_path(office)) as restored:
        come_back(second)
        recovery.end_by(restored, "Chen", "Liu")

        assert report(restored)["risk"] == {"POINTS": -400}
        assert balances(restored, "m2") == {("available", "m2", ""): 200}


def test_what_nobody_repays_is_the_merchants_loss_and_says_so(office, till, second, joined):
    (first,) = till.rights(joined, 1_000).grants
    install(till, first)
    till.push(2)
    backup = backed_up(office)
    till.say(RightsReleased(joined, (Spend(first.gid, 400),), "close"))
    till.sell(paid_minor=0, member_id=joined, spends=(Spend(first.gid, 600),))
    till.push(3)
    (grant,) = second.rights(joined, 400).grants
    install(second, grant)
    second.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 400),))
    with put_back(office, backup, till, second) as restored:
        come_back(second)
        assert balances(restored, joined)[SUSPENSE] == -400

        fence(restored, Declared("S01-1", "Chen", "Liu", "burnt down"))

        assert not is_recovering(restored)
        assert balances(restored, joined) == {("available", joined, ""): 600}
        assert report(restored)["recovery_suspense"].get("POINTS", 0) == 0


def test_an_operator_may_end_it_and_the_rest_is_risk(office, till, second, joined):
    backup = backed_up_before_a_release(office, till, joined)
    (grant,) = second.rights(joined, 400).grants
    install(second, grant)
    second.push()
    with put_back(office, backup, till, second) as restored:
        come_back(second)
        with pytest.raises(Refused, match=r"fence\.two_people"):
            recovery.end_by(restored, "Chen", "Chen")

        recovery.end_by(restored, "Chen", "Liu")

        assert not is_recovering(restored)
        assert report(restored)["risk"] == {"POINTS": -400}
        assert "recovery.short" in flags(restored)
        come_back(till)
        assert balances(restored, joined) == {("escrow", joined, second.holder): 400, ("available", joined, ""): 1_000}


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_nobody_ends_a_recovery_while_a_fact_is_being_posted(office, till):
    with put_back(office, backed_up(office), till) as restored, ThreadPoolExecutor(1) as pool:
        engine = restored.database.engine
        with engine.begin() as posting:
            life = lives.locked(posting, 1)
            assert terms_of(restored, posting, life).recovering
            ending = pool.submit(recovery.end_by, restored, "Chen", "Liu")
            wait_until_blocked(engine, ending)
        ending.result()
        assert not is_recovering(restored)


@pytest.mark.parametrize("during", ["recovery", "after it"])
def test_a_coupon_that_was_used_at_risk_is_not_there_again_after_a_restore(office, till, second, joined, during):
    issue(office, Issue("i1", joined, Asset.COUPON, 1, LOT, "K-1"))
    backup = backed_up(office)
    (grant,) = second.rights(joined, 1, asset=Asset.COUPON, lot="K-1").grants
    install(second, grant)
    second.push()
    till.say(replace(till.sale(), at_risk=(AtRisk(Asset.COUPON, "K-1", 1),)))
    till.push(2)
    with put_back(office, backup, till, second) as restored:
        come_back(till)
        assert balances_of(restored, "COUPON")["available", "K-1", ""] == 0
        if during == "recovery":
            come_back(second)
        else:
            recovery.end_by(restored, "Chen", "Liu")
            come_back(second)
        assert not is_recovering(restored)
        assert report(restored)["risk"] == {"COUPON": -1}

        second.say(RightsReleased(joined, (Spend(grant.gid, 1),), "idle"))
        second.push(len(second.log))

        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}
        assert report(restored)["risk"] == {"COUPON": 0}
        assert till.rights(joined, 1, asset=Asset.COUPON, lot="K-1", request_no=9).code == "rights.short"


def test_a_till_is_counted_only_after_it_is_bound(office, till, second):
    """Until it is, it could still install a grant of the incarnation before, after it said what it has."""
    with put_back(office, backed_up(office), till, second) as restored:
        said = till.hello()
        with pytest.raises(Refusal, match=r"session\.unknown"):
            till.feed("global")
        assert said.incarnation == restored.identity.incarnation
        assert [row.awaited_seq for row in roster(restored)] == [None, None]

        till.hello()

        assert [row.settled_as for row in roster(restored)] == ["heard", ""]


def test_what_a_till_had_when_it_was_bound_must_all_be_held(office, till, second):
    backup = backed_up(office)
    for _ in range(3):
        till.sell()
    with put_back(office, backup, till, second) as restored:
        till.hello()
        till.hello()
        till.push(1, 2)
        assert [row.settled_as for row in roster(restored)] == ["", ""]

        till.push(3, 3)

        assert [row.settled_as for row in roster(restored)] == ["heard", ""]


def test_a_grant_that_was_never_installed_comes_home_when_its_till_is_bound(office, till, second, joined):
    (grant,) = till.rights(joined, 300).grants
    (installed,) = till.rights(joined, 100).grants
    install(till, installed)
    till.push(2)
    with put_back(office, backed_up(office), till, second) as restored:
        come_back(till)

        assert balances(restored, joined) == {("available", joined, ""): 900, ("escrow", joined, till.holder): 100}
        come_back(second)
        again = till.rights(joined, 300, request_no=1)
        assert (again.grants, again.code) == ([], "rights.recovery")
        assert [change.entity_id for change in till.changes(f"terminal:{till.holder}")] == [grant.gid, installed.gid]


def test_what_a_copy_of_its_disk_installed_after_all_is_booked_again(office, till, second, joined):
    (grant,) = till.rights(joined, 300).grants
    with put_back(office, backed_up(office), till, second) as restored:
        come_back(till)  # without the grant, which goes home
        till.hello()
        install(till, grant)
        till.say(RightsReleased(joined, (Spend(grant.gid, 120),), "close"))
        till.push(len(till.log) - 1)

        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}
        assert balances(restored, joined) == {("available", joined, ""): 820, ("escrow", joined, till.holder): 180}
        come_back(second)
        assert flags(restored).count("recovery.short") == 0


def test_a_grant_made_up_during_recovery_is_not_paid_for(office, till, second, joined):
    with put_back(office, backed_up(office), till, second) as restored:
        install(till, Grant("ho2/made/up/0", joined, Asset.POINTS, 5_000, LOT))
        come_back(till)

        assert rows_of(restored, schema.posting)[-1].status == "quarantined"
        assert SUSPENSE not in balances(restored, joined)


def test_lives_that_ended_are_not_waited_for(office, line, till, second):
    open_till(office, line, "S02")
    fence(office, Declared("S01-1", "Chen", "Liu", "stolen"))

    with put_back(office, backed_up(office), till) as restored:
        awaited = [each["terminal_id"] for each in report(restored)["recovery"]["awaited"]]

    assert awaited == ["S02-1"]


def test_a_head_office_without_tills_does_not_wait(office):
    with put_back(office, backed_up(office)) as restored:
        assert not is_recovering(restored)


def awaited(office) -> list[str]:
    return [f"{each['terminal_id']}/{each['epoch']}" for each in report(office)["recovery"]["awaited"]]


@pytest.mark.parametrize("replaced", ["before the backup", "after it", "while recovering"])
@pytest.mark.parametrize("then", ["it comes", "it is fenced"])
def test_a_replaced_till_is_waited_for_if_what_it_was_given_may_be_forgotten(
    office, line, till, second, joined, replaced, then
):
    def replace_it():
        return open_till(office, line)

    newer = replace_it() if replaced == "before the backup" else None
    backup = backed_up(office)
    if newer is None:
        (grant,) = till.rights(joined, 1_000).grants
        install(till, grant)
        till.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 1_000),))
    if replaced == "after it":
        newer = replace_it()
    with put_back(office, backup, till, second, *filter(None, [newer]), acts=acts_path(office)) as restored:
        newer = newer or open_till(restored, till.line)
        come_back(newer)
        come_back(second)
        if replaced == "before the backup":
            assert not is_recovering(restored)
            return
        assert awaited(restored) == ["S01-1/1.1"]
        assert second.rights(joined, 600).code == "rights.recovery"

        if then == "it comes":
            assert till.hello().command == "re_enrol"
            till.push(2)
        else:
            fence(restored, Declared("S01-1", "Chen", "Liu", "burnt down", epoch="1.1"))

        assert not is_recovering(restored)
        assert second.rights(joined, 600).code == ("rights.short" if then == "it comes" else "")
        assert report(restored)["risk"] == {}


def test_a_restore_in_the_midst_of_a_recovery_still_waits_for_who_was_waited_for(office, line, till, second):
    backup = backed_up(office)
    newer = open_till(office, line)
    with put_back(office, backup, till, newer, second, acts=acts_path(office)) as first:
        again = backed_up(first)
        with put_back(first, again, till, newer, second) as restored:
            come_back(newer)
            come_back(second)

            assert awaited(restored) == ["S01-1/1.1"]


def test_old_directory_files_are_gone_since_their_cursors_are(office, till):
    office.database.write(
        lambda connection: connection.execute(
            schema.snapshot.insert().values(snapshot_id="x", store_id="S01", built_at_ms=1, file_key=b"", manifest=b"")
        )
    )
    with put_back(office, backed_up(office), till) as restored:
        assert rows_of(restored, schema.snapshot) == []


# Nobody said that the database was put back.


def test_a_till_that_was_told_more_is_held_shows_a_restored_copy(office, till, second):
    backup = backed_up(office)
    till.sell()
    till.push()
    with put_back(office, backup, till, second, announced=False) as restored:
        till.hello()

        assert restored.identity.incarnation_no == 2
        assert is_recovering(restored)
        assert "office.restored_unannounced" in flags(restored)
        come_back(till)
        come_back(second)
        assert not is_recovering(restored)
        assert restored.identity.incarnation_no == 2


def test_a_till_that_knows_a_newer_incarnation_shows_a_restored_copy(office, till, second):
    backup = backed_up(office)
    with put_back(office, backup, till, second) as first:
        come_back(till)
        newer = first.identity.incarnation
    with put_back(office, backup, till, second, announced=False) as restored:
        till.hello()

        assert newer.startswith("2-")
        assert restored.identity.incarnation_no == 3


def test_another_incarnation_of_the_same_number_shows_a_restored_copy(office, till, second, tmp_path):
    backup = backed_up(office)
    with put_back(office, backup, till, second):
        come_back(till)
    with put_back(office, backup, till, second) as restored:
        assert restored.identity.incarnation_no == 2
        till.hello()

        assert restored.identity.incarnation_no == 3


def test_the_acts_file_keeps_two_restores_from_taking_the_same_number(office, till, second):
    backup = backed_up(office)
    acts = acts_path(office)
    with put_back(office, backup, till, second, acts=acts):
        come_back(till)

    with put_back(office, backup, till, second, acts=acts) as restored:
        assert restored.identity.incarnation_no == 3


def test_a_replaced_till_shows_a_restored_copy_too(office, line, till, second):
    newer = open_till(office, line)
    backup = backed_up(office)
    till.hello()
    till.sell()
    till.push()
    with put_back(office, backup, till, newer, second, announced=False) as restored:
        assert till.hello().command == "re_enrol"

        assert is_recovering(restored)


def test_every_incarnation_signs_with_one_key(office, till):
    backup = backed_up(office)
    with put_back(office, backup, till) as restored:
        come_back(till)
        assert restored.identity.incarnation_no == 2
        assert restored.identity.public_key == office.identity.public_key == till.identity.head_office_key
        with restored.database.read() as connection:
            assert stored_identity(connection) == restored.identity


def test_what_people_ended_after_the_backup_is_ended_again_before_anybody_is_answered(
    office, line, till, second, joined
):
    stolen, lost = open_till(office, line, "S03"), open_till(office, line, "S01", 2)
    backup = backed_up(office)
    (grant,) = lost.rights(joined, 300).grants
    install(lost, grant)
    revoke(office, "S03-1", "Chen", "stolen")
    fence(office, Declared("S01-2", "Chen", "Liu", "burnt down"))
    till.sell()
    till.push(till.accepted_upto + 1)
    with put_back(office, backup, till, second, stolen, lost, announced=False) as copy:
        till.hello()

        assert {life.terminal_id: life.status for life in rows_of(copy, schema.life)} == {
            "S01-1": lives.LIVE,
            "S02-1": lives.LIVE,
            "S03-1": lives.REVOKED,
            "S01-2": lives.FENCED,
        }
        assert [stolen.hello().command, lost.hello().command] == ["locked", "re_enrol"]
        lost.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 300),))
        lost.hello()
        lost.push()
        assert report(copy)["risk"] == {"POINTS": -300}
        assert balances(copy, joined) == {("available", joined, ""): 1_000}


def test_the_very_till_that_shows_a_restored_copy_may_be_one_that_people_ended(office, till, second):
    backup = backed_up(office)
    till.sell()
    till.push()
    revoke(office, "S01-1", "Chen", "stolen")
    with put_back(office, backup, till, second, announced=False) as copy:
        said = till.hello()

        assert (said.command, said.incarnation) == ("locked", copy.identity.incarnation)
        assert awaited(copy) == ["S01-1/1.1", "S02-1/1.1"]  # until it has told what it holds, or is fenced
        come_back(till)
        assert awaited(copy) == ["S02-1/1.1"]


def test_a_copy_that_nobody_announced_takes_no_number_that_its_acts_name(office, till, second):
    backup = backed_up(office)
    second.sell()
    second.push()
    with put_back(office, backup, till, acts=acts_path(office)):
        come_back(till)
    with put_back(office, backup, till, second, announced=False) as copy:
        second.hello()  # it has never heard of incarnation 2

        assert copy.identity.incarnation_no == 3


def test_nothing_of_a_discovery_stands_if_it_is_cut_off(office, till, second, monkeypatch):
    backup = backed_up(office)
    till.sell()
    till.push()
    fence(office, Declared("S02-1", "Chen", "Liu", "stolen"))
    with put_back(office, backup, till, second, announced=False) as copy:
        before = backed_up(copy)
        monkeypatch.setattr(recovery, "begin", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            till.hello()
        monkeypatch.undo()

        assert {**backed_up(copy), "life": []} == {**before, "life": []}
        assert [life.status for life in rows_of(copy, schema.life)] == [lives.LIVE, lives.LIVE]
        till.hello()
        assert [life.status for life in rows_of(copy, schema.life)] == [lives.LIVE, lives.FENCED]


@pytest.mark.parametrize("damage", ["a line", "the file"])
def test_acts_that_cannot_be_read_stop_no_recovery_and_say_so(office, till, second, damage, expect_log):
    backup = backed_up(office)
    till.sell()
    till.push()
    acts = acts_path(office)
    if damage == "a line":
        acts.write_bytes(b"{\n" + acts.read_bytes())
    else:
        acts.unlink()
        acts.mkdir()
    expect_log("head_office.acts_not_kept")
    with put_back(office, backup, till, second, announced=False) as copy:
        assert till.hello().incarnation == copy.identity.incarnation
        assert is_recovering(copy)
        assert ("acts.line" if damage == "a line" else "acts.file") in flags(copy)


# Who says so without head office's signature is not believed, and sells on.

NEWER = f"7-{'0' * 32}"


def stands_as_it_was(office, till) -> None:
    """The claim is flagged once, and the till goes on from what head office holds."""
    till.sell()
    till.push(till.accepted_upto + 1)
    assert till.hello().command == "go"
    assert office.identity.incarnation_no == 1
    assert not is_recovering(office)
    assert flags(office) == ["office.restored_unproven"]


def test_a_terminal_that_cannot_prove_a_newer_incarnation_restores_nothing(office, till):
    for _ in range(2):
        till.incarnation = NEWER
        assert till.hello().command == "go"

    stands_as_it_was(office, till)


def test_a_terminal_that_cannot_prove_how_much_was_held_restores_nothing(office, till):
    """Perhaps its program is older than proofs, or came from there: its signed head may be behind what it was told."""
    till.sell()
    till.push()
    word = till.signed_for
    for _ in range(3):
        till.sell()
    till.accepted_upto = 4

    said = till.hello()

    assert word == till.signed_for
    assert (said.command, said.resume_from) == ("go", 1)
    stands_as_it_was(office, till)


def test_the_word_for_another_terminal_is_no_proof(office, line, till, second):
    backup = backed_up(office)
    till.sell()
    till.push()
    with put_back(office, backup, till, second, announced=False) as restored:
        second.sell()
        second.signed_for, second.accepted_upto = till.signed_for, 1

        assert second.hello().command == "go"
        assert restored.identity.incarnation_no == 1


@pytest.mark.parametrize("change", [{"incarnation": NEWER}, {"seq": 2}, {"hash": bytes(32)}, {"signature": bytes(64)}])
def test_a_word_that_was_changed_is_no_proof(office, till, change):
    till.sell()
    till.push()
    till.sell()
    till.signed_for = replace(till.signed_for, **change)

    assert till.hello().command == "go"
    assert office.identity.incarnation_no == 1


def test_an_old_word_is_no_proof(office, till, second):
    """What the forgotten incarnation signed showed once that it was; this one knows."""
    backup = backed_up(office)
    till.sell()
    till.push()
    with put_back(office, backup, till, second, announced=False) as restored:
        word = till.signed_for
        come_back(till)
        for _ in range(2):
            till.signed_for = word
            assert till.hello().command == "go"

        assert restored.identity.incarnation_no == 2


def test_a_word_beyond_the_log_is_malformed(office, till):
    till.proof = lambda _has_upto: replace(till.signed_for, seq=1)

    with pytest.raises(Refusal, match=r"request\.malformed"):
        till.hello()


def test_a_program_from_before_proofs_goes_through_a_restore_as_ever(office, till, second, joined):
    till.proof = lambda _has_upto: None
    backup = backed_up(office)
    till.sell(member_id=joined, earn=50)
    till.push(2)
    with put_back(office, backup, till, second) as restored:
        come_back(till)
        come_back(second)

        assert not is_recovering(restored)
        assert balances(restored, joined) == {("available", joined, ""): 1_000, ("escrow", joined, till.holder): 50}


def test_the_flag_of_an_unproven_claim_is_closed_with_the_recovery_that_it_meant(office, till, second):
    till.proof = lambda _has_upto: None
    backup = backed_up(office)
    till.sell()
    till.push()
    with put_back(office, backup, till, second, announced=False) as copy:
        assert till.hello().resume_from == 0
        assert [flag.code for flag in open_flags(copy)] == ["office.restored_unproven"]

        announce(copy, "somebody had put it back", "", None)
        come_back(till)
        come_back(second)

        assert open_flags(copy) == []


@pytest.mark.parametrize("name", ["1-x", "9", "-", "9999999999-" + "0" * 32, "2-" + "0" * 31])
def test_an_incarnation_that_no_head_office_can_have_had_is_malformed(office, till, name):
    till.incarnation = name

    with pytest.raises(Refusal, match=r"request\.malformed"):
        till.hello()

    assert office.identity.incarnation_no == 1


def test_a_hello_that_the_device_did_not_sign_restores_nothing(office, till):
    till.incarnation = "2-" + "0" * 32
    nonce = till.challenge()
    till.key = FakeTill(till.line).key

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        till.hello(nonce)

    assert office.identity.incarnation_no == 1


# Tills that were enrolled after the backup.


def test_a_till_enrolled_after_the_backup_is_known_again_by_its_papers(office, line, till):
    backup = backed_up(office)
    late = open_till(office, line, "S02")
    late.sell()
    with put_back(office, backup, till, late) as restored:
        come_back(late)

        known = {life.terminal_id: (life.epoch, life.status, life.last_seq) for life in rows_of(restored, schema.life)}
        assert known["S02-1"] == ("1.1", lives.LIVE, 1)
        assert "terminal.readmitted" in flags(restored)
        late.identity = None
        assert late.enrol(new_code(restored, "S02", 1)).epoch == "2.2"


def test_an_epoch_known_again_is_never_given_out_twice(office, line, till):
    backup = backed_up(office)
    for _ in range(3):
        newest = open_till(office, line)
    with put_back(office, backup, till, newest) as restored:
        newest.challenge()

        assert newest.epoch == "1.4"
        assert [(life.epoch, life.status) for life in rows_of(restored, schema.life)] == [
            ("1.1", lives.SUPERSEDED),
            ("1.4", lives.LIVE),
        ]
        assert till.hello().command == "re_enrol"
        late = FakeTill(newest.line)
        assert late.enrol(new_code(restored, "S01", 1)).epoch == "2.5"


def test_an_older_life_that_comes_back_later_is_history(office, line, till):
    backup = backed_up(office)
    older = open_till(office, line)
    newer = open_till(office, line)
    with put_back(office, backup, till, older, newer) as restored:
        newer.challenge()
        assert older.hello().command == "re_enrol"

        assert [(life.epoch, life.status) for life in rows_of(restored, schema.life)] == [
            ("1.1", lives.SUPERSEDED),
            ("1.3", lives.LIVE),
            ("1.2", lives.SUPERSEDED),
        ]


def test_papers_that_head_office_never_signed_open_nothing(office, till):
    forged = FakeTill(till.line)
    forged.identity = msgspec.structs.replace(till.identity, epoch="1.7", certificate=till.identity.certificate)

    with pytest.raises(Refusal, match=r"terminal\.unknown"):
        forged.challenge()
    with pytest.raises(Refused, match=r"terminal\.unknown"):
        check_papers(office, "S01-1", "1.8", Papers(bytes(64), bytes(32)))

    assert len(rows_of(office, schema.life)) == 1


def test_papers_of_this_very_incarnation_show_a_restored_copy(office, line, till):
    backup = backed_up(office)
    late = open_till(office, line, "S02")
    with put_back(office, backup, till, late, announced=False) as restored:
        late.challenge()

        assert restored.identity.incarnation_no == 2
        assert is_recovering(restored)


def test_acts_bring_back_enrolments_and_fences_that_the_backup_lacks(office, line, till, joined):
    backup = backed_up(office)
    late = open_till(office, line, "S02")
    (grant,) = till.rights(joined, 300).grants
    fence(office, Declared("S01-1", "Chen", "Liu", "stolen"))
    with put_back(office, backup, till, late, acts=acts_path(office)) as restored:
        awaited = [each["terminal_id"] for each in report(restored)["recovery"]["awaited"]]
        assert awaited == ["S02-1"]
        install(till, grant)
        till.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 300),))
        till.hello()
        till.push(2)

        assert balances(restored, joined) == {("available", joined, ""): 1_000}
        assert report(restored)["risk"] == {"POINTS": -300}


@pytest.fixture
def third(office, line) -> FakeTill:
    return open_till(office, line, "S03")


@pytest.mark.parametrize("forgotten", ["the grant alone", "the sale too"])
@pytest.mark.parametrize("first", ["the asker", "the seller"])
@pytest.mark.parametrize("then", ["used", "handed back"])
def test_a_piece_whose_right_was_granted_and_forgotten_comes_back_once(
    office, till, second, third, forgotten, first, then
):
    backup = backed_up(office)
    open_day(till)
    sale, sold_as = sell(till, 1, paid_minor=900)
    close_day(till)
    till.push()
    if forgotten == "the grant alone":
        backup = backed_up(office)
    lot = lot_of(sale.sale_id, 1)
    (grant,) = second.rights("", 1, asset=Asset.REFUND, lot=lot).grants
    install(second, grant)
    second.push()
    with put_back(office, backup, till, second, third) as restored:
        come_back(third)
        for each in (till, second) if first == "the seller" else (second, till):
            come_back(each)
        assert not is_recovering(restored)

        assert third.rights("", 1, asset=Asset.REFUND, lot=lot).code == "rights.short"
        if then == "used":
            second.say(bring_back(second, sale, sold_as, spends=(Spend(grant.gid, 1),)))
        else:
            second.say(RightsReleased("", (Spend(grant.gid, 1),), "recall"))
        second.push(2)

        again = third.rights("", 1, asset=Asset.REFUND, lot=lot)
        assert len(again.grants) == (then == "handed back")
        for got in again.grants:
            install(third, got)
            third.say(bring_back(third, sale, sold_as, spends=(Spend(got.gid, 1),)))
            third.push()
        assert used(restored) == 1
        assert sum(total for (kind, *_), total in balances_of(restored, REFUND).items() if kind == "refundable") == -1
        assert "recovery.short" not in flags(restored)
        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}


def test_a_piece_that_was_handed_back_before_its_sale_came_again_can_still_be_asked_for(office, till, second, third):
    backup = backed_up(office)
    open_day(till)
    sale, _sold_as = sell(till, 2, paid_minor=900)
    close_day(till)
    till.push()
    lot = lot_of(sale.sale_id, 1)
    (grant,) = second.rights("", 1, asset=Asset.REFUND, lot=lot).grants
    install(second, grant)
    second.say(RightsReleased("", (Spend(grant.gid, 1),), "idle"))
    second.push()
    with put_back(office, backup, till, second, third):
        for each in (third, second, till):
            come_back(each)

        assert third.rights("", 3, asset=Asset.REFUND, lot=lot).available == 2
        (got,) = third.rights("", 2, asset=Asset.REFUND, lot=lot).grants
        assert got.amount == 2


def test_a_refund_that_comes_again_before_its_sale_waits_for_it(office, till, second):
    backup = backed_up(office)
    open_day(till)
    sale, sold_as = sell(till, 1, paid_minor=900)
    close_day(till)
    till.push()
    (grant,) = second.rights("", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    install(second, grant)
    second.say(bring_back(second, sale, sold_as, spends=(Spend(grant.gid, 1),)))
    second.push()
    with put_back(office, backup, till, second) as restored:
        come_back(second)
        assert [row.status for row in rows_of(restored, schema.posting)] == ["posted", "deferred"]

        come_back(till)

        assert not is_recovering(restored)
        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}
        assert used(restored) == 1
        assert set(balances_of(restored, REFUND).values()) <= {0, 1, -1}
        assert "recovery.short" not in flags(restored)


@pytest.mark.parametrize("undone", [False, True])
def test_a_merge_that_the_backup_does_not_know_is_done_again(office, till, second, joined, undone):
    till.say(MemberRegistered(member(2, "S03")))
    till.push(2)
    give(office, "m2", 500)
    backup = backed_up(office)
    MergeDesk(office).merge("m2", joined, "lin")
    if undone:
        MergeDesk(office).unmerge("m2", "lin")
    grants = [till.rights(member_id, 400).grants[0] for member_id in (joined, "m2")]
    install(till, *grants)
    till.sell(paid_minor=0, member_id=joined, spends=tuple(Spend(grant.gid, 400) for grant in grants))
    till.push(3)
    before = balances(office)
    with put_back(office, backup, till, second, acts=acts_path(office)) as restored:
        come_back(till)
        come_back(second)

        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}
        assert balances(restored) == before


def test_a_merge_of_somebody_whom_the_backup_does_not_know_waits_until_they_come_again(office, till, joined):
    backup = backed_up(office)
    till.say(MemberRegistered(member(2, "S03")))
    till.push(2)
    MergeDesk(office).merge("m2", joined, "lin")
    with put_back(office, backup, till, acts=acts_path(office)) as restored:
        assert [row.waits for row in rows_of(restored, schema.act) if row.kind == "merge"] == ["member.unknown"]
        come_back(till)

        assert after_recovery(restored).done == 1
        assert [row.loser for row in rows_of(restored, schema.member_alias)] == ["m2"]


def test_a_sale_that_took_from_both_waits_until_they_are_one_person_again(office, till, joined):
    backup = backed_up(office)
    till.say(MemberRegistered(member(2, "S03")))
    earned = till.sell(member_id="m2", earn=400)
    till.push(2)
    MergeDesk(office).merge("m2", joined, "lin")
    (grant,) = till.rights(joined, 300).grants
    install(till, grant)
    own = f"{till.holder}/{earned.seq}/grant1"
    till.sell(paid_minor=0, member_id=joined, earn=5, spends=(Spend(grant.gid, 300), Spend(own, 400)))
    till.say(RightsReleased(joined, (Spend(f"{till.holder}/5/grant1", 5),), "close"))
    till.push(4)
    before = balances(office)
    with put_back(office, backup, till, acts=acts_path(office)) as restored:
        come_back(till)
        waiting = [(row.seq, row.depends_on) for row in rows_of(restored, schema.posting) if row.status == "deferred"]
        assert waiting == [(5, "acts"), (6, f"event:{till.holder}/5")]

        after_recovery(restored)

        assert {row.status for row in rows_of(restored, schema.posting)} == {"posted"}
        assert balances(restored) == before


def test_the_hello_that_shows_a_restore_is_answered_and_signed_by_the_new_incarnation(office, till):
    backup = backed_up(office)
    till.sell()
    till.push()
    with put_back(office, backup, till, announced=False) as restored:
        said = till.hello()

        assert said.incarnation == restored.identity.incarnation
        signed = head_bytes(till.terminal_id, till.epoch, said.incarnation, said.resume_from, said.head_hash)
        assert verify(restored.identity.public_key, signed, said.head_signature)


# What nobody can have forgotten.


def test_a_grant_of_this_incarnation_that_head_office_does_not_know_is_never_paid_for(office, till, joined):
    install(till, Grant("ho1/S01-1/1.1/request9/0", joined, Asset.POINTS, 400, LOT))
    till.push(2)

    assert [row.code for row in rows_of(office, schema.posting) if row.status == "quarantined"] == ["grant.made_up"]
    assert balances(office, joined) == {("available", joined, ""): 1_000}
    assert "grant.made_up" in flags(office)
    till.sell(paid_minor=0, member_id=joined, spends=(Spend("ho1/S01-1/1.1/request9/0", 400),))
    till.push(3)
    assert balances(office, joined) == {("available", joined, ""): 1_000}
    assert rows_of(office, schema.posting)[-1].status == "quarantined"


@pytest.mark.parametrize("gid", ["ho3/x/0", "x/0", "ho1/late/0"])
def test_a_fenced_till_cannot_make_up_grants_either(office, till, joined, gid):
    fence(office, Declared("S01-1", "Chen", "Liu", "stolen"))
    till.hello()
    install(till, Grant(gid, joined, Asset.POINTS, 400, LOT))
    till.sell(paid_minor=0, member_id=joined, spends=(Spend(gid, 400),))
    till.push(2)

    assert [row.status for row in rows_of(office, schema.posting)] == ["posted", "quarantined", "quarantined"]
    assert report(office)["risk"] == {}
    assert balances(office, joined) == {("available", joined, ""): 1_000}


def test_one_epoch_of_two_databases_is_found_by_its_keys(office, line, till, tmp_path):
    """Twice restored from one backup without the acts: both call themselves 2, and give out the same epoch."""
    backup = backed_up(office)
    with put_back(office, backup, till):
        first = open_till(office, till.line, "S02")
    with put_back(office, backup, till) as restored:
        other = open_till(restored, till.line, "S02")
        assert first.holder == other.holder == "S02-1/2.1"
        first.line = other.line
        for _ in range(2):
            with pytest.raises(Refusal, match=r"terminal\.signature"):
                first.challenge()

        assert flags(restored).count("terminal.other_key") == 1
        assert other.hello().command == "go"


def test_a_thief_with_another_devices_papers_raises_no_flag(office, till):
    thief = FakeTill(till.line)
    thief.identity = till.identity

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        thief.challenge()

    assert "terminal.other_key" not in flags(office)
