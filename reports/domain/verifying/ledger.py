"""The ledger itself: rows add up, what was taken back cancels, one version stands, files' totals are their lines'."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from ground.files import open_bytes
from reports.domain import leaving_out, profiles
from reports.domain.ledger import PAYOUTS
from reports.domain.reading import ledger_of
from reports.domain.seals import is_sealed_without_refunds, seal, seal_as_records, seal_as_text
from reports.domain.verifying.result import Difference, ask, compare
from reports.files import detect
from reports.files.lines import FileRefused, totals
from reports.models import ImportBatch
from reports.queries.files import by_company, without_company

PARTS = {
    "reports_sales_line": (
        "gross_amount", "discount_amount", "tax_amount", "fee_amount", "shipping_in_amount", "shipping_cost_amount",
        "refund_amount",
    ),
    "reports_payout_line": (
        "gross_amount", "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount",
    ),
}  # fmt: skip
COUNTED = {
    "reports_sales_line": ("units", "net_amount"),
    "reports_payout_line": ("refund_amount", "net_amount"),
}


def rows_add_up() -> Iterator[Difference | int]:
    """In each row the parts give the net amount."""
    for table, parts in PARTS.items():
        yield ask(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
        for key, stated, found in ask(
            f"SELECT id, net_amount, {' + '.join(parts)} FROM {table} WHERE net_amount <> {' + '.join(parts)}"  # noqa: S608
        ):
            yield Difference("row", f"{table} {key}", str(stated), str(found))


def reversals_cancel() -> Iterator[Difference | int]:
    """Each row of sign -1 takes back exactly one row, with all of its amounts and its owner."""
    for table, parts in PARTS.items():
        amounts = (*parts, *COUNTED[table])
        alike = " AND ".join(f"o.{name} = -r.{name}" for name in amounts)
        yield ask(f"SELECT count(*) FROM {table} WHERE sign = -1")[0][0]  # noqa: S608
        for key, number in ask(
            f"""
            SELECT r.id, count(o.id) FROM {table} r
            LEFT JOIN {table} o ON o.store_id = r.store_id AND o.line_key = r.line_key AND o.version = r.version
              AND o.sign = 1 AND o.business_day <= r.business_day
              AND coalesce(o.event_on, o.business_day) = coalesce(r.event_on, r.business_day) AND o.currency_id = r.currency_id
              AND o.batch_id = r.batch_id AND o.participation_id IS NOT DISTINCT FROM r.participation_id AND {alike}
            WHERE r.sign = -1 GROUP BY r.id HAVING count(o.id) <> 1
            """  # noqa: S608
        ):
            yield Difference("reversal", f"{table} {key}", "1", str(number))


def sums_are_the_lines() -> Iterator[Difference | int]:
    """What the database kept of each file's lines, by company, currency and month, is what the lines come to."""
    keys = "batch_id, agency_id, store_id, program_id, company_id, participation_id, currency_id"
    for table, name in (("reports_sales_line", "sales"), ("reports_payout_line", "payout")):
        rows = ask(
            f"""
            SELECT k.*, l.*
            FROM (
                SELECT {keys}, month, sum(lines), sum(net_amount) FROM reports_batch_sum WHERE ledger = %(name)s
                GROUP BY {keys}, month
            ) k ({keys}, month, kept_lines, kept_net) FULL JOIN (
                SELECT {keys}, date_trunc('month', business_day)::date, sum(sign), sum(net_amount) FROM {table}
                GROUP BY {keys}, 8
            ) l ({keys}, month, lines, net)
              ON (k.batch_id, k.agency_id, k.store_id, k.currency_id, k.month)
                 = (l.batch_id, l.agency_id, l.store_id, l.currency_id, l.month)
              AND (k.program_id, k.company_id, k.participation_id)
                 IS NOT DISTINCT FROM (l.program_id, l.company_id, l.participation_id)
            """,  # noqa: S608
            {"name": name},
        )
        yield len(rows)
        for row in rows:
            kept, found = row[8:10], row[18:20]
            if kept != found:
                yield Difference(
                    "file_sums", f"{table} {row[0] or row[10]} {row[7] or row[17]}", str(kept), str(found)
                )


BASE = {"reports_sales_line": "line_key", "reports_payout_line": "split_part(line_key, '§', 1)"}


