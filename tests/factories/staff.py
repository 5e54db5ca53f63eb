"""Calls in screening and evaluation: criteria, applicants who answer them in different ways, evaluators, scores."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile

from accounts.domain import approvals
from accounts.models import Approval, User
from companies.models import Company
from ground import clock, files
from ground.models import StoredFile
from programs.models import (
    Application,
    Call,
    Conflict,
    Criterion,
    Evaluator,
    Paper,
    Participation,
    Program,
    ProviderContract,
    Question,
    RequiredDocument,
    Score,
    ScoreItem,
    Screened,
    Screening,
    Submission,
)
from programs.queries import takings
from programs.queries.takings import Result
from tests.factories import people, programs, register
from tests.factories.passing import passed

SEOUL = ZoneInfo("Asia/Seoul")
AFTER_CLOSING = dt.datetime(2025, 6, 2, 10, tzinfo=SEOUL)
PDF = b"%PDF-1.4 made up"


def criteria(call: Call) -> dict[str, Criterion]:
    """Located in Seoul, an SME confirmation (again on the agreement day), in business, not banned."""
    wanted: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("seoul", "province", {"provinces": ["11"]}, {}),
        ("sme", "certificate", {"kind": "SME_CERT"}, {"later_as_of": "agreement"}),
        ("status", "status", {}, {}),
        ("ban", "not_banned", {}, {}),
    ]
    return {
        code: Criterion.objects.get_or_create(
            call=call,
            code=code,
            defaults={
                "kind": kind,
                "values": values,
                "position": position,
                "name_ko": f"요건 {code}",
                **more,
            },
        )[0]
        for position, (code, kind, values, more) in enumerate(wanted)
    }


def call(**fields: Any) -> Call:
    """A published call with its criteria; it closes on 30 May 2025, 18:00 Seoul."""
    made = programs.call(**fields)
    criteria(made)
    return made


def applicant(
    of: Call, serial: int = 1, *, is_fine: bool = True, status: str = "submitted", **fields: Any
) -> Application:
    """A company that handed in an application; a fine one meets all criteria once it is screened."""
    company = register.company(serial, province_code="11" if is_fine else "26")
    if not company.certificates.exists():
        register.certificate(company, agency_code=of.agency.code)
    if not company.status_checks.exists():
        register.status(company)
    register.member(company)
    register.seen_by(company, of.agency.code)
    at = dt.datetime(2025, 5, 20, 9, serial % 60, tzinfo=SEOUL)
    made = programs.application(
        of,
        company,
        **{"status": status, "receipt": f"{of.code}-{serial:04d}", "submitted_at": at,
           "contact_name": "나담당", "contact_email": f"contact{serial}@firm.example",
           "contact_phone": "02-000-0000", **fields},
    )  # fmt: skip
    Submission.objects.create(
        application=made,
        form_key=made.form_key,
        receipt=made.receipt,
        submitted_at=made.submitted_at or at,
        submitted_by=register.member(company),
        content={},
        content_sha256="0" * 64,
    )
    return made


def result(application: Application, code: str) -> Result:
    """The last answer of the application to the criterion with that code."""
    found = takings.of_criterion(application, application.call.criterions.get(code=code).pk)
    assert found is not None
    return found


def answer(application: Application, code: str, outcome: int, reason: str) -> None:
    """Keep this answer (0 not met, 1 look, 2 met) to one criterion as if the criteria had been taken."""
    criterion = application.call.criterions.get(code=code)
    taken = Screening.objects.create(
        agency=application.agency, call=application.call, occasion="screening", taken_at=clock.now(),
        criteria=[criterion.pk], versions=[criterion.version],
    )  # fmt: skip
    Screened.objects.create(
        screening=taken, application=application, outcomes=[outcome], reasons=[reason], seen=[""], evidence=[""],
        days=[dt.date(2025, 5, 30)],
    )  # fmt: skip


def form(of: Call) -> tuple[Question, RequiredDocument]:
    """One question and one document of the call."""
    question = Question.objects.get_or_create(
        call=of, code="plan", defaults={"kind": "long", "label_ko": "진출 계획", "label_en": "Your plan"}
    )[0]
    document = RequiredDocument.objects.get_or_create(
        call=of, code="catalog", defaults={"name_ko": "상품 소개서", "name_en": "Catalog"}
    )[0]
    return question, document


def stored(name: str = "증빙.pdf", kind: str = "evidence") -> StoredFile:
    return passed(files.keep(ContentFile(PDF, name=name), kind=kind))


def items(of: Call) -> list[ScoreItem]:
    """Product 60 (decides ties), plan 40."""
    made = []
    for position, (code, maximum, decides) in enumerate([("product", 60, True), ("plan", 40, False)]):
        made.append(
            ScoreItem.objects.get_or_create(
                call=of,
                code=code,
                defaults={"name_ko": f"항목 {code}", "name_en": f"Item {code}", "maximum_points": maximum,
                          "is_tie_breaker": decides, "position": position},
            )[0]
        )  # fmt: skip
    return made


def evaluator(of: Call, name: str = "a") -> Evaluator:
    user = people.user(f"evaluator-{name}@expert.example", name=f"평가위원 {name}")
    return Evaluator.objects.get_or_create(call=of, user=user, defaults={"agency": of.agency})[0]


def declared(post: Evaluator, application: Application, *, has_conflict: bool = False) -> Conflict:
    return Conflict.objects.update_or_create(
        evaluator=post,
        application=application,
        defaults={"call": post.call, "has_conflict": has_conflict, "reason": "친척" if has_conflict else "",
                  "declared_at": AFTER_CLOSING},
    )[0]  # fmt: skip


def scored(post: Evaluator, application: Application, product: str, plan: str) -> None:
    """A full sheet of an evaluator who declared no conflict."""
    declared(post, application)
    for item, points in zip(items(post.call), (product, plan), strict=True):
        Score.objects.update_or_create(
            evaluator=post, application=application, item=item,
            defaults={"call": post.call, "points": Decimal(points)},
        )  # fmt: skip


def ready(
    quota: int = 2, reserve_count: int = 1, count: int = 4, code: str = "", **fields: Any
) -> tuple[Call, list[Application]]:
    """A closed call with `count` eligible applications, each scored by two evaluators: 90, 80, 70, … points."""
    of = call(code=code, quota=quota, reserve_count=reserve_count, **fields)
    applications = [applicant(of, serial, status="eligible") for serial in range(1, count + 1)]
    posts = [evaluator(of, name) for name in ("a", "b")]
    Conflict.objects.bulk_create(
        Conflict(call=of, evaluator=post, application=each, has_conflict=False, declared_at=AFTER_CLOSING)
        for post in posts
        for each in applications
    )
    Score.objects.bulk_create(
        Score(call=of, evaluator=post, application=each, item=item, points=Decimal(first - step * number))
        for item, first, step in zip(items(of), (54, 36), (6, 4), strict=True)
        for post in posts
        for number, each in enumerate(applications)
    )
    return of, applications


def manager(agency_code: str = "SBA", name: str = "") -> User:
    return people.officer("manager", agency_code, email=f"manager{name}@{agency_code.lower()}.example")


def agreed(of: Call, digest: str = "") -> Approval:
    """A second manager agreed to the ranking of the call as it stands."""
    from programs.domain import selection

    question = selection.ask_sealing(of, reason="평가위원회 결과", by=manager(of.agency.code))
    return approvals.answer(question, by=manager(of.agency.code, "2"), grant=True)


def sealed(**fields: Any) -> tuple[Call, list[Application]]:
    from programs.domain import selection

    of, applications = ready(**fields)
    agreed(of)
    selection.decide(of, by=manager(of.agency.code), paper=paper(of.program))
    of.refresh_from_db()
    return of, applications


def paper(of: Program, number: str = "", **fields: Any) -> Paper:
    """A decision on paper of the program, with its file."""
    number = number or f"결재-{Paper.objects.count() + 1}"
    return Paper.objects.create(
        **{"agency": of.agency, "program": of, "kind": "selection", "number": number, "title_ko": "선정",
           "decided_on": dt.date(2025, 6, 2), "file": stored(f"{number}.pdf", "paper"), **fields}
    )  # fmt: skip


def released(**fields: Any) -> tuple[Call, list[Application]]:
    from programs.domain import selection

    of, applications = sealed(**fields)
    selection.release(of, by=manager(of.agency.code))
    of.refresh_from_db()
    for each in applications:
        each.refresh_from_db()
    return of, applications


def contract(of: Any, name: str = "강물물류", **fields: Any) -> ProviderContract:
    return ProviderContract.objects.create(
        **{"agency": of.agency, "program": of, "organization": people.organization("provider", name),
           "number": f"C-{name}", "from_on": dt.date(2025, 6, 1), "until_on": dt.date(2025, 12, 31),
           "amount": 100_000_000, **fields}
    )  # fmt: skip


def taking_part(
    serial: int = 1, agency_code: str = "SBA", program_code: str = "SBA-MELI-CL-2025"
) -> Participation:
    company: Company = register.company(serial)
    register.member(company)
    return programs.participation(company, programs.program(program_code, agency_code))
