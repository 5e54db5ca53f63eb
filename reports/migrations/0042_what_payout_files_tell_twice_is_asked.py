"""Of payout files that were imported before it was never asked whether files of another kind tell their orders too: the worker asks."""

from django.db import migrations

ASK = """
UPDATE reports_importbatch SET told_twice = NULL
WHERE state = 'done' AND told_twice IS NOT NULL AND id IN (SELECT batch_id FROM reports_batch_sum WHERE ledger = 'payout')
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0041_lists_of_lines_behind_product_groups")]

    operations = [migrations.RunSQL(ASK, migrations.RunSQL.noop)]
