"""The words of papers in the language in force, for the builders in the domain. Read anew for every paper."""

from collections.abc import Callable

from pos_app.domain.advice import Advice
from pos_app.domain.cash import CashKind
from pos_app.domain.charges import Finding
from pos_app.domain.coupons import CouponRule
from pos_app.domain.explaining import PriceWords
from pos_app.domain.members import Tier
from pos_app.domain.price_steps import Discount
from pos_app.domain.programme import Programme
from pos_app.domain.receipts import paper_amount
from pos_app.domain.tenders import TenderKind
from pos_app.domain.tiers import Reason
from pos_app.domain.till import Identity
from pos_app.domain.words import (
    AdviceWords,
    CardWords,
    CouponWords,
    DayWords,
    HoldWords,
    ReceiptWords,
    RefundWords,
    SlipWords,
    TopUpRefundWords,
    TopUpWords,
)
from pos_app.i18n import _, language


def store_name(identity: Identity) -> str:
    """Return what the store is called in the language in force."""
    return identity.store_name if language() == "zh_CN" else identity.store_name_en or identity.store_name


def brand_name(programme: Programme) -> str:
    """Return what the chain is called in the language in force, empty where it has no name."""
    return programme.brand if language() == "zh_CN" else programme.brand_en or programme.brand


def tender_words() -> dict[str, str]:
    """Return the name of each way to pay."""
    return {
        TenderKind.CASH: _("Cash"),
        TenderKind.WECHAT: _("WeChat Pay"),
        TenderKind.ALIPAY: _("Alipay"),
        TenderKind.CARD: _("Bank card"),
        TenderKind.FOREIGN: _("Foreign cash"),
        TenderKind.VALUE: _("Stored value"),
        TenderKind.GIFT: _("Gift balance"),
        TenderKind.EXCHANGE: _("Goods returned"),
    }


def tier_words() -> dict[Tier, str]:
    """Return what the shop calls each tier."""
    return {
        Tier.NORMAL: _("Member"),
        Tier.SILVER: _("Silver"),
        Tier.GOLD: _("Gold"),
        Tier.PLATINUM: _("Platinum"),
    }


def receipt_words() -> ReceiptWords:
    """Return the labels of a receipt."""
    return ReceiptWords(
        title=_("Sales receipt"),
        number=_("Receipt no."),
        date=_("Sold at"),
        till=_("Till no."),
        staff=_("Served by"),
        pieces_f=_("{pieces} pieces, {lines} lines"),
        list_price_f=_("List price {price}"),
        comes_back_f=_("Comes back for {amount}"),
        subtotal=_("Subtotal"),
        note_f=_("Note: {note}"),
        prices=price_words(),
        redeemed_mark_f=_("[Points] {points} pts"),
        list_total=_("Total at list price"),
        member_saving=_("You saved as a member"),
        campaign_saving=_("You saved by campaigns"),
        by_hand=_("Discounts of the store"),
        redeemed_items=_("Items taken with points"),
        basket_points_f=_("{points} points used"),
        added_tax=_("Tax added"),
        due=_("Amount due"),
        tenders=tender_words(),
        given=_("Cash given"),
        change=_("Change given"),
        rounding=_("Cash rounding"),
        member=_("Member card of"),
        points_used=_("Used in this sale"),
        points_earned=_("Earned in this sale"),
        points_repaid=_("Set off against points owed"),
        cards=card_words(),
        usable_from_f=_("to be spent from {date} on"),
        points_balance=_("Points balance"),
        as_of_f=_("Head office's figure of {time}, with this till's sales since"),
        call_due_f=_("We will call to ask how it goes: {date}"),
        tiers=tier_words(),
        raised_f=_("NOW {tier} MEMBER"),
        raised_by={
            Reason.SPEND: _("{amount} spent within {months} months"),
            Reason.VISITS: _("{visits} visits within {months} months"),
            Reason.YEARS: _("{years} years a member"),
            Reason.BOUGHT: _("paid membership"),
        },
        term_until_f=_("{tier} membership until {date}"),
        scan_hint=_("Scan to return or exchange"),
        thanks=_("Thank you. Please keep the receipt."),
        reprint_f=_("REPRINT {count}"),
        taxes=_("Tax in these prices"),
        tax_f=_("{goods} at {rate}%"),
    )


