"""Calls with questions, documents and criteria, and applications that can be submitted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from companies.models import Company, ConsentText
from ground.errors import RuleBroken
from programs.domain import intake, intake_documents, intake_drafts
from programs.domain.intake_drafts import AMOUNTS, AnswerValue, Contact
from programs.models import Application, Call, Criterion, Question, RequiredDocument, Submission
from programs.queries.reading import Reading
from tests.factories import people, programs, register
from tests.factories.passing import passed

SEOUL = programs.SEOUL
DURING = dt.datetime(2025, 5, 20, 10, tzinfo=SEOUL)
CLOSES = dt.datetime(2025, 5, 30, 18, tzinfo=SEOUL)
AFTER = dt.datetime(2025, 6, 2, 10, tzinfo=SEOUL)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def question(of: Call, code: str = "plan", kind: str = "long", **fields: Any) -> Question:
    return Question.objects.get_or_create(
        call=of,
        code=code,
        defaults={"kind": kind, "label_ko": f"질문 {code}", "label_en": f"Question {code}", **fields},
    )[0]


def document(of: Call, code: str = "biz-reg", **fields: Any) -> RequiredDocument:
    return RequiredDocument.objects.get_or_create(
        call=of, code=code, defaults={"name_ko": f"서류 {code}", "name_en": f"Document {code}", **fields}
    )[0]


def question_of(call: Call, code: str) -> Question:
    return Question.objects.get(call=call, code=code)


def criterion(of: Call, code: str, kind: str, **fields: Any) -> Criterion:
    defaults: dict[str, Any] = {"name_ko": f"요건 {code}", "name_en": f"Criterion {code}", "kind": kind}
    if kind == "province":
        defaults["values"] = {"provinces": ["11"], "places": ["head_office"]}
        register.province("11")
    if kind == "certificate":
        defaults["values"] = {"kind": "SME_CERT"}
    return Criterion.objects.get_or_create(call=of, code=code, defaults={**defaults, **fields})[0]


def consent_text(code: str = "collect", kind: str = "required", agency_code: str = "SBA") -> ConsentText:
    return ConsentText.objects.get_or_create(
        agency=people.agency(agency_code),
        code=code,
        version=1,
        defaults={
            "kind": kind,
            "title_ko": f"동의 {code}",
            "title_en": f"Consent {code}",
            "body_ko": "수집합니다.",
            "items_ko": "이름, 연락처",
            "months": 36,
            "from_on": dt.date(2025, 1, 1),
        },
    )[0]


def whole_call(code: str = "", agency_code: str = "SBA", **fields: Any) -> Call:
    """A call with one question, one document, one criterion and one consent."""
    of = programs.program(f"{agency_code}-MELI-CL-2025", agency_code)
    made = programs.call(of, code, **fields)
    question(made)
    document(made)
    criterion(made, "seoul", "province")
    consent_text(agency_code=agency_code)
    return made


def pdf(name: str = "사업자등록증.pdf", body: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type="application/pdf")


BASELINE: dict[str, Any] = {
    **{name: Decimal(1000) for name in AMOUNTS},
    "country_last_amount": Decimal(0),
    "country_before_amount": None,
    "is_first_export": False,
    "may_ask_again": True,
}


def begun(of: Call | None = None, company: Company | None = None, by: User | None = None) -> Application:
    of = of or whole_call()
    company = company or register.company()
    return intake.start(of, company, by=by or register.member(company), form_key=uuid4())


def filled(of: Call | None = None, company: Company | None = None, by: User | None = None) -> Application:
    """A draft in which nothing is missing."""
    of = of or whole_call()
    company = company or register.company()
    by = by or register.member(company)
    made = begun(of, company, by)
    intake_drafts.save_baseline(made, BASELINE, by=by)
    intake_drafts.save_answers(
        made,
        {each.pk: AnswerValue(text="칠레에서 팝니다.") for each in of.questions.filter(kind="long")},
        by=by,
    )
    days = intake_documents.Days(valid_from=dt.date(2025, 5, 1), valid_until=dt.date(2025, 12, 31))
    for each in of.requireddocuments.filter(stage="application", is_required=True):
        document = intake_documents.hand_in(
            made, each, pdf(), days=days if each.has_validity else None, by=by
        )
        passed(document.file)
    intake_drafts.save_contact(
        made,
        Contact("나들목", "person@firm.example", "02-123-4567"),
        consents=[each.pk for each in Reading(made).consent_texts],
        by=by,
    )
    return Application.objects.select_related("call").get(pk=made.pk)


def submitted(of: Call | None = None, company: Company | None = None, by: User | None = None) -> Submission:
    made = filled(of, company, by)
    return intake.submit(made, by=by or register.member(made.company), form_key=uuid4())


def refused(code: str) -> Any:
    """`with refused("closed"):` the verb says no with this code."""
    return pytest.raises(RuleBroken, match=rf"^{code}:")
