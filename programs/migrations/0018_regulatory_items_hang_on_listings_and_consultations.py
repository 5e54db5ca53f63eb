"""A regulatory item can name the listing or the consultation that it came from, and waits for a day on the desk."""

from django.conf import settings

import ground.migration
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('companies', '0010_merges_of_two_records'),
        ('programs', '0017_partners_have_a_stated_part'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AlterField(
                    model_name='task',
                    name='kind',
                    field=models.CharField(choices=[('renew', 'renew a certificate'), ('correct', 'correct the application'), ('accept', 'accept the agreement'), ('hand_in', 'hand in a document'), ('declare', "declare the month's sales"), ('screen', 'screen an application'), ('assign', 'assign a store'), ('confirm', 'confirm a payout'), ('dispute', 'look into a disputed payout'), ('follow_up', 'follow up a consultation'), ('regulatory', 'follow up a regulatory item')], max_length=10, verbose_name='kind'),
                ),
                migrations.AlterField(
                    model_name='taskevent',
                    name='kind',
                    field=models.CharField(choices=[('renew', 'renew a certificate'), ('correct', 'correct the application'), ('accept', 'accept the agreement'), ('hand_in', 'hand in a document'), ('declare', "declare the month's sales"), ('screen', 'screen an application'), ('assign', 'assign a store'), ('confirm', 'confirm a payout'), ('dispute', 'look into a disputed payout'), ('follow_up', 'follow up a consultation'), ('regulatory', 'follow up a regulatory item')], max_length=10, verbose_name='kind'),
                ),
                migrations.AddConstraint(
                    model_name='consultation',
                    constraint=models.UniqueConstraint(fields=('agency', 'id'), name='consultation_agency_key'),
                ),
                migrations.AddConstraint(
                    model_name='listing',
                    constraint=models.UniqueConstraint(fields=('agency', 'id'), name='listing_agency_key'),
                ),
            ]
        ),
    ]
