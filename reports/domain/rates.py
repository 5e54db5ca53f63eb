"""Entering exchange rates (환율 입력): as published, by hand or by CSV. A correction is a further version."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from ground import clock
from ground.errors import RuleBroken
from ground.models import Currency
from reports.domain import cut
from reports.models import ExchangeRate


def check(
    *,
    base: Currency,
    quote: Currency,
    day: dt.date,
    quoted_value: Decimal,
    source: str,
    quoted_units: int = 1,
) -> None:
    """`RuleBroken` as `enter` refuses."""
    if base.pk == quote.pk:
        raise RuleBroken("one_currency", _("A rate is between two currencies."), ("quote",))
    if quoted_value <= 0 or quoted_units < 1:
        raise RuleBroken("not_positive", _("A rate is more than zero."), ("quoted_value",))
    if day > clock.today():
        raise RuleBroken("future_day", _("The day lies in the future: no rate is published yet."), ("day",))
    if not source.strip():
        raise RuleBroken("no_source", _("Name the source that published the rate."), ("source",))


def enter(
    *,
    base: Currency,
    quote: Currency,
    day: dt.date,
    quoted_value: Decimal,
    source: str,
    quoted_units: int = 1,
) -> ExchangeRate:
    """Record `quoted_value` of `quote` for `quoted_units` of `base` on a day, as the source published it.

    The same values again are the version that is there; other values become the next version, and from then on that
    one counts. Refused: `one_currency`, `not_positive`, `future_day`, `no_source`. Lines that waited for the rate are
    counted from now on.
    """
    check(
        base=base, quote=quote, day=day, quoted_value=quoted_value, source=source, quoted_units=quoted_units
    )
    with transaction.atomic():
        cut.join()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"rate {base.pk} {quote.pk} {day}"])
        versions = ExchangeRate.objects.filter(base=base, quote=quote, day=day)
        newest = versions.order_by("-version").first()
        if newest is not None and (newest.quoted_value, newest.quoted_units, newest.source) == (
            quoted_value,
            quoted_units,
            source.strip(),
        ):
            return newest
        last = versions.aggregate(last=Max("version"))["last"] or 0
        return ExchangeRate.objects.create(
            base=base, quote=quote, day=day, quoted_value=quoted_value, quoted_units=quoted_units,
            source=source.strip(), version=last + 1,
        )  # fmt: skip
