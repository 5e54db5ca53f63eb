"""What the pages of a sample for verification show: population, formula, orders, findings, and what they prove."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ground import files
from ground.templatetags.naru import amount, day, month, seoul
from ground.workbooks import CONTENT_TYPE, workbook
from reports.domain.sampling import attributes, formula, planning
from reports.models import SampleFinding, SamplingPlan
from reports.printing.words import money
from reports.queries import sampling
from reports.queries.differing import lines

Verdict, Method = SampleFinding.Verdict, SamplingPlan.Method
TONES = {Verdict.AGREES: "ok", Verdict.DIFFERS: "danger", Verdict.NOTHING: "danger"}


def formula_words(plan: SamplingPlan) -> str:
    """The formula of the size with the plan's numbers."""
    if plan.method == Method.ORDERS:
        expected = plan.expected_percent or Decimal(0)
        return _(
            "Sampling of attributes: of %(population)s orders %(size)s are drawn, each as likely as any other. Were more than %(tolerable)s %% wrong, at"
            " most %(errors)s wrong ones (%(expected)s %% expected, rounded up) would be met with a probability of no more than %(left)s %%: hypergeometric"
            " distribution; AICPA Audit Guide, Audit Sampling, tests of controls."
        ) % {
            "population": amount(plan.orders), "size": amount(plan.size), "tolerable": amount(plan.tolerable_percent, 2),
            "errors": attributes.expected_errors(plan.size, expected), "expected": amount(expected, 2), "left": 100 - plan.confidence,
        }  # fmt: skip
    return _(
        "Monetary-unit sampling: %(population)s × %(factor)s ÷ (%(margin)s − %(expected)s × %(expansion)s) = %(size)s, rounded up. Every"
        " %(interval)s won one order is met, from a random start; larger orders always are. Factors: AICPA Audit Guide, Audit"
        " Sampling (reliability %(factor)s, expansion %(expansion)s at %(confidence)s %%)."
    ) % {
        "population": amount(plan.population_krw), "factor": formula.reliability(plan.confidence, 0),
        "margin": amount(plan.margin_krw), "expected": amount(plan.expected_krw),
        "expansion": formula.EXPANSION[plan.confidence], "size": amount(plan.size),
        "interval": amount(plan.interval_krw), "confidence": plan.confidence,
    }  # fmt: skip


def result_words(plan: SamplingPlan, found: formula.Result | attributes.Result | None) -> str:
    """What the findings prove, in a sentence."""
    if found is None:
        return _("Not every order has a finding yet: nothing can be said of the figure.")
    if isinstance(found, attributes.Result):
        return _share_words(plan, found)
    said = {
        "confidence": plan.confidence, "limit": amount(found.limit), "margin": amount(plan.margin_krw),
        "projected": amount(found.projected),
    }  # fmt: skip
    if found.stands:
        return (
            _(
                "The figure stands: with %(confidence)s %% confidence it is overstated by at most %(limit)s won, within the tolerable"
                " %(margin)s won. Projected error: %(projected)s won."
            )
            % said
        )
    return (
        _(
            "The figure does not stand: with %(confidence)s %% confidence it may be overstated by up to %(limit)s won, more than the"
            " tolerable %(margin)s won. Projected error: %(projected)s won. Look at more orders, or have the figure corrected."
        )
        % said
    )


def _share_words(plan: SamplingPlan, found: attributes.Result) -> str:
    words = (
        _(
            "The figure stands: of %(looked)s orders %(errors)s are wrong (%(share)s %%). With %(confidence)s %% confidence at most %(limit)s %%"
            " of all orders are (%(orders)s), within the tolerable %(tolerable)s %%."
        )
        if found.stands
        else _(
            "The figure does not stand: of %(looked)s orders %(errors)s are wrong (%(share)s %%). With %(confidence)s %% confidence up to"
            " %(limit)s %% of all orders may be (%(orders)s), more than the tolerable %(tolerable)s %%. Look at more orders, or have the figure"
            " corrected."
        )
    )
    return words % {
        "looked": amount(found.looked), "errors": amount(found.errors), "share": amount(found.share, 2),
        "confidence": plan.confidence, "limit": amount(found.limit, 2), "orders": amount(found.limit_orders),
        "tolerable": amount(plan.tolerable_percent, 2),
    }  # fmt: skip


def asked_facts(plan: SamplingPlan) -> list[tuple[str, Any]]:
    """What the sample is to prove, by its method, as label and value."""
    if plan.method == Method.ORDERS:
        return [
            (_("Tolerable share of wrong orders (%)"), plan.tolerable_percent),
            (_("Expected share of wrong orders (%)"), plan.expected_percent),
        ]
    return [
        (_("Tolerable error (KRW)"), plan.margin_krw),
        (_("Expected error (KRW)"), plan.expected_krw),
        (_("Interval (KRW)"), plan.interval_krw),
    ]


