"""What a person is told about an error: what happened, then what is safe and what to do, in two lines at most.

``SENTENCES`` maps an error's code to its English message; the catalogue holds the Chinese. The first line says what
happened, the second what is kept and what to do next. Facts of the error are written into ``{placeholders}``.
"""

from collections.abc import Mapping
from datetime import date

from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import clock_s_text


def N_(message: str) -> str:
    """Mark ``message`` for translation and return it as it is."""
    return message


SIGN_IN = {
    "pin.wrong": N_("The PIN is wrong.\n{left} tries are left; a manager can set a new PIN."),
    "pin.locked": N_("Too many wrong PINs.\nWait {wait_s} s, or let somebody else sign in."),
    "pin.unknown_staff": N_("This person may not sign in here any more.\nChoose another name or ask the manager."),
    "staff.unknown": N_("This person may not sign in here any more.\nChoose another name or ask the manager."),
    "staff.not_allowed": N_("Your role does not allow this.\nNothing was changed; ask a manager."),
    "staff.nobody": N_("Nobody is signed in.\nSign in first; the open sale is kept."),
}
DAY = {
    "day.not_open": N_("No business day is open.\nOpen the day with the float first."),
    "day.already_open": N_("The business day is open already.\nGo on selling; nothing was changed."),
    "day.sale_open": N_("A sale is still open.\nPay it, hold it or cancel it, then go on."),
    "close.needs_reason": N_("The count differs from what was expected.\nChoose a reason; the difference is booked."),
    "close.needs_manager": N_("The difference is too large to book alone.\nA manager approves it with a PIN."),
    "close.manager_needed": N_("The difference is too large to book alone.\nA manager approves it with a PIN."),
}
SCAN = {
    "scan.unknown_item": N_("Nothing is known under {code}.\nThe sale is unchanged; scan again or look by name (F3)."),
    "scan.damaged": N_("The code could not be read whole.\nThe sale is unchanged; scan it again or type it."),
    "scan.nothing": N_("Nothing was found for this.\nTry the phone number, the last four digits or the initials."),
    "member_code.expired": N_(
        "This member code has run out.\nAsk the customer to show it again: it changes every 30 s."
    ),
    "member_code.used": N_("This member code was used already.\nAsk the customer to wait for the next one (30 s)."),
    "member_code.revoked": N_(
        "This card or code was revoked.\nFind the member by phone; the old card no longer counts."
    ),
    "member_code.wrong": N_("This member code is not genuine.\nFind the member by phone number."),
    "member.unknown": N_("This member is not known here.\nThe sale can go on; look by phone or sign up."),
    "member.not_found": N_("This member is not known here.\nThe sale can go on; look by phone or sign up."),
    "item.unknown": N_("This item is not in the catalogue.\nThe sale is unchanged; look by name (F3)."),
}
SALE = {
    "basket.full": N_("A sale holds at most {most} lines.\nPay this one and start another; nothing is lost."),
    "basket.no_line": N_("This line is no longer there.\nThe sale is unchanged."),
    "basket.quantity": N_("The quantity must be 1 to {most}.\nThe line is unchanged."),
    "basket.empty": N_("There is nothing to pay yet.\nScan an item first."),
    "basket.paying": N_("This sale is being paid.\nGo back with Esc to change it."),
    "undo.nothing": N_("There is nothing to undo.\nThe sale is unchanged."),
    "hold.empty": N_("There is nothing to hold.\nScan an item first."),
    "hold.unknown": N_("This held sale was recalled already.\nLook at the list again."),
    "hold.basket_open": N_("A sale is still open.\nPay it or hold it, then recall the other."),
    "tender.too_much": N_("Only cash may exceed what is owed.\nEnter {owed_minor} at most."),
    "tender.needs_reference": N_("The payment needs a reference.\nScan the code or type the terminal's number."),
    "tender.amount": N_("This amount cannot be paid.\nEnter more than zero."),
    "tender.short": N_("Not everything is paid yet.\n{owed_minor} is still owed."),
    "pay.not_enough": N_("Not everything is paid yet.\n{owed_minor} is still owed."),
    "receipt.unknown": N_(
        "No receipt has the number {receipt_no}.\nCheck the number, or look on the till that sold it."
    ),
    "receipt.none": N_("There is no receipt to print again yet.\nNothing was printed."),
}
POINTS = {
    "points.short": N_("The points do not suffice: {held} of {wanted}.\nNothing was taken; choose fewer points."),
    "points.short_here": N_(
        "Only {usable} points can be spent here; {wanted} were asked for.\n"
        "Nothing was taken; the rest may come from head office when online."
    ),
    "points.offline_cap": N_("Offline at most {most} points can be spent.\nNothing was taken; choose fewer points."),
    "redeem.not_redeemable": N_("{item} cannot be taken with points.\nIt stays in the sale at its price."),
    "redeem.below_min": N_("Too few points: at least {least} are needed.\nNothing was taken."),
    "redeem.step": N_("Points go in steps of {step}.\nNothing was taken; choose a multiple."),
    "redeem.over_share": N_("Points may pay part of a sale only.\nAt most {most} points here."),
    "redeem.needs_member": N_("Points need a member.\nScan the member code or press F2."),
    "redeem.needs_proof": N_("So many points need the member's code.\nScan it, or ask for the last four digits."),
    "clock.behind": N_("The clock of this till is behind.\nSelling goes on; points wait for a manager or head office."),
    "rights.offline": N_("Head office cannot be reached.\nNothing was taken; spend what is usable here."),
    "rights.refused": N_("Head office gave no further points.\nNothing was taken; {available} are free there."),
}
MEMBERS = {
    "phone.registered": N_("This phone belongs to {name} already.\nUse that member; one phone, one member."),
    "phone.invalid": N_("This is not a phone number.\nCheck the digits; nothing was kept."),
    "consent.membership_needed": N_("Joining needs consent to the programme.\nAsk the customer, then tick it."),
    "consent.needed": N_("The member did not agree to this.\nNothing was done."),
    "child.month": N_("This month cannot be right.\nCheck year and month; nothing was kept."),
}
CALLS = {
    "call.unknown": N_("This call slip is not known here.\nPerhaps it is another store's; look in the list."),
    "call.done": N_("This call was recorded already.\nWhat was recorded is kept."),
    "call.needs_problem": N_("A problem needs its kind.\nChoose one; nothing was kept yet."),
    "call.needs_day": N_("Choose the day to call again.\nNothing was kept yet."),
    "call.past_day": N_("The day to call again lies in the past.\nChoose another; nothing was kept yet."),
    "slips.none": N_("There is no slip to print.\nEverybody due was called or did not agree to calls."),
}
DEVICES = {
    "printer.write": N_("The printer does not answer.\nThe sale is safe; the paper waits and prints later."),
    "printer.offline": N_("The printer is off or unplugged.\nThe sale is safe; the paper waits and prints later."),
    "printer.paper_out": N_("The printer is out of paper.\nThe sale is safe; put in a roll and it prints."),
    "printer.cover": N_("The printer's cover is open.\nThe sale is safe; close it and it prints."),
    "printer.uncertain": N_(
        "Nobody knows whether this paper came out.\nLook at the printer; print again if it did not."
    ),
    "camera.missing": N_("The camera does not answer.\nUse the scanner or type the number."),
    "camera.read": N_("The camera stopped.\nUse the scanner; the camera is tried again."),
    "scanner.missing": N_("The scanner does not answer.\nType the code; plug the scanner in again."),
    "drawer.kick": N_("The drawer did not open.\nThe sale is safe; open it with the key."),
}
STORE = {
    "store.write": N_("The disk does not take anything at the moment.\nNothing half-done is kept; wait and try again."),
    "store.full": N_("The disk is full.\nWhat was paid is safe; free some space, then try again."),
    "store.busy": N_("The database is busy.\nNothing was lost; try again."),
    "store.key": N_("The database does not open with this key.\nNothing was changed; restore the key or call support."),
    "store.damaged": N_("The database is damaged.\nStop selling on this till and call support; it is kept aside."),
    "store.newer": N_("The data comes from a newer version.\nNothing was changed; install the newer program."),
    "ledger.row": N_("A balance could not be read.\nSelling goes on without points; call support."),
    "log.chain": N_("The record of this till does not fit together.\nIt is kept aside; call support."),
    "event.malformed": N_("A record could not be read.\nIt is kept aside; call support."),
    "event.unknown": N_("A record is of an unknown kind.\nIt is kept aside until the next version."),
    "paper.json": N_("A paper in the queue could not be read.\nThe sale is safe; print it again by its number."),
    "till.running": N_("The till is open on this computer already.\nUse that window; this one closes."),
    "till.not_enrolled": N_("This till is not connected yet.\nEnter the code from head office once."),
}
SETTINGS = {
    "config.broken": N_("The settings file cannot be read.\nCorrect or remove {path}."),
    "config.unknown": N_("The setting {setting} does not exist.\nCorrect its name in the settings file."),
    "config.type": N_("The setting {setting} has a wrong value.\nCorrect it in the settings file."),
}
LINK = {
    "link.offline": N_("Head office cannot be reached.\nSelling goes on; everything is sent later."),
    "sync.offline": N_("Head office cannot be reached.\nSelling goes on; everything is sent later."),
    "sync.refused": N_("Head office refused this till.\nSelling goes on; call head office."),
    "demo.process": N_("A part of the demo stopped.\nRead its log; your own data is untouched."),
}
SENTENCES: dict[str, str] = {
    **SIGN_IN, **DAY, **SCAN, **SALE, **POINTS, **MEMBERS, **CALLS, **DEVICES, **STORE, **SETTINGS, **LINK,
}  # fmt: skip

