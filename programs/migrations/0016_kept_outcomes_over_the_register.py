"""Outcomes over the register are kept; what of participations the criteria read writes its changes down, as the register does.

The keys of a register's companies are never compressed: they are read whole each time.
"""

from importlib import import_module

import django.db.models.deletion
import ground.clock
from django.db import migrations, models

changes = import_module("companies.migrations.0012_changes_of_the_register")


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0012_changes_of_the_register"),
        ("programs", "0015_several_conditions_and_what_of_the_record_is_asked"),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptRegister',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False)),
                ('server', models.CharField(editable=False, max_length=60)),
                ('snapshot', models.TextField(editable=False)),
                ('companies', models.BinaryField()),
            ],
            options={
                'verbose_name': 'kept register',
                'verbose_name_plural': 'kept registers',
            },
        ),
        migrations.CreateModel(
            name='KeptOutcomes',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('question', models.CharField(editable=False, max_length=64)),
                ('met', models.BinaryField()),
                ('not_met', models.BinaryField()),
                ('register', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='programs.keptregister')),
            ],
            options={
                'verbose_name': 'kept outcomes',
                'verbose_name_plural': 'kept outcomes',
            },
        ),
        migrations.RunSQL("ALTER TABLE programs_keptregister ALTER companies SET STORAGE EXTERNAL", ""),
        changes.together(
            changes.of_rows("programs_participation", "company", "company_id"),
            changes.of_rows("programs_delivery", "participation", "participation_id"),
            changes.of_all("programs_program", "name_ko", "funding"),
            changes.of_all("programs_component", "kind"),
        ),
    ]
