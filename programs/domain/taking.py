"""Taking the criteria (요건) of applications: on each occasion that counts the answers are taken again and kept.

Below the verbs: submission, screening, selection, agreement and payment take them through here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock
from ground.errors import RuleBroken
from ground.worded import worded
from programs.domain import asking_anew, holding, tasks
from programs.domain.criteria.plan import NOT_MET
from programs.domain.criteria.relations import literal
from programs.domain.criteria.storing import store
from programs.domain.eligibility import criteria_of
from programs.models import Application, Call, Criterion, Override, Screened, Screening, Task
from programs.models.screening import Outcome
from programs.queries import takings
from programs.queries.takings import Result

Occasion = Screening.Occasion
LOOK_WITHIN = dt.timedelta(days=7)


def take(
    call: Call,
    rows: QuerySet[Application],
    which: str,
    *,
    occasion: str,
    by: User | None,
    at: dt.datetime | None = None,
    only: Application | None = None,
    of_all: int = 0,
    criteria: Sequence[Criterion] | None = None,
) -> Screening | None:
    """Take all criteria of the call for the applications; `which` says of the application `a` what `rows` says, `only`
    is the only one, if it is one, and `of_all` how many they are where they are all in screening. It is taken `at` this
    instant, or now; `criteria` are all of the call's, where the caller has read them.

    Certificates that end before a later day become dated tasks, never a block. What staff decided otherwise falls where
    the rule does not say any more what it said then. None where the call has no criteria. Reads `call.agency`.
    """
    criteria = criteria_of(call.pk) if criteria is None else criteria
    if not criteria:
        return None
    screening = Screening.objects.create(
        agency_id=call.agency_id,
        call=call,
        occasion=occasion,
        taken_at=at or clock.now(),
        taken_by=by,
        criteria=[each.pk for each in criteria],
        versions=[each.version for each in criteria],
    )
    if of_all:
        renewals = holding.store_all(screening, call, criteria, of_all)
    else:
        renewals = store(screening, call, criteria, only.pk if only else which)
    _drop_fallen(
        _overrides_of(only.pk)
        if only
        else list(Override.objects.filter(application__in=rows).select_related("application"))
    )
    tasks.settle_renewals(
        call, only.company_id if only else rows.values("company"), renewals.wanted, onward=renewals.onward
    )
    return screening


def lock(which: str) -> int:
    """Lock the applications for which `which` holds (a condition on `a`) until the end of the transaction, without
    fetching them; how many. The caller holds the call's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM programs_application a WHERE {which} ORDER BY a.id FOR NO KEY UPDATE) l"  # noqa: S608
        )
        return int(cursor.fetchone()[0])


def take_some(
    call: Call,
    applications: Iterable[Application],
    *,
    occasion: str,
    by: User | None,
    at: dt.datetime | None = None,
    criteria: Sequence[Criterion] | None = None,
) -> Screening | None:
    """`take` for these applications of the call."""
    listed_rows = list(applications)
    keys = [each.pk for each in listed_rows]
    if not keys:
        return None
    listed = ", ".join(literal(str(each)) for each in keys)
    rows = Application.objects.filter(pk__in=keys)
    only = listed_rows[0] if len(keys) == 1 else None
    return take(
        call, rows, f"a.id IN ({listed})", occasion=occasion, by=by, at=at, only=only, criteria=criteria
    )


def has_unmet(taken: Screening, application: Application) -> bool:
    """Whether any criterion was found not met by a taking that judged the application itself."""
    return any(NOT_MET in outcomes for outcomes in _outcomes(taken.pk, application.pk))


@worded
def _outcomes(screening: UUID, application: UUID) -> QuerySet[Any, list[int | None]]:
    found = Screened.objects.filter(screening=screening, application=application)
    return found.values_list("outcomes", flat=True)


@worded
def _overrides_of(application: UUID) -> QuerySet[Override]:
    return Override.objects.filter(application=application).select_related("application")


def _drop_fallen(decided: Sequence[Override]) -> None:
    if not decided:
        return
    answers = takings.latest([each.application for each in decided])
    fallen = [
        each.pk
        for each in decided
        if (now := answers[each.application_id].get(each.criterion_id)) is None
        or now.said_sha256 != each.said_sha256
    ]
    if fallen:
        Override.objects.filter(pk__in=fallen).delete()


@dataclass(frozen=True)
class Turned:
    """An application whose requirements do not all stand any more: the first one that does not, and its answer."""

    application: Application
    criterion: Criterion
    result: Result

    @property
    def refusal(self) -> RuleBroken:
        code = "not_met_any_more" if self.result.final == Outcome.NOT_MET else "look_again"
        sentence = (
            _(
                "%(company)s does not meet “%(criterion)s” (any more): %(reason)s The agency has a task for it."
            )
            if code == "not_met_any_more"
            else _(
                "A person must look at “%(criterion)s” of %(company)s again: %(reason)s The agency has a task for it."
            )
        )
        return RuleBroken(
            code,
            sentence
            % {
                "company": self.application.company,
                "criterion": self.criterion,
                "reason": self.result.reason,
            },
        )


def take_again(
    call: Call, applications: Sequence[Application], *, occasion: str, by: User | None
) -> list[Turned]:
    """Take the criteria of applications that were found eligible once more, and say which do not stand any more.

    Each of these becomes a task of the agency; the tasks of those that stand are closed. Of whom the tax office's answer is
    too old or missing it is asked anew. The caller commits what was taken and then refuses. "Met, to be renewed" stands.
    Reads `application.company` and `call.agency`.
    """
    take_some(call, applications, occasion=occasion, by=by)
    answers = takings.latest(applications)
    criteria = takings.criteria_of([call.pk])[call.pk]
    turned, standing, unsaid = [], [], []
    for row in applications:
        found = [
            Turned(row, each, answers[row.pk][each.pk])
            for each in criteria
            if each.pk in answers.get(row.pk, {}) and answers[row.pk][each.pk].final != Outcome.MET
        ]
        turned += sorted(found, key=lambda each: each.result.final != Outcome.NOT_MET)[:1]
        standing += [row.pk] if not found else []
        said = {each.reason_code for each in answers.get(row.pk, {}).values()}
        unsaid += [row.company_id] if found and not said.isdisjoint(asking_anew.HELPED) else []
    asking_anew.about(unsaid)
    due_on = clock.today() + LOOK_WITHIN
    for each in turned:
        row = each.application
        tasks.open_task(
            agency=call.agency,
            side=Task.Side.AGENCY,
            kind=Task.Kind.SCREEN,
            subject_id=row.pk,
            subject=f"{row.receipt} {row.company.name_ko}",
            subject_en=row.company.name_en and f"{row.receipt} {row.company.name_en}",
            due_on=due_on,
        )
    Task.objects.open().filter(kind=Task.Kind.SCREEN, side=Task.Side.AGENCY, subject_id__in=standing).update(
        done_at=clock.now()
    )
    return turned
