"""The till's window with invented values, in every state that the screens have."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from pos_app.errors import Refused
from pos_app.i18n import _
from pos_app.ui.keymap import load_keymap
from pos_app.ui.messages import sentence
from pos_app.ui.presenters import sale_words
from pos_app.ui.presenters.view_models import (
    DeviceState,
    Notice,
    NoticeKind,
    PaymentFace,
    PrintState,
    Section,
    SyncState,
    SyncStatus,
    Tender,
    TenderLine,
    Way,
)
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme
from pos_app.ui.views.checkout import CheckoutView
from pos_app.ui.views.coupons import CouponSheet
from pos_app.ui.views.hold import HoldSheet
from pos_app.ui.views.payment import PaymentView
from pos_app.ui.views.redeem import RedeemSheet
from pos_app.ui.views.shell import Shell
from tests.ui.faces import AT_MS, Faces


class Desk:
    """A window with the checkout inside."""

    def __init__(self, language: str) -> None:
        app = QApplication.instance()
        if not app.property("dressed"):
            load_fonts()
            apply_theme(app)
            app.setProperty("dressed", True)
        self.faces = Faces(language)
        keymap = load_keymap()
        self.shell = Shell(keymap)
        self.shell.keys.closed.connect(self.shell.focus_home)
        self.checkout = CheckoutView(keymap)
        self.shell.add_page(Section.SELL.value, self.checkout)
        self.payment = PaymentView(self.checkout, keymap)
        self.redeem = RedeemSheet(self.shell.stage)
        self.hold = HoldSheet(self.shell.stage)
        self.coupons = CouponSheet(self.shell.stage)
        self.shell.show_section(Section.SELL)
        self.shell.show_till(self.faces.till())
        self.shell.show_staff(self.faces.staff())
        self.shell.show_badges(self.faces.badges())
        self.shell.show_sync(self.faces.offline())
        self.shell.show_clock(AT_MS)
        for chip in self.faces.devices():
            self.shell.show_device(chip)
        self.checkout.focus_home()

    def weigh(self, *, selected: str = "7") -> None:
        """A sale with campaigns on it, a weighed piece, and a note."""
        self.sell()
        self.checkout.show_basket(self.faces.campaign_rows(), selected)

    def sell(self, *, selected: str = "4") -> None:
        self.checkout.show_member(self.faces.member())
        self.checkout.show_basket(self.faces.rows(), selected)
        self.checkout.show_totals(self.faces.totals())
        self.checkout.show_held(2)


def states() -> dict[str, Callable[[Desk], None]]:
    return {
        "s2_sale": sale,
        "s2_campaigns": campaigns,
        "s2_weighed": weighed,
        "s2_taxed": taxed,
        "s2_idle": idle,
        "s2_guest": guest,
        "s2_stale_error": stale_error,
        "s2_ended": ended,
        "s2_not_sent_back": not_sent_back,
        "s2_refused": refused,
        "s5_redeem": redeem,
        "s5_redeem_refused": redeem_refused,
        "s5_redeem_vouched": redeem_vouched,
        "s5b_coupons": coupons,
        "s5b_none": no_coupons,
        "s5_redeem_proof": redeem_proof,
        "s6_split": split,
        "s6_first": first_payment,
        "s6_taxed": taxed_payment,
        "s6_foreign": foreign_notes,
        "s6_value": stored_value,
        "s6_ready": ready,
        "s6_pending": pending,
        "s6_many": many_payments,
        "s6_gateway_down": gateway_down,
        "s6b_done": done,
        "s6b_waiting": done_waiting,
        "s7_hold": hold,
        "f1_keys": keys,
    }


def sale(desk: Desk) -> None:
    desk.sell()
    desk.checkout.show_notice(desk.faces.redeemed_notice())


def campaigns(desk: Desk) -> None:
    desk.weigh(selected="4")
    desk.checkout.show_member(desk.faces.member(nearly=True))


def weighed(desk: Desk) -> None:
    desk.weigh()


def taxed(desk: Desk) -> None:
    desk.sell()
    faces = desk.faces
    desk.checkout.show_basket((*faces.rows()[:4], faces.taxed_row()), "8")
    totals = replace(faces.totals(), gross_minor=130_380, due_minor=119_920, added_tax_minor=720)
    totals = replace(totals, quick_cash_minor=(119_920, 120_000))
    desk.checkout.show_totals(totals)


def taxed_payment(desk: Desk) -> None:
    taxed(desk)
    quick = (119_920, 120_000)
    desk.payment.show_payment(PaymentFace(119_920, (), 119_920, quick_minor=quick, added_tax_minor=720))
    desk.payment.open(Way.CASH)


def idle(desk: Desk) -> None:
    desk.checkout.show_idle(desk.faces.figures())
    desk.checkout.show_last_sale(desk.faces.last_sale())


def guest(desk: Desk) -> None:
    desk.sell(selected="")
    prompt = desk.faces.nearly()
    desk.checkout.show_guest(7504, f"{prompt.title} · {prompt.reason}")
    grey = bytes((x * y // 160) % 256 for y in range(120) for x in range(160))
    desk.checkout.show_camera_frame(grey, 160, 120)


def stale_error(desk: Desk) -> None:
    desk.sell()
    desk.checkout.show_member(desk.faces.member(stale=True, elsewhere=2500, children=2, assets=True))
    for chip in desk.faces.devices(DeviceState.PAPER_OUT, 2):
        desk.shell.show_device(chip)
    desk.checkout.show_notice(desk.faces.unknown_code())


def not_sent_back(desk: Desk) -> None:
    desk.sell()
    refusal = Refused("payback.refused", amount_minor=1_036_00, refund_no="S01-L01-0122-R0007")
    desk.checkout.show_notice(sale_words.not_sent_back(refusal))


def refused(desk: Desk) -> None:
    desk.sell()
    desk.checkout.show_notice(
        sale_words.failed(Refused("coupon.other_store", name="满 300 减 30", name_en="30 off 300"))
    )


def keys(desk: Desk) -> None:
    desk.sell()
    desk.shell.show_help()


def redeem(desk: Desk) -> None:
    desk.sell()
    desk.redeem.show_redeem(desk.faces.redeem())
    desk.redeem.open_sheet()


def redeem_proof(desk: Desk) -> None:
    """Many points: the member types the last digits of the phone and their PIN."""
    desk.sell()
    problem = sentence(Refused("redeem.needs_proof", from_points=3_000))
    hint = desk.faces.say("手机尾号（可加密码）", "last 4 digits (and PIN)")
    desk.redeem.show_redeem(replace(desk.faces.redeem(problem=problem), proof_hint=hint, may_vouch=True))
    desk.redeem.open_sheet()


def redeem_refused(desk: Desk) -> None:
    desk.sell()
    problem = Refused("redeem.unsent_too_long", hours=73, limit=72)
    desk.redeem.show_redeem(desk.faces.redeem(problem=sentence(problem)))
    desk.redeem.open_sheet()


def redeem_vouched(desk: Desk) -> None:
    desk.sell()
    problem = Refused("redeem.offline_cap", cap=5_000, wanted=8_000)
    desk.redeem.show_redeem(replace(desk.faces.redeem(problem=sentence(problem)), may_vouch=True))
    desk.redeem.open_sheet()


def ended(desk: Desk) -> None:
    desk.sell()
    member = replace(desk.faces.member(elsewhere=2500), points_here=0, worth_minor=0, offers=())
    desk.checkout.show_member(member)
    desk.shell.show_sync(SyncStatus(SyncState.ATTENTION, 14, 1, None, "session.re_enrol"))
    desk.checkout.show_notice(Notice(NoticeKind.BAD, sentence(Refused("redeem.life_ended"))))


def split(desk: Desk) -> None:
    desk.sell()
    desk.payment.show_payment(desk.faces.payment())
    desk.payment.open(Way.SCAN_PAY)


def foreign_notes(desk: Desk) -> None:
    desk.sell()
    desk.payment.show_payment(desk.faces.payment())
    desk.payment.open(Way.CASH)
    desk.payment.entry.currency.click()
    desk.payment.entry.amount.setText("200")


def first_payment(desk: Desk) -> None:
    desk.sell()
    quick = (107200, 108000, 110000, 120000)
    desk.payment.show_payment(PaymentFace(107200, (), 107200, quick_minor=quick, points_usable=9880))
    desk.payment.open(Way.CASH)


def stored_value(desk: Desk) -> None:
    desk.sell()
    desk.checkout.show_member(desk.faces.member(assets=True))
    desk.payment.show_payment(desk.faces.by_value())
    desk.payment.show_way(Way.VALUE)


def ready(desk: Desk) -> None:
    desk.sell()
    desk.payment.open(Way.SCAN_PAY)
    desk.payment.show_payment(desk.faces.paid())


def pending(desk: Desk) -> None:
    desk.sell()
    line = TenderLine("charge:1", Tender.WECHAT, 107200, _("Pending"), is_pending=True)
    problem = sentence(Refused("charge.pending", charge_id="1"))
    desk.payment.show_payment(PaymentFace(107200, (line,), 107200, points_usable=9880, problem=problem))
    desk.payment.open(Way.SCAN_PAY)


def many_payments(desk: Desk) -> None:
    """A sale in many parts, the next of which was refused."""
    desk.sell()
    desk.checkout.show_member(desk.faces.member(assets=True))
    parts = (
        TenderLine("points", Tender.POINTS, 5000, desk.faces.say("5,000 分", "5,000 pts")),
        TenderLine("0", Tender.VALUE, 20000, ""),
        TenderLine("1", Tender.FOREIGN, 18246, "HKD 200.00"),
        TenderLine("2", Tender.CARD, 10000, "SIM0190a1b2c3d4"),
        TenderLine("3", Tender.ALIPAY, 15000, "SIM0190a1b2c3d5"),
        TenderLine("4", Tender.CASH, 10000, ""),
    )
    problem = sentence(Refused("charge.refused"))
    face = PaymentFace(107200, parts, 28954, quick_minor=(28950, 29000, 30000, 40000), points_usable=9880)
    desk.payment.show_payment(replace(face, value_usable_minor=85_000, problem=problem, by_gateway=True))
    desk.payment.open(Way.SCAN_PAY)


def gateway_down(desk: Desk) -> None:
    desk.sell()
    problem = sentence(Refused("charge.unreachable"))
    face = PaymentFace(107200, (), 107200, quick_minor=(107200, 108000, 110000, 120000), points_usable=9880)
    desk.payment.show_payment(replace(face, problem=problem, gateway_down=True))
    desk.payment.open(Way.CASH)


def done(desk: Desk) -> None:
    ready(desk)
    desk.payment.show_done(desk.faces.done(raised=True))


def done_waiting(desk: Desk) -> None:
    ready(desk)
    desk.payment.show_done(desk.faces.done(PrintState.WAITING))
    for chip in desk.faces.devices(DeviceState.PAPER_OUT, 1):
        desk.shell.show_device(chip)


def coupons(desk: Desk) -> None:
    desk.sell()
    desk.coupons.open_sheet()
    desk.coupons.show_rows(desk.faces.coupons())


def no_coupons(desk: Desk) -> None:
    desk.sell()
    desk.coupons.open_sheet()
    desk.coupons.show_rows(())


def hold(desk: Desk) -> None:
    desk.sell()
    desk.hold.show_rows(desk.faces.held())
    desk.hold.open_sheet()
