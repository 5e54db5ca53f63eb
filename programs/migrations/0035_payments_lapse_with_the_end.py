"""A payment that is not paid lapses with the end of its agreement; an officer drops one. Those that an end dropped say so, too."""

from django.db import migrations, models

LAPSED = "lapsed with its agreement, and was called dropped until then"
DROPPED = "called dropped, as the version before does"
MOVING = """
DO $$
DECLARE payment record;
BEGIN
  PERFORM set_config('pghistory.context_id', gen_random_uuid()::text, true);
  FOR payment IN
    SELECT p.id, (
      SELECT e.pgh_context->>'lapsed_with' FROM programs_paymentevent e
      WHERE e.pgh_obj_id = p.id AND e.pgh_context ? 'lapsed_with' ORDER BY e.pgh_id DESC LIMIT 1
    ) AS last_day FROM programs_payment p WHERE {which} ORDER BY p.id
  LOOP
    PERFORM set_config('pghistory.context_metadata', jsonb_strip_nulls(
      jsonb_build_object('reason', '{reason}', 'lapsed_with', payment.last_day))::text, true);
    UPDATE programs_payment SET state = '{state}' WHERE id = payment.id;
  END LOOP;
  PERFORM set_config('pghistory.context_id', '', true), set_config('pghistory.context_metadata', '', true);
END $$
"""
"""The agreed last day goes along in the history: there each version finds what lapsed with it."""
WITH_THE_END = """
    p.state = 'dropped' AND EXISTS (
      SELECT FROM programs_paymentevent e
      WHERE e.pgh_obj_id = p.id AND e.state IN ('dropped', 'lapsed') AND (
        e.pgh_context ? 'lapsed_with' OR EXISTS (
          SELECT FROM programs_participationevent o
          WHERE o.pgh_obj_id = p.participation_id AND o.state = 'ended' AND o.pgh_context_id = e.pgh_context_id
        )
      )
    )
"""
LAPSING = MOVING.format(which=WITH_THE_END, state="lapsed", reason=LAPSED)
DROPPING = MOVING.format(which="p.state = 'lapsed'", state="dropped", reason=DROPPED)


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
