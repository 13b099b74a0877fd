"""Facts come up, rights go down."""

from fastapi import APIRouter

from head_office.intake import Intake
from head_office.office import Office
from head_office.receipts import ReceiptDesk
from head_office.rights import RightsDesk
from head_office.rotation import Rotation
from head_office.routes.admission import Doors
from head_office.routes.endpoint import signed_post
from head_office.statements import StatementDesk
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import (
    PushAnswer,
    PushRequest,
    ReceiptAnswer,
    ReceiptRequest,
    RightsAnswer,
    RightsRequest,
    RotateAnswer,
    RotateRequest,
    StatementAnswer,
    StatementRequest,
)


def router(office: Office, doors: Doors) -> APIRouter:
    """Return the routes for pushing the log and asking for rights."""
    routes = APIRouter(tags=["facts"])
    signed_post(routes, http.PUSH, PushRequest, PushAnswer, office, doors.crowd, Intake(office).push)
    signed_post(routes, http.ROTATE, RotateRequest, RotateAnswer, office, doors.crowd, Rotation(office).rotate)
    signed_post(routes, http.RIGHTS, RightsRequest, RightsAnswer, office, doors.counter, RightsDesk(office).request)
    signed_post(routes, http.RECEIPT, ReceiptRequest, ReceiptAnswer, office, doors.counter, ReceiptDesk(office).look)
    desk = StatementDesk(office)
    signed_post(routes, http.STATEMENT, StatementRequest, StatementAnswer, office, doors.counter, desk.look)
    return routes
