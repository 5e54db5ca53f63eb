"""The evaluation book: cover, answers, criteria, then every page of what was handed in; the rest is named with why."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import pypdf
import pytest
import typst
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from ground import clock, files
from ground.models import StoredFile
from programs.domain import screening
from programs.models import Answer, Application, Baseline, Document
from programs.printing import book as printing
from tests.factories import people, register, staff
from tests.factories.consents import text
from tests.factories.passing import passed
from tests.ground.printing.test_binding import png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def pdf(*pages: str) -> bytes:
    return bytes(typst.compile("#pagebreak()\n".join(f"{page}\n" for page in pages).encode()))


def handed_in(
    application: Application, code: str, name: str, body: bytes, position: int = 0, **fields: Any
) -> None:
    required = application.call.requireddocuments.get_or_create(
        code=code, defaults={"name_ko": f"서류 {code}", "name_en": f"Paper {code}", "position": position}
    )[0]
    file = passed(files.keep(ContentFile(body, name=name), kind="document"))
    Document.objects.create(
        application=application, call=application.call, required=required, file=file, **fields
    )


def whole() -> Application:
    call = staff.call()
    question, _catalog = staff.form(call)
    call.requireddocuments.all().delete()
    application = staff.applicant(call, 1)
    screening.screen_call(call, by=None)
    Answer.objects.create(application=application, call=call, question=question, text="칠레에서 *팝니다*. #x")
    Baseline.objects.create(application=application, last_year=2024, export_last_amount=Decimal("1250.50"))
    handed_in(application, "old", "old.pdf", pdf("Replaced page"), 1, replaced_at=clock.now())
    handed_in(application, "plan", "계획.pdf", pdf("First leaf", "Second leaf"), 2)
    handed_in(application, "photo", "사진.png", png(60, 30), 3)
    handed_in(application, "hangul", "신청서.hwp", files.OLE + bytes(600), 4)
    handed_in(application, "broken", "깨짐.pdf", staff.PDF, 5)
    handed_in(application, "last", "끝.pdf", pdf("Last leaf"), 6)
    return application


def printed(application: Application, language: str = "ko", role: str = "auditor") -> pypdf.PdfReader:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(people.officer(role))
    answer = client.get(reverse("admin:programs_application_book", args=[application.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return pypdf.PdfReader(io.BytesIO(b"".join(answer.streaming_content)))


def text_of(reader: pypdf.PdfReader) -> list[str]:
    return [re.sub(r"[\s\u200b]", "", page.extract_text()) for page in reader.pages]


def squeezed(*parts: str) -> str:
    return re.sub(r"\s", "", "".join(parts))


def test_cover_answers_and_every_page_of_what_can_be_printed():
    application = whole()
    reader = printed(application)
    texts = text_of(reader)
    assert texts[-4:] == ["Firstleaf", "Secondleaf", "", "Lastleaf"]
    cover = "".join(texts[:-4])
    for part in (
        squeezed("평가자료집", application.receipt, application.company.name_ko),
        squeezed("적격심사 결과", "충족"),
        squeezed("요건 seoul", "충족"),
        squeezed("진출 계획", "칠레에서 *팝니다*. #x"),
        squeezed("USD 1,250.50"),
        squeezed("1", "서류 plan", "계획.pdf", "2쪽"),
        squeezed("2", "서류 photo", "사진.png", "1쪽"),
        squeezed("3", "서류 hangul", "신청서.hwp", "별도 첨부: 여기에 넣을 수 없는 파일 형식입니다"),
        squeezed("4", "서류 broken", "깨짐.pdf", "별도 첨부: 손상된 파일입니다"),
        squeezed("5", "서류 last", "끝.pdf", "1쪽"),
    ):
        assert part in cover
    assert "old.pdf" not in cover
    assert "나담당" not in cover
    outline: Any = reader.outline
    titles = [each.title for each in outline if not isinstance(each, list)]
    assert titles[-3:] == ["1. 서류 plan", "2. 서류 photo", "5. 서류 last"]
    assert "/Metadata" not in reader.trailer["/Root"]


def test_what_was_agreed_to_stands_in_both_languages():
    application = whole()
    text("shared", body_ko="넘깁니다.", body_en="Passed on.", title_en="Sharing")
    text("shared", version=2, body_ko="새로 넘깁니다.", body_en="Passed on anew.", title_en="Sharing")
    application.submissions.update(content={"consents": [{"code": "shared", "version": 1}]})
    korean, english = ("".join(text_of(printed(application, language))) for language in ("ko", "en"))
    assert squeezed("동의", "연락처 제공(1판)") in korean
    assert squeezed("본문(한국어)", "넘깁니다.", "본문(영어)", "Passed on.") in korean
    assert squeezed("The Korean texts are binding.") in english
    assert squeezed("Consent", "Sharing (version 1)") in english
    assert squeezed("Text (Korean)", "넘깁니다.", "Text (English)", "Passed on.") in english
    assert "새로" not in korean


def test_what_has_not_passed_the_check_is_named_without_its_name_and_content():
    application = whole()
    for name, passage, finding in (("계획.pdf", "quarantine", ""), ("끝.pdf", "refused", "virus")):
        StoredFile.objects.filter(name=name).update(passage=passage, finding=finding)
    texts = text_of(printed(application))
    cover = "".join(texts[:-1])
    assert squeezed("1", "서류 plan", "이 자료집에 없음: 파일을 검사하고 있습니다") in cover
    assert squeezed("5", "서류 last", "이 자료집에 없음: 검사에서 거부된 파일입니다") in cover
    assert [word in "".join(texts) for word in ("Firstleaf", "Lastleaf", "계획.pdf", "끝.pdf")] == [False] * 4


def test_in_english():
    cover = "".join(text_of(printed(whole(), "en", "officer"))[:-4])
    for part in (
        squeezed("Evaluation book"),
        squeezed("Your plan"),
        squeezed("Paper hangul", "신청서.hwp", "enclosed separately: this type of file has no pages"),
    ):
        assert part in cover


def test_what_is_too_much_for_a_book_is_enclosed_separately(monkeypatch):
    application = whole()
    monkeypatch.setattr(printing, "MOST_BYTES", len(pdf("First leaf", "Second leaf")) + len(png(60, 30)))
    texts = text_of(printed(application))
    assert texts[-3:] == ["Firstleaf", "Secondleaf", ""]
    assert squeezed("서류 last", "끝.pdf", "별도 첨부: 파일이 너무 크거나") in "".join(texts)


def test_an_application_without_files_and_answers_says_so():
    call = staff.call()
    (page,) = text_of(printed(staff.applicant(call, 2)))
    assert squeezed("아직 심사하지 않았습니다.") in page
    assert squeezed("답변", "제출한 내용이 없습니다.") in page
    assert squeezed("제출한 파일이 없습니다.") in page


def test_only_staff_of_the_agency_and_only_what_was_handed_in():
    application = whole()
    application.call.program.shares.create(agency=people.agency("OTHER"), part_ko="물류 지원")
    address = reverse("admin:programs_application_book", args=[application.pk])
    for user in (people.officer("manager", "OTHER"), register.member(application.company)):
        client = Client()
        client.force_login(user)
        assert client.get(address).status_code == 404
    client = Client()
    client.force_login(people.officer("manager"))
    change = reverse("admin:programs_application_change", args=[application.pk])
    assert address in client.get(change).content.decode()
    Application.objects.filter(pk=application.pk).update(status="withdrawn", receipt="", submitted_at=None)
    assert client.get(address).status_code == 404
    assert address not in client.get(change).content.decode()
