"""HTTP by requests: the only module that opens connections to head office."""

import ssl
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPSConnection
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from socket import SHUT_RDWR, socket
from urllib.parse import urlsplit

import requests
import zstandard
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connection import HTTPSConnection as SecureConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from pos_app.errors import Refused, Unavailable
from pos_app.sync.endpoints import NOT_HEAD_OFFICE, Download, Reply
from pos_app.sync.wire.messages import MAX_DECOMPRESSED_BYTES

CONNECT_S = 3.0
PIECE_BYTES = 64 * 1024
POOL_SIZE = 4
MAX_UNPROVEN_BYTES = 64 * 1024
ANSWER_S = 60.0  # a whole answer, however slowly it drips, once it has begun
UNREACHABLE = "head_office.unreachable"
STOPPED = "sync.stopped"


class RequestsWire:
    """Connections to one head office, shared by the lanes; kept alive, never redirected, no cookies.

    Args:
        url: for example ``https://hq.example``; a path in it goes before every target.
        authority: the one certificate (PEM) that may have signed head office's; None: whom the system trusts.

    Raises:
        Refused: ``head_office.not_https`` where an authority is pinned and the address would go round it.
    """

    def __init__(self, url: str, authority: Path | None = None) -> None:
        if authority is not None and urlsplit(url).scheme != "https":
            raise Refused("head_office.not_https", url=url)
        self._url = url.rstrip("/")
        self._lines = _Lines()
        self._http = requests.Session()
        self._http.trust_env = False
        if authority is not None:
            self._http.verify = str(authority)
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(self._lines)
        self._http.mount("http://", adapter)
        self._http.mount("https://", adapter)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float) -> Reply:
        """Send one request and wait for the whole answer (see ``endpoints.Wire``)."""
        asked = {"Accept-Encoding": "zstd, identity", **headers}
        with self._open(method, target, asked, body, read_s) as response:
            raw = self._whole(response)
            return Reply(response.status_code, _decoded(raw, response.headers.get("Content-Encoding", "")))

    @contextmanager
    def download(self, target: str, headers: Mapping[str, str], read_s: float) -> Iterator[Download]:
        """Open a large body (see ``endpoints.Wire``)."""
        with self._open("GET", target, headers, None, read_s) as response:
            yield Download(response.status_code, self._pieces(response))

    def abort(self) -> None:
        """Cut every connection now; threads that wait on one get Unavailable at once."""
        self._lines.cut()
        self._http.close()

    def _open(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float
    ) -> requests.Response:
        if self._lines.are_cut:
            raise Unavailable(STOPPED)
        try:
            response = self._http.request(
                method,
                self._url + target,
                headers=dict(headers),
                data=body,
                timeout=(CONNECT_S, read_s),
                stream=True,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise self._untrusted(error) from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._broken(error) from error
        if "Content-Length" not in response.headers and "Transfer-Encoding" not in response.headers:
            response.close()  # a head that was cut off: urllib3 takes it for whole, and the body for empty
            raise Unavailable(UNREACHABLE, cause="half a head")
        return response

    def _pieces(self, response: requests.Response) -> Iterator[bytes]:
        while True:
            try:
                piece = response.raw.read(PIECE_BYTES, decode_content=False)
            except (HTTPError, OSError) as error:
                raise self._broken(error) from error
            if not piece:
                return
            yield piece

    def _whole(self, response: requests.Response) -> bytes:
        """Return the body as it travelled; raises Unavailable when it is too long or never ends."""
        whole = bytearray()
        deadline = time.monotonic() + ANSWER_S
        for piece in self._pieces(response):
            whole += piece
            if len(whole) > MAX_DECOMPRESSED_BYTES:
                raise Unavailable(NOT_HEAD_OFFICE, cause="too long")
            if time.monotonic() > deadline:
                raise Unavailable(UNREACHABLE, cause="too slow")
        return bytes(whole)

    def _untrusted(self, error: Exception) -> Unavailable:
        """Tell a server that is not head office from a line that broke while the two greeted each other."""
        if self._lines.are_cut or "CERTIFICATE_VERIFY_FAILED" not in str(error):
            return self._broken(error)
        return Unavailable("head_office.untrusted", url=self._url)

    def _broken(self, error: Exception) -> Unavailable:
        return Unavailable(STOPPED) if self._lines.are_cut else Unavailable(UNREACHABLE, cause=type(error).__name__)


def _decoded(raw: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return raw
    if encoding != "zstd":
        raise Unavailable(NOT_HEAD_OFFICE, cause="encoding")
    reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    try:
        body = reader.read(MAX_DECOMPRESSED_BYTES + 1)
    except zstandard.ZstdError as error:
        raise Unavailable(NOT_HEAD_OFFICE, cause="zstd") from error
    if len(body) > MAX_DECOMPRESSED_BYTES:
        raise Unavailable(NOT_HEAD_OFFICE, cause="too long")
    return body


def fetch_unproven(url: str, target: str) -> bytes:
    """Return the body of an answer whose sender nobody has proved; for what proves itself by its fingerprint.

    Raises:
        Unavailable: ``head_office.unreachable``. Refused: ``head_office.not_https``.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise Refused("head_office.not_https", url=url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    line = HTTPSConnection(parts.hostname, parts.port or 443, timeout=CONNECT_S, context=context)
    try:
        line.request("GET", parts.path.rstrip("/") + target)
        return line.getresponse().read(MAX_UNPROVEN_BYTES)
    except (OSError, HTTPException) as error:
        raise Unavailable(UNREACHABLE, cause=type(error).__name__) from error
    finally:
        line.close()


class _Lines:
    """The open sockets, so that another thread can end a long poll at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket] = weakref.WeakSet()
        self.are_cut = False

    def add(self, line: socket | None) -> None:
        if line is None:
            return
        with self._lock:
            self._open.add(line)
            cut = self.are_cut
        if cut:
            _shut(line)

    def cut(self) -> None:
        with self._lock:
            self.are_cut = True
            lines = list(self._open)
        for line in lines:
            _shut(line)


def _shut(line: socket) -> None:
    try:
        line.shutdown(SHUT_RDWR)
    except OSError:
        return  # closed already


class _Adapter(HTTPAdapter):
    """Tells ``lines`` of every socket that a connection opens."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        super().__init__(pool_connections=1, pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT002 - requests' own signature
        **pool_kwargs: object,
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        lines = self._lines

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                lines.add(self.sock)

        class Secure(SecureConnection):
            def connect(self) -> None:
                super().connect()
                lines.add(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
