"""Why a letter was written is kept whole, however many rules were moved. On the way back it is cut to 400 characters."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0008_successions_are_confirmed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='letter',
            name='cause',
            field=models.TextField(verbose_name='why these companies'),
        ),
        migrations.AlterField(
            model_name='letterevent',
            name='cause',
            field=models.TextField(verbose_name='why these companies'),
        ),
    ]
