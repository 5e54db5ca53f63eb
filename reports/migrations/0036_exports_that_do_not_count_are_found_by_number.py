"""A company's lines of exports that do not count are found by its business number."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0035_payouts_by_company_in_dollars"),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customsline',
            index=models.Index(condition=models.Q(('outcome', ''), _negated=True), fields=['list_program', 'business_number'], name='customs_line_left_out'),
        ),
    ]
