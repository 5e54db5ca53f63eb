"""What the values of each kind of criterion look like, and what is wrong with them, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import Certificate, CompanySize, FinancialMark, Place, Support, YearlyFigure
from companies.models.standing import HOLDS_FOR
from programs.domain.criteria.parameters import (
    Bound,
    Codes,
    Declared,
    Fault,
    Flag,
    Given,
    Industries,
    Number,
    OfForm,
    One,
    Parameter,
    Provinces,
    Some,
    Texts,
    day_of,
    is_empty,
    number_of,
    texts_of,
)
from programs.models import Criterion

__all__ = [
    "CLEARANCES", "DECLARED", "FIGURES", "HOLDS_FOR", "KSIC_REVISION", "TAX_PAPERS", "clearances_of", "day_of", "days_held", "declared_faults", "number_of", "shape_faults", "texts_of", "years_before",
]  # fmt: skip

Kind = Criterion.Kind
FIGURES = (Kind.SALES, Kind.EXPORTS, Kind.EMPLOYEES)
KSIC_REVISION = 11
"""In force since 2024-07-01; some agencies still print revision 10."""
TAX_PAPERS = (Certificate.Kind.TAX_NATIONAL.value, Certificate.Kind.TAX_LOCAL.value)
CLEARANCES = (*TAX_PAPERS, Certificate.Kind.INSURANCE.value)
"""Papers that show that nothing is owed; a deferral that was granted is printed on them."""


def clearances_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The clearances that a criterion on arrears asks for, in their order; where it names none, those of both taxes."""
    named = texts_of(values.get("papers"))
    return tuple(each for each in CLEARANCES if each in named) if named else TAX_PAPERS


def days_held(values: Mapping[str, Any]) -> int:
    """For how many days an answer, or a tax clearance without a last day, holds under these values."""
    named = number_of(values.get("days"))
    return HOLDS_FOR if named is None else int(named)


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier; of 29 February, the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def shape_faults(kind: str, values: object) -> list[str]:
    """What is wrong with the values, without a look at the database. A criterion with a fault is decided by a person."""
    return [str(each.sentence) for each in declared_faults(kind, values)]


def declared_faults(kind: str, values: object) -> list[Fault]:
    """The same with the parameter that each is about."""
    if not isinstance(values, dict):
        return [Fault("", _("The values are not an object, for example {}."))]
    return DECLARED.get(kind, Declared()).faults(values)


LIMITS = ("min", "max")


def limits(unit: StrOrPromise, *, most: int | None = None, is_whole: bool = True) -> tuple[Number, Number]:
    """A lower and an upper limit, both included."""
    low, high = (
        Number(name, label, unit=unit, most=most, is_whole=is_whole)
        for name, label in zip(LIMITS, (_("lower limit, included"), _("upper limit, included")), strict=True)
    )
    return low, high


FORMER = Flag(
    "former", _("counts what a sole trader had before it became a corporation"),
    _("Only where the notice says so. Not ticked: only what the company itself has."),
)  # fmt: skip
ABSORBED = Flag(
    "absorbed", _("counts what a company had that merged into this one"),
    _("Only where the notice says so. Not ticked: only what the company itself has."),
)  # fmt: skip


def counts_formers(values: Mapping[str, Any]) -> bool:
    """Whether what a former company had counts, of one kind or the other."""
    return bool(values.get("former") or values.get("absorbed"))


def _figure(unit: StrOrPromise, *more: Parameter, is_whole: bool = False) -> Declared:
    return Declared(
        (
            *limits(unit, is_whole=is_whole),
            Some(
                "sources", _("proven by"), _("A figure from elsewhere is looked at by a person. None chosen: any counts."),
                options=YearlyFigure.Source.choices,
            ),
            *more,
        ),
        needs_one=LIMITS, in_order=LIMITS,
    )  # fmt: skip


def _answer(values: Mapping[str, Any]) -> Iterable[Fault]:
    """What no parameter says alone: one answer stands alone, and two limits are both numbers or both days."""
    bounds = [values[name] for name in ("at_least", "at_most") if not is_empty(values.get(name))]
    if not is_empty(values.get("equals")) and bounds:
        yield Fault("equals", _("An answer stands alone; only the two limits may stand together."))
    elif bounds and not any(all(of(each) is not None for each in bounds) for of in (number_of, day_of)):
        yield Fault("at_most", _("Both limits are numbers, or both are days."))


MONEY = [(each.value, each.label) for each in (Support.Money.NATIONAL, Support.Money.LOCAL)]


