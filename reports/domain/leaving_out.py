"""Leaving out what a file of another kind has told (이미 집계된 주문 제외): a sale counts once, by the kind of file that told it first.

The rows stay with the file as rejected ones, so they can be had as they stood and taken in once the earlier file is taken back. So it is with
lines that did not count when their file entered and are to count now, since a person reads their state or an import is taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ground.errors import filled
from reports.domain import staging, summing
from reports.domain.ledger import ask, do
from reports.files.lines import PANELS, Totals
from reports.models import ImportBatch
from reports.queries import told_twice
from reports.queries.counted import IN_SETS, states_of

CODE = "told_elsewhere"
LATER = "told_elsewhere_later"
"""Rows that were left out of a file when it entered, and rows whose lines stood in the ledger until they were to count."""
WHY = {
    CODE: _(
        "This order counts already by another kind of file (%(file)s), so it was not entered a second time. If it is to"
        " count by this file, have the agency take that import back while its month is open, and upload this row"
        " again."
    ),
    LATER: _(
        "This row did not count at first. When it was to count, its order counted already by another kind of file (%(file)s), so"
        " it was left out. If it is to count by this file, have the agency take that import back while its month is open, and"
        " upload this row again."
    ),
}

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

# Laid out are the lines that are about to stand (`naru_incoming`), with what the ledger knows of them. One is claimed that does not
# count as it stands and would count now. What stands goes before any claim; of claims for one sale that of the file that was imported
# first holds, and only a claim that holds leaves others out.
_CLAIMED = f"""
CREATE TEMPORARY TABLE naru_claim ON COMMIT DROP AS
WITH file AS MATERIALIZED (
    SELECT id, kind, place::integer FROM unnest(%(files)s::uuid[], %(kinds)s::text[]) WITH ORDINALITY AS f (id, kind, place)
), before AS MATERIALIZED (
    SELECT l.line_key FROM naru_verdict v JOIN reports_sales_line l ON l.store_id = %(store)s AND l.line_key = v.group_key
        AND l.version = v.version - 1 AND l.sign = 1
    WHERE v.verdict = 'changed' AND {{states}}
), laid AS MATERIALIZED (
    SELECT l.line_key, l.batch_id, l."row", l.order_reference, f.kind, f.place, n.number, l.batch_id = ANY(%(asked)s::uuid[])
        AND NOT EXISTS (SELECT 1 FROM before b WHERE b.line_key = l.line_key) AS is_claim
    FROM naru_incoming l JOIN file f ON f.id = l.batch_id {told_twice.NUMBERS}
    WHERE l.kind = 'sale' AND {{states}} AND n.number <> ''
), told AS (
    SELECT n.number, f.kind, f.place
    FROM reports_sales_line l JOIN file f ON f.id = l.batch_id {told_twice.NUMBERS}
    WHERE l.store_id = %(store)s AND l.kind = 'sale' AND {{states}}
      AND EXISTS (SELECT 1 FROM laid a WHERE a.is_claim AND a.number = n.number)
      AND NOT EXISTS (SELECT 1 FROM naru_verdict v WHERE v.group_key = l.line_key)
    GROUP BY n.number, f.kind, f.place, l.line_key HAVING sum(l.sign) > 0
    UNION ALL SELECT number, kind, place FROM laid WHERE NOT is_claim
), standing AS (
    SELECT number, kind, min(place) AS place FROM told GROUP BY number, kind
)
SELECT c.batch_id, c.line_key, c."row", c.order_reference, c.number, c.kind, c.place, min(t.place) AS told_by
FROM laid c LEFT JOIN standing t ON t.number = c.number AND t.kind <> c.kind
WHERE c.is_claim GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608
_TOLD = """
CREATE TEMPORARY TABLE naru_told ON COMMIT DROP AS
SELECT batch_id, line_key, "row", min(order_reference) AS order_reference, min(told_by) AS place
FROM naru_claim WHERE told_by IS NOT NULL GROUP BY 1, 2, 3
"""
_RIVALS = "SELECT place FROM naru_claim GROUP BY place, kind HAVING kind <> ANY(SELECT kind FROM naru_claim) ORDER BY place"
_TOLD_BY_CLAIMS = """
INSERT INTO naru_told
SELECT c.batch_id, c.line_key, c."row", min(c.order_reference), min(t.place)
FROM naru_claim c JOIN (
    SELECT number, kind, min(place) AS place FROM naru_claim h
    WHERE NOT EXISTS (SELECT 1 FROM naru_told o WHERE o.line_key = h.line_key) GROUP BY number, kind
) t ON t.number = c.number AND t.kind <> c.kind AND t.place < c.place
WHERE c.place = %(place)s AND NOT EXISTS (SELECT 1 FROM naru_told o WHERE o.line_key = c.line_key)
GROUP BY 1, 2, 3
"""
_GONE = f"""
SELECT i.batch_id, i.currency_id, count(DISTINCT i."row"), {", ".join(summing.SALES.values())}
FROM naru_incoming i JOIN naru_told t USING (line_key) GROUP BY 1, 2
"""  # noqa: S608
_WITHDRAWN = """
WITH gone AS (DELETE FROM naru_incoming i USING naru_told t WHERE i.line_key = t.line_key)
INSERT INTO reports_rejection (batch_id, "row", "column", value, code, reason_ko, reason_en)
SELECT batch_id, "row", '', order_reference, %(code)s, (%(ko)s::text[])[place], (%(en)s::text[])[place] FROM naru_told
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
        told = {"batch": batch.pk, **_told(CODE, question.files)}
        do(_REJECTED.format(row='"row"', order="order_reference", place="place", rest=""), told)
        if batch.profile in PANELS.values():
            first = {"row": 'min("row") - 1', "order": "pack_reference", "place": "min(place)"}
            do(_REJECTED.format(**first, rest=_FIRST_ROWS.format(table=table)), told)
        staging.forget_sums(batch.pk)
        _count_anew(batch)
    do("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
    return left_out


def leave_out_later(store: UUID) -> int:
    """The same of lines that stand in the ledger without counting and are laid out (`entering.compare`, `find_earlier`) to enter anew so that
    they would count: each is taken back and not entered, and its row rejected with the reason; how many. Counts and totals of their files are
    then of what is left; whose the lines were when the files entered (`by_company`) stays. The caller holds the store's lock."""
    kinds = told_twice.kinds_of(store)
    if len(set(kinds.values())) < 2:
        return 0
    asked = defaultdict(list)
    laid_out = [batch for (batch,) in ask("SELECT DISTINCT batch_id FROM naru_incoming WHERE kind = 'sale'")]
    for each in ImportBatch.objects.filter(pk__in=laid_out).select_related("program"):
        asked[states_of(told_twice.basis_of(each))].append(each.pk)
    do(IN_SETS)
    left_out = 0
    for states, batches in asked.items():
        do("DROP TABLE IF EXISTS naru_told, naru_claim")
        do(
            _CLAIMED.format(states=states),
            {"store": store, "asked": batches, "files": list(kinds), "kinds": list(kinds.values())},
        )
        do(_TOLD)
        for (place,) in ask(_RIVALS)[1:]:
            do(_TOLD_BY_CLAIMS, {"place": place})
        gone: dict[UUID, tuple[int, list[Totals]]] = {}
        for batch, currency, rows, *sums in ask(_GONE):
            count, parts = gone.get(batch, (0, []))
            gone[batch] = (count + rows, [*parts, Totals(currency, *sums)])
        if gone:
            do(_WITHDRAWN, _told(LATER, list(kinds)))
        for each in ImportBatch.objects.filter(pk__in=gone):
            rows, parts = gone[each.pk]
            left_out += rows
            each.rejected += rows
            each.accepted -= rows
            each.totals = summing.without(each.totals, parts)
            each.save(update_fields=["rejected", "accepted", "totals"])
    do("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
    return left_out


def _told(code: str, files: Sequence[UUID]) -> dict[str, object]:
    """The code, and for each file in both languages that it has told the order already."""
    names = dict(ImportBatch.objects.filter(pk__in=files).values_list("pk", "file__name"))
    told = {language: [_why(language, WHY[code], names[pk]) for pk in files] for language in ("ko", "en")}
    return {"code": code, **told}


def _count_anew(batch: ImportBatch) -> None:
    ((rows,),) = ask(
        'SELECT count(DISTINCT "row") FROM reports_rejection WHERE batch_id = %s AND code = %s',
        [batch.pk, CODE],
    )
    content = summing.content(batch, batch.first_at, batch.last_at)
    batch.rejected += rows
    batch.accepted -= rows
    batch.lines = content.lines
    batch.totals = summing.of_sales(content)


def _why(language: str, sentence: Promise, name: str) -> str:
    with translation.override(language):
        return str(filled(sentence, file=name))
