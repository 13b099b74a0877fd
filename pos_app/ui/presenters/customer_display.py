"""Decides what the customer sees on the second screen: a model of its own that holds nothing about a person.

No phone, no whole name, no identity, no staff: what is not in ``CustomerFace`` cannot be shown by mistake.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from pos_app.domain.masking import masked_name
from pos_app.domain.members import Purpose
from pos_app.domain.pricing import PricedLine
from pos_app.domain.programme import Programme
from pos_app.i18n import language
from pos_app.services.sale_models import SaleDone, SaleState
from pos_app.ui import desk_wording
from pos_app.ui.presenters.sale_faces import item_name
from pos_app.ui.presenters.view_models import PaymentFace, Way

MOST_LINES = 5
ASKED = (Purpose.MEMBERSHIP, Purpose.CHILD)  # what only the customer may answer


class Stage(StrEnum):
    """What is going on at the counter, as far as the customer is concerned."""

    IDLE = "idle"
    SELLING = "selling"
    PAYING = "paying"
    DONE = "done"
    JOINING = "joining"


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line of the basket: ``points`` where it is taken wholly with points, else ``amount_minor``."""

    name: str
    quantity: int
    amount_minor: int
    points: int = 0


@dataclass(frozen=True, slots=True)
class CustomerFace:
    """What the second screen shows.

    ``lines`` are the newest, ``earlier`` counts those above them. ``figure_minor`` is the one large amount: due, still
    owed, or the change (with ``is_change``). ``points_before`` is None for a guest, who sees ``earning`` as what
    joining would bring. ``tip`` is a care tip of the season, ``join_url`` where a guest can join. ``agreed`` are the
    answers given while joining. ``raised`` is the tier that the sale earned. ``added_tax_minor`` is the
    tax on top of prices that do not hold it.
    """

    stage: Stage = Stage.IDLE
    lines: tuple[CustomerLine, ...] = ()
    earlier: int = 0
    pieces: int = 0
    figure_minor: int = 0
    is_change: bool = False
    saved_minor: int = 0
    customer: str = ""
    tier: str = ""
    points_before: int | None = None
    points_after: int = 0
    earning: int = 0
    way: Way | None = None
    tip: str = ""
    join_url: str = ""
    agreed: frozenset[Purpose] = frozenset()
    raised: str = ""
    added_tax_minor: int = 0


class CustomerView(Protocol):
    """The second screen; see ``views/customer_display.py``."""

    def show_face(self, face: CustomerFace) -> None:
        """Show this and nothing else."""
        ...


class CustomerPresenter:
    """Follows the sale. Only the newest step counts; whoever signs out or locks calls ``rest``."""

    def __init__(self, view: CustomerView) -> None:
        self._view = view
        self._face = CustomerFace()
        self._before_joining = CustomerFace()
        self._tip, self._join_url = "", ""

    def rest(self) -> None:
        """Show nobody's sale."""
        self._show(CustomerFace(tip=self._tip, join_url=self._join_url))

    def show_sale(self, state: SaleState, programme: Programme, today: date) -> None:
        """Show the basket; an empty one is nobody's."""
        self._tip, self._join_url = tip(programme, today), programme.join_url
        if state.priced is None and state.member is None:
            self.rest()
            return
        self._show(replace(_of_sale(state), tip=self._tip, join_url=self._join_url))

    def show_payment(self, payment: PaymentFace, way: Way) -> None:
        """Show what is still owed and how it is about to be paid."""
        if self._face.stage in {Stage.SELLING, Stage.PAYING}:
            self._show(replace(self._face, stage=Stage.PAYING, figure_minor=payment.owed_minor, way=way))

    def show_done(self, done: SaleDone) -> None:
        """Thank the customer: change to give, or what was paid."""
        has_change = done.change_minor > 0
        self._show(
            replace(
                self._face,
                stage=Stage.DONE,
                figure_minor=done.change_minor if has_change else done.due_minor + done.rounding_minor,
                is_change=has_change,
                points_after=done.points_after or 0,
                earning=done.earned_points,
                raised="" if done.raised is None else desk_wording.tier_text(done.raised.tier),
            )
        )

    def show_joining(self, agreed: frozenset[Purpose]) -> None:
        """Ask for the consents that are the customer's own."""
        if self._face.stage is not Stage.JOINING:
            self._before_joining = self._face
        self._show(replace(self._face, stage=Stage.JOINING, agreed=agreed & frozenset(ASKED)))

    def leave_joining(self) -> None:
        """Go back to the basket as it was."""
        if self._face.stage is Stage.JOINING:
            self._show(self._before_joining)

    def _show(self, face: CustomerFace) -> None:
        self._face = face
        self._view.show_face(face)


def tip(programme: Programme, today: date) -> str:
    """Return the care tip of the month, another one each day, in the language in force; empty where there is none."""
    fitting = [one for one in programme.tips if not one.months or today.month in one.months]
    if not fitting:
        return ""
    chosen = fitting[today.toordinal() % len(fitting)]
    return chosen.text if language() == "zh_CN" or not chosen.text_en else chosen.text_en


def _of_sale(state: SaleState) -> CustomerFace:
    priced, card = state.priced, state.member
    lines = () if priced is None else tuple(_line(line) for line in priced.lines)
    spent, earned = (0, 0) if priced is None else (priced.points, priced.earned_points)
    return CustomerFace(
        stage=Stage.SELLING,
        lines=lines[-MOST_LINES:],
        earlier=max(0, len(lines) - MOST_LINES),
        pieces=sum(line.quantity for line in lines),
        figure_minor=0 if priced is None else priced.due_minor,
        saved_minor=0 if priced is None else priced.list_minor + priced.added_tax_minor - priced.due_minor,
        added_tax_minor=0 if priced is None else priced.added_tax_minor,
        customer="" if card is None else masked_name(card.member.name),
        tier="" if card is None else desk_wording.tier_text(card.member.tier),
        points_before=None if card is None else card.total,
        points_after=0 if card is None else card.total - spent + max(0, earned - card.owed),
        earning=state.earning_if_joined if card is None else earned,
    )


def _line(line: PricedLine) -> CustomerLine:
    name = item_name(line.item.name, line.item.name_en)
    return CustomerLine(name, line.quantity, line.shown_minor - line.redeemed_minor, line.redeemed_points)
