"""Questions of companies about calls: what waits for an answer, and what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.history import label_of
from ground.templatetags.naru import seoul, whole
from programs.admin.verbs import RecordAdmin, Verb, instant_of, writes_for
from programs.domain import inquiries
from programs.forms.call import AnswerForm, CorrectAnswerForm
from programs.models import Inquiry


def _answer(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    inquiries.answer(row, by=by, **values)
    return _("Question and answer stand on the notice now; who asked has been written to.")


def _correct(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    inquiries.correct(row, by=by, **values)
    return _("The corrected answer stands on the notice; who asked has been written to.")


def is_waiting(row: Any) -> bool:
    return row.answered_at is None and row.withdrawn_at is None


def is_answered(row: Any) -> bool:
    return row.answered_at is not None


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("waiting", _("waits for an answer")), ("answered", _("answered")), ("withdrawn", _("taken back"))]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "waiting":
            return queryset.filter(answered_at__isnull=True, withdrawn_at__isnull=True)
        if self.value() == "answered":
            return queryset.filter(answered_at__isnull=False)
        return queryset.filter(withdrawn_at__isnull=False) if self.value() == "withdrawn" else queryset


class AskedAdmin(RecordAdmin):
    """What companies ask and staff answer."""

    list_display_links = ["short"]
    ordering = ["-asked_at"]

    @admin.display(description=_("question as asked"))
    def short(self, row: Any) -> str:
        text = row.text or row.question_ko
        return text if len(text) <= 80 else f"{text[:79]}…"

    @admin.display(description=_("state"))
    def state_word(self, row: Any) -> str:
        return str(self.badge(row)[0])

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.withdrawn_at is not None:
            return _("taken back"), "neutral"
        return (_("answered"), "ok") if record.answered_at else (_("waits for an answer"), "wait")

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Only managers and officers answer.")

    def who_asked(self, record: Any) -> list[dict[str, Any]]:
        return [
            {
                "label": _("Company"),
                "value": format_html("{} ({})", record.company, whole(record.company.pretty_number)),
            },
            {"label": _("Question as asked"), "value": record.text},
            {"label": _("Asked at"), "value": seoul(record.asked_at), "note": record.asked_by},
        ]

    def what_was_answered(self, record: Any) -> list[dict[str, Any]]:
        """Nothing before it is answered."""
        if record.answered_at is None:
            return []
        return [
            *(
                {"label": label_of(type(record), name), "value": getattr(record, name)}
                for name in ("question_ko", "question_en", "answer_ko", "answer_en")
                if getattr(record, name)
            ),
            {"label": _("Answered at"), "value": seoul(record.answered_at), "note": record.answered_by},
            *(
                [
                    {
                        "label": _("Answer corrected at"),
                        "value": seoul(record.corrected_at),
                        "note": record.correction,
                    }
                ]
                if record.corrected_at
                else []
            ),
        ]


@admin.register(Inquiry)
class InquiryAdmin(AskedAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("answer", _("Answer and publish"), _answer, form=AnswerForm, is_shown=is_waiting, tone="primary",
             consequence=_("Everybody reads question and answer on the notice, nobody who asked. The asker is written to.")),
        Verb("correct", _("Correct the answer"), _correct, form=CorrectAnswerForm,
             is_shown=is_answered,
             consequence=_("The notice says when and why; the former answer stays in the history.")),
    ]  # fmt: skip
    list_display = ["short", "call", "company", instant_of("asked_at", _("asked at")), "state_word"]
    list_filter = [StateFilter, ("call", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["call", "company"]
    search_fields = ["text", "answer_ko", "call__code", "company__name_ko"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What the person's agencies were asked; what their own company asks elsewhere does not belong here."""
        return Inquiry.objects.of_agencies(request.user).select_related(
            "call", "company", "agency", "asked_by", "answered_by"
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "call__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Call"), "value": record.call, "link_label": _("Open"),
             "url": reverse("admin:programs_call_change", args=[record.call_id])},
            *self.who_asked(record),
            *self.what_was_answered(record),
        ]  # fmt: skip
