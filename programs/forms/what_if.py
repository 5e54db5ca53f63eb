"""Another value for one criterion of a call, to see what it would do; nothing is written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
