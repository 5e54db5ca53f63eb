"""Products that a text speaks of: beginnings of HS codes, kept as a list wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _

prefix = RegexValidator(r"^[0-9]{2,10}$", _("Two to ten digits of the HS code."))
MOST_OF_STATEMENT = 20


def holds_codes(name: str, most: int) -> models.CheckConstraint:
    """At most so many in `products`, and nothing else."""
    joined = models.Func(
        models.F("products"), models.Value(" "), function="array_to_string", output_field=models.TextField()
    )
    codes = rf"^([0-9]{{2,10}}( [0-9]{{2,10}}){{0,{most - 1}}})?$"
    return models.CheckConstraint(
        condition=Regex(joined, codes), name=name, violation_error_message=prefix.message
    )


def in_order(codes: Iterable[str]) -> list[str]:
    """As they are kept: without dots and hyphens, each once, in the order in which they were typed."""
    bare = (re.sub(r"[.\s-]", "", each) for each in codes)
    return list(dict.fromkeys(each for each in bare if each))
