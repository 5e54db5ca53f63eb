"""Items that a criterion opened are told from those that staff named. The version before says nothing of it: named."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0028_those_left_out_of_a_list_stand_in_their_order'),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='returnitem',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='returnitem',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='returnitem',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='returnitem',
                    name='is_implied',
                    field=models.BooleanField(db_default=False, default=False, verbose_name='open with a criterion'),
                ),
                migrations.AddField(
                    model_name='returnitemevent',
                    name='is_implied',
                    field=models.BooleanField(db_default=False, default=False, verbose_name='open with a criterion'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='returnitem',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_returnitemevent" ("created_at", "criterion_id", "document_id", "id", "is_implied", "note", "part", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id", "request_id") VALUES (NEW."created_at", NEW."criterion_id", NEW."document_id", NEW."id", NEW."is_implied", NEW."note", NEW."part", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."question_id", NEW."request_id"); RETURN NULL;', hash='1229f91f6257c471ae0e77e69d7014d1706e0bff', operation='INSERT', pgid='pgtrigger_insert_insert_2d2eb', table='programs_returnitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='returnitem',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_returnitemevent" ("created_at", "criterion_id", "document_id", "id", "is_implied", "note", "part", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id", "request_id") VALUES (NEW."created_at", NEW."criterion_id", NEW."document_id", NEW."id", NEW."is_implied", NEW."note", NEW."part", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."question_id", NEW."request_id"); RETURN NULL;', hash='4837aef3a443e81f135b388a86bc7746f4fcd1bc', operation='UPDATE', pgid='pgtrigger_update_update_11acb', table='programs_returnitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='returnitem',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_returnitemevent" ("created_at", "criterion_id", "document_id", "id", "is_implied", "note", "part", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id", "request_id") VALUES (OLD."created_at", OLD."criterion_id", OLD."document_id", OLD."id", OLD."is_implied", OLD."note", OLD."part", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."question_id", OLD."request_id"); RETURN NULL;', hash='a8f533e85c4cbb6954c38e068635a306270871cd', operation='DELETE', pgid='pgtrigger_delete_delete_26a37', table='programs_returnitem', when='AFTER')),
                ),
            ]
        ),
    ]
