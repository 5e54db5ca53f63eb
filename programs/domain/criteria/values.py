"""What the values of each kind of criterion look like, and what is wrong with them, in sentences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from companies.models import Certificate, CompanySize, FinancialMark, Place, Support, YearlyFigure
from ground.models import Industry, Province
from programs.models import Criterion

Kind = Criterion.Kind
FIGURES = (Kind.SALES, Kind.EXPORTS, Kind.EMPLOYEES)
KSIC_REVISION = 11
"""In force since 2024-07-01; some agencies still print revision 10."""


def number_of(value: object) -> Decimal | None:
    """A limit as it stands in the values: a number, or a number as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def day_of(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier; of 29 February, the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def texts_of(value: object) -> list[str]:
    """The texts of a list; nothing when it is no list of texts."""
    return (
        list(value)
        if isinstance(value, list) and all(isinstance(each, str) and each for each in value)
        else []
    )


def shape_faults(kind: str, values: object) -> list[str]:
    """What is wrong with the values, without a look at the database. A criterion with a fault is decided by a person."""
    if not isinstance(values, dict):
        return [_("The values are not an object, for example {}.")]
    rule = _SHAPES.get(Kind(kind))
    return [] if rule is None else list(rule(values))


def faults(criterion: Criterion, siblings: Sequence[Criterion]) -> list[str]:
    """Everything that keeps a criterion from being asked, as sentences; `siblings` are all criteria of its call.

    A handful of queries. Amounts are KRW (sales) and USD (exports); ages are whole years.
    """
    values = criterion.values
    found = [*shape_faults(criterion.kind, values), *_days(criterion), *_grouping(criterion, siblings)]
    return found or list(_unknown(criterion))


def _province(values: Mapping[str, Any]) -> Iterable[str]:
    if not texts_of(values.get("provinces")):
        yield _('Name provinces by their codes, for example {"provinces": ["11"]}.')
    if "places" in values and not set(texts_of(values["places"]) or [""]) <= set(Place.Kind.values):
        yield _('Places are some of "head_office", "factory" and "laboratory".')


def _certificate(values: Mapping[str, Any]) -> Iterable[str]:
    if values.get("kind") not in Certificate.Kind.values:
        yield _('Name the kind of certificate, for example {"kind": "SME_CERT"}.')


def _industry(values: Mapping[str, Any]) -> Iterable[str]:
    named = [*texts_of(values.get("include")), *texts_of(values.get("exclude"))]
    if not named or any(
        name in values and values[name] and not texts_of(values[name]) for name in ("include", "exclude")
    ):
        yield _('Name industries by the beginning of their codes, for example {"exclude": ["I56"]}.')
    if any(not re.fullmatch(r"[A-Z][0-9]{0,5}", each) for each in named):
        yield _("An industry code is a capital letter with up to five digits, for example C10.")
    if values.get("revision", KSIC_REVISION) not in (9, 10, 11):
        yield _("The revision of the industry codes is 9, 10 or 11.")
    if not isinstance(values.get("main_only", False), bool):
        yield _('"main_only" is true or false.')


def _limits(values: Mapping[str, Any]) -> Iterable[str]:
    given = {name: values[name] for name in ("min", "max") if values.get(name) is not None}
    limits = {name: number_of(value) for name, value in given.items()}
    if not given or None in limits.values():
        yield _('Give a lower or an upper limit as a number, for example {"min": 1, "max": 7}.')
    elif any(each < 0 for each in limits.values() if each is not None):
        yield _("A limit is not below zero.")
    elif len(limits) == 2 and limits["min"] > limits["max"]:  # type: ignore[operator]
        yield _("The lower limit lies above the upper one.")


def _age(values: Mapping[str, Any]) -> Iterable[str]:
    yield from _limits(values)
    limits = [number_of(values[name]) for name in ("min", "max") if values.get(name) is not None]
    if any(each is not None and (each % 1 or each > 200) for each in limits):
        yield _("Years in business are whole years.")


def _figure(values: Mapping[str, Any]) -> Iterable[str]:
    yield from _limits(values)
    if "sources" in values and not set(texts_of(values["sources"]) or [""]) <= set(
        YearlyFigure.Source.values
    ):
        yield _('Sources are some of "company", "statement" and "kita".')


def _product(values: Mapping[str, Any]) -> Iterable[str]:
    if not texts_of(values.get("categories")) and not texts_of(values.get("hs")):
        yield _('Name categories or the beginnings of HS codes, for example {"hs": ["3304"]}.')
    if any(not re.fullmatch(r"[0-9]{2,10}", each) for each in texts_of(values.get("hs"))):
        yield _("The beginning of an HS code has two to ten digits.")


def _answer(values: Mapping[str, Any]) -> Iterable[str]:
    tests = [name for name in ("equals", "at_least", "at_most") if values.get(name) is not None]
    if not isinstance(values.get("question"), str) or not values["question"] or not tests:
        yield _(
            'Name a question and what its answer must be, for example {"question": "sells", "equals": true}.'
        )
    elif "equals" in tests and len(tests) > 1:
        yield _('"equals" stands alone; "at_least" and "at_most" may stand together.')
    elif "equals" in tests and not isinstance(values["equals"], bool | int | float | str):
        yield _('"equals" is a text, a number, true or false.')
    elif "equals" not in tests and not any(
        all(of(values[name]) is not None for name in tests) for of in (number_of, day_of)
    ):
        yield _('"at_least" and "at_most" are numbers or days like 2025-05-30.')


def _size(values: Mapping[str, Any]) -> Iterable[str]:
    named = values.get("sizes")
    if not isinstance(named, list) or not named or not all(each in CompanySize.Size.values for each in named):
        yield _('Name sizes, for example {"sizes": ["micro", "small", "medium"]}.')


def _marks(values: Mapping[str, Any]) -> Iterable[str]:
    named, cures, days = values.get("marks"), values.get("cures"), values.get("days")
    if (
        not isinstance(named, list)
        or not named
        or not all(each in FinancialMark.Kind.values for each in named)
    ):
        yield _('Name marks, for example {"marks": ["credit_bad", "insolvency"]}.')
    if cures is not None and not (
        isinstance(cures, list) and all(each in FinancialMark.Cure.values for each in cures)
    ):
        yield _('Cures are some of "settled", "discharge", "rehabilitation", "restart" and "recovered".')
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 3650):
        yield _('"days" says how many days old a look-up may be, from 0 to 3650.')


