"""Phone numbers as people write them, to E.164 and back."""

import phonenumbers

from pos_app.errors import Refused

REGION = "CN"


def to_e164(text: str, region: str = REGION) -> str:
    """Return ``+8613800000000`` for a mobile number as somebody wrote it.

    Args:
        text: with or without country, spaces and hyphens.
        region: where a number without a country is from (ISO 3166).

    Raises:
        Refused: ``phone.invalid`` when no mobile phone can have this number.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise Refused("phone.invalid") from error
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in mobile:
        raise Refused("phone.invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
