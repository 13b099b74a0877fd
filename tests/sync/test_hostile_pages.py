"""Whatever a page may hold: each has its defined answer, and the feed goes on behind it, on the real till."""

import json

import msgspec
import pytest

from pos_app.domain.campaigns import What
from pos_app.domain.directory import Cursor
from pos_app.domain.ledger import Asset
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.sync.endpoints import HeadOffice, Reply
from pos_app.sync.link import Pass
from pos_app.sync.pull import Puller, Shards
from pos_app.sync.station import Station
from pos_app.sync.status import StatusBoard
from pos_app.sync.wire import http
from pos_app.sync.wire.checksum import advanced
from pos_app.sync.wire.messages import FeedAnswer, FeedItem
from tests.sync.shop import StillClock, ports_of
from tests.sync.test_client import SIGNER
from tests.till_kit import PROGRAMME, barcode, campaign, grant, item, member, new_till, record

SHARDS = Shards("S01", "T1", "1.1")
TICKET = Pass("s1", "1")
ANNA = member(1)


class OpenLink:
    """A session that stays open."""

    def open(self) -> Pass:
        return TICKET

    def refused(self, error: Refused, session: str) -> None:
        """Nothing ends it."""

    def checked(self, answer, ticket: Pass) -> None:
        if answer.incarnation != ticket.incarnation:
            raise Unavailable("head_office.changed")


class PageWire:
    """Answers the feed of one shard with bytes; the other shards have nothing."""

    def __init__(self) -> None:
        self.shard = "global"
        self.replies: list[bytes] = []

    def send(self, method, target, headers, body, read_s) -> Reply:
        assert target.startswith(http.FEED), target
        if f"shard={self.shard.replace(':', '%3A').replace('/', '%2F')}&" in target and self.replies:
            return Reply(200, self.replies.pop(0))
        cursor = int(target.split("cursor=")[1].split("&")[0])
        shard = next(each for each in SHARDS.all if each.replace(":", "%3A").replace("/", "%2F") in target)
        return Reply(200, page([], shard=shard, cursor=cursor))

    def download(self, target, headers, read_s):
        raise AssertionError(target)

    def abort(self) -> None:
        """There is no connection."""


def page(items: list[FeedItem], *, shard: str = "global", cursor: int = 0, **more: object) -> bytes:
    last = cursor + len(items)
    fields = {"incarnation": "1", "server_time_ms": 1, "shard": shard, "next_pos": last, "head_pos": last}
    return msgspec.json.encode(FeedAnswer(items=items, **(fields | more)))


def entry(pos: int, kind: str, value: object, entity_id: str = "1") -> FeedItem:
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return FeedItem(pos, kind, entity_id, msgspec.Raw(body))


def spoilt(value: object, **changes: object) -> bytes:
    return json.dumps(json.loads(msgspec.json.encode(value)) | changes).encode()


class Scene:
    def __init__(self, home) -> None:
        self.till = new_till(home, item(1), record(ANNA, 10))
        self.till.log.bind("1")
        for shard in ("global", "store:S01"):
            self.till.feed.apply_page(shard, Cursor("1", 0), [])
        self.wire = PageWire()
        self.board = StatusBoard(lambda _status: None, StillClock())
        ports = ports_of(self.till)
        station = Station(HeadOffice(self.wire, SIGNER), OpenLink(), ports, self.board, StillClock(), lambda: False)
        self.puller = Puller(station, SHARDS, self._no_bootstrap, wait_s=0)

    def _no_bootstrap(self, ticket: Pass, shard: str = "") -> None:
        raise AssertionError(shard)

    def pull(self, *replies: bytes, shard: str = "global") -> str:
        """Pull the replies and return the code that the round ended with."""
        self.wire.shard, self.wire.replies = shard, list(replies)
        try:
            self.puller.round()
        except PosError as error:
            return error.code
        return ""

    def pos(self, shard: str = "global") -> int:
        cursor = self.till.log.cursor(shard) if shard == SHARDS.own else self.till.feed.cursor(shard)
        return 0 if cursor is None else cursor.pos


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    yield scene
    scene.till.close()


