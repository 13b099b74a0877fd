"""Chance from a number: for the choices of one step."""

from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")
MULTIPLIER, INCREMENT, BITS = 6364136223846793005, 1442695040888963407, 64
MASK = 2**BITS - 1


class Choice:
    """A small stream of choices from one number: a step that is left out of a script changes no other step's.

    Source: the multiplier and increment of Knuth's MMIX generator.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & MASK

    def below(self, n: int) -> int:
        """Return a number from 0 to ``n`` - 1."""
        self._state = (self._state * MULTIPLIER + INCREMENT) & MASK
        return (self._state >> 33) % n

    def happens(self, percent: float) -> bool:
        """Say yes so many times in a hundred."""
        return self.below(10_000) < percent * 100

    def of(self, things: Sequence[_T]) -> _T:
        """Return one of the things."""
        return things[self.below(len(things))]
