"""Who is left out of an upheld list is found by halving, in a list of names that is fetched once, and not by comparing with each name."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import ground.migration

SORTED = """
ALTER TABLE programs_upheld DISABLE TRIGGER USER;
UPDATE programs_upheld SET without = ARRAY(SELECT unnest(without) ORDER BY 1) WHERE cardinality(without) > 1;
ALTER TABLE programs_upheld ENABLE TRIGGER USER;
"""
# Fetched once for each upheld list (OFFSET 0 keeps it apart, concatenation takes the names out of the table's overflow).
TAKEN = """
CREATE OR REPLACE VIEW programs_taken AS
    SELECT t.id, t.application_id, t.screening_id, t.id AS said_id FROM programs_screened t
    UNION ALL
    SELECT u.id, h.application_id, u.screening_id, h.said_id
    FROM programs_held h JOIN programs_upheld u ON u.holding_id = h.holding_id
        CROSS JOIN LATERAL (SELECT u.without || '{}'::uuid[] AS names OFFSET 0) w
    WHERE w.names[width_bucket(h.application_id, w.names)] IS DISTINCT FROM h.application_id
"""
AS_BEFORE = """
CREATE OR REPLACE VIEW programs_taken AS
    SELECT t.id, t.application_id, t.screening_id, t.id AS said_id FROM programs_screened t
    UNION ALL
    SELECT u.id, h.application_id, u.screening_id, h.said_id
    FROM programs_held h JOIN programs_upheld u ON u.holding_id = h.holding_id AND h.application_id <> ALL (u.without)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("programs", "0027_receipts_are_counted_by_call"),
    ]

    operations = [
        migrations.RunSQL(SORTED, migrations.RunSQL.noop),
        ground.migration.Together(
            [
                pgtrigger.migrations.RemoveTrigger(
                    model_name='upheld',
                    name='same',
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='upheld',
                    trigger=pgtrigger.compiler.Trigger(name='same', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM programs_screening s JOIN programs_holding h ON h.id = NEW.holding_id\n                            AND h.call_id = s.call_id AND h.criteria = s.criteria AND h.versions = s.versions\n                        WHERE s.id = NEW.screening_id\n                    ) THEN\n                        RAISE EXCEPTION 'upheld_same: answers of the call, by the rules of the screening'\n                            USING ERRCODE = 'foreign_key_violation';\n                    END IF;\n                    IF NEW.without <> ARRAY(SELECT unnest(NEW.without) ORDER BY 1) THEN\n                        RAISE EXCEPTION 'upheld_sorted: those left out stand in their order'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;", hash='225412167020219d7561812ea4ad172daa4e009a', operation='INSERT', pgid='pgtrigger_same_5d5bb', table='programs_upheld', when='AFTER')),
                ),
            ]
        ),
        migrations.RunSQL(TAKEN, AS_BEFORE),
    ]
