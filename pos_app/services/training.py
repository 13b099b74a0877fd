"""Training mode: whether it may begin now, and how far the trainee is."""

from datetime import date

from pos_app.domain.training import Progress, progress
from pos_app.errors import Refused
from pos_app.services.till import TillSession


class TrainingDesk:
    """On a real till it guards the door, on a training till it counts what is done."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def may_begin(self) -> None:
        """Refuse to leave a sale or a payment behind; held sales wait where they are.

        Raises Refused ``training.sale_open``, ``training.charge_open``, ``till.not_enrolled``.
        """
        with self._session.store.view() as unit:
            self._session.identity(unit)
            current = unit.basket.current()
            if current is not None and not current[0].basket.is_empty:
                raise Refused("training.sale_open")
            if any(charge.is_open for charge in unit.charges.since(date.max)):
                raise Refused("training.charge_open")

    def progress(self) -> Progress:
        """Return which tasks this till's facts show to be done."""
        with self._session.store.view() as unit:
            return progress(fact for _seq, fact, _at in unit.log.facts(1, unit.log.next_seq() - 1))
