"""What an officer types to declare that two programs support the same sales."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from programs.forms.staff import day
from programs.models import Participation, Program


def _percent(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=4, decimal_places=1, min_value=Decimal("0.1"), max_value=Decimal("99.9"),
        widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "decimal", "step": "0.1"}), **options,
    )  # fmt: skip


class ShareForm(forms.Form):
    """Two agreements of one company, by their numbers, the second one also of another agency, or an agreement and a program outside; days, shares,
    why."""

    carrying = forms.CharField(
        label=_("Agreement that carries the sales"), max_length=60,
        help_text=_("Its number. The sales stay in this program's figures."),
    )  # fmt: skip
    other = forms.CharField(
        label=_("Agreement that supports them, too"), max_length=60, required=False,
        help_text=_("The number of the same company's agreement in the other program. Leave it empty for a body outside this system."),
    )  # fmt: skip
    other_agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Agency of that agreement"), required=False, empty_label=_("your own agency"),
        help_text=_("Another agency is asked: the shares are named once it agrees. It reads this form and no figure before."),
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
        field = self.fields["other_agency"]
        assert isinstance(field, forms.ModelChoiceField)
        known = Agency.objects.filter(Exists(Program.objects.filter(agency=OuterRef("pk"))))
        field.queryset = known.exclude(pk__in=agencies).order_by("name_ko", "code")

    def clean_carrying(self) -> Participation:
        """Of an agency for which the officer writes."""
        return self._found(self.cleaned_data["carrying"])

    def clean(self) -> dict[str, Any]:
        """The other agreement, where the one that carries is known; of another agency only one of the same company is found, and whether it
        is, the verb tells when nothing else is wrong."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        number, agency = (values.get("other") or "").strip(), values.get("other_agency")
        values["other"] = None
        if agency is None:
            if number:
                try:
                    values["other"] = self._found(number)
                except forms.ValidationError as error:
                    self.add_error("other", error)
        elif not number:
            self.add_error("other", _("Give the number of the agreement at the other agency."))
        elif carrying := values.get("carrying"):
            rows = Participation.objects.select_related("program", "company", "agency")
            values["other"] = rows.filter(agency=agency, company=carrying.company_id, number=number).first()
        return values

    def _found(self, number: str) -> Participation:
        rows = Participation.objects.filter(agency__in=self.agencies).select_related("program", "company")
        row = rows.filter(number=number.strip()).first()
        if row is None:
            raise forms.ValidationError(_("Your agency has no agreement with this number."))
        return row
