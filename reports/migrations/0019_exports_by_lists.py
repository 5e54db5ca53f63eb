"""Lists of exports, and the ledger of their lines: insert-only, held by closed months.

Of a participation's month and kind of export either lines of lists count or what was entered by hand, never both: the database
refuses the second. Whoever writes holds the program's row, so that each sees what the other wrote.
"""

import django.db.models.deletion
import ground.clock
import ground.constraints
import ground.ids
import ground.migration
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER reports_customs_line_insert_only BEFORE UPDATE OR DELETE ON reports_customs_line
    FOR EACH ROW EXECUTE FUNCTION naru_insert_only();
CREATE TRIGGER reports_customs_seen_insert_only BEFORE UPDATE OR DELETE ON reports_customs_seen
    FOR EACH ROW EXECUTE FUNCTION naru_insert_only();
CREATE FUNCTION naru_guard_customs_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    refused record;
BEGIN
    PERFORM naru_join_for_writing();
    SELECT e.program_id, e.business_day INTO refused FROM entered e
    JOIN reports_closedmonth c ON c.program_id = e.program_id AND c.state = 'closed'
        AND c.month >= date_trunc('month', e.business_day) LIMIT 1;
    IF FOUND THEN
        PERFORM naru_refuse_closed(refused.program_id, refused.business_day);
    END IF;
    IF EXISTS (SELECT FROM entered e JOIN reports_customsrecord r ON r.participation_id = e.participation_id
            AND r.kind = e.export_kind AND r.month = date_trunc('month', coalesce(e.event_on, e.business_day))
            WHERE e.sign = 1) THEN
        RAISE EXCEPTION 'the month was entered by hand: lines of lists do not count beside it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION naru_guard_customs_lines() FROM PUBLIC;
CREATE TRIGGER naru_guard_customs_lines AFTER INSERT ON reports_customs_line REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION naru_guard_customs_lines();
CREATE FUNCTION naru_guard_by_hand() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM reports_customs_line l WHERE l.participation_id = NEW.participation_id AND l.export_kind = NEW.kind
            AND date_trunc('month', coalesce(l.event_on, l.business_day)) = NEW.month
            GROUP BY l.line_key, l.version HAVING sum(l.sign) > 0) THEN
        RAISE EXCEPTION 'lists tell of the month: nothing is entered by hand beside them' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION naru_guard_by_hand() FROM PUBLIC;
CREATE TRIGGER naru_guard_by_hand BEFORE INSERT OR UPDATE OF participation_id, month, kind ON reports_customsrecord
    FOR EACH ROW EXECUTE FUNCTION naru_guard_by_hand();
