"""Personal data of a company are destroyed in records and histories; everything else stays as it was."""

from __future__ import annotations

import json

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from companies.domain import destruction
from companies.models import DestructionRecord, Invitation
from ground import clock
from ground.history import history_of
from ground.models import Country, Message
from programs.models import Draft
from tests.broken import broken
from tests.companies.destruction.rows import (
    NAMED,
    content,
    personal,
)
from tests.factories import people, register

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_names_are_gone_everywhere_and_nothing_else_is(company, manager):
    before = content()
    assert all(name in json.dumps(before, ensure_ascii=False) for name in NAMED)
    records = destruction.destroy(company, reason="보존 기간이 끝났습니다.", by=manager)
    after = content()
    text = json.dumps(after, ensure_ascii=False)
    assert [name for name in NAMED if name in text] == []
    assert [name for name in ("남의사람", "남의손님") if name in text] == ["남의사람", "남의손님"]
    assert "ceo2@firm.example" in text
    columns = personal()
    for table, names in columns.items():
        if table in {
            "programs_draftevent",
            "guidance_registrationevent",
        }:  # what is typed, who comes: in no history
            continue
        own = [row for row in after[table] if row.get("company_id", str(company.pk)) == str(company.pk)]
        assert own, table
        assert all(row[name] in ("", {}) for row in own for name in names), table
    for table, rows in before.items():
        if table.startswith("companies_destructionrecord"):
            continue
        known = {row["pgh_id"] if "pgh_id" in row else row["id"] for row in rows}
        kept = [row for row in after[table] if row.get("pgh_id", row.get("id")) in known]
        skip = columns.get(table, set()) | ({"withdrawn_at"} if table == "companies_invitation" else set())
        strip = lambda row: {key: value for key, value in row.items() if key not in skip}  # noqa: B023, E731
        assert [strip(row) for row in kept] == [strip(row) for row in rows], table
        if not table.endswith("event"):
            assert len(after[table]) == len(rows), table
    assert {record.subject: (record.records, record.history_rows) for record in records} == {
        "companies_claim": (1, 2),
        "companies_contact": (1, 5),  # made, changed, blanked; the deleted one: made, deleted
        "companies_invitation": (1, 3),
        "guidance_guidequestion": (1, 2),
        "guidance_registration": (1, 1),  # no column in the history, but from where somebody was registered
        "programs_application": (1, 2),
        "programs_consultation": (1, 2),
        "programs_draft": (1, 1),  # no column in the history, but from where it was typed
        "programs_inquiry": (1, 2),
    }


def test_the_record_says_what_why_and_who_and_no_name(company, manager):
    destruction.destroy(company, reason="보존 기간이 끝났습니다.", by=manager)
    record = DestructionRecord.objects.get(subject="companies_contact")
    assert (record.reason, record.by, record.columns) == (
        "보존 기간이 끝났습니다.",
        manager,
        ["name", "email", "phone"],
    )
    assert str(company.contacts.get().pk) in record.record_ids
    assert len(record.record_ids) == 2


def test_the_history_tells_of_the_destruction(company, manager):
    contact = company.contacts.get()
    destruction.destroy(company, reason="보존 기간이 끝났습니다.", by=manager)
    changes = history_of(contact)
    assert [change.kind for change in changes] == ["update", "update", "insert"]
    assert (changes[0].reason, changes[0].who) == ("보존 기간이 끝났습니다.", manager.name)
    assert [
        field for change in changes for field in change.fields if "김서강" in field.before + field.after
    ] == []


def test_a_second_time_there_is_nothing_left(company, manager):
    assert len(destruction.destroy(company, reason="a", by=manager)) == 9
    assert destruction.destroy(company, reason="a", by=manager) == []
    assert DestructionRecord.objects.count() == 9


def test_what_comes_later_is_destroyed_the_next_time(company, manager):
    destruction.destroy(company, reason="a", by=manager)
    contact = company.contacts.get()
    contact.name = "새이름"
    contact.save()
    (record,) = destruction.destroy(company, reason="a", by=manager)
    assert record.subject == "companies_contact"
    assert "새이름" not in json.dumps(content(), ensure_ascii=False)


def test_an_open_invitation_is_withdrawn(company, manager):
    destruction.destroy(company, reason="a", by=manager)
    assert Invitation.objects.get().withdrawn_at is not None


def test_a_reason_is_needed(company, manager):
    for reason in ("", "   "):
        with broken("reason_missing"):
            destruction.destroy(company, reason=reason, by=manager)


@pytest.mark.parametrize("name", ["김서강", "GUEST@firm.example", "옛이름", "친구이"])
def test_a_reason_that_names_a_person_is_refused_and_nothing_is_done(company, manager, name):
    """Also a name that stands only in the history of a deleted record, or in what was typed and not saved."""
    before = content()
    with broken("reason_personal"):
        destruction.destroy(company, reason=f"{name} 님이 청하였습니다.", by=manager)
    assert content() == before


