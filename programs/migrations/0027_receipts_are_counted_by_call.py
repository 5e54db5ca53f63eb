"""The number of the next receipt stands with the call. It goes on from what stands: all that was handed in, corrections and what was
recalled included."""

import django.db.models.deletion
from django.db import migrations, models

FILLED = """
INSERT INTO programs_receiptcounter (call_id, last)
SELECT a.call_id, count(*) FROM programs_submission s JOIN programs_application a ON a.id = s.application_id GROUP BY 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ("programs", "0026_criteria_go_back_for_correction"),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceiptCounter',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='programs.call')),
                ('last', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'counter of receipts',
                'verbose_name_plural': 'counters of receipts',
            },
        ),
        migrations.RunSQL(FILLED, migrations.RunSQL.noop),
    ]
