"""How sign-in, calls, close and sync centre write times, people and kinds in the language in force. No Qt."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Protocol

from pos_app.domain.calls import Outcome
from pos_app.domain.events import TierRaised
from pos_app.domain.members import HeldElsewhere, Purpose, Tier, TierChange, Vesting
from pos_app.domain.staff import Act, Role
from pos_app.domain.tiers import Progress, Reason, Standing
from pos_app.domain.words import AdviceWords
from pos_app.i18n import _, language, ngettext
from pos_app.services.balances import CardStanding, CouponStanding, ValueStanding
from pos_app.services.words import advice_words, outcome_words, reason_words, tender_words, tier_words
from pos_app.ui import wording

MONTHS_A_YEAR = 12
MOST_HOLDERS = 2  # named beside a balance
MOST_ADVICE = 2  # more than two questions are not asked in one call
MONTHS_TOLD_FROM = 24  # from two years on a parent counts years


class Aged(Protocol):
    """A child and how old it is, or how long until it is born."""

    @property
    def name(self) -> str: ...
    @property
    def months(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def expected(self) -> bool: ...


class BoughtItem(Protocol):
    """One item that was bought, and what to say about it."""

    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def advice(self) -> str: ...


def weekday_text(day: date) -> str:
    """Return the short name of the weekday."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[day.weekday()]


def clock_s_text(at_ms: int) -> str:
    """Return the local time of day with seconds."""
    return f"{_local(at_ms):%H:%M:%S}"


def when_text(at_ms: int, now_ms: int) -> str:
    """Return the time of day, with the date in front when it is not today."""
    then = _local(at_ms)
    return f"{then:%H:%M}" if then.date() == _local(now_ms).date() else f"{then:%m-%d %H:%M}"


def day_and_time_text(at_ms: int) -> str:
    """Return the local day and time of a UTC instant: ``2026-11-22 10:26``."""
    return f"{_local(at_ms):%Y-%m-%d %H:%M}"


def moment_text(at_ms: int) -> str:
    """Return the local day and time of a UTC instant: ``11-20 16:02``."""
    return f"{_local(at_ms):%m-%d %H:%M}"


