"""A criterion sent back for correction: what it reads of the application is open, and what it reads of the company's record."""

from __future__ import annotations

import datetime as dt
import re
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ground import mailbox, outbox
from programs.domain import intake, intake_correction
from programs.domain.correction import Correction, send_back
from programs.domain.intake_drafts import AnswerValue, save_answers
from programs.models import Application, Call, Question, RequiredDocument, ReturnItem
from programs.queries import takings
from programs.queries.first_time import first_time_right, sent_back
from tests.conftest import moved_to
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db
DUE = dt.datetime(2025, 6, 10, tzinfo=programs.SEOUL)


@pytest.fixture(autouse=True)
def _during(move_clock: Any) -> None:
    move_clock(made.DURING)


def a_call() -> Call:
    """Asks for clearances, of which the form takes one, and for a brand of one's own or industry C; a bar besides."""
    call = made.whole_call()
    made.document(call, "tax", has_validity=True, certificate_kind="TAX_NAT", position=1, is_required=False)
    made.document(call, "sme", has_validity=True, certificate_kind="SME_CERT", position=2, is_required=False)
    made.question(call, "brand", "yes_no", position=1)
    made.criterion(call, "tax", "tax", position=1)
    either = made.criterion(call, "either", "any", position=2, can_apply_unmet=True)
    made.criterion(
        call, "brand", "answer", values={"question": "brand", "equals": True}, group=either, position=3
    )
    made.criterion(call, "industry", "industry", values={"include": ["C"]}, group=either, position=4)
    made.criterion(call, "free", "not_banned", position=5)
    return call


def handed_in(call: Call) -> Application:
    application = made.filled(call)
    by = register.member(application.company)
    save_answers(application, {made.question_of(call, "brand").pk: AnswerValue(is_yes=False)}, by=by)
    application.refresh_from_db()
    return intake.submit(application, by=by, form_key=made.uuid4()).application


def returned(*codes: str) -> Application:
    call = a_call()
    application = handed_in(call)
    moved_to(made.AFTER)
    send_back(
        application,
        items=[
            Correction(
                "criterion", f"{code}: 확인해 주십시오.", criterion_id=call.criterions.get(code=code).pk
            )
            for code in codes
        ],
        due_at=DUE,
        by=people.officer(),
    )
    return Application.objects.select_related("call").get(pk=application.pk)


def signed_in(application: Application) -> Client:
    client = Client()
    client.force_login(register.member(application.company))
    return client


def fields(page: Any) -> list[str]:
    return list(page.context["form"].fields)


def test_staff_tick_a_criterion_on_the_page_and_only_what_it_reads_is_open():
    call = a_call()
    application = handed_in(call)
    moved_to(made.AFTER)
    officer = Client()
    officer.force_login(people.officer())
    tax, brand = call.criterions.get(code="tax"), call.criterions.get(code="brand")
    address = reverse("admin:programs_application_send_back", args=[application.pk])
    shown = officer.get(reverse("admin:programs_application_change", args=[application.pk])).content.decode()
    assert f"criterion_{tax.pk.hex}" in shown
    assert f"criterion_{brand.pk.hex}" not in shown  # it counts through its group
    typed = {"due_on": "2025-06-09", f"criterion_{tax.pk.hex}": "납세증명서가 없습니다."}
    assert officer.post(address, typed).status_code == 302
    items = application.returns.get().items
    assert set(items.values_list("part", "document__code", "criterion__code", "note")) == {
        ("criterion", None, "tax", "납세증명서가 없습니다."),
        ("document", "tax", None, "납세증명서가 없습니다."),
    }
    outbox.drain()
    mail = next(each for each in mailbox.read_all() if "납세증명서가 없습니다." in each.body)
    assert "요건 tax: 납세증명서가 없습니다." in mail.body
    assert fields(signed_in(application).get(f"/applications/{application.pk}/correct/")) == [
        "file_tax", "photo_tax", "from_tax", "until_tax",
    ]  # fmt: skip
    moved = officer.get(reverse("admin:programs_application_change", args=[application.pk])).content.decode()
    assert "요건 tax: 납세증명서가 없습니다." in moved


