"""Codes of the Korean Standard Industrial Classification: a section's letter, then two to five digits of division, group, class
and subclass. Revisions 10 and 11 have the same sections and divisions of each (Statistics Korea; revision 11 is in force since
July 2024). Deeper codes are not shipped: that one begins in the right section is all that is known of it."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

REVISIONS = (10, 11)
CODE, DIGITS = "[A-Z](?:[0-9]{2,5})?", "[0-9]{2,5}"
DIVISIONS = {
    "A": (1, 3), "B": (5, 8), "C": (10, 34), "D": (35, 35), "E": (36, 39), "F": (41, 42), "G": (45, 47), "H": (49, 52),
    "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (70, 73), "N": (74, 76), "O": (84, 84), "P": (85, 85),
    "Q": (86, 87), "R": (90, 91), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
"""The first and last division of each section."""

NO_DIGITS = _("An industry has two to five digits after the letter of its section, for example 10794.")


def is_possible(code: str) -> bool:
    """Whether a code of these revisions begins so: the letter of a section, alone or with digits of a division of its."""
    if not re.fullmatch(CODE, code) or code[0] not in DIVISIONS:
        return False
    first, last = DIVISIONS[code[0]]
    return len(code) == 1 or first <= int(code[1:3]) <= last


def digits_fault(listed: str, revision: int, digits: str) -> StrOrPromise | None:
    """What is wrong with these digits behind a code of the list; none are fine. Of other revisions only the form is known."""
    if not digits:
        return None
    if len(listed) > 1:
        return _("This industry has its digits already. Leave them out, or choose its section.")
    if not re.fullmatch(DIGITS, digits):
        return NO_DIGITS
    if revision in REVISIONS and not is_possible(listed + digits):
        return _("These digits belong to another section. Compare with your certificate.")
    return None


def digits_of(typed: str) -> str:
    """Also typed with the letter, with blanks, points or hyphens, as certificates have them."""
    return re.sub(r"^[A-Za-z]|[\s.-]", "", typed.strip())
