"""The demo catalogue: 2,000 items with valid EAN-13 of the range that GS1 keeps for demonstrations (952)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, zip_longest

from head_office.demo.articles import Brand, Family, Size, Variant
from head_office.demo.families import FAMILIES
from head_office.initials import initials
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import gtin_check_digit
from pos_app.domain.members import Tier

ITEMS = 2_000
GS1_DEMO = "952"  # GS1 General Specifications, 1.4: demonstrations and examples of the GS1 system
FIRST_ITEM_ID = 100_001
MEMBERSHIP = "金卡会员年卡"
# The first items of the list are those of the pictures.
SHOWN = (
    ("优伴 较大婴儿配方奶粉 2 段", "900g", 31_800, 29_800),
    ("益舒 儿童益生菌冻干粉", "26袋", 21_800, 19_800),
    ("棉朵 轻薄拉拉裤 L", "46片", 13_900, 12_900),
    ("星麦 有机高铁米粉", "225g", 5_800, 5_200),
    ("安睡 婴儿护臀膏", "50g", 4_500, None),
    ("柔净 婴儿湿巾", "80抽×3", 2_980, None),
    ("禾苗优选 吸管杯", "240ml", 6_900, None),
    ("星麦 磨牙棒", "60g", 1_580, None),
)
TAX_BP, LOWER_TAX_BP = 1_300, {"book": 900}  # inside the prices
SERVICE = Item(
    item_id=0,
    barcode="",
    name="婴儿抚触课",
    name_en="Baby massage lesson",
    initials="",
    spec="60 分钟",
    brand="",
    category="service",
    price_minor=12_000,
    tax_bp=600,
    tax_included=False,
)


def items() -> tuple[Item, ...]:
    """Return the catalogue: the shown items first, then a fair mixture of all families, and a service at the end."""
    drafts = {(item.name, item.spec): item for item in _mixture()}
    shown = [drafts.pop((name, spec)) for name, spec, _, _ in SHOWN]
    rest = islice(drafts.values(), ITEMS - len(shown) - 1)
    chosen = []
    for n, item in enumerate((*shown, *rest, SERVICE)):
        price = SHOWN[n][2] if n < len(SHOWN) else item.price_minor
        member_price = SHOWN[n][3] if n < len(SHOWN) else _member_price(n, price)
        chosen.append(_numbered(item, n, price, member_price))
    chosen[-1] = _membership(chosen[-1])
    assert len(chosen) == ITEMS, len(chosen)
    return tuple(chosen)


def _membership(instead_of: Item) -> Item:
    """Return the paid membership, in the place of an article: a year of gold."""
    return Item(
        item_id=instead_of.item_id,
        barcode=instead_of.barcode,
        name=MEMBERSHIP,
        name_en="Gold membership for a year",
        initials=initials(MEMBERSHIP),
        spec="12个月",
        brand="禾苗优选",
        category="membership",
        price_minor=19_900,
        redeemable=False,
        term_tier=Tier.GOLD,
        term_months=12,
    )


def _mixture() -> Iterator[Item]:
    """Yield one item of each family in turn, so that a cut at any place is a fair shop."""
    for row in zip_longest(*(_members(family) for family in FAMILIES)):
        yield from (item for item in row if item is not None)


def _members(family: Family) -> Iterator[Item]:
    for size in family.sizes:
        for variant in family.variants:
            for brand in family.brands:
                yield _item(family, brand, variant, size)


def _item(family: Family, brand: Brand, variant: Variant, size: Size) -> Item:
    dearer = 100 + 7 * (sum(map(ord, brand.name_en)) % 5)  # percent: brands differ
    months = variant.months or (None, None)
    return Item(
        item_id=0,
        barcode="",
        name=f"{brand.name} {variant.name}{variant.suffix}",
        name_en=f"{brand.name_en} {variant.name_en}{_suffix_en(variant)}",
        initials="",
        spec=size.spec,
        brand=brand.name,
        category=family.category,
        price_minor=size.price_minor * dearer // 1_000 * 10,
        earns=brand.earns,
        redeemable=True,
        stage=variant.stage,
        months_from=months[0],
        months_to=months[1],
        pack_content=size.content if variant.daily_use else None,
        content_unit=size.unit if variant.daily_use else "",
        daily_use=variant.daily_use,
        advice=str(family.advice),
        tax_bp=LOWER_TAX_BP.get(family.category, TAX_BP),
    )


def _suffix_en(variant: Variant) -> str:
    return f" stage {variant.stage}" if variant.stage else variant.suffix


def _member_price(n: int, price_minor: int) -> int | None:
    """Give three items of five a member price, 3 to 9 percent lower, in whole ten fen."""
    return None if n % 5 in (1, 3) else price_minor * (97 - n % 7) // 1_000 * 10


def _numbered(item: Item, n: int, price_minor: int, member_price_minor: int | None) -> Item:
    body = f"{GS1_DEMO}{n + 1:09d}"
    return replace(
        item,
        item_id=FIRST_ITEM_ID + n,
        barcode=f"{body}{gtin_check_digit(body)}",
        initials=initials(item.name),
        price_minor=price_minor,
        member_price_minor=member_price_minor,
    )
