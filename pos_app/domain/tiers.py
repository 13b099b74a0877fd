"""Which tier a member is in: derived from what they bought, how long they are a member and what they hold a term of.

A tier is no state. It follows from facts, rules and the business date, so that till and head office, given the same
facts in any order, say the same; what came back is taken off the month it was bought in, and its tier goes with it.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from pos_app.domain.ages import add_months, months_between
from pos_app.domain.events import RefundedLine, Sale, SaleLine, TierRaised
from pos_app.domain.members import Month, Tier, TierFacts, TierTerm
from pos_app.domain.programme import BASIS_POINTS, MAX_WINDOW_MONTHS, Programme, TierRule

DAY = timedelta(days=1)
RANK = {tier: rank for rank, tier in enumerate(Tier)}


class Reason(StrEnum):
    """What puts a member into a tier, and (the last four) what took them out of one."""

    JOINED = "joined"
    SPEND = "spend"
    VISITS = "visits"
    YEARS = "years"
    BOUGHT = "bought"
    GIVEN = "given"
    LAPSED = "lapsed"  # no longer reached, and the grace is over
    TERM_OVER = "term_over"
    RETURNED = "returned"  # what had earned it came back
    COUNTED = "counted"  # a till said a tier that head office does not count up to


@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought on a day, negative for what came back of that day; the terms and the tier that came with it."""

    on: date
    minor: int
    terms: tuple[TierTerm, ...] = ()
    raised: Tier | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a tier still takes, by the way that is furthest along: money or visits; ``share_bp`` is what is done."""

    tier: Tier
    missing_minor: int
    missing_visits: int
    share_bp: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's tier on a day, and the facts that make it.

    ``kept_until`` is its last day if nothing more is bought, None for one without an end. ``spend_minor`` and
    ``visits`` are those of its rule's window (of the next tier's, for the lowest), ``years`` whole ones of membership.
    ``next`` is what the next tier takes; ``keep`` what this one takes again while only the grace keeps it.
    """

    tier: Tier
    reason: Reason
    kept_until: date | None
    spend_minor: int
    visits: int
    years: int
    window_months: int
    rule: str
    next: Progress | None = None
    keep: Progress | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    tier: Tier
    reason: Reason
    until: date | None

    @property
    def strength(self) -> tuple[int, date]:
        return RANK[self.tier], self.until or date.max


def standing(
    facts: TierFacts, joined_on: date, programme: Programme, today: date, said: Tier | None = None
) -> Standing:
    """Return the tier that the facts make on the business date ``today``.

    Args:
        facts: months, bought and given terms, in any order; what is dated later than ``today`` does not count yet.
        joined_on: when membership began.
        programme: the rules in force on ``today``.
        today: the business date.
        said: the tier that head office says, which counts whatever follows from the facts; None to work it out.
    """
    years = _years(joined_on, today)
    sums = _Sums(facts.months, _index(today))
    claims = list(_claims(facts, years, sums, programme, today))
    if said is not None:
        claims = [claim for claim in claims if claim.tier is said] or [_Claim(said, Reason.GIVEN, None)]
    held = max(claims, key=lambda claim: claim.strength)
    above = _next(held.tier, programme)
    rule = programme.tier_rule(held.tier) if held.tier is not Tier.NORMAL or above is None else above
    window = rule.window_months
    in_grace = held.reason in (Reason.SPEND, Reason.VISITS) and not sums.reach_now(rule)
    return Standing(
        tier=held.tier,
        reason=held.reason,
        kept_until=held.until,
        spend_minor=sums.within(sums.spend, window),
        visits=sums.within(sums.visits, window),
        years=years,
        window_months=window,
        rule=f"tier_{held.tier}@{programme.version}",
        next=None if above is None else sums.progress(above),
        keep=sums.progress(rule) if in_grace else None,
    )


def looked_at_again_on(facts: TierFacts, joined_on: date, programme: Programme, today: date) -> date | None:
    """Return the first day on which time alone may change the tier, None if it never does under these rules."""
    held = standing(facts, joined_on, programme, today)
    days = [add_months(joined_on, 12 * rule.years) for rule in programme.tiers if rule.years > held.years]
    days += [month.month for month in facts.months] + [term.from_on for term in facts.terms]
    if held.kept_until is not None:
        days.append(held.kept_until + DAY)
    return min((day for day in days if day > today), default=None)


