"""One question of a till's own session while somebody waits; when the session is gone, once more in a new one."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from pos_app.errors import Refused
from pos_app.sync.station import Station
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import Answer

Asked = TypeVar("Asked", bound=msgspec.Struct)
Answered = TypeVar("Answered", bound=Answer)


def ask(station: Station, asked: Asked, send: Callable[[Asked], Answered]) -> Answered:
    """Return the answer to a request whose ``session`` is filled in here; blocks its caller."""
    try:
        return _ask(station, asked, send)
    except Refused as error:
        if error.code != http.SESSION_UNKNOWN:
            raise
    return _ask(station, asked, send)


def _ask(station: Station, asked: Asked, send: Callable[[Asked], Answered]) -> Answered:
    ticket = station.link.open()
    try:
        answer = send(msgspec.structs.replace(asked, session=ticket.session))
    except Refused as error:
        station.link.refused(error, ticket.session)
        raise
    station.link.checked(answer, ticket)
    station.board.heard(answer.server_time_ms)
    return answer
