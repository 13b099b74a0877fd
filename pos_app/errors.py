"""The three errors that the program means: a rule said no, wait, or data is damaged.

PosError
├── Refused       the cashier changes the request; nothing is broken
├── Unavailable   disk, network or device: wait or retry; nothing is lost
└── Damaged       stored or received data breaks an invariant: support
"""


class PosError(Exception):
    """Base of all deliberate errors.

    ``code`` is stable and is what tests, logs and translations key on; ``facts`` are the
    values that a message needs. Neither ever holds a sentence: ``ui/messages.py`` writes those.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class Refused(PosError):
    """A rule said no. The cashier changes the request; nothing is broken."""


class Unavailable(PosError):
    """Disk, network or device does not answer. Waiting or retrying may help; what was committed is kept."""


class Damaged(PosError):
    """Stored or received data breaks an invariant. Support is needed; the data is kept aside."""