def _support(values: Mapping[str, Any]) -> Iterable[str]:
    years, times, amount = values.get("years"), values.get("most_times"), values.get("most_amount")
    items = texts_of(values.get("items"))
    if not items or not set(items) <= set(Support.Item.values):
        yield _('Name items, for example {"items": ["publicity"], "years": 3}.')
    if ("years" in values) == ("same_year" in values) or values.get("same_year", True) is not True:
        yield _('Give "years" or "same_year": true.')
    elif "years" in values and (
        isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= 50
    ):
        yield _('"years" is a whole number from 1 to 50.')
    if "bodies" in values and not texts_of(values["bodies"]):
        yield _('"bodies" is a list of names or of codes of agencies.')
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 0):
        yield _('"most_times" is a whole number, zero or more.')
    if amount is not None and ((found := number_of(amount)) is None or found < 0):
        yield _('"most_amount" is an amount in KRW, zero or more.')
    if values.get("money", "national") not in ("national", "local"):
        yield _('"money" is "national" or "local": what this program pays with.')


_SHAPES: dict[str, Callable[[Mapping[str, Any]], Iterable[str]]] = {
    Kind.PROVINCE: _province,
    Kind.CERTIFICATE: _certificate,
    Kind.INDUSTRY: _industry,
    Kind.AGE: _age,
    Kind.SALES: _figure,
    Kind.EXPORTS: _figure,
    Kind.EMPLOYEES: _figure,
    Kind.PRODUCT: _product,
    Kind.SIZE: _size,
    Kind.MARKS: _marks,
    Kind.SUPPORT: _support,
    Kind.ANSWER: _answer,
}


def _days(criterion: Criterion) -> Iterable[str]:
    wanted = {criterion.as_of, criterion.later_as_of} & {Criterion.AsOf.EVALUATION, Criterion.AsOf.CURE}
    if wanted and criterion.call.evaluation_on is None:
        yield _("It counts on the first evaluation day: enter that day in the call.")
    if criterion.later_as_of == Criterion.AsOf.CURE:
        yield _("The later day is one day: choose closing, agreement or first evaluation.")


def _grouping(criterion: Criterion, siblings: Sequence[Criterion]) -> Iterable[str]:
    members = [each for each in siblings if each.group_id == criterion.pk]
    if criterion.kind in Criterion.GROUPS:
        if not members:
            yield _("No criterion belongs to it.")
        elif criterion.kind == Kind.NOT and len(members) > 1:
            yield _("Exactly one criterion belongs to it.")
    elif members:
        yield _("Other criteria belong to it, but it is not a group.")
    above, seen = criterion, {criterion.pk}
    known = {each.pk: each for each in siblings}
    while above.group_id is not None and above.group_id in known:
        above = known[above.group_id]
        if above.pk in seen:
            yield _("It is part of itself.")
            return
        seen.add(above.pk)


def _unknown(criterion: Criterion) -> Iterable[str]:
    values: Mapping[str, Any] = criterion.values
    if criterion.kind == Kind.PROVINCE:
        named = set(values["provinces"])
        if Province.objects.filter(code__in=named).count() != len(named):
            yield _("A province is not known.")
    if criterion.kind == Kind.INDUSTRY:
        revision = values.get("revision", KSIC_REVISION)
        for code in [*texts_of(values.get("include")), *texts_of(values.get("exclude"))]:
            if not Industry.objects.filter(revision=revision, code__startswith=code).exists():
                yield _("No industry of revision %(revision)s begins with %(code)s.") % {
                    "revision": revision, "code": code,
                }  # fmt: skip
    if (
        criterion.kind == Kind.ANSWER
        and not criterion.call.questions.filter(code=values["question"]).exists()
    ):
        yield _("The call has no question “%(code)s”.") % {"code": values["question"]}
