"""One terminal of the replay, in a process of its own: rings baskets up, loses its line now and then, and syncs."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks._journeys import STORE, Journey, member, member_id
from benchmarks._tills import BenchTill, PastClock, open_bench_till, wire_to
from pos_app.bootstrap.desks import Desks
from pos_app.demo.line import Line
from pos_app.domain.codes import member_code
from pos_app.domain.day_close import DENOMINATIONS
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.services.sale_models import SaleDone, ScanKind

MANAGER = (f"{STORE}-03", "8888")  # of the demo chain's staff, whom the replay takes over
FLOAT_MINOR = 50_000
BASKETS_AN_OUTAGE = 250
DIRECTORY_S = 120.0


@dataclass(frozen=True)
class Orders:
    """What one terminal is to do."""

    home: Path
    port: int
    code: str
    journeys: tuple[Journey, ...]
    seed: int
    durable: bool


@dataclass(frozen=True)
class Sold:
    """What the till said of each basket as it was paid, and how its line behaved."""

    due_by_basket: dict[int, int]
    earned_by_basket: dict[int, int]
    outages: int
    drained: bool


def replay(orders: Orders) -> Sold:
    """Enrol, take the directory, sell everything through the use cases, and send all of it to head office."""
    line = Line(orders.port)
    clock = PastClock(orders.journeys[0].at_ms)
    try:
        wire = wire_to(line.port)
        with open_bench_till(orders.home, wire, clock, orders.code, durable=orders.durable) as till:
            till.worker.start()
            assert till.drained(), till.worker.status()
            sold = _sell_all(till, clock, line, orders)
            line.mend()
            return Sold(*sold, drained=till.drained())
    finally:
        line.close()


def outages(baskets: int, chance: random.Random) -> list[tuple[int, int]]:
    """Return when the line is lost and found again, as numbers of baskets: about half of the time it is away."""
    count = max(1, baskets // BASKETS_AN_OUTAGE)
    turns = sorted(chance.sample(range(baskets + 1), min(2 * count, baskets + 1)))
    return list(zip(turns[::2], turns[1::2], strict=False))


def _sell_all(
    till: BenchTill, clock: PastClock, line: Line, orders: Orders
) -> tuple[dict[int, int], dict[int, int], int]:
    chance = random.Random(f"{orders.seed} {orders.home.name}")
    away = outages(len(orders.journeys), chance)
    cuts, mends = {first for first, _ in away}, {last for _, last in away}
    due: dict[int, int] = {}
    earned: dict[int, int] = {}
    for n, (journey, first_of_day, last_of_day) in enumerate(_by_day(orders.journeys)):
        if n in cuts:
            line.cut()
        if n in mends:
            line.mend()
            till.worker.sync_now()
        clock.wall_ms = journey.at_ms
        if first_of_day:
            till.lane.call(lambda on=journey.on: _open_day(till.desks, on))
        done = till.lane.call(lambda one=journey: sell(till.desks, one, chance))
        due[journey.basket_id], earned[journey.basket_id] = done.due_minor, done.earned_points
        if last_of_day:
            till.lane.call(lambda: _close_day(till.desks))
    return due, earned, len(away)


def sell(desks: Desks, journey: Journey, chance: random.Random) -> SaleDone:
    """Ring one basket up, attach its household, and take the money."""
    checkout, by = desks.checkout, chance.random()
    if by < 0.8:  # most show the card before, some after the goods
        _attach(desks, journey.household, by)
    for line in journey.lines:
        assert checkout.scan(line.barcode, line.pieces).kind is ScanKind.ADDED, line
    if by >= 0.8:
        _attach(desks, journey.household, by)
    state = checkout.state()
    assert state.priced is not None
    return checkout.pay(_tenders(state.priced.due_minor, chance), state.basket.sale_id)


def _attach(desks: Desks, household: int, by: float) -> None:
    if by < 0.3:
        desks.checkout.attach(member_id(household))
        return
    who = member(household, date(2026, 1, 1))
    found = desks.checkout.scan(member_code(who.card_no) if by < 0.6 else who.phone.removeprefix("+86"))
    assert found.kind is ScanKind.MEMBER_ATTACHED, found.kind


def _tenders(due_minor: int, chance: random.Random) -> tuple[TenderAsked, ...]:
    """Pay in cash with change, by card, or by both; nothing where nothing is due."""
    if due_minor == 0:
        return ()
    way = chance.random()
    note_minor = -(-due_minor // 10_000) * 10_000
    if way < 0.4:
        return (TenderAsked(TenderKind.CASH, given_minor=note_minor),)
    kind, reference = chance.choice([TenderKind.WECHAT, TenderKind.ALIPAY, TenderKind.CARD]), f"{due_minor:08d}"
    if way < 0.9 or due_minor < 100:
        return (TenderAsked(kind, due_minor, reference=reference),)
    part_minor = chance.randrange(1, due_minor)
    return TenderAsked(kind, part_minor, reference=reference), TenderAsked(TenderKind.CASH, given_minor=note_minor)


def _by_day(journeys: tuple[Journey, ...]) -> Iterator[tuple[Journey, bool, bool]]:
    """Yield each basket, and whether it is the first and the last of its day here."""
    for n, journey in enumerate(journeys):
        first = n == 0 or journeys[n - 1].on != journey.on
        last = n == len(journeys) - 1 or journeys[n + 1].on != journey.on
        yield journey, first, last


def _open_day(desks: Desks, on: date) -> None:
    with desks.store.unit() as unit:
        unit.till.put("heard_boot", b"")  # head office lives today, long after this day: its clock was not heard
    desks.sign_in.sign_in(*MANAGER)
    desks.day.open_day(FLOAT_MINOR, on)


def _close_day(desks: Desks) -> None:
    """Count what should be there, and close."""
    left, pieces = desks.day.count({}).expected_minor, {}
    for value in DENOMINATIONS["CNY"]:
        pieces[value], left = divmod(left, value)
    desks.day.close_day(pieces)
    desks.sign_in.sign_out()
