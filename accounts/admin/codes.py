"""Code lists of the ground, as staff see them: currencies and holidays are kept by managers by hand and by file, the
others come shipped and are amended by file."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_noop
from import_export import fields
from import_export.widgets import DateWidget, ForeignKeyWidget

from accounts.admin.exchange import ExchangeAdmin, MasterResource
from ground.audit import because
from ground.models import Country, Currency, Holiday, Industry, Province
from ground.reasons import own

EDITED = own(gettext_noop("edited on the staff site"))

IN_USE: list[Any] = [("disabled_on", admin.EmptyFieldListFilter)]


class CodeResource(MasterResource):
    disabled_on = fields.Field("disabled_on", "disabled_on", widget=DateWidget("%Y-%m-%d"))


class CurrencyResource(CodeResource):
    class Meta(MasterResource.Meta):
        model = Currency
        import_id_fields = ("code",)
        fields = ("code", "name_ko", "name_en", "decimals", "quote_units", "disabled_on")
        export_order = fields


class HolidayResource(CodeResource):
    day = fields.Field("day", "day", widget=DateWidget("%Y-%m-%d"))

    class Meta(MasterResource.Meta):
        model = Holiday
        import_id_fields = ("day",)
        fields = ("day", "name_ko", "name_en", "disabled_on")
        export_order = fields


class CountryResource(CodeResource):
    class Meta(MasterResource.Meta):
        model = Country
        import_id_fields = ("code",)
        fields = ("code", "name_ko", "name_en", "disabled_on")
        export_order = fields


class ProvinceResource(CodeResource):
    valid_from = fields.Field("valid_from", "valid_from", widget=DateWidget("%Y-%m-%d"))
    valid_to = fields.Field("valid_to", "valid_to", widget=DateWidget("%Y-%m-%d"))
    succeeded_by = fields.Field("succeeded_by", "succeeded_by", widget=ForeignKeyWidget(Province, "code"))

    class Meta(MasterResource.Meta):
        model = Province
        import_id_fields = ("code",)
        fields = (
            "code", "name_ko", "short_ko", "name_en", "valid_from", "valid_to", "succeeded_by", "disabled_on",
        )  # fmt: skip
        export_order = fields


class IndustryResource(CodeResource):
    class Meta(MasterResource.Meta):
        model = Industry
        import_id_fields = ("revision", "code")
        fields = ("revision", "code", "name_ko", "name_en", "disabled_on")
        export_order = fields

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """The key of a class is made of its revision and code."""
        super().import_instance(instance, row, **kwargs)
        instance.pk = f"{instance.revision}:{instance.code}"


class CodeAdmin(ExchangeAdmin):
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with because(EDITED):
            obj.save()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [self.opts.pk.name] if obj else []


@admin.register(Currency)
class CurrencyAdmin(CodeAdmin):
    resource_classes = [CurrencyResource]
    list_display = ["code", "name_ko", "name_en", "decimals", "quote_units", "disabled_on"]
    list_filter = IN_USE
    search_fields = ["code", "name_ko", "name_en"]
    fields = ["code", "name_ko", "name_en", "decimals", "quote_units", "disabled_on"]


@admin.register(Holiday)
class HolidayAdmin(CodeAdmin):
    resource_classes = [HolidayResource]
    list_display = ["day", "name_ko", "name_en", "disabled_on"]
    list_filter = IN_USE
    search_fields = ["name_ko", "name_en"]
    date_hierarchy = "day"
    fields = ["day", "name_ko", "name_en", "disabled_on"]


@admin.register(Province)
class ProvinceAdmin(ExchangeAdmin):
    resource_classes = [ProvinceResource]
    list_display = ["code", "name_ko", "name_en", "valid_from", "valid_to", "succeeded_by"]
    list_filter = [("valid_to", admin.EmptyFieldListFilter)]
    list_select_related = ["succeeded_by"]
    search_fields = ["code", "name_ko", "short_ko", "name_en"]


@admin.register(Industry)
class IndustryAdmin(ExchangeAdmin):
    resource_classes = [IndustryResource]
    list_display = ["code", "revision", "name_ko", "name_en", "disabled_on"]
    list_filter = ["revision", *IN_USE]
    search_fields = ["code", "name_ko", "name_en"]


@admin.register(Country)
class CountryAdmin(ExchangeAdmin):
    resource_classes = [CountryResource]
    list_display = ["code", "name_ko", "name_en", "disabled_on"]
    list_filter = IN_USE
    search_fields = ["code", "name_ko", "name_en"]
