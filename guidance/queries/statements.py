"""What is published of a country's strategy, at an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Case, Field, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground import clock
from ground.models import Country
from ground.templatetags.naru import day
from guidance.models import Pillar, StatementVersion
from programs.models import Program

PILLAR_ORDER = Case(
    *(When(statement__pillar=pillar, then=Value(place)) for place, pillar in enumerate(Pillar.values)),
    output_field=IntegerField(),
)


def published(
    program: Program, country: Country | str, at: dt.datetime | None = None
) -> list[StatementVersion]:
    """The versions in force at an instant (now, if none is given), by pillar and position, with their statement, country,
    responsible body and figures. Two queries, and one for the clock when no instant is given."""
    code = country if isinstance(country, str) else country.pk
    rows = StatementVersion.objects.in_force(at or clock.now()).filter(
        program=program, statement__country=code
    )
    return list(rows.whole().order_by(PILLAR_ORDER, "statement__position", "statement__created_at", "pk"))


def countries(program: Program, at: dt.datetime | None = None) -> list[Country]:
    """The countries of which something is published at an instant, by code. One query, and one for the clock."""
    rows = StatementVersion.objects.in_force(at or clock.now()).filter(program=program)
    found = Country.objects.filter(pk__in=rows.values("statement__country")).order_by("pk")
    return [cast(Country, each) for each in found]


def has_published(pairs: Iterable[tuple[object, str]]) -> set[tuple[object, str]]:
    """Which of (program key, country code) have something published now. One query."""
    wanted = set(pairs)
    if not wanted:
        return set()
    rows = StatementVersion.objects.filter(
        state=StatementVersion.State.PUBLISHED,
        program__in={program for program, _country in wanted},
        statement__country__in={country for _program, country in wanted},
    )
    return wanted & set(rows.values_list("program", "statement__country").distinct())


@dataclass(frozen=True)
class Difference:
    """What two versions say at one place."""

    label: StrOrPromise
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def differences(before: StatementVersion, after: StatementVersion) -> list[Difference]:
    """Two versions of a line, field by field in the order of the draft's form, their figures last. At most four queries."""
    found = [
        Difference(field.verbose_name, _said(before, field.name), _said(after, field.name))
        for field in (cast("Field[Any, Any]", StatementVersion._meta.get_field(name)) for name in COMPARED)
    ]
    return [*found, Difference(_("Figures"), _figures(before), _figures(after))]


COMPARED = (
    "text_ko", "text_en", "products", "evidence_ko", "evidence_en", "source", "source_url", "as_of_on", "review_on",
    "confidence", "responsible_agency", "responsible_organization",
)  # fmt: skip


def _said(version: StatementVersion, name: str) -> str:
    value = getattr(version, f"get_{name}_display", lambda: getattr(version, name))()
    if isinstance(value, list):
        return ", ".join(value)
    return day(value) if isinstance(value, dt.date) else str(value or "")


def _figures(version: StatementVersion) -> str:
    return "\n".join(
        f"{each.label} {each.number} {each.unit} ({each.year})" for each in version.figures.all()
    )
