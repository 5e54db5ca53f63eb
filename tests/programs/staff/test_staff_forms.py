"""What staff type: programs and their parts, calls, verbs with reasons, stores by file; refusals keep what was typed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import CheckboxInput, FileInput
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from companies.models import StatusCheck
from ground import files
from programs.domain import screening
from programs.domain.publishing import facts
from programs.models import (
    Application,
    Assignment,
    Call,
    Component,
    Delivery,
    Listing,
    Market,
    Memorandum,
    Override,
    Participation,
    Program,
    ProviderContract,
    Selection,
    Store,
)
from tests.factories import intake, people, programs, register, staff
from tests.factories.passing import all_pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_topic")]


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer() -> Client:
    return signed_in(people.officer())


@pytest.fixture
def manager() -> Client:
    return signed_in(staff.manager())


def typed(client: Client, address: str) -> dict[str, Any]:
    """What the page's edit form holds: every field with the value it shows."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for each in context["inline_admin_formsets"]:
        forms += [each.formset.management_form, *each.formset.forms]
    values: dict[str, Any] = {}
    for field in (field for form in forms for field in form):
        widget, shown = field.field.widget, field.value()
        if hasattr(widget, "widgets"):
            for number, part in enumerate(widget.decompress(shown)):
                values[f"{field.html_name}_{number}"] = "" if part is None else str(part)
        elif isinstance(widget, CheckboxInput):
            values |= {field.html_name: "on"} if shown else {}
        elif not isinstance(widget, FileInput):
            formatted = widget.format_value(shown)
            if formatted == []:
                continue
            values[field.html_name] = (formatted[0] if isinstance(formatted, list) else formatted) or ""
            if field.field.show_hidden_initial:
                values[field.html_initial_name] = values[field.html_name]
    return values


PROGRAM = {
    "code": "SBA-NEW-2025", "state": "planned", "name_ko": "새 사업", "name_en": "", "starts_on": "2025-07-01",
    "ends_on": "2025-12-31", "funding": "local", "legal_basis": "", "budget_amount": "300000000", "rate_rule": "day",
    "zone": "America/Santiago", "summary_ko": "", "summary_en": "",
}  # fmt: skip


def test_a_new_program_belongs_to_the_officer_s_agency_whatever_the_form_says(officer):
    other = people.agency("OTHER")
    answer = officer.post(reverse("admin:programs_program_add"), {**PROGRAM, "agency": str(other.pk)})
    assert answer.status_code == 302
    assert Program.objects.get(code="SBA-NEW-2025").agency == people.agency()


def test_a_code_begins_with_its_agency_s_so_that_no_refusal_tells_of_another_s(officer):
    programs.program("OTHER-2025", "OTHER")
    for code in ("OTHER-2025", "NEW-2025", "SBA2025"):
        answer = officer.post(reverse("admin:programs_program_add"), {**PROGRAM, "code": code})
        assert answer.status_code == 409
        assert "코드는 SBA-로 시작해야 합니다." in answer.content.decode()
    programs.program("SBA-TAKEN")
    answer = officer.post(reverse("admin:programs_program_add"), {**PROGRAM, "code": "SBA-TAKEN"})
    assert answer.status_code == 409
    assert not Program.objects.filter(name_ko="새 사업").exists()


def test_a_zone_that_nobody_knows_is_refused_beside_its_field(officer):
    answer = officer.post(reverse("admin:programs_program_add"), {**PROGRAM, "zone": "Chile/Santiago"})
    assert answer.status_code == 200
    assert "zone" in answer.context["adminform"].form.errors
    assert not Program.objects.exists()


