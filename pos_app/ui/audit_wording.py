"""What an auditor reads: each fact as a sentence, and all that is in it, in the language in force."""

from collections.abc import Callable, Mapping
from typing import Any

from pos_app.domain import events
from pos_app.domain.audit import AuditEntry, Part, by_hand
from pos_app.domain.cash import CashKind
from pos_app.domain.events import Fact
from pos_app.domain.members import Consent
from pos_app.domain.staff import Act
from pos_app.domain.tenders import Tender
from pos_app.i18n import _, ngettext
from pos_app.ui.desk_wording import act_text, clock_s_text, purpose_text, reason_text, tender_text
from pos_app.ui.wording import clock, day, yuan

Lines = tuple[tuple[str, str], ...]
MEMBER_SHOWN = 8  # characters of a member's identity: enough to tell one from another, no more


def part_text(part: Part | None) -> str:
    """Return what the shop calls a part of the audit; of None, all of it."""
    if part is None:
        return _("All")
    return {
        Part.PEOPLE: _("People"),
        Part.APPROVALS: _("Approvals"),
        Part.PRICES: _("Prices"),
        Part.VOIDS: _("Voids"),
        Part.REFUNDS: _("Refunds"),
        Part.CASH: _("Drawer"),
        Part.REPRINTS: _("Reprints"),
        Part.PROFILES: _("Members"),
        Part.DAYS: _("Days"),
        Part.CLOCK: _("Clock"),
    }[part]


def told(fact: Fact) -> str:
    """Return what was done as one line; who did it stands beside it."""
    tell = _TOLD.get(type(fact))
    return type(fact).__name__ if tell is None else str(tell(fact))


def details(entry: AuditEntry) -> Lines:
    """Return everything of one entry that says something to a person, as label and value."""
    at = entry.at
    who = f"{entry.staff_name} ({at.staff_id})" if at.staff_id else _("Nobody was signed in")
    head = (
        (_("Who"), who),
        (_("When"), f"{day(at.business_date)} {clock_s_text(at.wall_utc_ms)}"),
        (_("Business date"), at.business_date.isoformat()),
    )
    more = _MORE.get(type(entry.fact))
    return head + (() if more is None else tuple(more(entry.fact))) + ((_("Record"), f"{entry.seq:,}"),)


def _person(name: str, staff_id: str) -> str:
    return f"{name} ({staff_id})" if name else staff_id


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _act(act: str) -> str:
    return act_text(Act(act)) if act in {each.value for each in Act} else act


def _money(minor: int) -> str:
    return yuan(minor) if minor else ""


def _member(member_id: str) -> str:
    return member_id[:MEMBER_SHOWN]


def _approved(fact: events.Overridden) -> str:
    who = fact.approver or fact.approved_by
    what = _joined(_act(fact.act), reason_text(fact.subject), _money(fact.amount_minor), reason_text(fact.reason))
    return _("{name} approved: {what}").format(name=who, what=what)


def _sold(fact: events.Sale) -> str:
    off = by_hand(fact)
    if not off:
        return _joined(_("Sold"), fact.receipt_no, yuan(fact.due_minor))
    return _joined(_("Price changed by hand"), fact.receipt_no, yuan(-off))


def _refunded(fact: events.SaleRefunded) -> str:
    return _joined(_("Refunded"), yuan(fact.refund_minor), fact.refund_no, reason_text(fact.reason))


def _cash(fact: events.CashMoved) -> str:
    word = _("Cash in") if fact.kind.is_in else _("Cash out")
    return _joined(word, yuan(fact.amount_minor), cash_text(fact.kind), reason_text(fact.reason))


def cash_text(kind: CashKind) -> str:
    """Return what the shop calls a movement of cash."""
    return {
        CashKind.CHANGE: _("Change fetched"),
        CashKind.FLOAT: _("Float added"),
        CashKind.HANDED_IN: _("Handed in"),
        CashKind.EXPENSE: _("Spent"),
        CashKind.BACK_WECHAT: _("WeChat refund in cash"),
        CashKind.BACK_ALIPAY: _("Alipay refund in cash"),
        CashKind.BACK_CARD: _("Card refund in cash"),
    }[kind]


def _difference(fact: events.DayClosed | events.ShiftHandedOver) -> str:
    if not fact.over_short_minor:
        return _("cash is right")
    return _joined(_("difference {amount}").format(amount=yuan(fact.over_short_minor)), fact.over_short_reason)


def _voided(fact: events.BasketVoided) -> str:
    lines = ngettext("Cancelled a sale of {n} line", "Cancelled a sale of {n} lines", fact.line_count)
    return _joined(lines.format(n=fact.line_count), yuan(fact.list_minor))


