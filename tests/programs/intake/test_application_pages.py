"""A company's own pages: words a person would say, nothing leaked before the release, nothing of other companies."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from programs.domain import intake, tasks
from programs.models import Application, Submission, Task
from programs.queries import applications
from tests.conftest import moved_to, standing_on
from tests.factories import consents, people, programs, register, staff
from tests.factories import intake as made

pytestmark = pytest.mark.django_db


def prepare(folder: Path) -> Submission:
    moved_to(made.DURING)
    return made.submitted()


def filled(folder: Path) -> Application:
    """A draft in which nothing is missing."""
    moved_to(made.DURING)
    return made.filled()


def nothing(folder: Path) -> None:
    moved_to(made.DURING)


@pytest.fixture(autouse=True)
def world(made_before: Any) -> Any:
    return made_before


def bare(answer) -> str:
    """The page without its one-time tokens."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def sentence(application: Any, now: Any = made.AFTER) -> Any:
    row = Application.objects.select_related("call").get(pk=application.pk)
    return applications.standing_of(row, now).sentence


@standing_on(filled)
def test_the_words_of_each_stage(settings, world):
    application = world
    english = {}
    from django.utils import translation

    with translation.override("en"):
        english["draft"] = sentence(application, made.DURING)
        english["late draft"] = sentence(application)
        intake.submit(application, by=register.member(application.company), form_key=uuid4())
        english["open"] = sentence(application, made.DURING)
        english["closed"] = sentence(application)
    assert english == {
        "draft": "It has not been submitted yet. Submit it before 30 May 2025 18:00 KST.",
        "late draft": "The call has closed. This draft was not submitted.",
        "open": "Submitted. We let you know the result of the review by 13 June. Before 30 May 2025 18:00 KST you"
        " can recall it.",
        "closed": "Submitted. We let you know the result of the review by 13 June.",
    }


SEALED = ["eligible", "ineligible", "selected", "reserve", "not_selected"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_between_decision_and_release_all_pages_are_the_same(client, move_clock, language, world):
    """Five applications with five outcomes: not one byte tells them apart."""
    application = world.application
    Application.objects.filter(pk=application.pk).update(status="eligible")
    criterion = application.call.criterions.get()
    move_clock(made.AFTER)
    type(application.call).objects.update(decided_at=made.AFTER)
    client.force_login(register.member(application.company))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    seen = set()
    for status in SEALED:
        Application.objects.update(status=status)
        staff.answer(
            application,
            criterion.code,
            *((0, "province_not_met") if status == "ineligible" else (2, "province_met")),
        )
        pages = [
            bare(client.get(address))
            for address in (
                f"/applications/{application.pk}/",
                "/applications/",
                f"/calls/{application.call_id}/",
            )
        ]
        papers = client.get(f"/applications/{application.pk}/papers/").status_code
        withdrawal = client.get(f"/applications/{application.pk}/withdraw/").status_code
        seen.add((*pages, papers, withdrawal))
    assert len(seen) == 1
    # negative control: after the release the pages differ
    type(application.call).objects.update(released_at=made.AFTER)
    released = set()
    for status in SEALED:
        Application.objects.update(status=status)
        released.add(bare(client.get(f"/applications/{application.pk}/")))
    assert len(released) == 5


def test_after_the_release_the_reason_is_told(english, move_clock, world):
    application = world.application
    staff.answer(application, "seoul", 0, "province_not_met")
    Application.objects.update(status="ineligible")
    type(application.call).objects.update(decided_at=made.AFTER, released_at=made.AFTER)
    english.force_login(register.member(application.company))
    text = english.get(f"/applications/{application.pk}/").content.decode()
    assert "Criterion seoul: Not located in a province of this call on 30 May 2025." in text


def test_receipts_and_documents_are_shown(client, world):
    submission = world
    application = submission.application
    client.force_login(register.member(application.company, "reader"))
    text = client.get(f"/applications/{application.pk}/").content.decode()
    for part in (submission.receipt, "사업자등록증.pdf", "칠레에서 팝니다."):
        assert part in text
    receipt = client.get(f"/receipts/{submission.pk}/").content.decode()
    for part in (submission.receipt, submission.content_sha256, "2025. 5. 20.(화) 10:0", "사업자등록증.pdf"):
        assert part in receipt


def test_a_receipt_names_the_company_as_it_handed_in(client, world):
    company = world.application.company
    old = company.name_ko
    client.force_login(register.member(company))
    type(company).objects.filter(pk=company.pk).update(name_ko="바뀐 이름")
    receipt = client.get(f"/receipts/{world.pk}/").content.decode().split("<main")[1]
    assert old in receipt
    assert company.pretty_number in receipt
    assert "바뀐 이름" not in receipt


def test_a_recalled_receipt_says_so(client, world):
    submission = world
    owner = register.member(submission.application.company)
    client.force_login(owner)
    answer = client.post(f"/applications/{submission.application_id}/recall/")
    assert answer.status_code == 302
    page = client.get(f"/receipts/{submission.pk}/").content.decode()
    assert "tone-warn" in page
    assert client.get(f"/applications/{submission.application_id}/recall/").status_code == 302
    assert client.post(f"/applications/{submission.application_id}/recall/").status_code == 302


@standing_on(nothing)
def test_withdrawing_by_its_page(client):
    application = made.begun()
    client.force_login(register.member(application.company))
    assert client.get(f"/applications/{application.pk}/withdraw/").status_code == 200
    client.post(f"/applications/{application.pk}/withdraw/", {"reason": "사정"})
    application.refresh_from_db()
    assert application.status == "withdrawn"
    assert client.get(f"/applications/{application.pk}/withdraw/").status_code == 409


@standing_on(nothing)
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, django_assert_num_queries, count):
    company = register.company()
    for serial in range(count):
        call = programs.call(code=f"CALL-{serial}")
        programs.application(call, company, status="returned" if serial else "draft")
    client.force_login(register.member(company))
    client.get("/applications/")
    with django_assert_num_queries(5):
        page = client.get("/applications/")
    assert len(page.context["rows"]) == count


