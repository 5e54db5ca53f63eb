"""What a floor above offers on the page of a record of this floor: it registers its buttons, this floor does not know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

Offers = Callable[[HttpRequest, Any], list[tuple[StrOrPromise, str]]]
_offers: dict[type[models.Model], list[Offers]] = {}


def beside(*kinds: type[models.Model]) -> Callable[[Offers], Offers]:
    """Register what is offered on the pages of these records: (request, record) → label and address, for this reader only."""

    def register(function: Offers) -> Offers:
        for kind in kinds:
            known = _offers.setdefault(kind, [])
            if function not in known:
                known.append(function)
        return function

    return register


def offered(request: HttpRequest, record: models.Model) -> list[tuple[StrOrPromise, str]]:
    """What is registered for a record's page."""
    return [each for function in _offers.get(type(record), []) for each in function(request, record)]
