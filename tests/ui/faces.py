"""Invented values for looking at the screens and testing them: one customer, one basket, one day."""

from dataclasses import replace
from datetime import UTC, date, datetime

from pos_app.domain.coupons import CouponRule
from pos_app.domain.members import HeldElsewhere, Vesting
from pos_app.domain.punch_cards import PunchCard
from pos_app.errors import Refused
from pos_app.services.balances import CardStanding, CouponStanding, ValueStanding
from pos_app.services.coupons import CouponChoice
from pos_app.ui.desk_wording import assets_text, held_text, vesting_text
from pos_app.ui.presenters.coupons import coupon_row
from pos_app.ui.presenters.view_models import (
    BasketRow,
    CareAct,
    CareKind,
    CarePrompt,
    ChildLine,
    CouponRow,
    DayFigures,
    Device,
    DeviceChip,
    DeviceState,
    DoneFace,
    HeldRow,
    LastSale,
    MemberCard,
    Notice,
    NoticeAct,
    NoticeKind,
    OfferChip,
    PaymentFace,
    PointsChoice,
    PrintState,
    Reach,
    RedeemFace,
    RedeemRow,
    Section,
    StaffFace,
    SyncState,
    SyncStatus,
    Tender,
    TenderLine,
    TillFace,
    Totals,
)

AT_MS = int(datetime(2026, 11, 22, 10, 26).astimezone(UTC).timestamp() * 1000)
SYNC_MS = int(datetime(2026, 11, 22, 9, 42).astimezone(UTC).timestamp() * 1000)


