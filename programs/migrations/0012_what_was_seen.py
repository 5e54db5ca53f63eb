"""A type for the row that was seen: rows are compared by its first fields, and the others are shown of the first one."""

from django.db import migrations

SEEN = """
CREATE TYPE naru_seen AS (
    i1 int, i2 int, i3 int, d1 date, t1 text COLLATE "C", t2 text COLLATE "C", d2 date, d3 date, d4 date,
    t3 text COLLATE "C", t4 text COLLATE "C", t5 text COLLATE "C", u1 uuid, u2 uuid)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0007_line_of_companies"),
        ("programs", "0011_returned_by_the_check_of_a_file"),
    ]

    operations = [migrations.RunSQL(SEEN, "DROP TYPE naru_seen")]
