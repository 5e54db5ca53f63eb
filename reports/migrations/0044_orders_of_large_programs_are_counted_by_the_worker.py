"""Numbers of orders of large programs are kept by store, so that no page reads their lines."""

import django.db.models.deletion
from django.db import migrations, models

from ground.migration import Together


def _key(target: str, **options) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=target, **options
    )


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0016_products_have_a_group"),
        ("programs", "0023_questions_about_sales_are_tasks"),
        ("reports", "0043_totals_of_payout_files_are_made_anew"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="CountedStore",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("moment", models.CharField(max_length=20)),
                        ("month", models.DateField(null=True)),
                        ("state", models.CharField(max_length=40)),
                        ("made_at", models.DateTimeField()),
                        ("program", _key("programs.program")),
                        ("store", _key("programs.store")),
                    ],
                    options={
                        "db_table": "reports_counted_store",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("program", "moment", "month", "store"), name="counted_store_once", nulls_distinct=False
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderCount",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("moment", models.CharField(max_length=20)),
                        ("month", models.DateField(null=True)),
                        ("product_group", models.CharField(max_length=2, null=True)),
                        ("orders", models.BigIntegerField()),
                        ("company", _key("companies.company", null=True)),
                        ("program", _key("programs.program")),
                        ("store", _key("programs.store")),
                    ],
                    options={
                        "db_table": "reports_order_count",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("program", "moment", "month", "store", "company", "product_group"),
                                name="order_count_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