def one_version_stands() -> Iterator[Difference | int]:
    """Of a line (of a payout's parts together) exactly one version stands: the newest, unless its file was taken back or its row left out."""
    for table, base in BASE.items():
        yield ask(f"SELECT count(DISTINCT (store_id, {base})) FROM {table}")[0][0]  # noqa: S608
        for store, key, newest, standing in ask(
            f"""
            WITH v AS (
                SELECT l.store_id, {base} AS base, l.version, sum(l.sign) AS standing,
                       CASE WHEN bool_or(b.state = 'undone' OR out.batch_id IS NOT NULL) THEN 0 ELSE count(DISTINCT l.line_key) END AS parts,
                       max(l.version) OVER (PARTITION BY l.store_id, {base}) AS newest
                FROM {table} l JOIN reports_importbatch b ON b.id = l.batch_id LEFT JOIN (
                    SELECT DISTINCT batch_id, "row" FROM reports_rejection WHERE code = %(later)s
                ) out ON out.batch_id = l.batch_id AND out."row" = l."row"
                GROUP BY 1, 2, 3
            )
            SELECT store_id, base, newest, string_agg(version || ':' || standing, ' ' ORDER BY version) FROM v
            GROUP BY 1, 2, 3 HAVING bool_or(standing <> CASE WHEN version = newest THEN parts ELSE 0 END)
            """,  # noqa: S608
            {"later": leaving_out.LATER},
        ):
            yield Difference("version", f"{table} {store} {key}", str(newest), standing)


def replays_keep_values() -> Iterator[Difference | int]:
    """What entered anew under the same file (with its company, with its state) has the values of the file."""
    for table, base in BASE.items():
        amounts = (*PARTS[table], *COUNTED[table])
        sums = ", ".join(f"sum({name})" for name in amounts)
        rows = ask(
            f"""
            WITH v AS (
                SELECT batch_id, store_id, {base} AS base, version, ROW({sums}, min(currency_id), min(order_reference)) AS content
                FROM {table} WHERE sign = 1 GROUP BY 1, 2, 3, 4
            )
            SELECT a.batch_id, a.base, b.version, a.content IS NOT DISTINCT FROM b.content
            FROM v a JOIN v b ON b.batch_id = a.batch_id AND b.store_id = a.store_id AND b.base = a.base AND b.version > a.version
            """  # noqa: S608
        )
        yield len(rows)
        for batch, key, version, is_same in rows:
            if not is_same:
                yield Difference(
                    "replay", f"{table} {batch} {key}", "the file's values", f"version {version}"
                )


def sales_follow_assignments() -> Iterator[Difference | int]:
    """A sale that has a company has it by an assignment that holds on the sale's day."""
    yield ask("SELECT count(*) FROM reports_sales_line WHERE participation_id IS NOT NULL")[0][0]
    for key, day, whose in ask(
        """
        SELECT l.line_key, coalesce(l.event_on, l.business_day), l.participation_id FROM reports_sales_line l
        WHERE l.participation_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM programs_assignment a WHERE (a.store_id, a.participation_id) = (l.store_id, l.participation_id)
              AND a.from_on <= coalesce(l.event_on, l.business_day)
              AND (a.until_on IS NULL OR a.until_on >= coalesce(l.event_on, l.business_day))
              AND a.reference = CASE a.scope WHEN 'sku' THEN l.sku WHEN 'listing' THEN l.listing_reference ELSE '' END)
        GROUP BY 1, 2, 3 HAVING sum(l.sign) > 0
        """
    ):
        yield Difference("sales_owner", f"{key} {day}", "an assignment", str(whose))


def payouts_follow_orders() -> Iterator[Difference | int]:
    """A payout whose order is known, and known to belong to companies, belongs to one of them."""
    rows = ask(
        """
        WITH sold AS (
            SELECT store_id, order_reference AS reference, participation_id, sum(sign) AS standing
            FROM reports_sales_line GROUP BY 1, 2, 3
            UNION ALL SELECT store_id, pack_reference, participation_id, sum(sign) FROM reports_sales_line
            WHERE pack_reference <> '' GROUP BY 1, 2, 3
        ), owners AS (
            SELECT store_id, reference, array_agg(participation_id) AS whose FROM sold WHERE standing > 0
            GROUP BY 1, 2 HAVING bool_and(participation_id IS NOT NULL)
        )
        SELECT p.line_key, p.order_reference, p.participation_id, bool_and(p.participation_id = ANY(o.whose))
        FROM reports_payout_line p JOIN owners o ON o.store_id = p.store_id AND o.reference = p.order_reference
        WHERE p.participation_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(p.sign) > 0
        """
    )
    yield len(rows)
    for key, reference, whose, fits in rows:
        if not fits:
            yield Difference("payout_owner", f"{reference} {key}", str(whose), "the order's")


