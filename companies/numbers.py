"""Business registration numbers (사업자등록번호): ten digits AAA-BB-CCCCD with a check digit."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def check_digit(nine: str) -> int:
    """The tenth digit for nine others: weighted sum, plus the tens of the ninth digit times five."""
    total = (
        sum(int(digit) * weight for digit, weight in zip(nine, WEIGHTS, strict=True)) + int(nine[8]) * 5 // 10
    )
    return -total % 10


def clean(text: object) -> str:
    """Digits only: hyphens, spaces and full-width digits are read, a spreadsheet's `1248100998.0` too."""
    value = unicodedata.normalize("NFKC", str(text)).strip()
    value = re.sub(r"\.0$", "", value)
    return re.sub(r"[\s‐-―−-]", "", value)


def is_valid(number: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{10}", number)) and check_digit(number[:9]) == int(number[9])


def validate(number: str) -> None:
    """`ValidationError` unless `number` is ten digits with the right check digit."""
    if not re.fullmatch(r"[0-9]{10}", number):
        raise ValidationError(_("A business number has ten digits, for example 124-81-00998."), "brn_length")
    if not is_valid(number):
        raise ValidationError(
            _("This is not a business number: its last digit does not fit. Compare it with the certificate."),
            "brn_check",
        )


def pretty(number: str) -> str:
    return f"{number[:3]}-{number[3:5]}-{number[5:]}" if len(number) == 10 else number