def why_lower(tier: Tier, before: TierFacts, joined_on: date, programme: Programme, today: date) -> Reason:
    """Return why a member who was in ``tier`` by the facts ``before`` is lower: goods came back, or time went by."""
    if RANK[standing(before, joined_on, programme, today).tier] >= RANK[tier]:
        return Reason.RETURNED
    return Reason.TERM_OVER if any(term.tier is tier for term in before.terms) else Reason.LAPSED


def with_bought(facts: TierFacts, bought: Iterable[Bought], counted_until: date | None = None) -> TierFacts:
    """Return the facts with what was bought besides, in any order, and the terms that came with it.

    Args:
        facts: what is counted already.
        bought: sales and returns, a return on the day of its sale.
        counted_until: the newest day whose visit is inside ``facts``; a day up to it is no new visit.
    """
    days: dict[date, int] = {}
    terms: list[TierTerm] = []
    for one in bought:
        days[one.on] = days.get(one.on, 0) + one.minor
        terms += one.terms
    months = {month.month: month for month in facts.months}
    for on, minor in days.items():
        first = on.replace(day=1)
        before = months.get(first, Month(first, 0, 0))
        is_new = minor > 0 and (counted_until is None or on > counted_until)
        months[first] = replace(before, spend_minor=before.spend_minor + minor, visits=before.visits + is_new)
    kept = (month for month in months.values() if month.spend_minor or month.visits)
    newest = sorted(kept, key=lambda month: month.month, reverse=True)
    return with_terms(replace(facts, months=tuple(newest)), terms)


def raised_by(tier: Tier, facts: TierFacts, joined_on: date, programme: Programme, today: date) -> TierRaised | None:
    """Return what raises a member of ``tier`` by the facts of now, None where they make nothing higher."""
    after = standing(facts, joined_on, programme, today)
    if RANK[after.tier] <= RANK[tier]:
        return None
    return TierRaised(
        tier=after.tier,
        was=tier,
        reason=after.reason,
        spend_minor=after.spend_minor,
        visits=after.visits,
        years=after.years,
        window_months=after.window_months,
        kept_until=after.kept_until,
        rule=after.rule,
    )


def counting_minor(lines: Iterable[SaleLine]) -> int:
    """Return what sold lines count for a tier: what was really paid for goods, not for a membership."""
    return sum(line.paid_minor for line in lines if line.term is None)


def counting_back(sold: Sale, lines: Iterable[RefundedLine]) -> tuple[int, dict[str, int]]:
    """Return what goods that came back had counted: the money, and the months of each term that they had granted.

    Lines that the sale does not have had counted nothing.
    """
    by_no = {line.line_no: line for line in sold.lines}
    minor, months = 0, dict[str, int]()
    for back in lines:
        line = by_no.get(back.line_no)
        if line is None:
            continue
        if line.term is None:
            minor += back.paid_minor
        else:
            months[line.term.term_id] = line.term.months // line.quantity * back.quantity
    return minor, months


def with_terms(facts: TierFacts, terms: Iterable[TierTerm]) -> TierFacts:
    """Return the facts with further terms; one that is there already is not added again."""
    known = {term.term_id: term for term in (*facts.terms, *terms)}
    return replace(facts, terms=tuple(known[name] for name in sorted(known)))


def united(first: TierFacts, others: Iterable[TierFacts]) -> TierFacts:
    """Return the facts of one person who had several records: their purchases add up, every term counts."""
    whole = first
    for other in others:
        months = {month.month: month for month in whole.months}
        for month in other.months:
            mine = months.get(month.month, Month(month.month, 0, 0))
            spend_minor, visits = mine.spend_minor + month.spend_minor, mine.visits + month.visits
            months[month.month] = Month(month.month, spend_minor, visits)
        newest = sorted(months.values(), key=lambda month: month.month, reverse=True)
        whole = with_terms(replace(whole, months=tuple(newest)), other.terms)
    return whole


def lasts_until(terms: Iterable[TierTerm], tier: Tier, today: date) -> date | None:
    """Return the last day of the terms of a tier that are running, one after another; None while none is."""
    return next((last for first, last in _runs(terms, tier) if first <= today <= last), None)


def kept_months(programme: Programme) -> int:
    """Return how many months of facts, this one included, the rules can still ask for."""
    most = max((rule.window_months + rule.grace_months for rule in programme.tiers), default=1)
    return min(max(most, programme.life.window_months), MAX_WINDOW_MONTHS)


