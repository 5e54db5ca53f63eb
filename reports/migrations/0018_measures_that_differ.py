"""Differences between measures: tolerances, the queue, what was asked and decided; and samples for verification."""

import django.core.validators
import django.db.models.deletion
import ground.clock
import ground.constraints
import ground.ids
import ground.migration
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('programs', '0023_questions_about_sales_are_tasks'),
        ('reports', '0017_profiles_of_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together([
            migrations.CreateModel(
                name='Difference',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('comparison', models.CharField(choices=[('declared', 'Declared and orders, by month'), ('payouts', 'Orders and payouts, order by order'), ('customs', 'Orders and customs, over all months so far')], max_length=10, verbose_name='comparison')),
                    ('month', models.DateField(blank=True, help_text='first day of the month', null=True, verbose_name='month')),
                    ('state', models.CharField(choices=[('open', 'to be decided'), ('asked', 'the company is asked'), ('decided', 'decided'), ('gone', 'gone')], default='open', max_length=8, verbose_name='state')),
                    ('left_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='first side (KRW)')),
                    ('right_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='second side (KRW)')),
                    ('causes', models.JSONField(default=list, verbose_name='proposed causes')),
                    ('found_at', models.DateTimeField(verbose_name='found at')),
                    ('changed_at', models.DateTimeField(verbose_name='figures since')),
                    ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='gone at')),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                    ('participation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='programs.participation', verbose_name='participation')),
                    ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='programs.program', verbose_name='program')),
                ],
                options={
                    'verbose_name': 'difference',
                    'verbose_name_plural': 'differences',
                    'ordering': ['-found_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='DifferenceDecision',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('cause', models.CharField(choices=[('refund', 'refund after the end of the month'), ('pack', 'packs counted twice'), ('fees', 'fees taken off on one side'), ('currency', 'amount in another currency'), ('duplicate', 'counted twice'), ('missing', 'a file is missing'), ('other', 'another cause')], max_length=10, verbose_name='cause')),
                    ('outcome', models.CharField(choices=[('accepted', 'accepted as it is'), ('company', 'the company corrects'), ('agency', 'we correct')], max_length=10, verbose_name='outcome')),
                    ('reason', models.CharField(max_length=1000, verbose_name='reason')),
                    ('left_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='first side (KRW)')),
                    ('right_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='second side (KRW)')),
                    ('decided_at', models.DateTimeField(verbose_name='decided at')),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                    ('difference', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='reports.difference', verbose_name='difference')),
                ],
                options={
                    'verbose_name': 'decision on a difference',
                    'verbose_name_plural': 'decisions on differences',
                    'ordering': ['-decided_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='DifferenceDecisionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('cause', models.CharField(choices=[('refund', 'refund after the end of the month'), ('pack', 'packs counted twice'), ('fees', 'fees taken off on one side'), ('currency', 'amount in another currency'), ('duplicate', 'counted twice'), ('missing', 'a file is missing'), ('other', 'another cause')], max_length=10, verbose_name='cause')),
                    ('outcome', models.CharField(choices=[('accepted', 'accepted as it is'), ('company', 'the company corrects'), ('agency', 'we correct')], max_length=10, verbose_name='outcome')),
                    ('reason', models.CharField(max_length=1000, verbose_name='reason')),
                    ('left_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='first side (KRW)')),
                    ('right_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='second side (KRW)')),
                    ('decided_at', models.DateTimeField(verbose_name='decided at')),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('decided_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                    ('difference', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.difference', verbose_name='difference')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.differencedecision')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='DifferenceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('comparison', models.CharField(choices=[('declared', 'Declared and orders, by month'), ('payouts', 'Orders and payouts, order by order'), ('customs', 'Orders and customs, over all months so far')], max_length=10, verbose_name='comparison')),
                    ('month', models.DateField(blank=True, help_text='first day of the month', null=True, verbose_name='month')),
                    ('state', models.CharField(choices=[('open', 'to be decided'), ('asked', 'the company is asked'), ('decided', 'decided'), ('gone', 'gone')], default='open', max_length=8, verbose_name='state')),
                    ('left_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='first side (KRW)')),
                    ('right_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='second side (KRW)')),
                    ('causes', models.JSONField(default=list, verbose_name='proposed causes')),
                    ('found_at', models.DateTimeField(verbose_name='found at')),
                    ('changed_at', models.DateTimeField(verbose_name='figures since')),
                    ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='gone at')),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                    ('participation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='participation')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.difference')),
                    ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='DifferenceQuestion',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('text', models.CharField(max_length=1000, verbose_name='question')),
                    ('due_on', models.DateField(verbose_name='answer by')),
                    ('asked_at', models.DateTimeField(verbose_name='asked at')),
                    ('answer', models.CharField(blank=True, max_length=2000, verbose_name='answer')),
                    ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('difference', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='reports.difference', verbose_name='difference')),
                ],
                options={
                    'verbose_name': 'question about a difference',
                    'verbose_name_plural': 'questions about differences',
                    'ordering': ['-asked_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='DifferenceQuestionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('text', models.CharField(max_length=1000, verbose_name='question')),
                    ('due_on', models.DateField(verbose_name='answer by')),
                    ('asked_at', models.DateTimeField(verbose_name='asked at')),
                    ('answer', models.CharField(blank=True, max_length=2000, verbose_name='answer')),
                    ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('answered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('difference', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.difference', verbose_name='difference')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.differencequestion')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SampledOrder',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('number', models.PositiveIntegerField(verbose_name='number')),
                    ('reference', models.CharField(max_length=60, verbose_name='order')),
                    ('day', models.DateField(verbose_name='day')),
                    ('amount', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='amount')),
                    ('krw_amount', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='amount (KRW)')),
                    ('hits', models.PositiveIntegerField(verbose_name='times met')),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.currency', verbose_name='currency')),
                    ('participation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.participation', verbose_name='participation')),
                    ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.store', verbose_name='store')),
                ],
                options={
                    'verbose_name': 'order of a verification sample',
                    'verbose_name_plural': 'orders of verification samples',
                    'ordering': ['plan', 'number'],
                },
            ),
            migrations.CreateModel(
                name='SampleFinding',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('verdict', models.CharField(choices=[('agrees', 'agrees'), ('differs', 'the amount differs'), ('nothing', 'no evidence')], max_length=8, verbose_name='finding')),
                    ('evidence_krw', models.DecimalField(blank=True, decimal_places=0, max_digits=20, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='amount in the evidence (KRW)')),
                    ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                    ('found_at', models.DateTimeField(verbose_name='entered at')),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='evidence')),
                    ('found_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                    ('sampled', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='reports.sampledorder', verbose_name='order')),
                ],
                options={
                    'verbose_name': 'finding of a verification',
                    'verbose_name_plural': 'findings of verifications',
                    'ordering': ['-found_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='SampleFindingEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('verdict', models.CharField(choices=[('agrees', 'agrees'), ('differs', 'the amount differs'), ('nothing', 'no evidence')], max_length=8, verbose_name='finding')),
                    ('evidence_krw', models.DecimalField(blank=True, decimal_places=0, max_digits=20, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='amount in the evidence (KRW)')),
                    ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                    ('found_at', models.DateTimeField(verbose_name='entered at')),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('file', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='evidence')),
                    ('found_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.samplefinding')),
                    ('sampled', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.sampledorder', verbose_name='order')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SamplingPlan',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('from_month', models.DateField(verbose_name='first month')),
                    ('until_month', models.DateField(verbose_name='last month')),
                    ('confidence', models.PositiveSmallIntegerField(choices=[(90, '90 %'), (95, '95 %'), (99, '99 %')], verbose_name='confidence level')),
                    ('margin_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='tolerable error (KRW)')),
                    ('expected_krw', models.DecimalField(decimal_places=0, max_digits=20, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='expected error (KRW)')),
                    ('reason', models.CharField(max_length=300, verbose_name='reason')),
                    ('basis', models.JSONField(verbose_name='definition')),
                    ('as_of', models.DateTimeField(verbose_name='data cut')),
                    ('orders', models.PositiveIntegerField(verbose_name='orders')),
                    ('lines', models.PositiveIntegerField(verbose_name='lines')),
                    ('population_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='population (KRW)')),
                    ('left_out', models.PositiveIntegerField(verbose_name='orders left out')),
                    ('left_out_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='orders left out (KRW)')),
                    ('size', models.PositiveIntegerField(verbose_name='sample size')),
                    ('interval_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='interval (KRW)')),
                    ('seed', models.CharField(max_length=32, verbose_name='seed')),
                    ('form_key', models.UUIDField(editable=False)),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                    ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sampling_plans', to='programs.program', verbose_name='program')),
                ],
                options={
                    'verbose_name': 'verification sample',
                    'verbose_name_plural': 'verification samples',
                    'ordering': ['-created_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='SampledOrderEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('number', models.PositiveIntegerField(verbose_name='number')),
                    ('reference', models.CharField(max_length=60, verbose_name='order')),
                    ('day', models.DateField(verbose_name='day')),
                    ('amount', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='amount')),
                    ('krw_amount', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='amount (KRW)')),
                    ('hits', models.PositiveIntegerField(verbose_name='times met')),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('currency', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.currency', verbose_name='currency')),
                    ('participation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.participation', verbose_name='participation')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.sampledorder')),
                    ('store', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.store', verbose_name='store')),
                    ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reports.samplingplan', verbose_name='verification sample')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddField(
                model_name='sampledorder',
                name='plan',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sampled', to='reports.samplingplan', verbose_name='verification sample'),
            ),
            migrations.CreateModel(
                name='SamplingPlanEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('from_month', models.DateField(verbose_name='first month')),
                    ('until_month', models.DateField(verbose_name='last month')),
                    ('confidence', models.PositiveSmallIntegerField(choices=[(90, '90 %'), (95, '95 %'), (99, '99 %')], verbose_name='confidence level')),
                    ('margin_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='tolerable error (KRW)')),
                    ('expected_krw', models.DecimalField(decimal_places=0, max_digits=20, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='expected error (KRW)')),
                    ('reason', models.CharField(max_length=300, verbose_name='reason')),
                    ('basis', models.JSONField(verbose_name='definition')),
                    ('as_of', models.DateTimeField(verbose_name='data cut')),
                    ('orders', models.PositiveIntegerField(verbose_name='orders')),
                    ('lines', models.PositiveIntegerField(verbose_name='lines')),
                    ('population_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='population (KRW)')),
                    ('left_out', models.PositiveIntegerField(verbose_name='orders left out')),
                    ('left_out_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='orders left out (KRW)')),
                    ('size', models.PositiveIntegerField(verbose_name='sample size')),
                    ('interval_krw', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='interval (KRW)')),
                    ('seed', models.CharField(max_length=32, verbose_name='seed')),
                    ('form_key', models.UUIDField(editable=False)),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.samplingplan')),
                    ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Tolerance',
                fields=[
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('comparison', models.CharField(choices=[('declared', 'Declared and orders, by month'), ('payouts', 'Orders and payouts, order by order'), ('customs', 'Orders and customs, over all months so far')], max_length=10, verbose_name='comparison')),
                    ('percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='percent of the orders')),
                    ('krw_amount', models.DecimalField(decimal_places=0, max_digits=14, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount (KRW)')),
                    ('reason', models.CharField(max_length=300, verbose_name='reason')),
                    ('set_at', models.DateTimeField(verbose_name='set at')),
                    ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                    ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tolerances', to='programs.program', verbose_name='program')),
                    ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
                ],
                options={
                    'verbose_name': 'tolerance',
                    'verbose_name_plural': 'tolerances',
                    'ordering': ['program', 'comparison', '-set_at'],
                },
            ),
            migrations.CreateModel(
                name='ToleranceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                    ('comparison', models.CharField(choices=[('declared', 'Declared and orders, by month'), ('payouts', 'Orders and payouts, order by order'), ('customs', 'Orders and customs, over all months so far')], max_length=10, verbose_name='comparison')),
                    ('percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='percent of the orders')),
                    ('krw_amount', models.DecimalField(decimal_places=0, max_digits=14, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount (KRW)')),
                    ('reason', models.CharField(max_length=300, verbose_name='reason')),
                    ('set_at', models.DateTimeField(verbose_name='set at')),
                    ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                    ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.tolerance')),
                    ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                    ('set_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'gone'), _negated=True), fields=('participation', 'comparison', 'month'), name='difference_once', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=models.UniqueConstraint(fields=('agency', 'id'), name='difference_agency_key'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='difference_month_first_day'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('comparison', 'declared'), ('month__isnull', False)), models.Q(models.Q(('comparison', 'declared'), _negated=True), ('month__isnull', True)), _connector='OR'), name='difference_month_where_compared'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('gone_at__isnull', False), ('state', 'gone')), models.Q(models.Q(('state', 'gone'), _negated=True), ('gone_at__isnull', True)), _connector='OR'), name='difference_gone_has_instant'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=ground.constraints.SameKey(field='program', name='difference_same_agency', shared='agency', target_shared='agency'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=ground.constraints.SameKey(field='participation', name='difference_participation_same_agency', shared='agency', target_shared='agency'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=ground.constraints.SameKey(field='participation', name='difference_of_program', shared='program', target_shared='program'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='difference',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_differenceevent" ("agency_id", "causes", "changed_at", "comparison", "created_at", "found_at", "gone_at", "id", "left_krw", "month", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "right_krw", "state") VALUES (NEW."agency_id", NEW."causes", NEW."changed_at", NEW."comparison", NEW."created_at", NEW."found_at", NEW."gone_at", NEW."id", NEW."left_krw", NEW."month", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."right_krw", NEW."state"); RETURN NULL;', hash='cc3778e86303843dc9a7338e018ffd46b3ad769e', operation='INSERT', pgid='pgtrigger_insert_insert_8d7b9', table='reports_difference', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='difference',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_differenceevent" ("agency_id", "causes", "changed_at", "comparison", "created_at", "found_at", "gone_at", "id", "left_krw", "month", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "right_krw", "state") VALUES (NEW."agency_id", NEW."causes", NEW."changed_at", NEW."comparison", NEW."created_at", NEW."found_at", NEW."gone_at", NEW."id", NEW."left_krw", NEW."month", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."right_krw", NEW."state"); RETURN NULL;', hash='29bef863daaa9d16203b6322a3a429f5117f3076', operation='UPDATE', pgid='pgtrigger_update_update_346d4', table='reports_difference', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='difference',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_differenceevent" ("agency_id", "causes", "changed_at", "comparison", "created_at", "found_at", "gone_at", "id", "left_krw", "month", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "right_krw", "state") VALUES (OLD."agency_id", OLD."causes", OLD."changed_at", OLD."comparison", OLD."created_at", OLD."found_at", OLD."gone_at", OLD."id", OLD."left_krw", OLD."month", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."right_krw", OLD."state"); RETURN NULL;', hash='d601a9ee842493f331738aaf3ec6ffad136b2180', operation='DELETE', pgid='pgtrigger_delete_delete_7c4f9', table='reports_difference', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='differencedecision',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='difference_decision_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='differencedecision',
                constraint=ground.constraints.SameKey(field='difference', name='difference_decision_same_agency', shared='agency', target_shared='agency'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencedecision',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_differencedecisionevent" ("agency_id", "cause", "created_at", "decided_at", "decided_by_id", "difference_id", "id", "left_krw", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "right_krw") VALUES (NEW."agency_id", NEW."cause", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."difference_id", NEW."id", NEW."left_krw", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reason", NEW."right_krw"); RETURN NULL;', hash='37bb400c3bff37d86a3cc65ee0b1c623314396e5', operation='INSERT', pgid='pgtrigger_insert_insert_fba72', table='reports_differencedecision', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencedecision',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_differencedecisionevent" ("agency_id", "cause", "created_at", "decided_at", "decided_by_id", "difference_id", "id", "left_krw", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "right_krw") VALUES (NEW."agency_id", NEW."cause", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."difference_id", NEW."id", NEW."left_krw", NEW."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reason", NEW."right_krw"); RETURN NULL;', hash='8ddf5e770351a571ff03fae595d36b80f0d037ae', operation='UPDATE', pgid='pgtrigger_update_update_69027', table='reports_differencedecision', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencedecision',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_differencedecisionevent" ("agency_id", "cause", "created_at", "decided_at", "decided_by_id", "difference_id", "id", "left_krw", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "right_krw") VALUES (OLD."agency_id", OLD."cause", OLD."created_at", OLD."decided_at", OLD."decided_by_id", OLD."difference_id", OLD."id", OLD."left_krw", OLD."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reason", OLD."right_krw"); RETURN NULL;', hash='520bf00eae50508dadec4b3ed7e411ffca825ee3', operation='DELETE', pgid='pgtrigger_delete_delete_2ec51', table='reports_differencedecision', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencedecisionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ec4ba3b8f1ac14f21d9a39b524779885133e1db', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a78eb', table='reports_differencedecisionevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differenceevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='76ff5de32362ec13ca435b3c216f9261a0d3c1bc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a5352', table='reports_differenceevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='differencequestion',
                constraint=models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True), ('ended_at__isnull', True)), fields=('difference',), name='difference_question_once'),
            ),
            migrations.AddConstraint(
                model_name='differencequestion',
                constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='difference_question_has_text'),
            ),
            migrations.AddConstraint(
                model_name='differencequestion',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='difference_question_answer_whole'),
            ),
            migrations.AddConstraint(
                model_name='differencequestion',
                constraint=ground.constraints.SameKey(field='difference', name='difference_question_same_agency', shared='agency', target_shared='agency'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencequestion',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_differencequestionevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "difference_id", "due_on", "ended_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."difference_id", NEW."due_on", NEW."ended_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."text"); RETURN NULL;', hash='09156832d4afb3eeca2580a690a4c52ac5dcc8d8', operation='INSERT', pgid='pgtrigger_insert_insert_de901', table='reports_differencequestion', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencequestion',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_differencequestionevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "difference_id", "due_on", "ended_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (NEW."agency_id", NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."created_at", NEW."difference_id", NEW."due_on", NEW."ended_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."text"); RETURN NULL;', hash='a07f639456ab5ac56d36c9311baa24c0426d3e5f', operation='UPDATE', pgid='pgtrigger_update_update_f2868', table='reports_differencequestion', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencequestion',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_differencequestionevent" ("agency_id", "answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "created_at", "difference_id", "due_on", "ended_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (OLD."agency_id", OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."asked_by_id", OLD."created_at", OLD."difference_id", OLD."due_on", OLD."ended_at", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."text"); RETURN NULL;', hash='d3868222d21bcba2b5e7b94574225b955930ef2c', operation='DELETE', pgid='pgtrigger_delete_delete_09694', table='reports_differencequestion', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='differencequestionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='787ac9eaa7ce5604e28e03b2fbd69424546ef6c8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_cfd0b', table='reports_differencequestionevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='samplefinding',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('evidence_krw__gte', 0), ('verdict', 'differs')), models.Q(models.Q(('verdict', 'differs'), _negated=True), ('evidence_krw__isnull', True)), _connector='OR'), name='sample_finding_amount_where_it_differs'),
            ),
            migrations.AddConstraint(
                model_name='samplefinding',
                constraint=ground.constraints.SameKey(field='sampled', name='sample_finding_same_agency', shared='agency', target_shared='agency'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplefinding',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_samplefindingevent" ("agency_id", "created_at", "evidence_krw", "file_id", "found_at", "found_by_id", "id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sampled_id", "verdict") VALUES (NEW."agency_id", NEW."created_at", NEW."evidence_krw", NEW."file_id", NEW."found_at", NEW."found_by_id", NEW."id", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."sampled_id", NEW."verdict"); RETURN NULL;', hash='94e1723cf04ffd9b64a3558b6b59a54963ff345d', operation='INSERT', pgid='pgtrigger_insert_insert_df287', table='reports_samplefinding', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplefinding',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_samplefindingevent" ("agency_id", "created_at", "evidence_krw", "file_id", "found_at", "found_by_id", "id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sampled_id", "verdict") VALUES (NEW."agency_id", NEW."created_at", NEW."evidence_krw", NEW."file_id", NEW."found_at", NEW."found_by_id", NEW."id", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."sampled_id", NEW."verdict"); RETURN NULL;', hash='7dc4927cdac605b943fc58c8571d2859280af637', operation='UPDATE', pgid='pgtrigger_update_update_0038a', table='reports_samplefinding', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplefinding',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_samplefindingevent" ("agency_id", "created_at", "evidence_krw", "file_id", "found_at", "found_by_id", "id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sampled_id", "verdict") VALUES (OLD."agency_id", OLD."created_at", OLD."evidence_krw", OLD."file_id", OLD."found_at", OLD."found_by_id", OLD."id", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."sampled_id", OLD."verdict"); RETURN NULL;', hash='2c117e45837658bc8492033c62882153b9fa8c97', operation='DELETE', pgid='pgtrigger_delete_delete_7e0b3', table='reports_samplefinding', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplefindingevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='18229822121860479919b880697dc5c20338a57a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2b9ee', table='reports_samplefindingevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='samplingplan',
                constraint=models.UniqueConstraint(fields=('program', 'form_key'), name='sampling_plan_once'),
            ),
            migrations.AddConstraint(
                model_name='samplingplan',
                constraint=models.UniqueConstraint(fields=('agency', 'id'), name='sampling_plan_agency_key'),
            ),
            migrations.AddConstraint(
                model_name='samplingplan',
                constraint=models.CheckConstraint(condition=models.Q(('from_month__day', 1), ('until_month__day', 1), ('until_month__gte', models.F('from_month'))), name='sampling_plan_months'),
            ),
            migrations.AddConstraint(
                model_name='samplingplan',
                constraint=models.CheckConstraint(condition=models.Q(('expected_krw__gte', 0), ('interval_krw__gt', 0), ('margin_krw__gt', 0), ('population_krw__gt', 0)), name='sampling_plan_amounts'),
            ),
            migrations.AddConstraint(
                model_name='samplingplan',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='sampling_plan_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='samplingplan',
                constraint=ground.constraints.SameKey(field='program', name='sampling_plan_same_agency', shared='agency', target_shared='agency'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplingplan',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_samplingplanevent" ("agency_id", "as_of", "basis", "confidence", "created_at", "expected_krw", "form_key", "from_month", "id", "interval_krw", "left_out", "left_out_krw", "lines", "made_by_id", "margin_krw", "orders", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population_krw", "program_id", "reason", "seed", "size", "until_month") VALUES (NEW."agency_id", NEW."as_of", NEW."basis", NEW."confidence", NEW."created_at", NEW."expected_krw", NEW."form_key", NEW."from_month", NEW."id", NEW."interval_krw", NEW."left_out", NEW."left_out_krw", NEW."lines", NEW."made_by_id", NEW."margin_krw", NEW."orders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."population_krw", NEW."program_id", NEW."reason", NEW."seed", NEW."size", NEW."until_month"); RETURN NULL;', hash='c0246ab442237b72e8ef830d9dd3930c7efded60', operation='INSERT', pgid='pgtrigger_insert_insert_2dd33', table='reports_samplingplan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplingplan',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_samplingplanevent" ("agency_id", "as_of", "basis", "confidence", "created_at", "expected_krw", "form_key", "from_month", "id", "interval_krw", "left_out", "left_out_krw", "lines", "made_by_id", "margin_krw", "orders", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population_krw", "program_id", "reason", "seed", "size", "until_month") VALUES (NEW."agency_id", NEW."as_of", NEW."basis", NEW."confidence", NEW."created_at", NEW."expected_krw", NEW."form_key", NEW."from_month", NEW."id", NEW."interval_krw", NEW."left_out", NEW."left_out_krw", NEW."lines", NEW."made_by_id", NEW."margin_krw", NEW."orders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."population_krw", NEW."program_id", NEW."reason", NEW."seed", NEW."size", NEW."until_month"); RETURN NULL;', hash='ab12b65de33a3b769e321ae251dca603da55dc7b', operation='UPDATE', pgid='pgtrigger_update_update_f7635', table='reports_samplingplan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplingplan',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_samplingplanevent" ("agency_id", "as_of", "basis", "confidence", "created_at", "expected_krw", "form_key", "from_month", "id", "interval_krw", "left_out", "left_out_krw", "lines", "made_by_id", "margin_krw", "orders", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population_krw", "program_id", "reason", "seed", "size", "until_month") VALUES (OLD."agency_id", OLD."as_of", OLD."basis", OLD."confidence", OLD."created_at", OLD."expected_krw", OLD."form_key", OLD."from_month", OLD."id", OLD."interval_krw", OLD."left_out", OLD."left_out_krw", OLD."lines", OLD."made_by_id", OLD."margin_krw", OLD."orders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."population_krw", OLD."program_id", OLD."reason", OLD."seed", OLD."size", OLD."until_month"); RETURN NULL;', hash='239de59f3258f6771239b85e4e3d5c7b9300c6fb', operation='DELETE', pgid='pgtrigger_delete_delete_7b296', table='reports_samplingplan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sampledorderevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='272d889904cb35e0d8a21cf61a83b3704ae12d4c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_37d9c', table='reports_sampledorderevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='sampledorder',
                constraint=models.UniqueConstraint(fields=('plan', 'number'), name='sampled_order_once'),
            ),
            migrations.AddConstraint(
                model_name='sampledorder',
                constraint=models.UniqueConstraint(fields=('agency', 'id'), name='sampled_order_agency_key'),
            ),
            migrations.AddConstraint(
                model_name='sampledorder',
                constraint=models.CheckConstraint(condition=models.Q(('hits__gt', 0), ('krw_amount__gt', 0)), name='sampled_order_positive'),
            ),
            migrations.AddConstraint(
                model_name='sampledorder',
                constraint=ground.constraints.SameKey(field='plan', name='sampled_order_same_agency', shared='agency', target_shared='agency'),
            ),
            migrations.AddConstraint(
                model_name='sampledorder',
                constraint=ground.constraints.SameKey(field='participation', name='sampled_order_participation_same_agency', shared='agency', target_shared='agency'),
            ),
            migrations.AddConstraint(
                model_name='sampledorder',
                constraint=ground.constraints.SameKey(field='store', name='sampled_order_store_same_agency', shared='agency', target_shared='agency'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sampledorder',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sampledorderevent" ("agency_id", "amount", "created_at", "currency_id", "day", "hits", "id", "krw_amount", "number", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reference", "store_id") VALUES (NEW."agency_id", NEW."amount", NEW."created_at", NEW."currency_id", NEW."day", NEW."hits", NEW."id", NEW."krw_amount", NEW."number", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."plan_id", NEW."reference", NEW."store_id"); RETURN NULL;', hash='96dbc4b088c398b14106ac09b0f21500c7e841e5', operation='INSERT', pgid='pgtrigger_insert_insert_83b1e', table='reports_sampledorder', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sampledorder',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_sampledorderevent" ("agency_id", "amount", "created_at", "currency_id", "day", "hits", "id", "krw_amount", "number", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reference", "store_id") VALUES (NEW."agency_id", NEW."amount", NEW."created_at", NEW."currency_id", NEW."day", NEW."hits", NEW."id", NEW."krw_amount", NEW."number", NEW."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."plan_id", NEW."reference", NEW."store_id"); RETURN NULL;', hash='22e5c1b8f7f67c6e91905f3d84a3de6bc068d6a0', operation='UPDATE', pgid='pgtrigger_update_update_089fd', table='reports_sampledorder', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sampledorder',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_sampledorderevent" ("agency_id", "amount", "created_at", "currency_id", "day", "hits", "id", "krw_amount", "number", "participation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reference", "store_id") VALUES (OLD."agency_id", OLD."amount", OLD."created_at", OLD."currency_id", OLD."day", OLD."hits", OLD."id", OLD."krw_amount", OLD."number", OLD."participation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."plan_id", OLD."reference", OLD."store_id"); RETURN NULL;', hash='b9500c489c85f82fbb7d8d28ef84d0ea7d73744d', operation='DELETE', pgid='pgtrigger_delete_delete_88596', table='reports_sampledorder', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='samplingplanevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f8ab220331923e2fbcbac66333f69ac1590b40e6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9657a', table='reports_samplingplanevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='tolerance',
                constraint=models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('program', 'comparison'), name='tolerance_once'),
            ),
            migrations.AddConstraint(
                model_name='tolerance',
                constraint=models.CheckConstraint(condition=models.Q(('krw_amount__gte', 0), ('percent__gte', 0), ('percent__lte', 100)), name='tolerance_in_range'),
            ),
            migrations.AddConstraint(
                model_name='tolerance',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='tolerance_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='tolerance',
                constraint=ground.constraints.SameKey(field='program', name='tolerance_same_agency', shared='agency', target_shared='agency'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='tolerance',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_toleranceevent" ("agency_id", "comparison", "created_at", "id", "krw_amount", "percent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "replaced_at", "set_at", "set_by_id") VALUES (NEW."agency_id", NEW."comparison", NEW."created_at", NEW."id", NEW."krw_amount", NEW."percent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."reason", NEW."replaced_at", NEW."set_at", NEW."set_by_id"); RETURN NULL;', hash='5b5a001790e1ffcf9004fd4e61330fb74558d187', operation='INSERT', pgid='pgtrigger_insert_insert_43f9a', table='reports_tolerance', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='tolerance',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_toleranceevent" ("agency_id", "comparison", "created_at", "id", "krw_amount", "percent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "replaced_at", "set_at", "set_by_id") VALUES (NEW."agency_id", NEW."comparison", NEW."created_at", NEW."id", NEW."krw_amount", NEW."percent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."reason", NEW."replaced_at", NEW."set_at", NEW."set_by_id"); RETURN NULL;', hash='6dea5290ae10c49610960871b83000ccba78b76c', operation='UPDATE', pgid='pgtrigger_update_update_e9330', table='reports_tolerance', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='tolerance',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_toleranceevent" ("agency_id", "comparison", "created_at", "id", "krw_amount", "percent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "replaced_at", "set_at", "set_by_id") VALUES (OLD."agency_id", OLD."comparison", OLD."created_at", OLD."id", OLD."krw_amount", OLD."percent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."reason", OLD."replaced_at", OLD."set_at", OLD."set_by_id"); RETURN NULL;', hash='e408eb1a6c05ddc36329221282d702e5628fc61c', operation='DELETE', pgid='pgtrigger_delete_delete_2634b', table='reports_tolerance', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='toleranceevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b0637f0c70fbb1be961d66e3856bbe3042ea3d4a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_33a1f', table='reports_toleranceevent', when='BEFORE')),
            ),
        ]),
    ]