REFUSED = N_("This cannot be done now.\nNothing was changed; note the code and ask the manager.")
UNAVAILABLE = N_("Something does not answer at the moment.\nNothing is lost; wait a little and try again.")
DAMAGED = N_("Something stored does not fit together.\nIt is kept aside; call support with the code.")
UNTOLD = "–"


class _Facts(dict[str, str]):
    """Facts as words; one that an error did not bring reads as a dash instead of failing."""

    def __missing__(self, key: str) -> str:
        return UNTOLD


def lines(error: PosError) -> tuple[str, str]:
    """Return what happened, and what is safe and what to do, with the code for support at the end of the second."""
    what, _line, then = _told(error).partition("\n")
    return what, f"{then} ({error.code})"


def sentence(error: PosError) -> str:
    """Return both lines as one text of two lines."""
    return "\n".join(lines(error))


def short(error: PosError) -> str:
    """Return only what happened, for places that hold one short line."""
    return lines(error)[0]


def _told(error: PosError) -> str:
    message = SENTENCES.get(error.code)
    if message is None:
        message = {Refused: REFUSED, Unavailable: UNAVAILABLE, Damaged: DAMAGED}.get(type(error), UNAVAILABLE)
    return _(message).format_map(_Facts(_words(error.facts)))


def _words(facts: Mapping[str, object]) -> dict[str, str]:
    return {name: _fact(name, value) for name, value in facts.items()}


def _fact(name: str, value: object) -> str:
    if isinstance(value, bool) or value is None:
        return UNTOLD if value is None else (_("yes") if value else _("no"))
    if isinstance(value, int) and name.endswith("_minor"):
        return wording.yuan(value)
    if isinstance(value, int) and name.endswith("_ms"):
        return clock_s_text(value)
    if isinstance(value, int):
        return f"{value:,}"
    return value.isoformat() if isinstance(value, date) else str(value)
