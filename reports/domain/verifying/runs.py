"""Written reports: their checksum, and their figures once more from the ledger as of their data cut."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import translation

from companies.models import Company
from reports.domain.verifying import amounts, figures, groups, marks, period, rates, sharing
from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import Difference, compare
from reports.models import ReportRun
from reports.printing.checksum import canonical_json
from reports.printing.data import DATA_VERSION
from reports.printing.kinds import ProvisionalReason
from reports.printing.stored import report_of
from reports.printing.sums import check_sums

CENT = Decimal("0.01")
Figures = dict[str, Any]
FIRST = "monthly-1"
"""The first definition counted companies and costs as of the day of the run, whatever the period; its planned cost was
the budget. Its values had the first shape."""


VERSIONS = {FIRST: 1, "monthly-2": 2, "monthly-3": 3, "monthly-4": 4}
"""The shape of the values under earlier definitions."""
OF_NOW = {"monthly-5"}
"""Goods in warehouses were said as known when the report was written, of a closed month too."""
SUMMED = {FIRST, "monthly-2", "monthly-3"}
"""Orders in total were the sum of the months', and there were no dollars."""


def question_of(run: ReportRun) -> Question:
    """The question that the stored definition asks."""
    definition = run.data["sales_target"]["definition"]
    return Question(
        program=run.program,
        from_on=dt.date.fromisoformat(run.data["from_on"]),
        until_on=dt.date.fromisoformat(run.data["to_on"]),
        moment=definition["moment"],
        has_tax=definition["tax"] == "included",
        has_shipping=definition["shipping"] == "included",
        rate_rule=definition["rate_rule"],
        as_of=run.as_of,
        marks=run.marks,
    )


def checks_of(run: ReportRun) -> Iterator[Difference | int]:
    question = question_of(run)
    name, data = f"{run.program.code} {run.period:%Y-%m} {run.pk}", run.data
    is_first = run.definition == FIRST
    content = {"kind": "monthly", "version": VERSIONS.get(run.definition, DATA_VERSION), "report": data}
    sha256 = hashlib.sha256(canonical_json(content)).hexdigest()
    yield from compare("run_checksum", {name: run.data_sha256}, {name: sha256})
    cells = figures.cells(question)
    before = data["sales_target"]["definition"]["refunds"] == "before"
    yield from compare("run_months", _months(data), _found_months(question, cells), name)
    is_summed = run.definition in SUMMED
    found_currencies = _found_currencies(question, cells, is_summed=is_summed)
    yield from compare("run_currencies", _currencies(data), found_currencies, name)
    if not is_summed:
        yield from compare("run_dollars", _dollars(data), _found_dollars(cells), name)
    if run.definition not in VERSIONS:
        if groups.is_kept(run.marks):
            yield from compare("run_groups", _each_group(data), groups.sums(question), name)
        else:
            yield from compare("run_groups", _groups(data), _found_groups(cells), name)
    yield from compare("run_companies", _companies(data), _found_companies(question, run, cells), name)
    yield from compare(
        "run_totals",
        _totals(data),
        _found_totals(question, cells, data["sales_target"], before=before, is_summed=is_summed),
        name,
    )
    if "of_which" in data:  # reports that were written before it was named do not say it
        yield from compare("run_of_which", _of_which(data), marks.of_which(question), name)
    if "shared" in data:
        yield from compare("run_shared", *sharing.of_run(data, question), name)
    yield from compare("run_adjustments", _adjustments(data), figures.adjustments(question), name)
    selling = len({cell.company for cell in cells})
    yield from compare("run_selling", {name: data["companies_target"]["selling"]}, {name: selling})
    yield from compare("run_grades", _grades(data), _found_grades(cells), name)
    waits = {(row["kind"], row["currency"]): (row["lines"], _value(row["amount"])) for row in data["waiting"]}
    yield from compare("run_waiting", waits, figures.waiting(question) | figures.no_rate(question), name)
    for measure, found in (
        ("orders", _found_orders(cells, before=before)),
        ("payouts", amounts.payouts(question)),
        ("declared", amounts.declared(question)),
        ("customs", amounts.customs(question)),
    ):
        yield from compare(f"run_{measure}", _measured(data, measure), found, name)
    if run.definition not in VERSIONS:
        for measure, sums in _found_usd(question, cells, before=before).items():
            yield from compare(f"run_{measure}", _measured_usd(data, measure), sums, name)
        has_stock = period.has_stock(question, at_closing=run.definition not in OF_NOW)
        yield from compare("run_stock", {name: data["has_stock"]}, {name: has_stock})
    stated, made = rates.stated(data["rates"]), rates.table(question, dollars=_dollars_of_rates(run))
    yield from compare("run_rates", dict.fromkeys(stated, 1), dict.fromkeys(made, 1), name)
    yield from compare("run_sources", _sources(data), period.sources(question), name)
    costs = period.components(question, until_on=not is_first)
    if is_first:
        costs = {kind: (row[0], *row[2:]) for kind, row in costs.items()}
        yield from compare(
            "run_agreed", {name: data["companies_target"]["agreed"]}, {name: figures.agreed(question)}
        )
    else:
        yield from _of_its_end(data, question, cells, name)
        yield from compare("run_tax_unknown", *_tax_unknown(data, question, before=before), name)
    yield from compare("run_components", _components(data), costs, name)


