"""How an endpoint is declared: its structs decode the request, encode the answer and describe both at /docs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from head_office import bodies
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import MAX_DECOMPRESSED_BYTES, Answer, Problem

Asked = TypeVar("Asked", bound=msgspec.Struct)
JSON = "application/json"
RETRY_AFTER_MS = 2_000


@dataclass(frozen=True, slots=True)
class Query:
    """One query parameter, for /docs."""

    name: str
    kind: str
    about: str


def post(
    router: APIRouter, path: str, asked: type[Asked], answered: type[Answer], handler: Callable[[Asked], Answer]
) -> None:
    """Serve ``path``: the handler, run off the event loop, gets the decoded struct and returns the answer."""

    async def endpoint(request: Request) -> Response:
        raw = await read_body(request)
        encoding = request.headers.get("content-encoding", "").strip().lower()
        accepted = request.headers.get("accept-encoding", "")
        return await run_in_threadpool(lambda: reply(handler(bodies.decode(raw, encoding, asked)), accepted))

    extra = {"requestBody": {"required": True, "content": {JSON: {"schema": struct_ref(asked)}}}}
    _add(router, "POST", path, endpoint, answered, handler.__doc__, extra)


def get(
    router: APIRouter,
    path: str,
    answered: type[Answer],
    endpoint: Callable[..., Any],
    *,
    query: tuple[Query, ...] = (),
    with_session: bool = True,
) -> None:
    """Serve ``path`` with an ``endpoint`` that takes the request and returns a response."""
    parameters = [
        {"name": each.name, "in": "query", "description": each.about, "schema": {"type": each.kind}} for each in query
    ]
    if with_session:
        parameters.append(session_parameter())
    _add(router, "GET", path, endpoint, answered, endpoint.__doc__, {"parameters": parameters} if parameters else {})


def session_parameter() -> dict[str, Any]:
    """Describe the header that carries the session of a GET."""
    return {"name": http.SESSION_HEADER, "in": "header", "required": True, "schema": {"type": "string"}}


def struct_ref(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return a reference to a struct's schema."""
    return {"$ref": f"#/components/schemas/{struct.__name__}"}


def reply(answer: Answer, accepted: str) -> Response:
    """Return an answer as a response, compressed if that pays and the caller can read it."""
    body, encoding = bodies.encode(answer, accepted)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=JSON, headers=headers)


def refusal(error: PosError, incarnation: str) -> Response:
    """Return the problem that an error means for the caller."""
    code, retry_after_ms = error.code, None
    if isinstance(error, Unavailable) or code == http.BUSY:
        code, retry_after_ms = http.BUSY, RETRY_AFTER_MS
    status = http.STATUS.get(code, 500)
    problem = Problem(code, str(error.facts.get("detail", "")), incarnation, retry_after_ms)
    return Response(
        msgspec.json.encode(problem), status_code=status, media_type=JSON, headers={"Cache-Control": "no-store"}
    )


async def read_body(request: Request) -> bytes:
    """Return the body as sent; raises Refused ``request.too_large`` as soon as there is too much of it."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > MAX_DECOMPRESSED_BYTES:
            raise Refused(http.TOO_LARGE)
    return bytes(parts)


def _add(
    router: APIRouter,
    method: str,
    path: str,
    endpoint: Callable[..., Any],
    answered: type[Answer],
    about: str | None,
    extra: dict[str, Any],
) -> None:
    problem = {"description": "Refused", "content": {JSON: {"schema": struct_ref(Problem)}}}
    described = {
        **extra,
        "responses": {
            "200": {"description": "Answer", "content": {JSON: {"schema": struct_ref(answered)}}},
            "default": problem,
        },
    }
    router.add_api_route(
        path,
        endpoint,
        methods=[method],
        response_class=Response,
        openapi_extra=described,
        summary=path,
        description=about or "",
    )
