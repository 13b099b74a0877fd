"""The change feed, with long poll."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from head_office import feed, lives
from head_office.bell import Ear
from head_office.office import Office
from head_office.routes.admission import Door, Doors
from head_office.routes.endpoint import Query, admit, get, reply
from head_office.sessions import Caller
from head_office.watch import Watch
from pos_app.errors import Refused
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import MAX_FEED_ITEMS, FeedAnswer, NewsAnswer

MAX_DIGITS = 20
MAX_POS = 2**53
MAX_SHARDS = 8

_T = TypeVar("_T")

QUERY = (
    Query("shard", "string", "global, store:{id} of your store, or terminal:{id}/{epoch} of yourself"),
    Query("incarnation", "string", "the incarnation that the cursor belongs to"),
    Query("cursor", "integer", "the last position you have"),
    Query("limit", "integer", f"at most {MAX_FEED_ITEMS}"),
    Query("wait", "integer", f"seconds to wait for a change, at most {http.MAX_WAIT_S}"),
)

NEWS_QUERY = (
    Query("shard", "string", "a shard, as often as there are; with a cursor each, in the same order"),
    Query("cursor", "integer", "the last position you have of the shard"),
    QUERY[1],
    QUERY[4],
)


def router(office: Office, doors: Doors) -> APIRouter:
    """Return the routes that give changes after a cursor, and say where there are any."""
    routes = APIRouter(tags=["feed"])
    door, watch = doors.looks, Watch(office)

    async def changes(request: Request) -> Response:
        """Return the changes after the cursor, or wait for one."""
        caller = _caller(office, request)
        shard = request.query_params.get("shard", "")
        _check_shard(caller, shard)
        cursor = _number(request, "cursor", 0, MAX_POS)
        limit = max(1, _number(request, "limit", MAX_FEED_ITEMS, MAX_FEED_ITEMS))
        wait_s = _number(request, "wait", 0, http.MAX_WAIT_S)
        page = await _awaited(
            office,
            door,
            wait_s,
            watch.listening(caller.life_no, {shard: cursor}),
            lambda: _of_live(office, caller, feed.page(office.database, shard, cursor, limit)),
            lambda page: bool(page.items),
        )
        answer = FeedAnswer(
            incarnation=office.identity.incarnation,
            server_time_ms=office.clock.now_ms(),
            shard=shard,
            items=page.items,
            next_pos=page.next_pos,
            head_pos=page.head_pos,
            checksum=page.checksum,
        )
        return reply(answer, request.headers.get("accept-encoding", ""))

    async def news(request: Request) -> Response:
        """Return which shards have moved past their cursors, or wait until one has."""
        caller = _caller(office, request)
        cursors = _cursors(request)
        for shard in cursors:
            _check_shard(caller, shard)
        wait_s = _number(request, "wait", 0, http.MAX_WAIT_S)
        moved = await _awaited(
            office,
            door,
            wait_s,
            watch.listening(caller.life_no, cursors),
            lambda: _of_live(office, caller, feed.moved(office.database, cursors)),
            bool,
        )
        answer = NewsAnswer(incarnation=office.identity.incarnation, server_time_ms=office.clock.now_ms(), moved=moved)
        return reply(answer, request.headers.get("accept-encoding", ""))

    get(routes, http.FEED, FeedAnswer, changes, query=QUERY)
    get(routes, http.NEWS, NewsAnswer, news, query=NEWS_QUERY)
    return routes


def _caller(office: Office, request: Request) -> Caller:
    """Return who asks; raises Refused ``session.unknown`` or, for cursors of another incarnation, ``feed.resync``."""
    caller = admit(office, request)
    if request.query_params.get("incarnation", "") != office.identity.incarnation:
        raise Refused(http.FEED_RESYNC, detail="incarnation")
    return caller


def _of_live(office: Office, caller: Caller, seen: _T) -> _T:
    """Return what was seen, if the life still trades; raises Refused ``session.unknown``."""
    lives.check_trades(office.database, caller)
    return seen


async def _awaited(
    office: Office,
    door: Door,
    wait_s: int,
    listening: AbstractContextManager[Ear],
    look: Callable[[], _T],
    is_news: Callable[[_T], bool],
) -> _T:
    """Look, and again when the watch says so, until there is news or ``wait_s`` are over; return what was seen last."""
    if not wait_s:
        return await door.through(look)
    until_ms = office.clock.mono_ms() + wait_s * 1_000
    with listening as ear:
        seen = await door.through(look)
        while not is_news(seen) and await ear.wait((until_ms - office.clock.mono_ms()) / 1_000):
            seen = await door.again(look)
        return seen


def _cursors(request: Request) -> dict[str, int]:
    shards, cursors = request.query_params.getlist("shard"), request.query_params.getlist("cursor")
    if not 1 <= len(shards) == len(cursors) <= MAX_SHARDS:
        raise Refused(http.MALFORMED, detail="shard")
    return {shard: _checked(text, "cursor", MAX_POS) for shard, text in zip(shards, cursors, strict=True)}


def _check_shard(caller: Caller, shard: str) -> None:
    """Raise Refused ``feed.shard`` for a shard that is not the caller's business."""
    own = feed.terminal_shard(caller.terminal_id, caller.epoch)
    if shard not in (feed.GLOBAL, feed.store_shard(caller.store_id), own):
        raise Refused(http.SHARD_UNKNOWN, detail=shard)


def _number(request: Request, name: str, preset: int, most: int) -> int:
    return _checked(request.query_params.get(name, str(preset)), name, most)


def _checked(text: str, name: str, most: int) -> int:
    """Return a number; raises Refused ``request.malformed`` for anything else, and for one above ``most``."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and int(text) <= most):
        raise Refused(http.MALFORMED, detail=name)
    return int(text)
