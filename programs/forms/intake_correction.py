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
from programs.queries.reading import Reading

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
        opened = asking.opened_by(items, every)
        questions = [each for each in every if each.pk in opened]
        documents = [
            item.document for item in items if item.document and item.document.question_id not in opened
        ]
        self.application = application
        current = self._current()
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
                files,
                every=every,
                said=given,
                products=products_for(questions, application),
                current=_by_question(current),
                initial=shown_again(saved, typed),
            )
        if documents:
            saved = DocumentsForm.saved(current.values())
            self.documents = DocumentsForm(documents, current, data, files, initial=shown_again(saved, typed))
        if Part.BASELINE in named:
            reading = Reading(application)
            saved = BaselineForm.saved(application, reading.baseline, last_year)
            self.baseline = BaselineForm(reading.markets, last_year, data, initial=shown_again(saved, typed))
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
        """Put a refusal beside the document, or the question, that it is about."""
        if self.questions:
            self.questions.refuse(required_id, sentence)
        if self.documents and any(each.pk == required_id for each in self.documents.required):
            self.documents.refuse(required_id, sentence, fields)

    def _current(self) -> dict[UUID, Document]:
        there = Document.objects.filter(application=self.application, replaced_at__isnull=True)
        return {each.required_id: each for each in there.select_related("required", "file")}

    def look_again(self) -> None:
        """Show the files that are there now."""
        current = self._current()
        if self.questions:
            self.questions.current = _by_question(current)
        if self.documents:
            self.documents.current = current

    def changes(self) -> list[Change]:
        return [each for part in (self.questions, self.documents) if part for each in part.changes()]


def _by_question(current: Mapping[UUID, Document]) -> dict[UUID, Document]:
    return {each.required.question_id: each for each in current.values() if each.required.question_id}
