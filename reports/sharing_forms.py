"""What an officer types to declare that two programs support the same sales."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.staff import day
from programs.models import Participation


def _percent(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=4, decimal_places=1, min_value=Decimal("0.1"), max_value=Decimal("99.9"),
        widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "decimal", "step": "0.1"}), **options,
    )  # fmt: skip


class ShareForm(forms.Form):
    """Two agreements of one company, by their numbers, or an agreement and a program outside; days, shares, why."""

    carrying = forms.CharField(
        label=_("Agreement that carries the sales"), max_length=60,
        help_text=_("Its number. The sales stay in this program's figures."),
    )  # fmt: skip
    other = forms.CharField(
        label=_("Agreement that supports them, too"), max_length=60, required=False,
        help_text=_("The number of the same company's agreement in the other program. Leave it empty for a body outside this system."),
    )  # fmt: skip
    outside_body = forms.CharField(
        label=_("Body outside"), max_length=60, required=False, widget=forms.TextInput(attrs={"list": "known-bodies"}),
        help_text=_("Where a program of a body that does not use this system supports them, too. Bodies of known lists are offered."),
    )  # fmt: skip
    outside_program = forms.CharField(label=_("Its program"), max_length=160, required=False)
    outside_amount = forms.DecimalField(
        label=_("Amount that it granted (KRW)"), max_digits=16, decimal_places=0, min_value=Decimal(1), required=False,
        widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "numeric"}),
    )  # fmt: skip
    from_on = day(_("From"), help_text=_("By the day of the sale."))
    until_on = day(_("Until"))
    carrying_percent = _percent(_("Share of the carrying program (%)"))
    other_percent = _percent(
        _("Share of the other program (%)"), help_text=_("Both with one decimal at most; together 100.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    document = forms.CharField(
        label=_("Document"), max_length=120, required=False,
        help_text=_("Name or number of the paper on which it rests."),
    )  # fmt: skip
    upload = forms.FileField(
        label=_("Document file"), required=False,
        help_text=_("PDF, HWP, HWPX, DOCX or a picture. A body outside is named only with its paper."),
    )  # fmt: skip

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies

    def clean_carrying(self) -> Participation:
        """Of an agency for which the officer writes."""
        return self._found("carrying", Participation.objects.filter(agency__in=self.agencies))

    def clean_other(self) -> Participation | None:
        if not self.cleaned_data["other"].strip():
            return None
        return self._found("other", Participation.objects.filter(agency__in=self.agencies))

    def _found(self, name: str, among: Any) -> Participation:
        number = self.cleaned_data[name].strip()
        row: Participation | None = among.select_related("program", "company").filter(number=number).first()
        if row is None:
            raise forms.ValidationError(_("Your agency has no agreement with this number."))
        return row
