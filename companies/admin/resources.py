"""The agency's list of companies, in and out by file."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields
from import_export.widgets import CharWidget, DateWidget

from accounts.admin.exchange import MasterResource
from accounts.models import Agency
from accounts.roles import agencies_of
from companies import numbers
from companies.domain import taking_in
from companies.models import Company
from ground.access import Role
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
        self.agency = agency_for(self.by)

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


def agency_for(user: Any) -> Agency:
    """For which agency a person takes in a list: the one they serve in as manager or officer."""
    agencies = sorted(agencies_of(user, Role.MANAGER, Role.OFFICER), key=lambda each: each.code)
    if not agencies:
        raise ValidationError(_("Your role in the agency does not include this. Ask a manager."))
    return agencies[0]
