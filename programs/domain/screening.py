"""Screening (요건심사): every criterion is taken and kept, staff look, override with reasons, send back, decide.

The criteria are taken again on later occasions (`taking`); each taking is kept. Until the call is decided staff may decide
otherwise; of those selected, also afterwards. What the company learns of the decision it learns with the release of the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from companies.domain import facts
from companies.models import Certificate
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from ground.reasons import own
from programs.domain import holding, intake, intake_documents, taking, tasks
from programs.domain.evaluation import lock_undecided
from programs.models import Application, Call, Criterion, Document, Override, ReturnRequest, Screening, Task
from programs.models.screening import Outcome
from programs.permissions import require_service
from programs.queries import takings
from programs.queries.takings import Result

LOOKED_AT = own(gettext_noop("paper looked at"))
OVERRIDE_TAKEN_BACK = own(gettext_noop("override taken back"))
SCREENED = own(gettext_noop("decided in screening"), "screening")
BY_COMMAND = own(gettext_noop("by the command manage.py screen"), "manage.py screen")
"""Here and not with the command: who reads the history does not load commands."""

IN_SCREENING = holding.IN_SCREENING
HOLDS_PLACE = (Application.Status.SELECTED, Application.Status.RESERVE, Application.Status.AGREED)
ASKED_AGAIN = (*HOLDS_PLACE, Application.Status.COMPLETED)
"""After the decision their criteria are taken again: at promotion, agreement and payment."""


def overall(finals: Iterable[str], *, expected: int) -> str:
    """One answer from many: not met if any is, else look if any is or one of the `expected` criteria lacks, else met."""
    given = list(finals)
    if Outcome.NOT_MET in given:
        return Outcome.NOT_MET
    if Outcome.LOOK in given or len(given) < expected:
        return Outcome.LOOK
    return Outcome.MET


def screen_call(call: Call, *, by: User | None) -> int:
    """Take every criterion for all applications of the call that are in screening; returns how many applications.

    `by` None is the command line. An override stays as long as the rule answers as it did; when the answer or what
    was seen has changed, it falls and the criterion waits for a person again. Certificates that end before a later
    day become dated tasks of the companies. Refused: `decided`, `not_your_agency`, `cancelled`. Locks the call and its
    applications in screening, so that what a correction brings in meanwhile is not answered by what was there before.
    """
    with transaction.atomic():
        call = lock_undecided(call.pk)
        if by is not None:
            require_service(by, call.agency)
        rows = Application.objects.filter(call=call).in_screening()
        which = holding.in_screening(call)
        locked = taking.lock(which)
        taking.take(call, rows, which, occasion=Screening.Occasion.SCREENING, by=by, of_all=locked)
        return locked


def screen_application(application: Application, *, by: User) -> None:
    """Take the criteria of one application again. Refused: `decided`, `not_your_agency`, `not_in_screening`."""
    with transaction.atomic():
        call = lock_undecided(application.call_id)
        require_service(by, call.agency)
        row = _locked(application)
        _require_screening(row)
        _take_one(call, row, by)


def _take_one(call: Call, row: Application, by: User) -> None:
    taking.take_some(call, [row], occasion=Screening.Occasion.SCREENING, by=by)


def override(result: Result, *, to: str, reason: str, by: User) -> Result:
    """Decide a criterion otherwise than the rule, with a reason.

    Where the rule says "a person must look", or says met, the reason is enough. Not met becoming met is an exception:
    it is recorded, a second person is asked, and it counts only once that person has agreed. Refused: `decided`,
    `not_your_agency`, `not_in_screening`, `reason_missing`, `same_outcome`, `not_an_outcome`, `part_of_group`,
    `taken_again` (the answer is not the one that was looked at). Locks call and application.
    """
    reason = reason.strip()
    if to not in {Outcome.MET, Outcome.NOT_MET}:
        raise RuleBroken("not_an_outcome", _("Decide for met or not met."), ("to",))
    if not reason:
        raise RuleBroken("reason_missing", _("Say why you decide otherwise."), ("reason",))
    with transaction.atomic(), because(reason):
        call, row, now = _locked_result(result, by)
        if now.said_sha256 != result.said_sha256:
            raise RuleBroken(
                "taken_again", _("The criteria were taken again and answer otherwise. Look once more.")
            )
        criterion = Criterion.objects.get(pk=now.criterion_id)
        if criterion.group_id is not None:
            raise RuleBroken(
                "part_of_group", _("This requirement is part of another one. Decide that one."), ("to",)
            )
        if to == now.outcome:
            raise RuleBroken(
                "same_outcome",
                _("The rule says so already. Take your earlier decision back instead."),
                ("to",),
            )
        decided = now.decided or Override(
            agency_id=call.agency_id, application=row, criterion=criterion, call=call
        )
        approval: Approval | None = None
        if now.outcome == Outcome.NOT_MET:
            approval = approvals.ask(
                agency=call.agency,
                decision=DecisionKind.EXCEPTION,
                subject=f"{row.receipt} {row.company}: {criterion}",
                subject_id=decided.pk,
                digest=approvals.fingerprint([now.said_sha256, to, reason]),
                reason=reason,
                by=by,
            )
        decided.rule_said, decided.said_sha256 = now.outcome, now.said_sha256
        decided.to, decided.reason, decided.by, decided.approval = to, reason, by, approval
        decided.save()
    return replace(now, decided=decided)


def look_at_evidence(result: Result, *, is_accepted: bool, by: User, reason: str = "") -> Result:
    """Staff looked at the paper behind a criterion and accept it or not; the application's criteria are taken again.

    The paper is a document of this application or a certificate of its company. Refused: `decided`,
    `not_your_agency`, `not_in_screening`, `no_paper`, and as the verbs that judge documents and certificates.
    """
    with transaction.atomic(), because(reason.strip() or LOOKED_AT):
        call, row, now = _locked_result(result, by)
        document = Document.objects.filter(
            file=now.evidence_file_id, application=row, replaced_at__isnull=True
        ).first()
        certificate = Certificate.objects.filter(file=now.evidence_file_id, company=row.company_id).first()
        if now.evidence_file_id is None or (document is None and certificate is None):
            raise RuleBroken("no_paper", _("No paper stands behind this answer. Decide it yourself."))
        if certificate is not None:
            facts.judge_certificate(certificate, accept=is_accepted, agency=call.agency, reason=reason, by=by)
        if document is not None:
            intake_documents.look_at(document, is_accepted=is_accepted, because=reason, by=by)
        _take_one(call, row, by)
        return takings.latest([row])[row.pk][now.criterion_id]


def take_back(result: Result, *, by: User) -> Result:
    """Withdraw a decision of staff: the rule's own answer counts again. Refused as in `override`; `no_override`."""
    with transaction.atomic(), because(OVERRIDE_TAKEN_BACK):
        _call, _row, now = _locked_result(result, by)
        if now.decided is None:
            raise RuleBroken("no_override", _("Nobody has decided this criterion otherwise."))
        now.decided.delete()
    return replace(now, decided=None)


