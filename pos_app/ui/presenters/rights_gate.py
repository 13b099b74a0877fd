"""Spends rights wherever they are: what this till does not hold is asked of head office while the customer waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_app.domain.ledger import Asset
from pos_app.domain.stored_value import ValueParts
from pos_app.errors import PosError, Refused
from pos_app.services.rights import Rights, RightsNeed
from pos_app.ui.presenters.tasks import TaskRunner

T = TypeVar("T")

# What a refusal for want of rights here makes the till ask for.
BRINGS: dict[str, Callable[[Rights, PosError], Sequence[RightsNeed]]] = {
    "points.short_here": lambda rights, error: (rights.short_for(_fact(error, "wanted")),),
    "value.short_here": lambda rights, error: rights.short_of_value(_fact(error, "wanted")),
    "topup.short_here": lambda rights, error: rights.short_of_parts(
        str(error.facts["member_id"]), ValueParts(_fact(error, "value"), _fact(error, "gift"))
    ),
    "coupon.short_here": lambda rights, error: (
        rights.short_of_lot(Asset.COUPON, str(error.facts["lot"]), _fact(error, "wanted")),
    ),
    "punch.short_here": lambda rights, error: (
        rights.short_of_lot(Asset.PUNCH, str(error.facts["lot"]), _fact(error, "wanted")),
    ),
}


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where work runs: ``db`` for the till's own data, ``line`` for head office, ``pay`` for the payment gateway."""

    db: TaskRunner
    line: TaskRunner
    pay: TaskRunner | None = None


class Ask(Protocol):
    """Asks head office for rights."""

    def __call__(
        self, member_id: str, amount: int, request_no: int, *, asset: Asset = Asset.POINTS, lot: str = ""
    ) -> int:
        """Bring them and return how many came; blocks. Raises PosError when none come."""
        ...


class RightsGate:
    """Runs a spending; when rights are short here but not in all, brings them and runs it once more.

    Where they cannot be brought because others hold them, that is what ``failed`` gets. What was brought for a sale
    that was paid or put aside meanwhile is spent for no other: ``failed`` gets Refused ``sale.not_open``.
    """

    def __init__(self, rights: Rights, ask: Ask, is_online: Callable[[], bool], lanes: Lanes) -> None:
        self._rights = rights
        self._ask = ask
        self._is_online = is_online
        self._lanes = lanes

    def attempt(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[PosError], None]) -> None:
        """Run ``work`` on the db lane; ``failed`` gets the first refusal if the rights cannot be brought."""

        meant = ""  # the sale that was in hand

        def first() -> T:
            nonlocal meant
            try:
                return work()
            except Refused:
                meant = self._rights.sale_in_hand()
                raise

        def again() -> T:
            if meant not in {"", self._rights.sale_in_hand()}:
                raise Refused("sale.not_open", sale_id=meant)
            return work()

        def first_failed(error: PosError) -> None:
            if self._can_bring(error):
                self._bring(error, lambda: self._lanes.db.run(again, done, failed), failed)
            else:
                failed(error)

        self._lanes.db.run(first, done, first_failed)

    def _can_bring(self, error: PosError) -> bool:
        if not isinstance(error, Refused) or error.code not in BRINGS or not self._is_online():
            return False
        return 0 < _fact(error, "wanted") <= _fact(error, "total")

    def _bring(self, error: PosError, again: Callable[[], None], failed: Callable[[PosError], None]) -> None:
        def give_up(refusal: PosError) -> None:
            failed(_told(error, refusal))

        def fetch(needs: Sequence[RightsNeed]) -> int:
            return sum(
                self._ask(need.member_id, need.amount, need.request_no, asset=need.asset, lot=need.lot)
                for need in needs
            )

        def ask(needs: Sequence[RightsNeed]) -> None:
            self._lanes.line.run(lambda: fetch(needs), lambda _: again(), give_up)

        self._lanes.db.run(lambda: BRINGS[error.code](self._rights, error), ask, give_up)


def _fact(error: PosError, name: str) -> int:
    """Return an amount that a refusal tells: points, uses, or minor units of money; 0 where it tells none."""
    amount = error.facts.get(name, error.facts.get(f"{name}_minor"))
    return amount if isinstance(amount, int) else 0


def _told(error: PosError, refusal: PosError) -> PosError:
    """Return what a cashier hears where rights could not be brought: who holds the rest, or what became of a coupon."""
    if refusal.facts.get("held"):
        return refusal
    if (error.code, refusal.code) == ("coupon.short_here", "rights.short"):
        return Refused("coupon.used", **_named(error))
    if (error.code, refusal.code) == ("coupon.short_here", "rights.lot_unknown"):
        return Refused("coupon.someone_elses", **_named(error))
    return error


def _named(error: PosError) -> dict[str, object]:
    return {name: error.facts.get(name, "") for name in ("name", "name_en")}
