"""Payments of the subsidy, by two persons; the criteria of a company are taken again for them."""

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
        ('accounts', '0004_successions_are_decisions_of_two'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('programs', '0012_what_was_seen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='Payment',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('payee', models.CharField(choices=[('company', 'the company'), ('provider', 'the provider of the contract')], default='company', max_length=8, verbose_name='paid to')),
                        ('purpose', models.CharField(blank=True, max_length=200, verbose_name='what it is for')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount')),
                        ('state', models.CharField(choices=[('asked', 'waits to be paid'), ('paid', 'paid out'), ('dropped', 'dropped')], default='asked', max_length=8, verbose_name='state')),
                        ('paid_on', models.DateField(blank=True, null=True, verbose_name='paid out on')),
                    ],
                    options={
                        'verbose_name': 'subsidy payment',
                        'verbose_name_plural': 'subsidy payments',
                        'ordering': ['-created_at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('payee', models.CharField(choices=[('company', 'the company'), ('provider', 'the provider of the contract')], default='company', max_length=8, verbose_name='paid to')),
                        ('purpose', models.CharField(blank=True, max_length=200, verbose_name='what it is for')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount')),
                        ('state', models.CharField(choices=[('asked', 'waits to be paid'), ('paid', 'paid out'), ('dropped', 'dropped')], default='asked', max_length=8, verbose_name='state')),
                        ('paid_on', models.DateField(blank=True, null=True, verbose_name='paid out on')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AlterField(
                    model_name='screening',
                    name='occasion',
                    field=models.CharField(choices=[('submission', 'submission'), ('screening', 'screening'), ('selection', 'selection'), ('agreement', 'agreement'), ('payment', 'payment')], max_length=10, verbose_name='occasion'),
                ),
                migrations.AddConstraint(
                    model_name='delivery',
                    constraint=models.UniqueConstraint(fields=('participation', 'id'), name='delivery_participation_key'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='agency',
                    field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='approval',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='approval'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='asked_by',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='currency',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.currency', verbose_name='currency'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='delivery',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='programs.delivery', verbose_name='delivery'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='paid_by',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='paid out by'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='participation',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='programs.participation', verbose_name='participation'),
                ),
                migrations.AddField(
                    model_name='payment',
                    name='program',
                    field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='programs.program', verbose_name='program'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='agency',
                    field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='approval',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='approval'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='asked_by',
                    field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='currency',
                    field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.currency', verbose_name='currency'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='delivery',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.delivery', verbose_name='delivery'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='paid_by',
                    field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='paid out by'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='participation',
                    field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='participation'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='pgh_obj',
                    field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.payment'),
                ),
                migrations.AddField(
                    model_name='paymentevent',
                    name='program',
                    field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_of_something', violation_error_message='Enter an amount above zero.'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('approval__isnull', False), ('paid_by__isnull', False), ('paid_on__isnull', False), ('state', 'paid')), models.Q(models.Q(('state', 'paid'), _negated=True), ('approval__isnull', True), ('paid_by__isnull', True), ('paid_on__isnull', True)), _connector='OR'), name='payment_is_approved', violation_error_message='Paid needs the day, who paid and a second person’s agreement.'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=models.CheckConstraint(condition=models.Q(('delivery__isnull', False), ('payee', 'company'), _connector='OR'), name='payment_to_provider_is_for_delivery', violation_error_message='A provider is paid for a delivery of its contract: choose it.'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=models.CheckConstraint(condition=models.Q(('delivery__isnull', False), models.Q(('purpose', ''), _negated=True), _connector='OR'), name='payment_is_for_something', violation_error_message='Say what the money is for.'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=ground.constraints.SameKey(field='program', name='payment_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=ground.constraints.SameKey(field='participation', name='payment_participation_of_program', shared='program', target_shared='program'),
                ),
                migrations.AddConstraint(
                    model_name='payment',
                    constraint=ground.constraints.SameKey(field='delivery', name='payment_delivery_of_participation', shared='participation', target_shared='participation'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='payment',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_paymentevent" ("agency_id", "amount", "approval_id", "asked_by_id", "created_at", "currency_id", "delivery_id", "id", "paid_by_id", "paid_on", "participation_id", "payee", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "purpose", "state") VALUES (NEW."agency_id", NEW."amount", NEW."approval_id", NEW."asked_by_id", NEW."created_at", NEW."currency_id", NEW."delivery_id", NEW."id", NEW."paid_by_id", NEW."paid_on", NEW."participation_id", NEW."payee", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."purpose", NEW."state"); RETURN NULL;', hash='6932354333c67ce545014bcf258bc45eb4d67107', operation='INSERT', pgid='pgtrigger_insert_insert_d999c', table='programs_payment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='payment',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_paymentevent" ("agency_id", "amount", "approval_id", "asked_by_id", "created_at", "currency_id", "delivery_id", "id", "paid_by_id", "paid_on", "participation_id", "payee", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "purpose", "state") VALUES (NEW."agency_id", NEW."amount", NEW."approval_id", NEW."asked_by_id", NEW."created_at", NEW."currency_id", NEW."delivery_id", NEW."id", NEW."paid_by_id", NEW."paid_on", NEW."participation_id", NEW."payee", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."purpose", NEW."state"); RETURN NULL;', hash='bc3c08c15aa164447ab9d034b646f194deff204d', operation='UPDATE', pgid='pgtrigger_update_update_65aaa', table='programs_payment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='payment',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_paymentevent" ("agency_id", "amount", "approval_id", "asked_by_id", "created_at", "currency_id", "delivery_id", "id", "paid_by_id", "paid_on", "participation_id", "payee", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "purpose", "state") VALUES (OLD."agency_id", OLD."amount", OLD."approval_id", OLD."asked_by_id", OLD."created_at", OLD."currency_id", OLD."delivery_id", OLD."id", OLD."paid_by_id", OLD."paid_on", OLD."participation_id", OLD."payee", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."purpose", OLD."state"); RETURN NULL;', hash='f6d990c9daf196d90200048631537fa9cc19c973', operation='DELETE', pgid='pgtrigger_delete_delete_6bfc2', table='programs_payment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='paymentevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='45076a403980e6a1a13b8832bb148d07735b950e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_15798', table='programs_paymentevent', when='BEFORE')),
                ),
            ]
        ),
    ]
