"""What stands in an application and what its call asks for, each part read once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from companies.models import Consent, ConsentText
from ground.clock import ClockToday
from ground.worded import Asked, Row, Worded, together, worded
from programs.domain import asking
from programs.models import (
    Answer,
    Application,
    Baseline,
    Criterion,
    Document,
    Draft,
    Market,
    ProductLine,
    ProgramMarket,
    Question,
    RequiredDocument,
)
from programs.models.call import Stage

STEPS = tuple(
    each.value
    for each in (Draft.Step.BASELINE, Draft.Step.QUESTIONS, Draft.Step.DOCUMENTS, Draft.Step.CONTACT)
)


class Reading:
    """An application as it stands, its call's form and its agency's consents: each part is read when it is first asked
    for, in one query, and not again. After a change somebody else's reading is needed: a new one."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._found: dict[Any, list[Any]] = {}

    def ahead(self, *parts: str) -> Reading:
        """Itself, with these parts read in one errand, or with all that the check before submission needs."""
        asked = self.asked(self.application.pk, *parts)
        return self.with_found(asked, together(*asked))

    @staticmethod
    def asked(application: UUID, *parts: str) -> list[Asked]:
        """What is to be asked for these parts, for an errand of the caller's (`with_found`)."""
        return [(PARTS[part], (application,)) for part in parts or OF_THE_CHECK]

    def with_found(self, asked: Sequence[Asked], found: Sequence[list[Any]]) -> Reading:
        """Itself, with what was found of `asked`."""
        self._found |= {question: rows for (question, _keys), rows in zip(asked, found, strict=True)}
        return self

    def _rows(self, question: Worded[Row]) -> list[Row]:
        found = self._found.pop(question, None)
        return question(self.application.pk) if found is None else found

    @cached_property
    def questions(self) -> list[Question]:
        """All questions of the call, with their sections and, of files, their documents."""
        return self._rows(_questions)

    @cached_property
    def required(self) -> list[RequiredDocument]:
        """All documents that the call asks for, with the questions that ask for some."""
        return self._rows(_required)

    @cached_property
    def answers(self) -> list[Answer]:
        """With their questions and lines, in the order of their questions' codes."""
        found = self._rows(_answers)
        of_products = [each for each in found if each.question.kind == Question.Kind.PRODUCTS]
        lines = ProductLine.objects.select_related("product")
        prefetch_related_objects(of_products, Prefetch("lines", queryset=lines))
        for each in found:
            if each.question.kind != Question.Kind.PRODUCTS:
                each._prefetched_objects_cache = {"lines": _no_lines()}  # type: ignore[attr-defined]
        return found

    @cached_property
    def documents(self) -> dict[UUID, Document]:
        """The current documents with their files, by what they were required for, in the order of its code."""
        return {each.required_id: each for each in self._rows(_documents)}

    @cached_property
    def drafts(self) -> dict[str, Draft]:
        """What is kept of each step."""
        return {each.step: each for each in self._rows(_drafts)}

    @cached_property
    def baseline(self) -> Baseline | None:
        return next(iter(self._rows(_baseline)), None)

    @cached_property
    def markets(self) -> list[Market]:
        """Those of the program, with their countries and platforms."""
        return [each.market for each in self._rows(_markets)]

    @cached_property
    def criteria(self) -> list[Criterion]:
        """All criteria of the call, in their order."""
        return self._rows(_criteria)

    @cached_property
    def unasked(self) -> frozenset[UUID]:
        """Questions that the saved answers leave unasked."""
        return asking.hidden(self.questions, {each.question_id: each for each in self.answers})

    @cached_property
    def consent_texts(self) -> list[ConsentText]:
        """The agency's texts in force today, the latest version of each; required ones first."""
        if _consents_in_short in self._found:
            return self._rows(_consents_in_short)
        return self._rows(_consent_texts)

    @cached_property
    def ticked(self) -> set[UUID]:
        """Texts in force that are ticked in the draft; before anything is ticked, those that the company gave and did not
        withdraw. Mails that the company ended after the step was saved are not ticked any more."""
        draft = self.drafts.get(Draft.Step.CONTACT)
        kept = draft.typed.get("consents") if draft and isinstance(draft.typed, dict) else None
        said = {*map(UUID, kept)} if kept is not None else {*self._rows(_given)}
        ticked = {each.pk for each in self.consent_texts if each.pk in said}
        if draft is not None and kept is not None and ticked & self._mail_texts:
            ticked -= self.mails_ended
        return ticked

    @cached_property
    def mails_ended(self) -> set[UUID]:
        """The agency's texts about mails, when the company ended its mails after the contact step was saved; without those
        that it has agreed to again."""
        draft = self.drafts.get(Draft.Step.CONTACT)
        if draft is None or draft.saved_at is None:
            return set()
        given = Consent.objects.filter(
            company=self.application.company_id,
            text__agency=self.application.agency_id,
            text__kind=OuterRef("kind"),
        )
        ended = ConsentText.objects.filter(
            Exists(given.filter(withdrawn_at__gt=draft.saved_at)),
            ~Exists(given.filter(text=OuterRef("pk"), withdrawn_at__isnull=True)),
            agency=self.application.agency_id,
            kind__in=ConsentText.MAILS,
        )
        return set(ended.values_list("pk", flat=True))

    @property
    def _mail_texts(self) -> set[UUID]:
        return {each.pk for each in self.consent_texts if each.kind in ConsentText.MAILS}

    @cached_property
    def sequence(self) -> list[str]:
        """The steps that this call has."""
        return [step for step in STEPS if self._has(step)]

    def step_after(self, step: str) -> str | None:
        """The next step that this call has, if there is one; no more is read than says so."""
        later = STEPS[STEPS.index(step) + 1 :] if step in STEPS else ()
        return next((each for each in later if self._has(each)), None)

    def _has(self, step: str) -> bool:
        if step == Draft.Step.QUESTIONS:
            return any(each.stage == Stage.APPLICATION for each in self.questions)
        return step != Draft.Step.DOCUMENTS or bool(self.asked_documents)

    @property
    def asked_documents(self) -> list[RequiredDocument]:
        """Those asked for with the application that are no answer to a question."""
        return [
            each for each in self.required if each.stage == Stage.APPLICATION and each.question_id is None
        ]


