"""Every state of the desk screens, for pictures and for the tests that measure them.

Run as a program it paints each state in both languages and both sizes:
``python tests/ui/gallery_desk.py FOLDER [part of a name ...]``.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication, QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.domain.audit import Part
from pos_app.domain.calls import Outcome
from pos_app.domain.cash import CashKind
from pos_app.domain.events import Overridden, ProofLine
from pos_app.domain.members import Purpose
from pos_app.domain.punch_cards import CardMoved
from pos_app.domain.staff import Act, Role
from pos_app.domain.stored_value import GiftPart, TopUpRule, ValueParts
from pos_app.domain.tax import TaxTotal
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.till import DayPaper, NewDayPaper
from pos_app.domain.topup_refunds import TopUpQuote
from pos_app.domain.training import Task
from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.i18n import language, use
from pos_app.services.audit import ChainState
from pos_app.services.balances import ValueStanding
from pos_app.services.hand_prices import HandEffect
from pos_app.services.topping_up import TopUpDone
from pos_app.services.topup_refunds import TopUpRefundDone, TopUpRow
from pos_app.ui.audit_wording import details
from pos_app.ui.desk_wording import assets_text
from pos_app.ui.messages import lines
from pos_app.ui.presenters.audit import FilterFace, row_of
from pos_app.ui.presenters.call_outcome_models import OutcomeSheet, Progress, Saved
from pos_app.ui.presenters.calls_models import BoughtLine, CallBoard, CallLine, CallTab, ChildAge
from pos_app.ui.presenters.close_models import (
    CheckBoard,
    Closed,
    Comparison,
    DayFace,
    Ending,
    ReportFace,
    TenderGap,
    TenderSum,
)
from pos_app.ui.presenters.hand_price import HandPriceFace, Target, Way
from pos_app.ui.presenters.override import REASONS, OverrideFace
from pos_app.ui.presenters.refund_models import ChoiceRow, PastLine, RefundFace, RefundLine, SoldFace, TenderBack
from pos_app.ui.presenters.sign_in_models import DayNote, LockNote, Opening, Person, SyncNote, Till
from pos_app.ui.presenters.sign_up_models import ChildNote, PhoneLook, PhoneNote, SignUpStart
from pos_app.ui.presenters.sync_centre_models import (
    Download,
    KindCount,
    Link,
    LinkStatus,
    Run,
    SyncBoard,
)
from pos_app.ui.presenters.top_up import TopUpFace
from pos_app.ui.presenters.top_up_back import TopUpBackFace
from pos_app.ui.presenters.training import TrainingFace
from pos_app.ui.presenters.view_models import Section
from pos_app.ui.presenters.weigh import WeighFace
from pos_app.ui.presenters.why import WhyFace, WhyRow
from pos_app.ui.views.audit import AuditScreen
from pos_app.ui.views.call_outcome import OutcomeScreen
from pos_app.ui.views.calls import CallsScreen
from pos_app.ui.views.cash import CashSheet
from pos_app.ui.views.close import CloseScreen
from pos_app.ui.views.drawer import DrawerSheet
from pos_app.ui.views.hand_price import HandPriceSheet
from pos_app.ui.views.override import OverrideSheet
from pos_app.ui.views.past_papers import PastPapersSheet
from pos_app.ui.views.refund import RefundSheet
from pos_app.ui.views.sign_in import SignInScreen
from pos_app.ui.views.sign_up import SignUpSheet
from pos_app.ui.views.sync_centre import SyncCentreScreen
from pos_app.ui.views.top_up import TopUpSheet
from pos_app.ui.views.top_up_back import TopUpBackSheet
from pos_app.ui.views.training import TrainingSheet
from pos_app.ui.views.weigh import WeighSheet
from pos_app.ui.views.why import WhySheet
from tests.ui import gallery_profile
from tests.ui.audit_faces import entries, long_entry
from tests.ui.desk import Desk

SIZES = ((1366, 768), (1024, 768))
LANGUAGES = ("zh_CN", "en")
NOW_MS = int(datetime(2026, 11, 22, 10, 26).astimezone(UTC).timestamp() * 1000)
TODAY = date(2026, 11, 22)
WHOLE = ChainState(12_408, 12_408, 12_400)
APPROVERS = (Person("s3", "赵强", Role.MANAGER), Person("s6", "Huang Meiling", Role.MANAGER))
PEOPLE = (
    Person("s1", "李敏", Role.CASHIER),
    Person("s2", "王芳", Role.ASSISTANT),
    Person("s3", "赵强", Role.MANAGER),
    Person("s4", "Zhou Xiaolan", Role.CASHIER),
    Person("s5", "陈静", Role.ASSISTANT),
)


def sign_in() -> SignInScreen:
    """Return the screen with five people, offline, no day open."""
    screen = SignInScreen()
    screen.show_till(Till("禾苗母婴", "江南西店", 1, "v0.1.0"))
    screen.show_sync(SyncNote(online=False, last_ok_ms=NOW_MS, unsent=14))
    screen.show_day(DayNote(is_open=False, business_date=TODAY, shift_no=1))
    screen.show_clock(NOW_MS)
    screen.show_lock(None)
    screen.show_people(PEOPLE, "")
    return screen


def sign_in_ended() -> QWidget:
    screen = sign_in()
    screen.show_sync(SyncNote(online=False, last_ok_ms=NOW_MS, unsent=14, code="session.re_enrol"))
    return screen


def sign_in_nobody() -> QWidget:
    screen = sign_in()
    screen.show_sync(SyncNote(online=True, last_ok_ms=None, unsent=0))
    screen.show_people((), "")
    return screen


def sign_in_typing() -> QWidget:
    screen = sign_in()
    screen.show_sync(SyncNote(online=True, last_ok_ms=NOW_MS, unsent=0))
    screen.show_day(DayNote(is_open=True, business_date=TODAY, shift_no=2))
    screen.show_chosen("s1")
    for digit in "123":
        screen.pin.add(digit)
    return screen


def sign_in_busy() -> QWidget:
    screen = sign_in()
    screen.show_chosen("s1")
    for digit in "1234":
        screen.pin.add(digit)
    screen.set_busy(True)
    return screen


def sign_in_wrong() -> QWidget:
    screen = sign_in()
    screen.show_chosen("s3")
    screen.show_wrong(4)
    return screen


def sign_in_locked() -> QWidget:
    screen = sign_in()
    screen.show_chosen("s3")
    screen.show_locked(47)
    return screen


def locked() -> SignInScreen:
    """F12 in the middle of a sale."""
    screen = sign_in_typing()
    screen.show_lock(LockNote("s1", "李敏", NOW_MS, has_sale=True))
    screen.show_people(PEOPLE, "s1")
    return screen


def locked_out() -> QWidget:
    screen = locked()
    screen.show_locked(47)
    return screen


def locked_scan() -> QWidget:
    screen = locked()
    screen.show_scan_refused()
    return screen


def locked_unsent() -> QWidget:
    screen = locked()
    screen.show_sync(SyncNote(online=False, last_ok_ms=NOW_MS, unsent=14))
    screen.show_unsent(14)
    return screen


def sign_in_problem() -> QWidget:
    screen = sign_in()
    screen.show_problem(Unavailable("store.full"))
    return screen


def sign_in_opening() -> QWidget:
    screen = sign_in()
    screen.show_opening(Opening("李敏", TODAY, 1))
    for digit in ("5", "00"):
        screen.opening.pad.typed.emit(digit)
    return screen


def sign_in_opening_far() -> QWidget:
    screen = sign_in_opening()
    screen.show_problem(Refused("day.far_ahead", on=TODAY, last=TODAY - timedelta(days=45)))
    return screen


def audit(chain: ChainState = WHOLE, chosen: int = 0) -> AuditScreen:
    """The audit of a day, the newest entry opened."""
    screen = AuditScreen()
    found = entries()
    screen.show_filter(FilterFace(None, "", None, ""))
    screen.show_rows(tuple(row_of(entry) for entry in found), has_more=True)
    screen.show_chain(chain)
    screen.show_details(details(found[chosen]))
    return screen


def audit_filtered() -> AuditScreen:
    screen = AuditScreen()
    approvals = tuple(entry for entry in entries() if isinstance(entry.fact, Overridden))
    screen.show_filter(FilterFace(TODAY, "Zhou Xiaolan", Part.APPROVALS, ""))
    screen.show_rows(tuple(row_of(entry) for entry in approvals), has_more=False)
    screen.show_chain(ChainState(4_200, 12_408))
    screen.show_details(details(approvals[0]))
    return screen


def audit_broken() -> AuditScreen:
    screen = audit(ChainState(7_311, 12_408, 0, Damaged("log.chain", seq=7_312)), chosen=1)
    screen.list.setCurrentIndex(screen._model.index(1))
    return screen


def audit_nothing() -> AuditScreen:
    screen = AuditScreen()
    screen.show_filter(FilterFace(None, "", None, "0001-1-A1-000999"))
    screen.show_rows((), has_more=False)
    screen.show_chain(WHOLE)
    screen.show_details(())
    return screen


def audit_long() -> AuditScreen:
    screen = audit()
    screen.show_details(details(long_entry()))
    return screen


def audit_saved() -> AuditScreen:
    screen = audit()
    screen.show_exported("/var/lib/member-pos/exports/audit-12394-12408.csv", 1_240)
    return screen


def drawer(desk: Desk) -> DrawerSheet:
    """F8 over a sale."""
    desk.sell()
    sheet = DrawerSheet(desk.shell.stage)
    sheet.open_drawer(REASONS[Act.OPEN_DRAWER])
    return sheet


def discount(
    desk: Desk, target: Target = Target.LINE, way: Way = Way.PERCENT, value: int = 1_000, **more: object
) -> HandPriceSheet:
    """Ten percent off the selected line, within the limit of the cashier."""
    desk.sell()
    sheet = HandPriceSheet(desk.shell.stage)
    sheet.open_sheet()
    name = "优伴 婴幼儿配方奶粉 2段 900g"
    effect = HandEffect(10_400, 9_360, 106_160, needs_approval=False)
    fields = {"reason": "damaged", "effect": effect, "is_changed": True}
    face = HandPriceFace(target, way, value, name, REASONS[Act.DISCOUNT_LINE], **(fields | more))
    sheet.show_hand_price(face)
    with QSignalBlocker(sheet.value):
        sheet.value.setText(f"{value / 100:g}" if value else "")
    return sheet


def top_up(desk: Desk, **more: object) -> TopUpSheet:
    """A top-up with a gift in parts, for a member without a PIN."""
    desk.sell()
    sheet = TopUpSheet(desk.shell.stage)
    sheet.open_sheet()
    rules = (
        TopUpRule("T500", 50_000, 5_000),
        TopUpRule("T1000", 100_000, 12_000, months=6),
        TopUpRule("T2000", 200_000, 30_000, months=12),
        TopUpRule("T5000", 500_000, 100_000, months=12),
    )
    has = assets_text(ValueStanding(40_000, 5_000, 120_000, 15_000))
    face = TopUpFace("陈雨婷", has, rules, 100_000, rules[1], TenderKind.CARD, asks_pin=True)
    sheet.show_top_up(replace(face, **more))
    return sheet


def top_up_scan(desk: Desk) -> TopUpSheet:
    """A wallet pays: its code is waited for."""
    return top_up(desk, way=TenderKind.WECHAT, by_gateway=True)


def top_up_pending(desk: Desk) -> TopUpSheet:
    """The gateway did not answer."""
    problem = " ".join(lines(Refused("charge.pending", charge_id="1")))
    return top_up(desk, way=TenderKind.WECHAT, by_gateway=True, is_pending=True, problem=problem)


def topped_up(desk: Desk) -> TopUpSheet:
    """The same, paid."""
    done = TopUpDone("T0001-1-A1-000007", 100_000, 2_000, (), 0, ValueParts(220_000, 17_000))
    return top_up(desk, done=done, asks_pin=False)


def top_up_back(desk: Desk, **more: object) -> TopUpBackSheet:
    """A top-up comes back: part of it was spent, and of its gift too."""
    desk.sell()
    sheet = TopUpBackSheet(desk.shell.stage)
    sheet.open_sheet()
    rows = (
        TopUpRow("t7", "T0001-1-A1-000007", NOW_MS - 3_600_000, 100_000, 100_000),
        TopUpRow("t3", "T0001-1-A1-000003", NOW_MS - 86_400_000 * 40, 50_000, 30_000),
    )
    quote = TopUpQuote(
        principal_minor=83_400,
        gift_minor=4_008,
        cancelled=(GiftPart(6_000, date(2027, 4, 22)),),
        deducted_minor=2_000,
        forgiven_minor=0,
        tenders=(Tender(TenderKind.CARD, 60_000, reference="POS 7"), Tender(TenderKind.CASH, 21_400, 21_400)),
        is_undo=False,
    )
    has = assets_text(ValueStanding(83_407, 4_100, 83_407, 4_100))
    face = TopUpBackFace("陈雨婷", has, rows, "t7", quote, in_cash=False, reason="changed_mind")
    sheet.show_top_up_back(replace(face, **more))
    return sheet


def top_up_back_done(desk: Desk) -> TopUpBackSheet:
    """The same, given back."""
    return top_up_back(desk, done=TopUpRefundDone("TR0001-1-A1-000001", 81_400, 21_400, False, ValueParts(7, 92)))


def top_up_back_choice(desk: Desk) -> TopUpBackSheet:
    """Nothing chosen yet, and no cash for cards."""
    return top_up_back(desk, chosen="", quote=None, in_cash=None, reason="")


def top_up_back_spent(desk: Desk) -> TopUpBackSheet:
    """All of it is spent."""
    return top_up_back(desk, quote=None, in_cash=None, problem=" ".join(lines(Refused("topup.all_spent"))))


def top_up_back_nothing(desk: Desk) -> TopUpBackSheet:
    """Nothing was sold here to this member."""
    return top_up_back(desk, rows=(), chosen="", quote=None, in_cash=None, reason="")


def weigh(desk: Desk, weight: str = "0.385", problem: PosError | None = None) -> WeighSheet:
    """The weight of goods without a label, typed."""
    desk.sell()
    sheet = WeighSheet(desk.shell.stage)
    sheet.open_sheet()
    with QSignalBlocker(sheet.weight):
        sheet.weight.setText(weight)
    grams = round(float(weight or 0) * 1_000)
    name = "有机红富士苹果 散称 山东烟台"
    said = "" if problem is None else " ".join(lines(problem))
    sheet.show_weight(WeighFace(name, 3_980, grams, round(3_980 * grams / 1_000), said))
    return sheet


def weigh_empty(desk: Desk) -> WeighSheet:
    return weigh(desk, "")


def weigh_refused(desk: Desk) -> WeighSheet:
    return weigh(desk, "385", Refused("basket.weight", weight_g=385_000, most_g=15_000))


def discount_over(desk: Desk) -> HandPriceSheet:
    """A price by hand that a manager has to allow."""
    effect = HandEffect(10_400, 6_000, 102_800, needs_approval=True)
    return discount(desk, way=Way.PRICE, value=3_000, effect=effect)


def discount_gift(desk: Desk) -> HandPriceSheet:
    """A gift of the house, without a reason yet."""
    effect = HandEffect(10_400, 0, 96_800, needs_approval=True)
    return discount(desk, value=10_000, effect=effect, reason="", is_changed=False)


def discount_order(desk: Desk) -> HandPriceSheet:
    """Money off the whole order, more than there is to pay."""
    problem = " ".join(lines(Refused("reduction.above_price", most_minor=107_200)))
    return discount(desk, Target.ORDER, Way.AMOUNT, 200_000, effect=None, problem=problem, is_changed=False)


def discount_empty(desk: Desk) -> HandPriceSheet:
    """Nothing entered yet."""
    return discount(desk, value=0, effect=None, reason="", is_changed=False)


def notes(desk: Desk) -> HandPriceSheet:
    """Both notes, to be printed."""
    said = {"zh_CN": ("要礼盒包装", "下午三点来取"), "en": ("Gift wrap, please", "Comes back at three")}[language()]
    return discount(desk, Target.NOTE, value=0, effect=None, line_note=said[0], order_note=said[1], prints_notes=True)


SOLD = SoldFace(
    "0120-1-A1-000037", NOW_MS - 86_400_000, "江南西店 · 收银台 01", 79_400, ("wechat", "cash"), (), is_here=True
)
GOODS = (
    RefundLine(1, "优伴 婴幼儿配方奶粉 2段 6–12个月 900g 罐装", 2, 2, 1, 29_800, -2_086),
    RefundLine(2, "舒柔 拉拉裤 L码 54片", 1, 1, 0, 0, 0),
    RefundLine(3, "米粉 高铁 225g", 3, 1, 0, 0, 0),
    RefundLine(4, "磨牙饼干 原味 64g", 1, 0, 0, 0, 0),
)
BACK = RefundFace(
    tenders=(TenderBack("wechat", 20_000, to_original=True), TenderBack("cash", 9_790, to_original=False)),
    given_minor=29_790,
    rounding_minor=-10,
    points_before=12_860,
    points_after=10_774,
    deducted_points=0,
    deducted_minor=0,
    short_points=0,
    on_gifts_minor=0,
    exchange_minor=0,
    days_late=0,
    is_void=False,
)


def refund_start(desk: Desk) -> RefundSheet:
    desk.sell()
    sheet = RefundSheet(desk.shell.stage)
    sheet.open_refund(with_exchange=False)
    return sheet


def refund(desk: Desk, back: RefundFace = BACK, lines: tuple[RefundLine, ...] = GOODS) -> RefundSheet:
    sheet = refund_start(desk)
    sheet.open_refund(with_exchange=True)
    sheet.show_sale(SOLD)
    sheet.show_lines(lines)
    sheet.show_reason("quality")
    sheet.show_refund(back)
    sheet.show_in_cash(None)
    return sheet


def refund_nothing(desk: Desk) -> RefundSheet:
    sheet = refund(desk)
    sheet.show_lines(tuple(replace(line, taken=0, back_minor=0, points=0) for line in GOODS))
    sheet.show_refund(None)
    return sheet


def refund_short(desk: Desk) -> RefundSheet:
    """Points are spent, a sale of long ago, some came back before, cash is offered."""
    back = replace(BACK, points_before=200, points_after=0, deducted_points=1_886, deducted_minor=1_880,
                   given_minor=27_910, days_late=3, on_gifts_minor=2_338, short_points=40,
                   cards=(CardMoved("奶粉买十送一", -2, 0, 10, 1),))  # fmt: skip
    sheet = refund(desk, back)
    past = tuple(
        PastLine(f"R0120-1-A1-00000{n}", NOW_MS - n * 3_600_000, "滨江店 · 收银台 02", 1, 4_500) for n in (1, 2)
    )
    sheet.show_sale(replace(SOLD, past=past))
    sheet.show_in_cash(chosen=False)
    return sheet


def refund_void(desk: Desk) -> RefundSheet:
    lines = tuple(replace(line, left=line.sold, taken=line.sold, back_minor=9_000, points=-60) for line in GOODS)
    return refund(desk, replace(BACK, is_void=True, given_minor=79_400), lines)


def refund_choice(desk: Desk) -> RefundSheet:
    sheet = refund_start(desk)
    rows = [
        ChoiceRow(f"0120-1-A1-0000{n}", NOW_MS - n * 7_200_000, "优伴 婴幼儿配方奶粉 2段 900g", n, n % 3, n * 29_800)
        for n in (3, 4, 5)
    ]
    sheet.show_choice(tuple(rows))
    return sheet


def refund_offline(desk: Desk) -> RefundSheet:
    sheet = refund_start(desk)
    sheet.show_problem(Refused("refund.offline", receipt_no="0421-2-A1-000117"))
    return sheet


def refund_gone(desk: Desk) -> RefundSheet:
    sheet = refund_nothing(desk)
    sheet.show_lines(tuple(replace(line, left=0, taken=0, back_minor=0, points=0) for line in GOODS))
    past = PastLine("R0120-1-A1-000003", NOW_MS - 3_600_000, "江南西店 · 收银台 01", 7, 79_400)
    sheet.show_sale(replace(SOLD, past=(past,)))
    sheet.show_problem(Refused("refund.all_back", receipt_no=SOLD.receipt_no))
    return sheet


def why(desk: Desk) -> WhySheet:
    """A line with every kind of reason."""
    desk.sell()
    say = {"zh_CN": 0, "en": 1}[language()]
    rules = ("规则 demo-1", "rules demo-1")[say]
    sheet = WhySheet(desk.shell.stage)
    sheet.open_sheet()
    sheet.show_why(
        WhyFace(
            "优伴 婴幼儿配方奶粉 2段 900g",
            (
                WhyRow(("原价", "List price")[say], "318.00 × 2", "636.00"),
                WhyRow(("会员价", "Member price")[say], rules, "−40.00"),
                WhyRow(
                    ("奶粉配益生菌套装", "Formula with probiotic")[say],
                    ("活动 C07 第 3 版", "campaign C07, version 3")[say],
                    "−58.00",
                ),
                WhyRow(
                    ("手工折扣（破损/临期）", "Discount by hand (Damaged or near its date)")[say],
                    ("赵强 授权 · 规则 demo-1", "allowed by 赵强 · rules demo-1")[say],
                    "−50.00",
                ),
                WhyRow(
                    ("积分抵现", "Points against the basket")[say],
                    ("500 分，本行分摊", "500 pts, this line's share")[say],
                    "−5.00",
                ),
                WhyRow(("本行应付", "To pay for this line")[say], "", "483.00", is_sum=True),
            ),
            (
                WhyRow(("自有品牌返积分", "Points on our own brands")[say], rules, "+3,381"),
                WhyRow(
                    ("宝宝生日月双倍积分", "Baby's birthday month, double points")[say],
                    ("活动 C06 第 1 版", "campaign C06, version 1")[say],
                    "+3,381",
                ),
                WhyRow(("本行得分", "This line earns")[say], "", ("6,762 分", "6,762 pts")[say], is_sum=True),
            ),
            (
                WhyRow(
                    ("满299减20", "20 off from 299")[say],
                    ("活动 C01 第 1 版", "campaign C01, version 1")[say],
                    "−20.00",
                ),
                WhyRow(
                    ("再买 ¥20.00 → 减 ¥30.00", "¥20.00 more → ¥30.00 off")[say],
                    ("满299减20", "20 off from 299")[say],
                    "",
                ),
            ),
        )
    )
    return sheet


def why_plain(desk: Desk) -> WhySheet:
    """A guest's line at list price."""
    desk.sell()
    say = {"zh_CN": 0, "en": 1}[language()]
    sheet = WhySheet(desk.shell.stage)
    sheet.open_sheet()
    listed = WhyRow(("原价", "List price")[say], "0.560 kg × 39.80", "22.29")
    to_pay = WhyRow(("本行应付", "To pay for this line")[say], "", "22.29", is_sum=True)
    guest = WhyRow(
        ("没有积分：还没有会员", "No points: nobody is a member here")[say],
        ("F2 查找或入会", "F2 finds or signs up")[say],
        "",
    )
    sheet.show_why(WhyFace(("鲜苹果 散称", "Fresh apples, loose")[say], (listed, to_pay), (guest,), ()))
    return sheet


