"""Decides what the redeem sheet does: any line or item for points, and as many points as the member chooses.

Each choice is made on the basket at once, so that the amounts shown are the ones that will be paid; leaving the sheet
by Cancel takes back what was chosen in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.basket import BasketLine
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import DynamicCode, MemberCode, PaymentCode, parse
from pos_app.domain.members import Tier
from pos_app.domain.points import Choosable, choosable, points_for, spendable, worth_minor
from pos_app.domain.pricing import PricedLine, open_minor
from pos_app.domain.programme import PointsProof, Programme
from pos_app.errors import PosError, Refused
from pos_app.i18n import _
from pos_app.services.cards import net_price
from pos_app.services.catalogue import Shelf
from pos_app.services.checkout import Checkout
from pos_app.services.member_models import MemberCard
from pos_app.services.offline import OfflineLimits
from pos_app.services.sale_models import SaleState
from pos_app.services.stored_value import TAIL, ValueDesk
from pos_app.ui.desk_wording import assets_text, held_text, vesting_text
from pos_app.ui.messages import sentence
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.sale_faces import STALE_AFTER_MS, item_name
from pos_app.ui.presenters.tasks import TaskRunner

VOUCHABLE = frozenset({"clock.behind", "redeem.offline_cap", "redeem.needs_proof"})  # what a manager can lift
BASKET, OFFERS, SEARCH = "basket", "offers", "search"
NEARLY_SHARE = 0.7


class RedeemView(Protocol):
    """What the redeem sheet can show; see ``views/redeem.py``."""

    def show_redeem(self, redeem: face.RedeemFace) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class RedeemDesks:
    """The use cases behind the sheet. ``now_ms`` is UTC; ``sale_changed`` tells the sale screen."""

    checkout: Checkout
    value: ValueDesk
    shelf: Shelf
    gate: RightsGate
    approvals: Approvals
    tasks: TaskRunner
    is_online: Callable[[], bool]
    now_ms: Callable[[], int]
    sale_changed: Callable[[SaleState], None]


class RedeemPresenter:
    """One per window; ``open`` starts it anew for the sale in hand."""

    def __init__(self, view: RedeemView, desks: RedeemDesks) -> None:
        self._view = view
        self._desks = desks
        self._sale: SaleState | None = None
        self._programme: Programme | None = None
        self._tab = BASKET
        self._found: tuple[Item, ...] = ()
        self._due_before = 0
        self._changes = 0
        self._custom = False
        self._problem: PosError | None = None
        self._limits: OfflineLimits | None = None
        self._refused: Callable[[], SaleState] | None = None
        self._choice_no = 0  # each choice of points takes the place of the ones before it
        self._waits = 0  # changes that are not answered yet
        self._visit = 0  # what was chosen in a visit of the sheet that was left counts no more
        self._needs_proof = False

    def open(self, sale: SaleState, programme: Programme) -> None:
        """Begin with the sale in hand; a member must be attached."""
        self._sale, self._programme = sale, programme
        self._due_before = sale.priced.due_minor if sale.priced else 0
        self._changes, self._problem, self._found = 0, None, ()
        self._custom = sale.basket.points > 0
        self._tab = BASKET if sale.basket.lines else OFFERS
        self._limits, self._refused, self._needs_proof = None, None, False
        self._visit += 1
        self._waits = 0
        self._view.set_busy(False)
        self.retranslate()
        self._desks.tasks.run(self._desks.checkout.limits, self._limited, self._failed)

    def show_tab(self, tab: str) -> None:
        """Show ``basket``, ``offers`` or ``search``."""
        self._tab = tab
        self.retranslate()

    def search(self, text: str) -> None:
        """Find any item of the shop by barcode, name or initials."""
        self._tab = SEARCH
        if text.strip():
            self._desks.tasks.run(lambda: self._desks.shelf.find(text.strip()), self._show_found, self._failed)

    def take_scan(self, code: str) -> None:
        """Take the scanned item home for points, or the member's own code as proof.

        Anything else but one item is shown to choose from; somebody's payment code is searched for nowhere.
        """
        meant = parse(code)
        if isinstance(meant, PaymentCode):
            self._failed(Refused("scan.payment_code"))
            return
        if isinstance(meant, MemberCode | DynamicCode):
            self._desks.tasks.run(lambda: self._desks.checkout.prove(code), self._proven, self._failed)
            return
        self._desks.tasks.run(lambda: self._desks.shelf.find(code), self._take_only, self._failed)

    def prove(self, digits: str) -> None:
        """Take the last four digits of the member's phone as proof, or those and the member's PIN behind them."""
        checkout, value = self._desks.checkout, self._desks.value

        def prove() -> SaleState:
            if len(digits) <= TAIL:
                return checkout.prove(digits)
            value.prove(digits)
            return checkout.state()

        self._desks.tasks.run(prove, self._proven, self._failed)

    def _take_only(self, found: tuple[Item, ...]) -> None:
        if len(found) == 1:
            self._tab = BASKET
            item_id = found[0].item_id
            self._change(lambda: self._desks.checkout.redeem_item(item_id))
        else:
            self._tab = SEARCH
            self._show_found(found)

    def step(self, key: str, delta: int) -> None:
        """Take one more (+1) or one less (-1) of a row for points."""
        kind, number = key.split(":")
        checkout = self._desks.checkout
        if kind == "line":
            self._change(lambda: checkout.redeem_line(int(number), redeemed=delta > 0))
            return
        line = self._redeemed_line(int(number))
        if delta > 0:
            self._change(lambda: checkout.redeem_item(int(number)))
        elif line is not None:
            self._change(lambda: checkout.set_quantity(line.line_no, line.quantity - 1))

    def mix(self, key: str) -> None:
        """Take a row partly for points and partly for money, as it offers."""
        sale, programme = self._sale, self._programme
        if sale is None or sale.member is None or programme is None:
            return
        rows = self._rows(sale.member, programme, sale.priced.points if sale.priced else 0)
        row = next((row for row in rows if row.key == key), None)
        if row is None or not row.mix_points:
            return
        kind, number = key.split(":")
        checkout, points = self._desks.checkout, row.mix_points
        self._custom = True
        if kind == "item":
            self._change(lambda: checkout.redeem_part(int(number), points))
        else:
            chosen = sale.basket.points + points
            self._change(lambda: checkout.redeem_points(chosen))

    def choose(self, choice: face.PointsChoice, points: int = 0) -> None:
        """Spend no points against the basket, all that the rules allow, or the typed number of points."""
        self._custom = choice is face.PointsChoice.CUSTOM
        wanted = {face.PointsChoice.NONE: 0, face.PointsChoice.ALL: self._bounds().most}.get(choice, points)
        assert self._sale is not None
        if wanted == self._sale.basket.points and not self._waits:
            self.retranslate()
            return
        self._choice_no += 1
        mine = self._choice_no

        def spend() -> SaleState:
            if mine != self._choice_no:  # more was typed before this came to its turn, or while points were brought
                return self._desks.checkout.state()
            return self._desks.checkout.redeem_points(wanted)

        self._change(spend)

    def vouch(self) -> None:
        """Have a manager vouch for clock and member, and do what was refused for want of it."""
        self._desks.approvals.attempt(self._desks.checkout.vouch, self._proven, self._failed)

    def keep(self) -> None:
        """Keep what was chosen; the sheet closes."""
        self._changes = 0

    def take_back(self) -> None:
        """Undo what was chosen in this sheet, and what is being brought for it; the sheet closes."""
        changes, self._changes = self._changes, 0
        self._visit += 1
        self._refused = None
        self._take_out(changes)

    def retranslate(self) -> None:
        """Show everything again, in the language in force."""
        if self._sale is not None and self._sale.member is not None and self._programme is not None:
            self._view.show_redeem(self._face(self._sale, self._sale.member, self._programme))

    # ---- how it is done

    def _take_out(self, changes: int) -> None:
        if changes:
            self._desks.tasks.run(lambda: self._undo(changes), self._desks.sale_changed, self._failed)

    def _undo(self, changes: int) -> SaleState:
        state = self._desks.checkout.state()
        for _change in range(changes):
            state = self._desks.checkout.undo()
        return state

    def _change(self, work: Callable[[], SaleState]) -> None:
        """Change the sale in hand, unless the sheet is left before this comes to its turn."""
        self._refused, self._needs_proof = None, False
        self._waits += 1
        mine, visit = self._choice_no, self._visit
        self._view.set_busy(True)

        def change() -> SaleState | None:
            return work() if visit == self._visit else None

        def failed(error: PosError) -> None:
            if visit != self._visit:
                return
            self._waits -= 1
            if mine == self._choice_no:  # else something else is wanted by now
                self._refused, self._needs_proof = work, error.code == "redeem.needs_proof"
                self._failed(error)

        def changed(sale: SaleState | None) -> None:
            if visit == self._visit and sale is not None:
                self._waits -= 1
                self._changed(sale)
            elif sale is not None:  # it was done already when the sheet was left
                self._take_out(1)

        self._desks.gate.attempt(change, changed, failed)

    def _changed(self, sale: SaleState) -> None:
        if self._sale is None or sale.basket != self._sale.basket:
            self._changes += 1
        self._sale, self._problem = sale, None
        self._view.set_busy(self._waits > 0)
        self._desks.sale_changed(sale)
        self.retranslate()

    def _proven(self, sale: SaleState) -> None:
        """Go on with what was refused before the member, or a manager for them, gave proof."""
        self._sale, self._problem = sale, None
        self._desks.sale_changed(sale)
        self.retranslate()
        if self._refused is not None:
            self._change(self._refused)

    def _failed(self, error: PosError) -> None:
        self._problem = error
        self._view.set_busy(self._waits > 0)
        self.retranslate()

    def _show_found(self, found: tuple[Item, ...]) -> None:
        self._found = found
        self.retranslate()

    def _limited(self, limits: OfflineLimits) -> None:
        self._limits, self._problem = limits, self._problem or limits.problem
        self.retranslate()

    def _face(self, sale: SaleState, member: MemberCard, programme: Programme) -> face.RedeemFace:
        used = sale.priced.points if sale.priced else 0
        bounds = self._bounds()
        as_of = member.as_of_ms
        return face.RedeemFace(
            points_here=member.usable_here,
            points_total=member.total,
            worth_minor=worth_minor(member.usable_here, programme),
            as_of_ms=as_of,
            stale=as_of is not None and self._desks.now_ms() - as_of > STALE_AFTER_MS,
            tab=self._tab,
            rows=self._rows(member, programme, used),
            choice=self._choice(bounds),
            custom_points=sale.basket.points,
            cap_points=bounds.most,
            cap_minor=worth_minor(bounds.most, programme),
            used=used,
            left=self._reachable(member) - used,
            due_before_minor=self._due_before,
            due_after_minor=sale.priced.due_minor if sale.priced else 0,
            note=self._note(programme),
            problem=sentence(self._problem) if self._problem else "",
            may_vouch=self._problem is not None and self._problem.code in VOUCHABLE,
            proof_hint=_typed_proof(programme) if self._needs_proof else "",
            elsewhere=_joined(
                vesting_text(member.vesting),
                held_text(member.held_elsewhere, self._desks.now_ms()),
                assets_text(member.value, member.coupons, member.cards),
            ),
        )

    def _note(self, programme: Programme) -> str:
        verify = _("From {points} pts on: {proofs}").format(
            points=f"{programme.verify_from_points:,}", proofs=proofs_text(programme.points_proofs)
        )
        if self._desks.is_online():
            return verify
        limits = self._limits
        if limits is not None and limits.warns:
            told = _("Not sent for {hours} h; from {limit} h on points wait")
            return told.format(hours=limits.unsent_hours, limit=limits.stop_hours)
        cap = _("Offline: at most {points} pts a sale").format(points=f"{programme.offline_redemption_cap_points:,}")
        return f"{cap} · {verify}"

    def _choice(self, bounds: Choosable) -> face.PointsChoice:
        assert self._sale is not None
        points = self._sale.basket.points
        if self._custom:
            return face.PointsChoice.CUSTOM
        if points == 0:
            return face.PointsChoice.NONE
        return face.PointsChoice.ALL if points == bounds.most else face.PointsChoice.CUSTOM

    def _reachable(self, member: MemberCard) -> int:
        """Return what can be spent: online everything, offline what this till holds."""
        return member.spendable if self._desks.is_online() else member.usable_here

    def _bounds(self, more_minor: int = 0) -> Choosable:
        """Return what may be chosen against the basket, or against one that costs ``more_minor`` more."""
        assert self._sale is not None
        assert self._programme is not None
        member, priced = self._sale.member, self._sale.priced
        if member is None:
            return Choosable(0, 0, 1, "none")
        redeemed, owed_minor = (0, 0) if priced is None else (priced.redeemed_points, open_minor(priced))
        left = spendable(self._reachable(member), redeemed, self._programme, online=self._desks.is_online())
        return choosable(owed_minor + more_minor, left, self._programme)

    def _with_mix(self, row: face.RedeemRow, more_minor: int) -> face.RedeemRow:
        """Return a row that the points nearly reach with the split of points and money that the rules allow."""
        if row.reach is not face.Reach.NEARLY or self._sale is None or self._programme is None:
            return row
        points = self._bounds(more_minor).most - self._sale.basket.points
        worth = worth_minor(points, self._programme)
        if points <= 0 or worth >= row.price_minor:
            return row
        return replace(row, mix_points=points, mix_minor=row.price_minor - worth)

    def _rows(self, member: MemberCard, programme: Programme, used: int) -> tuple[face.RedeemRow, ...]:
        left = self._reachable(member) - used
        if self._tab == BASKET:
            lines = self._sale.priced.lines if self._sale and self._sale.priced else ()
            return tuple(self._with_mix(_line_row(line, left, programme), 0) for line in lines)
        items = self._found if self._tab == SEARCH else tuple(offer.item for offer in member.offers)
        return tuple(self._item_row(item, left, programme, member.member.tier) for item in items)

    def _item_row(self, item: Item, left: int, programme: Programme, tier: Tier) -> face.RedeemRow:
        price = net_price(item, programme, tier)
        points = points_for(price, programme)
        line = self._redeemed_line(item.item_id)
        taken = line.quantity if line is not None else 0
        row = _row(
            f"item:{item.item_id}", item, price, points, taken=taken, most=taken + left // max(1, points), left=left
        )
        return self._with_mix(row, price)

    def _redeemed_line(self, item_id: int) -> BasketLine | None:
        lines = self._sale.basket.lines if self._sale else ()
        return next((line for line in lines if line.item.item_id == item_id and line.redeemed), None)


def proofs_text(proofs: tuple[PointsProof, ...]) -> str:
    """Return what shows that it is the member who redeems, as the store's programme has it."""
    words = {
        PointsProof.CARD: _("card"),
        PointsProof.CODE: _("code"),
        PointsProof.PHONE: _("phone number"),
        PointsProof.LAST4: _("last 4 digits"),
        PointsProof.PIN: _("last 4 digits and PIN"),
    }
    return " / ".join(word for proof, word in words.items() if proof in proofs)


def _typed_proof(programme: Programme) -> str:
    """Return what can be typed as proof, empty where only card or code count."""
    typed = tuple(proof for proof in (PointsProof.LAST4, PointsProof.PIN) if proof in programme.points_proofs)
    return _("last 4 digits (and PIN)") if len(typed) > 1 else proofs_text(typed)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _line_row(line: PricedLine, left: int, programme: Programme) -> face.RedeemRow:
    points = points_for(line.shown_minor, programme)
    taken = 1 if line.redeemed_points else 0
    return _row(f"line:{line.line_no}", line.item, line.shown_minor, points, taken=taken, most=1, left=left)


def _row(key: str, item: Item, price_minor: int, points: int, *, taken: int, most: int, left: int) -> face.RedeemRow:
    if taken or points <= left:
        reach = face.Reach.ENOUGH
    else:
        reach = face.Reach.NEARLY if left >= points * NEARLY_SHARE else face.Reach.NOT
    return face.RedeemRow(
        key=key,
        name=item_name(item.name, item.name_en),
        spec=item.spec,
        price_minor=price_minor,
        points=points,
        reach=reach,
        taken=taken,
        most=most,
        short_points=0 if reach is face.Reach.ENOUGH else points - left,
    )
