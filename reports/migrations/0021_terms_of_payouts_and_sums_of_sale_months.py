"""Within how many days money is expected; lists of payouts, reminders of them; sums of sale months; refunds inside movements."""

import django.core.validators
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


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_regulatory_wordings_are_decisions"),
        ("ground", "0004_files_wait_until_they_are_checked"),
        ("programs", "0021_figures_that_differ_are_tasks"),
        ("reports", "0020_own_purchases_are_marked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.AddField(
                    model_name="payoutline",
                    name="refund_amount",
                    field=models.DecimalField(
                        db_default=0,
                        decimal_places=4,
                        default=0,
                        help_text="repaid to the buyer within this movement; it stands among the fees",
                        max_digits=18,
                        verbose_name="of which refunds",
                    ),
                ),
                migrations.CreateModel(
                    name="PayoutList",
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
                        ("name", models.CharField(max_length=200, verbose_name="file")),
                        ("rows", models.JSONField(default=list, verbose_name="rows")),
                        ("uploaded_at", models.DateTimeField(verbose_name="uploaded at")),
                        ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="stated at")),
                        (
                            "applied_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="stated by",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organization",
                                verbose_name="organization",
                            ),
                        ),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="uploaded by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "list of payouts",
                        "verbose_name_plural": "lists of payouts",
                        "ordering": ["-uploaded_at"],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutListEvent",
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
                        ("name", models.CharField(max_length=200, verbose_name="file")),
                        ("rows", models.JSONField(default=list, verbose_name="rows")),
                        ("uploaded_at", models.DateTimeField(verbose_name="uploaded at")),
                        ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="stated at")),
                        (
                            "applied_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="stated by",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.organization",
                                verbose_name="organization",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="reports.payoutlist",
                            ),
                        ),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="uploaded by",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PayoutReminder",
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
                        ("month", models.DateField(help_text="first day of the month", verbose_name="month")),
                        ("companies", models.PositiveIntegerField(verbose_name="companies")),
                        ("readers", models.PositiveIntegerField(verbose_name="written to")),
                        ("sent_at", models.DateTimeField(verbose_name="sent at")),
                        (
                            "agency",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.agency",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reminder of a payout",
                        "verbose_name_plural": "reminders of payouts",
                        "ordering": ["month", "store"],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutReminderEvent",
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
                        ("month", models.DateField(help_text="first day of the month", verbose_name="month")),
                        ("companies", models.PositiveIntegerField(verbose_name="companies")),
                        ("readers", models.PositiveIntegerField(verbose_name="written to")),
                        ("sent_at", models.DateTimeField(verbose_name="sent at")),
                        (
                            "agency",
                            models.ForeignKey(
                                db_constraint=False,
                                editable=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.agency",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="reports.payoutreminder",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="programs.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PayoutTerm",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("release", "days from the order until the platform releases its money"),
                                    (
                                        "pass_on",
                                        "days from the end of the payout month until the provider states it",
                                    ),
                                    ("fee", "provider's fee at most, in percent of sales"),
                                ],
                                max_length=8,
                                verbose_name="what",
                            ),
                        ),
                        (
                            "value",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=6,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="days or percent",
                            ),
                        ),
                        ("from_on", models.DateField(verbose_name="from")),
                        (
                            "source",
                            models.CharField(
                                help_text="the page, contract or letter that says so, with its day",
                                max_length=300,
                                verbose_name="source",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                        (
                            "withdrawn_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at"),
                        ),
                        (
                            "withdraw_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="why it was withdrawn"),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.agency",
                                verbose_name="agency",
                            ),
                        ),
                        (
                            "platform",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.platform",
                                verbose_name="platform",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.program",
                                verbose_name="program",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="recorded by",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programs.store",
                                verbose_name="store",
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="withdrawn by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payout term",
                        "verbose_name_plural": "payout terms",
                        "ordering": ["kind", "platform", "program", "store", "-from_on"],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutTermEvent",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("release", "days from the order until the platform releases its money"),
                                    (
                                        "pass_on",
                                        "days from the end of the payout month until the provider states it",
                                    ),
                                    ("fee", "provider's fee at most, in percent of sales"),
                                ],
                                max_length=8,
                                verbose_name="what",
                            ),
                        ),
                        (
                            "value",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=6,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="days or percent",
                            ),
                        ),
                        ("from_on", models.DateField(verbose_name="from")),
                        (
                            "source",
                            models.CharField(
                                help_text="the page, contract or letter that says so, with its day",
                                max_length=300,
                                verbose_name="source",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                        (
                            "withdrawn_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at"),
                        ),
                        (
                            "withdraw_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="why it was withdrawn"),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.agency",
                                verbose_name="agency",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="reports.payoutterm",
                            ),
                        ),
                        (
                            "platform",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="programs.platform",
                                verbose_name="platform",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="programs.program",
                                verbose_name="program",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="recorded by",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="programs.store",
                                verbose_name="store",
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="withdrawn by",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CohortCell",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("month", models.DateField()),
                        ("outcome", models.CharField(max_length=8)),
                        ("due_on", models.DateField(null=True)),
                        ("took_days", models.IntegerField(null=True)),
                        ("orders", models.BigIntegerField()),
                        ("expected_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("due_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("released_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("part_orders", models.BigIntegerField()),
                        ("part_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("rest_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("taken_orders", models.BigIntegerField()),
                        ("taken_amount", models.DecimalField(decimal_places=4, max_digits=30)),
                        ("other_orders", models.BigIntegerField()),
                        (
                            "currency",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="ground.currency",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.program",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.store",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reports_cohort_cell",
                        "indexes": [
                            models.Index(fields=["program", "store"], name="reports_cohort_cell_store")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CohortStore",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("lines", models.CharField(max_length=80)),
                        ("terms", models.CharField(max_length=40)),
                        ("made_at", models.DateTimeField()),
                        (
                            "program",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.program",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.store",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reports_cohort_store",
                        "constraints": [
                            models.UniqueConstraint(fields=("program", "store"), name="cohort_store_once")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutlist",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "reports_payoutlistevent" ("applied_at", "applied_by_id", "created_at", "id", "name", "organization_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "uploaded_at", "uploaded_by_id") VALUES (NEW."applied_at", NEW."applied_by_id", NEW."created_at", NEW."id", NEW."name", NEW."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."rows", NEW."uploaded_at", NEW."uploaded_by_id"); RETURN NULL;',
                            hash="3995ed1ddac18df95930a7d3851611d9e6a3dbcb",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_fb5b4",
                            table="reports_payoutlist",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutlist",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "reports_payoutlistevent" ("applied_at", "applied_by_id", "created_at", "id", "name", "organization_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "uploaded_at", "uploaded_by_id") VALUES (NEW."applied_at", NEW."applied_by_id", NEW."created_at", NEW."id", NEW."name", NEW."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."rows", NEW."uploaded_at", NEW."uploaded_by_id"); RETURN NULL;',
                            hash="8955cb8e7774ef4af12698abb0770b471f4aef04",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_9713f",
                            table="reports_payoutlist",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutlist",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "reports_payoutlistevent" ("applied_at", "applied_by_id", "created_at", "id", "name", "organization_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "uploaded_at", "uploaded_by_id") VALUES (OLD."applied_at", OLD."applied_by_id", OLD."created_at", OLD."id", OLD."name", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."rows", OLD."uploaded_at", OLD."uploaded_by_id"); RETURN NULL;',
                            hash="541e1efed09f89fdee204926ca72f4338bf51da6",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_3e67f",
                            table="reports_payoutlist",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutlistevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="fbca6502f74b1f68bcdcd0b7e023c61de4728839",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f6fdf",
                            table="reports_payoutlistevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutreminder",
                    constraint=models.UniqueConstraint(
                        fields=("store", "month"), name="payout_reminder_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutreminder",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="payout_reminder_month_first_day"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutreminder",
                    constraint=ground.constraints.SameKey(
                        field="store",
                        name="payout_reminder_same_agency",
                        shared="agency",
                        target_shared="agency",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutreminder",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "reports_payoutreminderevent" ("agency_id", "companies", "created_at", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "readers", "sent_at", "store_id") VALUES (NEW."agency_id", NEW."companies", NEW."created_at", NEW."id", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."readers", NEW."sent_at", NEW."store_id"); RETURN NULL;',
                            hash="12f1f865ae8702a7e3177959bcc4471b0b7c2173",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_0d803",
                            table="reports_payoutreminder",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutreminder",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "reports_payoutreminderevent" ("agency_id", "companies", "created_at", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "readers", "sent_at", "store_id") VALUES (NEW."agency_id", NEW."companies", NEW."created_at", NEW."id", NEW."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."readers", NEW."sent_at", NEW."store_id"); RETURN NULL;',
                            hash="711f4659b3d82b60879e25292efb430d1ab21e2a",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_51ca0",
                            table="reports_payoutreminder",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutreminder",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "reports_payoutreminderevent" ("agency_id", "companies", "created_at", "id", "month", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "readers", "sent_at", "store_id") VALUES (OLD."agency_id", OLD."companies", OLD."created_at", OLD."id", OLD."month", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."readers", OLD."sent_at", OLD."store_id"); RETURN NULL;',
                            hash="746770f830c2b10ff3ee08132cbd5ffcdb59d404",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_d7ebd",
                            table="reports_payoutreminder",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutreminderevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="674b8d179f4b36029e51bdb752f6e46b08302d2a",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_8cd57",
                            table="reports_payoutreminderevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("agency", "kind", "platform", "program", "store", "from_on"),
                        name="payout_term_once",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("platform__isnull", False),
                                ("program__isnull", True),
                                ("store__isnull", True),
                            ),
                            models.Q(
                                ("platform__isnull", True),
                                ("program__isnull", False),
                                ("store__isnull", True),
                            ),
                            models.Q(
                                ("platform__isnull", True),
                                ("program__isnull", True),
                                ("store__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="payout_term_of_one_thing",
                        violation_error_message="Choose one: a platform, a program or a store.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="payout_term_has_source"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("value__gte", 0),
                            models.Q(
                                models.Q(("kind", "fee"), _negated=True), ("value__lte", 100), _connector="OR"
                            ),
                            ("value__lte", 365),
                        ),
                        name="payout_term_value",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            models.Q(("withdraw_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payout_term_withdrawn_with_reason",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=ground.constraints.SameKey(
                        field="program",
                        name="payout_term_program_same_agency",
                        shared="agency",
                        target_shared="agency",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="payoutterm",
                    constraint=ground.constraints.SameKey(
                        field="store",
                        name="payout_term_store_same_agency",
                        shared="agency",
                        target_shared="agency",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutterm",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "reports_payouttermevent" ("agency_id", "created_at", "from_on", "id", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "program_id", "recorded_at", "recorded_by_id", "source", "store_id", "value", "withdraw_reason", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."agency_id", NEW."created_at", NEW."from_on", NEW."id", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."platform_id", NEW."program_id", NEW."recorded_at", NEW."recorded_by_id", NEW."source", NEW."store_id", NEW."value", NEW."withdraw_reason", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;',
                            hash="2a2ee5222135b70e13b1ccdc61e8255d0fd506ad",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_50d6f",
                            table="reports_payoutterm",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutterm",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "reports_payouttermevent" ("agency_id", "created_at", "from_on", "id", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "program_id", "recorded_at", "recorded_by_id", "source", "store_id", "value", "withdraw_reason", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."agency_id", NEW."created_at", NEW."from_on", NEW."id", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."platform_id", NEW."program_id", NEW."recorded_at", NEW."recorded_by_id", NEW."source", NEW."store_id", NEW."value", NEW."withdraw_reason", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;',
                            hash="67db17684587891459ab0c939af39bdf5d26c5ee",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_ab91d",
                            table="reports_payoutterm",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payoutterm",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "reports_payouttermevent" ("agency_id", "created_at", "from_on", "id", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform_id", "program_id", "recorded_at", "recorded_by_id", "source", "store_id", "value", "withdraw_reason", "withdrawn_at", "withdrawn_by_id") VALUES (OLD."agency_id", OLD."created_at", OLD."from_on", OLD."id", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."platform_id", OLD."program_id", OLD."recorded_at", OLD."recorded_by_id", OLD."source", OLD."store_id", OLD."value", OLD."withdraw_reason", OLD."withdrawn_at", OLD."withdrawn_by_id"); RETURN NULL;',
                            hash="0eec6cb78c252ce4e61345f397691107e3921f92",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_dfb6f",
                            table="reports_payoutterm",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="payouttermevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="be8df973846dc110a297dbeef1556a0ade751b34",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_83294",
                            table="reports_payouttermevent",
                            when="BEFORE",
                        ),
                    ),
                ),
            ]
        )
    ]
