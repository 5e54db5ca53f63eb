"""Exchange rates: by hand and by file. Nothing is changed: a correction is a further version."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from import_export import fields, resources
from import_export.widgets import DateWidget, DecimalWidget, ForeignKeyWidget, IntegerWidget

from accounts.admin.exchange import ExchangeAdmin
from accounts.models import User
from ground.errors import RuleBroken
from ground.models import Currency
from programs.forms.staff import DayInput
from reports.domain import rates
from reports.models import ExchangeRate


class RateResource(resources.ModelResource):  # type: ignore[type-arg]
    """`base,quote,day,quoted_units,quoted_value,source,reason`: a row that is there already is skipped, another value for
    its day becomes the next version and needs its reason."""

    base = fields.Field("base", "base", widget=ForeignKeyWidget(Currency, "code"))
    quote = fields.Field("quote", "quote", widget=ForeignKeyWidget(Currency, "code"))
    day = fields.Field("day", "day", widget=DateWidget("%Y-%m-%d"))
    quoted_units = fields.Field("quoted_units", "quoted_units", widget=IntegerWidget())
    quoted_value = fields.Field("quoted_value", "quoted_value", widget=DecimalWidget(coerce_to_string=True))

    class Meta:
        model = ExchangeRate
        import_id_fields = ("base", "quote", "day")
        fields = ("base", "quote", "day", "quoted_units", "quoted_value", "source", "reason")
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

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
        return ExchangeRate.objects.filter(base=base, quote=quote, day=day).order_by("-version").first()

    def do_instance_save(self, instance: Any, is_create: bool = True) -> None:
        assert self.user is not None
        try:
            rates.enter(
                base=instance.base, quote=instance.quote, day=instance.day, quoted_units=instance.quoted_units or 1,
                quoted_value=instance.quoted_value, source=instance.source, reason=instance.reason, by=self.user,
            )  # fmt: skip
        except RuleBroken as error:
            raise ValueError(str(error.sentence)) from None


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    by: ClassVar[User | None] = None

    class Meta:
        model = ExchangeRate
        fields = ["base", "quoted_units", "quote", "quoted_value", "day", "source", "reason"]
        widgets = {"day": DayInput()}

    def clean(self) -> dict[str, Any]:
        """The verb decides; its refusal stands beside its field. What it writes is kept until the form is saved."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                rates.check(
                    base=values["base"], quote=values["quote"], day=values["day"], source=values["source"],
                    quoted_units=values["quoted_units"], quoted_value=values["quoted_value"], reason=values["reason"],
                    by=self.by,
                )  # fmt: skip
            except RuleBroken as error:
                self.add_error(error.fields[0] if error.fields else None, str(error.sentence))
        return values


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ExchangeAdmin):
    form = RateForm
    resource_classes = [RateResource]
    list_display = ["day", "base", "quoted_units", "quote", "quoted_value", "source", "version", "reason"]
    list_filter = ["base", "quote", "source"]
    date_hierarchy = "day"
    search_fields = ["source", "base__code", "quote__code"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = ["base", "quoted_units", "quote", "quoted_value", "day", "source", "reason"]
        return fields if obj is None else [*fields, "version"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("RateForm", (form,), {"by": request.user})

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = rates.enter(
            base=obj.base, quote=obj.quote, day=obj.day, quoted_units=obj.quoted_units, source=obj.source,
            quoted_value=obj.quoted_value, reason=obj.reason, by=cast(User, request.user),
        )  # fmt: skip
        obj.pk, obj.version, obj._state.adding = made.pk, made.version, False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"quoted_units": 1, **super().get_changeform_initial_data(request)}