def _of_its_end(
    data: Figures, question: Question, cells: list[figures.Cell], name: str
) -> Iterator[Difference | int]:
    """Who was selected and took part at the end of the days; every one of them has its row."""
    target = data["companies_target"]
    selected, agreed = period.selected(question), period.taking_part(question)
    yield from compare("run_selected", {name: target["selected"]}, {name: len(selected)})
    yield from compare("run_agreed", {name: target["agreed"]}, {name: len(agreed)})
    rows = {row["business_number"].replace("-", "") for row in data["by_company"]}
    there = {cell.company for cell in cells} | agreed
    numbers = set(Company.objects.filter(pk__in=there).values_list("business_number", flat=True))
    yield from compare("run_rows", dict.fromkeys(rows, 1), dict.fromkeys(numbers, 1), name)


def _sums_of(run: ReportRun) -> Iterator[Difference | int]:
    """Whether the stored values agree with each other, by the questions that are asked before a report is written."""
    name = f"{run.program.code} {run.period:%Y-%m} {run.pk}"
    yield 1
    try:
        report = report_of(run.data)
    except (KeyError, TypeError, ValueError) as error:
        yield Difference("run_shape", name, type(error).__name__, "")
        return
    stated = (run.period, run.as_of, run.definition, run.is_provisional)
    kept = (report.period, report.data_cut_at, report.definition_version, report.is_provisional)
    yield from compare("run_record", {name: stated}, {name: kept})
    with translation.override("en"):
        for sentence in check_sums(report):
            yield Difference("run_sums", name, sentence, "")


def _measured(data: Figures, measure: str) -> dict[Any, Any]:
    return {
        (dt.date.fromisoformat(row["month"]), row["currency"]): (
            _value(row["amount"]),
            _value(row["krw_amount"]),
        )
        for row in data["measures"]
        if row["measure"] == measure and row["currency"]
    }


def stored_runs() -> Iterator[Difference | int]:
    for run in ReportRun.objects.select_related("program").order_by("created_at", "pk"):
        if run.definition != FIRST:
            yield from _sums_of(run)
        yield from checks_of(run)


def _value(figure: Figures) -> Decimal | None:
    return None if figure["value"] is None else Decimal(figure["value"])


def _sales(row: Figures) -> tuple[Any, ...]:
    names = ("gross_amount", "refunds_amount", "krw_amount", "net_krw_amount", "units", "orders")
    return tuple(Decimal(row[name]) for name in names)


def _months(data: Figures) -> dict[Any, Any]:
    return {
        (dt.date.fromisoformat(row["month"]), row["sales"]["currency"]): _sales(row["sales"])
        for row in data["by_month"]
    }


def _summed(cells: list[figures.Cell], *by: str) -> dict[tuple[Any, ...], list[Any]]:
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for cell in cells:
        into = sums.setdefault(tuple(getattr(cell, name) for name in by), [0, 0, 0, 0, 0])
        for place, name in enumerate(("gross", "refund", "krw", "net_krw", "units")):
            into[place] += getattr(cell, name)
    return sums


def _found_months(question: Question, cells: list[figures.Cell]) -> dict[Any, Any]:
    counts = figures.order_counts(question, "month", "currency")
    return {key: (*values, counts.get(key, 0)) for key, values in _summed(cells, "month", "currency").items()}


def _currencies(data: Figures) -> dict[Any, Any]:
    return {row["currency"]: _sales(row) for row in data["totals"]["by_currency"]}


