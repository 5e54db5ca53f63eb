"""Reading a stored sales file in the sandbox (판매·정산 파일 읽기): its sales stand in `staging`, each once, its payouts in the
account of the file.

What the file does not tell the store does: zone and currency. The same line twice with other values is rejected by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken, filled
from ground.models import Currency
from programs.models import Store
from reports.domain import profiles, staging, summing
from reports.domain.ledger import PAYOUTS, SALES, Ledger
from reports.files import detect
from reports.files.lines import ParsedFile, PayoutLine, Reject
from reports.files.mapping.model import CUSTOMS
from reports.files.mapping.model import PAYOUTS as OF_PAYOUTS
from reports.files.sentences import say
from reports.models import ImportBatch

TOLD_TWINS = 20_000


def ledger_of(profile: str) -> Ledger:
    """The ledger to which files of this form belong."""
    return PAYOUTS if detect.measure_of(profile) == OF_PAYOUTS else SALES


def parse(batch: ImportBatch, path: Path, copy: Path | None = None) -> tuple[ParsedFile, staging.Content]:
    """The account of the file with its payouts, and what its sales are as a whole, which stand in `staging`, each once. Its `copy`
    without buyers.

    `FileRefused`, or `RuleBroken` with `currency_unknown` (neither the file nor the store says it) or
    `currency_not_listed`.
    """
    store, own = batch.store, profiles.own_of(batch)
    with transaction.atomic(), staging.filling(batch.pk) as into:
        parsed = detect.read(
            path, batch.profile or None, tz=store.zone, currency=store.settlement_currency_id or "",
            market_currency=store.market.currency_id, copy=copy, into=into,
            own=own,
        )  # fmt: skip
    if detect.measure_of(parsed.profile) == CUSTOMS:
        raise RuleBroken(
            "list_of_exports",
            _(
                "This is a list of export declarations, which holds no sales of a store. Upload it on the page “Exports”"
                " (the agency: “Lists of exports”)."
            ),
        )
    if ledger_of(parsed.profile) is PAYOUTS:
        staging.drop(batch.pk)
        payouts = [_with_currency(line, store) for line in parsed.payouts]
        parsed.lines = list(_each_once(parsed, payouts))
        content = staging.Content(0, {}, [])
        _check_listed({line.currency for line in parsed.lines})
    else:
        sifted = staging.sift(batch.pk, TOLD_TWINS)
        parsed.repeated_in_all = sifted.repeated
        if sifted.repeated:
            parsed.notes.append(say("note_repeats", count=sifted.repeated))
        _reject_twins(parsed, sifted.twins, sifted.told)
        content = summing.content(batch, parsed.first_at, parsed.last_at)
        _check_listed(set(content.sums))
    return parsed, content


def _reject_twins(parsed: ParsedFile, count: int, told: Sequence[tuple[int, int]]) -> None:
    """Rows of the same line as an earlier row, with other values; of very many the first are told."""
    parsed.rejected_in_all = parsed.rejected_rows + count
    parsed.rejects += [Reject(row, "", "", say("line_twice", row=first)) for row, first in told]


def _each_once(parsed: ParsedFile, payouts: Sequence[PayoutLine]) -> Iterator[PayoutLine]:
    """Each payout once: a row that repeats an earlier one is left out, one with other values is rejected."""
    seen: dict[str, PayoutLine] = {}
    twins = []
    for line in payouts:
        first = seen.setdefault(line.line_key, line)
        if first is line:
            yield line
        elif replace(line, row=first.row) == first:
            parsed.repeated.append((line.row, first.row))
        else:
            twins.append((line.row, first.row))
    _reject_twins(parsed, len(twins), twins[:TOLD_TWINS])


def _check_listed(currencies: set[str]) -> None:
    listed = set(Currency.objects.values_list("code", flat=True))
    for currency in sorted(currencies - listed):
        raise RuleBroken(
            "currency_not_listed",
            filled(
                _(
                    "The file holds amounts in %(currency)s, which is not in the list of currencies. Ask the agency to add it."
                ),
                currency=currency,
            ),
        )


def _with_currency(line: PayoutLine, store: Store) -> PayoutLine:
    if line.currency:
        return line
    if not store.settlement_currency_id:
        raise RuleBroken(
            "currency_unknown",
            filled(
                _(
                    "In which currency are these payouts? The file does not say it, and neither does the store"
                    " “%(store)s”. Enter the store's settlement currency, or download the report with its CURRENCY"
                    " column; then upload the file again."
                ),
                store=store.name,
            ),
        )
    return replace(line, currency=store.settlement_currency_id)