def override(
    desk: Desk, act: Act = Act.SET_PRICE, reason: str = "", people: tuple[Person, ...] = APPROVERS
) -> OverrideSheet:
    """A price far below the list, two managers who could approve it."""
    desk.sell()
    sheet = OverrideSheet(desk.shell.stage)
    detail = "318.00 → 250.00  −21.39%" if act is Act.SET_PRICE else ""
    subject = "优伴 婴幼儿配方奶粉 2段 900g" if act is Act.SET_PRICE else "0001-1-A1-000037"
    sheet.open_override(OverrideFace(act, subject, 25_000, detail, REASONS[act], reason, people))
    return sheet


def override_reason(desk: Desk) -> OverrideSheet:
    sheet = override(desk, Act.REFUND, "quality")
    for digit in "123":
        sheet.pin.add(digit)
    return sheet


def override_close(desk: Desk) -> OverrideSheet:
    """A cashier closes the day with cash right: why the manager leaves it to them."""
    desk.sell()
    sheet = OverrideSheet(desk.shell.stage)
    day, reasons = TODAY.isoformat(), REASONS[Act.CLOSE_DAY]
    sheet.open_override(OverrideFace(Act.CLOSE_DAY, day, 0, "", reasons, "", APPROVERS))
    return sheet


def override_short(desk: Desk) -> OverrideSheet:
    """A shift is handed over two hundred short."""
    desk.sell()
    sheet = OverrideSheet(desk.shell.stage)
    day = TODAY.isoformat()
    sheet.open_override(OverrideFace(Act.HAND_OVER, day, -20_000, "", (), "wrong_change", APPROVERS))
    return sheet


