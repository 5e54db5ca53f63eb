"""What was expected and what came by company is kept in dollars, too."""

from django.db import migrations, models

from ground.migration import Together

FORGET = "DELETE FROM reports_cohort_company; DELETE FROM reports_cohort_cell; DELETE FROM reports_cohort_store"
"""Sums of before have no dollars, those of after are of no use to the version before: they count as missing, not as of now."""


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0034_another_agency_s_program_supports_sales"),
    ]

    operations = [
        migrations.RunSQL(FORGET, FORGET),
        Together([
            migrations.AddField(
                model_name='cohortcompany',
                name='expected_usd',
                field=models.DecimalField(decimal_places=20, default=0, max_digits=50),
                preserve_default=False,
            ),
            migrations.AddField(
                model_name='cohortcompany',
                name='released_usd',
                field=models.DecimalField(decimal_places=20, default=0, max_digits=50),
                preserve_default=False,
            ),
            migrations.AddField(
                model_name='cohortcompany',
                name='undollared_expected',
                field=models.BigIntegerField(default=0),
                preserve_default=False,
            ),
            migrations.AddField(
                model_name='cohortcompany',
                name='undollared_released',
                field=models.BigIntegerField(default=0),
                preserve_default=False,
            ),
        ]),
    ]
