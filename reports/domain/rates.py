"""Entering exchange rates (환율 입력): as published, by hand or by CSV. A correction is a further version.

Rates are one for all agencies. Any agency enters a rate that is missing. A correction moves everybody's figures: it has
a reason, and where another agency runs programs it is the operator's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agency_ids
from ground import clock, turns
from ground.access import Role
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import Currency
from programs.models import Program
from reports.domain import cut
from reports.models import ExchangeRate
from reports.queries import rates, settled

ENTERING = (Role.MANAGER, Role.OFFICER, Role.FINANCE)
REASON_LENGTH = 300


def check(
    *,
    series: str = ExchangeRate.Series.DAY,
    base: Currency,
    quote: Currency,
    day: dt.date,
    quoted_value: Decimal,
    source: str,
    by: User | None,
    quoted_units: int = 1,
    reason: str = "",
) -> ExchangeRate | None:
    """The version that says the same already, or None. `RuleBroken` as `enter` refuses."""
    if base.pk == quote.pk:
        raise RuleBroken("one_currency", _("A rate is between two currencies."), ("quote",))
    if quoted_value <= 0 or quoted_units < 1:
        raise RuleBroken("not_positive", _("A rate is more than zero."), ("quoted_value",))
    if day > clock.today():
        raise RuleBroken("future_day", _("The day lies in the future: no rate is published yet."), ("day",))
    if series == ExchangeRate.Series.CUSTOMS_WEEK and day != rates.sunday_of(day):
        raise RuleBroken("not_sunday", _("A customs week begins on a Sunday."), ("day",))
    if not source.strip():
        raise RuleBroken("no_source", _("Name the source that published the rate."), ("source",))
    mine = [] if by is None else agency_ids(by, *ENTERING)
    is_free = by is None or by.is_operator
    if not (is_free or mine):
        raise RuleBroken("not_staff", _("Your role in the agency does not include this. Ask a manager."))
    newest = of_pair(series, base, quote, day).first()
    values = (quoted_value, quoted_units, source.strip())
    if newest is not None and (newest.quoted_value, newest.quoted_units, newest.source) == values:
        return newest
    if newest is not None or is_converted(series, base.pk, quote.pk, day):
        if not (is_free or not Program.objects.exclude(agency__in=mine).exists()):
            raise RuleBroken(
                "shared_rate",
                _(
                    "Amounts are converted by what is known of this day already, and other agencies count with it, too. Ask"
                    " the operator to correct it, and say why."
                ),
            )
        if not reason.strip():
            raise RuleBroken(
                "reason_missing",
                _(
                    "Amounts are converted by what is known of this day already, and the rate moves them. Say in the"
                    " reason why it has to be another."
                ),
                ("reason",),
            )
    return None


def of_pair(series: str, base: Currency, quote: Currency, day: dt.date) -> QuerySet[ExchangeRate]:
    """The versions of a pair's day, the newest first."""
    found = ExchangeRate.objects.filter(series=series, base=base, quote=quote, day=day)
    return found.order_by("-version")


def is_converted(series: str, base: str, quote: str, day: dt.date) -> bool:
    """Whether a new rate of the pair would take the place of what amounts are converted by: the pair quoted the other way
    round, for a rate against won the two legs by the dollar, or what an average or a program's one rate is made of
    (`settled`). A day that counts by the rate of a day before it has none of its own yet: who enters that completes it."""
    if ExchangeRate.objects.filter(series=series, base=quote, quote=base, day=day).exists():
        return True
    if settled.is_moved(series, base, quote, day, today=clock.today()):
        return True
    foreign = {base, quote} - {rates.WON}
    if len(foreign) != 1:
        return False
    (currency,) = foreign
    by_series = rates.of_weeks if series == ExchangeRate.Series.CUSTOMS_WEEK else rates.of_days
    rate = by_series([(currency, day)]).get((currency, day))
    return rate is not None and all(leg.rate_on == day for leg in rate.legs)


def enter(
    *,
    series: str = ExchangeRate.Series.DAY,
    base: Currency,
    quote: Currency,
    day: dt.date,
    quoted_value: Decimal,
    source: str,
    by: User | None,
    quoted_units: int = 1,
    reason: str = "",
) -> ExchangeRate:
    """Record `quoted_value` of `quote` for `quoted_units` of `base` on a day, as the source published it.

    The same values again are the version that is there; other values become the next version, with the reason, and
    from then on that one counts. Without `by` it comes from the machine's own command line. Lines that waited for the
    rate are counted from now on. Its history keeps who entered it.

    Refused: `one_currency`, `not_positive`, `future_day`, `not_sunday` (a customs week), `no_source`, `not_staff`; where the day's amounts are converted
    already `reason_missing`, and `shared_rate` (another agency runs programs: the operator corrects). Locks the pair's
    day.
    """
    who = {} if by is None else {"user": str(by.pk)}
    with transaction.atomic(), because(reason.strip(), **who):
        cut.join()
        _lock(series, base, quote, day)
        same = check(
            series=series, base=base, quote=quote, day=day, quoted_value=quoted_value, source=source, quoted_units=quoted_units,
            by=by, reason=reason,
        )  # fmt: skip
        if same is not None:
            return same
        last = of_pair(series, base, quote, day).values_list("version", flat=True).first() or 0
        return ExchangeRate.objects.create(
            series=series, base=base, quote=quote, day=day, quoted_value=quoted_value, quoted_units=quoted_units,
            source=source.strip(), version=last + 1, reason=reason.strip()[:REASON_LENGTH],
        )  # fmt: skip


def _lock(series: str, base: Currency, quote: Currency, day: dt.date) -> None:
    pair = " ".join(sorted((base.pk, quote.pk)))
    turns.wait(f"rate {series} {pair} {day}")


@dataclass(frozen=True, slots=True)
class Source:
    """Who published, as it stands beside the rate, and in English."""

    name: str
    name_en: str


def take_over(
    source: Source,
    *,
    series: str,
    base: Currency,
    quote: Currency,
    day: dt.date,
    quoted_units: int,
    quoted_value: Decimal,
) -> ExchangeRate | None:
    """Enter what a source itself says of a day; None when nothing is new. It is the source's word, so no agency has to
    agree.

    What the source said last is compared: the same again changes nothing, even where a person has corrected it since;
    another value is a correction, "published anew". Where the source said nothing yet, a value by hand that comes to the
    same stays, and one that differs is corrected. Refused as `enter`. Locks the pair's day.
    """
    with transaction.atomic():
        cut.join()
        _lock(series, base, quote, day)
        versions = list(of_pair(series, base, quote, day))
        own = next((each for each in versions if each.source == source.name), None)
        last = own or next(iter(versions), None)
        if last is not None and last.quoted_value * quoted_units == quoted_value * last.quoted_units:
            return None
        reason = ""
        if own is not None:
            reason = f"{source.name}에서 다시 고시 / published anew by: {source.name_en}"
        elif versions or is_converted(series, base.pk, quote.pk, day):
            reason = f"{source.name} 고시 / as published by: {source.name_en}"
        return enter(
            series=series, base=base, quote=quote, day=day, quoted_value=quoted_value, quoted_units=quoted_units,
            source=source.name, reason=reason, by=None,
        )  # fmt: skip