def test_parts_of_a_program_get_its_agency_and_their_files(officer):
    program = programs.program()
    address = reverse("admin:programs_program_change", args=[program.pk])
    values = typed(officer, address)
    provider = people.organization()
    values |= {
        "targets-TOTAL_FORMS": "1", "targets-0-measure": "orders", "targets-0-value": "1000000000", "targets-0-unit": "KRW",
        "targets-0-from_on": "2025-07-01", "targets-0-until_on": "2025-09-30", "targets-0-moment": "paid",
        "targets-0-is_before_refunds": "on", "targets-0-has_tax": "on", "targets-0-id": "",
        "targets-0-program": str(program.pk),
        "provider_contracts-TOTAL_FORMS": "1", "provider_contracts-0-organization": str(provider.pk),
        "provider_contracts-0-number": "계약-1", "provider_contracts-0-from_on": "2025-06-01",
        "provider_contracts-0-until_on": "2025-12-31", "provider_contracts-0-amount": "100000000",
        "provider_contracts-0-id": "", "provider_contracts-0-program": str(program.pk),
        "provider_contracts-0-upload": SimpleUploadedFile("계약서.pdf", staff.PDF),
    }  # fmt: skip
    answer = officer.post(address, values)
    assert answer.status_code == 302, [
        each.formset.errors for each in answer.context["inline_admin_formsets"]
    ]
    contract = ProviderContract.objects.get()
    assert (contract.agency, contract.file and contract.file.name) == (program.agency, "계약서.pdf")
    assert program.targets.get().agency == program.agency
    all_pass()
    contract.refresh_from_db()
    assert files.may_read(people.officer("auditor"), contract.file)
    assert files.may_read(people.organization_member("provider", "강물물류"), contract.file)
    assert not files.may_read(people.officer("manager", "OTHER"), contract.file)
    page = officer.get(address).content.decode()
    assert "1,000,000,000" in page
    assert "America/Santiago" in page


def test_a_contract_number_is_used_once_per_agency_and_said_beside_the_row(officer):
    program = programs.program()
    staff.contract(program, number="계약-1")
    address = reverse("admin:programs_program_change", args=[program.pk])
    values = typed(officer, address) | {
        "provider_contracts-TOTAL_FORMS": "2", "provider_contracts-1-organization": str(people.organization().pk),
        "provider_contracts-1-number": "계약-1", "provider_contracts-1-from_on": "2025-06-01",
        "provider_contracts-1-until_on": "2025-12-31", "provider_contracts-1-amount": "1", "provider_contracts-1-id": "",
        "provider_contracts-1-program": str(program.pk),
    }  # fmt: skip
    assert officer.post(address, values).status_code == 200
    assert ProviderContract.objects.count() == 1


