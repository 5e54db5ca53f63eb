"""A made-up register by COPY: companies with places, figures, certificates, industries, products, and an application each."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import NOT_PROVIDED, Model

from companies.models import (
    Ban,
    Certificate,
    CertificateJudgment,
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
from companies.numbers import check_digit
from ground.models import Industry, Province, StoredFile
from programs.models import Answer, Application, Call, Criterion, Question
from tests.factories import intake, people, programs

DAY = dt.date(2025, 5, 30)
PROVINCES = ["11", "26", "41", "28", "30", "48"]
INDUSTRIES = ["C10", "C20", "C26", "G46", "G47", "I56", "J58", "M70"]


def a_call() -> Call:
    """A call with twelve criteria that count, and one of each kind, some as members of groups."""
    for code in PROVINCES:
        Province.objects.get_or_create(code=code, defaults={"name_ko": f"시도 {code}", "short_ko": code})
    for code in INDUSTRIES:
        Industry.objects.get_or_create(
            id=f"11:{code}", defaults={"revision": 11, "code": code, "name_ko": f"업종 {code}"}
        )
    call = programs.call(evaluation_on=DAY + dt.timedelta(days=12))
    intake.question(call, "sells", "yes_no")
    rules: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("seoul", "province", {"provinces": ["11", "41", "28"]}, {}),
        ("sme", "certificate", {"kind": "SME_CERT"}, {"later_as_of": "agreement"}),
        ("open", "status", {}, {}),
        ("tax", "tax", {}, {"as_of": "cure"}),
        ("clean", "all", {}, {}),
        ("bars", "industry", {"exclude": ["I56", "R"]}, {}),
        ("age", "age", {"min": 1, "max": 30}, {}),
        ("exports", "exports", {"max": 5_000_000}, {}),
        ("goods", "product", {"hs": ["33", "19"], "categories": ["food"]}, {}),
        ("form", "answer", {"question": "sells", "equals": True}, {}),
        ("small", "any", {}, {}),
        ("trader", "not", {}, {}),
    ]
    made = {
        code: Criterion.objects.create(
            call=call, code=code, kind=kind, values=values, name_ko=code, position=position, **more
        )
        for position, (code, kind, values, more) in enumerate(rules)
    }
    for code, kind, values, group in (
        ("sales", "sales", {"max": 10_000_000_000}, "small"),
        ("heads", "employees", {"max": 50}, "small"),
        ("size", "size", {"sizes": ["micro", "small"]}, "small"),
        ("ban", "not_banned", {}, "clean"),
        ("marks", "marks", {"marks": ["credit_bad", "insolvency"], "days": 90}, "clean"),
        ("support", "support", {"years": 2, "items": ["publicity", "design"], "most_times": 2}, "clean"),
        ("trade", "industry", {"include": ["G46"], "main_only": True}, "trader"),
    ):
        Criterion.objects.create(
            call=call, code=code, kind=kind, values=values, name_ko=code, position=99, group=made[group]
        )
    return call


def fill(call: Call, count: int) -> None:
    """Rows by COPY, without the history of their making; then the planner's statistics."""
    officer = people.officer()
    paper = StoredFile.objects.create(
        kind="document", name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64, path="bench"
    )
    keys = [UUID(int=(7 << 76) | (2 << 62) | (serial << 80)) for serial in range(1, count + 1)]
    _copy(Company, ("id", "business_number", "name_ko", "opened_on", "is_made_up"), _companies(keys))
    for model, columns, rows in (
        (Place, ("company_id", "kind", "province_id", "address", "from_on"), _places(keys)),
        (StatusCheck, ("company_id", "status", "checked_at"), _statuses(keys)),
        (YearlyFigure, ("company_id", "year", "sales_amount", "export_amount", "employees", "source", "is_estimated"), _figures(keys)),
        (CompanyIndustry, ("company_id", "industry_id", "is_main"), _industries(keys)),
        (Product, ("company_id", "code", "name_ko", "category", "hs_code"), _products(keys)),
        (CompanySize, ("company_id", "size", "on"), _sizes(keys)),
        (
            FinancialMark,
            ("company_id", "agency_id", "kind", "is_found", "on", "document", "file_id", "recorded_by_id"),
            _marks(keys, call, paper.pk, officer.pk),
        ),
        (SupportDeclaration, ("company_id", "from_on", "until_on"), _declarations(keys)),
        (
            Support,
            ("agency_id", "business_number", "body", "program", "item", "amount", "money", "granted_on"),
            _supports(keys, call),
        ),
        (Ban, ("company_id", "agency_id", "from_on", "until_on", "reason", "decided_by_id"), _bans(keys, call, officer.pk)),
    ):  # fmt: skip
        _copy(model, columns, rows)
    certificates = list(_certificates(keys))
    _copy(
        Certificate,
        ("id", "company_id", "kind", "number", "valid_from", "valid_until"),
        (row[:6] for row in certificates),
    )
    _copy(
        CertificateJudgment, ("certificate_id", "agency_id", "state", "by_id", "at", "reason"),
        ((row[0], call.agency_id, row[6], officer.pk, call.opens_at, "x") for row in certificates if row[6]),
    )  # fmt: skip
    del certificates
    applications = [(uuid4(), key) for key in keys]
    _copy(
        Application, ("id", "company_id", "call_id", "agency_id", "status", "form_key"),
        ((key, company, call.pk, call.agency_id, "submitted", uuid4()) for key, company in applications),
    )  # fmt: skip
    question = Question.objects.get(call=call, code="sells").pk
    some = random.Random(8)
    _copy(
        Answer, ("application_id", "question_id", "call_id", "is_yes"),
        ((key, question, call.pk, some.random() < 0.9) for key, _company in applications),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def change(call: Call, count: int, *, seed: int) -> None:
    """Facts of so many companies change, each in a transaction of its own: figures, places, a status, a ban."""
    some, officer = random.Random(seed), people.officer()
    keys = some.sample(list(Company.objects.order_by("pk").values_list("pk", flat=True)), count)
    for serial, key in enumerate(keys):
        if serial % 4 == 0:
            Place.objects.filter(company=key).update(province=some.choice(PROVINCES))
        elif serial % 4 == 1:
            StatusCheck.objects.create(company_id=key, status="closed", checked_at=call.opens_at)
        elif serial % 4 == 2:
            Ban.objects.create(
                company_id=key,
                agency_id=call.agency_id,
                from_on=DAY,
                until_on=DAY,
                reason="x",
                decided_by=officer,
            )
        else:
            YearlyFigure.objects.filter(company=key).update(export_amount=some.randrange(9_000_000))


def _copy(model: type[Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """The rows with these columns; what else the table needs takes its model's default."""
    rest = [
        field
        for field in model._meta.concrete_fields
        if field.column not in columns and not field.null and field.db_default is NOT_PROVIDED
    ]
    has_key = "id" in columns
    names = [*columns, *(field.column for field in rest if not (has_key and field.primary_key))]
    plain = [field for field in rest if not field.primary_key]
    defaults = [
        value if not isinstance(value, list) else "[]" for value in (field.get_default() for field in plain)
    ]
    with connection.cursor() as cursor:
        if not has_key:
            names = [*columns, "id", *(field.column for field in plain)]
        listed = ", ".join(f'"{name}"' for name in names)
        table = model._meta.db_table
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        with cursor.cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as stream:
            for row in rows:
                stream.write_row([*row, *([] if has_key else [uuid4()]), *defaults])
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _number(serial: int) -> str:
    nine = f"{100 + serial // 10000:03d}00{serial % 10000:04d}"
    return f"{nine}{check_digit(nine)}"


def _companies(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(1)
    for serial, key in enumerate(keys):
        opened = None if some.random() < 0.02 else DAY - dt.timedelta(days=some.randrange(100, 14_000))
        yield key, _number(serial), f"나루기업 {serial}", opened, True


def _places(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(2)
    for key in keys:
        yield key, "head_office", some.choice(PROVINCES), "가상로 1", dt.date(2015, 1, 1)
        if some.random() < 0.3:
            yield key, "factory", some.choice(PROVINCES), "가상로 2", dt.date(2018, 1, 1)


def _statuses(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(3)
    for key in keys:
        status = "active" if some.random() < 0.95 else some.choice(["closed", "suspended", "not_checked"])
        yield key, status, dt.datetime(2025, 5, 1, some.randrange(24), tzinfo=dt.UTC)
        if some.random() < 0.3:
            yield key, "active", dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def _figures(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(4)
    for key in keys:
        for year in (2022, 2023, 2024):
            exports = None if some.random() < 0.05 else f"{some.randrange(0, 9_000_000)}.50"
            yield (
                key,
                year,
                some.randrange(10**8, 2 * 10**10),
                exports,
                some.randrange(1, 120),
                "statement",
                year == 2024,
            )


def _industries(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(5)
    for key in keys:
        for serial, code in enumerate(some.sample(INDUSTRIES, some.choice([1, 1, 2]))):
            yield key, f"11:{code}", serial == 0


def _products(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(6)
    for key in keys:
        for serial in range(some.choice([0, 1, 2, 3])):
            yield (
                key,
                f"P-{serial}",
                "상품",
                some.choice(["food", "beauty", ""]),
                some.choice(["330499", "190590", "8471"]),
            )


def _bans(keys: list[UUID], call: Call, officer: Any) -> Iterator[tuple[Any, ...]]:
    some = random.Random(7)
    for key in keys:
        if some.random() < 0.05:
            yield (
                key,
                call.agency_id,
                dt.date(2024, 1, 1),
                DAY + dt.timedelta(days=some.randrange(-90, 90)),
                "x",
                officer,
            )


def _sizes(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(10)
    for key in keys:
        if some.random() < 0.5:
            yield key, some.choice(["micro", "small", "medium"]), dt.date(2025, 1, 1)


def _marks(keys: list[UUID], call: Call, paper: UUID, officer: Any) -> Iterator[tuple[Any, ...]]:
    some = random.Random(11)
    for key in keys:
        for mark in ("credit_bad", "insolvency"):
            if some.random() < 0.95:
                on = DAY - dt.timedelta(days=some.randrange(100))
                yield key, call.agency_id, mark, some.random() < 0.02, on, "조회", paper, officer


def _declarations(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(12)
    for key in keys:
        if some.random() < 0.9:
            yield key, dt.date(2022, 1, 1), dt.date(2025, 12, 31)


def _supports(keys: list[UUID], call: Call) -> Iterator[tuple[Any, ...]]:
    some = random.Random(13)
    for serial, _key in enumerate(keys):
        for each in range(some.choice([0, 0, 0, 1, 2])):
            yield (
                some.choice([call.agency_id, None]), _number(serial), "KOTRA", f"수출바우처 {each}",
                some.choice(["publicity", "design", "video"]), some.randrange(10**6, 10**8),
                some.choice(["national", "national", "local"]), DAY - dt.timedelta(days=some.randrange(1000)),
            )  # fmt: skip


def _certificates(keys: list[UUID]) -> Iterator[tuple[Any, ...]]:
    some = random.Random(9)
    for key in keys:
        for kind in ("SME_CERT", "TAX_NAT", "TAX_LOC"):
            if some.random() < 0.9:
                state = some.choices(["accepted", "", "refused"], [80, 18, 2])[0]
                last = DAY + dt.timedelta(days=300 if some.random() < 0.97 else some.randrange(-20, 40))
                yield uuid4(), key, kind, f"제{some.randrange(10**6)}호", dt.date(2025, 1, 1), last, state
