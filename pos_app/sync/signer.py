"""Signs the requests of a session: one counter for the whole process, so that no two requests are ever alike."""

import threading
from collections.abc import Callable

from pos_app.sync.wire import signing


class Signer:
    """Makes the signature fields of a request; may be used by several threads.

    Args:
        name: of the key, as ``signing.key_id`` makes it.
        sign: the device key's signature over the given bytes.
    """

    def __init__(self, name: str, sign: Callable[[bytes], bytes]) -> None:
        self._name = name
        self._sign = sign
        self._lock = threading.Lock()
        self._counter = 0

    def fields(self, method: str, target: str, session: str, body: bytes | None) -> dict[str, str]:
        """Return the header fields that sign one sending of a request to ``target`` (path and query)."""
        with self._lock:
            self._counter += 1
            counter = self._counter
        path, _, query = target.partition("?")
        params = signing.parameters(counter, self._name, has_body=body is not None)
        asked = signing.Asked(method, path, query, session, body)
        return signing.fields(asked, params, self._sign(signing.signature_base(asked, params)))
