"""Stores with their tax treatment, and assignments: whose lines a store holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from import_export import fields
from import_export.widgets import ForeignKeyWidget, Widget

from accounts.admin.exchange import ExchangeAdmin
from accounts.models import Agency, Organization, User
from accounts.roles import agency_ids
from companies.models import Company
from ground import clock
from ground.access import may
from ground.models import Currency
from ground.templatetags.naru import day
from programs.admin.reference import MasterResource, ZoneForm
from programs.admin.verbs import RecordAdmin, Verb, day_of
from programs.domain import lasting, stores
from programs.domain.planning import own_agency
from programs.forms.staff import AssignForm, CorrectTaxForm, EndForm, FromDayForm, ReasonForm, TaxForm
from programs.models import Assignment, Market, Store, StoreTax


def _assign(by: User, store: Any, values: dict[str, Any]) -> StrOrPromise:
    made = stores.assign(
        store,
        values["participation"],
        scope=values["scope"],
        reference=values["reference"],
        from_on=values["from_on"],
        until_on=values["until_on"],
        by=by,
    )
    if made.until_on is not None and made.until_on != values["until_on"]:
        return str(lasting.why_until(made.until_on))
    return _("Assigned. Lines that waited for an owner are looked at again.")


def _set_tax(by: User, store: Any, values: dict[str, Any]) -> StrOrPromise:
    stores.set_tax(
        store,
        treatment=values["treatment"],
        rate_percent=values["rate_percent"],
        from_on=values["from_on"],
        until_on=values["until_on"],
        by=by,
    )
    return _("The tax treatment was recorded.")


def _correct_tax(by: User, store: Any, values: dict[str, Any]) -> StrOrPromise:
    tax = get_object_or_404(StoreTax, pk=values["tax"], store=store)
    stores.correct_tax(
        tax,
        treatment=values["treatment"],
        rate_percent=values["rate_percent"],
        from_on=values["from_on"],
        until_on=values["until_on"],
        reason=values["reason"],
        by=by,
    )
    return _("The tax treatment was corrected.")


def _disable(by: User, store: Any, values: dict[str, Any]) -> StrOrPromise:
    stores.disable_store(store, on=values["on"], by=by)
    return _("The store is out of use from that day.")


def _end(by: User, assignment: Any, values: dict[str, Any]) -> StrOrPromise:
    stores.end_assignment(assignment, until_on=values["until_on"], reason=values["reason"], by=by)
    return _("The assignment ends on that day.")


def _withdraw(by: User, assignment: Any, values: dict[str, Any]) -> StrOrPromise:
    stores.withdraw_assignment(assignment, reason=values["reason"], by=by)
    return _("The assignment is withdrawn. Lines that it counted are looked at again.")


class StoreForm(ZoneForm):
    """Checks constraints with the person's own agency, which stands in no form."""

    own_agency: ClassVar[Agency | None] = None

    class Meta:
        model = Store
        fields = [
            "market", "code", "name", "holder", "company", "organization", "kind", "settlement_currency", "zone",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "zone" in self.fields:
            self.fields["zone"].required = False
            self.fields["zone"].help_text = _("Left empty, it is the market's.")

    def clean_zone(self) -> str:
        return super().clean_zone() if self.cleaned_data.get("zone") else ""

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"agency"}

    def _post_clean(self) -> None:
        if self.own_agency is not None:
            self.instance.agency = self.own_agency
        super()._post_clean()  # type: ignore[misc]


class MarketWidget(Widget):
    """A market as platform:site, for example mercadolibre:MLC; two platforms may use the same site code."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Market:
        platform, _colon, site = str(value or "").partition(":")
        market = Market.objects.filter(platform__code=platform.strip(), site_code=site.strip()).first()
        if market is None:
            raise ValueError(_now("Name the market as platform:site, for example mercadolibre:MLC."))
        return market

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value.platform.code}:{value.site_code}" if value else ""


class StoreResource(MasterResource):
    """Stores of the person's own agency, found by their code."""

    market = fields.Field("market", "market", widget=MarketWidget())
    company = fields.Field("company", "company", widget=ForeignKeyWidget(Company, "business_number"))
    organization = fields.Field(
        "organization", "organization", widget=ForeignKeyWidget(Organization, "name_ko")
    )
    settlement_currency = fields.Field(
        "settlement_currency", "settlement_currency", widget=ForeignKeyWidget(Currency, "code")
    )

    class Meta(MasterResource.Meta):
        model = Store
        import_id_fields = ("code",)
        fields = (
            "code", "name", "market", "holder", "company", "organization", "kind", "settlement_currency", "zone",
            "disabled_on",
        )  # fmt: skip
        export_order = fields

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.agency = own_agency(user) if user is not None else None
        if user is not None:
            self.fields["company"].widget = SeenCompany(user)

    def get_queryset(self) -> QuerySet[Any]:
        return Store.objects.filter(agency=self.agency) if self.agency else Store.objects.none()

    def init_instance(self, row: Any = None) -> Any:
        return Store(agency=self.agency)


class SeenCompany(ForeignKeyWidget):  # type: ignore[type-arg]
    """A company by its number, if the person's agency sees it; else it does not exist."""

    def __init__(self, user: User) -> None:
        super().__init__(Company, "business_number")
        self.user = user

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        return Company.objects.visible_to(self.user)


