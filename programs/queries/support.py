"""The support that a company received, from all that is known: own programs, lists of other bodies, its own word."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from companies.models import Company, Support
from programs.domain.criteria.relations import literal
from programs.domain.criteria.relations_history import supports

COLUMNS = "granted_on, body, program, item, amount, money, document, source, support, f.name_ko, f.name_en"


@dataclass(frozen=True)
class Received:
    """Amounts in KRW; None is not known. `support` is the row that the company declared, to be taken back; `former` names
    the predecessor or branch that received it."""

    granted_on: dt.date
    body: str
    program: str
    item: str
    amount: Decimal | None
    money: str
    document: str
    source: str
    support: UUID | None
    former_ko: str | None = None
    former_en: str | None = None

    @property
    def item_text(self) -> StrOrPromise:
        return Support.Item(self.item).label if self.item else _("item not known")

    @property
    def money_text(self) -> StrOrPromise:
        return Support.Money(self.money).label

    @property
    def source_text(self) -> str:
        words = {"own": _("program"), "list": _("list of a body"), "declared": _("declared by the company")}
        return f"{words[self.source]} · {self.former}" if self.former else words[self.source]

    @property
    def former(self) -> str:
        name_en = self.former_en if get_language() == "en" else ""
        return name_en or self.former_ko or ""


def support_of(company: Company, agency: UUID | None = None) -> list[Received]:
    """Newest first; of every agency, since it is the company's own, or what one agency knows. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM ({supports(agency, tie='')}) r"  # noqa: S608
            " LEFT JOIN companies_company f ON f.id = r.former"
            f" WHERE subject = {literal(str(company.pk))}::uuid ORDER BY granted_on DESC, body, program, item"
        )
        return [Received(*row) for row in cursor.fetchall()]
