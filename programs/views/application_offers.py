"""Earlier answers, documents and profile facts beside the fields of a step, and the press that takes them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies.views.own import person
from ground.errors import RuleBroken
from programs.domain import intake_documents, intake_drafts
from programs.domain.eligibility import closing_day
from programs.domain.intake_marks import marks_of
from programs.forms import intake_offers
from programs.forms.intake_answers import QuestionsForm
from programs.forms.intake_documents import DocumentsForm
from programs.forms.intake_offers import Offer, Offers
from programs.models import Application, Draft, Question
from programs.queries import earlier
from programs.queries.applications import is_of_reader

Offering = Callable[[Any, Draft], Offers]


def for_questions(request: HttpRequest, application: Application) -> Offering:
    """What is offered beside the call's questions and their files: five queries at most."""

    def offers(form: QuestionsForm, draft: Draft) -> Offers:
        reader, is_own = person(request), is_of_reader(application)
        beside = intake_offers.for_questions(
            form,
            earlier.earlier_answers(application, reader, form.questions),
            earlier.profile_facts(application, form.questions) if is_own else {},
            marks_of(draft),
            has_profile=is_own,
        )
        asked = {each: each.document for each in form.questions if each.kind == Question.Kind.FILE}
        there = {
            document.pk: form.current[each.pk] for each, document in asked.items() if each.pk in form.current
        }
        files = intake_offers.for_documents(
            asked.values(),
            there,
            earlier.earlier_documents(application, reader, asked.values()),
            {},
            closing_day(application.call),
        )
        beside |= {each.code: files[document.code] for each, document in asked.items()}
        form.beside = beside
        return Offers(beside, intake_offers.last_of(beside))

    return offers


def for_contact(request: HttpRequest, application: Application) -> Offering:
    """Persons in charge named before, and the contacts of the profile."""

    def offers(form: Any, draft: Draft) -> Offers:
        persons = earlier.earlier_persons(application, person(request), has_profile=is_of_reader(application))
        return Offers(intake_offers.for_contact(form, persons, marks_of(draft)))

    return offers


def for_documents(request: HttpRequest, application: Application, form: DocumentsForm) -> Offers:
    """Earlier documents beside those that are missing, and certificates of the company's record: two queries."""
    found = earlier.earlier_documents(application, person(request), form.required)
    day = closing_day(application.call)
    held = earlier.certificates(application, form.required, day) if is_of_reader(application) else {}
    form.beside = intake_offers.for_documents(form.required, form.current, found, held, day)
    return Offers(form.beside)


def pressed(request: HttpRequest, offers: Offers) -> list[Offer]:
    """What the press takes over. Refused with `not_offered`."""
    found = offers.pressed(request.POST.get("take", ""))
    if not found:
        raise intake_documents.not_offered()
    return found


def take_over(
    request: HttpRequest,
    application: Application,
    step: str,
    typed: Mapping[str, Any],
    offers: Offers,
    *,
    version: int,
) -> HttpResponse:
    """Put what was pressed among what is typed, marked, to be checked and saved by the company; a document is handed in.
    Refused as `pressed`, `keep_typing` and `intake_documents.take_over`."""
    found = pressed(request, offers)
    for each in found:
        if each.document is not None and each.required is not None:
            intake_documents.take_over(application, each.required, each.document, by=person(request))
    new: dict[str, Any] = dict(typed)
    marks: dict[str, Any] = {}
    for each in found:
        new |= each.values
        marks |= each.mark if each.values else {}
    intake_drafts.keep_typing(application, step, new, version=version, by=person(request), taken=marks)
    return back(request, found)


def back(request: HttpRequest, taken: list[Offer]) -> HttpResponse:
    """To the page again, at what was taken over."""
    if all(each.values for each in taken):
        said = ngettext(
            "Taken over. Check it, then save the page.",
            "%(count)d answers were taken over. Check them, then save the page.",
            len(taken),
        ) % {"count": len(taken)}
    else:
        said = _("The document was taken over.")
    messages.success(request, said)
    return redirect(
        f"{request.path}#beside-{taken[0].key.partition(':')[0]}" if len(taken) == 1 else request.path
    )


def with_days(
    request: HttpRequest, application: Application, form: DocumentsForm
) -> tuple[DocumentsForm, Offer]:
    """What the press takes over, and the form as if the days of that document had been typed. Refused as `pressed`."""
    (found,) = pressed(request, for_documents(request, application, form))
    data = request.POST.copy()
    if found.document is not None and found.required is not None:
        for part, value in (("from", found.document.valid_from), ("until", found.document.valid_until)):
            data[f"{part}_{found.required.code}"] = value.isoformat() if value else ""
    return DocumentsForm(form.required, form.current, data, request.FILES, initial=form.initial), found


def take_document(request: HttpRequest, application: Application, taken: Offer) -> dict[Any, RuleBroken]:
    """Hand the document in once more; a refusal by the required document's id."""
    if taken.document is None or taken.required is None:
        return {}
    try:
        intake_documents.take_over(application, taken.required, taken.document, by=person(request))
    except RuleBroken as refusal:
        return {taken.required.pk: refusal}
    return {}