# What a file brought in first: of each key the first version under this file, before anything was replayed; what was left out later apart.
_SALES = """
SELECT l.currency_id, sum(l.gross_amount + l.discount_amount), sum(l.refund_amount), sum(l.fee_amount + l.tax_amount),
       sum(l.shipping_in_amount),
       sum(l.shipping_cost_amount), sum(l.net_amount)
FROM (
    SELECT x.*, rank() OVER (PARTITION BY line_key ORDER BY version) AS place FROM reports_sales_line x
    WHERE batch_id = %(batch)s AND sign = 1
) l WHERE l.place = 1 AND %(is_left_out)s = EXISTS (
    SELECT 1 FROM reports_rejection r WHERE r.batch_id = %(batch)s AND r."row" = l."row" AND r.code = %(later)s)
GROUP BY 1
"""
_PAYOUTS = """
SELECT l.currency_id, sum(l.gross_amount) FILTER (WHERE l.description_class = 'payment'),
       sum(l.refund_amount
           + CASE WHEN l.description_class IN ('refund', 'chargeback', 'dispute') THEN l.gross_amount ELSE 0 END),
       sum(l.net_amount - l.gross_amount - l.shipping_fee_amount - l.refund_amount
           + CASE WHEN l.description_class IN ('tax', 'fee') THEN l.gross_amount ELSE 0 END),
       0, sum(l.shipping_fee_amount + CASE WHEN l.description_class = 'shipping' THEN l.gross_amount ELSE 0 END),
       sum(l.net_amount)
FROM (
    SELECT x.*, rank() OVER (PARTITION BY split_part(line_key, '§', 1) ORDER BY version) AS place
    FROM reports_payout_line x WHERE batch_id = %(batch)s AND sign = 1
) l WHERE l.place = 1 AND l.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')
GROUP BY 1
"""
TOTALS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")


def batches() -> Iterator[Difference | int]:
    """Counts and totals of each imported file. A file that brought rows that were known already has no lines of its
    own for them: it is read once more."""
    for batch in ImportBatch.objects.filter(state=ImportBatch.State.DONE).select_related(
        "store__market", "file"
    ):
        name = str(batch.pk)
        yield from compare("batch_rows", {name: batch.rows}, {name: batch.accepted + batch.rejected})
        rejected = ask(
            "SELECT count(DISTINCT row) FROM reports_rejection WHERE batch_id = %(batch)s",
            {"batch": batch.pk},
        )
        yield from compare("batch_rejected", {name: batch.rejected}, {name: rejected[0][0]})
        stated = {row["currency"]: tuple(Decimal(row[part]) for part in TOTALS) for row in batch.totals}
        said, found = stated, _from_file(batch) if batch.duplicate else _from_lines(batch)
        later = {} if ledger_of(batch.profile) is PAYOUTS else _from_lines(batch, is_left_out=True)
        if later:
            stated, found = (
                {key: each for key, each in sums.items() if any(each)} for sums in (stated, found)
            )
        if (
            stated != found
            and ledger_of(batch.profile) is PAYOUTS
            and is_sealed_without_refunds(batch.pk, batch.lines_sha256)
        ):
            stated, found = (_refunds_among_fees(each) for each in (stated, found))
        yield from compare("batch_totals", stated, found, name)
        added = {key: sum(amounts[:-1], Decimal(0)) for key, amounts in stated.items()}
        yield from compare(
            "batch_totals_add_up", {key: each[-1] for key, each in stated.items()}, added, name
        )
        yield from compare("batch_seal", {name: batch.lines_sha256}, {name: _seal(batch)})
        imported: dict[str, list[Decimal]] = {}
        for row in batch.by_company:
            sums = imported.setdefault(row["currency"], [Decimal(0)] * len(TOTALS))
            for place, part in enumerate(TOTALS):
                sums[place] += Decimal(row[part])
        yield from compare("batch_now", _shown_now(batch), _standing(batch), name)
        yield from compare(
            "batch_by_company",
            _added(said, later),
            {key: tuple(sums) for key, sums in imported.items()},
            name,
        )


def undone_files() -> Iterator[Difference | int]:
    """Of a file that was taken back no line stands."""
    for batch in ImportBatch.objects.filter(state=ImportBatch.State.UNDONE):
        rows = ask(
            "SELECT coalesce(sum(sign), 0) FROM (SELECT sign FROM reports_sales_line WHERE batch_id = %(batch)s"
            " UNION ALL SELECT sign FROM reports_payout_line WHERE batch_id = %(batch)s) x",
            {"batch": batch.pk},
        )
        yield from compare("file_taken_back", {str(batch.pk): 0}, {str(batch.pk): rows[0][0]})


