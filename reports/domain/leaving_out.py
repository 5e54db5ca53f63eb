"""Leaving out what a file of another kind has told (이미 집계된 주문 제외): a sale counts once, by the kind of file that told it first.

The rows stay with the file as rejected ones, so they can be had as they stood and taken in once the earlier file is taken back.
"""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from ground.errors import filled
from reports.domain import staging, summing
from reports.domain.ledger import ask, do
from reports.files.lines import PANELS
from reports.models import ImportBatch
from reports.queries import told_twice
from reports.queries.counted import IN_SETS

CODE = "told_elsewhere"

_TAKEN_OUT = "DELETE FROM {table} s USING naru_told t WHERE s.row = t.row AND s.kind = 'sale' RETURNING s.row"
_REJECTED = """
INSERT INTO reports_rejection (batch_id, "row", "column", value, code, reason_ko, reason_en)
SELECT %(batch)s, {row}, '', {order}, %(code)s, (%(ko)s::text[])[{place}], (%(en)s::text[])[{place}]
FROM naru_told t {rest}
"""
# The first row of a panel's pack holds its money and stands directly above its products. It goes where none of them is left.
_FIRST_ROWS = """
WHERE pack_reference <> '' AND NOT EXISTS (SELECT 1 FROM {table} s WHERE s.pack_reference = t.pack_reference)
GROUP BY pack_reference
"""


def leave_out(batch: ImportBatch) -> int:
    """Take the sales out of the staged table that count by a file of another kind already, each row with the reason; how many
    lines. The counts and totals of the file are then of what is left. The caller holds the store's lock."""
    question = told_twice.question_of(batch)
    if question is None:
        return 0
    table = staging.table_of(batch.pk)
    do(f"DROP TABLE IF EXISTS naru_told; {IN_SETS}")
    do(f"CREATE TEMPORARY TABLE naru_told ON COMMIT DROP AS {question.sql}", question.parameters)
    left_out = len(ask(_TAKEN_OUT.format(table=table)))
    if left_out:
        names = dict(ImportBatch.objects.filter(pk__in=question.files).values_list("pk", "file__name"))
        told = {"batch": batch.pk, "code": CODE}
        told |= {language: [_why(language, names[pk]) for pk in question.files] for language in ("ko", "en")}
        do(_REJECTED.format(row='"row"', order="order_reference", place="place", rest=""), told)
        if batch.profile in PANELS.values():
            first = {"row": 'min("row") - 1', "order": "pack_reference", "place": "min(place)"}
            do(_REJECTED.format(**first, rest=_FIRST_ROWS.format(table=table)), told)
        _count_anew(batch)
    do("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
    return left_out


def _count_anew(batch: ImportBatch) -> None:
    ((rows,),) = ask(
        'SELECT count(DISTINCT "row") FROM reports_rejection WHERE batch_id = %s AND code = %s',
        [batch.pk, CODE],
    )
    content = staging.content(batch.pk, summing.SALES)
    batch.rejected += rows
    batch.accepted -= rows
    batch.lines = content.lines
    batch.totals = summing.of_sales(content)


def _why(language: str, name: str) -> str:
    with translation.override(language):
        return str(
            filled(
                _(
                    "This order counts already by another kind of file (%(file)s), so it was not entered a second time. If it is to"
                    " count by this file, have the agency take that import back while its month is open, and upload this row"
                    " again."
                ),
                file=name,
            )
        )
