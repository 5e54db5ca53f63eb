"""Indicators and their values by country and year: by hand, or by file with a preview."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from import_export import fields
from import_export.widgets import DateWidget, ForeignKeyWidget, Widget

from accounts.admin.exchange import ExchangeAdmin, MasterResource
from accounts.models import User
from accounts.roles import agency_ids
from ground import words
from ground.errors import RuleBroken
from ground.models import Country
from programs.admin.parts import OfRecordForm
from programs.admin.verbs import RecordAdmin, day_of
from programs.domain import choosing
from programs.models import (
    Indicator,
    IndicatorValue,
    Program,
)
from programs.permissions import WRITERS
from programs.queries import country_choice


def own_programs(request: HttpRequest) -> QuerySet[Program]:
    return Program.objects.filter(agency__in=agency_ids(cast(User, request.user), *WRITERS))


def _own_indicators(user: User) -> QuerySet[Indicator]:
    return Indicator.objects.filter(agency__in=agency_ids(user, *WRITERS)).select_related("program")


@admin.register(Indicator)
class IndicatorAdmin(RecordAdmin):
    form = OfRecordForm
    has_form = True
    list_display = ["name", "code", "unit_word", "program"]
    list_display_links = ["name"]
    list_filter = [("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["program"]
    search_fields = ["code", "name_ko", "name_en"]
    history_hanging = ("values",)
    fields = ["program", "code", ("name_ko", "name_en"), ("unit_ko", "unit_en")]

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, row: Indicator) -> str:
        return str(words.marked(row, "name"))

    @admin.display(description=_("unit"))
    def unit_word(self, row: Indicator) -> str:
        return row.unit

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        page = reverse("admin:programs_indicatorvalue_changelist")
        return [{"label": _("Values"), "url": f"{page}?indicator__id__exact={record.pk}"}]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = own_programs(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["program", "code"] if obj is not None else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        choosing.save_indicator(obj, by=cast(User, request.user))


class IndicatorWidget(ForeignKeyWidget):  # type: ignore[type-arg]
    """An indicator of the person's own programs as PROGRAM:indicator."""

    def __init__(self, user: User | None) -> None:
        super().__init__(Indicator, "code")
        self.user = user

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Indicator:
        program, _colon, code = str(value or "").partition(":")
        found = (
            _own_indicators(self.user).filter(program__code=program.strip(), code=code.strip()).first()
            if self.user is not None
            else None
        )
        if found is None:
            raise ValueError(
                _now("Name the indicator as program:code, for example STRATEGY-5C-2015:market-size.")
            )
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value.program.code}:{value.code}" if value else ""


class YesNo(Widget):
    """Yes or no in the words that people write in a cell; an empty one says neither."""

    YES = frozenset({"1", "true", "yes", "y", "o", "예", "네"})
    NO = frozenset({"0", "false", "no", "n", "x", "아니요", "아니오"})

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        said = str(value).strip().lower()
        if said not in self.YES | self.NO:
            raise ValueError(_now("Write 1 for an illustrative value and 0 for a published one."))
        return said in self.YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "1" if value else "0"


class Number(Widget):
    """A number with a point, with or without commas between thousands; anything else could be read in two ways."""

    SHAPE = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal:
        text = str(value).strip()
        if not self.SHAPE.fullmatch(text):
            raise ValueError(
                _now("Write the number with a point, for example 1234.5: “%(text)s” is not clear.")
                % {"text": text}
            )
        return Decimal(text.replace(",", ""))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else f"{value:f}"


