"""The 360° without a window: what head office adds, what is refused, and that nobody stays on the screen."""

from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.campaigns import When, Who
from pos_app.domain.coupons import CouponRule
from pos_app.domain.events import Circumstances, MergeAsked
from pos_app.domain.ledger import Asset
from pos_app.domain.members import Purpose
from pos_app.domain.profile import Lot, PointsEntry, PointsLine
from pos_app.domain.staff import Act
from pos_app.domain.statement import Statement, StatementEntry
from pos_app.errors import Unavailable
from pos_app.services.members import MemberDesk
from pos_app.services.profile import ProfileDesk
from pos_app.services.staff import SignIn
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.presenters.profile import OfficeLine, ProfileDesks, ProfilePresenter
from pos_app.ui.presenters.profile_models import EditForm, ProfileTab
from pos_app.ui.presenters.sign_up_models import ChildForm, ChildKind
from tests.fakes import FakePins
from tests.till_kit import (
    CASHIER,
    MANAGER,
    PROGRAMME,
    TODAY,
    campaign,
    grant,
    item,
    member,
    new_till,
    opened,
    record,
    renamed_rules,
)
from tests.ui.stand_ins import AtOnce, Told

ANNA = member(1)
AT = Circumstances(TODAY, "", 1_795_000_000_000, 0, "")
ELSEWHERE = PointsEntry(
    9, AT, "0009-1-A1-000007", is_refund=False, points=70, lot_until=None,
    lines=(PointsLine("湿巾", 1, 1_000, 70, 0, ("earn@p1",)),),
)  # fmt: skip
STATEMENT = Statement(
    1_795_000_000_000, (Lot(TODAY, 300), Lot(TODAY.replace(year=2027), 4_700)),
    (StatementEntry("天河店", "Tianhe", 2, ELSEWHERE),),
)  # fmt: skip


class Desk:
    """The presenter at a till with one member."""

    def __init__(self, till) -> None:
        self.view, self.sheet = Told(), Told()
        self.online, self.answer, self.asked, self.attached = True, STATEMENT, [], []
        line = OfficeLine(AtOnce(), lambda: self.online, self.statement)
        members, people = MemberDesk(till.session, FakePins()), SignIn(till.session, FakePins())
        self.override_view = Told()
        self.override = OverridePresenter(self.override_view, people.approvers, AtOnce(), till.clock.mono_ms)
        desks = ProfileDesks(ProfileDesk(till.session), members, self.override, AtOnce(), line)
        self.presenter = ProfilePresenter(
            self.view, self.sheet, desks, now_ms=till.clock.now_ms, attach=self.attached.append
        )

    def statement(self, member_id: str) -> Statement:
        self.asked.append(member_id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def rows(self, tab: ProfileTab):
        (face,) = self.view.last("show_profile")
        return face.rows[tab]


@pytest.fixture
def till(tmp_path):
    till = opened(new_till(tmp_path, item(1), record(ANNA, 5_000), record(member(2), 0)))
    till.session.staff = MANAGER
    yield till
    till.close()


@pytest.fixture
def desk(till):
    return Desk(till)


def test_online_head_offices_part_is_opened_up_with_store_and_lots(desk):
    desk.presenter.open(ANNA.member_id)

    titles = [(row.title, row.figure) for row in desk.rows(ProfileTab.POINTS)]
    assert desk.asked == [ANNA.member_id]
    assert ("Receipt 0009-1-A1-000007", "+70") in titles
    assert [figure for title, figure in titles if title.startswith("To be spent by")] == ["300", "4,700"]
    (other,) = [row for row in desk.rows(ProfileTab.POINTS) if row.key.startswith("office/")]
    assert other.detail == "Tianhe, till 2"


def test_a_campaign_tells_for_whom_it_is_and_how_often_it_may_be_used_yet(desk, till):
    till.publish(
        campaign(1, who=Who(months_from=4, months_to=8), when=When(weekdays=(6, 7)), cap_per_member=3), shard="global"
    )

    desk.presenter.open(ANNA.member_id)

    (row,) = desk.rows(ProfileTab.CAMPAIGNS)
    assert (row.title, row.figure) == ("Campaign 1", "3 left")
    assert row.detail.startswith("4–8 months · Sat or Sun · until ")
    assert [(figure.name, figure.value) for figure in row.figures][-1] == ("Used", "0 of 3")


def test_the_coupons_of_a_member_stand_above_the_campaigns(desk, till):
    rule = CouponRule("W30", "满200减30", "30 off 200", off_minor=3_000, min_minor=20_000, valid_to=date(2026, 12, 31))
    till.publish(renamed_rules(replace(PROGRAMME, coupons=(rule,)), "p2"), campaign(1), shard="global")
    till.grant(grant(901, ANNA, 1, asset=Asset.COUPON, lot="W30" + "0" * 32))

    desk.presenter.open(ANNA.member_id)

    coupon, other = desk.rows(ProfileTab.CAMPAIGNS)
    assert (coupon.title, other.title) == ("30 off 200", "Campaign 1")
    assert coupon.detail.startswith("¥30.00 off from ¥200.00 on · until ")
    assert [(figure.name, figure.value) for figure in coupon.figures] == [("Valid until", "2026-12-31")]


def test_whoever_has_the_phone_that_was_typed_may_be_said_to_be_the_same_person(desk, till):
    desk.presenter.open(ANNA.member_id)
    desk.presenter.save(EditForm("", member(2).phone[-11:], (0,), ChildForm(ChildKind.NONE)))
    (refused,) = desk.sheet.last("show_problem")

    desk.presenter.ask_merge(refused.facts["member_id"])

    assert desk.view.last("show_merge_asked") == ()
    assert MergeAsked(ANNA.member_id, member(2).member_id) in [
        fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6)
    ]


