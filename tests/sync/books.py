"""Both ends' books side by side: logs, holdings and balances must be the same, to the point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from head_office.office import Office
from head_office.store import schema
from pos_app.store.connection import open_encrypted
from tests.sync.shop import Terminal


@dataclass(frozen=True)
class Truth:
    """What head office has in its books."""

    inbox: dict[str, list[bytes]]
    unposted: list[tuple[int, str, str]]
    grants: dict[str, int]
    by_ledger: dict[str, int]
    members: dict[str, int]


def truth(office: Office) -> Truth:
    """Read head office's books."""
    account, life, inbox = schema.account.c, schema.life.c, schema.inbox.c
    with office.database.read() as connection:
        logs: dict[str, list[bytes]] = {}
        rows = sa.select(life.terminal_id, inbox.hash).join(schema.life, life.life_no == inbox.life_no)
        for terminal_id, digest in connection.execute(rows.order_by(inbox.life_no, inbox.seq)):
            logs.setdefault(terminal_id, []).append(digest)
        posting = connection.execute(sa.select(schema.posting)).all()
        grants = connection.execute(sa.select(schema.grant.c.gid, schema.grant.c.remaining)).all()
        ledgers = connection.execute(
            sa.select(account.ledger, sa.func.sum(account.credit - account.debit)).group_by(account.ledger)
        ).all()
        points = connection.execute(
            sa.select(account.owner, sa.func.sum(account.credit - account.debit))
            .where(account.kind.in_(["available", "escrow"]))
            .group_by(account.owner)
        ).all()
    return Truth(
        logs,
        [(row.seq, row.status, row.code) for row in posting if row.status != "posted"],
        {gid: int(left) for gid, left in grants},
        {ledger: int(total) for ledger, total in ledgers},
        {owner: int(total) for owner, total in points},
    )


def assert_equal_books(office: Office, terminals: Sequence[Terminal], member_points: Mapping[str, int]) -> None:
    """Every log, holding and balance is the same at both ends, and nothing was set aside."""
    books = truth(office)
    for terminal in terminals:
        assert books.inbox.get(terminal.name, []) == terminal.log(), terminal.name
        held = terminal.holdings()
        assert held == {gid: books.grants[gid] for gid in held}, terminal.name
    assert books.unposted == [], books.unposted
    assert set(books.by_ledger.values()) <= {0}, books.by_ledger
    assert {who: books.members.get(who, 0) for who in member_points} == member_points


def directory_points(terminal: Terminal, member_id: str) -> int:
    """Return the member's points as the terminal's directory has them from head office."""
    file, key = terminal.till.log.installed_directory()
    database = open_encrypted(file, key, synchronous="OFF")
    try:
        row = database.conn.execute("SELECT points FROM member WHERE member_id = ?", [member_id]).fetchone()
    finally:
        database.close()
    return row[0]
