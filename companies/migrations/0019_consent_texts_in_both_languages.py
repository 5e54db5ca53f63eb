"""A consent text says what is given in English too, and its wording is never changed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0018_insurance_clearances'),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='consenttext',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='consenttext',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='consenttext',
                    name='delete_delete',
                ),
                migrations.RenameField(
                    model_name='consenttext',
                    old_name='items',
                    new_name='items_ko',
                ),
                migrations.RenameField(
                    model_name='consenttextevent',
                    old_name='items',
                    new_name='items_ko',
                ),
                migrations.AddField(
                    model_name='consenttext',
                    name='items_en',
                    field=models.CharField(blank=True, max_length=300, verbose_name='items (English)'),
                ),
                migrations.AddField(
                    model_name='consenttextevent',
                    name='items_en',
                    field=models.CharField(blank=True, max_length=300, verbose_name='items (English)'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='consenttext',
                    trigger=pgtrigger.compiler.Trigger(name='wording_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."title_ko" IS DISTINCT FROM (NEW."title_ko") OR OLD."title_en" IS DISTINCT FROM (NEW."title_en") OR OLD."body_ko" IS DISTINCT FROM (NEW."body_ko") OR OLD."body_en" IS DISTINCT FROM (NEW."body_en") OR OLD."receiver_id" IS DISTINCT FROM (NEW."receiver_id") OR OLD."country_id" IS DISTINCT FROM (NEW."country_id") OR OLD."items_ko" IS DISTINCT FROM (NEW."items_ko") OR OLD."items_en" IS DISTINCT FROM (NEW."items_en") OR OLD."months" IS DISTINCT FROM (NEW."months") OR OLD."from_on" IS DISTINCT FROM (NEW."from_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='50b21fd45c152890d987527e5145f4db30ebb81a', operation='UPDATE', pgid='pgtrigger_wording_stays_f57e9', table='companies_consenttext', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='consenttext',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_consenttextevent" ("agency_id", "body_en", "body_ko", "code", "country_id", "created_at", "disabled_on", "from_on", "id", "items_en", "items_ko", "kind", "months", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receiver_id", "title_en", "title_ko", "version") VALUES (NEW."agency_id", NEW."body_en", NEW."body_ko", NEW."code", NEW."country_id", NEW."created_at", NEW."disabled_on", NEW."from_on", NEW."id", NEW."items_en", NEW."items_ko", NEW."kind", NEW."months", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."receiver_id", NEW."title_en", NEW."title_ko", NEW."version"); RETURN NULL;', hash='3bb1bf491bc7adc29450b9d290bd842c068f6b6f', operation='INSERT', pgid='pgtrigger_insert_insert_d67be', table='companies_consenttext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='consenttext',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "companies_consenttextevent" ("agency_id", "body_en", "body_ko", "code", "country_id", "created_at", "disabled_on", "from_on", "id", "items_en", "items_ko", "kind", "months", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receiver_id", "title_en", "title_ko", "version") VALUES (NEW."agency_id", NEW."body_en", NEW."body_ko", NEW."code", NEW."country_id", NEW."created_at", NEW."disabled_on", NEW."from_on", NEW."id", NEW."items_en", NEW."items_ko", NEW."kind", NEW."months", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."receiver_id", NEW."title_en", NEW."title_ko", NEW."version"); RETURN NULL;', hash='974f624d5416a847837f5a861e984fda2614af14', operation='UPDATE', pgid='pgtrigger_update_update_83b5d', table='companies_consenttext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='consenttext',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_consenttextevent" ("agency_id", "body_en", "body_ko", "code", "country_id", "created_at", "disabled_on", "from_on", "id", "items_en", "items_ko", "kind", "months", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receiver_id", "title_en", "title_ko", "version") VALUES (OLD."agency_id", OLD."body_en", OLD."body_ko", OLD."code", OLD."country_id", OLD."created_at", OLD."disabled_on", OLD."from_on", OLD."id", OLD."items_en", OLD."items_ko", OLD."kind", OLD."months", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."receiver_id", OLD."title_en", OLD."title_ko", OLD."version"); RETURN NULL;', hash='0fbe82c74218734bbfa0abbdca35a13cb2a59e38', operation='DELETE', pgid='pgtrigger_delete_delete_08d15', table='companies_consenttext', when='AFTER')),
                ),
            ]
        ),
        migrations.AlterField(
            model_name='consenttext',
            name='items_ko',
            field=models.CharField(max_length=300, verbose_name='items (Korean)'),
        ),
        migrations.AlterField(
            model_name='consenttextevent',
            name='items_ko',
            field=models.CharField(max_length=300, verbose_name='items (Korean)'),
        ),
    ]
