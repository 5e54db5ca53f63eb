"""What was taken of an application and holds still is taken again by naming that row; changes of applications, of their answers
and of their documents are written down, as those of the register are.

On the way back each row has its own answers again.
"""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import ground.clock
import ground.migration

changes = import_module("companies.migrations.0012_changes_of_the_register")

WATCHED = """
CREATE FUNCTION naru_application_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO companies_registerchange ("of", key) SELECT DISTINCT 'application', application_id::text FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION naru_application_altered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO companies_registerchange ("of", key)
        SELECT 'application', application_id::text FROM (SELECT application_id FROM was UNION SELECT application_id FROM changed) t;
    RETURN NULL;
END $$;
CREATE FUNCTION naru_one_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO companies_registerchange ("of", key) VALUES (TG_ARGV[0], CASE TG_ARGV[0] WHEN 'call' THEN to_jsonb(NEW) ->> 'call_id' ELSE NEW.id::text END);
    RETURN NULL;
END $$;
"""
UNWATCHED = "DROP FUNCTION naru_application_changed(); DROP FUNCTION naru_application_altered(); DROP FUNCTION naru_one_changed();"


def of_application(table):
    """Whose rows these were and are."""
    forth = f"""
CREATE TRIGGER naru_entered AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION naru_application_changed();
CREATE TRIGGER naru_rewritten AFTER UPDATE ON {table} REFERENCING OLD TABLE AS was NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION naru_application_altered();
CREATE TRIGGER naru_removed AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION naru_application_changed();
CREATE TRIGGER naru_cleared AFTER TRUNCATE ON {table} EXECUTE FUNCTION naru_everything_changed();
"""
    back = "".join(f"DROP TRIGGER naru_{each} ON {table}; " for each in ("cleared", "removed", "rewritten", "entered"))
    return forth, back


def of_one(table, of, *columns):
    """Where one of these columns changes. A new row says nothing until another one names it, and one that is named stays."""
    was, is_ = (", ".join(f"{row}.{each}" for each in columns) for row in ("OLD", "NEW"))
    forth = f"""
CREATE TRIGGER naru_rewritten AFTER UPDATE ON {table} FOR EACH ROW WHEN (({was}) IS DISTINCT FROM ({is_}))
    EXECUTE FUNCTION naru_one_changed('{of}');
"""
    return forth, f"DROP TRIGGER naru_rewritten ON {table};"


SAID = ("outcomes", "reasons", "seen", "evidence", "days", "files", "renewals")
OWN_ANSWERS = f"""
ALTER TABLE programs_screened DISABLE TRIGGER USER;
UPDATE programs_screened t SET same_as_id = NULL, {", ".join(f"{each} = o.{each}" for each in SAID)}
    FROM programs_screened o WHERE o.id = t.same_as_id;
ALTER TABLE programs_screened ENABLE TRIGGER USER;
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0015_changes_of_applications"),
        ("ground", "0004_files_wait_until_they_are_checked"),
        ('programs', '0021_figures_that_differ_are_tasks'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='KeptTaking',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False)),
                        ('server', models.CharField(editable=False, max_length=60)),
                        ('snapshot', models.TextField(editable=False)),
                        ('question', models.CharField(editable=False, max_length=64)),
                        ('applications', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), editable=False, size=None)),
                        ('rows', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), editable=False, size=None)),
                        ('renewing', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), editable=False, size=None)),
                    ],
                    options={
                        'verbose_name': 'kept taking',
                        'verbose_name_plural': 'kept takings',
                    },
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='screened',
                    name='belongs',
                ),
                migrations.AddField(
                    model_name='screened',
                    name='same_as',
                    field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.screened'),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='days',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(null=True), null=True, size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='evidence',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), null=True, size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='outcomes',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), null=True, size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='reasons',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), null=True, size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='seen',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), null=True, size=None),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='screened',
                    trigger=pgtrigger.compiler.Trigger(name='belongs', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM taken t\n                        LEFT JOIN programs_screening s ON s.id = t.screening_id\n                        LEFT JOIN programs_application a\n                            ON a.id = t.application_id AND a.call_id = s.call_id AND a.agency_id = s.agency_id\n                        WHERE t.same_as_id IS NULL AND (\n                            a.id IS NULL OR cardinality(s.versions) <> cardinality(s.criteria) OR NOT (\n                            cardinality(s.criteria) = ALL (ARRAY[\n                                cardinality(t.outcomes), cardinality(t.reasons), cardinality(t.seen),\n                                cardinality(t.evidence), cardinality(t.days),\n                                coalesce(cardinality(t.files), cardinality(s.criteria)),\n                                coalesce(cardinality(t.renewals), cardinality(s.criteria))])))\n                    ) THEN\n                        RAISE EXCEPTION 'screened_belongs: an answer for each criterion, of an application of the call'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    IF EXISTS (SELECT FROM taken WHERE same_as_id IS NOT NULL) THEN\n                        IF EXISTS (\n                            WITH alike AS MATERIALIZED (\n                                SELECT s.id, p.id AS earlier\n                                FROM (SELECT DISTINCT screening_id AS id FROM taken) t JOIN programs_screening s USING (id)\n                                JOIN programs_screening p ON p.call_id = s.call_id AND p.agency_id = s.agency_id\n                                    AND p.criteria = s.criteria AND p.versions = s.versions\n                            ), named AS MATERIALIZED (\n                                SELECT id, application_id, screening_id FROM programs_screened\n                                WHERE same_as_id IS NULL AND id >= (SELECT min(same_as_id) FROM taken)\n                                    AND id <= (SELECT max(same_as_id) FROM taken))\n                            SELECT FROM taken t\n                            LEFT JOIN named n ON n.id = t.same_as_id AND n.application_id = t.application_id\n                            WHERE t.same_as_id IS NOT NULL AND (\n                                n.id IS NULL OR (t.screening_id, n.screening_id) NOT IN (SELECT id, earlier FROM alike))\n                        ) THEN\n                            RAISE EXCEPTION 'screened_same: an earlier row of the application, taken by the same rules'\n                                USING ERRCODE = 'foreign_key_violation';\n                        END IF;\n                    END IF;\n                    RETURN NULL;", hash='e224cb6e45154c3ffc21ab3c2c21cd317ec7564c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_belongs_ad70e', referencing='REFERENCING NEW TABLE AS taken ', table='programs_screened', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='screened',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('days__isnull', False), ('evidence__isnull', False), ('outcomes__isnull', False), ('reasons__isnull', False), ('same_as__isnull', True), ('seen__isnull', False)), models.Q(('days__isnull', True), ('evidence__isnull', True), ('files__isnull', True), ('outcomes__isnull', True), ('reasons__isnull', True), ('renewals__isnull', True), ('same_as__isnull', False), ('seen__isnull', True)), _connector='OR'), name='screened_says_or_names'),
                ),
                migrations.AddField(
                    model_name='kepttaking',
                    name='call',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.call'),
                ),
            ]
        ),
        migrations.RunSQL(
            "ALTER TABLE programs_kepttaking ALTER applications SET STORAGE EXTERNAL, ALTER rows SET STORAGE EXTERNAL", ""
        ),
        migrations.RunSQL(WATCHED, UNWATCHED),
        changes.together(
            of_application("programs_answer"),
            of_application("programs_document"),
            of_one("programs_application", "application", "company_id"),
            of_one("programs_requireddocument", "call", "certificate_kind"),
            of_one("programs_question", "call", "code"),
            of_one("ground_storedfile", "file", "name", "passage"),
        ),
        migrations.RunSQL("", OWN_ANSWERS),
    ]
