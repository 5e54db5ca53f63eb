"""What lines of exports come to is kept with them, so that no page reads all lines of a program."""

import django.db.models.deletion
from django.db import migrations, models

from ground.migration import Together

KEY = "list_program_id, month, event_month, company_id, program_id, grade, export_kind, outcome"
SUMS = """
SELECT l.list_program_id, date_trunc('month', l.business_day)::date,
       date_trunc('month', coalesce(l.event_on, l.business_day))::date, l.company_id, l.program_id, b.grade, l.export_kind, l.outcome,
       sum(l.fob_amount), sum(l.sign), count(*), min(l.business_day), max(l.business_day)
FROM {lines} l JOIN reports_customslist b ON b.id = l.batch_id GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
INTO = f"""INSERT INTO reports_customs_sum AS kept ({KEY}, fob_amount, lines, rows, first_on, last_on)"""
FORWARD = f"""
CREATE FUNCTION naru_sum_customs_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    {INTO}
    {SUMS.format(lines="entered")}
    ON CONFLICT ({KEY}) DO UPDATE SET fob_amount = kept.fob_amount + EXCLUDED.fob_amount,
        lines = kept.lines + EXCLUDED.lines, rows = kept.rows + EXCLUDED.rows,
        first_on = LEAST(kept.first_on, EXCLUDED.first_on), last_on = GREATEST(kept.last_on, EXCLUDED.last_on);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION naru_sum_customs_lines() FROM PUBLIC;
LOCK TABLE reports_customs_line IN SHARE ROW EXCLUSIVE MODE;
CREATE TRIGGER naru_sum_customs_lines AFTER INSERT ON reports_customs_line REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION naru_sum_customs_lines();
{INTO} {SUMS.format(lines="reports_customs_line")};
"""
BACKWARD = """
DROP TRIGGER naru_sum_customs_lines ON reports_customs_line;
DROP FUNCTION naru_sum_customs_lines();
"""


def _key(target: str, **options) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=target, **options
    )


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0016_products_have_a_group"),
        ("programs", "0023_questions_about_sales_are_tasks"),
        ("reports", "0044_orders_of_large_programs_are_counted_by_the_worker"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="CustomsSum",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("grade", models.CharField(max_length=10)),
                        ("export_kind", models.CharField(max_length=8)),
                        ("outcome", models.CharField(blank=True, max_length=10)),
                        ("month", models.DateField()),
                        ("event_month", models.DateField()),
                        ("fob_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("lines", models.BigIntegerField()),
                        ("rows", models.BigIntegerField()),
                        ("first_on", models.DateField()),
                        ("last_on", models.DateField()),
                        ("company", _key("companies.company", null=True)),
                        ("list_program", _key("programs.program")),
                        ("program", _key("programs.program", null=True)),
                    ],
                    options={
                        "db_table": "reports_customs_sum",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=(
                                    "list_program", "month", "event_month", "company", "program", "grade", "export_kind", "outcome",
                                ),
                                name="customs_sum_once",
                                nulls_distinct=False,
                            )
                        ],
                        "indexes": [
                            models.Index(fields=["company", "program", "month"], name="customs_sum_of_company"),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
