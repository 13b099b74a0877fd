"""Take goods back in one transaction: rights, points, money, the fact and its paper."""

from dataclasses import dataclass, replace

from pos_app.domain.directory import KnownMember
from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.ids import Origin, receipt_number
from pos_app.domain.ledger import Asset, Grant, Spend, spend, take_back
from pos_app.domain.money_back import lots_back, paid_with, so_far
from pos_app.domain.refund_quote import RefundQuote, work_out
from pos_app.domain.refunds import STORED, lot_of
from pos_app.domain.returnable import Returnable
from pos_app.domain.staff import Act
from pos_app.domain.till import TakenBack
from pos_app.errors import Refused
from pos_app.services import punching
from pos_app.services.balances import standing
from pos_app.services.overrides import Approval, Overrides
from pos_app.services.paying_back import mean_back
from pos_app.services.ports import Unit
from pos_app.services.redeeming import check_life
from pos_app.services.refund_models import RefundAsked, RefundDone, RefundView
from pos_app.services.refund_papers import queue_refund
from pos_app.services.tiers import came_back
from pos_app.services.till import TillSession

LONGEST_REASON = 60  # characters


@dataclass(frozen=True, slots=True)
class NewSale:
    """The sale that the goods pay for: its identity, what it comes to, whose it is and what it does to their points.

    ``paid_minor`` is what it says that the goods paid, None before it is paid.
    """

    sale_id: str = ""
    receipt_no: str = ""
    due_minor: int = 0
    member_id: str | None = None
    points: int = 0
    paid_minor: int | None = None


NO_SALE = NewSale()


def as_it_is(unit: Unit, of: Returnable) -> Returnable:
    """Return a sale with what came back of it here since it was looked up.

    Raises Refused ``refund.day_closed`` where this till has given its right away meanwhile.
    """
    told = unit.refunds.of_sale(of.sale.sale_id)
    if of.has_right:
        if of.sold_as.seq <= unit.days.last_close():
            raise Refused("refund.day_closed", receipt_no=of.sale.receipt_no)
        return replace(of, so_far=so_far(of.sale, (taken.fact for taken in told)), is_sole=True)
    known = {past.refund_no for past in of.past}
    newer = (taken.fact for taken in told if taken.fact.refund_no not in known)
    return replace(of, so_far=of.so_far + so_far(of.sale, newer))


def view(session: TillSession, unit: Unit, of: Returnable, asked: RefundAsked, new: NewSale = NO_SALE) -> RefundView:
    """Work a refund out.

    Raises what ``work_out`` raises and Refused ``refund.all_back``, ``refund.gone {left}``, ``exchange.other_member``
    where stored value would pay for somebody else's goods.
    """
    return _view(session, unit, as_it_is(unit, of), asked, new)


def _view(session: TillSession, unit: Unit, of: Returnable, asked: RefundAsked, new: NewSale) -> RefundView:
    """Return ``view`` of a sale as it is."""
    if of.is_all_back:
        raise Refused("refund.all_back", receipt_no=of.sale.receipt_no)
    for line in of.sale.lines:
        wanted = asked.pieces.get(line.line_no, 0)
        if wanted > of.left(line.line_no):
            raise Refused("refund.gone", item=line.name, left=of.left(line.line_no), wanted=wanted)
    rules = unit.published.programme(session.business_date(unit))
    known = _member(unit, of)
    is_theirs = new.member_id is not None and _person(unit, new.member_id) == _person(unit, of.sale.member_id or "")
    now = None if known is None else standing(session, unit, known)
    points = None if now is None else max(0, now.total - now.owed + (new.points if is_theirs else 0))
    due = new.due_minor
    quote = work_out(of.sale, asked.pieces, of.before, rules, points, new_minor=due, in_cash=asked.in_cash)
    if not is_theirs and any(tender.kind in STORED for tender in quote.behind):
        raise Refused("exchange.other_member")
    late = (session.business_date(unit) - (of.sale.bought_on or of.business_date)).days - rules.refund_days
    is_void = quote.is_at_once and of.has_right and not new.sale_id
    name = "" if known is None else known.member.name
    cards = punching.moved_by_refund(session, unit, of.sale, quote.lines, known, is_whole=quote.is_whole)
    return RefundView(quote, is_void, max(0, late), name, cards)


def take(
    session: TillSession,
    unit: Unit,
    overrides: Overrides,
    of: Returnable,
    asked: RefundAsked,
    approval: Approval | None,
    new: NewSale = NO_SALE,
) -> RefundDone:
    """Take goods back; see ``RefundDesk.take_back``."""
    done = unit.refunds.with_id(asked.refund_id)
    if done is not None:
        return told(session, unit, done.fact, of)
    return _Taking(session, unit, of, asked, new).take(overrides, approval)


