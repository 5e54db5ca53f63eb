"""Documents: taken one by one, replaced ones kept, read by the company and the agency and by nobody else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ground import files
from programs.domain import intake, intake_documents
from programs.domain.intake_documents import Days
from programs.models import Application, Document, Draft, Task
from tests.conftest import moved_to, standing_on
from tests.factories import intake as made
from tests.factories import people, register
from tests.factories.passing import all_pass

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def prepare(folder: Path) -> Application:
    moved_to(made.DURING)
    call = made.whole_call()
    made.document(call, "tax", has_validity=True, certificate_kind="TAX_NAT", position=1)
    made.document(call, "extra", is_required=False, position=2)
    return made.begun(call)


def filled(folder: Path) -> Application:
    moved_to(made.DURING)
    return made.filled()


def nothing(folder: Path) -> None:
    moved_to(made.DURING)


@pytest.fixture(autouse=True)
def application(made_before) -> Application:
    return made_before


@pytest.fixture
def editor(application, client) -> Any:
    client.force_login(register.member(application.company, "editor"))
    return client


def send(client: Any, application: Any, version: Any = 0, **sent: Any) -> Any:
    address = f"/applications/{application.pk}/documents/"
    return client.post(
        address, {"version": str(version), **{k.replace("__", "-"): v for k, v in sent.items()}}
    )


def current(application: Any) -> Any:
    rows = Document.objects.filter(application=application, replaced_at__isnull=True)
    return {each.required.code: each for each in rows.select_related("required", "file")}


def test_all_documents_at_once(editor, application):
    answer = send(
        editor,
        application,
        **{"file_biz-reg": made.pdf(), "file_tax": made.pdf("납세증명.pdf")},
        from_tax="2025-05-01",
        until_tax="2025-06-30",
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/applications/{application.pk}/contact/")
    assert {code: each.file.name for code, each in current(application).items()} == {
        "biz-reg": "사업자등록증.pdf",
        "tax": "납세증명.pdf",
    }
    tax = current(application)["tax"]
    assert (tax.valid_from, tax.valid_until) == (dt.date(2025, 5, 1), dt.date(2025, 6, 30))
    assert tax.file.path != tax.file.name
    all_pass()
    page = editor.get(f"/applications/{application.pk}/documents/").content.decode()
    assert f"/files/{tax.file.pk}/" in page
    assert 'capture="environment"' in page


BAD = [
    (made.pdf("빈 파일.pdf", b""), "0 bytes"),
    (SimpleUploadedFile("문서.exe", b"MZ"), "cannot be taken"),
    (SimpleUploadedFile("그림.pdf", PNG), "not what its ending says"),
    (SimpleUploadedFile("가짜.png", b"<script>alert(1)</script>"), "not what its ending says"),
]


@pytest.mark.parametrize(("bad", "sentence"), BAD)
def test_a_bad_file_gets_a_sentence_and_nothing_else_is_lost(english, application, bad, sentence):
    bad.seek(0)
    english.force_login(register.member(application.company, "editor"))
    page = send(
        english,
        application,
        **{"file_biz-reg": bad, "file_tax": made.pdf("납세증명.pdf")},
        from_tax="2025-05-01",
        until_tax="2025-06-30",
    )
    assert page.status_code == 409
    assert list(page.context["form"].errors) == ["file_biz-reg"]
    assert sentence in page.content.decode()
    assert list(current(application)) == ["tax"]
    assert page.context["form"].current[current(application)["tax"].required_id].file.name == "납세증명.pdf"


def test_too_big(english, application, monkeypatch):
    english.force_login(register.member(application.company, "editor"))
    body = b"%PDF-1.7\n" + b"0" * files.DOCUMENT_LIMIT
    page = send(english, application, **{"file_biz-reg": made.pdf("큰 파일.pdf", body)})
    assert page.status_code == 409
    assert "larger than 20 MB" in page.content.decode()
    assert current(application) == {}


def test_a_file_is_taken_even_when_its_days_are_not_in_order(editor, application):
    page = send(
        editor, application, file_tax=made.pdf("납세.pdf"), from_tax="2025-06-30", until_tax="2025-05-01"
    )
    assert list(page.context["form"].errors) == ["until_tax"]
    assert current(application)["tax"].valid_until is None
    version = page.context["version"]
    answer = send(editor, application, version, from_tax="2025-05-01", until_tax="2025-06-30")
    assert answer.status_code == 302
    assert current(application)["tax"].valid_until == dt.date(2025, 6, 30)
    assert current(application)["tax"].file.name == "납세.pdf"


def test_a_photo_is_as_good_as_a_file(editor, application):
    send(editor, application, **{"photo_biz-reg": SimpleUploadedFile("image.png", PNG)})
    assert current(application)["biz-reg"].file.content_type == "image/png"


def test_a_newer_file_replaces_and_the_older_is_kept(editor, application):
    send(editor, application, **{"file_biz-reg": made.pdf("처음.pdf")})
    first = current(application)["biz-reg"]
    version = Draft.objects.get(step="documents").version
    send(editor, application, version, **{"file_biz-reg": made.pdf("나중.pdf")})
    assert current(application)["biz-reg"].file.name == "나중.pdf"
    first.refresh_from_db()
    assert first.replaced_at is not None
    all_pass()
    page = editor.get(f"/applications/{application.pk}/").content.decode()
    assert "처음.pdf" in page
    assert editor.get(f"/files/{first.file_id}/").status_code == 200


def test_an_optional_document_can_be_taken_back(editor, application):
    send(editor, application, file_extra=made.pdf("기타.pdf"))
    version = Draft.objects.get(step="documents").version
    send(editor, application, version, remove_extra="on")
    assert current(application) == {}
    assert Document.objects.get().replaced_at is not None


def test_a_stale_page_hands_in_its_file_but_overwrites_no_days(editor, application):
    tax = application.call.requireddocuments.get(code="tax")
    send(editor, application, file_tax=made.pdf("납세.pdf"), until_tax="2025-06-30")
    page = send(editor, application, 0, until_tax="2025-07-31", file_extra=made.pdf("기타.pdf"))
    assert page.status_code == 409
    assert set(current(application)) == {"tax", "extra"}
    assert Document.objects.get(required=tax).valid_until == dt.date(2025, 6, 30)


def test_other_days_are_looked_at_again(application):
    by = register.member(application.company)
    tax = application.call.requireddocuments.get(code="tax")
    document = intake_documents.hand_in(
        application, tax, made.pdf(), days=Days(valid_until=dt.date(2025, 6, 1)), by=by
    )
    Document.objects.filter(pk=document.pk).update(state="accepted")
    changed = intake_documents.hand_in(
        application, tax, None, days=Days(valid_until=dt.date(2025, 7, 1)), by=by
    )
    assert (changed.pk, changed.state) == (document.pk, "unchecked")


def test_a_document_of_another_call_is_refused(application):
    other = made.document(made.whole_call("SBA-MELI-CL-2025-2"), "biz-reg")
    with made.refused("unknown_document"):
        intake_documents.hand_in(application, other, made.pdf(), by=register.member(application.company))


# Who reads a file -------------------------------------------------------------------------------------------------


def reads(user, file) -> bool:
    client = Client()
    client.force_login(user)
    status = client.get(f"/files/{file.pk}/").status_code
    assert status in {200, 404}
    return status == 200


def everybody(company: Any) -> Any:
    return {
        "owner": register.member(company),
        "reader": register.member(company, "reader"),
        "other company": register.member(register.company(9)),
        "officer": people.officer(),
        "auditor": people.officer("auditor"),
        "other agency": people.officer("manager", "BBA"),
        "provider": people.organization_member(),
        "partner": people.organization_member("partner", "메르카도"),
        "supervising": people.organization_member("supervising", "서울시"),
        "member": people.user("nobody@naru.example"),
    }


@standing_on(filled)
def test_a_draft_s_document_is_the_company_s_alone(application):
    file = application.documents.get().file
    who = everybody(application.company)
    assert {name for name, user in who.items() if reads(user, file)} == {"owner", "reader"}


@standing_on(nothing)
def test_a_submitted_document_is_the_company_s_and_the_agency_s():
    application = made.submitted().application
    file = application.documents.get().file
    who = everybody(application.company)
    expected = {"owner", "reader", "officer", "auditor"}
    assert {name for name, user in who.items() if reads(user, file)} == expected
    intake.recall(application, by=who["owner"])
    assert {name for name, user in who.items() if reads(user, file)} == {"owner", "reader"}
    assert Client().get(f"/files/{file.pk}/").status_code == 302


@standing_on(filled)
def test_a_former_member_reads_nothing(application):
    owner = register.member(application.company)
    register.member(application.company, "editor")
    owner.company_members.update(ended_at=made.DURING)
    assert not reads(owner, application.documents.get().file)


# The agency looks -------------------------------------------------------------------------------------------------


def test_looking_at_a_document(application):
    submission = made.submitted(made.whole_call("SBA-MELI-CL-2025-2"))
    document = submission.application.documents.get()
    officer = people.officer()
    with made.refused("reason_missing"):
        intake_documents.look_at(document, is_accepted=False, by=officer)
    with made.refused("not_your_agency"):
        intake_documents.look_at(document, is_accepted=True, by=people.officer("manager", "BBA"))
    with made.refused("not_your_agency"):
        intake_documents.look_at(document, is_accepted=True, by=people.officer("auditor"))
    looked = intake_documents.look_at(document, is_accepted=False, because="흐립니다", by=officer)
    assert (looked.state, looked.refused_because) == ("refused", "흐립니다")
    intake.recall(submission.application, by=register.member(submission.application.company))
    with made.refused("not_submitted"):
        intake_documents.look_at(document, is_accepted=True, by=officer)


# After the selection ----------------------------------------------------------------------------------------------


def selected(**call_fields: Any) -> Any:
    call = made.whole_call()
    made.document(call, "bank", stage="selected")
    application = made.submitted(call).application
    Application.objects.filter(pk=application.pk).update(status="selected")
    type(call).objects.filter(pk=call.pk).update(**call_fields)
    return application


@standing_on(nothing)
def test_documents_only_from_those_selected(client, move_clock):
    application = selected(decided_at=made.AFTER, released_at=made.AFTER)
    move_clock(made.AFTER)
    Task.objects.create(
        agency=application.agency, company=application.company, side="company", kind="hand_in",
        subject_id=application.pk, subject_ko="통장 사본", due_on=dt.date(2025, 6, 20),
    )  # fmt: skip
    client.force_login(register.member(application.company))
    address = f"/applications/{application.pk}/papers/"
    page = client.get(address)
    assert [row.required.code for row in page.context["form"].rows] == ["bank"]
    answer = client.post(address, {"file_bank": made.pdf("통장.pdf")})
    assert (answer.status_code, answer["Location"]) == (302, f"/applications/{application.pk}/")
    assert current(application)["bank"].file.name == "통장.pdf"
    assert not Task.objects.open().filter(kind="hand_in").exists()
    # what was handed in with the application stays as it was
    biz = application.call.requireddocuments.get(code="biz-reg")
    with made.refused("not_draft"):
        intake_documents.hand_in(application, biz, made.pdf(), by=register.member(application.company))


@standing_on(nothing)
def test_the_page_for_those_selected_tells_nothing_before_the_release(client, move_clock):
    application = selected(decided_at=made.AFTER)
    move_clock(made.AFTER)
    client.force_login(register.member(application.company))
    assert client.get(f"/applications/{application.pk}/papers/").status_code == 404
    bank = application.call.requireddocuments.get(code="bank")
    with made.refused("not_asked_yet"):
        intake_documents.hand_in(
            Application.objects.get(pk=application.pk),
            bank,
            made.pdf(),
            by=register.member(application.company),
        )


def test_a_hostile_name_stays_a_name(editor, application):
    send(editor, application, **{"file_biz-reg": made.pdf("../../<b>가\u202e나</b>.pdf")})
    file = current(application)["biz-reg"].file
    page = editor.get(f"/applications/{application.pk}/").content.decode()
    assert "<b>가" not in page
    assert ".." not in file.name
