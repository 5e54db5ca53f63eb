"""Exchange rates: by hand and by file. Nothing is changed: a correction is a further version."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from import_export import fields, resources
from import_export.widgets import DateWidget, DecimalWidget, ForeignKeyWidget, IntegerWidget, Widget

from accounts.admin.exchange import ExchangeAdmin
from accounts.models import User
from ground.errors import RuleBroken
from ground.models import Currency
from programs.forms.staff import DayInput
from reports.domain import rates
from reports.models import ExchangeRate
from reports.views.restated import correction_context

HEADERS = {
    "units": "quoted_units", "value": "quoted_value",
    "구분": "series", "기준통화": "base", "표시통화": "quote", "일자": "day", "단위": "quoted_units", "환율": "quoted_value",
    "출처": "source", "사유": "reason",
}  # fmt: skip
"""Other names of the columns, without blanks."""
NUMBER = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
SMALLEST = Decimal(1).scaleb(-ExchangeRate._meta.get_field("quoted_value").decimal_places)
LARGEST = 10**12


class CurrencyWidget(ForeignKeyWidget):  # type: ignore[type-arg]
    def __init__(self) -> None:
        super().__init__(Currency, "code")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Currency:
        code = str(value or "").strip().upper()
        found = Currency.objects.filter(code=code).first()
        if found is None:
            raise ValueError(_("Not in the list of currencies: %(codes)s") % {"codes": code or "–"})
        return cast(Currency, found)


class DaysWidget(DateWidget):
    """A day as people type it; a day of a workbook as it is."""

    def __init__(self) -> None:
        super().__init__("%Y-%m-%d")
        self.formats = ("%Y-%m-%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y%m%d", "%Y-%m-%d %H:%M:%S")


class SeriesWidget(Widget):
    """Nothing said is the rate of the day; the name in the reader's language counts as the code does."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value or "").strip() or ExchangeRate.Series.DAY.value
        names = {str(label): code for code, label in ExchangeRate.Series.choices}
        found = names.get(text, text)
        if found not in ExchangeRate.Series.values:
            raise ValueError(_("The series is day or customs_week, not: %(text)s") % {"text": text})
        return str(found)


class UnitsWidget(IntegerWidget):
    """Nothing said is one."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        return int(super().clean(value, row, **kwargs) or 1)


class ValueWidget(DecimalWidget):
    """A number as it is printed, thousands with commas; a comma is never the point. That of a workbook's cell, which may say a
    small one with an exponent, is taken to the digits that a rate has."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        text = str(value).strip()
        if isinstance(value, float) and abs(value) < LARGEST:
            text = format(Decimal(text).quantize(SMALLEST), "f")
        if text and not NUMBER.fullmatch(text.removeprefix("-")):
            raise ValueError(_("Not a number such as 1,391.40: %(text)s") % {"text": text})
        return Decimal(text.replace(",", "")) if text else None


