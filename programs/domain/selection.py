"""Selection (선정): the ranking is sealed by two persons, released to all at once, and filled up from the reserve list.

Between the decision and the release nothing leaves: applications stay eligible, no mail is written, no task opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock, letters
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain import intake, leaving, taking, tasks
from programs.domain.evaluation import lock_undecided
from programs.domain.intake_rules import require_not_cancelled
from programs.models import (
    Application,
    Call,
    Criterion,
    Paper,
    Participation,
    Question,
    RequiredDocument,
    Screening,
    Selection,
    SelectionRow,
)
from programs.models.call import Stage
from programs.models.participation import Task
from programs.permissions import DECIDERS, require_service
from programs.queries import selection as questions
from programs.queries import takings
from programs.queries.readers import readers_of
from programs.queries.takings import Result

SUBJECT = 200
"""Letters of what a task is about."""
TAKES_PLACE = (Application.Status.SELECTED, Application.Status.AGREED, Application.Status.COMPLETED)
LETTERS = {
    SelectionRow.Result.SELECTED: "selection_selected",
    SelectionRow.Result.RESERVE: "selection_reserve",
    SelectionRow.Result.NOT_SELECTED: "selection_not_selected",
}


def ask_sealing(call: Call, *, reason: str, by: User) -> Approval:
    """Ask a second person to agree to exactly this ranking; a score that changes afterwards makes the answer void.

    Refused: `decided`, `not_your_agency`, `not_ready` (says what is open), `reason_missing`.
    """
    with transaction.atomic():
        call = lock_undecided(call.pk)
        require_service(by, call.agency, *DECIDERS)
        ranking = _ready(call)
        return approvals.ask(
            agency=call.agency,
            decision=DecisionKind.SEALING,
            subject=f"{call.code} {call.title_ko}",
            subject_id=call.pk,
            digest=ranking.digest,
            reason=reason,
            by=by,
        )


def decide(call: Call, *, by: User, paper: Paper | None = None) -> Selection:
    """Seal the ranking as it stands. It always needs a second person's agreement to exactly this ranking.

    Stores the selection with its lines; applications keep their status until `release`. Scores, declarations and
    overrides are refused from here on. The criteria of all in the ranking are taken again and kept, also when that stops
    the decision. Refused: `decided`, `not_your_agency`, `not_ready`, `second_person`, `other_program` (a paper of another
    program), `not_met_any_more`, `look_again`. Locks the call: of two managers at once one decides.
    """
    with transaction.atomic():
        call = lock_undecided(call.pk)
        require_service(by, call.agency, *DECIDERS)
        if paper is not None:
            _require_own(paper, call)
        ranking = _ready(call)
        turned = _take_again(
            call, Application.objects.filter(call=call, status=Application.Status.ELIGIBLE), by
        )
        if not turned:
            return _seal(call, ranking, paper, by)
    raise turned[0].refusal


def _take_again(call: Call, rows: QuerySet[Application], by: User) -> list[taking.Turned]:
    found = list(rows.select_related("company").order_by("receipt"))
    return taking.take_again(call, found, occasion=Screening.Occasion.SELECTION, by=by)


def _seal(call: Call, ranking: questions.Ranking, paper: Paper | None, by: User) -> Selection:
    approval = approvals.require(
        agency=call.agency, decision=DecisionKind.SEALING, subject_id=call.pk, digest=ranking.digest
    )
    assert approval is not None
    now = clock.now()
    selection = Selection.objects.create(
        agency=call.agency,
        call=call,
        decided_at=now,
        decided_by=by,
        approval=approval,
        paper=paper,
        digest=ranking.digest,
    )
    SelectionRow.objects.bulk_create(
        [
            SelectionRow(
                selection=selection,
                call=call,
                application_id=line.place.application_id,
                rank=line.place.rank,
                points=line.place.points,
                tie_points=line.place.tie_points,
                result=line.place.result,
            )
            for line in ranking.lines
        ]
    )
    call.decided_at = now
    call.save(update_fields=["decided_at"])
    return selection


def put_paper(call: Call, *, paper: Paper, by: User) -> Selection:
    """Name the decision on paper of a sealed selection, until the release. Refused: `not_decided`, `released`,
    `cancelled`, `not_your_agency`, `other_program`. Locks the call."""
    with transaction.atomic():
        call = _locked(call)
        require_service(by, call.agency, *DECIDERS)
        _require_decided(call)
        _require_own(paper, call)
        selection = Selection.objects.get(call=call)
        selection.paper = paper
        selection.save(update_fields=["paper"])
    return selection


def _require_own(paper: Paper, call: Call) -> None:
    if paper.program_id != call.program_id:
        raise RuleBroken("other_program", _("This decision on paper belongs to another program."), ("paper",))


def _require_decided(call: Call) -> None:
    if call.decided_at is None:
        raise RuleBroken("not_decided", _("The selection of this call has not been decided yet."))
    if call.released_at is not None:
        raise RuleBroken("released", _("The results have been released already."))
    require_not_cancelled(call)


def lacks_paper(call: Call) -> bool:
    """Whether the sealed selection names no decision on paper with its file yet."""
    return not Selection.objects.filter(call=call, paper__file__isnull=False).exists()


def _ready(call: Call) -> questions.Ranking:
    ranking = questions.ranking(call)
    if ranking.open_points:
        raise RuleBroken(
            "not_ready",
            _("The selection cannot be decided yet: %(why)s") % {"why": " ".join(ranking.open_points)},
        )
    return ranking


def release(call: Call, *, by: User) -> int:
    """Tell all at once: statuses, mails and tasks in one transaction. Returns how many applications got their result.

    Those found ineligible in screening hear it now, too, with the criteria that were not met. Who withdrew after the
    decision stays withdrawn and is not written to. Refused: `not_decided`, `released`, `no_paper` (the decision on paper
    with its file is not named yet), `cancelled`, `not_your_agency`. Locks the call and its applications.
    """
    with transaction.atomic():
        call = _locked(call)
        require_service(by, call.agency, *DECIDERS)
        _require_decided(call)
        if lacks_paper(call):
            raise RuleBroken(
                "no_paper",
                _("Name the decision on paper first: its number, date and file belong to the selection."),
            )
        applications = list(
            Application.objects.select_for_update(of=("self",))
            .filter(call=call, status=Application.Status.ELIGIBLE, selection_row__isnull=False)
            .select_related("company", "selection_row")
            .order_by("selection_row__rank")
        )
        for result in SelectionRow.Result.values:
            Application.objects.filter(
                Exists(SelectionRow.objects.filter(application=OuterRef("pk"), result=result)),
                call=call,
                status=Application.Status.ELIGIBLE,
            ).update(status=result)
        now = clock.now()
        Selection.objects.filter(call=call).update(released_at=now)
        call.released_at = now
        call.save(update_fields=["released_at"])
        for result in SelectionRow.Result:
            _write_to(
                call, [each for each in applications if each.selection_row.result == result], LETTERS[result]
            )
        _ask_documents(
            call, [each for each in applications if each.selection_row.result == SelectionRow.Result.SELECTED]
        )
        ineligible = list(
            Application.objects.filter(call=call, status=Application.Status.INELIGIBLE).select_related(
                "company"
            )
        )
        _write_to(call, ineligible, "screening_ineligible", takings.not_met(ineligible))
    return len(applications) + len(ineligible)


def withdraw(
    application: Application, *, reason: str, by: User, last_on: dt.date | None = None
) -> Application:
    """Record that a selected or reserve company steps back. The place is free; `promote_next` fills it.

    An agreement that was offered or accepted ends with it, its store assignments on `last_on` (today when none is
    given). Refused: `not_your_agency`, `reason_missing`, `not_selected`, `end_asked` (the company waits for the answer to its
    request), `last_day_later`. Locks the call, the application and its participation.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the company steps back."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        call = _locked(application.call)
        require_service(by, call.agency)
        application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if Application.Status.WITHDRAWN not in Application.TRANSITIONS[application.status] or (
            application.status not in {*TAKES_PLACE, Application.Status.RESERVE}
        ):
            raise RuleBroken(
                "not_selected", _("Only a selected company, or one on the reserve list, steps back here.")
            )
        step_back(application, reason=reason, last_on=last_on)
    return application


