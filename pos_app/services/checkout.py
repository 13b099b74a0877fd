"""The sale in hand: ring up, attach a member, redeem, hold, recall, pay."""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.basket import Basket, Reduction
from pos_app.domain.campaigns import Campaign
from pos_app.domain.charges import standing
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import TierRaised
from pos_app.domain.explaining import goals, names_of, rules_of
from pos_app.domain.ids import receipt_number
from pos_app.domain.masking import masked_name
from pos_app.domain.members import Member, Tier
from pos_app.domain.payment import TenderAsked
from pos_app.domain.pricing import PricedBasket, fit_price, price
from pos_app.domain.programme import Programme
from pos_app.domain.staff import Act
from pos_app.domain.tenders import TenderKind
from pos_app.domain.till import HeldSale, OpenSale, Undo
from pos_app.errors import Refused, Unavailable
from pos_app.services import basket_changes as changes
from pos_app.services import paying, scanning
from pos_app.services.balances import require
from pos_app.services.campaigns import GUEST, SaleCampaigns, gifts
from pos_app.services.cards import CardMaker, rows
from pos_app.services.catalogue import require_item
from pos_app.services.coupons import CouponChoice, check_coupon, choices
from pos_app.services.hand_prices import HandEffect, HandPrice, HandPrices, Pricer
from pos_app.services.offline import OfflineLimits, limits
from pos_app.services.overrides import Approval, Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.punching import check_rewards, names_of_cards, next_reward, on_offer
from pos_app.services.redeeming import MANAGER, better_proof, check_redeem, has_points_proof
from pos_app.services.refund_models import Exchange
from pos_app.services.sale_models import Reasons, SaleDone, SaleState, ScanKind, ScanResult
from pos_app.services.sale_papers import queue_coupon, queue_hold_slip
from pos_app.services.stored_value import is_proven
from pos_app.services.tiers import about_to_buy, raising
from pos_app.services.till import TillSession
from pos_app.services.voiding import (
    BEGINNING,
    NOTHING,
    cancel,
    give_up,
    is_cancelled,
    new_sale_id,
    say_void,
    settle_given_up,
)

Change = Callable[[Unit, OpenSale], tuple[OpenSale, Undo]]
LONGEST_NOTE = 60  # characters


