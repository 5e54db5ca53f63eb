"""Orders that are marked as own purchases or tests; and lines of which the program's money paid a part are found by themselves."""

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


INDEX = """
CREATE INDEX reports_sales_line_program_money ON reports_sales_line (program_id, business_day)
    WHERE program_discount_amount <> 0;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('companies', '0014_consents_to_mails_with_guides'),
        ('programs', '0021_figures_that_differ_are_tasks'),
        ('reports', '0019_exports_by_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='OrderMark',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('order_reference', models.CharField(max_length=60, verbose_name='order')),
                        ('kind', models.CharField(choices=[('own', 'own purchase'), ('test', 'test order')], max_length=4, verbose_name='kind')),
                        ('reason', models.CharField(max_length=300, verbose_name='reason')),
                        ('is_by_company', models.BooleanField(default=False, verbose_name='marked by the company itself')),
                        ('marked_at', models.DateTimeField(verbose_name='marked at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                        ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='order_marks', to='companies.company', verbose_name='company')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                        ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='order_marks', to='programs.store', verbose_name='store')),
                    ],
                    options={
                        'verbose_name': 'marked order',
                        'verbose_name_plural': 'marked orders',
                        'ordering': ['-marked_at', 'order_reference'],
                    },
                ),
                migrations.CreateModel(
                    name='OrderMarkEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('order_reference', models.CharField(max_length=60, verbose_name='order')),
                        ('kind', models.CharField(choices=[('own', 'own purchase'), ('test', 'test order')], max_length=4, verbose_name='kind')),
                        ('reason', models.CharField(max_length=300, verbose_name='reason')),
                        ('is_by_company', models.BooleanField(default=False, verbose_name='marked by the company itself')),
                        ('marked_at', models.DateTimeField(verbose_name='marked at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                        ('company', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.company', verbose_name='company')),
                        ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('marked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.ordermark')),
                        ('store', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.store', verbose_name='store')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='ordermark',
                    constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('store', 'order_reference', 'company'), name='order_mark_once'),
                ),
                migrations.AddConstraint(
                    model_name='ordermark',
                    constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='order_mark_has_reason'),
                ),
                migrations.AddConstraint(
                    model_name='ordermark',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='order_mark_taken_back_by_somebody'),
                ),
                migrations.AddConstraint(
                    model_name='ordermark',
                    constraint=ground.constraints.SameKey(field='store', name='order_mark_store_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ordermark',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_ordermarkevent" ("agency_id", "company_id", "created_at", "end_reason", "ended_at", "ended_by_id", "id", "is_by_company", "kind", "marked_at", "marked_by_id", "order_reference", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "store_id") VALUES (NEW."agency_id", NEW."company_id", NEW."created_at", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."is_by_company", NEW."kind", NEW."marked_at", NEW."marked_by_id", NEW."order_reference", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."store_id"); RETURN NULL;', hash='dc33f5f4d5412326a7819884a0ed5ee3b6171dca', operation='INSERT', pgid='pgtrigger_insert_insert_88c5f', table='reports_ordermark', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ordermark',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_ordermarkevent" ("agency_id", "company_id", "created_at", "end_reason", "ended_at", "ended_by_id", "id", "is_by_company", "kind", "marked_at", "marked_by_id", "order_reference", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "store_id") VALUES (NEW."agency_id", NEW."company_id", NEW."created_at", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."is_by_company", NEW."kind", NEW."marked_at", NEW."marked_by_id", NEW."order_reference", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."store_id"); RETURN NULL;', hash='3e7d97700f10e3a1bff9cb62cf2078cf2ca7c295', operation='UPDATE', pgid='pgtrigger_update_update_f0868', table='reports_ordermark', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ordermark',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_ordermarkevent" ("agency_id", "company_id", "created_at", "end_reason", "ended_at", "ended_by_id", "id", "is_by_company", "kind", "marked_at", "marked_by_id", "order_reference", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "store_id") VALUES (OLD."agency_id", OLD."company_id", OLD."created_at", OLD."end_reason", OLD."ended_at", OLD."ended_by_id", OLD."id", OLD."is_by_company", OLD."kind", OLD."marked_at", OLD."marked_by_id", OLD."order_reference", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."store_id"); RETURN NULL;', hash='f5dfc3927a5fb461c51b16f34dc79ef9c7100252', operation='DELETE', pgid='pgtrigger_delete_delete_69081', table='reports_ordermark', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ordermarkevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e1ac8ecdba75e6aa3c063aea0d414d2210a6764c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_086e6', table='reports_ordermarkevent', when='BEFORE')),
                ),
            ]
        ),
        migrations.RunSQL(INDEX, "DROP INDEX reports_sales_line_program_money"),
    ]
