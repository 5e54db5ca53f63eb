"""What companies write and choose on a guide's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import Company
from programs.domain.inquiries import LONGEST_QUESTION


class GuideAskForm(forms.Form):
    """For which company, what, and whether all may read it; the one-time key makes a second click the same question."""

    company = forms.ModelChoiceField(
        label=_("Company that asks"), queryset=Company.objects.none(), widget=forms.RadioSelect, empty_label=None
    )  # fmt: skip
    text = forms.CharField(
        label=_("Your question"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_QUESTION}),
    )
    may_be_published = forms.BooleanField(
        label=_("Question and answer may stand on the page of the guide, without the name of the company"),
        required=False,
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
