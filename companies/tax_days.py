"""For how long calls let an answer of the tax office count (조회 인정 기간): told by the floor that knows calls, for the company's own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django_stubs_ext import StrOrPromise

from companies.models import Company
from companies.queries import TaxAnswer


class Counting(StrEnum):
    """How the answer stands for a call."""

    NONE = "none"
    COUNTS = "counts"
    COUNTED = "counted"
    TO_BE_OLD = "to_be_old"
    OLD = "old"


FITS = {Counting.COUNTS, Counting.COUNTED}
TONES = {Counting.NONE: "neutral", **dict.fromkeys(FITS, "ok")}


@dataclass(frozen=True, slots=True)
class DaysOfCall:
    """A call in which the company has an application: for how many days (`held`) an answer counts there and, of the answer that
    there is, until when. Its age counts on `counts_on`; None where that is the day of an agreement or a payment itself."""

    title: StrOrPromise
    path: str
    held: int
    counts_on: dt.date | None
    until_on: dt.date | None
    today: dt.date
    is_active: bool
    """What the office said is that the business is active."""
    is_at_payment: bool
    """The office is asked again only with a payment."""

    @property
    def standing(self) -> Counting:
        if self.until_on is None:
            return Counting.NONE
        if self.counts_on is not None and self.counts_on <= self.today:
            return Counting.COUNTED if self.until_on >= self.counts_on else Counting.OLD
        if self.until_on < self.today:
            return Counting.OLD
        return Counting.TO_BE_OLD if self.counts_on and self.until_on < self.counts_on else Counting.COUNTS

    @property
    def tone(self) -> str:
        if self.standing in FITS and not self.is_active:
            return "danger"
        if self.standing == Counting.OLD and self.is_at_payment:
            return "neutral"
        return TONES.get(self.standing, "warn")


Tells = Callable[[Company, TaxAnswer | None], Iterable[DaysOfCall]]
_told: list[Tells] = []


def told_by(function: Tells) -> Tells:
    """Register who knows calls: (company, the answer that counts) → the days of each."""
    if function not in _told:
        _told.append(function)
    return function


def of_calls(company: Company, answer: TaxAnswer | None) -> list[DaysOfCall]:
    return [each for tells in _told for each in tells(company, answer)]
