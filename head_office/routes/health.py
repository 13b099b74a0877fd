"""Is head office really there: a signed answer that no captive portal can give."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from head_office.office import Office
from head_office.routes.endpoint import get, reply
from pos_app.errors import Refused
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import AuthorityAnswer, HealthAnswer
from pos_app.sync.wire.signatures import health_bytes


def router(office: Office, authority: bytes) -> APIRouter:
    """Return the cheap routes that touch no database; ``authority`` is the PEM that tills pin, or empty."""
    routes = APIRouter(tags=["health"])

    async def endpoint(request: Request) -> Response:
        """Say who answers, signed with head office's key."""
        identity, now_ms = office.identity, office.clock.now_ms()
        signed = identity.signing_key.sign(health_bytes(identity.incarnation, now_ms))
        answer = HealthAnswer(incarnation=identity.incarnation, server_time_ms=now_ms, signature=signed.signature)
        return reply(answer, request.headers.get("accept-encoding", ""))

    async def root(request: Request) -> Response:
        """Show the authority that tills pin; who fetches it so must compare its fingerprint."""
        if not authority:
            raise Refused(http.AUTHORITY_NONE)
        answer = AuthorityAnswer(
            incarnation=office.identity.incarnation, server_time_ms=office.clock.now_ms(), certificate=authority
        )
        return reply(answer, request.headers.get("accept-encoding", ""))

    get(routes, http.HEALTH, HealthAnswer, endpoint, with_session=False)
    get(routes, http.AUTHORITY, AuthorityAnswer, root, with_session=False)
    return routes
