"""The sums of a month are made in less time: its orders are counted one after the other, and no nought is added to each line. They are the
same sums, so none is out of date."""

from django.db import migrations

from reports.migrations import _rollup_passes

FORWARD = _rollup_passes.summing(_rollup_passes.RAW_SOONER, _rollup_passes.ORDERS_SORTED)
BACKWARD = _rollup_passes.summing()


class Migration(migrations.Migration):
    dependencies = [("reports", "0047_sums_of_staged_lines_stand_beside_them")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
