"""The demo chain's campaigns: what a chain of mother-and-baby shops runs in an ordinary month."""

from datetime import date, timedelta

from pos_app.domain.campaigns import Benefit, BenefitKind, Birthday, Campaign, Part, Step, What, When, Who
from pos_app.domain.lifecycle import Stage
from pos_app.domain.members import Tier

RUNS_SINCE = timedelta(days=30)
RUNS_FOR = timedelta(days=365)
FORMULA_ITEM, PROBIOTIC_ITEM, PULL_UPS_ITEM, CUP_ITEM = 100_001, 100_002, 100_003, 100_007
ORDER = "order"  # of the benefits for the whole order a customer gets one


def campaigns(today: date) -> tuple[Campaign, ...]:
    """Return the campaigns that run around ``today``."""

    def campaign(number: int, name: str, name_en: str, what: What, benefit: Benefit, **more: object) -> Campaign:
        period = (today - RUNS_SINCE, today + RUNS_FOR)
        return Campaign(f"C{number:02d}", 1, name, name_en, *period, what, benefit, **more)  # type: ignore[arg-type]

    everything, own = What(everything=True), What(own=True)
    steps = (Step(29_900, 2_000), Step(59_900, 5_000), Step(99_900, 10_000))
    twice = Benefit(BenefitKind.POINTS_TIMES, times_bp=20_000)
    return (
        campaign(
            1, "满299减20", "20 off from 299", everything, Benefit(BenefitKind.MONEY_OFF, steps=steps), group=ORDER
        ),
        campaign(
            2,
            "零食第二件半价",
            "Second snack at half price",
            What(categories=("snack",)),
            Benefit(BenefitKind.BUY_GET, buy=1, get=1, off_bp=5_000),
            priority=10,
        ),
        campaign(
            3,
            "湿巾买三送一",
            "Wipes: buy 3, get 1",
            What(categories=("wipes",)),
            Benefit(BenefitKind.BUY_GET, buy=3, get=1, off_bp=10_000),
            priority=10,
        ),
        campaign(
            4,
            "4–6月龄米粉9折",
            "10 % off first cereal",
            What(categories=("cereal",)),
            Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000),
            who=Who(months_from=4, months_to=6),
            priority=10,
        ),
        campaign(
            5,
            "会员日双倍积分",
            "Member day, double points",
            own,
            twice,
            who=Who(members_only=True),
            when=When(days_of_month=(8, 18, 28)),
            group="points",
        ),
        campaign(
            6,
            "宝宝生日月双倍积分",
            "Baby's birthday month, double points",
            own,
            twice,
            who=Who(birthday=Birthday.CHILD),
            group="points",
        ),
        campaign(
            7,
            "奶粉配益生菌套装",
            "Formula with probiotic",
            What(items=(FORMULA_ITEM, PROBIOTIC_ITEM)),
            Benefit(
                BenefitKind.BUNDLE,
                parts=(Part(What(items=(FORMULA_ITEM,))), Part(What(items=(PROBIOTIC_ITEM,)))),
                price_minor=47_800,
            ),
            who=Who(members_only=True),
            cap_per_member=3,
            priority=20,
        ),
        campaign(
            8,
            "周二洗护88折",
            "Tuesday care 12 % off",
            What(categories=("skin", "laundry")),
            Benefit(BenefitKind.PERCENT_OFF, off_bp=1_200),
            when=When(weekdays=(2,)),
            priority=5,
        ),
        campaign(
            9,
            "金卡辅食95折",
            "Gold members, 5 % off baby food",
            What(categories=("puree", "noodles")),
            Benefit(BenefitKind.PERCENT_OFF, off_bp=500),
            who=Who(tiers=(Tier.GOLD, Tier.PLATINUM)),
            priority=5,
        ),
        campaign(
            10,
            "自有品牌满500送吸管杯",
            "A straw cup from 500 of our own brands",
            own,
            Benefit(BenefitKind.GIFT, gift_item_id=CUP_ITEM, get=1, from_minor=50_000),
            who=Who(members_only=True),
            cap_per_member=1,
            budget_per_till=50,
        ),
        campaign(
            11,
            "晚间绘本8折",
            "Picture books 20 % off at night",
            What(categories=("book",)),
            Benefit(BenefitKind.PERCENT_OFF, off_bp=2_000),
            when=When(hour_from=19, hour_to=22),
            priority=5,
        ),
        campaign(
            12,
            "好久不见送2000分",
            "Welcome back: 2,000 points",
            everything,
            Benefit(BenefitKind.POINTS_PLUS, points=2_000, from_minor=10_000),
            who=Who(stages=(Stage.DORMANT, Stage.LOST)),
            cap_per_member=1,
        ),
        campaign(
            13,
            "拉拉裤会员特价",
            "Pull-ups at a members' price",
            What(items=(PULL_UPS_ITEM,)),
            Benefit(BenefitKind.FIXED_PRICE, price_minor=11_900),
            who=Who(members_only=True),
            cap_per_member=2,
            budget_per_till=200,
            priority=20,
        ),
        campaign(
            14,
            "体育西店玩具95折",
            "Tiyu West: 5 % off toys",
            What(categories=("toy",)),
            Benefit(BenefitKind.PERCENT_OFF, off_bp=500),
            stores=("S03",),
            priority=5,
        ),
    )
