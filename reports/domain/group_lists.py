"""Lists of the lines behind a product group's figure in a written report (상품군 원장 행 목록): staff ask, the worker writes, both stay.

A report's figures stay, and so do the lines behind them; so a list is written once, whoever asks again, with headings in both languages,
and names its won, which are the figure's. `manage.py group_lines` writes the same below names for programs.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, files, outbox
from ground.access import STAFF
from ground.errors import RuleBroken
from ground.models import StoredFile
from ground.workbooks import harmless, workbook
from programs.permissions import require_service
from reports.domain.on_disk import working_folder
from reports.domain.verifying import groups
from reports.domain.verifying.runs import question_of
from reports.models import GroupList, ReportRun

ASKED = "report.group_list"
"""Topic: somebody asked for a list. Payload: {"list"}."""
LIMIT = 4_096 * files.MEGABYTE
MOST_IN_SHEET = 50_000
"""Rows of a workbook; of more there is only CSV, which spreadsheets open too."""
HEADS = {
    "store": _("Store"), "company": _("Business number"), "order_reference": _("Order"), "line_key": _("Key of the line"),
    "version": _("Version"), "sign": _("Sign"), "business_day": _("Booked on"), "event_day": _("Day of the sale"), "sku": _("SKU"),
    "listing_reference": _("Listing number"), "units": _("Units"), "gross": _("Amount before refunds"), "refund": _("Refunds"),
    "krw": _("Before refunds (KRW)"), "net_krw": _("After refunds (KRW)"), "file": _("File"), "row": _("Row in the file"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """What a report says of a product group ("" what nobody stated) in one currency, in whole won before and after refunds."""

    product_group: str
    currency: str
    name_ko: str
    name_en: str
    krw_amount: Decimal
    net_krw_amount: Decimal


def figures_of(run: ReportRun) -> list[Figure]:
    """Those of a written report; none in reports of earlier definitions. They alone are read of its figures, which have thousands of
    companies."""
    rows = ReportRun.objects.filter(pk=run.pk).values_list("data__by_group", flat=True).first() or ()
    return [
        Figure(
            row["product_group"], row["sales"]["currency"], row["name"]["ko"], row["name"]["en"],
            Decimal(row["sales"]["krw_amount"]), Decimal(row["sales"]["net_krw_amount"]),
        )
        for row in rows
    ]  # fmt: skip


def require_kept(run: ReportRun) -> None:
    """`RuleBroken('groups_not_kept')` of a report that was written before it was kept what companies had stated."""
    if not groups.is_kept(run.marks):
        raise RuleBroken(
            "groups_not_kept",
            _("When this report was written it was not kept what companies had stated of their products."),
        )


def ask_for(run: ReportRun, product_group: str, currency: str, *, by: User) -> GroupList:
    """Have the lines behind a figure listed, in the background. Asking again is the same list.

    Refused: `not_your_agency` (any of its staff may ask), `groups_not_kept`, `figure_missing`.
    """
    require_service(by, run.program.agency, *STAFF)
    require_kept(run)
    if not any((each.product_group, each.currency) == (product_group, currency) for each in figures_of(run)):
        raise RuleBroken("figure_missing", _("The report has no such figure."), ("figure",))
    with transaction.atomic():
        made, is_new = GroupList.objects.get_or_create(
            run=run,
            product_group=product_group,
            currency_id=currency,
            defaults={"asked_by": by, "asked_at": clock.now()},
        )
        if is_new:
            outbox.publish(ASKED, {"list": str(made.pk)})
    return made


@dataclass(slots=True)
class Written:
    """What stands in a list: rows, and their won before and after refunds."""

    rows: int = 0
    krw_amount: Decimal = Decimal(0)
    net_krw_amount: Decimal = Decimal(0)


def write(asked: GroupList) -> None:
    """Write a list that was asked for, as CSV and, unless it is long, as a workbook. Once it is written, nothing. Locks the list."""
    with working_folder() as folder, transaction.atomic():
        row = GroupList.objects.select_for_update(of=("self",)).get(pk=asked.pk)
        if row.made_at is not None:
            return
        run = ReportRun.objects.select_related("program").get(pk=row.run_id)
        name = f"{run.program.code}_{run.period:%Y-%m}_{row.product_group or 'none'}_{row.currency_id}"
        path, short = folder / "lines.csv", list[tuple[Any, ...]]()
        written = to_csv(run, row.product_group, row.currency_id, path, head=headings(), short=short)
        with path.open("rb") as source:
            row.file = files.keep(
                File(source, name=f"{name}.csv"),
                kind=StoredFile.Kind.REPORT,
                accepted=(files.CSV,),
                limit=LIMIT,
            )
        if written.rows <= MOST_IN_SHEET:
            row.sheet = files.keep(
                ContentFile(workbook(headings(), short), name=f"{name}.xlsx"),
                kind=StoredFile.Kind.REPORT,
                accepted=(files.XLSX,),
                limit=LIMIT,
            )
        row.rows, row.krw_amount, row.net_krw_amount = (
            written.rows,
            written.krw_amount,
            written.net_krw_amount,
        )
        row.made_at = clock.now()
        row.save()


def headings() -> list[str]:
    """Of each column in Korean and English: a list is written once and read by whoever asks later."""
    said = []
    for language in ("ko", "en"):
        with translation.override(language):
            said.append([str(HEADS[each]) for each in groups.COLUMNS])
    return [
        korean if korean == english else f"{korean} / {english}"
        for korean, english in zip(*said, strict=True)
    ]


def to_csv(
    run: ReportRun,
    product_group: str,
    currency: str,
    path: Path,
    *,
    head: Sequence[str] = groups.COLUMNS,
    short: list[tuple[Any, ...]] | None = None,
) -> Written:
    """Write the rows behind a figure to a file, below a head of each column; the first of them to `short` as well. Refused as
    `require_kept`. Any number of rows: they are read a part at a time."""
    require_kept(run)
    written = Written()
    krw, net_krw = (groups.COLUMNS.index(name) for name in ("krw", "net_krw"))
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        for row in groups.lines(question_of(run), product_group, currency):
            writer.writerow(["" if cell is None else harmless(cell) for cell in row])
            written.rows += 1
            written.krw_amount += row[krw]
            written.net_krw_amount += row[net_krw]
            if short is not None and written.rows <= MOST_IN_SHEET:
                short.append(row)
    return written
