"""Orders that files of two kinds tell of one shop (두 종류의 파일에 있는 같은 주문): each sale counts once, by the kind that told it first.

Files of one kind know their lines again by the key, and replace them. Files of two kinds have keys of their own, so the number of
the order, or of its pack, is all that tells that a sale stands there already. A row that tells no sale (a refund, a fee) is no second
telling, and neither is one that does not count (cancelled, not paid yet).

Of payouts two kinds tell an order twice where they have movements of one class of it, or of its pack, such as a payment by each. They are named and not left
out: of one kind the fees stand within the payment, of another one in rows of their own, and a refund may stand in the second kind alone, so
the rows that would make it right are not known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from reports.domain import staging, states
from reports.files import detect
from reports.files.lines import PANELS
from reports.files.mapping.model import ORDERS, PAYOUTS
from reports.models import ImportBatch
from reports.queries import targets
from reports.queries.counted import Basis, ask, ask_in_sets, states_of
from reports.queries.reported_measures import NOT_SALES

SHOWN_FILES = 3
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
SELECT file.id, file.profile, {FILE_KIND} FROM reports_importbatch file
LEFT JOIN reports_profileversion file_version ON file_version.code = file.profile
WHERE file.store_id = %(store)s AND (file.id = %(batch)s OR file.state = ANY(%(states)s))
ORDER BY file.imported_at, file.id
"""  # noqa: S608
NUMBERS = "CROSS JOIN LATERAL (VALUES (l.order_reference), (l.pack_reference)) n (number)"
_STANDING = f"""
SELECT {{what}} FROM reports_sales_line l {NUMBERS}
WHERE l.store_id = %(store)s AND l.batch_id = ANY({{files}}) AND l.kind = 'sale' AND {{states}}
  AND EXISTS (SELECT 1 FROM {{among}} a WHERE a.number = n.number)
GROUP BY n.number, l.batch_id, l.line_key HAVING sum(l.sign) > 0
"""  # noqa: S608
_IN_FILE = """
SELECT s."row", s.order_reference, s.pack_reference, s.refund_amount, coalesce(r.meaning, s.status_class) AS status_class
FROM {table} s LEFT JOIN unnest(%(texts)s::text[], %(meanings)s::text[]) AS r (status_text, meaning)
    ON s.status_class = 'look' AND r.status_text = s.status_text
WHERE s.kind = 'sale'
"""
_OF_FILE = """
SELECT min(l."row") AS "row", l.order_reference, l.pack_reference, sum(l.refund_amount) AS refund_amount, l.status_class
FROM reports_sales_line l WHERE l.batch_id = %(batch)s AND l.kind = 'sale'
GROUP BY l.order_reference, l.pack_reference, l.status_class, l.line_key HAVING sum(l.sign) > 0
"""
_TOLD = f"""
WITH asked AS MATERIALIZED (
    SELECT l."row", l.order_reference, l.pack_reference, n.number FROM ({{asked}}) l {NUMBERS}
    WHERE {{states}} AND n.number <> ''
), told AS MATERIALIZED (
    SELECT number, min(place) AS place FROM ({
    _STANDING.format(
        what="n.number, array_position(%(others)s::uuid[], l.batch_id) AS place",
        files="%(others)s",
        among="asked",
        states="{states}",
    )
}) o GROUP BY number
), known AS MATERIALIZED (
    SELECT DISTINCT a."row" FROM asked a JOIN ({
    _STANDING.format(what="n.number", files="%(same)s", among="told", states="{states}")
}) own USING (number)
)
SELECT a."row", min(a.order_reference) AS order_reference, min(a.pack_reference) AS pack_reference, min(t.place) AS place
FROM asked a JOIN told t USING (number)
WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k."row" = a."row")
GROUP BY a."row"
"""  # noqa: S608
_PACKS = """
SELECT l.pack_reference FROM reports_sales_line l
WHERE l.store_id = %(store)s AND l.batch_id = ANY(%(files)s) AND l.pack_reference = ANY(%(packs)s)
GROUP BY l.pack_reference, l.batch_id, l.line_key HAVING sum(l.sign) > 0
"""
_PAID_BY_FILE = """
SELECT min(l."row") AS "row", l.order_reference, l.description_class FROM reports_payout_line l WHERE l.batch_id = %(batch)s
GROUP BY l.order_reference, l.description_class, l.line_key HAVING sum(l.sign) > 0
"""
_LAID_OUT = """
SELECT i.* FROM naru_incoming i LEFT JOIN naru_verdict v USING (group_key)
WHERE v.group_key IS NULL OR v.verdict IN ('new', 'changed')
"""
# One kind may name the pack, and another its orders: which belong together the shop's sales say.
_PAID_TWICE = """
WITH asked AS MATERIALIZED (
    SELECT min(l."row") AS "row", l.order_reference, l.description_class FROM ({asked}) l
    WHERE l.order_reference <> '' AND l.description_class <> ALL(%(not_sales)s) GROUP BY 2, 3
), named AS MATERIALIZED (SELECT DISTINCT a.order_reference FROM asked a
), numbers AS MATERIALIZED (
    SELECT n.order_reference, n.order_reference AS number FROM named n
    UNION SELECT l.order_reference, l.pack_reference FROM reports_sales_line l
    WHERE l.store_id = %(store)s AND l.pack_reference <> '' AND l.order_reference = ANY(ARRAY(SELECT n.order_reference FROM named n))
    UNION SELECT l.pack_reference, l.order_reference FROM reports_sales_line l
    WHERE l.store_id = %(store)s AND l.pack_reference = ANY(ARRAY(SELECT n.order_reference FROM named n))
), told AS MATERIALIZED (
    SELECT l.order_reference, l.description_class, array_position(%(others)s::uuid[], l.batch_id) AS place FROM reports_payout_line l
    WHERE l.store_id = %(store)s AND l.batch_id = ANY(%(others)s)
      AND l.order_reference = ANY(ARRAY(SELECT n.number FROM numbers n))
    GROUP BY l.order_reference, l.description_class, l.batch_id, l.line_key HAVING sum(l.sign) > 0
)
SELECT a."row", a.order_reference, '' AS pack_reference, t.place FROM asked a JOIN numbers n USING (order_reference)
JOIN told t ON t.order_reference = n.number AND t.description_class = a.description_class
"""
# Rows that were left out because a file told their orders, which that file tells no more and no other one either.
_NOWHERE = f"""
WITH told AS MATERIALIZED (
    SELECT DISTINCT n.number FROM reports_sales_line l {NUMBERS}
    WHERE l.batch_id = %(batch)s AND l.store_id = %(store)s AND l.kind = 'sale' AND n.number <> ''
), out AS MATERIALIZED (
    SELECT r.batch_id, r."row", r.value FROM reports_rejection r
    JOIN reports_importbatch f ON f.id = r.batch_id JOIN told t ON t.number = r.value
    WHERE f.store_id = %(store)s AND f.state = 'done' AND r.code = ANY(%(codes)s)
), standing AS MATERIALIZED (
    SELECT n.number FROM reports_sales_line l {NUMBERS}
    WHERE l.store_id = %(store)s AND l.kind = 'sale' AND {{states}} AND EXISTS (SELECT 1 FROM out o WHERE o.value = n.number)
    GROUP BY n.number, l.batch_id, l.line_key HAVING sum(l.sign) > 0
)
SELECT file.name, count(DISTINCT (o.batch_id, o."row")) FROM out o
JOIN reports_importbatch f ON f.id = o.batch_id JOIN ground_storedfile file ON file.id = f.file_id
WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE s.number = o.value)
GROUP BY f.id, file.name ORDER BY f.imported_at
"""  # noqa: S608

