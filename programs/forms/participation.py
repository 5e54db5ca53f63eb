"""What a company's owner says to the agreement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AcceptForm(forms.Form):
    text_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_read = forms.BooleanField(
        label=_("I have read the agreement and accept it for the company."),
        error_messages={"required": _("Tick this to accept the agreement.")},
    )
