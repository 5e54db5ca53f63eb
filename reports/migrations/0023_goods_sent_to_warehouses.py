"""Goods that are sent to a warehouse before they are sold."""

import django.core.validators
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
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('programs', '0021_figures_that_differ_are_tasks'),
        ('reports', '0022_sums_by_product_group_and_in_dollars'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='Shipment',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('sent_on', models.DateField(verbose_name='sent on')),
                        ('sku', models.CharField(blank=True, max_length=100, verbose_name='SKU')),
                        ('units', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='units')),
                        ('fob_amount', models.DecimalField(decimal_places=2, max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='FOB value (USD)')),
                        ('declaration_number', models.CharField(blank=True, max_length=100, verbose_name='declaration number')),
                        ('corrected_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='corrected FOB value (USD)')),
                        ('corrected_on', models.DateField(blank=True, null=True, verbose_name='corrected on')),
                        ('correction_number', models.CharField(blank=True, max_length=100, verbose_name='declaration of the correction')),
                        ('recorded_at', models.DateTimeField(verbose_name='entered at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('participation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='programs.participation', verbose_name='participation')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                        ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='programs.store', verbose_name='store')),
                    ],
                    options={
                        'verbose_name': 'shipment',
                        'verbose_name_plural': 'shipments',
                        'ordering': ['-sent_on', 'sku'],
                    },
                ),
                migrations.CreateModel(
                    name='ShipmentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('sent_on', models.DateField(verbose_name='sent on')),
                        ('sku', models.CharField(blank=True, max_length=100, verbose_name='SKU')),
                        ('units', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='units')),
                        ('fob_amount', models.DecimalField(decimal_places=2, max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='FOB value (USD)')),
                        ('declaration_number', models.CharField(blank=True, max_length=100, verbose_name='declaration number')),
                        ('corrected_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='corrected FOB value (USD)')),
                        ('corrected_on', models.DateField(blank=True, null=True, verbose_name='corrected on')),
                        ('correction_number', models.CharField(blank=True, max_length=100, verbose_name='declaration of the correction')),
                        ('recorded_at', models.DateTimeField(verbose_name='entered at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                        ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('participation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='participation')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.shipment')),
                        ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                        ('store', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.store', verbose_name='store')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('participation', 'store', 'sent_on', 'sku', 'declaration_number'), name='shipment_once'),
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=models.CheckConstraint(condition=models.Q(('units__isnull', True), ('units__gt', 0), _connector='OR'), name='shipment_units'),
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=models.CheckConstraint(condition=models.Q(('fob_amount__gte', 0)), name='shipment_fob_positive'),
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrected_amount__isnull', True), ('corrected_on__isnull', True), ('correction_number', '')), models.Q(('corrected_amount__gte', 0), ('corrected_on__gte', models.F('sent_on')), models.Q(('correction_number', ''), _negated=True)), _connector='OR'), name='shipment_correction_is_whole'),
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='shipment_taken_back_by_somebody'),
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=ground.constraints.SameKey(field='participation', name='shipment_participation_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='shipment',
                    constraint=ground.constraints.SameKey(field='store', name='shipment_store_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='shipment',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_shipmentevent" ("agency_id", "corrected_amount", "corrected_on", "correction_number", "created_at", "declaration_number", "end_reason", "ended_at", "ended_by_id", "fob_amount", "id", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "sent_on", "sku", "store_id", "units") VALUES (NEW."agency_id", NEW."corrected_amount", NEW."corrected_on", NEW."correction_number", NEW."created_at", NEW."declaration_number", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."fob_amount", NEW."id", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."sent_on", NEW."sku", NEW."store_id", NEW."units"); RETURN NULL;', hash='3befb385bd51c066fc0df8ae51ad7083b1161074', operation='INSERT', pgid='pgtrigger_insert_insert_5283b', table='reports_shipment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='shipment',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_shipmentevent" ("agency_id", "corrected_amount", "corrected_on", "correction_number", "created_at", "declaration_number", "end_reason", "ended_at", "ended_by_id", "fob_amount", "id", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "sent_on", "sku", "store_id", "units") VALUES (NEW."agency_id", NEW."corrected_amount", NEW."corrected_on", NEW."correction_number", NEW."created_at", NEW."declaration_number", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."fob_amount", NEW."id", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."sent_on", NEW."sku", NEW."store_id", NEW."units"); RETURN NULL;', hash='c67417ef7d2e59e267647376ba211206dbaa5837', operation='UPDATE', pgid='pgtrigger_update_update_cc31c', table='reports_shipment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='shipment',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_shipmentevent" ("agency_id", "corrected_amount", "corrected_on", "correction_number", "created_at", "declaration_number", "end_reason", "ended_at", "ended_by_id", "fob_amount", "id", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "sent_on", "sku", "store_id", "units") VALUES (OLD."agency_id", OLD."corrected_amount", OLD."corrected_on", OLD."correction_number", OLD."created_at", OLD."declaration_number", OLD."end_reason", OLD."ended_at", OLD."ended_by_id", OLD."fob_amount", OLD."id", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."sent_on", OLD."sku", OLD."store_id", OLD."units"); RETURN NULL;', hash='6e78c11157bef68420a33b774ed17737fff80604', operation='DELETE', pgid='pgtrigger_delete_delete_aa23f', table='reports_shipment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='shipmentevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='418e6670c3e52488bd3a8f4c0f9d87358c531653', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6d55b', table='reports_shipmentevent', when='BEFORE')),
                ),
            ]
        ),
    ]