def _support(values: Mapping[str, Any]) -> Iterable[Fault]:
    if values.get("same_year") and not is_empty(values.get("years")):
        yield Fault("same_year", _("Years or the same year, not both."))
    elif not values.get("same_year") and is_empty(values.get("years")):
        yield Fault("years", _("Say how many years, or the same year."))


DECLARED: dict[str, Declared] = {
    Kind.PROVINCE: Declared(
        (
            Provinces(
                "provinces", _("provinces"), _("Codes of earlier days count as the ones that took their place."),
                is_required=True,
            ),
            Some(
                "places", _("places that count"), options=Place.Kind.choices,
                default=[Place.Kind.HEAD_OFFICE.value],
            ),
        )
    ),
    Kind.CERTIFICATE: Declared(
        (One("kind", _("certificate"), is_required=True, options=Certificate.Kind.choices),)
    ),
    Kind.STATUS: Declared(
        (
            Number(
                "days", _("an answer of the tax office may be this old"),
                _("On the day that counts, as long as that is to come today; at an agreement and a payment on their day. 30 where nothing is said, as long as a tax clearance holds: a rule of this system, enter what the notice says."),
                unit=_("days"), least=1, most=3650,
            ),
        )
    ),
    Kind.TAX: Declared(
        (
            Some(
                "papers", _("clearances that are asked for"), _("None chosen: those of national and local taxes."),
                options=[(each, Certificate.Kind(each).label) for each in CLEARANCES],
            ),
            Number(
                "days", _("a tax clearance without a last day holds for"),
                _("From its day of issue. 30 where nothing is said: tax clearances are normally valid for 30 days from their issue, and print their last day, which counts. A social insurance clearance prints its period: without a last day a person must look."),
                unit=_("days"), least=1, most=3650,
            ),
        )
    ),
    Kind.SIZE: Declared((Some("sizes", _("sizes"), is_required=True, options=CompanySize.Size.choices),)),
    Kind.MARKS: Declared(
        (
            Some("marks", _("marks"), is_required=True, options=FinancialMark.Kind.choices),
            Some(
                "cures", _("what takes a mark away"), _("None chosen: all that the rules name for the mark."),
                options=FinancialMark.Cure.choices,
            ),
            Number("days", _("a look-up may be this old"), unit=_("days"), most=3650),
        )
    ),
    Kind.SUPPORT: Declared(
        (
            Some("items", _("items"), is_required=True, options=Support.Item.choices),
            Number("years", _("within the last"), unit=_("years"), least=1, most=50),
            Flag("same_year", _("in the same year")),
            Texts("bodies", _("bodies that count"), _("Names or codes of agencies, one a line. None named: all count.")),
            Number("most_times", _("at most so many times")),
            Number("most_amount", _("at most this amount"), unit="KRW", is_whole=False),
            One("money", _("this program pays with"), options=MONEY),
        ),
        more=_support,
    ),
    Kind.INDUSTRY: Declared(
        (
            Industries("include", _("only these industries"), _("A section, or a division, group, class or subclass with its section’s letter, for example C, C10 or C10794. With blanks, commas or lines between them.")),
            Industries("exclude", _("none of these industries"), _("One of these bars, whatever else the company does.")),
            Flag("main_only", _("only the main industry counts")),
            One("revision", _("KSIC revision"), options=[(11, "11"), (10, "10"), (9, "9")], default=KSIC_REVISION),
        ),
        needs_one=("include", "exclude"),
    ),
    Kind.AGE: Declared((*limits(_("years"), most=200), FORMER, ABSORBED), needs_one=LIMITS, in_order=LIMITS),
    Kind.SALES: _figure("KRW", FORMER, ABSORBED),
    Kind.EXPORTS: _figure("USD", FORMER, ABSORBED),
    Kind.EMPLOYEES: _figure(_("people"), is_whole=True),
    Kind.PRODUCT: Declared(
        (
            Texts("categories", _("categories"), _("One a line, as companies have them in their products.")),
            Codes(
                "hs", _("HS codes"), _("Their beginnings, for example 3304. With blanks, commas or lines between them."),
                pattern="[0-9]{2,10}", wrong=_("The beginning of an HS code has two to ten digits."),
            ),
        ),
        needs_one=("categories", "hs"),
    ),
    Kind.ANSWER: Declared(
        (
            OfForm("question", _("question"), is_required=True),
            Given("equals", _("the answer is"), _("For yes or no, and for questions with a list.")),
            Bound("at_least", _("lower limit, included"), _("For numbers, amounts and days.")),
            Bound("at_most", _("upper limit, included")),
        ),
        needs_one=("equals", "at_least", "at_most"), more=_answer,
    ),
}  # fmt: skip
"""What each kind lets staff say; a kind that is not named here has nothing to say."""
