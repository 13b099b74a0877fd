"""Branches: other histories of a terminal life, read from a disk that was rolled back or copied."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """Another history of a life: it knows the grants of its trunk, and its own carry ``suffix`` in the books."""

    trunk_no: int
    suffix: str