def test_a_file_of_a_wrong_type_is_refused_beside_its_field(officer):
    program = programs.program()
    answer = officer.post(
        reverse("admin:programs_memorandum_add"),
        {"program": str(program.pk), "title_ko": "업무협약", "place": "산티아고", "signed_on": "2025-10-20",
         "duties_ko": "협력", "upload": SimpleUploadedFile("협약.pdf", b"MZ not a pdf"), "parties-TOTAL_FORMS": "0",
         "parties-INITIAL_FORMS": "0"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert "upload" in answer.context["adminform"].form.errors
    assert not Memorandum.objects.exists()


def test_a_memorandum_with_its_parties_may_come_after_the_start(officer):
    program = programs.program()
    answer = officer.post(
        reverse("admin:programs_memorandum_add"),
        {"program": str(program.pk), "title_ko": "업무협약", "place": "산티아고", "signed_on": "2025-10-20",
         "duties_ko": "협력", "upload": SimpleUploadedFile("협약.pdf", staff.PDF), "parties-TOTAL_FORMS": "2",
         "parties-INITIAL_FORMS": "0", "parties-0-name_ko": "SBA", "parties-1-name_ko": "메르카도리브레 칠레"},
    )  # fmt: skip
    assert answer.status_code == 302
    made = Memorandum.objects.get()
    assert (made.agency, made.parties.count(), made.file and made.file.kind) == (program.agency, 2, "paper")
    page = officer.get(reverse("admin:programs_program_change", args=[program.pk])).content.decode()
    assert "메르카도리브레 칠레" in page


def test_no_form_offers_another_agency_s_rows(officer):
    foreign = programs.program("OTHER-1", "OTHER")
    programs.call(foreign, "OTHER-1-1")
    foreign.papers.create(
        agency=foreign.agency,
        kind="plan",
        number="남의 결재",
        decided_on=dt.date(2025, 1, 1),
        title_ko="남의 계획",
    )
    programs.store("FOREIGN", agency_code="OTHER")
    register.seen_by(register.company(66), "OTHER")
    own = programs.program()
    for address in (
        reverse("admin:programs_program_change", args=[own.pk]),
        reverse("admin:programs_call_add"),
        reverse("admin:programs_memorandum_add"),
        reverse("admin:programs_store_add"),
    ):
        page = officer.get(address).content.decode()
        for hidden in (str(foreign.pk), "남의 결재", "FOREIGN", register.company(66).name_ko):
            assert hidden not in page
    program = str(foreign.pk)
    answer = officer.post(reverse("admin:programs_memorandum_add"), {"program": program, "title_ko": "x"})
    assert "program" in answer.context["adminform"].form.errors


CALL = {
    "code": "SBA-MELI-CL-2025-NEW", "notice_number": "공고-1", "title_ko": "모집", "opens_at_0": "2025-07-01", "opens_at_1": "09:00",
    "closes_at_0": "2025-07-20", "closes_at_1": "18:00", "agreement_on": "2025-08-01", "answer_days": "14", "quota": "30",
    "reserve_count": "5", "minimum_points": "60", "notice_ko": "모집합니다.", "contact_ko": "02-000-0000",
}  # fmt: skip


def test_a_call_is_written_completed_and_published(officer):
    program = programs.program()
    assert (
        officer.post(reverse("admin:programs_call_add"), {**CALL, "program": str(program.pk)}).status_code
        == 302
    )
    call = Call.objects.get()
    assert (call.agency, call.published_at) == (program.agency, None)
    assert call.opens_at == dt.datetime(2025, 7, 1, 9, tzinfo=staff.SEOUL)
    publish = reverse("admin:programs_call_publish", args=[call.pk])
    refused = officer.post(publish)
    assert refused.status_code == 409
    address = reverse("admin:programs_call_criterion", args=[call.pk]) + "?kind=status"
    assert officer.post(address, {"as_of": "closing", "name_ko": "휴폐업 아님"}).status_code == 302
    assert officer.post(publish).status_code == 302
    call.refresh_from_db()
    assert call.published_by == people.officer()


def test_what_was_published_stays_as_it_is(officer):
    """The page of a published call takes neither other days and places nor other questions and criteria."""
    call = staff.call()
    question, _document = staff.form(call)
    address = reverse("admin:programs_call_change", args=[call.pk])
    before = facts(Call.objects.get(pk=call.pk))
    criterion = call.criterions.get(code="ban")
    values = typed(officer, address) | {
        "code": "CHANGED", "quota": "99", "minimum_points": "1", "reserve_count": "9", "notice_ko": "다른 공고",
        "closes_at_0": "2025-12-31", "closes_at_1": "18:00", "agreement_on": "2026-01-01",
        "questions-TOTAL_FORMS": "1", "questions-INITIAL_FORMS": "1", "questions-0-id": str(question.pk),
        "questions-0-label_ko": "바꾼 질문", "questions-0-call": str(call.pk),
    }  # fmt: skip
    officer.post(address, values)
    typed_in = {"as_of": "closing", "name_ko": "새 요건"}
    for verb, query, posted in (
        ("criterion", "?kind=status", typed_in),
        ("criterion", f"?id={criterion.pk}", typed_in),
        ("drop_criterion", "", {"code": "ban"}),
    ):
        refused = officer.post(reverse(f"admin:programs_call_{verb}", args=[call.pk]) + query, posted)
        assert (refused.status_code, verb) == (409, verb)
    assert facts(Call.objects.get(pk=call.pk)) == before


def test_after_the_decision_a_call_is_read_only():
    call, _applications = staff.sealed()
    client = signed_in(staff.manager())
    address = reverse("admin:programs_call_change", args=[call.pk])
    assert 'name="_save"' not in client.get(address).content.decode()
    assert client.post(address, {**CALL, "quota": "99"}).status_code == 403
    call.refresh_from_db()
    assert call.quota == 2


def test_the_workbench_screens_overrides_and_decides(officer):
    call = staff.call()
    application = staff.applicant(call)
    StatusCheck.objects.all().delete()
    workbench = reverse("admin:programs_call_screening", args=[call.pk])
    assert officer.post(reverse("admin:programs_call_screen", args=[call.pk]))["Location"] == workbench
    result = staff.result(application, "status")
    override = reverse("admin:programs_application_override", args=[application.pk])
    blank = officer.post(override, {"result": str(result.pk), "to": "met", "reason": "", "from": "workbench"})
    assert blank.status_code == 400
    assert 'name="from" value="workbench"' in blank.content.decode()
    done = officer.post(
        override, {"result": str(result.pk), "to": "met", "reason": "홈택스에서 확인", "from": "workbench"}
    )
    assert done["Location"] == f"{workbench}?application={application.pk}"
    decide = reverse("admin:programs_application_decide", args=[application.pk])
    assert officer.post(decide, {"decision": "eligible", "from": "workbench"})["Location"] == workbench
    application.refresh_from_db()
    assert application.status == "eligible"
    again = officer.post(decide, {"decision": "eligible"})
    assert again.status_code == 409


def test_a_result_of_another_application_does_not_exist(officer):
    call = staff.call()
    first = staff.applicant(call, 1)
    screening.screen_call(call, by=None)
    foreign = intake.criterion(staff.call(code="SBA-2"), "other", "look")
    for verb, more in (
        ("override", {"to": "not_met", "reason": "x"}),
        ("take_back", {}),
        ("look_at", {"answer": "accept"}),
    ):
        address = reverse(f"admin:programs_application_{verb}", args=[first.pk])
        assert officer.post(address, {"result": str(foreign.pk), **more}).status_code == 404
    assert not Override.objects.exists()


def test_named_items_are_sent_back_from_the_page(officer):
    call = staff.call()
    question, document = staff.form(call)
    application = staff.applicant(call)
    address = reverse("admin:programs_application_send_back", args=[application.pk])
    refused = officer.post(address, {"due_on": "2025-06-10", "note": "확인 바랍니다."})
    assert refused.status_code == 409
    assert "확인 바랍니다." in refused.content.decode()
    values = {"due_on": "2025-06-10", f"question_{question.pk.hex}": "연도별로 적어 주십시오."}
    assert officer.post(address, values).status_code == 302
    request = application.returns.get()
    assert list(request.items.values_list("part", "question", "note")) == [
        ("question", question.pk, "연도별로 적어 주십시오.")
    ]
    assert request.due_at == dt.datetime(2025, 6, 11, tzinfo=staff.SEOUL)
    assert document.pk


def test_the_ranking_is_sealed_and_released_from_its_page(manager):
    call, _applications = staff.ready()
    page = reverse("admin:programs_call_ranking", args=[call.pk])
    decide, release = (
        reverse(f"admin:programs_call_{verb}", args=[call.pk]) for verb in ("decide", "release")
    )
    assert manager.post(decide, {}).status_code == 409
    asked = manager.post(reverse("admin:programs_call_ask_sealing", args=[call.pk]), {"reason": "평가 완료"})
    assert asked["Location"] == page
    approvals.answer(Approval.objects.get(), by=staff.manager(name="2"), grant=True)
    assert manager.post(decide, {})["Location"] == page
    assert Selection.objects.get().decided_by == staff.manager()
    assert manager.post(release).status_code == 409
    named = {"paper": str(staff.paper(call.program).pk)}
    assert manager.post(reverse("admin:programs_call_put_paper", args=[call.pk]), named)["Location"] == page
    assert manager.post(release)["Location"] == page
    assert manager.post(release).status_code == 409
    offer = reverse("admin:programs_call_offer_all", args=[call.pk])
    assert manager.post(offer, {"accept_by": "2025-06-25"}).status_code == 302
    assert Participation.objects.count() == 2


def test_an_evaluator_is_appointed_and_dismissed_from_the_page(manager):
    call = staff.call()
    expert = people.user("expert@u.example")
    appoint = reverse("admin:programs_call_appoint", args=[call.pk])
    unknown = manager.post(appoint, {"email": "nobody@u.example"})
    assert unknown.status_code == 409
    assert "nobody@u.example" in unknown.content.decode()
    assert manager.post(appoint, {"email": expert.email}).status_code == 302
    post = call.evaluators.get()
    dismiss = reverse("admin:programs_call_dismiss", args=[call.pk])
    other = staff.evaluator(programs.call(programs.program("P-2"), "P-2-1"), "z")
    assert manager.post(dismiss, {"evaluator": str(other.pk), "reason": "x"}).status_code == 404
    assert manager.post(dismiss, {"evaluator": str(post.pk), "reason": "이해충돌"}).status_code == 302
    post.refresh_from_db()
    assert post.ended_at is not None


def test_components_are_planned_and_ticked_off_from_the_pages(officer, move_clock):
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))
    takers = [staff.taking_part(serial) for serial in (1, 2)]
    program = takers[0].program
    foreign = staff.taking_part(3, "OTHER", "OTHER-1")
    component = Component.objects.get(program=program, kind="marketing")
    address = reverse("admin:programs_program_assign_delivery", args=[program.pk])
    values = {"component": str(component.pk), "planned_on": "2025-07-20", "planned_amount": "1000000"}
    refused = officer.post(address, {**values, "participations": [str(takers[0].pk), str(foreign.pk)]})
    assert (refused.status_code, Delivery.objects.count()) == (400, 0)
    assert (
        officer.post(address, {**values, "participations": [str(each.pk) for each in takers]}).status_code
        == 302
    )
    delivery = Delivery.objects.get(participation=takers[0])
    tick = reverse("admin:programs_delivery_tick_off", args=[delivery.pk])
    later = {
        "done_on": "2025-08-02",
        "actual_amount": "950000",
        "evidence": SimpleUploadedFile("a.pdf", staff.PDF),
    }
    assert officer.post(tick, later).status_code == 409
    done = {
        "done_on": "2025-07-25",
        "actual_amount": "950000",
        "evidence": SimpleUploadedFile("a.pdf", staff.PDF),
    }
    assert officer.post(tick, done).status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.actual_amount) == ("done", 950_000)
    table = officer.get(reverse("admin:programs_program_delivery", args=[program.pk])).content.decode()
    assert re.search(r"2,000,000.*950,000", table, re.DOTALL)


