"""What people type to mark orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.marking import MOST
from reports.models import OrderMark


class MarkForm(forms.Form):
    """Orders of one store, one number a line, with a reason."""

    place = forms.ChoiceField(label=_("Store"))
    kind = forms.ChoiceField(
        label=_("What they are"), choices=OrderMark.Kind.choices, widget=forms.RadioSelect, initial="own"
    )
    references = forms.CharField(
        label=_("Order numbers"),
        max_length=MOST * 62,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line, as they stand in the sales file. Orders of one pack are marked together."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place"].initial = places[0][0]

    def clean_references(self) -> list[str]:
        """Numbers apart: by lines, commas, tabs or semicolons."""
        return [each for each in re.split(r"[\s,;]+", self.cleaned_data["references"]) if each]


class TakeBackForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
