"""A closing says by which rule its rows were hashed, and why a decision of two people was not carried out.

What was closed before keeps rule 1, which leaves out what payouts gave back. Backwards is refused while a month is closed by
a later rule: its hash could not be compared any more.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together
from reports.migrations import _closing_guard

BACK = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM reports_closedmonth WHERE closed_at IS NOT NULL AND rows_rule > 1) THEN
        RAISE EXCEPTION 'months were closed by a rule that nothing before this migration knows, so it is not undone'
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0024_two_programs_support_one_sale'),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='closedmonth',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='closedmonth',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='closedmonth',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='closedmonth',
                    name='refusal',
                    field=models.JSONField(blank=True, default=dict, help_text='the last decision of two people that the worker could not carry out, and what stood in the way', verbose_name='why it was not carried out'),
                ),
                migrations.AddField(
                    model_name='closedmonth',
                    name='rows_rule',
                    field=models.PositiveSmallIntegerField(default=1, help_text='which values of a row it covers: `queries.closing.HASHED`', verbose_name='rule of the SHA-256'),
                ),
                migrations.AddField(
                    model_name='closedmonthevent',
                    name='refusal',
                    field=models.JSONField(blank=True, default=dict, help_text='the last decision of two people that the worker could not carry out, and what stood in the way', verbose_name='why it was not carried out'),
                ),
                migrations.AddField(
                    model_name='closedmonthevent',
                    name='rows_rule',
                    field=models.PositiveSmallIntegerField(default=1, help_text='which values of a row it covers: `queries.closing.HASHED`', verbose_name='rule of the SHA-256'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "refusal", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_rule", "rows_sha256", "state") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."approval_id", NEW."asked_by_id", NEW."closed_at", NEW."created_at", NEW."figures", NEW."id", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."refusal", NEW."reopen_approval_id", NEW."reopen_reason", NEW."reopened_at", NEW."rows", NEW."rows_rule", NEW."rows_sha256", NEW."state"); RETURN NULL;', hash='93c24f2b84be39dad207419de3b0de568bd97f1c', operation='INSERT', pgid='pgtrigger_insert_insert_8635b', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "refusal", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_rule", "rows_sha256", "state") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."approval_id", NEW."asked_by_id", NEW."closed_at", NEW."created_at", NEW."figures", NEW."id", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."refusal", NEW."reopen_approval_id", NEW."reopen_reason", NEW."reopened_at", NEW."rows", NEW."rows_rule", NEW."rows_sha256", NEW."state"); RETURN NULL;', hash='21f9d513768d073e780c125340c7084345ad8647', operation='UPDATE', pgid='pgtrigger_update_update_49081', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "refusal", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_rule", "rows_sha256", "state") VALUES (OLD."agency_id", OLD."agreed_by_id", OLD."approval_id", OLD."asked_by_id", OLD."closed_at", OLD."created_at", OLD."figures", OLD."id", OLD."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."refusal", OLD."reopen_approval_id", OLD."reopen_reason", OLD."reopened_at", OLD."rows", OLD."rows_rule", OLD."rows_sha256", OLD."state"); RETURN NULL;', hash='4189daed90179154a3c342b72324cbccd7b1b9a6', operation='DELETE', pgid='pgtrigger_delete_delete_7b24a', table='reports_closedmonth', when='AFTER')),
                ),
            ]
        ),
        migrations.RunSQL(_closing_guard.sql("rows_rule"), BACK + _closing_guard.sql()),
    ]
