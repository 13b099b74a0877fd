"""The device keys of one till, one after the other: the next is kept before it is told, the last until no more needed.

Three secrets in the keystore: ``device`` is in force; ``device.next`` was made and perhaps told; ``device.before`` was
in force, for a head office that is restored from a backup older than the change. Saving and deleting one of them is
whole or not at all, and every order of kills between leaves a state from which the handshake finds the right key.
"""

from collections.abc import Callable, Sequence

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged
from pos_app.sync.keys import SEED_BYTES, DeviceKey
from pos_app.sync.keystore import DEVICE, KeyStore, device_key

NEXT, BEFORE, MADE = "device.next", "device.before", "device.made"
LIFETIME_MS = 90 * 24 * 3_600_000


class DeviceKeys:
    """The key in force and its neighbours. Used on the sync lanes, under the link's lock.

    Args:
        keys: where they lie. ``token``: unpredictable bytes of a given length.
        now_ms: the wall clock, for the age of a key alone: a wrong one changes keys early or late, nothing else.
    """

    def __init__(self, keys: KeyStore, token: Callable[[int], bytes], now_ms: Callable[[], int]) -> None:
        self._keys = keys
        self._token = token
        self._now_ms = now_ms
        self._current = device_key(keys, token)
        self._next = self._neighbour(NEXT)
        self._before = self._neighbour(BEFORE)
        self._made_ms = self._when_made()

    @property
    def public(self) -> bytes:
        """The public half of the key in force."""
        return self._current.public

    @property
    def is_due(self) -> bool:
        """Say whether the key in force is 90 days old, or a new one was made and is not in force yet."""
        return self._next is not None or self._now_ms() - self._made_ms >= LIFETIME_MS

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the key in force."""
        return self._current.sign(message)

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return what was sealed to any of the keys; raises Damaged ``key.sealed``."""
        *others, last = self.candidates()
        for key in others:
            try:
                return key.open_sealed(sealed)
            except Damaged:
                continue
        return last.open_sealed(sealed)

    def candidates(self) -> Sequence[DeviceKey]:
        """Return the keys that head office may know this till by, the likeliest first."""
        return [key for key in (self._next, self._current, self._before) if key is not None]

    def prepare(self) -> DeviceKey:
        """Return the next key, made and kept at the first call; raises Unavailable ``keystore.write``."""
        if self._next is None:
            seed = self._token(SEED_BYTES)
            self._keys.save(NEXT, seed)
            mark(CommitPoint.ROTATE_PREPARED_BEFORE_TOLD)
            self._next = DeviceKey(seed)
        return self._next

    def accepted(self, key: DeviceKey) -> None:
        """Put ``key`` in force: head office took it. Raises Unavailable ``keystore.write``; then it is tried again."""
        if key is self._next:
            self._keys.save(BEFORE, self._current.seed)
            mark(CommitPoint.ROTATE_FORMER_KEPT_BEFORE_SWITCH)
            self._keys.save(DEVICE, key.seed)
            mark(CommitPoint.ROTATE_SWITCHED_BEFORE_FORGET)
            self._made_ms = self._note_made()
            self._keys.forget(NEXT)
            self._before, self._current, self._next = self._current, key, None
        elif key is self._before:  # head office was restored: the change has to be made again
            self._keys.save(NEXT, self._current.seed)
            self._keys.save(DEVICE, key.seed)
            self._keys.forget(BEFORE)
            self._next, self._current, self._before = self._current, key, None

    def _neighbour(self, name: str) -> DeviceKey | None:
        seed = self._keys.load(name)
        if seed is None:
            return None
        if seed == self._current.seed:  # killed between two steps of ``accepted``
            self._keys.forget(name)
            return None
        return DeviceKey(seed)

    def _when_made(self) -> int:
        kept = self._keys.load(MADE)
        return self._note_made() if kept is None else int.from_bytes(kept, "big")

    def _note_made(self) -> int:
        now_ms = self._now_ms()
        self._keys.save(MADE, max(now_ms, 0).to_bytes(8, "big"))
        return now_ms
