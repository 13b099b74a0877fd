"""Event bodies of older programs, brought to the shape of today: one pure function a kind and version.

A stored body is hashed and never rewritten; only what is read from it changes. A version that only adds fields with
defaults needs no step. When ``SCHEMA_VERSION`` grows, the step from the version before it is added here, real bodies
of that version are added to the tests, and the steps of a version that is no longer read go.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from pos_app.errors import Damaged

VERSIONS_BACK = 2  # how many older versions are read

Tree: TypeAlias = dict[str, Any]  # Any: a fact as plain JSON
Step: TypeAlias = Callable[[Tree], Tree]

# (kind, version) to what makes version + 1 of it.
STEPS: dict[tuple[str, int], Step] = {}


def upcast(
    kind: str, version: int, fact: msgspec.Raw, newest: int, steps: Mapping[tuple[str, int], Step] = STEPS
) -> msgspec.Raw:
    """Return the fact as version ``newest`` says it; the same bytes where no step is needed.

    Raises:
        Damaged: ``event.too_old`` for a version that is no longer read, ``event.malformed`` where a step finds
            something else than its version promises.
    """
    if not max(1, newest - VERSIONS_BACK) <= version <= newest:
        raise Damaged("event.too_old", kind=kind, version=version)
    wanted = [steps[kind, each] for each in range(version, newest) if (kind, each) in steps]
    if not wanted:
        return fact
    try:
        tree: Tree = msgspec.json.decode(fact, type=dict[str, Any])
        for step in wanted:
            tree = step(tree)
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise Damaged("event.malformed", kind=kind, version=version, cause=str(error)) from error
    return msgspec.Raw(msgspec.json.encode(tree))