class RateResource(resources.ModelResource):  # type: ignore[type-arg]
    """`series,base,quote,day,quoted_units,quoted_value,source,reason` (or `units`, `value`; `series` and `units` may be
    left out): a row that is there already is skipped, another value for its day becomes the next version and needs its
    reason. All rows are taken in, or none."""

    series = fields.Field("series", "series", widget=SeriesWidget())
    base = fields.Field("base", "base", widget=CurrencyWidget())
    quote = fields.Field("quote", "quote", widget=CurrencyWidget())
    day = fields.Field("day", "day", widget=DaysWidget())
    quoted_units = fields.Field("quoted_units", "quoted_units", widget=UnitsWidget(coerce_to_string=False))
    quoted_value = fields.Field("quoted_value", "quoted_value", widget=ValueWidget(coerce_to_string=False))

    class Meta:
        model = ExchangeRate
        import_id_fields = ("base", "quote", "day")
        fields = ("series", "base", "quote", "day", "quoted_units", "quoted_value", "source", "reason")
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return super().import_data(dataset, *args, **{**kwargs, "rollback_on_validation_errors": True})

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        names = [str(name or "").strip().lower() for name in dataset.headers or []]
        dataset.headers = [HEADERS.get(name.replace(" ", ""), name) for name in names]

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """The reason of an earlier version is not that of the next."""
        instance.reason = ""
        super().import_instance(instance, row, **kwargs)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """A reason says why a value changes; alone it changes nothing."""
        original.reason = instance.reason
        return bool(super().skip_row(instance, original, row, import_validation_errors))

    def get_instance(self, instance_loader: Any, row: Any) -> ExchangeRate | None:
        """The newest version of the day."""
        base, quote, day = (self.fields[name].clean(row) for name in ("base", "quote", "day"))
        series = self.fields["series"].widget.clean(row.get("series"))
        return rates.of_pair(series, base, quote, day).first()

    def do_instance_save(self, instance: Any, is_create: bool = True) -> None:
        assert self.user is not None
        try:
            rates.enter(
                series=instance.series, base=instance.base, quote=instance.quote, day=instance.day, quoted_units=instance.quoted_units or 1,
                quoted_value=instance.quoted_value, source=instance.source, reason=instance.reason, by=self.user,
            )  # fmt: skip
        except RuleBroken as error:
            raise ValueError(str(error.sentence)) from None


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    by: ClassVar[User | None] = None

    class Meta:
        model = ExchangeRate
        fields = ["series", "base", "quoted_units", "quote", "quoted_value", "day", "source", "reason"]
        widgets = {"day": DayInput()}

    def clean(self) -> dict[str, Any]:
        """The verb decides; its refusal stands beside its field. What it writes is kept until the form is saved."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                rates.check(
                    series=values["series"], base=values["base"], quote=values["quote"], day=values["day"], source=values["source"],
                    quoted_units=values["quoted_units"], quoted_value=values["quoted_value"], reason=values["reason"],
                    by=self.by,
                )  # fmt: skip
            except RuleBroken as error:
                self.add_error(error.fields[0] if error.fields else None, str(error.sentence))
        return values


class CorrectionFilter(admin.SimpleListFilter):
    title = _("corrections")
    parameter_name = "corrections"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("corrections only"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.corrections() if self.value() == "1" else queryset


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ExchangeAdmin):
    form = RateForm
    change_form_template = "admin/reports/exchangerate.html"
    resource_classes = [RateResource]
    list_display = [
        "day",
        "series",
        "base",
        "quoted_units",
        "quote",
        "quoted_value",
        "source",
        "version",
        "reason",
    ]
    list_filter = [CorrectionFilter, "series", "base", "quote", "source"]
    date_hierarchy = "day"
    search_fields = ["source", "base__code", "quote__code"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = ["series", "base", "quoted_units", "quote", "quoted_value", "day", "source", "reason"]
        return fields if obj is None else [*fields, "version"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A correction's page shows what it moves."""
        rate = self.get_object(request, unquote(object_id))
        moved = correction_context(request.user, rate) if rate is not None and rate.is_correction else {}
        return super().change_view(request, object_id, form_url, {**moved, **(extra_context or {})})

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("RateForm", (form,), {"by": request.user})

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """What was fine in the preview may have changed until it was confirmed; then nothing was taken in."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        messages.error(request, _("Nothing was taken in: some rows no longer fit. Look at a new preview."))
        return HttpResponseRedirect(reverse("admin:reports_exchangerate_import"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = rates.enter(
            series=obj.series, base=obj.base, quote=obj.quote, day=obj.day, quoted_units=obj.quoted_units, source=obj.source,
            quoted_value=obj.quoted_value, reason=obj.reason, by=cast(User, request.user),
        )  # fmt: skip
        obj.pk, obj.version, obj._state.adding = made.pk, made.version, False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"quoted_units": 1, **super().get_changeform_initial_data(request)}