@cache
def _no_lines() -> QuerySet[ProductLine]:
    """Read already: putting a question that has no answer costs as much as one that has."""
    nothing = ProductLine.objects.none()
    len(nothing)
    return nothing


def _its(column: str, application: UUID) -> QuerySet[Any, Any]:
    """The application's call, company or agency."""
    found: QuerySet[Any, Any] = Application.objects.filter(pk=application).order_by().values(column)[:1]
    return found


@worded
def _questions(application: UUID) -> QuerySet[Question]:
    found = Question.objects.filter(call=_its("call", application))
    return found.select_related("section", "document")


@worded
def _required(application: UUID) -> QuerySet[RequiredDocument]:
    return RequiredDocument.objects.filter(call=_its("call", application)).select_related("question")


@worded
def _answers(application: UUID) -> QuerySet[Answer]:
    found = Answer.objects.filter(application=application)
    return found.select_related("question").order_by("question__code")


@worded
def _documents(application: UUID) -> QuerySet[Document]:
    current = Document.objects.filter(application=application, replaced_at__isnull=True)
    return current.select_related("required", "file").order_by("required__code")


@worded
def _drafts(application: UUID) -> QuerySet[Draft]:
    return Draft.objects.filter(application=application).select_related("saved_by").order_by("created_at")


@worded
def _baseline(application: UUID) -> QuerySet[Baseline]:
    return Baseline.objects.filter(application=application)


def _in_force(application: UUID) -> QuerySet[ConsentText]:
    return (
        ConsentText.objects.in_force_on(ClockToday())
        .filter(agency=_its("agency", application))
        .exclude(kind=ConsentText.Kind.READING)  # asked where guides are read
        .order_by("-kind", "code")
    )


@worded
def _consent_texts(application: UUID) -> QuerySet[ConsentText]:
    return _in_force(application).select_related("agency", "receiver", "country")


@worded
def _consents_in_short(application: UUID) -> QuerySet[ConsentText]:
    """Without their wording, for pages that only say which are still to be ticked."""
    return _in_force(application).only("agency_id", "code", "version", "kind", "title_ko", "title_en")


@worded
def _given(application: UUID) -> QuerySet[Any, UUID]:
    """Texts to which the company agreed and still does."""
    standing = Consent.objects.filter(company=_its("company", application), withdrawn_at__isnull=True)
    return standing.values_list("text", flat=True)


@worded
def _markets(application: UUID) -> QuerySet[ProgramMarket]:
    found = ProgramMarket.objects.filter(program=_its("call__program", application))
    return found.select_related("market__country", "market__platform")


@worded
def _criteria(application: UUID) -> QuerySet[Criterion]:
    return Criterion.objects.filter(call=_its("call", application)).order_by("position", "id")


PARTS: dict[str, Worded[Any]] = {
    "questions": _questions,
    "required": _required,
    "answers": _answers,
    "documents": _documents,
    "drafts": _drafts,
    "baseline": _baseline,
    "consent_texts": _consent_texts,
    "consents_in_short": _consents_in_short,
    "given": _given,
    "markets": _markets,
    "criteria": _criteria,
}
"""Parts of a reading: how each is asked for, by the application's key."""
ANSWERED = ("questions", "required", "answers", "documents", "drafts", "baseline", "consents_in_short")
OF_A_STEP = (*ANSWERED, "given")
"""What the company gave before is asked while nothing is ticked yet."""
OF_THE_CHECK = (*ANSWERED, "criteria")
