"""A screening says in one row of all applications whose answers hold what an earlier one said, where it named the earlier row in
a row for each.

On the way back each application has a row with its own answers again; the rows are numbered anew in the same order.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import ground.clock
import ground.migration

SAID = "outcomes, reasons, seen, evidence, days, files, renewals"
NOTHING_KEPT = "DELETE FROM programs_kepttaking"
LISTED = """
DO $$
DECLARE it record; list bigint;
BEGIN
    FOR it IN
        SELECT s.id, s.call_id, s.taken_at, s.criteria, s.versions, n.last FROM programs_screening s
        JOIN (SELECT screening_id, max(id) AS last FROM programs_screened WHERE same_as_id IS NOT NULL GROUP BY 1) n
            ON n.screening_id = s.id
        ORDER BY n.last
    LOOP
        INSERT INTO programs_holding (created_at, call_id, criteria, versions)
            VALUES (it.taken_at, it.call_id, it.criteria, it.versions) RETURNING id INTO list;
        INSERT INTO programs_held (holding_id, application_id, said_id)
            SELECT DISTINCT ON (application_id) list, application_id, same_as_id FROM programs_screened
            WHERE screening_id = it.id AND same_as_id IS NOT NULL ORDER BY application_id, id DESC;
        INSERT INTO programs_upheld (id, screening_id, holding_id, without) VALUES (it.last, it.id, list, '{}');
    END LOOP;
END $$;
ALTER TABLE programs_screened DISABLE TRIGGER USER;
DELETE FROM programs_screened WHERE same_as_id IS NOT NULL;
ALTER TABLE programs_screened ENABLE TRIGGER USER;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
OWN_ANSWERS = f"""
{NOTHING_KEPT};
CREATE TEMP TABLE naru_own ON COMMIT DROP AS
    SELECT t.id + row_number() OVER (ORDER BY t.id, t.application_id) - dense_rank() OVER (ORDER BY t.id) AS id,
        t.screening_id, t.application_id, {SAID}
    FROM (SELECT id, screening_id, application_id, id AS said_id FROM programs_screened
        UNION ALL SELECT u.id, u.screening_id, h.application_id, h.said_id
        FROM programs_held h JOIN programs_upheld u ON u.holding_id = h.holding_id AND h.application_id <> ALL (u.without)
    ) t JOIN (SELECT id AS said_id, {SAID} FROM programs_screened) o USING (said_id);
ALTER TABLE programs_screened DISABLE TRIGGER USER;
DELETE FROM programs_screened;
INSERT INTO programs_screened (id, screening_id, application_id, {SAID})
    SELECT id, screening_id, application_id, {SAID} FROM naru_own ORDER BY id;
ALTER TABLE programs_screened ENABLE TRIGGER USER;
SELECT setval('programs_screened_id_seq', max(id)) FROM programs_screened HAVING max(id) IS NOT NULL;
DROP TABLE naru_own;
"""  # noqa: S608
TAKEN = """
CREATE VIEW programs_taken AS
    SELECT t.id, t.application_id, t.screening_id, t.id AS said_id FROM programs_screened t
    UNION ALL
    SELECT u.id, h.application_id, u.screening_id, h.said_id
    FROM programs_held h JOIN programs_upheld u ON u.holding_id = h.holding_id AND h.application_id <> ALL (u.without)
"""