def step_back(application: Application, *, reason: str, last_on: dt.date | None = None) -> None:
    """A locked application counts as withdrawn, and its agreement, which is locked here, ends with it."""
    application.status = Application.Status.WITHDRAWN
    application.save(update_fields=["status"])
    for participation in Participation.objects.select_for_update(of=("self",)).filter(
        application=application, state__in=[Participation.State.OFFERED, Participation.State.AGREED]
    ):
        leaving.leave(participation, last_on=last_on, reason=reason)
    intake.close_tasks(application)


def promote_next(call: Call, *, by: User) -> Application:
    """Give a free place to the first of the reserve list, with mail and tasks.

    The criteria of that one are taken again and kept, also when that stops the promotion. Refused: `not_your_agency`,
    `not_released`, `no_free_place`, `reserve_empty`, `not_met_any_more`, `look_again`. Locks the call.
    """
    with transaction.atomic():
        call = _locked(call)
        require_service(by, call.agency, *DECIDERS)
        if call.released_at is None:
            raise RuleBroken("not_released", _("The results have not been released yet."))
        if places_free(call) < 1:
            raise RuleBroken("no_free_place", _("All places are taken. Somebody has to step back first."))
        waiting = list(
            Application.objects.select_for_update(of=("self",))
            .filter(call=call, status=Application.Status.RESERVE)
            .select_related("company")
            .order_by("selection_row__rank")
        )
        if not waiting:
            raise RuleBroken("reserve_empty", _("Nobody is left on the reserve list."))
        following = waiting[0]
        turned = _take_again(call, Application.objects.filter(pk=following.pk), by)
        if not turned:
            following.status = Application.Status.SELECTED
            following.save(update_fields=["status"])
            _write_to(call, [following], "selection_promoted")
            _ask_documents(call, [following])
            return following
    raise turned[0].refusal


