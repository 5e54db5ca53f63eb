"""An industry of a company may have the digits of a code deeper than its section.

On the way back a company has each section once again, the main industry's before others.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from ground.migration import Together

ONCE = """
DELETE FROM companies_companyindustry i USING companies_companyindustry o
    WHERE o.company_id = i.company_id AND o.industry_id = i.industry_id AND (o.is_main, o.digits) > (i.is_main, i.digits);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ('companies', '0016_products_have_a_group'),
        ('ground', '0004_files_wait_until_they_are_checked'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='companyindustry',
            name='company_industry_once',
        ),
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='companyindustry',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='companyindustry',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='companyindustry',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='companyindustry',
                    name='digits',
                    field=models.CharField(blank=True, max_length=5, verbose_name='digits after the letter'),
                ),
                migrations.AddField(
                    model_name='companyindustryevent',
                    name='digits',
                    field=models.CharField(blank=True, max_length=5, verbose_name='digits after the letter'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='companyindustry',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_companyindustryevent" ("company_id", "created_at", "digits", "id", "industry_id", "is_main", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."company_id", NEW."created_at", NEW."digits", NEW."id", NEW."industry_id", NEW."is_main", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id"); RETURN NULL;', hash='4f4b551f45745ad90495fa6894df036ada1350cb', operation='INSERT', pgid='pgtrigger_insert_insert_0a9bb', table='companies_companyindustry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='companyindustry',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "companies_companyindustryevent" ("company_id", "created_at", "digits", "id", "industry_id", "is_main", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."company_id", NEW."created_at", NEW."digits", NEW."id", NEW."industry_id", NEW."is_main", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id"); RETURN NULL;', hash='2812845e0fc6882773308187a3ef71dd2cfefd06', operation='UPDATE', pgid='pgtrigger_update_update_e8799', table='companies_companyindustry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='companyindustry',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "companies_companyindustryevent" ("company_id", "created_at", "digits", "id", "industry_id", "is_main", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."company_id", OLD."created_at", OLD."digits", OLD."id", OLD."industry_id", OLD."is_main", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id"); RETURN NULL;', hash='b9f90fce9e580682af4be7a6fef40b8cb45e7fbd', operation='DELETE', pgid='pgtrigger_delete_delete_51bb9', table='companies_companyindustry', when='AFTER')),
                ),
            ]
        ),
        migrations.AddConstraint(
            model_name='companyindustry',
            constraint=models.UniqueConstraint(fields=('company', 'industry', 'digits'), name='company_industry_once'),
        ),
        migrations.AddConstraint(
            model_name='companyindustry',
            constraint=models.CheckConstraint(condition=models.Q(('digits', ''), ('digits__regex', '^[0-9]{2,5}$'), _connector='OR'), name='company_industry_digits', violation_error_message='An industry has two to five digits after the letter of its section, for example 10794.'),
        ),
        migrations.RunSQL("", ONCE),
    ]
