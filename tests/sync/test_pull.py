"""Pages of the feed: what is applied, what is kept aside, and what must never move a cursor."""

from dataclasses import dataclass, field, replace
from datetime import date

import msgspec
import pytest

from pos_app.domain.directory import Cursor, DirectoryChange, KeptItem
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.releases import Recall
from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.sync import pull
from pos_app.sync.link import Pass
from pos_app.sync.pull import Puller, Shards, read_changes, read_own
from pos_app.sync.station import Station
from pos_app.sync.status import StatusBoard
from pos_app.sync.till_port import TillPort
from pos_app.sync.wire import http
from pos_app.sync.wire.checksum import MODULUS, advanced
from pos_app.sync.wire.messages import FeedAnswer, FeedItem, NewsAnswer, Tombstone
from tests.sync.shop import StillClock
from tests.till_kit import CASHIER, PROGRAMME, campaign, item, member, record

TICKET = Pass("s1", "1-a")
SHARDS = Shards("S01", "S01-1", "1.1")
GRANT = Grant("g1", "m1", Asset.POINTS, 5, date(2027, 12, 31))


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def entry(pos: int, kind: str, value: object, entity_id: str = "1") -> FeedItem:
    return FeedItem(pos, kind, entity_id, raw(value))


@dataclass
class FeedOffice:
    """Head office with one list of items a shard; ``drift`` is what its checksums are wrong by."""

    items: dict[str, list[FeedItem]] = field(default_factory=dict)
    incarnation: str = "1-a"
    problem: dict[str, PosError] = field(default_factory=dict)
    drift: dict[str, int] = field(default_factory=dict)
    sums: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)
    page: int = 2

    def news(self, session: str, cursors: dict[str, Cursor], wait_s: int) -> NewsAnswer:
        self.waited.append(wait_s)
        moved = [shard for shard, cursor in cursors.items() if len(self.items.get(shard, [])) != cursor.pos]
        return NewsAnswer(incarnation=self.incarnation, server_time_ms=1, moved=moved)

    def checksum(self, shard: str, pos: int) -> int | None:
        if not self.sums:
            return None
        return (advanced(0, self.items.get(shard, [])[:pos]) + self.drift.get(shard, 0)) % MODULUS

    def feed(self, session: str, shard: str, cursor: Cursor) -> FeedAnswer:
        self.asked.append((shard, cursor.pos))
        if shard in self.problem:
            raise self.problem[shard]
        whole = self.items.get(shard, [])
        if cursor.incarnation != self.incarnation or cursor.pos > len(whole):
            raise Refused(http.FEED_RESYNC)
        items = whole[cursor.pos : cursor.pos + self.page]
        return FeedAnswer(
            incarnation=self.incarnation,
            server_time_ms=1,
            shard=shard,
            items=items,
            next_pos=cursor.pos + len(items),
            head_pos=len(whole),
            checksum=self.checksum(shard, cursor.pos + len(items)),
        )


class Shelf:
    """Both stores of the till: remembers pages, and cursors as the real ones do."""

    def __init__(self) -> None:
        self.cursors: dict[str, Cursor] = {}
        self.pages: list[tuple[str, list, list]] = []
        self.grants: list[str] = []
        self.recalls: list[str] = []
        self.handed_back = 0
        self.aside: dict[str, list[KeptItem]] = {}
        self.sizes: dict[str, int] = {}

    def kept(self, shard) -> list[KeptItem]:
        return self.aside.get(shard, [])

    def apply_kept(self, shard, changes) -> None:
        done = {change.pos for change in changes}
        self.aside[shard] = [item for item in self.aside[shard] if item.pos not in done]
        self.pages.append((shard, list(changes), []))

    def rewind(self, shard, incarnation) -> None:
        self.aside.pop(shard, None)
        self.cursors[shard] = Cursor(incarnation, 0, 0)

    def cursor(self, shard: str) -> Cursor | None:
        return self.cursors.get(shard)

    def size(self, shard: str) -> int:
        return self.sizes.get(shard, 0)

    def install_page(self, shard, cursor, grants, recalls, kept) -> None:
        self.aside.setdefault(shard, []).extend(kept)
        self.cursors[shard] = cursor
        self.grants += [grant.gid for grant in grants]
        self.recalls += [recall.recall_id for recall in recalls]

    def hand_back(self) -> int:
        self.handed_back += 1
        return 0

    def apply_page(self, shard, cursor, changes, kept) -> None:
        self.cursors[shard] = cursor
        self.pages.append((shard, list(changes), list(kept)))


