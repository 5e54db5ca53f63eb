"""The two roles: the owner migrates; the web and the worker can neither truncate nor touch history."""

from __future__ import annotations

from importlib import import_module

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from ground import clock
from ground.audit import WITHOUT_HISTORY
from ground.database import INSERT_ONLY_TABLES, OWNERS_FUNCTIONS, grant, is_history
from ground.models import Currency
from tests.factories import people

pytestmark = pytest.mark.django_db(transaction=True)


def as_web(statement: str, *values: object) -> list[tuple]:
    """Run a statement in a true session of the plain role, committed."""
    facts = connection.get_connection_params()
    wanted = {name: facts[name] for name in ("dbname", "host", "port") if facts.get(name)}
    with psycopg.connect(**wanted, user=settings.NARU_WEB_ROLE) as session:
        cursor = session.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def history_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ground_currencyevent")
        return cursor.fetchone()[0]


def test_a_change_through_the_plain_role_stands_in_the_history():
    as_web(
        "INSERT INTO ground_currency (code, name_ko, name_en, decimals, quote_units) VALUES ('XTS', 't', '', 2, 1)"
    )
    as_web("UPDATE ground_currency SET decimals = 0 WHERE code = 'XTS'")
    as_web("DELETE FROM ground_currency WHERE code = 'XTS'")
    assert history_rows() == 3


def test_the_plain_role_cannot_switch_the_history_off():
    as_web(
        "SELECT set_config('pgtrigger.ignore', '{ground.Currency:insert_insert}', false);"
        "INSERT INTO ground_currency (code, name_ko, name_en, decimals, quote_units) VALUES ('XTS', 't', '', 2, 1)"
    )
    assert history_rows() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE ground_currency CASCADE",
        "TRUNCATE ground_currencyevent",
        "INSERT INTO ground_currencyevent SELECT * FROM ground_currencyevent",
        "UPDATE ground_currencyevent SET name_ko = 'x'",
        "DELETE FROM ground_currencyevent",
        "INSERT INTO ground_clock_shift VALUES (1, '1 day')",
        "UPDATE reports_sales_line SET units = 0",
        "DELETE FROM reports_payout_line",
        "UPDATE reports_rateattempt SET entered = 0",
        "DELETE FROM reports_rateattempt",
        "UPDATE reports_exchangerate SET quoted_value = 1",
        "DELETE FROM reports_exchangerate",
        "CREATE TABLE mine (a int)",
        "ALTER TABLE ground_currency DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE ground_currency",
        "SET ROLE naru_owner",
    ],
)
def test_the_plain_role_is_refused(statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_web(statement)


def test_the_owner_can_truncate_and_move_the_clock(owner_role):
    """Negative control: the refusals above come from the role, not from the statement."""
    people.country("KR")
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE ground_currencyevent")
        cursor.execute("INSERT INTO ground_clock_shift VALUES (1, interval '1 day')")
    assert clock.is_moved()


def test_even_the_owner_changes_no_history_by_accident(owner_role):
    Currency.objects.create(code="XTS", name_ko="t")
    with owner_role(), pytest.raises(Exception, match="Cannot"), connection.cursor() as cursor:
        cursor.execute("UPDATE ground_currencyevent SET name_ko = 'x'")


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition"
        )
        return {name for (name,) in cursor.fetchall()}


def test_every_table_has_a_history_or_a_reason_for_none():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(DISTINCT substring(t.tgname from 'pgtrigger_([a-z]+)_'))"
            " FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.prosrc LIKE '%pgh_created_at%' GROUP BY 1"
        )
        tracked = {name: set(kinds) for name, kinds in cursor.fetchall()}
    histories = {name for name in tables() if is_history(name)}
    lines = set(INSERT_ONLY_TABLES)
    assert {name: kinds for name, kinds in tracked.items() if kinds != {"insert", "update", "delete"}} == {}
    assert tables() - set(tracked) - histories - lines == set(WITHOUT_HISTORY) & tables()
    assert set(tracked) & set(WITHOUT_HISTORY) == set()


def test_history_triggers_run_with_the_owner_s_rights():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE prosecdef) FROM pg_proc WHERE prosrc LIKE '%pgh_created_at%'"
        )
        every, definer = cursor.fetchone()
    assert every == definer
    assert every >= 3 * sum(1 for model in apps.get_models() if model.__name__.endswith("Event")) // 2


def test_granting_again_changes_nothing(owner_role):
    def rights() -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(  # the months of the ledger apart, which are made as they come and reached through the whole
                "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s"
                " AND table_name::text !~ '_line_p[0-9]{6}$' ORDER BY 1, 2",
                [settings.NARU_WEB_ROLE],
            )
            return cursor.fetchall()

    before = rights()
    with owner_role():
        grant()
    assert rights() == before
    assert len(before) > 100


OPEN = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND p.prorettype <> 'trigger'::regtype AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND EXISTS (
    SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
ORDER BY 1
"""


def open_functions() -> list[str]:
    """Functions with the owner's rights that any role of the server may call."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        return [name for (name,) in cursor.fetchall()]


def test_no_function_with_the_owners_rights_is_left_to_everybody():
    """The web calls those that it needs: making a month of kept sums anew answers."""
    assert open_functions() == []
    assert as_web("SELECT naru_tidy_rollups()::text") == [("",)]
    for name in OWNERS_FUNCTIONS:
        ((count,),) = as_web(
            "SELECT count(*) FROM pg_proc WHERE proname = %s AND has_function_privilege(oid, 'EXECUTE')", name
        )
        assert count == 1, name


def test_a_function_made_anew_is_closed_by_the_next_granting(owner_role):
    with owner_role():
        with connection.cursor() as cursor:
            cursor.execute("GRANT EXECUTE ON FUNCTION naru_tidy_rollups() TO PUBLIC")
        assert open_functions() == ["naru_tidy_rollups"]
        grant()
    assert open_functions() == []


def test_the_migration_that_closes_functions_goes_back_and_forth_with_those_that_are_there(owner_role):
    """Of one that a later migration has dropped nothing is asked."""
    migration = import_module("reports.migrations.0030_functions_with_the_owners_rights_are_closed")
    assert sorted(migration.NAMES) == sorted(OWNERS_FUNCTIONS)
    with owner_role(), transaction.atomic(), connection.schema_editor() as editor:
        with connection.cursor() as cursor:
            cursor.execute("ALTER FUNCTION naru_unstage(uuid) RENAME TO naru_gone")
        migration.backward(None, editor)
        assert open_functions() == sorted({*migration.NAMES} - {"naru_unstage"})
        migration.forward(None, editor)
        assert open_functions() == []
        transaction.set_rollback(True)
    assert open_functions() == []


def test_korean_trigram_search_works():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT similarity('수출지원사업', '수출지원') > 0.3, cardinality(show_trgm('수출지원')) > 0"
        )
        assert cursor.fetchone() == (True, True)
