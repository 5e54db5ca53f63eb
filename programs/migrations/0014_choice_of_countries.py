"""Indicators by country and year, and choices of countries that weigh them."""

import django.core.validators
import django.db.models.deletion
import ground.clock
import ground.constraints
import ground.ids
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal

import ground.migration
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_countries_are_decisions_of_two'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('programs', '0013_payments_of_the_subsidy'),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='Candidate',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('is_chosen', models.BooleanField(default=False, editable=False, verbose_name='chosen')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.country', verbose_name='country')),
                        ('program', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'verbose_name': 'candidate country',
                        'verbose_name_plural': 'candidate countries',
                        'ordering': ['choice', 'country'],
                    },
                ),
                migrations.CreateModel(
                    name='CountryChoice',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('name_ko', models.CharField(max_length=120, verbose_name='name (Korean)')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='name (English)')),
                        ('size', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(50)], verbose_name='countries to choose')),
                        ('normalization', models.CharField(choices=[('span', 'worst 0, best 100'), ('order', 'by order: best 100, worst 0, equal ones share their places'), ('deviation', '50 at the mean, 10 for each standard deviation (of the population)')], default='span', max_length=10, verbose_name='common scale')),
                        ('least_coverage', models.DecimalField(decimal_places=1, default=Decimal('100'), help_text='A candidate with values for less gets no rank; it stands below with what is missing.', max_digits=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='least share of the weights with values (%)')),
                        ('shift_percent', models.DecimalField(decimal_places=1, default=Decimal('20'), help_text='How firm the result is: each weight is moved down and up by this much, in every combination.', max_digits=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='weights move by (%)')),
                        ('state', models.CharField(choices=[('open', 'being prepared'), ('decided', 'decided')], default='open', editable=False, max_length=8, verbose_name='state')),
                        ('reason', models.TextField(blank=True, editable=False, verbose_name='reason')),
                        ('kept', models.JSONField(editable=False, null=True, verbose_name='table as it stood')),
                        ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided at')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('approval', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='approval')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='country_choices', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'verbose_name': 'choice of countries',
                        'verbose_name_plural': 'choices of countries',
                        'ordering': ['-created_at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='CandidateEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('is_chosen', models.BooleanField(default=False, editable=False, verbose_name='chosen')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('country', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.country', verbose_name='country')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.candidate')),
                        ('program', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                        ('choice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.countrychoice', verbose_name='choice')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddField(
                    model_name='candidate',
                    name='choice',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='candidates', to='programs.countrychoice', verbose_name='choice'),
                ),
                migrations.CreateModel(
                    name='CountryChoiceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('name_ko', models.CharField(max_length=120, verbose_name='name (Korean)')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='name (English)')),
                        ('size', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(50)], verbose_name='countries to choose')),
                        ('normalization', models.CharField(choices=[('span', 'worst 0, best 100'), ('order', 'by order: best 100, worst 0, equal ones share their places'), ('deviation', '50 at the mean, 10 for each standard deviation (of the population)')], default='span', max_length=10, verbose_name='common scale')),
                        ('least_coverage', models.DecimalField(decimal_places=1, default=Decimal('100'), help_text='A candidate with values for less gets no rank; it stands below with what is missing.', max_digits=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='least share of the weights with values (%)')),
                        ('shift_percent', models.DecimalField(decimal_places=1, default=Decimal('20'), help_text='How firm the result is: each weight is moved down and up by this much, in every combination.', max_digits=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='weights move by (%)')),
                        ('state', models.CharField(choices=[('open', 'being prepared'), ('decided', 'decided')], default='open', editable=False, max_length=8, verbose_name='state')),
                        ('reason', models.TextField(blank=True, editable=False, verbose_name='reason')),
                        ('kept', models.JSONField(editable=False, null=True, verbose_name='table as it stood')),
                        ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided at')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('approval', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='approval')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.countrychoice')),
                        ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Indicator',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('code', models.CharField(max_length=30, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9-]*$', 'Small letters, digits and hyphens.')], verbose_name='code')),
                        ('name_ko', models.CharField(max_length=120, verbose_name='name (Korean)')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='name (English)')),
                        ('unit_ko', models.CharField(max_length=40, verbose_name='unit (Korean)')),
                        ('unit_en', models.CharField(blank=True, max_length=40, verbose_name='unit (English)')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'verbose_name': 'indicator',
                        'verbose_name_plural': 'indicators',
                        'ordering': ['program', 'code'],
                    },
                ),
                migrations.CreateModel(
                    name='IndicatorEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('code', models.CharField(max_length=30, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9-]*$', 'Small letters, digits and hyphens.')], verbose_name='code')),
                        ('name_ko', models.CharField(max_length=120, verbose_name='name (Korean)')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='name (English)')),
                        ('unit_ko', models.CharField(max_length=40, verbose_name='unit (Korean)')),
                        ('unit_en', models.CharField(blank=True, max_length=40, verbose_name='unit (English)')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.indicator')),
                        ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='IndicatorValue',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                        ('value', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='value')),
                        ('source', models.CharField(max_length=300, verbose_name='source')),
                        ('source_on', models.DateField(verbose_name='date of the source')),
                        ('is_illustrative', models.BooleanField(default=False, help_text='Made up to show how it works, no published figure.', verbose_name='illustrative')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.country', verbose_name='country')),
                        ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='programs.indicator', verbose_name='indicator')),
                        ('program', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'verbose_name': 'indicator value',
                        'verbose_name_plural': 'indicator values',
                        'ordering': ['indicator', 'country', '-year'],
                    },
                ),
                migrations.CreateModel(
                    name='IndicatorValueEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                        ('value', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='value')),
                        ('source', models.CharField(max_length=300, verbose_name='source')),
                        ('source_on', models.DateField(verbose_name='date of the source')),
                        ('is_illustrative', models.BooleanField(default=False, help_text='Made up to show how it works, no published figure.', verbose_name='illustrative')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('country', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.country', verbose_name='country')),
                        ('indicator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.indicator', verbose_name='indicator')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.indicatorvalue')),
                        ('program', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='WeighedIndicator',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                        ('weight', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='weight')),
                        ('is_more_better', models.BooleanField(default=True, verbose_name='more is better')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('choice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='weighed', to='programs.countrychoice', verbose_name='choice')),
                        ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.indicator', verbose_name='indicator')),
                        ('program', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'verbose_name': 'weighed indicator',
                        'verbose_name_plural': 'weighed indicators',
                        'ordering': ['choice', '-weight', 'indicator__code'],
                    },
                ),
                migrations.CreateModel(
                    name='WeighedIndicatorEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                        ('weight', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='weight')),
                        ('is_more_better', models.BooleanField(default=True, verbose_name='more is better')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('choice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.countrychoice', verbose_name='choice')),
                        ('indicator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.indicator', verbose_name='indicator')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programs.weighedindicator')),
                        ('program', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='countrychoice',
                    constraint=models.UniqueConstraint(fields=('program', 'id'), name='country_choice_program_key'),
                ),
                migrations.AddConstraint(
                    model_name='countrychoice',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('approval__isnull', True), ('decided_at__isnull', True), ('kept__isnull', True), ('state', 'open')), models.Q(('approval__isnull', False), ('decided_at__isnull', False), ('kept__isnull', False), ('state', 'decided')), _connector='OR'), name='country_choice_decided_by_two', violation_error_message='A decision needs a second person’s agreement and the table as it stood.'),
                ),
                migrations.AddConstraint(
                    model_name='countrychoice',
                    constraint=models.CheckConstraint(condition=models.Q(('least_coverage__gt', 0), ('least_coverage__lte', 100), ('size__gte', 1), ('shift_percent__gt', 0), ('shift_percent__lt', 100)), name='country_choice_numbers', violation_error_message='At least one country, and percents between 0 and 100.'),
                ),
                migrations.AddConstraint(
                    model_name='countrychoice',
                    constraint=ground.constraints.SameKey(field='program', name='country_choice_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='countrychoice',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_countrychoiceevent" ("agency_id", "approval_id", "created_at", "decided_at", "id", "kept", "least_coverage", "name_en", "name_ko", "normalization", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "shift_percent", "size", "state") VALUES (NEW."agency_id", NEW."approval_id", NEW."created_at", NEW."decided_at", NEW."id", NEW."kept", NEW."least_coverage", NEW."name_en", NEW."name_ko", NEW."normalization", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."reason", NEW."shift_percent", NEW."size", NEW."state"); RETURN NULL;', hash='3d98c0da5983681d6fd8fd5f70c21833aa97c7f2', operation='INSERT', pgid='pgtrigger_insert_insert_3041e', table='programs_countrychoice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='countrychoice',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_countrychoiceevent" ("agency_id", "approval_id", "created_at", "decided_at", "id", "kept", "least_coverage", "name_en", "name_ko", "normalization", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "shift_percent", "size", "state") VALUES (NEW."agency_id", NEW."approval_id", NEW."created_at", NEW."decided_at", NEW."id", NEW."kept", NEW."least_coverage", NEW."name_en", NEW."name_ko", NEW."normalization", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."reason", NEW."shift_percent", NEW."size", NEW."state"); RETURN NULL;', hash='e3d52d2663cec43865e538c079ba231dddb00aa2', operation='UPDATE', pgid='pgtrigger_update_update_680e0', table='programs_countrychoice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='countrychoice',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_countrychoiceevent" ("agency_id", "approval_id", "created_at", "decided_at", "id", "kept", "least_coverage", "name_en", "name_ko", "normalization", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "shift_percent", "size", "state") VALUES (OLD."agency_id", OLD."approval_id", OLD."created_at", OLD."decided_at", OLD."id", OLD."kept", OLD."least_coverage", OLD."name_en", OLD."name_ko", OLD."normalization", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."reason", OLD."shift_percent", OLD."size", OLD."state"); RETURN NULL;', hash='35518a00418b36d2ac5ebebcc0ececa9ba3f2607', operation='DELETE', pgid='pgtrigger_delete_delete_766e4', table='programs_countrychoice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='candidateevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0e89a61be4d7d4b62f26c9df2e571cc9000390af', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_db164', table='programs_candidateevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='candidate',
                    constraint=models.UniqueConstraint(fields=('choice', 'country'), name='candidate_once', violation_error_message='The country is a candidate already.'),
                ),
                migrations.AddConstraint(
                    model_name='candidate',
                    constraint=ground.constraints.SameKey(field='program', name='candidate_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='candidate',
                    constraint=ground.constraints.SameKey(field='choice', name='candidate_of_choice', shared='program', target_shared='program'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='candidate',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_candidateevent" ("agency_id", "choice_id", "country_id", "created_at", "id", "is_chosen", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id") VALUES (NEW."agency_id", NEW."choice_id", NEW."country_id", NEW."created_at", NEW."id", NEW."is_chosen", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id"); RETURN NULL;', hash='4316fff5af94ffb018783b298554c28926c0c6e5', operation='INSERT', pgid='pgtrigger_insert_insert_ada3c', table='programs_candidate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='candidate',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_candidateevent" ("agency_id", "choice_id", "country_id", "created_at", "id", "is_chosen", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id") VALUES (NEW."agency_id", NEW."choice_id", NEW."country_id", NEW."created_at", NEW."id", NEW."is_chosen", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id"); RETURN NULL;', hash='74c54b2f078e608fc98d099a07fc710d680da8dd', operation='UPDATE', pgid='pgtrigger_update_update_e00a1', table='programs_candidate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='candidate',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_candidateevent" ("agency_id", "choice_id", "country_id", "created_at", "id", "is_chosen", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id") VALUES (OLD."agency_id", OLD."choice_id", OLD."country_id", OLD."created_at", OLD."id", OLD."is_chosen", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id"); RETURN NULL;', hash='c2f7b1bf71250093c58a915bd5b51e867d849ca0', operation='DELETE', pgid='pgtrigger_delete_delete_cbd0c', table='programs_candidate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='countrychoiceevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ecb004af9b4ec832ead0162ffe03047fdc74f7bf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3aeb2', table='programs_countrychoiceevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='indicator',
                    constraint=models.UniqueConstraint(fields=('program', 'code'), name='indicator_once', violation_error_message='The program has an indicator with this code already.'),
                ),
                migrations.AddConstraint(
                    model_name='indicator',
                    constraint=models.UniqueConstraint(fields=('program', 'id'), name='indicator_program_key'),
                ),
                migrations.AddConstraint(
                    model_name='indicator',
                    constraint=ground.constraints.SameKey(field='program', name='indicator_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicator',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_indicatorevent" ("agency_id", "code", "created_at", "id", "name_en", "name_ko", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "unit_en", "unit_ko") VALUES (NEW."agency_id", NEW."code", NEW."created_at", NEW."id", NEW."name_en", NEW."name_ko", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."unit_en", NEW."unit_ko"); RETURN NULL;', hash='4855825ff08859452eaa67c395769d422377f723', operation='INSERT', pgid='pgtrigger_insert_insert_8a5cb', table='programs_indicator', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicator',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_indicatorevent" ("agency_id", "code", "created_at", "id", "name_en", "name_ko", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "unit_en", "unit_ko") VALUES (NEW."agency_id", NEW."code", NEW."created_at", NEW."id", NEW."name_en", NEW."name_ko", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."unit_en", NEW."unit_ko"); RETURN NULL;', hash='b3f9b37ff92cc7206472c242efacd21c6bbe83a1', operation='UPDATE', pgid='pgtrigger_update_update_3bbb3', table='programs_indicator', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicator',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_indicatorevent" ("agency_id", "code", "created_at", "id", "name_en", "name_ko", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "unit_en", "unit_ko") VALUES (OLD."agency_id", OLD."code", OLD."created_at", OLD."id", OLD."name_en", OLD."name_ko", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."unit_en", OLD."unit_ko"); RETURN NULL;', hash='ccc0add7dd1924a1fc5611c994631035c9a2bbd8', operation='DELETE', pgid='pgtrigger_delete_delete_5b57c', table='programs_indicator', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicatorevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7cc9e7d70c9fbb83a468d8f8023491c904be189c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5e6ff', table='programs_indicatorevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='indicatorvalue',
                    constraint=models.UniqueConstraint(fields=('indicator', 'country', 'year'), name='indicator_value_once', violation_error_message='There is a value of this country and year already: change that one.'),
                ),
                migrations.AddConstraint(
                    model_name='indicatorvalue',
                    constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='indicator_value_has_source', violation_error_message='Say where the value comes from.'),
                ),
                migrations.AddConstraint(
                    model_name='indicatorvalue',
                    constraint=models.CheckConstraint(condition=models.Q(('year__gte', 1990), ('year__lte', 2100)), name='indicator_value_year', violation_error_message='Write the year with four digits.'),
                ),
                migrations.AddConstraint(
                    model_name='indicatorvalue',
                    constraint=ground.constraints.SameKey(field='program', name='indicator_value_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='indicatorvalue',
                    constraint=ground.constraints.SameKey(field='indicator', name='indicator_value_of_program', shared='program', target_shared='program'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicatorvalue',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_indicatorvalueevent" ("agency_id", "country_id", "created_at", "id", "indicator_id", "is_illustrative", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "source", "source_on", "value", "year") VALUES (NEW."agency_id", NEW."country_id", NEW."created_at", NEW."id", NEW."indicator_id", NEW."is_illustrative", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."source", NEW."source_on", NEW."value", NEW."year"); RETURN NULL;', hash='4940db4e6c0699d422f6698ee56537b51a5d8840', operation='INSERT', pgid='pgtrigger_insert_insert_d093b', table='programs_indicatorvalue', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicatorvalue',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_indicatorvalueevent" ("agency_id", "country_id", "created_at", "id", "indicator_id", "is_illustrative", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "source", "source_on", "value", "year") VALUES (NEW."agency_id", NEW."country_id", NEW."created_at", NEW."id", NEW."indicator_id", NEW."is_illustrative", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."source", NEW."source_on", NEW."value", NEW."year"); RETURN NULL;', hash='3bf65bd4a3250180c6af106e3fbfbe238479bd7d', operation='UPDATE', pgid='pgtrigger_update_update_944f6', table='programs_indicatorvalue', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicatorvalue',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_indicatorvalueevent" ("agency_id", "country_id", "created_at", "id", "indicator_id", "is_illustrative", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "source", "source_on", "value", "year") VALUES (OLD."agency_id", OLD."country_id", OLD."created_at", OLD."id", OLD."indicator_id", OLD."is_illustrative", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."source", OLD."source_on", OLD."value", OLD."year"); RETURN NULL;', hash='94643c2aafd55084551c88ec7ac40347a42dd387', operation='DELETE', pgid='pgtrigger_delete_delete_48390', table='programs_indicatorvalue', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='indicatorvalueevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a81988830b5d597bec2b8e29c627f94c29c7d29', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_64165', table='programs_indicatorvalueevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='weighedindicator',
                    constraint=models.UniqueConstraint(fields=('choice', 'indicator'), name='weighed_indicator_once', violation_error_message='The indicator stands in this choice already.'),
                ),
                migrations.AddConstraint(
                    model_name='weighedindicator',
                    constraint=models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='weighed_indicator_has_weight', violation_error_message='Enter a weight above zero.'),
                ),
                migrations.AddConstraint(
                    model_name='weighedindicator',
                    constraint=ground.constraints.SameKey(field='program', name='weighed_indicator_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='weighedindicator',
                    constraint=ground.constraints.SameKey(field='choice', name='weighed_indicator_of_choice', shared='program', target_shared='program'),
                ),
                migrations.AddConstraint(
                    model_name='weighedindicator',
                    constraint=ground.constraints.SameKey(field='indicator', name='weighed_indicator_of_program', shared='program', target_shared='program'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='weighedindicator',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_weighedindicatorevent" ("agency_id", "choice_id", "created_at", "id", "indicator_id", "is_more_better", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "weight", "year") VALUES (NEW."agency_id", NEW."choice_id", NEW."created_at", NEW."id", NEW."indicator_id", NEW."is_more_better", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."program_id", NEW."weight", NEW."year"); RETURN NULL;', hash='2ba0261767bbf9df1be13e8b3064b161044dd811', operation='INSERT', pgid='pgtrigger_insert_insert_c3e78', table='programs_weighedindicator', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='weighedindicator',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "programs_weighedindicatorevent" ("agency_id", "choice_id", "created_at", "id", "indicator_id", "is_more_better", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "weight", "year") VALUES (NEW."agency_id", NEW."choice_id", NEW."created_at", NEW."id", NEW."indicator_id", NEW."is_more_better", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."program_id", NEW."weight", NEW."year"); RETURN NULL;', hash='24f43b48e1f465482b713daba2332e8ab928a210', operation='UPDATE', pgid='pgtrigger_update_update_beb13', table='programs_weighedindicator', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='weighedindicator',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "programs_weighedindicatorevent" ("agency_id", "choice_id", "created_at", "id", "indicator_id", "is_more_better", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "weight", "year") VALUES (OLD."agency_id", OLD."choice_id", OLD."created_at", OLD."id", OLD."indicator_id", OLD."is_more_better", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."program_id", OLD."weight", OLD."year"); RETURN NULL;', hash='3816946d71cd54d5c2555b106340574150f7b689', operation='DELETE', pgid='pgtrigger_delete_delete_2dd3e', table='programs_weighedindicator', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='weighedindicatorevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='32ccda777484086eeea3ae0da6fd24619c9671a8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8ec5a', table='programs_weighedindicatorevent', when='BEFORE')),
                ),
            ]
        ),
    ]
