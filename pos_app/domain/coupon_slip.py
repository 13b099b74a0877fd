"""A coupon on paper (优惠券小票): what it is worth, until when, and the code that uses it at any till."""

from datetime import date

from pos_app.domain.coupons import CouponRule
from pos_app.domain.paper import Blank, Block, Notice, Pair, Paper, QrCode, Rule, Text
from pos_app.domain.receipts import ReceiptHeader
from pos_app.domain.words import CouponWords


def coupon_slip(
    rule: CouponRule, last_day: date, code: str, member_name: str, header: ReceiptHeader, words: CouponWords
) -> Paper:
    """Return the paper of a coupon.

    Args:
        rule: what it is worth. ``last_day``: the last business date on which it may be used.
        code: what the QR holds, see ``codes.coupon_code``.
        member_name: whose it is, masked.
        header: store, till, who prints it, and when.
        words: labels in the language to print, with what the coupon gives already said.
    """
    name = rule.name if words.in_chinese or not rule.name_en else rule.name_en
    blocks: list[Block] = [
        *((Text(header.brand, "center", bold=True),) if header.brand else ()),
        Text(words.title, "center"),
        Text(name, "center", bold=True, size=2),
        Text(words.terms, "center"),
        Rule(),
        Pair(words.member, member_name),
        Pair(words.until, f"{last_day:%Y-%m-%d}", bold=True),
        Notice(words.once),
        Blank(),
        QrCode(code, words.scan),
        Pair(words.printed, f"{header.sold_at:%Y-%m-%d %H:%M}"),
    ]
    return Paper("coupon", words.title, tuple(blocks))
