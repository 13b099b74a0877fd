"""Decides what the finder shows: members for F2, items for F3, or the hits of a scan that fits several."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.catalogue import Item
from pos_app.errors import PosError
from pos_app.services.catalogue import Shelf
from pos_app.services.member_models import MemberRow, PhoneStanding, PhoneState
from pos_app.services.members import MemberDesk
from pos_app.ui import desk_wording, wording
from pos_app.ui.presenters.sale_faces import item_name
from pos_app.ui.presenters.tasks import TaskRunner
from pos_app.ui.presenters.view_models import FinderKind, FoundRow


class FinderView(Protocol):
    """What the finder can show; see ``views/finder.py``."""

    def show_kind(self, kind: FinderKind) -> None: ...
    def show_found(self, rows: tuple[FoundRow, ...]) -> None: ...
    def show_problem(self, error: PosError) -> None: ...


@dataclass(frozen=True, slots=True)
class FinderDesks:
    """Where the finder looks, and what happens to what was picked."""

    members: MemberDesk
    shelf: Shelf
    tasks: TaskRunner
    attach: Callable[[str], None]
    add_item: Callable[[int], None]
    sign_up: Callable[[str], None]


class FinderPresenter:
    """One per window. Answers to an older text are dropped when a newer one was typed."""

    def __init__(self, view: FinderView, desks: FinderDesks) -> None:
        self._view = view
        self._desks = desks
        self._kind = FinderKind.MEMBER
        self._text = ""
        self._rows: tuple[FoundRow, ...] = ()

    def open(self, kind: FinderKind) -> None:
        """Begin an empty search."""
        self._kind, self._text = kind, ""
        self._view.show_kind(kind)
        self._show(())

    def open_members(self, members: tuple[MemberRow, ...]) -> None:
        """Show the members that a scan fits."""
        self._kind, self._text = FinderKind.MEMBER, ""
        self._view.show_kind(self._kind)
        self._show(tuple(_member_row(row) for row in members))

    def open_items(self, items: tuple[Item, ...]) -> None:
        """Show the items that a text fits."""
        self._kind, self._text = FinderKind.ITEM, ""
        self._view.show_kind(self._kind)
        self._show(tuple(_item_row(item) for item in items))

    def search(self, text: str) -> None:
        """Look for what is typed so far."""
        self._text = text.strip()
        if not self._text:
            self._show(())
        elif self._kind is FinderKind.MEMBER:
            self._find(self._text, lambda wanted: tuple(_member_row(row) for row in self._desks.members.find(wanted)))
        else:
            self._find(self._text, lambda wanted: tuple(_item_row(item) for item in self._desks.shelf.find(wanted)))

    def pick(self, key: str) -> None:
        """Take a row; without one, a phone that nobody has leads to signing up."""
        if key and self._kind is FinderKind.MEMBER:
            self._desks.attach(key)
        elif key:
            self._desks.add_item(int(key))
        elif self._kind is FinderKind.MEMBER and self._text:
            text = self._text
            self._desks.tasks.run(
                lambda: self._desks.members.phone_state(text), self._maybe_sign_up, self._view.show_problem
            )

    def _find(self, text: str, look: Callable[[str], tuple[FoundRow, ...]]) -> None:
        def show(rows: tuple[FoundRow, ...]) -> None:
            if text == self._text:
                self._show(rows)

        self._desks.tasks.run(lambda: look(text), show, self._view.show_problem)

    def _maybe_sign_up(self, state: PhoneState) -> None:
        if state.standing is PhoneStanding.FREE:
            self._desks.sign_up(state.phone)
        elif state.member is not None:
            self._desks.attach(state.member.member_id)

    def _show(self, rows: tuple[FoundRow, ...]) -> None:
        self._rows = rows
        self._view.show_found(rows)


def _member_row(row: MemberRow) -> FoundRow:
    visit = row.last_visit_on.isoformat() if row.last_visit_on else ""
    return FoundRow(
        row.member_id,
        wording.called(row.name, row.masked_phone),
        " · ".join(part for part in (row.masked_phone, desk_wording.tier_text(row.tier)) if part),
        wording.points(row.points),
        visit,
    )


def _item_row(item: Item) -> FoundRow:
    price = item.price_minor if item.member_price_minor is None else item.member_price_minor
    was = "" if item.member_price_minor is None else wording.money(item.price_minor)
    return FoundRow(
        str(item.item_id),
        item_name(item.name, item.name_en),
        " · ".join(part for part in (item.spec, item.barcode) if part),
        wording.yuan(price),
        was,
    )
