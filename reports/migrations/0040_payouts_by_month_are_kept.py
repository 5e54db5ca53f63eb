"""Sums of payouts by month are kept; and of lines without a company, and of a program's months, the sums of files are found by an index."""

import django.db.models.deletion
from django.db import migrations, models

from ground.migration import Together

INDEXES = {
    "reports_batch_sum_ownerless": "reports_batch_sum (agency_id, ledger) WHERE program_id IS NULL",
    "reports_batch_sum_program": "reports_batch_sum (program_id, ledger, month)",
}


def _key(target: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=target
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ground", "0004_files_wait_until_they_are_checked"),
        ("companies", "0016_products_have_a_group"),
        ("programs", "0023_questions_about_sales_are_tasks"),
        ("reports", "0039_what_files_tell_is_kept_with_them"),
    ]

    operations = [
        *(migrations.RunSQL(f"CREATE INDEX {name} ON {on}", f"DROP INDEX {name}") for name, on in INDEXES.items()),
        Together(
            [
                migrations.CreateModel(
                    name="PaidMonth",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("month", models.DateField()),
                        ("lines", models.CharField(max_length=40)),
                        ("rates", models.CharField(max_length=40)),
                        ("first_on", models.DateField()),
                        ("last_on", models.DateField()),
                        ("event_first_on", models.DateField()),
                        ("made_at", models.DateTimeField()),
                        ("program", _key("programs.program")),
                        ("store", _key("programs.store")),
                    ],
                    options={
                        "db_table": "reports_paid_month",
                        "constraints": [
                            models.UniqueConstraint(fields=("program", "store", "month"), name="paid_month_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaidCell",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("month", models.DateField()),
                        ("net_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("krw_amount", models.DecimalField(decimal_places=0, max_digits=30, null=True)),
                        ("usd_amount", models.DecimalField(decimal_places=20, max_digits=50, null=True)),
                        ("company", _key("companies.company")),
                        ("currency", _key("ground.currency")),
                        ("program", _key("programs.program")),
                        ("store", _key("programs.store")),
                    ],
                    options={
                        "db_table": "reports_paid_cell",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("program", "store", "month", "company", "currency"), name="paid_cell_once"
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
