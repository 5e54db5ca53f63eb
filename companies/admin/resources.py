"""The agency's list of companies, in and out by file."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from import_export import fields
from import_export.forms import ConfirmImportForm
from import_export.widgets import CharWidget, DateWidget

from accounts.admin.exchange import LimitedImportForm, MasterResource
from accounts.models import Agency, User
from accounts.roles import agencies_of
from companies import numbers, permissions
from companies.domain import taking_in
from companies.models import Company
from ground.errors import RuleBroken


class NumberWidget(CharWidget):
    """A business number however it is written; leading zeros that a spreadsheet ate are put back."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        number = numbers.clean(value)
        if re.fullmatch(r"[0-9]{7,9}", number):
            number = number.zfill(10)
        try:
            numbers.validate(number)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error
        return number


class CompanyResource(MasterResource):
    """Facts only, no people. Rows are found by the business number; saving goes through the verb."""

    business_number = fields.Field("business_number", "business_number", widget=NumberWidget())
    opened_on = fields.Field("opened_on", "opened_on", widget=DateWidget("%Y-%m-%d"))

    class Meta(MasterResource.Meta):
        model = Company
        import_id_fields = ("business_number",)
        fields = ("business_number", "corporate_number", "name_ko", "name_en", "opened_on", "website")
        export_order = fields

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.by = kwargs["user"]
        try:
            self.agency = permissions.chosen_agency(self.by, kwargs.get("agency", ""))
        except RuleBroken as error:
            raise ValidationError(str(error.sentence)) from error

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Unchanged facts are skipped only where the agency sees the company already; else the verb has its say, so that
        a preview tells nothing about companies of others."""
        is_same: bool = super().skip_row(instance, original, row, import_validation_errors)
        return is_same and instance.pk is not None and instance.sights.filter(agency=self.agency).exists()

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        try:
            taking_in.take_in(instance, agency=self.agency, by=self.by)
        except RuleBroken as error:
            raise ValidationError(str(error.sentence)) from error


class RegisterImportForm(LimitedImportForm):
    """Asks somebody who serves in several agencies for which of them the list is."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=gettext_lazy("agency"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [each.pk for each in agencies_of(user, *permissions.DECIDING_STAFF)]
        field: Any = self.fields["agency"]
        field.queryset = Agency.objects.filter(pk__in=own).order_by("code")
        field.required = len(own) > 1
        if not field.required:
            field.widget = forms.HiddenInput()


class RegisterConfirmForm(ConfirmImportForm):
    agency = forms.CharField(widget=forms.HiddenInput, required=False)