class OpenLink:
    def __init__(self) -> None:
        self.refusals: list[str] = []

    def open(self) -> Pass:
        return TICKET

    def refused(self, error: Refused, session: str) -> None:
        self.refusals.append(error.code)

    def checked(self, answer, ticket) -> None:
        if answer.incarnation != ticket.incarnation:
            raise Unavailable("head_office.changed")


class Scene:
    def __init__(self) -> None:
        self.office = FeedOffice()
        self.shelf = Shelf()
        self.link = OpenLink()
        self.bootstraps: list[str] = []
        self.snapshot_at = 0
        self.board = StatusBoard(lambda _status: None, StillClock())
        till = TillPort(None, self.shelf, self.shelf)
        station = Station(self.office, self.link, till, self.board, StillClock(), lambda: False)
        self.puller = Puller(station, SHARDS, self.bootstrap, wait_s=5)
        self.bootstrap(TICKET)
        self.bootstraps = []

    def bootstrap(self, _ticket: Pass, shard: str = "") -> None:
        self.bootstraps.append(shard)
        for each in (shard,) if shard else ("global", "store:S01"):
            self.shelf.cursors[each] = Cursor("1-a", self.snapshot_at, self.office.checksum(each, self.snapshot_at))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_every_shard_is_read_to_its_head_in_pages(scene):
    scene.office.items["global"] = [entry(n, "item", item(n)) for n in range(1, 6)]

    scene.puller.round()

    assert scene.shelf.cursors["global"] == Cursor("1-a", 5)
    assert [len(changes) for _shard, changes, _kept in scene.shelf.pages] == [2, 2, 1]
    assert scene.board.status().pulled == 5


def test_reading_and_applying_a_page_go_at_the_pace_that_the_till_bears(scene):
    scene.office.items["global"] = [entry(n, "item", item(n)) for n in range(1, 3)]
    paced = []

    def pace(things):
        for thing in things:
            yield thing
            paced.append(type(thing))

    scene.puller._pace = pace
    scene.puller.round()

    assert paced == [FeedItem, FeedItem, DirectoryChange, DirectoryChange]


def test_what_is_new_comes_first_and_the_wait_for_news_in_a_round_of_its_own(scene):
    assert scene.puller.round() == 0
    assert (len(scene.office.asked), scene.office.waited) == (3, [])

    scene.puller.round()

    assert (len(scene.office.asked), scene.office.waited) == (3, [5])


def test_a_poll_that_is_not_held_is_not_repeated_at_once(scene):
    scene.puller.round()

    assert scene.puller.round() > 1


@pytest.mark.parametrize(
    ("shard", "change"),
    [
        ("store:S01", entry(1, "member", record(member(1)), "m1")),
        ("global", entry(1, "item", item(1))),
        ("terminal:S01-1/1.1", entry(1, "grant", GRANT)),
    ],
)
def test_news_of_any_shard_is_read_at_once_and_of_that_shard_alone(scene, shard, change):
    scene.puller.round()
    scene.office.items[shard] = [change]
    scene.office.asked.clear()

    assert scene.puller.round() == 0
    assert scene.shelf.cursors[shard].pos == 1
    assert {name for name, _pos in scene.office.asked} == {shard}


