"""Decides how a top-up comes back (退储值): which one, what goes back and what ends, why, and that it happens once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.topup_refunds import TopUpQuote
from pos_app.errors import PosError
from pos_app.services.sale_models import SaleState
from pos_app.services.topup_refunds import TopUpRefundAsked, TopUpRefundDesk, TopUpRefundDone, TopUpRow
from pos_app.ui import desk_wording, wording
from pos_app.ui.messages import sentence
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.tasks import TaskRunner

REASONS = ("mistyped", "changed_mind", "moving_away", "goodwill")


@dataclass(frozen=True, slots=True)
class TopUpBackFace:
    """The sheet. ``rows`` is None until it is known what was sold here; ``done`` is set once money went back.

    ``in_cash`` says whether cash was chosen for what was paid by card or wallet, None where rules do not allow it.
    """

    customer: str
    has: str
    rows: tuple[TopUpRow, ...] | None = None
    chosen: str = ""
    quote: TopUpQuote | None = None
    in_cash: bool | None = None
    reason: str = ""
    problem: str = ""
    done: TopUpRefundDone | None = None


class TopUpBackView(Protocol):
    """What the sheet can show; see ``views/top_up_back.py``."""

    def open_sheet(self) -> None: ...
    def show_top_up_back(self, face: TopUpBackFace) -> None: ...
    def set_busy(self, busy: bool) -> None: ...
    def dismiss(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TopUpBackDesks:
    """What it needs. ``gives_cash`` says what the rules allow; ``changed`` is told that the member has less now."""

    refunds: TopUpRefundDesk
    gate: RightsGate
    approvals: Approvals
    tasks: TaskRunner
    gives_cash: Callable[[], bool]
    changed: Callable[[], None]


class TopUpBackPresenter:
    """One per window; ``open`` begins anew."""

    def __init__(self, view: TopUpBackView, desks: TopUpBackDesks) -> None:
        self._view = view
        self._desks = desks
        self._face: TopUpBackFace | None = None
        self._refund_id = ""
        self._busy = False
        self._turn = 0  # answers to earlier questions are dropped

    def open(self, sale: SaleState) -> None:
        """Show what was sold here to the member of the sale in hand."""
        card = sale.member
        if card is None or self._busy:
            return
        member_id = card.member.member_id
        self._refund_id = self._desks.refunds.begin()
        self._show(
            TopUpBackFace(
                wording.called(card.member.name, card.masked_phone),
                desk_wording.assets_text(card.value),
                in_cash=False if self._desks.gives_cash() else None,
            )
        )
        self._view.open_sheet()
        self._ask(lambda: self._desks.refunds.sold_to(member_id), self._found)

    def choose(self, topup_id: str) -> None:
        """Take this top-up in hand."""
        self._change(chosen=topup_id)
        self._work_out()

    def choose_cash(self, *, chosen: bool) -> None:
        """Give back in cash what was paid by card or wallet."""
        self._change(in_cash=chosen)
        self._work_out()

    def choose_reason(self, reason: str) -> None:
        """Say why: the code of a reason."""
        self._change(reason=reason)

    def confirm(self) -> None:
        """Give back exactly what is shown, once; after that, close."""
        face = self._face
        if face is None or self._busy:
            return
        if face.done is not None:
            self._view.dismiss()
        elif face.quote is not None and face.reason:
            in_cash, given = bool(face.in_cash), face.quote.given_minor
            asked = TopUpRefundAsked(self._refund_id, face.chosen, face.reason, in_cash, given)
            self._set_busy(True)
            self._desks.gate.attempt(
                lambda: self._desks.refunds.check_here(asked), lambda _here: self._refund(asked), self._failed
            )

    def _refund(self, asked: TopUpRefundAsked) -> None:
        self._desks.approvals.attempt(
            lambda override: self._desks.refunds.refund(asked, override),
            self._done,
            self._failed,
            reason=asked.reason,
            given_up=lambda: self._set_busy(False),
        )

    def _found(self, rows: tuple[TopUpRow, ...]) -> None:
        self._change(rows=rows)
        if len(rows) == 1:
            self.choose(rows[0].topup_id)

    def _work_out(self) -> None:
        face = self._face
        if face is None or not face.chosen:
            return
        self._change(quote=None)
        topup_id, in_cash = face.chosen, bool(face.in_cash)
        self._ask(
            lambda: self._desks.refunds.work_out(topup_id, in_cash=in_cash), lambda quote: self._change(quote=quote)
        )

    def _ask(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._turn += 1
        turn = self._turn

        def answered(answer: object) -> None:
            if turn == self._turn:
                done(answer)

        def refused(error: PosError) -> None:
            if turn == self._turn:
                self._failed(error)

        self._desks.tasks.run(work, answered, refused)

    def _done(self, done: TopUpRefundDone) -> None:
        self._set_busy(False)
        self._change(done=done)
        self._desks.changed()

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        if error.code == "refund.changed":
            self._work_out()
        if self._face is not None:
            self._show(replace(self._face, problem=sentence(error)))

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)

    def _change(self, **changes: object) -> None:
        """Show something else, unless it is done."""
        if self._face is not None and self._face.done is None:
            self._show(replace(self._face, problem="", **changes))  # type: ignore[arg-type]  # fields, by name

    def _show(self, face: TopUpBackFace) -> None:
        self._face = face
        self._view.show_top_up_back(face)
