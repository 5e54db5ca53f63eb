"""What a provider says of a delivery that is done."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.staff import day, won


class DeliveryDoneForm(forms.Form):
    done_on = day(_("Done on"))
    actual_amount = won(_("Actual cost (KRW)"))
    evidence = forms.FileField(
        label=_("Evidence file"),
        help_text=_("For example a report with pictures, or the receipt: a picture or PDF."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