def price_words() -> PriceWords:
    """Return the names of the rules that make prices and points."""
    return PriceWords(
        member_price=_("Member price"),
        tier_f=_("{tier} discount"),
        by_hand=_("Price set by hand"),
        reduction=_("Discount by hand"),
        order_reduction=_("Discount on the order"),
        because_f=_("{what} ({reason})"),
        earn=_("Points on our own brands"),
        gift_share=_("Shared with the gift"),
        tax_f=_("Tax {rate}%"),
        weight_f=_("{weight} kg × {price}"),
        tiers={tier.value: word for tier, word in tier_words().items()},
        reasons=reason_words(),
        in_chinese=language() == "zh_CN",
    )


def reason_words() -> dict[str, str]:
    """Return why something was done or differs, by the code of the reason."""
    return {
        "damaged": _("Damaged or near its date"),
        "wrong_label": _("Shelf label is wrong"),
        "goodwill": _("Goodwill"),
        "price_match": _("Cheaper elsewhere"),
        "quality": _("Quality"),
        "wrong_item": _("Wrong item"),
        "allergy": _("Allergy"),
        "price": _("Price"),
        "mistyped": _("Mistyped"),
        "changed_mind": _("Changed their mind"),
        "moving_away": _("Moving away"),
        "customer_left": _("Customer left"),
        "cannot_pay": _("Cannot pay"),
        "change": _("Small change"),
        "swap_note": _("Swap a note"),
        "check_cash": _("Check the cash"),
        "bank": _("To the bank"),
        "paper_lost": _("Receipt lost"),
        "badly_printed": _("Badly printed"),
        "for_invoice": _("For an invoice"),
        "for_complaint": _("For a complaint"),
        "forgot_pin": _("PIN forgotten"),
        "wrong_change": _("Wrong change"),
        "counterfeit": _("Counterfeit"),
        "paid_out": _("Paid out"),
        "float": _("Float put in"),
        "handed_in": _("Cash handed in"),
        "expense": _("Expense paid out"),
        "counted_together": _("Counted together"),
        "manager_busy": _("Manager is busy"),
        "manager_leaves": _("Manager leaves early"),
        "seen_phone": _("Seen on the phone"),
        "seen_slip": _("Seen on the slip"),
        "called_provider": _("Asked the provider"),
        "knows_member": _("Knows the member"),
        "checked_clock": _("Clock checked"),
        "saw_card": _("Saw the card"),
        "saw_id": _("Saw an identity card"),
        "taken": _("The money came"),
        "not_taken": _("The money did not come"),
        "other": _("Other"),
    }


def card_words() -> CardWords:
    """Return what papers say of punch cards."""
    return CardWords(
        moved_f=_("stamps {count}, now {after} of {needed}"),
        owed_f=_("{count} stamps are missing; later ones repay them"),
    )


def refund_words() -> RefundWords:
    """Return the labels of a refund slip."""
    return RefundWords(
        refund=_("Refund slip"),
        void=_("Void slip"),
        exchange=_("Exchange slip"),
        number=_("Refund no."),
        date=_("Taken back at"),
        till=_("Till no."),
        staff=_("Served by"),
        original=_("Original receipt"),
        sold_on=_("Sold on"),
        new_sale=_("New receipt"),
        on_gift_f=_("{amount} more comes back with its gift"),
        worth=_("Goods returned were"),
        deducted_f=_("{points} spent points deducted"),
        rounding=_("Cash rounding"),
        tenders=tender_words(),
        to_original_f=_("{tender}, to the original"),
        given=_("Given back"),
        member=_("Member card of"),
        points_before=_("Points before"),
        points_returned=_("Used points returned"),
        points_taken=_("Earned points taken back"),
        points_after=_("Points after"),
        points_owed=_("Points owed, repaid later"),
        coupons=_("Coupons used in this sale return to the member."),
        cards=card_words(),
        reason=_("Why it came back"),
        reasons=reason_words(),
        customer=_("Customer"),
        signature=_("Signature"),
        original_hint=_("Code of the original receipt"),
        taxes=_("Tax in these prices"),
        tax_f=_("{goods} at {rate}%"),
    )


