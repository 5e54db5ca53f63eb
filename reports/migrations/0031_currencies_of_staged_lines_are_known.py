"""What the server knows of a file's staged lines includes their currencies: so it adds them up by several processes."""

from django.db import migrations

STAGED = """
CREATE OR REPLACE FUNCTION naru_staged(batch uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE naru_staging.%%I (%s)', 'sales_' || replace(batch::text, '-', ''));
END $$;
"""
BEFORE = "line_key, sku, listing_reference"


class Migration(migrations.Migration):
    dependencies = [("reports", "0030_functions_with_the_owners_rights_are_closed")]

    operations = [
        migrations.RunSQL(
            (STAGED % f"{BEFORE}, currency_id, status_text").replace("%%", "%"), (STAGED % BEFORE).replace("%%", "%")
        )
    ]
