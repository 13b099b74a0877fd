"""Top-ups that come back (退储值): the day's own is undone, later what was not spent is given back for money."""

from dataclasses import dataclass

from pos_app.domain.directory import KnownMember
from pos_app.domain.events import TopUpRefunded
from pos_app.domain.ids import UUID7_RANDOM_BYTES, Origin, receipt_number, uuid7
from pos_app.domain.ledger import Asset, spend
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.staff import Act
from pos_app.domain.stored_value import ValueParts
from pos_app.domain.tenders import TenderKind
from pos_app.domain.till import SoldTopUp
from pos_app.domain.topup_refund_slip import ValueBack, topup_refund_slip
from pos_app.domain.topup_refunds import TopUpQuote, left_of, work_out
from pos_app.errors import Refused
from pos_app.services.balances import require, stored_value
from pos_app.services.overrides import Approval, Override, Overrides
from pos_app.services.paying_back import mean_back
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.redeeming import check_life
from pos_app.services.refunding import LONGEST_REASON
from pos_app.services.sale_papers import paper_job, receipt_header
from pos_app.services.stored_value import whole
from pos_app.services.till import RECEIPT_PRINTER, TillSession
from pos_app.services.words import topup_refund_words

MOST_ROWS = 4


@dataclass(frozen=True, slots=True)
class TopUpRow:
    """A top-up to choose among those that were sold here; ``left_minor`` is what did not come back of it yet."""

    topup_id: str
    topup_no: str
    sold_at_ms: int
    paid_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class TopUpRefundAsked:
    """What is to come back. ``refund_id`` names the refund for ever: asking twice is one refund.

    ``given_minor`` is the money that was shown to go back, None before anything was: the refund is made only if it
    still comes to that. ``in_cash``: card and wallet in cash, where rules allow it.
    """

    refund_id: str
    topup_id: str
    reason: str = ""
    in_cash: bool = False
    given_minor: int | None = None


@dataclass(frozen=True, slots=True)
class TopUpRefundDone:
    """A refund that was made: its paper's number, the money, and what the member has now."""

    refund_no: str
    given_minor: int
    cash_minor: int
    is_undo: bool
    after: ValueParts