def _found_currencies(question: Question, cells: list[figures.Cell], *, is_summed: bool) -> dict[Any, Any]:
    """Orders are distinct; under earlier definitions they were the sum of the months'."""
    counts: dict[str, int] = {}
    for (*_month, currency), count in figures.order_counts(
        question, *(["month"] if is_summed else []), "currency"
    ).items():
        counts[currency] = counts.get(currency, 0) + count
    return {key[0]: (*values, counts.get(key[0], 0)) for key, values in _summed(cells, "currency").items()}


def _each_group(data: Figures) -> dict[Any, Any]:
    return {
        (row["product_group"], row["sales"]["currency"]): _sales(row["sales"]) for row in data["by_group"]
    }


def _groups(data: Figures) -> dict[Any, Any]:
    """By currency, over all groups."""
    sums: dict[Any, Any] = {}
    for row in data["by_group"]:
        *values, _orders = _sales(row["sales"])
        known = sums.get(row["sales"]["currency"], [0] * len(values))
        sums[row["sales"]["currency"]] = [a + b for a, b in zip(known, values, strict=True)]
    return sums


def _found_groups(cells: list[figures.Cell]) -> dict[Any, Any]:
    return {key[0]: values for key, values in _summed(cells, "currency").items()}


def _dollars(data: Figures) -> dict[Any, Any]:
    return {
        row["month"] or "": tuple(_value(row[name]) for name in ("usd_amount", "net_usd_amount"))
        for row in data["dollars"]
    }


def _found_dollars(cells: list[figures.Cell]) -> dict[Any, Any]:
    """By month and of the whole, each rounded once; nothing where a part is not known."""
    sums: dict[str, list[Decimal | None]] = {}
    for cell in cells:
        for key in (f"{cell.month}", ""):
            of_key = sums.setdefault(key, [Decimal(0), Decimal(0)])
            for place, usd in enumerate((cell.usd, cell.net_usd)):
                known = of_key[place]
                of_key[place] = None if known is None or usd is None else known + usd
    return {
        key: tuple(None if usd is None else usd.quantize(CENT, ROUND_HALF_UP) for usd in each)
        for key, each in sums.items()
    }


def _dollars_of_rates(run: ReportRun) -> str:
    """Of what the dollar's rates are among those of the report."""
    return "" if run.definition in SUMMED else rates.SOLD if run.definition in VERSIONS else rates.ALL


def _measured_usd(data: Figures, measure: str) -> dict[Any, Any]:
    return {
        (dt.date.fromisoformat(row["month"]), row["currency"], "in USD"): _told(_value(row["usd_amount"]))
        for row in data["measures"]
        if row["measure"] == measure and row["currency"]
    }


def _found_usd(question: Question, cells: list[figures.Cell], *, before: bool) -> dict[str, dict[Any, Any]]:
    """Each measure's dollars by month and currency, rounded once."""
    orders: dict[tuple[dt.date, str], Decimal | None] = {}
    for cell in cells:
        known, usd = orders.get((cell.month, cell.currency), Decimal(0)), cell.usd if before else cell.net_usd
        orders[cell.month, cell.currency] = None if known is None or usd is None else known + usd
    found = {
        "orders": orders,
        "payouts": amounts.payouts_in_dollars(question),
        "declared": amounts.monthly_in_dollars(amounts.DECLARED, question),
        "customs": amounts.monthly_in_dollars(amounts.CUSTOMS, question),
    }
    return {
        measure: {
            (*key, "in USD"): _told(None if usd is None else usd.quantize(CENT, ROUND_HALF_UP))
            for key, usd in sums.items()
        }
        for measure, sums in found.items()
    }


def _told(usd: Decimal | None) -> Decimal | str:
    """What is not known is not nought."""
    return "not known" if usd is None else usd


def _grades(data: Figures) -> dict[Any, Any]:
    rows = (row for row in data["grades"] if row["lines"])
    return {row["uploader"]: (row["lines"], Decimal(row["krw_amount"])) for row in rows}


