import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


FORWARD = """
CREATE FUNCTION naru_join_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1315009141);
    RETURN NULL;
END $$;
CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_delivery FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();
CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_storetax FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();
CREATE TRIGGER naru_join_cut BEFORE INSERT OR UPDATE OR DELETE ON programs_participation FOR EACH STATEMENT EXECUTE FUNCTION naru_join_cut();
"""
BACKWARD = """
DROP TRIGGER naru_join_cut ON programs_participation;
DROP TRIGGER naru_join_cut ON programs_storetax;
DROP TRIGGER naru_join_cut ON programs_delivery;
DROP FUNCTION naru_join_cut();
"""


class Migration(migrations.Migration):
    """What a report read can be found again; which export showed a line last; how a schedule's attempts went. Records of
    the floor below that a report reads join its cut (`reports.domain.cut`) by themselves."""

    dependencies = [
        ('programs', '0002_listings_tasks_and_closings'),
        ('reports', '0002_partitioned_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='SeenLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('line_key', models.CharField(max_length=200)),
                ('exported_at', models.DateTimeField(verbose_name='exported at')),
            ],
            options={
                'db_table': 'reports_seen_line',
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportrun',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportrun',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportrun',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportschedule',
            name='update_update',
        ),
        migrations.AddField(
            model_name='reportrun',
            name='marks',
            field=models.JSONField(default=dict, editable=False, help_text='the last entry that was read of each history, so that the figures can be found again'),
        ),
        migrations.AddField(
            model_name='reportrunevent',
            name='marks',
            field=models.JSONField(default=dict, editable=False, help_text='the last entry that was read of each history, so that the figures can be found again'),
        ),
        migrations.AddField(
            model_name='reportschedule',
            name='failures',
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='failed attempts'),
        ),
        migrations.AddField(
            model_name='reportschedule',
            name='tried_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last attempt'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrun',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_reportrunevent" ("agency_id", "as_of", "created_at", "data", "data_sha256", "definition", "id", "is_provisional", "marks", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "schedule_id", "written_by_id") VALUES (NEW."agency_id", NEW."as_of", NEW."created_at", NEW."data", NEW."data_sha256", NEW."definition", NEW."id", NEW."is_provisional", NEW."marks", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."schedule_id", NEW."written_by_id"); RETURN NULL;', hash='212a65fa8a7e95af8b14871c268b28cca2e6cf04', operation='INSERT', pgid='pgtrigger_insert_insert_b9bc4', table='reports_reportrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrun',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_reportrunevent" ("agency_id", "as_of", "created_at", "data", "data_sha256", "definition", "id", "is_provisional", "marks", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "schedule_id", "written_by_id") VALUES (NEW."agency_id", NEW."as_of", NEW."created_at", NEW."data", NEW."data_sha256", NEW."definition", NEW."id", NEW."is_provisional", NEW."marks", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."schedule_id", NEW."written_by_id"); RETURN NULL;', hash='16aacc330615cec4a40f67f367c64ca3b449b04f', operation='UPDATE', pgid='pgtrigger_update_update_c6e3d', table='reports_reportrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportrun',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_reportrunevent" ("agency_id", "as_of", "created_at", "data", "data_sha256", "definition", "id", "is_provisional", "marks", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "schedule_id", "written_by_id") VALUES (OLD."agency_id", OLD."as_of", OLD."created_at", OLD."data", OLD."data_sha256", OLD."definition", OLD."id", OLD."is_provisional", OLD."marks", OLD."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."schedule_id", OLD."written_by_id"); RETURN NULL;', hash='c2e8d6c755a28536ae46e237547067d6f7783c48', operation='DELETE', pgid='pgtrigger_delete_delete_62081', table='reports_reportrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportschedule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."day_of_month" IS DISTINCT FROM (NEW."day_of_month") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."in_english" IS DISTINCT FROM (NEW."in_english") OR OLD."in_korean" IS DISTINCT FROM (NEW."in_korean") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."program_id" IS DISTINCT FROM (NEW."program_id") OR OLD."time" IS DISTINCT FROM (NEW."time"))', func='INSERT INTO "reports_reportscheduleevent" ("agency_id", "created_at", "day_of_month", "id", "in_english", "in_korean", "is_active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "time") VALUES (NEW."agency_id", NEW."created_at", NEW."day_of_month", NEW."id", NEW."in_english", NEW."in_korean", NEW."is_active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."time"); RETURN NULL;', hash='5dce2c57ecfe1d39a8759cfc99cb887909396190', operation='UPDATE', pgid='pgtrigger_update_update_45f5f', table='reports_reportschedule', when='AFTER')),
        ),
        migrations.AddField(
            model_name='seenline',
            name='store',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='programs.store'),
        ),
        migrations.AddConstraint(
            model_name='seenline',
            constraint=models.UniqueConstraint(fields=('store', 'line_key'), name='seen_line_once'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
