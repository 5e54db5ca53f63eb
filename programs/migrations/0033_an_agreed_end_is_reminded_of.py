"""Both sides are reminded of an agreed end that is near, and how near it was is kept. The version before reminds nobody."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0032_companies_ask_that_an_agreement_goes_on'),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='endrequest',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='endrequest',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='endrequest',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='endrequest',
                    name='reminded_before',
                    field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name='days before the last day at which both sides were last reminded'),
                ),
                migrations.AddField(
                    model_name='endrequestevent',
                    name='reminded_before',
                    field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name='days before the last day at which both sides were last reminded'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "is_to_go_on", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reminded_before", "state") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."ended_on", NEW."id", NEW."is_to_go_on", NEW."last_on", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."reminded_before", NEW."state"); RETURN NULL;', hash='6cd7abd852f56210be4ce9b279dba497f008c38e', operation='INSERT', pgid='pgtrigger_insert_insert_080bc', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "is_to_go_on", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reminded_before", "state") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."ended_on", NEW."id", NEW."is_to_go_on", NEW."last_on", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."reminded_before", NEW."state"); RETURN NULL;', hash='31e12e9c028709cde081f9f8af63a28cea5d23e7', operation='UPDATE', pgid='pgtrigger_update_update_f1d98', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "is_to_go_on", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reminded_before", "state") VALUES (OLD."agency_id", OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."asked_by_id", OLD."created_at", OLD."ended_on", OLD."id", OLD."is_to_go_on", OLD."last_on", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."reminded_before", OLD."state"); RETURN NULL;', hash='1e5335ff20fa8317c71945cef02d6cfbb94f98b3', operation='DELETE', pgid='pgtrigger_delete_delete_152b5', table='programs_endrequest', when='AFTER')),
                ),
            ]
        ),
    ]
