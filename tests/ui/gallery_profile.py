"""Every state of the member's 360°, made from an invented member as the desk would tell of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from PySide6.QtWidgets import QWidget

from head_office.demo.campaigns import campaigns
from pos_app.domain.calls import Bought, Call, CallState, Outcome
from pos_app.domain.catalogue import Item
from pos_app.domain.coupons import CouponRule
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import CallRecorded, Circumstances, Sale, SaleLine
from pos_app.domain.in_force import Open
from pos_app.domain.ledger import Asset, Grant, Holding, Spend
from pos_app.domain.lifecycle import Life, Segment, Stage
from pos_app.domain.members import Balance, Child, Consent, HeldElsewhere, Member, Purchase, Purpose, Sex, Tier
from pos_app.domain.price_steps import PointStep, PriceStep
from pos_app.domain.profile import Said, glance, points_ledger, timeline, usual
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.tiers import Progress, Reason, Standing
from pos_app.errors import Refused, Unavailable
from pos_app.services.balances import CouponStanding
from pos_app.services.member_models import MemberCard
from pos_app.services.profile import Profile
from pos_app.ui.presenters.profile_faces import edit_face, profile_face
from pos_app.ui.presenters.profile_models import ConsentAsk, ProfileFace, ProfileTab
from pos_app.ui.views.consent import ConsentSheet
from pos_app.ui.views.member_edit import EditSheet
from pos_app.ui.views.profile import ProfileScreen
from tests.ui.desk import Desk

NOW_MS = int(datetime(2026, 11, 22, 10, 26).astimezone(UTC).timestamp() * 1000)
TODAY = date(2026, 11, 22)
COUPONS = (
    CouponRule("W30", "满200减30", "30 off 200", off_minor=3_000, min_minor=20_000),
    CouponRule("B20", "生日礼券", "Birthday coupon", off_minor=2_000),
)
PROGRAMME = Programme("p3", date(2026, 1, 1), coupons=COUPONS)
GOODS = {
    n: Item(n, f"69012345{n:05d}", name, name_en, "", "", "禾苗", "", price, earns=True, **more)  # type: ignore[arg-type]
    for n, name, name_en, price, more in (
        (1, "优伴 较大婴儿配方奶粉 2 段", "Youban follow-on formula, stage 2", 29_800,
         {"advice": "formula", "pack_content": 900, "content_unit": "g", "daily_use": 70}),
        (2, "益舒 儿童益生菌冻干粉", "Yishu probiotic powder for children", 15_800, {}),
        (3, "柔净 婴儿湿巾 80 抽 × 3", "Roujing baby wipes 80 × 3", 2_980, {}),
        (4, "舒尔 拉拉裤 XL", "Shuer pull-up nappies XL", 11_900, {}),
    )
}  # fmt: skip


def _consents() -> tuple[Consent, ...]:
    joined = NOW_MS - 200 * 86_400_000
    first = tuple(Consent(one, one is not Purpose.MESSAGE, "v2", joined, "s1", "screen") for one in Purpose)
    return (*first, Consent(Purpose.MESSAGE, True, "v3", NOW_MS - 30 * 86_400_000, "s2", "signature"))


def _member(name: str = "陈雨婷") -> Member:
    return Member(
        "m1", "000010000104", "+8613827166627", name, "cyt", Tier.GOLD, "S01", date(2026, 5, 6),
        (Child("糖糖", date(2026, 5, 10), day_known=True, sex=Sex.GIRL),), _consents(), code_key="",
    )  # fmt: skip


def _line(n: int, item_id: int, quantity: int, paid: int, *, spent: int = 0, earned: int = 0) -> SaleLine:
    item = GOODS[item_id]
    whole = item.price_minor * quantity
    off = whole - spent - paid
    return SaleLine(
        n, item_id, item.barcode, item.name, quantity, whole, whole - off, spent, spent, 0, 0, paid, earned,
        ("earn@p3",), (PriceStep("tier_gold@p3", off),) if off else (),
        (PointStep("earn@p3", earned),) if earned else (),
    )  # fmt: skip


def _sale(seq: int, days: int, receipt: int, lines: tuple[SaleLine, ...], grant: Grant | None) -> Said:
    at_ms = NOW_MS - days * 86_400_000 - 1_200_000
    due = sum(line.paid_minor for line in lines)
    spent = sum(line.redeemed_points for line in lines)
    spends = (Spend("ho/1", spent),) if spent else ()
    sale = Sale(
        f"sale{seq}", f"0001-1-A1-{receipt:06d}", "m1", lines, (Tender(TenderKind.WECHAT, due, reference="4200"),),
        due, 0, spends, grant, (), "p3",
    )  # fmt: skip
    on = TODAY - timedelta(days=days)
    return Said(seq, sale, Circumstances(on, "s1", at_ms, 0, "b"))


def _said() -> tuple[Said, ...]:
    earned = Grant("t/9", "m1", Asset.POINTS, 7_295, date(2027, 12, 31))
    earlier = Grant("t/5", "m1", Asset.POINTS, 4_172, date(2027, 12, 31))
    today = (_line(1, 1, 2, 56_620, earned=3_963), _line(2, 4, 4, 47_600, earned=3_332), _line(3, 3, 1, 0, spent=2_980))
    call = CallRecorded("c1", "m1", Outcome.FINE, "水温 40 ℃，睡前一次", "", None)
    at = Circumstances(TODAY - timedelta(days=3), "s2", NOW_MS - 3 * 86_400_000, 0, "b")
    return (
        _sale(90, 0, 137, today, earned),
        Said(80, call, at),
        _sale(50, 19, 101, (_line(1, 1, 2, 59_600, earned=4_172),), earlier),
    )


def _calls() -> list[Call]:
    bought = (Bought(2, GOODS[2].name, 1, "probiotic"),)
    on = TODAY - timedelta(days=6)
    done = Call(
        "c1", "C1", "m1", "S01", on, on + timedelta(days=3), bought, CallState.DONE, 1, Outcome.FINE, "水温 40 ℃"
    )
    due = Call("c2", "C2", "m1", "S01", TODAY, TODAY + timedelta(days=3), bought)
    return [due, done]


def _open() -> tuple[Open, ...]:
    made = {one.campaign_id: one for one in campaigns(TODAY)}
    first = (Open(made["C04"], None), Open(made["C10"], 1), Open(made["C13"], 0))
    return (*first, Open(made["C11"], None))


def _profile(member: Member | None = None, *, since: date = date(2020, 1, 1), stale: bool = False) -> Profile:
    who = member or _member()
    as_of = NOW_MS - (130 if stale else 9) * 60_000
    elsewhere = (HeldElsewhere("天河店", 1_500, as_of if stale else None, 2, "Tianhe"),)
    balance = Balance(9_860, as_of, {"T1": ("1.1", 60)}, elsewhere)
    bought = tuple(
        Purchase(item_id, count, TODAY - timedelta(days=days), store)
        for item_id, count, days, store in (
            (1, 2, 0, "S01"), (1, 2, 19, "S01"), (2, 1, 6, "S01"), (2, 1, 40, "S09"), (4, 2, 40, "S09"),
            (1, 2, 45, "S01"),
        )
    )  # fmt: skip
    known = KnownMember(who, balance, TODAY, bought)
    said = _said()
    held = [Holding(Grant("ho/1", "m1", Asset.POINTS, 5_000, date(2026, 12, 31)), 2_020),
            Holding(Grant("t/9", "m1", Asset.POINTS, 7_295, date(2027, 12, 31)), 7_295)]  # fmt: skip
    ledger = points_ledger(known, said, 60, held, since)
    card = MemberCard(
        who,
        "138****6627",
        sum(one.remaining for one in held),
        ledger.total,
        as_of,
        elsewhere,
        0,
        TODAY,
        (),
        (),
        False,
        Standing(
            who.tier,
            Reason.SPEND,
            date(2027, 5, 6),
            342_000,
            5,
            0,
            12,
            "gold@p3",
            Progress(Tier.PLATINUM, 158_000, 0, 6_800),
        ),
    )
    days = {one.at_ms: datetime.fromtimestamp(one.at_ms / 1000, UTC).date() for one in who.consents}
    sees = since < TODAY
    calls = _calls() if sees else []
    return Profile(
        card=replace(
            card,
            coupons=tuple(
                CouponStanding(rule.rule_id + "0" * 32, date(2026, 12, 31), n, 1) for n, rule in enumerate(COUPONS)
            ),
        ),
        programme=PROGRAMME,
        today=TODAY,
        since=since,
        glance=glance(known, said, TODAY) if sees else None,
        life=Life(Stage.ACTIVE, Segment.KEY_VALUE, TODAY, 0, date(2027, 2, 20), 6, 342_000, 12, "life@p3"),
        campaigns=_open(),
        usual=usual(bought, GOODS, TODAY) if sees else (),
        moments=timeline(known, said, calls, since, days),
        points=ledger,
        calls=tuple(calls),
        items=GOODS,
        staff={"s1": "李敏", "s2": "王芳"},
        store_id="S01",
    )


_NEWCOMER = Standing(Tier.NORMAL, Reason.JOINED, None, 0, 0, 0, 12, "", Progress(Tier.SILVER, 100_000, 0, 0))


def _new_member() -> Profile:
    who = replace(_member("林女士"), tier=Tier.NORMAL, children=(), consents=_consents()[:1], joined_on=TODAY)
    known = KnownMember(who, None, None, ())
    card = MemberCard(who, "139****0318", 0, 0, None, (), 0, None, (), (), True, _NEWCOMER)
    whole = _profile(who)
    return replace(
        whole,
        card=card,
        glance=glance(known, (), TODAY),
        life=Life(Stage.NEW, None, None, 0, date(2026, 12, 22), 0, 0, 12, "life@p3"),
        campaigns=(),
        usual=(),
        moments=timeline(known, (), (), date(2020, 1, 1), {one.at_ms: TODAY for one in who.consents}),
        points=points_ledger(known, (), 0, (), date(2020, 1, 1)),
        calls=(),
    )


def face(profile: Profile | None = None) -> ProfileFace:
    """Return an invented member as the screen shows them."""
    return profile_face(profile or _profile(), NOW_MS)


def screen(profile: Profile | None = None, tab: ProfileTab = ProfileTab.TIMELINE, row: int = 0) -> ProfileScreen:
    """Return the screen with a member, one of the tabs, and a row in hand."""
    made = ProfileScreen()
    made.show_profile(face(profile))
    made.show_tab(tab)
    made.list.setCurrentIndex(made.list.model().index(row, 0))
    return made


def nobody() -> QWidget:
    return ProfileScreen()


def reading() -> QWidget:
    made = ProfileScreen()
    made.show_reading()
    return made


def unreadable() -> QWidget:
    made = ProfileScreen()
    made.show_problem(Unavailable("store.read"))
    return made


def points() -> QWidget:
    return screen(tab=ProfileTab.POINTS)


def entry() -> QWidget:
    return screen(tab=ProfileTab.POINTS, row=1)


def stale() -> QWidget:
    made = screen(_profile(stale=True), ProfileTab.POINTS)
    made.show_problem(Refused("staff.not_allowed", act="sell"))
    return made


def purchases() -> QWidget:
    return screen(tab=ProfileTab.PURCHASES, row=1)


def offered() -> QWidget:
    return screen(tab=ProfileTab.CAMPAIGNS, row=0)


def calls() -> QWidget:
    return screen(tab=ProfileTab.CALLS, row=1)


def consent() -> QWidget:
    made = screen(tab=ProfileTab.CONSENT, row=3)
    made.show_answered(Purpose.CALL, granted=True)
    return made


def membership() -> QWidget:
    return screen(tab=ProfileTab.CONSENT)


def cashier() -> QWidget:
    return screen(_profile(since=TODAY))


def new_member() -> QWidget:
    return screen(_new_member())


def empty_calls() -> QWidget:
    return screen(_new_member(), ProfileTab.CALLS)


def number() -> QWidget:
    made = screen()
    made.show_phone("138 2716 6627")
    return made


def answering(page: Callable[[Desk], QWidget], *, granted: bool) -> Callable[[Desk], QWidget]:
    """Return how the sheet of one consent lies over the screen."""

    def arrange(desk: Desk) -> QWidget:
        page(desk)
        sheet = ConsentSheet(desk.shell.stage)
        sheet.ask(ConsentAsk(Purpose.CALL, face().rows[ProfileTab.CONSENT][2].title, granted))
        return sheet

    return arrange


def editing(page: Callable[[Desk], QWidget], *, may_keep: bool = True) -> Callable[[Desk], QWidget]:
    """Return how the sheet of corrections lies over the screen."""

    def arrange(desk: Desk) -> QWidget:
        page(desk)
        sheet = EditSheet(desk.shell.stage)
        sheet.show_edit(replace(edit_face(_profile()), may_keep_children=may_keep))
        if may_keep:
            sheet.phone.setText("13800000000")
            sheet.show_problem(Refused("phone.registered", name="王**", member_id="m2"))
            sheet.lost.click()
        return sheet

    return arrange


PAGES: dict[str, Callable[[], QWidget]] = {
    "s04_profile": screen,
    "s04_profile_nobody": nobody,
    "s04_profile_reading": reading,
    "s04_profile_unreadable": unreadable,
    "s04_profile_points": points,
    "s04_profile_entry": entry,
    "s04_profile_stale": stale,
    "s04_profile_purchases": purchases,
    "s04_profile_campaigns": offered,
    "s04_profile_calls": calls,
    "s04_profile_consent": consent,
    "s04_profile_membership": membership,
    "s04_profile_cashier": cashier,
    "s04_profile_new": new_member,
    "s04_profile_no_calls": empty_calls,
    "s04_profile_number": number,
}
