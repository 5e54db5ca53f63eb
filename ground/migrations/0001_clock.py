from django.db import migrations

FORWARD = """
CREATE TABLE ground_clock_shift (
    id smallint PRIMARY KEY CHECK (id = 1),
    shift interval NOT NULL
);
CREATE FUNCTION naru_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT statement_timestamp() + COALESCE((SELECT shift FROM ground_clock_shift WHERE id = 1), interval '0')
$$;
CREATE TABLE ground_login_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX ground_login_cache_expires ON ground_login_cache (expires);
"""

BACKWARD = """
DROP TABLE ground_login_cache;
DROP FUNCTION naru_now();
DROP TABLE ground_clock_shift;
"""


class Migration(migrations.Migration):
    """The clock of deadlines, periods and audit; the table of sign-in counters."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
