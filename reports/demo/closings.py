"""The months up to July are closed by two persons, in their order; a refund of July becomes known later; a sample of July is looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from accounts.domain import approvals
from ground import clock
from programs.models import Program
from reports.demo import sales, selling
from reports.demo.delivering import PROVIDER_STORE, Seller
from reports.demo.notice import at
from reports.demo.people import Cast
from reports.demo.sales import Sale
from reports.domain import closing
from reports.domain.sampling import planning
from reports.files.writing import write_ventas
from reports.models import ClosedMonth, ImportBatch, SampledOrder, SampleFinding

CLOSED = (4, 5, 6, 7)
JULY = dt.date(2025, 7, 1)
SAMPLE_FORM = UUID("0198c5f0-0000-7000-8000-000000000721")


def close_months_to_july(cast: Cast, program: Program) -> None:
    """The officer asks when all files of a month are in, the manager agrees. Before July nothing was sold."""
    for place, month in enumerate(CLOSED):
        clock.move_to(at(10, 14, 9 + 2 * place))
        row = closing.ask_to_close(
            program, dt.date(2025, month, 1), reason=f"{month}월 판매가 없음" if month < JULY.month else "7월 파일이 모두 들어왔고 합계가 맞음", by=cast.officer
        )  # fmt: skip
        closing.look(row)
        asked = closing.question_of(row)
        if asked is None:
            raise RuntimeError(f"{row}: {ClosedMonth.objects.get(pk=row.pk).found}")
        clock.move_to(at(10, 14, 10 + 2 * place))
        approvals.answer_any(asked, by=cast.manager, grant=True, reason="합계를 확인했습니다.")
        asked.refresh_from_db()
        closing.carry_out(asked)
        row = ClosedMonth.objects.get(pk=asked.subject_id)
        if row.state != ClosedMonth.State.CLOSED:
            raise RuntimeError(f"{row}: {row.refusal}")


def adjust_july(
    program: Program, sellers: Sequence[Seller], drawn: dict[str, list[Sale]], cast: Cast, folder: Path
) -> None:
    """A buyer of July is paid back a fifth in October: the provider's new export books it in September, the open month."""
    moment = at(10, 20, 10)
    clock.move_to(moment)
    sale = next(
        each
        for each in drawn[PROVIDER_STORE]
        if each.business_day.month == JULY.month
        and each.order.refund_amount is None
        and len(each.order.items) == 1
    )
    refunded = replace(sale.order, refund_amount=-(sale.gross / 5).quantize(Decimal(1)))
    store = next(seller.store for seller in sellers if seller.store.code == PROVIDER_STORE)
    panel = folder / f"Ventas_{PROVIDER_STORE}_202507_nuevo.xlsx"
    write_ventas(panel, [refunded], exported_at=moment)
    selling.take_in(panel, program, store, cast.provider_user, ImportBatch.Grade.PROVIDER)


def look_at_sample(cast: Cast, program: Program) -> None:
    """A sample of July by monetary units; the evidence of the first orders is there."""
    clock.move_to(at(10, 20, 14))
    plan = planning.plan(
        program, from_month=JULY, until_month=JULY, confidence=90,
        margin_krw=None, margin_percent=Decimal(15), expected_krw=sales.ZERO, reason="7월 실적 표본검증(시연)",
        form_key=SAMPLE_FORM, by=cast.officer,
    )  # fmt: skip
    clock.move_to(at(10, 21, 11))
    for order in SampledOrder.objects.filter(plan=plan).order_by("number")[:4]:
        planning.enter(
            order, verdict=SampleFinding.Verdict.AGREES, evidence_krw=None, note="주문 명세와 대조함", by=cast.officer
        )  # fmt: skip
