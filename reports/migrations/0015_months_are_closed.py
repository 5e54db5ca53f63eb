"""Closed months refuse every change, in raw SQL too.

Each statement that enters lines is checked once, where its sums are kept: none may lie in a closed month of its program or before
it. Whoever writes joins the cut first, so that the one who closes waits for them and they for the closing; a transaction
that would not see a closing that came meanwhile may not write at all. Rates are entered by the same rule. Declarations and customs records, tax treatments and
the program's rate rule are held in the same way. `event_on` is the day of the event where the month of it is closed.
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


LEDGERS = ("reports_sales_line", "reports_payout_line")

COLUMNS = "".join(
    f"ALTER TABLE {table} ADD COLUMN event_on date,"
    f" ADD CONSTRAINT {table}_event_before CHECK (event_on < date_trunc('month', business_day));\n"
    f"CREATE INDEX {table}_event ON {table} (program_id, business_day) WHERE event_on IS NOT NULL;\n"
    for table in LEDGERS
)
NO_COLUMNS = "".join(
    f"DROP INDEX {table}_event;\nALTER TABLE {table} DROP CONSTRAINT {table}_event_before, DROP COLUMN event_on;\n"
    for table in LEDGERS
)

CLOSED = """
CREATE FUNCTION naru_open_from(of_program uuid) RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (max(month) + interval '1 month')::date FROM reports_closedmonth WHERE program_id = of_program AND state = 'closed'
$$;
CREATE FUNCTION naru_join_for_writing() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1315009141);
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'figures are written in transactions of READ COMMITTED only: others do not see a month being closed'
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
CREATE FUNCTION naru_refuse_closed(of_program uuid, day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF day < naru_open_from(of_program) THEN
        RAISE EXCEPTION 'the month of % is closed for the program %', day, of_program USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
-- A rate is known from the instant on at which nobody closes a month any more who did not see it, whatever the INSERT says.
CREATE FUNCTION naru_know_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM naru_join_for_writing();
    NEW.created_at := naru_now() + (clock_timestamp() - statement_timestamp());
    RETURN NEW;
END $$;
CREATE TRIGGER naru_know_rate BEFORE INSERT ON reports_exchangerate FOR EACH ROW EXECUTE FUNCTION naru_know_rate();
"""
NO_CLOSED = """
DROP TRIGGER naru_know_rate ON reports_exchangerate;
DROP FUNCTION naru_know_rate();
DROP FUNCTION naru_refuse_closed(uuid, date);
DROP FUNCTION naru_join_for_writing();
DROP FUNCTION naru_open_from(uuid);
"""

SUM = """
CREATE OR REPLACE FUNCTION naru_sum_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    refused record;
BEGIN
    PERFORM naru_join_for_writing();
    WITH summed AS MATERIALIZED (
        SELECT batch_id, agency_id, store_id, program_id, company_id, participation_id, currency_id,
               date_trunc('month', business_day)::date AS month, sum(sign) AS lines, sum(net_amount) AS net_amount
        FROM entered GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ), put AS (
        INSERT INTO reports_batch_sum AS kept (ledger, batch_id, agency_id, store_id, program_id, company_id,
            participation_id, currency_id, month, lines, net_amount)
        SELECT TG_ARGV[0], batch_id, agency_id, store_id, program_id, company_id, participation_id, currency_id,
               month, lines, net_amount
        FROM summed ORDER BY batch_id, store_id, company_id, participation_id, currency_id, month
        ON CONFLICT ON CONSTRAINT reports_batch_sum_once DO UPDATE
            SET lines = kept.lines + EXCLUDED.lines, net_amount = kept.net_amount + EXCLUDED.net_amount
    )
    SELECT s.program_id, s.month INTO refused
    FROM summed s JOIN reports_closedmonth c ON c.program_id = s.program_id AND c.state = 'closed' AND c.month >= s.month LIMIT 1;
    IF FOUND THEN
        PERFORM naru_refuse_closed(refused.program_id, refused.month);
    END IF;
    RETURN NULL;
END $$;
"""
SUM_BEFORE = """
CREATE OR REPLACE FUNCTION naru_sum_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_batch_sum AS kept (ledger, batch_id, agency_id, store_id, program_id, company_id,
        participation_id, currency_id, month, lines, net_amount)
    SELECT TG_ARGV[0], batch_id, agency_id, store_id, program_id, company_id, participation_id, currency_id,
           date_trunc('month', business_day)::date, sum(sign), sum(net_amount)
    FROM entered GROUP BY 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 2, 4, 7, 8, 9
    ON CONFLICT ON CONSTRAINT reports_batch_sum_once DO UPDATE
        SET lines = kept.lines + EXCLUDED.lines, net_amount = kept.net_amount + EXCLUDED.net_amount;
    RETURN NULL;
END $$;
"""

# What is stated for a month: by companies, and by customs.
STATED = """
CREATE FUNCTION naru_guard_stated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM naru_join_for_writing();
    IF TG_OP <> 'INSERT' THEN
        PERFORM naru_refuse_closed((SELECT program_id FROM programs_participation WHERE id = OLD.participation_id), OLD.month);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM naru_refuse_closed((SELECT program_id FROM programs_participation WHERE id = NEW.participation_id), NEW.month);
    RETURN NEW;
END $$;
CREATE TRIGGER naru_guard_stated BEFORE INSERT OR DELETE
    OR UPDATE OF participation_id, month, currency_id, amount, orders, declared_at, replaced_at
    ON reports_declaration FOR EACH ROW EXECUTE FUNCTION naru_guard_stated();
CREATE TRIGGER naru_guard_stated BEFORE INSERT OR DELETE OR UPDATE OF participation_id, month, kind, fob_amount
    ON reports_customsrecord FOR EACH ROW EXECUTE FUNCTION naru_guard_stated();
"""
NO_STATED = """
DROP TRIGGER naru_guard_stated ON reports_customsrecord;
DROP TRIGGER naru_guard_stated ON reports_declaration;
DROP FUNCTION naru_guard_stated();
"""

# A tax treatment may change from the first day on that no closed month has lines of the store's: what it says of the
# days before must stay. The rate rule of a program with closed months stays.
EDITED = """
CREATE FUNCTION naru_store_open_from(of_store uuid) RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (max(c.month) + interval '1 month')::date FROM reports_closedmonth c
    WHERE c.state = 'closed' AND EXISTS (SELECT 1 FROM reports_batch_sum s
        WHERE s.store_id = of_store AND s.program_id = c.program_id AND s.month = c.month)
$$;
CREATE FUNCTION naru_guard_tax() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    open_from date;
BEGIN
    PERFORM naru_join_for_writing();
    open_from := GREATEST(naru_store_open_from(OLD.store_id), naru_store_open_from(NEW.store_id));
    IF open_from IS NOT NULL AND (
        (TG_OP <> 'UPDATE' AND CASE WHEN TG_OP = 'INSERT' THEN NEW.from_on ELSE OLD.from_on END < open_from)
        OR (TG_OP = 'UPDATE' AND LEAST(OLD.from_on, NEW.from_on) < open_from AND (
            (OLD.store_id, OLD.from_on, OLD.treatment, OLD.rate_percent)
                IS DISTINCT FROM (NEW.store_id, NEW.from_on, NEW.treatment, NEW.rate_percent)
            OR LEAST(OLD.until_on, open_from - 1) IS DISTINCT FROM LEAST(NEW.until_on, open_from - 1)))
    ) THEN
        RAISE EXCEPTION 'how tax stands in the prices of % is settled before %: a month is closed',
            CASE WHEN TG_OP = 'DELETE' THEN OLD.store_id ELSE NEW.store_id END, open_from USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER naru_guard_tax BEFORE INSERT OR UPDATE OR DELETE ON programs_storetax
    FOR EACH ROW EXECUTE FUNCTION naru_guard_tax();
CREATE FUNCTION naru_guard_rate_rule() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM naru_join_for_writing();
    IF naru_open_from(OLD.id) IS NOT NULL THEN
        RAISE EXCEPTION 'the program % has closed months: its rates stay as they are', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER naru_guard_rate_rule BEFORE UPDATE ON programs_program FOR EACH ROW
    WHEN (OLD.rate_rule <> NEW.rate_rule OR (OLD.rate_rule = 'fixed' AND OLD.starts_on <> NEW.starts_on))
    EXECUTE FUNCTION naru_guard_rate_rule();
"""
NO_EDITED = """
DROP TRIGGER naru_guard_rate_rule ON programs_program;
DROP FUNCTION naru_guard_rate_rule();
DROP TRIGGER naru_guard_tax ON programs_storetax;
DROP FUNCTION naru_guard_tax();
DROP FUNCTION naru_store_open_from(uuid);
"""

# The record of a closing itself: what was kept stays, months are closed and opened in order.
KEPT = """
CREATE FUNCTION naru_guard_closing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'the record of a closed month stays' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' THEN
            RAISE EXCEPTION 'a month is closed by two people: it is asked for first' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL AND (OLD.program_id, OLD.month, OLD.closed_at, OLD.figures, OLD.rows, OLD.rows_sha256,
        OLD.asked_by_id, OLD.agreed_by_id, OLD.approval_id) IS DISTINCT FROM (NEW.program_id, NEW.month, NEW.closed_at,
        NEW.figures, NEW.rows, NEW.rows_sha256, NEW.asked_by_id, NEW.agreed_by_id, NEW.approval_id) THEN
        RAISE EXCEPTION 'what was kept of a closed month stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('asked', 'closed'), ('closed', 'reopened')) THEN
        RAISE EXCEPTION 'a month that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.reopened_at IS NOT NULL AND (OLD.reopened_at, OLD.reopen_approval_id, OLD.reopen_reason)
        IS DISTINCT FROM (NEW.reopened_at, NEW.reopen_approval_id, NEW.reopen_reason) THEN
        RAISE EXCEPTION 'what was kept of a month that was opened again stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM accounts_approval a
        WHERE a.decision = 'period_closing' AND a.subject_id = NEW.id AND a.agency_id = NEW.agency_id AND a.is_granted
          AND CASE NEW.state
              WHEN 'closed' THEN a.id = NEW.approval_id AND (a.asked_by_id, a.answered_by_id) = (NEW.asked_by_id, NEW.agreed_by_id)
              ELSE a.id = NEW.reopen_approval_id AND a.id <> NEW.approval_id END) THEN
        RAISE EXCEPTION 'a month is closed by two people, and opened again by two' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND EXISTS (SELECT 1 FROM reports_closedmonth c
        WHERE c.program_id = NEW.program_id AND c.state = 'closed' AND c.month > NEW.month) THEN
        RAISE EXCEPTION 'months are closed in their order, and opened again from the last' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER naru_guard_closing BEFORE INSERT OR UPDATE OR DELETE ON reports_closedmonth
    FOR EACH ROW EXECUTE FUNCTION naru_guard_closing();