def test_listings_are_begun_and_taken_on_from_the_pages(officer):
    to = staff.taking_part()
    product = register.product(to.company)
    begin = reverse("admin:programs_participation_open_listings", args=[to.pk])
    stranger = register.product(register.company(2))
    values = {"market": str(programs.market().pk), "products": [str(stranger.pk)]}
    assert officer.post(begin, values).status_code == 400
    assert officer.post(begin, {**values, "products": [str(product.pk)]}).status_code == 302
    listing = Listing.objects.get()
    advance = reverse("admin:programs_listing_advance", args=[listing.pk])
    assert officer.post(advance, {"to": "live"}).status_code == 400
    assert officer.post(advance, {"to": "refused"}).status_code == 409
    assert officer.post(advance, {"to": "permit"}).status_code == 302
    listing.refresh_from_db()
    assert listing.state == "permit"


STORE = {"code": "ST-9", "name": "강물 칠레", "kind": "local", "holder": "provider", "zone": ""}


def test_a_store_is_added_taxed_assigned_and_ended_from_the_pages(officer):
    provider, to = people.organization(), staff.taking_part()
    values = {
        **STORE,
        "market": str(programs.market().pk),
        "organization": str(provider.pk),
        "settlement_currency": "CLP",
    }
    nobody = officer.post(reverse("admin:programs_store_add"), {**values, "organization": ""})
    assert (nobody.status_code, Store.objects.count()) == (200, 0)
    assert officer.post(reverse("admin:programs_store_add"), values).status_code == 302
    store = Store.objects.get()
    assert (store.agency, store.zone) == (people.agency(), "America/Santiago")
    twice = officer.post(reverse("admin:programs_store_add"), values)
    assert twice.status_code == 200
    change = reverse("admin:programs_store_change", args=[store.pk])
    renamed = {"name": "새 이름", "kind": "local", "zone": "", "settlement_currency": "USD", "code": "X"}
    programs.currency("USD")
    assert officer.post(change, renamed).status_code == 302
    store.refresh_from_db()
    assert (store.name, store.code, store.settlement_currency_id) == ("새 이름", "ST-9", "USD")
    tax = reverse("admin:programs_store_set_tax", args=[store.pk])
    assert officer.post(tax, {"treatment": "in_price", "from_on": "2025-01-01"}).status_code == 409
    assert (
        officer.post(
            tax, {"treatment": "in_price", "rate_percent": "19", "from_on": "2025-01-01"}
        ).status_code
        == 302
    )
    correct = reverse("admin:programs_store_correct_tax", args=[store.pk])
    page = officer.get(change)
    assert page.content.decode().count(f'action="{correct}"') == 1
    ((recorded, form),) = page.context["taxes"]
    values = {
        "tax": recorded.pk, "treatment": "in_price", "rate_percent": "10", "from_on": "2025-01-01", "until_on": "",
    }  # fmt: skip
    assert {name: form[name].initial for name in values} == {
        "tax": recorded.pk, "treatment": "in_price", "rate_percent": 19, "from_on": dt.date(2025, 1, 1),
        "until_on": None,
    }  # fmt: skip
    assert officer.post(correct, {**values, "reason": ""}).status_code == 400
    foreign = programs.store("FOREIGN", agency_code="OTHER").taxes.get()
    assert officer.post(correct, {**values, "tax": foreign.pk, "reason": "x"}).status_code == 404
    assert officer.post(correct, {**values, "reason": "잘못 입력"}).status_code == 302
    recorded.refresh_from_db()
    assert recorded.rate_percent == 10
    assert (
        "잘못 입력" in officer.get(reverse("admin:programs_store_history", args=[store.pk])).content.decode()
    )
    assign = reverse("admin:programs_store_assign", args=[store.pk])
    given = {"participation": str(to.pk), "scope": "sku", "reference": "SKU-1", "from_on": "2025-06-01"}
    assert officer.post(assign, given).status_code == 302
    overlapping = officer.post(assign, given)
    assert overlapping.status_code == 409
    assert str(to.company) in overlapping.content.decode()
    held = Assignment.objects.get()
    end = reverse("admin:programs_assignment_end", args=[held.pk])
    assert officer.post(end, {"until_on": "2025-06-30"}).status_code == 302
    held.refresh_from_db()
    assert held.until_on == dt.date(2025, 6, 30)
    page = reverse("admin:programs_assignment_change", args=[held.pk])
    withdraw = reverse("admin:programs_assignment_withdraw", args=[held.pk])
    assert withdraw in officer.get(page).content.decode()
    assert officer.post(withdraw, {"reason": ""}).status_code == 400
    assert officer.post(withdraw, {"reason": "다른 기업의 것"})["Location"] == change
    assert not Assignment.objects.exists()
    assert (
        "다른 기업의 것"
        in officer.get(reverse("admin:programs_store_history", args=[store.pk])).content.decode()
    )


