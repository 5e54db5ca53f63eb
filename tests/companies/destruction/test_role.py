"""Only the destroyer destroys, only what is personal, and nothing else."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from companies.domain import destruction
from ground.personal import personal_columns
from tests.companies.destruction.rows import (
    content,
    session,
)

pytestmark = pytest.mark.django_db(transaction=True)


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
