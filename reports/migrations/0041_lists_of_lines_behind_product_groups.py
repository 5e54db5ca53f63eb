"""Staff ask for the lines behind a product group's figure of a written report; the list is kept."""

import django.db.models.deletion
import ground.clock
import ground.ids
import ground.migration
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0004_files_wait_until_they_are_checked'),
        ("reports", "0040_payouts_by_month_are_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together([
            migrations.CreateModel(
                name='GroupList',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('product_group', models.CharField(blank=True, max_length=2, verbose_name='product group')),
                    ('asked_at', models.DateTimeField(verbose_name='asked at')),
                    ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='written at')),
                    ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                    ('krw_amount', models.DecimalField(decimal_places=0, default=0, max_digits=30, verbose_name='won before refunds')),
                    ('net_krw_amount', models.DecimalField(decimal_places=0, default=0, max_digits=30, verbose_name='won after refunds')),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.currency')),
                    ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='CSV')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='group_lists', to='reports.reportrun')),
                    ('sheet', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='XLSX')),
                ],
                options={
                    'verbose_name': 'list of lines behind a product group',
                    'verbose_name_plural': 'lists of lines behind product groups',
                    'ordering': ['-asked_at'],
                },
            ),
            migrations.CreateModel(
                name='GroupListEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('product_group', models.CharField(blank=True, max_length=2, verbose_name='product group')),
                    ('asked_at', models.DateTimeField(verbose_name='asked at')),
                    ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='written at')),
                    ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                    ('krw_amount', models.DecimalField(decimal_places=0, default=0, max_digits=30, verbose_name='won before refunds')),
                    ('net_krw_amount', models.DecimalField(decimal_places=0, default=0, max_digits=30, verbose_name='won after refunds')),
                    ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('currency', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.currency')),
                    ('file', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='CSV')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.grouplist')),
                    ('run', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.reportrun')),
                    ('sheet', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='XLSX')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddConstraint(
                model_name='grouplist',
                constraint=models.UniqueConstraint(fields=('run', 'product_group', 'currency'), name='group_list_once'),
            ),
            migrations.AddConstraint(
                model_name='grouplist',
                constraint=models.CheckConstraint(condition=models.Q(('made_at__isnull', True), ('file__isnull', False), _connector='OR'), name='group_list_made_has_file'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grouplist',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_grouplistevent" ("asked_at", "asked_by_id", "created_at", "currency_id", "file_id", "id", "krw_amount", "made_at", "net_krw_amount", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_group", "rows", "run_id", "sheet_id") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."currency_id", NEW."file_id", NEW."id", NEW."krw_amount", NEW."made_at", NEW."net_krw_amount", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."product_group", NEW."rows", NEW."run_id", NEW."sheet_id"); RETURN NULL;', hash='c7d4c465104871687deb44afc72c78e10ee7f8d8', operation='INSERT', pgid='pgtrigger_insert_insert_16e33', table='reports_grouplist', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grouplist',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_grouplistevent" ("asked_at", "asked_by_id", "created_at", "currency_id", "file_id", "id", "krw_amount", "made_at", "net_krw_amount", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_group", "rows", "run_id", "sheet_id") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."currency_id", NEW."file_id", NEW."id", NEW."krw_amount", NEW."made_at", NEW."net_krw_amount", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."product_group", NEW."rows", NEW."run_id", NEW."sheet_id"); RETURN NULL;', hash='4d4343d9a888168b1e64d86c13c0da82d742a7e1', operation='UPDATE', pgid='pgtrigger_update_update_7da4b', table='reports_grouplist', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grouplist',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_grouplistevent" ("asked_at", "asked_by_id", "created_at", "currency_id", "file_id", "id", "krw_amount", "made_at", "net_krw_amount", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_group", "rows", "run_id", "sheet_id") VALUES (OLD."asked_at", OLD."asked_by_id", OLD."created_at", OLD."currency_id", OLD."file_id", OLD."id", OLD."krw_amount", OLD."made_at", OLD."net_krw_amount", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."product_group", OLD."rows", OLD."run_id", OLD."sheet_id"); RETURN NULL;', hash='a3315f6d99386eb760edea19582d8138992f1150', operation='DELETE', pgid='pgtrigger_delete_delete_41d07', table='reports_grouplist', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grouplistevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='65ef6da87c46a657515884d4c6bf9dbd5061cd38', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_90c28', table='reports_grouplistevent', when='BEFORE')),
            ),
        ]),
    ]
