"""Companies agree to mails with guides apart from those about calls."""

import ground.migration
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('companies', '0013_counting_of_readings_is_asked_for'),
        ('ground', '0004_files_wait_until_they_are_checked'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.RemoveConstraint(
                    model_name='consenttext',
                    name='consent_mail_in_both_languages',
                ),
                migrations.AlterField(
                    model_name='consenttext',
                    name='kind',
                    field=models.CharField(choices=[('required', 'required'), ('optional', 'optional'), ('third_party', 'to a third party'), ('abroad', 'abroad'), ('mail', 'mails about calls'), ('reading', 'counting what guides are read'), ('guide', 'mails with guides')], max_length=12, verbose_name='kind'),
                ),
                migrations.AlterField(
                    model_name='consenttextevent',
                    name='kind',
                    field=models.CharField(choices=[('required', 'required'), ('optional', 'optional'), ('third_party', 'to a third party'), ('abroad', 'abroad'), ('mail', 'mails about calls'), ('reading', 'counting what guides are read'), ('guide', 'mails with guides')], max_length=12, verbose_name='kind'),
                ),
                migrations.AddConstraint(
                    model_name='consenttext',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['mail', 'guide']), _negated=True), models.Q(models.Q(('title_en', ''), _negated=True), models.Q(('body_en', ''), _negated=True)), _connector='OR'), name='consent_mail_in_both_languages', violation_error_message='What companies are asked about mails stands in both languages.'),
                ),
            ]
        ),
    ]
