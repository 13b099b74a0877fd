import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.codes import (
    BASE32,
    MAX_LENGTH,
    BadCode,
    CallCode,
    DynamicCode,
    HoldCode,
    InStoreCode,
    ItemCode,
    LastFour,
    MemberCode,
    PaymentCode,
    PhoneNumber,
    ReceiptCode,
    SearchText,
    StaffCode,
    call_code,
    card_no_ok,
    check_pair,
    dynamic_code,
    gtin_check_digit,
    gtin_ok,
    hold_code,
    make_card_no,
    member_code,
    pair_ok,
    parse,
    receipt_code,
    staff_card,
    staff_code,
)

CARD = make_card_no(17)
digits = st.text("0123456789", min_size=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6901234567892", ItemCode("6901234567892")),
        (" 6901234567892\r\n", ItemCode("6901234567892")),
        ("６９０１２３４５６７８９２", ItemCode("6901234567892")),
        ("690123 4567892", ItemCode("6901234567892")),
        ("96385074", ItemCode("0000096385074")),  # GS1's own EAN-8 example
        ("036000291452", ItemCode("0036000291452")),  # the UPC-A of the standard's figure
        ("06901234567892", ItemCode("6901234567892")),
        ("]E06901234567892", ItemCode("6901234567892")),
        ("]Q1134567890123456789", PaymentCode("wechat")),
        ("]C10106901234567892", ItemCode("6901234567892")),
        ("]d20106901234567892172612311\x1d10ABC", ItemCode("6901234567892")),
        ("\x1d010690123456789210LOT7", ItemCode("6901234567892")),
        ("(01)06901234567892(17)261231", ItemCode("6901234567892")),
        ("https://id.gs1.org/01/06901234567892/10/ABC?x=1", ItemCode("6901234567892")),
        ("2012345678903", InStoreCode("2012345678903")),
        ("0212345678909", InStoreCode("0212345678909")),
        ("20123451", InStoreCode("0000020123451")),
        ("6901234567893", BadCode("check_digit")),
        ("06901234567893", BadCode("check_digit")),
        ("0106901234567893", BadCode("check_digit")),
        ("96385075", BadCode("check_digit")),
        ("036000291453", BadCode("check_digit")),
        ("13800006627", PhoneNumber("13800006627")),
        ("138-0000-6627", PhoneNumber("13800006627")),
        ("138 0000 6627", PhoneNumber("13800006627")),
        ("+86 138 0000 6627", PhoneNumber("+8613800006627")),
        ("8613800006627", PhoneNumber("+8613800006627")),
        ("008613800006627", PhoneNumber("+8613800006627")),
        ("tel:+8613800006627", PhoneNumber("+8613800006627")),
        ("+49 (170) 1234567", PhoneNumber("+491701234567")),
        ("6627", LastFour("6627")),
        (CARD, MemberCode(CARD)),
        ("M1" + CARD, MemberCode(CARD)),
        ("m1" + CARD, MemberCode(CARD)),
        ("M1900000001700", BadCode("check_digit")),
        ("M19000000017", BadCode("damaged")),
        ("M2900000001", BadCode("damaged")),
        ("0421-3-A2-000017", ReceiptCode("0421-3-A2-000017")),
        ("134567890123456789", PaymentCode("wechat")),
        ("1345 6789 0123 4567 89", PaymentCode("wechat")),
        ("2812345678901234", PaymentCode("alipay")),
        ("301234567890123456789012", PaymentCode("alipay")),
        ("99999999999999999999", BadCode("damaged")),
        ("1345678901234567", BadCode("damaged")),
        ("chenyuting", SearchText("chenyuting")),
        ("  陈　雨婷 ", SearchText("陈 雨婷")),
        ("M1 stroller", SearchText("M1 stroller")),
        ("Reer 12", SearchText("Reer 12")),
        ("12345", SearchText("12345")),
        ("16901234567899", SearchText("16901234567899")),  # a case of 1: not the piece, so it is not rung up
        ("]C10116901234567899", BadCode("damaged")),
        ("", SearchText("")),
        ("\ufeff\u200b", SearchText("")),
        ("\u202eabc", SearchText("abc")),
        ("a\x1b@b", BadCode("control")),
        ("a\x1db", BadCode("control")),
        ("a\ud800b", BadCode("control")),
        ("690\ufffd", BadCode("damaged")),
        ("x" * 65, BadCode("too_long")),
        ("x" * (MAX_LENGTH + 1), BadCode("too_long")),
    ],
)
def test_a_scan_is_told_by_its_content(text, expected):
    assert parse(text) == expected


@given(st.text(max_size=600))
def test_any_text_is_told_without_an_error(text):
    parse(text)


@given(st.text("0123456789MRCHX()- +]d\x1d", max_size=40))
def test_text_that_looks_like_a_code_is_told_without_an_error(text):
    parse(text)


payment_codes = st.one_of(
    st.from_regex(r"1[0-5][0-9]{16}", fullmatch=True), st.from_regex(r"(2[5-9]|30)[0-9]{14,22}", fullmatch=True)
)


@given(payment_codes, st.sampled_from(["", " ", "\r\n", "　"]), st.sampled_from(["", " ", "-"]))
def test_a_payment_code_never_leaves_with_its_digits(code, around, inside):
    told = parse(around + inside.join(code) + around)

    assert isinstance(told, PaymentCode)
    assert not any(char.isdigit() for char in repr(told))


@given(payment_codes, st.text(max_size=8), st.text(max_size=8))
def test_a_payment_code_inside_other_text_is_never_kept(code, before, after):
    assert code not in repr(parse(before + code + after))


