"""What came of guidance: the staff's page by country."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ground.small import LEAST
from ground.templatetags.naru import amount, day
from reports.queries import outcomes as questions
from reports.queries.outcomes import STAGES, Outcomes
from reports.views import tables

ROWS = 50


def outcomes_context(user: Any, code: str, number: str | None) -> dict[str, Any]:
    """The chosen country (else the first of those that programs speak of or sell to)."""
    countries = questions.countries()
    country = next((each for each in countries if each.code == code), countries[0] if countries else None)
    context: dict[str, Any] = {"countries": countries, "country": country}
    if country is None:
        return context
    known, firm = questions.records(country.code), questions.firms()
    found = questions.outcomes(known, firm)
    page = Paginator(questions.paths(user, known, firm), ROWS).get_page(number)
    return {
        **context,
        "by_year": _by_year(found),
        "later": _later(found),
        "least": LEAST,
        "by_company": tables.table(
            _("Companies of your programs"),
            [tables.Column(_("Company")), *(tables.Column(label) for label in STAGES.values())],
            [
                (row.company, *(day(row.days[stage]) if stage in row.days else "–" for stage in STAGES))
                for row in page
            ],
        ),
        "page_obj": page,
    }


def _count(value: int | None) -> str:
    return pgettext("a count that is not shown", "hidden") if value is None else amount(value)


def _by_year(found: Outcomes) -> dict[str, Any]:
    return tables.table(
        _("Companies by the year in which they got there for the first time"),
        [tables.Column(_("Year")), *(tables.number(label) for label in STAGES.values())],
        [(str(row.year), *(_count(row.counts[stage]) for stage in STAGES)) for row in found.years],
        (_("All years"), *(_count(found.totals[stage]) for stage in STAGES)) if found.years else (),
    )


def _later(found: Outcomes) -> dict[str, Any]:
    def share(did: int | None, size: int | None) -> str:
        return f"{100 * did / size:.1f} %" if did is not None and size else "–"

    return tables.table(
        _("Informed companies and the others"),
        [
            tables.Column(_("What they did")),
            tables.number(_("Informed before")),
            tables.number(_("of them did it")),
            tables.number(_("Share")),
            tables.number(_("Others of the register")),
            tables.number(_("of them did it")),
            tables.number(_("Share")),
        ],
        [
            (
                STAGES[row.stage],
                _count(row.crossed.size),
                _count(row.crossed.did),
                share(row.crossed.did, row.crossed.size),
                _count(row.crossed.other_size),
                _count(row.crossed.other_did),
                share(row.crossed.other_did, row.crossed.other_size),
            )
            for row in found.later
        ],
    )