def _found_grades(cells: list[figures.Cell]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for cell in cells:
        lines, krw = found.get(cell.grade, (0, Decimal(0)))
        found[cell.grade] = (lines + cell.lines, krw + cell.krw)
    return found


def _found_orders(cells: list[figures.Cell], *, before: bool) -> dict[Any, Any]:
    return {
        key: (gross, krw) if before else (gross + refund, net_krw)
        for key, (gross, refund, krw, net_krw, _units) in _summed(cells, "month", "currency").items()
    }


def _sources(data: Figures) -> dict[Any, Any]:
    names = ("file_name", "sha256", "profile", "uploader", "lines")
    return {row["batch"]: tuple(row[name] for name in names) for row in data["sources"]}


def _companies(data: Figures) -> dict[Any, Any]:
    return {
        (row["business_number"].replace("-", ""), row["sales"]["currency"]): (
            *_sales(row["sales"]),
            Decimal(row["month_krw_amount"]),
        )
        for row in data["by_company"]
        if row["sales"]["orders"]
    }


def _found_companies(question: Question, run: ReportRun, cells: list[figures.Cell]) -> dict[Any, Any]:
    counts = figures.order_counts(question, "company", "currency")
    numbers = dict(Company.objects.values_list("pk", "business_number"))
    of_month = _summed([cell for cell in cells if cell.month == run.period], "company", "currency")
    return {
        (numbers[company], currency): (
            *values,
            counts.get((company, currency), 0),
            of_month.get((company, currency), [0, 0, 0])[2],
        )
        for (company, currency), values in _summed(cells, "company", "currency").items()
    }


def _adjustments(data: Figures) -> dict[Any, Any]:
    """What the months hold for closed ones; reports of earlier definitions do not say it."""
    return {
        (dt.date.fromisoformat(row["month"]), dt.date.fromisoformat(row["concerns"]), row["currency"]): tuple(
            Decimal(row[name]) for name in ("gross_amount", "krw_amount", "net_krw_amount")
        )
        for row in data.get("adjustments", ())
    }


def _of_which(data: Figures) -> dict[Any, Any]:
    """Own purchases and program money."""
    return {
        (dt.date.fromisoformat(row["month"]), row["currency"]): tuple(
            Decimal(row[name])
            for name in (
                "own_amount", "own_krw_amount", "own_orders", "later_krw_amount", "program_amount", "program_krw_amount",
            )
        )
        for row in data["of_which"]
    }  # fmt: skip


def _totals(data: Figures) -> dict[Any, Any]:
    """The totals of the covered days, and of the target what was reached in its own days."""
    totals, target = data["totals"], data["sales_target"]
    return {
        "krw": Decimal(totals["krw_amount"]),
        "net_krw": Decimal(totals["net_krw_amount"]),
        "lines": totals["lines"],
        "units": totals["units"],
        "orders": totals["orders"],
        "achieved": Decimal(target["achieved_krw_amount"]),
        "before refunds": Decimal(target["gross_krw_amount"]),
        "after refunds": Decimal(target["net_krw_amount"]),
    }


def _found_totals(
    question: Question, cells: list[figures.Cell], target: Figures, *, before: bool, is_summed: bool
) -> dict[Any, Any]:
    days = (dt.date.fromisoformat(target["from_on"]), dt.date.fromisoformat(target["to_on"]))
    of_target = figures.cells(
        replace(
            question,
            from_on=max(days[0], question.from_on),
            until_on=min(days[1], question.until_on),
        )
    )
    reached_krw = sum((cell.krw for cell in of_target), Decimal(0))
    reached_net = sum((cell.net_krw for cell in of_target), Decimal(0))
    krw = sum((cell.krw for cell in cells), Decimal(0))
    net = sum((cell.net_krw for cell in cells), Decimal(0))
    return {
        "krw": krw,
        "net_krw": net,
        "lines": sum(cell.lines for cell in cells),
        "units": sum(cell.units for cell in cells),
        "orders": sum(figures.order_counts(question, "month", "currency").values())
        if is_summed
        else figures.order_count(question),
        "achieved": reached_krw if before else reached_net,
        "before refunds": reached_krw,
        "after refunds": reached_net,
    }


def _tax_unknown(data: Figures, question: Question, *, before: bool) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """What a report says of stores whose tax is not known, and what the lines say: the stores, and all their won."""
    stated = [part for part in data["provisional"] if part["reason"] == ProvisionalReason.TAX_UNKNOWN]
    found = figures.tax_unknown(question)
    won = sum((each[0 if before else 1] for each in found.values()), Decimal(0))
    return (
        {", ".join(part["stores"]): Decimal(part["krw_amount"]) for part in stated},
        {", ".join(sorted(found)): won} if found else {},
    )


def _components(data: Figures) -> dict[Any, Any]:
    rows = [*data["components"], {"code": "", **data["components_total"]}]
    names = ("budget_krw_amount", "planned_krw_amount", "actual_krw_amount")
    return {
        row["code"]: (*(_value(row[name]) for name in names if name in row), row["companies"]) for row in rows
    }
