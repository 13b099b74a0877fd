"""What to say to a member today: at most three prompts, each with its reason and one act.

1. A prompt is data: ``code`` names the sentence, ``facts`` fill it, ``item_id`` or ``call_id`` is what its act needs.
2. First one prompt of each reason, in the order of ``REASONS``, then further ones of the same order.
3. A child's age is used only with the guardian's consent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest

from pos_app.domain.advice import Advice, next_node, nodes_at
from pos_app.domain.ages import MonthAge, add_months, month_age
from pos_app.domain.calls import Call, CallState
from pos_app.domain.catalogue import Item
from pos_app.domain.consumption import RunOut, run_outs
from pos_app.domain.members import Child, Member, Purchase

MOST_PROMPTS = 3
RUN_OUT_AHEAD = timedelta(days=7)
RUN_OUT_GONE = timedelta(days=21)  # longer ago they buy it elsewhere: another talk than "you will run out"
SWITCH_AHEAD = timedelta(days=21)
SWITCH_ACTIVE = timedelta(days=120)  # formula bought longer ago than this is no longer drunk
CARED_FOR = timedelta(days=60)  # a node is looked after when its kind of item was bought since
COMING_AHEAD = timedelta(days=45)
REASONS = ("care.run_out", "care.follow_up", "care.stage_switch", "care.month_age")


@dataclass(frozen=True, slots=True)
class CarePrompt:
    """One reason to talk, as data; see ``REASONS`` for the codes and each function for the facts."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)
    item_id: int | None = None
    call_id: str = ""


def prompts(
    member: Member, purchases: Sequence[Purchase], items: Mapping[int, Item], calls: Iterable[Call], today: date
) -> tuple[CarePrompt, ...]:
    """Return at most three prompts for a member at the till.

    Args:
        member: with children and consents.
        purchases: the household's, in any order.
        items: the purchased items and those that may be suggested (see ``wanted``), by identity.
        calls: the member's calls of this store.
        today: the business date.
    """
    by_reason = (
        run_out_prompts(purchases, items, today),
        follow_up_prompts(calls, today),
        stage_switch_prompts(member, purchases, items, today),
        month_age_prompts(member, purchases, items, today),
    )
    ranked = [prompt for rank in zip_longest(*by_reason) for prompt in rank if prompt is not None]
    return tuple(ranked[:MOST_PROMPTS])


def coming(
    member: Member, purchases: Sequence[Purchase], items: Mapping[int, Item], today: date
) -> tuple[CarePrompt, ...]:
    """Return what falls due next, for the call slip: the next run-out of each kind, the next age node, at most three.

    Codes: ``care.run_out`` as in ``run_out_prompts``; ``care.node_ahead {node, advice, child, months, on}``.
    """
    soon = [out for out in run_outs(purchases, items, today) if today <= out.runs_out_on <= today + COMING_AHEAD]
    found = [_run_out_prompt(out, today) for out in soon[:2]]
    for child in member.known_children():
        age = month_age(child, today)
        node = next_node(age)
        if node is not None:
            on = add_months(child.born_on, node.months_from)
            facts = {"node": node.key, "advice": str(node.advice), "months": node.months_from, "on": on}
            found.append(CarePrompt("care.node_ahead", {**facts, "child": child.name}))
            break
    return tuple(found[:MOST_PROMPTS])


def wanted(member: Member, purchases: Iterable[Purchase], items: Mapping[int, Item], today: date) -> frozenset[str]:
    """Return the kinds of advice whose items ``prompts`` may suggest, so that the caller reads only those."""
    bought = {items[purchase.item_id].advice for purchase in purchases if purchase.item_id in items}
    nodes = {str(node.advice) for child in member.known_children() for node in nodes_at(month_age(child, today))}
    return frozenset((bought & {Advice.FORMULA}) | nodes)


def run_out_prompts(purchases: Iterable[Purchase], items: Mapping[int, Item], today: date) -> tuple[CarePrompt, ...]:
    """Return what runs out within a week, or ran out within three.

    Code ``care.run_out`` with ``{item, advice, days_left, on, spread_days, bought_on, quantity, content, unit,
    daily_use, intervals}``; ``days_left`` is negative when it is over. The act adds ``item_id``.
    """
    return tuple(
        _run_out_prompt(out, today)
        for out in run_outs(purchases, items, today)
        if today - RUN_OUT_GONE <= out.runs_out_on <= today + RUN_OUT_AHEAD
    )