def test_without_the_destroyer_nothing_is_done(company, manager, settings):
    settings.IS_EMBEDDED = False
    before = content()
    with broken("no_destroyer"):
        destruction.destroy(company, reason="a", by=manager)
    assert content() == before


def test_several_open_invitations_go_at_once(company, manager):
    register_owner = company.members.get().user
    Invitation.objects.create(
        company=company, email="second@firm.example", role="reader", token_sha256="2" * 64,
        invited_by=register_owner, expires_at=clock.now(),
    )  # fmt: skip
    destruction.destroy(company, reason="a", by=manager)
    assert [(each.email, each.withdrawn_at is None) for each in Invitation.objects.all()] == [("", False)] * 2


def test_from_where_and_by_whom_personal_records_were_changed_goes_too(company, manager):
    contact = company.contacts.get()
    with pghistory.context(user=str(manager.pk), who="옛 방식", address="192.0.2.1", reason="번호를 고침"):
        contact.phone = "010-0000-0002"
        contact.save()
        company.website = "https://firm.example"
        company.save()
    destruction.destroy(company, reason="a", by=manager)
    changed = history_of(contact)[1]
    assert (changed.address, changed.reason, changed.who) == ("", "번호를 고침", manager.name)
    text = json.dumps(content()["companies_contactevent"], ensure_ascii=False)
    assert "192.0.2.1" not in text
    assert "옛 방식" not in text
    assert history_of(company)[0].address == "192.0.2.1"  # no personal record of the company


def test_the_operator_and_managers_of_agencies_that_see_the_company_decide(company):
    strangers = [people.officer(role) for role in ("officer", "auditor", "finance")]
    strangers += [people.officer("manager", "BPA"), register.member(company)]
    reading = people.officer("auditor", "SBA", "both@naru.example")
    people.officer("manager", "BPA", reading.email)
    before = content()
    for by in [*strangers, reading]:
        with broken("not_allowed"):
            destruction.destroy(company, reason="a", by=by)
    assert content() == before
    assert destruction.destroy(company, reason="a", by=people.user("op@naru.example", is_operator=True))


def test_what_another_agency_owns_stays(company):
    """A manager of BPA, which has come to see the company, blanks the common records and BPA's, not SBA's application."""
    register.seen_by(company, "BPA")
    records = destruction.destroy(company, reason="a", by=people.officer("manager", "BPA"))
    assert [each.subject for each in records] == [
        "companies_claim",
        "companies_contact",
        "companies_invitation",
    ]
    assert company.applications.get().contact_name == "담당이"
    assert Draft.objects.get().typed == {"contact_name": "친구이"}


def test_a_personal_column_that_cannot_be_reached_is_an_error():
    for model in (Country, DestructionRecord, Message):
        with pytest.raises(LookupError):
            destruction.way_to_company(model)


def test_the_command_says_what_it_did(company, manager, capsys):
    call_command("destroy_personal", company=company.pretty_number, reason="끝", by=manager.email, json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["company"] == company.business_number
    assert [each["table"] for each in answer["destroyed"]] == [
        "companies_claim", "companies_contact", "companies_invitation", "guidance_guidequestion", "guidance_registration", "programs_application",
        "programs_consultation", "programs_draft", "programs_inquiry",
    ]  # fmt: skip
    call_command("destroy_personal", company=company.business_number, reason="끝", by=manager.email)
    assert capsys.readouterr().out == "남은 개인정보가 없습니다.\n"


def test_the_command_refuses(company, manager):
    for changed, message in (
        ({"company": "0000000000"}, "사업자등록번호"),
        ({"by": "nobody@naru.example"}, "--by"),
        ({"reason": " "}, r"\."),
    ):
        wanted = {"company": company.business_number, "reason": "끝", "by": manager.email, **changed}
        with pytest.raises(CommandError, match=message):
            call_command("destroy_personal", **wanted)
    assert not DestructionRecord.objects.exists()


def test_without_the_role_the_command_says_what_is_missing(company, manager, settings, monkeypatch):
    settings.IS_EMBEDDED = False
    with pytest.raises(CommandError, match="DATABASE_DESTROY_URL"):
        call_command("destroy_personal", company=company.business_number, reason="끝", by=manager.email)
    monkeypatch.setenv("DATABASE_DESTROY_URL", "postgresql://nobody@/naru?host=/nowhere")
    with pytest.raises(CommandError):
        call_command("destroy_personal", company=company.business_number, reason="끝", by=manager.email)
    facts = connection.get_connection_params()
    host = f"host={facts['host']}&port={facts.get('port', 5432)}"
    monkeypatch.setenv("DATABASE_DESTROY_URL", f"postgresql://naru_destroyer@/{facts['dbname']}?{host}")
    call_command("destroy_personal", company=company.business_number, reason="끝", by=manager.email)
    assert DestructionRecord.objects.count() == 9


def test_a_server_without_the_role_is_armed_without_complaint(owner_role, monkeypatch):
    monkeypatch.setattr(destruction, "ROLE", "naru_nobody")
    with owner_role():
        destruction.arm()
