"""Lists of what waits (lines without a company, unknown states and movements) read those lines only, not the ledger."""

from django.db import migrations

INDEXES = {
    "reports_sales_line_ownerless": "reports_sales_line (batch_id) WHERE participation_id IS NULL",
    "reports_payout_line_ownerless": "reports_payout_line (batch_id) WHERE participation_id IS NULL",
    "reports_sales_line_unassigned": "reports_sales_line (agency_id, business_day) WHERE program_id IS NULL",
    "reports_payout_line_unassigned": "reports_payout_line (agency_id, business_day) WHERE program_id IS NULL",
    "reports_sales_line_look": "reports_sales_line (agency_id, business_day) WHERE status_class = 'look'",
    "reports_payout_line_other": "reports_payout_line (agency_id, business_day) WHERE description_class = 'other'",
}


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_where_a_sales_file_came_from")]

    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON {on}", f"DROP INDEX {name}") for name, on in INDEXES.items()
    ]