def _seal(batch: ImportBatch) -> str:
    """The file's seal, as it is made now; or as it was made before, if that is the one that stands: over fewer columns, which then
    say nothing, over the values as records, or as texts."""
    kind = ledger_of(batch.profile)
    found = seal(kind, batch.pk)
    if found == batch.lines_sha256:
        return found
    if kind is PAYOUTS and is_sealed_without_refunds(batch.pk, batch.lines_sha256):
        return batch.lines_sha256
    earlier = (seal_as_records, seal_as_text)
    return (
        batch.lines_sha256 if any(each(kind, batch.pk) == batch.lines_sha256 for each in earlier) else found
    )


def _refunds_among_fees(totals: dict[str, tuple[Decimal, ...]]) -> dict[str, tuple[Decimal, ...]]:
    """Totals of a file whose lines do not tell what they repaid: it stands among their fees."""
    return {key: (gross, back + fees, *rest) for key, (gross, back, fees, *rest) in totals.items()}


def _shown_now(batch: ImportBatch) -> dict[Any, Any]:
    """What the file's page shows of its lines: lines and net by company and currency, and how many have none."""
    shown: dict[Any, Any] = {
        (row["business_number"], row["currency"]): (row["lines"], row["net"]) for row in by_company(batch)
    }
    shown["without a company"] = without_company([batch.pk]).get(batch.pk, 0)
    return shown


def _standing(batch: ImportBatch) -> dict[Any, Any]:
    """The same from the rows that nothing takes back."""
    found: dict[Any, Any] = {"without a company": 0}
    for table, where in (
        ("reports_sales_line", ""),
        (
            "reports_payout_line",
            " AND l.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')",
        ),
    ):
        standing = (
            f"FROM {table} l LEFT JOIN companies_company c ON c.id = l.company_id"  # noqa: S608
            " WHERE l.batch_id = %(batch)s AND l.sign = 1 AND NOT EXISTS (SELECT 1"
            f" FROM {table} b WHERE b.store_id = l.store_id AND b.line_key = l.line_key AND b.version = l.version AND b.sign = -1)"
        )
        sums = f"SELECT coalesce(c.business_number, ''), l.currency_id, count(*), sum(l.net_amount) {standing}{where} GROUP BY 1, 2"
        for number, currency, lines, net in ask(sums, {"batch": batch.pk}):
            found[number, currency] = (lines, net)
        none = f"SELECT count(*) {standing} AND l.company_id IS NULL"
        found["without a company"] += ask(none, {"batch": batch.pk})[0][0]
    return found


def _from_lines(batch: ImportBatch, *, is_left_out: bool = False) -> dict[str, Any]:
    """Sums by currency of what the file brought and what is left of that, or of what was left out later."""
    sql = _PAYOUTS if ledger_of(batch.profile) is PAYOUTS else _SALES
    asked = {"batch": batch.pk, "is_left_out": is_left_out, "later": leaving_out.LATER}
    return {row[0]: tuple(row[1:]) for row in ask(sql, asked)}


def _added(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    none = (Decimal(0),) * len(TOTALS)
    return {
        key: tuple(map(sum, zip(one.get(key, none), other.get(key, none), strict=True)))
        for key in sorted({*one, *other})
    }


def _from_file(batch: ImportBatch) -> dict[str, Any]:
    settlement = batch.store.settlement_currency_id or ""
    with tempfile.TemporaryDirectory(prefix="naru-") as folder, open_bytes(batch.file) as source:
        path = Path(folder) / "stored"
        path.write_bytes(source.read())
        try:
            parsed = detect.read(
                path, batch.profile, tz=batch.store.zone, currency=settlement,
                market_currency=batch.store.market.currency_id, own=profiles.own_of(batch),
            )  # fmt: skip
        except FileRefused as refused:
            return {"": refused.code}
    first: dict[str, Any] = {}
    for line in parsed.lines:
        first.setdefault(line.line_key, line)
    left_out = set(batch.rejections.filter(code__in=leaving_out.WHY).values_list("row", flat=True))
    taken = [
        line for line in first.values() if line.row not in left_out or getattr(line, "kind", "sale") != "sale"
    ]
    return {
        currency or settlement: tuple(getattr(each, part) for part in TOTALS)
        for currency, each in totals(taken).items()
    }
