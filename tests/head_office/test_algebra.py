"""All assets at once: minted = available + escrow + expired + spent + suspense + risk, in any order."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from head_office.books.issues import Issue
from head_office.expiry import expire
from head_office.fencing import Declared, fence
from head_office.issuing import issue
from head_office.merging import MergeDesk
from head_office.store import schema
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased, Sale
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import LOTTED, Asset, Grant, Spend
from pos_app.domain.posting import EXPIRED, RECEIVABLE, ledger_of
from pos_app.domain.refunds import REFUND
from pos_app.domain.tenders import Tender, TenderKind
from tests.head_office.offices import copied
from tests.head_office.rig import LOT, FakeTill, Line, TestClock, member, new_office, open_till, rows_of
from tests.head_office.test_refunds import bring_back

ISSUABLE = (Asset.VALUE, Asset.GIFT, Asset.COUPON, Asset.PUNCH)
LEDGERS = {asset: ledger_of(asset, "CNY") for asset in Asset}
SOURCES = {"points_expense", "issued", "refundable"}  # what was minted came from there
SPENT = {"points_redeemed", "used"}
MOVES = Counter[tuple[str, Asset]]  # what one fact mints, spends, and spends at the merchant's risk if it was fenced


class Shop:
    """A till, and what it knows: what is left of each of its grants, its sales, and what its unsent facts will move."""

    def __init__(self, office, line: Line, store_id: str) -> None:
        self.till: FakeTill = open_till(office, line, store_id)
        self.grants: dict[str, Grant] = {}
        self.left: Counter[str] = Counter()
        self.sold: list[tuple[Sale, Origin, int]] = []
        self.moves: list[MOVES] = []
        self.is_fenced = False

    def say(self, fact, moves: MOVES) -> None:
        self.till.say(fact)
        self.moves.append(moves)

    def hold(self, *grants: Grant) -> None:
        for grant in grants:
            self.grants[grant.gid] = grant
            self.left[grant.gid] = grant.amount

    def some(self, asset: Asset, amount: int) -> tuple[Grant, int] | None:
        """Return a grant of the asset and how much of it to take, none where nothing is left."""
        mine = [grant for gid, grant in sorted(self.grants.items()) if grant.asset is asset and self.left[gid]]
        return (mine[amount % len(mine)], min(amount, self.left[mine[amount % len(mine)].gid])) if mine else None


class World:
    """Head office, two tills, and what all that was posted must add up to."""

    def __init__(self, office, line: Line) -> None:
        self.office, self.clock = office, office.clock
        self.shops = [Shop(office, line, store_id) for store_id in ("S01", "S02")]
        self.total: MOVES = Counter()
        self.lots: list[tuple[Asset, str, str]] = []
        self.merged = False
        self.n = 0
        for who in (1, 2):
            self.shops[0].say(MemberRegistered(member(who)), Counter())
        self.push(self.shops[0], 0)

    def issue(self, shop: Shop, asset: Asset, amount: int) -> None:
        self.n += 1
        asset = asset if asset in ISSUABLE else Asset.VALUE
        who, lot = f"m{1 + amount % 2}", f"L{self.n}" if asset in LOTTED else ""
        last: date = self.clock.day + timedelta(days=1) if amount % 3 == 0 else LOT
        issue(self.office, Issue(f"i{self.n}", who, asset, amount, last, lot))
        self.lots.append((asset, who, lot))
        self.total["minted", asset] += amount

    def ask(self, shop: Shop, asset: Asset, amount: int) -> None:
        if shop.is_fenced:
            return
        mine = [(who, lot) for what, who, lot in self.lots if what is asset] or [(f"m{1 + amount % 2}", "")]
        if asset is Asset.REFUND or (asset in LOTTED and not mine[0][1]):
            return
        who, lot = mine[amount % len(mine)]
        who = f"m{1 + amount % 2}" if self.merged else who
        grants = shop.till.rights(who, amount, asset=asset, lot=lot).grants
        if grants:
            shop.say(GrantsInstalled(tuple(grants)), Counter())
            shop.hold(*grants)

    def earn(self, shop: Shop, asset: Asset, amount: int) -> None:
        self._sell(shop, None, 0, amount)

    def spend(self, shop: Shop, asset: Asset, amount: int) -> None:
        found = shop.some(asset, amount)
        if found is not None:
            self._sell(shop, found[0], found[1], amount % 4)

    def _sell(self, shop: Shop, grant: Grant | None, spent: int, earned: int) -> None:
        who = f"m{1 + earned % 2}" if grant is None else grant.member_id
        points = grant is not None and grant.asset is Asset.POINTS
        spends = (Spend(grant.gid, spent),) if grant is not None else ()
        sale, sold_as = shop.till.sale(paid_minor=1_000, member_id=who, earn=earned), shop.till.next_origin()
        sale = replace(sale, spends=spends)
        if points:
            (line,) = sale.lines
            line = replace(line, net_minor=1_000 + spent, basket_points=spent, basket_points_minor=spent)
            sale = replace(sale, lines=(line,))
        elif grant is not None and grant.asset not in LOTTED:
            tenders = (
                Tender(TenderKind(grant.asset.value), spent),
                Tender(TenderKind.CASH, 1_000 - spent, 1_000 - spent),
            )
            sale = replace(sale, tenders=tenders)
        moves: MOVES = Counter({("minted", Asset.POINTS): earned})
        if grant is not None:
            shop.left[grant.gid] -= spent
            moves["spent", grant.asset] += spent
            moves["risk", grant.asset] += spent
        shop.say(sale, moves)
        shop.sold.append((sale, sold_as, earned))
        if sale.earned is not None:
            shop.hold(sale.earned)

    def refund(self, shop: Shop, asset: Asset, amount: int) -> None:
        """Bring a whole sale back to the till that sold it; what it earned is taken as far as it is still there."""
        if not shop.sold:
            return
        sale, sold_as, earned = shop.sold.pop(amount % len(shop.sold))
        (line,), back = sale.lines, None
        if line.basket_points:
            gid = shop.till.next_origin().part("grant", 1)
            last = max(shop.grants[spend.gid].expires_on for spend in sale.spends)
            back = Grant(gid, sale.member_id, Asset.POINTS, line.basket_points, last)
        kept = 0 if sale.earned is None else shop.left[sale.earned.gid]
        taken = (Spend(sale.earned.gid, kept),) if kept else ()
        fact = bring_back(
            shop.till, sale, sold_as, returned=back, taken_back=taken, owed_points=earned - kept, spends=()
        )
        moves: MOVES = Counter({("minted", Asset.REFUND): 1, ("spent", Asset.REFUND): 1})
        moves["spent", Asset.POINTS] -= line.basket_points
        moves["minted", Asset.POINTS] -= earned
        moves["risk", Asset.POINTS] += kept
        for tender in fact.tenders:
            if tender.kind != TenderKind.CASH:
                moves["spent", Asset(tender.kind)] -= tender.amount_minor
        shop.say(fact, moves)
        if kept:
            shop.left[sale.earned.gid] = 0
        if back is not None:
            shop.hold(back)

    def release(self, shop: Shop, asset: Asset, amount: int) -> None:
        found = shop.some(asset, amount)
        if found is not None:
            grant, some = found
            shop.left[grant.gid] -= some
            shop.say(RightsReleased(grant.member_id, (Spend(grant.gid, some),), "idle"), Counter())

    def merge(self, shop: Shop, asset: Asset, amount: int) -> None:
        desk = MergeDesk(self.office)
        desk.unmerge("m2", "lin") if self.merged else desk.merge("m2", "m1", "lin")
        self.merged = not self.merged

    def night(self, shop: Shop, asset: Asset, amount: int) -> None:
        self.clock.day += timedelta(days=1)
        expire(self.office)

    def fence(self, shop: Shop, asset: Asset, amount: int) -> None:
        if shop is self.shops[1] and not shop.is_fenced:
            fence(self.office, Declared(shop.till.terminal_id, "Chen", "Liu", "burnt down"))
            shop.is_fenced = True
            shop.till.hello()

    def push(self, shop: Shop, amount: int) -> None:
        """Send everything; what a fenced till spent is the merchant's risk."""
        if not shop.moves:
            return
        answer = shop.till.push(len(shop.till.log) - len(shop.moves) + 1)
        assert {(each.status, each.code) for each in answer.statuses} == {("posted", "")}
        for moves in shop.moves:
            self.total.update({key: moved for key, moved in moves.items() if key[0] != "risk" or shop.is_fenced})
        shop.moves.clear()

    def check(self) -> None:
        found: Counter[tuple[str, str]] = Counter()
        for row in rows_of(self.office, schema.account):
            found[row.ledger, row.kind] += row.credit - row.debit
            assert row.credit >= row.debit or row.kind not in ("available", "escrow"), row
        for asset, ledger in LEDGERS.items():
            there = {kind: amount for (name, kind), amount in found.items() if name == ledger}
            minted = -sum(there.get(kind, 0) for kind in SOURCES)
            spent = sum(there.get(kind, 0) for kind in SPENT)
            held = there.get("available", 0) + there.get("escrow", 0) + there.get(RECEIVABLE, 0)
            gone = there.get(EXPIRED, 0)
            risk = there.get("risk", 0)
            assert minted == held + gone + spent + there.get("suspense", 0) + risk, (asset, there)
            assert minted - self.total["minted", asset] == (self._unopened(found) if asset is Asset.REFUND else 0)
            assert (spent, risk) == (self.total["spent", asset], -self.total["risk", asset]), (asset, there)
            assert there.get("suspense", 0) == there.get("unbacked", 0) == 0

    def _unopened(self, found: Counter[tuple[str, str]]) -> int:
        """Return rights that were opened and not used: none here, since only whole sales come back."""
        return found[REFUND, "available"] + found[REFUND, "escrow"]

    def check_holdings(self) -> None:
        """At the end, with everything sent: each till and head office agree on what the till holds."""
        for shop in self.shops:
            held = Counter[str]()
            for row in rows_of(self.office, schema.account):
                if row.holder == shop.till.holder:
                    held[row.ledger] += row.credit - row.debit
            mine = Counter[str]()
            for gid, grant in shop.grants.items():
                mine[LEDGERS[grant.asset]] += 0 if shop.is_fenced else shop.left[gid]
            floats = sum(
                row.remaining
                for row in rows_of(self.office, schema.grant)
                if row.source == "float" and row.life_no == self.shops.index(shop) + 1
            )
            assert sum(held.values()) == sum(mine.values()) + floats


STEPS = ("issue", "ask", "earn", "spend", "refund", "release", "merge", "night", "fence", "push")
WEIGHED = st.sampled_from(("issue", "ask", "ask", "earn", "earn", "spend", "spend", "spend", *STEPS))


@given(
    steps=st.lists(
        st.tuples(WEIGHED, st.integers(0, 1), st.sampled_from(tuple(Asset)), st.integers(1, 300)),
        min_size=12,
        max_size=35,
    )
)
@settings(max_examples=12, deadline=None)
def test_what_was_minted_is_held_spent_or_at_risk_after_whatever_was_posted(steps, tmp_path_factory, migrated_file):
    folder = tmp_path_factory.mktemp("algebra")
    office = new_office(copied(migrated_file, folder), folder / "snapshots", TestClock())
    line = Line(office)
    try:
        world = World(office, line)
        for step, which, asset, amount in steps:
            if step == "push":
                world.push(world.shops[which], amount)
            else:
                getattr(world, step)(world.shops[which], asset, amount)
            world.check()
        for shop in world.shops:
            world.push(shop, 0)
        world.check()
        world.check_holdings()
    finally:
        line.close()
        office.database.close()
