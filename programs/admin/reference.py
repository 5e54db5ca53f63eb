"""Platforms and their markets: master data that goes in and out by file and is switched off by date."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from import_export import fields, resources
from import_export.widgets import DateWidget, ForeignKeyWidget

from accounts.admin.exchange import ExchangeAdmin
from ground.errors import RuleBroken
from ground.models import Country, Currency
from programs.domain.stores import check_zone
from programs.models import Market, Platform


class ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """A zone that the database of time zones knows; the refusal stands beside the field."""

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        try:
            check_zone(zone)
        except RuleBroken as error:
            raise forms.ValidationError(str(error.sentence)) from None
        return zone


class MasterResource(resources.ModelResource):  # type: ignore[type-arg]
    """Rows are found by their codes, changed or added, never deleted."""

    disabled_on = fields.Field("disabled_on", "disabled_on", widget=DateWidget("%Y-%m-%d"))

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        if "zone" in row:
            try:
                check_zone(str(row["zone"] or ""))
            except RuleBroken as error:
                raise ValueError(str(error.sentence)) from None


class PlatformResource(MasterResource):
    class Meta(MasterResource.Meta):
        model = Platform
        import_id_fields = ("code",)
        fields = ("code", "name_ko", "name_en", "disabled_on")
        export_order = fields


class MarketResource(MasterResource):
    platform = fields.Field("platform", "platform", widget=ForeignKeyWidget(Platform, "code"))
    country = fields.Field("country", "country", widget=ForeignKeyWidget(Country, "code"))
    currency = fields.Field("currency", "currency", widget=ForeignKeyWidget(Currency, "code"))

    class Meta(MasterResource.Meta):
        model = Market
        import_id_fields = ("platform", "site_code")
        fields = ("platform", "site_code", "country", "currency", "zone", "disabled_on")
        export_order = fields


@admin.register(Platform)
class PlatformAdmin(ExchangeAdmin):
    resource_classes = [PlatformResource]
    list_display = ["code", "name_ko", "name_en", "disabled_on"]
    list_filter = [("disabled_on", admin.EmptyFieldListFilter)]
    search_fields = ["code", "name_ko", "name_en"]
    fields = ["code", "name_ko", "name_en", "disabled_on"]


@admin.register(Market)
class MarketAdmin(ExchangeAdmin):
    form = ZoneForm
    resource_classes = [MarketResource]
    list_display = ["platform", "site_code", "country", "currency", "zone", "disabled_on"]
    list_display_links = ["platform", "site_code"]
    list_filter = ["platform", ("disabled_on", admin.EmptyFieldListFilter)]
    list_select_related = ["platform", "country", "currency"]
    search_fields = [
        "site_code",
        "platform__code",
        "platform__name_ko",
        "platform__name_en",
        "country__name_ko",
    ]
    fields = ["platform", "site_code", "country", "currency", "zone", "disabled_on"]
