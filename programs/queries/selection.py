"""How far the evaluators of a call are, and its ranking as it stands or as it was sealed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain import approvals
from accounts.models import Approval
from accounts.models.agency import DecisionKind
from ground import clock
from programs.domain.ranking import FULL_POINTS, Candidate, Place, rank, rule_text
from programs.models import Application, Call, Conflict, Evaluator, Score, ScoreItem, Selection, SelectionRow


@dataclass(frozen=True)
class EvaluatorProgress:
    """How far an evaluator is: eligible applications not declared yet, recused from, to score, with a full sheet."""

    evaluator: Evaluator
    name: str
    undeclared: int
    conflicts: int
    to_score: int
    scored: int

    @property
    def is_done(self) -> bool:
        return not self.undeclared and self.scored == self.to_score


@dataclass(frozen=True)
class RankedLine:
    """A place with the company it belongs to, for the page and the sealed record."""

    place: Place
    company_name: str
    business_number: str
    status: str

    @property
    def result_label(self) -> str:
        return str(SelectionRow.Result(self.place.result).label)


@dataclass(frozen=True)
class Ranking:
    """The ranking of a call with its rule, its fingerprint and what still keeps it from being sealed."""

    call: Call
    lines: tuple[RankedLine, ...]
    rule: str
    digest: str
    open_points: tuple[str, ...]
    evaluators: tuple[EvaluatorProgress, ...]
    selection: Selection | None
    approval: Approval | None
    """The latest question to a second person about exactly this ranking."""

    @property
    def is_sealed(self) -> bool:
        return self.selection is not None


def items_of(call: Call) -> list[ScoreItem]:
    return list(ScoreItem.objects.filter(call=call).order_by("position", "id"))


def ranking(call: Call) -> Ranking:
    """The sealed ranking when there is one, else the ranking by the scores that count now. Reads only."""
    items = items_of(call)
    tie_breaker = next((str(each) for each in items if each.is_tie_breaker), "")
    rule = rule_text(
        quota=call.quota,
        reserve_count=call.reserve_count,
        minimum=Decimal(call.minimum_points),
        tie_breaker=tie_breaker,
    )
    selection = Selection.objects.filter(call=call).select_related("decided_by", "approval", "paper").first()
    if selection is not None:
        return Ranking(
            call, _sealed_lines(selection), rule, selection.digest, (), (), selection, selection.approval
        )
    applications = {
        each.pk: each
        for each in Application.objects.filter(call=call, status=Application.Status.ELIGIBLE).select_related(
            "company"
        )
    }
    sheets = _sheets(call, len(items))
    places = rank(
        (_candidate(each, sheets[each.pk]) for each in applications.values() if sheets[each.pk]),
        quota=call.quota,
        reserve_count=call.reserve_count,
        minimum=Decimal(call.minimum_points),
    )
    lines = tuple(_line(place, applications[place.application_id]) for place in places)
    digest = digest_of(call, places)
    evaluators = progress(call, len(items))
    open_points = _open_points(call, items, applications, sheets, evaluators)
    approval = approvals.latest(
        agency_id=call.agency_id, decision=DecisionKind.SEALING, subject_id=call.pk, digest=digest
    )
    return Ranking(call, lines, rule, digest, open_points, evaluators, None, approval)


def digest_of(call: Call, places: tuple[Place, ...]) -> str:
    """Fingerprint of what is sealed: places, points and results under the call's rule; another score, another one."""
    return approvals.fingerprint(
        {
            "call": call.code,
            "quota": call.quota,
            "reserve": call.reserve_count,
            "minimum": str(Decimal(call.minimum_points).normalize()),
            "rows": [
                [each.rank, each.receipt, str(each.points), str(each.tie_points), each.result]
                for each in places
            ],
        }
    )


