"""What people decided at head office outlives a restore: done again, once each, in order, when the facts are back."""

import json
from collections import Counter

import pytest
import uvicorn

from head_office import cli, recovery, recovery_key
from head_office.acts import Act, acts_path, keep, read_acts, record
from head_office.again import KINDS, after_recovery
from head_office.books.issues import Issue
from head_office.campaigns import publish_campaign, withdraw_campaign
from head_office.catalogue import publish_items, set_price, set_tax
from head_office.clients import min_client, set_min_client
from head_office.issuing import issue
from head_office.merging import MergeDesk
from head_office.office import Office
from head_office.revocation import revoke
from head_office.settling import SettleDesk
from head_office.store import schema
from head_office.store_days import StoreDays
from head_office.writing_off import SHORT
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.posting import FLOORED
from pos_app.errors import Damaged, Refused
from tests.head_office.restoring import Restored, backed_up
from tests.head_office.rig import LOT, TODAY, balances, member, open_till, rows_of, trial_balance
from tests.head_office.test_recovery import come_back, flags
from tests.head_office.test_settling import origin, spoil
from tests.head_office.test_store_days import begin, close
from tests.till_kit import campaign, item

pytestmark = pytest.mark.slow

MERGED = {"m1", "m2", "m5"}  # one person in the end; whether a till has a float of theirs is no matter
FIRST, SECOND = "+8619900000001", "+8619900000002"


@pytest.fixture
def lanes(office, line, till):
    return till, open_till(office, line, "S02"), open_till(office, line, "S01", 2)


def facts(lanes) -> None:
    """What tills said: five members, two pairs with one phone, a day of store S01, and two events gone wrong."""
    till, other, _idle = lanes
    for n, phone in ((1, FIRST), (3, SECOND), (4, SECOND), (5, "+8619900000005")):
        till.say(MemberRegistered(member(n, "S03", phone=phone)))
    other.say(MemberRegistered(member(2, "S03", phone=FIRST)))
    close(till, begin(till))
    for each, who, points in ((till, "m1", 300), (other, "m2", 500), (till, "m5", 90)):
        seq = each.sell(member_id=who, earn=points).seq
        each.say(RightsReleased(who, (Spend(f"{each.holder}/{seq}/grant1", points),), "close"))
    for n in (7, 8):
        other.sell(paid_minor=n * 1_000, member_id="m2", earn=n)
        spoil(other)
    till.push()
    other.push()


def decide(office: Office, lanes, clock) -> None:
    """What people decided, each after the one before."""
    _till, other, _idle = lanes
    days, desk, quarantine = StoreDays(office), MergeDesk(office), SettleDesk(office)
    deeds = (
        lambda: issue(office, Issue("gift1", "m5", Asset.VALUE, 5_000, LOT)),
        lambda: desk.merge("m2", "m1", "Chen"),
        lambda: desk.merge("m5", "m1", "Chen"),
        lambda: issue(office, Issue("coupon1", "m5", Asset.COUPON, 1, LOT, "C-77")),
        lambda: desk.unmerge("m5", "Chen"),
        lambda: desk.merge("m5", "m2", "Liu"),
        lambda: desk.keep_apart("m4", "m3", "Liu"),
        lambda: quarantine.settle(origin(other, 4), "post", "Liu", "seen on the receipt"),
        lambda: quarantine.settle(origin(other, 5), "void", "Liu", "a test"),
        lambda: days.not_trading("S01", 2, TODAY, "Chen"),
        lambda: days.seal("S01", TODAY, "Chen", "Liu"),
        lambda: set_price(office, item(1).barcode, 8_800, 8_000),
        lambda: set_price(office, item(1).barcode, 9_900, None),
        lambda: set_tax(office, item(1).barcode, 600, included=False),
        lambda: publish_campaign(office, campaign(1)),
        lambda: publish_campaign(office, campaign(2)),
        lambda: publish_campaign(office, campaign(1, version=2)),
        lambda: withdraw_campaign(office, "C2"),
        lambda: set_min_client(office, 3),
        lambda: set_min_client(office, 2),
    )
    for deed in deeds:
        clock.ms += 1_000
        deed()


