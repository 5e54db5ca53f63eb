"""What criteria read of a call's applications is written down when it changes, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('companies', '0014_consents_to_mails_with_guides'),
    ]

    operations = [
        migrations.AlterField(
            model_name='registerchange',
            name='of',
            field=models.CharField(choices=[('company', 'Company'), ('number', 'Number'), ('certificate', 'Certificate'), ('participation', 'Participation'), ('everything', 'Everything'), ('application', 'Application'), ('file', 'File'), ('call', 'Call')], editable=False, max_length=13),
        ),
    ]
