"""Eligibility (요건심사) of applications: every criterion answers met, not met or "a person must look", as of a stated day.

One definition serves the company's check before submission and the staff's screening. Nothing is written here.
The closing day is the Seoul day of the last instant that the call accepts: the period is half open, so a call that
closes at midnight (00:00) closes on the day before.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django_stubs_ext import StrOrPromise

from companies.models import Ban, Certificate, Place, StatusCheck
from ground.clock import SEOUL
from ground.models import Province
from programs.domain.eligibility_reasons import reason_text, value_text
from programs.domain.eligibility_rules import BanFact, Facts, PaperFact, PlaceFact, StatusFact, judge
from programs.models import Application, Call, Criterion, Document

__all__ = ["Finding", "assess", "assess_many", "closing_day", "day_that_counts", "reason_text", "value_text"]


@dataclass(frozen=True)
class Finding:
    """One criterion's answer for one application. `value` and `evidence` are at most 200 characters, free of language."""

    criterion: Criterion
    outcome: str
    reason_code: str
    reason: StrOrPromise
    value: str
    evidence: str
    evidence_file_id: UUID | None
    as_of: dt.date
    renew_by: dt.date | None

    @property
    def value_text(self) -> StrOrPromise:
        return value_text(self.reason_code, self.value)


def closing_day(call: Call) -> dt.date:
    """The Seoul day on which the call can be applied to for the last time."""
    return (call.closes_at - dt.timedelta(microseconds=1)).astimezone(SEOUL).date()


def day_that_counts(call: Call, which: str) -> dt.date:
    """The day named by `Criterion.AsOf`."""
    return call.agreement_on if which == Criterion.AsOf.AGREEMENT else closing_day(call)


def assess(application: Application, *, criteria: Sequence[Criterion] | None = None) -> list[Finding]:
    """All criteria of the call (or only `criteria`) for one application, in their order."""
    return assess_many([application], criteria=criteria)[application.pk]


def assess_many(
    applications: Iterable[Application], *, criteria: Sequence[Criterion] | None = None
) -> dict[UUID, list[Finding]]:
    """The same for many applications, by the application's id, with a number of queries that does not grow."""
    rows = list(applications)
    calls = Call.objects.select_related("agency").in_bulk({row.call_id for row in rows})
    asked: dict[UUID, list[Criterion]] = defaultdict(list)
    for criterion in (
        criteria
        if criteria is not None
        else Criterion.objects.filter(call__in=calls).order_by("position", "id")
    ):
        asked[criterion.call_id].append(criterion)
    known = _facts(rows, calls)
    found: dict[UUID, list[Finding]] = {}
    for row in rows:
        call = calls[row.call_id]
        found[row.pk] = [_find(criterion, call, known[row.pk]) for criterion in asked[row.call_id]]
    return found


def _find(criterion: Criterion, call: Call, facts: Facts) -> Finding:
    as_of = day_that_counts(call, criterion.as_of)
    later = day_that_counts(call, criterion.later_as_of) if criterion.later_as_of else None
    verdict = judge(criterion, facts, as_of=as_of, later=later)
    return Finding(
        criterion=criterion,
        outcome=verdict.outcome,
        reason_code=verdict.reason_code,
        reason=reason_text(verdict.reason_code, as_of=as_of, renew_by=verdict.renew_by),
        value=verdict.value,
        evidence=verdict.evidence,
        evidence_file_id=verdict.evidence_file_id,
        as_of=as_of,
        renew_by=verdict.renew_by,
    )


def _facts(rows: Sequence[Application], calls: dict[UUID, Call]) -> dict[UUID, Facts]:
    companies = {row.company_id for row in rows}
    places: dict[UUID, list[PlaceFact]] = defaultdict(list)
    for place in (
        Place.objects.filter(company__in=companies).select_related("province").order_by("from_on", "id")
    ):
        places[place.company_id].append(
            PlaceFact(
                kind=place.kind,
                province=place.province_id,
                province_name=f"{place.province.name_ko} {place.province.name_en}".strip(),
                address=place.address,
                from_on=place.from_on,
                until_on=place.until_on,
            )
        )
    statuses = {
        check.company_id: StatusFact(check.status, check.checked_at.astimezone(SEOUL).date())
        for check in StatusCheck.objects.filter(company__in=companies)
        .order_by("company_id", "-checked_at", "-id")
        .distinct("company_id")
    }
    bans: dict[tuple[UUID, UUID], list[BanFact]] = defaultdict(list)
    agencies = {call.agency_id for call in calls.values()}
    for ban in Ban.objects.filter(
        company__in=companies, agency__in=agencies, lifted_at__isnull=True
    ).order_by("-until_on"):
        bans[ban.agency_id, ban.company_id].append(BanFact(ban.from_on, ban.until_on))
    successors = {
        each.code: each.succeeded_by_id
        for each in Province.objects.all()
        if isinstance(each, Province) and each.succeeded_by_id
    }
    papers = _papers(rows, companies, calls)
    return {
        row.pk: Facts(
            places=places[row.company_id],
            papers=papers[row.pk],
            status=statuses.get(row.company_id),
            bans=bans[calls[row.call_id].agency_id, row.company_id],
            agency_code=calls[row.call_id].agency.code,
            successors=successors,
        )
        for row in rows
    }


def _papers(
    rows: Sequence[Application], companies: set[UUID], calls: dict[UUID, Call]
) -> dict[UUID, list[PaperFact]]:
    """The company's certificates, and the documents of the application that are not among them.

    What nobody at the agency has looked at is unchecked, whatever days somebody typed and whatever another agency found.
    """
    of_company: dict[tuple[UUID, UUID], list[PaperFact]] = defaultdict(list)
    recorded: set[UUID | None] = set()
    for agency in {call.agency_id for call in calls.values()}:
        judged = Certificate.objects.judged_by(agency).filter(company__in=companies)
        for paper in judged.order_by("kind", "-valid_until", "id"):
            recorded.add(paper.file_id)
            of_company[agency, paper.company_id].append(
                PaperFact(
                    paper.kind, paper.state, paper.number, paper.valid_from, paper.valid_until, paper.file_id
                )
            )
    handed_in: dict[UUID, list[PaperFact]] = defaultdict(list)
    for document in (
        Document.objects.filter(application__in=[row.pk for row in rows], replaced_at__isnull=True)
        .exclude(required__certificate_kind="")
        .select_related("required", "file")
    ):
        if document.file_id not in recorded:
            handed_in[document.application_id].append(
                PaperFact(
                    document.required.certificate_kind,
                    document.state,
                    document.file.name,
                    document.valid_from,
                    document.valid_until,
                    document.file_id,
                )
            )
    return {
        row.pk: [*of_company[calls[row.call_id].agency_id, row.company_id], *handed_in[row.pk]]
        for row in rows
    }