def test_after_a_failure_every_shard_is_looked_at_before_waiting_again(scene):
    scene.puller.round()
    scene.office.items["global"] = [entry(7, "item", item(1))]
    with pytest.raises(Damaged):
        scene.puller.round()
    scene.office.items["global"] = []
    scene.office.asked.clear()

    scene.puller.round()

    assert [shard for shard, _pos in scene.office.asked] == list(SHARDS.all)


def test_grants_are_installed_from_the_terminal_s_own_shard(scene):
    scene.office.items["terminal:S01-1/1.1"] = [entry(1, "grant", GRANT)]

    scene.puller.round()

    assert scene.shelf.grants == ["g1"]
    assert scene.shelf.cursors["terminal:S01-1/1.1"] == Cursor("1-a", 1)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ([entry(2, "item", item(1))], "feed.hole"),
        ([entry(1, "item", item(1)), entry(3, "item", item(2))], "feed.hole"),
        ([entry(1, "item", item(1)), entry(1, "item", item(2))], "feed.hole"),
    ],
    ids=["later page", "hole", "doubled"],
)
def test_a_page_that_does_not_follow_moves_nothing(scene, answer, code):
    scene.office.items["global"] = answer

    with pytest.raises(Damaged, match=code):
        scene.puller.round()

    assert scene.shelf.cursors["global"] == Cursor("1-a", 0)
    assert scene.shelf.pages == []


def test_a_page_of_another_shard_moves_nothing(scene):
    feed = scene.office.feed
    scene.office.feed = lambda session, shard, cursor: msgspec.structs.replace(
        feed(session, shard, cursor), shard="store:S02"
    )

    with pytest.raises(Damaged, match=r"feed\.wrong_page"):
        scene.puller.round()


def test_a_broken_shard_does_not_hold_up_the_others(scene):
    scene.office.items["global"] = [entry(9, "item", item(1))]
    scene.office.items["store:S01"] = [entry(1, "member", record(member(1)), "m1")]
    scene.office.items["terminal:S01-1/1.1"] = [entry(1, "grant", GRANT)]

    with pytest.raises(Damaged):
        scene.puller.round()

    assert scene.shelf.grants == ["g1"]
    assert scene.shelf.cursors["store:S01"].pos == 1


def test_a_poison_item_is_kept_aside_and_the_cursor_goes_on(scene, expect_log):
    expect_log("sync.kept_aside")
    scene.office.items["global"] = [
        entry(1, "item", {"item_id": "not a number"}),
        entry(2, "hologram", {"new": True}),
        entry(3, "grant", GRANT),
        entry(4, "item", item(4)),
    ]

    scene.puller.round()

    kept = [(each.pos, each.reason) for _shard, _changes, kept in scene.shelf.pages for each in kept]
    assert kept == [(1, "feed.malformed"), (2, "feed.unknown_kind"), (3, "feed.wrong_shard")]
    assert scene.shelf.cursors["global"].pos == 4


def test_a_recall_is_remembered_with_its_page_and_answered_at_once(scene):
    scene.office.items["terminal:S01-1/1.1"] = [
        entry(1, "recall", Recall("r1", "m1", Asset.POINTS)),
        entry(2, "grant", GRANT),
    ]

    scene.puller.round()

    assert (scene.shelf.recalls, scene.shelf.grants, scene.shelf.handed_back) == (["r1"], ["g1"], 1)


def test_a_grant_that_cannot_be_read_is_not_installed(expect_log):
    items = [entry(1, "grant", {"gid": 1}), entry(2, "item", item(1)), entry(3, "grant", GRANT)]
    grants, _recalls, kept = read_own(items)

    assert [grant.gid for grant in grants] == ["g1"]
    assert [each.reason for each in kept] == ["feed.malformed", "feed.wrong_shard"]
    assert kept[0].body == b'{"gid":1}'