class Year(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        if not re.fullmatch(r"\d{4}", text := str(value).strip()):
            raise ValueError(_now("Write the year with four digits."))
        return int(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class ValueResource(MasterResource):
    """Values of the person's own programs, found by indicator, country and year."""

    indicator = fields.Field("indicator", "indicator", widget=IndicatorWidget(None))
    country = fields.Field("country", "country", widget=ForeignKeyWidget(Country, "code"))
    year = fields.Field("year", "year", widget=Year())
    value = fields.Field("value", "value", widget=Number())
    source_on = fields.Field("source_on", "source_on", widget=DateWidget("%Y-%m-%d"))
    is_illustrative = fields.Field("is_illustrative", "is_illustrative", widget=YesNo())

    class Meta(MasterResource.Meta):
        model = IndicatorValue
        import_id_fields = ("indicator", "country", "year")
        fields = ("indicator", "country", "year", "value", "source", "source_on", "is_illustrative")
        export_order = fields

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        if user is not None:
            self.fields["indicator"].widget = IndicatorWidget(user)

    def get_queryset(self) -> QuerySet[Any]:
        rows = IndicatorValue.objects.select_related("indicator__program")
        return rows if self.user is None else rows.filter(agency__in=agency_ids(self.user, *WRITERS))

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """An empty cell is an unknown value, and an unknown value has no row."""
        if not str(row.get("value") if row.get("value") is not None else "").strip():
            raise ValueError(_now("The value is empty. Leave out the row of a value that is not known."))

    def do_instance_save(self, instance: Any, is_create: bool = True) -> None:
        assert self.user is not None
        try:
            choosing.save_value(instance, by=self.user)
        except RuleBroken as error:
            raise ValueError(str(error.sentence)) from None

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        if instance.indicator_id is not None:
            instance.agency_id = instance.indicator.agency_id
            instance.program_id = instance.indicator.program_id
        super().validate_instance(instance, *args, **kwargs)


class ValueForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks constraints with the indicator's own agency and program, which stand in no form."""

    def _post_clean(self) -> None:
        indicator = self.cleaned_data.get("indicator")
        if indicator is not None:
            self.instance.agency_id, self.instance.program_id = indicator.agency_id, indicator.program_id
        super()._post_clean()  # type: ignore[misc]


@admin.register(IndicatorValue)
class IndicatorValueAdmin(ExchangeAdmin, RecordAdmin):  # type: ignore[misc]
    form = ValueForm
    has_form = True
    resource_classes = [ValueResource]
    list_display = [
        "indicator", "country", "year_text", "value_text", "unit_word", "source", day_of("source_on", _("date of the source")),
        "kind_word",
    ]  # fmt: skip
    list_display_links = ["indicator", "country"]
    list_filter = [
        ("program", admin.RelatedOnlyFieldListFilter),
        ("indicator", admin.RelatedOnlyFieldListFilter),
        "year",
        "is_illustrative",
    ]
    list_select_related = ["indicator__program", "country"]
    search_fields = [
        "indicator__code",
        "indicator__name_ko",
        "indicator__name_en",
        "country__code",
        "country__name_ko",
    ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        year = "year" if obj is None else "year_text"
        return [("indicator", "country", year), "value", ("source", "source_on"), "is_illustrative"]

    @admin.display(description=_("year"), ordering="year")
    def year_text(self, row: IndicatorValue) -> str:
        return str(row.year)

    @admin.display(description=_("value"), ordering="value")
    def value_text(self, row: IndicatorValue) -> str:
        return country_choice.written(f"{row.value:f}")

    @admin.display(description=_("unit"))
    def unit_word(self, row: IndicatorValue) -> str:
        return row.indicator.unit

    @admin.display(description=_("kind"), ordering="is_illustrative")
    def kind_word(self, row: IndicatorValue) -> str:
        return _now("illustrative") if row.is_illustrative else _now("published")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            kwargs["queryset"] = Country.objects.filter(disabled_on__isnull=True)
        if db_field.name != "indicator":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        kwargs["queryset"] = _own_indicators(cast(User, request.user))
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = lambda row: f"{row.program.code}: {row}"
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["indicator", "country", "year_text"] if obj is not None else []

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": None}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        choosing.save_value(obj, by=cast(User, request.user))