class Migration(migrations.Migration):
    dependencies = [
        ('programs', '0023_questions_about_sales_are_tasks'),
    ]

    operations = [
        migrations.RunSQL(NOTHING_KEPT, ""),
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='Held',
                    fields=[
                        ('pk', models.CompositePrimaryKey('application', 'holding', blank=True, editable=False, primary_key=True, serialize=False)),
                    ],
                    options={
                        'verbose_name': 'answers that hold',
                        'verbose_name_plural': 'answers that hold',
                    },
                ),
                migrations.CreateModel(
                    name='Holding',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False)),
                        ('criteria', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                        ('versions', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None)),
                    ],
                    options={
                        'verbose_name': 'list of answers that hold',
                        'verbose_name_plural': 'lists of answers that hold',
                    },
                ),
                migrations.CreateModel(
                    name='Upheld',
                    fields=[
                        ('id', models.BigIntegerField(db_default=models.Func(models.Value('programs_screened_id_seq'), function='nextval'), primary_key=True, serialize=False)),
                        ('without', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                    ],
                    options={
                        'verbose_name': 'upheld answers',
                        'verbose_name_plural': 'upheld answers',
                    },
                ),
                migrations.RemoveField(
                    model_name='kepttaking',
                    name='applications',
                ),
                migrations.RemoveField(
                    model_name='kepttaking',
                    name='rows',
                ),
                migrations.AddField(
                    model_name='kepttaking',
                    name='count',
                    field=models.PositiveIntegerField(editable=False),
                ),
                migrations.AddField(
                    model_name='held',
                    name='application',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.application'),
                ),
                migrations.AddField(
                    model_name='held',
                    name='said',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.screened'),
                ),
                migrations.AddField(
                    model_name='holding',
                    name='call',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.call'),
                ),
                migrations.AddField(
                    model_name='held',
                    name='holding',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='rows', to='programs.holding'),
                ),
                migrations.AddField(
                    model_name='kepttaking',
                    name='holding',
                    field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.holding'),
                ),
                migrations.AddField(
                    model_name='upheld',
                    name='holding',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.holding'),
                ),
                migrations.AddField(
                    model_name='upheld',
                    name='screening',
                    field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='upheld', to='programs.screening'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='holding',
                    trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a04abee7ffce7d03695b5d7c31c83f0fe29b65ad', operation='UPDATE', pgid='pgtrigger_stays_b099b', table='programs_holding', when='BEFORE')),
                ),
                migrations.AddIndex(
                    model_name='held',
                    index=django.contrib.postgres.indexes.BrinIndex(fields=['holding'], name='held_of_holding', pages_per_range=16),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='held',
                    trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1e4f47d78d32305917f2feea3ffa7bbae154469f', operation='UPDATE', pgid='pgtrigger_stays_5ab14', table='programs_held', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='held',
                    trigger=pgtrigger.compiler.Trigger(name='belongs', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM found f\n                        LEFT JOIN programs_holding h ON h.id = f.holding_id\n                        LEFT JOIN programs_screened o ON o.id = f.said_id AND o.application_id = f.application_id\n                        LEFT JOIN programs_screening s ON s.id = o.screening_id AND s.call_id = h.call_id\n                            AND s.criteria = h.criteria AND s.versions = h.versions\n                        WHERE s.id IS NULL\n                    ) OR EXISTS (\n                        SELECT FROM programs_upheld u WHERE u.holding_id IN (SELECT holding_id FROM found)\n                    ) THEN\n                        RAISE EXCEPTION 'held_belongs: a row of the application, taken by the rules of a list not yet upheld'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    RETURN NULL;", hash='5fdb867a48dc9ce9e8515e792eac312ad733c6e1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_belongs_6175b', referencing='REFERENCING NEW TABLE AS found ', table='programs_held', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='held',
                    trigger=pgtrigger.compiler.Trigger(name='goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM gone JOIN programs_holding h ON h.id = gone.holding_id) THEN\n                        RAISE EXCEPTION 'held_stays: answers that hold go with their list'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    RETURN NULL;", hash='edcb319617303d18616f9d659dfb89eead53affc', level='STATEMENT', operation='DELETE', pgid='pgtrigger_goes_d5f9e', referencing='REFERENCING OLD TABLE AS gone ', table='programs_held', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='upheld',
                    trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='178a4fb90e39acaaebeba3aed644839b86c4264c', operation='UPDATE OR DELETE', pgid='pgtrigger_stays_3eb22', table='programs_upheld', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='upheld',
                    trigger=pgtrigger.compiler.Trigger(name='same', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM programs_screening s JOIN programs_holding h ON h.id = NEW.holding_id\n                            AND h.call_id = s.call_id AND h.criteria = s.criteria AND h.versions = s.versions\n                        WHERE s.id = NEW.screening_id\n                    ) THEN\n                        RAISE EXCEPTION 'upheld_same: answers of the call, by the rules of the screening'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    RETURN NULL;", hash='0781c5a4a791a4371016e280646d2076c8f8cf02', operation='INSERT', pgid='pgtrigger_same_5d5bb', table='programs_upheld', when='AFTER')),
                ),
            ]
        ),
        migrations.RunSQL(LISTED, OWN_ANSWERS),
        ground.migration.Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='screened',
                    name='belongs',
                ),
                migrations.RemoveConstraint(
                    model_name='screened',
                    name='screened_says_or_names',
                ),
                migrations.RemoveField(
                    model_name='screened',
                    name='same_as',
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='days',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(null=True), size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='evidence',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='outcomes',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='reasons',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None),
                ),
                migrations.AlterField(
                    model_name='screened',
                    name='seen',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='screened',
                    trigger=pgtrigger.compiler.Trigger(name='belongs', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM taken t\n                        LEFT JOIN programs_screening s ON s.id = t.screening_id\n                        LEFT JOIN programs_application a\n                            ON a.id = t.application_id AND a.call_id = s.call_id AND a.agency_id = s.agency_id\n                        WHERE a.id IS NULL OR cardinality(s.versions) <> cardinality(s.criteria) OR NOT (\n                            cardinality(s.criteria) = ALL (ARRAY[\n                                cardinality(t.outcomes), cardinality(t.reasons), cardinality(t.seen),\n                                cardinality(t.evidence), cardinality(t.days),\n                                coalesce(cardinality(t.files), cardinality(s.criteria)),\n                                coalesce(cardinality(t.renewals), cardinality(s.criteria))]))\n                    ) THEN\n                        RAISE EXCEPTION 'screened_belongs: an answer for each criterion, of an application of the call'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    RETURN NULL;", hash='75128ef88efc0aa2b4af4f807d5fe3dc3c22edc4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_belongs_ad70e', referencing='REFERENCING NEW TABLE AS taken ', table='programs_screened', when='AFTER')),
                ),
            ]
        ),
        migrations.CreateModel(
            name='Taken',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'taking of an application',
                'verbose_name_plural': 'takings of applications',
                'db_table': 'programs_taken',
                'managed': False,
            },
        ),
        migrations.RunSQL(TAKEN, "DROP VIEW programs_taken"),
    ]
