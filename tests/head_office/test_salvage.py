"""An old disk found again: what it says is posted once, in full, and no member pays for what it spent twice."""

from contextlib import contextmanager
from copy import copy
from dataclasses import replace

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from head_office import lives
from head_office import salvage as module
from head_office.acts import acts_path, read_acts
from head_office.fencing import Declared, exposures, fence
from head_office.intake import POSTED_AT_ONCE
from head_office.lives_console import announce
from head_office.office import open_office
from head_office.report import report
from head_office.salvage import salvage
from head_office.settling import SettleDesk
from head_office.store import schema
from pos_app.domain.events import DayOpened, GrantsInstalled, MemberRegistered, RightsReleased, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.refunds import lot_of, refunded
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.till import Countersigned
from pos_app.errors import PosError, Refused
from pos_app.sync.wire.log_file import VERSION, Speaker, write_log
from pos_app.sync.wire.messages import WireEvent
from tests.head_office.offices import copied
from tests.head_office.restoring import Restored, backed_up
from tests.head_office.rig import (
    FakeTill,
    Line,
    Refusal,
    balances,
    found_chain,
    give,
    member,
    open_till,
    rows_of,
    trial_balance,
)
from tests.head_office.test_recovery import come_back, flags
from tests.head_office.test_refunds import bring_back, close_day, open_day, sell

GONE = Declared("S01-1", "Chen", "Liu", "burnt down")


def disk_of(till: FakeTill) -> FakeTill:
    """Return a copy of the till's disk as it is now, in another machine."""
    twin = copy(till)
    twin.log, twin.session = list(till.log), ""
    return twin