def test_what_a_criterion_opened_is_neither_counted_nor_written_as_if_staff_had_named_it(english):
    """One tick on "tax", whose paper has the same name: one item, under its part, once in the mail and on the page."""
    application = returned("tax")
    call = application.call
    RequiredDocument.objects.filter(call=call, code="tax").update(name_ko="요건 tax", name_en="Criterion tax")
    assert sorted(ReturnItem.objects.values_list("part", "is_implied")) == [
        ("criterion", False), ("document", True),
    ]  # fmt: skip
    with translation.override("en"):
        assert first_time_right([call])[0].reasons == "criterion 1"
        assert sent_back(call) == [("Criterion tax (criterion)", 1)]
        send_document_back(application)
        assert sent_back(call) == [("Criterion tax (criterion)", 1), ("Criterion tax (document)", 1)]
    outbox.drain()
    mail = next(each for each in mailbox.read_all() if "tax: 확인해 주십시오." in each.body)
    assert mail.body.count("tax: 확인해 주십시오.") == 1
    page = signed_in(application).get(f"/applications/{application.pk}/correct/").content.decode()
    assert page.count('class="task-name"') == 2  # the criterion and what staff named besides


def send_document_back(application: Application) -> None:
    """Named by staff besides, in the same request."""
    request = application.returns.get()
    document = RequiredDocument.objects.get(call=application.call, code="sme")
    RequiredDocument.objects.filter(pk=document.pk).update(name_ko="요건 tax", name_en="Criterion tax")
    ReturnItem.objects.create(request=request, part="document", document=document, note="다시 내 주십시오.")


def test_what_went_back_costs_as_many_questions_for_many_items_as_for_few(django_assert_num_queries):
    application = returned("tax", "free")
    with django_assert_num_queries(2):
        assert len(sent_back(application.call)) == 2
    send_document_back(application)
    with django_assert_num_queries(3):
        assert len(sent_back(application.call)) == 3


def test_of_a_group_all_that_it_reads_is_open_and_the_page_says_how_each_stands():
    application = returned("either")
    client = signed_in(application)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/applications/{application.pk}/correct/")
    assert fields(page) == ["q_brand"]
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "Criterion either" in text
    assert "Criterion industry: No industry is recorded." in text
    assert "Criterion brand: The answer in the form is not as this call asks." in text
    assert f'href="/company/{application.company_id}/industries/"' in text


def test_a_paper_that_was_sent_back_is_the_company_s_turn_though_nobody_looked_at_it():
    application = returned("tax")
    for kind in ("TAX_NAT", "TAX_LOC"):
        register.certificate(application.company, kind, state="unchecked", valid_until=dt.date(2025, 12, 31))
    page = signed_in(application).get(f"/applications/{application.pk}/correct/").content.decode()
    tasks = page.split('<ul class="tasks">')[1].split("</ul>")[0]
    assert "납세증명서가 제출되었습니다." in tasks
    assert "할 일:" in tasks
    assert f'href="/company/{application.company_id}/certificates/add/"' in tasks


def test_what_was_corrected_in_the_company_s_record_alone_is_sent_and_taken_again():
    application = returned("tax")
    client, address = signed_in(application), f"/applications/{application.pk}/correct/"
    page = client.get(address)
    assert f'href="/company/{application.company_id}/certificates/add/"' in page.content.decode()
    for kind in ("TAX_NAT", "TAX_LOC"):
        register.certificate(application.company, kind, state="unchecked", valid_until=dt.date(2025, 12, 31))
    sent = client.post(
        address, {"version": "0", "form_key": str(page.context["form_key"]), "until_tax": "", "send": "1"}
    )
    assert sent.status_code == 302
    assert "/receipts/" in sent["Location"]
    application.refresh_from_db()
    assert application.status == "submitted"
    tax = application.call.criterions.get(code="tax")
    assert takings.latest([application])[application.pk][tax.pk].reason_code == "tax_unchecked"


def test_nothing_that_the_criterion_does_not_read_is_open():
    application = returned("free")
    assert fields(signed_in(application).get(f"/applications/{application.pk}/correct/")) == []
    by = register.member(application.company)
    with refused("not_named"):
        from programs.domain import intake_drafts

        intake_drafts.save_correction(
            application,
            intake_drafts.Correction({made.question_of(application.call, "plan").pk: AnswerValue(text="x")}),
            by=by,
        )


def test_a_criterion_that_is_met_by_what_is_known_says_where_the_company_can_do_what_is_asked():
    application = returned("free", "tax")
    page = signed_in(application).get(f"/applications/{application.pk}/correct/").content.decode()
    assert page.count("확인된 내용으로는 충족합니다.") == 1
    assert page.count(f'href="/company/?company={application.company_id}"') == 1


