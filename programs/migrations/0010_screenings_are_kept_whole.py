"""Results of criteria become rows of one screening each; what staff decided otherwise stands on its own.

Every taking that the history knows is kept. On the way back the takings and the decisions of staff are written in their
order, so that the history of the results has them again.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import ground.clock
import ground.constraints
import ground.ids
import ground.migration

WHAT = (
    "agency_id, application_id, criterion_id, call_id, outcome, reason_code, value, evidence, evidence_file_id, as_of,"
    " renew_by, rule_version, taken_at"
)
NEW_ID = (
    "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'"
    " || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid"
)
DECIDED = "override, override_reason, override_by_id, approval_id"
IS_NEW_DECISION = f"ROW({DECIDED}) IS DISTINCT FROM ROW(was, was_reason, was_by, was_approval)"

TO_SCREENINGS = f"""
CREATE TEMPORARY TABLE old_answer ON COMMIT DROP AS
SELECT DISTINCT ON (application_id, criterion_id, taken_at) {WHAT}
FROM (
    SELECT {WHAT}, pgh_id AS serial FROM programs_criterionresultevent WHERE pgh_label <> 'delete'
    UNION ALL SELECT {WHAT}, 9223372036854775807 FROM programs_criterionresult) every
ORDER BY application_id, criterion_id, taken_at, serial DESC;

CREATE TEMPORARY TABLE old_taking ON COMMIT DROP AS
SELECT {NEW_ID} AS id, agency_id, call_id, taken_at, array_agg(criterion_id ORDER BY criterion_id) AS criteria,
    array_agg(version ORDER BY criterion_id) AS versions
FROM (
    SELECT agency_id, call_id, taken_at, criterion_id, max(rule_version) AS version FROM old_answer GROUP BY 1, 2, 3, 4) each
GROUP BY agency_id, call_id, taken_at;

INSERT INTO programs_screening (id, created_at, agency_id, call_id, occasion, taken_at, criteria, versions)
SELECT id, taken_at, agency_id, call_id, 'screening', taken_at, criteria, versions FROM old_taking;

INSERT INTO programs_screened (screening_id, application_id, outcomes, reasons, seen, evidence, days, files, renewals)
SELECT t.id, row.application_id,
    array_agg(CASE a.outcome WHEN 'not_met' THEN 0 WHEN 'look' THEN 1 WHEN 'met' THEN 2 END ORDER BY c.serial),
    array_agg(a.reason_code::text ORDER BY c.serial), array_agg(a.value::text ORDER BY c.serial),
    array_agg(a.evidence::text ORDER BY c.serial), array_agg(a.as_of ORDER BY c.serial),
    CASE WHEN count(a.evidence_file_id) > 0 THEN array_agg(a.evidence_file_id ORDER BY c.serial) END,
    CASE WHEN count(a.renew_by) > 0 THEN array_agg(a.renew_by ORDER BY c.serial) END
FROM old_taking t
CROSS JOIN LATERAL unnest(t.criteria) WITH ORDINALITY AS c (criterion, serial)
JOIN (SELECT DISTINCT call_id, taken_at, application_id FROM old_answer) row USING (call_id, taken_at)
LEFT JOIN old_answer a
    ON a.application_id = row.application_id AND a.criterion_id = c.criterion AND a.taken_at = t.taken_at
GROUP BY t.id, t.taken_at, row.application_id ORDER BY t.taken_at, row.application_id;

CREATE TEMPORARY TABLE old_decision ON COMMIT DROP AS
SELECT *, {NEW_ID} AS id FROM (
    SELECT application_id, criterion_id FROM programs_criterionresultevent WHERE override <> ''
    UNION SELECT application_id, criterion_id FROM programs_criterionresult WHERE override <> '') each;

ALTER TABLE programs_override DISABLE TRIGGER USER;
INSERT INTO programs_override (id, created_at, agency_id, application_id, criterion_id, call_id, rule_said, said_sha256, "to",
    reason, by_id, approval_id)