def plan_context(plan: SamplingPlan) -> dict[str, Any]:
    rows = sampling.findings(plan)
    found = planning.result_of(plan)
    waiting = sum(finding is None for _order, finding in rows)
    return {
        "formula": formula_words(plan),
        "result": result_words(plan, found),
        "result_tone": "info" if found is None else "ok" if found.stands else "danger",
        "understated": amount(found.understated)
        if isinstance(found, formula.Result) and found.understated
        else "",
        "waiting": waiting,
        "rows": [
            {
                "order": order,
                "company": order.participation.company,
                "day": day(order.day),
                "amount": money(order.amount, str(order.currency_id)),
                "krw": amount(order.krw_amount),
                "url": reverse("admin:reports_sampledorder_change", args=[order.pk]),
                "label": finding.get_verdict_display() if finding else _("waits"),
                "tone": TONES[Verdict(finding.verdict)] if finding else "wait",
                "evidence": amount(finding.evidence_krw)
                if finding and finding.evidence_krw is not None
                else "",
            }
            for order, finding in rows
        ],
    }


def order_context(order: Any) -> dict[str, Any]:
    """A sampled order: where it stands in the files, and its findings, the newest first."""
    found = lines.rows_of(
        "sales",
        order.plan.program_id,
        order.participation.company_id,
        [(order.store_id, order.reference)],
    )
    rows = found.get((order.store_id, order.reference), [])
    return {
        "files": [
            {
                "url": reverse("admin:reports_importbatch_change", args=[each.batch]),
                "label": _("%(file)s, row %(rows)s") % {"file": each.file, "rows": each.row},
            }
            for each in rows
        ],
        "findings": [
            {
                "record": each,
                "evidence": amount(each.evidence_krw) if each.evidence_krw is not None else "",
                "by": f"{each.found_by}, {seoul(each.found_at)}",
            }
            for each in order.findings.select_related("found_by", "file")
        ],
    }


def plan_workbook(plan: SamplingPlan) -> HttpResponse:
    """The orders with their findings, and on a second sheet the plan and what was proven."""
    head = [
        _("number"), _("Business number"), _("Company"), _("Store"), _("Order"), _("Day"), _("Currency"), _("Amount"),
        _("Amount (KRW)"), _("Times met"), _("The evidence"), _("Amount in the evidence (KRW)"), _("Note"), _("Entered by"),
        _("Entered at"),
    ]  # fmt: skip
    rows: list[list[Any]] = []
    for order, finding in sampling.findings(plan):
        company = order.participation.company
        said: list[Any] = ["", None, "", "", None]
        if finding:
            said = [
                finding.get_verdict_display(), finding.evidence_krw, finding.note, str(finding.found_by), finding.found_at,
            ]  # fmt: skip
        rows.append(
            [
                order.number, company.business_number, company.name_ko, order.store.code, order.reference, order.day,
                str(order.currency_id), order.amount, order.krw_amount, order.hits, *said,
            ]
        )  # fmt: skip
    found = planning.result_of(plan)
    facts: list[list[Any]] = [
        [_("Program"), plan.program.code],
        [_("First month"), month(plan.from_month)],
        [_("Last month"), month(plan.until_month)],
        [_("Confidence level"), f"{plan.confidence} %"],
        [_("What it is to prove"), plan.get_method_display()],
        *([label, value] for label, value in asked_facts(plan)),
        [_("Population, orders"), plan.orders],
        [_("Population, lines"), plan.lines],
        [_("Population (KRW)"), plan.population_krw],
        [_("Orders left out, at nothing or less"), plan.left_out],
        [_("Orders left out (KRW)"), plan.left_out_krw],
        [_("Sample size"), plan.size],
        [_("Seed"), plan.seed],
        [_("Data cut"), plan.as_of],
        [_("Reason"), plan.reason],
        [_("Made by"), str(plan.made_by)],
        [_("Formula"), formula_words(plan)],
        [_("Result"), result_words(plan, found)],
    ]
    if isinstance(found, attributes.Result):
        facts += [
            [_("Wrong orders of the sample"), found.errors],
            [_("Share of wrong orders (%)"), found.share],
            [_("Upper limit (%)"), found.limit],
        ]
    elif found:
        facts += [
            [_("Projected error (KRW)"), found.projected],
            [_("Upper limit (KRW)"), found.limit],
            [_("Understated, projected (KRW)"), found.understated],
        ]
    answer = HttpResponse(
        workbook(head, rows, ([_("Plan"), ""], facts), text_columns=[4]), content_type=CONTENT_TYPE
    )
    return files.as_download(
        answer, f"{plan.program.code}-{plan.from_month:%Y%m}-{plan.until_month:%Y%m}-sample.xlsx"
    )
