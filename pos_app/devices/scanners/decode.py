"""Read QR and linear codes in a picture: zxing-cpp first, pyzbar for what it missed.

Measured choices (field notes, decoding): formats are limited because ITF, Codabar, Code 39 and UPC-E are misread on
blurred pictures; pyzbar at half size reads QR only, linear codes there are misread, repeatedly the same way.
The libraries are imported by the first ``decode``, on the thread that decodes.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from pos_app.devices.base import Code, Frame
from pos_app.devices.scanners.payload import read_payload
from pos_app.errors import Refused

if TYPE_CHECKING:  # numpy is for the thread that decodes; at run time only the names are needed here
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]

log = logging.getLogger(__name__)

QR = "QR"
LINEAR = frozenset({"EAN13", "EAN8", "UPCA", "CODE128"})
GUESSED_BY_ZBAR = ("cp932", "big5", "latin-1")
CLAHE_CLIP = 3.0
CLAHE_TILES = (8, 8)

OnRefused = Callable[[Refused], None]


def tell_nobody(refused: Refused) -> None:
    """Drop what was refused."""


class ZxingDecoder:
    """Reads with zxing-cpp: 82 % of hard QR pictures, 4 ms at the median.

    ``on_refused`` is told of codes whose content is refused: ``scan.binary``, ``scan.too_long``, ``scan.empty``.
    """

    def __init__(self, on_refused: OnRefused = tell_nobody) -> None:
        self._on_refused = on_refused

    def decode(self, frame: Frame) -> list[Code]:
        """Return the codes that zxing-cpp reads."""
        return self.read(grey_array(frame))

    def read(self, grey: "Grey") -> list[Code]:
        """Return the codes in a grey picture."""
        import zxingcpp  # noqa: PLC0415  # device libraries load on their thread

        kinds = {zxingcpp.EAN13: "EAN13", zxingcpp.EAN8: "EAN8", zxingcpp.UPCA: "UPCA", zxingcpp.Code128: "CODE128"}
        try:
            wanted = zxingcpp.BarcodeFormats([zxingcpp.QRCode, *kinds])
            found = zxingcpp.read_barcodes(grey, formats=wanted, text_mode=zxingcpp.TextMode.Plain)
            read = [(kinds.get(code.format, QR), code.bytes) for code in found if code.valid]
        except (ValueError, TypeError, RuntimeError) as error:
            log.info("decode.failed reader=zxing cause=%s", error)
            return []
        return _codes(read, self._on_refused)


class PyzbarDecoder:
    """Reads with zbar: fewer pictures at more cost, but others than zxing-cpp. Needs the system's libzbar."""

    def __init__(self, on_refused: OnRefused = tell_nobody) -> None:
        self._on_refused = on_refused
        self._missing = False

    def decode(self, frame: Frame) -> list[Code]:
        """Return the codes that zbar reads at full size."""
        return self.read(grey_array(frame))

    def read(self, grey: "Grey", *, qr_only: bool = False) -> list[Code]:
        """Return the codes in a grey picture; none where libzbar is not installed."""
        if self._missing:
            return []
        try:
            from pyzbar import pyzbar  # noqa: PLC0415  # device libraries load on their thread
        except ImportError as error:
            self._missing = True
            log.info("decode.without_zbar cause=%s", error)
            return []
        kind = pyzbar.ZBarSymbol
        kinds = {"EAN13": kind.EAN13, "EAN8": kind.EAN8, "UPCA": kind.UPCA, "CODE128": kind.CODE128}
        wanted = [kind.QRCODE] if qr_only else [kind.QRCODE, *kinds.values()]
        try:
            found = pyzbar.decode(grey, symbols=wanted)
        except (ValueError, TypeError, RuntimeError, pyzbar.PyZbarError) as error:
            log.info("decode.failed reader=zbar cause=%s", error)
            return []
        read = [(code.type if code.type in kinds else QR, code.data) for code in found]
        return _codes(((kind, data) for kind, raw in read if (data := _ungarbled(raw)) is not None), self._on_refused)


