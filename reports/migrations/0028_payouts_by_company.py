"""What came by company is kept in won, and payouts are found by the number of their order."""

import django.db.models.deletion
from django.db import migrations, models

from ground.migration import Together

INDEX = "CREATE INDEX reports_payout_line_order ON reports_payout_line (store_id, order_reference)"

FORGET = "DELETE FROM reports_cohort_cell; DELETE FROM reports_cohort_store"
"""Sums of before say nothing by company and not how far apart the lines of an order stand: they count as missing, not as of now."""


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0016_products_have_a_group'),
        ('programs', '0023_questions_about_sales_are_tasks'),
        ('reports', '0027_samples_of_wrong_orders'),
    ]

    operations = [
        migrations.RunSQL(INDEX, "DROP INDEX reports_payout_line_order"),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        Together([
            migrations.AddField(
                model_name='cohortstore',
                name='last_on',
                field=models.DateField(null=True),
            ),
            migrations.AddField(
                model_name='cohortstore',
                name='rates',
                field=models.CharField(db_default='', default='', max_length=40),
            ),
            migrations.AddField(
                model_name='cohortstore',
                name='spread_days',
                field=models.IntegerField(db_default=0, default=0),
            ),
            migrations.CreateModel(
                name='CohortCompany',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('outcome', models.CharField(max_length=8)),
                    ('due_on', models.DateField(null=True)),
                    ('orders', models.BigIntegerField()),
                    ('other_orders', models.BigIntegerField()),
                    ('expected_krw', models.DecimalField(decimal_places=0, max_digits=30)),
                    ('released_krw', models.DecimalField(decimal_places=0, max_digits=30)),
                    ('unrated_expected', models.BigIntegerField()),
                    ('unrated_released', models.BigIntegerField()),
                    ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='companies.company')),
                    ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='programs.program')),
                    ('store', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='programs.store')),
                ],
                options={
                    'db_table': 'reports_cohort_company',
                    'indexes': [models.Index(fields=['program', 'store'], name='reports_cohort_company_store')],
                },
            ),
        ]),
    ]