def slip_words() -> SlipWords:
    """Return the labels of a call slip, with what to say about each kind of item."""
    return SlipWords(
        title=_("Follow-up slip"),
        running_f=_("Slip {number} of {count}"),
        due=_("To be called on"),
        overdue_f=_("{days} d late"),
        attempt_f=_("Attempt {number}"),
        nameless=_("Dear member"),
        parent_f=_("Parent of {child}"),
        age_days_f=_("{days} days old"),
        age_months_f=_("{months} months old"),
        age_months_days_f=_("{months} months {days} days old"),
        age_years_f=_("{years} years {months} months old"),
        age_expected_f=_("birth in {months} months {days} days"),
        girl=_("baby girl"),
        boy=_("baby boy"),
        bought_f=_("Bought on {date}"),
        ask=_("What to ask"),
        advise=_("What to advise"),
        coming=_("What falls due next"),
        run_out_f=_("{item}: used up about {date} (± {spread} d)"),
        node_ahead_f=_("{date}: {months} months, {care}"),
        dial=_("Scan with a phone to dial"),
        outcome=_("Outcome, tick one"),
        outcomes=outcome_words(),
        note=_("Remarks"),
        scan_back=_("Scan at the till to record the outcome"),
        printed_f=_("Printed by {staff}, {time}"),
        privacy=_("Holds a phone number: hand it back after the call, do not take it away."),
        advice=advice_words(),
        nodes=node_words(),
    )


def outcome_words() -> tuple[str, ...]:
    """Return the six outcomes in their order, as on the keys 1 to 6."""
    return (
        _("Reached, all fine"),
        _("Reached, a problem"),
        _("Wants to buy more"),
        _("Nobody answered"),
        _("Another day"),
        _("Never call again"),
    )


def advice_words() -> dict[str, AdviceWords]:
    """Return what to ask and to advise for each kind of item, ``""`` for every other."""
    return {
        "": AdviceWords(
            _("Is everything in order with it?"),
            _("Bring it back with the receipt if anything is wrong; any store helps."),
        ),
        Advice.FORMULA: AdviceWords(
            _("How much does the baby drink, how is the stool, any spitting up?"),
            _("Water at 40 to 50 °C, water first, level scoops; change kinds over 7 days; use an open tin in a month."),
        ),
        Advice.PROBIOTIC: AdviceWords(
            _("How warm was the water, at what time of day is it taken?"),
            _("Water below 40 °C, drink at once, 2 hours apart from antibiotics; keep it cool."),
        ),
        Advice.CEREAL: AdviceWords(
            _("Does the baby take it from a spoon, any rash or hard stool?"),
            _("Start with one spoon a day, thin, then thicker; a new food every 3 days; no salt, no sugar."),
        ),
        Advice.FOOD: AdviceWords(
            _("Which tastes went down well, any rash?"),
            _("One new food at a time; finish an open glass in 24 hours from the fridge; always sit with the child."),
        ),
        Advice.NAPPY: AdviceWords(
            _("Does the size fit, red skin, leaks at night?"),
            _("Two fingers fit at the waist; change every 3 hours; go one size up when marks stay on the legs."),
        ),
        Advice.CARE: AdviceWords(
            _("How does the skin react, how often is it used?"),
            _("Try it behind the ear for a day first; use it thinly after the bath while the skin is damp."),
        ),
        Advice.FEEDING: AdviceWords(
            _("Does the flow suit the baby, was it sterilised before the first use?"),
            _("Change teats every 2 to 3 months; boil before the first use; go up a flow size with the age."),
        ),
        Advice.VITAMIN: AdviceWords(
            _("How many drops a day, does the baby take them?"),
            _("Once a day with milk, as the doctor or the pack says; do not double a missed day."),
        ),
        Advice.TOY: AdviceWords(
            _("Does the child play with it, is any part loose?"),
            _("Wash it weekly; keep small parts away under 3 years; play along for ten minutes a day."),
        ),
        Advice.MOTHER: AdviceWords(
            _("How are you, is anything uncomfortable?"),
            _("Rest and drink enough; ask the doctor about anything that worries you."),
        ),
    }


def node_words() -> dict[str, str]:
    """Return the name of each care that belongs to an age."""
    return {
        "hospital_bag": _("the hospital bag"),
        "pregnancy": _("care during pregnancy"),
        "newborn": _("vitamin D for the newborn"),
        "tummy": _("a calm tummy"),
        "first_cereal": _("the first iron-rich rice cereal"),
        "teething": _("teethers and toys to bite"),
        "finger_food": _("mash and finger food"),
        "crawling": _("pull-ups for a crawling baby"),
        "cup": _("a cup with a straw"),
        "family_food": _("first meals with the family"),
        "walking": _("toys for the first steps"),
        "potty": _("potty and training pants"),
        "learning": _("toys to learn with"),
    }


def coupon_terms(rule: CouponRule, money: Callable[[int], str]) -> str:
    """Return what a coupon is worth, in a few words; ``money`` writes minor units."""
    off = money(rule.off_minor) if rule.off_minor else f"{rule.off_bp / 100:g}%"
    if rule.free_item:
        worth = _("one piece free")
    elif rule.most_minor:
        worth = _("{amount} off, {most} at most").format(amount=off, most=money(rule.most_minor))
    else:
        worth = _("{amount} off").format(amount=off)
    if not rule.min_minor:
        return worth
    return _("{worth} from {amount} on").format(worth=worth, amount=money(rule.min_minor))


