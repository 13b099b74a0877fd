"""The receipt as paper: header, lines, what the membership saved, how it was paid, and the points.

Phones appear masked only. Every label stands in a pair or on a line of its own, so that 32 columns hold both languages.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.codes import receipt_code
from pos_app.domain.events import Sale, SaleLine, TierRaised
from pos_app.domain.explaining import Told, rule_text, weight_text
from pos_app.domain.foreign import foreign_text
from pos_app.domain.masking import masked_name, masked_phone
from pos_app.domain.members import Member
from pos_app.domain.money import amount_text
from pos_app.domain.paper import Blank, Block, Notice, Pair, Paper, QrCode, Rule, Text
from pos_app.domain.price_steps import EARN, Discount, is_gift_share, lent
from pos_app.domain.punch_cards import CardMoved
from pos_app.domain.tax import TaxTotal, added, rate_text, tax_totals
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.words import CardWords, ReceiptWords


@dataclass(frozen=True, slots=True)
class ReceiptHeader:
    """Where, when (local time) and by whom it was sold. ``address`` and ``phone`` are the store's, or empty."""

    brand: str
    store_name: str
    till_name: str
    staff_name: str
    sold_at: datetime
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PointsStanding:
    """The member's points after the sale, and what it did to their punch cards.

    ``as_of`` (local) is head office's last figure, None if it gave none yet.
    """

    balance: int
    as_of: datetime | None
    cards: tuple[CardMoved, ...] = ()


def receipt(
    sale: Sale,
    header: ReceiptHeader,
    member: Member | None,
    standing: PointsStanding | None,
    words: ReceiptWords,
    *,
    reprint: int = 0,
) -> Paper:
    """Return the receipt of a sale.

    Args:
        sale: as it was committed.
        header: store, till, staff and time.
        member: who bought, printed masked; None without one.
        standing: the points after this sale, None when unknown.
        words: labels in the language to print.
        reprint: 0 for the original, else the how-manieth 补打.
    """
    blocks: list[Block] = [*_marks(words, reprint), *_head(sale, header, words), Rule()]
    for number, line in enumerate(sale.lines, 1):
        blocks.extend(_line(number, line, sale, words))
    if sale.note and sale.prints_notes:
        blocks.append(Text(words.note_f.format(note=sale.note)))
    blocks += [Rule(), *_sums(sale, words), Rule(), *_payment(sale, words)]
    if taxes := tax_totals((line.tax_bp, line.net_minor, line.tax_minor) for line in sale.lines):
        blocks += [Rule(), Text(words.taxes), *tax_rows(taxes, words.tax_f)]
    if member is not None:
        blocks += [Rule(), *_member(sale, member, standing, words)]
    blocks += [Blank(), QrCode(receipt_code(sale.receipt_no), words.scan_hint), Text(words.thanks, "center")]
    blocks += _marks(words, reprint)
    return Paper("receipt", f"{words.title} {sale.receipt_no}", tuple(blocks))


def tax_rows(taxes: Iterable[TaxTotal], row_f: str, sign: int = 1) -> Iterator[Block]:
    """Return a row for each rate of tax: ``row_f`` of ``{rate}`` and ``{goods}``, and the tax; ``sign`` -1: refunds."""
    for total in taxes:
        label = row_f.format(rate=rate_text(total.bp), goods=paper_amount(sign * total.goods_minor))
        yield Pair("  " + label, paper_amount(sign * total.tax_minor))


def paper_amount(amount_minor: int) -> str:
    """Return ``-1,072.00`` for -107200: with the minus that every printer's character set has."""
    return amount_text(amount_minor).replace("−", "-")


def day_text(day: date) -> str:
    """Return a month and day as papers write them: ``11-23``."""
    return f"{day:%m-%d}"


def _marks(words: ReceiptWords, reprint: int) -> list[Block]:
    return [Notice(words.reprint_f.format(count=reprint))] if reprint else []


def shop_lines(header: ReceiptHeader) -> Iterator[Block]:
    """Return the names at the top of a paper that is no receipt: the chain, where it has one, and the store."""
    if header.brand:
        yield Text(header.brand, "center", bold=True)
    yield Text(header.store_name, "center", bold=not header.brand)


