"""The call slip (回访小票): whom to call, what to ask and advise, what falls due next, and boxes for the outcome.

A slip is the only paper with a whole phone number. Its barcode, scanned back, opens the outcome form; the QR dials.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.ages import MonthAge, month_age
from pos_app.domain.calls import Call, Outcome
from pos_app.domain.care import CarePrompt
from pos_app.domain.masking import spaced_phone
from pos_app.domain.members import Child, Member, Sex
from pos_app.domain.paper import Barcode, Blank, Block, Pair, Paper, QrCode, Rule, Text, TickBoxes
from pos_app.domain.receipts import day_text
from pos_app.domain.words import AdviceWords, SlipWords

YEARS_FROM = 24  # months; from two years on a parent counts years
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class SlipHeader:
    """Who prints it when (local time), as the how-manieth of a run."""

    store_name: str
    staff_name: str
    printed_at: datetime
    number: int = 1
    count: int = 1


def call_slip(
    call: Call, member: Member, coming: Sequence[CarePrompt], header: SlipHeader, today: date, words: SlipWords
) -> Paper:
    """Return the slip of one call.

    Args:
        call: the call; its code is printed to be scanned back.
        member: whom to call; the phone is printed in full.
        coming: what falls due next, from ``care.coming``.
        header: store, staff and time.
        today: the business date, for ages and lateness.
        words: labels, advice and outcomes in the language to print.
    """
    assert len(words.outcomes) == len(Outcome), words.outcomes
    blocks = [
        *_head(call, header, today, words),
        Rule(),
        *_person(member, today, words),
        Rule(),
        *_bought(call, words),
        Rule(),
        *_talk(call, words),
        *_coming(coming, words),
        QrCode(f"tel:{member.phone}", words.dial),
        Rule(),
        Text(words.outcome, bold=True),
        TickBoxes(tuple(f"{number} {label}" for number, label in enumerate(words.outcomes, 1))),
        Pair(words.note, "________________"),
        Blank(),
        Barcode(call.code),
        Text(words.scan_back, "center"),
        Text(words.printed_f.format(staff=header.staff_name, time=f"{header.printed_at:%m-%d %H:%M}")),
        Text(words.privacy),
    ]
    return Paper("slip", f"{words.title} {addressed(member, words)}", tuple(blocks))


def addressed(member: Member, words: SlipWords) -> str:
    """Return how to address the member: the name, else as the parent of the child that has one."""
    if member.name.strip():
        return member.name.strip()
    named = [child.name for child in member.known_children() if child.name]
    return words.parent_f.format(child=named[0]) if named else words.nameless


def child_text(child: Child, today: date, words: SlipWords) -> str:
    """Return name, sex and age of a child: ``糖糖 女宝 6 月龄 12 天``."""
    sex = {Sex.GIRL: words.girl, Sex.BOY: words.boy}.get(child.sex, "")
    age = age_text(month_age(child, today), words, day_known=child.day_known)
    return " ".join(part for part in (child.name, sex, age) if part)


def age_text(age: MonthAge, words: SlipWords, *, day_known: bool = True) -> str:
    """Return an age as a shop says it; days only where the day of birth is known."""
    if age.expected:
        return words.age_expected_f.format(months=age.months, days=age.days)
    if age.months >= YEARS_FROM:
        return words.age_years_f.format(years=age.months // MONTHS_A_YEAR, months=age.months % MONTHS_A_YEAR)
    if age.months == 0 and day_known:
        return words.age_days_f.format(days=age.days)
    form = words.age_months_days_f if day_known else words.age_months_f
    return form.format(months=age.months, days=age.days)


def _head(call: Call, header: SlipHeader, today: date, words: SlipWords) -> Iterator[Block]:
    yield Text(words.title, "center", bold=True, size=2)
    yield Pair(header.store_name, words.running_f.format(number=header.number, count=header.count))
    late = (today - call.due_on).days
    due = day_text(call.due_on)
    yield Pair(words.due, f"{due} {words.overdue_f.format(days=late)}" if late > 0 else due, bold=late > 0)
    if call.attempts:
        yield Text(words.attempt_f.format(number=call.attempts + 1))
    if call.note:
        yield Text(f"{words.note} {call.note}")


def _person(member: Member, today: date, words: SlipWords) -> Iterator[Block]:
    yield Text(addressed(member, words), bold=True, size=2)
    yield Text(spaced_phone(member.phone), bold=True, size=2)
    for child in member.known_children():
        yield Text(child_text(child, today, words))


def _bought(call: Call, words: SlipWords) -> Iterator[Block]:
    yield Text(words.bought_f.format(date=day_text(call.bought_on)), bold=True)
    for bought in call.bought:
        yield Pair(bought.name, f"× {bought.quantity}")


def _talk(call: Call, words: SlipWords) -> Iterator[Block]:
    """Return what to ask and to advise, each kind of advice once."""
    said = tuple(dict.fromkeys(_advice(bought.advice, words) for bought in call.bought))
    yield Text(words.ask, bold=True)
    yield from (Text(f"· {advice.ask}") for advice in said)
    yield Text(words.advise, bold=True)
    yield from (Text(f"· {advice.advise}") for advice in said)


def _coming(coming: Sequence[CarePrompt], words: SlipWords) -> Iterator[Block]:
    if coming:
        yield Text(words.coming, bold=True)
    for prompt in coming:
        yield Text(f"· {coming_text(prompt, words)}")


def coming_text(prompt: CarePrompt, words: SlipWords) -> str:
    """Return what falls due next in words: a run-out or an age."""
    facts = prompt.facts
    on = facts["on"]
    assert isinstance(on, date), prompt
    if prompt.code == "care.run_out":
        return words.run_out_f.format(date=day_text(on), spread=facts["spread_days"], item=facts["item"])
    care = words.nodes.get(str(facts["node"]), "")
    return words.node_ahead_f.format(date=day_text(on), months=facts["months"], care=care)


def _advice(key: str, words: SlipWords) -> AdviceWords:
    return words.advice.get(key, words.advice[""])
