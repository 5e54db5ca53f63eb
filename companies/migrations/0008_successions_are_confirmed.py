"""A succession counts once a second person agreed; a pair told apart can be looked at again.

Those recorded before count on. On the way back those that nobody confirmed are taken back, since all would count;
pairs that were looked at again go (their history stays).
"""

from importlib import import_module

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import ground.migration

LINE = import_module("companies.migrations.0007_line_of_companies").LINE.replace("CREATE", "CREATE OR REPLACE", 1)
CONFIRMED = LINE.replace("taken_back_at IS NULL", "taken_back_at IS NULL AND confirmed_at IS NOT NULL")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_successions_are_decisions_of_two'),
        ('companies', '0007_line_of_companies'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='distinctpair',
            name='distinct_pair_once',
        ),
        ground.migration.Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='distinctpair',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='distinctpair',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='distinctpair',
                    name='delete_delete',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='succession',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='succession',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='succession',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='distinctpair',
                    name='taken_back_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='taken back at'),
                ),
                migrations.AddField(
                    model_name='distinctpairevent',
                    name='taken_back_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='taken back at'),
                ),
                migrations.AddField(
                    model_name='succession',
                    name='approval',
                    field=models.ForeignKey(blank=True, help_text='empty: recorded when one person was enough', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='approval'),
                ),
                migrations.AddField(
                    model_name='succession',
                    name='confirmed_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='confirmed at'),
                ),
                migrations.AddField(
                    model_name='successionevent',
                    name='approval',
                    field=models.ForeignKey(blank=True, db_constraint=False, help_text='empty: recorded when one person was enough', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='approval'),
                ),
                migrations.AddField(
                    model_name='successionevent',
                    name='confirmed_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='confirmed at'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='distinctpair',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_distinctpairevent" ("agency_id", "created_at", "decided_by_id", "first_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "second_id", "taken_back_at") VALUES (NEW."agency_id", NEW."created_at", NEW."decided_by_id", NEW."first_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."second_id", NEW."taken_back_at"); RETURN NULL;', hash='af4f45194e7429eb71db19fefc0b78ee1ebd8796', operation='INSERT', pgid='pgtrigger_insert_insert_311cb', table='companies_distinctpair', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='distinctpair',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "companies_distinctpairevent" ("agency_id", "created_at", "decided_by_id", "first_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "second_id", "taken_back_at") VALUES (NEW."agency_id", NEW."created_at", NEW."decided_by_id", NEW."first_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."second_id", NEW."taken_back_at"); RETURN NULL;', hash='d55ebfdeff66c1bdb8d2ad448ddd324b84fcd4c3', operation='UPDATE', pgid='pgtrigger_update_update_a2b50', table='companies_distinctpair', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='distinctpair',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_distinctpairevent" ("agency_id", "created_at", "decided_by_id", "first_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "second_id", "taken_back_at") VALUES (OLD."agency_id", OLD."created_at", OLD."decided_by_id", OLD."first_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."second_id", OLD."taken_back_at"); RETURN NULL;', hash='497ebc5658269d9fab8a2ca99fb537ca51d896af', operation='DELETE', pgid='pgtrigger_delete_delete_a8308', table='companies_distinctpair', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='succession',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_successionevent" ("agency_id", "approval_id", "confirmed_at", "created_at", "document", "file_id", "former_id", "id", "kind", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "successor_id", "taken_back_at") VALUES (NEW."agency_id", NEW."approval_id", NEW."confirmed_at", NEW."created_at", NEW."document", NEW."file_id", NEW."former_id", NEW."id", NEW."kind", NEW."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."recorded_by_id", NEW."successor_id", NEW."taken_back_at"); RETURN NULL;', hash='99b1ae5c44cca31d7857392ababd678fec467ead', operation='INSERT', pgid='pgtrigger_insert_insert_afe06', table='companies_succession', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='succession',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "companies_successionevent" ("agency_id", "approval_id", "confirmed_at", "created_at", "document", "file_id", "former_id", "id", "kind", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "successor_id", "taken_back_at") VALUES (NEW."agency_id", NEW."approval_id", NEW."confirmed_at", NEW."created_at", NEW."document", NEW."file_id", NEW."former_id", NEW."id", NEW."kind", NEW."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."recorded_by_id", NEW."successor_id", NEW."taken_back_at"); RETURN NULL;', hash='a3d1b5295a7020d9157ac402dc4c7e9aea96c828', operation='UPDATE', pgid='pgtrigger_update_update_8c90f', table='companies_succession', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='succession',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_successionevent" ("agency_id", "approval_id", "confirmed_at", "created_at", "document", "file_id", "former_id", "id", "kind", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "successor_id", "taken_back_at") VALUES (OLD."agency_id", OLD."approval_id", OLD."confirmed_at", OLD."created_at", OLD."document", OLD."file_id", OLD."former_id", OLD."id", OLD."kind", OLD."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."recorded_by_id", OLD."successor_id", OLD."taken_back_at"); RETURN NULL;', hash='c698fa093da0a887761a37a8aca2f7c1edd4d077', operation='DELETE', pgid='pgtrigger_delete_delete_1f63d', table='companies_succession', when='AFTER')),
                ),
                migrations.AlterConstraint(
                    model_name='succession',
                    name='succession_closes_once',
                    constraint=models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True), models.Q(('kind', 'branch'), _negated=True)), fields=('former',), name='succession_closes_once', violation_error_message='This company has a successor already, or one is asked for.'),
                ),
                migrations.AlterConstraint(
                    model_name='succession',
                    name='succession_one_head',
                    constraint=models.UniqueConstraint(condition=models.Q(('kind', 'branch'), ('taken_back_at__isnull', True)), fields=('former',), name='succession_one_head', violation_error_message='This branch has its head office already, or one is asked for.'),
                ),
            ]
        ),
        migrations.AddConstraint(
            model_name='distinctpair',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('agency', 'first', 'second'), name='distinct_pair_once', violation_error_message='Your agency decided about this pair already.'),
        ),
        migrations.RunSQL(
            "UPDATE companies_succession SET confirmed_at = created_at;"
            " SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED",
            "UPDATE companies_succession SET taken_back_at = naru_now() WHERE confirmed_at IS NULL AND taken_back_at IS NULL;"
            " DELETE FROM companies_distinctpair WHERE taken_back_at IS NOT NULL;"
            " SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED",
        ),
        migrations.RunSQL(CONFIRMED, LINE),
    ]