def taken_in(client: Client, model: str, text: str) -> Any:
    return client.post(
        reverse(f"admin:programs_{model}_import"),
        {"import_file": SimpleUploadedFile("file.csv", text.encode("utf-8-sig"), "text/csv"), "format": "0"},
    )


def confirmed(client: Client, model: str, preview: Any) -> Any:
    form = preview.context["confirm_form"]
    return client.post(reverse(f"admin:programs_{model}_process_import"), form.initial)


def test_markets_come_in_by_file_with_preview_and_row_errors(manager):
    programs.market()
    head = "platform,site_code,country,currency,zone,disabled_on\n"
    people.country("US")
    programs.currency("USD")
    wrong = taken_in(manager, "market", head + "mercadolibre,MLU,US,USD,Nowhere/City,\n")
    assert wrong.context["result"].has_errors() or wrong.context["result"].has_validation_errors()
    assert "confirm_form" not in wrong.context
    preview = taken_in(
        manager, "market", head + "mercadolibre,MLU,US,USD,America/New_York,\nmercadolibre,MLC,CL,CLP,America/Santiago,2025-12-31\n"
    )  # fmt: skip
    assert Market.objects.count() == 1
    assert confirmed(manager, "market", preview).status_code == 302
    assert set(Market.objects.values_list("site_code", "disabled_on")) == {
        ("MLU", None),
        ("MLC", dt.date(2025, 12, 31)),
    }


