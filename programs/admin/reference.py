"""Platforms and their markets: master data that goes in and out by file and is switched off by date."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from import_export import fields, resources
from import_export.widgets import DateWidget, ForeignKeyWidget

from accounts.admin.acting import tell
from accounts.admin.exchange import ExchangeAdmin
from accounts.models import User
from ground.errors import RuleBroken
from ground.models import Country, Currency
from programs.domain import markets
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


class SharedResource(MasterResource):
    """Rows of all agencies: the verb says who may change which."""

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def do_instance_save(self, instance: Any, is_create: bool = True) -> None:
        assert self.user is not None
        try:
            markets.save(instance, by=self.user)
        except RuleBroken as error:
            raise ValueError(str(error.sentence)) from None


class SharedForm(forms.ModelForm):  # type: ignore[type-arg]
    by: ClassVar[User | None] = None

    def _post_clean(self) -> None:
        """The verb decides; its refusal stands beside its field or on top."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors and self.by is not None:
            try:
                markets.check(self.instance, by=self.by)
            except RuleBroken as error:
                tell(self, error)


class SharedAdmin(ExchangeAdmin):
    form = SharedForm

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("SharedForm", (form,), {"by": request.user})

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        markets.save(obj, by=cast(User, request.user))


class PlatformResource(SharedResource):
    class Meta(MasterResource.Meta):
        model = Platform
        import_id_fields = ("code",)
        fields = ("code", "name_ko", "name_en", "disabled_on")
        export_order = fields


class MarketResource(SharedResource):
    platform = fields.Field("platform", "platform", widget=ForeignKeyWidget(Platform, "code"))
    country = fields.Field("country", "country", widget=ForeignKeyWidget(Country, "code"))
    currency = fields.Field("currency", "currency", widget=ForeignKeyWidget(Currency, "code"))

    class Meta(MasterResource.Meta):
        model = Market
        import_id_fields = ("platform", "site_code")
        fields = ("platform", "site_code", "country", "currency", "zone", "disabled_on")
        export_order = fields


@admin.register(Platform)
class PlatformAdmin(SharedAdmin):
    resource_classes = [PlatformResource]
    list_display = ["code", "name_ko", "name_en", "disabled_on"]
    list_filter = [("disabled_on", admin.EmptyFieldListFilter)]
    search_fields = ["code", "name_ko", "name_en"]
    fields = ["code", "name_ko", "name_en", "disabled_on"]


@admin.register(Market)
class MarketAdmin(SharedAdmin):
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
