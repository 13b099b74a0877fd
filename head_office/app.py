"""The HTTP application of one head office."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from head_office import openapi
from head_office.office import Office
from head_office.postman import Postman
from head_office.routes import changes, directory, facts, health, terminals
from head_office.routes.admission import Doors
from head_office.routes.endpoint import refusal
from pos_app.errors import PosError


def create_app(office: Office, authority: bytes = b"") -> FastAPI:
    """Return the application that serves ``office``; its postman works as long as it is served.

    ``authority`` is the PEM that tills pin, empty without https.
    """

    postman = Postman(office)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with postman:
            yield

    app = FastAPI(title="Head office", redoc_url=None, lifespan=lifespan)
    doors = Doors()
    app.include_router(terminals.router(office, doors, postman.greet))
    for topic in (facts, changes, directory):
        app.include_router(topic.router(office, doors))
    app.include_router(health.router(office, authority))

    async def refuse(_request: Request, error: Exception) -> Response:
        assert isinstance(error, PosError), error
        return refusal(error, office.identity.incarnation)

    def describe() -> dict[str, Any]:
        return openapi.describe(app)

    app.add_exception_handler(PosError, refuse)
    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way to replace it
    return app
