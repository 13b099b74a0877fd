"""Enrolment and handshake."""

from collections.abc import Callable

from fastapi import APIRouter

from head_office.enrolment import Enrolment
from head_office.handshake import Handshake
from head_office.office import Office
from head_office.routes.admission import Doors
from head_office.routes.endpoint import post
from head_office.sessions import Caller
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import (
    ChallengeAnswer,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    HelloAnswer,
    HelloRequest,
)


def router(office: Office, doors: Doors, greet: Callable[[Caller], None]) -> APIRouter:
    """Return the routes by which a device becomes a terminal and a terminal gets a session.

    ``greet`` is told of every live terminal that was let in.
    """
    routes = APIRouter(tags=["terminals"])
    handshake = Handshake(office, greet)
    post(routes, http.ENROL, EnrolRequest, EnrolAnswer, doors.crowd, Enrolment(office).enrol)
    post(routes, http.CHALLENGE, ChallengeRequest, ChallengeAnswer, doors.crowd, handshake.challenge)
    post(routes, http.HELLO, HelloRequest, HelloAnswer, doors.crowd, handshake.hello)
    return routes
