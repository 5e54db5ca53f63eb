"""The steps of a draft: one page each, saved by itself, typing kept on the way; then the check and the submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.views.own import person
from ground.errors import RuleBroken
from ground.templatetags.naru import seoul
from programs.domain import intake, intake_check, intake_documents, intake_drafts, intake_rules
from programs.domain.eligibility import closing_day
from programs.domain.intake_documents import Change
from programs.domain.intake_drafts import Stale
from programs.forms.intake import BaselineForm, ConsentsForm, shown_again, typed_values
from programs.forms.intake_answers import QuestionsForm
from programs.forms.intake_correction import CorrectionForm
from programs.forms.intake_documents import DocumentsForm
from programs.forms.intake_products import products_for
from programs.models import Application, Document, Draft, Question
from programs.models.call import Stage
from programs.models.question import in_order
from programs.queries.applications import open_return_of
from programs.queries.mending import rows_of
from programs.queries.reading import Reading
from programs.views import application_offers
from programs.views.application import address, crumbs, mine
from programs.views.application_form import (
    after,
    answer_step,
    as_typed,
    closed_door,
    differences,
    draft_of,
    kept_sentence,
    reading_for,
    reading_of,
    require_open_draft,
    steps_of,
    version_of,
)

Step = Draft.Step
TYPED_LIMIT = 100_000
"""Characters of one step."""


@require_http_methods(["GET", "POST"])
def application_baseline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Exports so far, asked of everybody."""
    reading = reading_for(request, pk, "questions", "markets")
    application = reading.application
    form = baseline_form(reading, request.POST or None)

    def save(version: int, typed: Mapping[str, Any]) -> None:
        intake_drafts.save_baseline(
            application, form.values(), by=person(request), version=version, typed=typed
        )

    return answer_step(request, reading, Step.BASELINE, form, save, baseline_form)


def baseline_form(reading: Reading, data: Any = None) -> BaselineForm:
    application = reading.application
    last_year = closing_day(application.call).year - 1

    def first() -> Mapping[str, Any]:
        saved = BaselineForm.saved(application, reading.baseline, last_year)
        return shown_again(saved, as_typed(draft_of(reading, Step.BASELINE)))

    return BaselineForm(reading.markets, last_year, data, initial=first)


@require_http_methods(["GET", "POST"])
def application_questions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The call's own questions."""
    reading = reading_for(request, pk, "questions", "required")
    application = reading.application
    form = questions_form(reading, request.POST or None, request.FILES or None)
    changes: Sequence[Change] = ()
    if request.method == "POST":
        require_open_draft(application)
        form.is_valid()
        changes = form.changes()

    def save(version: int, typed: Mapping[str, Any]) -> None:
        intake_drafts.save_answers(
            application, form.answers(), by=person(request), version=version, typed=typed
        )

    offering = application_offers.for_questions(request, application)
    if not changes:
        return answer_step(request, reading, Step.QUESTIONS, form, save, questions_form, offering)
    with transaction.atomic():
        _take_files(request, application, form, changes)
        return answer_step(request, reading, Step.QUESTIONS, form, save, questions_form, offering)


def _take_files(
    request: HttpRequest, application: Application, form: QuestionsForm, changes: Sequence[Change]
) -> None:
    """Files are taken first, each by itself: no other answer that is not in order loses them."""
    refused = intake_documents.hand_in_all(
        application, changes, by=person(request), version=version_of(request)
    )
    for key, refusal in refused.items():
        form.refuse(key, str(refusal.sentence))
        if "take" in request.POST:
            messages.error(request, str(refusal.sentence))
    form.current = files_of(Reading(application))


def files_of(reading: Reading) -> dict[UUID, Document]:
    """Files that were handed in for questions of the form, by question."""
    if not any(each.kind == Question.Kind.FILE for each in reading.questions):
        return {}
    return {
        each.required.question_id: each for each in reading.documents.values() if each.required.question_id
    }


def questions_form(
    reading: Reading, data: Any = None, files: Any = None, stage: str = Stage.APPLICATION
) -> QuestionsForm:
    questions = in_order(each for each in reading.questions if each.stage == stage)
    if stage != Stage.APPLICATION:
        questions = [each for each in questions if each.kind != Question.Kind.FILE]

    def first() -> Mapping[str, Any]:
        typed = as_typed(draft_of(reading, Step.QUESTIONS)) if stage == Stage.APPLICATION else {}
        return shown_again(QuestionsForm.saved(reading.answers), typed)

    return QuestionsForm(
        questions,
        data,
        files,
        products=products_for(questions, reading.application),
        current=files_of(reading),
        initial=first,
    )


