"""Personal data are destroyed in records and histories by a role of its own; everything else stays as it was."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pghistory
import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.domain.people import switch_on as switched_on
from accounts.models import Officer, User
from companies.domain import destruction
from companies.models import Claim, Company, Contact, DestructionRecord, Invitation
from ground import clock
from ground.history import history_of
from ground.models import Country, Message, OutboxEvent
from ground.personal import Goes, personal_columns
from programs.models import Consultation, Draft, Inquiry
from reports.domain.verifying.history import histories
from tests.broken import broken
from tests.factories import consents, people, programs, register

pytestmark = pytest.mark.django_db(transaction=True)

NAMED = [
    "김서강",
    "옛이름",
    "ceo1@firm.example",
    "old@firm.example",
    "010-0000-0001",
    "guest@firm.example",
    "김대표",
    "담당이",
    "친구이",
    "물음이",
    "통화이",
]


def session(role: str) -> psycopg.Connection:
    facts = connection.get_connection_params()
    wanted = {name: facts[name] for name in ("dbname", "host", "port") if facts.get(name)}
    return psycopg.connect(**wanted, user=role)


@pytest.fixture
def manager():
    return people.officer("manager")


@pytest.fixture
def company() -> Company:
    """A company with people in every table that names any, changed and deleted ones, and one beside it."""
    company = register.company(1)
    register.seen_by(company)
    owner = register.member(company)
    contact = company.contacts.get()
    contact.name, contact.phone = "김서강", "010-0000-0001"
    contact.save()
    old = Contact.objects.create(company=company, kind="export", name="옛이름", email="old@firm.example")
    old.delete()
    Invitation.objects.create(
        company=company, email="guest@firm.example", role="reader", token_sha256="1" * 64, invited_by=owner,
        expires_at=clock.now(),
    )  # fmt: skip
    Claim.objects.create(company=company, user=owner, method="certificate", stated_representative="김대표")
    application = programs.application(
        company=company, contact_name="담당이", contact_email="담당@firm.example"
    )
    Draft.objects.create(application=application, step="contact", typed={"contact_name": "친구이"})
    Inquiry.objects.create(
        agency=application.agency, call=application.call, company=company, form_key=application.pk, text="물음이입니다.",
        asked_at=clock.now(), asked_by=owner,
    )  # fmt: skip
    Consultation.objects.create(
        agency=application.agency, company=company, held_on=dt.date(2025, 5, 2), channel="phone", topic="market",
        text="통화이와 이야기했습니다.", by=people.officer("manager"),
    )  # fmt: skip
    programs.application(
        programs.call(code="OTHER"),
        company=register.company(2),
        contact_name="남의사람",
        contact_email="o@firm.example",
    )
    return company


def content() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the floors, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND relname ~ '^(companies|programs|accounts|reports)_'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
            rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
            found[table] = sorted(rows, key=lambda row: str(row.get("pgh_id", row.get("id"))))
    return found


def personal() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for model, column, _why in personal_columns(Goes.WITH_COMPANY):
        for table in (model._meta.db_table, f"{model._meta.db_table}event"):
            found.setdefault(table, set()).add(column)
    return found


def test_the_names_are_gone_everywhere_and_nothing_else_is(company, manager):
    before = content()
    assert all(name in json.dumps(before, ensure_ascii=False) for name in NAMED)
    records = destruction.destroy(company, reason="보존 기간이 끝났습니다.", by=manager)
    after = content()
    text = json.dumps(after, ensure_ascii=False)
    assert [name for name in NAMED if name in text] == []
    assert "남의사람" in text
    assert "ceo2@firm.example" in text
    columns = personal()
    for table, names in columns.items():
        if table == "programs_draftevent":  # what is typed is in no history
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
    assert len(destruction.destroy(company, reason="a", by=manager)) == 7
    assert destruction.destroy(company, reason="a", by=manager) == []
    assert DestructionRecord.objects.count() == 7


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


# A person who signs in


@pytest.fixture
def operator():
    return people.user("op@naru.example", name="운영", is_operator=True)


def gone(company) -> User:
    """Somebody who once was a member, acted, and was written to."""
    person = register.member(company, "editor", "gone@firm.example")
    person.name = "떠난이"
    person.save()
    EmailAddress.objects.create(user=person, email="second@home.example", verified=True)
    Claim.objects.create(company=company, user=person, method="certificate", stated_representative="떠난이")
    Invitation.objects.create(
        company=company, email="Gone@firm.example", role="reader", token_sha256="3" * 64, invited_by=person,
        expires_at=clock.now(),
    )  # fmt: skip
    with pghistory.context(user=str(person.pk), who="떠난이", address="192.0.2.7", reason="옮김"):
        company.website = "https://firm.example"
        company.save()
    Message.objects.create(
        sender="a@naru.example",
        recipients=["gone@firm.example"],
        subject="떠난이 님",
        body="본문",
        sent_at=clock.now(),
    )
    Message.objects.create(sender="a@naru.example", recipients=["x@y.example"], subject="다른", body="본문")
    OutboxEvent.objects.create(topic="x", context={"user": str(person.pk), "address": "192.0.2.7"})
    company.members.filter(user=person).update(ended_at=clock.now())
    return person


def everything() -> str:
    rows = content()
    with connection.cursor() as cursor:
        for table in ("ground_message", "ground_outbox_event", "account_emailaddress"):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows[table] = [row for (row,) in cursor.fetchall()]
    return json.dumps(rows, ensure_ascii=False)


def test_a_person_s_name_and_addresses_are_gone_and_what_they_did_stays(company, operator):
    person = gone(company)
    traces = ["떠난이", "gone@firm.example", "Gone@firm.example", "second@home.example", "192.0.2.7"]
    assert all(trace in everything() for trace in traces)
    rows = len(history_of(company))
    records = destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    assert [each.subject for each in records] == ["accounts_user", "companies_claim", "companies_invitation"]
    assert [trace for trace in traces if trace in everything()] == []
    person.refresh_from_db()
    assert (person.name, person.is_active, person.has_usable_password()) == ("", False, False)
    changes = history_of(company)
    assert (len(changes), changes[0].reason) == (rows, "옮김")
    assert Message.objects.get(subject="다른").recipients == ["x@y.example"]
    assert company.contacts.get().name == "김서강"
    assert destruction.destroy_person(person, reason="a", by=operator) == []
    other = people.user("other@firm.example")
    assert destruction.destroy_person(other, reason="a", by=operator)  # two addresses never meet
    assert list(histories_that_differ()) == []


@pytest.mark.parametrize(
    ("language", "reason"),
    [("ko", "신청인의 개인정보가 파기되었습니다."), ("en", "The claimant’s personal data were destroyed.")],
)
def test_what_a_destroyed_person_claims_waits_for_nobody(company, operator, language, reason):
    person = gone(company)
    User.objects.filter(pk=person.pk).update(language=language)
    own = Claim.objects.get(user=person)
    old = Claim.objects.create(
        company=register.company(2), user=person, method="certificate", state="refused", reason="흐림"
    )
    asked = Claim.objects.create(company=register.company(3), user=person, method="asked")
    destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    assert not Claim.objects.waiting().filter(user=person).exists()
    for claim in (own, asked):
        claim.refresh_from_db()
        assert (claim.state, claim.reason, claim.decided_by) == ("refused", reason, operator)
        assert claim.decided_at is not None
        assert history_of(claim)[0].reason == "퇴사하였습니다."
    old.refresh_from_db()
    assert (old.reason, old.decided_by) == ("흐림", None)
    assert Claim.objects.waiting().count() == 1  # of the company's owner


def test_invitations_to_former_addresses_go_with_the_person(company, operator):
    person = gone(company)
    inviter = company.members.exclude(user=person).get().user
    for address in ("former@firm.example", "passed.on@firm.example", "gone@firm.example"):
        person.email = address
        person.save()
    people.user("passed.on@firm.example")
    invite = lambda email, token, **fields: Invitation.objects.create(  # noqa: E731
        company=company, email=email, role="reader", token_sha256=token * 64, invited_by=inviter,
        expires_at=clock.now(), **fields,
    )  # fmt: skip
    former, passed_on = invite("Former@firm.example", "4"), invite("passed.on@firm.example", "5")
    accepted = invite("dropped@firm.example", "6", accepted_by=person, accepted_at=clock.now())
    destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    for each in (former, passed_on, accepted):
        each.refresh_from_db()
    assert (former.email, former.withdrawn_at is None) == ("", False)
    assert (passed_on.email, passed_on.withdrawn_at) == ("passed.on@firm.example", None)
    assert (accepted.email, accepted.withdrawn_at) == ("", None)
    assert [word for word in ("Former@firm", "former@firm", "dropped@firm") if word in everything()] == []


def test_a_destroyed_person_stands_in_words_and_is_never_switched_on(company, operator, english):
    person = gone(company)
    consents.given(company, consents.text(), given_by=person)
    served = Officer.objects.create(
        agency=people.agency(), user=person, role="manager", from_on=dt.date(2020, 1, 1), until_on=dt.date(2020, 2, 1)
    )  # fmt: skip
    destruction.destroy_person(person, reason="퇴사하였습니다.", by=operator)
    person.refresh_from_db()
    assert (str(person), person.shown_email) == ("개인정보 파기됨", "")
    english.force_login(operator)
    page = reverse("admin:accounts_user_change", args=[person.pk])
    pages = [(english, page), (english, reverse("admin:accounts_user_changelist"))]
    pages.append((english, reverse("admin:accounts_user_history", args=[person.pk])))
    pages.append((english, reverse("admin:accounts_agency_change", args=[served.agency_id])))
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(people.officer("manager"))
    pages.append((browser, reverse("admin:accounts_officer_change", args=[served.pk])))
    pages.append((browser, reverse("admin:accounts_officer_changelist")))
    pages += [(browser, reverse("admin:companies_claim_change", args=[person.company_claims.get().pk]))]
    owner = Client(HTTP_ACCEPT_LANGUAGE="en")
    owner.force_login(company.members.exclude(user=person).get().user)
    pages.append((owner, reverse("consent_list", args=[company.pk])))
    for client, address in pages:
        content = client.get(address).content.decode()
        assert "personal data destroyed" in content, address
        assert "destroyed.invalid" not in content, address
    switch_on = reverse("admin:accounts_user_switch_on", args=[person.pk])
    assert switch_on not in english.get(page).content.decode()
    answer = english.post(switch_on, {"reason": "복직"}, follow=True)
    assert "The account stays switched off" in answer.content.decode()
    with broken("destroyed"):
        switched_on(person, reason="복직", by=operator)
    person.refresh_from_db()
    assert not person.is_active


def histories_that_differ():
    return (each for each in histories() if not isinstance(each, int))


def test_who_still_serves_is_not_destroyed(company, operator):
    serving = [
        company.members.get().user,
        people.officer("auditor"),
        people.organization_member("provider"),
    ]
    before = content()
    for person in serving:
        with broken("still_serving"):
            destruction.destroy_person(person, reason="a", by=operator)
    assert content() == before


def test_only_the_operator_destroys_a_person_and_not_themselves(company, manager, operator):
    person = gone(company)
    before = content()
    for by, whom in ((manager, person), (person, person), (operator, operator)):
        with broken("not_allowed"):
            destruction.destroy_person(whom, reason="a", by=by)
    for reason, code in ((" ", "reason_missing"), ("떠난이 님의 뜻", "reason_personal")):
        with broken(code):
            destruction.destroy_person(person, reason=reason, by=operator)
    assert content() == before
    with (
        session(destruction.ROLE) as destroyer,
        pytest.raises(psycopg.errors.RaiseException, match="by an operator"),
    ):
        destroyer.execute("SELECT naru_destroy_person(%s, %s, %s)", [person.pk, "a", manager.pk])
    with session(settings.NARU_WEB_ROLE) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT naru_destroy_person(%s, %s, %s)", [person.pk, "a", operator.pk])


def test_the_command_destroys_a_person(company, operator, capsys):
    person = gone(company)
    call_command("destroy_personal", person=person.email, reason="끝", by=operator.email, json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["person"] == str(person.pk)
    assert "accounts_user" in [each["table"] for each in answer["destroyed"]]
    with pytest.raises(CommandError, match="--person"):
        call_command("destroy_personal", person="gone@firm.example", reason="끝", by=operator.email)


# The role


CALL = "SELECT naru_destroy_personal(%s, %s, %s, %s, %s)"


def test_the_web_role_cannot_call_it(company, manager):
    with session(settings.NARU_WEB_ROLE) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute(CALL, ["companies_contact", ["name"], [company.contacts.get().pk], "a", manager.pk])


def test_the_destroyer_can_do_nothing_else():
    for statement in (
        "SELECT * FROM companies_contact",
        "SELECT * FROM companies_contactevent",
        "UPDATE companies_contact SET name = ''",
        "UPDATE companies_contactevent SET name = ''",
        "DELETE FROM companies_contact",
        "ALTER TABLE companies_contactevent DISABLE TRIGGER ALL",
        "INSERT INTO companies_destructionrecord (id) VALUES (gen_random_uuid())",
        "CREATE TABLE mine (a int)",
        "SET ROLE naru_owner",
    ):
        with session(destruction.ROLE) as destroyer, pytest.raises(psycopg.errors.InsufficientPrivilege):
            destroyer.execute(statement)


def test_only_personal_columns_can_be_destroyed(company, manager):
    for table, columns, message in (
        ("companies_company", ["name_ko"], "not marked as personal"),
        ("companies_contact", ["name", "kind"], "not marked as personal"),
        ("companies_contact", ["name = '' --"], "not marked as personal"),
        ("companies_contactevent", ["name"], "no table with a history"),
        ("reports_sales_line", ["units"], "no table with a history"),
        ("pg_authid", ["rolname"], "no table with a history"),
        ("companies_contact", [], "must be named"),
    ):
        with (
            session(destruction.ROLE) as destroyer,
            pytest.raises(psycopg.errors.RaiseException, match=message),
        ):
            destroyer.execute(CALL, [table, columns, [company.pk], "a", manager.pk])


def test_nobody_destroys_anonymously_or_without_a_reason(company, manager):
    ids = [company.contacts.get().pk]
    with (
        session(destruction.ROLE) as destroyer,
        pytest.raises(psycopg.errors.RaiseException, match="anonymously"),
    ):
        destroyer.execute(CALL, ["companies_contact", ["name"], ids, "a", company.pk])
    with session(destruction.ROLE) as destroyer, pytest.raises(psycopg.errors.RaiseException, match="reason"):
        destroyer.execute(CALL, ["companies_contact", ["name"], ids, " ", manager.pk])


def test_the_history_is_guarded_again_afterwards(company, manager, owner_role):
    destruction.destroy(company, reason="a", by=manager)
    with owner_role(), connection.cursor() as cursor, pytest.raises(Exception, match="Cannot"):
        cursor.execute("UPDATE companies_contactevent SET kind = 'x'")


def test_an_interrupted_destruction_leaves_everything_as_it_was(company, manager):
    before = content()
    with session(destruction.ROLE) as destroyer:
        destroyer.execute(CALL, ["companies_contact", ["name"], [company.contacts.get().pk], "a", manager.pk])
        destroyer.rollback()
    assert content() == before


def test_the_web_role_cannot_write_what_stays(company, manager):
    destruction.destroy(company, reason="a", by=manager)
    for statement in (
        "UPDATE companies_destructionrecord SET reason = 'x'",
        "DELETE FROM companies_destructionrecord",
        "INSERT INTO companies_destructionrecord SELECT * FROM companies_destructionrecord",
    ):
        with session(settings.NARU_WEB_ROLE) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(statement)


def test_every_personal_column_is_marked_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE col_description(c.oid, a.attnum) LIKE 'personal:%%'"
        )
        marked = set(cursor.fetchall())
    assert marked == {(model._meta.db_table, column) for model, column, _why in personal_columns()}
    assert ("companies_contact", "email") in marked


# The command


def test_the_command_says_what_it_did(company, manager, capsys):
    call_command("destroy_personal", company=company.pretty_number, reason="끝", by=manager.email, json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["company"] == company.business_number
    assert [each["table"] for each in answer["destroyed"]] == [
        "companies_claim", "companies_contact", "companies_invitation", "programs_application",
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
    assert DestructionRecord.objects.count() == 7


def test_a_server_without_the_role_is_armed_without_complaint(owner_role, monkeypatch):
    monkeypatch.setattr(destruction, "ROLE", "naru_nobody")
    with owner_role():
        destruction.arm()
