"""Support received: lists of other bodies come in by file with a preview, what one sees goes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from import_export import fields
from import_export.widgets import CharWidget, DateWidget, DecimalWidget

from accounts.admin.acting import day_input
from accounts.admin.exchange import ExchangeAdmin, MasterResource
from accounts.models import Agency
from companies import numbers, permissions
from companies.admin.company import agency_key
from companies.admin.resources import NumberWidget, RegisterConfirmForm, RegisterImportForm
from companies.domain import supports
from companies.models import Support
from ground.errors import RuleBroken
from ground.templatetags.naru import whole


class ChoiceWidget(CharWidget):
    """A code of the list, or its words in Korean or English."""

    def __init__(self, choices: Iterable[tuple[str, Any]], *, is_blank: bool = False) -> None:
        super().__init__()
        self.choices, self.is_blank = list(choices), is_blank

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        typed = str(value or "").strip().casefold()
        if not typed and self.is_blank:
            return ""
        for language in ("ko", "en"):
            with translation.override(language):
                for code, label in self.choices:
                    if typed in {code, str(label).casefold()}:
                        return code
        named = ", ".join(f"{code} ({label})" for code, label in self.choices)
        raise ValueError(_("“%(value)s” is none of: %(choices)s") % {"value": value, "choices": named})


class SupportResource(MasterResource):
    """One body's list: the body, its days and the agency stand in the form; saving goes through the verbs."""

    business_number = fields.Field("business_number", "business_number", widget=NumberWidget())
    item = fields.Field("item", "item", widget=ChoiceWidget(Support.Item.choices, is_blank=True))
    amount = fields.Field("amount", "amount", widget=DecimalWidget())
    money = fields.Field("money", "money", widget=ChoiceWidget(Support.Money.choices))
    granted_on = fields.Field("granted_on", "granted_on", widget=DateWidget("%Y-%m-%d"))

    class Meta(MasterResource.Meta):
        model = Support
        import_id_fields = ("business_number", "program", "item", "granted_on")
        fields = ("business_number", "body", "program", "item", "amount", "money", "granted_on", "document")
        export_order = fields

    agency: Agency | None = None

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.by = kwargs["user"]
        try:
            self.agency = permissions.chosen_agency(self.by, kwargs.get("agency", ""))
        except RuleBroken as error:
            raise ValidationError(str(error.sentence)) from error
        self.facts = {name: kwargs[name] for name in ("body", "from_on", "until_on")}
        if "body" in dataset.headers:
            del dataset["body"]

    def get_queryset(self) -> Any:
        """Only rows that the agency took in from this body are found again."""
        if self.agency is None:
            return super().get_queryset()
        return Support.objects.filter(agency=self.agency, body=self.facts["body"])

    def init_instance(self, row: Any = None) -> Support:
        return Support(agency=self.agency, body=self.facts["body"])

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        assert self.agency is not None
        try:
            supports.take_in(instance, agency=self.agency, body=self.facts["body"], by=self.by)
        except RuleBroken as error:
            raise ValidationError(str(error.sentence)) from error

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """The agency holds the list now; of a preview nothing stays."""
        super().after_import(dataset, result, **kwargs)
        if not result.has_errors() and not result.has_validation_errors():
            assert self.agency is not None
            supports.note_list(agency=self.agency, by=self.by, **self.facts)

    def dehydrate_business_number(self, row: Support) -> str:
        return numbers.pretty(row.business_number)


class SupportImportForm(RegisterImportForm):
    """Whose list it is and for which days it is complete."""

    body = forms.CharField(label=_("body"), max_length=60, help_text=_("Whose list it is, as calls name it."))
    from_on = forms.DateField(label=_("complete from"), widget=day_input())
    until_on = forms.DateField(label=_("complete until"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("The last day lies before the first."))
        return cleaned


class SupportConfirmForm(RegisterConfirmForm):
    body = forms.CharField(widget=forms.HiddenInput, max_length=60)
    from_on = forms.DateField(widget=forms.HiddenInput)
    until_on = forms.DateField(widget=forms.HiddenInput)


@admin.register(Support)
class SupportAdmin(ExchangeAdmin):
    resource_classes = [SupportResource]
    confirm_form_class = SupportConfirmForm
    list_display = ["number", "body", "program", "item", "amount", "money", "granted_on", "agency"]
    list_display_links = None
    list_select_related = ["agency"]
    list_filter = ["money", "item", ("agency", admin.EmptyFieldListFilter)]
    search_fields = ["business_number", "program", "body"]
    ordering = ["-granted_on", "id"]

    @admin.display(description=_("business number"), ordering="business_number")
    def number(self, row: Support) -> str:
        return whole(numbers.pretty(row.business_number))

    def get_import_form_class(self, request: HttpRequest) -> type[SupportImportForm]:
        return SupportImportForm

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_import_form_kwargs(request), "user": request.user}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        return {**initial, **_of(import_form)} if import_form else initial

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        return {**super().get_import_data_kwargs(**kwargs), **(_of(form) if form else {})}


def _of(form: Any) -> dict[str, Any]:
    named = {name: form.cleaned_data[name] for name in ("body", "from_on", "until_on")}
    return {**named, "body": named["body"].strip(), "agency": agency_key(form)}
