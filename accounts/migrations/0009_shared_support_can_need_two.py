"""A declaration of shared support can need a second person."""

import ground.migration
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AlterField(
                    model_name='approval',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records'), ('statements', 'publishing of statements'), ('regulatory', 'public wording of a regulatory item'), ('shared_support', 'sales shared by two programs')], max_length=20, verbose_name='decision'),
                ),
                migrations.AlterField(
                    model_name='approvalevent',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records'), ('statements', 'publishing of statements'), ('regulatory', 'public wording of a regulatory item'), ('shared_support', 'sales shared by two programs')], max_length=20, verbose_name='decision'),
                ),
                migrations.AlterField(
                    model_name='secondpersonrule',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records'), ('statements', 'publishing of statements'), ('regulatory', 'public wording of a regulatory item'), ('shared_support', 'sales shared by two programs')], max_length=20, verbose_name='decision'),
                ),
                migrations.AlterField(
                    model_name='secondpersonruleevent',
                    name='decision',
                    field=models.CharField(choices=[('exception', 'exception to a rule'), ('sealing', 'sealing of a selection'), ('period_closing', 'closing of a period'), ('payment', 'payment'), ('publishing', 'publishing of a call'), ('cancelling', 'cancellation of a call'), ('results', 'notice of results'), ('succession', 'succession'), ('countries', 'choice of countries'), ('merge', 'merge of two records'), ('statements', 'publishing of statements'), ('regulatory', 'public wording of a regulatory item'), ('shared_support', 'sales shared by two programs')], max_length=20, verbose_name='decision'),
                ),
            ]
        ),
    ]
