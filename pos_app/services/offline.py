"""How long and for how much this till has sold without head office, and when that ends redeeming; selling goes on.

Each limit lifts by itself once the facts are sent: nothing is remembered but the log.
"""

from dataclasses import dataclass

from pos_app.domain.events import Circumstances
from pos_app.domain.programme import Programme
from pos_app.errors import PosError, Refused
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What head office has not seen, against the rules.

    ``unsent_hours`` is the age of the oldest unsent fact, ``stop_hours`` from when on nothing is redeemed offline;
    ``warns`` that it is time to look for the line; ``problem`` why nothing is redeemed now, None while it is.
    """

    unsent_hours: int
    stop_hours: int
    warns: bool
    problem: PosError | None


def check_contact(session: TillSession, unit: Unit, programme: Programme) -> None:
    """Refuse to redeem after a cold boot before head office was heard, where the rules ask for that.

    Raises Refused ``redeem.no_contact``.
    """
    if programme.require_contact_after_boot and unit.till.heard_boot() != session.boot_id:
        raise Refused("redeem.no_contact")


def check_unsent(session: TillSession, unit: Unit, programme: Programme) -> None:
    """Refuse to redeem offline on too much that head office has not seen.

    Raises Refused ``redeem.unsent_too_long {hours, limit}``, ``redeem.unsent_too_much {unsent_minor, cap_minor}``.
    """
    hours = unsent_hours(session, unit)
    if hours >= programme.unsent_stop_hours:
        raise Refused("redeem.unsent_too_long", hours=hours, limit=programme.unsent_stop_hours)
    unsent_minor = unit.sales.newest_minor(unit.log.unsent().get("sale", 0))
    if unsent_minor > programme.unsent_value_cap_minor:
        raise Refused("redeem.unsent_too_much", unsent_minor=unsent_minor, cap_minor=programme.unsent_value_cap_minor)


def limits(session: TillSession, unit: Unit, programme: Programme) -> OfflineLimits:
    """Return how this till stands against the rules; online nothing but the first contact is missing."""
    problem: PosError | None = None
    online = session.link.is_online()
    hours = unsent_hours(session, unit)
    try:
        check_contact(session, unit, programme)
        if not online:
            check_unsent(session, unit, programme)
    except Refused as error:
        problem = error
    warns = not online and hours >= programme.unsent_warn_hours
    return OfflineLimits(hours, programme.unsent_stop_hours, warns, problem)


def unsent_hours(session: TillSession, unit: Unit) -> int:
    """Return the age of the oldest unsent fact in whole hours, 0 when all is sent.

    By the wall clock or, within one run of the machine, by the clock that nobody sets: whichever says longer. A wall
    clock that was put back makes no fact younger; over a restart it is seen by ``TillSession.clock_is_behind``.
    """
    oldest = unit.log.oldest_unsent()
    return 0 if oldest is None else max(0, _age_ms(session, oldest)) // HOUR_MS


def _age_ms(session: TillSession, said: Circumstances) -> int:
    by_wall = session.clock.now_ms() - said.wall_utc_ms
    if said.boot_id != session.boot_id:
        return by_wall
    return max(by_wall, session.clock.mono_ms() - said.mono_ms)
