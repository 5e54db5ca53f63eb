"""Another value for one criterion of a call, to see what it would do, and a letter to the companies that would come in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.domain.mailing import BODY_LENGTH, SUBJECT_LENGTH
from programs.domain.criteria.values import shape_faults
from programs.models import Call, Criterion


class WhatIfForm(forms.Form):
    criterion = forms.ModelChoiceField(label=_("criterion"), queryset=Criterion.objects.none())
    values = forms.JSONField(
        label=_("values"), initial=dict, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = Criterion.objects.filter(call=call).exclude(kind__in=Criterion.GROUPS)
        field = self.fields["criterion"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rules.order_by("position", "id")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("criterion") is not None and "values" in found:
            for fault in shape_faults(found["criterion"].kind, found["values"]):
                self.add_error("values", fault)
        return found


class WriteInForm(WhatIfForm):
    """What is written to the companies that a moved rule lets in; `expected` is the number that was confirmed."""

    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_LENGTH)
    body = forms.CharField(label=_("Text"), max_length=BODY_LENGTH, widget=forms.Textarea(attrs={"rows": 8}))
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, call=call, **kwargs)
        self.fields["criterion"].widget = forms.HiddenInput()
        self.fields["values"].widget = forms.HiddenInput()
        self.initial.setdefault("form_key", uuid4())
