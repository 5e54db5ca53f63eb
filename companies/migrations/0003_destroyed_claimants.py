from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("companies.migrations.0002_destroy_personal").FORWARD
PERSON = (
    BEFORE[BEFORE.index("CREATE FUNCTION naru_destroy_person(") : BEFORE.index("REVOKE ALL")]
).replace("CREATE", "CREATE OR REPLACE", 1)
PLACE = "    UPDATE accounts_user SET password"
SETTLED = """
    UPDATE companies_claim SET state = 'refused', decided_by_id = by_user, decided_at = naru_now(), reason =
            CASE (SELECT language FROM accounts_user WHERE id = person) WHEN 'en'
            THEN 'The claimant’s personal data were destroyed.' ELSE '신청인의 개인정보가 파기되었습니다.' END
        WHERE user_id = person AND state = 'waiting';
"""
STATE = models.CharField(
    choices=[("waiting", "waits for an answer"), ("granted", "granted"), ("refused", "refused")],
    default="waiting",
    max_length=8,
    verbose_name="state",
)


class Migration(migrations.Migration):
    """Claims of a person whose data are destroyed wait for nobody: they are refused in the same go."""

    dependencies = [("companies", "0002_destroy_personal")]
    operations = [
        migrations.RunSQL(PERSON.replace(PLACE, SETTLED.lstrip("\n") + PLACE), PERSON),
        migrations.AlterField("claim", "state", STATE),
        migrations.AlterField("claimevent", "state", STATE),
    ]
