"""What is looked at as a whole: one holder's rights, and now and then all of head office's rows."""

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from pos_app.domain.ledger import Asset
from tests.sim.books import Books
from tests.sim.truth import Branch, demand, ledger_name


def check_holdings(
    raw: Any, disk: Any, branch: Branch, held: int, waiting: Collection[int] = (), *, at_rest: bool = False
) -> None:
    """V4 for one living holder: what the books say it has is what it has, plus what it has not yet told.

    ``held`` of its facts are posted, but those ``waiting``. ``at_rest`` nothing is under way any more: what was granted
    has arrived.
    """
    terminal_id, epoch = branch.life
    books = {
        gid: (remaining, amount, owner)
        for gid, remaining, amount, *owner in raw.execute(
            "SELECT gid, remaining, amount, member_id, lot FROM rights_grant WHERE life_no ="
            " (SELECT life_no FROM life WHERE terminal_id = ? AND epoch = ?)",
            [terminal_id, epoch],
        )
    }
    here = {
        gid: (left, owner) for gid, left, *owner in disk.execute("SELECT gid, remaining, member_id, lot FROM holding")
    }
    untold: Counter[str] = Counter()
    news: set[str] = set()
    for fact in (*(branch.facts[seq - 1] for seq in waiting), *branch.after(held)):
        for gid, amount in fact.out:
            untold[gid] += amount
        news.update(fact.into)
    for gid, (remaining, amount, owner) in books.items():
        if gid in here:
            left, whose = here[gid]
            demand(remaining == left + untold[gid], "V4", gid=gid, books=remaining, here=left, out=untold[gid])
            demand(owner == whose, "V15 re-keyed", gid=gid, books=owner, here=whose)
        else:
            # A restored head office withdraws what was granted before it was backed up and never arrived.
            demand(remaining in (0, amount), "V4 spent before installed", gid=gid, books=remaining)
            demand(not (at_rest and remaining), "V16 never installed", gid=gid, life=branch.life)
    for gid in here.keys() - books.keys():
        demand(gid in news, "V4 unknown to the books", gid=gid, life=branch.life)


def audit(raw: Any, books: Books) -> None:
    """Read the whole of head office's books once more, from their rows alone."""
    sums: dict[str, int] = dict(raw.execute("SELECT ledger, sum(credit - debit) FROM account GROUP BY ledger"))
    demand(not any(sums.values()), "V3", ledgers=sums)
    by_day = raw.execute(
        "SELECT t.ledger, t.business_date, sum(t.amount) FROM transfer AS t"
        " JOIN account AS d ON d.account_no = t.debit_no JOIN account AS c ON c.account_no = t.credit_no"
        " WHERE d.ledger <> c.ledger GROUP BY 1, 2"
    ).fetchall()
    demand(not by_day, "V3", crossing=by_day)
    for number, balance in raw.execute("SELECT account_no, credit - debit FROM account"):
        demand(balance == books.balances[number], "V3", account=number)
    short = raw.execute("SELECT gid, remaining FROM rights_grant WHERE remaining < 0 OR remaining > amount").fetchall()
    demand(not short, "V1", grants=short)
    (held,) = raw.execute("SELECT count(*) FROM inbox").fetchone()
    (posted,) = raw.execute("SELECT count(*) FROM posting").fetchone()
    shared = sum(books.shared.values())
    demand(held == sum(map(len, books.held.values())) - shared, "V8", held=held)
    demand(posted == sum(books.posted.values()) - shared, "V7", posted=posted)
    check_escrow(raw)
    check_feed(raw)
    check_aliases(raw)


def check_escrow(raw: Any) -> None:
    """V4: of every asset, what is booked to a holder is what is left of its grants."""
    escrow: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for ledger, holder, owner, balance in raw.execute(
        "SELECT ledger, holder, owner, credit - debit FROM account WHERE kind = 'escrow'"
    ):
        escrow[ledger, holder, owner] += balance
    granted: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for terminal_id, epoch, member_id, asset, lot, remaining in raw.execute(
        "SELECT l.terminal_id, l.epoch, g.member_id, g.asset, g.lot, g.remaining"
        " FROM rights_grant AS g JOIN life AS l USING (life_no)"
    ):
        granted[ledger_name(Asset(asset)), f"{terminal_id}/{epoch}", lot or member_id] += remaining
    for key in escrow.keys() | granted.keys():
        demand(escrow[key] == granted[key], "V4 escrow", holder=key, escrow=escrow[key], grants=granted[key])


def check_aliases(raw: Any) -> None:
    """V15: who was merged leads to one person, and never back to themselves."""
    rows = raw.execute("SELECT loser, survivor FROM member_alias WHERE undone_at_ms IS NULL").fetchall()
    into = dict(rows)
    demand(len(into) == len(rows), "V15", aliases=rows)
    for loser, survivor in into.items():
        seen, at = {loser}, survivor
        while at in into:
            demand(at not in seen, "V15 cycle", member=at)
            seen.add(at)
            at = into[at]


def check_feed(raw: Any) -> None:
    """V11: positions of every shard are contiguous up to its head."""
    for shard, lowest, highest, count, head, floor in raw.execute(
        "SELECT h.shard, min(f.pos), max(f.pos), count(f.pos), h.pos, h.floor_pos FROM feed_head AS h"
        " LEFT JOIN feed AS f USING (shard) GROUP BY h.shard"
    ):
        if count:
            demand(highest == head and highest - lowest + 1 == count, "V11", shard=shard, head=head, count=count)
        else:
            demand(head == floor, "V11", shard=shard, head=head, floor=floor)
