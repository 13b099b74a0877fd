"""What a sale does for its member's tier: what it counts, the membership that it sells, the tier that it reaches."""

from dataclasses import replace
from datetime import date

from pos_app.domain.directory import KnownMember
from pos_app.domain.events import Sale, SaleLine, SaleRefunded, TierRaised
from pos_app.domain.ids import Origin
from pos_app.domain.members import Tier, TierTerm
from pos_app.domain.pricing import PricedLine
from pos_app.domain.programme import Programme
from pos_app.domain.tiers import (
    RANK,
    Bought,
    Standing,
    counting_back,
    counting_minor,
    lasts_until,
    raised_by,
    standing,
    with_bought,
)
from pos_app.errors import Refused
from pos_app.services.ports import Unit


def standing_of(known: KnownMember, programme: Programme, today: date) -> Standing:
    """Return the tier a member is in, and what makes it."""
    return standing(known.facts, known.member.joined_on, programme, today, known.member.tier)


def raising(known: KnownMember, bought: Bought, programme: Programme, today: date) -> TierRaised | None:
    """Return the tier that a purchase of today puts the member into, from the next sale on; None for no higher one."""
    after = with_bought(known.facts, [bought], known.last_visit_on)
    return raised_by(known.member.tier, after, known.member.joined_on, programme, today)


def came_back(unit: Unit, sale: Sale, fact: SaleRefunded, programme: Programme, today: date) -> None:
    """Take what came back off the tier that it counted for, and the tier that was reached here with it."""
    if sale.member_id is None:
        return
    unit.sales.came_back(sale.sale_id, *counting_back(sale, fact.lines))
    known = unit.members.known(sale.member_id)
    if known is not None:
        reached = standing(known.facts, known.member.joined_on, programme, today)
        unit.sales.lower(sale.member_id, [tier for tier in Tier if RANK[tier] > RANK[reached.tier]])


def with_terms(
    lines: tuple[SaleLine, ...], priced: tuple[PricedLine, ...], known: KnownMember | None, origin: Origin, today: date
) -> tuple[SaleLine, ...]:
    """Return the sold lines with the terms that the memberships among them grant.

    Raises Refused ``membership.needs_member`` where there is nobody to grant them to.
    """
    terms: list[TierTerm] = [] if known is None else list(known.facts.terms)
    sold: list[SaleLine] = []
    for line, item in zip(lines, (line.item for line in priced), strict=True):
        if item.term_tier is None:
            sold.append(line)
            continue
        if known is None:
            raise Refused("membership.needs_member", item=item.name)
        months = item.term_months * line.quantity
        terms.append(TierTerm(origin.part("term", line.line_no), item.term_tier, today, months))
        sold.append(replace(line, term=terms[-1], term_until=lasts_until(terms, item.term_tier, today)))
    return tuple(sold)


def bought_by(lines: tuple[SaleLine, ...], today: date) -> Bought:
    """Return what sold lines count for a tier."""
    return Bought(today, counting_minor(lines), tuple(line.term for line in lines if line.term is not None))


def about_to_buy(priced: tuple[PricedLine, ...], today: date) -> Bought:
    """Return what lines that are not paid yet would count."""
    terms = tuple(
        TierTerm(f"/{line.line_no}", line.item.term_tier, today, line.item.term_months * line.quantity)
        for line in priced
        if line.item.term_tier is not None
    )
    return Bought(today, sum(line.paid_minor for line in priced if line.item.term_tier is None), terms)
