"""The change feed, with long poll."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from head_office import feed
from head_office.office import Office
from head_office.routes.endpoint import Query, admit, get, reply
from head_office.sessions import Caller
from pos_app.errors import Refused
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import MAX_FEED_ITEMS, FeedAnswer

LOOK_AGAIN_S = 1.0  # another process of head office rings another bell

QUERY = (
    Query("shard", "string", "global, store:{id} of your store, or terminal:{id}/{epoch} of yourself"),
    Query("incarnation", "string", "the incarnation that the cursor belongs to"),
    Query("cursor", "integer", "the last position you have"),
    Query("limit", "integer", f"at most {MAX_FEED_ITEMS}"),
    Query("wait", "integer", f"seconds to wait for a change, at most {http.MAX_WAIT_S}"),
)


def router(office: Office) -> APIRouter:
    """Return the route that gives changes after a cursor."""
    routes = APIRouter(tags=["feed"])

    async def endpoint(request: Request) -> Response:
        """Return the changes after the cursor, or wait for one."""
        caller = admit(office, request)
        shard = request.query_params.get("shard", "")
        _check_shard(caller, shard)
        if request.query_params.get("incarnation", "") != office.identity.incarnation:
            raise Refused(http.FEED_RESYNC, detail="incarnation")
        cursor = _number(request, "cursor", 0, 2**62)
        limit = max(1, _number(request, "limit", MAX_FEED_ITEMS, MAX_FEED_ITEMS))
        page = await _changes(office, shard, cursor, limit, _number(request, "wait", 0, http.MAX_WAIT_S))
        answer = FeedAnswer(
            incarnation=office.identity.incarnation,
            server_time_ms=office.clock.now_ms(),
            shard=shard,
            items=page.items,
            next_pos=page.next_pos,
            head_pos=page.head_pos,
        )
        return reply(answer, request.headers.get("accept-encoding", ""))

    get(routes, http.FEED, FeedAnswer, endpoint, query=QUERY)
    return routes


async def _changes(office: Office, shard: str, cursor: int, limit: int, wait_s: int) -> feed.Page:
    until_ms = office.clock.mono_ms() + wait_s * 1_000
    with office.bell.listening() as ear:
        while True:
            page = await run_in_threadpool(feed.page, office.database, shard, cursor, limit)
            left_s = (until_ms - office.clock.mono_ms()) / 1_000
            if page.items or left_s <= 0:
                return page
            await ear.wait(min(left_s, LOOK_AGAIN_S))


def _check_shard(caller: Caller, shard: str) -> None:
    """Raise Refused ``feed.shard`` for a shard that is not the caller's business."""
    own = feed.terminal_shard(caller.terminal_id, caller.epoch)
    if shard not in (feed.GLOBAL, feed.store_shard(caller.store_id), own):
        raise Refused(http.SHARD_UNKNOWN, detail=shard)


def _number(request: Request, name: str, preset: int, most: int) -> int:
    text = request.query_params.get(name, str(preset))
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise Refused(http.MALFORMED, detail=name)
    return int(text)