def _answer(consent: Consent) -> str:
    return _("yes") if consent.granted else _("no")


def _consent(consent: Consent) -> str:
    answer = _("{purpose}: {answer}").format(purpose=purpose_text(consent.purpose), answer=_answer(consent))
    return _joined(_("Consent"), answer)


def _left(fact: events.StaffSignedOut) -> str:
    unsent = ngettext("{n} record to upload", "{n} records to upload", fact.unsent).format(n=fact.unsent)
    return _joined(_("Signed out"), unsent if fact.unsent else "")


# Any: each function takes the fact of its own kind.
_TOLD: Mapping[type[Fact], Callable[[Any], str]] = {
    events.StaffSignedIn: lambda _fact: _("Signed in"),
    events.StaffHandedOver: lambda fact: _("Took the till over from {name}").format(name=fact.before),
    events.StaffSignedOut: _left,
    events.StaffPinWrong: lambda fact: _joined(
        _("Wrong PIN for {name}").format(name=fact.name), _("{n} in a row").format(n=fact.wrong)
    ),
    events.StaffLockedOut: lambda fact: _("Too many wrong PINs for {name}").format(name=fact.name),
    events.Overridden: _approved,
    events.Sale: _sold,
    events.BasketVoided: _voided,
    events.SaleRefunded: _refunded,
    events.DrawerOpened: lambda fact: _joined(_("Opened the drawer without a sale"), reason_text(fact.reason)),
    events.CashMoved: _cash,
    events.ReceiptReprinted: lambda fact: _joined(
        _("Printed a receipt again"), fact.receipt_no, _("copy {n}").format(n=fact.count)
    ),
    events.DayPaperReprinted: lambda fact: _joined(
        _("Printed a day paper again"), f"{fact.kind.upper()} {fact.number}", _("copy {n}").format(n=fact.count)
    ),
    events.ToppedUp: lambda fact: _joined(_("Sold stored value"), fact.topup_no, yuan(fact.paid_minor)),
    events.TopUpRefunded: lambda fact: _joined(
        _("Refunded stored value"), yuan(fact.principal_minor), fact.refund_no, reason_text(fact.reason)
    ),
    events.MemberRegistered: lambda fact: _joined(_("Signed a member up"), _member(fact.member.member_id)),
    events.ConsentChanged: lambda fact: _joined(_consent(fact.consent), _member(fact.member_id)),
    events.SlipsPrinted: lambda fact: ngettext(
        "Printed {n} call slip", "Printed {n} call slips", len(fact.call_ids)
    ).format(n=len(fact.call_ids)),
    events.MemberAmended: lambda fact: _joined(_("Changed a member's data"), _member(fact.member_id)),
    events.MemberPinSet: lambda fact: _joined(_("Let a member choose a PIN"), _member(fact.member_id)),
    events.CardReplaced: lambda fact: _joined(_("Replaced a lost card"), _member(fact.member_id)),
    events.ProfileOpened: lambda fact: _joined(_("Opened a member's profile"), _member(fact.member_id)),
    events.MergeAsked: lambda fact: _joined(_("Asked to unite two records"), _member(fact.member_id)),
    events.PhoneRevealed: lambda fact: _joined(_("Had a phone number shown"), _member(fact.member_id)),
    events.DayOpened: lambda fact: _joined(
        _("Opened the day"), _("float {amount}").format(amount=yuan(fact.float_minor))
    ),
    events.ShiftHandedOver: lambda fact: _joined(_("Ended shift {n}").format(n=fact.shift_no), _difference(fact)),
    events.DayClosed: lambda fact: _joined(_("Closed the day, Z {n}").format(n=fact.z_no), _difference(fact)),
    events.ClockStepped: lambda fact: _("The clock went back from {then} to {now}").format(
        then=clock(fact.newest_ms), now=clock(fact.wall_utc_ms)
    ),
}


def _tenders(tenders: tuple[Tender, ...]) -> Lines:
    return tuple((tender_text(tender.kind.value), yuan(tender.amount_minor)) for tender in tenders)


def _more_sale(fact: events.Sale) -> Lines:
    lines = tuple((f"{line.quantity} × {line.name}", _line(line)) for line in fact.lines)
    off = by_hand(fact)
    changed = ((_("By hand"), yuan(-off)),) if off else ()
    due = (_("Due"), yuan(fact.due_minor))
    return ((_("Receipt"), fact.receipt_no), *changed, due, *_tenders(fact.tenders), *lines)


