"""Which companies sold more than they sent to warehouses is kept, so that no page reads all lines of a large program."""

import django.db.models.deletion
from django.db import migrations, models


def _key(target: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=target
    )


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0016_products_have_a_group"),
        ("programs", "0023_questions_about_sales_are_tasks"),
        ("reports", "0045_exports_are_summed_with_their_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShortStock",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("on", models.DateField()),
                ("rows", models.IntegerField()),
                ("state", models.CharField(max_length=40)),
                ("made_at", models.DateTimeField()),
                ("company", _key("companies.company")),
                ("program", _key("programs.program")),
            ],
            options={
                "db_table": "reports_short_stock",
                "constraints": [
                    models.UniqueConstraint(fields=("program", "company"), name="short_stock_once"),
                ],
            },
        ),
    ]
