"""Regulatory items: whom they concern, their steps with papers, and their words for everybody."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import ground.clock
import ground.constraints
import ground.ids
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings

import ground.migration
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_regulatory_wordings_are_decisions'),
        ('companies', '0012_changes_of_the_register'),
        ('ground', '0004_files_wait_until_they_are_checked'),
        ('guidance', '0003_briefings'),
        ('programs', '0018_regulatory_items_hang_on_listings_and_consultations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ground.migration.Together(
            [
                migrations.CreateModel(
                    name='Concern',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('source', models.CharField(choices=[('research', 'research'), ('briefing', 'briefing'), ('company', 'company'), ('listing', 'listing that failed'), ('consultation', 'consultation')], max_length=12, verbose_name='raised by')),
                        ('reference', models.CharField(blank=True, max_length=300, verbose_name='where it came up')),
                        ('text', models.TextField(blank=True, verbose_name='in their words')),
                        ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='loss a year')),
                        ('is_told', models.BooleanField(default=False, verbose_name='agreed to be told when it moves')),
                        ('form_key', models.UUIDField(editable=False, unique=True)),
                        ('said_at', models.DateTimeField(verbose_name='written at')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='companies.company', verbose_name='company')),
                        ('consultation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.consultation', verbose_name='consultation')),
                        ('currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.currency', verbose_name='currency')),
                        ('listing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.listing', verbose_name='listing')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization', verbose_name='organization')),
                        ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                    ],
                    options={
                        'verbose_name': 'concern',
                        'verbose_name_plural': 'concerns',
                        'ordering': ['said_at', 'id'],
                    },
                ),
                migrations.CreateModel(
                    name='RegulatoryItem',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='countries')),
                        ('products', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^[0-9]{2,10}$', 'Two to ten digits of the HS code.')]), blank=True, default=list, size=None, verbose_name='products (HS codes)')),
                        ('pillar', models.CharField(choices=[('product', 'product'), ('marketing', 'marketing'), ('payment', 'payment'), ('delivery', 'delivery'), ('culture', 'culture'), ('rules', 'rules')], max_length=10, verbose_name='pillar')),
                        ('law', models.CharField(blank=True, max_length=200, verbose_name='law')),
                        ('article', models.CharField(blank=True, max_length=100, verbose_name='article')),
                        ('body_name', models.CharField(blank=True, max_length=160, verbose_name='body asked')),
                        ('stated_companies', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='companies concerned (estimate)')),
                        ('stated_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='loss a year (estimate)')),
                        ('stated_source', models.CharField(blank=True, max_length=300, verbose_name='source of the estimate')),
                        ('is_illustrative', models.BooleanField(default=False, help_text='Made up to show how it works, no published figure.', verbose_name='illustrative')),
                        ('title_ko', models.CharField(max_length=160, verbose_name='title (Korean)')),
                        ('title_en', models.CharField(blank=True, max_length=200, verbose_name='title (English)')),
                        ('hinders_ko', models.TextField(verbose_name='what hinders (Korean)')),
                        ('hinders_en', models.TextField(blank=True, verbose_name='what hinders (English)')),
                        ('body_contact', models.CharField(blank=True, max_length=300, verbose_name='contact at the body')),
                        ('state', models.CharField(choices=[('raised', 'raised'), ('examined', 'examined'), ('sent', 'sent to the body'), ('answered', 'answered'), ('planned', 'change planned'), ('done', 'rule changed'), ('refused', 'not changed')], default='raised', editable=False, max_length=8, verbose_name='state')),
                        ('state_on', models.DateField(editable=False, verbose_name='since')),
                        ('next_on', models.DateField(blank=True, null=True, verbose_name='next date')),
                        ('joined_at', models.DateTimeField(editable=False, null=True, verbose_name='joined at')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('joined_into', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='joined', to='guidance.regulatoryitem', verbose_name='joined with')),
                        ('program', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='regulatory_items', to='programs.program', verbose_name='program')),
                        ('stated_currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.currency', verbose_name='currency')),
                    ],
                    options={
                        'verbose_name': 'regulatory item',
                        'verbose_name_plural': 'regulatory items',
                        'ordering': ['-created_at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='ConcernEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('source', models.CharField(choices=[('research', 'research'), ('briefing', 'briefing'), ('company', 'company'), ('listing', 'listing that failed'), ('consultation', 'consultation')], max_length=12, verbose_name='raised by')),
                        ('reference', models.CharField(blank=True, max_length=300, verbose_name='where it came up')),
                        ('text', models.TextField(blank=True, verbose_name='in their words')),
                        ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='loss a year')),
                        ('is_told', models.BooleanField(default=False, verbose_name='agreed to be told when it moves')),
                        ('form_key', models.UUIDField(editable=False)),
                        ('said_at', models.DateTimeField(verbose_name='written at')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('company', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='companies.company', verbose_name='company')),
                        ('consultation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.consultation', verbose_name='consultation')),
                        ('currency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.currency', verbose_name='currency')),
                        ('listing', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.listing', verbose_name='listing')),
                        ('organization', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization', verbose_name='organization')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='guidance.concern')),
                        ('said_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                        ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='guidance.regulatoryitem', verbose_name='regulatory item')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddField(
                    model_name='concern',
                    name='item',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='guidance.regulatoryitem', verbose_name='regulatory item'),
                ),
                migrations.CreateModel(
                    name='RegulatoryItemEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='countries')),
                        ('products', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^[0-9]{2,10}$', 'Two to ten digits of the HS code.')]), blank=True, default=list, size=None, verbose_name='products (HS codes)')),
                        ('pillar', models.CharField(choices=[('product', 'product'), ('marketing', 'marketing'), ('payment', 'payment'), ('delivery', 'delivery'), ('culture', 'culture'), ('rules', 'rules')], max_length=10, verbose_name='pillar')),
                        ('law', models.CharField(blank=True, max_length=200, verbose_name='law')),
                        ('article', models.CharField(blank=True, max_length=100, verbose_name='article')),
                        ('body_name', models.CharField(blank=True, max_length=160, verbose_name='body asked')),
                        ('stated_companies', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='companies concerned (estimate)')),
                        ('stated_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='loss a year (estimate)')),
                        ('stated_source', models.CharField(blank=True, max_length=300, verbose_name='source of the estimate')),
                        ('is_illustrative', models.BooleanField(default=False, help_text='Made up to show how it works, no published figure.', verbose_name='illustrative')),
                        ('title_ko', models.CharField(max_length=160, verbose_name='title (Korean)')),
                        ('title_en', models.CharField(blank=True, max_length=200, verbose_name='title (English)')),
                        ('hinders_ko', models.TextField(verbose_name='what hinders (Korean)')),
                        ('hinders_en', models.TextField(blank=True, verbose_name='what hinders (English)')),
                        ('body_contact', models.CharField(blank=True, max_length=300, verbose_name='contact at the body')),
                        ('state', models.CharField(choices=[('raised', 'raised'), ('examined', 'examined'), ('sent', 'sent to the body'), ('answered', 'answered'), ('planned', 'change planned'), ('done', 'rule changed'), ('refused', 'not changed')], default='raised', editable=False, max_length=8, verbose_name='state')),
                        ('state_on', models.DateField(editable=False, verbose_name='since')),
                        ('next_on', models.DateField(blank=True, null=True, verbose_name='next date')),
                        ('joined_at', models.DateTimeField(editable=False, null=True, verbose_name='joined at')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('joined_into', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='guidance.regulatoryitem', verbose_name='joined with')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='guidance.regulatoryitem')),
                        ('program', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programs.program', verbose_name='program')),
                        ('stated_currency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.currency', verbose_name='currency')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='RegulatoryStep',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='place')),
                        ('state', models.CharField(choices=[('raised', 'raised'), ('examined', 'examined'), ('sent', 'sent to the body'), ('answered', 'answered'), ('planned', 'change planned'), ('done', 'rule changed'), ('refused', 'not changed')], max_length=8, verbose_name='state')),
                        ('on', models.DateField(verbose_name='day')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                        ('taken_at', models.DateTimeField(verbose_name='written at')),
                        ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the correction')),
                        ('corrected_at', models.DateTimeField(null=True, verbose_name='corrected at')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('corrects', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='guidance.regulatorystep', verbose_name='corrects')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='guidance.regulatoryitem', verbose_name='regulatory item')),
                        ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                    ],
                    options={
                        'verbose_name': 'step of a regulatory item',
                        'verbose_name_plural': 'steps of a regulatory item',
                        'ordering': ['item', 'position', 'taken_at'],
                    },
                ),
                migrations.CreateModel(
                    name='RegulatoryStepEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='place')),
                        ('state', models.CharField(choices=[('raised', 'raised'), ('examined', 'examined'), ('sent', 'sent to the body'), ('answered', 'answered'), ('planned', 'change planned'), ('done', 'rule changed'), ('refused', 'not changed')], max_length=8, verbose_name='state')),
                        ('on', models.DateField(verbose_name='day')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                        ('taken_at', models.DateTimeField(verbose_name='written at')),
                        ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the correction')),
                        ('corrected_at', models.DateTimeField(null=True, verbose_name='corrected at')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('corrects', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='guidance.regulatorystep', verbose_name='corrects')),
                        ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='guidance.regulatoryitem', verbose_name='regulatory item')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='guidance.regulatorystep')),
                        ('taken_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='RegulatoryWording',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='countries')),
                        ('products', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^[0-9]{2,10}$', 'Two to ten digits of the HS code.')]), blank=True, default=list, size=None, verbose_name='products (HS codes)')),
                        ('pillar', models.CharField(choices=[('product', 'product'), ('marketing', 'marketing'), ('payment', 'payment'), ('delivery', 'delivery'), ('culture', 'culture'), ('rules', 'rules')], max_length=10, verbose_name='pillar')),
                        ('law', models.CharField(blank=True, max_length=200, verbose_name='law')),
                        ('article', models.CharField(blank=True, max_length=100, verbose_name='article')),
                        ('body_name', models.CharField(blank=True, max_length=160, verbose_name='body asked')),
                        ('stated_companies', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='companies concerned (estimate)')),
                        ('stated_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='loss a year (estimate)')),
                        ('stated_source', models.CharField(blank=True, max_length=300, verbose_name='source of the estimate')),
                        ('is_illustrative', models.BooleanField(default=False, help_text='Made up to show how it works, no published figure.', verbose_name='illustrative')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                        ('title_ko', models.CharField(max_length=160, verbose_name='public title (Korean)')),
                        ('title_en', models.CharField(blank=True, max_length=200, verbose_name='public title (English)')),
                        ('text_ko', models.TextField(verbose_name='public text (Korean)')),
                        ('text_en', models.TextField(blank=True, verbose_name='public text (English)')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='public until')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('approval', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.approval', verbose_name='approval')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='guidance.regulatoryitem', verbose_name='regulatory item')),
                        ('stated_currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.currency', verbose_name='currency')),
                        ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                    ],
                    options={
                        'verbose_name': 'public wording',
                        'verbose_name_plural': 'public wordings',
                        'ordering': ['item', '-number'],
                    },
                ),
                migrations.CreateModel(
                    name='RegulatoryWordingEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='countries')),
                        ('products', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^[0-9]{2,10}$', 'Two to ten digits of the HS code.')]), blank=True, default=list, size=None, verbose_name='products (HS codes)')),
                        ('pillar', models.CharField(choices=[('product', 'product'), ('marketing', 'marketing'), ('payment', 'payment'), ('delivery', 'delivery'), ('culture', 'culture'), ('rules', 'rules')], max_length=10, verbose_name='pillar')),
                        ('law', models.CharField(blank=True, max_length=200, verbose_name='law')),
                        ('article', models.CharField(blank=True, max_length=100, verbose_name='article')),
                        ('body_name', models.CharField(blank=True, max_length=160, verbose_name='body asked')),
                        ('stated_companies', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='companies concerned (estimate)')),
                        ('stated_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='loss a year (estimate)')),
                        ('stated_source', models.CharField(blank=True, max_length=300, verbose_name='source of the estimate')),
                        ('is_illustrative', models.BooleanField(default=False, help_text='Made up to show how it works, no published figure.', verbose_name='illustrative')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                        ('title_ko', models.CharField(max_length=160, verbose_name='public title (Korean)')),
                        ('title_en', models.CharField(blank=True, max_length=200, verbose_name='public title (English)')),
                        ('text_ko', models.TextField(verbose_name='public text (Korean)')),
                        ('text_en', models.TextField(blank=True, verbose_name='public text (English)')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='public until')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('approval', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.approval', verbose_name='approval')),
                        ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='guidance.regulatoryitem', verbose_name='regulatory item')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='guidance.regulatorywording')),
                        ('stated_currency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.currency', verbose_name='currency')),
                        ('written_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='StepDocument',
                    fields=[
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('agency', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='agency')),
                        ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ground.storedfile', verbose_name='file')),
                        ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='guidance.regulatorystep', verbose_name='step')),
                    ],
                    options={
                        'verbose_name': 'document of a step',
                        'verbose_name_plural': 'documents of a step',
                        'ordering': ['created_at', 'id'],
                    },
                ),
                migrations.CreateModel(
                    name='StepDocumentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.UUIDField(default=ground.ids.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(db_default=ground.clock.ClockNow(), editable=False, verbose_name='made at')),
                        ('agency', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency', verbose_name='agency')),
                        ('file', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ground.storedfile', verbose_name='file')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='guidance.stepdocument')),
                        ('step', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='guidance.regulatorystep', verbose_name='step')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.AddConstraint(
                    model_name='regulatoryitem',
                    constraint=models.UniqueConstraint(fields=('agency', 'id'), name='regulatory_item_agency_key'),
                ),
                migrations.AddConstraint(
                    model_name='regulatoryitem',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('stated_amount__isnull', True), ('stated_companies__isnull', True)), models.Q(('stated_source', ''), _negated=True), _connector='OR'), models.Q(models.Q(('stated_amount__isnull', True), ('stated_currency__isnull', True)), models.Q(('stated_amount__isnull', False), ('stated_currency__isnull', False)), _connector='OR')), name='regulatory_item_estimate', violation_error_message='An estimate has its source, and an amount its currency.'),
                ),
                migrations.AddConstraint(
                    model_name='regulatoryitem',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('joined_at__isnull', True), ('joined_into__isnull', True)), models.Q(('joined_at__isnull', False), ('joined_into__isnull', False), models.Q(('joined_into', models.F('id')), _negated=True)), _connector='OR'), name='regulatory_item_joined_whole'),
                ),
                migrations.AddConstraint(
                    model_name='regulatoryitem',
                    constraint=models.CheckConstraint(condition=models.Q(('next_on__isnull', True), models.Q(('state__in', ['done', 'refused']), _negated=True), _connector='OR'), name='regulatory_item_over_waits_for_nothing', violation_error_message='What is over waits for no day.'),
                ),
                migrations.AddConstraint(
                    model_name='regulatoryitem',
                    constraint=ground.constraints.SameKey(field='program', name='regulatory_item_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='regulatoryitem',
                    constraint=ground.constraints.SameKey(field='joined_into', name='regulatory_item_joined_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatoryitem',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_regulatoryitemevent" ("agency_id", "article", "body_contact", "body_name", "countries", "created_at", "hinders_en", "hinders_ko", "id", "is_illustrative", "joined_at", "joined_into_id", "law", "next_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar", "products", "program_id", "state", "state_on", "stated_amount", "stated_companies", "stated_currency_id", "stated_source", "title_en", "title_ko") VALUES (NEW."agency_id", NEW."article", NEW."body_contact", NEW."body_name", NEW."countries", NEW."created_at", NEW."hinders_en", NEW."hinders_ko", NEW."id", NEW."is_illustrative", NEW."joined_at", NEW."joined_into_id", NEW."law", NEW."next_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."pillar", NEW."products", NEW."program_id", NEW."state", NEW."state_on", NEW."stated_amount", NEW."stated_companies", NEW."stated_currency_id", NEW."stated_source", NEW."title_en", NEW."title_ko"); RETURN NULL;', hash='42651541acc297f44871e84be2d563aafd9f4a5c', operation='INSERT', pgid='pgtrigger_insert_insert_f1405', table='guidance_regulatoryitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatoryitem',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "guidance_regulatoryitemevent" ("agency_id", "article", "body_contact", "body_name", "countries", "created_at", "hinders_en", "hinders_ko", "id", "is_illustrative", "joined_at", "joined_into_id", "law", "next_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar", "products", "program_id", "state", "state_on", "stated_amount", "stated_companies", "stated_currency_id", "stated_source", "title_en", "title_ko") VALUES (NEW."agency_id", NEW."article", NEW."body_contact", NEW."body_name", NEW."countries", NEW."created_at", NEW."hinders_en", NEW."hinders_ko", NEW."id", NEW."is_illustrative", NEW."joined_at", NEW."joined_into_id", NEW."law", NEW."next_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."pillar", NEW."products", NEW."program_id", NEW."state", NEW."state_on", NEW."stated_amount", NEW."stated_companies", NEW."stated_currency_id", NEW."stated_source", NEW."title_en", NEW."title_ko"); RETURN NULL;', hash='fc34146ba3141206a58c74e128176ff8b22df086', operation='UPDATE', pgid='pgtrigger_update_update_7f576', table='guidance_regulatoryitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatoryitem',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_regulatoryitemevent" ("agency_id", "article", "body_contact", "body_name", "countries", "created_at", "hinders_en", "hinders_ko", "id", "is_illustrative", "joined_at", "joined_into_id", "law", "next_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar", "products", "program_id", "state", "state_on", "stated_amount", "stated_companies", "stated_currency_id", "stated_source", "title_en", "title_ko") VALUES (OLD."agency_id", OLD."article", OLD."body_contact", OLD."body_name", OLD."countries", OLD."created_at", OLD."hinders_en", OLD."hinders_ko", OLD."id", OLD."is_illustrative", OLD."joined_at", OLD."joined_into_id", OLD."law", OLD."next_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."pillar", OLD."products", OLD."program_id", OLD."state", OLD."state_on", OLD."stated_amount", OLD."stated_companies", OLD."stated_currency_id", OLD."stated_source", OLD."title_en", OLD."title_ko"); RETURN NULL;', hash='61111c96da745e6f85447ba580a93d09f6f37333', operation='DELETE', pgid='pgtrigger_delete_delete_bd2f9', table='guidance_regulatoryitem', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='concernevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9421fcafb45258d50f56687b787e078aa43255e0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6bf12', table='guidance_concernevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=models.UniqueConstraint(fields=('item', 'company'), name='concern_once', violation_error_message='The company stands there already.'),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('company__isnull', True), ('source__in', ['research', 'briefing']), models.Q(('organization__isnull', False), models.Q(('reference', ''), _negated=True), _connector='OR')), models.Q(('company__isnull', False), ('source__in', ['company', 'listing', 'consultation'])), _connector='OR'), name='concern_names_who', violation_error_message='Say who raised it.'),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('source', 'listing'), _negated=True), ('listing__isnull', False), _connector='OR'), models.Q(models.Q(('source', 'consultation'), _negated=True), ('consultation__isnull', False), _connector='OR')), name='concern_names_its_record'),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('currency__isnull', True)), models.Q(('amount__gt', 0), ('currency__isnull', False)), _connector='OR'), name='concern_amount_with_currency', violation_error_message='Enter an amount above zero and its currency, or neither.'),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=ground.constraints.SameKey(field='item', name='concern_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=ground.constraints.SameKey(field='listing', name='concern_listing_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='concern',
                    constraint=ground.constraints.SameKey(field='consultation', name='concern_consultation_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='concern',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_concernevent" ("agency_id", "amount", "company_id", "consultation_id", "created_at", "currency_id", "form_key", "id", "is_told", "item_id", "listing_id", "organization_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "said_at", "said_by_id", "source", "text", "withdrawn_at") VALUES (NEW."agency_id", NEW."amount", NEW."company_id", NEW."consultation_id", NEW."created_at", NEW."currency_id", NEW."form_key", NEW."id", NEW."is_told", NEW."item_id", NEW."listing_id", NEW."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."reference", NEW."said_at", NEW."said_by_id", NEW."source", NEW."text", NEW."withdrawn_at"); RETURN NULL;', hash='90e50daf84eeb1180e4c90f5a203e4a0fdac74ea', operation='INSERT', pgid='pgtrigger_insert_insert_e5d44', table='guidance_concern', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='concern',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "guidance_concernevent" ("agency_id", "amount", "company_id", "consultation_id", "created_at", "currency_id", "form_key", "id", "is_told", "item_id", "listing_id", "organization_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "said_at", "said_by_id", "source", "text", "withdrawn_at") VALUES (NEW."agency_id", NEW."amount", NEW."company_id", NEW."consultation_id", NEW."created_at", NEW."currency_id", NEW."form_key", NEW."id", NEW."is_told", NEW."item_id", NEW."listing_id", NEW."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."reference", NEW."said_at", NEW."said_by_id", NEW."source", NEW."text", NEW."withdrawn_at"); RETURN NULL;', hash='acdfa02f46d512c470421f45d2f4c55610ed664e', operation='UPDATE', pgid='pgtrigger_update_update_66e96', table='guidance_concern', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='concern',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_concernevent" ("agency_id", "amount", "company_id", "consultation_id", "created_at", "currency_id", "form_key", "id", "is_told", "item_id", "listing_id", "organization_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "said_at", "said_by_id", "source", "text", "withdrawn_at") VALUES (OLD."agency_id", OLD."amount", OLD."company_id", OLD."consultation_id", OLD."created_at", OLD."currency_id", OLD."form_key", OLD."id", OLD."is_told", OLD."item_id", OLD."listing_id", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."reference", OLD."said_at", OLD."said_by_id", OLD."source", OLD."text", OLD."withdrawn_at"); RETURN NULL;', hash='46d356de700821a6bfde240b4d2bc5db8991741a', operation='DELETE', pgid='pgtrigger_delete_delete_fa707', table='guidance_concern', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatoryitemevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='adf109b640a5d5970a3e5da44d107f03861384d2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_79930', table='guidance_regulatoryitemevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='regulatorystep',
                    constraint=models.UniqueConstraint(fields=('agency', 'id'), name='regulatory_step_agency_key'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorystep',
                    constraint=models.UniqueConstraint(fields=('item', 'id'), name='regulatory_step_item_key'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorystep',
                    constraint=models.UniqueConstraint(condition=models.Q(('corrected_at__isnull', True)), fields=('item', 'position'), name='regulatory_step_one_stands'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorystep',
                    constraint=models.CheckConstraint(condition=models.Q(('corrects__isnull', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='regulatory_step_correction_has_reason', violation_error_message='Say why the step is corrected.'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorystep',
                    constraint=ground.constraints.SameKey(field='item', name='regulatory_step_same_agency', shared='agency', target_shared='agency'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorystep',
                    constraint=ground.constraints.SameKey(field='corrects', name='regulatory_step_corrects_same_item', shared='item', target_shared='item'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorystep',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_regulatorystepevent" ("agency_id", "corrected_at", "corrects_id", "created_at", "id", "item_id", "note", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reason", "state", "taken_at", "taken_by_id") VALUES (NEW."agency_id", NEW."corrected_at", NEW."corrects_id", NEW."created_at", NEW."id", NEW."item_id", NEW."note", NEW."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."position", NEW."reason", NEW."state", NEW."taken_at", NEW."taken_by_id"); RETURN NULL;', hash='b988adad552691e8e607b948ceb9e13e5b8badfb', operation='INSERT', pgid='pgtrigger_insert_insert_565f4', table='guidance_regulatorystep', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorystep',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "guidance_regulatorystepevent" ("agency_id", "corrected_at", "corrects_id", "created_at", "id", "item_id", "note", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reason", "state", "taken_at", "taken_by_id") VALUES (NEW."agency_id", NEW."corrected_at", NEW."corrects_id", NEW."created_at", NEW."id", NEW."item_id", NEW."note", NEW."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."position", NEW."reason", NEW."state", NEW."taken_at", NEW."taken_by_id"); RETURN NULL;', hash='b15ce327b2c45ba658c8a5e9427c0ba66484067a', operation='UPDATE', pgid='pgtrigger_update_update_8b9e1', table='guidance_regulatorystep', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorystep',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_regulatorystepevent" ("agency_id", "corrected_at", "corrects_id", "created_at", "id", "item_id", "note", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reason", "state", "taken_at", "taken_by_id") VALUES (OLD."agency_id", OLD."corrected_at", OLD."corrects_id", OLD."created_at", OLD."id", OLD."item_id", OLD."note", OLD."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."position", OLD."reason", OLD."state", OLD."taken_at", OLD."taken_by_id"); RETURN NULL;', hash='c1ac6113b04a738e8af3d9db602fe6cacf737fab', operation='DELETE', pgid='pgtrigger_delete_delete_4e165', table='guidance_regulatorystep', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorystepevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7b6d8218f4de4d6900c7d9771c553f5194f3151b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_884ac', table='guidance_regulatorystepevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='regulatorywording',
                    constraint=models.UniqueConstraint(fields=('item', 'number'), name='regulatory_wording_number_once'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorywording',
                    constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('published_at__isnull', True)), fields=('item',), name='regulatory_wording_one_draft'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorywording',
                    constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('published_at__isnull', False)), fields=('item',), name='regulatory_wording_one_public'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorywording',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('stated_amount__isnull', True), ('stated_companies__isnull', True)), models.Q(('stated_source', ''), _negated=True), _connector='OR'), models.Q(models.Q(('stated_amount__isnull', True), ('stated_currency__isnull', True)), models.Q(('stated_amount__isnull', False), ('stated_currency__isnull', False)), _connector='OR')), name='regulatory_wording_estimate', violation_error_message='An estimate has its source, and an amount its currency.'),
                ),
                migrations.AddConstraint(
                    model_name='regulatorywording',
                    constraint=ground.constraints.SameKey(field='item', name='regulatory_wording_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorywording',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_regulatorywordingevent" ("agency_id", "approval_id", "article", "body_name", "countries", "created_at", "ended_at", "id", "is_illustrative", "item_id", "law", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar", "products", "published_at", "stated_amount", "stated_companies", "stated_currency_id", "stated_source", "text_en", "text_ko", "title_en", "title_ko", "written_by_id") VALUES (NEW."agency_id", NEW."approval_id", NEW."article", NEW."body_name", NEW."countries", NEW."created_at", NEW."ended_at", NEW."id", NEW."is_illustrative", NEW."item_id", NEW."law", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."pillar", NEW."products", NEW."published_at", NEW."stated_amount", NEW."stated_companies", NEW."stated_currency_id", NEW."stated_source", NEW."text_en", NEW."text_ko", NEW."title_en", NEW."title_ko", NEW."written_by_id"); RETURN NULL;', hash='dc6b4f73db3e6a088e5f38aa9408907daa9e6aa1', operation='INSERT', pgid='pgtrigger_insert_insert_fde78', table='guidance_regulatorywording', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorywording',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "guidance_regulatorywordingevent" ("agency_id", "approval_id", "article", "body_name", "countries", "created_at", "ended_at", "id", "is_illustrative", "item_id", "law", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar", "products", "published_at", "stated_amount", "stated_companies", "stated_currency_id", "stated_source", "text_en", "text_ko", "title_en", "title_ko", "written_by_id") VALUES (NEW."agency_id", NEW."approval_id", NEW."article", NEW."body_name", NEW."countries", NEW."created_at", NEW."ended_at", NEW."id", NEW."is_illustrative", NEW."item_id", NEW."law", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."pillar", NEW."products", NEW."published_at", NEW."stated_amount", NEW."stated_companies", NEW."stated_currency_id", NEW."stated_source", NEW."text_en", NEW."text_ko", NEW."title_en", NEW."title_ko", NEW."written_by_id"); RETURN NULL;', hash='5d5ea138033126269189a8a3a97ad954adab8ad5', operation='UPDATE', pgid='pgtrigger_update_update_6220e', table='guidance_regulatorywording', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorywording',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_regulatorywordingevent" ("agency_id", "approval_id", "article", "body_name", "countries", "created_at", "ended_at", "id", "is_illustrative", "item_id", "law", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar", "products", "published_at", "stated_amount", "stated_companies", "stated_currency_id", "stated_source", "text_en", "text_ko", "title_en", "title_ko", "written_by_id") VALUES (OLD."agency_id", OLD."approval_id", OLD."article", OLD."body_name", OLD."countries", OLD."created_at", OLD."ended_at", OLD."id", OLD."is_illustrative", OLD."item_id", OLD."law", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."pillar", OLD."products", OLD."published_at", OLD."stated_amount", OLD."stated_companies", OLD."stated_currency_id", OLD."stated_source", OLD."text_en", OLD."text_ko", OLD."title_en", OLD."title_ko", OLD."written_by_id"); RETURN NULL;', hash='a3b1479e06a1be71f0f2c6f335adadbc604b932c', operation='DELETE', pgid='pgtrigger_delete_delete_8a0b7', table='guidance_regulatorywording', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='regulatorywordingevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6da75c2f6278fe3e598b75d165b4707250a4fc64', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c296f', table='guidance_regulatorywordingevent', when='BEFORE')),
                ),
                migrations.AddConstraint(
                    model_name='stepdocument',
                    constraint=ground.constraints.SameKey(field='step', name='step_document_same_agency', shared='agency', target_shared='agency'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='stepdocument',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_stepdocumentevent" ("agency_id", "created_at", "file_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id") VALUES (NEW."agency_id", NEW."created_at", NEW."file_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'insert\', NEW."id", NEW."step_id"); RETURN NULL;', hash='efd6d162e649c33fcc6476022245e01fac9defc9', operation='INSERT', pgid='pgtrigger_insert_insert_c5020', table='guidance_stepdocument', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='stepdocument',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "guidance_stepdocumentevent" ("agency_id", "created_at", "file_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id") VALUES (NEW."agency_id", NEW."created_at", NEW."file_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'update\', NEW."id", NEW."step_id"); RETURN NULL;', hash='99128b77921a30d2a841b3335af13926a4a170bd', operation='UPDATE', pgid='pgtrigger_update_update_ede71', table='guidance_stepdocument', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='stepdocument',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "guidance_stepdocumentevent" ("agency_id", "created_at", "file_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id") VALUES (OLD."agency_id", OLD."created_at", OLD."file_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, naru_now(), \'delete\', OLD."id", OLD."step_id"); RETURN NULL;', hash='ec467a2f67ac6643f18651abc7acfc411f0d0999', operation='DELETE', pgid='pgtrigger_delete_delete_e77d8', table='guidance_stepdocument', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='stepdocumentevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0bf716957f7c1aea3d65a962d8ba2ba46a1fbc11', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ff4d9', table='guidance_stepdocumentevent', when='BEFORE')),
                ),
            ]
        ),
    ]
