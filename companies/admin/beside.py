"""What a floor above shows on a company's page: it registers its buttons and tables, this floor does not know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest

from accounts.admin.acting import Doing, Table
from companies.models import Company

Shows = Callable[[HttpRequest, Company], tuple[Iterable[Doing], Iterable[Table]]]
_shown: list[Shows] = []


def beside_company(shows: Shows) -> Shows:
    """Register what is shown: (request, company) → buttons and tables, for this reader only."""
    if shows not in _shown:
        _shown.append(shows)
    return shows


def _of(request: HttpRequest, company: Company) -> list[tuple[Iterable[Doing], Iterable[Table]]]:
    return [shows(request, company) for shows in _shown]


def doings(request: HttpRequest, company: Company) -> list[Doing]:
    return [each for buttons, _tables in _of(request, company) for each in buttons]


def tables(request: HttpRequest, company: Company) -> list[Any]:
    return [each for _buttons, tables in _of(request, company) for each in tables]