def test_changes_carry_their_version_and_a_tombstone_carries_none():
    changes, kept = read_changes(
        [
            entry(1, "item", item(1, version=7), "1"),
            entry(2, "programme", PROGRAMME, "p1"),
            entry(3, "staff", CASHIER, "E1"),
            entry(4, "member", record(member(1), version=3), "m1"),
            entry(5, "tombstone", Tombstone("item", 9), "1"),
            entry(6, "campaign", campaign(1, version=4), "C1"),
            entry(7, "tombstone", Tombstone("campaign", 6), "C1"),
        ]
    )

    assert kept == []
    assert [(each.kind, each.version) for each in changes] == [
        ("item", 7),
        ("programme", 1),
        ("staff", 1),
        ("member", 3),
        ("item", 9),
        ("campaign", 4),
        ("campaign", 6),
    ]
    assert [each.value is None for each in changes] == [False] * 4 + [True, False, True]


def test_without_a_directory_the_snapshot_comes_first(scene):
    scene.shelf.cursors.clear()
    scene.office.items["global"] = [entry(1, "item", item(1)), entry(2, "item", item(2))]
    scene.snapshot_at = 0

    scene.puller.round()

    assert scene.bootstraps == [""]
    assert scene.shelf.cursors["global"].pos == 2


def test_a_restored_head_office_means_a_new_snapshot_and_grants_from_the_start(scene):
    scene.shelf.cursors = {
        "global": Cursor("0-old", 77),
        "store:S01": Cursor("0-old", 99),
        "terminal:S01-1/1.1": Cursor("0-old", 5),
    }
    scene.office.items["terminal:S01-1/1.1"] = [entry(1, "grant", GRANT)]

    scene.puller.round()

    assert scene.bootstraps == [""]
    assert scene.shelf.grants == ["g1"]
    assert scene.shelf.cursors["store:S01"] == Cursor("1-a", 0)


def test_a_position_past_the_head_means_a_new_snapshot_never_the_head(scene):
    scene.shelf.cursors["global"] = Cursor("1-a", 50)
    scene.office.items["global"] = [entry(1, "item", item(1))]

    scene.puller.round()

    assert scene.bootstraps == ["global"]
    assert scene.shelf.cursors["global"].pos == 1


def test_a_snapshot_that_does_not_help_is_not_fetched_for_ever(scene):
    scene.office.problem["global"] = Refused(http.FEED_RESYNC)

    with pytest.raises(Damaged, match=r"feed\.resync_again"):
        scene.puller.round()
    assert scene.bootstraps == ["global"]


@pytest.mark.parametrize(("missing", "size", "leaps"), [(5, 5, True), (4, 0, False), (5, 6, False)])
def test_a_shard_is_taken_as_a_file_where_more_is_missing_than_it_holds(scene, monkeypatch, missing, size, leaps):
    monkeypatch.setattr(pull, "FAR_BEHIND", 4)
    scene.office.items["store:S01"] = [entry(n, "member", record(member(n)), str(n)) for n in range(1, missing + 1)]
    scene.shelf.sizes["store:S01"] = size
    scene.snapshot_at = 3

    scene.puller.round()

    assert scene.bootstraps == (["store:S01"] if leaps else [])
    assert scene.shelf.cursors["store:S01"].pos == missing
    assert sum(len(changes) for _, changes, _ in scene.shelf.pages) == (missing - 3 if leaps else missing)


def test_a_leap_that_fails_or_falls_short_is_not_tried_again_at_once_and_pages_go_on(scene, monkeypatch):
    monkeypatch.setattr(pull, "FAR_BEHIND", 4)
    scene.office.items["store:S01"] = [entry(n, "member", record(member(n)), str(n)) for n in range(1, 12)]

    def fails(_ticket: Pass, shard: str = "") -> None:
        scene.bootstraps.append(shard)
        raise Unavailable("head_office.unreachable")

    scene.puller._bootstrap = fails
    with pytest.raises(Unavailable):
        scene.puller.round()
    scene.puller.round()

    assert scene.bootstraps == ["store:S01"]
    assert scene.shelf.cursors["store:S01"].pos == 11


