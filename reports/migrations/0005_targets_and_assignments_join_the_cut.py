from django.db import migrations

TABLES = ("program", "target", "component", "assignment")
SELECTED = "('selected', 'agreed', 'completed')"

# Drafts are saved every few seconds and change no figure: of the applications only those join that become selected or
# cease to be. AFTER, because the function gives no row back; "naru" comes before the history's own trigger.
FORWARD = "".join(
    f"CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_{name}"
    " FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();\n"
    for name in TABLES
) + (
    "CREATE TRIGGER naru_join_cut AFTER UPDATE ON programs_application FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM"
    f" NEW.status AND (OLD.status IN {SELECTED} OR NEW.status IN {SELECTED})) EXECUTE FUNCTION naru_join_cut();"
)
BACKWARD = "".join(
    f"DROP TRIGGER naru_join_cut ON programs_{name};\n" for name in ("application", *reversed(TABLES))
)


class Migration(migrations.Migration):
    """The other records that a report reads join its cut (`reports.domain.cut`) by themselves, too."""

    dependencies = [("reports", "0004_corrected_rates_have_a_reason")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