def override_wrong(desk: Desk) -> OverrideSheet:
    sheet = override(desk)
    sheet.show_wrong(4)
    return sheet


def override_locked(desk: Desk) -> OverrideSheet:
    sheet = override(desk)
    sheet.show_locked(47)
    return sheet


def override_nobody(desk: Desk) -> OverrideSheet:
    return override(desk, Act.REPRINT, people=())


def sign_up(desk: Desk) -> SignUpSheet:
    """The sheet as it opens over a sale from an unknown phone number."""
    desk.sell()
    sheet = SignUpSheet(desk.shell.stage)
    sheet.show_start(SignUpStart("13827166627", 7504, TODAY))
    sheet.show_phone(PhoneNote(PhoneLook.FREE))
    return sheet


def sign_up_filled(desk: Desk) -> SignUpSheet:
    sheet = sign_up(desk)
    sheet.name.setText("陈女士")
    sheet.nickname.setText("糖糖")
    sheet.month.setText("202605")
    for purpose in (Purpose.MEMBERSHIP, Purpose.CHILD, Purpose.CALL):
        sheet.ticks[purpose].setChecked(True)
    sheet.show_child(ChildNote("age", 6))
    return sheet


def sign_up_dropped(desk: Desk) -> SignUpSheet:
    sheet = sign_up_filled(desk)
    sheet.ticks[Purpose.CHILD].setChecked(False)
    sheet.show_child(ChildNote("dropped"))
    sheet.show_problem(Refused("consent.membership_needed"))
    return sheet


