"""The sync centre decides what waits, and asks for a run without waiting for it."""

from pos_app.errors import PosError, Unavailable
from pos_app.ui.presenters.sync_centre import SyncCentrePresenter
from pos_app.ui.presenters.sync_centre_models import KindCount, Link, LinkStatus, SyncBoard
from tests.ui.stand_ins import AtOnce, Later, Told


class Unsent:
    def __init__(self) -> None:
        self.waiting = {"call_recorded": 3, "sale": 9, "day_opened": 0, "consent_changed": 3}
        self.refuses: PosError | None = None

    def by_kind(self) -> dict[str, int]:
        if self.refuses is not None:
            raise self.refuses
        return self.waiting


class Centre:
    def __init__(self, tasks: object = None) -> None:
        self.view, self.desk = Told(), Unsent()
        self.tries = 0
        self.presenter = SyncCentrePresenter(self.view, self.desk, tasks or AtOnce(), self._try, lambda: 1_000)

    def _try(self) -> None:
        self.tries += 1


def test_what_waits_is_counted_anew_with_every_state_most_first():
    centre = Centre()
    status = LinkStatus(Link.OFFLINE, since_ms=10)

    centre.presenter.update(status)

    kinds = (KindCount("sale", 9), KindCount("call_recorded", 3), KindCount("consent_changed", 3))
    board = SyncBoard(status, kinds)
    assert centre.view.last("show_board") == (board, 1_000)
    assert board.unsent() == 15


def test_trying_now_is_handed_on_at_once():
    lane = Later()
    centre = Centre(lane)

    centre.presenter.try_now()

    assert (centre.tries, lane.waiting) == (1, [])


def test_the_times_move_without_reading_again():
    lane = Later()
    centre = Centre(lane)

    centre.presenter.tick()

    assert centre.view.names() == ["show_board"]
    assert lane.waiting == []


def test_a_count_that_failed_is_said():
    centre = Centre()
    centre.desk.refuses = Unavailable("store.busy")

    centre.presenter.update(LinkStatus())

    assert centre.view.last("show_problem") == (centre.desk.refuses,)


def test_answers_after_leaving_are_dropped_and_nothing_new_is_asked():
    lane = Later()
    centre = Centre(lane)
    centre.presenter.update(LinkStatus())
    centre.presenter.close()
    centre.presenter.update(LinkStatus())

    lane.settle()

    assert centre.view.said == []
