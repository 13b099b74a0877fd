"""The directory as a file: manifest and chunks."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from head_office import lives
from head_office.office import Office
from head_office.routes.admission import Doors
from head_office.routes.endpoint import JSON, Query, admit, get, reply, signed_parameters, struct_ref
from head_office.snapshots import SnapshotDesk
from pos_app.errors import Refused
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import Problem, SnapshotManifest

MAX_DIGITS = 9
BINARY = "application/octet-stream"
AT_ONCE_BYTES = 1024 * 1024  # read by a thread at a time: a chunk of 4 MiB in four steps
QUERY = (Query("shard", "string", "global, or store:{id} of your store; absent: both"),)
CHUNK_RESPONSES = {
    "200": {"description": "The chunk", "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}},
    "206": {
        "description": "The part asked for",
        "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}},
    },
    "default": {"description": "Refused", "content": {JSON: {"schema": struct_ref(Problem)}}},
}


class ChunkFile(FileResponse):
    """A chunk's file, in few steps."""

    chunk_size = AT_ONCE_BYTES


def router(office: Office, doors: Doors) -> APIRouter:
    """Return the routes that hand out snapshots."""
    routes = APIRouter(tags=["directory"])
    door = doors.crowd
    desk = SnapshotDesk(office)

    async def manifest(request: Request) -> Response:
        """Return a fresh directory file of the caller's store, or of one shard; builds it if there is none."""
        caller = admit(office, request)
        await door.through(lambda: lives.check_trades(office.database, caller))
        answer = await door.through(lambda: desk.manifest(caller, request.query_params.get("shard", "")))
        return reply(answer, request.headers.get("accept-encoding", ""))

    async def chunk(request: Request) -> Response:
        """Return one chunk, or the part of it that Range asks for."""
        caller = admit(office, request)
        number = request.path_params["n"]
        if not (number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS):
            raise Refused(http.SNAPSHOT_UNKNOWN)
        path = await door.through(lambda: desk.chunk(caller, request.path_params["snapshot_id"], int(number)))
        return ChunkFile(path, media_type=BINARY, headers={"Cache-Control": "private, max-age=600"})

    get(routes, http.SNAPSHOT_MANIFEST, SnapshotManifest, manifest, query=QUERY)
    routes.add_api_route(
        http.SNAPSHOT_CHUNK,
        chunk,
        methods=["GET"],
        response_class=Response,
        summary=http.SNAPSHOT_CHUNK,
        description=chunk.__doc__ or "",
        openapi_extra={
            "parameters": [
                {"name": "snapshot_id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "n", "in": "path", "required": True, "schema": {"type": "integer"}},
                *signed_parameters(with_body=False),
            ],
            "responses": CHUNK_RESPONSES,
        },
    )
    return routes