def sign_up_wrong(desk: Desk) -> SignUpSheet:
    sheet = sign_up(desk)
    sheet.kind.chosen.emit("expected")
    sheet.kind.show_choice("expected")
    sheet.month.setText("202813")
    sheet.show_child(ChildNote("wrong"))
    return sheet


def sign_up_typing(desk: Desk) -> SignUpSheet:
    sheet = sign_up(desk)
    sheet.show_start(SignUpStart("", 0, TODAY))
    sheet.phone.setText("138271")
    sheet.show_phone(PhoneNote(PhoneLook.SHORT))
    return sheet


def sign_up_registered(desk: Desk) -> SignUpSheet:
    sheet = sign_up(desk)
    sheet.show_phone(PhoneNote(PhoneLook.REGISTERED, "陈雨婷", "m1"))
    return sheet


def sign_up_busy(desk: Desk) -> SignUpSheet:
    sheet = sign_up_filled(desk)
    sheet.set_busy(True)
    return sheet


def call(number: int, name: str, phone: str, days_late: int, **more: object) -> CallLine:
    """Return one invented call."""
    bought_on = TODAY - timedelta(days=3 + days_late)
    values: dict[str, object] = {
        "call_id": f"c{number}",
        "member_name": name,
        "masked_phone": phone,
        "child": ChildAge("糖糖", 6, 12),
        "bought": (BoughtLine("益舒 儿童益生菌冻干粉", 2, "probiotic"),),
        "bought_on": bought_on,
        "due_on": TODAY - timedelta(days=days_late),
        "days_late": days_late,
        "attempts": 0,
        "may_call": True,
        **more,
    }
    return CallLine(**values)  # type: ignore[arg-type]


