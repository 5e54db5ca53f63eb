"""Handing in again after a return for correction (보완 제출): only what the agency named, and the earlier submission is kept."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.errors import RuleBroken
from programs.domain import asking, intake, intake_check, intake_content, intake_rules, taking, tasks
from programs.models import Application, Draft, Question, ReturnItem, Screening, Submission, Task
from programs.queries.reading import Reading


def resubmit(application: Application, *, by: User, form_key: UUID) -> Submission:
    """Hand in the corrected items. The earlier submission is kept; the receipt number goes on as `…-0007-C1`.

    The same `form_key` again answers with the same receipt. Locks the application. Refused with `reader_only`,
    `cancelled`, `not_returned`, `correction_over`, `not_ready` (a named item is still empty), `nothing_changed`, `form_key`.
    """
    try:
        with transaction.atomic():
            row, now = intake_rules.enter(application, by)
            done = intake.replayed(row, form_key)
            return done if done is not None else _resubmit(row, by=by, form_key=form_key, now=now)
    except IntegrityError:
        done = intake.replayed(application, form_key)
        if done is None:
            raise
        return done


def _resubmit(row: Application, *, by: User, form_key: UUID, now: dt.datetime) -> Submission:
    request = intake_rules.require_open_return(row, now)
    items = list(request.items.select_related("question", "document"))
    missing = missing_of(row, items)
    if missing:
        raise RuleBroken("not_ready", " ".join(f"{each.label}: {each.sentence}" for each in missing))
    before = row.submissions.get(recalled_at__isnull=True)
    asking.drop_unasked(row, now)
    content = intake_content.content_of(Reading(row))
    content["consents"] = before.content.get("consents", [])
    is_elsewhere = any(item.part in {ReturnItem.Part.CONTACT, ReturnItem.Part.CRITERION} for item in items)
    if not is_elsewhere and intake_content.digest_of(content) == before.content_sha256:
        raise RuleBroken(
            "nothing_changed",
            _("Nothing has been changed yet. Correct the items that the agency named, then send."),
        )
    before.recalled_at = now
    before.save(update_fields=["recalled_at"])
    number = row.submissions.filter(receipt__startswith=f"{row.receipt}-C").count() + 1
    submission = Submission.objects.create(
        application=row,
        form_key=form_key,
        receipt=f"{row.receipt}-C{number}",
        submitted_at=now,
        submitted_by=by,
        content=content,
        content_sha256=intake_content.digest_of(content),
    )
    request.answered_at = now
    request.save(update_fields=["answered_at"])
    row.status = Application.Status.SUBMITTED
    row.save(update_fields=["status"])
    Draft.objects.filter(application=row).update(typed={}, aside={})
    tasks.close_task(Task.Kind.CORRECT, row.pk)
    tasks.close_task(Task.Kind.CORRECT, request.pk)
    taking.take_some(row.call, [row], occasion=Screening.Occasion.SUBMISSION, by=by, at=now)
    intake.open_screening(row)
    intake.tell_members(row, "application_corrected", submission=submission)
    return submission


def missing_of(row: Application, items: list[ReturnItem]) -> list[intake_check.Remark]:
    """Which of the named items, and of the questions that hang on them, would be sent back again."""
    questions = Question.objects.filter(call=row.call_id)
    opened = asking.opened_by(items, questions)
    named = {
        *(intake_check.anchor_of(question) for question in questions if question.pk in opened),
        *(
            f"id_{kind}_{item.document.code}"
            for item in items
            if item.document
            for kind in ("file", "until", "q")
        ),
    }
    steps = {
        {ReturnItem.Part.BASELINE: Draft.Step.BASELINE, ReturnItem.Part.CONTACT: Draft.Step.CONTACT}.get(
            ReturnItem.Part(item.part)
        )
        for item in items
    }
    return [
        remark
        for remark in intake_check.examine(row).mends
        if remark.anchor in named or (remark.step in steps and not remark.anchor.startswith("id_consent_"))
    ]
