"""Mails about calls: one for each company that an opened call fits and that agreed, and the officer's letter to those a
moved rule would let in."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.domain import approvals
from companies.models import Consent, Letter, YearlyFigure
from ground import clock, outbox
from ground.models import Message, OutboxEvent
from programs.domain import amending, announcing, inquiries, publishing
from programs.models import Call, Inquiry
from tests.broken import broken
from tests.factories import consents, people, programs, register
from tests.factories import intake as made

pytestmark = pytest.mark.django_db

OPENS = dt.datetime(2025, 5, 12, 9, tzinfo=made.SEOUL)


def mails(agency_code: str = "SBA") -> Any:
    return consents.text(
        "mails", kind="mail", agency_code=agency_code, title_en="Mails", body_en="Write to me about calls that fit.",
    )  # fmt: skip


@pytest.fixture
def call(move_clock: Any) -> Call:
    """Located in Seoul, in business, exports up to 1,000 USD; published three days before it opens.

    Companies: 1 meets all; 2 exports 2,000; 3 has no figure; 4 sits in Busan; 5 meets all and never agreed; 6 meets all
    and agreed to mails of another agency; 7 meets all and withdrew. 1 to 4, 6 and 7 agreed once.
    """
    move_clock(OPENS - dt.timedelta(days=3))
    made_call = programs.call(published_at=None, opens_at=OPENS, title_en="Chile online")
    made.criterion(made_call, "seoul", "province", position=1)
    made.criterion(made_call, "open", "status", position=2)
    made.criterion(made_call, "exports", "exports", values={"max": 1000}, position=3)
    asked, other = mails(), mails("BBA")
    for serial, (province, exports) in enumerate(
        [("11", 1000), ("11", 2000), ("11", None), ("26", 10), ("11", 1), ("11", 1), ("11", 1)], start=1
    ):
        company = register.company(serial, province_code=province)
        register.status(company)
        if exports is not None:
            YearlyFigure.objects.create(company=company, year=2024, export_amount=Decimal(exports))
        if serial != 5:
            consents.given(company, other if serial == 6 else asked)
    Consent.objects.filter(company=register.company(7)).update(withdrawn_at=clock.now())
    register.member(register.company(1), "reader")
    return made_call


def owner(serial: int) -> str:
    return str(register.member(register.company(serial)).email)


def written() -> dict[str, int]:
    """How many mails each address got."""
    found: dict[str, int] = {}
    for message in Message.objects.all():
        for address in message.recipients:
            found[address] = found.get(address, 0) + 1
    return found


def handle_all() -> None:
    """Everything that is waiting, whenever it is due by the machine's own clock."""
    OutboxEvent.objects.filter(done_at__isnull=True).update(
        available_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    )
    outbox.drain()


def opening() -> Any:
    return OutboxEvent.objects.filter(topic=announcing.OPENED, done_at__isnull=True)


def test_at_the_opening_those_it_fits_and_that_agreed_get_one_mail_and_nobody_else(call, move_clock):
    """Who is barred by the record gets none; where a person must look the company may well apply, and gets it."""
    publishing.publish(call, by=people.officer())
    handle_all()
    assert written() == {}
    move_clock(OPENS)
    handle_all()
    assert written() == {owner(1): 1, owner(3): 1}
    again = OutboxEvent.objects.filter(topic=announcing.OPENED).order_by("pk").last()
    assert again is not None
    outbox.handle(again.pk)
    OutboxEvent.objects.filter(pk=again.pk).update(done_at=None, handed_at=None)
    outbox.handle(again.pk)
    handle_all()
    assert written() == {owner(1): 1, owner(3): 1}


