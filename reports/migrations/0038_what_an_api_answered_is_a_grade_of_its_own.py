"""What a platform's API answered is a grade of evidence of its own. Files of before stay what they were."""

from django.db import migrations, models

from ground.migration import Together

GRADES = [
    ("api", "from the platform’s API"),
    ("platform", "file from the platform"),
    ("agency", "uploaded by the agency"),
    ("provider", "uploaded by the provider or importer"),
    ("company", "uploaded by the company"),
]
BEFORE = "UPDATE reports_importbatch SET grade = 'platform' WHERE grade = 'api'"
"""The version before knows the platform's word only."""


def grade(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="grade",
        field=models.CharField(choices=GRADES, max_length=10, verbose_name="evidence"),
    )


def origin(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="origin_note",
        field=models.CharField(
            blank=True,
            help_text="of a file that the platform itself handed over or its API answered: how and when it did",
            max_length=300,
            verbose_name="where it came from",
        ),
    )


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0037_lines_enter_the_tables_of_their_months"),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, BEFORE),
        Together([
            grade("importbatch"),
            grade("importbatchevent"),
            origin("importbatch"),
            origin("importbatchevent"),
            grade("customslist"),
            grade("customslistevent"),
            migrations.AddConstraint(
                model_name="importbatch",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("grade", "api"), _negated=True),
                        ("profile", ""),
                        ("profile__endswith", "-json"),
                        _connector="OR",
                    ),
                    name="batch_of_an_api_is_json",
                ),
            ),
            migrations.AddConstraint(
                model_name="customslist",
                constraint=models.CheckConstraint(
                    condition=models.Q(("grade", "api"), _negated=True), name="customs_list_of_no_api"
                ),
            ),
        ]),
    ]
