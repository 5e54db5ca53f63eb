"""Reviews: versions of a country as a second person sees them, and their publication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.second_person import answer_of, shown_at
from accounts.models import User
from accounts.models.agency import DecisionKind
from ground.templatetags.naru import seoul
from guidance.domain import reviewing
from guidance.models import Review, StatementVersion
from guidance.queries.statements import PILLAR_ORDER
from programs.admin.verbs import RecordAdmin, Verb, instant_of, writes_for

shown_at(DecisionKind.STATEMENTS, "admin:guidance_review_change")
TONES = {Review.State.ASKED: "wait", Review.State.RETURNED: "neutral", Review.State.PUBLISHED: "ok"}


def versions_of(review: Review) -> list[StatementVersion]:
    """For one page: what stands on it at several places is asked once."""
    if "shown_versions" not in vars(review):
        rows = review.versions.whole().select_related("statement__country", "finding__task__organization")
        vars(review)["shown_versions"] = list(rows.order_by(PILLAR_ORDER, "statement__position", "pk"))
    found: list[StatementVersion] = vars(review)["shown_versions"]
    return found


def _publish(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    reviewing.publish(row, by=by)
    return _("Published. Readers see it from now on.")


def _take_back(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    reviewing.take_back(row, by=by)
    return _("Taken back. The versions are drafts again.")


def _why_not_publish(row: Any) -> StrOrPromise | None:
    asked = reviewing.question_of(row, versions_of(row))
    if asked is None:
        return _("Something has changed since it was asked. Take it back and ask again.")
    if asked.answered_at is None:
        return _("A second person has not agreed yet.")
    if not asked.is_granted:
        return _("A second person refused.")
    return None


def _is_asked(row: Any) -> bool:
    return bool(row.state == Review.State.ASKED)


@admin.register(Review)
class ReviewAdmin(RecordAdmin):
    change_form_template = "admin/guidance/review.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("publish", _("Publish"), _publish, why_not=_why_not_publish, is_shown=_is_asked, tone="primary",
             consequence=_("All versions at once; those that stood before are replaced.")),
        Verb("take_back", _("Take back"), _take_back, is_shown=_is_asked,
             consequence=_("The versions are drafts again; the question is asked anew afterwards.")),
    ]  # fmt: skip
    list_display = ["country_name", "program", "state_word", "count", instant_of("created_at", _("asked at"))]
    list_display_links = ["country_name"]
    list_filter = ["state", ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["program", "country"]
    search_fields = ["country__code", "country__name_ko", "country__name_en", "program__code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(asked_count=Count("versions"))
        return rows.select_related("program", "country", "approval__answered_by", "approval__asked_by")

    @admin.display(description=_("country"), ordering="country")
    def country_name(self, row: Review) -> str:
        return str(row.country)

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Review) -> str:
        return row.get_state_display()

    @admin.display(description=_("statements"))
    def count(self, row: Any) -> int:
        return int(row.asked_count)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("Program"), "value": record.program},
            {"label": _("Country"), "value": record.country},
            {"label": _("Reason"), "value": record.reason, "note": seoul(record.created_at)},
        ]
        asked = record.approval
        if asked is not None:
            found.append(
                {"label": _("Second person"), "value": asked.answered_by or answer_of(asked)[0],
                 "note": " · ".join(str(each) for each in (answer_of(asked)[0], asked.answer_reason) if each),
                 "url": reverse("admin:accounts_approval_change", args=[asked.pk]), "link_label": _("Open")}
            )  # fmt: skip
        return found

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"versions": versions_of(record)}
