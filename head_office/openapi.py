"""/docs: the schemas of the wire structs, made by msgspec from the very types that decode and encode."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from pos_app.sync.wire import messages

REF = "#/components/schemas/{name}"
STRUCTS: tuple[type[msgspec.Struct], ...] = (
    messages.EnrolRequest,
    messages.EnrolAnswer,
    messages.AuthorityAnswer,
    messages.ChallengeRequest,
    messages.ChallengeAnswer,
    messages.HelloRequest,
    messages.HelloAnswer,
    messages.PushRequest,
    messages.PushAnswer,
    messages.FeedAnswer,
    messages.NewsAnswer,
    messages.RightsRequest,
    messages.RightsAnswer,
    messages.ReceiptRequest,
    messages.ReceiptAnswer,
    messages.StatementRequest,
    messages.StatementAnswer,
    messages.RotateRequest,
    messages.RotateAnswer,
    messages.SnapshotManifest,
    messages.HealthAnswer,
    messages.Problem,
)


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document: FastAPI's paths with msgspec's schemas, feed bodies included."""
    document = get_openapi(
        title="Head office", version=str(messages.PROTOCOL_VERSION), description=messages.__doc__, routes=app.routes
    )
    _, schemas = msgspec.json.schema_components([*STRUCTS, *messages.FEED_KINDS.values()], ref_template=REF)
    document["components"] = {"schemas": schemas}
    return document
