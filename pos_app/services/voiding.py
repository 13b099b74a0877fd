"""Sales that were cancelled: undone while nothing else has begun, then said for the audit."""

from pos_app.domain.basket import Basket
from pos_app.domain.events import BasketVoided
from pos_app.domain.till import OpenSale, Undo
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

CANCELLED = "sale_cancelled"
NOTHING = OpenSale(Basket(""))


def cancel(unit: Unit, sale: OpenSale) -> None:
    """Close the sale in hand; what was rung up stays in the journal, so that undoing brings it back."""
    if sale.basket.is_empty:
        unit.basket.clear()
    else:
        unit.basket.push(NOTHING, Undo(CANCELLED, amount=len(sale.basket.lines)))


def is_cancelled(unit: Unit) -> bool:
    """Say whether the last thing that happened to the basket was that its sale was cancelled."""
    current = unit.basket.current()
    return current is not None and current[1] is not None and current[1].code == CANCELLED


def settle_cancelled(session: TillSession, unit: Unit) -> None:
    """Say the void of a cancelled sale, because something else begins; from now on it cannot be undone."""
    if not is_cancelled(unit):
        return
    sale = unit.basket.before()
    if sale is not None:
        say_void(session, unit, sale)
    unit.basket.clear()


def say_void(session: TillSession, unit: Unit, sale: OpenSale) -> None:
    """Say that a sale was given up before it was paid, if anything was rung up."""
    basket = sale.basket
    if not basket.is_empty:
        listed = sum(line.list_minor for line in basket.lines)
        session.say(unit, BasketVoided(basket.sale_id, len(basket.lines), listed))
