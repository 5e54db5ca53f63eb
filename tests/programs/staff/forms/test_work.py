"""A call's work done from its pages: screened, sent back, sealed, delivered, listed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from companies.models import StatusCheck
from programs.domain import screening
from programs.models import (
    Component,
    Delivery,
    Listing,
    Override,
    Participation,
    Selection,
)
from tests.factories import intake, people, programs, register, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_topic")]


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
