"""Listings: product x platform x country, with the steps and the reasons of refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.templatetags.naru import day, seoul
from programs.admin.beside import offered
from programs.admin.verbs import RecordAdmin, Verb, day_of, writes_for
from programs.domain import listings
from programs.forms.staff import AdvanceForm
from programs.models import Listing, ListingStep

TONES = {
    Listing.State.MATERIAL: "wait", Listing.State.PERMIT: "wait", Listing.State.SHIPPED: "info",
    Listing.State.IN_STOCK: "info", Listing.State.LIVE: "ok", Listing.State.PAUSED: "warn",
    Listing.State.REFUSED: "danger",
}  # fmt: skip


def _advance(by: User, listing: Any, values: dict[str, Any]) -> StrOrPromise:
    row = listings.advance(
        listing,
        values["to"],
        reason=values["reason"],
        reference=values["reference"],
        sku=values["sku"],
        store=values["store"],
        by=by,
    )
    return row.get_state_display()


@admin.register(Listing)
class ListingAdmin(RecordAdmin):
    change_form_template = "admin/programs/listing.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("advance", _("Take the next step"), _advance, form=AdvanceForm, tone="primary",
             consequence=_("A refusal or a pause needs its reason; a live listing its store and number."))
    ]  # fmt: skip
    list_display = [
        "product", "company", "market", "state_word", "sku", "reference", "store", day_of("live_on", _("live since")),
    ]  # fmt: skip
    list_filter = [
        "state",
        ("program", admin.RelatedOnlyFieldListFilter),
        ("market", admin.RelatedOnlyFieldListFilter),
    ]
    history_hanging = ("steps",)
    list_select_related = ["product", "company", "market__platform", "market__country", "store"]
    search_fields = ["product__name_ko", "product__code", "company__name_ko", "sku", "reference"]
    ordering = ["company__name_ko", "product__name_ko", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mine = agency_ids(cast(User, request.user))
        return (
            Listing.objects.filter(Q(agency__in=mine) | Q(program__shares__agency__in=mine))
            .distinct()
            .select_related("product", "company", "market__platform", "market__country", "store", "program")
        )

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, listing: Listing) -> str:
        return listing.get_state_display()

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [{"label": label, "url": url} for label, url in offered(request, record)]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Company"), "value": record.company,
             "url": reverse("admin:programs_participation_change", args=[record.participation_id]),
             "link_label": _("Open")},
            {"label": _("Market"), "value": record.market},
            {"label": _("Store"), "value": record.store},
            {"label": _("SKU"), "value": record.sku},
            {"label": _("Listing number"), "value": record.reference},
            {"label": _("HS code"), "value": record.product.hs_code},
            {"label": _("Live since"), "value": day(record.live_on) if record.live_on else None},
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        steps = (
            ListingStep.objects.filter(listing=record).select_related("taken_by").order_by("-taken_at", "-id")
        )
        return {
            "steps": [
                {
                    "when": seoul(each.taken_at),
                    "what": each.get_state_display(),
                    "who": each.taken_by or "",
                    "why": each.reason,
                    "tone": TONES[Listing.State(each.state)],
                }
                for each in steps
            ]
        }