"""
NO_GUARDS = """
DROP TRIGGER naru_guard_by_hand ON reports_customsrecord;
DROP FUNCTION naru_guard_by_hand();
DROP TRIGGER naru_guard_customs_lines ON reports_customs_line;
DROP FUNCTION naru_guard_customs_lines();
DROP TRIGGER reports_customs_seen_insert_only ON reports_customs_seen;
DROP TRIGGER reports_customs_line_insert_only ON reports_customs_line;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('companies', '0014_consents_to_mails_with_guides'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('programs', '0021_figures_that_differ_are_tasks'),
        ('reports', '0018_measures_that_differ'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='CustomsList',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('uploaded_sha256', models.CharField(max_length=64, verbose_name='SHA-256 of the upload')),
                        ('profile', models.CharField(blank=True, max_length=40, verbose_name='format')),
                        ('grade', models.CharField(choices=[('platform', 'from the platform'), ('agency', 'uploaded by the agency'), ('provider', 'uploaded by the provider or importer'), ('company', 'uploaded by the company')], max_length=10, verbose_name='evidence')),
                        ('origin_note', models.CharField(blank=True, max_length=300, verbose_name='where it came from')),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('preview', 'read, not imported yet'), ('importing', 'being imported'), ('done', 'imported'), ('refused', 'refused'), ('cancelled', 'cancelled'), ('undone', 'import taken back')], default='waiting', max_length=10, verbose_name='state')),
                        ('refusal_code', models.CharField(blank=True, max_length=40)),
                        ('refusal_ko', models.TextField(blank=True)),
                        ('refusal_en', models.TextField(blank=True)),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                        ('rejected', models.PositiveIntegerField(default=0, verbose_name='rejected')),
                        ('lines', models.PositiveIntegerField(default=0, verbose_name='lines')),
                        ('known', models.PositiveIntegerField(default=0, verbose_name='known already')),
                        ('replaced', models.PositiveIntegerField(default=0, verbose_name='replaced')),
                        ('found', models.JSONField(default=list, verbose_name='what its lines come to')),
                        ('types', models.JSONField(default=list, verbose_name='by type of transaction')),
                        ('unpaid_types', models.JSONField(default=list, verbose_name='types that nobody paid for')),
                        ('types_said_at', models.DateTimeField(blank=True, editable=False, help_text='when the agency itself said which of these types nobody paid for', null=True, verbose_name='said by the agency at')),
                        ('rejects', models.JSONField(default=list, verbose_name='rejected rows')),
                        ('notes', models.JSONField(default=list, verbose_name='remarks')),
                        ('removed_columns', models.JSONField(default=list, verbose_name='columns that were removed')),
                        ('lines_sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the lines')),
                        ('imported_at', models.DateTimeField(blank=True, null=True, verbose_name='imported at')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('undo_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='file')),
                        ('participation', models.ForeignKey(blank=True, help_text='the company that brought its own list; empty: the agency did', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='customs_lists', to='programs.participation', verbose_name='brought by')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='customs_lists', to='programs.program', verbose_name='program')),
                        ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                    ],
                    options={
                        'verbose_name': 'customs list',
                        'verbose_name_plural': 'customs lists',
                        'ordering': ['-created_at'],
                    },
                ),
                migrations.CreateModel(
                    name='CustomsLine',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('row', models.PositiveIntegerField(verbose_name='row in the file')),
                        ('line_key', models.CharField(max_length=200)),
                        ('version', models.PositiveSmallIntegerField()),
                        ('sign', models.SmallIntegerField()),
                        ('business_day', models.DateField(verbose_name='business day')),
                        ('event_on', models.DateField(null=True, verbose_name='day of the event')),
                        ('outcome', models.CharField(blank=True, choices=[('', 'counts'), ('exporter', 'the exporter did not take part in the program on that day'), ('days', "accepted outside the program's days"), ('country', 'no country of destination, or none that is known'), ('market', 'goes to a country that is no market of the program'), ('unpaid', 'nobody paid for it (type of transaction)'), ('manifest', 'a manifest clearance without business number or HS code'), ('by_hand', 'the month was entered by hand')], max_length=10, verbose_name='why it does not count')),
                        ('proof', models.CharField(choices=[('declaration', 'export declaration'), ('manifest', 'manifest clearance'), ('confirmation', 'purchase confirmation'), ('local_lc', 'local letter of credit')], max_length=12, verbose_name='proof')),
                        ('declaration_number', models.CharField(max_length=100, verbose_name='number')),
                        ('line_number', models.CharField(blank=True, max_length=100, verbose_name='line')),
                        ('issuer', models.CharField(blank=True, max_length=160, verbose_name='issuer')),
                        ('business_number', models.CharField(blank=True, max_length=20, verbose_name="exporter's business number")),
                        ('hs_code', models.CharField(blank=True, max_length=20, verbose_name='HS code')),
                        ('export_kind', models.CharField(choices=[('direct', 'direct export'), ('indirect', 'indirect export')], max_length=8, verbose_name='kind')),
                        ('destination', models.CharField(blank=True, max_length=60, verbose_name='destination')),
                        ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                        ('transaction_type', models.CharField(blank=True, max_length=40, verbose_name='type of transaction')),
                        ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency of the invoice')),
                        ('fob_amount', models.DecimalField(decimal_places=4, max_digits=18, verbose_name='FOB value (USD)')),
                        ('currency_amount', models.DecimalField(decimal_places=4, max_digits=18, null=True, verbose_name='amount of the invoice')),
                        ('entered_at', models.DateTimeField()),
                        ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                        ('company', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='companies.company')),
                        ('list_program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.program')),
                        ('participation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.participation')),
                        ('program', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.program')),
                        ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.customslist')),
                    ],
                    options={
                        'verbose_name': 'line of exports',
                        'verbose_name_plural': 'lines of exports',
                        'db_table': 'reports_customs_line',
                    },
                ),
                migrations.CreateModel(
                    name='SeenExport',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('line_key', models.CharField(max_length=200)),
                        ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.customslist')),
                    ],
                    options={
                        'db_table': 'reports_customs_seen',
                        'constraints': [models.UniqueConstraint(fields=('line_key', 'batch'), name='seen_export_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomsListEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('uploaded_sha256', models.CharField(max_length=64, verbose_name='SHA-256 of the upload')),
                        ('profile', models.CharField(blank=True, max_length=40, verbose_name='format')),
                        ('grade', models.CharField(choices=[('platform', 'from the platform'), ('agency', 'uploaded by the agency'), ('provider', 'uploaded by the provider or importer'), ('company', 'uploaded by the company')], max_length=10, verbose_name='evidence')),
                        ('origin_note', models.CharField(blank=True, max_length=300, verbose_name='where it came from')),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('preview', 'read, not imported yet'), ('importing', 'being imported'), ('done', 'imported'), ('refused', 'refused'), ('cancelled', 'cancelled'), ('undone', 'import taken back')], default='waiting', max_length=10, verbose_name='state')),
                        ('refusal_code', models.CharField(blank=True, max_length=40)),
                        ('refusal_ko', models.TextField(blank=True)),
                        ('refusal_en', models.TextField(blank=True)),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                        ('rejected', models.PositiveIntegerField(default=0, verbose_name='rejected')),
                        ('lines', models.PositiveIntegerField(default=0, verbose_name='lines')),
                        ('known', models.PositiveIntegerField(default=0, verbose_name='known already')),
                        ('replaced', models.PositiveIntegerField(default=0, verbose_name='replaced')),
                        ('found', models.JSONField(default=list, verbose_name='what its lines come to')),
                        ('types', models.JSONField(default=list, verbose_name='by type of transaction')),
                        ('unpaid_types', models.JSONField(default=list, verbose_name='types that nobody paid for')),
                        ('types_said_at', models.DateTimeField(blank=True, editable=False, help_text='when the agency itself said which of these types nobody paid for', null=True, verbose_name='said by the agency at')),
                        ('rejects', models.JSONField(default=list, verbose_name='rejected rows')),
                        ('notes', models.JSONField(default=list, verbose_name='remarks')),
                        ('removed_columns', models.JSONField(default=list, verbose_name='columns that were removed')),
                        ('lines_sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the lines')),
                        ('imported_at', models.DateTimeField(blank=True, null=True, verbose_name='imported at')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('undo_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken back')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('file', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='file')),
                        ('participation', models.ForeignKey(blank=True, db_constraint=False, help_text='the company that brought its own list; empty: the agency did', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='brought by')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.customslist')),
                        ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                        ('undone_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                        ('uploaded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='customslist',
                    constraint=models.UniqueConstraint(fields=('agency', 'id'), name='customs_list_agency_key'),
                ),
                migrations.AddConstraint(
                    model_name='customslist',
                    constraint=models.UniqueConstraint(fields=('program', 'id'), name='customs_list_program_key'),
                ),
                migrations.AddConstraint(
                    model_name='customslist',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), _negated=True), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False), models.Q(('undo_reason', ''), _negated=True)), _connector='OR'), name='customs_list_taken_back_by_somebody'),
                ),
                migrations.AddConstraint(
                    model_name='customslist',
                    constraint=ground.constraints.SameKey(field='program', name='customs_list_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='customslist',
                    constraint=ground.constraints.SameKey(field='participation', name='customs_list_participation_of_program', shared='program', target_shared='program'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customslist',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_customslistevent" ("agency_id", "created_at", "file_id", "found", "grade", "id", "imported_at", "known", "lines", "lines_sha256", "notes", "origin_note", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile", "program_id", "refusal_code", "refusal_en", "refusal_ko", "rejected", "rejects", "removed_columns", "replaced", "rows", "state", "types", "types_said_at", "undo_reason", "undone_at", "undone_by_id", "unpaid_types", "uploaded_by_id", "uploaded_sha256") VALUES (NEW."agency_id", NEW."created_at", NEW."file_id", NEW."found", NEW."grade", NEW."id", NEW."imported_at", NEW."known", NEW."lines", NEW."lines_sha256", NEW."notes", NEW."origin_note", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."profile", NEW."program_id", NEW."refusal_code", NEW."refusal_en", NEW."refusal_ko", NEW."rejected", NEW."rejects", NEW."removed_columns", NEW."replaced", NEW."rows", NEW."state", NEW."types", NEW."types_said_at", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id", NEW."unpaid_types", NEW."uploaded_by_id", NEW."uploaded_sha256"); RETURN NULL;', hash='a4df4d2aa546b9a40fd72213b1d6a7e28ce4d43f', operation='INSERT', pgid='pgtrigger_insert_insert_44555', table='reports_customslist', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customslist',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_customslistevent" ("agency_id", "created_at", "file_id", "found", "grade", "id", "imported_at", "known", "lines", "lines_sha256", "notes", "origin_note", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile", "program_id", "refusal_code", "refusal_en", "refusal_ko", "rejected", "rejects", "removed_columns", "replaced", "rows", "state", "types", "types_said_at", "undo_reason", "undone_at", "undone_by_id", "unpaid_types", "uploaded_by_id", "uploaded_sha256") VALUES (NEW."agency_id", NEW."created_at", NEW."file_id", NEW."found", NEW."grade", NEW."id", NEW."imported_at", NEW."known", NEW."lines", NEW."lines_sha256", NEW."notes", NEW."origin_note", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."profile", NEW."program_id", NEW."refusal_code", NEW."refusal_en", NEW."refusal_ko", NEW."rejected", NEW."rejects", NEW."removed_columns", NEW."replaced", NEW."rows", NEW."state", NEW."types", NEW."types_said_at", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id", NEW."unpaid_types", NEW."uploaded_by_id", NEW."uploaded_sha256"); RETURN NULL;', hash='4b2adebe7c385594ac3e7b9d7dc607648e498f98', operation='UPDATE', pgid='pgtrigger_update_update_fba7a', table='reports_customslist', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customslist',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_customslistevent" ("agency_id", "created_at", "file_id", "found", "grade", "id", "imported_at", "known", "lines", "lines_sha256", "notes", "origin_note", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile", "program_id", "refusal_code", "refusal_en", "refusal_ko", "rejected", "rejects", "removed_columns", "replaced", "rows", "state", "types", "types_said_at", "undo_reason", "undone_at", "undone_by_id", "unpaid_types", "uploaded_by_id", "uploaded_sha256") VALUES (OLD."agency_id", OLD."created_at", OLD."file_id", OLD."found", OLD."grade", OLD."id", OLD."imported_at", OLD."known", OLD."lines", OLD."lines_sha256", OLD."notes", OLD."origin_note", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."profile", OLD."program_id", OLD."refusal_code", OLD."refusal_en", OLD."refusal_ko", OLD."rejected", OLD."rejects", OLD."removed_columns", OLD."replaced", OLD."rows", OLD."state", OLD."types", OLD."types_said_at", OLD."undo_reason", OLD."undone_at", OLD."undone_by_id", OLD."unpaid_types", OLD."uploaded_by_id", OLD."uploaded_sha256"); RETURN NULL;', hash='012d33307884dcf7157274b5a1d2507ed1cc9641', operation='DELETE', pgid='pgtrigger_delete_delete_b97a2', table='reports_customslist', when='AFTER')),
                ),
                migrations.AddIndex(
                    model_name='customsline',
                    index=models.Index(fields=['program', 'business_day'], name='customs_line_by_day'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=models.UniqueConstraint(fields=('list_program', 'line_key', 'version', 'sign'), name='customs_line_once'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=models.CheckConstraint(condition=models.Q(('sign', 1), ('sign', -1), _connector='OR'), name='customs_line_sign'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('company__isnull', False), ('outcome', ''), ('participation__isnull', False), ('program', models.F('list_program'))), models.Q(models.Q(('outcome', ''), _negated=True), ('company__isnull', True), ('participation__isnull', True), ('program__isnull', True)), _connector='OR'), name='customs_line_counts_or_says_why'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=models.CheckConstraint(condition=models.Q(('event_on__isnull', True), ('event_on__lt', models.F('business_day')), _connector='OR'), name='customs_line_event_before'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=ground.constraints.SameKey(field='batch', name='customs_line_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=ground.constraints.SameKey(field='batch', name='customs_line_of_list_program', shared='list_program', target_shared='program'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=ground.constraints.SameKey(field='participation', name='customs_line_of_program', shared='program', target_shared='program'),
                ),
                migrations.AddConstraint(
                    model_name='customsline',
                    constraint=ground.constraints.SameKey(field='participation', name='customs_line_of_company', shared='company', target_shared='company'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customslistevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='835e732823913a97445cae18a02e366982213979', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e1f74', table='reports_customslistevent', when='BEFORE')),
                ),
            ]
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
