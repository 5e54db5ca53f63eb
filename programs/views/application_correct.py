"""A return for correction: only what the agency named is open, until the day it named."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.views.own import person
from ground import clock
from ground.errors import RuleBroken
from programs.domain import (
    eligibility,
    intake_correction,
    intake_documents,
    intake_drafts,
    intake_rules,
)
from programs.domain.intake_drafts import Stale
from programs.forms.intake_correction import CorrectionForm
from programs.models import Application, Draft, ReturnItem, ReturnRequest
from programs.queries.applications import open_return_of
from programs.queries.mending import Row, rows_of
from programs.queries.reading import Reading
from programs.views.application import crumbs
from programs.views.application_form import (
    as_typed,
    differences,
    draft_of,
    kept_sentence,
    reading_of,
    version_of,
)

Step = Draft.Step


@require_http_methods(["GET", "POST"])
def application_correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The named items with the agency's notes; saved as they come, sent when all are in order."""
    reading = reading_of(request, pk, "drafts")
    application = reading.application
    waiting = open_return_of(application)
    if request.method == "GET" and (waiting is None or application.call.cancelled_at is not None):
        return redirect("application_show", pk=application.pk)
    intake_rules.require_writer(application, person(request))
    if request.method == "POST" and "send" in request.POST:
        again = _sent_before(request, application)
        if again is not None:
            return again
    waiting = intake_rules.require_open_return(application, clock.now()) if waiting is None else waiting
    items = sorted(waiting.items.select_related("question", "document", "criterion"), key=_place)
    draft = draft_of(reading, Step.CORRECTION)
    if request.method == "POST":
        return _take(request, application, waiting, items, draft)
    form = CorrectionForm(application, items, typed=as_typed(draft))
    aside = draft.aside.get("typed") if isinstance(draft.aside, dict) else None
    return _page(
        request, application, waiting, items, form, draft, differences(form, form.initial, aside or {})
    )


PARTS = list(ReturnItem.Part)


def _requirements(application: Application, items: list[ReturnItem]) -> dict[UUID | None, Row]:
    """How the criteria stand that the agency named, and what can be done about each."""
    if not any(item.criterion_id for item in items):
        return {}
    return {
        row.finding.criterion.pk: row
        for row in rows_of(Reading(application), eligibility.assess(application), is_returned=True)
    }


def _place(item: ReturnItem) -> tuple[int, int]:
    """Answers first, then documents, in the order of the call."""
    asked = item.question or item.document or item.criterion
    return PARTS.index(ReturnItem.Part(item.part)), asked.position if asked else 0


def _sent_before(request: HttpRequest, application: Application) -> HttpResponse | None:
    """The same form sent twice leads to the same receipt."""
    done = application.submissions.filter(form_key=_form_key(request), recalled_at__isnull=True).first()
    return redirect("application_receipt", pk=done.pk) if done else None


def _form_key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("form_key", ""))
    except ValueError:
        return uuid4()


@transaction.atomic
def _take(
    request: HttpRequest,
    application: Application,
    waiting: ReturnRequest,
    items: list[ReturnItem],
    draft: Draft,
) -> HttpResponse:
    """Save what is in order; with the button “send”, and all in order, hand it in."""
    intake_rules.require_open_return(application, clock.now())
    form = CorrectionForm(application, items, request.POST, request.FILES)
    is_whole = form.is_valid()
    refused = intake_documents.hand_in_all(
        application, form.changes(), by=person(request), version=version_of(request)
    )
    for key, refusal in refused.items():
        form.refuse(key, str(refusal.sentence), refusal.fields)
        is_whole = False
    form.look_again()
    found, status = [], 200
    typed = form.typed()
    try:
        draft = intake_drafts.save_correction(
            application,
            form.correction(),
            by=person(request),
            version=version_of(request),
            typed=typed,
            leftover={} if is_whole else typed,
        )
        if is_whole and "send" in request.POST:
            submission = intake_correction.resubmit(
                application, by=person(request), form_key=_form_key(request)
            )
            return redirect("application_receipt", pk=submission.pk)
        if is_whole or "later" in request.POST:
            messages.info(request, _("Kept. Send the correction when everything is in order."))
            return redirect("application_correct", pk=application.pk)
    except Stale as stale:
        draft, status = stale.draft, 409
        form.add_error(None, str(stale.sentence))
        found = differences(form, typed, form.initial)
    except RuleBroken as refusal:
        status = 409
        form.add_error(None, str(refusal.sentence))
    return _page(request, application, waiting, items, form, draft, found, status=status)


def _page(
    request: HttpRequest,
    application: Application,
    waiting: ReturnRequest,
    items: list[ReturnItem],
    form: CorrectionForm,
    draft: Draft,
    found: list[Any],
    status: int = 200,
) -> HttpResponse:
    rows = _requirements(application, items)
    return render(
        request,
        "programs/application_correct.html",
        {
            "application": application,
            "call": application.call,
            "waiting": waiting,
            "is_over": clock.now() >= waiting.due_at,
            "items": [(item, rows.get(item.criterion_id)) for item in items if not item.is_implied],
            "form": form,
            "version": draft.version,
            "kept": kept_sentence(draft),
            "differences": found,
            "is_conflict": status == 409 and bool(found),
            "form_key": _form_key(request),
            "autosave_url": reverse(
                "application_autosave", kwargs={"pk": application.pk, "step": Step.CORRECTION.value}
            ),
            "crumbs": crumbs(application),
        },
        status=status,
    )
