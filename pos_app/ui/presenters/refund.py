"""Decides how goods come back: find the sale, tick lines, see what goes back, and do it exactly once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from pos_app.domain.ledger import Asset
from pos_app.domain.money_back import ELECTRONIC, paid_with
from pos_app.domain.returnable import Returnable
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.i18n import _, language
from pos_app.services.overrides import Override
from pos_app.services.refund_models import Exchange, FoundSales, RefundAsked, RefundDone, RefundRights, RefundView
from pos_app.services.refunding import NO_SALE, NewSale
from pos_app.services.refunds import AT_OFFICE
from pos_app.ui.presenters import refund_models as face
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.rights_gate import Ask, Lanes


class RefundScreen(Protocol):
    """What the screen can show; see ``views/refund.py``."""

    def show_nothing(self) -> None: ...
    def show_choice(self, rows: tuple[face.ChoiceRow, ...]) -> None: ...
    def show_sale(self, sale: face.SoldFace) -> None: ...
    def show_lines(self, lines: tuple[face.RefundLine, ...]) -> None: ...
    def show_refund(self, refund: face.RefundFace | None) -> None: ...
    def show_reason(self, reason: str) -> None: ...
    def show_in_cash(self, chosen: bool | None) -> None: ...
    def show_problem(self, error: PosError | None) -> None: ...
    def set_busy(self, busy: bool) -> None: ...
    def dismiss(self) -> None: ...


class Refunds(Protocol):
    """The refund desk, by shape."""

    def begin(self) -> str: ...
    def find(self, text: str) -> FoundSales: ...
    def look(self, receipt_no: str) -> Returnable: ...
    def work_out(self, of: Returnable, asked: RefundAsked, new: NewSale = NO_SALE) -> RefundView: ...
    def rights_for(self, of: Returnable, pieces: dict[int, int]) -> tuple[RefundRights, ...]: ...
    def take_back(self, of: Returnable, asked: RefundAsked, override: Override | None = None) -> RefundDone: ...


@dataclass(frozen=True, slots=True)
class RefundDesks:
    """What a refund needs. ``ask`` (rights) and ``look_up`` (a receipt) block and run on ``lanes.line``.

    ``gives_cash`` says whether the rules allow cash for what was paid by card or wallet.
    """

    refunds: Refunds
    approvals: Approvals
    lanes: Lanes
    ask: Ask
    look_up: Callable[[str], Returnable]
    is_online: Callable[[], bool]
    gives_cash: Callable[[], bool]


class RefundPresenter:
    """One per window; ``open`` begins anew.

    ``done`` is told of a refund that was made, ``exchange`` of goods that are to pay for the sale in hand, and how much
    of it.
    """

    def __init__(
        self,
        view: RefundScreen,
        desks: RefundDesks,
        done: Callable[[RefundDone], None],
        exchange: Callable[[Exchange, int], None],
    ) -> None:
        self._view = view
        self._desks = desks
        self._done = done
        self._exchange = exchange
        self._new = NO_SALE
        self._refund_id = ""
        self._of: Returnable | None = None
        self._pieces: dict[int, int] = {}
        self._reason = ""
        self._in_cash = False
        self._shown: RefundView | None = None
        self._turn = 0  # answers to earlier questions are dropped
        self._busy = False

    def open(self, receipt_no: str = "", new: NewSale = NO_SALE) -> None:
        """Begin a refund, of this receipt where one was scanned; ``new`` is the sale in hand that goods may pay for."""
        if self._busy:
            return
        self._new = new
        self._begin(None)
        self._view.show_nothing()
        if receipt_no:
            self.choose(receipt_no)

    def search(self, text: str) -> None:
        """Find the sale by receipt, member or item."""
        self._ask(lambda: self._desks.refunds.find(text), self._found)

    def choose(self, receipt_no: str) -> None:
        """Take this sale in hand."""
        self._ask(lambda: self._desks.refunds.look(receipt_no), self._show_sale, self._not_here)

    def set_pieces(self, line_no: int, pieces: int) -> None:
        """Say how many pieces of a line come back; beyond what is left or below none it stays there."""
        if self._of is not None and not self._busy:
            self._pieces[line_no] = max(0, min(pieces, self._of.left(line_no)))
            self._work_out()

    def toggle(self, line_no: int) -> None:
        """Tick a line, all that is left of it, or take the tick away."""
        if self._of is not None:
            self.set_pieces(line_no, 0 if self._pieces.get(line_no) else self._of.left(line_no))

    def toggle_all(self) -> None:
        """Tick everything that is left, or nothing."""
        if self._of is not None and not self._busy:
            left = {line.line_no: self._of.left(line.line_no) for line in self._of.sale.lines}
            self._pieces = {} if self._pieces == left else left
            self._work_out()

    def choose_reason(self, reason: str) -> None:
        """Say why: the code of a reason, or what was written."""
        self._reason = reason
        self._view.show_reason(reason)

    def choose_cash(self, *, chosen: bool) -> None:
        """Give back in cash what was paid by card or wallet."""
        self._in_cash = chosen
        self._work_out()

    def confirm(self) -> None:
        """Take back what is ticked, for exactly what is shown: not before it is."""
        self._go_on(self._take)

    def exchange(self) -> None:
        """Let what is ticked pay for the sale in hand."""
        if self._new.sale_id:
            self._go_on(self._hand_over)

    def _go_on(self, then: Callable[[Returnable], None]) -> None:
        of, shown = self._of, self._shown
        if self._busy or of is None or (shown is None and any(self._pieces.values())):
            return
        if of.is_all_back:
            self._view.show_problem(Refused("refund.all_back", receipt_no=of.sale.receipt_no))
        elif shown is None:
            self._view.show_problem(Refused("refund.nothing"))
        elif not self._reason.strip():
            self._view.show_problem(Refused("refund.needs_reason"))
        else:
            self._set_busy(True)
            self._with_rights(of, then)

    def retranslate(self) -> None:
        """Show the sale again, in the language in force."""
        if self._of is not None:
            self._view.show_sale(_sold(self._of))
            self._bind()

    # ---- finding

    def _begin(self, of: Returnable | None) -> None:
        self._refund_id = self._desks.refunds.begin()
        self._of, self._pieces, self._shown = of, {}, None
        self._reason, self._in_cash = "", False
        self._turn += 1
        self._view.show_problem(None)
        self._view.show_reason("")

    def _found(self, found: FoundSales) -> None:
        if found.receipt_no:
            self.choose(found.receipt_no)
            return
        self._begin(None)
        rows = [
            face.ChoiceRow(row.receipt_no, row.sold_at_ms, row.first_item, row.pieces, row.left, row.due_minor)
            for row in found.rows
        ]
        self._view.show_choice(tuple(rows))

    def _not_here(self, error: PosError) -> None:
        number = str(error.facts.get("receipt_no", ""))
        if error.code != AT_OFFICE:
            self._failed(error)
        elif not self._desks.is_online():
            self._failed(Refused("refund.offline", receipt_no=number))
        else:
            turn = self._turn
            self._set_busy(True)
            self._desks.lanes.line.run(
                lambda: self._desks.look_up(number),
                lambda of: self._answer(turn, self._show_sale, of),
                lambda refusal: self._answer(turn, self._failed, refusal),
            )

    def _show_sale(self, of: Returnable) -> None:
        self._set_busy(False)
        self._begin(of)
        self._view.show_sale(_sold(of))
        self._bind()
        if of.is_all_back:
            self._view.show_problem(Refused("refund.all_back", receipt_no=of.sale.receipt_no))

    # ---- working out

    def _asked(self) -> RefundAsked:
        given = None if self._shown is None else self._shown.quote.given_minor
        return RefundAsked(self._refund_id, dict(self._pieces), self._reason, self._in_cash, given)

    def _work_out(self) -> None:
        of = self._of
        if of is None:
            return
        self._shown = None
        self._turn += 1
        self._view.show_problem(None)
        self._bind()
        if any(self._pieces.values()):
            asked = self._asked()
            self._ask(lambda: self._desks.refunds.work_out(of, asked), self._worked_out)

    def _worked_out(self, shown: RefundView) -> None:
        self._shown = shown
        self._bind()

    def _bind(self) -> None:
        if self._of is not None:
            self._view.show_lines(_lines(self._of, self._pieces, self._shown))
            self._view.show_refund(None if self._shown is None else _face(self._shown))
            electronic = any(tender.kind in ELECTRONIC for tender in paid_with(self._of.sale))
            self._view.show_in_cash(self._in_cash if electronic and self._desks.gives_cash() else None)

    # ---- doing it

    def _with_rights(self, of: Returnable, then: Callable[[Returnable], None]) -> None:
        """Bring the rights here, with what head office knows of the sale once they are; then go on."""
        if of.has_right:
            then(of)
            return
        pieces = dict(self._pieces)

        def bring(needs: tuple[RefundRights, ...]) -> Returnable:
            for need in needs:
                self._desks.ask(need.member_id, need.amount, need.request_no, asset=Asset.REFUND, lot=need.lot)
            return self._desks.look_up(of.sale.receipt_no)

        def asked(needs: tuple[RefundRights, ...]) -> None:
            self._desks.lanes.line.run(lambda: bring(needs), then, self._failed)

        self._desks.lanes.db.run(lambda: self._desks.refunds.rights_for(of, pieces), asked, self._failed)

    def _take(self, of: Returnable) -> None:
        self._of, asked = of, self._asked()
        self._desks.approvals.attempt(
            lambda override: self._desks.refunds.take_back(of, asked, override),
            self._taken,
            self._failed,
            reason=asked.reason,
            given_up=lambda: self._set_busy(False),
        )

    def _hand_over(self, of: Returnable) -> None:
        self._of = of
        asked = replace(self._asked(), given_minor=None)

        def worked_out(shown: RefundView) -> None:
            goods = Exchange(of, replace(asked, given_minor=shown.quote.given_minor))
            self._set_busy(False)
            self._begin(None)
            self._view.dismiss()
            self._exchange(goods, shown.quote.exchange_minor)

        work = partial(self._desks.refunds.work_out, of, asked, self._new)
        self._desks.lanes.db.run(work, worked_out, self._failed)

    def _taken(self, done: RefundDone) -> None:
        self._set_busy(False)
        self._begin(None)
        self._view.dismiss()
        self._done(done)

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        if error.code == "refund.changed":
            self._work_out()
        self._view.show_problem(error)

    # ---- asking

    def _ask(
        self,
        work: Callable[[], object],
        done: Callable[..., None],
        failed: Callable[[PosError], None] | None = None,
    ) -> None:
        """Have something read; only the answer to the newest question counts."""
        self._turn += 1
        turn = self._turn
        self._desks.lanes.db.run(
            work,
            lambda answer: self._answer(turn, done, answer),
            lambda error: self._answer(turn, failed or self._failed, error),
        )

    def _answer(self, turn: int, then: Callable[..., None], answer: object) -> None:
        if turn == self._turn:
            then(answer)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)


def _place(name: str, name_en: str, lane: int) -> str:
    store = name if language() == "zh_CN" or not name_en else name_en
    return store + " · " + _("Till {lane}").format(lane=f"{lane:02d}")


def _sold(of: Returnable) -> face.SoldFace:
    past = tuple(
        face.PastLine(
            one.refund_no,
            one.at_ms,
            _place(one.store_name, one.store_name_en, one.lane),
            one.pieces,
            one.given_minor,
        )
        for one in of.past
    )
    kinds = tuple(dict.fromkeys(tender.kind.value for tender in of.sale.tenders))
    where = _place(of.store_name, of.store_name_en, of.lane)
    return face.SoldFace(of.sale.receipt_no, of.sold_at_ms, where, of.sale.due_minor, kinds, past, is_here=of.has_right)


def _lines(of: Returnable, pieces: dict[int, int], shown: RefundView | None) -> tuple[face.RefundLine, ...]:
    back = {} if shown is None else {line.line_no: line for line in shown.quote.lines}
    found = []
    for line in of.sale.lines:
        worth = back.get(line.line_no)
        points = 0 if worth is None else worth.points - (worth.earned_points if of.sale.member_id else 0)
        minor = 0 if worth is None else worth.paid_minor
        left, taken = of.left(line.line_no), pieces.get(line.line_no, 0)
        found.append(face.RefundLine(line.line_no, line.name, line.quantity, left, taken, minor, points))
    return tuple(found)


def _face(shown: RefundView) -> face.RefundFace:
    quote = shown.quote
    tenders = tuple(
        face.TenderBack(tender.kind.value, tender.amount_minor, tender.kind in ELECTRONIC)
        for tender in quote.tenders
        if tender.kind is not TenderKind.EXCHANGE
    )
    return face.RefundFace(
        tenders=tenders,
        given_minor=quote.given_minor,
        rounding_minor=quote.rounding_minor,
        points_before=quote.points_before,
        points_after=quote.points_after,
        deducted_points=quote.deducted_points,
        deducted_minor=quote.deducted_minor,
        short_points=quote.short_points,
        on_gifts_minor=quote.on_gifts_minor,
        exchange_minor=quote.exchange_minor,
        days_late=shown.days_late,
        is_void=shown.is_void,
        cards=shown.cards,
    )
