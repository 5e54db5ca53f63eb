"""Programs of two agencies support one sale: the other agency is asked and agrees. Earlier declarations are of one agency's programs."""

import django.db.models.deletion
import ground.constraints
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from ground.migration import Together

FILL = """
UPDATE reports_sharedsupport SET other_agency_id = agency_id WHERE other_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
BACK = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM reports_sharedsupport WHERE other_agency_id <> agency_id) THEN
        RAISE EXCEPTION 'programs of two agencies share sales: without this migration it would be lost'
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('companies', '0017_industries_have_digits'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('programs', '0024_screenings_uphold_lists_of_answers'),
        ('reports', '0033_products_and_listings_join_the_cut'),
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
                migrations.RemoveConstraint(
                    model_name='sharedsupport',
                    name='shared_support_other_same_agency',
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='other_agency',
                    field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency of the other program'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='other_agreed_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='agreed to by the other agency at'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='other_agreed_by',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed to for the other agency by'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='other_asked_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='other agency asked at'),
                ),
                migrations.AddField(
                    model_name='sharedsupport',
                    name='other_confirmed_by',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed for the other agency by'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='other_agency',
                    field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency of the other program'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='other_agreed_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='agreed to by the other agency at'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='other_agreed_by',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed to for the other agency by'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='other_asked_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='other agency asked at'),
                ),
                migrations.AddField(
                    model_name='sharedsupportevent',
                    name='other_confirmed_by',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed for the other agency by'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "file_id", "from_on", "id", "known_at", "other_agency_id", "other_agreed_at", "other_agreed_by_id", "other_asked_at", "other_confirmed_by_id", "other_id", "other_percent", "outside_amount", "outside_body", "outside_program", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."carrying_id", NEW."carrying_percent", NEW."company_id", NEW."created_at", NEW."declared_at", NEW."declared_by_id", NEW."document", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."file_id", NEW."from_on", NEW."id", NEW."known_at", NEW."other_agency_id", NEW."other_agreed_at", NEW."other_agreed_by_id", NEW."other_asked_at", NEW."other_confirmed_by_id", NEW."other_id", NEW."other_percent", NEW."outside_amount", NEW."outside_body", NEW."outside_program", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."until_on"); RETURN NULL;', hash='953ed331dd99bc94e910b6edcd4cef541e0ed6e8', operation='INSERT', pgid='pgtrigger_insert_insert_e46d8', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "file_id", "from_on", "id", "known_at", "other_agency_id", "other_agreed_at", "other_agreed_by_id", "other_asked_at", "other_confirmed_by_id", "other_id", "other_percent", "outside_amount", "outside_body", "outside_program", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."carrying_id", NEW."carrying_percent", NEW."company_id", NEW."created_at", NEW."declared_at", NEW."declared_by_id", NEW."document", NEW."end_reason", NEW."ended_at", NEW."ended_by_id", NEW."file_id", NEW."from_on", NEW."id", NEW."known_at", NEW."other_agency_id", NEW."other_agreed_at", NEW."other_agreed_by_id", NEW."other_asked_at", NEW."other_confirmed_by_id", NEW."other_id", NEW."other_percent", NEW."outside_amount", NEW."outside_body", NEW."outside_program", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."until_on"); RETURN NULL;', hash='e5b974576fb271dcdd29eedaceb1891324a6be0a', operation='UPDATE', pgid='pgtrigger_update_update_47082', table='reports_sharedsupport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sharedsupport',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sharedsupportevent" ("agency_id", "agreed_by_id", "carrying_id", "carrying_percent", "company_id", "created_at", "declared_at", "declared_by_id", "document", "end_reason", "ended_at", "ended_by_id", "file_id", "from_on", "id", "known_at", "other_agency_id", "other_agreed_at", "other_agreed_by_id", "other_asked_at", "other_confirmed_by_id", "other_id", "other_percent", "outside_amount", "outside_body", "outside_program", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until_on") VALUES (OLD."agency_id", OLD."agreed_by_id", OLD."carrying_id", OLD."carrying_percent", OLD."company_id", OLD."created_at", OLD."declared_at", OLD."declared_by_id", OLD."document", OLD."end_reason", OLD."ended_at", OLD."ended_by_id", OLD."file_id", OLD."from_on", OLD."id", OLD."known_at", OLD."other_agency_id", OLD."other_agreed_at", OLD."other_agreed_by_id", OLD."other_asked_at", OLD."other_confirmed_by_id", OLD."other_id", OLD."other_percent", OLD."outside_amount", OLD."outside_body", OLD."outside_program", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."until_on"); RETURN NULL;', hash='fb6124ba917b0a40459ec9e74362fe6454698b00', operation='DELETE', pgid='pgtrigger_delete_delete_74f6e', table='reports_sharedsupport', when='AFTER')),
                ),
            ]
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        Together(
            [
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('other__isnull', True), ('other_agency__isnull', True)), models.Q(('other__isnull', False), ('other_agency__isnull', False)), _connector='OR'), name='shared_support_other_has_agency'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('known_at__isnull', True), ('other_agency__isnull', True), ('other_agency', models.F('agency')), models.Q(('other_agreed_by__isnull', False), ('other_asked_at__isnull', False)), _connector='OR'), name='shared_support_both_agencies_agreed'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('other_agreed_at__isnull', True), ('other_agreed_by__isnull', True)), models.Q(('other_agreed_at__isnull', False), ('other_agreed_by__isnull', False), models.Q(('other_agreed_by', models.F('declared_by')), _negated=True)), _connector='OR'), name='shared_support_other_agency_s_own_person'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=models.CheckConstraint(condition=models.Q(('other_confirmed_by__isnull', True), models.Q(('other_confirmed_by', models.F('other_agreed_by')), _negated=True), _connector='OR'), name='shared_support_two_people_of_the_other'),
                ),
                migrations.AddConstraint(
                    model_name='sharedsupport',
                    constraint=ground.constraints.SameKey(field='other', name='shared_support_other_of_agency', shared='other_agency', target_shared='agency'),
                ),
            ]
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
