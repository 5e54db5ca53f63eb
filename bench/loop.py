"""The peer: a loop in Python over prefetched objects, as one would write it without SQL; its answers must be the same."""

from __future__ import annotations

import time
from collections import defaultdict

from django.db.models import Prefetch

from companies.models import Certificate, FinancialMark, StatusCheck, Support
from programs.domain.criteria.given import (
    AnswerFact,
    BanFact,
    CoverFact,
    Facts,
    FigureFact,
    IndustryFact,
    MarkFact,
    PaperFact,
    PlaceFact,
    ProductFact,
    SizeFact,
    StatusFact,
    SupportFact,
)
from programs.models import Application, Call
from programs.queries import takings
from tests import oracle


def seconds_for(call: Call, sample: int) -> float:
    """Seconds to load and judge that many applications; raises AssertionError where what is stored says otherwise."""
    criteria = list(call.criterions.order_by("position", "id"))
    days = oracle.days_of(call)
    began = time.perf_counter()
    rows = list(
        Application.objects.filter(call=call)
        .select_related("company")
        .prefetch_related(
            "company__places__province",
            Prefetch("company__certificates", Certificate.objects.judged_by(call.agency_id)),
            "company__figures",
            "company__industries__industry",
            "company__products",
            "company__bans",
            "company__sizes",
            Prefetch("company__marks", FinancialMark.objects.order_by("id")),
            "company__support_declarations",
            Prefetch("company__status_checks", StatusCheck.objects.order_by("-checked_at", "-id")),
            "answers__question",
        )
        .order_by("id")[:sample]
    )
    received: dict[str, list[Support]] = defaultdict(list)
    for each in Support.objects.filter(business_number__in=[row.company.business_number for row in rows]):
        received[each.business_number].append(each)
    found = {
        row.pk: oracle.judge_all(
            criteria,
            facts_of(row, call, received[row.company.business_number]),
            days,
            successors={},
            agency_code=call.agency.code,
        )
        for row in rows
    }
    took = time.perf_counter() - began
    stored = takings.latest(rows)
    for row in rows:
        assert len(stored[row.pk]) == len(criteria)
        for key, result in stored[row.pk].items():
            said = found[row.pk][key]
            assert (result.outcome, result.reason_code, result.value) == (
                said.outcome,
                said.reason_code,
                said.value,
            )
    return took


def facts_of(row: Application, call: Call, received: list[Support]) -> Facts:
    """Nobody of the bench's register has taken part in a program, and no size comes with a certificate."""
    company = row.company
    checks = sorted(company.status_checks.all(), key=lambda each: each.status == "not_checked")
    return Facts(
        company.opened_on,
        [
            PlaceFact(
                place.kind, place.province_id, f"{place.province.name_ko} {place.province.name_en}".strip(),
                place.address, place.from_on, place.until_on,
            )
            for place in company.places.all()
        ],
        [
            PaperFact(
                it.kind, it.state, it.number, it.valid_from, it.valid_until, it.file_id, it.issued_on
            )
            for it in company.certificates.all()
        ],
        StatusFact(checks[0].status, checks[0].checked_at.date()) if checks else None,
        [
            BanFact(ban.from_on, ban.until_on)
            for ban in company.bans.all()
            if ban.agency_id == call.agency_id and ban.lifted_at is None
        ],
        [
            FigureFact(
                it.year, it.sales_amount, it.export_amount, it.employees, it.source, it.is_estimated
            )
            for it in company.figures.all()
        ],
        [IndustryFact(it.industry.code, it.industry.revision, it.is_main) for it in company.industries.all()],
        [ProductFact(it.code, it.category, it.hs_code) for it in company.products.all() if it.disabled_on is None],
        [
            AnswerFact(
                it.question.code, it.text, it.amount if it.number is None else it.number, it.day, it.is_yes, it.codes
            )
            for it in row.answers.all()
        ],
        [SizeFact(it.size, "stated", it.on) for it in company.sizes.all()],
        [
            MarkFact(
                it.kind, it.is_found, it.on, it.until_on, it.agency_id is not None, it.cure, it.cured_on, it.document,
                it.cure_document, it.file_id, it.cure_file_id,
            )
            for it in company.marks.all()
        ],
        [
            SupportFact(
                it.body, it.program, it.item, it.amount, it.money, it.granted_on, it.document,
                "declared" if it.agency_id is None else "list",
            )
            for it in received
            if it.agency_id in {None, call.agency_id}
        ],
        [CoverFact("", it.from_on, it.until_on) for it in company.support_declarations.all()],
    )  # fmt: skip