@given(digits.filter(lambda text: len(text) in (7, 11, 12, 13)), st.data())
def test_a_gtin_check_digit_finds_every_wrong_digit(body, data):
    whole = body + str(gtin_check_digit(body))
    at = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda char: char != whole[at]))

    assert gtin_ok(whole)
    assert not gtin_ok(whole[:at] + wrong + whole[at + 1 :])


@given(st.integers(0, 10**9 - 1), st.data())
def test_a_card_number_finds_every_wrong_digit_and_every_swap(n, data):
    card = make_card_no(n)
    at = data.draw(st.integers(0, len(card) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda char: char != card[at]))
    swap = data.draw(st.integers(0, len(card) - 2))
    swapped = card[:swap] + card[swap + 1] + card[swap] + card[swap + 2 :]

    assert card_no_ok(card)
    assert not card_no_ok(card[:at] + wrong + card[at + 1 :])
    assert swapped == card or not card_no_ok(swapped)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=30), st.data())
def test_the_check_of_our_codes_finds_every_wrong_character_of_the_same_sort(body, data):
    whole = body + check_pair(body)
    at = data.draw(st.integers(0, len(whole) - 1))
    same_sort = "0123456789" if whole[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = data.draw(st.sampled_from(same_sort).filter(lambda char: char != whole[at]))

    assert pair_ok(whole)
    assert not pair_ok(whole[:at] + wrong + whole[at + 1 :])


def test_the_check_pair_agrees_with_an_iban_of_the_standard():
    # ISO 13616: GB82 WEST 1234 5698 7654 32, its check computed over WEST12345698765432GB.
    assert check_pair("WEST12345698765432GB") == "82"


@given(st.integers(0, 10**9 - 1))
def test_no_card_number_is_taken_for_an_item(n):
    card = make_card_no(n)

    assert parse(card) == MemberCode(card)
    assert parse(member_code(card)) == MemberCode(card)


def test_a_foreign_card_number_is_known_unless_it_is_an_item_too():
    numbers = [f"{n:010d}" + check_pair(f"{n:010d}") for n in range(1_000_000, 1_000_400)]

    told = {number: parse(number) for number in numbers}

    assert all(
        told[number] == (ItemCode("0" + number) if gtin_ok(number) else MemberCode(number)) for number in numbers
    )
    assert {type(code) for code in told.values()} == {ItemCode, MemberCode}


@given(st.integers(0, 10**9 - 1), st.integers(0, 32**6 - 1), st.text(BASE32, min_size=8, max_size=8))
def test_a_dynamic_code_comes_back_as_it_was_made(n, step, mac):
    text = dynamic_code(make_card_no(n), step, mac)

    assert parse(text) == DynamicCode(make_card_no(n), step, mac)
    assert len(text) == 30
    assert parse(text.lower()) == parse(text)


def test_a_misread_dynamic_code_is_told_from_a_false_one():
    text = dynamic_code(CARD, 59_000_000, "ABCDEFGH")

    assert parse(text.replace("ABCDEFGH", "ABCDEFGZ")) == BadCode("check_digit")


def test_a_dynamic_code_for_an_impossible_card_is_bad():
    body = "M2900000001700AAAAAAABCDEFGH"

    assert parse(body + check_pair(body)) == BadCode("check_digit")


receipt_numbers = st.from_regex(r"[0-9]{4,5}-[1-9][0-9]?-[A-Z]{1,2}[1-9][0-9]?-[0-9]{6,7}", fullmatch=True)


@given(receipt_numbers)
def test_a_receipt_code_comes_back_as_its_number(receipt_no):
    text = receipt_code(receipt_no)

    assert parse(text) == ReceiptCode(receipt_no)
    assert parse(receipt_no) == ReceiptCode(receipt_no)
    assert text.isalnum()


def test_a_receipt_of_the_24th_incarnation_keeps_its_x():
    assert parse(receipt_code("0001-1-X1-000001")) == ReceiptCode("0001-1-X1-000001")


@given(st.text(max_size=40).filter(lambda text: text.isprintable()))
def test_a_call_code_comes_back_and_fits_a_narrow_barcode(call_id):
    code = call_code(call_id)

    assert parse(code) == CallCode(code)
    assert len(code) == 13


def test_a_call_code_is_made_of_the_first_fifty_bits_of_a_hash():
    digest = int.from_bytes(hashlib.sha256(b"S01L1/1.1/7/call1").digest(), "big") >> 206

    code = call_code("S01L1/1.1/7/call1")

    assert sum(BASE32.index(char) * 32**power for power, char in enumerate(reversed(code[1:11]))) == digest


@given(st.integers(1, 999_999), st.integers(1, 99), st.from_regex(r"[0-9a-f]{32}", fullmatch=True))
def test_the_slip_of_a_held_sale_comes_back_as_the_sale_and_its_till(store_no, lane, sale_id):
    assert parse(hold_code(store_no, lane, sale_id)) == HoldCode(store_no, lane, sale_id)


def test_a_slip_read_wrongly_is_bad():
    code = call_code("S01L1/1.1/7/call1")
    wrong = "B" if code[3] != "B" else "D"

    assert parse(code[:3] + wrong + code[4:]) == BadCode("check_digit")


@given(st.binary(min_size=10, max_size=10))
def test_a_staff_card_comes_back_as_it_was_given_out(token):
    card = staff_card(token)

    assert parse(staff_code(card)) == StaffCode(card)
    assert parse(staff_code(card)[:-1] + ("0" if staff_code(card)[-1] != "0" else "1")) == BadCode("check_digit")
