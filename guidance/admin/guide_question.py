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
from guidance.domain import guide_questions
from guidance.models import GuideQuestion
from programs.admin.inquiry import AskedAdmin, StateFilter, is_answered, is_waiting
from programs.admin.verbs import Verb, instant_of
from programs.forms.call import AnswerForm, CorrectAnswerForm
from programs.forms.staff import ReasonForm


def _answer(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    guide_questions.answer(row, by=by, **values)
    return _("Answered; who asked has been written to.")


def _take_down(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    guide_questions.take_down(row, reason=values["reason"], by=by)
    return _("Taken down. The company and the agency keep the answer.")


def _correct(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    guide_questions.correct(row, by=by, **values)
    return _("Corrected, with the day and what was corrected; who asked has been written to.")


def _is_public(row: Any) -> bool:
    return bool(row.is_public)


@admin.register(GuideQuestion)
class GuideQuestionAdmin(AskedAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("answer", _("Answer"), _answer, form=AnswerForm, is_shown=is_waiting, tone="primary",
             consequence=_("The asker is written to. Everybody reads it only if the company agreed, and never who asked.")),
        Verb("correct", _("Correct the answer"), _correct, form=CorrectAnswerForm, is_shown=is_answered,
             consequence=_("Whoever reads the answer sees when and what was corrected; the former one stays in the history.")),
        Verb("take_down", _("Take down"), _take_down, form=ReasonForm, is_shown=_is_public, tone="danger",
             consequence=_("Readers stop seeing question and answer at once; they do not come back. The company and the agency keep them.")),
    ]  # fmt: skip
    list_display = ["short", "country", "company", instant_of("asked_at", _("asked at")), "state_word"]
    list_filter = [StateFilter, ("country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["country", "company", "program"]
    search_fields = ["text", "answer_ko", "company__name_ko"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("country", "company", "program", "asked_by", "answered_by")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        may = _("yes, without the name of the company") if record.may_be_published else _("no")
        return [
            {"label": _("Guide"), "value": f"{record.country} · {record.program}"},
            *self.who_asked(record),
            {"label": _("May everybody read it"), "value": may},
            *self.what_was_answered(record),
        ]
