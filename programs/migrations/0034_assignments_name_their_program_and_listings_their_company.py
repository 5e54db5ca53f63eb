"""What the columns are called alone; nothing of the tables changes."""

import django.db.models.deletion
from django.db import migrations, models

import ground.migration


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0018_insurance_clearances'),
        ('programs', '0033_an_agreed_end_is_reminded_of'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AlterField(
                    model_name='assignment',
                    name='program',
                    field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='programs.program', verbose_name='program'),
                ),
                migrations.AlterField(
                    model_name='assignmentevent',
                    name='program',
                    field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program'),
                ),
                migrations.AlterField(
                    model_name='listing',
                    name='company',
                    field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='listings', to='companies.company', verbose_name='company'),
                ),
                migrations.AlterField(
                    model_name='listingevent',
                    name='company',
                    field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.company', verbose_name='company'),
                ),
            ]
        ),
    ]