def told(session: TillSession, unit: Unit, fact: SaleRefunded, of: Returnable) -> RefundDone:
    """Return what a refund did."""
    known = _member(unit, of)
    given = sum(tender.amount_minor for tender in fact.tenders if tender.kind != "exchange")
    return RefundDone(
        refund_no=fact.refund_no,
        receipt_no=of.sale.receipt_no,
        given_minor=given,
        cash_minor=sum(tender.given_minor for tender in fact.tenders),
        points_back=sum(line.points for line in fact.lines),
        points_taken=sum(line.earned_points for line in fact.lines) if fact.member_id else 0,
        points_after=None if known is None else standing(session, unit, known).total,
        is_void=fact.is_void,
    )


def paid_with_goods(unit: Unit, sale: Sale, of: Returnable, quote: RefundQuote) -> Sale:
    """Return a sale that goods pay for, with what those had been paid with and the day they were bought on."""
    old, before = of.sale, as_it_is(unit, of).so_far.by_tender
    spends = (*old.behind_spends, *old.spends)
    known = {grant.gid: grant for grant in unit.holdings.grants([each.gid for each in spends])}
    behind: list[Spend] = []
    for kind, asset in STORED.items():
        spent = [each for each in spends if each.gid in known and known[each.gid].asset is asset]
        gone = sum(was for tender, was in zip(paid_with(old), before, strict=False) if tender.kind is kind)
        gone += sum(tender.amount_minor for tender in quote.tenders if tender.kind is kind)
        amount = sum(tender.amount_minor for tender in quote.behind if tender.kind is kind)
        behind += reversed(lots_back(spent, amount, gone))
    return replace(sale, behind=quote.behind, behind_spends=tuple(behind), bought_on=old.bought_on or of.business_date)


def act_of(shown: RefundView, new: NewSale = NO_SALE) -> tuple[Act, int]:
    """Return what somebody has to be allowed to do, and the money it is about.

    Goods for goods are about the money that is given besides; any other refund about what the goods were worth.
    """
    quote = shown.quote
    if shown.is_void:
        return Act.VOID, quote.refund_minor
    worth = quote.refund_minor + sum(line.points_minor for line in quote.lines)
    return Act.REFUND, quote.given_minor if new.sale_id else worth