# Check and submit -------------------------------------------------------------------------------------------------


@standing_on(nothing)
def test_the_check_leads_to_what_must_be_mended(client):
    call = made.whole_call()
    made.document(call, "tax", has_validity=True)
    application = made.begun(call)
    client.force_login(register.member(application.company))
    page = client.get(f"/applications/{application.pk}/check/")
    own = f"/applications/{application.pk}"
    text = made.consent_text()
    assert [address for _remark, address in page.context["mends"]] == [
        f"{own}/baseline/",
        f"{own}/questions/#id_q_plan",
        f"{own}/documents/#id_file_biz-reg",
        f"{own}/documents/#id_file_tax",
        f"{own}/contact/#id_contact_phone",
        f"{own}/contact/#id_consent_{text.pk.hex}",
    ]
    for _remark, address in page.context["mends"]:
        step, _hash, anchor = address.partition("#")
        if anchor:
            assert f'id="{anchor}"' in client.get(step).content.decode()
    assert "form_key" not in page.content.decode().split("<main")[1]


@standing_on(filled)
def test_figures_that_contradict_each_other_are_said(client, world):
    application = world
    application.baseline.is_first_export = True
    application.baseline.online_before_amount = 5000
    application.baseline.save()
    client.force_login(register.member(application.company))
    page = client.get(f"/applications/{application.pk}/check/")
    assert {remark.anchor for remark, _address in page.context["mends"]} == {
        "id_export_last_amount",
        "id_export_before_amount",
        "id_online_before_amount",
    }


@standing_on(nothing)
def test_days_of_a_document_are_checked_against_the_days_that_count():
    call = made.whole_call()
    made.document(call, "tax", has_validity=True)
    application = made.filled(call)
    tax = application.documents.get(required__code="tax")
    from programs.domain.intake_check import examine

    for until, level in [
        (dt.date(2025, 5, 29), "mend"),
        (dt.date(2025, 5, 30), "renew"),
        (dt.date(2025, 6, 24), "renew"),
        (dt.date(2025, 6, 25), None),
    ]:
        tax.valid_until = until
        tax.save()
        assert [remark.level for remark in examine(application).remarks] == ([level] if level else []), until


def submit(client: Any, application: Any) -> Any:
    page = client.get(f"/applications/{application.pk}/check/")
    text = page.content.decode().split("<main")[1]
    data = {"form_key": str(page.context["form_key"]), "version": str(application.version)}
    assert data["form_key"] in text
    return client.post(f"/applications/{application.pk}/submit/", data), data


