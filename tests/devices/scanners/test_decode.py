"""Decoders on real photographs and on hostile codes; each reader alone, the chain, and the thorough one."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
from PIL import Image

from pos_app.devices.base import Code, Frame
from pos_app.devices.scanners.decode import ChainDecoder, PyzbarDecoder, ThoroughDecoder, ZxingDecoder

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"
READERS = [ZxingDecoder, PyzbarDecoder, ChainDecoder, ThoroughDecoder]


def frame_of(grey):
    return Frame(grey.shape[1], grey.shape[0], grey.shape[1], np.ascontiguousarray(grey).tobytes())


def qr_frame(content, **options):
    image = io.BytesIO()
    segno.make_qr(content, **options).save(image, kind="png", scale=6, border=4)
    return frame_of(np.array(Image.open(image).convert("L")))


def read_twice(decoder, frame):
    """The chain tries its second reader on every second picture."""
    return decoder.decode(frame) or decoder.decode(frame)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", ["M0012345678901", "HTTPS://EXAMPLE/R/1", "星宝贝 VIP", "陈雨婷 138"])
def test_a_clean_qr_is_read_by_every_reader(reader, text):
    assert read_twice(reader(), qr_frame(text)) == [Code(text, "QR")]


def test_zbar_keeps_silent_where_its_guess_of_the_encoding_cannot_be_checked():
    assert PyzbarDecoder().decode(qr_frame("星宝贝母婴", encoding="gb2312")) == []


@pytest.mark.parametrize("reader", READERS)
def test_empty_walls_hold_no_code(reader):
    assert read_twice(reader(), frame_of(np.full((480, 640), 127, np.uint8))) == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("size", [(1, 1), (1, 640), (3, 5), (480, 1)])
def test_a_picture_of_no_size_harms_nobody(reader, size):
    assert read_twice(reader(), frame_of(np.zeros(size, np.uint8))) == []


@pytest.mark.parametrize("reader", [ZxingDecoder, ChainDecoder, ThoroughDecoder])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bytes(range(256)) * 8, "scan.binary"),
        (b"\x1bp\x00\x32\x32", "scan.binary"),
        ("SALE\u202e001".encode(), "scan.binary"),
        (b"A" * 600, "scan.too_long"),
    ],
)
def test_a_hostile_payload_is_refused_by_name_and_never_returned(reader, content, code):
    refused = []

    codes = reader(refused.append).decode(qr_frame(content))

    assert codes == []
    assert {refusal.code for refusal in refused} == {code}


def test_rows_with_padding_are_read_like_rows_without():
    tight = qr_frame("M0012345678901")
    rows = np.frombuffer(tight.grey, np.uint8).reshape(tight.height, tight.width)
    padded = np.pad(rows, ((0, 0), (0, 13)), constant_values=0)

    codes = ZxingDecoder().decode(Frame(tight.width, tight.height, tight.width + 13, padded.tobytes()))

    assert codes == [Code("M0012345678901", "QR")]


def test_dark_mode_codes_are_read():
    frame = qr_frame("M0012345678901")

    inverted = Frame(frame.width, frame.height, frame.stride, bytes(255 - grey for grey in frame.grey))

    assert ChainDecoder().decode(inverted) == [Code("M0012345678901", "QR")]


@dataclass(frozen=True)
class Sample:
    name: str
    frame: Frame
    truth: frozenset


def bare(text):
    """UPC-A may come with a leading zero."""
    return text.strip().lstrip("0")


@pytest.fixture(scope="module")
def samples():
    if not (SAMPLES / "MANIFEST.csv").exists():
        pytest.skip("the photographs are not here")
    found = []
    with (SAMPLES / "MANIFEST.csv").open(encoding="utf-8", newline="") as manifest:
        for row in csv.DictReader(manifest):
            path = SAMPLES / row["file"]
            truth = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
            grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            found.append(Sample(row["file"], frame_of(grey), frozenset(bare(line) for line in truth if line.strip())))
    return found


def read_names(decoder, samples):
    """Return the names of the photographs on which at least one expected code was read."""
    return {
        sample.name for sample in samples if sample.truth & {bare(code.text) for code in decoder.decode(sample.frame)}
    }


def test_the_thorough_decoder_reads_at_least_what_the_two_readers_read_together(samples, record_property):
    zxing, zbar, ours = (read_names(reader(), samples) for reader in (ZxingDecoder, PyzbarDecoder, ThoroughDecoder))
    record_property("decoded", {"zxing": len(zxing), "zbar": len(zbar), "union": len(zxing | zbar), "ours": len(ours)})

    assert len(zxing) > len(samples) // 2
    assert len(ours) >= len(zxing | zbar)


def test_the_live_chain_reads_at_least_what_zxing_reads_alone(samples):
    assert read_names(ChainDecoder(), samples) >= read_names(ZxingDecoder(), samples)


def test_nothing_is_read_where_nothing_is(samples):
    empty = [sample for sample in samples if not sample.truth]

    found = {sample.name: ThoroughDecoder().decode(sample.frame) for sample in empty}

    assert len(empty) >= 5
    assert {name for name, codes in found.items() if codes} == set()