def test_one_person_is_not_said_to_be_two(desk):
    desk.presenter.open(ANNA.member_id)

    desk.presenter.ask_merge(ANNA.member_id)

    (refused,) = desk.sheet.last("show_problem")
    assert refused.code == "merge.same_person"


def test_stage_and_kind_say_what_made_them(desk, till):
    desk.presenter.open(ANNA.member_id)

    (face,) = desk.view.last("show_profile")
    assert (face.glance[0].name, face.glance[0].value) == ("Stage", "Lost")
    assert face.glance[0].why == "12 months: 0 visits, ¥0.00"


@pytest.mark.parametrize("answer", [None, Unavailable("head_office.unreachable")])
def test_offline_one_line_says_whose_part_it_is_and_no_problem_is_shown(desk, answer):
    desk.online, desk.answer = answer is not None, answer

    desk.presenter.open(ANNA.member_id)

    total = desk.rows(ProfileTab.POINTS)[0]
    assert "Offline its part cannot be opened up." in total.words
    assert (total.figure, desk.view.last("show_problem")) == ("5,000", None)


def test_papers_of_other_stores_are_not_told_to_whoever_sees_today_only(desk):
    desk.presenter._desk._session.staff = CASHIER
    desk.answer = Statement(1, STATEMENT.lots, (StatementEntry("天河店", "", 2, yesterday()),))

    desk.presenter.open(ANNA.member_id)

    assert not [row for row in desk.rows(ProfileTab.POINTS) if row.key.startswith("office/")]


def yesterday() -> PointsEntry:
    at = Circumstances(TODAY.replace(day=TODAY.day - 1), "", 1, 0, "")
    return PointsEntry(9, at, "0009-1-A1-000006", False, 70, ELSEWHERE.lines, None)


def test_an_answer_that_comes_after_leaving_shows_nobody(desk):
    desk.presenter.open(ANNA.member_id)
    desk.presenter.leave()
    shown = len(desk.view.said)

    desk.presenter.reveal()
    desk.presenter.attach()
    desk.presenter.retranslate()

    assert (len(desk.view.said), desk.attached) == (shown, [])


def test_somebody_unknown_is_said_and_nobody_shown(desk):
    desk.presenter.open("nobody")

    (error,) = desk.view.last("show_problem")
    assert (error.code, desk.presenter.is_open()) == ("member.unknown", False)


def test_a_correction_that_cannot_be_stays_in_the_sheet(desk):
    desk.presenter.open(ANNA.member_id)
    desk.presenter.edit()
    (edit,) = desk.sheet.last("show_edit")
    assert (edit.masked_phone, len(edit.children), edit.may_keep_children) == ("138****0001", 1, True)

    desk.presenter.save(EditForm("陈", member(2).phone.removeprefix("+86"), (0,), ChildForm()))
    assert desk.sheet.last("show_problem")[0].code == "phone.registered"
    desk.presenter.save(EditForm("陈", "", (0,), ChildForm(ChildKind.BORN, 2031, 1)))
    assert desk.sheet.last("show_problem")[0].code == "child.month"
    assert desk.sheet.last("dismiss") is None


def test_a_child_is_forgotten_and_another_kept(desk):
    desk.presenter.open(ANNA.member_id)

    desk.presenter.save(EditForm("陈", "", (), ChildForm(ChildKind.BORN, 2026, 11, "豆豆")))

    (face,) = desk.view.last("show_profile")
    assert [child.name for child in face.member.children] == ["豆豆"]
    assert desk.sheet.last("dismiss") == ()


def test_a_consent_that_is_taken_back_hides_the_child_at_once(desk):
    desk.presenter.open(ANNA.member_id)

    desk.presenter.answer(Purpose.CHILD, granted=False, method="paper")

    (face,) = desk.view.last("show_profile")
    assert face.member.children == ()
    assert desk.view.said[-1][0] == "show_answered"


def test_a_lost_card_is_replaced_once_somebody_approved(desk, till):
    till.session.staff = CASHIER
    desk.presenter.open(ANNA.member_id)

    desk.presenter.replace_card()
    (asked,) = desk.override_view.last("open_override")
    waits = desk.view.last("show_card") is None
    desk.override.choose("E2")
    desk.override.enter("saw_id", "2222")

    assert (asked.act, asked.reasons, waits) == (Act.RENEW_PROOF, ("knows_member", "saw_id"), True)
    assert desk.view.last("show_card") is not None
