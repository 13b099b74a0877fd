"""How an endpoint is declared: its structs decode the request, encode the answer and describe both at /docs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from head_office import bodies, doorman
from head_office.office import Office
from head_office.routes.admission import RETRY_AFTER_MS, Door
from head_office.sessions import Caller
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.sync.wire import http, signing
from pos_app.sync.wire.messages import (
    MAX_DECOMPRESSED_BYTES,
    Answer,
    Problem,
    PushRequest,
    ReceiptRequest,
    RightsRequest,
    RotateRequest,
    StatementRequest,
)
from pos_app.sync.wire.signing import Asked

Spoken = TypeVar("Spoken", bound=msgspec.Struct)
OfSession = TypeVar("OfSession", bound=PushRequest | RightsRequest | ReceiptRequest | StatementRequest | RotateRequest)
JSON = "application/json"
MAX_STRANGER_BYTES = 64 * 1024  # of a request outside a session
LENGTH_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Query:
    """One query parameter, for /docs."""

    name: str
    kind: str
    about: str


def post(
    router: APIRouter,
    path: str,
    asked: type[Spoken],
    answered: type[Answer],
    door: Door,
    handler: Callable[[Spoken], Answer],
) -> None:
    """Serve ``path``: the handler, run behind ``door``, gets the decoded struct and returns the answer."""

    async def endpoint(request: Request) -> Response:
        raw = await read_body(request, MAX_STRANGER_BYTES)
        encoding = request.headers.get("content-encoding", "").strip().lower()
        accepted = request.headers.get("accept-encoding", "")
        return await door.through(lambda: reply(handler(bodies.decode(raw, encoding, asked)), accepted))

    extra = {"requestBody": {"required": True, "content": {JSON: {"schema": struct_ref(asked)}}}}
    _add(router, "POST", path, endpoint, answered, handler.__doc__, extra)


def signed_post(
    router: APIRouter,
    path: str,
    asked: type[OfSession],
    answered: type[Answer],
    office: Office,
    door: Door,
    handler: Callable[[OfSession], Answer],
) -> None:
    """Serve ``path`` to signed requests whose body names the session that they are signed for."""

    async def endpoint(request: Request) -> Response:
        token = _field(request, http.SESSION_HEADER)
        office.sessions.caller(token)  # before so much as a body is read
        raw = await read_body(request)
        encoding = request.headers.get("content-encoding", "").strip().lower()
        accepted = request.headers.get("accept-encoding", "")

        def work() -> Response:
            _admit(office, request, raw)
            said = bodies.decode(raw, encoding, asked)
            if said.session != token:
                raise Refused(http.SESSION_UNKNOWN, detail="body and header differ")
            return reply(handler(said), accepted)

        return await door.through(work)

    extra = {
        "parameters": signed_parameters(with_body=True),
        "requestBody": {"required": True, "content": {JSON: {"schema": struct_ref(asked)}}},
    }
    _add(router, "POST", path, endpoint, answered, handler.__doc__, extra)


def admit(office: Office, request: Request) -> Caller:
    """Return who sent a signed request without a body (see ``doorman.admit``)."""
    return _admit(office, request, None)


def _admit(office: Office, request: Request, body: bytes | None) -> Caller:
    raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    asked = Asked(
        method=request.method,
        path=raw_path.partition(b"?")[0].decode("latin-1"),
        query=request.scope["query_string"].decode("latin-1"),
        session=_field(request, http.SESSION_HEADER),
        body=body,
    )
    digest, signature_input = _field(request, signing.CONTENT_DIGEST), _field(request, signing.SIGNATURE_INPUT)
    return doorman.admit(office.sessions, asked, digest, signature_input, _field(request, signing.SIGNATURE))


def _field(request: Request, name: str) -> str:
    """Return a header field; one that came several times is joined as HTTP tells, and then fits no profile."""
    return ", ".join(request.headers.getlist(name))


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
        parameters += signed_parameters(with_body=False)
    _add(router, "GET", path, endpoint, answered, endpoint.__doc__, {"parameters": parameters} if parameters else {})


def signed_parameters(*, with_body: bool) -> list[dict[str, Any]]:
    """Describe the header fields of a signed request."""
    names = [http.SESSION_HEADER, signing.SIGNATURE_INPUT, signing.SIGNATURE]
    if with_body:
        names.append(signing.CONTENT_DIGEST)
    return [{"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in names]


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
        said = error.facts.get("retry_after_ms")
        code, retry_after_ms = http.BUSY, said if isinstance(said, int) else RETRY_AFTER_MS
    status = http.STATUS.get(code, 500)
    problem = Problem(code, str(error.facts.get("detail", "")), incarnation, retry_after_ms)
    return Response(
        msgspec.json.encode(problem), status_code=status, media_type=JSON, headers={"Cache-Control": "no-store"}
    )


async def read_body(request: Request, most: int = MAX_DECOMPRESSED_BYTES) -> bytes:
    """Return the body as sent, at most ``most`` bytes.

    Raises:
        Refused: ``request.too_large`` as soon as that is known, ``request.malformed`` when the line ended first.
    """
    length = request.headers.get("content-length", "0")
    if len(length) > LENGTH_DIGITS or (length.isdigit() and int(length) > most):
        raise Refused(http.TOO_LARGE)
    parts = bytearray()
    try:
        async for part in request.stream():
            parts += part
            if len(parts) > most:
                raise Refused(http.TOO_LARGE)
    except ClientDisconnect as error:
        raise Refused(http.MALFORMED, detail="half a body") from error
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