class TopUpRefundDesk:
    """Gives top-ups of this till back. All methods raise Refused ``staff.nobody``, ``till.not_enrolled``."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def begin(self) -> str:
        """Return the identity of a new refund."""
        return uuid7(self._session.clock.now_ms(), self._session.rng.token(UUID7_RANDOM_BYTES))

    def sold_to(self, member_id: str) -> tuple[TopUpRow, ...]:
        """Return what was sold here to a member, newest first; what came back whole is left out."""
        with self._session.store.view() as unit:
            rows = [_row(unit, sold) for sold in unit.topups.of_member(member_id, MOST_ROWS)]
        return tuple(row for row in rows if row.left_minor)

    def work_out(self, topup_id: str, *, in_cash: bool = False) -> TopUpQuote:
        """Return what the refund of a top-up comes to; raises Refused ``topup.unknown`` and what ``work_out`` does."""
        with self._session.store.view() as unit:
            return _Refunding(self._session, unit, topup_id, in_cash=in_cash).quote

    def check_here(self, asked: TopUpRefundAsked) -> None:
        """Refuse where stored value that is to come back lies elsewhere; raises what ``refund`` raises of that."""
        with self._session.store.view() as unit:
            if unit.topups.refund(asked.refund_id) is None:
                _Refunding(self._session, unit, asked.topup_id, in_cash=asked.in_cash).check_held()

    def refund(self, asked: TopUpRefundAsked, override: Override | None = None) -> TopUpRefundDone:
        """Give a top-up back: one transaction, then the slip waits in the print queue.

        Raises:
            Refused: ``topup.unknown`` for what was not sold here; ``refund.needs_reason``; ``refund.changed
                {shown_minor, given_minor}``; ``redeem.life_ended``; ``topup.short_here`` for stored value that lies
                elsewhere; ``override.*``; what ``work_out`` raises.
        """
        with self._session.store.view() as unit:
            known = unit.topups.refund(asked.refund_id)
            quote = None if known else _Refunding(self._session, unit, asked.topup_id, in_cash=asked.in_cash).quote
        approval = None if quote is None else self._overrides.check(_act(quote), override)
        return self._session.run(lambda unit: self._refund(unit, asked, approval))

    def _refund(self, unit: Unit, asked: TopUpRefundAsked, approval: Approval | None) -> TopUpRefundDone:
        done = unit.topups.refund(asked.refund_id)
        if done is not None:
            return self._told(unit, done)
        session = self._session
        session.cashier()
        check_life(unit)
        session.shift(unit)
        reason = " ".join(asked.reason.split())[:LONGEST_REASON]
        if not reason:
            raise Refused("refund.needs_reason")
        refunding = _Refunding(session, unit, asked.topup_id, in_cash=asked.in_cash)
        quote = refunding.quote
        if asked.given_minor not in (None, quote.given_minor):
            raise Refused("refund.changed", shown_minor=asked.given_minor, given_minor=quote.given_minor)
        refunding.check_held()
        act, number = _act(quote), refunding.sold.fact.topup_no
        amount = quote.principal_minor
        self._overrides.allow(unit, act, approval, amount, subject=number, amount_minor=quote.given_minor)
        session.mind_clock(unit, session.business_date(unit))
        fact, number_n = refunding.fact(asked.refund_id, reason)
        event = session.say(unit, fact)
        now = session.clock.now_ms()
        unit.holdings.take(fact.spends, at_ms=now)
        mean_back(session, unit, fact.refund_no, fact.tenders)
        unit.holdings.note_moves(event.seq, fact.spends, ())
        unit.topups.add_refund(number_n, fact.refund_id, fact.topup_id, event.seq)
        told = self._told(unit, fact)
        sold, member = refunding.sold, refunding.known.member
        back = ValueBack(sold.fact.topup_no, sold.business_date, quote.gift_minor, told.after)
        paper = topup_refund_slip(fact, back, receipt_header(session, unit, now), member, topup_refund_words())
        unit.papers.append(paper_job(paper, fact.refund_no, now))
        if told.cash_minor:
            unit.papers.append(NewPrintJob(RECEIPT_PRINTER, "drawer", "", now, subject=fact.refund_no))
        return told

    def _told(self, unit: Unit, fact: TopUpRefunded) -> TopUpRefundDone:
        return TopUpRefundDone(
            refund_no=fact.refund_no,
            given_minor=sum(tender.amount_minor for tender in fact.tenders),
            cash_minor=sum(tender.amount_minor for tender in fact.tenders if tender.kind is TenderKind.CASH),
            is_undo=fact.is_undo,
            after=whole(stored_value(self._session, unit, require(unit, fact.member_id))),
        )


class _Refunding:
    """One refund inside one transaction or view."""

    def __init__(self, session: TillSession, unit: Unit, topup_id: str, *, in_cash: bool) -> None:
        session.cashier()
        sold = unit.topups.with_id(topup_id)
        if sold is None:
            raise Refused("topup.unknown")
        self._session = session
        self._unit = unit
        self._today = session.business_date(unit)
        self.sold: SoldTopUp = sold
        self.known: KnownMember = require(unit, sold.fact.member_id)
        self.have = stored_value(session, unit, self.known)
        self.quote = work_out(
            sold.fact,
            unit.topups.refunds_of(topup_id),
            whole(self.have),
            unit.published.programme(self._today),
            self._today,
            is_same_day=sold.seq > unit.days.last_close(),
            in_cash=in_cash,
        )

    def check_held(self) -> None:
        """Refuse what this till does not hold; raises Refused ``topup.short_here`` with what to ask for."""
        value = max(0, self.quote.principal_minor - self.have.value_here)
        gift = max(0, self.quote.gift_minor - self.have.gift_here)
        if value or gift:
            wanted = self.quote.principal_minor + self.quote.gift_minor
            told = {"value_minor": value, "gift_minor": gift, "wanted_minor": wanted, "total_minor": self.have.total}
            raise Refused("topup.short_here", member_id=self.known.member.member_id, **told)

    def fact(self, refund_id: str, reason: str) -> tuple[TopUpRefunded, int]:
        """Return the fact and the running number of its paper."""
        identity, number_n = self._session.identity(self._unit), self._unit.till.next_number("topup_refund")
        place = receipt_number(identity.store_no, identity.lane, identity.epoch, number_n)
        today, now_ms = self._today, self._session.latest_ms(self._unit)
        held = self._unit.holdings.of(self.known.member.member_id)
        spends = spend(held, self.quote.principal_minor, today, now_ms, asset=Asset.VALUE)
        if self.quote.gift_minor:
            spends += spend(held, self.quote.gift_minor, today, now_ms, asset=Asset.GIFT)
        fact = TopUpRefunded(
            refund_id=refund_id,
            refund_no=f"TR{place}",
            topup_id=self.sold.fact.topup_id,
            sold_as=Origin(identity.terminal_id, identity.epoch, self.sold.seq),
            member_id=self.sold.fact.member_id,
            tenders=self.quote.tenders,
            principal_minor=self.quote.principal_minor,
            spends=spends,
            cancelled=self.quote.cancelled,
            reason=reason,
            deducted_minor=self.quote.deducted_minor,
            is_undo=self.quote.is_undo,
        )
        return fact, number_n


def _act(quote: TopUpQuote) -> Act:
    return Act.VOID if quote.is_undo else Act.REFUND


def _row(unit: Unit, sold: SoldTopUp) -> TopUpRow:
    left = left_of(sold.fact, unit.topups.refunds_of(sold.fact.topup_id))
    return TopUpRow(sold.fact.topup_id, sold.fact.topup_no, sold.sold_at_ms, sold.fact.paid_minor, left)
