"""Writing the monthly report (월간 보고서 작성): figures, files, checksums, the record of the run, letters.

A run is a record: definition, data cut, figures and their checksum. Its files are stored and never change. The same
data, written again by the same version, give the same bytes; a run whose figures are there already is not made twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, files, letters, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken, filled
from ground.models import StoredFile
from programs.models import Program
from programs.permissions import require_service
from programs.queries.readers import officers_of
from reports.domain import composing, cut
from reports.models import ReportFile, ReportRun, ReportSchedule
from reports.printing.checksum import canonical_json, data_sha256
from reports.printing.data import MonthlyReport
from reports.printing.pdf import write_pdf
from reports.printing.sums import check_sums
from reports.printing.xlsx import write_xlsx

LANGUAGES = ("ko", "en")
REPORT_LIMIT = 60 * files.MEGABYTE


WRITE = "report.write"
"""Topic: somebody asked for a report. Payload: {"program", "period", "languages", "by"}."""


def check_period(program: Program, period: dt.date) -> dt.date:
    """The first day of the month. `RuleBroken('period_outside')` before the program's first month or in the future."""
    period = period.replace(day=1)
    if not program.starts_on.replace(day=1) <= period <= clock.today(SEOUL):
        raise RuleBroken(
            "period_outside",
            _("Choose a month from the program's first month to the current one."),
            ("period",),
        )
    return period


def ask_for(program: Program, period: dt.date, *, by: User, languages: Iterable[str] = LANGUAGES) -> None:
    """Have a report written in the background. Refused: `not_your_agency`, `period_outside`."""
    require_service(by, program.agency)
    period = check_period(program, period)
    payload = {
        "program": str(program.pk), "period": period.isoformat(), "languages": list(languages), "by": str(by.pk),
    }  # fmt: skip
    with transaction.atomic():
        outbox.publish(WRITE, payload)


def write_asked(payload: dict[str, Any]) -> None:
    """What `ask_for` asked for; who asked gets a letter when it cannot be written, or says what a stored one says."""
    program = Program.objects.select_related("agency").get(pk=payload["program"])
    by = User.objects.get(pk=payload["by"])
    period = dt.date.fromisoformat(payload["period"])
    try:
        run, is_stored = _write(program, period, by=by, languages=payload["languages"])
    except RuleBroken as refused:
        _write_failure(by, program, period, refused.sentence)
    else:
        if not is_stored:
            letters.write(by, "report_unchanged", {"program": program, "period": period, "run": run})


def tell_failure(program: Program, period: dt.date, why: str | Promise) -> None:
    """Write to those who serve the agency that a report could not be written, and why."""
    for reader in officers_of(program.agency_id):
        _write_failure(reader, program, period, why)


def _write_failure(reader: User, program: Program, period: dt.date, why: str | Promise) -> None:
    with translation.override(reader.language):
        reason = str(why)
    path = reverse("admin:reports_reportrun_changelist")
    letters.write(
        reader, "report_failed", {"program": program, "period": period, "path": path, "reason": reason}
    )


def build(program: Program, period: dt.date, as_of: dt.datetime | None = None) -> MonthlyReport:
    """The figures of a month now, or with sales, payouts, declarations and rates as they stood at `as_of`; what people
    edit (customs, deliveries, tax treatments, who takes part) is always that of now. Writers wait while it is read.

    Refused: `period_outside` (before the program's first month or in the future), `moment_unknown`, `sums_differ`.
    """
    return _read(program, period, as_of)[0]


def _read(
    program: Program, period: dt.date, as_of: dt.datetime | None
) -> tuple[MonthlyReport, dict[str, int]]:
    """The figures, and by which entries of the histories they are found again."""
    period = check_period(program, period)
    with transaction.atomic():
        cut.hold()
        report, marks = composing.build(program, period, as_of), cut.marks()
    differences = check_sums(report)
    if differences:
        raise RuleBroken(
            "sums_differ",
            filled(
                _("The report was not written, because a total is not the sum of its parts: %(difference)s"),
                difference=differences[0],
            ),
        )
    return report, marks


