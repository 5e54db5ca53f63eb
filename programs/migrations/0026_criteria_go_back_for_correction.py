"""A criterion goes back for correction as questions and documents do. The version before does not know such items."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together


# On the way back a return that still waits and names nothing else keeps its notes beside the person in charge, which the company can
# confirm and send: without any item it could never be answered. The history keeps what was named.
BACK = """
UPDATE programs_returnitem i SET part = 'contact', criterion_id = NULL
WHERE part = 'criterion'
    AND EXISTS (SELECT FROM programs_returnrequest r WHERE r.id = i.request_id AND r.answered_at IS NULL)
    AND NOT EXISTS (SELECT FROM programs_returnitem o WHERE o.request_id = i.request_id AND o.part <> 'criterion');
DELETE FROM programs_returnitem WHERE part = 'criterion';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED
"""


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0025_insurance_clearances'),
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
                migrations.RemoveConstraint(
                    model_name='returnitem',
                    name='return_item_names_one',
                ),
                migrations.AddField(
                    model_name='returnitem',
                    name='criterion',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.criterion'),
                ),
                migrations.AddField(
                    model_name='returnitemevent',
                    name='criterion',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.criterion'),
                ),
                migrations.AlterField(
                    model_name='returnitem',
                    name='part',
                    field=models.CharField(choices=[('question', 'answer'), ('document', 'document'), ('criterion', 'criterion'), ('baseline', 'baseline'), ('contact', 'person in charge')], max_length=10, verbose_name='part'),
                ),
                migrations.AlterField(
                    model_name='returnitemevent',
                    name='part',
                    field=models.CharField(choices=[('question', 'answer'), ('document', 'document'), ('criterion', 'criterion'), ('baseline', 'baseline'), ('contact', 'person in charge')], max_length=10, verbose_name='part'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='returnitem',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_returnitemevent" ("created_at", "criterion_id", "document_id", "id", "note", "part", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id", "request_id") VALUES (NEW."created_at", NEW."criterion_id", NEW."document_id", NEW."id", NEW."note", NEW."part", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."question_id", NEW."request_id"); RETURN NULL;', hash='e5205a4a55d6ec2b8de8a97ebc2e8c0d449d7762', operation='INSERT', pgid='pgtrigger_insert_insert_2d2eb', table='programs_returnitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='returnitem',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_returnitemevent" ("created_at", "criterion_id", "document_id", "id", "note", "part", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id", "request_id") VALUES (NEW."created_at", NEW."criterion_id", NEW."document_id", NEW."id", NEW."note", NEW."part", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."question_id", NEW."request_id"); RETURN NULL;', hash='fb6cc32acc6a50fa5f4bd578f9f5f73262477137', operation='UPDATE', pgid='pgtrigger_update_update_11acb', table='programs_returnitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='returnitem',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_returnitemevent" ("created_at", "criterion_id", "document_id", "id", "note", "part", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question_id", "request_id") VALUES (OLD."created_at", OLD."criterion_id", OLD."document_id", OLD."id", OLD."note", OLD."part", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."question_id", OLD."request_id"); RETURN NULL;', hash='848fc32f9c5b70c99d578dd37257a31147404c76', operation='DELETE', pgid='pgtrigger_delete_delete_26a37', table='programs_returnitem', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='returnitem',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('criterion__isnull', True), ('document__isnull', True), ('part', 'question'), ('question__isnull', False)), models.Q(('criterion__isnull', True), ('document__isnull', False), ('part', 'document'), ('question__isnull', True)), models.Q(('criterion__isnull', False), ('document__isnull', True), ('part', 'criterion'), ('question__isnull', True)), models.Q(('criterion__isnull', True), ('document__isnull', True), ('part__in', ['baseline', 'contact']), ('question__isnull', True)), _connector='OR'), name='return_item_names_one'),
                ),
            ]
        ),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            BACK,
        ),
    ]
