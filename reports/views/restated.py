"""What the page of a corrected rate shows: both values, who and why, and the won that it moves."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ground import clock
from ground.access import may
from ground.history import history_of
from ground.templatetags.naru import amount, day, month, seoul
from programs.models import Program, Target
from reports.domain import rates
from reports.models import ExchangeRate
from reports.queries import restated
from reports.views import tables


def correction_context(user: Any, rate: ExchangeRate) -> dict[str, Any]:
    """The won before and after in the programs of the person's agencies, and the reports that were written before."""
    programs = list(Program.objects.of_agencies(user).order_by("code"))
    moved = restated.moved_by(rate, programs, clock.today())
    measures = dict(Target.Measure.choices)
    reports_route = "admin:reports_reportrun_change"
    links = may(user, reports_route)
    moving = {row.program.pk for row in moved}
    return {
        "facts": _facts(user, rate),
        "moves": tables.table(
            _("What this correction moves"),
            [
                tables.Column(_("Program")),
                tables.Column(_("Month")),
                tables.Column(_("Measure")),
                tables.number(_("Lines")),
                tables.number(_("Before"), tables.won()),
                tables.number(_("After"), tables.won()),
                tables.number(_("Difference"), tables.won()),
            ],
            [
                (
                    row.program.code, month(row.month), measures[row.measure], amount(row.count), amount(row.before),
                    amount(row.after), f"{row.difference:+,}",
                )
                for row in moved
            ],
        )
        if moved
        else None,
        "reports": [
            {
                "label": f"{run.program.code} {month(run.period)}",
                "written": seoul(run.created_at),
                "url": reverse(reports_route, args=[run.pk]) if links else "",
            }
            for run in restated.reported_with(rate, programs)
            if run.program_id in moving
        ],
    }  # fmt: skip


def _facts(user: Any, rate: ExchangeRate) -> list[dict[str, Any]]:
    earlier = (
        rates.of_pair(rate.series, rate.base, rate.quote, rate.day).filter(version__lt=rate.version).first()
    )
    said = next((each for each in history_of(rate, reader=user) if each.kind == "insert"), None)
    return [
        {"label": _("Before"), "value": _quoted(earlier) if earlier else _("no value of this pair"),
         "note": earlier.source if earlier else ""},
        {"label": _("After"), "value": _quoted(rate), "note": rate.source},
        {"label": _("Rate of"), "value": day(rate.day), "note": rate.get_series_display()},
        {"label": _("Reason"), "value": rate.reason or "–"},
        {"label": _("Corrected by"), "value": (said and said.who) or _("by itself"), "note": seoul(rate.created_at)},
    ]  # fmt: skip


def _quoted(rate: ExchangeRate) -> str:
    return _("%(value)s %(quoted)s for %(unit)s %(base)s") % {
        "value": f"{rate.quoted_value.normalize():,f}",
        "quoted": rate.quote_id,
        "unit": f"{rate.quoted_units:,}",
        "base": rate.base_id,
    }