def _line(line: events.SaleLine) -> str:
    was = f"{yuan(line.list_minor)} → " if line.list_minor != line.net_minor else ""
    return was + yuan(line.net_minor)


def _more_joined(fact: events.MemberRegistered) -> Lines:
    consents = tuple((purpose_text(one.purpose), _answer(one)) for one in fact.member.consents)
    by = ((_("Brought by"), fact.referrer),) if fact.referrer else ()
    return ((_("Member"), fact.member.member_id), *by, *consents)


def _more_refund(fact: events.SaleRefunded) -> Lines:
    points = sum(line.earned_points for line in fact.lines)
    taken = ((_("Points taken back"), f"{points:,}"),) if points else ()
    return (
        (_("Refund"), fact.refund_no),
        (_("Given back"), yuan(fact.refund_minor)),
        *_tenders(fact.tenders),
        *taken,
        (_("Reason"), reason_text(fact.reason)),
    )


def _more_approval(fact: events.Overridden) -> Lines:
    about = ((_("About"), reason_text(fact.subject)),) if fact.subject else ()
    amount = ((_("Amount"), yuan(fact.amount_minor)),) if fact.amount_minor else ()
    return (
        (_("What was allowed"), _act(fact.act)),
        *about,
        *amount,
        (_("Approved by"), _person(fact.approver, fact.approved_by)),
        (_("Reason"), reason_text(fact.reason)),
    )


def _more_count(fact: events.DayClosed | events.ShiftHandedOver) -> Lines:
    first_minor = fact.first_over_short_minor
    first = () if first_minor is None else ((_("First count differed"), yuan(first_minor)),)
    reason = ((_("Reason"), fact.over_short_reason),) if fact.over_short_reason else ()
    by = ((_("Approved by"), _person(fact.approver, fact.approved_by)),) if fact.approved_by else ()
    return (
        (_("Sales"), f"{fact.totals.sales:,}"),
        (_("Should be in the drawer"), yuan(fact.expected_cash_minor)),
        (_("Counted"), yuan(fact.counted_cash_minor)),
        (_("Difference"), yuan(fact.over_short_minor)),
        *first,
        *reason,
        *by,
    )


_MORE: Mapping[type[Fact], Callable[[Any], Lines]] = {
    events.Sale: _more_sale,
    events.SaleRefunded: _more_refund,
    events.Overridden: _more_approval,
    events.DayClosed: _more_count,
    events.ShiftHandedOver: _more_count,
    events.DrawerOpened: lambda fact: ((_("Reason"), reason_text(fact.reason)),),
    events.CashMoved: lambda fact: (
        (cash_text(fact.kind), yuan(fact.amount_minor)),
        (_("Reason"), reason_text(fact.reason)),
    ),
    events.BasketVoided: lambda fact: ((_("List price"), yuan(fact.list_minor)),),
    events.ReceiptReprinted: lambda fact: ((_("Receipt"), fact.receipt_no),),
    events.ToppedUp: lambda fact: ((_("Paid"), yuan(fact.paid_minor)), *_tenders(fact.tenders)),
    events.TopUpRefunded: lambda fact: (
        (_("Given back"), yuan(fact.principal_minor - fact.deducted_minor)),
        *_tenders(fact.tenders),
        (_("Reason"), reason_text(fact.reason)),
    ),
    events.MemberRegistered: _more_joined,
    events.ConsentChanged: lambda fact: (
        (_("Member"), fact.member_id),
        (purpose_text(fact.consent.purpose), _answer(fact.consent)),
        (_("Text"), fact.consent.text_version),
    ),
    events.SlipsPrinted: lambda fact: ((_("Slips"), f"{len(fact.call_ids):,}"), (_("Run"), fact.run_id)),
    events.MemberAmended: lambda fact: ((_("Member"), fact.member_id),),
    events.MemberPinSet: lambda fact: ((_("Member"), fact.member_id),),
    events.CardReplaced: lambda fact: ((_("Member"), fact.member_id), (_("Lost card"), fact.lost_card_no)),
    events.ProfileOpened: lambda fact: ((_("Member"), fact.member_id),),
    events.MergeAsked: lambda fact: ((_("Member"), fact.member_id), (_("Other record"), fact.other_id)),
    events.PhoneRevealed: lambda fact: ((_("Member"), fact.member_id),),
    events.StaffHandedOver: lambda fact: ((_("Before"), f"{fact.before} ({fact.before_id})"),),
    events.DayOpened: lambda fact: ((_("Float in the drawer"), yuan(fact.float_minor)),),
}