@standing_on(filled)
def test_submitting_by_the_page_and_twice(client, world):
    application = world
    client.force_login(register.member(application.company, "editor"))
    answer, data = submit(client, application)
    submission = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/receipts/{submission.pk}/")
    again = client.post(f"/applications/{application.pk}/submit/", data)
    assert (again.status_code, again["Location"]) == (302, answer["Location"])
    data["form_key"] = str(uuid4())
    assert client.post(f"/applications/{application.pk}/submit/", data).status_code == 409
    assert client.post(f"/applications/{application.pk}/submit/", {"form_key": "x"}).status_code == 404


@standing_on(filled)
@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://testserver/applications/{pk}/check/", "/applications/{pk}/check/"),
        ("http://testserver/applications/{pk}/submit/", "/"),
        ("http://elsewhere.example/applications/{pk}/check/", "/"),
        ("", "/"),
    ],
)
def test_who_submits_after_the_session_ended_comes_back_to_a_page(client, world, came, back):
    application = world
    client.force_login(register.member(application.company))
    check = f"/applications/{application.pk}/check/"
    page = client.get(check)
    data = {"form_key": str(page.context["form_key"]), "version": str(application.version)}
    client.logout()
    answer = client.post(
        f"/applications/{application.pk}/submit/", data, headers={"referer": came.format(pk=application.pk)}
    )
    assert answer["Location"] == f"/account/login/?next={back.format(pk=application.pk)}"
    client.force_login(register.member(application.company))
    assert client.get(back.format(pk=application.pk)).status_code == 200
    assert client.post(f"/applications/{application.pk}/submit/", data).status_code == 302
    application.refresh_from_db()
    assert application.status == "submitted"


@standing_on(filled)
def test_a_refused_submission_shows_the_check_again(client, world):
    application = world
    client.force_login(register.member(application.company))
    application.answers.all().delete()
    data = {"form_key": str(uuid4()), "version": str(application.version)}
    page = client.post(f"/applications/{application.pk}/submit/", data)
    assert page.status_code == 409
    assert [remark.anchor for remark, _address in page.context["mends"]] == ["id_q_plan"]
    assert not Submission.objects.exists()


@standing_on(filled)
def test_not_met_bars_on_the_page_too(client, world):
    application = world
    register.province("26")
    application.company.places.update(province_id="26")
    client.force_login(register.member(application.company))
    page = client.get(f"/applications/{application.pk}/check/")
    assert page.context["check"].can_submit is False
    assert "form_key" not in page.content.decode().split("<main")[1]
    data = {"form_key": str(uuid4()), "version": str(application.version)}
    assert client.post(f"/applications/{application.pk}/submit/", data).status_code == 409


# Strangers --------------------------------------------------------------------------------------------------------


def addresses(submission: Any) -> Any:
    own = f"/applications/{submission.application_id}"
    pages = [
        "",
        "baseline/",
        "questions/",
        "documents/",
        "contact/",
        "check/",
        "recall/",
        "withdraw/",
        "correct/",
    ]
    posts = ["submit/", "keep/baseline/", "keep/correction/"]
    return [
        *[(method, f"{own}/{page}") for page in pages for method in ("get", "post")],
        *[("post", f"{own}/{page}") for page in posts],
        ("get", f"{own}/papers/"),
        ("get", f"/receipts/{submission.pk}/"),
        ("get", f"/receipts/{submission.pk}/receipt.pdf"),
        ("get", f"/files/{submission.application.documents.get().file_id}/"),
    ]


def strangers() -> Any:
    return [
        register.member(register.company(2)),
        people.officer("manager", "BBA"),
        people.organization_member(),
        people.user("nobody@naru.example"),
    ]