class ChainDecoder:
    """Reads live pictures within a camera's pace: zxing-cpp, and on every second miss zbar at half size for QR."""

    def __init__(self, on_refused: OnRefused = tell_nobody) -> None:
        self._zxing = ZxingDecoder(on_refused)
        self._zbar = PyzbarDecoder(on_refused)
        self._misses = 0

    def decode(self, frame: Frame) -> list[Code]:
        """Return the codes of one picture of a stream; 17 ms at the mean for 720p, 50 ms at most."""
        grey = grey_array(frame)
        if codes := self._zxing.read(grey):
            self._misses = 0
            return codes
        self._misses += 1
        return self._zbar.read(_halved(grey), qr_only=True) if self._misses % 2 == 0 else []


class ThoroughDecoder:
    """Reads a still picture with everything there is, cheapest first; up to half a second for a large picture.

    Linear codes that only an enhanced picture shows are believed when two of the readings agree on them.
    """

    def __init__(self, on_refused: OnRefused = tell_nobody) -> None:
        self._zxing = ZxingDecoder(on_refused)
        self._zbar = PyzbarDecoder(on_refused)

    def decode(self, frame: Frame) -> list[Code]:
        """Return the codes of one picture."""
        grey = grey_array(frame)
        codes = self._zxing.read(grey) or self._zbar.read(grey)
        if codes:
            return codes
        seen: list[Code] = []
        for enhanced in _enhanced(grey):
            for code in self._zxing.read(enhanced):
                if code.symbology == QR or code in seen:
                    return [code]
                seen.append(code)
        return []


def grey_array(frame: Frame) -> "Grey":
    """Return the frame as a numpy array without copying it."""
    import numpy as np  # noqa: PLC0415  # heavy

    rows = np.frombuffer(frame.grey, dtype=np.uint8, count=frame.stride * (frame.height - 1) + frame.width)
    return np.lib.stride_tricks.as_strided(
        rows, shape=(frame.height, frame.width), strides=(frame.stride, 1), writeable=False
    )


def _halved(grey: "Grey") -> "Grey":
    import cv2  # noqa: PLC0415  # heavy
    import numpy as np  # noqa: PLC0415

    try:
        return cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    except cv2.error as error:  # a picture one dot high
        log.info("decode.failed reader=opencv cause=%s", error)
        return grey


def _enhanced(grey: "Grey") -> Iterator["Grey"]:
    """Yield the picture with more contrast, then larger: what raised zxing-cpp's rate most for its price."""
    import cv2  # noqa: PLC0415  # heavy
    import numpy as np  # noqa: PLC0415

    try:
        contrast = cv2.createCLAHE(CLAHE_CLIP, CLAHE_TILES).apply(grey).astype(np.uint8, copy=False)
        yield contrast
        for small in (grey, contrast):
            yield cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    except cv2.error as error:
        log.info("decode.failed reader=opencv cause=%s", error)


def _codes(read: Iterable[tuple[str, bytes]], on_refused: OnRefused) -> list[Code]:
    codes: list[Code] = []
    for symbology, data in read:
        try:
            code = _named(symbology, read_payload(data, ("utf-8", "gb18030") if symbology == QR else ("latin-1",)))
        except Refused as refused:
            on_refused(refused)
            continue
        if code not in codes:
            codes.append(code)
    return codes


def _named(symbology: str, text: str) -> Code:
    """Give a UPC-A one name and one length: readers return it as an EAN-13 with a leading zero, or as 12 digits."""
    if symbology == "EAN13" and len(text) == 13 and text.startswith("0"):
        return Code(text[1:], "UPCA")
    return Code(text, symbology)


def _ungarbled(data: bytes) -> bytes | None:
    """Undo zbar's guess of an encoding, or give up: a wrong text is worse than none.

    zbar returns UTF-8 made from what it took the code's bytes for. A text that none of its guesses could have made
    was UTF-8 in the code; one whose guess hides UTF-8 is put right; between others nobody can tell.
    """
    if data.isascii():
        return data
    text = data.decode("utf-8", "replace")
    possible = [raw for guess in GUESSED_BY_ZBAR if (raw := _encoded(text, guess)) is not None]
    hidden = [raw for raw in possible if _is_utf8(raw)]
    if hidden:
        return hidden[0]
    return None if possible else data


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
