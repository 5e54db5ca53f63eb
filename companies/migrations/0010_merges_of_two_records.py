"""Two records of one company are merged: the line of companies reads them as one, and `naru_merged` names the record that each
goes on as.

There is a way back until the first merge is carried out: what it moved, and which record its company goes on as, stand
nowhere else.
"""

from importlib import import_module

import django.db.models.deletion
import ground.clock
import ground.ids
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings

import ground.migration
from django.db import migrations, models

CONFIRMED = import_module("companies.migrations.0008_successions_are_confirmed").CONFIRMED
BOTH_WAYS = CONFIRMED.replace("kind = 'branch'", "kind IN ('branch', 'duplicate')")
MERGED = """
CREATE FUNCTION naru_merged() RETURNS TABLE (company_id uuid, kept_id uuid)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH RECURSIVE step AS (
        SELECT given_up_id AS company_id, kept_id FROM companies_merge WHERE carried_out_at IS NOT NULL
        UNION SELECT s.company_id, m.kept_id FROM step s JOIN companies_merge m ON m.given_up_id = s.kept_id
            WHERE m.carried_out_at IS NOT NULL
    ) SELECT company_id, kept_id FROM step s WHERE NOT EXISTS (
        SELECT FROM companies_merge m WHERE m.given_up_id = s.kept_id AND m.carried_out_at IS NOT NULL);
END $$
"""


