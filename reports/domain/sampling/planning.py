"""A sample is planned and drawn, its evidence entered, and evaluated (표본검증 계획과 결과)."""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, files
from ground.errors import RuleBroken, filled
from ground.models import StoredFile
from programs.models import Program
from programs.permissions import require_service
from reports.domain import cut
from reports.domain.sampling import attributes, formula
from reports.models import SampledOrder, SampleFinding, SamplingPlan
from reports.queries import results, sampling, waiting

Method = SamplingPlan.Method
LARGEST = 2000
"""More orders than that nobody looks at one by one."""
NOTE_LENGTH = 500


def plan(
    program: Program,
    *,
    from_month: dt.date,
    until_month: dt.date,
    confidence: int,
    margin_krw: Decimal | None = None,
    margin_percent: Decimal | None = None,
    expected_krw: Decimal | None = None,
    reason: str,
    form_key: UUID,
    by: User,
    method: str = Method.UNITS,
    tolerable_percent: Decimal | None = None,
    expected_percent: Decimal | None = None,
) -> SamplingPlan:
    """State the population as it is now, compute the size, draw the orders and keep all of it. By monetary units the margin is an amount or
    a percent of the population; by orders it is the share of wrong ones, beside the share that is expected. Sent twice is once: a second draw
    would be a choice.

    Refused: `not_your_agency`, `reason_missing`, `months_range`, `confidence_unknown`, `method_unknown`, `margin_one`, `share_missing`, `share_wrong`,
    `population_empty`, `rate_missing`, `margin_large`, `margin_small` (the expected error leaves nothing of it), `sample_large`, and as
    `counted.states_of`. Holds the cut while it draws; locks the program.
    """
    reason = reason.strip()
    from_month, until_month = from_month.replace(day=1), until_month.replace(day=1)
    if not reason:
        raise RuleBroken("reason_missing", _("Say why: an auditor will ask."), ("reason",))
    if confidence not in formula.EXPANSION:
        raise RuleBroken("confidence_unknown", _("Choose 90, 95 or 99 percent."), ("confidence",))
    if method not in Method.values:
        raise RuleBroken("method_unknown", _("Choose what the sample is to prove."), ("method",))
    is_units = method == Method.UNITS
    if is_units and (margin_krw is None) == (margin_percent is None):
        raise RuleBroken(
            "margin_one",
            _("Give the tolerable error as an amount or as a percent: one of the two."),
            ("margin_krw",),
        )
    if not is_units:
        _check_shares(tolerable_percent, expected_percent)
    today = clock.today()
    if (
        until_month < from_month
        or until_month < program.starts_on.replace(day=1)
        or from_month > min(today, program.ends_on)
    ):
        raise RuleBroken(
            "months_range",
            _("Choose months of the program up to the current one, the first one first."),
            ("from_month",),
        )
    with transaction.atomic():
        program = (
            Program.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=program.pk)
        )
        require_service(by, program.agency)
        known: SamplingPlan | None = SamplingPlan.objects.filter(program=program, form_key=form_key).first()
        if known:
            return known
        cut.hold()
        as_of = clock.now()
        basis = results.scope_until(program, today).basis
        scope = sampling.scope_of(program, from_month, until_month, as_of, basis)
        found = sampling.population(scope)
        if found.krw <= 0:
            raise RuleBroken("population_empty", _("No order of these months counts."), ("from_month",))
        if waiting.months_without_rate(scope):
            raise RuleBroken(
                "rate_missing",
                _(
                    "Lines of these months have no exchange rate and would be left out. Enter the rates first."
                ),
                ("from_month",),
            )
        seed = secrets.token_hex(16)
        if is_units:
            margin = (
                margin_krw if margin_krw is not None else _percent_of(margin_percent or Decimal(0), found.krw)
            )
            expected = expected_krw or Decimal(0)
            size = _size_of_units(found.krw, confidence, margin, expected)
            interval = max((found.krw / size).to_integral_value(ROUND_FLOOR), Decimal(1))
            drawn = sampling.draw(scope, seed, interval)
            asked: dict[str, Any] = {"margin_krw": margin, "expected_krw": expected, "interval_krw": interval}
        else:
            tolerable, expected = tolerable_percent or Decimal(0), expected_percent or Decimal(0)
            size = _size_of_orders(found.orders, confidence, tolerable, expected)
            drawn = sampling.pick(scope, seed, size)
            asked = {"margin_krw": 0, "expected_krw": 0, "interval_krw": 0}
            asked |= {"tolerable_percent": tolerable, "expected_percent": expected}
        made: SamplingPlan = SamplingPlan.objects.create(
            agency_id=program.agency_id, program=program, from_month=from_month, until_month=until_month, method=method,
            confidence=confidence, reason=reason[:300], **asked,
            basis={
                "moment": str(basis.moment), "has_tax": basis.has_tax, "has_shipping": basis.has_shipping,
                "is_before_refunds": basis.is_before_refunds, "from_on": f"{scope.from_on}", "until_on": f"{scope.until_on}",
                "rate_rule": program.rate_rule,
            },
            as_of=as_of, orders=found.orders, lines=found.lines, population_krw=found.krw, left_out=found.left_out,
            left_out_krw=found.left_out_krw, size=size, seed=seed, form_key=form_key, made_by=by,
        )  # fmt: skip
        SampledOrder.objects.bulk_create(
            SampledOrder(
                agency_id=program.agency_id, plan=made, number=number, participation_id=each.participation,
                store_id=each.store, reference=each.reference, day=each.day, currency_id=each.currency,
                amount=each.amount, krw_amount=each.krw, hits=each.hits,
            )
            for number, each in enumerate(drawn, start=1)
        )  # fmt: skip
    return made


