"""Entry on a company's behalf: by staff of the call's agency only, the same checks, marked everywhere, the company told."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.utils import translation

from companies.models import Sight
from ground import files
from ground.models import Message
from programs.domain import correction, intake, intake_documents, intake_drafts, on_behalf
from programs.models import Application, Call, Document
from programs.queries import receipts
from programs.queries.reading import Reading
from tests.factories import intake as made
from tests.factories import people, register
from tests.factories.intake import refused
from tests.factories.passing import passed

pytestmark = pytest.mark.django_db
REASON = "사무실에 인터넷이 없습니다."


@pytest.fixture
def call(move_clock: Any) -> Call:
    move_clock(made.DURING)
    return made.whole_call()


def begin(call: Call, serial: int = 1, **given: Any) -> Application:
    company = register.company(serial)
    values = {"channel": "paper", "reason": REASON, "by": people.officer(), "form_key": uuid4(), **given}
    return on_behalf.begin(call, company.pretty_number, **values)


def fill(draft: Application, by: Any) -> None:
    intake_drafts.save_baseline(draft, made.BASELINE, by=by)
    answers = {
        each.pk: intake_drafts.AnswerValue(text="칠레에서 팝니다.") for each in draft.call.questions.all()
    }
    intake_drafts.save_answers(draft, answers, by=by)
    intake_documents.hand_in(draft, draft.call.requireddocuments.get(), made.pdf(), by=by)
    intake_drafts.save_contact(
        draft,
        intake_drafts.Contact("나들목", "person@firm.example", "02-123-4567"),
        consents=[each.pk for each in Reading(draft).consent_texts],
        by=by,
    )


def told() -> list[tuple[str, str]]:
    return [(each.recipients[0], each.subject) for each in Message.objects.order_by("pk")]


def test_staff_enter_it_by_the_same_pages_and_checks_and_it_says_so_everywhere(call, client, english):
    owner = register.member(register.company(1))
    owner.language = "en"
    owner.save()
    officer = people.officer()
    client.force_login(officer)
    page = f"/staff/programs/call/{call.pk}/"
    typed = {"business_number": register.company(1).pretty_number, "channel": "phone", "reason": REASON}
    told_so = client.post(f"{page}enter/", {**typed, "form_key": uuid4()}, follow=True)
    draft = Application.objects.get()
    assert f'<a href="/applications/{draft.pk}/">Go on with the entry</a>' in told_so.content.decode()
    assert told() == [
        (owner.email, "SBA Export Agency enters your application to Call for companies for you")
    ]
    assert (REASON in Message.objects.get().body, "by phone" in Message.objects.get().body) == (True, True)
    assert list(Sight.objects.values_list("company__business_number", "agency__code")) == [
        (draft.company.business_number, "SBA")
    ]
    assert client.get(f"/applications/{draft.pk}/baseline/").status_code == 200
    with refused("not_ready"):
        intake.submit(draft, by=officer, form_key=uuid4())
    fill(draft, officer)
    check = client.get(f"/applications/{draft.pk}/check/")
    assert "Entered on the company’s behalf" in check.content.decode()
    form_key = uuid4()
    version = Application.objects.get().version
    answer = client.post(f"/applications/{draft.pk}/submit/", {"form_key": form_key, "version": version})
    submission = draft.submissions.get()
    assert (answer.status_code, answer.url) == (302, f"/receipts/{submission.pk}/")
    assert submission.submitted_by == officer
    assert submission.content["on_behalf"] == {"agency": "SBA", "channel": "phone"}

    mark = "SBA Export Agency on the company’s behalf (by phone)"
    for reader in (officer, owner):
        client.force_login(reader)
        assert mark in client.get(f"/receipts/{submission.pk}/").content.decode()
        assert client.get(f"/receipts/{submission.pk}/receipt.pdf").status_code == 200
        shown = client.get(f"/applications/{draft.pk}/").content.decode()
        assert "Entered on the company’s behalf" in shown
        assert ("Withdraw" in shown, 'href="/applications/"' in shown.partition("<main")[2]) == (
            reader == owner,
        ) * 2
        assert (f'href="{page}change/"' in shown) == (reader == officer)
    assert "Entered on the company’s behalf" in client.get("/applications/").content.decode()
    with translation.override("en"):
        assert receipts.receipt_of(submission).entered_by == mark
    assert (
        "Entered by: SBA Export Agency (on the company’s behalf, by phone)"
        in Message.objects.latest("pk").body
    )
    client.force_login(officer)
    listed = client.get("/staff/programs/application/").content.decode()
    assert f"{officer} on the company’s behalf" in listed
    assert REASON in client.get(f"/staff/programs/application/{draft.pk}/change/").content.decode()
    history = client.get(f"/staff/programs/application/{draft.pk}/history/").content.decode()
    assert REASON in history
    book = client.get(f"{page}applicants/")
    content = b"".join(book.streaming_content) if book.streaming else book.content  # type: ignore[attr-defined]
    (head, row) = list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].values)
    assert (head[-1], row[-1]) == ("Entered on the company’s behalf", "by phone")


def test_it_is_the_agency_s_own_and_the_company_goes_on_with_it(call, client):
    owner, officer = register.member(register.company(1)), people.officer()
    own = made.begun(call, register.company(2))
    key = uuid4()
    draft = begin(call, form_key=key)
    assert begin(call, form_key=key) == draft
    for code, given in {
        "already_begun": {},
        "form_key": {"serial": 2, "form_key": key},
        "reason_missing": {"reason": " "},
        "reason_long": {"reason": "가" * 301},
        "not_your_agency": {"by": people.officer("officer", "BBA")},
        "nobody_to_tell": {"serial": 3},
    }.items():
        with refused(code):
            begin(call, **given)
    with refused("already_begun"):
        begin(call, 2)
    with refused("no_such_company"):
        on_behalf.begin(call, "1048100998", channel="paper", reason=REASON, by=officer, form_key=uuid4())
    fill(draft, officer)
    document = Document.objects.get(application=draft)
    passed(document.file)

    for stranger in (people.officer("officer", "BBA"), people.officer("auditor"), people.user("x@x.example")):
        client.force_login(stranger)
        assert client.get(f"/applications/{draft.pk}/").status_code == 404
        with refused("reader_only"):
            intake_drafts.save_baseline(draft, made.BASELINE, by=stranger)
    assert [files.may_read(each, document.file) for each in (officer, people.officer("officer", "BBA"))] == [
        True,
        False,
    ]
    client.force_login(officer)
    assert client.get(f"/applications/{own.pk}/").status_code == 404
    with refused("reader_only"):
        intake_drafts.save_baseline(own, made.BASELINE, by=officer)
    with refused("reader_only"):
        intake.withdraw(draft, by=officer)
    submission = intake.submit(draft, by=owner, form_key=uuid4())
    assert submission.content["on_behalf"]["channel"] == "paper"
    intake.recall(draft, by=officer)
    intake.withdraw(draft, by=owner)


def test_a_company_that_nobody_signs_in_for_is_told_at_its_address_and_nothing_is_entered_late(
    call, move_clock
):
    with translation.override("en"):  # the officer's language is not the company's
        draft = begin(call, email="firm@firm.example")
    assert Message.objects.get().subject == "SBA 수출진흥원에서 참여기업 모집 신청서를 대신 입력합니다"
    assert [address for address, _subject in told()] == ["firm@firm.example"]
    assert (draft.contact_name, draft.contact_email) == ("", "firm@firm.example")
    fill(draft, people.officer())
    intake.submit(draft, by=people.officer(), form_key=uuid4())
    assert [address for address, _subject in told()] == ["firm@firm.example", "person@firm.example"]
    items = [correction.Correction("baseline", "다시")]
    correction.send_back(Application.objects.get(), items=items, due_at=made.AFTER, by=people.officer())
    move_clock(made.AFTER - dt.timedelta(days=1))
    assert correction.remind() == 1
    assert [address for address, _subject in told()[2:]] == ["person@firm.example"] * 2
    move_clock(made.CLOSES)
    with refused("closed"):
        begin(call, 2, email="firm@firm.example")
