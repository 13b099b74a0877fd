"""The rules of the programme as data: head office publishes them, every sale records their version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from pos_app.domain.basket import MAX_WEIGHT_G
from pos_app.domain.coupons import CouponRule
from pos_app.domain.foreign import ForeignRate
from pos_app.domain.labels import LabelLayout, LabelValue
from pos_app.domain.lifecycle import LIFE_RULES, LifeRules
from pos_app.domain.members import Tier
from pos_app.domain.punch_cards import PunchCard
from pos_app.domain.staff import LIMITS, Role, RoleLimit
from pos_app.domain.stored_value import SpentGift, TopUpRule, ValueOrder, ValueProof

BASIS_POINTS = 10_000
MAX_WINDOW_MONTHS = 60


class Shortfall(StrEnum):
    """What happens when goods come back and the points that they earned are spent."""

    DEDUCT = "deduct"  # their worth is deducted from the money
    OWE = "owe"  # the member owes them, and what is earned later repays them


class PointsProof(StrEnum):
    """How somebody shows that they are the member: the phone, its last four digits, the card, its code, or the PIN."""

    PHONE = "phone"
    LAST4 = "last4"
    CARD = "card"
    CODE = "code"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Rewards:
    """Points that head office gives, 0 for none: for joining, in the month of a birthday, for bringing somebody.

    ``newcomer_points`` and ``referrer_points`` are for a newcomer's first purchase of ``referral_from_minor`` or more
    within ``referral_days`` of joining.
    """

    welcome_points: int = 0
    birthday_points: int = 0
    newcomer_points: int = 0
    referrer_points: int = 0
    referral_from_minor: int = 0
    referral_days: int = 30

    @property
    def has_referral(self) -> bool:
        """Say whether bringing somebody is rewarded."""
        return self.newcomer_points + self.referrer_points > 0

    def is_sound(self) -> bool:
        """Say whether all of it can be given."""
        points = (self.welcome_points, self.birthday_points, self.newcomer_points, self.referrer_points)
        return min(*points, self.referral_from_minor, self.referral_days) >= 0


NO_REWARDS = Rewards()


@dataclass(frozen=True, slots=True)
class TierRule:
    """What a tier gives and what it takes.

    It gives a discount on the list price and a multiplier on points earned, in the month of a birthday another one, all
    in basis points. It is reached by any of ``spend_minor`` or ``visits`` within ``window_months`` calendar months,
    this one included, or by ``years`` of membership; 0 is no way to it. Once no longer reached it is kept for
    ``grace_months`` more.
    """

    tier: Tier
    discount_bp: int
    earn_multiplier_bp: int = BASIS_POINTS
    birthday_multiplier_bp: int = 0  # 0: as in any other month
    spend_minor: int = 0
    visits: int = 0
    years: int = 0
    window_months: int = 12
    grace_months: int = 0

    def is_sound(self) -> bool:
        """Say whether it can be worked with; a window is at most ``MAX_WINDOW_MONTHS``, grace included."""
        from_zero = (self.earn_multiplier_bp, self.birthday_multiplier_bp, self.spend_minor, self.visits, self.years)
        return (
            0 <= self.discount_bp <= BASIS_POINTS
            and min(from_zero) >= 0
            and self.window_months >= 1
            and 0 <= self.grace_months <= MAX_WINDOW_MONTHS - self.window_months
        )


@dataclass(frozen=True, slots=True)
class Tip:
    """A sentence of care for the customer's screen, shown in these ``months`` (1 to 12; none: all year)."""

    text: str
    text_en: str = ""
    months: tuple[int, ...] = ()

    def is_sound(self) -> bool:
        """Say whether it can be shown in some month."""
        return bool(self.text) and all(1 <= month <= 12 for month in self.months)