@require_http_methods(["GET", "POST"])
def application_contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person in charge, and the agency's consent texts."""
    reading = reading_for(request, pk, "consent_texts")
    application = reading.application
    form = consents_form(reading, request.POST or None)

    def save(version: int, typed: Mapping[str, Any]) -> None:
        intake_drafts.save_contact(
            application,
            form.contact(),
            consents=form.ticked(),
            by=person(request),
            version=version,
            typed=typed,
        )

    offering = application_offers.for_contact(request, application)
    return answer_step(request, reading, Step.CONTACT, form, save, consents_form, offering)


def consents_form(reading: Reading, data: Any = None) -> ConsentsForm:
    texts = reading.consent_texts

    def first() -> Mapping[str, Any]:
        saved = {
            **ConsentsForm.saved(reading.application),
            **{ConsentsForm.name_of(text): text.pk in reading.ticked for text in texts},
        }
        draft = draft_of(reading, Step.CONTACT)
        typed = as_typed(draft)
        if draft.has_unsaved:
            gone = {ConsentsForm.name_of(text) for text in texts if text.pk in reading.mails_ended}
            typed = {name: value for name, value in typed.items() if name not in gone}
        return shown_again(saved, typed)

    return ConsentsForm(texts, data, initial=first)


@require_http_methods(["GET", "POST"])
def application_documents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All documents at once; each is taken by itself, so a bad one spoils no other."""
    step = Step.DOCUMENTS
    reading = reading_for(request, pk, "required", "documents", "drafts")
    application = reading.application
    status, found, draft = 200, [], draft_of(reading, step)
    if request.method == "POST":
        require_open_draft(application)
        form = documents_form(reading, request.POST, request.FILES)
        taken = None
        if "take" in request.POST:
            form, taken = application_offers.with_days(request, application, form)
        form.is_valid()
        with transaction.atomic():
            entered = intake_drafts.enter(application, person(request), *intake_documents.NEEDED)
            refused = intake_documents.hand_in_each(entered, form.changes(), version=version_of(request))
            if taken is not None:
                refused |= application_offers.take_document(request, application, taken)
            for key, refusal in refused.items():
                form.refuse(key, str(refusal.sentence), refusal.fields)
            status = 409 if refused else 200
            try:
                typed = {} if form.is_valid() else typed_values(form)
                draft = intake_drafts.keep_typing_in(entered, step, typed, version=version_of(request))
            except Stale as stale:
                form.add_error(None, str(stale.sentence))
                draft, status = stale.draft, 409
        if taken is not None and status == 200:
            return application_offers.back(request, [taken])
        if form.is_valid() or (status == 200 and "later" in request.POST):
            return HttpResponseRedirect(after(request, reading, step))
        reading = Reading(application)
        form.current = reading.documents
        if form.non_field_errors():
            found = differences(form, typed_values(form), DocumentsForm.saved(form.current.values()))
    else:
        door = closed_door(request, application)
        if door is not None:
            return door
        form = documents_form(reading)
    offers = application_offers.for_documents(request, application, form)
    return render(
        request,
        "programs/application_documents.html",
        {
            "application": application,
            "call": application.call,
            "form": form,
            "steps": steps_of(reading, step),
            "autosave_url": address("application_autosave", application.pk, step=step),
            "version": draft.version,
            "kept": kept_sentence(draft),
            "is_unsaved": draft.has_unsaved,
            "differences": found,
            "is_conflict": bool(found),
            "offers": offers,
            "crumbs": crumbs(application),
        },
        status=status,
    )


def documents_form(reading: Reading, data: Any = None, files: Any = None) -> DocumentsForm:
    typed = as_typed(draft_of(reading, Step.DOCUMENTS))
    initial = shown_again(DocumentsForm.saved(reading.documents.values()), typed)
    return DocumentsForm(reading.asked_documents, reading.documents, data, files, initial=initial)


FORMS: dict[str, Callable[[Reading, Any], Any]] = {
    Step.BASELINE: baseline_form,
    Step.QUESTIONS: questions_form,
    Step.DOCUMENTS: documents_form,
    Step.CONTACT: consents_form,
}


@require_POST
def application_autosave(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Keep what is typed so far. Answers with a sentence and the new version; 409 with a sentence when refused."""
    application = mine(request, pk)
    if sum(len(text) for _name, texts in request.POST.lists() for text in texts) > TYPED_LIMIT:
        return _said(_("This is too long to be kept while you type. Save the page."), status=413)
    if step in FORMS:
        typed = typed_values(FORMS[step](Reading(application), request.POST))
    elif step == Step.CORRECTION:
        waiting = open_return_of(application)
        items = list(waiting.items.all()) if waiting else []
        typed = CorrectionForm(application, items, request.POST).typed()
    else:
        raise Http404
    try:
        draft = intake_drafts.keep_typing(
            application, step, typed, version=version_of(request), by=person(request)
        )
    except RuleBroken as refusal:
        return _said(str(refusal.sentence), status=409)
    answer = _said(_("Kept on %(when)s") % {"when": seoul(draft.saved_at)})
    answer["Naru-Version"] = str(draft.version)
    return answer


