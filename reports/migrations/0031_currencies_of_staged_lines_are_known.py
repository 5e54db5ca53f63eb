"""What the server knows of a file's staged lines includes their currencies, so it adds them up by several processes; and it looks at no
more of them than it needs for that: at nine thousand, not thirty."""

from django.db import migrations


def staged(columns, settings):
    return f"""
CREATE OR REPLACE FUNCTION naru_staged(batch uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp {settings} AS $$
BEGIN
    EXECUTE format('ANALYZE naru_staging.%I ({columns})', 'sales_' || replace(batch::text, '-', ''));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0030_functions_with_the_owners_rights_are_closed")]

    operations = [
        migrations.RunSQL(
            staged(
                "line_key, sku, listing_reference, currency_id, status_text",
                "SET default_statistics_target = 30",
            ),
            staged("line_key, sku, listing_reference", ""),
        )
    ]
