"""The words of sections and actions, shared by rail, buttons and key overlay."""

from pos_app.i18n import _
from pos_app.ui.keymap import Action
from pos_app.ui.presenters.view_models import Section

SECTION_ICONS = {
    Section.SELL: "cart",
    Section.MEMBERS: "member",
    Section.CALLS: "phone",
    Section.TODAY: "bolt",
    Section.ORDERS: "truck",
    Section.CLOSE: "tally",
    Section.REPORTS: "chart",
    Section.SETTINGS: "gear",
    Section.AUDIT: "eye",
}
SECTION_ACTIONS = {
    Section.SELL: Action.SELL,
    Section.MEMBERS: Action.MEMBERS,
    Section.CALLS: Action.CALLS,
    Section.TODAY: Action.TODAY,
    Section.ORDERS: Action.ORDERS,
    Section.CLOSE: Action.CLOSE,
    Section.REPORTS: Action.REPORTS,
    Section.SETTINGS: Action.SETTINGS,
    Section.AUDIT: Action.AUDIT,
}
ACTION_ICONS = {
    Action.HOLD: "hold",
    Action.RECALL: "recall",
    Action.COUPONS: "gift",
    Action.DISCOUNT: "tag",
    Action.USE_CARD: "star",
    Action.WHY: "info",
    Action.REFUND: "refund",
    Action.DRAWER: "cash",
    Action.VOID_SALE: "trash",
    Action.REDEEM: "star",
    Action.TOP_UP: "wallet",
    Action.TOP_UP_BACK: "wallet",
    Action.PRINT_AGAIN: "receipt",
    Action.MEMBER: "member",
    Action.FIND: "tag",
    Action.CAMERA: "camera",
    Action.UNDO: "undo",
    Action.LOCK: "lock",
}


def section_word(section: Section) -> str:
    """Return the word of a section in the language in force."""
    return {
        Section.SELL: _("Sell"),
        Section.MEMBERS: _("Members"),
        Section.CALLS: _("Calls"),
        Section.TODAY: _("Today"),
        Section.ORDERS: _("Orders"),
        Section.CLOSE: _("Close"),
        Section.REPORTS: _("Reports"),
        Section.SETTINGS: _("Settings"),
        Section.AUDIT: _("Audit"),
    }[section]


def action_word(action: Action) -> str:
    """Return the word of an action in the language in force."""
    words = {
        Action.HELP: _("Keys"),
        Action.MEMBER: _("Member"),
        Action.CAMERA: _("Camera on or off"),
        Action.FIND: _("Items"),
        Action.REDEEM: _("Redeem"),
        Action.TOP_UP: _("Top up"),
        Action.TOP_UP_BACK: _("Top-up back"),
        Action.DISCOUNT: _("Discount"),
        Action.USE_CARD: _("Punch card"),
        Action.WHY: _("Why this price"),
        Action.HOLD: _("Hold"),
        Action.RECALL: _("Recall"),
        Action.COUPONS: _("Coupons"),
        Action.REFUND: _("Refund"),
        Action.CASH_BACK: _("Refused refund in cash"),
        Action.DRAWER: _("Drawer"),
        Action.PAY: _("Pay, next way to pay"),
        Action.PAY_SCAN: _("WeChat / Alipay"),
        Action.PAY_CASH: _("Cash"),
        Action.PAY_CARD: _("Card"),
        Action.PAY_VALUE: _("Stored value"),
        Action.LOCK: _("Lock"),
        Action.REMOVE_LINE: _("Remove line"),
        Action.VOID_SALE: _("Void all"),
        Action.UNDO: _("Undo"),
        Action.PRINT_AGAIN: _("Reprint"),
        Action.LANGUAGE: _("Language"),
    }
    if action in words:
        return words[action]
    return section_word(Section(action.value))
