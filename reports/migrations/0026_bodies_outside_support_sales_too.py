"""Sales are supported by a program of a body outside this system, too: it is named, with its paper."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from ground.migration import Together

BACK = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM reports_sharedsupport WHERE other_id IS NULL OR file_id IS NOT NULL) THEN
        RAISE EXCEPTION 'shared support of bodies outside, or with a paper, is declared: without this migration it would be lost'
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('companies', '0016_products_have_a_group'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('programs', '0023_questions_about_sales_are_tasks'),
        ('reports', '0025_closings_are_carried_out_by_the_worker'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='sharedsupport',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='sharedsupport',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='sharedsupport',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='file',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='document file'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='outside_amount',
                    field=models.DecimalField(blank=True, decimal_places=0, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='amount that it granted (KRW)'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='outside_body',
                    field=models.CharField(blank=True, max_length=60, verbose_name='body outside'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='outside_program',
                    field=models.CharField(blank=True, max_length=160, verbose_name='its program'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='file',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='document file'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='outside_amount',
                    field=models.DecimalField(blank=True, decimal_places=0, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='amount that it granted (KRW)'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='outside_body',
                    field=models.CharField(blank=True, max_length=60, verbose_name='body outside'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='outside_program',
                    field=models.CharField(blank=True, max_length=160, verbose_name='its program'),
                ),
                migrations.AlterField(
                    model_name='sharedsupport',
                    name='other',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shared_in', to='programs.participation', verbose_name='agreement that supports them, too'),
                ),
                migrations.AlterField(
                    model_name='sharedsupportevent',
                    name='other',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='agreement that supports them, too'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "file_id", "from_on", "id", "known_at", "other_id", "other_percent", "outside_amount", "outside_body", "outside_program", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."carrying_id", NEW."carrying_percent", NEW."company_id", NEW."created_at", NEW."declared_at", NEW."declared_by_id", NEW."document", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."file_id", NEW."from_on", NEW."id", NEW."known_at", NEW."other_id", NEW."other_percent", NEW."outside_amount", NEW."outside_body", NEW."outside_program", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."until_on"); RETURN NULL;', hash='ed7f8b57fd3eee519aadba3710105a29aec4bd1b', operation='INSERT', pgid='pgtrigger_insert_insert_e46d8', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "file_id", "from_on", "id", "known_at", "other_id", "other_percent", "outside_amount", "outside_body", "outside_program", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."carrying_id", NEW."carrying_percent", NEW."company_id", NEW."created_at", NEW."declared_at", NEW."declared_by_id", NEW."document", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."file_id", NEW."from_on", NEW."id", NEW."known_at", NEW."other_id", NEW."other_percent", NEW."outside_amount", NEW."outside_body", NEW."outside_program", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."until_on"); RETURN NULL;', hash='8628ab7b9289695bd4368d88424ae5f6f880f3d5', operation='UPDATE', pgid='pgtrigger_update_update_47082', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "file_id", "from_on", "id", "known_at", "other_id", "other_percent", "outside_amount", "outside_body", "outside_program", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (OLD."agency_id", OLD."agreed_by_id", OLD."carrying_id", OLD."carrying_percent", OLD."company_id", OLD."created_at", OLD."declared_at", OLD."declared_by_id", OLD."document", OLD."end_reason", OLD."ended_at", OLD."ended_by_id", OLD."file_id", OLD."from_on", OLD."id", OLD."known_at", OLD."other_id", OLD."other_percent", OLD."outside_amount", OLD."outside_body", OLD."outside_program", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."until_on"); RETURN NULL;', hash='ce92b26fc8cc0f9dfcd95594d4eb8a5341fb1fee', operation='DELETE', pgid='pgtrigger_delete_delete_74f6e', table='reports_sharedsupport', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('other__isnull', False), ('outside_amount__isnull', True), ('outside_body', ''), ('outside_program', '')), models.Q(('other__isnull', True), models.Q(('outside_body', ''), _negated=True), models.Q(('outside_program', ''), _negated=True)), _connector='OR'), name='shared_support_one_partner', violation_error_message='Name the other agreement, or a body outside and its program: one of the two.'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('outside_amount__isnull', True), ('outside_amount__gt', 0), _connector='OR'), name='shared_support_amount'),
                ),
            ]
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