"""
NO_KEPT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM reports_closedmonth WHERE closed_at IS NOT NULL)
        OR EXISTS (SELECT FROM reports_sales_line WHERE event_on IS NOT NULL)
        OR EXISTS (SELECT FROM reports_payout_line WHERE event_on IS NOT NULL) THEN
        RAISE EXCEPTION 'months have been closed: without this migration their figures would move and what was booked later'
            ' would lose its day, so it is not undone' USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
DROP TRIGGER naru_guard_closing ON reports_closedmonth;
DROP FUNCTION naru_guard_closing();
"""


def _column(name: str) -> migrations.AddField:
    return migrations.AddField(
        name,
        "event_on",
        models.DateField(
            help_text="of what concerns a closed month; the business day is then the first day that was open",
            null=True,
            verbose_name="day of the event",
        ),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('programs', '0021_figures_that_differ_are_tasks'),
        ('reports', '0014_months_that_are_answered'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS, NO_COLUMNS)],
            state_operations=[_column("payoutline"), _column("salesline")],
        ),
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='ClosedMonth',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('month', models.DateField(help_text='its first day', verbose_name='month')),
                        ('state', models.CharField(choices=[('asked', 'a second person is asked'), ('closed', 'closed'), ('reopened', 'opened again')], default='asked', max_length=10, verbose_name='state')),
                        ('closed_at', models.DateTimeField(blank=True, help_text='what was known then counts: later rates move nothing', null=True, verbose_name='closed at')),
                        ('figures', models.JSONField(default=dict, verbose_name='figures')),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows of the ledger')),
                        ('rows_sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the rows')),
                        ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='opened again at')),
                        ('reopen_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was opened again')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed by')),
                        ('approval', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='second opinion')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closed_months', to='programs.program', verbose_name='program')),
                        ('reopen_approval', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='second opinion on opening it again')),
                    ],
                    options={
                        'verbose_name': 'month closing',
                        'verbose_name_plural': 'month closings',
                        'ordering': ['program', '-month', '-created_at'],
                    },
                ),
                migrations.CreateModel(
                    name='ClosedMonthEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('month', models.DateField(help_text='its first day', verbose_name='month')),
                        ('state', models.CharField(choices=[('asked', 'a second person is asked'), ('closed', 'closed'), ('reopened', 'opened again')], default='asked', max_length=10, verbose_name='state')),
                        ('closed_at', models.DateTimeField(blank=True, help_text='what was known then counts: later rates move nothing', null=True, verbose_name='closed at')),
                        ('figures', models.JSONField(default=dict, verbose_name='figures')),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows of the ledger')),
                        ('rows_sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the rows')),
                        ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='opened again at')),
                        ('reopen_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was opened again')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('agreed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed by')),
                        ('approval', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='second opinion')),
                        ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.closedmonth')),
                        ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                        ('reopen_approval', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='second opinion on opening it again')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='closedmonth',
                    constraint=ground.constraints.SameKey(field='program', name='closed_month_program_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='closedmonth',
                    constraint=models.UniqueConstraint(condition=models.Q(('state', 'reopened'), _negated=True), fields=('program', 'month'), name='closed_month_once'),
                ),
                migrations.AddConstraint(
                    model_name='closedmonth',
                    constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='closed_month_first_day'),
                ),
                migrations.AddConstraint(
                    model_name='closedmonth',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_by__isnull', True), ('approval__isnull', True), ('closed_at__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('agreed_by__isnull', False), ('approval__isnull', False), ('closed_at__isnull', False)), _connector='OR'), name='closed_month_agreed_to'),
                ),
                migrations.AddConstraint(
                    model_name='closedmonth',
                    constraint=models.CheckConstraint(condition=models.Q(('agreed_by__isnull', True), models.Q(('agreed_by', models.F('asked_by')), _negated=True), _connector='OR'), name='closed_month_two_people', violation_error_message='A second person must answer: whoever asked cannot.'),
                ),
                migrations.AddConstraint(
                    model_name='closedmonth',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'reopened'), _negated=True), ('reopen_approval__isnull', True), ('reopen_reason', ''), ('reopened_at__isnull', True)), models.Q(('reopen_approval__isnull', False), ('reopened_at__isnull', False), ('state', 'reopened'), models.Q(('reopen_reason', ''), _negated=True)), _connector='OR'), name='closed_month_opened_by_two'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_sha256", "state") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."approval_id", NEW."asked_by_id", NEW."closed_at", NEW."created_at", NEW."figures", NEW."id", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."reopen_approval_id", NEW."reopen_reason", NEW."reopened_at", NEW."rows", NEW."rows_sha256", NEW."state"); RETURN NULL;', hash='a38cc71024109d43dd25d00aa975c2e97080ad9c', operation='INSERT', pgid='pgtrigger_insert_insert_8635b', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_sha256", "state") VALUES (NEW."agency_id", NEW."agreed_by_id", NEW."approval_id", NEW."asked_by_id", NEW."closed_at", NEW."created_at", NEW."figures", NEW."id", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."reopen_approval_id", NEW."reopen_reason", NEW."reopened_at", NEW."rows", NEW."rows_sha256", NEW."state"); RETURN NULL;', hash='4917f78a0bc58cdd96a6c8e684a1d553b927496a', operation='UPDATE', pgid='pgtrigger_update_update_49081', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonth',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_closedmonthevent" ("agency_id", "agreed_by_id", "approval_id", "asked_by_id", "closed_at", "created_at", "figures", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reopen_approval_id", "reopen_reason", "reopened_at", "rows", "rows_sha256", "state") VALUES (OLD."agency_id", OLD."agreed_by_id", OLD."approval_id", OLD."asked_by_id", OLD."closed_at", OLD."created_at", OLD."figures", OLD."id", OLD."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."reopen_approval_id", OLD."reopen_reason", OLD."reopened_at", OLD."rows", OLD."rows_sha256", OLD."state"); RETURN NULL;', hash='76dac3b834578913bbf1c2e96cf3ae82384ac864', operation='DELETE', pgid='pgtrigger_delete_delete_7b24a', table='reports_closedmonth', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='closedmonthevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3860489577b7a0aa87d8b287bc21edcbdf145dcc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_81b0d', table='reports_closedmonthevent', when='BEFORE')),
                ),
            ]
        ),
        migrations.RunSQL(
            CLOSED + SUM + STATED + EDITED + KEPT, NO_KEPT + NO_EDITED + NO_STATED + SUM_BEFORE + NO_CLOSED
        ),
    ]
