"""A question about differing figures is a task of the company. The version before does not know it: what is open is closed."""

import ground.migration
from django.db import migrations, models

KINDS = [('renew', 'renew a certificate'), ('correct', 'correct the application'), ('accept', 'accept the agreement'), ('hand_in', 'hand in a document'), ('declare', "declare the month's sales"), ('screen', 'screen an application'), ('assign', 'assign a store'), ('confirm', 'confirm a payout'), ('dispute', 'look into a disputed payout'), ('follow_up', 'follow up a consultation'), ('regulatory', 'follow up a regulatory item'), ('rates', 'enter missing exchange rates'), ('figures', 'have figures that differ looked into'), ('explain', 'answer a question about sales')]


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0022_answers_that_hold'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AlterField(
                    model_name=model,
                    name='kind',
                    field=models.CharField(choices=KINDS, max_length=10, verbose_name='kind'),
                )
                for model in ('task', 'taskevent')
            ]
        ),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE programs_task SET done_at = naru_now() WHERE kind = 'explain' AND done_at IS NULL",
        ),
    ]
