"""The journal of the basket in hand, and baskets put aside. Items are kept as they were rung up."""

from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec

from pos_app.domain.basket import Basket, BasketLine, Reduction
from pos_app.domain.catalogue import Item
from pos_app.domain.till import HeldSale, OpenSale, Undo
from pos_app.errors import Damaged, Refused
from pos_app.store.memory import decoded
from pos_app.store.rows import Rows

MAX_STEPS = 200  # changes that can be undone; the oldest are forgotten
MAX_HELD = 50


@dataclass(frozen=True, slots=True)
class _Line:
    """A line by the item's key; the item itself is kept once. All else is as ``BasketLine`` has it."""

    line_no: int
    item_id: int
    version: int
    quantity: int
    redeemed: bool
    asked_minor: int | None = None
    asked_reason: str = ""
    asked_approved_by: str = ""
    reduction: Reduction | None = None
    note: str = ""
    weight_g: int = 0
    label_minor: int | None = None
    punch_card: str = ""


_KEPT = [field.name for field in fields(BasketLine) if field.name != "item"]


@dataclass(frozen=True, slots=True)
class _Step:
    """One journalled state and the change that led to it."""

    sale_id: str
    lines: tuple[_Line, ...]
    member_id: str | None
    points: int
    next_line_no: int
    proof: str
    what: Undo
    reduction: Reduction | None = None
    note: str = ""
    prints_notes: bool = False
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A step as it is stored, decoded, and joined with its items."""

    body: bytes
    step: _Step
    sale: OpenSale


class BasketTable:
    """Tables ``basket_step`` and ``basket_item``: one row for each change, newest last.

    The newest step is kept decoded. It counts only while the table still holds exactly its bytes, so that a
    transaction that was rolled back leaves nothing behind here.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._conn = rows.conn
        self._read: _Read | None = None

    def current(self) -> tuple[OpenSale, Undo | None] | None:
        """Return the basket in hand and what undoing would take back; None when no sale is open."""
        newest = self._newest()
        if newest is None:
            return None
        _step_no, read, can_undo = newest
        return read.sale, read.step.what if can_undo else None

    def push(self, sale: OpenSale, what: Undo) -> None:
        """Journal a change; a ``what`` without a code is a beginning that cannot be undone."""
        basket, newest = sale.basket, self._newest()
        kept = set() if newest is None else {(line.item_id, line.version) for line in newest[1].step.lines}
        self._conn.executemany(
            "INSERT INTO basket_item (item_id, version, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (line.item.item_id, line.item.version, msgspec.json.encode(line.item))
                for line in basket.lines
                if (line.item.item_id, line.item.version) not in kept
            ],
        )
        step = _Step(
            sale_id=basket.sale_id,
            lines=tuple(_line(line) for line in basket.lines),
            member_id=basket.member_id,
            points=basket.points,
            next_line_no=basket.next_line_no,
            proof=sale.proof,
            what=what,
            reduction=basket.reduction,
            note=basket.note,
            prints_notes=basket.prints_notes,
            coupon=basket.coupon,
        )
        body = msgspec.json.encode(step)
        (step_no,) = self._conn.execute(
            "INSERT INTO basket_step (body) VALUES (?) RETURNING step_no", [body]
        ).fetchone()
        if step_no > MAX_STEPS:
            self._conn.execute("DELETE FROM basket_step WHERE step_no <= ?", [step_no - MAX_STEPS])
        self._read = _Read(body, step, sale)

    def before(self) -> OpenSale | None:
        """Return the basket as it was before its last change; None if it is not known."""
        row = self._conn.execute("SELECT body FROM basket_step ORDER BY step_no DESC LIMIT 1 OFFSET 1").fetchone()
        return None if row is None else self._open_sale(decoded(bytes(row[0]), _Step, "basket_step"))

    def amend(self, sale: OpenSale) -> None:
        """Put another proof into the newest state; lines stay. Raises Damaged ``basket.row`` without one."""
        newest = self._newest()
        if newest is None or newest[1].sale.basket != sale.basket:
            raise Damaged("basket.row", sale_id=sale.basket.sale_id)
        step = replace(newest[1].step, proof=sale.proof)
        self._conn.execute("UPDATE basket_step SET body = ? WHERE step_no = ?", [msgspec.json.encode(step), newest[0]])

    def undo(self) -> Undo:
        """Take the last change back and return what it was; raises Refused ``undo.nothing``."""
        newest = self._newest()
        if newest is None or not newest[2]:
            raise Refused("undo.nothing")
        step_no, read, _can_undo = newest
        self._conn.execute("DELETE FROM basket_step WHERE step_no = ?", [step_no])
        return read.step.what

    def clear(self) -> None:
        """Close the journal: paid, held or cancelled."""
        self._conn.execute("DELETE FROM basket_step")
        self._conn.execute("DELETE FROM basket_item")

    def _newest(self) -> tuple[int, _Read, bool] | None:
        """Return number and content of the newest step, and whether the state before it is known.

        Journals count from 1, and forget their oldest steps.
        """
        row = self._rows.one(
            "SELECT step_no, body, (SELECT min(step_no) FROM basket_step) FROM basket_step"
            " ORDER BY step_no DESC LIMIT 1"
        )
        if row is None:
            return None
        step_no, body, oldest = row
        read = self._read
        if read is None or read.body != body:
            step = decoded(bytes(body), _Step, "basket_step")
            read = self._read = _Read(bytes(body), step, self._open_sale(step))
        return step_no, read, bool(read.step.what.code) and (step_no > oldest or oldest == 1)

    def _open_sale(self, step: _Step) -> OpenSale:
        basket = Basket(
            sale_id=step.sale_id,
            lines=tuple(_rung_up(line, self._item(line.item_id, line.version)) for line in step.lines),
            member_id=step.member_id,
            points=step.points,
            next_line_no=step.next_line_no,
            reduction=step.reduction,
            note=step.note,
            prints_notes=step.prints_notes,
            coupon=step.coupon,
        )
        return OpenSale(basket, step.proof)

    def _item(self, item_id: int, version: int) -> Item:
        row = self._conn.execute(
            "SELECT body FROM basket_item WHERE item_id = ? AND version = ?", [item_id, version]
        ).fetchone()
        if row is None:
            raise Damaged("basket.row", item_id=item_id)
        return decoded(bytes(row[0]), Item, "basket_item")


