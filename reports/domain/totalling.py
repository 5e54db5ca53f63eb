"""The totals of a payout file made anew (정산 파일 합계 다시 계산): where they were made otherwise when it entered. No line changes.

They are those of the lines that the file brought, whose they were then. A file that also told what was known already has no lines of its own for
that, and the lines of one that entered before refunds were kept do not tell them: its stored copy is read once more, and whose its lines are is
as of now. `manage.py verify` compares them in the same ways.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils.translation import gettext_noop

from ground.audit import because
from ground.errors import RuleBroken
from ground.models import Currency
from ground.reasons import own
from reports.domain import owners, summing
from reports.domain.ledger import PAYOUTS
from reports.domain.on_disk import on_disk
from reports.domain.reading import ledger_of, parse
from reports.domain.seals import first_rows, is_sealed_without_refunds
from reports.files.lines import FileRefused
from reports.models import ImportBatch

MADE_ANEW = own(gettext_noop("totals made anew"))

log = structlog.get_logger(__name__)
TOTAL = "sales.totals"
"""Topic: the totals of an imported payout file are to be made anew. Payload: {"batch": id}."""
Totals = tuple[list[dict[str, str]], list[dict[str, Any]]]
"""Of the file, and of each company."""


def renew(pk: UUID) -> bool:
    """Whether other totals were written; where they are right, what the file says of companies stays, too. Nothing is done with a file that is not
    imported, or not of payouts, or whose copy is missing or cannot be read any more, or would be read in another currency, since its store has
    another one now. Locks the file."""
    with transaction.atomic(), because(MADE_ANEW):
        locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True)
        batch = locked.select_related("program", "store__settlement_currency", "store__market", "file").get(
            pk=pk
        )
        if batch.state != ImportBatch.State.DONE or ledger_of(batch.profile) is not PAYOUTS:
            return False
        try:
            is_read = batch.duplicate or is_sealed_without_refunds(batch.pk, batch.lines_sha256)
            totals, by_company = _of_file(batch) if is_read else _of_lines(batch)
        except (FileRefused, RuleBroken, FileNotFoundError) as refused:
            log.warning("totals.not_read", batch=str(pk), code=getattr(refused, "code", "file_missing"))
            return False
        if {row["currency"] for row in totals} != {row["currency"] for row in batch.totals}:
            log.warning("totals.other_currency", batch=str(pk))
            return False
        if totals == batch.totals:
            return False
        batch.totals, batch.by_company = totals, by_company
        batch.unmatched = sum(row["lines"] for row in by_company if not row["business_number"])
        batch.save(update_fields=["totals", "by_company", "unmatched"])
    return True


def _of_lines(batch: ImportBatch) -> Totals:
    return summing.of_payout_rows(first_rows(PAYOUTS), {"batch": batch.pk})


def _of_file(batch: ImportBatch) -> Totals:
    with on_disk(batch.file) as path:
        parsed, _content = parse(batch, path)
    decimals = dict(Currency.objects.values_list("code", "decimals"))
    incoming = tuple(owners.payouts(batch.store, ZoneInfo(batch.program.zone), parsed.payouts, decimals))
    return summing.of_payouts([each.line for each in incoming]), summing.payouts_by_company(incoming)
