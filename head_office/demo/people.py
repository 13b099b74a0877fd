"""Invented members: names put together from lists, phones that nobody has, children from expected to six years."""

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from head_office.initials import person_initials
from pos_app.domain.ages import add_months
from pos_app.domain.codes import make_card_no
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.members import Child, Consent, Member, Purpose, Sex, Tier

_T = TypeVar("_T")

MEMBERS = 20_000
PHONE_PREFIX = "+86199000"  # followed by five digits
PHONE_STEP, PHONE_START, PHONES = 7_919, 6_627, 100_000
TEXT_VERSION = "v3"
SURNAMES = (
    "陈林黄张李王吴刘梁杨郑何罗周曾邓谢叶许冯蔡潘钟彭胡袁苏卢蒋余杜戴夏吕田任姚沈姜范江崔谭廖金石贾韦付方"
    "仇解区查盖单翟覃冼万"
)
FIRST = "雨欣子思佳梦晓诗嘉婉慧静雅芷若可语一心安晨清书乐念知悦冰雪文秋云丹海星月春美丽小玉淑艺彤紫"
SECOND = "婷怡琪雯涵萱彤瑶妍琳敏洁颖娜倩瑜莹芳霞燕玲珊薇蓉蕾茜君桐然宁菲轩宇辰博浩铭泽睿航杰"
PET_NAMES = (
    *(
        "糖糖",
        "豆豆",
        "果果",
        "米粒",
        "小满",
        "团团",
        "圆圆",
        "可乐",
        "布丁",
        "芒果",
        "土豆",
        "星星",
        "月月",
        "朵朵",
        "乐乐",
    ),
    *(
        "安安",
        "年年",
        "小鱼",
        "橙子",
        "桃桃",
        "阿宝",
        "毛毛",
        "丫丫",
        "小树",
        "麦麦",
        "泡泡",
        "元宝",
        "石头",
        "栗子",
        "奇奇",
    ),
)
STORE_SHARES = (("S01", 45), ("S02", 30), ("S03", 25))
TIER_SHARES = ((Tier.NORMAL, 70), (Tier.SILVER, 18), (Tier.GOLD, 9), (Tier.PLATINUM, 3))
CALL_CONSENT, MESSAGE_CONSENT, CHILD_CONSENT = 0.75, 0.5, 0.93
OLDEST_MONTHS = 83


@dataclass(frozen=True, slots=True)
class Shown:
    """A member of the pictures, described."""

    name: str
    tier: Tier
    child: str
    months: int
    days: int
    sex: Sex
    points: int


# The first members: found by the phones that end in 6627, 4546, 2465, …
SHOWN = (
    Shown("陈雨婷", Tier.GOLD, "糖糖", 6, 12, Sex.GIRL, 12_860),
    Shown("林晓雯", Tier.SILVER, "豆豆", 3, 4, Sex.BOY, 4_380),
    Shown("黄佳怡", Tier.NORMAL, "果果", 14, 20, Sex.GIRL, 1_960),
    Shown("曾思琪", Tier.PLATINUM, "小满", 26, 2, Sex.BOY, 38_400),
    Shown("解雨涵", Tier.NORMAL, "米粒", 1, 9, Sex.GIRL, 620),
    Shown("单慧敏", Tier.GOLD, "团团", 40, 0, Sex.BOY, 9_150),
)


def member(n: int, today: date, rng: random.Random) -> Member:
    """Return the ``n``-th demo member, 0 first; ``rng`` is the member's own."""
    shown = SHOWN[n] if n < len(SHOWN) else None
    joined_on = today - timedelta(days=rng.randint(400 if shown else 3, 1_500))
    tier = _draw(rng, TIER_SHARES)
    store_id = _draw(rng, STORE_SHARES)
    name = rng.choice(SURNAMES) + rng.choice(FIRST) + (rng.choice(SECOND) if rng.random() < 0.8 else "")
    children = _children(today, rng)
    if shown:
        name, tier, store_id = shown.name, shown.tier, "S01"
        born_on = add_months(today - timedelta(days=shown.days), -shown.months)
        children = (Child(shown.child, born_on, day_known=True, sex=shown.sex),)
    seed = hashlib.sha256(f"demo member {n}".encode()).digest()
    joined_ms = noon_ms(joined_on)
    return Member(
        member_id=uuid7(joined_ms, seed[:UUID7_RANDOM_BYTES]),
        card_no=make_card_no(n + 1),
        phone=f"{PHONE_PREFIX}{(PHONE_START + n * PHONE_STEP) % PHONES:05d}",
        name=name,
        initials=person_initials(name),
        tier=tier,
        home_store_id=store_id,
        joined_on=joined_on,
        children=children,
        consents=_consents(joined_ms, store_id, rng, has_children=bool(children), everything=shown is not None),
        code_key=seed[UUID7_RANDOM_BYTES:30].hex(),
    )


def noon_ms(day: date) -> int:
    """Return noon UTC of a day in milliseconds."""
    return int(datetime.combine(day, time(12), UTC).timestamp() * 1_000)


def _children(today: date, rng: random.Random) -> tuple[Child, ...]:
    """Return the children of a household: one expected, one, two, or none told."""
    draw = rng.random()
    if draw < 0.04:
        due_on = today + timedelta(days=rng.randint(10, 260))
        return (Child("", due_on.replace(day=1), expected=True),)
    if draw < 0.10:
        return ()
    # Mother-and-baby shops have more of the youngest.
    months = min(rng.randint(0, OLDEST_MONTHS), rng.randint(0, OLDEST_MONTHS))
    children = [_child(today, months, rng)]
    if draw > 0.85 and months + 18 <= OLDEST_MONTHS:
        children.append(_child(today, months + rng.randint(18, OLDEST_MONTHS - months), rng))
    return tuple(children)


def _child(today: date, months: int, rng: random.Random) -> Child:
    day_known = rng.random() < 0.6
    born_on = add_months(today - timedelta(days=rng.randint(0, 27)), -months)
    sex = rng.choice((Sex.GIRL, Sex.BOY, Sex.GIRL, Sex.BOY, Sex.UNKNOWN))
    return Child(rng.choice(PET_NAMES), born_on if day_known else born_on.replace(day=1), day_known, sex)


def _consents(
    at_ms: int, store_id: str, rng: random.Random, *, has_children: bool, everything: bool
) -> tuple[Consent, ...]:
    chances = {
        Purpose.MEMBERSHIP: 1.0,
        Purpose.CHILD: CHILD_CONSENT if has_children else 0.0,
        Purpose.CALL: CALL_CONSENT,
        Purpose.MESSAGE: MESSAGE_CONSENT,
    }
    staff_id, method = f"{store_id}-01", rng.choice(("screen", "signature", "paper"))
    answers = {purpose: everything or rng.random() < chance for purpose, chance in chances.items()}
    return tuple(
        Consent(purpose, granted, TEXT_VERSION, at_ms, staff_id, method) for purpose, granted in answers.items()
    )


def _draw(rng: random.Random, shares: tuple[tuple[_T, int], ...]) -> _T:
    return rng.choices([value for value, _ in shares], [share for _, share in shares])[0]
