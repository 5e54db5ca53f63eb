"""Providers' statements: what the pages set them against, once more from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ground import clock
from programs.models import Program
from reports.domain.verifying.amounts import PAID_OUT, PAYOUTS
from reports.domain.verifying.figures import BASE, LEFT, Question, rates_of
from reports.domain.verifying.result import Difference, ask, compare
from reports.domain.verifying.shown import question_of
from reports.models import PayoutProof
from reports.queries import statements


def held() -> Iterator[Difference | int]:
    """Orders and payouts of the statement's company, store and month, in the files' currencies and in won."""
    today = clock.today()
    for program in (
        Program.objects.filter(participations__payout_proofs__isnull=False).distinct().order_by("code")
    ):
        proofs = list(
            PayoutProof.objects.filter(participation__program=program)
            .select_related("participation__program")
            .order_by("pk")
        )
        question = question_of(statements.scope_of(program, proofs, today))
        shown = statements.against(proofs, today)
        ordered, kept = _orders(question), _orders(question, after_refunds=True)
        released = _payouts(question)
        stated: dict[Any, Any] = {}
        found: dict[Any, Any] = {}
        for proof in proofs:
            place = (proof.month, proof.participation.company_id, proof.store_id)
            both = shown[proof.pk]
            for what, rows, listed in (
                ("orders", ordered, both.orders.ledger),
                ("after refunds", kept, both.orders.after_refunds),
                ("payouts", released, both.payouts.ledger),
            ):
                stated |= {(proof.pk, what, row.currency): (row.amount, row.krw_amount) for row in listed}
                found |= {(proof.pk, what, key[3]): row for key, row in rows.items() if key[:3] == place}
        yield from compare("statements", stated, found, program.code)


def _orders(question: Question, *, after_refunds: bool = False) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    exact, shown = ("(w.gross + w.refund)", "w.g + w.r") if after_refunds else ("w.gross", "w.g")
    return _sums(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT month, company_id, store_id, currency, sum(shown), CASE WHEN bool_and(rated) THEN sum(krw) END FROM (
            SELECT w.month, w.company_id, w.store_id, w.currency, sum({shown}) AS shown, bool_and(r.up IS NOT NULL) AS rated,
                   sum(round({exact}::numeric(60, 30) * w.times * r.up / (w.through * r.down))) AS krw
            FROM whole w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day
            GROUP BY w.month, w.day, w.company_id, w.store_id, w.currency HAVING {LEFT}
        ) each GROUP BY 1, 2, 3, 4
        """,  # noqa: S608
        question,
    )


def _payouts(question: Question) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    return _sums(
        f"""
        WITH {PAYOUTS}, {rates_of(question.rate_rule)}
        SELECT month, company_id, store_id, currency, sum(net), CASE WHEN bool_and(rated) THEN sum(krw) END
        FROM ({PAID_OUT}) each GROUP BY 1, 2, 3, 4
        """,  # noqa: S608
        question,
    )


def _sums(sql: str, question: Question) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    return {tuple(row[:4]): (row[4], row[5]) for row in ask(sql, question.parameters())}