def books(office: Office) -> dict[str, object]:
    """Return what must be the same in a world that was never restored."""
    held = Counter[tuple[str, str]]()
    for (kind, owner, _holder), amount in balances(office).items():
        held[("held", "them") if kind in FLOORED and owner in MERGED else (kind, owner)] += amount
    return {
        "balances": held,
        "aliases": [(row.loser, row.survivor, row.undone_by) for row in rows_of(office, schema.member_alias)],
        "pairs": {(row.member_id, row.other_id): row.state for row in rows_of(office, schema.merge_candidate)},
        "days": {
            (row.store_id, row.business_date): (row.status, row.figures, row.sealed_by, row.approved_by)
            for row in rows_of(office, schema.store_day)
        },
        "lots": [tuple(row) for row in rows_of(office, schema.lot)],
        "settled": sorted((row.seq, row.decision, row.settled_by) for row in rows_of(office, schema.settlement)),
        "items": [(row.item_id, row.version, bytes(row.body)) for row in rows_of(office, schema.item)],
        "campaigns": [tuple(row) for row in rows_of(office, schema.campaign)],
        "min_client": told_min_client(office),
        "statuses": sorted((row.seq, row.kind, row.status) for row in rows_of(office, schema.posting)),
    }


def told_min_client(office: Office) -> int:
    with office.database.read() as connection:
        return min_client(connection)


def back(restored: Restored, lanes) -> None:
    """Every till reports, and whatever waited for that is done."""
    for each in lanes:
        come_back(each)
    assert after_recovery(restored.office) is not None


@pytest.fixture
def ended(office, lanes, clock):
    """Head office at its end, the backup from before it all, and the file of acts."""
    publish_items(office, [item(1)])
    backup = backed_up(office)
    facts(lanes)
    decide(office, lanes, clock)
    return books(office), backup, acts_path(office)


def test_after_a_restore_the_books_are_those_of_a_world_without_it(office, lanes, ended):
    wanted, backup, acts = ended
    restored = Restored(office, backup, *lanes, acts=acts)
    try:
        assert {row.waits for row in rows_of(restored.office, schema.act)} >= {"member.unknown", "settle.not_waiting"}
        for each in lanes[:-1]:
            come_back(each)
            assert after_recovery(restored.office) is None
        back(restored, lanes[-1:])

        assert books(restored.office) == wanted
        assert {row.waits for row in rows_of(restored.office, schema.act)} == {""}
        assert "act.not_done" not in flags(restored.office)
        assert "day.sealed_again" not in flags(restored.office)
        assert set(trial_balance(restored.office).values()) == {0}
    finally:
        restored.close()


def test_rights_that_were_drawn_on_an_act_that_waits_are_no_loss(office, lanes):
    till, other, _idle = lanes
    backup = backed_up(office)
    till.say(MemberRegistered(member(1)))
    till.push()
    issue(office, Issue("gift1", "m1", Asset.VALUE, 900, LOT))
    (grant,) = other.rights("m1", 600, asset=Asset.VALUE).grants
    other.say(GrantsInstalled((grant,)))
    other.push()
    restored = Restored(office, backup, *lanes, acts=acts_path(office))
    try:
        back(restored, lanes)

        held = {(kind, holder): left for (kind, _, holder), left in balances(restored.office, "m1").items()}
        assert held == {("available", ""): 300, ("escrow", other.holder): 600}
        assert SHORT not in flags(restored.office)
    finally:
        restored.close()


def test_restored_twice_and_tried_twice_is_as_good_as_once(office, lanes, ended):
    wanted, backup, acts = ended
    for _ in range(2):
        restored = Restored(office, backup, *lanes, acts=acts)
        try:
            back(restored, lanes)
            assert after_recovery(restored.office).done == 0
            assert books(restored.office) == wanted
        finally:
            restored.close()
    kinds = [act.kind for act in read_acts(acts)]
    assert (kinds.count("merge"), kinds.count("settle"), kinds.count("price")) == (3, 2, 2)