_PAID_OF_PACKS = """
SELECT DISTINCT l.batch_id FROM reports_payout_line l WHERE l.store_id = %(store)s AND l.order_reference = ANY(ARRAY(
    SELECT n.number FROM reports_sales_line l CROSS JOIN LATERAL (VALUES (l.order_reference), (l.pack_reference)) n (number)
    WHERE l.batch_id = %(batch)s AND l.pack_reference <> ''))
"""


@dataclass(frozen=True, slots=True)
class ToldTwice:
    """How many orders of a file count already by files of another kind, the first of them, and the names of these files, or of the first few
    of them; `by` are all of them."""

    orders: int
    first: str
    files: tuple[str, ...]
    by: tuple[UUID, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Question:
    """SQL for the rows of a file that tell again what counts by files of another kind: `row`, `order_reference`, `pack_reference`, and
    by which of the files (`place`, from 1). To be asked in sets."""

    sql: str
    parameters: dict[str, Any]
    files: Sequence[UUID]


def question_of(batch: ImportBatch) -> Question | None:
    """Of a file whose lines are staged, or entered; None where the shop has imported files of one kind alone.

    Orders that count by a file of the same kind already are none: its rows replace their lines.
    """
    if detect.measure_of(batch.profile) != ORDERS:
        return None
    kinds = kinds_of(batch.store_id, batch.pk)
    others = [pk for pk, kind in kinds.items() if kind != kinds[batch.pk]]
    if not others:
        return None
    same: list[UUID] = []
    asked, texts, meanings = _OF_FILE, [], []
    if batch.state != ImportBatch.State.DONE:
        standing = staging.standing(batch.pk)
        if standing is None or standing[0] != batch.lines:
            return None  # it is asked when the file is read anew
        texts = standing[1]
        same = [pk for pk, kind in kinds.items() if kind == kinds[batch.pk] and pk != batch.pk]
        asked = _IN_FILE.format(table=staging.table_of(batch.pk))
        readings = states.readings_of(batch.agency)
        meanings = [states.read(text, readings) for text in texts]
    return Question(
        _TOLD.format(asked=asked, states=states_of(basis_of(batch))),
        {
            "store": batch.store_id, "batch": batch.pk, "others": others, "same": same, "texts": texts, "meanings": meanings,
        },
        others,
    )  # fmt: skip


def question_of_payouts(batch: ImportBatch, *, is_laid_out: bool = False) -> Question | None:
    """The same of a file of payouts that was imported, or is laid out and compared to be previewed: with a row for each file that tells of the
    order. What such a file says that the ledger has by its own kind is not asked about: it does not enter."""
    kinds = kinds_of(batch.store_id, batch.pk, measure=PAYOUTS)
    others = [pk for pk, kind in kinds.items() if kind != kinds[batch.pk]]
    if not others:
        return None
    return Question(
        _PAID_TWICE.format(asked=_LAID_OUT if is_laid_out else _PAID_BY_FILE),
        {"store": batch.store_id, "batch": batch.pk, "others": others, "not_sales": list(NOT_SALES)},
        others,
    )


def kinds_of(
    store: UUID,
    batch: UUID | None = None,
    *,
    measure: str = ORDERS,
    states: Sequence[str] = (ImportBatch.State.DONE,),
) -> dict[UUID, str]:
    """The kinds of the shop's imported files (or of those in other `states`) of this measure, the earliest first; of another one among them if
    asked."""
    rows = ask(_KINDS, {"store": store, "batch": batch, "states": [str(each) for each in states]})
    return {pk: kind for pk, profile, kind in rows if detect.measure_of(profile) == measure}


def basis_of(batch: ImportBatch) -> Basis:
    """By which lines of a file count: at the moment that the program's target names."""
    return targets.basis_of(batch.program, batch.program.ends_on)


def of(batch: ImportBatch) -> ToldTwice | None:
    """Of a file that waits for a decision the orders that would count twice (of payouts: as it is kept, and None while it is asked anew), of an imported
    one those that do: as it is kept with the file (`domain.keeping`), and asked only where something has changed since."""
    kept = batch.told_twice
    if batch.state == ImportBatch.State.PREVIEW:
        return _of_kept(kept) if detect.measure_of(batch.profile) == PAYOUTS else asked(batch)
    if batch.state != ImportBatch.State.DONE:
        return None
    if kept is None or kept["moment"] != basis_of(batch).moment:
        return asked(batch)
    return _of_kept(kept)


def _of_kept(kept: dict[str, Any] | None) -> ToldTwice | None:
    return ToldTwice(kept["orders"], kept["first"], tuple(kept["files"])) if kept and kept["orders"] else None


def asked(batch: ImportBatch) -> ToldTwice | None:
    """The same from the lines themselves."""
    is_payouts = detect.measure_of(batch.profile) == PAYOUTS
    question = question_of_payouts(batch) if is_payouts else question_of(batch)
    return answer(question) if question is not None else None


def answer(question: Question) -> ToldTwice | None:
    summed = "SELECT count(DISTINCT order_reference), min(order_reference), array_agg(DISTINCT place) FROM"
    ((orders, first, places),) = ask_in_sets(f"{summed} ({question.sql}) found", question.parameters)
    if not orders:
        return None
    by = tuple(question.files[place - 1] for place in sorted(places))
    names = dict(ImportBatch.objects.filter(pk__in=by[:SHOWN_FILES]).values_list("pk", "file__name"))
    return ToldTwice(orders, first, tuple(names[pk] for pk in by[:SHOWN_FILES]), by)


def paid_of_packs(batch: ImportBatch) -> list[UUID]:
    """Of a file of sales the shop's files of payouts that name one of its packs, or an order of one."""
    return [pk for (pk,) in ask(_PAID_OF_PACKS, {"store": batch.store_id, "batch": batch.pk})]


def packs_told_later(batch: ImportBatch, packs: Collection[str]) -> set[str]:
    """Of these packs of a panel's file those of which a line stands by a panel's file that was imported later."""
    later = ImportBatch.objects.filter(
        store=batch.store_id,
        state=ImportBatch.State.DONE,
        profile__in=PANELS.values(),
        imported_at__gt=batch.imported_at,
    )
    files = list(later.values_list("pk", flat=True))
    return (
        {pack for (pack,) in ask(_PACKS, {"store": batch.store_id, "files": files, "packs": list(packs)})}
        if files
        else set()
    )


def left_out_in_vain(batch: ImportBatch, codes: Collection[str]) -> list[tuple[str, int]]:
    """Of a file that was taken back: the shop's files of which rows were left out (rejections of these codes) because this one told their
    orders, and how many rows of each count nowhere now. They count once they are uploaded again."""
    if batch.state != ImportBatch.State.UNDONE or detect.measure_of(batch.profile) != ORDERS:
        return []
    sql = _NOWHERE.format(states=states_of(basis_of(batch)))
    return [
        (name, rows)
        for name, rows in ask_in_sets(sql, {"batch": batch.pk, "store": batch.store_id, "codes": list(codes)})
    ]
