"""The merge of two records is always a decision of two."""

import ground.migration
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_countries_are_decisions_of_two'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.RemoveConstraint(
                    model_name='secondpersonrule',
                    name='second_person_always',
                ),
                migrations.AlterField(
                    model_name='approval',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records')], max_length=20, verbose_name='decision'),
                ),
                migrations.AlterField(
                    model_name='approvalevent',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records')], max_length=20, verbose_name='decision'),
                ),
                migrations.AlterField(
                    model_name='secondpersonrule',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records')], max_length=20, verbose_name='decision'),
                ),
                migrations.AlterField(
                    model_name='secondpersonruleevent',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records')], max_length=20, verbose_name='decision'),
                ),
                migrations.AddConstraint(
                    model_name='secondpersonrule',
                    constraint=models.CheckConstraint(condition=models.Q(('is_needed', True), models.Q(('decision__in', ['cancelling', 'countries', 'exception', 'merge', 'payment', 'period_closing', 'sealing', 'succession']), _negated=True), _connector='OR'), name='second_person_always', violation_error_message='This decision always needs a second person.'),
                ),
            ]
        ),
    ]
