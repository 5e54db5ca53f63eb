from django.db import migrations

LISTED = "agency_id, company_id, product_id, market_id, store_id, sku, reference"
STATED = {"companies_product": "company_id, code, product_group", "programs_listing": LISTED}
MERGED = "given_up_id, kept_id, carried_out_at IS NOT NULL"


def _joins(table: str, when: str, name: str = "naru_join_cut") -> str:
    return f"CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION naru_join_cut();\n"


def _are_new(columns: str) -> str:
    old, new = (
        ", ".join(f"{row}.{column}" for column in columns.split(", ")) for row in ("OLD", "NEW")
    )
    return f"({old}) IS DISTINCT FROM ({new})"


# Companies change names and prices of products in daily writing, and steps of listings follow each other: only what tells a group
# joins. AFTER, because the function gives no row back; "naru" comes before the history's own trigger.
FORWARD = "".join(
    _joins(table, "BEFORE INSERT OR DELETE ON {table} FOR EACH STATEMENT")
    + _joins(
        table, f"AFTER UPDATE ON {{table}} FOR EACH ROW WHEN ({_are_new(columns)})", "naru_join_cut_changed"
    )
    for table, columns in STATED.items()
) + (
    # A merge tells something once it is carried out. Whoever carries it out has joined before the companies are locked.
    _joins(
        "companies_merge",
        "AFTER INSERT ON {table} FOR EACH ROW WHEN (NEW.carried_out_at IS NOT NULL)",
        "naru_join_cut_made",
    )
    + _joins(
        "companies_merge",
        f"AFTER UPDATE ON {{table}} FOR EACH ROW WHEN ((OLD.carried_out_at IS NOT NULL OR NEW.carried_out_at IS NOT NULL)"
        f" AND {_are_new(MERGED)})",
        "naru_join_cut_changed",
    )
    + _joins(
        "companies_merge",
        "AFTER DELETE ON {table} FOR EACH ROW WHEN (OLD.carried_out_at IS NOT NULL)",
        "naru_join_cut_gone",
    )
)
BACKWARD = "".join(
    f"DROP TRIGGER {name} ON {table};\n"
    for table, names in (
        ("companies_merge", ("naru_join_cut_gone", "naru_join_cut_changed", "naru_join_cut_made")),
        *((table, ("naru_join_cut_changed", "naru_join_cut")) for table in STATED),
    )
    for name in names
)


class Migration(migrations.Migration):
    """What tells the product group of a line joins the cut of reports, so that a report's groups are found again by its marks."""

    dependencies = [
        ("reports", "0032_months_are_looked_at_by_the_worker"),
        ("companies", "0010_merges_of_two_records"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
