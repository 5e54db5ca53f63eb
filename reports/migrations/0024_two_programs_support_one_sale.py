"""Sales that two programs support: who carries them, and the shares of both."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import ground.clock
import ground.constraints
import ground.ids
import ground.migration
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('companies', '0016_products_have_a_group'),
        ('programs', '0023_questions_about_sales_are_tasks'),
        ('reports', '0023_goods_sent_to_warehouses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='SharedSupport',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('from_on', models.DateField(verbose_name='from')),
                        ('until_on', models.DateField(verbose_name='until')),
                        ('carrying_percent', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='share of the carrying program (%)')),
                        ('other_percent', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='share of the other program (%)')),
                        ('reason', models.CharField(max_length=300, verbose_name='reason')),
                        ('document', models.CharField(blank=True, max_length=120, verbose_name='document')),
                        ('declared_at', models.DateTimeField(verbose_name='recorded at')),
                        ('known_at', models.DateTimeField(blank=True, null=True, verbose_name='in force since')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                        ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed to by')),
                        ('carrying', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shared_out', to='programs.participation', verbose_name='agreement that carries the sales')),
                        ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shared_support', to='companies.company', verbose_name='company')),
                        ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shared_in', to='programs.participation', verbose_name='agreement that supports them, too')),
                    ],
                    options={
                        'verbose_name': 'shared support',
                        'verbose_name_plural': 'shared support',
                        'ordering': ['-declared_at'],
                    },
                ),
                migrations.CreateModel(
                    name='SharedSupportEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('from_on', models.DateField(verbose_name='from')),
                        ('until_on', models.DateField(verbose_name='until')),
                        ('carrying_percent', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='share of the carrying program (%)')),
                        ('other_percent', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='share of the other program (%)')),
                        ('reason', models.CharField(max_length=300, verbose_name='reason')),
                        ('document', models.CharField(blank=True, max_length=120, verbose_name='document')),
                        ('declared_at', models.DateTimeField(verbose_name='recorded at')),
                        ('known_at', models.DateTimeField(blank=True, null=True, verbose_name='in force since')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                        ('agreed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed to by')),
                        ('carrying', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='agreement that carries the sales')),
                        ('company', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.company', verbose_name='company')),
                        ('declared_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                        ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('other', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='agreement that supports them, too')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.sharedsupport')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at__isnull', True)), expressions=[('carrying', '='), (models.Func(models.F('from_on'), models.F('until_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='shared_support_one_at_a_time', violation_error_message='These sales are shared already on some of the days: take that back first.'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='shared_support_days'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('carrying_percent', django.db.models.expressions.CombinedExpression(models.Value(Decimal('100')), '-', models.F('other_percent'))), ('carrying_percent__gt', 0), ('other_percent__gt', 0)), name='shared_support_shares_are_whole'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='shared_support_has_reason'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('carrying', models.F('other')), _negated=True), name='shared_support_of_two'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('agreed_by__isnull', True), models.Q(('agreed_by', models.F('declared_by')), _negated=True), _connector='OR'), name='shared_support_two_people'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='shared_support_taken_back_by_somebody'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=ground.constraints.SameKey(field='carrying', name='shared_support_carrying_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=ground.constraints.SameKey(field='other', name='shared_support_other_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=ground.constraints.SameKey(field='carrying', name='shared_support_carrying_of_company', shared='company', target_shared='company'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=ground.constraints.SameKey(field='other', name='shared_support_other_of_company', shared='company', target_shared='company'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "from_on", "id", "known_at", "other_id", "other_percent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."carrying_id", NEW."carrying_percent", NEW."company_id", NEW."created_at", NEW."declared_at", NEW."declared_by_id", NEW."document", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."from_on", NEW."id", NEW."known_at", NEW."other_id", NEW."other_percent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."until_on"); RETURN NULL;', hash='3a4ffdee79e49630f01d1fd4123261a75724ccf3', operation='INSERT', pgid='pgtrigger_insert_insert_e46d8', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "from_on", "id", "known_at", "other_id", "other_percent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."carrying_id", NEW."carrying_percent", NEW."company_id", NEW."created_at", NEW."declared_at", NEW."declared_by_id", NEW."document", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."from_on", NEW."id", NEW."known_at", NEW."other_id", NEW."other_percent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."until_on"); RETURN NULL;', hash='8b44195a9cafcb6c037a609c61de9bccd6d0672f', operation='UPDATE', pgid='pgtrigger_update_update_47082', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "from_on", "id", "known_at", "other_id", "other_percent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (OLD."agency_id", OLD."agreed_by_id", OLD."carrying_id", OLD."carrying_percent", OLD."company_id", OLD."created_at", OLD."declared_at", OLD."declared_by_id", OLD."document", OLD."end_reason", OLD."ended_at", OLD."ended_by_id", OLD."from_on", OLD."id", OLD."known_at", OLD."other_id", OLD."other_percent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."until_on"); RETURN NULL;', hash='55a314631a69f5cb28f698b988e21d3b8c0e4e78', operation='DELETE', pgid='pgtrigger_delete_delete_74f6e', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupportevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='df4ae38b5837270b315d3f32f104c5c9bd437a34', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f0fde', table='reports_sharedsupportevent', when='BEFORE')),
                ),
            ]
        ),
    ]
