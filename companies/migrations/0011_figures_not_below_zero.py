"""Sales, exports and head counts below zero are refused. What stands there below zero nobody but a person can set right: the
migration stops and names the rows."""

from django.db import migrations, models
from django.db.models import Q

AT_MOST = 20


def name_what_is_below_zero(apps, schema_editor):
    figures = apps.get_model("companies", "YearlyFigure").objects
    below = figures.filter(Q(sales_amount__lt=0) | Q(export_amount__lt=0) | Q(employees__lt=0))
    count = below.count()
    if not count:
        return
    rows = below.order_by("company__business_number", "year")
    named = [
        f"{number} {year}"
        for number, year in rows.values_list("company__business_number", "year")[:AT_MOST]
    ]
    more = f" and {count - AT_MOST} more" if count > AT_MOST else ""
    raise RuntimeError(
        f"Yearly figures below zero, by business number and year: {', '.join(named)}{more}. Nothing was changed. Correct"
        " them on the pages of these companies with the version that runs now, then migrate again."
    )


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0010_merges_of_two_records'),
    ]

    operations = [
        migrations.RunPython(name_what_is_below_zero, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='yearlyfigure',
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(('sales_amount__isnull', True), ('sales_amount__gte', 0), _connector='OR'),
                    models.Q(('export_amount__isnull', True), ('export_amount__gte', 0), _connector='OR'),
                    models.Q(('employees__isnull', True), ('employees__gte', 0), _connector='OR'),
                ),
                name='figures_not_below_zero',
                violation_error_message='Sales, exports and employees cannot be below zero.',
            ),
        ),
    ]
