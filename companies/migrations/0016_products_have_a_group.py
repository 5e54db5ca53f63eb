"""A product has one of the product groups of the official statistics, if its company states it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):
    dependencies = [("companies", "0015_changes_of_applications")]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='product',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='product',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='product',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='product',
                    name='product_group',
                    field=models.CharField(blank=True, choices=[('01', 'Computers and peripherals'), ('02', 'Home appliances, electronics, telecom devices'), ('03', 'Software'), ('04', 'Books'), ('05', 'Office and stationery'), ('06', 'Records, video, musical instruments'), ('07', 'Clothing and fashion goods'), ('08', 'Sports and leisure goods'), ('09', 'Cosmetics'), ('10', 'Children and baby goods'), ('11', 'Food and beverages'), ('12', 'Agricultural, livestock, fishery products'), ('13', 'Household and car goods'), ('14', 'Other goods')], max_length=2, verbose_name='product group'),
                ),
                migrations.AddField(
                    model_name='productevent',
                    name='product_group',
                    field=models.CharField(blank=True, choices=[('01', 'Computers and peripherals'), ('02', 'Home appliances, electronics, telecom devices'), ('03', 'Software'), ('04', 'Books'), ('05', 'Office and stationery'), ('06', 'Records, video, musical instruments'), ('07', 'Clothing and fashion goods'), ('08', 'Sports and leisure goods'), ('09', 'Cosmetics'), ('10', 'Children and baby goods'), ('11', 'Food and beverages'), ('12', 'Agricultural, livestock, fishery products'), ('13', 'Household and car goods'), ('14', 'Other goods')], max_length=2, verbose_name='product group'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='product',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_productevent" ("category", "code", "company_id", "created_at", "disabled_on", "hs_code", "id", "name_en", "name_ko", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_group") VALUES (NEW."category", NEW."code", NEW."company_id", NEW."created_at", NEW."disabled_on", NEW."hs_code", NEW."id", NEW."name_en", NEW."name_ko", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."product_group"); RETURN NULL;', hash='3967aab47b2154379088909ab7bebdbaf30c30ec', operation='INSERT', pgid='pgtrigger_insert_insert_1b59f', table='companies_product', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='product',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "companies_productevent" ("category", "code", "company_id", "created_at", "disabled_on", "hs_code", "id", "name_en", "name_ko", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_group") VALUES (NEW."category", NEW."code", NEW."company_id", NEW."created_at", NEW."disabled_on", NEW."hs_code", NEW."id", NEW."name_en", NEW."name_ko", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."product_group"); RETURN NULL;', hash='dc570e31f3110f0c0ad9d11e131cd8df8affdbda', operation='UPDATE', pgid='pgtrigger_update_update_9fa06', table='companies_product', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='product',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_productevent" ("category", "code", "company_id", "created_at", "disabled_on", "hs_code", "id", "name_en", "name_ko", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_group") VALUES (OLD."category", OLD."code", OLD."company_id", OLD."created_at", OLD."disabled_on", OLD."hs_code", OLD."id", OLD."name_en", OLD."name_ko", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."product_group"); RETURN NULL;', hash='618738b5783dffd7f5c85f69efbe782d40fe2daf', operation='DELETE', pgid='pgtrigger_delete_delete_116fd', table='companies_product', when='AFTER')),
                ),
            ]
        )
    ]