def test_stores_come_in_by_file_into_the_person_s_own_agency_only():
    client = signed_in(people.officer())
    market = programs.market()
    people.organization()
    seen, unseen = register.company(1), register.company(2)
    register.seen_by(seen)
    programs.store("ST-1", agency_code="OTHER")
    head = "code,name,market,holder,company,organization,kind,settlement_currency,zone,disabled_on\n"
    own = f"ST-1,우리 가게,mercadolibre:MLC,company,{seen.business_number},,local,CLP,America/Santiago,\n"
    refused = taken_in(client, "store", head + own.replace(seen.business_number, unseen.business_number))
    assert "confirm_form" not in refused.context
    preview = taken_in(client, "store", head + own)
    assert confirmed(client, "store", preview).status_code == 302
    made = Store.objects.get(agency=people.agency(), code="ST-1")
    assert (made.name, made.company, made.market) == ("우리 가게", seen, market)
    assert Store.objects.get(agency=people.agency("OTHER"), code="ST-1").name == "가게 ST-1"


def test_a_formula_in_a_store_s_name_is_harmless_in_the_export():
    client = signed_in(people.officer("auditor"))
    programs.store("ST-1", name="=HYPERLINK(1)")
    programs.store("FOREIGN", agency_code="OTHER")
    page = client.get(reverse("admin:programs_store_export"))
    values = {name: "on" for name in page.context["form"].fields if name.startswith("storeresource_")}
    answer = client.post(reverse("admin:programs_store_export"), {"format": "0", "resource": "0", **values})
    text = answer.content.decode("utf-8-sig")
    assert "ST-1" in text
    assert "FOREIGN" not in text
    assert ",=HYPERLINK" not in text


def test_the_history_says_who_changed_what_and_why(officer):
    call = staff.call()
    application = staff.applicant(call)
    screening.screen_call(call, by=None)
    officer.post(
        reverse("admin:programs_application_decide", args=[application.pk]), {"decision": "eligible"}
    )
    page = officer.get(reverse("admin:programs_application_history", args=[application.pk])).content.decode()
    assert Application.objects.get(pk=application.pk).status == "eligible"
    assert "적격" in page
    assert str(people.officer()) in page
