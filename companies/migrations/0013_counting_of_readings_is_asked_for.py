"""Companies may agree that what they read of guides is counted by their size and industry."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0012_changes_of_the_register'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consenttext',
            name='kind',
            field=models.CharField(choices=[('required', 'required'), ('optional', 'optional'), ('third_party', 'to a third party'), ('abroad', 'abroad'), ('mail', 'mails about calls'), ('reading', 'counting what guides are read')], max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='consenttextevent',
            name='kind',
            field=models.CharField(choices=[('required', 'required'), ('optional', 'optional'), ('third_party', 'to a third party'), ('abroad', 'abroad'), ('mail', 'mails about calls'), ('reading', 'counting what guides are read')], max_length=12, verbose_name='kind'),
        ),
    ]