# One item in the middle of a page: what it is kept as. The items around it are applied and the cursor moves on.
ITEMS = {
    "unknown kind": (entry(2, "hologram", {"x": 1}), "feed.unknown_kind"),
    "a kind of another shard": (entry(2, "grant", grant(1, ANNA, 5)), "feed.wrong_shard"),
    "not an object": (entry(2, "item", b"[]"), "feed.malformed"),
    "null": (entry(2, "item", b"null"), "feed.malformed"),
    "a field is missing": (entry(2, "item", b'{"item_id":2}'), "feed.malformed"),
    "a text for a number": (entry(2, "item", spoilt(item(2), price_minor="9")), "feed.malformed"),
    "a fraction": (entry(2, "item", spoilt(item(2), price_minor=9.5)), "feed.malformed"),
    "negative price": (entry(2, "item", spoilt(item(2), price_minor=-1)), "feed.unlawful"),
    "negative member price": (entry(2, "item", spoilt(item(2), member_price_minor=-1)), "feed.unlawful"),
    "absurd price": (entry(2, "item", spoilt(item(2), price_minor=10**12)), "feed.unlawful"),
    "tax above the price": (entry(2, "item", spoilt(item(2), tax_bp=10_001)), "feed.unlawful"),
    "rules that nobody can work with": (entry(2, "programme", spoilt(PROGRAMME, earn_bp=-1)), "feed.unlawful"),
    "a campaign that contradicts itself": (entry(2, "campaign", campaign(2, what=What())), "feed.unlawful"),
    "a campaign of an unknown kind": (
        entry(2, "campaign", spoilt(campaign(2), benefit={"kind": "lottery"})),
        "feed.malformed",
    ),
    "negative version": (entry(2, "item", spoilt(item(2), version=-1)), "feed.malformed"),
    "past 2^53": (entry(2, "item", spoilt(item(2), price_minor=2**60)), "feed.malformed"),
    "past 2^64": (entry(2, "item", spoilt(item(2), item_id=2**70)), "feed.malformed"),
    "a NUL": (entry(2, "item", spoilt(item(2), name="a\0b")), "feed.malformed"),
    "invalid UTF-8": (entry(2, "item", msgspec.json.encode(item(2)).replace("商".encode(), b"\xff")), "feed.malformed"),
    "a tombstone with a wild version": (entry(2, "tombstone", {"entity": "item", "version": 2**63}), "feed.malformed"),
    "two items with one barcode": (entry(2, "item", item(2, barcode=barcode(1)), "2"), "feed.clash"),
}


@pytest.mark.parametrize("name", ITEMS)
def test_a_bad_item_is_kept_aside_and_the_rest_of_the_page_is_applied(scene, name, expect_log):
    bad, reason = ITEMS[name]
    if reason != "feed.clash":
        expect_log("sync.kept_aside")

    code = scene.pull(page([entry(1, "item", item(21), "21"), bad, entry(3, "item", item(23), "23")]))

    assert code == ""
    assert [(kept.pos, kept.reason) for kept in scene.till.feed.kept("global")] == [(2, reason)]
    assert scene.pos() == 3
    with scene.till.store.view() as unit:
        assert (unit.published.item(21), unit.published.item(23)) == (item(21), item(23))


def test_what_is_put_aside_is_named_until_a_sound_version_takes_its_place(scene, expect_log):
    expect_log("sync.kept_aside")
    senseless = entry(1, "campaign", campaign(2, what=What()), "C2")

    assert scene.pull(page([senseless, entry(2, "item", item(21), "21")])) == ""
    named = scene.board.status().put_aside
    assert scene.pull(page([entry(3, "campaign", campaign(2, version=2), "C2")], cursor=2)) == ""

    assert (named, scene.board.status().put_aside) == (("campaign C2",), ())
    assert scene.till.feed.kept("global") == []


