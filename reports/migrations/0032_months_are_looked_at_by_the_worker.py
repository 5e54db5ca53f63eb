"""A month that is asked to be closed is looked at by the worker before a second person is asked: what it found stands with it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0031_currencies_of_staged_lines_are_known'),
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
                    name='found',
                    field=models.JSONField(blank=True, default=list, help_text='when the worker looked at it last', verbose_name='what stood in the way'),
                ),
                migrations.AddField(
                    model_name='closedmonth',
                    name='look',
                    field=models.UUIDField(blank=True, editable=False, help_text='the work in which it is looked at what stands in the way; empty once that is done', null=True, verbose_name="the worker's look"),
                ),
                migrations.AddField(
                    model_name='closedmonth',
                    name='looked_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='time of the last look'),
                ),
                migrations.AddField(
                    model_name='closedmonth',
                    name='reason',
                    field=models.CharField(blank=True, max_length=300, verbose_name='why it is to be closed'),
                ),
                migrations.AddField(
                    model_name='closedmonthevent',
                    name='found',
                    field=models.JSONField(blank=True, default=list, help_text='when the worker looked at it last', verbose_name='what stood in the way'),
                ),
                migrations.AddField(
                    model_name='closedmonthevent',
                    name='look',
                    field=models.UUIDField(blank=True, editable=False, help_text='the work in which it is looked at what stands in the way; empty once that is done', null=True, verbose_name="the worker's look"),
                ),
                migrations.AddField(
                    model_name='closedmonthevent',
                    name='looked_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='time of the last look'),
                ),
                migrations.AddField(
                    model_name='closedmonthevent',
                    name='reason',
                    field=models.CharField(blank=True, max_length=300, verbose_name='why it is to be closed'),
                ),
                migrations.AlterField(
                    model_name='closedmonth',
                    name='state',
                    field=models.CharField(choices=[('asked', 'asked for'), ('closed', 'closed'), ('reopened', 'opened again')], default='asked', max_length=10, verbose_name='state'),
                ),
                migrations.AlterField(
                    model_name='closedmonthevent',
                    name='state',
                    field=models.CharField(choices=[('asked', 'asked for'), ('closed', 'closed'), ('reopened', 'opened again')], default='asked', max_length=10, verbose_name='state'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "found", "id", "look", "looked_at", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "refusal", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_rule", "rows_sha256", "state") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."approval_id", NEW."asked_by_id", NEW."closed_at", NEW."created_at", NEW."figures", NEW."found", NEW."id", NEW."look", NEW."looked_at", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."reason", NEW."refusal", NEW."reopen_approval_id", NEW."reopen_reason", NEW."reopened_at", NEW."rows", NEW."rows_rule", NEW."rows_sha256", NEW."state"); RETURN NULL;', hash='be45570ac6888da1db9a74966a0f518451125a48', operation='INSERT', pgid='pgtrigger_insert_insert_8635b', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "found", "id", "look", "looked_at", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "refusal", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_rule", "rows_sha256", "state") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."approval_id", NEW."asked_by_id", NEW."closed_at", NEW."created_at", NEW."figures", NEW."found", NEW."id", NEW."look", NEW."looked_at", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."reason", NEW."refusal", NEW."reopen_approval_id", NEW."reopen_reason", NEW."reopened_at", NEW."rows", NEW."rows_rule", NEW."rows_sha256", NEW."state"); RETURN NULL;', hash='505ab3edd8fbe70d7dfe315b85a687f9950913ff', operation='UPDATE', pgid='pgtrigger_update_update_49081', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "found", "id", "look", "looked_at", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "refusal", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_rule", "rows_sha256", "state") VALUES (OLD."agency_id", OLD."agreed_by_id", OLD."approval_id", OLD."asked_by_id", OLD."closed_at", OLD."created_at", OLD."figures", OLD."found", OLD."id", OLD."look", OLD."looked_at", OLD."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."reason", OLD."refusal", OLD."reopen_approval_id", OLD."reopen_reason", OLD."reopened_at", OLD."rows", OLD."rows_rule", OLD."rows_sha256", OLD."state"); RETURN NULL;', hash='b32af9826672e4994bce98c7b2c0c93df7dc82b4', operation='DELETE', pgid='pgtrigger_delete_delete_7b24a', table='reports_closedmonth', when='AFTER')),
                ),
            ]
        ),
    ]