def refuse_the_way_back(apps, schema_editor):
    if apps.get_model("companies", "Merge").objects.filter(carried_out_at__isnull=False).exists():
        raise RuntimeError("Merges were carried out: without their table two records of one company would count twice.")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_merges_are_decisions_of_two'),
        ('companies', '0009_letters_say_why_without_a_limit'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AlterField(
                    model_name='succession',
                    name='kind',
                    field=models.CharField(choices=[('incorporation', 'sole trader to corporation'), ('merger', 'merger'), ('branch', 'branch under one corporate number'), ('duplicate', 'registered twice')], max_length=16, verbose_name='kind'),
                ),
                migrations.AlterField(
                    model_name='successionevent',
                    name='kind',
                    field=models.CharField(choices=[('incorporation', 'sole trader to corporation'), ('merger', 'merger'), ('branch', 'branch under one corporate number'), ('duplicate', 'registered twice')], max_length=16, verbose_name='kind'),
                ),
                migrations.CreateModel(
                    name='Merge',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('reason', models.TextField(verbose_name='reason')),
                        ('document', models.CharField(max_length=120, verbose_name='document')),
                        ('choices', models.JSONField(blank=True, default=dict, verbose_name='whose facts hold')),
                        ('carried_out_at', models.DateTimeField(blank=True, null=True, verbose_name='carried out at')),
                        ('moved', models.JSONField(blank=True, default=list, verbose_name='what was moved')),
                        ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='dropped at')),
                        ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='accounts.agency', verbose_name='agency')),
                        ('approval', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='approval')),
                        ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='begun by')),
                        ('carried_out_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='carried out by')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='file')),
                        ('given_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_away', to='companies.company', verbose_name='record that is given up')),
                        ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_into', to='companies.company', verbose_name='record that stays')),
                        ('succession', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merge', to='companies.succession', verbose_name='succession')),
                    ],
                    options={
                        'verbose_name': 'merge of two records',
                        'verbose_name_plural': 'merges of two records',
                        'ordering': ['-created_at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='MergeEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('reason', models.TextField(verbose_name='reason')),
                        ('document', models.CharField(max_length=120, verbose_name='document')),
                        ('choices', models.JSONField(blank=True, default=dict, verbose_name='whose facts hold')),
                        ('carried_out_at', models.DateTimeField(blank=True, null=True, verbose_name='carried out at')),
                        ('moved', models.JSONField(blank=True, default=list, verbose_name='what was moved')),
                        ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='dropped at')),
                        ('agency', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('approval', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='approval')),
                        ('begun_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='begun by')),
                        ('carried_out_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='carried out by')),
                        ('file', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='file')),
                        ('given_up', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.company', verbose_name='record that is given up')),
                        ('kept', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.company', verbose_name='record that stays')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='companies.merge')),
                        ('succession', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.succession', verbose_name='succession')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='merge',
                    constraint=models.CheckConstraint(condition=models.Q(('kept', models.F('given_up')), _negated=True), name='merge_of_two', violation_error_message='These are the same record: name two.'),
                ),
                migrations.AddConstraint(
                    model_name='merge',
                    constraint=models.UniqueConstraint(condition=models.Q(('dropped_at__isnull', True)), fields=('given_up',), name='merge_gives_up_once', violation_error_message='This record is being merged already.'),
                ),
                migrations.AddConstraint(
                    model_name='merge',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('carried_out_at__isnull', True), ('succession__isnull', True)), models.Q(('approval__isnull', False), ('carried_out_at__isnull', False), ('carried_out_by__isnull', False), ('succession__isnull', False)), _connector='OR'), name='merge_carried_out_by_two'),
                ),
                migrations.AddConstraint(
                    model_name='merge',
                    constraint=models.CheckConstraint(condition=models.Q(('carried_out_at__isnull', True), ('dropped_at__isnull', True), _connector='OR'), name='merge_one_end'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='merge',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_mergeevent" ("agency_id", "approval_id", "begun_by_id", "carried_out_at", "carried_out_by_id", "choices", "created_at", "document", "dropped_at", "file_id", "given_up_id", "id", "kept_id", "moved", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "succession_id") VALUES (NEW."agency_id", NEW."approval_id", NEW."begun_by_id", NEW."carried_out_at", NEW."carried_out_by_id", NEW."choices", NEW."created_at", NEW."document", NEW."dropped_at", NEW."file_id", NEW."given_up_id", NEW."id", NEW."kept_id", NEW."moved", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."succession_id"); RETURN NULL;', hash='5ea7d7ac0e79dc092b53d8e68e52787c8d7b548f', operation='INSERT', pgid='pgtrigger_insert_insert_36df7', table='companies_merge', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='merge',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "companies_mergeevent" ("agency_id", "approval_id", "begun_by_id", "carried_out_at", "carried_out_by_id", "choices", "created_at", "document", "dropped_at", "file_id", "given_up_id", "id", "kept_id", "moved", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "succession_id") VALUES (NEW."agency_id", NEW."approval_id", NEW."begun_by_id", NEW."carried_out_at", NEW."carried_out_by_id", NEW."choices", NEW."created_at", NEW."document", NEW."dropped_at", NEW."file_id", NEW."given_up_id", NEW."id", NEW."kept_id", NEW."moved", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."succession_id"); RETURN NULL;', hash='080415a35360a65d5eb82ef3c9de0d1131edbcc1', operation='UPDATE', pgid='pgtrigger_update_update_53420', table='companies_merge', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='merge',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_mergeevent" ("agency_id", "approval_id", "begun_by_id", "carried_out_at", "carried_out_by_id", "choices", "created_at", "document", "dropped_at", "file_id", "given_up_id", "id", "kept_id", "moved", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "succession_id") VALUES (OLD."agency_id", OLD."approval_id", OLD."begun_by_id", OLD."carried_out_at", OLD."carried_out_by_id", OLD."choices", OLD."created_at", OLD."document", OLD."dropped_at", OLD."file_id", OLD."given_up_id", OLD."id", OLD."kept_id", OLD."moved", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."succession_id"); RETURN NULL;', hash='0a40e7aabd9beaab1674a6198a1f46280e59f23b', operation='DELETE', pgid='pgtrigger_delete_delete_7b0e5', table='companies_merge', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mergeevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='af3c985648854665d0e34d19042e8319252292d2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_83ce6', table='companies_mergeevent', when='BEFORE')),
                ),
            ]
        ),
        migrations.RunSQL(BOTH_WAYS, CONFIRMED),
        migrations.RunSQL(MERGED, "DROP FUNCTION naru_merged()"),
        migrations.RunPython(migrations.RunPython.noop, refuse_the_way_back),
    ]