def _locked_result(result: Result, by: User) -> tuple[Call, Application, Result]:
    """The call, the application and its answer of now. Of those in `ASKED_AGAIN` it is asked after the decision, too."""
    call = (
        Call.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency")
        .get(pk=result.call_id)
    )
    require_service(by, call.agency)
    row = _locked(Application(pk=result.application_id))
    if row.status not in ASKED_AGAIN:
        lock_undecided(call.pk)
        _require_screening(row)
    now = takings.of_criterion(row, result.criterion_id)
    assert now is not None
    return call, row, now


def decide_eligibility(
    application: Application, *, is_eligible: bool, by: User, reason: str = ""
) -> Application:
    """Eligible when every criterion is met, ineligible when one is not; final answers count.

    A return for correction that ran out unanswered makes ineligible, too, with a reason. The company learns it with
    the results. Refused: `decided`, `not_your_agency`, `not_in_screening`, `still_open`, `look_left`, `not_all_met`, `all_met`,
    `still_returned`, `reason_missing`. Locks call and application.
    """
    with transaction.atomic(), because(reason.strip() or SCREENED):
        call = lock_undecided(application.call_id)
        require_service(by, call.agency)
        row = _locked(application)
        _require_screening(row)
        _require_closed(call)
        if row.status == Application.Status.RETURNED:
            _require_run_out(row, is_eligible, reason.strip())
        else:
            _require_answer(overall_of([row])[row.pk], is_eligible)
        row.status = Application.Status.ELIGIBLE if is_eligible else Application.Status.INELIGIBLE
        row.save(update_fields=["status"])
        tasks.close_task(kind=Task.Kind.SCREEN, subject_id=row.pk, side=Task.Side.AGENCY)
    return row