@pytest.mark.parametrize("is_submitted", [True, False])
def test_a_stranger_finds_nothing_at_the_ids_of_another_company(is_submitted, world):
    submission = world
    if not is_submitted:
        intake.recall(submission.application, by=register.member(submission.application.company))
    before = list(Application.objects.values())
    for user in strangers():
        client = Client()
        client.force_login(user)
        for method, address in addresses(submission):
            data = {"form_key": str(uuid4()), "version": "1"} if method == "post" else {}
            if method == "post" and address == f"/applications/{submission.application_id}/":
                continue
            assert getattr(client, method)(address, data).status_code == 404, (user, method, address)
    for method, address in addresses(submission):
        assert getattr(Client(), method)(address).status_code == 302, address
    assert list(Application.objects.values()) == before


def test_ids_of_another_company_in_the_body_are_refused(world):
    """A question, a consent text and a form key that belong elsewhere."""
    submission = world
    company = register.company(2)
    application = made.begun(company=company)
    client = Client()
    client.force_login(register.member(company))
    data = {"form_key": str(submission.form_key), "version": str(application.version)}
    assert client.post(f"/applications/{application.pk}/submit/", data).status_code == 409
    foreign = made.consent_text("foreign", agency_code="BBA")
    typed = {
        "contact_name": "가", "contact_email": "a@b.example", "contact_phone": "021234567", "version": "0",
        f"consent_{made.consent_text().pk.hex}": "on", f"consent_{foreign.pk.hex}": "on",
    }  # fmt: skip
    assert client.post(f"/applications/{application.pk}/contact/", typed).status_code == 302
    assert application.drafts.get(step="contact").typed == {"consents": [str(made.consent_text().pk)]}


# For the home page ------------------------------------------------------------------------------------------------


@standing_on(nothing)
def test_tasks_and_applications_of_a_person(django_assert_num_queries):
    call = made.whole_call()
    sme = made.criterion(call, "sme", "certificate", later_as_of="agreement")
    company = register.company()
    register.certificate(company, valid_until=dt.date(2025, 6, 1))
    application = made.submitted(call, company).application
    tasks.open_task(
        agency=call.agency, side="company", kind="correct", subject_id=application.pk, subject=call.title_ko,
        due_on=dt.date(2025, 5, 19), company=company,
    )  # fmt: skip
    other = register.company(2)
    register.certificate(other, valid_until=dt.date(2025, 6, 2))
    made.submitted(call, other)
    owner = register.member(company)
    with django_assert_num_queries(2):
        found = applications.tasks_of(owner)
    assert [(each.task.kind, each.route, each.pk, each.is_late) for each in found] == [
        ("correct", "application_correct", application.pk, True),
        ("renew", "certificate_add", company.pk, False),
    ]
    assert found[1].task.subject_id == sme.pk
    assert {each.company for each in found} == {company}
    with django_assert_num_queries(3):
        rows = applications.applications_of(owner)
    assert [(row.application, row.standing.status) for row in rows] == [(application, "submitted")]
    assert applications.tasks_of(people.user("nobody@naru.example")) == []


@standing_on(nothing)
def test_opening_a_task_twice_is_one_task_with_the_new_day():
    application = made.begun()
    facts: dict[str, Any] = {
        "agency": application.agency, "side": "agency", "kind": "screen", "subject_id": application.pk,
        "subject": "x" * 300,
    }  # fmt: skip
    first = tasks.open_task(**facts, due_on=dt.date(2025, 6, 1))
    second = tasks.open_task(**facts, due_on=dt.date(2025, 6, 2))
    assert first == second
    (task,) = Task.objects.all()
    assert (task.due_on, len(task.subject)) == (dt.date(2025, 6, 2), 200)
    assert tasks.close_task("screen", application.pk) == 1
    assert tasks.close_task("screen", application.pk) == 0
    assert tasks.open_task(**facts, due_on=dt.date(2025, 6, 3)) != first


@standing_on(filled)
def test_how_long_consents_are_kept_is_said_in_the_singular_too(world, client):
    consents.text("short", months=1)
    owner = register.member(world.company)
    address = reverse("application_contact", args=[world.pk])
    for language, words in (("en", ["36 months", "1 month"]), ("ko", ["36개월", "1개월"])):
        User.objects.filter(pk=owner.pk).update(language=language)
        client.force_login(owner)
        page = client.get(address, HTTP_ACCEPT_LANGUAGE=language).content.decode()
        kept = re.findall(r"<dt>(?:Kept for|보유 기간)</dt><dd>(.*?)</dd>", page)
        assert sorted(kept) == sorted(words)
