"""What a file tells a second time, and whose the lines of a large file are, is kept with the file. Of files of before the worker asks."""

from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0038_what_an_api_answered_is_a_grade_of_its_own"),
    ]

    operations = [
        Together(
            [
                migrations.AddField(
                    model_name="importbatch",
                    name="told_twice",
                    field=models.JSONField(
                        default=None,
                        editable=False,
                        help_text="as it was when it was last asked; nothing where it is to be asked anew",
                        null=True,
                        verbose_name="orders that count by another kind of file too",
                    ),
                ),
                migrations.AddField(
                    model_name="importbatch",
                    name="kept_by_company",
                    field=models.JSONField(
                        default=None,
                        editable=False,
                        help_text="of a large file, with the state of its lines when they were read",
                        null=True,
                        verbose_name="by company, of the lines as they stand",
                    ),
                ),
            ]
        ),
    ]