def _require_closed(call: Call) -> None:
    """Until the closing instant a company may recall what it submitted."""
    if clock.now() < call.closes_at:
        raise RuleBroken(
            "still_open", _("The call is still open: companies may recall. Decide after it has closed.")
        )


def _require_answer(answer: str, is_eligible: bool) -> None:
    if is_eligible and answer == Outcome.NOT_MET:
        raise RuleBroken(
            "not_all_met", _("A criterion is not met. Decide ineligible, or override it with a reason.")
        )
    if is_eligible and answer == Outcome.LOOK:
        raise RuleBroken("look_left", _("A person must still look at a criterion. Decide that one first."))
    if not is_eligible and answer != Outcome.NOT_MET:
        raise RuleBroken("all_met", _("No criterion is finally not met. Decide one first, with its reason."))


def _require_run_out(row: Application, is_eligible: bool, reason: str) -> None:
    request = ReturnRequest.objects.filter(application=row, answered_at__isnull=True).first()
    if is_eligible or request is None or request.due_at > clock.now():
        raise RuleBroken("still_returned", _("The application is with the company for correction."))
    if not reason:
        raise RuleBroken("reason_missing", _("Say that the correction did not come in time."), ("reason",))
    tasks.close_task(kind=Task.Kind.CORRECT, subject_id=row.pk, side=Task.Side.COMPANY)


def settle_clear(call: Call, *, by: User) -> tuple[int, int]:
    """Decide all submitted applications whose answer is clear; returns (eligible, ineligible). The rest stay.

    Refused: `decided`, `not_your_agency`, `still_open`. Locks the call and its submitted applications.
    """
    with transaction.atomic(), because(SCREENED):
        call = lock_undecided(call.pk)
        require_service(by, call.agency)
        _require_closed(call)
        rows = list(
            Application.objects.select_for_update(of=("self",)).filter(
                call=call, status=Application.Status.SUBMITTED
            )
        )
        answers = overall_of(rows)
        settled = {}
        for answer, status in (
            (Outcome.MET, Application.Status.ELIGIBLE),
            (Outcome.NOT_MET, Application.Status.INELIGIBLE),
        ):
            keys = [each.pk for each in rows if answers[each.pk] == answer]
            Application.objects.filter(pk__in=keys).update(status=status)
            Task.objects.open().filter(
                kind=Task.Kind.SCREEN, side=Task.Side.AGENCY, subject_id__in=keys
            ).update(done_at=clock.now())
            settled[answer] = len(keys)
    return settled[Outcome.MET], settled[Outcome.NOT_MET]


def reopen(application: Application, *, reason: str, by: User) -> Application:
    """Take a decision back before the call is decided: the application is in screening again.

    Refused: `decided`, `not_your_agency`, `reason_missing`, `not_screened`. Locks call and application.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the decision is taken back."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        call = lock_undecided(application.call_id)
        require_service(by, call.agency)
        row = _locked(application)
        if row.status not in {Application.Status.ELIGIBLE, Application.Status.INELIGIBLE}:
            raise RuleBroken("not_screened", _("This application has not been decided in screening."))
        row.status = Application.Status.SUBMITTED
        row.save(update_fields=["status"])
        intake.open_screening(row)
    return row


def overall_of(rows: Sequence[Application]) -> dict[UUID, str]:
    """The overall answer of each application, by final answers; three queries."""
    answers = takings.latest(rows)
    criteria = takings.criteria_of({each.call_id for each in rows})
    return {
        each.pk: overall(
            (found.final for found in takings.counting(answers.get(each.pk, {}), criteria[each.call_id])),
            expected=len(criteria[each.call_id]),
        )
        for each in rows
    }


def _locked(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .with_company()
        .select_related("call__agency")
        .get(pk=application.pk)
    )


def _require_screening(row: Application) -> None:
    if row.status not in IN_SCREENING:
        raise RuleBroken("not_in_screening", _("This application is not in screening (any more)."))
