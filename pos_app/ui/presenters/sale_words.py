"""What the sale screen says about what was just done, in the language in force."""

from pos_app.domain.till import Undo
from pos_app.i18n import _
from pos_app.ui.presenters.view_models import Notice, NoticeAct, NoticeKind

UNDO = "undo"
REPRINT = "reprint"
SEARCH = "search"


def done(undo: Undo) -> Notice:
    """Return the toast that says what the last change was and offers to take it back."""
    return Notice(NoticeKind.DONE, undo_text(undo), acts=(NoticeAct(UNDO, _("Undo"), "Ctrl Z"),))


def undo_text(undo: Undo) -> str:
    """Return what a change of the basket was."""
    facts = {"subject": undo.subject, "amount": f"{undo.amount:,}"}
    return {
        "item_added": _("Added {subject}"),
        "item_removed": _("Removed {subject}"),
        "quantity_set": _("{subject} × {amount}"),
        "member_attached": _("Serving {subject}"),
        "member_detached": _("No longer serving {subject}"),
        "line_redeemed": _("Redeemed {subject} for {amount} pts"),
        "line_unredeemed": _("{subject} is paid with money again"),
        "points_chosen": _("{amount} pts against this sale"),
    }.get(undo.code, _("Changed")).format(**facts)


def undone(undo: Undo) -> Notice:
    """Return the line that says that a change was taken back."""
    return Notice(NoticeKind.INFO, _("Taken back: {what}").format(what=undo_text(undo)))
