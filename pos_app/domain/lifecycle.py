"""Where a member stands in the life of a customer, and of which kind they are: derived, dated and explained.

Neither is stored. Both follow from the facts that make the tier (``TierFacts``), the day of the last visit, the
published rules and the business date, so that till and head office say the same, offline too, and a member who stays
away falls asleep on the right day without anybody telling the till.

Source: the eight kinds are recency, frequency and money, each high or low (Arthur Hughes, Strategic Database Marketing,
1994), named as Chinese retail names them (重要价值, 重要发展, …). The thresholds are published data instead of
quintiles, so that one member's kind does not hang on all the others.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pos_app.domain.ages import add_months
from pos_app.domain.members import TierFacts


class Stage(StrEnum):
    """Lifecycle stages. Who stayed away too long is dormant or lost whatever they were before."""

    NEW = "new"
    ACTIVE = "active"
    LOYAL = "loyal"
    DORMANT = "dormant"
    LOST = "lost"


class Segment(StrEnum):
    """Kinds of members: ``key`` spend much, ``plain`` little; the rest of the name says lately and how often."""

    KEY_VALUE = "key_value"  # lately, often
    KEY_DEVELOP = "key_develop"  # lately, seldom
    KEY_KEEP = "key_keep"  # not lately, often
    KEY_WIN_BACK = "key_win_back"  # not lately, seldom
    PLAIN_VALUE = "plain_value"
    PLAIN_DEVELOP = "plain_develop"
    PLAIN_KEEP = "plain_keep"
    PLAIN_WIN_BACK = "plain_win_back"


_MONEY = ("plain", "key")
_KINDS = {(True, True): "value", (True, False): "develop", (False, True): "keep", (False, False): "win_back"}


@dataclass(frozen=True, slots=True)
class LifeRules:
    """The published thresholds. Days count from the last visit (of who never bought: from joining).

    Up to ``active_days`` somebody is active, longer dormant, past ``lost_days`` lost. Of the active ones who joined at
    most ``new_days`` ago is new, and who came ``loyal_visits`` times within the window is loyal, new or not.
    The kinds: at most ``recent_days`` ago is lately, ``frequent_visits`` often, ``valued_minor`` much. A window is
    ``window_months`` calendar months, this one included; visits are days of which something was kept.
    """

    new_days: int = 30
    active_days: int = 90
    lost_days: int = 365
    loyal_visits: int = 8
    window_months: int = 12
    recent_days: int = 45
    frequent_visits: int = 4
    valued_minor: int = 150_000

    def is_sound(self) -> bool:
        """Say whether every stage and kind can be reached."""
        counts = (self.new_days, self.active_days, self.loyal_visits, self.recent_days, self.frequent_visits)
        return min(*counts, self.valued_minor, self.window_months) >= 1 and self.active_days < self.lost_days


LIFE_RULES = LifeRules()


@dataclass(frozen=True, slots=True)
class Life:
    """A member's stage and kind on a day, and the facts that make them.

    ``segment`` is None for who bought nothing in the window. ``last_on`` is the last visit, None for none;
    ``idle_days`` are the days since then, or since joining. ``until`` is the last day of the stage if they do not come
    again, None for one without an end. ``visits`` and ``spend_minor`` are those of the window.
    """

    stage: Stage
    segment: Segment | None
    last_on: date | None
    idle_days: int
    until: date | None
    visits: int
    spend_minor: int
    window_months: int
    rule: str


def life_of(
    facts: TierFacts, joined_on: date, last_visit_on: date | None, rules: LifeRules, today: date, version: str = ""
) -> Life:
    """Return stage and kind on the business date ``today``.

    Args:
        facts: what was bought by month, in any order; months after ``today`` do not count yet.
        joined_on: when membership began.
        last_visit_on: the newest visit; one after ``today`` counts as today's.
        rules: the thresholds in force on ``today``.
        version: of the programme that they belong to.
    """
    begins = add_months(today.replace(day=1), 1 - rules.window_months)
    window = [month for month in facts.months if begins <= month.month <= today]
    visits, spend_minor = sum(month.visits for month in window), sum(month.spend_minor for month in window)
    came_on = last_visit_on or joined_on
    idle_days = max(0, (today - came_on).days)
    is_new = (today - joined_on).days <= rules.new_days
    stage = _stage(rules, idle_days, visits, is_new=is_new)
    return Life(
        stage=stage,
        segment=_segment(rules, idle_days, visits, spend_minor) if visits else None,
        last_on=last_visit_on,
        idle_days=idle_days,
        until=_until(stage, rules, joined_on, came_on),
        visits=visits,
        spend_minor=spend_minor,
        window_months=rules.window_months,
        rule=f"life@{version}",
    )


def _stage(rules: LifeRules, idle_days: int, visits: int, *, is_new: bool) -> Stage:
    if idle_days > rules.lost_days:
        return Stage.LOST
    if idle_days > rules.active_days:
        return Stage.DORMANT
    if visits >= rules.loyal_visits:
        return Stage.LOYAL
    return Stage.NEW if is_new else Stage.ACTIVE


def _segment(rules: LifeRules, idle_days: int, visits: int, spend_minor: int) -> Segment:
    kind = _KINDS[idle_days <= rules.recent_days, visits >= rules.frequent_visits]
    return Segment(f"{_MONEY[spend_minor >= rules.valued_minor]}_{kind}")


def _until(stage: Stage, rules: LifeRules, joined_on: date, came_on: date) -> date | None:
    """Return the last day of a stage if nothing happens; a loyal one may end sooner, when the window moves on."""
    asleep = came_on + timedelta(days=rules.active_days)
    if stage is Stage.NEW:
        return min(joined_on + timedelta(days=rules.new_days), asleep)
    if stage is Stage.LOST:
        return None
    return came_on + timedelta(days=rules.lost_days) if stage is Stage.DORMANT else asleep