SELECT d.id, r.taken_at, r.agency_id, r.application_id, r.criterion_id, r.call_id, r.outcome,
    encode(sha256(convert_to(concat('[', to_json(r.outcome), ',', to_json(r.reason_code), ',', to_json(r.value), ',',
        to_json(r.evidence), ',"', coalesce(r.evidence_file_id::text, 'None'), '",', r.rule_version, ']'), 'UTF8')), 'hex'),
    r.override, r.override_reason, r.override_by_id, r.approval_id
FROM programs_criterionresult r JOIN old_decision d USING (application_id, criterion_id) WHERE r.override <> '';
ALTER TABLE programs_override ENABLE TRIGGER USER;

INSERT INTO programs_overrideevent (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pgh_context_id, id, created_at,
    agency_id, application_id, criterion_id, call_id, rule_said, said_sha256, "to", reason, by_id, approval_id)
SELECT e.pgh_created_at, CASE WHEN was = '' THEN 'insert' WHEN override = '' THEN 'delete' ELSE 'update' END, d.id,
    e.pgh_context, e.pgh_context_id, d.id, e.taken_at, e.agency_id, e.application_id, e.criterion_id, e.call_id, e.outcome, '',
    CASE WHEN override = '' THEN was ELSE override END, CASE WHEN override = '' THEN was_reason ELSE override_reason END,
    CASE WHEN override = '' THEN was_by ELSE override_by_id END, CASE WHEN override = '' THEN was_approval ELSE approval_id END
FROM (
    SELECT *, coalesce(lag(override) OVER course, '') AS was, coalesce(lag(override_reason) OVER course, '') AS was_reason,
        lag(override_by_id) OVER course AS was_by, lag(approval_id) OVER course AS was_approval
    FROM programs_criterionresultevent WINDOW course AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)) e
JOIN old_decision d USING (application_id, criterion_id)
WHERE {IS_NEW_DECISION} ORDER BY e.pgh_id;
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""

SAID = "outcome, reason_code, value, evidence, evidence_file_id, rule_version"
IS_SAME = f"""({", ".join(f"was.{name}" for name in SAID.split(", "))}) IS NOT DISTINCT FROM
                ({", ".join(f"excluded.{name}" for name in SAID.split(", "))})"""

