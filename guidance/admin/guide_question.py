"""Questions of companies about guides: what waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.history import label_of
from ground.templatetags.naru import seoul
from guidance.domain import guide_questions
from guidance.models import GuideQuestion
from programs.admin.inquiry import StateFilter
from programs.admin.verbs import RecordAdmin, Verb, instant_of, writes_for
from programs.forms.call import AnswerForm
from programs.forms.staff import ReasonForm


def _answer(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    guide_questions.answer(row, by=by, **values)
    return _("Answered; who asked has been written to.")


def _take_down(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    guide_questions.take_down(row, reason=values["reason"], by=by)
    return _("Taken down. The company and the agency keep the answer.")


def _is_public(row: Any) -> bool:
    return bool(row.is_public)


def _is_waiting(row: Any) -> bool:
    return row.answered_at is None and row.withdrawn_at is None


@admin.register(GuideQuestion)
class GuideQuestionAdmin(RecordAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("answer", _("Answer"), _answer, form=AnswerForm, is_shown=_is_waiting, tone="primary",
             consequence=_("The asker is written to. Everybody reads it only if the company agreed, and never who asked.")),
        Verb("take_down", _("Take down"), _take_down, form=ReasonForm, is_shown=_is_public, tone="danger",
             consequence=_("Readers stop seeing question and answer at once; they do not come back. The company and the agency keep them.")),
    ]  # fmt: skip
    list_display = ["short", "country", "company", instant_of("asked_at", _("asked at")), "state_word"]
    list_display_links = ["short"]
    list_filter = [StateFilter, ("country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["country", "company", "program"]
    search_fields = ["text", "answer_ko", "company__name_ko"]
    ordering = ["-asked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("country", "company", "program", "asked_by", "answered_by")

    @admin.display(description=_("question as asked"))
    def short(self, row: GuideQuestion) -> str:
        text = row.text or row.question_ko
        return text if len(text) <= 80 else f"{text[:79]}…"

    @admin.display(description=_("state"))
    def state_word(self, row: GuideQuestion) -> str:
        return str(self.badge(row)[0])

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.withdrawn_at is not None:
            return _("taken back"), "neutral"
        return (_("answered"), "ok") if record.answered_at else (_("waits for an answer"), "wait")

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Only managers and officers answer.")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = [
            {"label": _("Guide"), "value": f"{record.country} · {record.program}"},
            {"label": _("Company"), "value": f"{record.company} ({record.company.pretty_number})"},
            {"label": _("Question as asked"), "value": record.text},
            {"label": _("May everybody read it"), "value": _("yes, without the name of the company") if record.may_be_published else _("no")},
            {"label": _("Asked at"), "value": seoul(record.asked_at), "note": record.asked_by},
        ]  # fmt: skip
        if record.answered_at is not None:
            found += [
                {"label": label_of(GuideQuestion, name), "value": getattr(record, name)}
                for name in ("question_ko", "question_en", "answer_ko", "answer_en")
                if getattr(record, name)
            ]
            found.append(
                {"label": _("Answered at"), "value": seoul(record.answered_at), "note": record.answered_by}
            )
        return found