@dataclass(frozen=True, slots=True)
class Programme:
    """One published version of the rules, in force from ``valid_from`` (business date).

    Points: ``points_per_unit`` points are worth one unit of money (100 points = ¥1). ``earn_bp`` is the share of
    what was really paid for the programme's own items that comes back as points (700 = 7 %).
    Redeeming against the basket: at least ``redeem_min_points``, in steps of ``redeem_step_points``, at most
    ``redeem_max_share_bp`` of what is to be paid. ``offline_redemption_cap_points`` limits one redemption offline,
    ``offline_value_cap_minor`` one payment with stored value offline; no float gives a till more of a member than that.
    ``value_order`` says whether such a payment takes what was bought or what was given first, ``value_proofs`` what
    shows that it is the member who pays. ``topups`` are what is given with a top-up; a gift lasts ``gift_valid_days``;
    ``spent_gift``: see ``SpentGift``.
    ``coupons`` are what coupons are worth; ``offline_coupon_cap_minor`` is the most that one of nobody's may take off
    where head office cannot be asked, 0 to take none.
    ``punch_cards``: see ``PunchCard``.
    Caps in money worth: ``request_cap_minor`` for what is asked for at once, ``terminal_outstanding_cap_minor`` for all
    rights that one terminal holds (the whole loss if it is lost), of which floats may take ``float_share_bp``.
    An unsent fact older than ``unsent_warn_hours`` warns, older than ``unsent_stop_hours`` ends offline redemption, and
    so do unsent sales of more than ``unsent_value_cap_minor``; selling goes on. Rights that were asked for and lie
    unused for ``idle_release_hours`` are handed back. ``require_contact_after_boot``: after a cold boot nothing is
    redeemed before head office was heard once.
    Points expire at the end of the calendar year ``expiry_years`` after the one they were earned in; they may be spent
    from the business date ``vesting_days`` after the one they were earned on, 0 for at once.
    ``verify_from_points``: a redemption of this many or more asks for one of ``points_proofs``.
    ``cash_rounding_minor``: cash is rounded down (抹零) to this multiple, on the cash part only.
    ``followup_days``: a purchase of an item with advice makes a call due so many days later; ``followup_late_days``
    after which it is overdue, ``followup_drop_days`` after which it is dropped; ``call_attempts`` at most.
    ``over_short_manager_minor``: over/short from here on needs a manager. ``limits``: how far each role may go alone.
    ``refund_days``: goods come back so many days after the sale; later a manager approves. ``refund_shortfall``: see
    ``Shortfall``. ``refund_in_cash``: what was paid by card or wallet may be given back in cash.
    ``life``: who is new, active, loyal, dormant or lost, and of which kind.
    ``rates``: the currencies that are taken in cash.
    ``brand`` is what the chain is called on screens and papers (``brand_en`` in English); empty: only the store's name.
    ``tips`` and ``join_url`` (a QR code, empty for none) are shown on the customer's screen.
    ``labels``: how in-store codes are read; as it stands 21 has five digits of grams, 22 five of minor units, and any
    other prefix is a plain number of the shop's own. ``typed_weight_most_g``: the most that a weight may be that was
    typed by hand.
    ``x_with_cash``: the roles whose X shows the cash that should be there; all others count blind.
    """

    version: str
    valid_from: date
    currency: str = "CNY"
    points_per_unit: int = 100
    earn_bp: int = 700
    redeem_min_points: int = 100
    redeem_step_points: int = 100
    redeem_max_share_bp: int = 5_000
    offline_redemption_cap_points: int = 5_000
    offline_value_cap_minor: int = 50_000
    value_order: ValueOrder = ValueOrder.PROPORTIONAL
    topups: tuple[TopUpRule, ...] = ()
    coupons: tuple[CouponRule, ...] = ()
    offline_coupon_cap_minor: int = 0
    punch_cards: tuple[PunchCard, ...] = ()
    gift_valid_days: int = 365
    spent_gift: SpentGift = SpentGift.DEDUCT
    value_proofs: tuple[ValueProof, ...] = (ValueProof.CARD, ValueProof.CODE, ValueProof.PIN)
    request_cap_minor: int = 1_000_000
    terminal_outstanding_cap_minor: int = 2_000_000
    float_share_bp: int = 7_500
    unsent_warn_hours: int = 24
    unsent_stop_hours: int = 72
    unsent_value_cap_minor: int = 5_000_000
    idle_release_hours: int = 4
    require_contact_after_boot: bool = False
    expiry_years: int = 1
    vesting_days: int = 0
    verify_from_points: int = 3_000
    points_proofs: tuple[PointsProof, ...] = tuple(PointsProof)
    cash_rounding_minor: int = 10
    followup_days: int = 3
    followup_late_days: int = 4
    followup_drop_days: int = 7
    call_attempts: int = 3
    over_short_manager_minor: int = 5_000
    x_with_cash: tuple[Role, ...] = (Role.MANAGER, Role.AUDITOR)
    lease_hours: int = 24 * 7
    consent_text_version: str = "v3"
    refund_days: int = 30
    refund_shortfall: Shortfall = Shortfall.DEDUCT
    refund_in_cash: bool = False
    brand: str = ""
    brand_en: str = ""
    tips: tuple[Tip, ...] = ()
    rates: tuple[ForeignRate, ...] = ()
    join_url: str = ""
    tiers: tuple[TierRule, ...] = (
        TierRule(Tier.NORMAL, 0),
        TierRule(Tier.SILVER, 200, spend_minor=300_000, grace_months=3),
        TierRule(Tier.GOLD, 500, spend_minor=800_000, grace_months=3),
        TierRule(Tier.PLATINUM, 800, spend_minor=2_000_000, grace_months=3),
    )
    limits: tuple[RoleLimit, ...] = LIMITS
    rewards: Rewards = NO_REWARDS
    life: LifeRules = LIFE_RULES
    labels: tuple[LabelLayout, ...] = (LabelLayout("21", LabelValue.WEIGHT), LabelLayout("22", LabelValue.PRICE))
    typed_weight_most_g: int = 15_000  # what a common counter scale weighs

    def tier_rule(self, tier: Tier) -> TierRule:
        """Return the rule of ``tier``; a tier without a rule gives nothing."""
        return next((rule for rule in self.tiers if rule.tier == tier), TierRule(tier, 0))

    def limit(self, role: Role) -> RoleLimit:
        """Return how far ``role`` may go alone; a role without a limit of its own may nothing that has one."""
        return next((limit for limit in self.limits if limit.role == role), RoleLimit(role))

    def rate(self, currency: str) -> ForeignRate | None:
        """Return what a currency is taken for, None for one that is not taken."""
        return next((rate for rate in self.rates if rate.currency == currency), None)

    def problems(self) -> tuple[str, ...]:
        """Return the names of the fields that no rule can work with, empty when all is well.

        Whoever installs a programme refuses it with them; a sale trusts the programme it is given.
        """
        shares = {
            "earn_bp": self.earn_bp,
            "redeem_max_share_bp": self.redeem_max_share_bp,
            "float_share_bp": self.float_share_bp,
        }
        from_one = {
            "points_per_unit": self.points_per_unit,
            "redeem_step_points": self.redeem_step_points,
            "call_attempts": self.call_attempts,
        }
        from_zero = {
            "redeem_min_points": self.redeem_min_points,
            "offline_redemption_cap_points": self.offline_redemption_cap_points,
            "offline_value_cap_minor": self.offline_value_cap_minor,
            "offline_coupon_cap_minor": self.offline_coupon_cap_minor,
            "request_cap_minor": self.request_cap_minor,
            "terminal_outstanding_cap_minor": self.terminal_outstanding_cap_minor,
            "unsent_warn_hours": self.unsent_warn_hours,
            "unsent_value_cap_minor": self.unsent_value_cap_minor,
            "idle_release_hours": self.idle_release_hours,
            "cash_rounding_minor": self.cash_rounding_minor,
            "expiry_years": self.expiry_years,
            "vesting_days": self.vesting_days,
            "followup_days": self.followup_days,
            "over_short_manager_minor": self.over_short_manager_minor,
            "refund_days": self.refund_days,
        }
        found = [name for name, value in shares.items() if not 0 <= value <= BASIS_POINTS]
        found += [name for name, value in from_one.items() if value < 1]
        found += [name for name, value in from_zero.items() if value < 0]
        sound = {
            "followup_late_days": self.followup_days <= self.followup_late_days <= self.followup_drop_days,
            "unsent_stop_hours": self.unsent_stop_hours >= self.unsent_warn_hours,
            "tiers": _are_sound(self.tiers, [rule.tier for rule in self.tiers]),
            "limits": _are_sound(self.limits, [limit.role for limit in self.limits]),
            "topups": _are_sound(self.topups) and self.gift_valid_days >= 1,
            "points_proofs": bool(self.points_proofs),
            "coupons": _are_sound(self.coupons, [rule.rule_id for rule in self.coupons]),
            "punch_cards": _are_sound(self.punch_cards, [card.card_id for card in self.punch_cards]),
            "value_proofs": bool(self.value_proofs),
            "rewards": self.rewards.is_sound(),
            "life": self.life.is_sound() and self.life.window_months <= MAX_WINDOW_MONTHS,
            "rates": _are_sound(self.rates, [self.currency, *(rate.currency for rate in self.rates)]),
            "tips": _are_sound(self.tips),
            "join_url": not self.join_url or self.join_url.startswith("https://"),
            "typed_weight_most_g": 1 <= self.typed_weight_most_g <= MAX_WEIGHT_G,
            "labels": _are_sound(self.labels, [layout.prefix for layout in self.labels]),
        }
        found += [name for name, is_sound in sound.items() if not is_sound]
        return tuple(found)


class _Rule(Protocol):
    def is_sound(self) -> bool: ...


def _are_sound(rules: Sequence[_Rule], names: Sequence[object] = ()) -> bool:
    """Say whether each rule can be meant, and none stands twice under one name."""
    return all(rule.is_sound() for rule in rules) and len(set(names)) == len(names)
