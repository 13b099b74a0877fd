"""What the sale screen says about what was just done, in the language in force."""

from dataclasses import replace

from pos_app.domain.paybacks import PayBack
from pos_app.domain.till import Undo
from pos_app.errors import PosError, Refused
from pos_app.i18n import _
from pos_app.services.refund_models import RefundDone
from pos_app.ui import wording
from pos_app.ui.desk_wording import reason_text
from pos_app.ui.messages import lines
from pos_app.ui.presenters.view_models import Notice, NoticeAct, NoticeKind

UNDO = "undo"
USE_CARD = "use_card"
CASH_BACK = "cash_back"


def done(undo: Undo) -> Notice:
    """Return the toast that says what the last change was and offers to take it back."""
    return Notice(NoticeKind.DONE, undo_text(undo), acts=(NoticeAct(UNDO, _("Undo"), "Ctrl Z"),))


def undo_text(undo: Undo) -> str:
    """Return what a change of the basket was."""
    facts = {"subject": undo.subject, "amount": f"{undo.amount:,}", "money": wording.yuan(undo.amount)}
    return {
        "item_added": _("Added {subject}"),
        "item_removed": _("Removed {subject}"),
        "quantity_set": _("{subject} × {amount}"),
        "member_attached": _("Serving {subject}"),
        "member_detached": _("No longer serving {subject}"),
        "line_redeemed": _("Redeemed {subject} with points"),
        "line_unredeemed": _("{subject} is paid with money again"),
        "coupon_used": _("The coupon is used in this sale"),
        "reward_taken": _("{subject}: free by the punch card"),
        "reward_dropped": _("{subject} is paid again, the punch card keeps its stamps"),
        "points_chosen": _("{amount} pts against this sale"),
        "sale_cancelled": _("Sale cancelled"),
        "price_set": _("{subject} now costs {money}"),
        "line_reduced": _("{money} off {subject}"),
        "order_reduced": _("{money} off the whole order"),
        "hand_price_off": _("{subject} costs its usual price again") if undo.subject else _("No discount on the order"),
        "noted": _("Note on {subject}") if undo.subject else _("Note on the order"),
    }.get(undo.code, _("Changed")).format(**facts)


def undone(undo: Undo) -> Notice:
    """Return the line that says that a change was taken back."""
    return Notice(NoticeKind.INFO, _("Taken back: {what}").format(what=undo_text(undo)))


def points_dropped(points: int) -> Notice:
    """Return the line that says that chosen points were given back by the rules."""
    text = _("{points} pts were taken back: the rules no longer allow them").format(points=f"{points:,}")
    return Notice(NoticeKind.WARN, text)


def reduction_dropped() -> Notice:
    """Return the line that says that what was off the order is too much for it by now."""
    return Notice(NoticeKind.WARN, _("The discount on the order was taken back: it is too much for a smaller one (F5)"))


def repriced(names: tuple[str, ...]) -> Notice:
    """Return the line that says which prices have changed since the sale was put aside."""
    return Notice(NoticeKind.WARN, _("Since it was held, prices have changed: {items}").format(items=", ".join(names)))


def coupon_idle() -> Notice:
    """Return the line that says that the coupon takes nothing off any more."""
    return Notice(NoticeKind.WARN, _("The coupon takes nothing off this sale as it stands; the member keeps it"))


def full_card(name: str) -> Notice:
    """Return the line that says that a punch card is full, and offers the piece that it gives."""
    act = NoticeAct(USE_CARD, _("Give it"), "Ctrl K")
    return Notice(NoticeKind.INFO, _("{name} is full: one piece is free").format(name=name), acts=(act,))


def gift(name: str, count: int) -> Notice:
    """Return the line that says that something may be fetched for nothing."""
    return Notice(
        NoticeKind.INFO,
        _("A gift goes with this sale: {name} × {count}. Fetch and scan it").format(name=name, count=count),
    )


def nothing_found() -> Notice:
    """Return the line that says that a text found nothing."""
    return Notice(NoticeKind.WARN, _("Nothing found. The sale is as it was; scan on or search by F3."))


def left_alone() -> str:
    """Return the note of a sale that was put aside because nobody was there."""
    return _("left alone")


def put_aside_unattended() -> Notice:
    """Return the line that says that the sale was put aside by the till itself."""
    return Notice(NoticeKind.INFO, _("Nobody touched the till for a while: the sale is on hold; F6 takes it back"))


def put_aside() -> Notice:
    """Return the line that says that the sale is held."""
    return Notice(NoticeKind.DONE, _("Sale put aside. F6 takes it back."))


def handed_over(before: str, now: str) -> Notice:
    """Return the line that says that the till, and the open sale, changed hands."""
    return Notice(NoticeKind.DONE, _("{name} took over from {before}").format(name=now, before=before))


def failed(error: PosError) -> Notice:
    """Return the lines that say why something cannot be, and what to do."""
    text, detail = lines(error)
    return Notice(NoticeKind.WARN if isinstance(error, Refused) else NoticeKind.BAD, text, detail)


def drawer_opened(reason: str) -> Notice:
    """Return the line that says that the drawer was opened without a sale, and why."""
    return Notice(NoticeKind.DONE, _("The drawer opens · {reason}").format(reason=reason_text(reason)))


def refunded(done: RefundDone) -> Notice:
    """Return the line that says what was given back."""
    given = wording.yuan(done.given_minor)
    if done.is_void:
        text = _("Sale {number} is void, {amount} given back").format(number=done.receipt_no, amount=given)
    else:
        text = _("{amount} given back · {number}").format(amount=given, number=done.refund_no)
    return Notice(NoticeKind.DONE, text)


def printed_again(receipt_no: str) -> Notice:
    """Return the line that says that a receipt is being printed again."""
    return Notice(NoticeKind.DONE, _("Receipt {number} is printed again").format(number=receipt_no))


def not_sent_back(error: PosError) -> Notice:
    """Return the line that says that the provider refused to send money back, and offers to give it in cash."""
    return replace(failed(error), kind=NoticeKind.BAD, acts=(NoticeAct(CASH_BACK, _("Give cash"), "Shift F7"),))


def given_in_cash(payback: PayBack) -> Notice:
    """Return the line that says that money of a refund is given in cash."""
    told = _("Give {amount} in cash for {refund_no}: the drawer is open")
    return Notice(NoticeKind.DONE, told.format(amount=wording.yuan(payback.amount_minor), refund_no=payback.refund_no))
