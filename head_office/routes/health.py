"""Is head office really there: a signed answer that no captive portal can give."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from head_office.office import Office
from head_office.routes.endpoint import get, reply
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import HealthAnswer
from pos_app.sync.wire.signatures import health_bytes


def router(office: Office) -> APIRouter:
    """Return the cheap route that touches no database."""
    routes = APIRouter(tags=["health"])

    async def endpoint(request: Request) -> Response:
        """Say who answers, signed with head office's key."""
        identity, now_ms = office.identity, office.clock.now_ms()
        signed = identity.signing_key.sign(health_bytes(identity.incarnation, now_ms))
        answer = HealthAnswer(incarnation=identity.incarnation, server_time_ms=now_ms, signature=signed.signature)
        return reply(answer, request.headers.get("accept-encoding", ""))

    get(routes, http.HEALTH, HealthAnswer, endpoint, with_session=False)
    return routes