def board() -> CallBoard:
    """Return lists with a row of every kind."""
    milk = (
        BoughtLine("优伴 较大婴儿配方奶粉 2 段", 2, "formula"),
        BoughtLine("柔净 婴儿湿巾", 1, "care"),
    )
    due = (
        call(1, "陈雨婷", "138****6627", 0),
        call(2, "林小姐", "139****0318", 0, bought=milk, child=ChildAge("豆豆", 3, 2), attempts=1, note="上午没接"),
        call(3, "周晓兰", "137****8890", 0, may_call=False),
        call(4, "Charlotte Montgomery-Wellington", "136****2210", 0, child=None),
        call(5, "黄女士", "135****2210", 0, child=ChildAge("", 2, 0, expected=True)),
        call(6, "吴静", "133****4417", 0, child=ChildAge("果果", 30, 4)),
    )
    overdue = (call(7, "赵女士", "138****1123", 1), call(8, "钱丽", "150****7731", 2, attempts=2))
    upcoming = tuple(call(20 + n, "孙佳", "151****0008", -n) for n in range(1, 4))
    done = (
        call(9, "李梅", "152****3321", 1, outcome="fine", note="宝宝吃得好"),
        call(10, "何欣", "153****6610", 0, outcome="no_answer"),
    )
    return CallBoard(due, overdue, upcoming, done)


def calls() -> CallsScreen:
    """Today's calls with the first in hand."""
    screen = CallsScreen()
    screen.show_board(board())
    return screen


def calls_empty() -> QWidget:
    screen = CallsScreen()
    screen.show_board(CallBoard())
    return screen


def calls_number() -> QWidget:
    screen = calls()
    screen.show_phone("c1", "138 2716 6627")
    screen.show_printed(7)
    return screen


def calls_no_consent() -> QWidget:
    screen = calls()
    screen.list.setCurrentIndex(screen.list.model().index(2, 0))
    return screen


def calls_overdue() -> QWidget:
    screen = calls()
    screen.show_tab(CallTab.OVERDUE)
    screen.list.setCurrentIndex(screen.list.model().index(1, 0))
    return screen


def calls_done() -> QWidget:
    screen = calls()
    screen.show_tab(CallTab.DONE)
    return screen


def calls_problem() -> QWidget:
    screen = calls()
    screen.show_problem(Unavailable("store.write"))
    return screen


def outcome(desk: Desk, chosen: Outcome | None = None) -> OutcomeScreen:
    """The outcome form over the list, with an outcome tapped or none."""
    page = calls()
    desk.shell.add_page("calls", page)
    desk.shell.show_section(Section.CALLS)
    sheet = OutcomeScreen(desk.shell.stage)
    sheet.show_progress(Progress(4, 12))
    line = board().due[1]
    sheet.show_sheet(
        OutcomeSheet(
            line.call_id, line.member_name, line.masked_phone, line.child, line.bought, line.bought_on,
            line.due_on, TODAY, line.attempts, 3, line.note,
        )
    )  # fmt: skip
    if chosen is not None:
        sheet.buttons[chosen].click()
    return sheet


def outcome_saved(desk: Desk) -> OutcomeScreen:
    sheet = outcome(desk)
    sheet.show_saved(Saved("c1", "陈雨婷", Outcome.FINE))
    sheet.show_phone("139 1234 0318")
    return sheet


def outcome_problem(desk: Desk) -> OutcomeScreen:
    sheet = outcome(desk, Outcome.PROBLEM)
    sheet.note.setText("两天没拉，建议先停益生菌")
    return sheet


def outcome_refused(desk: Desk) -> OutcomeScreen:
    sheet = outcome(desk, Outcome.LATER)
    sheet.show_problem(Refused("call.later_past", earliest=TODAY + timedelta(days=1)))
    return sheet


