"""Who enters lines may put them into the table of their month directly, where the database writes them in packs. That table has
the ledger's checks, keys and triggers; what a role may do with it is what it may do with the tables that were there at a migration."""

from django.db import migrations

GRANT = """
            EXECUTE format('GRANT SELECT, INSERT ON %I TO %I', part,
                coalesce(nullif(current_setting('role'), 'none'), session_user));"""


def ensure(grant):
    return f"""
CREATE OR REPLACE FUNCTION naru_ensure_month(base text, day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    part text := base || '_p' || to_char(first, 'YYYYMM');
BEGIN
    IF base NOT IN ('reports_sales_line', 'reports_payout_line') THEN
        RAISE EXCEPTION 'no ledger named %', base;
    END IF;
    IF first NOT BETWEEN DATE '2000-01-01' AND DATE '2099-12-01' THEN
        RAISE EXCEPTION 'no month %', first USING ERRCODE = 'datetime_field_overflow';
    END IF;
    IF to_regclass(part) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('naru_ensure_month'));
        IF to_regclass(part) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           part, base, first, (first + interval '1 month')::date);{grant}
            IF base = 'reports_sales_line' THEN
                EXECUTE format('CREATE TRIGGER reports_sum_lines AFTER INSERT ON %I REFERENCING NEW TABLE AS entered'
                    ' FOR EACH STATEMENT EXECUTE FUNCTION naru_sum_lines(''sales'')', part);
            ELSE
                EXECUTE format('CREATE TRIGGER reports_sum_lines AFTER INSERT ON %I REFERENCING NEW TABLE AS entered'
                    ' FOR EACH STATEMENT EXECUTE FUNCTION naru_sum_lines(''payout'')', part);
            END IF;
        END IF;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0036_exports_that_do_not_count_are_found_by_number")]

    operations = [migrations.RunSQL(ensure(GRANT), ensure(""))]
