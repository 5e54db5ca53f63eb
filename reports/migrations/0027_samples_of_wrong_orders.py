"""A sample may be one of orders, to prove how many are wrong, beside one of monetary units."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from ground.migration import Together

BACK = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM reports_samplingplan WHERE method <> 'units') THEN
        RAISE EXCEPTION 'samples of orders were drawn: without this migration nobody could tell what they prove, so it is not undone'
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('programs', '0023_questions_about_sales_are_tasks'),
        ('reports', '0026_bodies_outside_support_sales_too'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='samplingplan',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='samplingplan',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='samplingplan',
                    name='delete_delete',
                ),
                migrations.RemoveConstraint(
                    model_name='samplingplan',
                    name='sampling_plan_amounts',
                ),
                migrations.AddField(
                    model_name='samplingplan',
                    name='expected_percent',
                    field=models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='expected share of wrong orders (%)'),
                ),
                migrations.AddField(
                    model_name='samplingplan',
                    name='method',
                    field=models.CharField(choices=[('units', 'monetary units: how much is overstated'), ('orders', 'orders: how many are wrong')], default='units', max_length=6, verbose_name='method'),
                ),
                migrations.AddField(
                    model_name='samplingplan',
                    name='tolerable_percent',
                    field=models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='tolerable share of wrong orders (%)'),
                ),
                migrations.AddField(
                    model_name='samplingplanevent',
                    name='expected_percent',
                    field=models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='expected share of wrong orders (%)'),
                ),
                migrations.AddField(
                    model_name='samplingplanevent',
                    name='method',
                    field=models.CharField(choices=[('units', 'monetary units: how much is overstated'), ('orders', 'orders: how many are wrong')], default='units', max_length=6, verbose_name='method'),
                ),
                migrations.AddField(
                    model_name='samplingplanevent',
                    name='tolerable_percent',
                    field=models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='tolerable share of wrong orders (%)'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='samplingplan',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_samplingplanevent" ("agency_id", "as_of", "basis", "confidence", "created_at", "expected_krw", "expected_percent", "form_key", "from_month", "id", "interval_krw", "left_out", "left_out_krw", "lines", "made_by_id", "margin_krw", "method", "orders", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population_krw", "program_id", "reason", "seed", "size", "tolerable_percent", "until_month") VALUES (NEW."agency_id", NEW."as_of", NEW."basis", NEW."confidence", NEW."created_at", NEW."expected_krw", NEW."expected_percent", NEW."form_key", NEW."from_month", NEW."id", NEW."interval_krw", NEW."left_out", NEW."left_out_krw", NEW."lines", NEW."made_by_id", NEW."margin_krw", NEW."method", NEW."orders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."population_krw", NEW."program_id", NEW."reason", NEW."seed", NEW."size", NEW."tolerable_percent", NEW."until_month"); RETURN NULL;', hash='fe8e7a5fd0a849c45d08056c1cdfc8787fe24b75', operation='INSERT', pgid='pgtrigger_insert_insert_2dd33', table='reports_samplingplan', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='samplingplan',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_samplingplanevent" ("agency_id", "as_of", "basis", "confidence", "created_at", "expected_krw", "expected_percent", "form_key", "from_month", "id", "interval_krw", "left_out", "left_out_krw", "lines", "made_by_id", "margin_krw", "method", "orders", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population_krw", "program_id", "reason", "seed", "size", "tolerable_percent", "until_month") VALUES (NEW."agency_id", NEW."as_of", NEW."basis", NEW."confidence", NEW."created_at", NEW."expected_krw", NEW."expected_percent", NEW."form_key", NEW."from_month", NEW."id", NEW."interval_krw", NEW."left_out", NEW."left_out_krw", NEW."lines", NEW."made_by_id", NEW."margin_krw", NEW."method", NEW."orders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."population_krw", NEW."program_id", NEW."reason", NEW."seed", NEW."size", NEW."tolerable_percent", NEW."until_month"); RETURN NULL;', hash='4a2df440097bfdd26d394bf0592984af5db52c76', operation='UPDATE', pgid='pgtrigger_update_update_f7635', table='reports_samplingplan', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='samplingplan',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_samplingplanevent" ("agency_id", "as_of", "basis", "confidence", "created_at", "expected_krw", "expected_percent", "form_key", "from_month", "id", "interval_krw", "left_out", "left_out_krw", "lines", "made_by_id", "margin_krw", "method", "orders", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population_krw", "program_id", "reason", "seed", "size", "tolerable_percent", "until_month") VALUES (OLD."agency_id", OLD."as_of", OLD."basis", OLD."confidence", OLD."created_at", OLD."expected_krw", OLD."expected_percent", OLD."form_key", OLD."from_month", OLD."id", OLD."interval_krw", OLD."left_out", OLD."left_out_krw", OLD."lines", OLD."made_by_id", OLD."margin_krw", OLD."method", OLD."orders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."population_krw", OLD."program_id", OLD."reason", OLD."seed", OLD."size", OLD."tolerable_percent", OLD."until_month"); RETURN NULL;', hash='cdd3ef5237f253e19626b59f519ce8374dc5fa99', operation='DELETE', pgid='pgtrigger_delete_delete_7b296', table='reports_samplingplan', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='samplingplan',
                    constraint=models.CheckConstraint(condition=models.Q(('population_krw__gt', 0), models.Q(models.Q(('expected_krw__gte', 0), ('interval_krw__gt', 0), ('margin_krw__gt', 0), ('method', 'units'), ('expected_percent__isnull', True), ('tolerable_percent__isnull', True)), models.Q(('expected_krw', 0), ('interval_krw', 0), ('margin_krw', 0), ('method', 'orders'), ('expected_percent__isnull', False), ('tolerable_percent__isnull', False), ('expected_percent__gte', 0), ('tolerable_percent__gt', models.F('expected_percent'))), _connector='OR')), name='sampling_plan_amounts'),
                ),
            ]
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