def report(*, blind: bool, z_no: int | None = None) -> ReportFace:
    """Return an invented X or Z of a busy day."""
    tenders = (
        TenderSum("cash", 21, None if blind else 298_650),
        TenderSum("wechat", 30, 1_288_000),
        TenderSum("alipay", 9, 421_000),
        TenderSum("card", 4, 230_000),
        TenderSum("value", 3, 56_000),
    )
    return ReportFace(
        z_no=z_no,
        business_date=TODAY,
        shift_no=1,
        sales=64,
        due_minor=None if blind else 2_237_650,
        rounding_minor=-120,
        tenders=tenders,
        points_earned=88_204,
        points_redeemed=41_300,
        members_joined=7,
        calls_recorded=10,
        baskets_voided=1,
        first_receipt_no="0001-1-A1-000101",
        last_receipt_no="0001-1-A1-000164",
        discounts=(
            TenderSum("member_price", 88, -64_200),
            TenderSum("tier", 41, -21_850),
            TenderSum("campaign", 12, -30_000),
            TenderSum("manual", 2, -1_500),
        ),
        taxes=() if blind else (TaxTotal(1_300, 1_512_480, 196_622), TaxTotal(900, 211_000, 18_990)),
        refund_taxes=() if blind else (TaxTotal(1_300, 34_336, 4_464),),
        refunds=2,
        refunded_minor=None if blind else -38_800,
        given_back=(TenderSum("cash", 1, None if blind else -8_800), TenderSum("wechat", 1, -30_000)),
        cash_moved=(TenderSum("change", 1, 20_000), TenderSum("expense", 1, -3_000)),
        points_returned=1_200,
        points_taken_back=2_716,
        topups=3,
        topped_up_minor=None if blind else 150_000,
        topup_gift_minor=15_000,
        topup_refunds=1,
        topup_refunded_minor=None if blind else -50_000,
        drawer_openings=2,
        overrides=1,
        reprints=3,
        expected_minor=None if blind or z_no is not None else 350_650,
    )


PROOF = tuple(
    ProofLine(code, stated, stated)
    for code, stated in (
        ("change", 298_650), ("tenders", 2_237_530), ("goods", 2_278_950), ("discounts", 117_550), ("tax", 215_612),
        ("refunds", 38_800), ("exchange", 0), ("topups", 150_000), ("value_sold", 150_000), ("value_spent", 56_000),
        ("value_refunded", 0), ("value_held", 1_204_000), ("gift_given", 15_000), ("gift_spent", 5_600),
        ("gift_held", 98_000), ("points_earned", 88_204), ("points_redeemed", 41_300), ("points_returned", 1_200),
        ("points_taken_back", 2_716), ("points_held", 3_204_551), ("shifts", 2_237_650), ("receipts", 64),
        ("refund_numbers", 2), ("topup_numbers", 3), ("records", 334),
    )
)  # fmt: skip


def close() -> CloseScreen:
    """Step 1 with something open of each kind."""
    screen = CloseScreen()
    screen.show_day(DayFace(TODAY, 1, "李敏", 50_000, Ending.DAY))
    screen.show_checks(CheckBoard(basket_open=False, held=1, unsent=14, calls_unrecorded=2, print_jobs_waiting=0))
    return screen


def close_clear() -> QWidget:
    screen = close()
    screen.show_checks(CheckBoard(basket_open=False, held=0, unsent=0, calls_unrecorded=0, print_jobs_waiting=0))
    return screen


def close_sale_open() -> QWidget:
    screen = close()
    screen.show_checks(CheckBoard(basket_open=True, held=0, unsent=3, calls_unrecorded=0, print_jobs_waiting=1))
    return screen


def close_shift() -> QWidget:
    screen = close()
    screen.show_day(DayFace(TODAY, 2, "李敏", 50_000, Ending.SHIFT))
    screen.show_checks(CheckBoard(basket_open=True, held=1, unsent=3, calls_unrecorded=0, print_jobs_waiting=1))
    return screen


def close_x(*, blind: bool = True) -> QWidget:
    screen = close()
    screen.show_report(report(blind=blind))
    return screen


def close_moved() -> QWidget:
    screen = close()
    screen.show_moved(CashKind.EXPENSE, 3_000)
    return screen


def close_count(ending: Ending = Ending.DAY) -> QWidget:
    screen = close()
    screen.show_count(ending, 50_000)
    if ending is Ending.DAY:
        screen.count.terminals["wechat"].setText("12880.00")
        screen.count.terminals["card"].setText("2315")
    for field, pieces in zip(screen.count.fields.values(), ("28", "8", "9", "6", "4", "15", "3"), strict=False):
        field.setText(pieces)
    return screen


def close_exact() -> QWidget:
    screen = close()
    screen.show_comparison(Comparison(350_650, 350_650, 0, False, False, kept_minor=50_000))
    return screen


def close_shift_exact() -> QWidget:
    screen = close()
    screen.show_comparison(Comparison(350_650, 350_650, 0, False, False, Ending.SHIFT))
    return screen


def close_short() -> QWidget:
    screen = close()
    gaps = (TenderGap("wechat", 0), TenderGap("card", 1_500))
    screen.show_comparison(Comparison(350_650, 348_650, -2_000, True, False, Ending.DAY, 50_000, gaps))
    return screen


def close_manager() -> QWidget:
    screen = close()
    gaps = (TenderGap("wechat", 0), TenderGap("alipay", -123_456), TenderGap("card", 1_500))
    screen.show_comparison(Comparison(350_650, 330_650, -20_000, True, True, Ending.DAY, 50_000, gaps))
    screen.compare.reasons.chosen.emit("other")
    screen.compare.reasons.show_choice("other")
    return screen


def close_done() -> QWidget:
    screen = close()
    proof = (ProofLine("cash", 350_650, 348_650), *PROOF)
    screen.show_done(Closed(231, 348_650, -2_000, 15, report(blind=False, z_no=231), 50_000, proof, "赵强"))
    return screen


def close_proof(*, holds: bool) -> QWidget:
    screen = close_done()
    assert isinstance(screen, CloseScreen)
    lines = [ProofLine("cash", 350_650, 348_650), *PROOF]
    if not holds:
        wrong = {"goods": 2_279_100, "value_spent": 54_000, "points_redeemed": 41_000, "receipts": 63}
        lines = [replace(line, found=wrong.get(line.code, line.found)) for line in lines]
    screen.show_done(Closed(231, 348_650, -2_000, 0, report(blind=False, z_no=231), 50_000, tuple(lines)))
    if holds:
        screen.done.turn()
    return screen


