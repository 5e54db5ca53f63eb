"""What a company's owner says to the agreement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.clock import SEOUL
from ground.templatetags.naru import day
from programs.models import Participation


class AcceptForm(forms.Form):
    text_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_read = forms.BooleanField(
        label=_("I have read the agreement and accept it for the company."),
        error_messages={"required": _("Tick this to accept the agreement.")},
    )


class AskForm(forms.Form):
    """Why an owner asks for something that the agency decides on."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The agency decides by it."),
    )  # fmt: skip


class EndForm(AskForm):
    """What an owner says who asks to end an agreement; the domain decides on the day."""

    last_on = forms.DateField(
        label=_("Last day of taking part"),
        widget=forms.DateInput({"type": "date", "class": "w-short"}, format="%Y-%m-%d"),
    )
    is_understood = forms.BooleanField(
        label=_("I have read what ends and ask for it on behalf of the company."),
        error_messages={"required": _("Tick this to send the request.")},
    )

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert participation.agreed_at is not None
        until_on = participation.program.ends_on
        self.fields["last_on"].help_text = _(
            "This day still belongs to the agreement. At the latest the last day of the program, %(day)s. The agency may agree to another day."
        ) % {"day": day(until_on)}
        self.fields["last_on"].widget.attrs |= {
            "min": f"{participation.agreed_at.astimezone(SEOUL):%Y-%m-%d}",
            "max": f"{until_on:%Y-%m-%d}",
        }