def _said(sentence: str, status: int = 200) -> HttpResponse:
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=status)


@require_GET
def application_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the agency would send back, before it is submitted."""
    reading = reading_of(request, pk)
    return closed_door(request, reading.application) or _check_page(request, reading)


def _check_page(request: HttpRequest, reading: Reading, refusal: RuleBroken | None = None) -> HttpResponse:
    application = reading.application
    check = intake_check.examined(reading)
    return render(
        request,
        "programs/application_check.html",
        {
            "application": application,
            "call": application.call,
            "check": check,
            "rows": rows_of(reading, check.findings),
            "mends": [(remark, _address(application, remark)) for remark in check.mends],
            "notes": [(remark, _address(application, remark)) for remark in check.notes],
            "steps": steps_of(reading, "check"),
            "form_key": uuid4(),
            "refusal": refusal,
            "crumbs": crumbs(application),
        },
        status=409 if refusal else 200,
    )


def _address(application: Application, remark: intake_check.Remark) -> str:
    page = address(f"application_{remark.step}", application.pk)
    return f"{page}#{remark.anchor}" if remark.anchor else page


@require_POST
def application_submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Submit; the same form sent again leads to the same receipt."""
    application = mine(request, pk)
    try:
        form_key = UUID(request.POST.get("form_key", ""))
    except ValueError:
        raise Http404 from None
    try:
        submission = intake.submit(
            application, by=person(request), form_key=form_key, version=version_of(request)
        )
    except RuleBroken as refusal:
        if application.status == Application.Status.DRAFT and refusal.code in {"not_ready", "changed"}:
            return _check_page(request, Reading(application).ahead(), refusal)
        raise
    return HttpResponseRedirect(address("application_receipt", submission.pk))


@require_http_methods(["GET", "POST"])
def application_papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Documents asked only from those selected, handed in after the results are out."""
    application = mine(request, pk)
    if application.public_status not in {Application.Status.SELECTED, Application.Status.AGREED}:
        raise Http404
    intake_rules.require_writer(application, person(request))
    reading = Reading(application)
    required = [each for each in reading.required if each.stage == Stage.SELECTED]
    initial = DocumentsForm.saved(reading.documents.values())
    form = DocumentsForm(
        required, reading.documents, request.POST or None, request.FILES or None, initial=initial
    )
    typed = request.POST if request.method == "POST" else None
    asked = questions_form(reading, typed, stage=Stage.SELECTED)
    status = 200
    if request.method == "POST":
        form.is_valid()
        if asked.is_valid() and asked.questions:
            try:
                intake_drafts.save_later_answers(
                    application, asked.answers(), by=person(request), seen=request.POST.get("seen")
                )
            except RuleBroken as stale:
                if stale.code != "changed":
                    raise
                form.add_error(None, str(stale.sentence))
        refused = intake_documents.hand_in_all(application, form.changes(), by=person(request))
        for key, refusal in refused.items():
            form.refuse(key, str(refusal.sentence), refusal.fields)
        if form.is_valid() and asked.is_valid():
            messages.success(request, _("The documents were handed in."))
            return redirect("application_show", pk=application.pk)
        form.current, status = Reading(application).documents, 409 if refused else 200
    return render(
        request,
        "programs/application_papers.html",
        {
            "application": application,
            "call": application.call,
            "form": form,
            "asked": asked,
            "seen": intake_drafts.later_seen(application),
            "crumbs": crumbs(application),
        },
        status=status,
    )
