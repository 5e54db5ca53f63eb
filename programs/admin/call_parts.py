"""Parts of a call that are edited with it: sections, questions, documents, score items."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from programs.admin.verbs import OwnInline
from programs.domain import form_building
from programs.forms.form_building import QuestionForm, SectionForm
from programs.forms.form_conditions import Earlier
from programs.forms.when_asked import condition_sentences
from programs.models import Question, RequiredDocument, Score, ScoreItem, Section


class CallPartInline(OwnInline):
    extra = 0

    def is_fixed(self, call: Any) -> bool:
        return call.decided_at is not None or call.published_at is not None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or not self.is_fixed(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj) and obj is not None and obj.published_at is None


class OfFormInline(CallPartInline):
    """Sections and questions; what they choose from is of this call, and read once for all rows."""

    classes = ["collapse"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "section":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        call = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
        rows = db_field.remote_field.model.objects.filter(call=call).order_by("position", "id")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs, queryset=rows)
        field.choices = list(field.choices)
        return field


class SectionInline(OfFormInline):
    model = Section
    form = SectionForm
    fields = ["position", "code", "title_ko", "title_en", "hint_ko", "hint_en"]


class QuestionInline(OfFormInline):
    model = Question
    fk_name = "call"
    form = QuestionForm
    fields = [
        "position", "code", "section", "kind", "label_ko", "label_en", "hint_ko", "hint_en", "is_required", "stage",
        "max_length", "least", "most", "currency", "choice_lines", "asks_for", "asked_if_match", "asked_if",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).select_related("section")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.earlier = Earlier(obj)
        form = type("QuestionForm", (QuestionForm,), {"earlier": self.earlier})
        return super().get_formset(request, obj, form=form, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["lines", "when_asked"] if self._is_read(request, obj) else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Choices and conditions are read, not typed, of a published call and by whoever changes nothing."""
        if not self._is_read(request, obj):
            return list(self.fields)
        kept = [each for each in self.fields if each not in {"choice_lines", "asked_if_match", "asked_if"}]
        return [*kept, "lines", "when_asked"]

    def _is_read(self, request: HttpRequest, obj: Any) -> bool:
        return obj is not None and (self.is_fixed(obj) or not self.has_change_permission(request, obj))

    @admin.display(description=_("choices"))
    def lines(self, question: Question) -> str:
        return form_building.lines_of(question.choices)

    @admin.display(description=_("conditions on earlier answers"))
    def when_asked(self, question: Question) -> str:
        head, each = condition_sentences(question, self.earlier.by_code, self.earlier.countries)
        return "\n".join(map(str, (head, *each)))


class DocumentInline(CallPartInline):
    model = RequiredDocument
    fields = [
        "position", "code", "name_ko", "name_en", "hint_ko", "hint_en", "stage", "is_required", "has_validity",
        "certificate_kind",
    ]  # fmt: skip
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RequiredDocument]:
        """What a question asks for is changed with the question."""
        return super().get_queryset(request).filter(question__isnull=True)


class ScoreItemInline(CallPartInline):
    model = ScoreItem
    fields = ["position", "code", "name_ko", "name_en", "maximum_points", "is_tie_breaker"]

    def is_fixed(self, call: Any) -> bool:
        return call.decided_at is not None or Score.objects.filter(call=call).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj) and obj is not None
