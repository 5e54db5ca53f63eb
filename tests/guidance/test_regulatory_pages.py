"""Pages of rules that stand in the way: what everybody reads, what a company writes, and the register of the staff."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval, SecondPersonRule
from ground import clock
from guidance.domain import regulatory, regulatory_public
from guidance.models import Concern, RegulatoryItem, RegulatoryStep, RegulatoryWording
from programs.domain import consulting
from programs.models import ProgramShare
from tests.factories import briefings, people, programs, register
from tests.factories.intake import refused
from tests.factories.staff import PDF
from tests.guidance.test_regulatory import item_of, listing_of, publish, step, too

pytestmark = pytest.mark.django_db
LIST_QUERIES, SHOW_QUERIES, STAFF_LIST_QUERIES, STAFF_QUERIES = 4, 5, 7, 11


def prepare(folder: Path) -> RegulatoryItem:
    for code in ("CL", "CN"):
        people.country(code)
    programs.currency()
    return item_of(law="수입 위생법", article="제3조", body_contact="비밀 담당자", program=programs.program())


@pytest.fixture
def item(prepared: Any) -> RegulatoryItem:
    return RegulatoryItem.objects.select_related("agency").get(pk=prepared.made.pk)


def signed_in(user: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_everybody_reads_the_words_for_everybody_and_nothing_of_few(item, english, django_assert_num_queries):
    show = reverse("regulatory_show", args=[item.pk])
    assert english.get(show).status_code == 404
    assert "Nothing is public yet" in text(english, "/rules/")
    publish(item)
    concerns = [too(item, serial, 100) for serial in range(1, 5)]
    step(item, "examined", note="내부 메모")
    with django_assert_num_queries(SHOW_QUERIES):
        page = text(english, show)
    hidden = [
        "비밀 담당자",
        "내부 메모",
        "두 번 냅니다",
        "현지",
        *(str(each.company.name_ko) for each in concerns),
        "400",
    ]
    assert [words for words in hidden if words in page] == []
    shown = ["한 번만 내게 합니다", "수입 위생법 제3조", "위생 당국", "examined", "Chile", "fewer than 5"]
    assert [words for words in shown if words not in page] == []
    too(item, 5, 100)
    page = text(english, show)
    assert ("500" in page, "fewer than 5" in page, "concerns 5 companies" in text(english, "/rules/")) == (
        True, False, True,
    )  # fmt: skip
    item.refresh_from_db()
    item.law, item.pillar = "다른 법", "payment"
    by = people.officer()
    regulatory.save_item(item, by=by)
    assert ("다른 법" in text(english, show), "수입 위생법" in text(english, show)) == (False, True)
    regulatory_public.write_wording(item, title_ko="새 제목", text_ko="새 글", by=by)
    assert ("새 글" in text(english, show), "새 제목" in text(english, "/rules/")) == (False, False)
    regulatory_public.publish(item, by=by)
    assert ("새 글" in text(english, show), "다른 법" in text(english, show)) == (True, True)
    regulatory_public.take_down(item, by=by)
    with refused("not_public"):
        regulatory_public.take_down(item, by=by)
    assert (english.get(show).status_code, RegulatoryWording.objects.count()) == (404, 2)


def test_an_estimate_is_told_from_five_companies_on(item, english):
    show = reverse("regulatory_show", args=[item.pk])
    RegulatoryItem.objects.update(
        stated_companies=4, stated_amount=777_000, stated_currency=programs.currency(), stated_source="지어낸 추정",
        is_illustrative=True,
    )  # fmt: skip
    publish(item)
    assert "777,000" not in text(english, show)
    RegulatoryItem.objects.update(stated_companies=1200)
    publish(item)
    page = text(english, show)
    assert [words for words in ("1,200", "777,000", "지어낸 추정", "illustrative") if words not in page] == []


def test_the_list_is_filtered_with_as_many_queries_for_three_as_for_one(
    item, english, django_assert_num_queries
):
    publish(item)
    with django_assert_num_queries(LIST_QUERIES):
        english.get("/rules/")
    china = item_of(title_ko="결제", countries=["CN"], pillar="payment")
    publish(china, "중국 결제")
    step(china, "examined")
    everywhere = item_of(title_ko="어디나", countries=[])
    publish(everywhere, "모든 나라")
    with django_assert_num_queries(LIST_QUERIES):
        english.get("/rules/")
    titles = {"위생 인증을 두 번", "중국 결제", "모든 나라"}
    cases = {
        "": titles, "?country=CL": titles - {"중국 결제"}, "?country=CN": titles - {"위생 인증을 두 번"},
        "?pillar=payment": {"중국 결제"}, "?state=examined": {"중국 결제"}, "?state=raised": titles - {"중국 결제"},
        "?country=CL&pillar=payment": set(), "?country=XX&pillar=nothing&state=%00": titles,
        "?country=%00&pillar=%00&page=%00": titles,
    }  # fmt: skip
    for query, wanted in cases.items():
        page = text(english, f"/rules/{query}")
        assert {title for title in titles if title in page} == wanted, query
    assert "No item fits" in text(english, "/rules/?country=CL&pillar=payment")
    heads = [english.head(each) for each in ("/rules/", reverse("regulatory_show", args=[item.pk]))]
    assert [(each.status_code, each.content) for each in heads] == [(200, b"")] * 2
    staff = signed_in(people.officer())
    for name in ("country", "state__exact", "q"):
        assert staff.get(f"/staff/guidance/regulatoryitem/?{name}=%00", follow=True).status_code == 200


def test_a_company_raises_it_from_a_listing_that_was_refused(item):
    company = register.company(1)
    owner = register.member(company)
    listing = listing_of(company)
    listing.steps.create(state="refused", taken_at=clock.now(), reason="서류 미비")
    client = signed_in(owner)
    address = f"{reverse('regulatory_raise')}?listing={listing.pk}"
    assert address in text(client, reverse("listing_list"))
    page = client.get(address)
    form = page.context["form"]
    assert (form.initial["countries"], form.initial["products"], form.initial["agency"]) == (
        ["CL"], "200899", item.agency_id,
    )  # fmt: skip
    typed = {
        "company": company.pk, "agency": item.agency_id, "listing": listing.pk, "title": "서류 문제", "text": "우리 사정",
        "pillar": "rules", "countries": ["CL"], "products": "2008.99", "amount": "1000", "currency": "KRW",
        "is_told": "on", "form_key": form.initial["form_key"],
    }  # fmt: skip
    wrong = client.post(reverse("regulatory_raise"), {**typed, "products": "1", "text": "그대로 남는 글"})
    assert (wrong.status_code, "그대로 남는 글" in wrong.content.decode()) == (200, True)
    unknown = client.post(reverse("regulatory_raise"), {**typed, "currency": "", "pillar": "weather"})
    assert (unknown.status_code, set(unknown.context["form"].errors)) == (200, {"currency", "pillar"})
    answers = [client.post(reverse("regulatory_raise"), typed) for _press in range(2)]
    made = Concern.objects.get(company=company)
    assert [each.url for each in answers] == [reverse("regulatory_show", args=[made.item_id])] * 2
    assert (made.listing, made.item.program, made.item.products) == (listing, listing.program, ["200899"])
    show = text(client, answers[0].url)
    assert ("우리 사정" in show, "Only your company and the agency" in show) == (True, True)
    assert "서류 문제" in text(client, "/rules/")

    stranger = signed_in(register.member(register.company(2)))
    assert stranger.get(answers[0].url).status_code == 404
    assert stranger.get(f"{answers[0].url}too/").status_code == 404
    assert stranger.get(address).context["listing"] is None
    assert stranger.post(reverse("concern_end", args=[made.pk])).status_code == 404
    reader = signed_in(register.member(company, role="reader"))
    assert (reader.get(answers[0].url).status_code, reader.post(reverse("regulatory_raise"), typed).status_code) == (
        200, 404,
    )  # fmt: skip
    assert Client().get(address).status_code == 302
    outsider = signed_in(people.user("nobody@naru.example"))
    assert "You cannot speak for a company yet" in text(outsider, address)


def test_others_say_that_it_concerns_them_change_it_and_take_it_back(item):
    publish(item)
    company = register.company(1)
    client = signed_in(register.member(company))
    show, say = reverse("regulatory_show", args=[item.pk]), reverse("regulatory_too", args=[item.pk])
    assert say in text(client, show)
    assert "also where something that was over goes on" in text(client, say)
    theirs = "남의 말로 쓴 제목"
    RegulatoryItem.objects.filter(pk=item.pk).update(title_ko=theirs)
    typed = {"company": company.pk, "text": "우리도", "amount": "", "currency": "KRW", "form_key": uuid4()}
    for amount in ("", "250"):
        assert client.post(say, {**typed, "amount": amount, "is_told": "on"}).url == show
    made = Concern.objects.get(company=company)
    assert (made.amount, made.currency_id, made.is_told) == (250, "KRW", True)
    page = client.get(say)
    assert (page.context["form"].initial["amount"], page.context["form"].initial["text"]) == (250, "우리도")
    assert client.post(reverse("concern_end", args=[made.pk])).url == show
    made.refresh_from_db()
    assert (made.withdrawn_at is not None, made.is_told) == (True, False)
    assert "Your company took it back." in text(client, show)
    client.post(say, typed)
    made.refresh_from_db()
    assert made.withdrawn_at is None
    other = item_of(title_ko="같은 것")
    publish(other, "같은 것 공개")
    regulatory.join(item, other, by=people.officer())
    assert client.get(show).url == reverse("regulatory_show", args=[other.pk])
    regulatory_public.take_down(other, by=people.officer())
    page = text(client, show)  # in the own words, as it stands with the other one
    assert ("우리도" in page, "위생 인증을 두 번" in page, theirs in page) == (True, True, False)
    page = text(client, "/rules/")
    assert ("위생 인증을 두 번" in page, theirs in page) == (True, False)
    assert Client().get(show).status_code == 404


def test_the_words_need_a_second_person_where_the_agency_says_so(item):
    by, manager = people.officer(), people.officer("manager")
    SecondPersonRule.objects.create(agency=item.agency, decision="regulatory")
    client = signed_in(by)
    base = f"/staff/guidance/regulatoryitem/{item.pk}/"
    with refused("no_draft"):
        regulatory_public.publish(item, by=by)
    words = {"title_ko": "공개 제목", "text_ko": "공개 글"}
    client.post(f"{base}wording/", words)
    page = text(client, f"{base}change/")
    assert ("A second person has to agree" in page, f"{base}ask_publishing/" in page) == (True, True)
    client.post(f"{base}publish/")
    assert RegulatoryWording.objects.public().count() == 0
    client.post(f"{base}ask_publishing/", {"reason": "공개할 때가 됨"})
    approvals.answer(Approval.objects.get(), by=manager, grant=True)
    client.post(f"{base}wording/", {**words, "text_ko": "바뀐 글"})
    with refused("second_person"):
        regulatory_public.publish(item, by=by)
    client.post(f"{base}wording/", words)
    client.post(f"{base}publish/")
    public = RegulatoryWording.objects.public().get()
    assert (public.text_ko, public.approval) == ("공개 글", Approval.objects.get())


def test_staff_keep_the_register(item, django_assert_num_queries):
    by, company = people.officer(), register.company(1)
    register.seen_by(company)
    consultation = consulting.note(
        company, agency=item.agency, held_on=dt.date(2025, 9, 1), channel="phone", topic="certificate",
        text="같은 서류를 두 번 냈다고 합니다.", by=by,
    )  # fmt: skip
    client = signed_in(by)
    add = f"/staff/guidance/regulatoryitem/add/?consultation={consultation.pk}"
    assert add in text(client, f"/staff/programs/consultation/{consultation.pk}/change/")
    listing = listing_of(company, state="paused")
    assert f"add/?listing={listing.pk}" in text(client, f"/staff/programs/listing/{listing.pk}/change/")
    form = client.get(add).context["form"]
    assert (form.initial["hinders_ko"], "business_number" in form.fields) == (
        "같은 서류를 두 번 냈다고 합니다.",
        False,
    )
    typed = {
        "agency": item.agency_id, "source": "consultation", "consultation": consultation.pk, "raised_on": "2025-09-02",
        "title_ko": "이중 서류", "hinders_ko": "두 번", "pillar": "rules", "countries": ["CL"], "products": "1212",
        "form_key": form.initial["form_key"], "currency": "KRW", "stated_currency": "KRW", "next_on": "2098-01-05",
    }  # fmt: skip
    answers = [client.post(add, typed) for _press in range(2)]
    made = RegulatoryItem.objects.get(title_ko="이중 서류")
    base = f"/staff/guidance/regulatoryitem/{made.pk}/"
    assert [each.url for each in answers] == [f"{base}change/"] * 2
    assert (made.concerns.get().company, made.state_on) == (company, dt.date(2025, 9, 2))
    assert f"{base}change/" in text(client, "/staff/")
    bad = client.post(
        f"{base}step/",
        {"state": "examined", "on": "2025-09-01", "note": "남는 메모", "next_on": "2098-02-01"},
    )
    assert (bad.status_code, "남는 메모" in bad.content.decode(), made.steps.count()) == (200, True, 1)
    paper = SimpleUploadedFile("공문.pdf", PDF)
    client.post(
        f"{base}step/", {"state": "examined", "on": "2025-09-03", "next_on": "2098-02-01", "document": paper}
    )
    client.post(
        f"{base}document/", {"step": made.steps.last().pk, "document": SimpleUploadedFile("답.pdf", PDF)}
    )
    client.post(
        f"{base}correct/",
        {
            "step": made.steps.last().pk,
            "state": "examined",
            "on": "2025-09-04",
            "reason": "날짜",
            "next_on": "2098-03-01",
        },
    )
    client.post(
        f"{base}concern/",
        {"source": "research", "reference": "현장조사", "form_key": uuid4(), "currency": "KRW"},
    )
    begin = dt.datetime(2098, 6, 10, 14, tzinfo=dt.UTC)
    times = {"starts_at": begin, "ends_at": begin + dt.timedelta(hours=2), "closes_at": begin}
    held = briefings.published(title_ko="칠레 설명회", **times)
    for of, source in (
        (briefings.published("BBA", **times), "briefing"),
        (held, "research"),
        (held, "briefing"),
    ):
        client.post(
            f"{base}concern/",
            {"source": source, "briefing": of.pk, "form_key": uuid4(), "currency": "KRW"},
        )
    assert list(made.concerns.exclude(briefing=None).values_list("source", "briefing")) == [
        ("briefing", held.pk)
    ]
    edited = client.get(f"{base}edit/").context["form"].initial
    client.post(
        f"{base}edit/", {**{name: value or "" for name, value in edited.items()}, "body_name": "칠레 당국"}
    )
    made.refresh_from_db()
    assert (made.state, made.state_on, made.body_name, made.products, made.next_on) == (
        "examined", dt.date(2025, 9, 4), "칠레 당국", ["1212"], dt.date(2098, 3, 1),
    )  # fmt: skip
    step_now = RegulatoryStep.objects.get(item=made, corrected_at__isnull=True, position=2)
    assert (step_now.corrects.documents.count(), made.concerns.count()) == (2, 3)
    client.get(f"{base}change/")
    with django_assert_num_queries(STAFF_QUERIES):
        page = text(client, f"{base}change/")
    assert [
        word
        for word in ("corrected", company.pretty_number, "현장조사", "Briefing on Chile")
        if word not in page
    ] == []
    client.post(f"{base}join/", {"other": item.pk})
    assert "Take the joining back" in text(client, f"{base}change/")
    client.post(f"{base}separate/")

    with django_assert_num_queries(STAFF_LIST_QUERIES):
        client.get("/staff/guidance/regulatoryitem/")
    item_of(title_ko="셋째")
    with django_assert_num_queries(STAFF_LIST_QUERIES):
        page = text(client, "/staff/guidance/regulatoryitem/")
    assert [title for title in ("위생 인증 이중 제출", "이중 서류", "셋째") if title not in page] == []
    assert "이중 서류" not in text(client, "/staff/guidance/regulatoryitem/?country=CN")
    assert "셋째" in text(client, "/staff/guidance/regulatoryitem/?waits=none")

    stranger = signed_in(people.officer("manager", "BBA"))
    for name in ("change", "history", "edit", "step", "correct", "document", "concern", "wording", "join"):
        assert stranger.get(f"{base}{name}/").status_code == 404
    assert "이중 서류" not in text(stranger, "/staff/guidance/regulatoryitem/")
    made.program = programs.program()
    made.save()
    ProgramShare.objects.create(program=made.program, agency=people.agency("BBA"), part_ko="함께")
    page = text(stranger, f"{base}change/")
    assert ("이중 서류" in page, f"{base}step/" in page) == (True, False)
    assert stranger.post(f"{base}separate/").status_code == 302
    auditor = signed_in(people.officer("auditor"))
    assert (auditor.get(f"{base}change/").status_code, auditor.get(f"{base}step/").status_code) == (200, 404)
