from django.db import migrations

FORWARD = """
CREATE FUNCTION naru_join_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1315009141);
    RETURN NULL;
END $$;
CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_delivery FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();
CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_storetax FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();
CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_participation FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();
"""
BACKWARD = """
DROP TRIGGER naru_join_cut ON programs_participation;
DROP TRIGGER naru_join_cut ON programs_storetax;
DROP TRIGGER naru_join_cut ON programs_delivery;
DROP FUNCTION naru_join_cut();
"""


class Migration(migrations.Migration):
    """Records of the floor below that a report reads join its cut (`reports.domain.cut`) by themselves."""

    dependencies = [("reports", "0002_partitioned_lines")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
