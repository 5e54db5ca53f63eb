"""Asking a publisher for the rates of a day: one question, no repetition (the scheduled job asks again), and what every
answer is held to. An answer that cannot be read whole is no answer: nothing of it is taken."""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from urllib.parse import unquote

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ground.outside import Silence, ask, asker
from reports.models import ExchangeRate, RateAttempt

REASONS: dict[str, Promise] = {
    "no_key": _("No key for this service is set up."),
    "address": _("The address of the service is not one that may be used, or the service has moved."),
    "timeout": _("The publisher did not answer in time."),
    "unreachable": _("The publisher could not be reached."),
    "malformed": _("The answer could not be read. Nothing of it was entered."),
    "other_week": _("The answer was about another week than the one asked for. Nothing of it was entered."),
    "data_code": _("The publisher does not know the kind of data that was asked for."),
    "request": _("The publisher refused the question as malformed."),
    "internal": _("The publisher's service had an error of its own."),
    "key": _("The publisher refused the key. The operator has to look at it."),
    "quota": _("The publisher's daily limit is reached. It is asked again the next day."),
}
HTTP_STATES = {
    301: "address", 302: "address", 303: "address", 307: "address", 308: "address",
    400: "request", 401: "key", 403: "key", 404: "address", 429: "quota",
}  # fmt: skip
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,11})(?:\.(\d{1,8}))?")


def reason(code: str) -> str:
    """Why there is no answer, in the reader's language."""
    return str(REASONS.get(code, code))


@dataclass(frozen=True, slots=True)
class Quote:
    """Won for `units` of a currency, as published."""

    currency: str
    units: int
    value: Decimal


class Publisher:
    """One who publishes rates. It is asked at its one address (https, or http on this machine), follows no redirection and
    gives an answer `patience` seconds."""

    code: ClassVar[RateAttempt.Publisher]
    series: ClassVar[ExchangeRate.Series]
    source: ClassVar[str]
    source_en: ClassVar[str]
    """The name under which its rates stand."""
    days: ClassVar[int]
    """For how many days a rate holds."""
    from_hour: ClassVar[int]
    """The hour in Seoul before which the rates of the day are not there."""
    setting: ClassVar[str]

    def __init__(self, address: str = "", key: str | None = None, *, patience: float = 10.0) -> None:
        self.address = address or getattr(settings, f"{self.setting}_URL")
        self.key = unquote(getattr(settings, f"{self.setting}_KEY") if key is None else key)
        self.patience = patience

    def rates_of(self, day: dt.date) -> list[Quote]:
        """What was published for a day, by currency; empty when nothing was. `Silence` with a key of `REASONS`."""
        if not self.key:
            raise Silence("no_key")
        until = time.monotonic() + self.patience
        with asker(self.address) as client:
            status, content = ask(
                client, "GET", self.address, until=until, patience=self.patience, params=self.question(day)
            )
        quotes = self.read(day, status, content)
        if len({quote.currency for quote in quotes}) != len(quotes):
            raise Silence("malformed")
        return sorted(quotes, key=lambda quote: quote.currency)

    def question(self, day: dt.date) -> dict[str, str]:
        raise NotImplementedError

    def read(self, day: dt.date, status: int, content: bytes) -> list[Quote]:
        raise NotImplementedError


def require_answer(status: int) -> None:
    """`Silence` for what HTTP says."""
    if status != 200:
        raise Silence(HTTP_STATES.get(status, "internal" if status >= 500 else "malformed"))


def read_number(text: object) -> Decimal:
    """A published number from its text, thousands with commas; `Silence("malformed")` for anything else, zero, and more
    decimals than are kept."""
    match = _NUMBER.fullmatch(str(text or "").strip())
    value = Decimal(match[0].replace(",", "")) if match else Decimal(0)
    if value <= 0:
        raise Silence("malformed")
    return value


def read_currency(text: object) -> str:
    """A currency's code of three letters; `Silence("malformed")`."""
    code = str(text or "").strip()
    if not re.fullmatch("[A-Z]{3}", code):
        raise Silence("malformed")
    return code