@admin.register(Store)
class StoreAdmin(ExchangeAdmin, RecordAdmin):  # type: ignore[misc]
    has_form = True
    change_form_template = "admin/programs/store.html"
    form = StoreForm
    resource_classes = [StoreResource]
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("assign", _("Assign lines to a company"), _assign, form=AssignForm, tone="primary",
             consequence=_("A line takes the narrowest assignment: listing number, then SKU, then the whole store.")),
        Verb("set_tax", _("Record the tax treatment"), _set_tax, form=TaxForm,
             consequence=_("An open treatment before it ends on the day before.")),
        Verb("correct_tax", _("Correct the tax treatment"), _correct_tax, form=CorrectTaxForm,
             is_shown=lambda store: False,
             consequence=_("What the store sold on these days counts differently at once. Reports that are written stay"
                           " as they are.")),
        Verb("disable", _("Take out of use"), _disable, form=FromDayForm, tone="danger",
             is_shown=lambda store: store.disabled_on is None),
    ]  # fmt: skip
    list_display = [
        "code",
        "name",
        "market",
        "holder_name",
        "kind_word",
        "settlement_currency",
        "zone",
        "disabled_on",
    ]
    list_filter = ["holder", "kind", ("disabled_on", admin.EmptyFieldListFilter)]
    history_hanging = ("taxes", "assignments")
    list_select_related = [
        "market__platform",
        "market__country",
        "company",
        "organization",
        "settlement_currency",
    ]
    search_fields = ["code", "name", "company__name_ko", "organization__name_ko"]

    fieldsets = [
        (None, {"fields": [("code", "name"), ("market", "kind"), ("settlement_currency", "zone")]}),
        (_("Held by"), {"fields": [("holder", "company", "organization")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            Store.objects.filter(Q(agency__in=agency_ids(cast(User, request.user))))
            .select_related(
                "market__platform", "market__country", "company", "organization", "settlement_currency"
            )
            .order_by("code")
        )

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": None}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        agency = own_agency(cast(User, request.user)) if obj is None else None
        return type("StoreForm", (form,), {"own_agency": agency})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["market", "code", "holder", "company", "organization"] if obj is not None else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "market":
            kwargs["queryset"] = Market.objects.filter(disabled_on__isnull=True).select_related(
                "platform", "country"
            )
        if db_field.name == "organization":
            kwargs["queryset"] = Organization.objects.filter(
                kind=Organization.Kind.PROVIDER, disabled_on__isnull=True
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("held by"))
    def holder_name(self, store: Store) -> str:
        return f"{store.get_holder_display()}: {store.company or store.organization}"

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, store: Store) -> str:
        return store.get_kind_display()

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.disabled_on is not None:
            return _("out of use"), "neutral"
        return record.get_kind_display(), "info"

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "taxes": [
                (tax, CorrectTaxForm.of(tax, request.user))
                for tax in StoreTax.objects.filter(store=record).order_by("-from_on")
            ],
            "correct_url": reverse(self._route("correct_tax"), args=[record.pk])
            if may(request.user, self._route("correct_tax"), "POST")
            else "",
            "assignments": Assignment.objects.filter(store=record)
            .select_related("participation__company", "program")
            .order_by("scope", "reference", "-from_on"),
            "today": clock.today(),
        }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = cast(User, request.user)
        if change:
            stores.change_store(obj, by=by)
            return
        made = stores.add_store(
            agency=own_agency(by),
            market=obj.market,
            code=obj.code,
            name=obj.name,
            kind=obj.kind,
            holder=obj.company or obj.organization,
            holder_kind=obj.holder,
            settlement_currency=obj.settlement_currency,
            zone=obj.zone,
            by=by,
        )
        obj.pk, obj.agency, obj._state.adding = made.pk, made.agency, False


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("end", _("End the assignment"), _end, form=EndForm,
             consequence=_("Lines after that day wait for another owner; earlier ones keep theirs.")),
        Verb("withdraw", _("Withdraw the assignment"), _withdraw, form=ReasonForm, tone="danger",
             consequence=_("For an assignment that was a mistake from its first day on: none of its lines stay with the"
                           " company. The store's history keeps it with your reason.")),
    ]  # fmt: skip
    list_display = [
        "store", "scope_word", "reference", "company", "program", day_of("from_on", _("from")), day_of("until_on", _("until")),
    ]  # fmt: skip
    list_filter = [
        "scope",
        ("until_on", admin.EmptyFieldListFilter),
        ("program", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["store", "participation__company", "program"]
    search_fields = ["reference", "store__code", "store__name", "participation__company__name_ko"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Assignment.objects.filter(Q(agency__in=agency_ids(cast(User, request.user)))).select_related(
            "store", "participation__company", "program"
        )

    @admin.display(description=_("what"), ordering="scope")
    def scope_word(self, assignment: Assignment) -> str:
        return assignment.get_scope_display()

    @admin.display(description=_("company"), ordering="participation__company__name_ko")
    def company(self, assignment: Assignment) -> str:
        return str(assignment.participation.company)

    def after(self, request: HttpRequest, record: Any) -> str:
        """The assignment's page, or the store's when it was withdrawn."""
        if Assignment.objects.filter(pk=record.pk).exists():
            return super().after(request, record)
        return reverse("admin:programs_store_change", args=[record.store_id])

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        today = clock.today()
        if record.until_on is not None and record.until_on < today:
            return _("ended"), "neutral"
        return (_("in force"), "ok") if record.from_on <= today else (_("begins later"), "wait")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Store"), "value": record.store,
             "url": reverse("admin:programs_store_change", args=[record.store_id]), "link_label": _("Open")},
            {"label": _("What"), "value": record.get_scope_display(), "note": record.reference},
            {"label": _("Company"), "value": record.participation.company,
             "url": reverse("admin:programs_participation_change", args=[record.participation_id]),
             "link_label": _("Open")},
            {"label": _("Program"), "value": record.program},
            {"label": _("From"), "value": day(record.from_on)},
            {"label": _("Until"), "value": day(record.until_on) if record.until_on else _("no end")},
        ]  # fmt: skip
