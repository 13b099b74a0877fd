"""Sales that were given up, cancelled or emptied: undone while nothing else has begun, then said for the audit."""

from dataclasses import replace

from pos_app.domain.basket import Basket
from pos_app.domain.events import BasketVoided
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.till import OpenSale, Undo
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

CANCELLED = "sale_cancelled"
NOTHING = OpenSale(Basket(""))
BEGINNING = Undo("")  # a step that cannot be undone


def cancel(session: TillSession, unit: Unit, sale: OpenSale) -> None:
    """Close the sale in hand; what was rung up stays in the journal, so that undoing brings it back."""
    if sale.basket.is_empty:
        settle_given_up(session, unit)
        unit.basket.clear()
    else:
        unit.basket.push(NOTHING, Undo(CANCELLED, amount=len(sale.basket.lines)))


def is_cancelled(unit: Unit) -> bool:
    """Say whether the last thing that happened to the basket was that its sale was cancelled."""
    current = unit.basket.current()
    return current is not None and current[1] is not None and current[1].code == CANCELLED


def settle_given_up(session: TillSession, unit: Unit) -> None:
    """Give a sale up of which the last step left nothing, because something else begins: no undoing any more."""
    current, before = unit.basket.current(), unit.basket.before()
    if current is not None and before is not None and current[0].basket.is_empty:
        give_up(session, unit, before)


def give_up(session: TillSession, unit: Unit, sale: OpenSale) -> None:
    """Say the void of a sale of which nothing is in hand any more; whoever is served still is, in a new sale."""
    if sale.basket.is_empty:
        return
    say_void(session, unit, sale)
    current = unit.basket.current()
    unit.basket.clear()
    if current is not None and current[0].basket.member_id is not None:
        left = replace(current[0].basket, sale_id=new_sale_id(session))
        unit.basket.push(replace(current[0], basket=left), BEGINNING)


def new_sale_id(session: TillSession) -> str:
    """Return the name of a sale that begins now."""
    return uuid7(session.clock.now_ms(), session.rng.token(UUID7_RANDOM_BYTES))


def say_void(session: TillSession, unit: Unit, sale: OpenSale) -> None:
    """Say that a sale was given up before it was paid, if anything was rung up."""
    basket = sale.basket
    if not basket.is_empty:
        listed = sum(line.list_minor for line in basket.lines)
        session.say(unit, BasketVoided(basket.sale_id, len(basket.lines), listed))
