"""The receipt as PDF: what was frozen at the instant, in the reader's language, always the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from typing import Any

import pypdf
import pytest
from django.test import Client

from companies.models import Company
from programs.domain import intake
from programs.models import Submission
from tests.factories import intake as made
from tests.factories import people, register
from tests.factories.consents import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> None:
    move_clock(made.DURING)


def handed_in() -> Submission:
    call = made.whole_call()
    made.question(
        call, "unasked", "number", position=7, is_required=False, label_ko="직원 수", label_en="Staff"
    )
    return made.submitted(call)


def printed(submission: Submission, language: str = "ko") -> bytes:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(register.member(submission.application.company, "reader"))
    answer = client.get(f"/receipts/{submission.pk}/receipt.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f"attachment; filename*=UTF-8''{submission.receipt}.pdf"
    return answer.content


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"[\s\u200b]", "", " ".join(page.extract_text() for page in pages))


def squeezed(*parts: str) -> str:
    return re.sub(r"\s", "", "".join(parts))


def test_it_says_who_handed_in_what_and_when():
    submission = handed_in()
    Submission.objects.filter(pk=submission.pk).update(
        submitted_at=dt.datetime(2025, 5, 20, 1, 2, 3, tzinfo=dt.UTC)
    )
    company = submission.application.company
    digest = hashlib.sha256(made.PDF).hexdigest()
    korean, english = text_of(printed(submission)), text_of(printed(submission, "en"))
    for part in (
        squeezed("접수번호", "SBA-MELI-CL-2025-1-0001"),
        squeezed("2025. 5. 20.(화) 10:02:03 (한국시간)"),
        squeezed("참여기업 모집", "공고 SBA-MELI-CL-2025-1"),
        squeezed(company.name_ko, "사업자등록번호", company.pretty_number),
        submission.content_sha256,
        squeezed("기초 실적", "제출함, 직전 연도 2024년"),
        squeezed("1", "질문 plan", "답변함"),
        squeezed("서류 biz-reg", "사업자등록증.pdf", f"{len(made.PDF)}바이트", digest),
    ):
        assert part in korean
    for part in (
        squeezed("20 May 2025 10:02:03 (Seoul time)"),
        "Callforcompanies",
        squeezed("1", "Question plan", "answered"),
        squeezed("Document biz-reg", "사업자등록증.pdf", f"{len(made.PDF)} bytes", digest),
    ):
        assert part in english
    assert "칠레에서팝니다." not in korean
    assert "나들목" not in korean + english


def test_what_was_agreed_to_stands_in_both_languages_as_it_stood():
    """A later version of the text changes nothing."""
    call = made.whole_call()
    text(
        "mails", title_ko="소식 받기", title_en="News", kind="mail", body_ko="보냅니다.", body_en="We write."
    )
    shared = text("shared", kind="third_party", body_ko="넘깁니다.", body_en="Passed on.", items_en="Name")
    submission = made.submitted(call)
    submission.content["consents"] += [{"code": "shared", "version": 1}]
    submission.save(update_fields=["content"])
    text("shared", version=2, kind="third_party", body_ko="새로 넘깁니다.", body_en="Passed on anew.")
    korean, english = text_of(printed(submission)), text_of(printed(submission, "en"))
    for part in (
        squeezed("동의", "연락처 제공(1판)", "항목", shared.items_ko, "보유 기간", "12개월"),
        squeezed("본문(한국어)", "넘깁니다.", "본문(영어)", "Passed on."),
        squeezed("동의", "동의 collect(1판)"),
        squeezed("본문(한국어)", "수집합니다.", "본문(영어)", "영어 본문이 없습니다."),
    ):
        assert part in korean
    for part in (
        squeezed("Consents", "The Korean texts are binding."),
        squeezed("Giving contacts (version 1)", "Items", "Name"),
        squeezed("Text (Korean)", "넘깁니다.", "Text (English)", "Passed on."),
        squeezed("Text (English)", "There is no English text."),
    ):
        assert part in english
    assert "새로" not in korean
    assert "We write." not in english


def test_the_page_leads_the_company_to_what_it_agreed_to():
    submission = handed_in()
    company = submission.application.company
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(register.member(company, "reader"))
    assert (
        f'href="/company/{company.pk}/consents/"'
        in client.get(f"/receipts/{submission.pk}/").content.decode()
    )
    submission.content["consents"] = []
    submission.save(update_fields=["content"])
    assert "/consents/" not in client.get(f"/receipts/{submission.pk}/").content.decode()


def test_a_question_without_an_answer_is_left_empty():
    submission = handed_in()
    content = submission.content
    content["answers"].append({**content["answers"][0], "code": "unasked", "kind": "number", "text": ""})
    submission.save(update_fields=["content"])
    assert squeezed("2", "직원 수", "비워 둠") in text_of(printed(submission))


def test_the_same_submission_gives_the_same_bytes_whatever_happens_later(move_clock):
    submission = handed_in()
    before = printed(submission), printed(submission, "en")
    assert before[0] != before[1]
    Company.objects.filter(pk=submission.application.company_id).update(name_ko="다른 이름", name_en="Other")
    intake.recall(submission.application, by=register.member(submission.application.company))
    move_clock(made.AFTER)
    assert (printed(submission), printed(submission, "en")) == before
    stamps = set(re.findall(rb"D:20\d{6}", before[0]))
    assert stamps == {b"D:20250520"}


def test_it_is_tagged_and_in_its_language():
    submission = handed_in()
    for language in ("ko", "en"):
        reader = pypdf.PdfReader(io.BytesIO(printed(submission, language)))
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"][:2] == language
        assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
        assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_a_long_name_without_a_blank_and_one_that_looks_like_markup_are_whole():
    name = "#panic(1)*_$" + "averylongname" * 11 + "x.pdf"
    call = made.whole_call()
    made.document(call, "extra", is_required=False)
    application = made.filled(call)
    by = register.member(application.company)
    made.intake_documents.hand_in(
        application, call.requireddocuments.get(code="extra"), made.pdf(name), by=by
    )
    submission = intake.submit(application, by=by, form_key=made.uuid4())
    content = printed(submission)
    assert name in text_of(content)
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    longest = max(page.extract_text().replace("\u200b", "").split("\n"), key=len)
    assert len(longest) < 100


def test_only_members_of_the_company_have_it():
    submission = handed_in()
    for user in (
        register.member(register.company(2)),
        people.officer("manager"),
        people.user("x@naru.example"),
    ):
        client = Client()
        client.force_login(user)
        assert client.get(f"/receipts/{submission.pk}/receipt.pdf").status_code == 404
    assert Client().get(f"/receipts/{submission.pk}/receipt.pdf").status_code == 302


def test_both_pages_lead_to_it_and_the_page_asks_few_questions(client, django_assert_num_queries):
    submission = handed_in()
    client.force_login(register.member(submission.application.company))
    address = f"/receipts/{submission.pk}/receipt.pdf"
    for page in (f"/receipts/{submission.pk}/", f"/applications/{submission.application_id}/"):
        assert f'href="{address}"' in client.get(page).content.decode()
    client.get(address)
    with django_assert_num_queries(5):
        client.get(address)
