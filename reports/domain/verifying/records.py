"""Records beside the ledger: what components cost, and what was selected."""

from __future__ import annotations

from collections.abc import Iterator

from programs.models import Call, Program, SelectionRow
from programs.queries.delivery import component_totals
from reports.domain.verifying.result import Difference, ask, compare

LATER = {
    SelectionRow.Result.SELECTED.value: ("selected", "agreed", "completed", "withdrawn"),
    SelectionRow.Result.RESERVE.value: ("reserve", "selected", "agreed", "completed", "withdrawn"),
    SelectionRow.Result.NOT_SELECTED.value: ("not_selected",),
}
"""What may have become of an application since its place in the ranking was released."""


def components() -> Iterator[Difference | int]:
    """Budget, cost and companies of each component, from its deliveries."""
    for program in Program.objects.order_by("code"):
        stated = {
            each.component_id: (
                each.budget_amount, each.planned_amount, each.actual_amount, each.companies, each.done_companies,
            )
            for each in component_totals(program)
        }  # fmt: skip
        rows = ask(
            """
            SELECT c.id, c.planned_amount, sum(d.planned_amount) FILTER (WHERE d.state IN ('planned', 'done')),
                   sum(d.actual_amount) FILTER (WHERE d.state = 'done'),
                   count(DISTINCT d.participation_id) FILTER (WHERE d.state IN ('planned', 'done')),
                   count(DISTINCT d.participation_id) FILTER (WHERE d.state = 'done')
            FROM programs_component c LEFT JOIN programs_delivery d ON d.component_id = c.id
            WHERE c.program_id = %(program)s GROUP BY 1
            """,
            {"program": program.pk},
        )
        yield from compare("components", stated, {row[0]: tuple(row[1:]) for row in rows}, program.code)


def selections() -> Iterator[Difference | int]:
    """The sealed ranking: places from 1 without a gap, no more selected than places, and what became of each row."""
    for call in Call.objects.filter(selection__isnull=False).order_by("code"):
        rows = ask(
            "SELECT r.rank, r.result, a.status, a.receipt FROM programs_selectionrow r"
            " JOIN programs_selection s ON s.id = r.selection_id JOIN programs_application a ON a.id = r.application_id"
            " WHERE s.call_id = %(call)s ORDER BY r.rank",
            {"call": call.pk},
        )
        places = {place: place for place in range(1, len(rows) + 1)}
        yield from compare("selection_places", {row[0]: row[0] for row in rows}, places, call.code)
        selected = sum(1 for row in rows if row[1] == SelectionRow.Result.SELECTED)
        yield 1
        if selected > call.quota:
            yield Difference("selection_quota", call.code, str(selected), str(call.quota))
        if call.released_at is None:
            continue
        for _rank, result, status, receipt in rows:
            yield 1
            if status not in LATER[result]:
                yield Difference("selection_result", f"{call.code} {receipt}", result, status)