def _claims(facts: TierFacts, years: int, sums: "_Sums", programme: Programme, today: date) -> Iterator[_Claim]:
    yield _Claim(Tier.NORMAL, Reason.JOINED, None)
    for rule in programme.tiers:
        if rule.years and years >= rule.years:
            yield _Claim(rule.tier, Reason.YEARS, None)
        for most, values, reason in (
            (rule.spend_minor, sums.spend, Reason.SPEND),
            (rule.visits, sums.visits, Reason.VISITS),
        ):
            last = sums.last_reached(values, most, rule) if most else None
            if last is not None:
                yield _Claim(rule.tier, reason, _last_day(last + rule.grace_months))
    for tier in {term.tier for term in facts.terms}:
        until = lasts_until((term for term in facts.terms if term.from_on <= today), tier, today)
        if until is not None:
            bought = any(term.is_bought for term in facts.terms if term.tier is tier)
            yield _Claim(tier, Reason.BOUGHT if bought else Reason.GIVEN, until)


class _Sums:
    """Money and visits by month, up to this one, and what a window of them comes to."""

    def __init__(self, months: Iterable[Month], now: int) -> None:
        self._now = now
        counted = [(_index(month.month), month) for month in months]
        self.spend = {at: month.spend_minor for at, month in counted if at <= now}
        self.visits = {at: month.visits for at, month in counted if at <= now}

    def within(self, values: Mapping[int, int], window: int) -> int:
        """Return the sum of the window that ends with this month."""
        return sum(values.get(at, 0) for at in range(self._now - window + 1, self._now + 1))

    def last_reached(self, values: Mapping[int, int], most: int, rule: TierRule) -> int | None:
        """Return the last month whose window comes to ``most``, None if its grace is over.

        Months to come count as empty: with nothing more bought, the window leaves what was bought behind.
        """
        window = rule.window_months
        at = self._now + window - 1
        total = values.get(self._now, 0)
        while at >= self._now - rule.grace_months:
            if total >= most:
                return at
            total += values.get(at - window, 0) - values.get(at, 0)
            at -= 1
        return None

    def reach_now(self, rule: TierRule) -> bool:
        """Say whether the window that ends with this month reaches a tier."""
        spend, visits = self.within(self.spend, rule.window_months), self.within(self.visits, rule.window_months)
        return 0 < rule.spend_minor <= spend or 0 < rule.visits <= visits

    def progress(self, rule: TierRule) -> Progress:
        """Return what a tier takes that is not reached in this window."""
        spend, visits = self.within(self.spend, rule.window_months), self.within(self.visits, rule.window_months)
        by_spend = max(0, spend) * BASIS_POINTS // rule.spend_minor if rule.spend_minor else -1
        by_visits = visits * BASIS_POINTS // rule.visits if rule.visits else -1
        if by_visits > by_spend:
            return Progress(rule.tier, 0, max(0, rule.visits - visits), min(by_visits, BASIS_POINTS))
        return Progress(rule.tier, max(0, rule.spend_minor - spend), 0, min(by_spend, BASIS_POINTS))


def _next(tier: Tier, programme: Programme) -> TierRule | None:
    """Return the next tier up that can be earned over the counter."""
    above = [rule for rule in programme.tiers if RANK[rule.tier] > RANK[tier] and (rule.spend_minor or rule.visits)]
    return min(above, key=lambda rule: RANK[rule.tier], default=None)


def _runs(terms: Iterable[TierTerm], tier: Tier) -> Iterator[tuple[date, date]]:
    """Yield first and last day of each unbroken run of a tier's terms: one begins where the one before it ends."""
    first: date | None = None
    last = date.min
    for term in sorted((term for term in terms if term.tier is tier), key=lambda term: (term.from_on, term.term_id)):
        if first is not None and term.from_on > last + DAY:
            yield first, last
            first = None
        begins = term.from_on if first is None else max(term.from_on, last + DAY)
        first = begins if first is None else first
        last = add_months(begins, term.months) - DAY
    if first is not None:
        yield first, last


def _years(joined_on: date, today: date) -> int:
    return months_between(joined_on, today)[0] // 12 if joined_on <= today else 0


def _index(day: date) -> int:
    """Return the number of a day's month."""
    return day.year * 12 + day.month - 1


def _last_day(index: int) -> date:
    year, month = divmod(index, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])