def write(
    program: Program,
    period: dt.date,
    *,
    schedule: ReportSchedule | None = None,
    by: User | None = None,
    languages: Iterable[str] = LANGUAGES,
    as_of: dt.datetime | None = None,
) -> ReportRun:
    """Write the report of a month as PDF and XLSX in each language, and store it.

    A run with the same figures and the same bytes is returned as it is (languages that it lacks are added). A
    scheduled run is a record of its own, at most one per schedule and period. Refused as `build`, and
    `not_your_agency`. Locks the program.
    """
    return _write(program, period, schedule=schedule, by=by, languages=languages, as_of=as_of)[0]


def _write(
    program: Program,
    period: dt.date,
    *,
    schedule: ReportSchedule | None = None,
    by: User | None = None,
    languages: Iterable[str],
    as_of: dt.datetime | None = None,
) -> tuple[ReportRun, bool]:
    """As `write`, and whether anything was stored."""
    if by is not None:
        require_service(by, program.agency)
    wanted = [language for language in LANGUAGES if language in set(languages)]
    report, marks = _read(program, period, as_of)
    made = {(language, form): data for language in wanted for form, data in render(report, language).items()}
    with transaction.atomic():
        Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program.pk)
        if schedule is not None:
            known = ReportRun.objects.filter(schedule=schedule, period=report.period).first()
        else:
            known = _same(program, report, made)
        run = known or _record(program, report, marks, schedule, by)
        there = {(file.language, file.format) for file in run.files.all()} if known else set()
        lacking = made.keys() - there if schedule is None or known is None else set()
        for (language, form), content in made.items():
            if (language, form) in lacking:
                _keep(run, language, form, content)
        if schedule is not None and known is None:
            announce(run)
    return run, known is None or bool(lacking)


def render(report: MonthlyReport, language: str) -> dict[str, bytes]:
    """PDF and XLSX bytes: the same for the same figures."""
    return {"pdf": write_pdf(report, language), "xlsx": write_xlsx(report, language)}


def _same(program: Program, report: MonthlyReport, made: dict[tuple[str, str], bytes]) -> ReportRun | None:
    """A stored run of these figures whose files in the wanted languages have the same bytes."""
    runs = ReportRun.objects.filter(
        program=program, period=report.period, definition=report.definition_version,
        data_sha256=data_sha256(report),
    ).order_by("created_at")  # fmt: skip
    for run in runs:
        stored = {(each.language, each.format): each.file.sha256 for each in run.files.select_related("file")}
        if all(
            stored.get(key, hashlib.sha256(content).hexdigest()) == hashlib.sha256(content).hexdigest()
            for key, content in made.items()
        ):
            return run
    return None


def _record(
    program: Program,
    report: MonthlyReport,
    marks: dict[str, int],
    schedule: ReportSchedule | None,
    by: User | None,
) -> ReportRun:
    figures: dict[str, Any] = json.loads(canonical_json(report))
    return ReportRun.objects.create(
        agency_id=program.agency_id,
        program=program,
        schedule=schedule,
        period=report.period,
        as_of=report.data_cut_at,
        definition=report.definition_version,
        data=figures,
        data_sha256=data_sha256(report),
        written_by=by,
        is_provisional=report.is_provisional,
        marks=marks,
    )


def _keep(run: ReportRun, language: str, form: str, content: bytes) -> ReportFile:
    upload = ContentFile(content, name=f"{run.program.code}_{run.period:%Y-%m}_{language}.{form}")
    stored = files.keep(
        upload, kind=StoredFile.Kind.REPORT, accepted=(files.PDF, files.XLSX), limit=REPORT_LIMIT
    )
    return ReportFile.objects.create(run=run, format=form, language=language, file=stored)


def announce(run: ReportRun) -> None:
    """Write to the managers and officers who serve the agency today; the letter carries a link, never the report."""
    for reader in officers_of(run.agency_id):
        letters.write(reader, "report_written", {"run": run, "path": reverse("report_show", args=[run.pk])})
