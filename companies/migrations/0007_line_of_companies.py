"""Whose place a company took, over all steps; a branch and its head office are one person. Safe for parallel workers."""

from django.db import migrations

LINE = """
CREATE FUNCTION naru_line() RETURNS TABLE (company_id uuid, before_id uuid)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH RECURSIVE edge AS (
        SELECT successor_id AS company_id, former_id AS before_id FROM companies_succession WHERE taken_back_at IS NULL
        UNION ALL
        SELECT former_id, successor_id FROM companies_succession WHERE taken_back_at IS NULL AND kind = 'branch'
    ), line AS (
        SELECT company_id, before_id FROM edge
        UNION SELECT l.company_id, e.before_id FROM line l JOIN edge e ON e.company_id = l.before_id
    ) SELECT company_id, before_id FROM line WHERE company_id <> before_id;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0006_successions_and_pairs_told_apart")]

    operations = [migrations.RunSQL(LINE, "DROP FUNCTION naru_line()")]
