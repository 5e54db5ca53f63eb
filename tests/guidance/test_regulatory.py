"""Rules that stand in the way: raised, joined, followed up by steps, told to those who agreed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from companies.models import Company
from ground import outbox
from ground.models import Message
from ground.models.file import StoredFile
from guidance.domain import regulatory, regulatory_public, regulatory_steps
from guidance.models import Concern, RegulatoryItem, RegulatoryStep, StepDocument
from guidance.permissions import document_of_regulatory_step
from guidance.queries.regulatory import Loss, Weight, weight_of
from programs.domain import consulting
from programs.models import Listing, Task
from tests.factories import people, programs, register
from tests.factories.intake import refused
from tests.factories.staff import PDF

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 9, 1)
State = RegulatoryItem.State


def item_of(agency_code: str = "SBA", on: dt.date = DAY, **fields: Any) -> RegulatoryItem:
    """Raised by research, as staff write it down."""
    return regulatory.open_item(
        RegulatoryItem(
            **{
                "agency": people.agency(agency_code), "title_ko": "위생 인증 이중 제출", "hinders_ko": "두 번 냅니다.",
                "pillar": "rules", "countries": ["CL"], "body_name": "위생 당국", **fields,
            }
        ),
        Concern(source="research", reference="현장조사", form_key=uuid4()),
        on=on,
        by=people.officer("officer", agency_code),
    )  # fmt: skip


def publish(item: RegulatoryItem, title: str = "위생 인증을 두 번") -> None:
    by = people.officer("officer", item.agency.code)
    regulatory_public.write_wording(item, title_ko=title, text_ko="한 번만 내게 합니다.", by=by)
    regulatory_public.publish(item, by=by)


def too(item: RegulatoryItem, serial: int, amount: int | None = None, *, is_told: bool = False) -> Concern:
    company = register.company(serial)
    return regulatory.say_too(
        item, company, amount=None if amount is None else Decimal(amount),
        currency=None if amount is None else programs.currency(), is_told=is_told, form_key=uuid4(),
        by=register.member(company),
    )  # fmt: skip


def listing_of(company: Company, state: str = "refused") -> Listing:
    seat = programs.participation(company)
    return Listing.objects.create(
        agency=seat.agency, program=seat.program, company=company, participation=seat, product=register.product(company),
        market=programs.market(), state=state,
    )  # fmt: skip


def step(item: RegulatoryItem, state: str, on: dt.date = DAY, **fields: Any) -> RegulatoryStep:
    item.refresh_from_db()
    by = fields.pop("by", None) or people.officer("officer", item.agency.code)
    over = {
        "next_on": None if state in RegulatoryItem.OVER else dt.date(2099, 1, 1),
        "note": "적음",
        **fields,
    }
    return regulatory_steps.take_step(item, state, on=on, by=by, **over)


def prepare(folder: Path) -> RegulatoryItem:
    for code in ("CL", "CN"):
        people.country(code)
    return item_of()


@pytest.fixture
def item(prepared: Any) -> RegulatoryItem:
    return RegulatoryItem.objects.select_related("agency").get(pk=prepared.made.pk)


def test_only_what_may_follow_follows(item):
    """Every pair of states, as the table says it and as people know it: it goes on, is reminded of, or is taken up again."""
    may = {
        "raised": {"examined", "refused"}, "examined": {"sent", "refused"}, "sent": {"sent", "answered"},
        "answered": {"sent", "planned", "done", "refused"}, "planned": {"planned", "sent", "done", "refused"},
        "done": set(), "refused": {"examined"},
    }  # fmt: skip
    for state in State.values:
        RegulatoryItem.objects.update(state=state, next_on=None)
        RegulatoryStep.objects.update(state=state)
        for following in State.values:
            with transaction.atomic():
                if following in may[state]:
                    step(item, following)
                    item.refresh_from_db()
                    assert item.state == following
                else:
                    with refused("not_next"):
                        step(item, following)
                transaction.set_rollback(True)


def test_a_step_needs_what_makes_it_whole(item):
    tomorrow = dt.date(2099, 1, 1)
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("not_your_agency", "examined", {"by": people.officer("officer", "BBA")}),
        ("not_your_agency", "examined", {"by": people.officer("auditor")}),
        ("later", "examined", {"on": tomorrow}),
        ("earlier", "examined", {"on": dt.date(2025, 8, 31)}),
        ("next_missing", "examined", {"next_on": None}),
        ("next_passed", "examined", {"next_on": dt.date(2025, 9, 2)}),
        ("blank", "refused", {"note": " "}),
        ("over", "refused", {"next_on": tomorrow}),
        ("too_long", "examined", {"note": "가" * 4001}),
    ]
    for code, state, given in cases:
        with refused(code):
            step(item, state, **given)
    step(item, "examined")
    RegulatoryItem.objects.update(body_name="")
    with refused("body_missing"):
        step(item, "sent")
    assert [each.state for each in RegulatoryStep.objects.all()] == ["raised", "examined"]


def test_the_next_date_waits_on_the_desk(item):
    def waiting() -> list[Any]:
        return list(Task.objects.open().values_list("kind", "side", "subject_id", "subject_ko", "due_on"))

    assert waiting() == []
    step(item, "examined", next_on=dt.date(2098, 5, 1))
    step(item, "sent", next_on=dt.date(2098, 6, 1))
    assert waiting() == [("regulatory", "agency", item.pk, "위생 인증 이중 제출", dt.date(2098, 6, 1))]
    item.refresh_from_db()
    item.next_on = dt.date(2098, 7, 1)
    regulatory.save_item(item, by=people.officer())
    assert [each[-1] for each in waiting()] == [dt.date(2098, 7, 1)]
    step(item, "answered")
    step(item, "done")
    item.refresh_from_db()
    assert (waiting(), item.next_on) == ([], None)
    item.next_on = dt.date(2098, 7, 1)
    with refused("over"):
        regulatory.save_item(item, by=people.officer())
    with pytest.raises(IntegrityError), transaction.atomic():
        RegulatoryItem.objects.update(next_on=DAY)


def test_a_step_is_corrected_by_another_one_and_stays(item):
    by = people.officer()
    examined = step(item, "examined", dt.date(2025, 9, 5))
    sent = step(item, "sent", dt.date(2025, 9, 9))

    def correct(
        which: RegulatoryStep,
        state: str,
        on: dt.date,
        reason: str = "날짜가 틀림",
        next_on: dt.date | None = None,
    ) -> RegulatoryStep:
        return regulatory_steps.correct_step(
            which, state=state, on=on, reason=reason, note="적음", next_on=next_on, by=by
        )

    for code, *given in (
        ("reason_missing", examined, "examined", dt.date(2025, 9, 6), " "),
        ("earlier", examined, "examined", dt.date(2025, 8, 31)),
        ("earlier", examined, "examined", dt.date(2025, 9, 10)),
        ("not_last", examined, "refused", dt.date(2025, 9, 6)),
        ("not_next", sent, "done", dt.date(2025, 9, 9)),
        ("next_missing", sent, "sent", dt.date(2025, 9, 9)),
        ("next_passed", sent, "sent", dt.date(2025, 9, 9), "틀림", dt.date(2025, 9, 10)),
        ("over", sent, "refused", dt.date(2025, 9, 9), "틀림", dt.date(2099, 1, 1)),
        ("not_last", examined, "examined", dt.date(2025, 9, 6), "틀림", dt.date(2098, 1, 1)),
    ):
        with refused(code):
            correct(*given)
    correct(examined, "examined", dt.date(2025, 9, 6))
    with refused("corrected"):
        correct(examined, "examined", dt.date(2025, 9, 7))
    ended = correct(sent, "refused", dt.date(2025, 9, 8))
    item.refresh_from_db()
    assert (item.state, item.state_on, item.next_on) == ("refused", dt.date(2025, 9, 8), None)
    assert [
        (each.position, each.state, each.on.day, each.corrects and each.corrects.on.day, each.corrected_at is None)
        for each in item.steps.all()
    ] == [
        (1, "raised", 1, None, True), (2, "examined", 5, None, False), (2, "examined", 6, 5, True),
        (3, "sent", 9, None, False), (3, "refused", 8, 9, True),
    ]  # fmt: skip
    assert Task.objects.open().count() == 0
    wrong = correct(
        ended, "sent", dt.date(2025, 9, 9), next_on=dt.date(2098, 8, 1)
    )  # it was not refused after all
    assert list(Task.objects.open().values_list("subject_id", "due_on")) == [(item.pk, dt.date(2098, 8, 1))]
    RegulatoryItem.objects.update(next_on=dt.date(2025, 9, 20))
    correct(
        wrong, "sent", dt.date(2025, 9, 8), next_on=dt.date(2025, 9, 20)
    )  # the date that stands has passed
    item.refresh_from_db()
    assert (item.state, item.next_on) == ("sent", dt.date(2025, 9, 20))
    assert Task.objects.open().get().due_on == dt.date(2025, 9, 20)


def told() -> list[tuple[str, str]]:
    """Who got which letters since the last look."""
    outbox.drain()
    found = [(each.recipients[0].partition("-")[0], each.subject) for each in Message.objects.order_by("id")]
    Message.objects.all().delete()
    return sorted(found)


def test_who_agreed_is_told_once_when_it_moves(item):
    publish(item)
    one, two, three = (too(item, serial, is_told=serial < 3) for serial in (1, 2, 3))
    assert (one.is_told, three.is_told) == (True, False)
    register.member(two.company, email="editor2@firm.example", role="editor")
    seat = two.company.members.get(role="editor")
    regulatory.say_too(item, two.company, is_told=True, form_key=uuid4(), by=seat.user)
    Message.objects.all().delete()
    first = step(item, "examined")
    assert told() == [
        ("editor2@firm.example", "위생 인증을 두 번: 검토함"),
        ("owner", "위생 인증을 두 번: 검토함"),
    ]
    seat.ended_at = first.taken_at  # who left is not written to: the owners are
    seat.save()
    regulatory.take_back(one, by=one.said_by)
    step(item, "sent")
    assert told() == [("owner", "위생 인증을 두 번: 담당 기관에 보냄")]
    for _press in range(2):
        step(item, "sent", note="다시 요청")
    wrong = RegulatoryStep.objects.get(position=4)
    assert RegulatoryStep.objects.count() == 4
    regulatory_steps.correct_step(
        wrong, state="answered", on=DAY, note="답", reason="잘못 적음", next_on=dt.date(2099, 1, 1), by=people.officer()
    )  # fmt: skip
    too(item, 4, is_told=True)  # came later: is told of what comes
    assert told() == [
        ("owner", "위생 인증을 두 번: 답을 받음")
    ]  # of the step as it was nobody is told any more
    for state in ("refused", "examined"):  # over, and taken up again
        step(item, state)
    assert told() == [
        ("owner", f"위생 인증을 두 번: {words}") for words in 2 * ("검토함",) + 2 * ("수용되지 않음",)
    ]


def test_two_that_are_the_same_are_joined_and_everybody_is_told(item):
    by = people.officer()
    company = register.company(7)
    owner = register.member(company)
    raised = regulatory.raise_item(
        company, agency=item.agency, title="우리 세관 문제", text="비밀 사정", pillar="rules", is_told=True, form_key=uuid4(),
        by=owner,
    )  # fmt: skip
    third = item_of(title_ko="셋째")
    regulatory.join(third, raised, by=by)
    for code, one, other in (
        ("itself", raised, raised), ("other_agency", raised, item_of("BBA")), ("joined", item, third), ("joined", third, item),
    ):  # fmt: skip
        with refused(code):
            regulatory.join(one, other, by=by)
    told()
    regulatory.join(raised, item, by=by)
    regulatory.join(raised, item, by=by)  # pressed twice
    third.refresh_from_db()
    raised.refresh_from_db()
    assert (raised.joined_into, third.joined_into, raised.next_on) == (item, item, None)
    assert Task.objects.open().filter(subject_id=raised.pk).count() == 0
    assert told() == [("owner", "같은 애로를 제기한 곳들과 함께 진행: 우리 세관 문제")]
    step(item, "examined")
    assert told() == [("owner", "우리 세관 문제: 검토함")]  # in its own words: the other item is not public
    publish(item)
    step(item, "sent")
    assert told() == [("owner", "위생 인증을 두 번: 담당 기관에 보냄")]
    for act in (
        lambda: step(raised, "examined"), lambda: regulatory.save_item(raised, by=by),
        lambda: regulatory_public.write_wording(raised, title_ko="말", text_ko="글", by=by),
    ):  # fmt: skip
        with refused("joined"):
            act()
    regulatory.separate(raised, by=by)
    with refused("not_joined"):
        regulatory.separate(raised, by=by)
    raised.refresh_from_db()
    assert (raised.joined_into, raised.state, raised.next_on is not None) == (None, "raised", True)
    step(item, "answered")
    assert told() == []


def test_a_company_counts_once_with_what_it_said_last(item):
    publish(item)
    other = item_of(title_ko="같은 것")
    publish(other, "같은 것")
    for serial, amount in ((1, 100), (2, 200), (3, None)):
        too(item, serial, amount)
    too(other, 1, 700)
    too(other, 4, 50)
    assert weight_of(item.pk) == Weight(3, (Loss("KRW", Decimal(300), 2),))
    regulatory.join(other, item, by=people.officer())
    too(item, 2, 250)  # corrects what it said
    assert weight_of(item.pk) == Weight(4, (Loss("KRW", Decimal(1000), 3),))
    assert weight_of(item.pk).public() == Weight(0, ())
    concern = Concern.objects.get(company=register.company(4))
    regulatory.take_back(concern, by=concern.said_by)
    assert weight_of(item.pk).companies == 3
    too(item, 4)
    too(item, 5, 1)
    assert (weight_of(item.pk).public(), Concern.objects.filter(company__isnull=False).count()) == (
        Weight(5, ()),
        6,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(company=register.company(2)).update(company=register.company(1))


def test_a_company_raises_what_hinders_it(item):
    company = register.company(1)
    owner = register.member(company)
    mine = listing_of(company)
    facts: dict[str, Any] = {
        "agency": mine.agency, "title": "서류  두 번", "text": "두 번 냈습니다.", "pillar": "rules", "countries": ["CN", "CL"],
        "products": ["1212.21", "3304"], "amount": Decimal(500), "currency": programs.currency(), "is_told": True,
        "form_key": uuid4(), "by": owner,
    }  # fmt: skip
    made = regulatory.raise_item(company, listing=mine, **facts)
    assert regulatory.raise_item(company, listing=mine, **facts) == made  # pressed twice
    assert (made.title_ko, made.countries, made.products, made.program) == (
        "서류 두 번", ["CL", "CN"], ["121221", "3304"], mine.program,
    )  # fmt: skip
    assert made.next_on == made.state_on + dt.timedelta(days=14)
    assert list(made.concerns.values_list("source", "listing", "company", "text", "amount", "is_told")) == [
        ("listing", mine.pk, company.pk, "두 번 냈습니다.", Decimal(500), True)
    ]
    reader = register.member(company, role="reader")
    theirs = listing_of(register.company(2))
    cases: list[tuple[str, dict[str, Any]]] = [
        ("form_key", {"company": register.company(3), "by": register.member(register.company(3))}),
        ("read_only", {"by": reader}),
        ("read_only", {"by": register.member(register.company(3))}),
        ("not_your_listing", {"listing": theirs}),
        ("not_your_listing", {"listing": mine, "agency": people.agency("BBA")}),
        ("blank", {"title": " "}),
        ("blank", {"text": " "}),
        ("too_long", {"text": "가" * 4001}),
        ("unknown_country", {"countries": ["XX"]}),
        ("not_valid", {"products": ["1"]}),
        ("not_valid", {"pillar": "weather"}),
        ("not_valid", {"amount": Decimal(5), "currency": None}),
    ]
    for code, given in cases:
        new = {"form_key": uuid4()} if code != "form_key" else {}
        with refused(code):
            regulatory.raise_item(**{"company": company, **facts, **new, **given})
    for _number in range(19):
        regulatory.raise_item(company, **{**facts, "form_key": uuid4()})
    with refused("too_many"):
        regulatory.raise_item(company, **{**facts, "form_key": uuid4()})
    with refused("not_public"):
        too(item, 3)
    publish(item)
    step(item, "refused")
    with refused("over"):
        too(item, 3)


def test_staff_name_who_raised_it_of_what_their_agency_sees(item):
    by, company = people.officer(), register.company(1)
    register.seen_by(company)
    consultation = consulting.note(
        company, agency=item.agency, held_on=DAY, channel="phone", topic="certificate", text="물음", by=by
    )
    noted = regulatory.note_concern(
        item, Concern(source="consultation", consultation=consultation, form_key=uuid4()), by=by
    )
    assert (noted.company, noted.said_by) == (company, by)
    foreign = listing_of(register.company(2))
    Listing.objects.update(agency=foreign.agency)
    cases: list[tuple[str, dict[str, Any], Any]] = [
        ("there", {"source": "company", "company": company}, by),
        ("not_seen", {"source": "company", "company": register.company(3)}, by),
        ("not_valid", {"source": "research"}, by),
        ("not_your_agency", {"source": "research", "reference": "조사"}, people.officer("officer", "BBA")),
    ]
    for code, given, who in cases:
        with refused(code):
            regulatory.note_concern(item, Concern(form_key=uuid4(), **given), by=who)
    elsewhere = item_of("BBA")
    with refused("other_agency"):
        regulatory.note_concern(
            elsewhere,
            Concern(source="listing", listing=foreign, form_key=uuid4()),
            by=people.officer("officer", "BBA"),
        )
    with refused("other_agency"):
        item_of("BBA", program=programs.program())
    with refused("later"):
        item_of(on=dt.date(2099, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(pk=noted.pk).update(agency=people.agency("BBA"))


def test_papers_of_a_step_are_read_by_staff_who_see_the_item(item):
    made = step(item, "examined", document=ContentFile(PDF, name="공문.pdf"))
    regulatory_steps.add_document(made, ContentFile(PDF, name="답.pdf"), by=people.officer())
    with refused("not_your_agency"):
        regulatory_steps.add_document(
            made, ContentFile(PDF, name="답.pdf"), by=people.officer("officer", "BBA")
        )
    papers = list(
        StoredFile.objects.filter(pk__in=StepDocument.objects.values("file")).order_by("created_at")
    )
    assert [each.name for each in papers] == ["공문.pdf", "답.pdf"]
    readers = {
        "own": people.officer("auditor"),
        "other": people.officer("officer", "BBA"),
        "company": register.member(register.company(1)),
    }
    assert {name: document_of_regulatory_step(user, papers[0]) for name, user in readers.items()} == {
        "own": True, "other": False, "company": False,
    }  # fmt: skip