def _head(sale: Sale, header: ReceiptHeader, words: ReceiptWords) -> Iterator[Block]:
    large, *small = filter(None, (header.brand, header.store_name, header.address, header.phone))
    yield Text(large, "center", bold=True, size=2)
    for text in small:
        if text:
            yield Text(text, "center")
    yield Blank()
    yield Pair(words.number, sale.receipt_no)
    yield Pair(words.date, f"{header.sold_at:%Y-%m-%d %H:%M}")
    yield Pair(words.till, header.till_name)
    yield Pair(words.staff, header.staff_name)


def _line(number: int, line: SaleLine, sale: Sale, words: ReceiptWords) -> Iterator[Block]:
    """Return a line: name, quantity, price, amount (兑 for one taken with points), why it costs that, and its note."""
    yield Text(f"{number} {line.name}")
    yield from _price(line, words) if line.redeemed_points or not line.steps else _reasoned(line, sale, words)
    if line.term is not None and line.term_until is not None:
        until = words.term_until_f.format(tier=words.tiers[line.term.tier], date=line.term_until.isoformat())
        yield Text("  " + until)
    if line.note and sale.prints_notes:
        yield Text("  " + words.note_f.format(note=line.note))


def _price(line: SaleLine, words: ReceiptWords) -> Iterator[Block]:
    unit, unit_list = line.net_minor // line.quantity, line.list_minor // line.quantity
    if line.redeemed_points:
        mark = words.redeemed_mark_f.format(points=f"{line.redeemed_points:,}")
        yield Pair(f"  {mark} × {line.quantity}", paper_amount(line.net_minor - line.redeemed_minor))
        return
    yield Pair(_pieces(line, unit, words), paper_amount(line.net_minor))
    if unit_list != unit:
        yield Text("  " + words.list_price_f.format(price=paper_amount(unit_list)))


def _reasoned(line: SaleLine, sale: Sale, words: ReceiptWords) -> Iterator[Block]:
    """Return the list price, what each rule took off it, and what is left; one rule on whole pieces takes two rows.

    Of a gift and of the goods that earned it one more says what they come back for.
    """
    told = Told(words.prices, {each.rule: each for each in sale.names}, line.by_hand, sale.by_hand)
    unit_list = line.list_minor // line.quantity
    steps = [step for step in line.steps if not is_gift_share(step.rule)]
    shown = line.net_minor + lent(line.steps)
    unit, rest = divmod(shown, line.quantity)
    if len(steps) <= 1 and not added(steps) and not rest and not line.weight_g:
        yield Pair(_pieces(line, unit, words), paper_amount(shown))
        listed = words.list_price_f.format(price=paper_amount(unit_list))
        yield from (Text(f"  {rule_text(step.rule, told)} · {listed}") for step in steps)
    else:
        yield Pair(_pieces(line, unit_list, words), paper_amount(line.list_minor))
        for step in steps:
            yield Pair("  " + rule_text(step.rule, told), paper_amount(-step.minor))
        yield Pair("  " + words.subtotal, paper_amount(shown))
    if shown != line.net_minor:
        yield Text("  " + words.comes_back_f.format(amount=paper_amount(line.net_minor)))


def _pieces(line: SaleLine, unit_minor: int, words: ReceiptWords) -> str:
    """Return what was bought at which price: pieces, or a weight and the price of a kg."""
    if line.weight_g:
        return "  " + weight_text(line.weight_g, paper_amount(line.kg_minor), words.prices)
    return f"  {paper_amount(unit_minor)} × {line.quantity}"


def _sums(sale: Sale, words: ReceiptWords) -> Iterator[Block]:
    listed = sum(line.list_minor for line in sale.lines)
    added_tax = sum(added(line.steps) for line in sale.lines)
    saved = listed - sum(line.net_minor for line in sale.lines) + added_tax
    by_rule = Counter[Discount | None]()
    for step in (step for line in sale.lines for step in line.steps):
        by_rule[Discount.of(step.rule)] += step.minor
    campaigns, by_hand = by_rule[Discount.CAMPAIGN], by_rule[Discount.MANUAL]
    redeemed = sum(line.redeemed_minor for line in sale.lines)
    points = sum(line.basket_points for line in sale.lines)
    points_minor = sum(line.basket_points_minor for line in sale.lines)
    pieces = sum(line.quantity for line in sale.lines)
    yield Text(words.pieces_f.format(pieces=pieces, lines=len(sale.lines)))
    if listed != sale.due_minor:
        yield Pair(words.list_total, paper_amount(listed))
    off = (
        (words.member_saving, saved - campaigns - by_hand),
        (words.campaign_saving, campaigns),
        (words.by_hand, by_hand),
        (words.redeemed_items, redeemed),
    )
    for label, taken_off in off:
        if taken_off:
            yield Pair(label, paper_amount(-taken_off))
    if added_tax:
        yield Pair(words.added_tax, paper_amount(added_tax))
    if points:
        yield Pair(words.basket_points_f.format(points=f"{points:,}"), paper_amount(-points_minor))
    yield Pair(words.due, "￥" + paper_amount(sale.due_minor), bold=True)


