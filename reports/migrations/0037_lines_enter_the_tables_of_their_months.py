"""Who enters lines may put them into the table of their month directly, where the database writes them in packs. That table has
the ledger's checks, keys and triggers; who may enter lines into the ledger may enter them there, whoever made the month."""

from django.db import migrations

GRANT = """
            FOR enterer IN SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
                WHERE c.oid = base::regclass AND a.privilege_type = 'INSERT' AND a.grantee NOT IN (0, c.relowner)
            LOOP EXECUTE format('GRANT SELECT, INSERT ON %I TO %s', part, enterer); END LOOP;"""


def ensure(grant):
    return f"""
CREATE OR REPLACE FUNCTION naru_ensure_month(base text, day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    part text := base || '_p' || to_char(first, 'YYYYMM');
    enterer text;
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