def follow_up_prompts(calls: Iterable[Call], today: date) -> tuple[CarePrompt, ...]:
    """Return the calls that are due: the customer stands here, so ask now.

    Code ``care.follow_up`` with ``{items, advice, bought_on, days_late}``: names and kinds of advice as tuples. The
    act records the outcome of ``call_id``.
    """
    due = sorted(
        (call for call in calls if call.state is CallState.DUE and call.due_on <= today),
        key=lambda call: (call.due_on, call.call_id),
    )
    return tuple(
        CarePrompt(
            "care.follow_up",
            {
                "items": tuple(bought.name for bought in call.bought),
                "advice": tuple(dict.fromkeys(bought.advice for bought in call.bought)),
                "bought_on": call.bought_on,
                "days_late": (today - call.due_on).days,
            },
            call_id=call.call_id,
        )
        for call in due
    )


def stage_switch_prompts(
    member: Member, purchases: Iterable[Purchase], items: Mapping[int, Item], today: date
) -> tuple[CarePrompt, ...]:
    """Return the formula whose stage ends within three weeks (奶粉转段), when a next stage of the brand is known.

    Code ``care.stage_switch`` with ``{item, stage, next_stage, next_item, child, months, on}``. The act adds
    ``item_id``, the next stage.
    """
    fed = [
        (purchase.bought_on, items[purchase.item_id])
        for purchase in purchases
        if purchase.item_id in items and today - SWITCH_ACTIVE <= purchase.bought_on <= today
    ]
    staged = [(day, item) for day, item in fed if item.advice == Advice.FORMULA and item.stage is not None]
    if not staged:
        return ()
    _, newest = max(staged, key=lambda row: (row[0], row[1].stage or 0))
    following = _next_stage(newest, items.values())
    child = _youngest(member, today)
    if newest.months_to is None or following is None or child is None:
        return ()
    on = add_months(child.born_on, newest.months_to)
    if on > today + SWITCH_AHEAD:
        return ()
    facts: dict[str, object] = {"item": newest.name, "stage": newest.stage, "next_stage": following.stage}
    told = {"next_item": following.name, "child": child.name, "months": month_age(child, today).months, "on": on}
    return (CarePrompt("care.stage_switch", {**facts, **told}, item_id=following.item_id),)


def month_age_prompts(
    member: Member, purchases: Sequence[Purchase], items: Mapping[int, Item], today: date
) -> tuple[CarePrompt, ...]:
    """Return the age nodes that nobody has looked after yet, the youngest child's first.

    Code ``care.month_age`` with ``{node, advice, child, months, days, expected}``, and ``suggested`` (a name) when an
    item fits: the act adds ``item_id``. A node is looked after when its kind of item was bought in the last 60 days.
    """
    cared_for = {
        items[purchase.item_id].advice
        for purchase in purchases
        if purchase.item_id in items and purchase.bought_on >= today - CARED_FOR
    }
    found: list[CarePrompt] = []
    for child in sorted(member.known_children(), key=lambda child: child.born_on, reverse=True):
        age = month_age(child, today)
        for node in nodes_at(age):
            if node.advice in cared_for:
                continue
            cared_for.add(node.advice)
            item = _suggested(node.advice, age, items.values())
            facts: dict[str, object] = {"node": node.key, "advice": str(node.advice), "child": child.name}
            told = {"months": age.months, "days": age.days, "expected": age.expected}
            name = {"suggested": item.name} if item else {}
            found.append(CarePrompt("care.month_age", {**facts, **told, **name}, item.item_id if item else None))
    return tuple(found)


def _run_out_prompt(out: RunOut, today: date) -> CarePrompt:
    facts: dict[str, object] = {
        "item": out.item.name,
        "advice": out.item.advice,
        "days_left": (out.runs_out_on - today).days,
        "on": out.runs_out_on,
        "spread_days": out.spread_days,
        "bought_on": out.bought_on,
        "quantity": out.quantity,
        "content": out.content,
        "unit": out.item.content_unit,
        "daily_use": out.daily_use,
        "intervals": out.intervals,
    }
    return CarePrompt("care.run_out", facts, item_id=out.item.item_id)


def _youngest(member: Member, today: date) -> Child | None:
    """Return the youngest born child."""
    born = [child for child in member.known_children() if not month_age(child, today).expected]
    return max(born, key=lambda child: child.born_on, default=None)


def _next_stage(item: Item, known: Iterable[Item]) -> Item | None:
    """Return the same brand's next stage: the pack of the same size if there is one, else the first."""
    following = [
        other
        for other in known
        if other.advice == item.advice and other.brand == item.brand and other.stage == (item.stage or 0) + 1
    ]
    return min(following, key=lambda other: (other.spec != item.spec, other.item_id), default=None)


def _suggested(advice: Advice, age: MonthAge, known: Iterable[Item]) -> Item | None:
    """Return the item to offer: one made for the age, the programme's own first, then by identity."""
    fitting = [item for item in known if item.advice == advice and (age.expected or _fits(item, age.months))]
    return min(fitting, key=lambda item: (not item.earns, item.item_id), default=None)


def _fits(item: Item, months: int) -> bool:
    return (item.months_from or 0) <= months and (item.months_to is None or months <= item.months_to)