def _check_shares(tolerable: Decimal | None, expected: Decimal | None) -> None:
    if tolerable is None:
        raise RuleBroken(
            "share_missing", _("Say how many orders in a hundred may be wrong."), ("tolerable_percent",)
        )
    least, most = Decimal(0), Decimal(50)
    if not least < tolerable <= most or not least <= (expected or least) or tolerable != round(tolerable, 2):
        raise RuleBroken(
            "share_wrong",
            _("The tolerable share is above 0 and at most 50 percent, with two decimals at most."),
            ("tolerable_percent",),
        )


def _size_of_units(population: Decimal, confidence: int, margin: Decimal, expected: Decimal) -> int:
    if margin >= population:
        raise RuleBroken(
            "margin_large",
            filled(
                _("The tolerable error must be less than the orders come to (%(most)s won)."),
                most=f"{population:,}",
            ),
            ("margin_krw",),
        )
    size = formula.size(population, confidence, margin, expected) if margin > 0 else None
    if size is None:
        raise RuleBroken(
            "margin_small",
            filled(
                _(
                    "With an expected error of %(expected)s won the tolerable error must be more than %(least)s won."
                ),
                expected=f"{expected:,}",
                least=f"{expected * formula.EXPANSION[confidence]:,.0f}",
            ),
            ("margin_krw",),
        )
    if size > LARGEST:
        raise RuleBroken(
            "sample_large",
            filled(
                _(
                    "That needs a sample of %(size)s. Choose a larger tolerable error, or fewer months; %(most)s is the most."
                ),
                size=f"{size:,}",
                most=f"{LARGEST:,}",
            ),
            ("margin_krw",),
        )
    return size


def _size_of_orders(orders: int, confidence: int, tolerable: Decimal, expected: Decimal) -> int:
    if expected >= tolerable:
        raise RuleBroken(
            "margin_small",
            _("The expected share of wrong orders must be less than the tolerable one."),
            ("expected_percent",),
        )
    size = attributes.size(orders, confidence, tolerable, expected, LARGEST)
    if size is None:
        raise RuleBroken(
            "sample_large",
            filled(
                _(
                    "That needs a sample of more than %(most)s orders. Choose a larger tolerable share, or expect fewer wrong ones."
                ),
                most=f"{LARGEST:,}",
            ),
            ("tolerable_percent",),
        )
    return size


def _percent_of(percent: Decimal, population: Decimal) -> Decimal:
    return (population * percent / 100).to_integral_value(ROUND_FLOOR)


def enter(
    sampled: SampledOrder,
    *,
    verdict: str,
    evidence_krw: Decimal | None,
    note: str,
    by: User,
    upload: File[bytes] | None = None,
) -> SampleFinding:
    """Enter what the evidence of a sampled order said: it agrees, the amount differs (with the amount in won), or there is none. A later
    finding counts in place of the earlier, which stays; the same once more is the one that is there.

    Refused: `not_your_agency`, `verdict_unknown`, `amount_missing`, `amount_same` (an amount that is the book's), `note_missing` (without
    evidence, or with another amount), and as `files.keep`.
    """
    note = note.strip()[:NOTE_LENGTH]
    if verdict not in SampleFinding.Verdict.values:
        raise RuleBroken("verdict_unknown", _("Say what the evidence showed."), ("verdict",))
    differs = verdict == SampleFinding.Verdict.DIFFERS
    if differs and evidence_krw is None:
        raise RuleBroken("amount_missing", _("Type the amount that the evidence shows."), ("evidence_krw",))
    if differs and evidence_krw == sampled.krw_amount:
        raise RuleBroken(
            "amount_same", _("That is the amount in the books: choose “agrees”."), ("evidence_krw",)
        )
    if verdict != SampleFinding.Verdict.AGREES and not note:
        raise RuleBroken("note_missing", _("Say what you looked at and what was wrong."), ("note",))
    with transaction.atomic():
        # Insert-only rows cannot be locked by the web: two findings at once stand both, the later one counts.
        require_service(by, sampled.plan.program.agency)
        amount = evidence_krw if differs else None
        last: SampleFinding | None = sampled.findings.order_by("-found_at", "-id").first()
        if (
            last is not None
            and upload is None
            and (last.verdict, last.evidence_krw, last.note) == (verdict, amount, note)
        ):
            return last
        kept = files.keep(upload, kind=StoredFile.Kind.EVIDENCE) if upload else None
        found: SampleFinding = SampleFinding.objects.create(
            agency_id=sampled.agency_id, sampled=sampled, verdict=verdict, evidence_krw=amount, note=note,
            file=kept or (last.file if last else None), found_by=by, found_at=clock.now(),
        )  # fmt: skip
    return found


def result_of(of: SamplingPlan) -> formula.Result | attributes.Result | None:
    """What the findings prove; None while an order waits for one. By orders, one is wrong whose amount differs, or for which there is no
    evidence."""
    looked, errors = [], 0
    for order, finding in sampling.findings(of):
        if finding is None:
            return None
        looked.append(formula.Looked(order.krw_amount, _evidence(order, finding)))
        errors += finding.verdict != SampleFinding.Verdict.AGREES
    if of.method == Method.ORDERS:
        assert of.tolerable_percent is not None
        return attributes.evaluate(
            population=of.orders, size=len(looked), errors=errors, confidence=of.confidence, tolerable=of.tolerable_percent
        )  # fmt: skip
    return formula.evaluate(
        looked,
        population=of.population_krw,
        interval=of.interval_krw,
        confidence=of.confidence,
        tolerable=of.margin_krw,
    )


def _evidence(order: SampledOrder, finding: SampleFinding) -> Decimal:
    if finding.verdict == SampleFinding.Verdict.AGREES:
        return order.krw_amount
    return finding.evidence_krw if finding.evidence_krw is not None else Decimal(0)