def close_shift_done() -> QWidget:
    screen = close()
    screen.show_done(Closed(None, 350_650, 0, 15, report(blind=False)))
    return screen


def cash(desk: Desk) -> CashSheet:
    desk.sell()
    sheet = CashSheet(desk.shell.stage)
    sheet.open_cash(REASONS[Act.MOVE_CASH])
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        sheet.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
    for digit in "30.50":
        sheet.pad.typed.emit(digit)
    return sheet


def past_papers(desk: Desk, *, empty: bool = False) -> PastPapersSheet:
    desk.sell()
    sheet = PastPapersSheet(desk.shell.stage)
    kinds = (("z", 231), ("shift", 2), ("shift", 1), ("x", 18), ("z", 230), ("x", 17))
    papers = tuple(
        DayPaper(9 - place, NewDayPaper(kind, number, TODAY, NOW_MS - place * 7_200_000, 1), (2, 0, 1)[place % 3])
        for place, (kind, number) in enumerate(kinds)
    )
    sheet.open_papers(() if empty else papers)
    return sheet


RUNS = (
    Run(NOW_MS - 130_000, 0, 0, 3_000, "head_office.unreachable"),
    Run(NOW_MS - 2_520_000, 37, 112, 1_900),
    Run(NOW_MS - 2_820_000, 4, 0, 240),
    Run(NOW_MS - 86_400_000, 512, 2_040, 6_120),
)
DOWNLOADS = (
    Download("members", NOW_MS - 2_520_000),
    Download("catalogue", NOW_MS - 2_520_000),
    Download("programme", NOW_MS - 90_000_000),
    Download("points", None),
)
WAITING = (KindCount("sale", 9), KindCount("call_recorded", 3), KindCount("member_registered", 2))


def sync(link: Link, waiting: tuple[KindCount, ...] = (), code: str = "") -> SyncCentreScreen:
    """Return the sync centre in one state of the link."""
    screen = SyncCentreScreen()
    planned = NOW_MS + 18_000 if link is Link.OFFLINE else None
    status = LinkStatus(link, NOW_MS - 2_520_000, NOW_MS - 2_520_000, planned, DOWNLOADS, RUNS, code)
    screen.show_board(SyncBoard(status, waiting), NOW_MS)
    return screen


def sync_problem() -> QWidget:
    screen = sync(Link.OFFLINE, WAITING)
    screen.show_problem(Unavailable("store.busy"))
    return screen


def sync_aside() -> QWidget:
    """Connected, but head office published something that nobody can carry out."""
    screen = sync(Link.SYNCED)
    aside = ("campaign C07", "item 100231", "programme demo-9", "campaign C08", "campaign C09")
    status = LinkStatus(Link.SYNCED, NOW_MS - 60_000, NOW_MS - 60_000, None, DOWNLOADS, RUNS, put_aside=aside)
    screen.show_board(SyncBoard(status), NOW_MS)
    return screen


def sync_ended() -> QWidget:
    return sync(Link.ATTENTION, WAITING, "session.re_enrol")


def sync_new() -> QWidget:
    screen = SyncCentreScreen()
    downloads = tuple(Download(load.kind, None) for load in DOWNLOADS)
    screen.show_board(SyncBoard(LinkStatus(Link.UNENROLLED, downloads=downloads)), NOW_MS)
    return screen


Arrange = Callable[[Desk], QWidget]


def cover(made: Callable[[], QWidget]) -> Arrange:
    """Return how a screen that takes the whole window gets into it."""

    def arrange(desk: Desk) -> QWidget:
        screen = made()
        desk.shell.add_cover("cover", screen)
        desk.shell.show_page("cover")
        return screen

    return arrange


def page(section: Section | None, made: Callable[[], QWidget]) -> Arrange:
    """Return how a screen beside the rail gets into the window."""

    def arrange(desk: Desk) -> QWidget:
        screen = made()
        name = section.value if section is not None else "sync"
        desk.shell.add_page(name, screen)
        if section is not None:
            desk.shell.show_section(section)
        desk.shell.show_page(name)
        return screen

    return arrange


def training(desk: Desk, *, done: int = 2) -> TrainingSheet:
    """The training till with its tasks in view; the frame and the chip below are the window's."""
    desk.sell()
    tasks = tuple((task, place < done) for place, task in enumerate(Task))
    face = TrainingFace(tasks, None if done == len(Task) else list(Task)[done], 192)
    sheet = TrainingSheet(desk.shell.stage)
    sheet.show_training(face)
    sheet.open_sheet()
    if isinstance(desk, Desk):
        desk.shell.show_training(training=True)
        desk.shell.status.show_training(face)
    return sheet


def training_sign_in() -> SignInScreen:
    screen = sign_in()
    screen.place.show_training(training=True)
    return screen


