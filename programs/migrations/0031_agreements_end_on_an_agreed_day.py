"""The last day of taking part stands with the agreement, also one that is agreed ahead; of what has ended it is taken from the history,
of what is in force from what the agency agreed to.
The version before does not know an end to come: such an agreement goes on there until it is ended. Its stores stay cut to the agreed day,
so the agency gets a task to assign them anew, and the agreements are named. Forward again its end is what was agreed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from ground.migration import Together


def days_from_records(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE programs_participation p SET last_on = (
                SELECT coalesce((e.pgh_context->>'last_on')::date, (e.pgh_created_at AT TIME ZONE 'Asia/Seoul')::date)
                FROM programs_participationevent e WHERE e.pgh_obj_id = p.id AND e.state = 'ended' ORDER BY e.pgh_id LIMIT 1)
            WHERE p.state = 'ended' AND p.agreed_at IS NOT NULL
            """
        )
        cursor.execute(
            """
            UPDATE programs_participation p SET last_on = r.ended_on FROM (
                SELECT DISTINCT ON (participation_id) participation_id, ended_on FROM programs_endrequest
                WHERE state = 'accepted' ORDER BY participation_id, asked_at DESC, id DESC) r
            WHERE r.participation_id = p.id AND p.state = 'agreed'
            """
        )


def name_ends_to_come(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programs_task (id, agency_id, side, kind, subject_id, subject_ko, subject_en, due_on)
            SELECT gen_random_uuid(), g.agency_id, 'agency', 'assign', p.id, left(p.number || ' ' || c.name_ko, 200),
                CASE WHEN c.name_en = '' THEN '' ELSE left(p.number || ' ' || c.name_en, 200) END,
                (naru_now() AT TIME ZONE 'Asia/Seoul')::date + 7
            FROM programs_participation p JOIN programs_program g ON g.id = p.program_id
                JOIN companies_company c ON c.id = p.company_id
            WHERE p.state = 'agreed' AND p.last_on IS NOT NULL
            ON CONFLICT (kind, subject_id, side, company_id) WHERE done_at IS NULL DO NOTHING
            """
        )
        cursor.execute(
            "SELECT number FROM programs_participation WHERE state = 'agreed' AND last_on IS NOT NULL ORDER BY number"
        )
        numbers = [number for (number,) in cursor.fetchall()]
    if numbers:
        print(f" (no end is agreed any more, assign their stores anew: {', '.join(numbers)})", end="")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_shared_support_can_need_two'),
        ('companies', '0018_insurance_clearances'),
        ('programs', '0030_companies_ask_to_end_agreements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='participation',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='participation',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='participation',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='participation',
                    name='last_on',
                    field=models.DateField(blank=True, null=True, verbose_name='last day of taking part'),
                ),
                migrations.AddField(
                    model_name='participationevent',
                    name='last_on',
                    field=models.DateField(blank=True, null=True, verbose_name='last day of taking part'),
                ),
                migrations.AlterField(
                    model_name='endrequest',
                    name='ended_on',
                    field=models.DateField(blank=True, null=True, verbose_name='last day that the agency agreed to'),
                ),
                migrations.AlterField(
                    model_name='endrequestevent',
                    name='ended_on',
                    field=models.DateField(blank=True, null=True, verbose_name='last day that the agency agreed to'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='participation',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_participationevent" ("accept_by", "agency_id", "agreed_at", "agreed_by_id", "application_id", "company_id", "created_at", "id", "last_on", "number", "offered_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "state", "text_en", "text_ko", "text_sha256") VALUES (NEW."accept_by", NEW."agency_id", NEW."agreed_at", NEW."agreed_by_id", NEW."application_id", NEW."company_id", NEW."created_at", NEW."id", NEW."last_on", NEW."number", NEW."offered_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."state", NEW."text_en", NEW."text_ko", NEW."text_sha256"); RETURN NULL;', hash='196a7d98747b9864c7d74dedb136e3d89b4dc654', operation='INSERT', pgid='pgtrigger_insert_insert_9a819', table='programs_participation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='participation',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_participationevent" ("accept_by", "agency_id", "agreed_at", "agreed_by_id", "application_id", "company_id", "created_at", "id", "last_on", "number", "offered_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "state", "text_en", "text_ko", "text_sha256") VALUES (NEW."accept_by", NEW."agency_id", NEW."agreed_at", NEW."agreed_by_id", NEW."application_id", NEW."company_id", NEW."created_at", NEW."id", NEW."last_on", NEW."number", NEW."offered_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."state", NEW."text_en", NEW."text_ko", NEW."text_sha256"); RETURN NULL;', hash='d505daf35f596a97c20aa3f227b3d5f90672979c', operation='UPDATE', pgid='pgtrigger_update_update_ce143', table='programs_participation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='participation',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_participationevent" ("accept_by", "agency_id", "agreed_at", "agreed_by_id", "application_id", "company_id", "created_at", "id", "last_on", "number", "offered_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "state", "text_en", "text_ko", "text_sha256") VALUES (OLD."accept_by", OLD."agency_id", OLD."agreed_at", OLD."agreed_by_id", OLD."application_id", OLD."company_id", OLD."created_at", OLD."id", OLD."last_on", OLD."number", OLD."offered_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."state", OLD."text_en", OLD."text_ko", OLD."text_sha256"); RETURN NULL;', hash='543cd154ea5d81b658ab800a169c1bbe9a9e777e', operation='DELETE', pgid='pgtrigger_delete_delete_52648', table='programs_participation', when='AFTER')),
                ),
                migrations.AddConstraint(
                    model_name='participation',
                    constraint=models.CheckConstraint(condition=models.Q(('last_on__isnull', True), models.Q(('agreed_at__isnull', False), ('state__in', ['agreed', 'ended'])), _connector='OR'), name='participation_last_day_of_accepted'),
                ),
            ]
        ),
        migrations.RunPython(days_from_records, name_ends_to_come),
    ]