class Checkout:
    """One open basket. Every change is durable when the method returns; a crash brings the basket back.

    Every changing method returns the new state. All raise Refused ``staff.nobody``, ``day.not_open``.
    """

    def __init__(self, session: TillSession, hasher: PinHasher, cards: CardMaker | None = None) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)
        self._hand = HandPrices(session, self._overrides)
        self._cards = cards or CardMaker(session)
        self._campaigns = SaleCampaigns(session)

    def check_reference(self, kind: TenderKind, reference: str) -> None:
        """Refuse a typed reference that has paid for a sale of the day: a slip pays once.

        Raises Refused ``tender.reference_used {reference, receipt_no}``.
        """
        with self._session.store.view() as unit:
            receipt_no = unit.sales.paid_with(kind, reference, self._session.business_date(unit))
        if receipt_no is not None:
            raise Refused("tender.reference_used", reference=reference, receipt_no=receipt_no)

    def state(self) -> SaleState:
        """Return the sale in hand."""
        with self._session.store.view() as unit:
            return self._state(unit)

    def programme(self) -> Programme:
        """Return the rules in force on the open business date."""
        with self._session.store.view() as unit:
            return unit.published.programme(self._session.business_date(unit))

    def limits(self) -> OfflineLimits:
        """Return what keeps points from being spent here now, or will soon; raises Unavailable ``directory.*``."""
        with self._session.store.view() as unit:
            return limits(self._session, unit, unit.published.programme(self._session.business_date(unit)))

    def scan(self, text: str, quantity: int = 1) -> ScanResult:
        """Act on the scan line's text, whatever it is; ``quantity`` counts for an item only, as one change.

        Raises:
            Refused: ``scan.unknown_item {code}``, ``scan.unknown_member {code}``, ``scan.unknown_slip``,
                ``scan.damaged {reason}``, ``member_code.expired``, ``member_code.revoked``, ``member_code.used``,
                ``label.verifier``, ``label.empty``, ``item.needs_weight``, ``basket.one_piece``,
                ``basket.quantity``, ``basket.full``, ``hold.unknown``, ``hold.basket_open``.
        """
        return self._session.run(lambda unit: self._scan(unit, text, quantity))

    def add_item(self, item_id: int, quantity: int = 1) -> SaleState:
        """Ring up an item; raises Refused ``item.unknown`` and what ``Basket.with_item`` raises."""
        return self._change(lambda unit, sale: changes.item_added(sale, require_item(unit, item_id), quantity))

    def weigh(self, item_id: int, weight_g: int) -> SaleState:
        """Ring up an item of this weight, read from a scale; raises Refused ``basket.weight``, ``item.not_weighed``."""

        def weigh(unit: Unit, sale: OpenSale) -> tuple[OpenSale, Undo]:
            most_g = unit.published.programme(self._session.business_date(unit)).typed_weight_most_g
            return changes.item_weighed(sale, require_item(unit, item_id), weight_g, most_g)

        return self._change(weigh)

    def set_quantity(self, line_no: int, quantity: int) -> SaleState:
        """Set a line's quantity; 0 removes the line."""
        return self._change(lambda _, sale: changes.quantity_set(sale, line_no, quantity))

    def remove_line(self, line_no: int) -> SaleState:
        """Take a line out."""
        return self._change(lambda _, sale: changes.line_removed(sale, line_no))

    def set_price(self, line_no: int, asked_minor: int, reason: str, *, override: Override | None = None) -> SaleState:
        """Set the price of a piece by hand, in place of every rule but those for the whole order.

        Raises Refused ``price.negative``, ``price.above_list``, ``reduction.needs_reason``, ``override.*``.
        """
        return self._change_by_hand(HandPrice(line_no, asked_minor=asked_minor, reason=reason), override)

    def reduce_line(self, line_no: int, reduction: Reduction | None, *, override: Override | None = None) -> SaleState:
        """Take something off a line, 10,000 basis points for a gift; None takes back what was changed by hand.

        Raises Refused ``reduction.*``, ``note.too_long``, ``override.*``.
        """
        reason = "" if reduction is None else reduction.reason
        return self._change_by_hand(HandPrice(line_no, reduction=reduction, reason=reason), override)

    def reduce_order(self, reduction: Reduction | None, *, override: Override | None = None) -> SaleState:
        """Take something off the whole order, or with None nothing more; raises what ``reduce_line`` raises."""
        reason = "" if reduction is None else reduction.reason
        return self._change_by_hand(HandPrice(None, reduction=reduction, reason=reason), override)

    def effect(self, wanted: HandPrice) -> HandEffect:
        """Return what a price changed by hand would come to; raises what an impossible one raises."""
        with self._session.store.view() as unit:
            sale = self._in_hand(unit)
            return self._hand.effect(unit, sale, wanted, self._pricer(unit, sale))

    def note_line(self, line_no: int, note: str) -> SaleState:
        """Write a note beside a line, empty for none; raises Refused ``note.too_long``."""
        return self._change(lambda _, sale: changes.line_noted(sale, line_no, note))

    def note_order(self, note: str, *, prints_notes: bool) -> SaleState:
        """Write a note on the order, and say whether notes are printed; raises Refused ``note.too_long``."""
        return self._change(lambda _, sale: changes.order_noted(sale, note, prints_notes=prints_notes))

    def undo(self) -> SaleState:
        """Take the last change back; where that leaves nothing rung up, the sale is given up, and a void is said.

        Raises Refused ``undo.nothing``, ``charge.stands {amount_minor}``.
        """

        def undo(unit: Unit) -> SaleState:
            self._session.cashier()
            before = self._in_hand(unit)
            unit.basket.undo()
            if self._in_hand(unit).basket.is_empty and not before.basket.is_empty:
                _check_charges(unit, before)
                give_up(self._session, unit, before)
            return self._state(unit)

        return self._session.run(undo)

    def attach(self, member_id: str) -> SaleState:
        """Attach a member picked from a list; raises Refused ``member.unknown``."""
        return self._session.run(lambda unit: self._attach(unit, require(unit, member_id).member, ""))

    def detach(self) -> SaleState:
        """Detach the member; what they redeemed is taken back."""
        return self._change(lambda unit, sale: changes.member_detached(sale, _member_name(unit, sale)))

    def prove(self, text: str) -> SaleState:
        """Take the attached member's card, dynamic code or last four digits as proof for a large redemption.

        Raises Refused ``member.not_this_one``, ``member_code.*``, ``redeem.needs_member``.
        """
        return self._session.run(lambda unit: self._prove(unit, text))

    def vouch(self, override: Override | None = None) -> SaleState:
        """Have somebody who may approve vouch for clock and member, which lifts the limits of this sale offline.

        Whoever may approve vouches alone; it is said all the same. Raises Refused ``override.*``, ``pin.*``.
        """
        staff = self._session.cashier()
        approval = self._overrides.check(Act.VOUCH, override)
        if approval is None and staff.may(Act.APPROVE):
            approval = Approval(Act.VOUCH, staff, "")

        def vouch(unit: Unit) -> SaleState:
            named = masked_name(_member_name(unit, self._in_hand(unit)))
            self._overrides.insist(unit, Act.VOUCH, approval, subject=named)
            self._session.mind_clock(unit, self._session.business_date(unit))
            unit.till.remember("clock_behind", None)
            current = unit.basket.current()
            if current is not None and current[0].basket.member_id is not None:
                unit.basket.amend(replace(current[0], proof=MANAGER))
            return self._state(unit)

        return self._session.run(vouch)

    def use_coupon(self, lot: str) -> SaleState:
        """Use a coupon of the attached member in place of any other, empty for none; raises what ``check_coupon``."""
        return self._change(lambda _, sale: changes.coupon_used(sale, lot))

    def coupons(self) -> tuple[CouponChoice, ...]:
        """Return the coupons of the attached member, usable ones first; raises Refused ``coupon.needs_member``."""
        with self._session.store.view() as unit:
            sale = self._in_hand(unit)
            return choices(self._session, unit, sale, self._pricer(unit, sale))

    def print_coupon(self, lot: str) -> CouponChoice:
        """Queue the paper of a coupon of the attached member, whose code uses it at any till.

        Raises Refused ``coupon.needs_member``, ``coupon.gone`` for one that the member does not have.
        """

        def queue(unit: Unit) -> CouponChoice:
            self._session.cashier()
            sale = self._in_hand(unit)
            found = choices(self._session, unit, sale, self._pricer(unit, sale))
            choice = next((one for one in found if one.lot == lot), None)
            if choice is None:
                raise Refused("coupon.gone")
            queue_coupon(self._session, unit, choice, _member_name(unit, sale))
            return choice

        return self._session.run(queue)

    def use_card(self) -> SaleState:
        """Let the member's next full punch card give the dearest piece that it may; or, with all used, take it back.

        Raises what ``next_reward`` and ``check_rewards`` raise.
        """
        return self._change(lambda unit, sale: changes.reward_taken(sale, *next_reward(self._session, unit, sale)))

    def redeem_line(self, line_no: int, *, redeemed: bool) -> SaleState:
        """Take a line wholly with points (兑), or with money again.

        Raises Refused ``redeem.not_redeemable``, ``redeem.needs_member``, ``redeem.needs_proof {from_points}``,
        ``redeem.life_ended``, ``clock.behind``, ``redeem.no_contact``, ``redeem.unsent_too_long``,
        ``redeem.unsent_too_much``, ``redeem.offline_cap {cap, wanted}``,
        ``points.short_here {usable, wanted, total, elsewhere}``.
        """
        return self._change(lambda _, sale: changes.line_redeemed(sale, line_no, redeemed=redeemed), fit=False)

    def redeem_item(self, item_id: int) -> SaleState:
        """Add one of an item as a line redeemed wholly; refuses like ``redeem_line``."""
        return self._change(lambda unit, sale: changes.item_redeemed(sale, require_item(unit, item_id)))

    def redeem_part(self, item_id: int, points: int) -> SaleState:
        """Ring up one of an item and spend ``points`` more against the basket; refuses like ``redeem_points``."""
        return self._change(
            lambda unit, sale: changes.item_part_redeemed(sale, require_item(unit, item_id), points), fit=False
        )

    def redeem_points(self, points: int) -> SaleState:
        """Choose the points spent against the basket, 0 for none.

        Raises what ``redeem_line`` raises, and Refused ``redeem.below_min``, ``redeem.step``, ``redeem.over_share``.
        """
        if points < 0:
            raise Refused("redeem.step", points=points)
        return self._change(lambda _, sale: changes.points_chosen(sale, points), fit=False)

    def cancel(self) -> SaleState:
        """Cancel the whole sale. Undoing brings it back until something else begins; then a void is said.

        Raises Refused ``charge.stands {amount_minor}`` where money was taken for it, or may have been.
        """
        return self._session.run(self._cancel)

    def hold(self, note: str = "") -> SaleState:
        """Put the sale aside; raises Refused ``hold.empty``, ``hold.full``."""
        return self._session.run(lambda unit: self._hold(unit, " ".join(note.split())[:LONGEST_NOTE]))

    def held(self) -> tuple[HeldSale, ...]:
        """Return the sales put aside, oldest first."""
        with self._session.store.view() as unit:
            return unit.held.all()

    def print_slip(self, hold_id: int) -> HeldSale:
        """Queue the slip of a held sale, whose code takes it back; raises Refused ``hold.unknown``."""

        def queue(unit: Unit) -> HeldSale:
            self._session.cashier()
            held = next((held for held in unit.held.all() if held.hold_id == hold_id), None)
            if held is None:
                raise Refused("hold.unknown", hold_id=hold_id)
            queue_hold_slip(self._session, unit, held)
            return held

        return self._session.run(queue)

    def adopt(self, held: tuple[HeldSale, ...]) -> int:
        """Put aside what was on hold in an earlier life of this till, but for what is here or was paid here.

        Returns how many; raises Refused ``hold.full``.
        """

        def adopt(unit: Unit) -> int:
            here = {known.sale.basket.sale_id for known in unit.held.all()}
            lost = [each for each in held if each.sale.basket.sale_id not in here]
            lost = [each for each in lost if unit.sales.with_id(each.sale.basket.sale_id) is None]
            for each in lost:
                unit.held.add(each)
            return len(lost)

        return self._session.run(adopt)

    def recall(self, hold_id: int) -> SaleState:
        """Take a sale back, at what is published by now; raises Refused ``hold.unknown``, ``hold.basket_open``."""
        return self._session.run(lambda unit: self._recall(unit, hold_id))

    def discard(self, hold_id: int) -> SaleState:
        """Throw a held sale away; a void is said for the audit. Raises Refused ``hold.unknown``, ``charge.stands``."""

        def discard(unit: Unit) -> SaleState:
            self._session.cashier()
            sale = unit.held.take(hold_id).sale
            _check_charges(unit, sale)
            say_void(self._session, unit, sale)
            return self._state(unit)

        return self._session.run(discard)

    def pay(
        self,
        tenders: tuple[TenderAsked, ...],
        sale_id: str | None = None,
        exchange: Exchange | None = None,
        override: Override | None = None,
    ) -> SaleDone:
        """Take the money: one transaction, then the receipt waits in the print queue.

        Args:
            tenders: in the order they were entered; their sum covers what is due exactly.
            sale_id: the sale meant; paying it a second time returns the first ``SaleDone``. None is the open one.
            exchange: goods of another sale that are taken back in the same transaction and pay first (换货); what they
                are worth more is given back. The role's limit for refunds is about that money.

        Raises:
            Refused: ``sale.empty``, ``sale.not_open``, ``tender.too_much``, ``tender.needs_reference``,
                ``tender.short {owed_minor}``, ``points.short_here``, ``clock.behind``, ``redeem.*``.
            Unavailable: ``store.full``, ``store.write``; the basket stays as it was.
        """
        approval = self._overrides.check(Act.REFUND, override)
        goods = None if exchange is None else paying.PaidWithGoods(exchange, self._overrides, approval)
        return self._session.run(lambda unit: paying.pay(self._session, unit, self._campaigns, tenders, sale_id, goods))

    def _change_by_hand(self, wanted: HandPrice, override: Override | None) -> SaleState:
        approval = self._overrides.check(wanted.act, override)
        return self._change(
            lambda unit, sale: self._hand.change(unit, sale, wanted, approval, self._pricer(unit, sale))
        )

    def _pricer(self, unit: Unit, sale: OpenSale) -> Pricer:
        """Return what works out baskets of this sale's member now."""
        programme = unit.published.programme(self._session.business_date(unit))
        known = _known(unit, sale)
        campaigns = self._campaigns.now(unit, self._campaigns.customer(unit, known))
        return lambda basket: price(basket, programme, _tier(known), campaigns)

    def _change(self, change: Change, *, fit: bool = True) -> SaleState:
        """Change the basket and journal it, in one transaction."""
        return self._session.run(lambda unit: self._apply(unit, change, fit=fit))

    def _apply(self, unit: Unit, change: Change, *, fit: bool = True) -> SaleState:
        """Change the basket inside a transaction.

        ``fit`` lowers chosen points to what the rules allow after the change; without it the rules refuse.
        """
        self._session.cashier()
        self._session.shift(unit)
        settle_given_up(self._session, unit)
        before = self._in_hand(unit)
        after, what = change(unit, before if before.basket.sale_id else self._begun())
        wanted = after
        after, priced, known = self._fitted(unit, wanted, fit=fit)
        programme = unit.published.programme(self._session.business_date(unit))
        if priced.points and priced.points > self._points(unit, before, programme):
            check_redeem(self._session, unit, after, priced.points, programme)
        if after.basket.coupon != before.basket.coupon:
            check_coupon(self._session, unit, after, priced)
        if after.basket.is_empty and not before.basket.is_empty:
            _check_charges(unit, before)
        if _rewards(after) - _rewards(before):
            check_rewards(self._session, unit, after.basket)
        if after != before:
            unit.basket.push(after, what)
        return self._told(unit, wanted, after, priced, known)

    def _fitted(
        self, unit: Unit, sale: OpenSale, *, fit: bool = True
    ) -> tuple[OpenSale, PricedBasket, KnownMember | None]:
        """Return the sale as far as the rules allow it, what it costs, and its member; without ``fit`` they refuse."""
        programme = unit.published.programme(self._session.business_date(unit))
        known = _known(unit, sale)
        campaigns = self._campaigns.now(unit, self._campaigns.customer(unit, known))
        if fit:
            sale = self._hand.fitted(unit, sale, self._pricer(unit, sale))
        basket, priced = fit_price(sale.basket, programme, _tier(known), campaigns, fit=fit)
        return replace(sale, basket=basket), priced, known

    def _told(
        self, unit: Unit, wanted: OpenSale, sale: OpenSale, priced: PricedBasket, known: KnownMember | None
    ) -> SaleState:
        """Return the sale in hand, as it is shown from now on, with what the rules took back of what was ``wanted``."""
        self._campaigns.show(
            sale.basket, self._campaigns.now(unit, self._campaigns.customer(unit, known)), priced.due_minor
        )
        dropped = wanted.basket.points - sale.basket.points
        state = self._state(unit, dropped, priced if sale.basket.lines else None, known)
        gone = wanted.basket.reduction is not None and sale.basket.reduction is None
        return replace(state, reduction_dropped=gone)

    def _begun(self) -> OpenSale:
        """Return a new sale with its identity; raises Unavailable ``store.full`` where the disk has no room for one."""
        if not self._session.store.room_for_sales():
            raise Unavailable("store.full", freed=False)
        return OpenSale(Basket(new_sale_id(self._session)))

    def _in_hand(self, unit: Unit) -> OpenSale:
        current = unit.basket.current()
        return NOTHING if current is None else current[0]

    def _scan(self, unit: Unit, text: str, quantity: int) -> ScanResult:
        found = self._find(unit, text)
        item, member = found.item, found.member
        if found.weight_g or found.label_minor is not None:
            state = self._apply(unit, lambda _, sale: changes.piece_added(sale, found, quantity))
        elif item is not None:
            state = self._apply(unit, lambda _, sale: changes.item_added(sale, item, quantity))
        elif member is not None:
            state = self._attach(unit, member, found.proof)
            if found.used is not None:
                unit.guards.use_step(*found.used)
        elif found.kind is ScanKind.COUPON:
            state = self._apply(unit, lambda _, sale: changes.coupon_used(sale, found.coupon))
        elif found.kind is ScanKind.RECALLED:
            state = self._recall(unit, _hold_id(unit, found.sale_id))
        else:
            state = self._state(unit)
        return ScanResult(
            kind=found.kind,
            state=state,
            item=item,
            payment=found.payment,
            call_id=found.call_id,
            receipt_no=found.receipt_no,
            phone=found.phone,
            members=rows(self._session, unit, found.members),
            items=found.items,
        )

    def _find(self, unit: Unit, text: str) -> scanning.Found:
        rules = unit.published.programme(self._session.business_date(unit))
        return scanning.find(unit, text, self._session.clock.now_ms(), rules)

    def _prove(self, unit: Unit, text: str) -> SaleState:
        sale = self._in_hand(unit)
        if sale.basket.member_id is None:
            raise Refused("redeem.needs_member")
        member = require(unit, sale.basket.member_id).member
        digits = text.strip()
        if len(digits) == 4 and member.phone.endswith(digits):
            return self._shown(unit, sale, "last4")
        found = self._find(unit, text)
        if found.member is None or found.member.member_id != member.member_id:
            raise Refused("member.not_this_one")
        if found.used is not None:
            unit.guards.use_step(*found.used)
        return self._shown(unit, sale, found.proof)

    def _shown(self, unit: Unit, sale: OpenSale, proof: str) -> SaleState:
        rules = unit.published.programme(self._session.business_date(unit))
        unit.basket.amend(replace(sale, proof=better_proof(proof, sale.proof, rules)))
        return self._state(unit)

    def _attach(self, unit: Unit, member: Member, proof: str) -> SaleState:
        """Serve a member; who is served already keeps what they proved."""

        def attach(unit: Unit, sale: OpenSale) -> tuple[OpenSale, Undo]:
            rules = unit.published.programme(self._session.business_date(unit))
            before = sale.proof if sale.basket.member_id == member.member_id else ""
            return changes.member_attached(sale, member, better_proof(proof, before, rules))

        return self._apply(unit, attach)

    def _cancel(self, unit: Unit) -> SaleState:
        self._session.cashier()
        if not is_cancelled(unit):
            _check_charges(unit, self._in_hand(unit))
            cancel(self._session, unit, self._in_hand(unit))
        return self._state(unit)

    def _hold(self, unit: Unit, note: str) -> SaleState:
        staff = self._session.cashier()
        sale = self._in_hand(unit)
        if sale.basket.is_empty:
            raise Refused("hold.empty")
        known = _known(unit, sale)
        priced = self._priced(unit, sale, known)
        held = HeldSale(
            hold_id=0,
            held_at_ms=self._session.clock.now_ms(),
            staff_id=staff.staff_id,
            note=note,
            member_name=masked_name("" if known is None else known.member.name),
            pieces=sum(line.quantity for line in sale.basket.lines),
            due_minor=0 if priced is None else priced.due_minor,
            sale=replace(sale, proof=""),  # whoever comes back for it shows the card again
        )
        unit.held.add(held)
        unit.basket.clear()
        return self._state(unit)

    def _recall(self, unit: Unit, hold_id: int) -> SaleState:
        self._session.cashier()
        if not self._in_hand(unit).basket.is_empty:
            raise Refused("hold.basket_open")
        settle_given_up(self._session, unit)
        held = unit.held.take(hold_id)
        unit.basket.clear()
        sale, repriced = changes.refreshed(held.sale, unit.published.item)
        after, priced, known = self._fitted(unit, sale)
        unit.basket.push(after, BEGINNING)
        return replace(self._told(unit, sale, after, priced, known), repriced=repriced)

    def _priced(self, unit: Unit, sale: OpenSale, known: KnownMember | None) -> PricedBasket | None:
        """Return the basket worked out for its member, None while nothing is rung up."""
        if sale.basket.is_empty:
            return None
        programme = unit.published.programme(self._session.business_date(unit))
        campaigns = self._campaigns.of(unit, sale.basket, known)
        priced = fit_price(sale.basket, programme, _tier(known), campaigns)[1]
        self._campaigns.show(sale.basket, campaigns, priced.due_minor)
        return priced

    def _state(
        self,
        unit: Unit,
        points_dropped: int = 0,
        priced: PricedBasket | None = None,
        known: KnownMember | None = None,
    ) -> SaleState:
        """Return the sale in hand; ``priced`` and ``known`` are this basket's, where they were worked out already."""
        current = unit.basket.current()
        sale, undo = (NOTHING, None) if current is None else current
        unit.published.read_ahead(self._session.business_date(unit))  # now, and not while the first item waits for it
        known = known or _known(unit, sale)
        priced = priced or self._priced(unit, sale, known)
        in_force = self._campaigns.of(unit, sale.basket, known).campaigns if priced is not None else ()
        card = None if known is None else self._cards.card(unit, known)
        offered = None if card is None else on_offer(sale.basket, card.cards)
        return SaleState(
            basket=sale.basket,
            priced=priced,
            member=card,
            full_card=None if offered is None else offered[1],
            undo=undo,
            held_count=unit.held.count(),
            next_receipt_no=self._next_receipt_no(unit),
            proven=self._is_proven(unit, sale),
            value_proven=known is not None
            and is_proven(sale, unit.published.programme(self._session.business_date(unit))),
            clock_behind=self._session.clock_is_behind(unit),
            points_dropped=points_dropped,
            earning_if_joined=self._earning_if_joined(unit, sale) if known is None and priced is not None else 0,
            raising=None if known is None or priced is None else self._raising(unit, known, priced),
            gifts=() if priced is None else gifts(unit, priced),
            reasons=Reasons() if priced is None else self._reasons(unit, sale.basket, priced, in_force),
        )

    def _is_proven(self, unit: Unit, sale: OpenSale) -> bool:
        return bool(sale.proof) and has_points_proof(sale, unit.published.programme(self._session.business_date(unit)))

    def _raising(self, unit: Unit, known: KnownMember, priced: PricedBasket) -> TierRaised | None:
        today = self._session.business_date(unit)
        return raising(known, about_to_buy(priced.lines, today), unit.published.programme(today), today)

    def _earning_if_joined(self, unit: Unit, sale: OpenSale) -> int:
        programme = unit.published.programme(self._session.business_date(unit))
        return price(sale.basket, programme, Tier.NORMAL, self._campaigns.now(unit, GUEST)).earned_points

    def _points(self, unit: Unit, sale: OpenSale, programme: Programme) -> int:
        """Return the points that a basket spent before a change; one that no longer fits the rules spent none."""
        known = _known(unit, sale)
        try:
            return price(sale.basket, programme, _tier(known), self._campaigns.of(unit, sale.basket, known)).points
        except Refused:
            return 0

    def _reasons(self, unit: Unit, basket: Basket, priced: PricedBasket, campaigns: tuple[Campaign, ...]) -> Reasons:
        """Return what explains a basket: names of campaigns and cards, and the thresholds that it nearly reaches."""
        near = goals(basket, priced, campaigns)
        names = names_of(rules_of(priced) | {goal.rule for goal in near}, campaigns)
        rules = unit.published.programme(self._session.business_date(unit))
        return Reasons(names + names_of_cards(rules, basket), near)

    def _next_receipt_no(self, unit: Unit) -> str:
        identity = unit.till.identity()
        if identity is None:
            return ""
        return receipt_number(identity.store_no, identity.lane, identity.epoch, unit.till.last_number("receipt") + 1)


def _check_charges(unit: Unit, sale: OpenSale) -> None:
    charge = standing(unit.charges.of_sale(sale.basket.sale_id))
    if charge is not None:
        raise Refused("charge.stands", amount_minor=charge.taken_minor or charge.amount_minor)


def _known(unit: Unit, sale: OpenSale) -> KnownMember | None:
    return None if sale.basket.member_id is None else unit.members.known(sale.basket.member_id)


def _rewards(sale: OpenSale) -> set[str]:
    return {line.punch_card for line in sale.basket.lines if line.punch_card}


def _tier(known: KnownMember | None) -> Tier | None:
    return None if known is None else known.member.tier


def _member_name(unit: Unit, sale: OpenSale) -> str:
    known = _known(unit, sale)
    return "" if known is None else known.member.name


def _hold_id(unit: Unit, sale_id: str) -> int:
    for held in unit.held.all():
        if held.sale.basket.sale_id == sale_id:
            return held.hold_id
    raise Refused("hold.unknown", sale_id=sale_id)
