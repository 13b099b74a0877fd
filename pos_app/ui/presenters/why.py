"""Decides what "why this price" says of a line: what took off how much, what it earns, what the order lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.basket import BasketLine
from pos_app.domain.explaining import Goal, Told, rule_text, weight_text
from pos_app.domain.price_steps import BY_HAND, ORDER_REDUCTION, REDUCTION, is_gift_share, is_tax
from pos_app.domain.pricing import PricedLine
from pos_app.i18n import _
from pos_app.services.sale_models import SaleState
from pos_app.services.words import price_words
from pos_app.ui import wording
from pos_app.ui.presenters.care_wording import goal_text
from pos_app.ui.presenters.sale_faces import item_name


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One reason: what it is called, which version of which rule that is or who allowed it, and the figure."""

    what: str
    detail: str
    figure: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class WhyFace:
    """Why a line costs and earns what it does, in order, and what the whole order reached or nearly reaches."""

    name: str
    price: tuple[WhyRow, ...]
    points: tuple[WhyRow, ...]
    order: tuple[WhyRow, ...]


class WhyView(Protocol):
    """What the panel can show; see ``views/why.py``."""

    def open_sheet(self) -> None: ...
    def show_why(self, face: WhyFace) -> None: ...


class WhyPresenter:
    """One per window; explains the sale as it stood when it was opened."""

    def __init__(self, view: WhyView) -> None:
        self._view = view
        self._sale: SaleState | None = None
        self._line_id = ""

    def open(self, sale: SaleState, line_id: str) -> None:
        """Explain a line; nothing for an empty basket."""
        self._sale, self._line_id = sale, line_id
        if self._face() is not None:
            self._view.open_sheet()
            self.retranslate()

    def retranslate(self) -> None:
        """Say it again in the language in force."""
        face = self._face()
        if face is not None:
            self._view.show_why(face)

    def _face(self) -> WhyFace | None:
        if self._sale is None or self._sale.priced is None:
            return None
        rung = next((line for line in self._sale.basket.lines if str(line.line_no) == self._line_id), None)
        line = next((line for line in self._sale.priced.lines if str(line.line_no) == self._line_id), None)
        return None if rung is None or line is None else explained(self._sale, rung, line)


def explained(sale: SaleState, rung: BasketLine, line: PricedLine) -> WhyFace:
    """Return the explanation of a line, in the language in force."""
    told = Told(price_words(), {each.rule: each for each in sale.reasons.names}, rung.by_hand, sale.basket.reduction)
    return WhyFace(
        name=item_name(line.item.name, line.item.name_en),
        price=tuple(_price(rung, line, told)),
        points=tuple(_points(sale, line, told)),
        order=tuple(_order(sale, told)),
    )


def _price(rung: BasketLine, line: PricedLine, told: Told) -> Iterator[WhyRow]:
    yield WhyRow(_("List price"), _pieces(rung, told), wording.money(line.list_minor))
    for step in line.steps:
        yield WhyRow(rule_text(step.rule, told), _detail(step.rule, told), wording.money(-step.minor))
    if line.redeemed_points:
        used = _("{points} pts").format(points=f"{line.redeemed_points:,}")
        yield WhyRow(_("Taken with points"), used, wording.money(-line.redeemed_minor))
    if line.basket_points:
        used = _("{points} pts, this line's share").format(points=f"{line.basket_points:,}")
        yield WhyRow(_("Points against the basket"), used, wording.money(-line.basket_points_minor))
    yield WhyRow(_("To pay for this line"), "", wording.money(line.paid_minor), is_sum=True)


def _points(sale: SaleState, line: PricedLine, told: Told) -> Iterator[WhyRow]:
    for gain in line.gains:
        yield WhyRow(rule_text(gain.rule, told), _detail(gain.rule, told), wording.signed(gain.points))
    if line.gains:
        yield WhyRow(_("This line earns"), "", wording.points(line.earned_points), is_sum=True)
    elif sale.basket.member_id is None:
        yield WhyRow(_("No points: nobody is a member here"), _("F2 finds or signs up"), "")
    elif not line.item.earns:
        yield WhyRow(_("No points: not one of the programme's own items"), "", "")
    else:
        yield WhyRow(_("No points: too little is paid with money"), "", "")


def _order(sale: SaleState, told: Told) -> Iterator[WhyRow]:
    """Yield what rules took off the whole order, line by line the sum, and then what a little more would bring."""
    assert sale.priced is not None
    by_rule: dict[str, int] = {}
    for step in (step for line in sale.priced.lines for step in line.steps):
        by_rule[step.rule] = by_rule.get(step.rule, 0) + step.minor
    told = replace(told, of_line=None)
    for rule, minor in by_rule.items():
        if is_gift_share(rule):
            continue  # it moves a price and takes nothing off
        yield WhyRow(rule_text(rule, told), _detail(rule, told), wording.money(-minor))
    for gift in sale.gifts:
        free = _("Free, not scanned yet: {item}").format(item=item_name(gift.item.name, gift.item.name_en))
        yield WhyRow(free, "", f"× {gift.count}")
    for goal in sale.reasons.goals:
        yield _goal(goal, told)


def _goal(goal: Goal, told: Told) -> WhyRow:
    return WhyRow(goal_text(goal), rule_text(goal.rule, told), "")


def _detail(rule: str, told: Told) -> str:
    """Return which version of which rule it is, and who allowed what was changed by hand."""
    name, _at, version = rule.partition("@")
    if is_tax(rule):
        return _("put on top of the price")
    reduction = {BY_HAND: told.of_line, REDUCTION: told.of_line, ORDER_REDUCTION: told.of_order}.get(name)
    allowed = ""
    if reduction is not None and reduction.approved_by:
        allowed = _("allowed by {name}").format(name=reduction.approved_by)
    if rule in told.names:
        named = _("campaign {id}, version {version}").format(id=name, version=version)
    else:
        named = _("rules {version}").format(version=version)
    return " · ".join(part for part in (allowed, named) if part)


def _pieces(rung: BasketLine, told: Told) -> str:
    if rung.weight_g:
        return weight_text(rung.weight_g, wording.money(rung.item.price_minor), told.words)
    if rung.label_minor is not None:
        return _("as the label says")
    return f"{wording.money(rung.unit_list_minor)} × {rung.quantity}"
