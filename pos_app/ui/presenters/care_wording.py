"""Care prompts in the language in force: a title, the reason, and a short title for narrow screens. No Qt."""

from dataclasses import dataclass
from typing import Any

from pos_app.domain.explaining import Goal
from pos_app.domain.programme import BASIS_POINTS
from pos_app.i18n import _, ngettext
from pos_app.services.member_models import Prompt
from pos_app.ui.presenters.view_models import CareKind
from pos_app.ui.wording import day, yuan

DAYS_A_MONTH = 30.44
# Where each stage of a child's life begins, in months; the last has no end that a shop counts.
STAGES = (0, 1, 4, 7, 10, 12, 18, 24, 36, 48, 72)


@dataclass(frozen=True, slots=True)
class CareSaid:
    """A prompt in words."""

    kind: CareKind
    title: str
    reason: str
    short: str


def say(prompt: Prompt) -> CareSaid:
    """Return the words of a prompt; see ``domain/care.py`` for codes and facts."""
    facts: dict[str, Any] = dict(prompt.facts)
    match prompt.code:
        case "care.run_out":
            return _run_out(facts)
        case "care.follow_up":
            return _follow_up(facts)
        case "care.stage_switch":
            title = _("Move up to stage {stage}").format(stage=facts["next_stage"])
            reason = _("Stage {stage} ends {on}").format(stage=facts["stage"], on=day(facts["on"]))
            return CareSaid(
                CareKind.STAGE_SWITCH, title, reason, _("To stage {stage}").format(stage=facts["next_stage"])
            )
        case "care.month_age":
            return _month_age(facts)
    return CareSaid(CareKind.CASE, prompt.code, "", prompt.code)


def goal_text(goal: Goal) -> str:
    """Say what is missing to a threshold, and what it brings."""
    if goal.pieces:
        missing = ngettext("{n} more", "{n} more", goal.pieces).format(n=goal.pieces)
    else:
        missing = _("{amount} more").format(amount=yuan(goal.missing_minor))
    if goal.share_bp == BASIS_POINTS:
        gain = _("one free")
    elif goal.share_bp:
        gain = _("{percent} off").format(percent=f"{goal.share_bp / 100:g}%")
    elif goal.off_minor:
        gain = _("{amount} off").format(amount=yuan(goal.off_minor))
    else:
        gain = _("a gift")
    return f"{missing} → {gain}"


def stage(months: int, days: int) -> tuple[str, float]:
    """Return what the stage of a child's age is called, and how much of it is gone (0 to 1)."""
    begins = max((start for start in STAGES if start <= months), default=0)
    ends = next((start for start in STAGES if start > months), begins + 12)
    share = (months - begins + days / DAYS_A_MONTH) / (ends - begins)
    return _stage_name(begins), min(1.0, max(0.0, share))


def _run_out(facts: dict[str, Any]) -> CareSaid:
    what = advice_word(facts["advice"])
    left = int(facts["days_left"])
    bought = _("{on} bought × {n}").format(on=day(facts["bought_on"]), n=facts["quantity"])
    if left > 0:
        title = ngettext("{what}: ~{n} day left", "{what}: ~{n} days left", left).format(what=what, n=left)
        short = _("{what}: {n} d left").format(what=what, n=left)
    else:
        title = _("{what} used up").format(what=what)
        short = _("{what} used up").format(what=what)
    return CareSaid(CareKind.RUN_OUT, title, bought, short)


def _follow_up(facts: dict[str, Any]) -> CareSaid:
    late = int(facts["days_late"])
    title = (
        _("3-day call due today")
        if late <= 0
        else ngettext("Call {n} day overdue", "Call {n} days overdue", late).format(n=late)
    )
    asked = "/".join(advice_word(advice) for advice in facts["advice"] if advice)
    return CareSaid(CareKind.FOLLOW_UP, title, _("Ask about: {what}").format(what=asked), _("Call due"))


def _month_age(facts: dict[str, Any]) -> CareSaid:
    title, short = _node(facts["node"])
    months = int(facts["months"])
    if not facts["expected"]:
        title = _("{months} mo · {what}").format(months=months, what=title)
    suggested = facts.get("suggested", "")
    return CareSaid(CareKind.MONTH_AGE, title, str(suggested) or advice_word(facts["advice"]), short)


def advice_word(advice: str) -> str:
    """Return what the shop calls a kind of item that advice is given for."""
    return {
        "formula": _("Formula"),
        "probiotic": _("Probiotic"),
        "cereal": _("Rice cereal"),
        "food": _("Baby food"),
        "nappy": _("Nappies"),
        "care": _("Skin care"),
        "feeding": _("Bottles and cups"),
        "vitamin": _("Vitamins"),
        "toy": _("Toys"),
        "mother": _("For the mother"),
    }.get(advice, advice)


def _node(key: str) -> tuple[str, str]:
    """Return title and short title of a care node (``domain/advice.py``)."""
    return {
        "hospital_bag": (_("pack the hospital bag"), _("Hospital bag")),
        "pregnancy": (_("care in pregnancy"), _("Pregnancy")),
        "newborn": (_("vitamin D now"), _("Vitamin D")),
        "tummy": (_("tummy comfort"), _("Tummy comfort")),
        "first_cereal": (_("rice cereal"), _("Rice cereal")),
        "teething": (_("teething"), _("Teething")),
        "finger_food": (_("finger food"), _("Finger food")),
        "crawling": (_("pull-ups now"), _("Pull-ups")),
        "cup": (_("first cup"), _("First cup")),
        "family_food": (_("family food"), _("Family food")),
        "walking": (_("first steps"), _("First steps")),
        "potty": (_("potty training"), _("Potty")),
        "learning": (_("play and learn"), _("Play, learn")),
    }.get(key, (key, key))


def _stage_name(begins: int) -> str:
    return {
        0: _("Newborn"),
        1: _("1–3 months · milk only"),
        4: _("4–6 months · first solids"),
        7: _("7–9 months · mashed food"),
        10: _("10–11 months · finger food"),
        12: _("12–17 months · walking"),
        18: _("18–23 months · talking"),
        24: _("2 years · playing"),
        36: _("3 years · kindergarten"),
        48: _("4–5 years · before school"),
        72: _("School age"),
    }[begins]
