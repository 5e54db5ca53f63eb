"""The one clock of deadlines, periods and audit: the SQL function `naru_now()`.

It is the database's statement time, moved by the shift in `ground_clock_shift`. Only the owner of the database
may write that table: the demonstration and the tests move the clock, the web and the worker cannot.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import connection, models

from ground.worded import keeping_cursor

SEOUL = ZoneInfo("Asia/Seoul")


class ClockNow(models.Func):
    """`naru_now()` as an expression, for column defaults and conditions."""

    function = "naru_now"
    template = "%(function)s()"
    output_field = models.DateTimeField()


class ClockToday(models.Func):
    """The day in Seoul by the database's clock, as an expression: no question of its own."""

    template = "(naru_now() AT TIME ZONE 'Asia/Seoul')::date"
    output_field = models.DateField()


def now() -> dt.datetime:
    """The instant by the database's clock, aware, in UTC."""
    with keeping_cursor() as cursor:
        cursor.execute("SELECT naru_now()")
        (instant,) = cursor.fetchone()
    return instant.astimezone(dt.UTC)  # type: ignore[no-any-return]


def today(zone: ZoneInfo = SEOUL) -> dt.date:
    """The day by the database's clock, in Seoul unless another zone is given."""
    return now().astimezone(zone).date()


def move_to(instant: dt.datetime) -> None:
    """Set the clock to `instant`; it runs on from there. Needs the owner's rights (`ProgrammingError` otherwise)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_clock_shift (id, shift) VALUES (1, %s - clock_timestamp())"
            " ON CONFLICT (id) DO UPDATE SET shift = EXCLUDED.shift",
            [instant],
        )


def run_free() -> None:
    """Back to the true time. Needs the owner's rights."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ground_clock_shift")


def is_moved() -> bool:
    """Whether the clock shows another time than the true one (the pages say so in a banner)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM ground_clock_shift)")
        (moved,) = cursor.fetchone()
    return bool(moved)
