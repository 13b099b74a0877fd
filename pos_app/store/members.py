"""Members: head office's directory and, over it, who joined, answered or was put right here; look-ups read both."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from pos_app.domain.directory import KnownMember, MemberHit
from pos_app.domain.members import MAX_PURCHASES, Balance, Consent, Member, MemberRecord, Purchase, TierFacts
from pos_app.domain.tiers import RANK, Bought, with_bought
from pos_app.store.directory_reader import LAST_CHAR, MAX_ROWS, DirectoryReader, marks
from pos_app.store.memory import MemoryTable, decoded
from pos_app.store.rows import Rows
from pos_app.store.sales import SaleTable


class MemberTable:
    """Tables ``joined_here`` (also who was put right here), ``answered_here`` and ``lost_card`` over the directory."""

    def __init__(self, rows: Rows, directory: DirectoryReader, memory: MemoryTable, sales: SaleTable) -> None:
        self._rows = rows
        self._conn = rows.conn
        self._directory = directory
        self._memory = memory
        self._sales = sales

    def known(self, member_id: str) -> KnownMember | None:
        """Return one member: head office's record with the answers given here since, or who joined here.

        Whoever was merged into somebody else is that person, if the directory has them.
        """
        names = self._directory.names(member_id)
        record = self._directory.member(names[0]) or self._directory.member(member_id)
        return self._joined(member_id) if record is None else self._over(record, names)

    def home_store(self, member_id: str) -> str:
        """Return the store that a member belongs to, empty for one who is not known here."""
        known = self.known(member_id)
        return "" if known is None else known.member.home_store_id

    def with_card(self, card_no: str) -> KnownMember | None:
        """Return the member with this card, also one of a record that was merged into theirs."""
        if self.is_lost(card_no):
            return None
        here = self._conn.execute("SELECT member_id FROM joined_here WHERE card_no = ?", [card_no]).fetchone()
        if here is not None:
            return self.known(here[0])
        record = self._directory.member_with_card(card_no)
        return None if record is None else self.known(record.member.member_id)

    def is_lost(self, card_no: str) -> bool:
        """Say whether this card was reported lost here."""
        return self._conn.execute("SELECT 1 FROM lost_card WHERE card_no = ?", [card_no]).fetchone() is not None

    def lose_card(self, card_no: str, seq: int) -> None:
        """Remember for ever that a card was reported lost by event ``seq``."""
        self._conn.execute("INSERT INTO lost_card (card_no, seq) VALUES (?, ?) ON CONFLICT DO NOTHING", [card_no, seq])

    def find(self, by: str, text: str, limit: int) -> list[MemberHit]:
        """Look up by ``phone`` | ``last4`` | ``name`` | ``initials``; see ``DirectoryReader.hits``. Each person once.

        Who joined here comes first: they stand at the counter. Whoever was put right here is found as they are now.
        """
        limit = max(1, min(limit, MAX_ROWS))
        here = self._hits_here(by, text, limit)
        published = [hit for hit in self._directory.hits(by, text, limit) if self._amended(hit.member_id) is None]
        people = {hit.member_id: hit for hit in map(self._as_person, (*here, *published))}
        return self._without_old_points(list(people.values())[:limit])

    def _as_person(self, hit: MemberHit) -> MemberHit:
        """Return the hit on whom the found record was merged into."""
        root = self._directory.names(hit.member_id)[0]
        record = None if root == hit.member_id else self._directory.member(root)
        if record is None:
            return hit
        member = record.member
        return MemberHit(root, member.name, member.tier, member.phone, None, record.last_visit_on)

    def register(self, member: Member, seq: int) -> None:
        """Keep somebody who joined or was put right here by event ``seq``, until head office confirms it."""
        self._conn.execute(
            "INSERT OR REPLACE INTO joined_here (member_id, seq, card_no, phone, last4, name, initials, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                member.member_id,
                seq,
                member.card_no,
                member.phone,
                member.phone[-4:],
                member.name,
                member.initials,
                msgspec.json.encode(member),
            ],
        )

    def answer(self, member_id: str, consent: Consent, seq: int) -> None:
        """Keep an answer to a purpose given here by event ``seq``."""
        self._conn.execute(
            "INSERT INTO answered_here (member_id, purpose, at_ms, seq, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (member_id, purpose, at_ms) DO UPDATE SET seq = excluded.seq, body = excluded.body",
            [member_id, consent.purpose.value, consent.at_ms, seq, msgspec.json.encode(consent)],
        )

    def set_pin(self, member_id: str, pin_hash: str, seq: int) -> None:
        """Keep the PIN that a member chose here by event ``seq``."""
        self._conn.execute(
            "INSERT INTO pin_set_here (member_id, seq, pin_hash) VALUES (?, ?, ?)"
            " ON CONFLICT (member_id) DO UPDATE SET seq = excluded.seq, pin_hash = excluded.pin_hash",
            [member_id, seq, pin_hash],
        )

    def highest_card(self, first: str, last: str) -> str | None:
        """Return the highest known card number from ``first`` to ``last``."""
        (here,) = self._conn.execute(
            "SELECT max(card_no) FROM joined_here WHERE card_no BETWEEN ? AND ?", [first, last]
        ).fetchone()
        return max(filter(None, (here, self._directory.highest_card(first, last))), default=None)

    def tidy(self) -> int:
        """Forget what the directory has confirmed; return how many entries went."""
        gone = 0
        for member_id, seq in self._conn.execute("SELECT member_id, seq FROM joined_here").fetchall():
            record = self._directory.member(member_id)
            if record is not None and self.applied(record.balance) >= seq:
                gone += self._conn.execute("DELETE FROM joined_here WHERE member_id = ?", [member_id]).rowcount
        for member_id, at_ms, seq in self._conn.execute("SELECT member_id, at_ms, seq FROM answered_here").fetchall():
            record = self._directory.member(member_id)
            if record is not None and self.applied(record.balance) >= seq:
                where = "member_id = ? AND at_ms = ? AND seq = ?"
                gone += self._conn.execute(f"DELETE FROM answered_here WHERE {where}", [member_id, at_ms, seq]).rowcount
        for member_id, seq in self._conn.execute("SELECT member_id, seq FROM pin_set_here").fetchall():
            record = self._directory.member(member_id)
            if record is not None and self.applied(record.balance) >= seq:
                gone += self._conn.execute("DELETE FROM pin_set_here WHERE member_id = ?", [member_id]).rowcount
        return gone

    def applied(self, balance: Balance) -> int:
        """Return the last event of this terminal's life that is inside ``balance``, 0 if none is."""
        identity = self._memory.identity()
        epoch, seq = balance.applied.get("" if identity is None else identity.terminal_id, ("", 0))
        return seq if identity is not None and epoch == identity.epoch else 0

    def _over(self, record: MemberRecord, names: Sequence[str]) -> KnownMember:
        """Return head office's record with what was said here after the last event that is inside it."""
        applied = self.applied(record.balance)
        here = self._sales.bought_since(record.member.member_id, applied)
        member = _raised(self._with_answers(self._amended(record.member.member_id) or record.member, applied), here)
        bought = self._bought(member.member_id, applied)
        visits = [
            on for on in (record.last_visit_on, *(purchase.bought_on for purchase in bought[:1])) if on is not None
        ]
        purchases = (*bought, *record.purchases)[:MAX_PURCHASES]
        others = (self._directory.member(name) for name in names if name != member.member_id)
        merged = tuple(other.member for other in others if other is not None)
        facts = with_bought(record.facts, here, record.last_visit_on)
        return KnownMember(member, record.balance, max(visits, default=None), purchases, merged, facts, record.uses)

    def _amended(self, member_id: str) -> Member | None:
        """Return head office's member as put right here after the last event that is inside their record."""
        row = self._conn.execute("SELECT seq, body FROM joined_here WHERE member_id = ?", [member_id]).fetchone()
        record = None if row is None else self._directory.member(member_id)
        if record is None or self.applied(record.balance) >= row[0]:
            return None
        said = decoded(bytes(row[1]), Member, "joined_here")
        return replace(
            record.member,
            name=said.name,
            initials=said.initials,
            children=said.children,
            phone=said.phone,
            card_no=said.card_no,
            card_version=said.card_version,
            code_key=said.code_key,
        )

    def _joined(self, member_id: str) -> KnownMember | None:
        row = self._conn.execute("SELECT body FROM joined_here WHERE member_id = ?", [member_id]).fetchone()
        if row is None:
            return None
        member = self._with_answers(decoded(bytes(row[0]), Member, "joined_here"), 0)
        here = self._sales.bought_since(member.member_id, 0)
        bought = self._bought(member.member_id, 0)
        last_visit_on = bought[0].bought_on if bought else None
        facts = with_bought(TierFacts(), here)
        return KnownMember(_raised(member, here), None, last_visit_on, bought, (), facts)

    def _bought(self, member_id: str, after: int) -> tuple[Purchase, ...]:
        identity = self._memory.identity()
        store_id = "" if identity is None else identity.store_id
        return self._sales.purchases_since(member_id, after, store_id)

    def _with_answers(self, member: Member, after: int) -> Member:
        names = self._directory.names(member.member_id)
        sql = f"SELECT body FROM answered_here WHERE member_id IN ({marks(names)}) AND seq > ? ORDER BY seq"
        rows = self._rows.all(sql, *names, after)
        said = tuple(decoded(bytes(body), Consent, "answered_here") for (body,) in rows)
        pins = f"SELECT pin_hash FROM pin_set_here WHERE member_id IN ({marks(names)}) AND seq > ? ORDER BY seq DESC"
        for (pin_hash,) in self._rows.all(pins, *names, after)[:1]:
            member = replace(member, pin_hash=pin_hash)
        return replace(member, consents=(*member.consents, *said)) if said else member

    def _hits_here(self, by: str, text: str, limit: int) -> list[MemberHit]:
        if by in ("phone", "last4"):
            where, values = f"{by} = ?", [text]
        else:
            where, values = f"{by} >= ? AND {by} < ?", [text, text + LAST_CHAR]
        sql = f"SELECT member_id, seq, name, phone, body FROM joined_here WHERE {where} ORDER BY seq DESC LIMIT ?"
        hits = []
        for member_id, seq, name, phone, body in self._conn.execute(sql, [*values, limit]).fetchall():
            record = self._directory.member(member_id)
            if record is None:
                hits.append(
                    MemberHit(member_id, name, decoded(bytes(body), Member, "joined_here").tier, phone, 0, None)
                )
            elif self.applied(record.balance) < seq:
                hits.append(MemberHit(member_id, name, record.member.tier, phone, None, record.last_visit_on))
        return hits

    def _without_old_points(self, hits: list[MemberHit]) -> list[MemberHit]:
        """Leave out the points of whoever bought or brought something back here: head office may not know of it."""
        person = {name: hit.member_id for hit in hits for name in self._directory.names(hit.member_id)}
        theirs = f"member_id IN ({marks(person)})"
        sql = f"SELECT member_id FROM sale WHERE {theirs} UNION SELECT member_id FROM refund WHERE {theirs}"
        bought = {person[member_id] for (member_id,) in self._conn.execute(sql, [*person, *person])}
        return [replace(hit, points=None) if hit.member_id in bought else hit for hit in hits]


def _raised(member: Member, here: Iterable[Bought]) -> Member:
    """Return the member in the highest tier that was reached here since head office's word on them."""
    tiers = [member.tier, *(one.raised for one in here if one.raised is not None)]
    return replace(member, tier=max(tiers, key=RANK.__getitem__))
