"""Research (조사): a body is asked, writes findings with their sources, hands in, and the agency accepts or sends back."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import organization_ids
from ground import clock, files, letters
from ground.audit import because
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import StoredFile
from guidance.models import Finding, FindingFile, ResearchTask
from programs.models import Program, ProgramPartner
from programs.permissions import require_service
from programs.queries.readers import officers_of, people_of

State = ResearchTask.State
REMINDED = (-7, -1, 1, 7, 14, 21, 28)
"""Days from the due day on which a body is reminded: before it, and while it is late."""
ASKED = ("program_id", "organization_id", "country_id", "pillar", "method", "question_ko", "due_on")
"""What makes two tasks the same question."""
MOST_FINDINGS, MOST_FILES = 50, 10


def ask(task: ResearchTask, *, by: User) -> ResearchTask:
    """Give a research body of the program a question; writes to its people. The same question asked twice while the body
    works on it is one.

    Refused: `not_your_agency`, `other_body` (no research body that the program names, or out of use), `due_passed`,
    `question_missing`. Locks the program.
    """
    with transaction.atomic():
        program = (
            Program.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=task.program_id)
        )
        require_service(by, program.agency)
        check(task)
        asked = {name: getattr(task, name) for name in ASKED}
        if (same := ResearchTask.objects.filter(**asked, state=State.OPEN).first()) is not None:
            return same
        task.agency = program.agency
        task.save()
        _write_to_body("research_asked", task)
    return task


def change(task: ResearchTask, *, by: User) -> ResearchTask:
    """Put the question in other words or move its day, while the body works on it.

    Refused: `not_your_agency`, `not_open`, `due_passed`, `question_missing`, `other_body`. Locks the task."""
    with transaction.atomic():
        row = _of_agency(task, by)
        _require_open(row)
        row.question_ko, row.question_en = task.question_ko, task.question_en
        is_moved = row.due_on != task.due_on
        row.due_on = task.due_on
        check(row, is_moved=is_moved)
        if is_moved:
            row.reminded_on = None
        row.save(update_fields=["question_ko", "question_en", "due_on", "reminded_on"])
    return row


def check(task: ResearchTask, *, is_moved: bool = True) -> None:
    """Whether the task may be asked like that. Refused: `question_missing`, `due_passed`, `other_body`."""
    if not task.question_ko.strip():
        raise RuleBroken("question_missing", _("Say what is to be found out."), ("question_ko",))
    if is_moved and task.due_on < clock.today():
        raise RuleBroken("due_passed", _("The due day has passed already."), ("due_on",))
    is_known = ProgramPartner.objects.filter(
        program=task.program_id,
        organization=task.organization_id,
        organization__kind=Organization.Kind.RESEARCH,
        organization__in=Organization.objects.in_use_on(clock.today()),
    ).exists()
    if not is_known:
        raise RuleBroken(
            "other_body",
            _("Choose a research body that the program names; name it on the program's page first."),
            ("organization",),
        )


def save_finding(finding: Finding, *, upload: File[bytes] | None = None, by: User) -> Finding:
    """Write a finding of a task that the person's body works on, with one more file where one is given. The same new finding
    sent twice is one.

    Refused: `not_your_body`, `not_open`, `finding_missing` (no text or no source), `too_many` (more than fifty findings or
    ten files), and what `files.keep` refuses. Locks the task.
    """
    with transaction.atomic():
        task = _of_body(finding.task_id, by)
        if not finding._state.adding:
            task.findings.get(pk=finding.pk)
        elif upload is None and (same := _same(task, finding)) is not None:
            return same
        if not finding.text.strip() or not finding.source.strip():
            raise RuleBroken(
                "finding_missing",
                _("A finding needs its text and its source."),
                ("source" if finding.text.strip() else "text",),
            )
        if task.findings.exclude(pk=finding.pk).count() >= MOST_FINDINGS:
            raise RuleBroken(
                "too_many", _("A task has at most %(count)d findings.") % {"count": MOST_FINDINGS}
            )
        finding.agency_id, finding.program_id, finding.task = task.agency_id, task.program_id, task
        finding.save()
        if upload is not None:
            if finding.files.filter(removed_at__isnull=True).count() >= MOST_FILES:
                raise RuleBroken(
                    "too_many",
                    _("A finding has at most %(count)d files.") % {"count": MOST_FILES},
                    ("upload",),
                )
            FindingFile.objects.create(
                agency_id=task.agency_id, program_id=task.program_id, finding=finding,
                file=files.keep(upload, kind=StoredFile.Kind.EVIDENCE),
            )  # fmt: skip
    return finding


def drop_finding(finding: Finding, *, by: User) -> None:
    """Take a finding out that was never handed in; its history keeps it.

    Refused: `not_your_body`, `not_open`, `in_use` (a statement was drafted from it, or it has files). Locks the task."""
    with transaction.atomic():
        task = _of_body(finding.task_id, by)
        row = task.findings.get(pk=finding.pk)
        if row.versions.exists() or row.files.exists():
            raise RuleBroken(
                "in_use", _("It has files or was used already. Change it instead of taking it out.")
            )
        row.delete()


def drop_file(file: FindingFile, *, by: User) -> None:
    """Take a file out; it stays in the record. Refused: `not_your_body`, `not_open`. Locks the task."""
    with transaction.atomic():
        task = _of_body(file.finding.task_id, by)
        FindingFile.objects.filter(pk=file.pk, finding__task=task, removed_at__isnull=True).update(
            removed_at=clock.now()
        )


def hand_in(task: ResearchTask, *, by: User) -> ResearchTask:
    """Hand the findings in; writes to the agency's officers. Nothing of it is changed until the agency sends it back.

    Refused: `not_your_body`, `not_open`, `nothing_found` (no finding), `file_refused` (a file that the check refused is still
    among them). Locks the task.
    """
    with transaction.atomic():
        row = _of_body(task.pk, by)
        if not row.findings.exists():
            raise RuleBroken("nothing_found", _("Write at least one finding first."))
        if _files_of(row).filter(file__passage=StoredFile.Passage.REFUSED).exists():
            raise RuleBroken(
                "file_refused", _("The check refused a file. Take it out or replace it, then hand in.")
            )
        row.state, row.handed_in_at = State.HANDED_IN, clock.now()
        row.save(update_fields=["state", "handed_in_at"])
        for officer in officers_of(row.agency_id):
            letters.write(officer, "research_handed_in", {"task": row})
    return row


def send_back(task: ResearchTask, *, reason: str, due_on: dt.date, by: User) -> ResearchTask:
    """Send what was handed in back to the body, with a reason and a new day; writes to its people.

    Refused: `not_your_agency`, `not_handed_in`, `reason_missing`, `due_passed`. Locks the task."""
    with transaction.atomic(), because(reason.strip()):
        row = _of_agency(task, by)
        _require_handed_in(row)
        _require_reason(reason)
        if due_on < clock.today():
            raise RuleBroken("due_passed", _("The due day has passed already."), ("due_on",))
        row.state, row.reason, row.due_on, row.reminded_on = State.RETURNED, reason.strip(), due_on, None
        row.save(update_fields=["state", "reason", "due_on", "reminded_on"])
        _write_to_body("research_returned", row)
    return row


def accept(task: ResearchTask, *, by: User) -> ResearchTask:
    """Accept what was handed in: it counts as evidence, and statements can be drafted from it; writes to its people.

    Refused: `not_your_agency`, `not_handed_in`, `file_waits` (a file has not passed the check yet, or was refused).
    Locks the task."""
    with transaction.atomic():
        row = _of_agency(task, by)
        _require_handed_in(row)
        if _files_of(row).exclude(file__passage__in=StoredFile.READABLE).exists():
            raise RuleBroken(
                "file_waits", _("A file has not passed the check. Wait for it, or send the findings back.")
            )
        row.state, row.settled_at, row.reason = State.ACCEPTED, clock.now(), ""
        row.save(update_fields=["state", "settled_at", "reason"])
        _write_to_body("research_accepted", row)
    return row


def cancel(task: ResearchTask, *, reason: str, by: User) -> ResearchTask:
    """The answer is needed no more; writes to the body's people. Refused: `not_your_agency`, `settled` (accepted or cancelled
    already), `reason_missing`. Locks the task."""
    with transaction.atomic(), because(reason.strip()):
        row = _of_agency(task, by)
        if row.state in {State.ACCEPTED, State.CANCELLED}:
            raise RuleBroken("settled", _("The task is settled already."))
        _require_reason(reason)
        row.state, row.settled_at, row.reason = State.CANCELLED, clock.now(), reason.strip()
        row.save(update_fields=["state", "settled_at", "reason"])
        _write_to_body("research_cancelled", row)
    return row


def remind() -> int:
    """Remind bodies of tasks that they have not handed in, on the days of `REMINDED` (Seoul); returns of how many.

    Each day counts once, whatever runs twice; of several that passed meanwhile only the nearest is written, and none that
    lies before the task was given. Each task in a transaction of its own; locks it.
    """
    today = clock.today()
    waiting = ResearchTask.objects.with_the_body().filter(
        due_on__gte=today - dt.timedelta(days=max(REMINDED) + 7),
        due_on__lte=today - dt.timedelta(days=min(REMINDED)),
    )
    return sum(
        _remind(task.pk, today)
        for task in waiting.order_by("due_on", "pk")
        if day_to_remind(task, today) is not None
    )


def day_to_remind(task: ResearchTask, today: dt.date) -> dt.date | None:
    """The last of the days of `REMINDED` that has come, if the body was not reminded on it or after it yet."""
    given_on = task.created_at.astimezone(SEOUL).date()
    days = (task.due_on + dt.timedelta(days=each) for each in REMINDED)
    last = max((each for each in days if given_on < each <= today), default=None)
    if last is None or not task.is_open or (task.reminded_on is not None and task.reminded_on >= last):
        return None
    return last


def _remind(key: UUID, today: dt.date) -> bool:
    with transaction.atomic():
        row = _locked(key)
        if day_to_remind(row, today) is None:
            return False
        row.reminded_on = today
        row.save(update_fields=["reminded_on"])
        _write_to_body("research_reminder", row, days_left=(row.due_on - today).days)
    return True


def _write_to_body(letter: str, task: ResearchTask, **facts: Any) -> None:
    for reader in people_of(task.organization_id):
        letters.write(reader, letter, {"task": task, **facts})


def _locked(key: UUID) -> ResearchTask:
    row: ResearchTask = (
        ResearchTask.objects.select_for_update(of=("self",))
        .select_related("program__agency", "organization", "country")
        .get(pk=key)
    )
    return row


def _of_agency(task: ResearchTask, by: User) -> ResearchTask:
    row = _locked(task.pk)
    require_service(by, row.program.agency)
    return row


def _of_body(key: UUID, by: User) -> ResearchTask:
    row = _locked(key)
    if row.organization_id not in organization_ids(by):
        raise RuleBroken("not_your_body", _("Only people of the research body can do this."))
    _require_open(row)
    return row


def _same(task: ResearchTask, finding: Finding) -> Finding | None:
    rows = task.findings.filter(text=finding.text, source=finding.source, as_of_on=finding.as_of_on)
    return rows.first()


def _files_of(task: ResearchTask) -> Any:
    return FindingFile.objects.filter(finding__task=task, removed_at__isnull=True)


def _require_open(row: ResearchTask) -> None:
    if not row.is_open:
        raise RuleBroken(
            "not_open", _("The task is handed in or settled: nothing of it is changed any more.")
        )


def _require_handed_in(row: ResearchTask) -> None:
    if row.state != State.HANDED_IN:
        raise RuleBroken(
            "not_handed_in", _("The findings are not handed in (any more). Load the page again.")
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why."), ("reason",))
