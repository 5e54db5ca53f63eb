"""Orders that files of two kinds tell of one shop (두 종류의 파일에 있는 같은 주문): each sale counts once, by the kind that told it first.

Files of one kind know their lines again by the key, and replace them. Files of two kinds have keys of their own, so the number of
the order is all that tells that a sale stands there already. A row that tells no sale (a refund, a fee) is no second telling.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reports.domain import staging
from reports.files import detect
from reports.files.lines import PANELS
from reports.files.mapping.model import ORDERS
from reports.models import ImportBatch
from reports.queries.counted import ask

SHOWN_FILES = 3
BESIDE = dt.timedelta(days=31)
"""How far apart two kinds of file may date an order: the day of its parcel is later than its own."""
_ALIKE = (tuple(PANELS.values()), ("lazada-items-json", "lazada-orders"))
"""Forms of file whose lines have the same keys."""

FILE_KIND = f"""COALESCE(file_version.profile_id::text, CASE {
    " ".join(f"WHEN file.profile IN {codes!r} THEN {codes[0]!r}" for codes in _ALIKE)
} ELSE file.profile END)"""
"""SQL: the kind of the file of a line, where `FILE_OF` joins it. Versions of a program's own profile are one kind."""
FILE_OF = (
    "JOIN reports_importbatch file ON file.id = {0}.batch_id"
    " LEFT JOIN reports_profileversion file_version ON file_version.code = file.profile"
)

_KINDS = f"""
SELECT file.id, {FILE_KIND} FROM reports_importbatch file
LEFT JOIN reports_profileversion file_version ON file_version.code = file.profile
WHERE file.store_id = %(store)s AND (file.id = %(batch)s
    OR file.state = 'done' AND file.first_at <= %(until)s AND file.last_at >= %(since)s)
"""  # noqa: S608
_IN_FILE = "SELECT order_reference FROM {table} WHERE kind = 'sale'"
_OF_FILE = """
SELECT order_reference FROM reports_sales_line WHERE batch_id = %(batch)s AND kind = 'sale'
GROUP BY order_reference, line_key HAVING sum(sign) > 0
"""
_ELSEWHERE = """
SELECT l.order_reference, l.batch_id FROM reports_sales_line l
WHERE l.store_id = %(store)s AND l.kind = 'sale' AND l.batch_id = ANY(%(others)s)
  AND l.order_reference IN ({told}) AND l.order_reference NOT IN (
      SELECT o.order_reference FROM reports_sales_line o
      WHERE o.store_id = %(store)s AND o.kind = 'sale' AND o.batch_id = ANY(%(same)s)
      GROUP BY o.order_reference, o.line_key HAVING sum(o.sign) > 0
  )
GROUP BY l.order_reference, l.batch_id, l.line_key HAVING sum(l.sign) > 0
"""


@dataclass(frozen=True, slots=True)
class ToldTwice:
    """How many orders of a file count already by files of another kind, the first of them, and the names of these files."""

    orders: int
    first: str
    files: tuple[str, ...]


def of(batch: ImportBatch) -> ToldTwice | None:
    """Of a file that waits for a decision the orders that would count twice, of an imported one those that do. Nothing is asked of
    the lines where the shop has files of one kind alone."""
    states = ImportBatch.State
    if batch.state not in {states.PREVIEW, states.DONE} or batch.first_at is None or batch.last_at is None:
        return None
    if detect.measure_of(batch.profile) != ORDERS:
        return None
    parameters = {
        "store": batch.store_id, "batch": batch.pk, "since": batch.first_at - BESIDE, "until": batch.last_at + BESIDE,
    }  # fmt: skip
    kinds = dict(ask(_KINDS, parameters))
    others = [pk for pk, kind in kinds.items() if kind != kinds[batch.pk]]
    if not others:
        return None
    same = [pk for pk, kind in kinds.items() if kind == kinds[batch.pk] and pk != batch.pk]
    told = _OF_FILE
    if batch.state == states.PREVIEW:
        if not staging.is_there(batch.pk, batch.lines):
            return None
        told = _IN_FILE.format(table=staging.table_of(batch.pk))
    found = ask(_ELSEWHERE.format(told=told), parameters | {"others": others, "same": same})
    if not found:
        return None
    orders = sorted({order for order, _pk in found})
    beside = ImportBatch.objects.filter(pk__in={pk for _order, pk in found}).order_by("imported_at")
    return ToldTwice(len(orders), orders[0], tuple(beside.values_list("file__name", flat=True)[:SHOWN_FILES]))