def coupon_words(rule: CouponRule) -> CouponWords:
    """Return the labels of a coupon on paper."""
    return CouponWords(
        title=_("Coupon"),
        terms=coupon_terms(rule, lambda minor: "￥" + paper_amount(minor)),
        member=_("Member"),
        until=_("Valid until"),
        once=_("Holds once, for this member"),
        scan=_("Have it scanned after the member code"),
        printed=_("Printed at"),
        in_chinese=language() == "zh_CN",
    )


def hold_words() -> HoldWords:
    """Return the labels of the slip of a held sale."""
    return HoldWords(
        title=_("On hold"),
        no_receipt=_("Nothing is paid yet"),
        date=_("Held at"),
        till=_("Till no."),
        staff=_("Served by"),
        member=_("Member"),
        pieces_f=_("{pieces} pieces"),
        due=_("To be paid then"),
        note=_("Remarks"),
        scan_back=_("Scan at this till to go on with the sale"),
        in_chinese=language() == "zh_CN",
        weight_f=_("{weight} kg"),
    )


def topup_words() -> TopUpWords:
    """Return the labels of a top-up slip."""
    return TopUpWords(
        title=_("Top-up"),
        number=_("Slip no."),
        date=_("Date"),
        till=_("Till no."),
        staff=_("Cashier"),
        member=_("Member"),
        paid=_("Stored value bought"),
        gift=_("Given with it"),
        gift_until=_("The gift lasts until"),
        later_f=_("Given on {due_on}"),
        tenders=tender_words(),
        change=_("Change"),
        after=_("Stored value now"),
        after_bought=_("of it bought"),
        after_given=_("of it given"),
        note=_("Bought value does not expire. No points are earned by topping up."),
        customer=_("Customer"),
    )


def topup_refund_words() -> TopUpRefundWords:
    """Return the labels of the slip of a refunded top-up."""
    return TopUpRefundWords(
        refund=_("Stored value refund"),
        undo=_("Top-up undone"),
        number=_("Money-back no."),
        date=_("Date"),
        till=_("Till no."),
        staff=_("Served by"),
        member=_("Member"),
        original=_("Top-up slip"),
        sold_on=_("Sold on"),
        principal=_("Bought value given back"),
        deducted=_("Gift already spent, deducted"),
        gift=_("Gift that ends"),
        cancelled_f=_("Gift of {due_on} cancelled"),
        tenders=tender_words(),
        to_original_f=_("{tender}, to the original"),
        given=_("Given back"),
        after=_("Stored value now"),
        after_bought=_("of it bought"),
        after_given=_("of it given"),
        reason=_("Why it comes back"),
        reasons=reason_words(),
        customer=_("Customer"),
        signature=_("Signature"),
    )


