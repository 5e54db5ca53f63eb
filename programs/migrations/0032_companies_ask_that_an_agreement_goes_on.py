"""A company may ask that an agreement whose end is agreed goes on. The version before does not know it: what waits is over there. Where
both sides dropped an end, the end and the request to go on stand there as taken back, so that nothing says that a last day is agreed; as
they were is in the history."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('programs', '0031_agreements_end_on_an_agreed_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
                migrations.RemoveConstraint(
                    model_name='endrequest',
                    name='end_request_accepted_has_day',
                ),
                migrations.AddField(
                    model_name='endrequest',
                    name='is_to_go_on',
                    field=models.BooleanField(db_default=False, default=False, verbose_name='asks to go on'),
                ),
                migrations.AddField(
                    model_name='endrequestevent',
                    name='is_to_go_on',
                    field=models.BooleanField(db_default=False, default=False, verbose_name='asks to go on'),
                ),
                migrations.AlterField(
                    model_name='endrequest',
                    name='state',
                    field=models.CharField(choices=[('waiting', 'waits for the agency'), ('taken_back', 'taken back by the company'), ('accepted', 'the agency agreed'), ('refused', 'the agency refused'), ('over', 'the agreement ended before an answer')], default='waiting', max_length=10, verbose_name='state'),
                ),
                migrations.AlterField(
                    model_name='endrequestevent',
                    name='state',
                    field=models.CharField(choices=[('waiting', 'waits for the agency'), ('taken_back', 'taken back by the company'), ('accepted', 'the agency agreed'), ('refused', 'the agency refused'), ('over', 'the agreement ended before an answer')], default='waiting', max_length=10, verbose_name='state'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "is_to_go_on", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."ended_on", NEW."id", NEW."is_to_go_on", NEW."last_on", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='c7be1723975dcc70eb18e60101f2d1787e572fe2', operation='INSERT', pgid='pgtrigger_insert_insert_080bc', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "is_to_go_on", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."ended_on", NEW."id", NEW."is_to_go_on", NEW."last_on", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='855eaee73a1aeb4d97c456439f76b041c211ac72', operation='UPDATE', pgid='pgtrigger_update_update_f1d98', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "is_to_go_on", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."agency_id", OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."asked_by_id", OLD."created_at", OLD."ended_on", OLD."id", OLD."is_to_go_on", OLD."last_on", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;', hash='49b69dc61d7cffb26f25e4b207c643ac3fa13694', operation='DELETE', pgid='pgtrigger_delete_delete_152b5', table='programs_endrequest', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='endrequest',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('is_to_go_on', False), ('state', 'accepted')), models.Q(models.Q(models.Q(('state', 'accepted'), _negated=True), ('is_to_go_on', True), _connector='OR'), ('ended_on__isnull', True)), _connector='OR'), name='end_request_accepted_has_day'),
                ),
            ]
        ),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            """
            UPDATE programs_task SET done_at = naru_now() WHERE kind = 'end' AND done_at IS NULL AND subject_id IN (
                SELECT participation_id FROM programs_endrequest WHERE is_to_go_on AND state = 'waiting');
            UPDATE programs_endrequest e SET state = 'taken_back', ended_on = NULL
            WHERE NOT is_to_go_on AND state = 'accepted' AND EXISTS (
                SELECT 1 FROM programs_endrequest g WHERE g.participation_id = e.participation_id AND g.is_to_go_on
                    AND g.state = 'accepted' AND g.last_on = e.ended_on AND g.asked_at > e.asked_at);
            UPDATE programs_endrequest SET state = 'taken_back' WHERE is_to_go_on AND state = 'accepted';
            UPDATE programs_endrequest SET state = 'over', answered_at = naru_now()
            WHERE is_to_go_on AND state = 'waiting'
            """,
        ),
    ]
