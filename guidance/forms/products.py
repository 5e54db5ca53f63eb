"""HS codes however they are typed: with commas, blanks or lines between them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.errors import filled
from guidance.models.products import in_order, prefix


class ProductsField(forms.CharField):
    """A list of at most `most` beginnings of HS codes."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(
            **{
                "label": _("products (HS codes)"), "required": False, "max_length": 12 * most,
                "help_text": _("Two to ten digits each, separated by commas. Empty: no certain products."), **options,
            }
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        found = in_order(re.split(r"[,;\s]+", super().clean(value)))
        for each in found:
            prefix(each)
        if len(found) > self.most:
            raise forms.ValidationError(str(filled(_("At most %(count)d codes."), count=self.most)))
        return found
