"""A provider's statement against the ledger (정산서 대조): what the files say of this company, store and month.

What was stated as sold stands against the orders before refunds, by the definition of the program's sales target (that
of some statements is meant after refunds: they are told); fee and payment together against what the platform released
in the month. Lines without a rate are among them, in the files' currency.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from programs.models import Program
from reports.models import PayoutProof, PayoutTerm
from reports.queries import calendar_months, counted, payout_terms, reported_measures, targets
from reports.queries.counted import Scope
from reports.queries.reported_measures import ZERO, Reported

CENT = Decimal("0.01")
Key = tuple[dt.date, UUID, UUID]
"""month, company, store"""


@dataclass(frozen=True, slots=True)
class Compared:
    """A stated amount and what the ledger holds, in the files' currencies; an empty list: nothing. Of orders also what
    is left of them after refunds."""

    currency: str
    stated_amount: Decimal
    ledger: list[Reported]
    after_refunds: list[Reported] = field(default_factory=list)

    @property
    def ledger_amount(self) -> Decimal | None:
        """In the statement's currency: what the files have in it or, for a statement in won without any, converted. None:
        not comparable."""
        return self._in_currency(self.ledger)

    @property
    def is_after_refunds(self) -> bool:
        """Whether the statement differs from the orders by just what was refunded."""
        return bool(self.difference and self._in_currency(self.after_refunds) == self.stated_amount)

    def _in_currency(self, rows: list[Reported]) -> Decimal | None:
        own = [row.amount for row in rows if row.currency == self.currency]
        if own or not rows:
            return sum(own, ZERO)
        if self.currency != "KRW" or any(row.krw_amount is None for row in rows):
            return None
        return sum((row.krw_amount for row in rows if row.krw_amount is not None), ZERO)

    @property
    def difference(self) -> Decimal | None:
        """Stated less what the ledger has; None where they cannot be compared."""
        held = self.ledger_amount
        return None if held is None else self.stated_amount - held


@dataclass(frozen=True, slots=True)
class Against:
    """One statement: sold against orders, fee and payment together against payouts of the month and, with all statements up to
    it, against all payouts up to then (`beyond_amount`: what was passed on of money that had not come; None: not comparable). Its fee against
    the one agreed; None where none is recorded."""

    orders: Compared
    payouts: Compared
    beyond_amount: Decimal | None = None
    fee_percent: Decimal | None = None
    agreed_percent: Decimal | None = None

    @property
    def is_fee_beyond(self) -> bool:
        return None not in (self.fee_percent, self.agreed_percent) and self.fee_percent > self.agreed_percent  # type: ignore[operator]


_IN_ALL = """
SELECT p.id, (
    SELECT sum(q.fee_amount + q.paid_amount) FROM reports_payoutproof q
    WHERE q.store_id = p.store_id AND q.participation_id = p.participation_id AND q.currency_id = p.currency_id
      AND q.month <= p.month
) - (
    SELECT sum(l.net_amount) FROM reports_payout_line l
    WHERE l.store_id = p.store_id AND l.company_id = t.company_id AND l.program_id = t.program_id
      AND l.currency_id = p.currency_id AND l.business_day < p.month + interval '1 month'
      AND l.description_class <> ALL(%(not_sales)s)
)
FROM reports_payoutproof p JOIN programs_participation t ON t.id = p.participation_id WHERE p.id = ANY(%(proofs)s)
"""


def _in_all(proofs: Iterable[PayoutProof]) -> dict[UUID, Decimal | None]:
    """What was stated as passed on or kept as a fee, up to the month of each statement, beyond what the store had received for the
    company by the month's end; negative while some of it is left. None where nothing came in that currency."""
    parameters = {"proofs": [proof.pk for proof in proofs], "not_sales": list(reported_measures.NOT_SALES)}
    return dict(counted.ask(_IN_ALL, parameters))


def against(proofs: Iterable[PayoutProof], on: dt.date) -> dict[UUID, Against]:
    """Each statement with the ledger's sums, by the definition of the day `on`. Queries for each program, not for each
    statement; `participation.program` is to be selected."""
    of_program: dict[Program, list[PayoutProof]] = defaultdict(list)
    for proof in proofs:
        of_program[proof.participation.program].append(proof)
    found = {}
    for program, rows in of_program.items():
        scope = scope_of(program, rows, on)
        ordered, kept, released = (*orders(scope), reported_measures.payouts_by_store(scope))
        beyond = _in_all(rows)
        fees = payout_terms.book(program, PayoutTerm.Kind.FEE, stores={proof.store_id for proof in rows})
        for proof in rows:
            key = (proof.month, proof.participation.company_id, proof.store_id)
            currency, passed = str(proof.currency_id), proof.fee_amount + proof.paid_amount
            found[proof.pk] = Against(
                Compared(currency, proof.sold_amount, ordered.get(key, []), kept.get(key, [])),
                Compared(currency, passed, released.get(key, [])),
                beyond.get(proof.pk),
                (100 * proof.fee_amount / proof.sold_amount).quantize(CENT) if proof.sold_amount else None,
                agreed.value if (agreed := fees.on(proof.store_id, proof.month)) else None,
            )
    return found


def scope_of(program: Program, proofs: Iterable[PayoutProof], on: dt.date) -> Scope:
    """The months and companies of some statements of a program."""
    months = [proof.month for proof in proofs]
    companies = {proof.participation.company_id for proof in proofs}
    scope = Scope(
        program, min(months), calendar_months.last_day(max(months)), basis=targets.basis_of(program, on)
    )
    return replace(scope, companies=tuple(companies))


def orders(scope: Scope) -> tuple[dict[Key, list[Reported]], dict[Key, list[Reported]]]:
    """Orders before and after refunds by month, company and store; no won where a day has no rate."""
    fraction = ("(rate.n * line.tax_up)", "(rate.d * line.tax_down)")
    won = [
        f"sum({counted.won(amount, *fraction)})"
        for amount in ("line.raw_gross", "(line.raw_gross + line.raw_refund)")
    ]
    rows = counted.ask(
        "SELECT month, company_id, store_id, currency_id, sum(gross), CASE WHEN bool_and(has_rate) THEN sum(krw) END,"  # noqa: S608
        " sum(net), CASE WHEN bool_and(has_rate) THEN sum(net_krw) END FROM (SELECT month, company_id, store_id, currency_id,"
        f" bool_and(rate.n IS NOT NULL) AS has_rate, sum(gross) AS gross, {won[0]} AS krw, sum(gross + refund) AS net,"
        f" {won[1]} AS net_krw"
        f" FROM ({counted.lines_sql(scope)}) line LEFT JOIN {counted.RATE_TABLE} USING (currency_id, event_day)"
        f" GROUP BY month, company_id, store_id, currency_id, event_day HAVING {counted.LINES_LEFT}) of_day"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        {**scope.parameters(), **counted.rate_parameters(counted.day_rates(scope))},
    )
    return reported_measures.by_store(row[:6] for row in rows), reported_measures.by_store(
        (*row[:4], *row[6:]) for row in rows
    )