class Disks:
    """Writes logs to files as the terminal's program does."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self._n = 0

    def of(self, till: FakeTill, *, signed=True, head: Countersigned | None = None, **speaks):
        self._n += 1
        path = self.folder / f"{self._n}.log"
        speaker = Speaker(
            VERSION, till.terminal_id, till.epoch, till.identity.certificate, till.device_key, len(till.log), head
        )
        speaker = msgspec.structs.replace(speaker, **speaks)
        events = [WireEvent(event.seq, event.body, event.hash) for event in till.log]
        write_log(path, speaker, events, (lambda said: till.key.sign(said).signature) if signed else None)
        return path


@pytest.fixture
def disks(tmp_path):
    return Disks(tmp_path)


def untouched(office):
    """Return what must not change when nothing is taken in."""
    return (
        [tuple(row) for row in rows_of(office, schema.life)],
        [tuple(row) for row in rows_of(office, schema.inbox)],
        [tuple(row) for row in rows_of(office, schema.transfer)],
        flags(office),
    )


# The disk goes on from what head office has.


def test_an_old_disk_found_after_a_fence_is_posted_in_full_at_the_merchants_risk(office, till, holding, disks):
    till.say(MemberRegistered(member(2)))
    till.sell(paid_minor=500, member_id="m1", spends=(Spend(holding.gid, 200),))
    till.sell(member_id="m1", earn=50)
    till.sell(member_id="m2", earn=7)
    exposure = fence(office, GONE)

    done = salvage(office, disks.of(till), "Wang")

    assert (done.epoch, done.events, done.new, done.waiting, done.is_signed) == ("1.1", 6, 4, 0, True)
    assert {row.status for row in rows_of(office, schema.posting)} == {"posted"}
    assert balances(office, "m1") == {("available", "m1", ""): 1_050}
    assert balances(office, "m2") == {("available", "m2", ""): 7}
    assert report(office)["risk"] == {"POINTS": -200}
    assert exposure.held["POINTS"] >= 200
    assert set(trial_balance(office).values()) == {0}
    assert "salvage.done" in flags(office)


def test_twice_changes_nothing(office, till, holding, disks):
    till.sell(member_id="m1", earn=50)
    fence(office, GONE)
    salvage(office, disks.of(till), "Wang")
    before = untouched(office)

    again = salvage(office, disks.of(till, signed=False), "Liu")

    assert (again.new, again.is_signed) == (0, False)
    assert untouched(office) == before
    assert [act.kind for act in read_acts(acts_path(office))].count("salvage") == 1


def test_a_log_is_taken_in_by_slices_and_goes_on_where_it_was_killed(office, till, disks, monkeypatch):
    till.say(DayOpened(1, 0))
    for _ in range(3 * POSTED_AT_ONCE):
        till.sell()
    path = disks.of(till)
    monkeypatch.setattr(module, "MAX_BATCH_EVENTS", 120)
    slices = []

    class Killed(BaseException):
        pass

    def kill(*event, **how):
        slices.append(len(event[2]))
        if len(slices) == 2:
            raise Killed
        return keep(*event, **how)

    keep = module.store
    monkeypatch.setattr(module, "store", kill)
    with pytest.raises(Killed):
        salvage(office, path, "Wang")
    assert rows_of(office, schema.life)[0].last_seq == 120

    done = salvage(office, path, "Wang")

    assert (done.new, done.waiting) == (len(till.log) - 120, 0)
    assert slices == [120, 120, 120, 61]
    assert report(office)["events"] == {"posted": len(till.log)}


def test_killed_before_it_was_posted_the_rest_is_posted_by_whoever_comes_next(office, till, disks, monkeypatch):
    till.sell()
    path = disks.of(till)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_post", lambda office, life_no: 1)
        assert salvage(office, path, "Wang").waiting == 1
    assert report(office)["events"] == {"waiting": 1}

    assert salvage(office, path, "Wang").new == 0

    assert report(office)["events"] == {"posted": 1}


def test_a_live_till_goes_on_after_its_log_was_salvaged(office, till, holding, disks):
    till.sell(paid_minor=500, member_id="m1", spends=(Spend(holding.gid, 100),))

    salvage(office, disks.of(till), "Wang")

    assert balances(office, "m1") == {("available", "m1", ""): 700, ("escrow", "m1", till.holder): 200}
    assert [status.status for status in till.push(3).statuses] == ["duplicate"]
    till.sell(paid_minor=500, member_id="m1", spends=(Spend(holding.gid, 50),))
    said = till.hello()
    assert (said.command, said.resume_from) == ("go", 3)
    till.push(4)
    assert balances(office, "m1")[("escrow", "m1", till.holder)] == 150
    assert rows_of(office, schema.life)[0].status == lives.LIVE


def test_an_old_image_of_a_live_till_says_nothing_new(office, till, holding, disks):
    image = disks.of(till)
    till.sell()
    till.push(3)
    before = untouched(office)

    assert salvage(office, image, "Wang").new == 0

    assert untouched(office) == before


def test_salvage_is_no_contact(office, clock, till, disks):
    heard = rows_of(office, schema.life)[0].last_heard_ms
    clock.ms += 60_000
    till.sell()

    salvage(office, disks.of(till), "Wang")

    assert rows_of(office, schema.life)[0].last_heard_ms == heard


# The disk tells another history.


@pytest.fixture
def forked(office, till, holding):
    """Two disks of one till after its image was put on another machine; the first has pushed."""
    other = disk_of(till)
    till.sell(paid_minor=500, member_id="m1", spends=(Spend(holding.gid, 120),))
    till.sell(member_id="m1", earn=30)
    till.push(3)
    return other


def test_a_fork_posts_only_what_the_other_branch_does_not_have(office, till, holding, forked, disks):
    forked.sell(paid_minor=700, member_id="m1", spends=(Spend(holding.gid, 200),))
    earned = forked.sell(member_id="m1", earn=40).seq
    forked.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/{earned}/grant1", 15),))
    forked.say(MemberRegistered(member(2)))
    forked.say(RightsReleased("m1", (Spend(holding.gid, 100),), "close"))
    forked.hello()
    with pytest.raises(Refusal, match=r"push\.fork"):
        forked.push(5)

    done = salvage(office, disks.of(forked), "Wang")

    assert done.epoch.startswith("1.1~")
    assert done.new == 5
    branch = rows_of(office, schema.life)[-1]
    assert (branch.status, branch.last_seq, branch.posted_seq) == (lives.SALVAGED, 7, 7)
    assert {row.status for row in rows_of(office, schema.posting)} == {"posted"}
    assert balances(office, "m1") == {("available", "m1", ""): 740, ("escrow", "m1", till.holder): 210}
    assert report(office)["risk"] == {"POINTS": -215}
    contra = balances(office, "S01")
    assert contra[("points_redeemed", "S01", "")] == 335
    assert contra[("sales", "S01", "")] == 500 + 10_000 + 700 + 10_000 + (120 + 200 + 15)
    assert set(trial_balance(office).values()) == {0}
    assert flags(office).count("salvage.branch") == 1
    assert flags(office).count("receipt.twice") == 2


def test_a_fork_twice_changes_nothing_and_its_longer_image_goes_on(office, till, holding, forked, disks):
    forked.sell(member_id="m1", earn=40)
    first = salvage(office, disks.of(forked), "Wang")
    before = untouched(office)
    assert salvage(office, disks.of(forked), "Wang").new == 0
    assert untouched(office) == before
    forked.sell(member_id="m1", earn=2)

    more = salvage(office, disks.of(forked), "Wang")

    assert (more.epoch, more.new) == (first.epoch, 1)
    assert balances(office, "m1")[("available", "m1", "")] == 742
    assert len(rows_of(office, schema.life)) == 2


def test_a_branch_of_a_branch_knows_what_it_earned_before_they_parted(office, till, holding, forked, disks):
    earned = forked.sell(member_id="m1", earn=40).seq
    third = disk_of(forked)
    forked.sell(member_id="m1", earn=1)
    third.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/{earned}/grant1", 25),))
    third.sell(paid_minor=0, member_id="m1", spends=(Spend(holding.gid, 5),))
    salvage(office, disks.of(forked), "Wang")

    done = salvage(office, disks.of(third), "Wang")

    assert (done.epoch.count("~"), done.new) == (2, 2)
    assert {row.status for row in rows_of(office, schema.posting)} == {"posted"}
    assert balances(office, "m1")[("available", "m1", "")] == 741
    assert report(office)["risk"] == {"POINTS": -30}


def test_what_the_trunk_earned_after_they_parted_is_not_the_branchs(office, till, holding, forked, disks):
    forked.say(DayOpened(1, 0))
    forked.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/4/grant1", 10),))

    salvage(office, disks.of(forked), "Wang")

    assert [(row.seq, row.code) for row in rows_of(office, schema.posting) if row.status == "quarantined"] == [
        (4, "spend.unknown_grant")
    ]


def test_after_a_fork_the_till_is_fenced_and_the_member_is_whole(office, till, holding, forked, disks):
    forked.sell(paid_minor=0, member_id="m1", spends=(Spend(holding.gid, 300),))
    salvage(office, disks.of(forked), "Wang")

    (found, branch) = exposures(office, "S01-1")
    fence(office, GONE)

    assert (found.epoch, branch.held) == ("1.1", {})
    assert balances(office, "m1") == {("available", "m1", ""): 910}
    assert report(office)["risk"] == {"POINTS": -300}


def test_nobody_speaks_for_a_branch_over_the_line(office, till, forked, disks):
    forked.sell()
    epoch = salvage(office, disks.of(forked), "Wang").epoch
    forked.identity = msgspec.structs.replace(forked.identity, epoch=epoch)

    with pytest.raises(Refusal, match=r"terminal\.unknown"):
        forked.challenge()
    with pytest.raises(PosError):
        salvage(office, disks.of(forked), "Wang")


def test_a_backlog_of_a_branch_is_chained_to_the_stem(office, till, forked, disks):
    for _ in range(POSTED_AT_ONCE * 2):
        forked.sell()

    salvage(office, disks.of(forked), "Wang")

    assert report(office)["events"] == {"posted": 4 + 2 * POSTED_AT_ONCE}


def test_a_refund_of_a_branch_waits_for_a_person(office, till, forked, disks):
    sold = forked.sale(paid_minor=900)
    origin = forked.next_origin()
    forked.say(sold)
    line = refunded(sold.lines[0], 1)
    cash = (Tender(TenderKind.CASH, 900, 900, 0),)
    number = "0001-1-A1-000004"
    forked.say(SaleRefunded("r1", number, sold.sale_id, origin, None, (line,), cash, 900, 0, None, (), 0, (), "broken"))

    done = salvage(office, disks.of(forked), "Wang")
    assert rows_of(office, schema.posting)[-1].code == "refund.branch"

    SettleDesk(office).settle(Origin(done.terminal_id, done.epoch, len(forked.log)), "post", "Liu", "on the receipt")

    assert rows_of(office, schema.posting)[-1].status == "posted"
    assert set(trial_balance(office).values()) == {0}
    assert not {kind for kind, _owner, _holder in balances(office) if kind == "suspense"}


@pytest.mark.parametrize("is_number_taken", [False, True])
def test_another_till_takes_back_what_a_branch_sold_though_the_trunk_said_something_else_there(
    office, line, till, forked, disks, is_number_taken
):
    open_day(till)
    till.push(5)
    forked.say(MemberRegistered(member(2)))
    open_day(forked)
    sale, sold_as = sell(forked, pieces=2)
    close_day(forked)
    if is_number_taken:
        till.say(replace(till.sale(), receipt_no=sale.receipt_no))
        till.push(6)
    salvage(office, disks.of(forked), "Wang")
    other = open_till(office, line, lane=2)

    (right,) = other.rights("", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    other.say(GrantsInstalled((right,)))
    other.say(bring_back(other, sale, sold_as, spends=(Spend(right.gid, 1),)))
    other.push()

    assert till.log[sold_as.seq - 1].hash != forked.log[sold_as.seq - 1].hash
    assert ("receipt.twice" in flags(office)) == is_number_taken
    assert {row.status for row in rows_of(office, schema.posting)} == {"posted"}
    assert set(trial_balance(office).values()) == {0}


# Lives that head office has forgotten.


def test_a_life_that_a_restore_forgot_is_known_again_by_its_papers(office, line, till, disks):
    backup = backed_up(office)
    late = open_till(office, line, "S02")
    late.sell()
    restored = Restored(office, backup, till)
    try:
        done = salvage(restored.office, disks.of(late), "Wang")

        assert (done.terminal_id, done.new) == ("S02-1", 1)
        assert "terminal.readmitted" in flags(restored.office)
        late.line = restored.line
        come_back(late)
        assert {row.status for row in rows_of(restored.office, schema.life)} == {lives.LIVE}
    finally:
        restored.close()


def test_a_disk_that_proves_a_restore_waits_until_somebody_has_said_so(office, line, till, disks):
    backup = backed_up(office)
    late = open_till(office, line, "S02")
    late.sell()
    restored = Restored(office, backup, till, announced=False)
    try:
        with pytest.raises(Refused, match=r"office\.restored_unannounced"):
            salvage(restored.office, disks.of(late), "Wang")
        assert [life.terminal_id for life in rows_of(restored.office, schema.life)] == ["S01-1"]

        announce(restored.office, "a backup", "", None)

        assert salvage(restored.office, disks.of(late), "Wang").new == 1
    finally:
        restored.close()


def test_a_restore_says_which_disks_have_to_be_brought_again(office, till, holding, disks):
    backup = backed_up(office)
    till.sell(member_id="m1", earn=50)
    fence(office, GONE)
    path = disks.of(till)
    salvage(office, path, "Wang")
    restored = Restored(office, backup, acts=acts_path(office))
    try:
        assert "salvage.again" in flags(restored.office)

        salvage(restored.office, path, "Wang")

        assert balances(restored.office, "m1") == {("available", "m1", ""): 1_050}
    finally:
        restored.close()


# Files that are nothing.


def bad(office, path, code):
    before = untouched(office)
    with pytest.raises(PosError) as refused:
        salvage(office, path, "Wang")
    assert refused.value.code == code
    assert untouched(office) == before


@pytest.fixture
def said(till):
    for _ in range(5):
        till.sell()
    return till


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.99])
def test_a_truncated_file(office, said, disks, part):
    path = disks.of(said)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])

    bad(office, path, "log_file.malformed")


@pytest.mark.parametrize("lines", [slice(0, -1), slice(0, 4), slice(0, 1)])
def test_a_file_without_its_last_lines(office, said, disks, lines):
    path = disks.of(said)
    kept = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines(keepends=True)[lines]
    path.write_bytes(zstandard.compress(b"".join(kept)))

    bad(office, path, "log_file.malformed")


@pytest.mark.parametrize("body", [b"", b"till.db", zstandard.compress(b"x" * 2_000_000), zstandard.compress(b"{}\n")])
def test_what_is_no_log(office, tmp_path, body):
    path = tmp_path / "no.log"
    path.write_bytes(body)

    bad(office, path, "log_file.malformed")


def test_a_file_of_two_gigabytes_is_not_even_read(office, tmp_path):
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.truncate(2 << 30)

    bad(office, path, "log_file.too_large")


def test_no_file(office, tmp_path):
    bad(office, tmp_path / "none.log", "file.missing")


@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_changed_event(office, said, disks, at):
    event = said.log[at]
    said.log[at] = replace(event, body=event.body.replace(b"10000", b"10001"))

    bad(office, disks.of(said), "log.chain")


def test_a_missing_event(office, said, disks):
    del said.log[2]

    bad(office, disks.of(said), "log.gap")


def test_a_log_shorter_than_head_office_signed_for(office, said, disks):
    head = Countersigned(office.identity.incarnation, 5, said.log[4].hash, b"")
    said.log.pop()

    bad(office, disks.of(said, head=head), "log.gap")


def test_a_certificate_of_another_chain(office, said, disks, tmp_path, migrated_file):
    (tmp_path / "other").mkdir()
    other = open_office(copied(migrated_file, tmp_path / "other"), folder=tmp_path / "other" / "snapshots")
    found_chain(other)
    line = Line(other)
    stranger = open_till(other, line)
    stranger.sell()
    line.close()
    other.database.close()

    bad(office, disks.of(stranger), "terminal.unknown")
    bad(office, disks.of(stranger, signed=False, device_key=b""), "terminal.unknown")


def test_a_certificate_of_another_lane(office, line, said, disks):
    other = open_till(office, line, "S02")
    other.sell()

    bad(office, disks.of(other, certificate=said.identity.certificate), "terminal.unknown")


def test_an_end_that_another_device_signed(office, said, disks):
    said.key, own = FakeTill(said.line).key, said.key

    bad(office, disks.of(said, device_key=bytes(own.verify_key)), "terminal.signature")


def test_nobody_brings_it(office, said, disks):
    with pytest.raises(Refused, match=r"salvage\.nobody"):
        salvage(office, disks.of(said), " ")


def test_with_the_keystore_lost_head_offices_own_records_prove_the_life(office, said, disks):
    assert salvage(office, disks.of(said, signed=False, device_key=b""), "Wang").new == 5


def test_with_a_certificate_of_a_key_long_gone_head_offices_word_on_the_log_proves_it(office, said, disks):
    answer = said.push(1, 3)
    head = Countersigned(office.identity.incarnation, 3, said.log[2].hash, answer.head_signature)
    lost = {"signed": False, "device_key": b"", "certificate": bytes(64)}
    bad(office, disks.of(said, **lost), "terminal.unknown")
    bad(office, disks.of(said, **lost, head=replace(head, signature=bytes(64))), "terminal.unknown")
    bad(office, disks.of(said, **lost, head=replace(head, hash=said.log[1].hash)), "log.chain")

    assert salvage(office, disks.of(said, **lost, head=head), "Wang").new == 2


# Whatever the disks did.


@contextmanager
def a_world(migrated_file, folder):
    office = open_office(copied(migrated_file, folder), folder=folder / "snapshots")
    found_chain(office)
    line = Line(office)
    try:
        yield office, line
    finally:
        line.close()
        office.database.close()


class Shop:
    """Does what a hand of steps says on one disk, as an honest till: it spends what it has."""

    def __init__(self, till: FakeTill, left: dict[str, int], item_id: int) -> None:
        self.till, self.left, self.item_id = till, dict(left), item_id
        self.spent = self.earned = 0

    def do(self, step: str, amount: int) -> None:
        gid = max(self.left, key=lambda each: self.left[each])
        take = min(amount, self.left[gid])
        if step == "earn":
            seq = self.till.sell(member_id="m1", earn=amount, item_id=self.item_id).seq
            self.left[f"{self.till.holder}/{seq}/grant1"] = amount
            self.earned += amount
        elif take:
            self.left[gid] -= take
            self.spent += take
            self.till.sell(member_id="m1", spends=(Spend(gid, take),), item_id=self.item_id)


STEPS = st.lists(st.tuples(st.sampled_from(["spend", "earn"]), st.integers(1, 300)), max_size=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(granted=st.integers(1, 1_000), before=STEPS, trunk=STEPS, branch=STEPS, again=st.booleans(), late=st.booleans())
def test_a_fork_costs_the_merchant_what_was_spent_twice_and_the_member_nothing(
    migrated_file, tmp_path_factory, granted, before, trunk, branch, again, late
):
    folder = tmp_path_factory.mktemp("salvage")
    with a_world(migrated_file, folder) as (office, line):
        till = open_till(office, line)
        till.say(MemberRegistered(member(1, "S03")))
        till.push()
        give(office, "m1", 1_000)
        (grant,) = till.rights("m1", granted).grants
        till.say(GrantsInstalled((grant,)))
        shop = Shop(till, {grant.gid: granted}, 1)
        for step in before:
            shop.do(*step)
        till.push(2)
        other = Shop(disk_of(till), shop.left, 2)
        outstanding = sum(shop.left.values())
        for step in trunk:
            shop.do(*step)
        if len(till.log) > len(other.till.log):
            till.push(len(other.till.log) + 1)
        for step in branch:
            other.do(*step)
        disks = Disks(folder)
        path = disks.of(other.till)
        if not late:
            fence(office, GONE)
        salvage(office, path, "Wang")
        if again:
            salvage(office, path, "Wang")
        if late:
            fence(office, GONE)

        assert {row.status for row in rows_of(office, schema.posting)} <= {"posted"}
        assert set(trial_balance(office).values()) == {0}
        minted = 1_000 + shop.earned + other.earned
        forked = len(rows_of(office, schema.life)) == 2
        at_risk = other.spent if forked or not late else 0
        assert report(office)["risk"].get("POINTS", 0) == -at_risk
        held = balances(office, "m1")
        assert all(amount > 0 for amount in held.values())
        assert sum(held.values()) == minted - shop.spent - (other.spent - at_risk)
        excess = shop.spent + other.spent - minted
        assert max(0, excess) <= at_risk <= outstanding + other.earned
