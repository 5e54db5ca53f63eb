"""A question is asked after one or several earlier answers, and says itself what of the company's record it asks for.

The one condition of a question becomes the first of its conditions, in the history, too; so does what a question of text
asked for by its code or wording. The way back is refused where a question has, or once had, several conditions, or asks for what its
code and wording do not say.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import ground.migration

ADDRESS = "'주소', '본사 주소', '사업장 주소', '회사 주소', '소재지', '본사 소재지'"
WEBSITE = "'홈페이지', '홈페이지 주소', '누리집', '웹사이트'"
TABLES = ("programs_question", "programs_questionevent")
WORDED = f"""CASE WHEN kind NOT IN ('short', 'long') THEN ''
    WHEN code = 'address' OR btrim(label_ko) IN ({ADDRESS}) THEN 'address'
    WHEN code IN ('website', 'homepage') OR btrim(label_ko) IN ({WEBSITE}) THEN 'website' ELSE '' END"""
"""What a question asked for before it said so itself."""
EVER = """(
    SELECT DISTINCT ON (call_id, code) id, call_id, code FROM (
        SELECT id, call_id, code, 0 AS was, 0 AS pgh_id FROM programs_question
        UNION ALL SELECT pgh_obj_id, call_id, code, 1, pgh_id FROM programs_questionevent) every
    ORDER BY call_id, code, was, pgh_id DESC)"""
"""The question that a code of a call stands for; of one that is gone the last."""
SHAPED = """ALTER TABLE programs_question ADD CONSTRAINT question_conditions_shaped CHECK (
    jsonb_typeof(asked_if) = 'array' AND NOT jsonb_path_exists(asked_if, 'strict $[*] ? (@.type() != "object")')
    AND NOT jsonb_path_exists(asked_if, '$[*] ? (!(@.question.type() == "string" && @.how.type() == "string"
        && (!exists(@.codes) || @.codes.type() == "array") && (!exists(@.least) || @.least.type() == "string")))'))"""
AT_MOST = 20
QUIET = "ALTER TABLE programs_questionevent DISABLE TRIGGER USER;\n"
"""What is written anew here is the form of what was said, no change of it."""
LOUD = """SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE programs_questionevent ENABLE TRIGGER USER;
"""


def forward(table: str) -> str:
    return f"""
UPDATE {table} q SET asked_if = jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'question', e.code, 'how', q.shown_how,
    'codes', CASE WHEN q.shown_how IN ('equals', 'one_of') THEN NULLIF(q.shown_codes, '[]') END,
    'least', CASE WHEN q.shown_how = 'at_least' THEN trim_scale(q.shown_least)::text END)))
FROM (
    SELECT id, code FROM programs_question
    UNION ALL SELECT * FROM (
        SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id, code FROM programs_questionevent
        WHERE pgh_obj_id NOT IN (SELECT id FROM programs_question) ORDER BY pgh_obj_id, pgh_id DESC) gone) e
WHERE e.id = q.shown_if_id;
UPDATE {table} SET asks_for = {WORDED} WHERE {WORDED} <> '';
"""


def backward(table: str, questions: str) -> str:
    return f"""
UPDATE {table} q SET shown_if_id = e.id, shown_how = q.asked_if #>> '{{0,how}}',
    shown_codes = coalesce(q.asked_if #> '{{0,codes}}', '[]'), shown_least = (q.asked_if #>> '{{0,least}}')::numeric
FROM {questions} e WHERE e.call_id = q.call_id AND e.code = q.asked_if #>> '{{0,question}}';
"""


FORWARD = QUIET + "".join(map(forward, TABLES)) + LOUD
BACKWARD = QUIET + backward(TABLES[0], TABLES[0]) + backward(TABLES[1], EVER) + LOUD


