"""Totals of payout files that entered before told a discount of the seller within the products, and shipping that buyers paid beside them, while
the ledger has both among the fees. The worker makes them anew (`domain.totalling`). Only forms with such columns are meant.

One file every three seconds, from five minutes on: what others ask for meanwhile does not wait for all of them."""

from django.db import migrations

ASK = """
INSERT INTO ground_outbox_event (key, topic, payload, context, attempts, last_error, available_at)
SELECT gen_random_uuid(), 'sales.totals', jsonb_build_object('batch', id), '{}', 0, '',
    statement_timestamp() + interval '5 minutes' + row_number() OVER (ORDER BY imported_at, id) * interval '3 seconds'
FROM reports_importbatch
WHERE state = 'done' AND (profile IN ('shopee-income', 'shopee-escrow-json') OR profile LIKE 'own-pay-%')
ORDER BY imported_at, id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ground", "0004_files_wait_until_they_are_checked"),
        ("reports", "0042_what_payout_files_tell_twice_is_asked"),
    ]

    operations = [migrations.RunSQL(ASK, migrations.RunSQL.noop)]
