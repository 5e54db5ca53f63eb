"""The criteria of a call that the rule does not say are met, as a list that staff fill in with their decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.domain.approvals import fingerprint
from ground.workbooks import Value
from programs.domain.screening import ASKED_AGAIN, IN_SCREENING
from programs.models import Application, Call
from programs.models.screening import Outcome
from programs.queries.screening import Case, Line, cases
from programs.queries.takings import Result

STAMP = 16


def stamp(result: Result) -> str:
    """What stood there when the list was made: another answer or another decision has another stamp."""
    return fingerprint([result.said_sha256, result.override, result.override_reason])[:STAMP]


def heads() -> dict[str, str]:
    """The columns of the list in the reader's language, by what they hold; the last three are read again."""
    return {
        "receipt": _("Receipt number"),
        "number": _("Business number"),
        "company": _("Company"),
        "code": _("Code of the requirement"),
        "criterion": _("Requirement"),
        "outcome": _("The rule says"),
        "why": _("Why"),
        "value": _("Value seen"),
        "evidence": _("What shows it"),
        "decision": _("Your decision"),
        "reason": _("Reason of your decision"),
        "stamp": _("Do not change"),
    }


@dataclass(frozen=True)
class Open:
    """A criterion of an application that a person may decide."""

    case: Case
    line: Line
    result: Result


def open_of(call: Call, user: Any) -> Iterator[Open]:
    """Applications that the user sees, by receipt, while they may be decided otherwise; requirements that decide, taken
    and not met by the rule alone. Those decided already are in it, with the decision. Six queries."""
    rows = (
        Application.objects.visible_to(user)
        .filter(call=call, status__in=(*IN_SCREENING, *ASKED_AGAIN))
        .select_related("company")
    )
    for case in cases(call, applications=rows):
        for line in case.lines:
            result = line.result
            if line.criterion.group_id is None and result is not None and result.outcome != Outcome.MET:
                yield Open(case, line, result)


def open_criteria(call: Call, user: Any) -> tuple[list[str], list[list[Value]]]:
    """Head and rows of the list."""
    return list(heads().values()), [
        [
            each.case.application.receipt,
            each.case.application.company.pretty_number,
            str(each.case.application.company),
            each.line.criterion.code,
            str(each.line.criterion),
            str(each.result.outcome_label),
            str(each.result.reason),
            str(each.result.value_text) or each.result.value,
            str(each.result.shown_evidence),
            str(Outcome(each.result.override).label) if each.result.override else "",
            each.result.override_reason,
            stamp(each.result),
        ]
        for each in open_of(call, user)
    ]