def places_free(call: Call) -> int:
    """Places that nobody holds now."""
    taken = Application.objects.filter(call=call, status__in=TAKES_PLACE).count()
    return max(call.quota - taken, 0)


def _locked(call: Call) -> Call:
    return (
        Call.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency", "program")
        .get(pk=call.pk)
    )


def _write_to(
    call: Call,
    applications: Iterable[Application],
    letter: str,
    reasons: Mapping[UUID, list[tuple[Criterion, Result]]] | None = None,
) -> None:
    rows = list(applications)
    readers = readers_of(rows)
    for each in rows:
        for reader in readers[each.pk]:
            letters.write(
                reader,
                letter,
                {
                    "application": each,
                    "company": each.company,
                    "call": call,
                    "program": call.program,
                    "reserve_place": each.selection_row.rank - call.quota
                    if letter == "selection_reserve"
                    else None,
                    "reasons": [criterion for criterion, _result in (reasons or {}).get(each.pk, [])],
                },
            )


def _ask_documents(call: Call, applications: Iterable[Application]) -> None:
    """Documents and answers that are asked only from those selected become tasks, due on the agreement day."""
    later: dict[str, Any] = {"call": call, "stage": Stage.SELECTED, "is_required": True}
    documents = RequiredDocument.objects.filter(**later).order_by("position")
    answers = Question.objects.filter(**later).exclude(kind=Question.Kind.FILE).order_by("position")
    wanted = [
        *documents.values_list("name_ko", "name_en"),
        *answers.values_list("label_ko", "label_en"),
    ]
    english = ", ".join(en for _ko, en in wanted)[:SUBJECT]
    for each in applications:
        if wanted:
            tasks.open_task(
                agency=call.agency,
                company=each.company,
                side=Task.Side.COMPANY,
                kind=Task.Kind.HAND_IN,
                subject_id=each.pk,
                subject=", ".join(ko for ko, _en in wanted)[:SUBJECT],
                subject_en=english if all(en for _ko, en in wanted) else "",
                due_on=call.agreement_on,
            )
