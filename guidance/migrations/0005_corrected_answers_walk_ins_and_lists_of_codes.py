"""Corrected answers, people who came without registering, and HS codes as lists."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings

import ground.migration
from django.db import migrations, models


AS_LISTS = """
ALTER TABLE guidance_statementversion ALTER COLUMN products TYPE varchar(10)[]
    USING string_to_array(products, ' ')::varchar(10)[];
ALTER TABLE guidance_statementversionevent ALTER COLUMN products TYPE varchar(10)[]
    USING string_to_array(products, ' ')::varchar(10)[];
"""
AS_TEXT = """
ALTER TABLE guidance_statementversion ALTER COLUMN products TYPE varchar(220) USING array_to_string(products, ' ');
ALTER TABLE guidance_statementversionevent ALTER COLUMN products TYPE varchar(220) USING array_to_string(products, ' ');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('companies', '0014_consents_to_mails_with_guides'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('guidance', '0004_regulatory_items_and_mailings'),
        ('programs', '0018_regulatory_items_hang_on_listings_and_consultations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='guidequestion',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='guidequestion',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='guidequestion',
                    name='delete_delete',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='registration',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='registration',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='registration',
                    name='delete_delete',
                ),
                migrations.RemoveConstraint(
                    model_name='registration',
                    name='registration_by_company_or_guest',
                ),
                migrations.RemoveConstraint(
                    model_name='statementversion',
                    name='statement_version_products',
                ),
                migrations.AddField(
                    model_name='guidequestion',
                    name='corrected_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='answer corrected at'),
                ),
                migrations.AddField(
                    model_name='guidequestion',
                    name='correction',
                    field=models.CharField(blank=True, max_length=300, verbose_name='what was corrected'),
                ),
                migrations.AddField(
                    model_name='guidequestionevent',
                    name='corrected_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='answer corrected at'),
                ),
                migrations.AddField(
                    model_name='guidequestionevent',
                    name='correction',
                    field=models.CharField(blank=True, max_length=300, verbose_name='what was corrected'),
                ),
                migrations.AddField(
                    model_name='registration',
                    name='is_walk_in',
                    field=models.BooleanField(default=False, editable=False, verbose_name='came without registering'),
                ),
                migrations.AddField(
                    model_name='registrationevent',
                    name='is_walk_in',
                    field=models.BooleanField(default=False, editable=False, verbose_name='came without registering'),
                ),
            ]
        ),
        migrations.RunSQL(
            AS_LISTS,
            AS_TEXT,
            state_operations=[
                migrations.AlterField(
                    model_name='statementversion',
                    name='products',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^[0-9]{2,10}$', 'Two to ten digits of the HS code.')]), blank=True, default=list, size=None, verbose_name='HS codes'),
                ),
                migrations.AlterField(
                    model_name='statementversionevent',
                    name='products',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^[0-9]{2,10}$', 'Two to ten digits of the HS code.')]), blank=True, default=list, size=None, verbose_name='HS codes'),
                ),
            ],
        ),
        ground.migration.Together(
            [
                pgtrigger.migrations.AddTrigger(
                    model_name='guidequestion',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_guidequestionevent" ("agency_id", "answer_en", "answer_ko", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "company_id", "corrected_at", "correction", "country_id", "created_at", "form_key", "id", "may_be_published", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "question_en", "question_ko", "text", "withdrawn_at") VALUES (NEW."agency_id", NEW."answer_en", NEW."answer_ko", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."company_id", NEW."corrected_at", NEW."correction", NEW."country_id", NEW."created_at", NEW."form_key", NEW."id", NEW."may_be_published", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."question_en", NEW."question_ko", NEW."text", NEW."withdrawn_at"); RETURN NULL;', hash='1f4ead92517891d2a5eb53c7ffa91301425aeaba', operation='INSERT', pgid='pgtrigger_insert_insert_1615d', table='guidance_guidequestion', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='guidequestion',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "guidance_guidequestionevent" ("agency_id", "answer_en", "answer_ko", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "company_id", "corrected_at", "correction", "country_id", "created_at", "form_key", "id", "may_be_published", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "question_en", "question_ko", "text", "withdrawn_at") VALUES (NEW."agency_id", NEW."answer_en", NEW."answer_ko", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."company_id", NEW."corrected_at", NEW."correction", NEW."country_id", NEW."created_at", NEW."form_key", NEW."id", NEW."may_be_published", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."question_en", NEW."question_ko", NEW."text", NEW."withdrawn_at"); RETURN NULL;', hash='fc8c0137a8041fd9ad5058b4ef006914a0049200', operation='UPDATE', pgid='pgtrigger_update_update_567fd', table='guidance_guidequestion', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='guidequestion',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_guidequestionevent" ("agency_id", "answer_en", "answer_ko", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "company_id", "corrected_at", "correction", "country_id", "created_at", "form_key", "id", "may_be_published", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "question_en", "question_ko", "text", "withdrawn_at") VALUES (OLD."agency_id", OLD."answer_en", OLD."answer_ko", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."asked_by_id", OLD."company_id", OLD."corrected_at", OLD."correction", OLD."country_id", OLD."created_at", OLD."form_key", OLD."id", OLD."may_be_published", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."question_en", OLD."question_ko", OLD."text", OLD."withdrawn_at"); RETURN NULL;', hash='44c60786ad4246f386d0deb2cf151007278883a0', operation='DELETE', pgid='pgtrigger_delete_delete_7cfe5', table='guidance_guidequestion', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='registration',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_registrationevent" ("agency_id", "briefing_id", "cancelled_at", "checked_in_at", "checked_in_by_id", "code", "company_id", "consent_text", "consented_at", "created_at", "id", "is_walk_in", "joined_at", "language", "mails", "moved_up_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_by_id", "state", "survey_asked_at") VALUES (NEW."agency_id", NEW."briefing_id", NEW."cancelled_at", NEW."checked_in_at", NEW."checked_in_by_id", NEW."code", NEW."company_id", NEW."consent_text", NEW."consented_at", NEW."created_at", NEW."id", NEW."is_walk_in", NEW."joined_at", NEW."language", NEW."mails", NEW."moved_up_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."registered_by_id", NEW."state", NEW."survey_asked_at"); RETURN NULL;', hash='4f89c4e8915b5821b9a39969168885204c8e13eb', operation='INSERT', pgid='pgtrigger_insert_insert_ffc17', table='guidance_registration', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='registration',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."briefing_id" IS DISTINCT FROM (NEW."briefing_id") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."checked_in_at" IS DISTINCT FROM (NEW."checked_in_at") OR OLD."checked_in_by_id" IS DISTINCT FROM (NEW."checked_in_by_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."company_id" IS DISTINCT FROM (NEW."company_id") OR OLD."consent_text" IS DISTINCT FROM (NEW."consent_text") OR OLD."consented_at" IS DISTINCT FROM (NEW."consented_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_walk_in" IS DISTINCT FROM (NEW."is_walk_in") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."mails" IS DISTINCT FROM (NEW."mails") OR OLD."moved_up_at" IS DISTINCT FROM (NEW."moved_up_at") OR OLD."registered_by_id" IS DISTINCT FROM (NEW."registered_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."survey_asked_at" IS DISTINCT FROM (NEW."survey_asked_at"))', func='INSERT INTO "guidance_registrationevent" ("agency_id", "briefing_id", "cancelled_at", "checked_in_at", "checked_in_by_id", "code", "company_id", "consent_text", "consented_at", "created_at", "id", "is_walk_in", "joined_at", "language", "mails", "moved_up_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_by_id", "state", "survey_asked_at") VALUES (NEW."agency_id", NEW."briefing_id", NEW."cancelled_at", NEW."checked_in_at", NEW."checked_in_by_id", NEW."code", NEW."company_id", NEW."consent_text", NEW."consented_at", NEW."created_at", NEW."id", NEW."is_walk_in", NEW."joined_at", NEW."language", NEW."mails", NEW."moved_up_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."registered_by_id", NEW."state", NEW."survey_asked_at"); RETURN NULL;', hash='e8ed656715e9f2623ce1aa599fa7977bf1bf4fe3', operation='UPDATE', pgid='pgtrigger_update_update_a6006', table='guidance_registration', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='registration',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_registrationevent" ("agency_id", "briefing_id", "cancelled_at", "checked_in_at", "checked_in_by_id", "code", "company_id", "consent_text", "consented_at", "created_at", "id", "is_walk_in", "joined_at", "language", "mails", "moved_up_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_by_id", "state", "survey_asked_at") VALUES (OLD."agency_id", OLD."briefing_id", OLD."cancelled_at", OLD."checked_in_at", OLD."checked_in_by_id", OLD."code", OLD."company_id", OLD."consent_text", OLD."consented_at", OLD."created_at", OLD."id", OLD."is_walk_in", OLD."joined_at", OLD."language", OLD."mails", OLD."moved_up_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."registered_by_id", OLD."state", OLD."survey_asked_at"); RETURN NULL;', hash='28085360ec65de8b18b8fccfc8a1e086ff5fbdd9', operation='DELETE', pgid='pgtrigger_delete_delete_31718', table='guidance_registration', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='guidequestion',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrected_at__isnull', True), ('correction', '')), models.Q(('answered_at__isnull', False), ('corrected_at__isnull', False), models.Q(('correction', ''), _negated=True)), _connector='OR'), name='guide_question_correction_is_told', violation_error_message='Say what was corrected and why.'),
                ),
                migrations.AddConstraint(
                    model_name='registration',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('company__isnull', True), ('consented_at__isnull', False), ('is_walk_in', False), ('registered_by__isnull', True), models.Q(('consent_text', ''), _negated=True)), models.Q(('company__isnull', False), ('company_name', ''), ('is_walk_in', False), ('registered_by__isnull', False), models.Q(('state', 'unconfirmed'), _negated=True)), models.Q(('is_walk_in', True), ('registered_by__isnull', False), ('state__in', ['registered', 'cancelled']), models.Q(('company__isnull', True), ('company_name', ''), _connector='OR')), _connector='OR'), name='registration_by_company_or_guest'),
                ),
                migrations.AddConstraint(
                    model_name='statementversion',
                    constraint=models.CheckConstraint(condition=django.db.models.lookups.Regex(models.Func(models.F('products'), models.Value(' '), function='array_to_string', output_field=models.TextField()), '^([0-9]{2,10}( [0-9]{2,10}){0,19})?$'), name='statement_version_products', violation_error_message='Two to ten digits of the HS code.'),
                ),
            ]
        ),
        # On the way back nobody who walked in is taken for somebody whom a company registered, or for a guest who confirmed.
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM guidance_registration WHERE is_walk_in"),
    ]