class Faces:
    """All the values in one language."""

    def __init__(self, language: str) -> None:
        self.zh = language == "zh_CN"

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def till(self) -> TillFace:
        return TillFace(
            self.say("禾苗母婴 · 江南西店", "Seedling · Jiangnan West"), self.say("收银台 01", "Till 01"), "0122-0042"
        )

    def staff(self) -> StaffFace:
        return StaffFace(self.say("李敏", "Li Min"), self.say("收银员", "Cashier"), self.say("早班", "Early"))

    def badges(self) -> dict[Section, int]:
        return {Section.CALLS: 12, Section.TODAY: 8, Section.ORDERS: 3}

    def offline(self) -> SyncStatus:
        return SyncStatus(SyncState.OFFLINE, unsent=14, last_at_ms=SYNC_MS)

    def devices(self, printer: DeviceState = DeviceState.READY, waiting: int = 0) -> tuple[DeviceChip, ...]:
        return (
            DeviceChip(Device.PRINTER, printer, waiting),
            DeviceChip(Device.SCANNER, DeviceState.READY),
            DeviceChip(Device.CAMERA, DeviceState.READY),
            DeviceChip(Device.DISPLAY, DeviceState.READY),
        )

    def member(
        self, *, stale: bool = False, elsewhere: int = 0, children: int = 1, assets: bool = False, nearly: bool = False
    ) -> MemberCard:
        kids = (
            ChildLine(
                self.say("糖糖", "Tangtang"),
                6,
                12,
                self.say("4–6 月龄 · 辅食添加期", "4–6 months · first solids"),
                0.8,
                self.say("女宝", "Girl"),
            ),
            ChildLine(self.say("豆豆", "Doudou"), 38, 4),
        )
        care = (
            CarePrompt(
                "c1",
                CareKind.RUN_OUT,
                self.say("奶粉约 4 天后吃完", "Formula ends in ~4 days"),
                self.say("11-03 购 2 段 2 罐", "2 tins stage 2, 3 Nov"),
                CareAct.DONE,
                self.say("奶粉剩 4 天", "Formula: 4 d left"),
            ),
            CarePrompt(
                "c2",
                CareKind.FOLLOW_UP,
                self.say("3 日回访 · 今日到期", "3-day call due today"),
                self.say("问：益生菌冲泡水温", "Ask: water temperature"),
                CareAct.RECORD,
                self.say("今日应回访", "Call due today"),
            ),
            CarePrompt(
                "c3",
                CareKind.MONTH_AGE,
                self.say("6 月龄 · 可加米粉和菜泥试试看", "6 mo · try rice cereal with greens"),
                self.say("高铁米粉 少量多次", "Iron-rich, small serves"),
                CareAct.ADD,
                self.say("可加米粉", "Rice cereal"),
            ),
        )
        offers = (
            OfferChip("o1", self.say("湿巾 80抽×3", "Wipes ×3"), 2980, taken=True),
            OfferChip("o2", self.say("蓝兔 护肚秋衣套装 90cm", "Blue Rabbit cotton bodysuit 90"), 1580),
            OfferChip("o3", self.say("吸管杯", "Straw cup"), 6900),
            OfferChip("o4", self.say("安全座椅", "Car seat"), 32000, short_points=19140),
        )
        return MemberCard(
            "m1",
            self.say("陈雨婷", "Y. T. Chen"),
            "138 **** 6627",
            self.say("金卡", "Gold"),
            12860,
            12860 + elsewhere,
            self.held_elsewhere(elsewhere, most=1),
            12860,
            SYNC_MS,
            stale,
            2980,
            7504,
            kids[:children],
            (*care[:2], self.nearly()) if nearly else care,
            offers,
            assets=self.assets() if assets else "",
            tier_note=self.say("还差 ¥320 升白金卡", "¥320 to Platinum"),
            tier_share=0.84,
            value_minor=135_000 if assets else 0,
            vesting=vesting_text((Vesting(1_260, date(2026, 11, 30)),)) if assets else "",
        )

    def nearly(self) -> CarePrompt:
        """A campaign that one more piece brings."""
        return CarePrompt(
            "item:7",
            CareKind.CAMPAIGN,
            self.say("再加 1 件 → 减 50%", "1 more → 50% off"),
            self.say("零食第二件半价", "Second snack at half price"),
            CareAct.ADD,
            self.say("再加 1 件 → 减 50%", "1 more → 50% off"),
        )

    def assets(self) -> str:
        """Stored value of which some is here, two coupons and a punch card."""
        until = date(2026, 12, 31)
        coupons = [CouponStanding(f"W50@{n}", until, 1, 1) for n in range(2)]
        card = PunchCard("NAPPY", "尿裤卡", "Nappy card", categories=("nappy",))
        return assets_text(ValueStanding(40_000, 5_000, 120_000, 15_000), coupons, (CardStanding(card, 7, {until: 7}),))

    def held_elsewhere(self, points: int, most: int = 2) -> str:
        """Two tills hold them: a silent one of another store, and the next lane of this one."""
        if not points:
            return ""
        silent = HeldElsewhere("江南西店", points * 3 // 5, SYNC_MS, 2, "Jiangnan West")
        other = HeldElsewhere("东山口店", points * 2 // 5, None, 1, "Dongshankou")
        return held_text((silent, other), AT_MS, most)

    def rows(self) -> tuple[BasketRow, ...]:
        say = self.say
        return (
            BasketRow(
                "1",
                say("优伴 较大婴儿配方奶粉 2 段", "Youban follow-on formula 2"),
                "900g",
                "6901234500012",
                31800,
                29800,
                2,
                59600,
            ),
            BasketRow(
                "2",
                say("益舒 儿童益生菌冻干粉", "Yishu kids probiotic"),
                say("26 袋", "26 sachets"),
                "6901234500043",
                21800,
                19800,
                1,
                19800,
            ),
            BasketRow(
                "3",
                say("棉朵 轻薄拉拉裤 L", "Cottony pull-ups L"),
                say("46 片", "46 pcs"),
                "6901234500081",
                13900,
                12900,
                1,
                12900,
                tag=say("会员日", "Member day"),
            ),
            BasketRow(
                "4",
                say("星麦 有机高铁米粉", "Starwheat iron rice cereal"),
                "225g",
                "6901234500104",
                5800,
                5200,
                2,
                10400,
            ),
            BasketRow("5", say("安睡 婴儿护臀膏", "Restwell nappy balm"), "50g", "6901234500128", 4500, 4500, 1, 4500),
            BasketRow(
                "6",
                say("柔净 婴儿湿巾", "Softclean baby wipes"),
                say("80 抽×3", "80×3"),
                "6901234500135",
                2980,
                0,
                1,
                0,
                redeemed_points=2980,
            ),
        )

    def campaign_rows(self) -> tuple[BasketRow, ...]:
        """Rows with campaigns of every length, something weighed, something with a note."""
        say = self.say
        formula, _probiotic, nappies, cereal, _balm, wipes = self.rows()
        apples = BasketRow(
            "7",
            say("鲜苹果 散称", "Fresh apples, loose"),
            "",
            "2112345005602",
            2229,
            2229,
            1,
            2229,
            weight="0.560 kg × 39.80",
            is_piece=True,
        )
        return (
            replace(formula, tag=say("奶粉配益生菌套装", "Formula with probiotic")),
            replace(nappies, tag=say("宝宝生日月双倍积分与拉拉裤会员特价", "Pull-ups at a members' price this week")),
            replace(cereal, tag=say("手工折扣", "Discount by hand"), note=say("要礼盒包装", "Gift wrap")),
            wipes,
            apples,
        )

    def taxed_row(self) -> BasketRow:
        """A service whose price does not hold its tax."""
        name = self.say("婴儿抚触课", "Baby massage lesson")
        spec, tag = self.say("60 分钟", "60 minutes"), self.say("税 6%", "Tax 6%")
        return BasketRow("8", name, spec, "9520000020001", 12_000, 12_000, 1, 12_720, tag=tag)

    def totals(self) -> Totals:
        return Totals(8, 6, 118380, 8200, 2980, 107200, 7504, (107200, 108000, 110000, 120000))

    def figures(self) -> DayFigures:
        return DayFigures(64, 7, 12)

    def last_sale(self) -> LastSale:
        return LastSale("0122-0041", SYNC_MS, 5, 41260, self.say("林** 0318", "Lin ** 0318"))

    def redeemed_notice(self) -> Notice:
        undo = NoticeAct("undo", self.say("撤销", "Undo"), "Ctrl Z")
        return Notice(
            NoticeKind.DONE, self.say("已用 2,980 分兑换 湿巾 80抽×3", "Redeemed wipes for 2,980 pts"), "", (undo,)
        )

    def unknown_code(self) -> Notice:
        acts = (NoticeAct("find", self.say("搜索", "Search"), "F3"),)
        text = self.say("没有这个条码 6901234500999", "No item has code 6901234500999")
        detail = self.say("购物篮没有变化，可以继续扫码。", "The basket has not changed; go on scanning.")
        return Notice(NoticeKind.BAD, text, detail, acts)

    def taken(self) -> tuple[TenderLine, ...]:
        return (
            TenderLine("t1", Tender.POINTS, 5000, self.say("5,000 分", "5,000 pts")),
            TenderLine("t2", Tender.CASH, 30000, ""),
        )

    def payment(self, *, problem: str = "") -> PaymentFace:
        quick = (72200, 75000, 80000, 100000)
        return PaymentFace(107200, self.taken(), 72200, 0, 0, quick, 9880, currencies=("HKD", "USD"), problem=problem)

    def by_value(self) -> PaymentFace:
        taken = (TenderLine("t1", Tender.VALUE, 50000, "", removable=True),)
        quick = (57200, 58000, 60000, 100000)
        return PaymentFace(107200, taken, 57200, 0, 0, quick, 9880, value_usable_minor=85_000)

    def paid(self) -> PaymentFace:
        taken = (*self.taken(), TenderLine("t3", Tender.WECHAT, 72220, "…4021", removable=True))
        return PaymentFace(107220, taken, 0, -20, 0, (), 9880, can_finish=True)

    def done(self, state: PrintState = PrintState.PRINTED, *, raised: bool = False) -> DoneFace:
        return DoneFace(
            "0122-0042",
            self.paid(),
            107200,
            2800,
            state,
            customer=self.member(),
            points_earned=7504,
            points_balance=17384,
            call_on=date(2026, 11, 25),
            call_topic=self.say("益生菌", "Probiotic"),
            raised=self.say("白金卡", "Platinum") if raised else "",
            raised_why=self.say("近 12 个月消费 ¥20,752.00", "¥20,752.00 spent within 12 months") if raised else "",
        )

    def redeem(self, *, problem: str = "") -> RedeemFace:
        say = self.say
        rows = (
            RedeemRow(
                "r1",
                say("柔净 婴儿湿巾", "Softclean baby wipes"),
                say("80 抽×3", "80×3"),
                2980,
                2980,
                Reach.ENOUGH,
                1,
                1,
            ),
            RedeemRow("r2", say("磨牙棒", "Teething rusk"), "60g", 1580, 1580, Reach.ENOUGH, 0, 3),
            RedeemRow(
                "r3",
                say("星麦 有机高铁米粉", "Starwheat iron rice cereal"),
                "225g",
                5200,
                5200,
                Reach.NEARLY,
                0,
                2,
                4000,
                1200,
            ),
            RedeemRow(
                "r4",
                say("优伴 较大婴儿配方奶粉 2 段", "Youban follow-on formula 2"),
                "900g",
                29800,
                29800,
                Reach.NOT,
                0,
                2,
                short_points=16940,
            ),
        )
        note = say("离线：本机最多再兑 5,000 分。", "Offline: up to 5,000 pts more at this till.")
        return RedeemFace(
            12860,
            15360,
            12860,
            SYNC_MS,
            True,
            "basket",
            rows,
            PointsChoice.NONE,
            0,
            9880,
            53600,
            2980,
            9880,
            110180,
            107200,
            note,
            problem,
            self.held_elsewhere(2_500),
        )

    def coupons(self) -> tuple[CouponRow, ...]:
        """A coupon in use, one that could be, and four that cannot be used now, each for its own reason."""
        say, until = self.say, date(2026, 11, 30)
        rules = (
            CouponRule("W30", say("满200减30", "30 off 200"), off_minor=3_000, min_minor=20_000),
            CouponRule("P10", say("辅食九折券", "10 % off baby food"), off_bp=1_000, most_minor=2_000),
            CouponRule("B50", say("生日礼券", "Birthday coupon"), off_minor=5_000, min_minor=100_000),
            CouponRule("F1", say("送湿巾一包", "A pack of wipes free"), free_item=7, min_minor=10_000),
            CouponRule("L12", say("十二月新年券", "December coupon"), off_minor=1_000),
            CouponRule("G8", say("金卡专享满减券", "For gold members"), off_minor=800),
        )
        missing = Refused("coupon.below_min", **rules[2].named, min_minor=100_000, missing_minor=38_240)
        early = Refused("coupon.too_early", **rules[4].named, first_day=date(2026, 12, 1))
        refusals = (
            None, None, missing, Refused("coupon.no_items", **rules[3].named), early,
            Refused("coupon.short_here", **rules[5].named),
        )  # fmt: skip
        offs = (3_000, 1_240, 0, 0, 0, 0)
        made = zip(rules, offs, refusals, strict=True)
        return tuple(
            coupon_row(CouponChoice(rule.rule_id, rule, until, off, refusal, n == 1), n)
            for n, (rule, off, refusal) in enumerate(made, 1)
        )

    def held(self) -> tuple[HeldRow, ...]:
        say = self.say
        return (
            HeldRow(
                "h1",
                1,
                AT_MS - 480_000,
                8,
                say("陈** 6627", "Chen ** 6627"),
                6,
                41200,
                say("奶粉 益生菌 拉拉裤", "Formula, probiotic, pull-ups"),
            ),
            HeldRow(
                "h2",
                2,
                AT_MS - 1_260_000,
                41,
                "",
                2,
                8800,
                say("湿巾 米粉", "Wipes, cereal"),
                say("红衣服", "Red coat"),
            ),
        )
