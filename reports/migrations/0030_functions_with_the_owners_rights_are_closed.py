"""Functions that make and tidy the kept sums, and those that open months and stages of lines, act with the owner's rights: nobody but the plain role of web and worker may call them.

They are found by name, with whatever arguments, since later migrations may have made them anew. `ground.database` does the same after
each migration; back, everybody may call them as before.
"""

from django.conf import settings
from django.db import migrations

NAMES = (
    "naru_ensure_month", "naru_open_from", "naru_roll_up", "naru_stage", "naru_staged", "naru_store_open_from",
    "naru_tidy_rollups", "naru_unstage",
)  # fmt: skip


def _each(schema_editor, *statements):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.NARU_WEB_ROLE])
        has_role = cursor.fetchone() is not None
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = ANY(%s)",
            [list(NAMES)],
        )
        for (function,) in cursor.fetchall():
            for statement, whom in statements:
                if whom == "PUBLIC" or has_role:
                    cursor.execute(f"{statement.format(function)} {whom}")


ROLE = f'"{settings.NARU_WEB_ROLE}"'


def forward(apps, schema_editor):
    _each(
        schema_editor,
        ("REVOKE EXECUTE ON FUNCTION {} FROM", "PUBLIC"),
        ("GRANT EXECUTE ON FUNCTION {} TO", ROLE),
    )


def backward(apps, schema_editor):
    _each(
        schema_editor,
        ("GRANT EXECUTE ON FUNCTION {} TO", "PUBLIC"),
        ("REVOKE EXECUTE ON FUNCTION {} FROM", ROLE),
    )


class Migration(migrations.Migration):
    dependencies = [("reports", "0029_sums_are_made_by_two_processes")]

    operations = [migrations.RunPython(forward, backward)]
