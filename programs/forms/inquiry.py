"""A question about a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import Company
from programs.domain.inquiries import LONGEST_QUESTION


class AskForm(forms.Form):
    """For which company, and what; the one-time key makes a second click the same question."""

    company = forms.ModelChoiceField(
        label=_("Company that asks"), queryset=Company.objects.none(), widget=forms.RadioSelect, empty_label=None
    )  # fmt: skip
    text = forms.CharField(
        label=_("Your question"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_QUESTION}),
        help_text=_("Do not name your company or a person: the question is published with its answer."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, companies: Sequence[Company], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["company"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Company.objects.filter(pk__in=[each.pk for each in companies]).order_by(
            "name_ko", "pk"
        )
        if len(companies) == 1:
            self.initial.setdefault("company", companies[0].pk)
        self.initial.setdefault("form_key", uuid4())
