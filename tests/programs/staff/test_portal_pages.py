"""The evaluator's pages and the company's: what they show, what they never show, what they take."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ground import mailbox, outbox
from ground.errors import RuleBroken
from ground.history import history_of
from programs.domain import agreement, declining, listings, selection, tasks
from programs.models import Answer, Conflict, Document, Listing, Participation, Score, Task
from tests.factories import intake, people, programs, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_before_the_declaration_only_names_are_shown():
    call = staff.call()
    question, _document = staff.form(call)
    application = staff.applicant(call, status="eligible")
    Answer.objects.create(application=application, question=question, call=call, text="비밀 계획")
    post = staff.evaluator(call)
    client = signed_in(post.user)
    page = client.get(reverse("evaluation_declare", args=[call.pk])).content.decode()
    assert application.company.name_ko in page
    for hidden in (
        "비밀 계획",
        application.receipt,
        application.company.business_number,
        "나담당",
        "contact1@",
    ):
        assert hidden not in page
    assert client.get(reverse("evaluation_score", args=[application.pk])).status_code == 404


def test_declaring_opens_the_free_ones_and_hides_the_others():
    call = staff.call()
    staff.items(call)
    free, related = (staff.applicant(call, serial, status="eligible") for serial in (1, 2))
    post = staff.evaluator(call)
    client = signed_in(post.user)
    address = reverse("evaluation_declare", args=[call.pk])
    answers = {f"answer_{free.pk.hex}": "none", f"answer_{related.pk.hex}": "conflict"}
    refused = client.post(address, answers)
    assert refused.status_code == 400
    assert not Conflict.objects.exists()
    answers[f"reason_{related.pk.hex}"] = "전 직장"
    assert client.post(address, answers).status_code == 302
    listed = client.get(reverse("evaluation_list")).content.decode()
    assert free.company.name_ko in listed
    assert related.company.name_ko not in listed
    assert client.get(reverse("evaluation_score", args=[free.pk])).status_code == 200
    assert client.get(reverse("evaluation_score", args=[related.pk])).status_code == 404
    assert client.post(reverse("evaluation_score", args=[related.pk]), {}).status_code == 404
    again = client.get(address).content.decode()
    assert f"answer_{related.pk.hex}" not in again
    assert "전 직장" in again


def test_the_sheet_shows_what_was_handed_in_and_no_person():
    call, (application, *_rest) = staff.ready(count=2)
    question, plan = staff.form(call)
    certificate = call.requireddocuments.create(
        code="biz", name_ko="사업자등록증", certificate_kind="BIZ_REG"
    )
    Answer.objects.create(application=application, question=question, call=call, text="칠레 3개 도시")
    for required in (plan, certificate):
        Document.objects.create(
            application=application, required=required, call=call, file=staff.stored("a.pdf", "document")
        )
    post = staff.evaluator(call, "a")
    client = signed_in(post.user)
    page = client.get(reverse("evaluation_score", args=[application.pk])).content.decode()
    assert "칠레 3개 도시" in page
    assert "상품 소개서" in page
    for hidden in ("사업자등록증", "나담당", "contact1@", "02-000-0000", "ceo1@", "평가위원 b"):
        assert hidden not in page
    readable = {each.required.code: client.get(reverse("file_download", args=[each.file.pk])).status_code
                for each in application.documents.all()}  # fmt: skip
    assert readable == {"catalog": 200, "biz": 404}


def test_scoring_goes_on_to_the_next_and_keeps_what_was_typed_when_refused():
    call = staff.call()
    product, plan = staff.items(call)
    first, second = (staff.applicant(call, serial, status="eligible") for serial in (1, 2))
    post = staff.evaluator(call)
    for each in (first, second):
        staff.declared(post, each)
    client = signed_in(post.user)
    address = reverse("evaluation_score", args=[first.pk])
    points, more = f"points_{product.pk.hex}", f"points_{plan.pk.hex}"
    refused = client.post(address, {points: "60.5", more: "10"})
    assert (refused.status_code, Score.objects.count()) == (400, 0)
    assert 'value="60.5"' in refused.content.decode()
    half = client.post(address, {points: "50.25"})
    assert half["Location"] == address
    whole = client.post(address, {points: "50.25", more: "30", f"comment_{plan.pk.hex}": "구체적임"})
    assert whole["Location"] == reverse("evaluation_score", args=[second.pk])
    assert list(Score.objects.order_by("item__position").values_list("points", "comment")) == [
        (Decimal("50.25"), ""),
        (Decimal("30.00"), "구체적임"),
    ]
    last = client.post(reverse("evaluation_score", args=[second.pk]), {points: "1", more: "2"})
    assert last["Location"] == reverse("evaluation_list")


def test_after_the_decision_a_score_is_refused_on_the_page():
    call, (application, *_rest) = staff.sealed()
    post = staff.evaluator(call, "a")
    product, _plan = staff.items(call)
    client = signed_in(post.user)
    refused = client.post(
        reverse("evaluation_score", args=[application.pk]), {f"points_{product.pk.hex}": "1"}
    )
    assert refused.status_code == 409
    assert Score.objects.get(evaluator=post, application=application, item=product).points == Decimal("54.00")


def test_an_evaluator_of_another_call_finds_nothing():
    call, (application, *_rest) = staff.ready(count=2)
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    client = signed_in(staff.evaluator(other, "z").user)
    assert client.get(reverse("evaluation_declare", args=[call.pk])).status_code == 404
    assert client.get(reverse("evaluation_score", args=[application.pk])).status_code == 404
    assert application.company.name_ko not in client.get(reverse("evaluation_list")).content.decode()


def test_a_dismissed_evaluator_finds_nothing_any_more():
    call, (application, *_rest) = staff.ready(count=2)
    post = staff.evaluator(call, "a")
    client = signed_in(post.user)
    assert client.get(reverse("evaluation_score", args=[application.pk])).status_code == 200
    post.ended_at = staff.AFTER_CLOSING
    post.save()
    assert client.get(reverse("evaluation_score", args=[application.pk])).status_code == 404


def test_the_evaluator_s_list_asks_the_same_questions_for_three_as_for_one(django_assert_num_queries):
    call, _applications = staff.ready(count=1)
    client = signed_in(staff.evaluator(call, "a").user)
    address = reverse("evaluation_list")
    client.get(address)
    with django_assert_num_queries(6):
        client.get(address)
    for serial in (2, 3):
        staff.scored(staff.evaluator(call, "a"), staff.applicant(call, serial, status="eligible"), "30", "20")
    with django_assert_num_queries(6):
        client.get(address)


def offered() -> Participation:
    _call, (first, *_rest) = staff.released()
    return agreement.offer(first, accept_by=dt.date(2025, 6, 25), by=people.officer())


def test_the_owner_reads_and_accepts():
    made = offered()
    client = signed_in(register.member(made.company))
    address = reverse("participation_show", args=[made.pk])
    page = client.get(address).content.decode()
    assert "제1조(목적)" in page
    assert made.text_sha256 in page
    post = reverse("participation_accept", args=[made.pk])
    assert client.post(post, {"text_sha256": made.text_sha256}).status_code == 400
    assert client.post(post, {"text_sha256": "0" * 64, "is_read": "on"}).status_code == 409
    made.refresh_from_db()
    assert made.state == "offered"
    assert client.post(post, {"text_sha256": made.text_sha256, "is_read": "on"})["Location"] == address
    made.refresh_from_db()
    assert made.state == "agreed"
    assert client.post(post, {"text_sha256": made.text_sha256, "is_read": "on"}).status_code == 409


def test_editors_and_readers_read_and_do_not_accept():
    made = offered()
    for role in ("editor", "reader"):
        client = signed_in(register.member(made.company, role))
        page = client.get(reverse("participation_show", args=[made.pk]))
        assert page.status_code == 200
        assert "is_read" not in page.content.decode()
        answer = client.post(
            reverse("participation_accept", args=[made.pk]),
            {"text_sha256": made.text_sha256, "is_read": "on"},
        )
        assert answer.status_code == 404
    made.refresh_from_db()
    assert made.state == "offered"


def test_the_owner_declines_what_was_offered_and_the_place_is_free(english):
    made = offered()
    call = made.application.call
    before = selection.places_free(call)
    client = signed_in(register.member(made.company))
    address, show = (reverse(f"participation_{each}", args=[made.pk]) for each in ("decline", "show"))
    assert f'href="{address}"' in client.get(show).content.decode()
    assert "<textarea" in client.get(address).content.decode()
    assert client.post(address, {"reason": "본사를 옮깁니다."})["Location"] == show
    made.refresh_from_db()
    assert (made.state, made.application.status) == ("ended", "withdrawn")
    assert selection.places_free(call) == before + 1
    assert not Task.objects.open().filter(company=made.company).exists()
    assert history_of(made)[0].reason == "본사를 옮깁니다."
    outbox.drain()
    told = {each.recipient: each.body for each in mailbox.read_all() if "협약 포기" in each.subject}
    assert set(told) >= {register.member(made.company).email, people.officer().email}
    assert all(made.number in body and "본사를 옮깁니다." in body for body in told.values())
    assert reverse("admin:programs_call_ranking", args=[call.pk]) in told[people.officer().email]
    assert show in told[register.member(made.company).email]
    assert client.post(address, {})["Location"] == show  # twice is once
    outbox.drain()
    assert len([each for each in mailbox.read_all() if "협약 포기" in each.subject]) == len(told)
    assert client.get(address)["Location"] == show
    assert f'href="{address}"' not in client.get(show).content.decode()
    client.cookies["django_language"] = "ko"
    for page, said in (
        (show, "체결하지 않아 효력이 없는 협약입니다."),
        (reverse("participation_list"), "체결하지 않음"),
    ):
        text = client.get(page).content.decode()
        assert said in text
        assert "중도 종료" not in text


def declined(made: Participation) -> None:
    declining.decline(made, by=register.member(made.company))


def withdrawn(made: Participation) -> None:
    selection.withdraw(made.application, reason="연락이 끊김", by=people.officer())


@pytest.mark.parametrize("end", [declined, withdrawn])
def test_who_gives_up_has_nothing_more_to_do_and_neither_has_the_agency(end):
    """A certificate to renew and an application to look at again end with the agreement."""
    made = offered()
    application = made.application
    criterion = intake.criterion(application.call, "tax", "tax")
    for company, kind, subject in ((made.company, "renew", criterion.pk), (None, "screen", application.pk)):
        tasks.open_task(
            agency=application.agency, company=company, side="company" if company else "agency", kind=kind,
            subject_id=subject, subject="할 일", due_on=dt.date(2025, 7, 1),
        )  # fmt: skip
    end(made)
    assert list(Task.objects.open().filter(subject_id__in=[criterion.pk, application.pk, made.pk])) == []


def test_what_was_accepted_is_not_declined():
    made = offered()
    owner = register.member(made.company)
    agreement.accept(made, text_sha256=made.text_sha256, by=owner)
    with pytest.raises(RuleBroken, match=r"^not_offered:"):
        declining.decline(made, by=owner)


def test_after_the_last_day_to_accept_it_can_still_be_declined(move_clock):
    made = offered()
    move_clock(dt.datetime(2025, 7, 1, 10, tzinfo=staff.SEOUL))
    assert declining.decline(made, by=register.member(made.company)).state == "ended"


def test_only_an_owner_declines():
    made = offered()
    for role in ("editor", "reader"):
        member = register.member(made.company, role)
        assert signed_in(member).post(reverse("participation_decline", args=[made.pk])).status_code == 404
        with pytest.raises(RuleBroken, match=r"^not_owner:"):
            declining.decline(made, by=member)
    made.refresh_from_db()
    assert made.state == "offered"


def test_another_company_finds_no_agreement():
    made = offered()
    client = signed_in(register.member(register.company(77)))
    for method, route in (
        ("get", "participation_show"),
        ("post", "participation_accept"),
        ("get", "participation_decline"),
        ("post", "participation_decline"),
    ):
        answer = getattr(client, method)(reverse(route, args=[made.pk]))
        assert answer.status_code == 404
    assert made.number not in client.get(reverse("participation_list")).content.decode()
    assert (
        made.number
        in signed_in(register.member(made.company)).get(reverse("participation_list")).content.decode()
    )


def test_listings_of_one_s_own_company_with_the_reason_of_a_refusal():
    to, other = staff.taking_part(1), staff.taking_part(2)
    for each in (to, other):
        listings.open_listings(
            each, [register.product(each.company, name_ko=f"상품 {each.company.name_ko}")], programs.market(),
            by=people.officer(),
        )  # fmt: skip
    refused = Listing.objects.get(company=to.company)
    listings.advance(refused, "refused", reason="성분 표시가 없음", by=people.officer())
    client = signed_in(register.member(to.company))
    page = client.get(reverse("listing_list")).content.decode()
    assert f"상품 {to.company.name_ko}" in page
    assert "성분 표시가 없음" in page
    assert f"상품 {other.company.name_ko}" not in page
    assert (
        f"상품 {to.company.name_ko}"
        not in client.get(reverse("listing_list") + "?state=live").content.decode()
    )
    assert client.get(reverse("listing_list") + "?state=nonsense").status_code == 200


def test_the_company_s_lists_ask_the_same_questions_for_three_rows_as_for_one(django_assert_num_queries):
    to = staff.taking_part(1)
    owner = register.member(to.company)
    products = [register.product(to.company, f"P-{number}") for number in (1, 2, 3)]
    listings.open_listings(to, products[:1], programs.market(), by=people.officer())
    client = signed_in(owner)
    expected = {"listing_list": 3, "participation_list": 2}
    for name, count in expected.items():
        client.get(reverse(name))
        with django_assert_num_queries(count):
            client.get(reverse(name))
    listings.open_listings(to, products, programs.market(), by=people.officer())
    for code in ("P-2", "P-3"):
        programs.participation(to.company, programs.program(code))
    for name, count in expected.items():
        with django_assert_num_queries(count):
            client.get(reverse(name))