TO_RESULTS = f"""
DO $body$
DECLARE step record;
BEGIN
    FOR step IN
        SELECT s.taken_at, 0 AS turn, t.id AS serial FROM programs_screened t JOIN programs_screening s ON s.id = t.screening_id
        UNION ALL SELECT pgh_created_at, 1, pgh_id FROM programs_overrideevent
        ORDER BY 1, 2, 3
    LOOP
        INSERT INTO programs_criterionresult AS was (id, created_at, {WHAT}, override, override_reason)
        SELECT {NEW_ID}, s.taken_at, s.agency_id, t.application_id, c.criterion, s.call_id,
            CASE c.outcome WHEN 0 THEN 'not_met' WHEN 1 THEN 'look' ELSE 'met' END, c.reason, c.seen, c.evidence, c.file,
            c.day, c.renew_by, c.version, s.taken_at, '', ''
        FROM programs_screened t JOIN programs_screening s ON s.id = t.screening_id, unnest(s.criteria, s.versions,
            t.outcomes, t.reasons, t.seen, t.evidence, t.files, t.days, t.renewals)
            AS c (criterion, version, outcome, reason, seen, evidence, file, day, renew_by)
        WHERE step.turn = 0 AND t.id = step.serial AND c.outcome IS NOT NULL
        ON CONFLICT (application_id, criterion_id) DO UPDATE SET outcome = excluded.outcome,
            reason_code = excluded.reason_code, value = excluded.value, evidence = excluded.evidence,
            evidence_file_id = excluded.evidence_file_id, as_of = excluded.as_of, renew_by = excluded.renew_by,
            rule_version = excluded.rule_version, taken_at = excluded.taken_at,
            override = CASE WHEN {IS_SAME} THEN was.override ELSE '' END,
            override_reason = CASE WHEN {IS_SAME} THEN was.override_reason ELSE '' END,
            override_by_id = CASE WHEN {IS_SAME} THEN was.override_by_id END,
            approval_id = CASE WHEN {IS_SAME} THEN was.approval_id END;
        UPDATE programs_criterionresult r SET
            override = CASE e.pgh_label WHEN 'delete' THEN '' ELSE e."to" END,
            override_reason = CASE e.pgh_label WHEN 'delete' THEN '' ELSE e.reason END,
            override_by_id = CASE e.pgh_label WHEN 'delete' THEN NULL ELSE e.by_id END,
            approval_id = CASE e.pgh_label WHEN 'delete' THEN NULL ELSE e.approval_id END
        FROM programs_overrideevent e
        WHERE step.turn = 1 AND e.pgh_id = step.serial AND r.application_id = e.application_id
            AND r.criterion_id = e.criterion_id AND r.outcome = e.rule_said;
    END LOOP;
    UPDATE programs_criterionresult r SET override = d."to", override_reason = d.reason, override_by_id = d.by_id,
        approval_id = d.approval_id
    FROM programs_override d WHERE d.application_id = r.application_id AND d.criterion_id = r.criterion_id;
END $body$;
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_agency_codes_are_capitals"),
        ("programs", "0009_cancelled_calls_results_entries_on_behalf_consultations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name="Override",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=ground.ids.new_id, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=ground.clock.ClockNow(), editable=False, verbose_name="made at"
                            ),
                        ),
                        (
                            "rule_said",
                            models.CharField(
                                choices=[
                                    ("met", "met"),
                                    ("not_met", "not met"),
                                    ("look", "a person must look"),
                                ],
                                max_length=8,
                                verbose_name="the rule said",
                            ),
                        ),
                        (
                            "said_sha256",
                            models.CharField(max_length=64, verbose_name="fingerprint of what the rule said"),
                        ),
                        (
                            "to",
                            models.CharField(
                                choices=[
                                    ("met", "met"),
                                    ("not_met", "not met"),
                                    ("look", "a person must look"),
                                ],
                                max_length=8,
                                verbose_name="decided by staff",
                            ),
                        ),
                        ("reason", models.TextField(verbose_name="reason of the decision")),
                    ],
                    options={
                        "verbose_name": "decision other than the rule's",
                        "verbose_name_plural": "decisions other than the rule's",
                    },
                ),
                migrations.CreateModel(
                    name="OverrideEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=ground.clock.ClockNow(), editable=False, verbose_name="made at"
                            ),
                        ),
                        (
                            "rule_said",
                            models.CharField(
                                choices=[
                                    ("met", "met"),
                                    ("not_met", "not met"),
                                    ("look", "a person must look"),
                                ],
                                max_length=8,
                                verbose_name="the rule said",
                            ),
                        ),
                        (
                            "said_sha256",
                            models.CharField(max_length=64, verbose_name="fingerprint of what the rule said"),
                        ),
                        (
                            "to",
                            models.CharField(
                                choices=[
                                    ("met", "met"),
                                    ("not_met", "not met"),
                                    ("look", "a person must look"),
                                ],
                                max_length=8,
                                verbose_name="decided by staff",
                            ),
                        ),
                        ("reason", models.TextField(verbose_name="reason of the decision")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Screened",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        (
                            "outcomes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(null=True), size=None
                            ),
                        ),
                        (
                            "reasons",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(null=True), size=None
                            ),
                        ),
                        (
                            "seen",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(null=True), size=None
                            ),
                        ),
                        (
                            "evidence",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(null=True), size=None
                            ),
                        ),
                        (
                            "days",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DateField(null=True), size=None
                            ),
                        ),
                        (
                            "files",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(null=True), null=True, size=None
                            ),
                        ),
                        (
                            "renewals",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DateField(null=True), null=True, size=None
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "screened application",
                        "verbose_name_plural": "screened applications",
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="Screening",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=ground.ids.new_id, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=ground.clock.ClockNow(), editable=False, verbose_name="made at"
                            ),
                        ),
                        (
                            "occasion",
                            models.CharField(
                                choices=[
                                    ("submission", "submission"),
                                    ("screening", "screening"),
                                    ("selection", "selection"),
                                    ("agreement", "agreement"),
                                ],
                                max_length=10,
                                verbose_name="occasion",
                            ),
                        ),
                        ("taken_at", models.DateTimeField(verbose_name="taken at")),
                        (
                            "criteria",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(), size=None
                            ),
                        ),
                        (
                            "versions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(), size=None
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "screening",
                        "verbose_name_plural": "screenings",
                        "ordering": ["taken_at", "id"],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="application",
                    trigger=pgtrigger.compiler.Trigger(
                        name="screened_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF EXISTS (SELECT FROM programs_screened s WHERE s.application_id = OLD.id)\n                        AND (TG_OP = 'DELETE' OR (OLD.id, OLD.call_id, OLD.agency_id) <> (NEW.id, NEW.call_id, NEW.agency_id))\n                    THEN\n                        RAISE EXCEPTION 'screened_stays: what was screened keeps its application'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;",
                            hash="f09bfceac28248f10b23237502e831b4f464b15f",
                            operation='DELETE OR UPDATE OF "id", "call_id", "agency_id"',
                            pgid="pgtrigger_screened_stays_34f82",
                            table="programs_application",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="criterion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="screened_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF EXISTS (SELECT FROM programs_screening s WHERE s.call_id = OLD.call_id AND OLD.id = ANY (s.criteria))\n                    THEN\n                        RAISE EXCEPTION 'screened_stays: what was screened keeps its criteria'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    RETURN OLD;",
                            hash="70b5c04956d41233366588e22f402f02786c05d1",
                            operation="DELETE",
                            pgid="pgtrigger_screened_stays_62240",
                            table="programs_criterion",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="override",
                    name="agency",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
                    ),
                ),
                migrations.AddField(
                    model_name="override",
                    name="application",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="programs.application",
                    ),
                ),
                migrations.AddField(
                    model_name="override",
                    name="approval",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                    ),
                ),
                migrations.AddField(
                    model_name="override",
                    name="by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="override",
                    name="call",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.call"
                    ),
                ),
                migrations.AddField(
                    model_name="override",
                    name="criterion",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.criterion"
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="agency",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.agency",
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="application",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.application",
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="approval",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.approval",
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="by",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="call",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.call",
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="criterion",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.criterion",
                    ),
                ),
                migrations.AddField(
                    model_name="overrideevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="programs.override",
                    ),
                ),
                migrations.AddField(
                    model_name="screened",
                    name="application",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screened",
                        to="programs.application",
                    ),
                ),
                migrations.AddField(
                    model_name="screening",
                    name="agency",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
                    ),
                ),
                migrations.AddField(
                    model_name="screening",
                    name="call",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screenings",
                        to="programs.call",
                    ),
                ),
                migrations.AddField(
                    model_name="screening",
                    name="taken_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="screened",
                    name="screening",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="programs.screening",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="override",
                    constraint=models.UniqueConstraint(
                        fields=("application", "criterion"), name="override_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="override",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="override_has_reason",
                        violation_error_message="Say why you decide otherwise.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="override",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rule_said", "not_met"), ("to", "met"), _negated=True),
                            ("approval__isnull", False),
                            _connector="OR",
                        ),
                        name="override_exception_is_asked",
                        violation_error_message="Not met becomes met only with a second person's agreement.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="override",
                    constraint=ground.constraints.SameKey(
                        field="application",
                        name="override_same_agency",
                        shared="agency",
                        target_shared="agency",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="override",
                    constraint=ground.constraints.SameKey(
                        field="application",
                        name="override_application_of_call",
                        shared="call",
                        target_shared="call",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="override",
                    constraint=ground.constraints.SameKey(
                        field="criterion", name="override_of_call", shared="call", target_shared="call"
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="override",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "programs_overrideevent" ("agency_id", "application_id", "approval_id", "by_id", "call_id", "created_at", "criterion_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "rule_said", "said_sha256", "to") VALUES (NEW."agency_id", NEW."application_id", NEW."approval_id", NEW."by_id", NEW."call_id", NEW."created_at", NEW."criterion_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."rule_said", NEW."said_sha256", NEW."to"); RETURN NULL;',
                            hash="83d7791e9a300f4a24c14b86950a622ddd80ea16",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_bf8f4",
                            table="programs_override",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="override",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "programs_overrideevent" ("agency_id", "application_id", "approval_id", "by_id", "call_id", "created_at", "criterion_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "rule_said", "said_sha256", "to") VALUES (NEW."agency_id", NEW."application_id", NEW."approval_id", NEW."by_id", NEW."call_id", NEW."created_at", NEW."criterion_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."rule_said", NEW."said_sha256", NEW."to"); RETURN NULL;',
                            hash="3189fdc80a259292d579d41bd022c821ff033815",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_56487",
                            table="programs_override",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="override",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "programs_overrideevent" ("agency_id", "application_id", "approval_id", "by_id", "call_id", "created_at", "criterion_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "rule_said", "said_sha256", "to") VALUES (OLD."agency_id", OLD."application_id", OLD."approval_id", OLD."by_id", OLD."call_id", OLD."created_at", OLD."criterion_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."rule_said", OLD."said_sha256", OLD."to"); RETURN NULL;',
                            hash="d08d72c3a87f213adeb1b1d5c30ef4977747483d",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_10a05",
                            table="programs_override",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="overrideevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e77c0c86d71703d6027bf46fd169d14b1936f33b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f203b",
                            table="programs_overrideevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="screening",
                    constraint=ground.constraints.SameKey(
                        field="call", name="screening_same_agency", shared="agency", target_shared="agency"
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="screening",
                    trigger=pgtrigger.compiler.Trigger(
                        name="stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="04950578d348ff4b436ff5cd99998ef5e0d68627",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_stays_527da",
                            table="programs_screening",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="screened",
                    index=models.Index(fields=["application", "id"], name="screened_of_application"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="screened",
                    trigger=pgtrigger.compiler.Trigger(
                        name="stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="c9e432f672c8c3c3e7ad1023a0d3580d5877a8da",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_stays_b37c3",
                            table="programs_screened",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="screened",
                    trigger=pgtrigger.compiler.Trigger(
                        name="belongs",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF EXISTS (\n                        SELECT FROM taken t\n                        LEFT JOIN programs_screening s ON s.id = t.screening_id\n                        LEFT JOIN programs_application a\n                            ON a.id = t.application_id AND a.call_id = s.call_id AND a.agency_id = s.agency_id\n                        WHERE a.id IS NULL OR cardinality(s.versions) <> cardinality(s.criteria) OR NOT (\n                            cardinality(s.criteria) = ALL (ARRAY[\n                                cardinality(t.outcomes), cardinality(t.reasons), cardinality(t.seen),\n                                cardinality(t.evidence), cardinality(t.days),\n                                coalesce(cardinality(t.files), cardinality(s.criteria)),\n                                coalesce(cardinality(t.renewals), cardinality(s.criteria))]))\n                    ) THEN\n                        RAISE EXCEPTION 'screened_belongs: an answer for each criterion, of an application of the call'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    RETURN NULL;",
                            hash="75128ef88efc0aa2b4af4f807d5fe3dc3c22edc4",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_belongs_ad70e",
                            referencing="REFERENCING NEW TABLE AS taken ",
                            table="programs_screened",
                            when="AFTER",
                        ),
                    ),
                ),
            ]
        ),
        migrations.RunSQL(TO_SCREENINGS, TO_RESULTS),
        ground.migration.Together(
            [
                migrations.DeleteModel(
                    name="CriterionResultEvent",
                ),
                migrations.DeleteModel(
                    name="CriterionResult",
                ),
            ]
        ),
    ]
