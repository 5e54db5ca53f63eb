"""Stated facts as rows of the register, and what of random facts the register takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

from companies.models import (
    Ban,
    Company,
    CompanyIndustry,
    CompanySize,
    FinancialMark,
    Place,
    Product,
    StatusCheck,
    Support,
    SupportDeclaration,
    YearlyFigure,
)
from ground.models import Industry, Province
from programs.domain.criteria import given as facts
from programs.domain.criteria.given import Facts
from tests.factories import people, register


def put_down(company: Company, each: Facts, closing: dt.date, serial: int) -> None:
    """The facts as rows of the register, in the order in which they are stated."""
    keys = (UUID(int=(serial << 32) + each) for each in range(1, 1000))
    Company.objects.filter(pk=company.pk).update(opened_on=each.opened_on)
    for place in each.places:
        province = Province.objects.get_or_create(
            code=place.province, defaults={"name_ko": "시도", "name_en": place.province, "short_ko": "도"}
        )[0]
        Place.objects.create(
            pk=next(keys), company=company, kind=place.kind, province=province, address=place.address,
            from_on=place.from_on, until_on=place.until_on,
        )  # fmt: skip
    for paper in each.papers:
        register.certificate(
            company, paper.kind, state=paper.state, id=next(keys), number=paper.name, issued_on=paper.issued_on,
            valid_from=paper.valid_from, valid_until=paper.valid_until,
        )  # fmt: skip
    if each.status is not None:
        at = dt.datetime.combine(each.status.checked_on, dt.time(14, 59), dt.UTC)
        silence, status = "not_checked", each.status.status
        before = (
            silence if status == silence else "closed"
        )  # silence counts only where nothing was ever answered
        for said, hours in ((before, -1), (status, 0), *([] if status == silence else [(silence, 1)])):
            StatusCheck.objects.create(
                company=company, status=said, checked_at=at + dt.timedelta(hours=hours)
            )
    for ban in each.bans or ():
        for agency in (people.agency("SBA"), people.agency("BBA")):
            Ban.objects.create(
                agency=agency, company=company, from_on=ban.from_on, until_on=ban.until_on, reason="x",
                decided_by=people.officer(), lifted_at=None if agency.code == "SBA" else closing_instant(closing),
            )  # fmt: skip
    for row in each.figures:
        YearlyFigure.objects.create(
            company=company, year=row.year, sales_amount=row.sales, export_amount=row.exports, employees=row.employees,
            source=row.source, is_estimated=row.is_estimated,
        )  # fmt: skip
    for industry in each.industries:
        known = Industry.objects.get_or_create(
            id=f"{industry.revision}:{industry.code}",
            defaults={"revision": industry.revision, "code": industry.code, "name_ko": industry.code},
        )[0]
        CompanyIndustry.objects.create(company=company, industry=known, is_main=industry.is_main)
    for size in each.sizes:
        paper = None
        if size.name:
            paper = register.certificate(
                company, "OTHER", state=size.state, id=next(keys), number=size.name[6:]
            )
        CompanySize.objects.create(
            pk=next(keys), company=company, size=size.size, on=size.stated_on, certificate=paper,
            valid_from=size.valid_from, valid_until=size.valid_until,
        )  # fmt: skip
    officer = people.officer()
    for mark in each.marks:
        FinancialMark.objects.create(
            pk=next(keys), company=company, kind=mark.mark, is_found=mark.is_found, on=mark.stated_on,
            until_on=mark.until_on, agency=people.agency("SBA") if mark.is_recorded else None, document=mark.document,
            file_id=mark.file_id, cure=mark.cure, cured_on=mark.cured_on, cure_document=mark.cure_document,
            cure_file_id=mark.cure_file_id, recorded_by=officer,
        )  # fmt: skip
    for support in each.supports:
        for agency in ("SBA", "BBA") if support.source == "list" else (None,):
            Support.objects.create(
                agency=agency and people.agency(agency), business_number=company.business_number, body=support.body,
                program=support.program, item=support.item, amount=support.amount, money=support.money,
                granted_on=support.granted_on, document=support.document,
            )  # fmt: skip
    for cover in each.covers:
        SupportDeclaration.objects.create(company=company, from_on=cover.from_on, until_on=cover.until_on)
    for product in each.products:
        Product.objects.create(
            company=company,
            code=product.code,
            name_ko="상품",
            category=product.category,
            hs_code=product.hs_code,
        )


def closing_instant(closing: dt.date) -> dt.datetime:
    return dt.datetime.combine(closing, dt.time(15), dt.UTC)


def storable(each: Facts, file: UUID) -> Facts:
    """The same without what the register refuses: two head offices at once, the same class, code, mark or support twice,
    look-ups without a file, what former companies had. Own participations and lists are not among the facts of one company."""
    offices = [place for place in each.places if place.kind == "head_office"][:1]
    classes = {(row.revision, row.code): row for row in each.industries}.values()
    mains = [row for row in classes if row.is_main][:1]
    return Facts(
        each.opened_on,
        [
            facts.PlaceFact(
                place.kind,
                place.province,
                f"시도 {place.province}",
                place.address,
                place.from_on,
                place.until_on,
            )
            for place in [*offices, *(place for place in each.places if place.kind != "head_office")]
        ],
        [
            facts.PaperFact(
                it.kind, it.state, it.name[:60], it.valid_from, it.valid_until, None, it.issued_on
            )
            for it in each.papers
        ],
        each.status,
        [replace(it, former="") for it in each.bans or ()],
        each.figures,
        [*mains, *(row for row in classes if not row.is_main)],
        list(
            {
                row.code: facts.ProductFact(row.code, row.category or "", row.hs_code or "")
                for row in each.products
                if len(row.code) < 60
            }.values()
        ),
        sizes=[
            replace(it, name=it.name and f"OTHER s{serial}", file_id=None)
            for serial, it in enumerate(each.sizes)
        ],
        marks=list({(it.mark, it.is_recorded, it.stated_on): _mark(it, file) for it in each.marks}.values()),
        supports=list(
            {
                (it.source, it.body, it.program, it.item, it.granted_on): it
                for it in each.supports
                if it.source != "own"
            }.values()
        ),
        covers=[replace(it, body="") for it in each.covers],
    )


def _mark(it: facts.MarkFact, file: UUID) -> facts.MarkFact:
    """What the agency records has its documents; what cures nothing is not recorded as a cure."""
    is_cured = bool(it.cure) and it.mark != "fin_disorder"
    return replace(
        it,
        file_id=file if it.is_recorded else None,
        cure=it.cure if is_cured else "",
        cured_on=it.cured_on if is_cured else None,
        cure_document=it.cure_document if is_cured else "",
        cure_file_id=file if is_cured else None,
    )
