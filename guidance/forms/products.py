"""HS codes however they are typed: with commas or lines between them, and blanks, dots or hyphens within them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.errors import filled
from guidance.models.products import in_order, prefix


class ProductsField(forms.CharField):
    """A list of at most `most` beginnings of HS codes, each of whole pairs of digits: a spreadsheet that makes numbers of them
    takes zeros away."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(
            **{
                "label": _("products (HS codes)"), "required": False, "max_length": 16 * most,
                "help_text": _("Two to ten digits each, separated by commas. Empty: no certain products."), **options,
            }
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        typed = [each.strip() for each in re.split(r"[,;\r\n]+", super().clean(value))]
        found = in_order(typed)
        for each in found:
            prefix(each)
        for each in typed:
            if any(len(part) % 2 for part in re.split(r"[.\s-]+", each)):
                raise forms.ValidationError(
                    _(
                        "An HS code has 2, 4, 6, 8 or 10 digits. “%(code)s” lacks one, perhaps a zero: zeros at the beginning and at the end belong to it."
                    ),
                    params={"code": each},
                )
        if len(found) > self.most:
            raise forms.ValidationError(str(filled(_("At most %(count)d codes."), count=self.most)))
        return found