def test_acts_that_the_backup_has_are_not_done_again(office, lanes, ended):
    wanted, _backup, acts = ended
    restored = Restored(office, backed_up(office), *lanes, acts=acts)
    try:
        back(restored, lanes)

        assert books(restored.office) == wanted
    finally:
        restored.close()


def test_what_can_never_be_done_again_is_said_once(office, lanes, ended):
    _wanted, backup, acts = ended
    till, other, idle = lanes
    other.log.clear()  # its disk died with the backup: m2 and the settled events are gone
    restored = Restored(office, backup, *lanes, acts=acts)
    try:
        come_back(till)
        come_back(idle)
        recovery.end_by(restored.office, "Chen", "Liu")

        left = after_recovery(restored.office)
        after_recovery(restored.office)

        assert {name.split("/")[0] for name in left.waiting} == {"merge", "settle"}
        assert flags(restored.office).count("act.not_done") == len(left.waiting)
    finally:
        restored.close()


def test_a_day_that_is_sealed_again_with_other_figures_says_so(office, lanes, ended):
    _wanted, backup, acts = ended
    till, _other, _idle = lanes
    till.sell(paid_minor=4_200)  # after the seal
    till.push(len(till.log))
    restored = Restored(office, backup, *lanes, acts=acts)
    try:
        back(restored, lanes)

        assert flags(restored.office).count("day.sealed_again") == 1
        assert StoreDays(restored.office).look("S01", TODAY).adds_up
    finally:
        restored.close()


def test_a_revocation_outlives_a_restore(office, lanes):
    backup = backed_up(office)
    revoke(office, "S02-1", "Chen", "stolen")
    restored = Restored(office, backup, *lanes, acts=acts_path(office))
    try:
        statuses = {row.terminal_id: row.status for row in rows_of(restored.office, schema.life)}
        assert statuses == {"S01-1": "live", "S02-1": "revoked", "S01-2": "live"}
        assert lanes[1].hello().command == "locked"
    finally:
        restored.close()


def test_tills_hear_of_the_recovery_key_again(office, till, tmp_path):
    backup = backed_up(office)
    public = recovery_key.make(office, tmp_path / "offline.key")
    restored = Restored(office, backup, till, acts=acts_path(office))
    try:
        assert till.hello().recovery_key == public
    finally:
        restored.close()


def test_an_act_of_a_later_program_is_named_and_left(office, till):
    backup = backed_up(office)
    office.database.write(lambda connection: record(connection, "teleport", "teleport/1", 1, {}))
    keep(office)
    restored = Restored(office, backup, acts=acts_path(office))
    try:
        assert "teleport/1" not in {row.act_id for row in rows_of(restored.office, schema.act)}
    finally:
        restored.close()


def test_a_line_that_was_cut_off_is_passed_over_and_a_broken_one_is_not(tmp_path):
    file = tmp_path / "acts.jsonl"
    whole = json.dumps({"act_id": "a/1", "kind": "a", "at_ms": 1, "body": {}}).encode()
    file.write_bytes(whole + b"\n" + whole[:20])
    assert list(read_acts(file)) == [Act("a/1", "a", 1, {})]

    file.write_bytes(whole[:20] + b"\n" + whole + b"\n")
    with pytest.raises(Damaged, match=r"acts\.line"):
        list(read_acts(file))


def test_whatever_is_recorded_can_be_done_again(ended, office):
    assert {act.kind for act in read_acts(acts_path(office))} <= set(KINDS)


def test_a_refused_decision_is_no_act(office, till):
    with pytest.raises(Refused):
        MergeDesk(office).merge("m1", "m2", "Chen")

    assert [act.kind for act in read_acts(acts_path(office))] == ["enrol"]


def test_the_line_of_an_act_whose_process_died_is_written_once_head_office_serves(office, monkeypatch):
    office.database.write(lambda connection: record(connection, "price", "price/1", 1, {}))
    monkeypatch.setattr(uvicorn, "run", lambda *_given, **_settings: None)

    cli.serve(office.database.url.render_as_string(hide_password=False), folder=office.folder)

    assert [act.act_id for act in read_acts(acts_path(office))] == ["price/1"]
