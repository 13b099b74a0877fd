"""Top-ups (充值): a member buys stored value, spendable here at once; money is owed for it, and nothing is earned."""

from dataclasses import dataclass, replace
from datetime import timedelta

from pos_app.domain.charges import check_counted
from pos_app.domain.events import ToppedUp
from pos_app.domain.ids import UUID7_RANDOM_BYTES, Origin, receipt_number, uuid7
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.money import MINOR_PER_UNIT
from pos_app.domain.payment import TenderAsked, settle
from pos_app.domain.posting import CASHLIKE
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import NO_END
from pos_app.domain.stored_value import GiftPart, TopUpRule, ValueParts, best_rule, gift_parts
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.topup_slip import topup_slip
from pos_app.errors import Refused
from pos_app.services.balances import require, stored_value
from pos_app.services.ports import Unit
from pos_app.services.sale_papers import paper_job, receipt_header
from pos_app.services.stored_value import STORED_KINDS, whole
from pos_app.services.till import RECEIPT_PRINTER, TillSession
from pos_app.services.words import topup_words

MOST_MINOR = 5_000_000  # at once: more is no gift card but a deposit


@dataclass(frozen=True, slots=True)
class TopUpAsked:
    """What is to be bought. ``topup_id`` is said once: asking again with it changes nothing."""

    topup_id: str
    member_id: str
    amount_minor: int
    tenders: tuple[TenderAsked, ...]


@dataclass(frozen=True, slots=True)
class TopUpDone:
    """A top-up: its paper's number, what was paid and given at once, what comes later, and what there is now."""

    topup_no: str
    paid_minor: int
    gift_minor: int
    later: tuple[GiftPart, ...]
    change_minor: int
    after: ValueParts


class TopUpDesk:
    """Sells stored value. All methods raise Refused ``staff.nobody``, ``day.not_open``."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def begin(self) -> str:
        """Return the identity of a new top-up."""
        return uuid7(self._session.clock.now_ms(), self._session.rng.token(UUID7_RANDOM_BYTES))

    def rules(self) -> tuple[TopUpRule, ...]:
        """Return what is given with which amount today, least amount first."""
        with self._session.store.view() as unit:
            rules = unit.published.programme(self._session.business_date(unit)).topups
        return tuple(sorted(rules, key=lambda rule: rule.amount_minor))

    def top_up(self, asked: TopUpAsked) -> TopUpDone:
        """Sell stored value: one transaction, then the slip waits in the print queue.

        Raises:
            Refused: ``member.unknown``; ``topup.amount {most_minor}`` for less than nothing, too much, or a part of a
                unit of money; ``topup.tender`` for points of no money; ``redeem.life_ended``; ``charge.pending`` and
                ``charge.stands`` where money was asked for that is not known of or is no part of it; what ``settle``
                raises.
        """
        return self._session.run(lambda unit: self._top_up(unit, asked))

    def check(self, asked: TopUpAsked) -> None:
        """Refuse what could not be sold, before anybody is charged for it; raises what ``top_up`` raises."""
        with self._session.store.view() as unit:
            self._checked(unit, asked)

    def _top_up(self, unit: Unit, asked: TopUpAsked) -> TopUpDone:
        known_one = unit.topups.with_id(asked.topup_id)
        if known_one is not None:
            return self._told(unit, known_one.fact)
        session = self._session
        tenders, rules = self._checked(unit, asked)
        known, on = require(unit, asked.member_id), session.shift(unit).business_date
        charges = unit.charges.of_sale(asked.topup_id)
        check_counted(charges, asked.tenders, may_wait=False)
        for charge in charges:
            unit.charges.put(replace(charge, awaits_topup=False), on)
        session.mind_clock(unit, on)
        number = unit.till.next_number("topup")
        fact = self._fact(unit, asked, tenders, rules, number)
        event = session.say(unit, fact)
        now = session.clock.now_ms()
        unit.holdings.install(fact.granted, at_ms=now)
        unit.holdings.note_moves(event.seq, (), fact.granted)
        unit.topups.add(number, fact.topup_id, event.seq)
        done = self._told(unit, fact)
        paper = topup_slip(fact, receipt_header(session, unit, now), known.member, done.after, topup_words())
        unit.papers.append(paper_job(paper, fact.topup_no, now))
        if any(tender.kind in CASHLIKE for tender in tenders):
            unit.papers.append(NewPrintJob(RECEIPT_PRINTER, "drawer", "", now, subject=fact.topup_no))
        return done

    def _checked(self, unit: Unit, asked: TopUpAsked) -> tuple[tuple[Tender, ...], Programme]:
        """Return how it is paid and the rules of the day; raises what ``top_up`` raises."""
        self._session.cashier()
        require(unit, asked.member_id)
        rules = unit.published.programme(self._session.shift(unit).business_date)
        if unit.till.ended():
            raise Refused("redeem.life_ended", reason=unit.till.ended())
        return _tenders(asked, rules), rules

    def _fact(
        self, unit: Unit, asked: TopUpAsked, tenders: tuple[Tender, ...], rules: Programme, number: int
    ) -> ToppedUp:
        identity, today = self._session.identity(unit), self._session.business_date(unit)
        origin = Origin(identity.terminal_id, identity.epoch, unit.log.next_seq())
        granted = [Grant(origin.part("grant", 1), asked.member_id, Asset.VALUE, asked.amount_minor, NO_END)]
        rule = best_rule(asked.amount_minor, rules.topups)
        parts = () if rule is None else gift_parts(rule, today)
        at_once = sum(part.amount_minor for part in parts if part.due_on <= today)
        if at_once:
            last_day = today + timedelta(days=rules.gift_valid_days)
            granted.append(Grant(origin.part("grant", 2), asked.member_id, Asset.GIFT, at_once, last_day))
        place = receipt_number(identity.store_no, identity.lane, identity.epoch, number)
        return ToppedUp(
            topup_id=asked.topup_id,
            topup_no=f"T{place}",
            member_id=asked.member_id,
            rule="" if rule is None else f"{rule.rule_id}@{rules.version}",
            tenders=tenders,
            paid_minor=asked.amount_minor,
            granted=tuple(granted),
            later=tuple(part for part in parts if part.due_on > today),
        )

    def _told(self, unit: Unit, fact: ToppedUp) -> TopUpDone:
        have = stored_value(self._session, unit, require(unit, fact.member_id))
        return TopUpDone(
            topup_no=fact.topup_no,
            paid_minor=fact.paid_minor,
            gift_minor=sum(grant.amount for grant in fact.granted if grant.asset is Asset.GIFT),
            later=fact.later,
            change_minor=sum(tender.change_minor for tender in fact.tenders),
            after=whole(have),
        )


def _tenders(asked: TopUpAsked, rules: Programme) -> tuple[Tender, ...]:
    """Return how a top-up is paid, to the cent: whole units of money need no cash rounding."""
    amount = asked.amount_minor
    if not 0 < amount <= MOST_MINOR or amount % MINOR_PER_UNIT:
        raise Refused("topup.amount", most_minor=MOST_MINOR)
    if any(tender.kind in (*STORED_KINDS, TenderKind.EXCHANGE) for tender in asked.tenders):
        raise Refused("topup.tender")
    paid = settle(amount, asked.tenders, rules)
    if paid.rounding_minor:
        raise Refused("topup.amount", most_minor=MOST_MINOR)
    return paid.tenders
