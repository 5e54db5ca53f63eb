"""Beside the table of a file's staged lines stands one of their sums, which is asked instead of them. Files that wait to be confirmed get theirs, empty:
it is filled when the file enters."""

from django.db import migrations

LINES = """
    EXECUTE format('DROP TABLE IF EXISTS naru_staging.%I', part);
    EXECUTE format('CREATE UNLOGGED TABLE naru_staging.%I (
        "row" integer NOT NULL, line_key text COLLATE "C" NOT NULL, kind text NOT NULL, ordered_at text NOT NULL,
        order_reference text NOT NULL, pack_reference text NOT NULL, sku text NOT NULL, listing_reference text NOT NULL,
        title text NOT NULL, units integer NOT NULL, unit_amount numeric(18, 4), currency_id text NOT NULL,
        gross_amount numeric(18, 4) NOT NULL, discount_amount numeric(18, 4) NOT NULL, tax_amount numeric(18, 4) NOT NULL,
        fee_amount numeric(18, 4) NOT NULL, shipping_in_amount numeric(18, 4) NOT NULL,
        shipping_cost_amount numeric(18, 4) NOT NULL, refund_amount numeric(18, 4) NOT NULL,
        net_amount numeric(18, 4) NOT NULL, platform_discount_amount numeric(18, 4) NOT NULL,
        program_discount_amount numeric(18, 4) NOT NULL, status_text text NOT NULL, status_class text NOT NULL,
        is_advertised boolean)', part);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON naru_staging.%I TO %I', part, role);"""
COLUMNS = """
        alike text NOT NULL, listing_reference text NOT NULL, sku text NOT NULL, since integer NOT NULL, currency_id text NOT NULL,
        state text, lines bigint NOT NULL, gross numeric NOT NULL, refunds numeric NOT NULL, fees numeric NOT NULL,
        shipping_in numeric NOT NULL, shipping_cost numeric NOT NULL, net numeric NOT NULL"""
SUMS = f"""
    part := 'sums_' || number;
    EXECUTE format('DROP TABLE IF EXISTS naru_staging.%I', part);
    EXECUTE format('CREATE UNLOGGED TABLE naru_staging.%I ({COLUMNS})', part);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON naru_staging.%I TO %I', part, role);
    part := 'sales_' || number;"""
OF_THOSE_THAT_WAIT = f"""
DO $$
DECLARE
    lines record; who name; part text;
BEGIN
    FOR lines IN SELECT c.relname, c.relacl, c.relowner FROM pg_class c
        WHERE c.relnamespace = 'naru_staging'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^sales_'
    LOOP
        part := replace(lines.relname, 'sales_', 'sums_');
        CONTINUE WHEN to_regclass('naru_staging.' || part) IS NOT NULL;
        EXECUTE format('CREATE UNLOGGED TABLE naru_staging.%I ({COLUMNS})', part);
        FOR who IN SELECT DISTINCT a.grantee::regrole::name FROM aclexplode(lines.relacl) a WHERE a.grantee <> lines.relowner LOOP
            EXECUTE format('GRANT SELECT, INSERT, DELETE ON naru_staging.%I TO %I', part, who);
        END LOOP;
    END LOOP;
END $$;
"""


def stage(sums, unstaged):
    return f"""
CREATE OR REPLACE FUNCTION naru_stage(batch uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    number text := replace(batch::text, '-', '');
    part text := 'sales_' || number;
    role name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
    IF NOT EXISTS (SELECT 1 FROM reports_importbatch WHERE id = batch) THEN
        RAISE EXCEPTION 'no file %', batch;
    END IF;{sums}{LINES}
END $$;
CREATE OR REPLACE FUNCTION naru_unstage(batch uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS {unstaged}', replace(batch::text, '-', ''));
END $$;
"""


NO_SUMS = """
DO $$
DECLARE part name;
BEGIN
    FOR part IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'naru_staging'::regnamespace AND c.relname ~ '^sums_' LOOP
        EXECUTE format('DROP TABLE naru_staging.%I', part);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0046_companies_that_sold_more_than_they_sent_are_kept")]

    operations = [
        migrations.RunSQL(
            stage(SUMS, "naru_staging.sums_%1$s, naru_staging.sales_%1$s") + OF_THOSE_THAT_WAIT,
            stage("", "naru_staging.sales_%1$s") + NO_SUMS,
        )
    ]
