"""Pushing: the log goes up in order, one batch in flight, until head office holds all of it."""

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Refused, Unavailable
from pos_app.sync.endpoints import NOT_HEAD_OFFICE
from pos_app.sync.station import Station
from pos_app.sync.wire.messages import PushAnswer, PushRequest

LOOK_AGAIN_S = 30.0  # in case a wake-up was lost
TIDY_MS = 60_000


class Pusher:
    """One round sends everything that is in the log now."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._tidied_ms: int | None = None

    def round(self) -> float:
        """Push until nothing is left; return seconds until the log should be looked at again, woken or not.

        Raises:
            PosError: no line; or Refused ``session.re_enrol`` by a life that was replaced, after all was sent.
        """
        self._hand_back()
        self.count()
        ticket = self._station.link.open(for_history=True)
        self.count()
        while not self._station.stopped():
            request = self._station.link.next_batch()
            if request is None:
                break
            answer = self._send(request)
            mark(CommitPoint.PUSH_ANSWERED_BEFORE_MARK)
            if not self._station.link.pushed(answer):
                raise Unavailable(NOT_HEAD_OFFICE, cause="push")
            self._note(answer)
        # A life that was replaced has delivered its history now, and is told so here. And where another lane began a
        # new session in between, look again with it.
        if not self._station.stopped() and self._station.link.open() != ticket:
            return 0.0
        return LOOK_AGAIN_S

    def _hand_back(self) -> None:
        """Let what this terminal should hold no longer go up with the rest; looked at once a minute."""
        now_ms = self._station.clock.mono_ms()
        if self._tidied_ms is None or now_ms - self._tidied_ms >= TIDY_MS:
            self._station.till.holdings.hand_back()
            self._tidied_ms = now_ms

    def count(self) -> None:
        """Tell the board how many facts are unsent, and whether head office has ended this life."""
        log = self._station.till.log
        self._station.board.count(unsent=log.unsent())
        self._station.board.ended(log.ended())

    def _send(self, request: PushRequest) -> PushAnswer:
        try:
            return self._station.office.push(request)
        except Refused as error:
            self._station.link.refused(error, request.session)
            raise
        except Unavailable:
            self._station.link.failed()
            raise

    def _note(self, answer: PushAnswer) -> None:
        aside = sum(status.status in ("quarantined", "deferred") for status in answer.statuses)
        self._station.board.heard(answer.server_time_ms)
        self._station.board.count(
            pushed=len(answer.statuses), quarantined=aside, unsent=self._station.till.log.unsent()
        )
