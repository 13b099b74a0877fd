"""What head office has not seen yet."""

from pos_app.services.till import TillSession


class Unsent:
    """Counts facts that wait to be sent."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def count(self) -> int:
        """Return how many facts wait."""
        return sum(self.by_kind().values())

    def by_kind(self) -> dict[str, int]:
        """Return how many facts of each kind wait."""
        with self._session.store.view() as unit:
            return unit.log.unsent()