def _payment(sale: Sale, words: ReceiptWords) -> Iterator[Block]:
    if sale.rounding_minor:
        yield Pair(words.rounding, paper_amount(sale.rounding_minor))
    for tender in sale.tenders:
        yield from _tender(tender, words)
    change = sum(tender.change_minor for tender in sale.tenders)
    if change:
        yield Pair(words.change, paper_amount(change), bold=True)


def _tender(tender: Tender, words: ReceiptWords) -> Iterator[Block]:
    yield Pair(words.tenders.get(tender.kind, tender.kind), paper_amount(tender.amount_minor))
    if tender.kind == TenderKind.FOREIGN:
        yield Pair("  " + foreign_text(tender.foreign_minor, tender.currency), paper_amount(tender.given_minor))
    if tender.kind == TenderKind.CASH and tender.given_minor != tender.amount_minor:
        yield Pair("  " + words.given, paper_amount(tender.given_minor))
    if tender.reference:
        yield Text("  " + tender.reference)


def _member(sale: Sale, member: Member, standing: PointsStanding | None, words: ReceiptWords) -> Iterator[Block]:
    yield Pair(words.member, f"{masked_name(member.name)} {masked_phone(member.phone)}".strip())
    used = sum(line.redeemed_points + line.basket_points for line in sale.lines)
    earned = sum(line.earned_points for line in sale.lines)
    if used:
        yield Pair(words.points_used, f"-{used:,}")
    yield Pair(words.points_earned, f"+{earned:,}")
    yield from _gains(sale, words)
    if sale.repaid_points:
        yield Pair(words.points_repaid, f"-{sale.repaid_points:,}")
    if sale.earned is not None and sale.earned.usable_from is not None:
        yield Text("  " + words.usable_from_f.format(date=sale.earned.usable_from.isoformat()))
    if standing is not None:
        yield Pair(words.points_balance, f"{standing.balance:,}", bold=True)
        if standing.as_of is not None:
            yield Text(words.as_of_f.format(time=f"{standing.as_of:%Y-%m-%d %H:%M}"))
        yield from card_rows(standing.cards, words.cards)
    if sale.raised is not None:
        yield from _raised(sale.raised, words)
    for call in sale.calls:
        yield Text(words.call_due_f.format(date=day_text(call.due_on)))


def _gains(sale: Sale, words: ReceiptWords) -> Iterator[Block]:
    """Say which campaign gave how many of the points, where any did."""
    by_rule = Counter[str]()
    for gain in (gain for line in sale.lines for gain in line.gains):
        by_rule[gain.rule] += gain.points
    if any(rule.partition("@")[0] != EARN for rule in by_rule):
        told = Told(words.prices, {each.rule: each for each in sale.names})
        yield from (Pair("  " + rule_text(rule, told), f"+{points:,}") for rule, points in by_rule.items())


def card_rows(cards: tuple[CardMoved, ...], words: CardWords) -> Iterator[Block]:
    """Return what a paper did to the member's punch cards: stamps given or taken, what is on the card, what is owed."""
    for card in cards:
        yield Pair(card.name, words.moved_f.format(count=f"{card.moved:+,}", after=card.after, needed=card.needed))
        if card.owed:
            yield Text("  " + words.owed_f.format(count=card.owed))


def _raised(raised: TierRaised, words: ReceiptWords) -> Iterator[Block]:
    """Say which tier the sale earned, why, and how long it lasts."""
    tier = words.tiers[raised.tier]
    yield Notice(words.raised_f.format(tier=tier))
    amount, months = "￥" + paper_amount(raised.spend_minor), raised.window_months
    why = words.raised_by.get(raised.reason, "")
    yield Text(why.format(amount=amount, months=months, visits=raised.visits, years=raised.years), "center")
    if raised.kept_until is not None:
        until = words.term_until_f.format(tier=tier, date=raised.kept_until.isoformat())
        yield Text(until, "center")