class HeldTable:
    """Table ``held_sale``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._conn = rows.conn

    def add(self, held: HeldSale) -> int:
        """Keep a basket (its ``hold_id`` is ignored) and return its number; raises Refused ``hold.full``."""
        (count,) = self._conn.execute("SELECT count(*) FROM held_sale").fetchone()
        if count >= MAX_HELD:
            raise Refused("hold.full", most=MAX_HELD)
        (hold_id,) = self._conn.execute(
            "INSERT INTO held_sale (held_at_ms, body) VALUES (?, ?) RETURNING hold_id",
            [held.held_at_ms, msgspec.json.encode(held)],
        ).fetchone()
        return int(hold_id)

    def all(self) -> tuple[HeldSale, ...]:
        """Return all held baskets, oldest first."""
        rows = self._conn.execute("SELECT hold_id, body FROM held_sale ORDER BY hold_id").fetchall()
        return tuple(_held(hold_id, bytes(body)) for hold_id, body in rows)

    def count(self) -> int:
        """Return how many baskets are put aside."""
        ((count,),) = self._rows.all("SELECT count(*) FROM held_sale")
        return int(count)

    def take(self, hold_id: int) -> HeldSale:
        """Take a basket out; raises Refused ``hold.unknown``."""
        row = self._conn.execute("DELETE FROM held_sale WHERE hold_id = ? RETURNING body", [hold_id]).fetchone()
        if row is None:
            raise Refused("hold.unknown", hold_id=hold_id)
        return _held(hold_id, bytes(row[0]))


def _line(line: BasketLine) -> _Line:
    return _Line(item_id=line.item.item_id, version=line.item.version, **_kept(line))


def _rung_up(line: _Line, item: Item) -> BasketLine:
    return BasketLine(item=item, **_kept(line))


def _kept(line: BasketLine | _Line) -> dict[str, Any]:
    """Return what both have under one name: all but the item."""
    return {name: getattr(line, name) for name in _KEPT}


def _held(hold_id: int, body: bytes) -> HeldSale:
    return replace(decoded(body, HeldSale, "held_sale"), hold_id=hold_id)