def test_grants_are_always_read_one_by_one(scene, monkeypatch):
    monkeypatch.setattr(pull, "FAR_BEHIND", 1)
    grants = [Grant(f"g{n}", "m1", Asset.POINTS, 5, date(2027, 12, 31)) for n in range(1, 6)]
    scene.office.items["terminal:S01-1/1.1"] = [entry(n, "grant", grant) for n, grant in enumerate(grants, 1)]

    scene.puller.round()

    assert (scene.bootstraps, len(scene.shelf.grants)) == ([], 5)


def test_a_shard_that_the_snapshot_does_not_know_is_not_fetched_again_and_again(scene):
    scene.shelf.cursors.clear()
    scene.bootstrap = lambda _ticket, _shard="": scene.shelf.cursors.setdefault("global", Cursor("1-a", 0))
    scene.puller._bootstrap = scene.bootstrap

    scene.puller.round()

    assert scene.shelf.cursors["store:S01"] == Cursor("1-a", 0)


def test_a_lost_session_ends_the_round_at_once(scene):
    scene.office.problem["terminal:S01-1/1.1"] = Refused(http.SESSION_UNKNOWN)

    with pytest.raises(Refused):
        scene.puller.round()

    assert scene.link.refusals == [http.SESSION_UNKNOWN]
    assert len(scene.office.asked) == 1


def test_an_answer_of_another_incarnation_installs_no_grant(scene):
    scene.office.items["terminal:S01-1/1.1"] = [entry(1, "grant", GRANT)]
    feed = scene.office.feed
    scene.office.feed = lambda session, shard, cursor: msgspec.structs.replace(
        feed(session, shard, cursor), incarnation="2-b"
    )

    with pytest.raises(Unavailable, match=r"head_office\.changed"):
        scene.puller.round()
    assert scene.shelf.grants == []


def test_the_checksum_goes_on_from_page_to_page_whatever_their_size(scene):
    scene.office.sums = True
    scene.bootstrap(TICKET)
    scene.office.items["global"] = [entry(n, "item", item(n), str(n)) for n in range(1, 8)]

    scene.puller.round()
    scene.office.page = 100
    scene.office.items["global"] += [entry(n, "item", item(n), str(n)) for n in range(8, 12)]
    scene.puller.round()

    assert scene.shelf.cursors["global"] == Cursor("1-a", 11, advanced(0, scene.office.items["global"]))
    assert scene.board.status().taken_anew == 0


@pytest.mark.parametrize("shard", ["global", "store:S01"])
def test_a_shard_that_is_not_what_was_sent_is_taken_anew_and_no_other(scene, shard, expect_log):
    expect_log("sync.taken_anew")
    scene.office.sums = True
    scene.bootstrap(TICKET)
    scene.bootstraps.clear()
    scene.shelf.cursors[shard] = Cursor("1-a", 0, 7)
    scene.office.items["store:S01"] = [entry(1, "member", record(member(1)), "m1")]
    scene.office.items["global"] = [entry(1, "item", item(1))]

    scene.puller.round()

    assert scene.bootstraps == [shard]
    assert scene.board.status().taken_anew == 1
    assert [scene.shelf.cursors[each].pos for each in ("global", "store:S01")] == [1, 1]


def test_a_line_that_is_lost_while_a_shard_is_taken_anew_is_no_reason_to_give_up(scene, expect_log):
    expect_log("sync.taken_anew")
    scene.office.sums = True
    scene.bootstrap(TICKET)
    scene.bootstraps.clear()
    scene.office.items["global"] = [entry(1, "item", item(1))]
    scene.shelf.cursors["global"] = Cursor("1-a", 0, 7)
    bootstrap, scene.puller._bootstrap = scene.puller._bootstrap, no_line
    with pytest.raises(Unavailable):
        scene.puller.round()

    scene.puller._bootstrap = bootstrap
    scene.puller.round()

    assert scene.bootstraps == ["global"]
    assert scene.shelf.cursors["global"].pos == 1


