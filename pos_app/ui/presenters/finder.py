"""Decides what the finder shows: members for F2 and the 360°, items for F3, or the hits of a scan that fits several."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pos_app.domain.catalogue import Item
from pos_app.domain.tax import rate_text
from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.services.catalogue import Shelf
from pos_app.services.member_models import MemberRow, PhoneStanding, PhoneState
from pos_app.services.members import MemberDesk
from pos_app.ui import desk_wording, wording
from pos_app.ui.presenters.sale_faces import item_name
from pos_app.ui.presenters.tasks import TaskRunner
from pos_app.ui.presenters.view_models import FinderKind, FoundRow

Found: TypeAlias = tuple[MemberRow, ...] | tuple[Item, ...]


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
    look: Callable[[str], None]
    add_item: Callable[[int], None]
    sign_up: Callable[[str], None]


class FinderPresenter:
    """One per window. Answers to an older text are dropped when a newer one was typed."""

    def __init__(self, view: FinderView, desks: FinderDesks) -> None:
        self._view = view
        self._desks = desks
        self._kind = FinderKind.MEMBER
        self._text = ""
        self._found: Found = ()

    def open(self, kind: FinderKind) -> None:
        """Begin an empty search."""
        self._kind, self._text = kind, ""
        self._view.show_kind(kind)
        self._show(())

    def open_members(self, members: tuple[MemberRow, ...]) -> None:
        """Show the members that a scan fits."""
        self._kind, self._text = FinderKind.MEMBER, ""
        self._view.show_kind(self._kind)
        self._show(members)

    def open_items(self, items: tuple[Item, ...]) -> None:
        """Show the items that a text fits."""
        self._kind, self._text = FinderKind.ITEM, ""
        self._view.show_kind(self._kind)
        self._show(items)

    def search(self, text: str) -> None:
        """Look for what is typed so far."""
        self._text = text.strip()
        if not self._text:
            self._show(())
        elif self._kind is FinderKind.ITEM:
            self._find(self._text, self._desks.shelf.find)
        else:
            self._find(self._text, self._desks.members.find)

    def pick(self, key: str) -> None:
        """Take a row; without one, a phone that nobody has leads to signing up."""
        if key and self._kind is FinderKind.ITEM:
            self._desks.add_item(int(key))
        elif key:
            self._take(key)
        elif self._kind is not FinderKind.ITEM and self._text:
            text = self._text
            self._desks.tasks.run(
                lambda: self._desks.members.phone_state(text), self._maybe_sign_up, self._view.show_problem
            )

    def retranslate(self) -> None:
        """Show the hits again, in the language in force."""
        self._show(self._found)

    def _find(self, text: str, look: Callable[[str], Found]) -> None:
        def show(found: Found) -> None:
            if text == self._text:
                self._show(found)

        self._desks.tasks.run(lambda: look(text), show, self._view.show_problem)

    def _maybe_sign_up(self, state: PhoneState) -> None:
        if state.standing is PhoneStanding.FREE:
            self._desks.sign_up(state.phone)
        elif state.member is not None:
            self._take(state.member.member_id)

    def _take(self, member_id: str) -> None:
        (self._desks.look if self._kind is FinderKind.PROFILE else self._desks.attach)(member_id)

    def _show(self, found: Found) -> None:
        self._found = found
        self._view.show_found(tuple(_row(one) for one in found))


def _row(found: MemberRow | Item) -> FoundRow:
    return _item_row(found) if isinstance(found, Item) else _member_row(found)


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
    on_top = _("+ {rate}% tax").format(rate=rate_text(item.on_top_bp)) if item.on_top_bp else ""
    return FoundRow(
        str(item.item_id),
        item_name(item.name, item.name_en),
        " · ".join(part for part in (on_top, item.spec, item.barcode) if part),
        wording.yuan(price),
        was,
    )