def test_what_is_named_besides_keeps_its_own_note_and_other_calls_are_refused():
    call = a_call()
    application = handed_in(call)
    moved_to(made.AFTER)
    foreign = made.criterion(programs.call(code="SBA-OTHER"), "tax", "tax")
    tax = call.criterions.get(code="tax")
    for items, code in (
        ([Correction("criterion", "a", criterion_id=foreign.pk)], "other_call"),
        ([Correction("criterion", "a")], "other_call"),
        ([Correction("question", "a", criterion_id=tax.pk)], "other_call"),
        ([Correction("criterion", "a", criterion_id=tax.pk)] * 2, "named_twice"),
    ):
        with refused(code):
            send_back(application, items=items, due_at=DUE, by=people.officer())
    paper = call.requireddocuments.get(code="tax")
    send_back(
        application,
        items=[
            Correction("criterion", "체납 확인", criterion_id=tax.pk),
            Correction("document", "발급일이 안 보입니다.", document_id=paper.pk),
        ],
        due_at=DUE,
        by=people.officer(),
    )
    assert sorted(ReturnItem.objects.values_list("part", "note")) == [
        ("criterion", "체납 확인"), ("document", "발급일이 안 보입니다."),
    ]  # fmt: skip
    (found,) = first_time_right([call])
    assert found.items == {"criterion": 1, "document": 1}


def test_on_the_way_back_items_of_criteria_go_and_the_others_stay(owner_role):
    returned("tax")
    steps = import_module("programs.migrations.0026_criteria_go_back_for_correction").Migration.operations
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(steps[-1].reverse_sql)
    assert [each.part for each in ReturnItem.objects.all()] == ["document"]


def test_on_the_way_back_a_return_of_criteria_alone_can_still_be_answered(owner_role):
    application = returned("free")
    steps = import_module("programs.migrations.0026_criteria_go_back_for_correction").Migration.operations
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(steps[-1].reverse_sql)
        cursor.execute("ALTER TABLE programs_returnitem ADD COLUMN later int")  # the next steps can be taken
    (item,) = ReturnItem.objects.all()
    assert (item.part, item.criterion, item.note) == ("contact", None, "free: 확인해 주십시오.")
    assert "contact_name" in fields(signed_in(application).get(f"/applications/{application.pk}/correct/"))
    key, by = made.uuid4(), register.member(application.company)
    assert intake_correction.resubmit(application, by=by, form_key=key).receipt.endswith("-C1")


def test_the_check_leads_to_the_field_or_the_record_where_a_requirement_is_mended():
    application = handed_out = made.filled(a_call())
    client = signed_in(application)
    page = client.get(f"/applications/{application.pk}/check/")
    own, company = f"/applications/{handed_out.pk}", f"/company/{application.company_id}"
    shown = {
        row.finding.criterion.code: (
            [each.address for each in row.fields],
            row.step.page if row.step else "",
            [(each.finding.criterion.code, [field.address for field in each.fields]) for each in row.members],
        )
        for row in page.context["rows"]
    }
    assert shown == {
        "seoul": ([], "", []),
        "tax": ([f"{own}/documents/#id_file_tax"], "certificate_add", []),
        "either": ([], "", [("brand", [f"{own}/questions/#id_q_brand_0"]), ("industry", [])]),
        "free": ([], "", []),
    }
    text = page.content.decode()
    for address in (f"{own}/documents/#id_file_tax", f"{own}/questions/#id_q_brand_0"):
        assert f'href="{address}"' in text
        step, _hash, anchor = address.partition("#")
        assert f'id="{anchor}"' in client.get(step).content.decode()
    for address in (f"{company}/certificates/add/", f"{company}/industries/"):
        assert f'href="{address}"' in text
        assert client.get(address).status_code == 200


def test_a_question_is_named_once_for_two_criteria():
    call = a_call()
    made.criterion(call, "brand-too", "answer", values={"question": "brand", "equals": False}, position=9)
    application = handed_in(call)
    moved_to(made.AFTER)
    send_back(
        application,
        items=[
            Correction("criterion", code, criterion_id=call.criterions.get(code=code).pk)
            for code in ("either", "brand-too")
        ],
        due_at=DUE,
        by=people.officer(),
    )
    brand = Question.objects.get(call=call, code="brand")
    assert list(ReturnItem.objects.filter(part="question").values_list("question", "note")) == [
        (brand.pk, "either")
    ]
