import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.codes import gtin_check_digit, gtin_ok
from pos_app.domain.labels import Label, LabelLayout, LabelValue, read_label, verifier_digit
from pos_app.domain.programme import Programme
from pos_app.errors import Refused
from tests.till_kit import TODAY

WEIGHT = LabelLayout("21", LabelValue.WEIGHT)
PRICE = LabelLayout("22", LabelValue.PRICE)
VERIFIED = LabelLayout("28", LabelValue.PRICE, value_digits=4, has_verifier=True)
LAYOUTS = (WEIGHT, PRICE, VERIFIED)


def code(body: str) -> str:
    return f"{body}{gtin_check_digit(body)}"


def test_a_weight_label_names_item_and_grams():
    assert read_label(code("211234500560"), LAYOUTS) == Label(code("211234500000"), weight_g=560)


def test_a_price_label_names_item_and_price():
    assert read_label(code("221234501990"), LAYOUTS) == Label(code("221234500000"), price_minor=1_990)


def test_a_verified_price_is_believed_only_with_its_digit():
    assert read_label(code("281234592875"), LAYOUTS) == Label(code("281234500000"), price_minor=2_875)
    with pytest.raises(Refused, match=r"label\.verifier"):
        read_label(code("281234582875"), LAYOUTS)


def test_a_prefix_without_layout_is_a_number_of_the_shop():
    assert read_label(code("201234500560"), LAYOUTS) is None


def test_a_label_without_weight_is_refused():
    with pytest.raises(Refused, match=r"label\.empty"):
        read_label(code("211234500000"), LAYOUTS)


@pytest.mark.parametrize(("value", "digit"), [("2875", 9), ("14685", 6)])
def test_the_examples_of_the_standard(value, digit):
    assert verifier_digit(value) == digit


@given(st.integers(0, 99_999), st.integers(1, 99_999))
def test_every_label_names_the_same_item_whatever_it_weighs(number, grams):
    label = read_label(code(f"21{number:05d}{grams:05d}"), LAYOUTS)

    assert label is not None
    assert label.weight_g == grams
    assert label.barcode.startswith(f"21{number:05d}")
    assert gtin_ok(label.barcode)


@pytest.mark.parametrize(
    "labels",
    [
        (LabelLayout("30", LabelValue.PRICE),),
        (LabelLayout("21", LabelValue.PRICE, 0),),
        (LabelLayout("21", LabelValue.PRICE, 10),),
        (LabelLayout("21", LabelValue.PRICE, 6, has_verifier=True),),
        (WEIGHT, LabelLayout("21", LabelValue.PRICE)),
    ],
)
def test_impossible_layouts_are_a_problem_of_the_rules(labels):
    assert Programme("p1", TODAY, labels=labels).problems() == ("labels",)
    assert Programme("p1", TODAY, labels=LAYOUTS).problems() == ()
