"""Documents that are still being checked: submitted with them, and what follows when one is refused afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ground import files, outbox, quarantine
from ground.models import Message, StoredFile
from programs.domain import correction, intake, intake_check, intake_correction, intake_documents, screening
from programs.models import Application, Call, Document, EntryOnBehalf, Task
from programs.queries.applicants import applicants_of
from programs.queries.screening import as_json, screened_cases
from tests import clamd
from tests.factories import intake as made
from tests.factories import people, register
from tests.factories.passing import all_pass
from tests.ground.uploads.honest import plain_pdf
from tests.ground.uploads.hostile import EICAR

pytestmark = pytest.mark.django_db

GOOD = plain_pdf()
BAD = plain_pdf(b"<</Length %d>>stream\n%s\nendstream" % (len(EICAR), EICAR))
NAME = "사업자등록증 비밀.pdf"
SENTENCE = "The antivirus scanner found malware."


@pytest.fixture(autouse=True)
def scanner(move_clock: Any, settings: Any) -> Any:
    """The scanner is there, but nobody has asked it yet."""
    move_clock(made.DURING)
    with clamd.running() as server:
        settings.NARU_CLAMD = server.address
        yield server


def draft(content: bytes = BAD) -> tuple[Application, Any]:
    """A whole draft whose only document waits for its check."""
    application = made.filled()
    by = register.member(application.company)
    hand_in(application, content)
    application.refresh_from_db()
    return application, by


def hand_in(application: Application, content: bytes, code: str = "biz-reg") -> Document:
    return intake_documents.hand_in(
        application,
        application.call.requireddocuments.get(code=code),
        made.pdf(NAME, content),
        by=register.member(application.company),
    )


def check_all() -> None:
    """The background work that was put down for the checks, and the letters after it, is done."""
    outbox.drain()


def page(user: Any, address: str) -> str:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client.get(address).content.decode()


def subjects() -> list[str]:
    return sorted(Message.objects.filter(subject__contains="거부").values_list("subject", flat=True))


def test_in_quarantine_its_company_sees_the_name_and_nobody_reads_it():
    application, by = draft(GOOD)
    own = f"/applications/{application.pk}/"
    staff_page = reverse("admin:programs_application_change", args=[application.pk])
    assert [remark.level for remark in intake_check.examine(application).notes] == ["look"]
    intake.submit(application, by=by, form_key=uuid4())
    file = application.documents.get(replaced_at=None).file
    officer, stranger = people.officer(), register.member(register.company(9))
    assert (NAME in page(by, own), "being checked" in page(by, own)) == (True, True)
    assert f"/files/{file.pk}/" not in page(by, own)
    seen = page(officer, staff_page)
    assert (NAME in seen, "being checked" in seen, f"/files/{file.pk}/" in seen) == (False, True, False)
    changes = page(officer, reverse("admin:programs_application_history", args=[application.pk]))
    assert (NAME in changes, "being checked" in changes) == (False, True)
    assert NAME not in page(stranger, own)
    assert [files.may_read(each, file) for each in (by, officer, stranger)] == [False] * 3
    check_all()
    file.refresh_from_db()
    assert [files.may_read(each, file) for each in (by, officer, stranger)] == [True, True, False]
    seen = page(officer, staff_page)
    assert (NAME in seen, "not scanned" in seen) == (True, False)
    StoredFile.objects.filter(pk=file.pk).update(passage="unscanned")
    assert "not scanned" in page(officer, staff_page)


def test_a_refused_document_of_a_draft_is_replaced_before_it_is_submitted():
    application, by = draft()
    check_all()
    assert [str(remark.anchor) for remark in intake_check.examine(application).mends] == ["id_file_biz-reg"]
    for address in (f"/applications/{application.pk}/", f"/applications/{application.pk}/check/"):
        assert SENTENCE in page(by, address)
    application.refresh_from_db()
    with made.refused("not_ready"):
        intake.submit(application, by=by, form_key=uuid4())
    assert not Task.objects.open().filter(kind="correct").exists()
    (letter,) = Message.objects.filter(recipients=[by.email])
    assert "5. 30." in letter.body
    hand_in(application, GOOD)
    intake.submit(Application.objects.get(pk=application.pk), by=by, form_key=uuid4())


def test_a_refused_document_of_a_submission_comes_back_alone_and_the_receipt_stands(move_clock):
    """Also after the closing: the instant of the submission counts, and seven days are given."""
    application, by = draft()
    receipt = intake.submit(application, by=by, form_key=uuid4()).receipt
    move_clock(made.CLOSES + dt.timedelta(hours=2))
    check_all()
    application = Application.objects.select_related("call").get(pk=application.pk)
    (request,) = application.returns.all()
    assert (application.status, application.receipt, request.sent_by) == ("returned", receipt, None)
    assert request.due_at == dt.datetime(2025, 6, 7, tzinfo=made.SEOUL)
    assert [(str(item), item.part) for item in request.items.all()] == [("서류 biz-reg", "document")]
    (task,) = Task.objects.open().filter(side="company")
    assert (task.kind, task.due_on, task.company) == ("correct", dt.date(2025, 6, 6), application.company)
    document = application.documents.get(replaced_at=None)
    assert (document.state, document.file.passage, document.file.signature) == (
        "refused", "refused", "Eicar-Test-Signature",
    )  # fmt: skip
    assert document.file.removed_at is not None
    own, officer = f"/applications/{application.pk}/", people.officer()
    staff_page = page(officer, reverse("admin:programs_application_change", args=[application.pk]))
    assert (page(by, own).count(SENTENCE), staff_page.count(SENTENCE), NAME in staff_page) == (1, 2, False)
    assert "The check refused a file. Hand in another one before" in page(by, own)
    assert page(by, f"{own}correct/").count(SENTENCE) == 2
    assert len(Message.objects.filter(recipients=[by.email])) == 2  # the receipt and this
    with made.refused("not_ready"):
        intake_correction.resubmit(application, by=by, form_key=uuid4())
    hand_in(application, GOOD)
    assert intake_correction.resubmit(application, by=by, form_key=uuid4()).receipt == f"{receipt}-C1"
    check_all()
    assert Application.objects.get(pk=application.pk).status == "submitted"


def test_an_open_return_gets_the_document_added_and_lasts_long_enough():
    application, by = draft()
    made.document(application.call, "catalog", is_required=False, position=2)
    hand_in(application, BAD, "catalog")
    intake.submit(Application.objects.get(pk=application.pk), by=by, form_key=uuid4())
    check_all()
    request = Application.objects.get(pk=application.pk).returns.get()
    assert sorted(str(item) for item in request.items.all()) == ["서류 biz-reg", "서류 catalog"]
    assert Task.objects.open().filter(side="company", kind="correct").count() == 1


def test_a_later_day_is_reminded_of_anew(move_clock):
    application, by = draft()
    intake.submit(application, by=by, form_key=uuid4())
    all_pass()
    correction.send_back(
        Application.objects.get(pk=application.pk),
        items=[correction.Correction("contact", "전화번호")],
        due_at=made.CLOSES,
        by=people.officer(),
    )
    request = Application.objects.get(pk=application.pk).returns.get()
    type(request).objects.update(reminded_before=1)
    quarantine.settle(application.documents.get(replaced_at=None).file, "virus")
    request.refresh_from_db()
    assert (request.due_at, request.reminded_before) == (made.CLOSES, 1)
    move_clock(made.CLOSES - dt.timedelta(hours=1))
    quarantine.settle(application.documents.get(replaced_at=None).file, "virus")
    request.refresh_from_db()
    assert (request.due_at, request.reminded_before) == (dt.datetime(2025, 6, 7, tzinfo=made.SEOUL), None)


def test_what_nobody_waits_for_any_more_is_only_marked(move_clock):
    """A draft after the closing, an application that was withdrawn, a call that was cancelled."""
    application, _by = draft()
    file = application.documents.get(replaced_at=None).file
    own = Application.objects.filter(pk=application.pk)
    people.officer()
    for status, cancelled_at, now in (
        ("draft", None, made.CLOSES),
        ("withdrawn", None, made.DURING),
        ("submitted", made.DURING, made.DURING),
    ):
        move_clock(now)
        own.update(status=status, receipt="R-1", submitted_at=made.DURING)
        Call.objects.filter(pk=application.call_id).update(
            cancelled_at=cancelled_at, cancellation_reason="예산" if cancelled_at else ""
        )
        StoredFile.objects.filter(pk=file.pk).update(passage="quarantine", finding="", signature="")
        quarantine.settle(StoredFile.objects.get(pk=file.pk), "virus")
        assert (own.get().status, subjects(), application.documents.get(replaced_at=None).state) == (
            status,
            [],
            "refused",
        )
        assert not Task.objects.open().filter(kind="correct").exists()


def test_who_entered_it_for_a_company_is_told_and_who_is_in_charge(move_clock):
    application, by = draft()
    officer = people.officer()
    EntryOnBehalf.objects.create(
        agency=application.agency, application=application, channel="paper", reason="우편 접수",
        begun_at=made.DURING, begun_by=officer,
    )  # fmt: skip
    by.company_members.update(ended_at=made.DURING)
    quarantine.settle(application.documents.get(replaced_at=None).file, "virus")
    letters = Message.objects.filter(subject__contains="거부").order_by("recipients")
    assert sorted(each.recipients[0] for each in letters) == sorted(
        [application.contact_email, officer.email]
    )


def test_staff_read_no_name_of_it_in_any_list():
    """Screening as JSON, the list of applicants: how the check stands instead of the name."""
    application, by = draft(GOOD)
    question = made.question(application.call, "proof", kind="file", is_required=False)
    required = made.document(application.call, "proof", question=question, is_required=False)
    paper = made.document(application.call, "sme", certificate_kind="SME_CERT", is_required=False)
    made.criterion(application.call, "sme", "certificate", can_apply_unmet=True)
    for each in (required, paper):
        hand_in(application, GOOD, each.code)
    intake.submit(Application.objects.get(pk=application.pk), by=by, form_key=uuid4())
    call, officer = Call.objects.get(pk=application.call_id), people.officer()
    screening.screen_call(call, by=None)

    def read() -> str:
        head, rows = applicants_of(call, officer)
        return f"{as_json(screened_cases(call, officer), call)} {head} {list(rows)}"

    with translation.override("en"):
        assert (NAME in read(), read().count("being checked")) == (False, 2)
        all_pass()
        screening.screen_call(call, by=None)
        assert (read().count(NAME), read().count("being checked")) == (2, 0)


def test_what_was_replaced_meanwhile_is_only_marked():
    application, by = draft()
    hand_in(application, GOOD)
    intake.submit(Application.objects.get(pk=application.pk), by=by, form_key=uuid4())
    check_all()
    assert Application.objects.get(pk=application.pk).status == "submitted"
    states = application.documents.order_by("created_at").values_list("state", "file__passage")
    assert list(states) == [("unchecked", "clean"), ("refused", "refused"), ("unchecked", "clean")]
    assert subjects() == []


def test_after_screening_the_agency_is_written_to_and_nothing_goes_back():
    application, by = draft()
    intake.submit(application, by=by, form_key=uuid4())
    Application.objects.filter(pk=application.pk).update(status="eligible")
    officer = people.officer()
    check_all()
    assert Application.objects.get(pk=application.pk).status == "eligible"
    assert not Task.objects.open().filter(side="company").exists()
    assert Message.objects.filter(recipients=[officer.email]).count() == 1
    assert Message.objects.filter(recipients=[by.email]).count() == 2


def test_a_document_of_those_selected_is_asked_for_again(move_clock):
    application, _by = draft(GOOD)
    made.document(application.call, "bank", stage="selected")
    all_pass()
    Application.objects.filter(pk=application.pk).update(status="selected")
    Call.objects.filter(pk=application.call_id).update(decided_at=made.AFTER, released_at=made.AFTER)
    move_clock(made.AFTER)
    application = Application.objects.get(pk=application.pk)
    hand_in(application, BAD, "bank")
    check_all()
    (task,) = Task.objects.open().filter(side="company")
    assert (task.kind, task.due_on, task.subject_ko) == ("hand_in", dt.date(2025, 6, 9), "서류 bank")
    hand_in(application, GOOD, "bank")
    assert not Task.objects.open().filter(side="company").exists()
