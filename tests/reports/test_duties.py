"""What is due leads to the page where it is done, on the company's home and on the officer's desk."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from companies.models import Claim
from ground.clock import SEOUL
from programs.domain import agreement, tasks
from programs.models import Component, Delivery, Task
from reports.domain import reminding
from reports.queries import duties, home
from tests.factories import intake, people, programs, register, staff

pytestmark = pytest.mark.django_db


def linked(page: str) -> set[str]:
    """Addresses of the task lists of a page."""
    return {part.split('"', 1)[0] for part in page.split('class="task-name"><a href="')[1:]}


def test_every_task_of_a_company_leads_to_its_page(client, move_clock):
    move_clock(staff.AFTER_CLOSING)
    call, (first, *_rest) = staff.released(code="SBA-1")
    staff.form(call)
    call.requireddocuments.update(stage="selected")
    offered = agreement.offer(first, accept_by=call.agreement_on, by=people.officer())
    owner = register.member(first.company)
    agreement.accept(offered, text_sha256=offered.text_sha256, by=owner)
    again = agreement.Participation.objects.get(pk=offered.pk)
    move_clock(dt.datetime(2025, 7, 1, 9, tzinfo=SEOUL))
    assert reminding.ask() == 1
    asked = Task.objects.get(kind=Task.Kind.DECLARE)
    assert (asked.subject_ko, asked.subject_en) == (
        f"{call.program.name_ko} 2025년 6월", f"{call.program.name_en} June 2025",
    )  # fmt: skip
    facts = {
        "agency": call.agency,
        "side": "company",
        "company": first.company,
        "due_on": dt.date(2025, 7, 9),
    }
    correct = intake.begun(programs.call(call.program, "SBA-2", closes_at=dt.datetime(2025, 8, 1, tzinfo=SEOUL)),
                           first.company, owner)  # fmt: skip
    tasks.open_task(kind="correct", subject_id=correct.pk, subject="모집", **facts)
    tasks.open_task(kind="accept", subject_id=again.pk, subject="사업", **facts)
    tasks.open_task(kind="hand_in", subject_id=first.pk, subject="서류", **facts)
    tasks.open_task(kind="renew", subject_id=call.criterions.first().pk, subject="확인서", **facts)
    tasks.open_task(kind="confirm", subject_id=offered.pk, subject="정산", **facts)
    tasks.open_task(kind="explain", subject_id=offered.pk, subject="질의", **facts)
    expected = {
        reverse("application_correct", args=[correct.pk]),
        reverse("participation_show", args=[again.pk]),
        reverse("application_papers", args=[first.pk]),
        reverse("certificate_add", args=[first.company_id]),
        reverse("sales_list"),
        reverse("difference_answer", args=[offered.pk]),
        reverse("declaration_edit", args=[again.pk, "2025-06"]),
    }
    kinds = set(Task.objects.open().filter(side="company").values_list("kind", flat=True))
    assert kinds == {"correct", "accept", "hand_in", "renew", "confirm", "declare", "explain"}
    client.force_login(owner)
    assert expected <= linked(client.get("/").content.decode())
    client.force_login(register.member(first.company, "reader"))
    assert expected & linked(client.get("/").content.decode()) == {
        reverse("participation_show", args=[again.pk]),
        reverse("sales_list"),
        reverse("difference_answer", args=[offered.pk]),
    }


def test_the_desk_leads_to_what_is_due_and_shows_overdue_deliveries(client, move_clock):
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=SEOUL))
    call = staff.call()
    application = staff.applicant(call, 1)
    participation = staff.taking_part(2)
    facts = {"agency": call.agency, "side": "agency", "subject": "일", "due_on": dt.date(2025, 8, 1)}
    tasks.open_task(kind="screen", subject_id=application.pk, **facts)
    tasks.open_task(kind="assign", subject_id=participation.pk, **facts)
    late, planned, foreign = (
        Delivery.objects.create(
            agency=part.agency, program=part.program, participation=part,
            component=Component.objects.get(program=part.program, kind=kind),
            planned_on=on, planned_amount=Decimal(1),
        )
        for part, kind, on in (
            (participation, "marketing", dt.date(2025, 7, 31)),
            (participation, "onboarding", dt.date(2025, 8, 1)),
            (staff.taking_part(3, "OTHER", "OTHER-1"), "marketing", dt.date(2025, 7, 1)),
        )
    )  # fmt: skip
    client.force_login(people.officer())
    found = linked(client.get("/staff/").content.decode())
    assert reverse("admin:programs_application_change", args=[application.pk]) in found
    assert reverse("admin:programs_participation_change", args=[participation.pk]) in found
    assert reverse("admin:programs_delivery_change", args=[late.pk]) in found
    for other in (planned, foreign):
        assert reverse("admin:programs_delivery_change", args=[other.pk]) not in found


def test_the_desk_counts_the_claims_that_the_officer_can_decide(client):
    """Of four that wait: one by certificate, one of the officer's own, one that the tax office is asked about still,
    one of a company that only another agency sees."""
    officer, claimant = people.officer(), people.user("claimant@firm.example")
    for serial, method, by, agency in (
        (1, "certificate", claimant, "SBA"),
        (2, "certificate", officer, "SBA"),
        (3, "asked", claimant, "SBA"),
        (4, "tax_office", claimant, "OTHER"),
    ):
        company = register.company(serial)
        register.seen_by(company, agency)
        Claim.objects.create(company=company, user=by, method=method)
    assert home.waiting_for(officer).claims == 1
    assert home.waiting_for(people.officer("auditor")).claims == 0
    client.force_login(officer)
    page = client.get("/staff/").content.decode()
    address = reverse("admin:companies_claim_changelist") + "?for_me=1"
    assert address in page
    assert client.get(address).context["cl"].result_count == 1


def test_every_kind_of_task_has_a_page():
    company = {"correct", "accept", "hand_in", "renew", "confirm", "declare", "explain"}
    assert company | set(duties.STAFF_PAGES) == set(Task.Kind.values)
