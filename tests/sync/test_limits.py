import pytest

from pos_app.sync.wire.limits import trouble_in

ID = "12345678901234567890123456789012"


@pytest.mark.parametrize(
    ("body", "value", "trouble"),
    [
        (b'{"a":9007199254740993}', 9007199254740993, "number out of range"),
        (b'{"a":-9007199254740993}', -9007199254740993, "number out of range"),
        (b"9007199254740993", 9007199254740993, "number out of range"),
        (f'{{"id":"{ID}","n":[1,9007199254740993]}}'.encode(), [ID, 9007199254740993], "number out of range"),
        (f'{{"id":"{ID}\\"","n":9007199254740993}}'.encode(), [ID, 9007199254740993], "number out of range"),
        (f'{{"id":"{ID}","n":9007199254740992}}'.encode(), [ID, 9007199254740992], ""),
        (f'["{ID}","{ID}"]'.encode(), [ID, ID], ""),
        (rb'{"a":"\u0000"}', "\0", "NUL in text"),
        (b"{}", {}, ""),
    ],
)
def test_what_no_column_takes_is_found_beside_ids_of_digits(body, value, trouble):
    assert trouble_in(body, value) == trouble
