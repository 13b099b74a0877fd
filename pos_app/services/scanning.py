"""What a scanned or typed text means for the sale in hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_app.domain import codes, dynamic_code
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import KnownMember, MemberHit
from pos_app.domain.labels import read_label
from pos_app.domain.members import Member
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.lookup import by_phone, by_words
from pos_app.services.phones import to_e164
from pos_app.services.ports import Unit
from pos_app.services.sale_models import ScanKind

MOST_CHOICES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan found: an ``item`` to ring up, a ``member`` to attach with their ``proof``, or something to show.

    ``weight_g`` and ``label_minor`` stood on the label of a piece. ``used`` are card and time step of a dynamic code,
    which counts as used once the member is attached.
    """

    kind: ScanKind
    item: Item | None = None
    member: Member | None = None
    proof: str = ""
    used: tuple[str, int] | None = None
    payment: TenderKind | None = None
    call_id: str = ""
    receipt_no: str = ""
    phone: str = ""
    sale_id: str = ""
    weight_g: int = 0
    label_minor: int | None = None
    coupon: str = ""
    members: tuple[MemberHit, ...] = ()
    items: tuple[Item, ...] = ()


def find(unit: Unit, text: str, now_ms: int, rules: Programme) -> Found:
    """Tell what ``text`` means here.

    Raises:
        Refused: ``scan.unknown_item {code}``, ``scan.unknown_member {code}``, ``scan.unknown_slip``,
            ``hold.elsewhere {store, lane}``, ``scan.staff_card``, ``scan.damaged {reason}``, ``scan.nothing``,
            ``label.verifier``, ``label.empty``, ``member_code.expired``, ``member_code.revoked``, ``member_code.used``.
    """
    code = codes.parse(text)
    if isinstance(code, codes.BadCode):
        raise Refused("scan.damaged", reason=code.reason)
    if isinstance(code, codes.PaymentCode):
        return Found(ScanKind.PAYMENT_CODE, payment=TenderKind(code.kind))
    return _readers(unit, now_ms, rules)[type(code)](code)


def _readers(unit: Unit, now_ms: int, rules: Programme) -> dict[type, Callable[..., Found]]:
    return {
        codes.ItemCode: lambda code: _item(unit, code.gtin13),
        codes.InStoreCode: lambda code: _in_store(unit, code.digits, rules),
        codes.MemberCode: lambda code: _card(unit, code.card_no),
        codes.DynamicCode: lambda code: _dynamic(unit, code, now_ms),
        codes.PhoneNumber: lambda code: _phone(unit, code.digits),
        codes.LastFour: lambda code: _members(unit, unit.members.find("last4", code.digits, MOST_CHOICES), "last4"),
        codes.ReceiptCode: lambda code: Found(ScanKind.RECEIPT, receipt_no=code.receipt_no),
        codes.CallCode: lambda code: _slip(unit, code.code),
        codes.CouponCode: lambda code: Found(ScanKind.COUPON, coupon=code.lot),
        codes.StaffCode: _staff_card,
        codes.HoldCode: lambda code: _held(unit, code),
        codes.SearchText: lambda code: _words(unit, code.text),
    }


def _item(unit: Unit, barcode: str) -> Found:
    item = unit.published.item_with_barcode(barcode)
    if item is None:
        raise Refused("scan.unknown_item", code=barcode)
    return Found(ScanKind.ADDED, item=item)


def _in_store(unit: Unit, digits: str, rules: Programme) -> Found:
    """Return the item of that very number, else the piece that the label describes."""
    item = unit.published.item_with_barcode(digits)
    label = read_label(digits, rules.labels) if item is None or item.weighed else None
    if label is None:
        return _item(unit, digits)
    return replace(_item(unit, label.barcode), weight_g=label.weight_g, label_minor=label.price_minor)


def _card(unit: Unit, card_no: str) -> Found:
    return Found(ScanKind.MEMBER_ATTACHED, member=_holder(unit, card_no).member, proof="card")


def _holder(unit: Unit, card_no: str) -> KnownMember:
    if unit.members.is_lost(card_no):
        raise Refused("member_code.revoked")
    known = unit.members.with_card(card_no)
    if known is None:
        raise Refused("scan.unknown_member", code=card_no)
    return known


def _dynamic(unit: Unit, code: codes.DynamicCode, now_ms: int) -> Found:
    known = _holder(unit, code.card_no)
    dynamic_code.verify(code, known.holder(code.card_no), now_ms, unit.guards.used_steps(code.card_no))
    return Found(ScanKind.MEMBER_ATTACHED, member=known.member, proof="code", used=(code.card_no, code.step))


def _phone(unit: Unit, digits: str) -> Found:
    found = _members(unit, by_phone(unit, digits, MOST_CHOICES), "phone")
    if found.kind is not ScanKind.UNKNOWN:
        return found
    try:
        return Found(ScanKind.NEW_PHONE, phone=to_e164(digits))
    except Refused:
        return found


def _members(unit: Unit, hits: list[MemberHit], proof: str) -> Found:
    """Attach the only one; let the cashier choose among several."""
    if len(hits) == 1:
        known = unit.members.known(hits[0].member_id)
        if known is not None:
            return Found(ScanKind.MEMBER_ATTACHED, member=known.member, proof=proof)
    if not hits:
        return Found(ScanKind.UNKNOWN)
    return Found(ScanKind.CHOOSE, members=tuple(hits), proof=proof)


def _slip(unit: Unit, code: str) -> Found:
    call = unit.calls.with_code(code)
    if call is None:
        raise Refused("scan.unknown_slip", code=code)
    return Found(ScanKind.CALL_SLIP, call_id=call.call_id)


def _staff_card(_code: codes.StaffCode) -> Found:
    raise Refused("scan.staff_card")


def _held(unit: Unit, code: codes.HoldCode) -> Found:
    here = unit.till.identity()
    if here is None or (here.store_no, here.lane) != (code.store_no, code.lane):
        raise Refused("hold.elsewhere", store=f"{code.store_no:04d}", lane=f"{code.lane:02d}")
    return Found(ScanKind.RECALLED, sale_id=code.sale_id)


def _words(unit: Unit, text: str) -> Found:
    if not text:
        raise Refused("scan.nothing")
    items = tuple(unit.published.find_items(text, MOST_CHOICES))
    if text.isdigit():
        members: tuple[MemberHit, ...] = ()  # part of a barcode; part of a phone is no way to find a person
    else:
        members = tuple(by_words(unit, text, MOST_CHOICES))
    if not items and not members:
        return Found(ScanKind.UNKNOWN)
    return Found(ScanKind.CHOOSE, members=members, items=items)