def progress(call: Call, item_count: int) -> tuple[EvaluatorProgress, ...]:
    """Every serving evaluator of the call, by name; a constant number of queries."""
    eligible = Application.objects.filter(call=call, status=Application.Status.ELIGIBLE)
    total = eligible.count()
    declared: dict[UUID, dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
    for row in (
        Conflict.objects.filter(call=call, application__in=eligible)
        .values("evaluator_id", "has_conflict")
        .annotate(count=Count("pk"))
    ):
        declared[row["evaluator_id"]][row["has_conflict"]] = row["count"]
    full: dict[UUID, int] = defaultdict(int)
    for sheet in _counted_sheets(call, item_count):
        full[sheet["evaluator_id"]] += 1
    serving = Evaluator.objects.filter(call=call, ended_at__isnull=True).select_related("user")
    return tuple(
        EvaluatorProgress(
            evaluator=each,
            name=str(each.user),
            undeclared=total - sum(declared[each.pk].values()),
            conflicts=declared[each.pk][True],
            to_score=declared[each.pk][False],
            scored=full[each.pk],
        )
        for each in serving.order_by("user__name", "pk")
    )


def _counted_sheets(call: Call, item_count: int) -> Any:
    """One row per (application, evaluator) with a full sheet that counts."""
    return (
        Score.objects.filter(
            call=call,
            evaluator__ended_at__isnull=True,
            application__status=Application.Status.ELIGIBLE,
        )
        .counting()
        .values("application_id", "evaluator_id")
        .annotate(
            total=Sum("points"),
            tie=Sum("points", filter=Q(item__is_tie_breaker=True)),
            filled=Count("pk"),
        )
        .filter(filled=item_count)
        .order_by("application_id", "evaluator_id")
    )


def _sheets(call: Call, item_count: int) -> dict[UUID, list[tuple[Decimal, Decimal]]]:
    found: dict[UUID, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    if item_count:
        for row in _counted_sheets(call, item_count):
            found[row["application_id"]].append((row["total"], row["tie"] or Decimal(0)))
    return found


def _candidate(application: Application, sheets: list[tuple[Decimal, Decimal]]) -> Candidate:
    return Candidate(
        application_id=application.pk,
        receipt=application.receipt,
        totals=tuple(total for total, _tie in sheets),
        tie_points=tuple(tie for _total, tie in sheets),
        submitted_at=application.submitted_at or application.created_at,
    )


def _line(place: Place, application: Application) -> RankedLine:
    return RankedLine(
        place=place,
        company_name=str(application.company),
        business_number=application.company.pretty_number,
        status=application.status,
    )


def _sealed_lines(selection: Selection) -> tuple[RankedLine, ...]:
    rows = list(
        SelectionRow.objects.filter(selection=selection)
        .select_related("application", "application__company")
        .order_by("rank")
    )
    lines = []
    above: SelectionRow | None = None
    for row in rows:
        apart_by = "points"
        if above is not None and above.points == row.points:
            apart_by = "tie_breaker" if above.tie_points != row.tie_points else "submission"
        place = Place(
            rank=row.rank,
            application_id=row.application_id,
            receipt=row.application.receipt,
            points=row.points,
            tie_points=row.tie_points,
            submitted_at=row.application.submitted_at or row.application.created_at,
            sheets=0,
            result=row.result,
            apart_by=apart_by,
        )
        lines.append(_line(place, row.application))
        above = row
    return tuple(lines)


def _open_points(
    call: Call,
    items: list[ScoreItem],
    applications: dict[UUID, Application],
    sheets: dict[UUID, list[tuple[Decimal, Decimal]]],
    evaluators: tuple[EvaluatorProgress, ...],
) -> tuple[str, ...]:
    points: list[str] = []
    now: dt.datetime = clock.now()
    if call.published_at is None or call.closes_at > now:
        points.append(_("The call is still open for applications."))
    waiting = Application.objects.filter(call=call).in_screening().count()
    if waiting:
        points.append(
            ngettext(
                "%(count)d application is still in screening.",
                "%(count)d applications are still in screening.",
                waiting,
            )
            % {"count": waiting}
        )
    maximum = sum((each.maximum_points for each in items), Decimal(0))
    if maximum != FULL_POINTS:
        points.append(
            _("The score items add up to %(points)s points; they must add up to 100.")
            % {"points": f"{maximum.normalize():f}"}
        )
    if not applications:
        points.append(_("There is no eligible application."))
    if not evaluators:
        points.append(_("No evaluator has been appointed."))
    for each in evaluators:
        if each.undeclared:
            points.append(
                _("%(name)s has not declared interests for %(count)d applications.")
                % {"name": each.name, "count": each.undeclared}
            )
        if each.scored < each.to_score:
            points.append(
                _("%(name)s has scored %(scored)d of %(all)d applications.")
                % {"name": each.name, "scored": each.scored, "all": each.to_score}
            )
    unscored = [each for pk, each in applications.items() if not sheets[pk]]
    if unscored and evaluators and all(each.is_done for each in evaluators):
        points.append(
            _("All evaluators are recused from %(names)s. Appoint another one.")
            % {"names": ", ".join(str(each.company) for each in unscored)}
        )
    return tuple(points)