def day_words() -> DayWords:
    """Return the labels of the X and Z papers."""
    return DayWords(
        x_title_f=_("X report {number}"),
        x_note=_("Nothing is reset."),
        x_note_blind=_("Nothing is reset. Cash is left out until it is counted."),
        z_title_f=_("Z report {number}"),
        shift_title_f=_("Shift {shift_no} handed over"),
        copy_f=_("COPY {count}"),
        business_date=_("Business date"),
        shift=_("Shift no."),
        till=_("Till no."),
        staff=_("In charge"),
        printed=_("Printed at"),
        sales=_("Number of sales"),
        due=_("Sales amount"),
        rounding=_("Cash rounding"),
        tenders=tender_words(),
        tender_f=_("{tender} × {count}"),
        tender_back_f=_("{tender} given back × {count}"),
        tender_total=_("All tenders"),
        refunds_f=_("Refunds × {count}"),
        topups_f=_("Top-ups × {count}"),
        topup_gift=_("Given with top-ups"),
        topup_refunds_f=_("Top-ups refunded × {count}"),
        topup_deducted=_("Spent gifts paid for"),
        tender_topup_f=_("{tender} for top-ups × {count}"),
        tender_topup_back_f=_("{tender} of top-ups given back × {count}"),
        checked_f=_("{tender}: its own terminal"),
        cash_moves=cash_words(),
        discounts=discount_words(),
        taxes=_("Tax in these prices"),
        tax_f=_("{goods} at {rate}%"),
        tax_back_f=_("{goods} at {rate}%, given back"),
        cash_into=_("Into the drawer"),
        cash_out_of=_("Out of the drawer"),
        slip_no=_("Slip no."),
        why=_("Reason"),
        hidden=_("to be counted"),
        points_earned=_("Points issued"),
        points_redeemed=_("Points spent"),
        members_joined=_("Members joined"),
        calls_recorded=_("Calls recorded"),
        baskets_voided=_("Sales cancelled"),
        drawer_openings=_("Drawer opened without sale"),
        overrides=_("Overrides"),
        reprints=_("Papers printed again"),
        points_returned=_("Points given back"),
        points_taken_back=_("Points taken back"),
        proof=_("Proof of the day"),
        proofs=proof_words(),
        equal=_("equal"),
        differs_f=_("differs by {amount}"),
        receipts=_("First and last receipt"),
        float_cash=_("Float of the day"),
        expected_cash=_("Cash expected"),
        counted_cash=_("Cash counted"),
        first_count=_("First count differed"),
        over=_("Cash over"),
        short=_("Cash short"),
        exact=_("Cash difference"),
        reason=_("Reason for the difference"),
        approved_by=_("Approved by"),
        pieces_f=_("{value} × {pieces}"),
        kept_cash=_("Stays as float"),
        handed_in=_("Handed in"),
        shift_line_f=_("Shift {shift_no} {staff} × {sales}"),
        records=_("Records from … to"),
        unsent=_("Not yet at head office"),
        uncertain=_("Papers uncertain"),
        charges=charge_words(),
        held=_("Sales kept on hold"),
        log_hash=_("Seal of the records"),
        signature=_("Signature"),
        handed_by=_("Handed over by"),
        taken_by=_("Taken over by"),
    )


def charge_words() -> dict[str, str]:
    """Return what is to be looked at with a charge, by ``charges.Finding``; ``{tender}`` is how it was to be paid."""
    return {
        Finding.PENDING: _("{tender}: to be confirmed"),
        Finding.LATE: _("{tender}: taken for no sale"),
        Finding.OTHER_AMOUNT: _("{tender}: another amount"),
        Finding.MISSING: _("{tender}: never came"),
        Finding.BACK_PENDING: _("{tender}: going back, to be confirmed"),
        Finding.BACK_REFUSED: _("{tender}: not sent back"),
    }


def cash_words() -> dict[str, str]:
    """Return the name of each way in which cash moves without a sale."""
    return {
        CashKind.CHANGE: _("Change put in"),
        CashKind.FLOAT: _("Float put in"),
        CashKind.HANDED_IN: _("Cash handed in"),
        CashKind.EXPENSE: _("Expense paid out"),
        CashKind.BACK_WECHAT: _("WeChat refund in cash"),
        CashKind.BACK_ALIPAY: _("Alipay refund in cash"),
        CashKind.BACK_CARD: _("Card refund in cash"),
    }


def discount_words() -> dict[str, str]:
    """Return the name of each kind of rule that takes money off."""
    return {
        Discount.MEMBER: _("Member prices"),
        Discount.TIER: _("Tier discounts"),
        Discount.CAMPAIGN: _("Campaigns"),
        Discount.COUPON: _("Coupons"),
        Discount.PUNCH: _("Punch cards"),
        Discount.MANUAL: _("Reductions by hand"),
    }


def proof_words() -> dict[str, str]:
    """Return the name of each line of the proof."""
    return {
        "cash": _("Cash in the drawer"),
        "change": _("Given less change"),
        "tenders": _("Sold and tendered"),
        "goods": _("Goods and payment"),
        "discounts": _("Reductions and their rules"),
        "tax": _("Tax by rate and by line"),
        "refunds": _("Refunds and tenders"),
        "exchange": _("Goods for goods"),
        "topups": _("Top-ups and tenders"),
        "value_sold": _("Value sold and held"),
        "value_spent": _("Value paid with, and taken"),
        "value_refunded": _("Value refunded and taken"),
        "value_held": _("Value held here"),
        "gift_given": _("Gift given and held"),
        "gift_spent": _("Gift paid with, and taken"),
        "gift_held": _("Gift held here"),
        "points_earned": _("Points issued"),
        "points_redeemed": _("Points redeemed and taken"),
        "points_held": _("Points held here"),
        "points_returned": _("Points given back"),
        "points_taken_back": _("Points taken back"),
        "shifts": _("Sum of the shifts"),
        "receipts": _("Receipts without a gap"),
        "refund_numbers": _("Refund papers without a gap"),
        "topup_numbers": _("Top-up papers without a gap"),
        "records": _("Records without a gap"),
    }