STATES: dict[str, Arrange] = {
    "s01_sign_in_choose": cover(sign_in),
    "s01_sign_in_typing": cover(sign_in_typing),
    "s01_sign_in_ended": cover(sign_in_ended),
    "s01_sign_in_busy": cover(sign_in_busy),
    "s01_sign_in_wrong": cover(sign_in_wrong),
    "s01_sign_in_locked": cover(sign_in_locked),
    "s01_sign_in_nobody": cover(sign_in_nobody),
    "s01_sign_in_problem": cover(sign_in_problem),
    "s01_locked": cover(locked),
    "s01_locked_out": cover(locked_out),
    "s01_locked_scan": cover(locked_scan),
    "s01_locked_unsent": cover(locked_unsent),
    "s01_sign_in_opening": cover(sign_in_opening),
    "s01_sign_in_opening_far": cover(sign_in_opening_far),
    "s03_sign_up_typing": sign_up_typing,
    "s03_sign_up_opened": sign_up,
    "s03_sign_up_filled": sign_up_filled,
    "s03_sign_up_dropped": sign_up_dropped,
    "s03_sign_up_wrong": sign_up_wrong,
    "s03_sign_up_registered": sign_up_registered,
    "s03_sign_up_busy": sign_up_busy,
    **{name: page(Section.MEMBERS, made) for name, made in gallery_profile.PAGES.items()},
    "s04_edit": gallery_profile.editing(page(Section.MEMBERS, gallery_profile.screen)),
    "s04_edit_no_child": gallery_profile.editing(page(Section.MEMBERS, gallery_profile.screen), may_keep=False),
    "s04_consent_take_back": gallery_profile.answering(page(Section.MEMBERS, gallery_profile.consent), granted=False),
    "s04_consent_agree": gallery_profile.answering(page(Section.MEMBERS, gallery_profile.consent), granted=True),
    "s09_calls_reading": page(Section.CALLS, CallsScreen),
    "s09_calls_today": page(Section.CALLS, calls),
    "s09_calls_number": page(Section.CALLS, calls_number),
    "s09_calls_no_consent": page(Section.CALLS, calls_no_consent),
    "s09_calls_overdue": page(Section.CALLS, calls_overdue),
    "s09_calls_done": page(Section.CALLS, calls_done),
    "s09_calls_empty": page(Section.CALLS, calls_empty),
    "s09_calls_problem": page(Section.CALLS, calls_problem),
    "s10_outcome_open": outcome,
    "s10_outcome_saved": outcome_saved,
    "s10_outcome_problem": outcome_problem,
    "s10_outcome_later": partial(outcome, chosen=Outcome.LATER),
    "s10_outcome_no_answer": partial(outcome, chosen=Outcome.NO_ANSWER),
    "s10_outcome_wants": partial(outcome, chosen=Outcome.WANTS_MORE),
    "s10_outcome_never": partial(outcome, chosen=Outcome.DO_NOT_CALL),
    "s10_outcome_refused": outcome_refused,
    "s13_close_looking": page(Section.CLOSE, CloseScreen),
    "s13_close_checks": page(Section.CLOSE, close),
    "s13_close_clear": page(Section.CLOSE, close_clear),
    "s13_close_sale_open": page(Section.CLOSE, close_sale_open),
    "s13_close_shift": page(Section.CLOSE, close_shift),
    "s13_close_x": page(Section.CLOSE, close_x),
    "s13_close_x_open": page(Section.CLOSE, partial(close_x, blind=False)),
    "s13_close_moved": page(Section.CLOSE, close_moved),
    "s13_close_count": page(Section.CLOSE, close_count),
    "s13_close_count_shift": page(Section.CLOSE, partial(close_count, Ending.SHIFT)),
    "s13_close_exact": page(Section.CLOSE, close_exact),
    "s13_close_shift_exact": page(Section.CLOSE, close_shift_exact),
    "s13_close_short": page(Section.CLOSE, close_short),
    "s13_close_manager": page(Section.CLOSE, close_manager),
    "s13_close_done": page(Section.CLOSE, close_done),
    "s05_top_up": top_up,
    "s05_top_up_scan": top_up_scan,
    "s05_top_up_pending": top_up_pending,
    "s05_topped_up": topped_up,
    "s05_top_up_back": top_up_back,
    "s05_top_up_back_done": top_up_back_done,
    "s05_top_up_back_choice": top_up_back_choice,
    "s05_top_up_back_spent": top_up_back_spent,
    "s05_top_up_back_nothing": top_up_back_nothing,
    "s02_discount": discount,
    "s02_discount_over": discount_over,
    "s02_weigh": weigh,
    "s02_weigh_empty": weigh_empty,
    "s02_weigh_refused": weigh_refused,
    "s02_discount_gift": discount_gift,
    "s02_discount_order": discount_order,
    "s02_discount_empty": discount_empty,
    "s02_notes": notes,
    "s13_close_proof": page(Section.CLOSE, partial(close_proof, holds=True)),
    "s13_close_unproven": page(Section.CLOSE, partial(close_proof, holds=False)),
    "s13_close_shift_done": page(Section.CLOSE, close_shift_done),
    "s13_cash": cash,
    "s13_past_papers": past_papers,
    "s13_past_papers_none": partial(past_papers, empty=True),
    "s08_refund_start": refund_start,
    "s08_refund": refund,
    "s08_refund_nothing": refund_nothing,
    "s08_refund_short": refund_short,
    "s08_refund_void": refund_void,
    "s08_refund_choice": refund_choice,
    "s08_refund_offline": refund_offline,
    "s08_refund_gone": refund_gone,
    "s18_audit": page(Section.AUDIT, audit),
    "s18_audit_filtered": page(Section.AUDIT, audit_filtered),
    "s18_audit_broken": page(Section.AUDIT, audit_broken),
    "s18_audit_nothing": page(Section.AUDIT, audit_nothing),
    "s18_audit_long": page(Section.AUDIT, audit_long),
    "s18_audit_saved": page(Section.AUDIT, audit_saved),
    "s02_why": why,
    "s02_why_plain": why_plain,
    "s20_drawer": drawer,
    "s20_override": override,
    "s20_override_reason": override_reason,
    "s20_override_close": override_close,
    "s20_override_short": override_short,
    "s20_override_wrong": override_wrong,
    "s20_override_locked": override_locked,
    "s20_override_nobody": override_nobody,
    "s14_sync_offline": page(None, lambda: sync(Link.OFFLINE, WAITING)),
    "s14_sync_synced": page(None, lambda: sync(Link.SYNCED)),
    "s14_sync_sending": page(None, lambda: sync(Link.SENDING, WAITING)),
    "s14_sync_attention": page(None, lambda: sync(Link.ATTENTION, WAITING, "terminal.locked")),
    "s14_sync_new": page(None, sync_new),
    "s14_sync_ended": page(None, sync_ended),
    "s14_sync_problem": page(None, sync_problem),
    "s14_sync_aside": page(None, sync_aside),
    "s21_training": training,
    "s21_training_done": partial(training, done=len(Task)),
    "s21_training_sign_in": cover(training_sign_in),
}


def stage(name: str, language: str, size: tuple[int, int]) -> Desk:
    """Return the window in one state, shown, laid out and said in a language."""
    use(language)
    desk = Desk(language)
    desk.shell.resize(*size)
    desk.shell.show()
    screen = STATES[name](desk)
    if isinstance(screen, SignUpSheet):
        (screen.month if screen.phone.text() else screen.phone).setFocus()
    elif not isinstance(
        screen, OutcomeScreen | DrawerSheet | OverrideSheet | CashSheet | PastPapersSheet | RefundSheet | TopUpBackSheet
    ):
        desk.shell.focus_home()
    desk.shell.retranslate()
    QCoreApplication.processEvents()
    return desk


def main(arguments: list[str]) -> int:
    """Paint the states into a folder."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    if QApplication.instance() is None:
        QApplication([])
    for name in STATES:
        if len(arguments) > 1 and not any(part in name for part in arguments[1:]):
            continue
        for code in LANGUAGES:
            for size in SIZES:
                shell = stage(name, code, size).shell
                shell.grab().save(str(folder / f"{name}_{code[:2]}_{size[0]}.png"))
                shell.close()
                shell.deleteLater()
                QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
