"""Spends points wherever they are: what this till does not hold is asked of head office while the customer waits."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.errors import PosError, Refused
from pos_app.services.rights import Rights, RightsNeed
from pos_app.services.sale_models import SaleState
from pos_app.ui.presenters.tasks import TaskRunner

SHORT_HERE = "points.short_here"


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where work runs: ``db`` for the till's own data, ``line`` for asking head office."""

    db: TaskRunner
    line: TaskRunner


class PointsGate:
    """Runs a redemption; when points are short here but not in all, brings them and runs it once more.

    Where they cannot be brought because others hold them, that is what ``failed`` gets.

    ``ask`` takes member, amount and request number, brings points and blocks; it raises PosError when none come.
    """

    def __init__(
        self, rights: Rights, ask: Callable[[str, int, int], int], is_online: Callable[[], bool], lanes: Lanes
    ) -> None:
        self._rights = rights
        self._ask = ask
        self._is_online = is_online
        self._lanes = lanes

    def attempt(
        self, work: Callable[[], SaleState], done: Callable[[SaleState], None], failed: Callable[[PosError], None]
    ) -> None:
        """Run ``work`` on the db lane; ``failed`` gets the first refusal if points cannot be brought."""

        def first_failed(error: PosError) -> None:
            if self._can_bring(error):
                self._bring(error, work, done, failed)
            else:
                failed(error)

        self._lanes.db.run(work, done, first_failed)

    def _can_bring(self, error: PosError) -> bool:
        if not isinstance(error, Refused) or error.code != SHORT_HERE or not self._is_online():
            return False
        total, wanted = error.facts.get("total"), error.facts.get("wanted")
        return isinstance(total, int) and isinstance(wanted, int) and wanted <= total

    def _bring(
        self,
        error: PosError,
        work: Callable[[], SaleState],
        done: Callable[[SaleState], None],
        failed: Callable[[PosError], None],
    ) -> None:
        wanted = error.facts["wanted"]
        assert isinstance(wanted, int), error

        def give_up(refusal: PosError) -> None:
            # Who holds the rest says more than that it is not here.
            failed(refusal if refusal.facts.get("held") else error)

        def ask(need: RightsNeed) -> None:
            self._lanes.line.run(
                lambda: self._ask(need.member_id, need.amount, need.request_no),
                lambda _: self._lanes.db.run(work, done, failed),
                give_up,
            )

        self._lanes.db.run(lambda: self._rights.short_for(wanted), ask, give_up)
