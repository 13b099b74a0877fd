"""The slip of a held sale as paper (挂单小票): what waits, for whom, and the code that takes it back."""

from collections.abc import Iterator

from pos_app.domain.basket import BasketLine
from pos_app.domain.paper import Blank, Block, Notice, Pair, Paper, QrCode, Rule, Text
from pos_app.domain.receipts import ReceiptHeader, paper_amount, shop_lines
from pos_app.domain.till import HeldSale
from pos_app.domain.words import HoldWords


def hold_slip(held: HeldSale, code: str, header: ReceiptHeader, words: HoldWords) -> Paper:
    """Return the slip of a held sale.

    Args:
        held: as it was put aside; its amounts may change until it is paid.
        code: what the QR holds, see ``codes.hold_code``.
        header: store, till, who prints it, and the local time when it was put aside.
        words: labels in the language to print.
    """
    blocks: list[Block] = [
        *shop_lines(header),
        Text(words.title, "center", bold=True, size=2),
        Notice(words.no_receipt),
        Pair(words.date, f"{header.sold_at:%Y-%m-%d %H:%M}"),
        Pair(words.till, header.till_name),
        Pair(words.staff, header.staff_name),
        *((Pair(words.member, held.member_name),) if held.member_name else ()),
        Rule(),
        *_lines(held, words),
        Rule(),
        Pair(words.due, "￥" + paper_amount(held.due_minor), bold=True, size=2),
        *((Pair(words.note, held.note),) if held.note else ()),
        Blank(),
        QrCode(code, words.scan_back),
    ]
    return Paper("hold", words.title, tuple(blocks))


def _lines(held: HeldSale, words: HoldWords) -> Iterator[Block]:
    for line in held.sale.basket.lines:
        yield Pair(_name(line, words), _much(line, words))
    yield Pair("", words.pieces_f.format(pieces=held.pieces))


def _name(line: BasketLine, words: HoldWords) -> str:
    item = line.item
    return item.name if words.in_chinese or not item.name_en else item.name_en


def _much(line: BasketLine, words: HoldWords) -> str:
    if line.weight_g:
        return words.weight_f.format(weight=f"{line.weight_g / 1_000:.3f}")
    return f"× {line.quantity}"
