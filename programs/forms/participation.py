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


class EndForm(forms.Form):
    """What an owner says who asks to end an agreement; the domain decides on the day."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The agency decides by it."),
    )  # fmt: skip
    last_on = forms.DateField(
        label=_("Last day of taking part"),
        widget=forms.DateInput({"type": "date", "class": "w-short"}, format="%Y-%m-%d"),
        help_text=_("The agency agrees on this day or afterwards. It may agree to another day."),
    )
    is_understood = forms.BooleanField(
        label=_("I have read what ends and ask for it on behalf of the company."),
        error_messages={"required": _("Tick this to send the request.")},
    )
