"""Where a member stands and for whom a campaign is, in the language in force. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos_app.domain.campaigns import Birthday, Campaign, When, Who
from pos_app.domain.lifecycle import Life, Segment, Stage
from pos_app.i18n import _, ngettext
from pos_app.ui import desk_wording, wording

HOURS = 24


@dataclass(frozen=True, slots=True)
class Scope:
    """One condition of a campaign: what it looks at, and what it asks; ``is_personal`` if it is about the member."""

    name: str
    value: str
    is_personal: bool = True


def stage_text(stage: Stage) -> str:
    """Return what the shop calls a stage."""
    return {
        Stage.NEW: _("New member"),
        Stage.ACTIVE: _("Active"),
        Stage.LOYAL: _("Loyal"),
        Stage.DORMANT: _("Dormant"),
        Stage.LOST: _("Lost"),
    }[stage]


def segment_text(segment: Segment | None) -> str:
    """Return what the trade calls a kind of member; nothing for none."""
    return {
        None: "",
        Segment.KEY_VALUE: _("Key, keeps coming"),
        Segment.KEY_DEVELOP: _("Key, to develop"),
        Segment.KEY_KEEP: _("Key, to keep"),
        Segment.KEY_WIN_BACK: _("Key, to win back"),
        Segment.PLAIN_VALUE: _("Keeps coming"),
        Segment.PLAIN_DEVELOP: _("To develop"),
        Segment.PLAIN_KEEP: _("To keep"),
        Segment.PLAIN_WIN_BACK: _("To win back"),
    }[segment]


def life_why(life: Life) -> str:
    """Say what made stage and kind, and until when they hold if the member does not come again."""
    visits = ngettext("{n} visit", "{n} visits", life.visits).format(n=life.visits)
    made = _("{months} months: {visits}, {amount}").format(
        months=life.window_months, visits=visits, amount=wording.yuan(life.spend_minor)
    )
    if life.stage is Stage.LOST or life.until is None:
        return made
    until = {Stage.DORMANT: _("lost after {day}"), Stage.NEW: _("new until {day}")}.get(
        life.stage, _("dormant after {day}")
    )
    return f"{made} · {until.format(day=f'{life.until:%Y-%m-%d}')}"


def scopes(campaign: Campaign) -> tuple[Scope, ...]:
    """Return the conditions under which a campaign holds, those about the member first."""
    return (*_who(campaign.who), *_when(campaign.when))


def _who(who: Who) -> Iterator[Scope]:
    if who.members:
        yield Scope(_("For whom"), _("invited by head office"))
    if who.stages:
        yield Scope(_("Stage"), _either(stage_text(stage) for stage in who.stages))
    if who.segments:
        yield Scope(_("Kind of member"), _either(segment_text(segment) for segment in who.segments))
    if who.tiers:
        yield Scope(_("Tier"), _either(desk_wording.tier_text(tier) for tier in who.tiers))
    if who.months_from is not None or who.months_to is not None:
        yield Scope(_("Child's age"), _months(who))
    if who.birthday is not Birthday.ANY:
        whose = _("birthday month") if who.birthday is Birthday.MEMBER else _("child's birthday month")
        yield Scope(_("For whom"), whose)
    if who == Who(members_only=True):
        yield Scope(_("For whom"), _("all members"))


def _when(when: When) -> Iterator[Scope]:
    if when.weekdays:
        names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
        yield Scope(_("Days"), _either(names[day - 1] for day in when.weekdays), is_personal=False)
    if when.days_of_month:
        days = _("day {days} of the month").format(days=_either(str(day) for day in when.days_of_month))
        yield Scope(_("Days"), days, is_personal=False)
    if (when.hour_from, when.hour_to) != (0, HOURS):
        yield Scope(_("Hours"), f"{when.hour_from}:00–{when.hour_to}:00", is_personal=False)


def _months(who: Who) -> str:
    if who.months_to is None:
        return _("from {months} months").format(months=who.months_from)
    return _("{first}–{last} months").format(first=who.months_from or 0, last=who.months_to)


def _either(words: Iterator[str]) -> str:
    return _(" or ").join(words)