HARMLESS = {
    "a tombstone of nobody": entry(1, "tombstone", {"entity": "item", "version": 9}, "no number"),
    "a tombstone of an unknown kind": entry(1, "tombstone", {"entity": "hologram", "version": 9}, "1"),
    "the same change again": entry(1, "item", item(1), "1"),
    "an older version": entry(1, "item", item(1, 5, version=0), "1"),
    "unknown fields": entry(1, "item", spoilt(item(31), hologram=[1, {"x": None}]), "31"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_says_nothing_new_changes_nothing(scene, name):
    assert scene.pull(page([HARMLESS[name]])) == ""

    assert scene.pos() == 1
    assert scene.till.feed.kept("global") == []
    with scene.till.store.view() as unit:
        assert unit.published.item(1) == item(1)


GOOD = entry(1, "item", item(2), "2")
# A page as a whole: the code that the round ends with. Nothing of it is applied, and the next good page is.
PAGES = {
    "a hole": (page([entry(2, "item", item(2))]), "feed.hole"),
    "positions backwards": (page([entry(1, "item", item(2)), entry(0, "item", item(3))]), "feed.hole"),
    "one position twice": (page([GOOD, GOOD]), "feed.hole"),
    "a cursor that runs ahead": (page([GOOD], next_pos=7), "feed.hole"),
    "a cursor that stands still": (page([GOOD], next_pos=0), "feed.hole"),
    "a negative position": (page([entry(-1, "item", item(2))], next_pos=-1), "feed.hole"),
    "another shard": (page([GOOD], shard="store:S02"), "feed.wrong_page"),
    "another incarnation": (page([GOOD], incarnation="2"), "head_office.changed"),
    "a wrong checksum": (page([GOOD], checksum=1), "feed.checksum"),
    "not JSON": (b"<html>please log in</html>", "head_office.not_there"),
    "half a page": (page([GOOD])[:-20], "head_office.not_there"),
    "NaN": (page([GOOD]).replace(b'"next_pos":1', b'"next_pos":NaN'), "head_office.not_there"),
    "a position past 2^64": (page([GOOD]).replace(b'"pos":1', b'"pos":%d' % 10**30), "feed.hole"),
    "invalid UTF-8 in a name": (page([GOOD]).replace(b'"kind":"item"', b'"kind":"\xff"'), "head_office.not_there"),
    "half a letter": (page([entry(1, "item", spoilt(item(2), name="\ud800"))]), "head_office.not_there"),
    "deep": (page([entry(1, "item", b"[" * 5_000 + b"]" * 5_000)]), "head_office.not_there"),
    "nothing": (b"", "head_office.not_there"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_bad_page_moves_nothing_and_the_next_good_one_is_applied(scene, name):
    bad, code = PAGES[name]
    before = scene.till.feed.cursor("global")
    if code == "feed.checksum":
        scene.till.feed.apply_page("global", Cursor("1", 0, 0), [])
        before = scene.till.feed.cursor("global")
        scene.puller._taken_anew_ms["global"] = 0  # a moment ago, and it did not help

    assert scene.pull(bad) == code

    assert scene.till.feed.cursor("global") == before
    good = page([GOOD], checksum=advanced(0, [GOOD]))
    assert scene.pull(good) == ""
    assert scene.pos() == 1


GRANTS = {
    "nothing granted": spoilt(grant(9, ANNA, 5), amount=0),
    "a negative amount": spoilt(grant(9, ANNA, 5), amount=-5),
    "past 2^53": spoilt(grant(9, ANNA, 5), amount=2**53 + 1),
    "an unknown asset": spoilt(grant(9, ANNA, 5), asset="gold"),
    "no day": spoilt(grant(9, ANNA, 5), expires_on="2027-13-41"),
    "a NUL": spoilt(grant(9, ANNA, 5), gid="a\0b"),
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_bad_grant_is_not_installed_and_those_around_it_are(scene, name, expect_log):
    expect_log("sync.kept_aside")
    first, last = grant(1, ANNA, 5, gid="ho1/a"), grant(3, ANNA, 7, gid="ho1/b")
    own = [entry(1, "grant", first), entry(2, "grant", GRANTS[name]), entry(3, "grant", last)]

    assert scene.pull(page(own, shard=SHARDS.own), shard=SHARDS.own) == ""

    with scene.till.store.view() as unit:
        held = [each.grant.amount for each in unit.holdings.of(ANNA.member_id) if each.grant.asset is Asset.POINTS]
    assert sorted(held) == [5, 7]
    assert [kept.pos for kept in scene.till.log.kept(SHARDS.own)] == [2]
    assert scene.pos(SHARDS.own) == 3


def test_a_large_item_is_applied_as_long_as_its_page_may_travel(scene):
    assert scene.pull(page([entry(1, "item", spoilt(item(2), name="x" * 1_000_000), "2")])) == ""

    assert scene.pos() == 1
