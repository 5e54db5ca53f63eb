"""Why an organization sees a company, and until when: ties by contract, assignment or program, told by the floor that
knows them and counted anew each time, so that a sight ends with its tie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

Tie = Callable[[list[UUID]], QuerySet[Any, Any]]
_ties: list[Tie] = []


def tie(function: Tie) -> Tie:
    """Register how a floor ties organizations to companies: keys of organizations → keys of companies, as of today."""
    if function not in _ties:
        _ties.append(function)
    return function


def tied_to(organizations: list[UUID]) -> Q:
    """Companies to which one of the organizations is tied today, by whichever record of a company that was merged."""
    found = Q(pk__in=())
    if organizations:
        for each in _ties:
            found |= Q(pk__in=each(organizations)) | Q(pk__in=_onward(each(organizations)))
    return found


def _onward(companies: QuerySet[Any, Any]) -> RawSQL:
    """The records that companies go on as whose own were merged."""
    sql, values = companies.query.sql_with_params()
    return RawSQL(f"SELECT g.kept_id FROM naru_merged() g WHERE g.company_id IN ({sql})", values)  # noqa: S608, S611