def test_a_mail_that_breaks_off_in_the_middle_is_written_whole_the_next_time(call, move_clock, monkeypatch):
    move_clock(OPENS)
    publishing.publish(call, by=people.officer())
    whole, calls = announcing.letters.write, []

    def broken_off(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise OSError("out of breath")
        whole(*args, **kwargs)

    monkeypatch.setattr(announcing.letters, "write", broken_off)
    handle_all()
    assert (len(calls), written()) == (2, {})
    monkeypatch.undo()
    handle_all()
    assert written() == {owner(1): 1, owner(3): 1}


def test_an_announced_call_is_looked_at_within_a_day_and_at_its_opening(call, move_clock):
    publishing.publish(call, by=people.officer())
    event = opening().get()
    wait = event.available_at - event.created_at
    assert dt.timedelta(hours=23) < wait <= dt.timedelta(days=1, seconds=5)
    move_clock(OPENS - dt.timedelta(hours=2))
    handle_all()
    event = opening().get()
    assert dt.timedelta(hours=1) < event.available_at - event.created_at < dt.timedelta(hours=2, seconds=5)


def extended(call: Call, later: dt.datetime) -> None:
    officer = people.officer()
    question = amending.ask_later_closing(call, closes_at=later, reason="접수 시스템 점검", by=officer)
    approvals.answer(question, by=people.officer("manager"), grant=True)
    amending.move_closing(call, closes_at=later, by=officer)


def asked_about(call: Call, serial: int) -> None:
    company = register.company(serial)
    inquiries.ask(call, company, "언제까지?", by=register.member(company), form_key=uuid4())


def test_a_later_closing_is_told_to_those_that_applied_asked_or_agreed_each_once(call, move_clock):
    """Company 1 fits and has a draft; 2 does not fit but asked; 3 fits and agreed, and asked, too; 4 is barred; 5 asked and
    took it back; 6 and 7 did not agree."""
    publishing.publish(call, by=people.officer())
    move_clock(OPENS)
    handle_all()
    for serial in (2, 3, 3, 5):
        asked_about(call, serial)
    gone = Inquiry.objects.get(company=register.company(5))
    inquiries.withdraw(gone, by=register.member(register.company(5)))
    programs.application(call, register.company(1))
    handle_all()
    Message.objects.all().delete()
    extended(Call.objects.get(pk=call.pk), call.closes_at + dt.timedelta(days=3))
    handle_all()
    reader = str(register.member(register.company(1), "reader").email)
    assert written() == {owner(1): 1, reader: 1, owner(2): 1, owner(3): 1}


def test_who_withdrew_an_application_is_told_of_a_later_closing_like_one_that_has_none(call, move_clock):
    """Company 1 fits and agreed; 2 does not fit and asked: both withdrew and may begin again."""
    publishing.publish(call, by=people.officer())
    move_clock(OPENS)
    asked_about(call, 2)
    for serial in (1, 2):
        programs.application(call, register.company(serial), status="withdrawn")
    handle_all()
    Message.objects.all().delete()
    extended(Call.objects.get(pk=call.pk), call.closes_at + dt.timedelta(days=3))
    handle_all()
    assert written() == {owner(1): 1, owner(2): 1, owner(3): 1}


def test_before_the_opening_only_who_asked_is_told_and_a_closing_moved_again_is_told_once(call, move_clock):
    publishing.publish(call, by=people.officer())
    asked_about(call, 4)
    extended(Call.objects.get(pk=call.pk), call.closes_at + dt.timedelta(days=1))
    extended(Call.objects.get(pk=call.pk), call.closes_at + dt.timedelta(days=2))
    handle_all()
    assert written() == {owner(4): 1}
    body = Message.objects.get().body
    assert "접수 시스템 점검" in body
    assert f"/calls/{call.pk}/" in body


def test_a_mail_about_a_later_closing_ends_like_the_others(call, move_clock):
    publishing.publish(call, by=people.officer())
    move_clock(OPENS)
    handle_all()
    Message.objects.all().delete()
    extended(Call.objects.get(pk=call.pk), call.closes_at + dt.timedelta(days=3))
    handle_all()
    assert written() == {owner(1): 1, owner(3): 1}
    assert all("List-Unsubscribe" in str(each.headers) for each in Message.objects.all())


def test_of_a_call_that_closed_meanwhile_nobody_is_told(call, move_clock):
    publishing.publish(call, by=people.officer())
    move_clock(made.CLOSES)
    handle_all()
    assert written() == {}
    assert not opening().exists()


def test_the_mail_is_in_the_reader_s_language_with_the_way_in_and_the_way_out(call, move_clock, client):
    english = register.member(register.company(3))
    english.language = "en"
    english.save(update_fields=["language"])
    move_clock(OPENS)
    publishing.publish(call, by=people.officer())
    handle_all()
    first, third = (Message.objects.get(recipients=[owner(serial)]) for serial in (1, 3))
    assert first.subject == "한강식품1에 맞는 공고 접수가 시작되었습니다: 참여기업 모집"
    assert "기업 정보로는 모든 요건을 충족합니다." in first.body
    assert third.subject == "A call that fits Hangang Foods 3 is open: Chile online"
    assert "nothing speaks against applying" in third.body
    assert f"/calls/{call.pk}/check/" in third.body
    stop = re.search(r"/mails/\S+/end/", third.body)
    assert stop
    client.post(stop[0])
    standing = Consent.objects.filter(withdrawn_at__isnull=True)
    assert standing.filter(company=register.company(3)).exists() is False
    assert standing.filter(company=register.company(1)).exists() is True


@pytest.mark.parametrize("companies", [[1], [1, 3, 6]])
def test_the_mails_cost_as_many_questions_for_many_as_for_one(
    call, move_clock, django_assert_num_queries, companies
):
    """The call, the clock, receivers, members, criteria, provinces, settings, the answer; and the writing of each mail."""
    consents.given(register.company(6), Consent.objects.get(company=register.company(1)).text)
    Consent.objects.exclude(company__in=[register.company(serial) for serial in companies]).delete()
    move_clock(OPENS)
    with django_assert_num_queries(11 + 2 * len(companies)):
        assert announcing.announce(call.pk) == len(companies)


# The officer's letter -------------------------------------------------------------------------------------------------


def exports(call: Call) -> Any:
    return call.criterions.get(code="exports")


def write_in(call: Call, **fields: Any) -> Letter:
    return announcing.write_in(
        call, exports(call), {"max": 2000},
        **{"subject": "새 기준", "body": "다시 신청해 주십시오.", "expected": 1, "key": uuid4(), "by": people.officer(), **fields},
    )  # fmt: skip


def test_written_to_are_those_that_come_in_and_agreed(call):
    """At 2,000 USD company 2 comes in; in a second run it has not agreed, and nobody can be written to."""
    letter = write_in(call)
    assert (letter.companies, letter.about) == ([register.company(2).pk], call.pk)
    assert letter.cause == 'SBA-MELI-CL-2025-1 exports: {"max": 1000} → {"max": 2000}'
    handle_all()
    assert written() == {owner(2): 1}
    Consent.objects.filter(company=register.company(2)).update(withdrawn_at=clock.now())
    with broken("nobody"):
        write_in(call)
    exports(call).refresh_from_db()
    assert exports(call).values == {"max": 1000}


def test_a_rule_that_is_left_out_lets_companies_in_that_can_be_written_to(call, english):
    """Without the exports company 2 comes in, and company 3, whose figure nobody knew."""
    english.force_login(people.officer())
    asked = {"criterion": str(exports(call).pk), "asked": "1", "left_out": "on"}
    page = english.get(reverse("admin:programs_call_register", args=[call.pk]), asked)
    letter = page.context["letter"]
    typed = {each.name: str(each.value()) for each in letter if each.value() is not None}
    typed |= {"subject": "S", "body": "B", "expected": str(page.context["reached"]), "confirmed": "1"}
    english.post(reverse("admin:programs_call_write_in", args=[call.pk]), typed)
    written_down = Letter.objects.get()
    assert sorted(written_down.companies) == sorted(register.company(serial).pk for serial in (2, 3))
    assert written_down.cause == 'SBA-MELI-CL-2025-1 exports: {"max": 1000} → –'


def test_two_rules_moved_at_once_let_companies_in_that_can_be_written_to(call, english):
    """Up to 2,000 USD and also without the province, companies 2 and 4 come in."""
    english.force_login(people.officer())
    also = json.dumps([[str(call.criterions.get(code="seoul").pk), None]])
    address = reverse("admin:programs_call_register", args=[call.pk])
    page = english.get(
        address, {"criterion": str(exports(call).pk), "asked": "1", "value_max": "2000", "also": also}
    )
    letter = page.context["letter"]
    typed = {each.name: str(each.value()) for each in letter if each.value() is not None}
    typed |= {"subject": "S", "body": "B", "expected": str(page.context["reached"])}
    page = english.post(reverse("admin:programs_call_write_in", args=[call.pk]), typed)
    shown = page.context["form"]
    confirmed = re.sub(r"<[^>]*>|\s+", " ", page.content.decode())
    assert re.search(
        r"Rules changed together\s+Criterion seoul\s+seoul\s*:\s+left out\s+Criterion exports\s+exports\s*:"
        r"\s+exports of the previous year: at most 2,000 USD\.\s+Subject",
        confirmed,
    )
    typed |= {
        name: str(shown[name].value()) for name in ("also", "values") if shown[name].value() is not None
    }
    sent = english.post(reverse("admin:programs_call_write_in", args=[call.pk]), {**typed, "confirmed": "1"})
    written_down = Letter.objects.get()
    assert sorted(written_down.companies) == sorted(register.company(serial).pk for serial in (2, 4))
    assert written_down.cause == (
        'SBA-MELI-CL-2025-1 seoul: {"places": ["head_office"], "provinces": ["11"]} → –; exports: {"max": 1000} → {"max": 2000}'
    )
    back = english.get(sent.url)
    assert [each.criterion.code for each in back.context["moves"]] == ["exports", "seoul"]


def test_a_letter_keeps_all_moves_whole_however_long_they_are(call, owner_role):
    """The history, too. With 99 more provinces company 4 comes in beside company 2."""
    register.province("26")
    seoul = call.criterions.get(code="seoul")
    wider = {"places": ["head_office"], "provinces": ["11", *map(str, range(1, 100))]}
    letter = write_in(call, also=[(seoul, wider), (call.criterions.get(code="open"), None)], expected=2)
    letter.refresh_from_db()
    head = 'SBA-MELI-CL-2025-1 exports: {"max": 1000} → {"max": 2000}; seoul: {"places": ["head_office"], "provinces": ["11"]} → '
    assert letter.cause == f"{head}{json.dumps(wider)}; open: {{}} → –"
    assert [each.cause for each in letter.events.all()] == [letter.cause]  # type: ignore[attr-defined]


def test_a_rule_is_changed_once_and_at_most_five_together_in_a_letter_too(call, english):
    """By the verb, and in a raw post; nothing is written."""
    more = [
        made.criterion(call, f"more{serial}", "exports", values={"max": 9000}, position=9 + serial)
        for serial in range(5)
    ]
    english.force_login(people.officer())
    typed = {
        "criterion": str(exports(call).pk), "values": '{"max": 2000}', "form_key": str(uuid4()), "subject": "S", "body": "B",
        "expected": "1", "confirmed": "1",
    }  # fmt: skip
    for code, sentence, also in (
        ("moved_twice", "The same rule is changed twice. Change it once.", [exports(call)]),
        ("moved_twice", "The same rule is changed twice. Change it once.", [more[0], more[0]]),
        ("too_many_moves", "At most 5 rules can be changed together. Undo one of the changes first.", more),
    ):
        with broken(code):
            write_in(call, also=[(each, None) for each in also])
        raw = json.dumps([[str(each.pk), None] for each in also])
        page = english.post(reverse("admin:programs_call_write_in", args=[call.pk]), {**typed, "also": raw})
        assert (page.status_code, sentence in page.content.decode()) == (400, True)
    assert not Letter.objects.exists()
    assert write_in(call, also=[(each, None) for each in more[:4]]).companies == [register.company(2).pk]


def test_a_second_click_is_the_same_letter(call):
    key = uuid4()
    assert write_in(call, key=key) == write_in(call, key=key)
    handle_all()
    assert (written(), Letter.objects.count()) == ({owner(2): 1}, 1)


def test_another_number_than_was_confirmed_is_refused(call):
    for expected in (0, 2):
        with broken("other_number"):
            write_in(call, expected=expected)
    assert not Letter.objects.exists()


def test_only_officers_and_managers_of_the_agency_write(call):
    for stranger in (people.officer("auditor"), people.officer("finance"), people.officer("manager", "BBA")):
        with broken("not_your_agency"):
            write_in(call, by=stranger)


def test_a_letter_stands_in_the_history_with_its_writer(call, owner_role):
    letter = write_in(call)
    events = letter.events.all()  # type: ignore[attr-defined]
    assert [(each.pgh_label, each.subject, each.written_by) for each in events] == [
        ("insert", "새 기준", people.officer())
    ]


def test_the_officer_confirms_the_number_before_anything_is_sent(call, english):
    english.force_login(people.officer())
    query = {"criterion": str(exports(call).pk), "values": json.dumps({"max": 2000})}
    register_page = reverse("admin:programs_call_register", args=[call.pk])
    page = english.get(register_page, {"criterion": query["criterion"], "asked": "1", "value_max": "2,000"})
    text = page.content.decode()
    assert "1 of these 1 companies agreed to be written to." in text
    assert "Write to 1 company that agreed" in text
    key = str(page.context["letter"]["form_key"].value())
    typed = {**query, "form_key": key, "subject": "새 <b>기준</b>", "body": "안내합니다."}
    page = english.post(f"{register_page}write/", typed)
    text = page.content.decode()
    assert (page.status_code, "Send to 1 company" in text) == (200, True)
    assert "This letter goes to 1 company that comes in and agreed to be written to" in text
    assert re.search(r"Rule changed</dt>\s*<dd>\s*<ul>\s*<li>Criterion exports <", text)
    assert "새 &lt;b&gt;기준&lt;/b&gt;" in text
    moved = f"?criterion={query['criterion']}&asked=1&value_max=2%2C000#change"
    assert page.context["back_url"] == register_page + moved
    assert not Letter.objects.exists()
    confirmed = {**typed, "expected": "1", "confirmed": "1"}
    for _click in range(2):
        page = english.post(f"{register_page}write/", confirmed, follow=True)
        assert "1 company is written to." in page.content.decode()
    handle_all()
    assert written() == {owner(2): 1}
    (mail,) = Message.objects.all()
    assert (mail.subject, mail.body.startswith("안내합니다.")) == ("새 <b>기준</b>", True)


def test_what_is_not_right_is_said_and_kept(call, english):
    english.force_login(people.officer())
    address = reverse("admin:programs_call_write_in", args=[call.pk])
    typed = {
        "criterion": str(exports(call).pk), "values": '{"max": 2000}', "form_key": str(uuid4()), "subject": "",
        "body": "안내합니다.",
    }  # fmt: skip
    page = english.post(address, typed)
    assert (page.status_code, "안내합니다.</textarea>" in page.content.decode()) == (400, True)
    page = english.post(address, {**typed, "subject": "S", "expected": "7", "confirmed": "1"})
    assert page.status_code == 409
    assert "It would go to 1 company now." in page.content.decode()
    page = english.post(address, {**typed, "subject": "S", "change": "1"})
    assert 'value="S"' in page.content.decode()
    foreign = made.criterion(programs.call(code="OTHER"), "exports", "exports", values={"max": 1})
    assert english.post(address, {**typed, "subject": "S", "criterion": str(foreign.pk)}).status_code == 400
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("role", "agency", "status"), [("auditor", "SBA", 404), ("manager", "BBA", 404), ("finance", "SBA", 404)]
)
def test_who_may_not_write_sees_no_form(call, client, role, agency, status):
    client.force_login(people.officer(role, agency))
    query = {"criterion": str(exports(call).pk), "values": '{"max": 2000}'}
    typed = {"criterion": query["criterion"], "asked": "1", "value_max": "2000"}
    page = client.get(reverse("admin:programs_call_register", args=[call.pk]), typed)
    if agency == "SBA":
        assert page.context["letter"] is None
    else:
        assert page.status_code == 404
    assert client.post(reverse("admin:programs_call_write_in", args=[call.pk]), query).status_code == status