def span_text(seconds: int) -> str:
    """Return a countdown: ``0:18``, ``12:05``."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes}:{rest:02d}"


def ago_text(seconds: int) -> str:
    """Return how long something has lasted, in the largest unit that says something."""
    minutes = max(0, seconds) // 60
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    if minutes < 48 * 60:
        return ngettext("{n} hour", "{n} hours", minutes // 60).format(n=minutes // 60)
    return ngettext("{n} day", "{n} days", minutes // 1440).format(n=minutes // 1440)


def assets_text(
    value: ValueStanding, coupons: Sequence[CouponStanding] = (), cards: Sequence[CardStanding] = ()
) -> str:
    """Return what a member has besides points, in one line: punch cards, stored value here and in all, coupons."""
    parts = [card_text(card) for card in cards]
    if value.total:
        parts.append(
            _("Value {amount} ({here} here)").format(
                amount=f"¥{wording.short_money(value.total)}", here=f"¥{wording.short_money(value.usable_here)}"
            )
        )
    if coupons:
        parts.append(ngettext("{n} coupon", "{n} coupons", len(coupons)).format(n=len(coupons)))
    return " · ".join(parts)


def card_text(standing: CardStanding) -> str:
    """Return a punch card and how full it is: ``Nappy card 7/10``; a full one has something to give."""
    card = standing.card
    name = card.name if language() == "zh_CN" or not card.name_en else card.name_en
    told = _("{name} {have}/{needed}: one free") if standing.is_full else _("{name} {have}/{needed}")
    return told.format(name=name, have=standing.total, needed=card.needed)


def vesting_text(vesting: Sequence[Vesting]) -> str:
    """Return what points may not be spent yet, and from which day on (the first of several); empty for none."""
    if not vesting:
        return ""
    points, day = sum(each.points for each in vesting), wording.day(vesting[0].usable_from)
    told = _("{points} usable from {day}") if len(vesting) == 1 else _("{points} not usable yet, the first from {day}")
    return told.format(points=f"{points:,}", day=day)


def owed_text(points: int) -> str:
    """Return what the member owes in points, empty for none."""
    return _("owes {points} pts").format(points=f"{points:,}") if points else ""


def role_text(role: Role) -> str:
    """Return what the shop calls a role."""
    return {
        Role.CASHIER: _("Cashier"),
        Role.ASSISTANT: _("Assistant"),
        Role.MANAGER: _("Manager"),
        Role.AUDITOR: _("Auditor"),
    }[role]


def outcome_text(outcome: Outcome) -> str:
    """Return the outcome of a call as it stands on the slip."""
    return outcome_words()[tuple(Outcome).index(outcome)]


def purpose_text(purpose: Purpose) -> str:
    """Return what the shop calls a purpose."""
    return {
        Purpose.MEMBERSHIP: _("Membership and points"),
        Purpose.CHILD: _("Child's details"),
        Purpose.CALL: _("Follow-up calls"),
        Purpose.MESSAGE: _("Offers by message"),
    }[purpose]


def problem_text(problem: str) -> str:
    """Return what the shop calls a kind of problem; an unknown kind is told as it is."""
    return {
        "constipation": _("Constipation"),
        "allergy": _("Allergy"),
        "price": _("Price"),
        "mixing": _("Mixing"),
        "refuses": _("Will not eat it"),
        "other": _("Something else"),
    }.get(problem, problem)


def act_text(act: Act) -> str:
    """Return what a person does, as the approval of it says."""
    return {
        Act.SELL: _("Sell"),
        Act.CALL: _("Call members"),
        Act.CLOSE_DAY: _("Close the day"),
        Act.HAND_OVER: _("Hand over with a difference"),
        Act.READ_X: _("Print an X"),
        Act.APPROVE: _("Approve"),
        Act.AUDIT: _("Read the audit"),
        Act.DISCOUNT_LINE: _("Discount on a line"),
        Act.DISCOUNT_ORDER: _("Discount on the sale"),
        Act.SET_PRICE: _("Price set by hand"),
        Act.REFUND: _("Refund"),
        Act.VOID: _("Cancel a sale"),
        Act.OPEN_DRAWER: _("Open the drawer without a sale"),
        Act.REPRINT: _("Print a receipt again"),
        Act.MOVE_CASH: _("Cash in or out"),
        Act.UNLOCK: _("Let somebody try a PIN again"),
        Act.SETTLE_CHARGE: _("Say what became of a payment"),
        Act.VOUCH: _("Vouch for clock and member"),
        Act.RENEW_PROOF: _("New card or phone for a member"),
    }[act]


def reason_text(reason: str) -> str:
    """Return why something was done or differs, in words; what a person wrote is told as it is."""
    return reason_words().get(reason, reason)


def tender_text(kind: str) -> str:
    """Return what the shop calls a kind of tender; an unknown kind is told as it is."""
    return {**tender_words(), "points": _("Points")}.get(kind, kind)


def fact_text(kind: str) -> str:
    """Return what a shop calls the facts that a till sends; an unknown kind is told as it is."""
    return {
        "sale": _("Sale records"),
        "member_registered": _("New members"),
        "consent_changed": _("Consent answers"),
        "member_pin_set": _("Member PINs"),
        "member_amended": _("Member details put right"),
        "card_replaced": _("Lost cards replaced"),
        "merge_asked": _("Records to be united"),
        "topped_up": _("Top-ups"),
        "topup_refunded": _("Top-ups refunded"),
        "profile_opened": _("Member profiles opened"),
        "phone_revealed": _("Phone numbers shown"),
        "call_recorded": _("Call results"),
        "slips_printed": _("Slip runs"),
        "grants_installed": _("Points received"),
        "rights_released": _("Points handed back"),
        "day_opened": _("Days opened"),
        "day_closed": _("Days closed"),
        "staff_signed_in": _("Sign-ins"),
        "staff_signed_out": _("Sign-outs"),
        "staff_handed_over": _("Hand-overs"),
        "staff_pin_wrong": _("Wrong PINs"),
        "staff_locked_out": _("Lock-outs"),
        "receipt_reprinted": _("Reprints"),
        "basket_voided": _("Cancelled sales"),
        "drawer_opened": _("Drawer openings"),
        "clock_stepped": _("Clock changes"),
        "overridden": _("Approvals"),
        "cash_moved": _("Cash in or out"),
        "shift_handed_over": _("Shifts handed over"),
        "day_paper_reprinted": _("Copies of day papers"),
    }.get(kind, kind)


def held_text(held: Sequence[HeldElsewhere], now_ms: int | None = None, most: int = MOST_HOLDERS) -> str:
    """Return who holds how many points: ``750 reserved at Jiangnan West, till 2, offline since 10:42``.

    ``most`` are named, the rest is counted. Without ``now_ms`` a silent one is only said to be offline.
    """
    told = [_held_text(each, now_ms) for each in held[:most]]
    more = len(held) - len(told)
    if more:
        told.append(ngettext("{n} till more", "{n} tills more", more).format(n=more))
    return " · ".join(told)


def _held_text(held: HeldElsewhere, now_ms: int | None) -> str:
    name = held.store_name if language() == "zh_CN" or not held.store_name_en else held.store_name_en
    place = _("{store}, till {lane}").format(store=name, lane=held.lane) if held.lane else name
    points, silent = f"{held.points:,}", held.silent_since_ms
    if silent is None:
        return _("{points} reserved at {place}").format(points=points, place=place)
    if now_ms is None:
        return _("{points} reserved at {place}, offline").format(points=points, place=place)
    when = when_text(silent, now_ms)
    return _("{points} reserved at {place}, offline since {time}").format(points=points, place=place, time=when)


def ended_text(code: str) -> str:
    """Return that head office ended this till's life and what must be done; empty for any other code."""
    return {
        "session.re_enrol": _("This till must be enrolled again"),
        "push.fork": _("Data set back: enrol this till again"),
        "terminal.locked": _("Head office locked this till"),
    }.get(code, "")


