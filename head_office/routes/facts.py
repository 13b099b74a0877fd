"""Facts come up, rights go down."""

from fastapi import APIRouter

from head_office.intake import Intake
from head_office.office import Office
from head_office.rights import RightsDesk
from head_office.routes.endpoint import post
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import PushAnswer, PushRequest, RightsAnswer, RightsRequest


def router(office: Office) -> APIRouter:
    """Return the routes for pushing the log and asking for rights."""
    routes = APIRouter(tags=["facts"])
    post(routes, http.PUSH, PushRequest, PushAnswer, Intake(office).push)
    post(routes, http.RIGHTS, RightsRequest, RightsAnswer, RightsDesk(office).request)
    return routes
