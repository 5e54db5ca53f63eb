"""What staff type of programs, their parts and calls; refusals keep what was typed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ground import files
from programs.domain.publishing import facts
from programs.models import (
    Call,
    Memorandum,
    Program,
    ProviderContract,
)
from tests.factories import people, programs, register, staff
from tests.factories.passing import all_pass
from tests.programs.staff.forms.typing_in import PROGRAM, signed_in, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_topic")]


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
