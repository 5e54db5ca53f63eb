"""A provider's statement against the ledger (정산서 대조): what the files say of this company, store and month.

What was stated as sold stands against the orders before refunds, by the definition of the program's sales target; fee
and payment together against what the platform released. Lines without a rate are among them, in the files' currency.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from programs.models import Program
from reports.models import PayoutProof
from reports.queries import counted, measures, targets
from reports.queries.counted import Scope
from reports.queries.measures import ZERO, Reported

Key = tuple[dt.date, UUID, UUID]
"""month, company, store"""


@dataclass(frozen=True, slots=True)
class Compared:
    """A stated amount and what the ledger holds, in the files' currencies; an empty list: nothing."""

    currency: str
    stated_amount: Decimal
    ledger: list[Reported]

    @property
    def ledger_amount(self) -> Decimal | None:
        """In the statement's currency: as in the files or, for a statement in won, converted. None: not comparable."""
        if all(row.currency == self.currency for row in self.ledger):
            return sum((row.amount for row in self.ledger), ZERO)
        if self.currency != "KRW" or any(row.krw_amount is None for row in self.ledger):
            return None
        return sum((row.krw_amount for row in self.ledger if row.krw_amount is not None), ZERO)

    @property
    def difference(self) -> Decimal | None:
        """Stated less what the ledger has; None where they cannot be compared."""
        held = self.ledger_amount
        return None if held is None else self.stated_amount - held


@dataclass(frozen=True, slots=True)
class Against:
    """One statement: sold against orders, fee and payment together against payouts."""

    orders: Compared
    payouts: Compared


def against(proofs: Iterable[PayoutProof], on: dt.date) -> dict[UUID, Against]:
    """Each statement with the ledger's sums, by the definition of the day `on`. Queries for each program, not for each
    statement; `participation.program` is to be selected."""
    of_program: dict[Program, list[PayoutProof]] = defaultdict(list)
    for proof in proofs:
        of_program[proof.participation.program].append(proof)
    found = {}
    for program, rows in of_program.items():
        scope = scope_of(program, rows, on)
        ordered, released = orders(scope), measures.payouts_by_store(scope)
        for proof in rows:
            key = (proof.month, proof.participation.company_id, proof.store_id)
            currency, passed = str(proof.currency_id), proof.fee_amount + proof.paid_amount
            found[proof.pk] = Against(
                Compared(currency, proof.sold_amount, ordered.get(key, [])),
                Compared(currency, passed, released.get(key, [])),
            )
    return found


def scope_of(program: Program, proofs: Iterable[PayoutProof], on: dt.date) -> Scope:
    """The months and companies of some statements of a program."""
    months = [proof.month for proof in proofs]
    companies = {proof.participation.company_id for proof in proofs}
    scope = Scope(program, min(months), measures.last_day(max(months)), basis=targets.basis_of(program, on))
    return replace(scope, companies=tuple(companies))


def orders(scope: Scope) -> dict[Key, list[Reported]]:
    """Orders before refunds by month, company and store; no won where a day has no rate."""
    won = counted.won("line.raw_gross", "(rate.n * line.tax_up)", "(rate.d * line.tax_down)")
    rows = counted.ask(
        f"SELECT month, company_id, store_id, currency_id, sum(gross), CASE WHEN bool_and(rate.n IS NOT NULL)"  # noqa: S608
        f" THEN sum({won}) END FROM ({counted.lines_sql(scope)}) line"
        f" LEFT JOIN {counted.RATE_TABLE} USING (currency_id, business_day) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        {**scope.parameters(), **counted.rate_parameters(counted.day_rates(scope))},
    )
    return measures.by_store(rows)