def masked_name(name: str) -> str:
    """Return a name as it may be shown of somebody who is not here: the first character only."""
    return f"{name[:1]}**"


def child_text(child: Aged) -> str:
    """Return name and age as an assistant says them: ``糖糖 · 6 月龄 12 天``."""
    return " · ".join(part for part in (child.name, age_text(child)) if part)


def age_text(child: Aged) -> str:
    """Return the month-age, the years from two years on, or the months until the birth."""
    if child.expected:
        return ngettext("due in {n} month", "due in {n} months", child.months).format(n=child.months)
    if child.months < 1:
        return ngettext("{n} day old", "{n} days old", child.days).format(n=child.days)
    if child.months < MONTHS_TOLD_FROM:
        return _("{n} mo").format(n=child.months)
    return _("{years} y {months} mo").format(years=child.months // MONTHS_A_YEAR, months=child.months % MONTHS_A_YEAR)


def bought_text(bought: Sequence[BoughtItem]) -> str:
    """Return the items behind a call: ``益生菌冻干粉 × 2、米粉``."""
    joint = "、" if language() == "zh_CN" else ", "
    return joint.join(line.name if line.quantity == 1 else f"{line.name} × {line.quantity}" for line in bought)


def ask_text(bought: Sequence[BoughtItem]) -> str:
    """Return what to ask about the items, each kind of advice once, as on the slip."""
    return " ".join(words.ask for words in _advice(bought))


def advise_text(bought: Sequence[BoughtItem]) -> str:
    """Return what to advise about the first item that advice is given for; the slip has the rest."""
    return _advice(bought)[0].advise


def _advice(bought: Sequence[BoughtItem]) -> list[AdviceWords]:
    known = advice_words()
    kinds = dict.fromkeys(item.advice if item.advice in known else "" for item in bought)
    named = [known[kind] for kind in kinds if kind]
    return named[:MOST_ADVICE] or [known[""]]


def _local(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone()


def tier_text(tier: Tier) -> str:
    """Return what the shop calls a tier."""
    return tier_words()[tier]


def tier_progress(standing: Standing, raising: TierRaised | None) -> str:
    """Say what matters next of a tier: that this sale earns it, what keeps it or the next takes, how long it lasts."""
    if raising is not None:
        return _("{tier} once this is paid").format(tier=tier_text(raising.tier))
    until = "" if standing.kept_until is None else f"{standing.kept_until:%Y-%m-%d}"
    if standing.keep is not None:
        return _("{missing} keeps {tier} beyond {date}").format(
            missing=_missing(standing.keep), tier=tier_text(standing.tier), date=until
        )
    if standing.next is not None:
        return _("{missing} to {tier}").format(missing=_missing(standing.next), tier=tier_text(standing.next.tier))
    if until:
        return _("{tier} until {date}").format(tier=tier_text(standing.tier), date=until)
    return ""


def tier_why(raised: TierRaised) -> str:
    """Say what earned a tier."""
    return {
        Reason.SPEND: _("{amount} spent within {months} months"),
        Reason.VISITS: _("{visits} visits within {months} months"),
        Reason.YEARS: _("{years} years a member"),
    }.get(Reason(raised.reason), _("paid membership")).format(
        amount=wording.yuan(raised.spend_minor),
        months=raised.window_months,
        visits=raised.visits,
        years=raised.years,
    )


def tier_news(change: TierChange, tier: Tier) -> str:
    """Say how head office changed a tier, and why."""
    why = {
        Reason.LAPSED: _("no longer reached"),
        Reason.TERM_OVER: _("paid membership over"),
        Reason.RETURNED: _("goods returned"),
    }.get(Reason(change.reason), "")
    return _("Head office, {day}: {was} → {tier}, {why}").format(
        day=wording.day(change.on), was=tier_text(change.was), tier=tier_text(tier), why=why
    )


def _missing(progress: Progress) -> str:
    if progress.missing_visits:
        return ngettext("{n} visit", "{n} visits", progress.missing_visits).format(n=progress.missing_visits)
    return f"¥{wording.short_money(progress.missing_minor)}"
