"""A correction: exactly the items that the agency named, as one form on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from programs.domain import asking
from programs.domain.eligibility import closing_day
from programs.domain.intake_documents import Change
from programs.domain.intake_drafts import Correction
from programs.forms.intake import BaselineForm, ContactForm, shown_again, typed_values
from programs.forms.intake_answers import QuestionsForm
from programs.forms.intake_documents import DocumentsForm
from programs.forms.intake_products import products_for
from programs.models import Answer, Application, Document, Question, ReturnItem

Part = ReturnItem.Part


class CorrectionForm:
    """Several forms that are shown, checked and kept as one."""

    prefix = ""

    def __init__(
        self,
        application: Application,
        items: Sequence[ReturnItem],
        data: Any = None,
        files: Any = None,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        typed = typed or {}
        every = Question.objects.filter(call=application.call_id).in_order()
        opened = asking.with_dependents(every, {item.question_id for item in items if item.question_id})
        questions = [each for each in every if each.pk in opened and each.kind != Question.Kind.FILE]
        documents = [item.document for item in items if item.document]
        named = {item.part for item in items}
        last_year = closing_day(application.call).year - 1
        self.questions: QuestionsForm | None = None
        self.documents: DocumentsForm | None = None
        self.baseline: BaselineForm | None = None
        self.contact: ContactForm | None = None
        if questions:
            answers = Answer.objects.filter(application=application).select_related("question")
            given = {each.question_id: each for each in answers.prefetch_related("lines")}
            saved = QuestionsForm.saved(given[each.pk] for each in questions if each.pk in given)
            self.questions = QuestionsForm(
                questions,
                data,
                every=every,
                said=given,
                products=products_for(questions, application),
                initial=shown_again(saved, typed),
            )
        if documents:
            current = {
                each.required_id: each
                for each in Document.objects.filter(
                    application=application, required__in=documents, replaced_at__isnull=True
                ).select_related("required", "file")
            }
            saved = DocumentsForm.saved(current.values())
            self.documents = DocumentsForm(documents, current, data, files, initial=shown_again(saved, typed))
        if Part.BASELINE in named:
            saved = BaselineForm.saved(application, last_year)
            self.baseline = BaselineForm(application, last_year, data, initial=shown_again(saved, typed))
        if Part.CONTACT in named:
            saved = ContactForm.saved(application)
            self.contact = ContactForm(data, initial=shown_again(saved, typed))
        self._general: list[Any] = []

    @property
    def parts(self) -> list[forms.Form]:
        return [each for each in (self.questions, self.documents, self.baseline, self.contact) if each]

    def __iter__(self) -> Iterator[forms.BoundField]:
        for each in self.parts:
            yield from each

    @property
    def fields(self) -> dict[str, forms.Field]:
        return {name: field for each in self.parts for name, field in each.fields.items()}

    def __getitem__(self, name: str) -> forms.BoundField:
        for each in self.parts:
            if name in each.fields:
                return each[name]
        raise KeyError(name)

    @property
    def initial(self) -> dict[str, Any]:
        return {name: value for each in self.parts for name, value in each.initial.items()}

    def is_valid(self) -> bool:
        """Every part is checked, also after one that is not in order."""
        return not self.errors

    def add_error(self, _field: None, sentence: Any) -> None:
        self._general.append(sentence)

    def non_field_errors(self) -> list[Any]:
        return [*self._general, *(error for each in self.parts for error in each.non_field_errors())]

    @property
    def errors(self) -> dict[str, Any]:
        found = {name: error for each in self.parts for name, error in each.errors.items()}
        return {**found, **({"__all__": self._general} if self._general else {})}

    def typed(self) -> dict[str, Any]:
        return {name: value for each in self.parts for name, value in typed_values(each).items()}

    def correction(self) -> Correction:
        """What is in order, item by item."""
        return Correction(
            answers=self.questions.answers() if self.questions else {},
            baseline=self.baseline.values() if self.baseline and not self.baseline.errors else None,
            contact=self.contact.contact() if self.contact and not self.contact.errors else None,
        )

    def refuse(self, required_id: UUID, sentence: Any, fields: tuple[str, ...]) -> None:
        """Put a refusal beside the document that it is about."""
        if self.documents:
            self.documents.refuse(required_id, sentence, fields)

    def changes(self) -> list[Change]:
        return self.documents.changes() if self.documents else []