class _Taking:
    """One refund inside one transaction."""

    def __init__(self, session: TillSession, unit: Unit, of: Returnable, asked: RefundAsked, new: NewSale) -> None:
        self._session = session
        self._unit = unit
        self._of = as_it_is(unit, of)
        self._asked = asked
        self._new = new

    def take(self, overrides: Overrides, approval: Approval | None) -> RefundDone:
        """Check everything, then write everything."""
        session, unit = self._session, self._unit
        session.cashier()
        check_life(unit)
        shift = session.shift(unit)
        reason = " ".join(self._asked.reason.split())[:LONGEST_REASON]
        if not reason:
            raise Refused("refund.needs_reason")
        shown = _view(session, unit, self._of, self._asked, self._new)
        given, expected = shown.quote.given_minor, self._asked.given_minor
        if expected is not None and expected != given:
            raise Refused("refund.changed", shown_minor=expected, given_minor=given)
        goods = shown.quote.exchange_minor
        if self._new.paid_minor is not None and self._new.paid_minor != goods:
            raise Refused("refund.changed", shown_minor=self._new.paid_minor, given_minor=goods)
        self._allow(overrides, approval, shown)
        session.mind_clock(unit, shift.business_date)  # before the refund takes its place in the log
        fact = self._fact(shown, reason)
        event = session.say(unit, fact)
        now = session.clock.now_ms()
        unit.holdings.take((*fact.spends, *fact.taken_back, *fact.unstamped), at_ms=now)
        mean_back(session, unit, fact.refund_no, fact.tenders)
        unit.holdings.install(fact.given_back, at_ms=now)
        came = (*fact.given_back, *punching.given_back(unit, self._of.sale, fact.lines, is_whole=fact.is_whole))
        unit.holdings.note_moves(event.seq, (*fact.taken_back, *fact.unstamped), came)
        taken = TakenBack(event.seq, fact, now)
        if fact.is_void:
            unused = (replace(use, times=-use.times) for use in self._of.sale.uses)
            unit.campaign_uses.add(self._of.sale.member_id, unused, event.seq)
        came_back(unit, self._of.sale, fact, unit.published.programme(shift.business_date), shift.business_date)
        known = _member(unit, self._of)
        paper = queue_refund(session, unit, self._of, fact, shown, known, self._new.receipt_no)
        unit.refunds.add(unit.till.last_number("refund"), taken, paper)
        return told(session, unit, fact, self._of)

    def _allow(self, overrides: Overrides, approval: Approval | None, shown: RefundView) -> None:
        """Let it pass within the role's limit; what is too late is beyond everybody's who may not approve."""
        act, amount = act_of(shown, self._new)
        staff, number = self._session.cashier(), self._of.sale.receipt_no
        if shown.days_late and not staff.may(Act.APPROVE):
            rules = self._unit.published.programme(self._session.business_date(self._unit))
            amount = max(amount, rules.limit(staff.role).refund_minor + 1)
        overrides.allow(self._unit, act, approval, amount, subject=number, amount_minor=shown.quote.given_minor)

    def _fact(self, shown: RefundView, reason: str) -> SaleRefunded:
        session, unit, of, quote = self._session, self._unit, self._of, shown.quote
        identity = session.identity(unit)
        origin = Origin(identity.terminal_id, identity.epoch, unit.log.next_seq())
        number = receipt_number(identity.store_no, identity.lane, identity.epoch, unit.till.next_number("refund"))
        taken_back = self._taken_back(quote)
        owed = quote.earned_points - quote.deducted_points - sum(each.amount for each in taken_back)
        unstamped, owed_stamps = punching.taken_back(session, unit, of.sale, quote.lines)
        return SaleRefunded(
            refund_id=self._asked.refund_id,
            refund_no=f"R{number}",
            sale_id=of.sale.sale_id,
            sold_as=of.sold_as,
            member_id=of.sale.member_id,
            lines=quote.lines,
            tenders=quote.tenders,
            refund_minor=quote.refund_minor,
            rounding_minor=quote.rounding_minor,
            returned=None,
            taken_back=taken_back,
            owed_points=owed,
            spends=() if of.has_right else self._rights(),
            reason=reason,
            deducted_points=quote.deducted_points,
            deducted_minor=quote.deducted_minor,
            is_whole=quote.is_whole,
            is_void=shown.is_void,
            exchange_sale_id=self._new.sale_id,
            unstamped=unstamped,
            owed_stamps=owed_stamps,
            by_tender=quote.by_tender,
            lots=() if owed else self._lots(quote, origin),
        )

    def _taken_back(self, quote: RefundQuote) -> tuple[Spend, ...]:
        """Take the earned points from what this till holds, see ``take_back``; head office takes the rest."""
        session, unit, sale = self._session, self._unit, self._of.sale
        held = unit.holdings.of(sale.member_id or "")
        today, now_ms = session.business_date(unit), session.latest_ms(unit)
        earned = "" if sale.earned is None else sale.earned.gid
        return take_back(held, quote.earned_points - quote.deducted_points, today, now_ms, earned)

    def _lots(self, quote: RefundQuote, origin: Origin) -> tuple[Grant, ...]:
        """Return points as holdings here, one for each lot that they came from, where all of these are known here.

        Else they go to head office, which knows; also while the member owes points, which are then paid there.
        """
        sale = self._of.sale
        known = {grant.gid: grant for grant in self._unit.holdings.grants([each.gid for each in sale.spends])}
        spent = [each for each in sale.spends if each.gid in known and known[each.gid].asset is Asset.POINTS]
        back = lots_back(spent, quote.points_back, self._of.so_far.points)
        if sale.member_id is None or sum(each.amount for each in back) != quote.points_back:
            return ()
        return tuple(
            Grant(origin.part("grant", n), sale.member_id, Asset.POINTS, each.amount, known[each.gid].expires_on)
            for n, each in enumerate(back, 1)
        )

    def _rights(self) -> tuple[Spend, ...]:
        """Use up the rights that head office gave; raises Refused ``rights.short_here`` where they are not here."""
        session, unit, sale = self._session, self._unit, self._of.sale
        today, now_ms = session.business_date(unit), session.latest_ms(unit)
        held = unit.holdings.of(sale.member_id or "")
        spends: tuple[Spend, ...] = ()
        for line_no, pieces in sorted(self._asked.pieces.items()):
            if pieces:
                lot = lot_of(sale.sale_id, line_no)
                spends += spend(held, pieces, today, now_ms, asset=Asset.REFUND, lot=lot)
        return spends


def _person(unit: Unit, member_id: str) -> str:
    """Return who it is now that had a name when something was sold."""
    known = unit.members.known(member_id)
    return member_id if known is None else known.member.member_id


def _member(unit: Unit, of: Returnable) -> KnownMember | None:
    """Return whose sale it was, None for nobody's and for somebody whom the directory does not have (any more)."""
    return None if of.sale.member_id is None else unit.members.known(of.sale.member_id)
