"""Personal data are destroyed in records and histories by a role of its own; everything else stays as it was."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from companies.domain import destruction
from companies.models import Claim, Company, Contact, DestructionRecord, Invitation
from ground import clock
from ground.history import history_of
from ground.personal import personal_columns
from programs.models import Draft
from tests.broken import broken
from tests.factories import people, programs, register

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
    for model, column, _why in personal_columns():
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
        "programs_draft": (1, 0),
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
    assert len(destruction.destroy(company, reason="a", by=manager)) == 5
    assert destruction.destroy(company, reason="a", by=manager) == []
    assert DestructionRecord.objects.count() == 5


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


def test_a_reason_that_names_the_person_is_refused_and_nothing_is_done(company, manager):
    with broken("reason_personal"):
        destruction.destroy(company, reason="김서강 님이 청하였습니다.", by=manager)
    assert company.contacts.get().name == "김서강"
    assert not DestructionRecord.objects.exists()


def test_only_managers_and_the_operator_decide(company):
    for role in ("officer", "auditor", "finance"):
        with broken("not_allowed"):
            destruction.destroy(company, reason="a", by=people.officer(role))
    with broken("not_allowed"):
        destruction.destroy(company, reason="a", by=register.member(company))
    assert destruction.destroy(company, reason="a", by=people.user("op@naru.example", is_operator=True))


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
        "programs_draft",
    ]  # fmt: skip
    call_command("destroy_personal", company=company.business_number, reason="끝", by=manager.email)
    assert capsys.readouterr().out == "Nothing personal is left of this company.\n"


def test_the_command_refuses(company, manager):
    for changed, message in (
        ({"company": "0000000000"}, "No company"),
        ({"by": "nobody@naru.example"}, "Nobody signs in"),
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
    assert DestructionRecord.objects.count() == 5


def test_a_server_without_the_role_is_armed_without_complaint(owner_role, monkeypatch):
    monkeypatch.setattr(destruction, "ROLE", "naru_nobody")
    with owner_role():
        destruction.arm()
