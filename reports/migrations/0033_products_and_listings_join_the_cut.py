from django.db import migrations

LISTED = "agency_id, company_id, product_id, market_id, store_id, sku, reference"
TABLES = {
    "companies_product": "company_id, code, product_group",
    "companies_merge": "kept_id, given_up_id, carried_out_at",
    "programs_listing": LISTED,
}

FORWARD = "".join(
    f"CREATE TRIGGER naru_join_cut BEFORE INSERT OR DELETE OR UPDATE OF {columns} ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();\n"
    for table, columns in TABLES.items()
)
BACKWARD = "".join(f"DROP TRIGGER naru_join_cut ON {table};\n" for table in reversed(TABLES))


class Migration(migrations.Migration):
    """What tells the product group of a line joins the cut of reports, so that a report's groups are found again by its marks."""

    dependencies = [
        ("reports", "0032_months_are_looked_at_by_the_worker"),
        ("companies", "0010_merges_of_two_records"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