def name_what_cannot_go_back(apps, schema_editor):
    rows = " UNION ".join(
        f"""SELECT c.code || ' ' || q.code FROM {table} q JOIN programs_call c ON c.id = q.call_id
        WHERE jsonb_array_length(q.asked_if) > 1
            OR EXISTS (SELECT FROM (SELECT q.kind, q.code, q.label_ko) one WHERE {WORDED} <> q.asks_for)"""
        for table in TABLES
    )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"{rows} ORDER BY 1")
        named = [each for (each,) in cursor.fetchall()]
    if not named:
        return
    more = f" and {len(named) - AT_MOST} more" if len(named) > AT_MOST else ""
    raise RuntimeError(
        "Questions that have, or once had, several conditions, or ask for what their code and wording do not say, by the codes"
        f" of call and question: {', '.join(named[:AT_MOST])}{more}. Nothing was changed."
    )


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0014_choice_of_countries'),
    ]

    operations = [
        ground.migration.Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='question',
                    name='insert_insert',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='question',
                    name='update_update',
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name='question',
                    name='delete_delete',
                ),
                migrations.AddField(
                    model_name='question',
                    name='asked_if',
                    field=models.JSONField(blank=True, default=list, verbose_name='conditions on earlier answers'),
                ),
                migrations.AddField(
                    model_name='question',
                    name='asked_if_match',
                    field=models.CharField(choices=[('all', 'all conditions are met'), ('any', 'any condition is met')], default='all', max_length=3, verbose_name='asked when'),
                ),
                migrations.AddField(
                    model_name='question',
                    name='asks_for',
                    field=models.CharField(blank=True, choices=[('address', 'address of the head office'), ('website', 'website'), ('name_en', 'name (English)'), ('corporate_number', 'corporate number'), ('opened_on', 'opened on'), ('representative', 'name of the representative'), ('phone', 'phone of the export contact'), ('email', 'e-mail of the export contact')], max_length=16, verbose_name="asks for, of the company's record"),
                ),
                migrations.AddField(
                    model_name='questionevent',
                    name='asked_if',
                    field=models.JSONField(blank=True, default=list, verbose_name='conditions on earlier answers'),
                ),
                migrations.AddField(
                    model_name='questionevent',
                    name='asked_if_match',
                    field=models.CharField(choices=[('all', 'all conditions are met'), ('any', 'any condition is met')], default='all', max_length=3, verbose_name='asked when'),
                ),
                migrations.AddField(
                    model_name='questionevent',
                    name='asks_for',
                    field=models.CharField(blank=True, choices=[('address', 'address of the head office'), ('website', 'website'), ('name_en', 'name (English)'), ('corporate_number', 'corporate number'), ('opened_on', 'opened on'), ('representative', 'name of the representative'), ('phone', 'phone of the export contact'), ('email', 'e-mail of the export contact')], max_length=16, verbose_name="asks for, of the company's record"),
                ),
            ]
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(SHAPED, "ALTER TABLE programs_question DROP CONSTRAINT question_conditions_shaped"),
        ground.migration.Together(
            [
                migrations.RemoveConstraint(
                    model_name='question',
                    name='question_condition_whole',
                ),
                migrations.RemoveConstraint(
                    model_name='question',
                    name='question_condition_of_call',
                ),
                migrations.RemoveField(
                    model_name='question',
                    name='shown_codes',
                ),
                migrations.RemoveField(
                    model_name='question',
                    name='shown_how',
                ),
                migrations.RemoveField(
                    model_name='question',
                    name='shown_if',
                ),
                migrations.RemoveField(
                    model_name='question',
                    name='shown_least',
                ),
                migrations.RemoveField(
                    model_name='questionevent',
                    name='shown_codes',
                ),
                migrations.RemoveField(
                    model_name='questionevent',
                    name='shown_how',
                ),
                migrations.RemoveField(
                    model_name='questionevent',
                    name='shown_if',
                ),
                migrations.RemoveField(
                    model_name='questionevent',
                    name='shown_least',
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='question',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_questionevent" ("asked_if", "asked_if_match", "asks_for", "call_id", "choices", "code", "created_at", "currency", "hint_en", "hint_ko", "id", "is_required", "kind", "label_en", "label_ko", "least", "max_length", "most", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "section_id", "stage") VALUES (NEW."asked_if", NEW."asked_if_match", NEW."asks_for", NEW."call_id", NEW."choices", NEW."code", NEW."created_at", NEW."currency", NEW."hint_en", NEW."hint_ko", NEW."id", NEW."is_required", NEW."kind", NEW."label_en", NEW."label_ko", NEW."least", NEW."max_length", NEW."most", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."position", NEW."section_id", NEW."stage"); RETURN NULL;', hash='c577d6be10994a4f9bb7f048b439ad989e603c11', operation='INSERT', pgid='pgtrigger_insert_insert_4613d', table='programs_question', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='question',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_questionevent" ("asked_if", "asked_if_match", "asks_for", "call_id", "choices", "code", "created_at", "currency", "hint_en", "hint_ko", "id", "is_required", "kind", "label_en", "label_ko", "least", "max_length", "most", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "section_id", "stage") VALUES (NEW."asked_if", NEW."asked_if_match", NEW."asks_for", NEW."call_id", NEW."choices", NEW."code", NEW."created_at", NEW."currency", NEW."hint_en", NEW."hint_ko", NEW."id", NEW."is_required", NEW."kind", NEW."label_en", NEW."label_ko", NEW."least", NEW."max_length", NEW."most", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."position", NEW."section_id", NEW."stage"); RETURN NULL;', hash='2406fee3e6616513208a6256aec0a5a0c749889f', operation='UPDATE', pgid='pgtrigger_update_update_7ab7c', table='programs_question', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='question',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_questionevent" ("asked_if", "asked_if_match", "asks_for", "call_id", "choices", "code", "created_at", "currency", "hint_en", "hint_ko", "id", "is_required", "kind", "label_en", "label_ko", "least", "max_length", "most", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "section_id", "stage") VALUES (OLD."asked_if", OLD."asked_if_match", OLD."asks_for", OLD."call_id", OLD."choices", OLD."code", OLD."created_at", OLD."currency", OLD."hint_en", OLD."hint_ko", OLD."id", OLD."is_required", OLD."kind", OLD."label_en", OLD."label_ko", OLD."least", OLD."max_length", OLD."most", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."position", OLD."section_id", OLD."stage"); RETURN NULL;', hash='1fd9e3ef8eba33a2c2375d9472c48ad9aa3b39ae', operation='DELETE', pgid='pgtrigger_delete_delete_b0839', table='programs_question', when='AFTER')),
                ),
            ]
        ),
        migrations.RunPython(migrations.RunPython.noop, name_what_cannot_go_back),
    ]
