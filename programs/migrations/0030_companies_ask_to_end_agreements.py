"""A company asks to end an agreement; that is a task of the agency. The version before does not know it: what is open is closed."""

import django.db.models.deletion
import ground.clock
import ground.constraints
import ground.ids
import ground.migration
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('programs', '0029_items_that_a_criterion_opens'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AlterField(
                    model_name='task',
                    name='kind',
                    field=models.CharField(choices=[('renew', 'renew a certificate'), ('correct', 'correct the application'), ('accept', 'accept the agreement'), ('hand_in', 'hand in a document'), ('declare', "declare the month's sales"), ('screen', 'screen an application'), ('assign', 'assign a store'), ('confirm', 'confirm a payout'), ('dispute', 'look into a disputed payout'), ('follow_up', 'follow up a consultation'), ('regulatory', 'follow up a regulatory item'), ('rates', 'enter missing exchange rates'), ('figures', 'have figures that differ looked into'), ('explain', 'answer a question about sales'), ('end', 'answer a request to end an agreement')], max_length=10, verbose_name='kind'),
                ),
                migrations.AlterField(
                    model_name='taskevent',
                    name='kind',
                    field=models.CharField(choices=[('renew', 'renew a certificate'), ('correct', 'correct the application'), ('accept', 'accept the agreement'), ('hand_in', 'hand in a document'), ('declare', "declare the month's sales"), ('screen', 'screen an application'), ('assign', 'assign a store'), ('confirm', 'confirm a payout'), ('dispute', 'look into a disputed payout'), ('follow_up', 'follow up a consultation'), ('regulatory', 'follow up a regulatory item'), ('rates', 'enter missing exchange rates'), ('figures', 'have figures that differ looked into'), ('explain', 'answer a question about sales'), ('end', 'answer a request to end an agreement')], max_length=10, verbose_name='kind'),
                ),
                migrations.CreateModel(
                    name='EndRequest',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('reason', models.TextField(max_length=1000, verbose_name='the company’s reason')),
                        ('last_on', models.DateField(verbose_name='last day that the company asks for')),
                        ('state', models.CharField(choices=[('waiting', 'waits for the agency'), ('taken_back', 'taken back by the company'), ('accepted', 'the agency agreed'), ('refused', 'the agency refused'), ('over', 'the participation ended otherwise')], default='waiting', max_length=10, verbose_name='state')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                        ('answer', models.TextField(blank=True, max_length=1000, verbose_name='the agency’s words')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended with')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('participation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='end_requests', to='programs.participation', verbose_name='participation')),
                    ],
                    options={
                        'verbose_name': 'request to end an agreement',
                        'verbose_name_plural': 'requests to end agreements',
                        'ordering': ['-asked_at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='EndRequestEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('reason', models.TextField(max_length=1000, verbose_name='the company’s reason')),
                        ('last_on', models.DateField(verbose_name='last day that the company asks for')),
                        ('state', models.CharField(choices=[('waiting', 'waits for the agency'), ('taken_back', 'taken back by the company'), ('accepted', 'the agency agreed'), ('refused', 'the agency refused'), ('over', 'the participation ended otherwise')], default='waiting', max_length=10, verbose_name='state')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                        ('answer', models.TextField(blank=True, max_length=1000, verbose_name='the agency’s words')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended with')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                        ('answered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                        ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('participation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='participation')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.endrequest')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='endrequest',
                    constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('participation',), name='end_request_waits_once'),
                ),
                migrations.AddConstraint(
                    model_name='endrequest',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='end_request_answered_has_instant'),
                ),
                migrations.AddConstraint(
                    model_name='endrequest',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('ended_on__isnull', True)), _connector='OR'), name='end_request_accepted_has_day'),
                ),
                migrations.AddConstraint(
                    model_name='endrequest',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR')), name='end_request_has_reasons', violation_error_message='Say why.'),
                ),
                migrations.AddConstraint(
                    model_name='endrequest',
                    constraint=ground.constraints.SameKey(field='participation', name='end_request_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."ended_on", NEW."id", NEW."last_on", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='ab8da2a571f28d9460232e84f06f2a02a081c927', operation='INSERT', pgid='pgtrigger_insert_insert_080bc', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."ended_on", NEW."id", NEW."last_on", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='a4f54fb21af6069b01b4adf124cf0785664fa76c', operation='UPDATE', pgid='pgtrigger_update_update_f1d98', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequest',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_endrequestevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "ended_on", "id", "last_on", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."agency_id", OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."asked_by_id", OLD."created_at", OLD."ended_on", OLD."id", OLD."last_on", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;', hash='17ab4671b1a76ac0edccf4162061cedf252620bf', operation='DELETE', pgid='pgtrigger_delete_delete_152b5', table='programs_endrequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='endrequestevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3ba05e568b5af82e9cdd2e310468e5e6d21156b0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb50c', table='programs_endrequestevent', when='BEFORE')),
                ),
            ]
        ),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE programs_task SET done_at = naru_now() WHERE kind = 'end' AND done_at IS NULL",
        ),
    ]