def no_line(_ticket, _shard="") -> None:
    raise Unavailable("head_office.unreachable")


def test_a_drift_is_noticed_although_nothing_is_new(scene, expect_log):
    expect_log("sync.taken_anew")
    scene.office.sums = True
    scene.office.items["global"] = [entry(1, "item", item(1))]
    scene.shelf.cursors["global"] = Cursor("1-a", 1, 7)
    scene.snapshot_at = 1

    scene.puller.round()

    assert scene.bootstraps == ["global"]


def test_grants_that_do_not_add_up_are_read_again_from_the_start(scene, expect_log):
    expect_log("sync.taken_anew")
    scene.office.sums = True
    scene.office.items["terminal:S01-1/1.1"] = [entry(n, "grant", replace(GRANT, gid=f"g{n}")) for n in range(1, 5)]
    scene.shelf.cursors["terminal:S01-1/1.1"] = Cursor("1-a", 2, 7)

    scene.puller.round()

    assert scene.shelf.grants == ["g1", "g2", "g3", "g4"]
    assert scene.bootstraps == []
    assert scene.board.status().taken_anew == 1


def test_a_shard_that_never_adds_up_stops_alone_and_asks_for_somebody(scene, expect_log):
    expect_log("sync.taken_anew")
    scene.office.sums = True
    scene.office.drift["terminal:S01-1/1.1"] = 5
    scene.office.items["terminal:S01-1/1.1"] = [entry(1, "grant", GRANT)]
    scene.office.items["global"] = [entry(1, "item", item(1))]

    for _ in range(3):
        with pytest.raises(Damaged, match=r"feed\.checksum"):
            scene.puller.round()

    assert scene.shelf.grants == []
    assert scene.shelf.cursors["global"].pos == 1
    assert scene.board.status().taken_anew == 1


def test_a_head_office_that_says_no_checksum_is_believed_and_the_next_one_is_taken_on(scene):
    scene.shelf.cursors["global"] = Cursor("1-a", 0, 7)
    scene.puller.round()
    assert scene.shelf.cursors["global"].checksum is None
    scene.office.sums = True
    scene.office.drift["global"] = 3
    scene.office.items["global"] = [entry(1, "item", item(1))]

    scene.puller.round()

    assert scene.shelf.cursors["global"].checksum == scene.office.checksum("global", 1)


def test_what_an_older_program_kept_is_tried_again_once_the_program_starts(scene):
    known = entry(3, "item", item(3), "3")
    scene.shelf.aside["global"] = [
        KeptItem(2, "hologram", "1", b"{}", "feed.unknown_kind"),
        KeptItem(3, "item", "3", bytes(known.body), "feed.unknown_kind"),
    ]

    scene.puller.round()

    assert [change.value for _shard, changes, _kept in scene.shelf.pages for change in changes] == [item(3)]
    assert [kept.pos for kept in scene.shelf.aside["global"]] == [2]


def test_a_grant_that_an_older_program_kept_is_installed_in_its_order(scene):
    scene.office.items["terminal:S01-1/1.1"] = [entry(1, "grant", GRANT), entry(2, "grant", replace(GRANT, gid="g2"))]
    scene.shelf.cursors["terminal:S01-1/1.1"] = Cursor("1-a", 2)
    scene.shelf.aside["terminal:S01-1/1.1"] = [
        KeptItem(1, "grant", "g1", msgspec.json.encode(GRANT), "feed.unknown_kind")
    ]

    scene.puller.round()

    assert scene.shelf.grants == ["g1", "g2"]
    assert scene.shelf.aside.get("terminal:S01-1/1.1", []) == []
