"""A payment that is not paid lapses with the end of its agreement; an officer drops one. Those that an end dropped say so, too."""

from django.db import migrations, models

LAPSING = """
    UPDATE programs_payment p SET state = 'lapsed'
    WHERE p.state = 'dropped' AND EXISTS (
      SELECT FROM programs_paymentevent e
      WHERE e.pgh_obj_id = p.id AND e.state = 'dropped' AND (
        e.pgh_context ? 'lapsed_with' OR EXISTS (
          SELECT FROM programs_participationevent o
          WHERE o.pgh_obj_id = p.participation_id AND o.state = 'ended' AND o.pgh_context_id = e.pgh_context_id
        )
      )
    )
"""
DROPPING = "UPDATE programs_payment SET state = 'dropped' WHERE state = 'lapsed'"


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0034_assignments_name_their_program_and_listings_their_company'),
    ]

    operations = [
        migrations.AlterField(
            model_name='payment',
            name='state',
            field=models.CharField(choices=[('asked', 'waits to be paid'), ('paid', 'paid out'), ('dropped', 'dropped'), ('lapsed', 'lapsed')], default='asked', max_length=8, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='state',
            field=models.CharField(choices=[('asked', 'waits to be paid'), ('paid', 'paid out'), ('dropped', 'dropped'), ('lapsed', 'lapsed')], default='asked', max_length=8, verbose_name='state'),
        ),
        migrations.RunSQL(LAPSING, DROPPING),
    ]
