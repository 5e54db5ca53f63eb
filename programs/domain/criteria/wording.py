"""What a criterion asks, in one sentence: for staff who build it and for whoever reads the rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from companies.models import Certificate, CompanySize, FinancialMark, Support, YearlyFigure
from programs.domain.criteria.figures import UNITS
from programs.domain.criteria.marks import cures_of
from programs.domain.criteria.names import Names, names_of
from programs.domain.criteria.values import (
    KSIC_REVISION,
    TAX_PAPERS,
    clearances_of,
    number_of,
    shape_faults,
    texts_of,
)
from programs.models import Criterion, Question
from programs.queries.answering import choice_label, yes_no

Kind = Criterion.Kind


def kind_of(criterion: Criterion) -> str:
    """The name of its kind; of a criterion of clearances that stands what it asks, as the name speaks of all that can be asked."""
    is_tax = criterion.kind == Kind.TAX and not criterion._state.adding
    return asks(criterion) if is_tax else criterion.get_kind_display()


def asks(criterion: Criterion, names: Names | None = None) -> str:
    """The sentence in the language in force; for a rule that is not complete, its kind.

    No query when `names` are given; else as `names_of`, one or two.
    """
    values: Mapping[str, Any] = criterion.values
    if shape_faults(criterion.kind, values):
        return criterion.get_kind_display()
    names = names or names_of([criterion])
    match Kind(criterion.kind):
        case Kind.PROVINCE:
            known = [str(names.provinces.get(code, code)) for code in sorted(values["provinces"])]
            return _("Located in %(names)s.") % {"names": ", ".join(known)}
        case Kind.CERTIFICATE:
            label = str(Certificate.Kind(values["kind"]).label)
            return _("Holds a valid certificate: %(kind)s.") % {"kind": label}
        case Kind.TAX:
            return _tax(values)
        case Kind.STATUS if values.get("days") is not None:
            return _("%(kind)s; an answer of the tax office may be %(days)s days old.") % {
                "kind": criterion.get_kind_display(), "days": values["days"],
            }  # fmt: skip
        case Kind.INDUSTRY:
            return _industry(values, names)
        case Kind.AGE:
            return _former(values, _("Years in business: %(limits)s.") % {"limits": limits(values)})
        case Kind.SALES | Kind.EXPORTS | Kind.EMPLOYEES:
            return _figure(criterion, values)
        case Kind.PRODUCT:
            named = [
                *texts_of(values.get("categories")),
                *(f"HS {each}" for each in texts_of(values.get("hs"))),
            ]
            return _("Has a product of: %(names)s.") % {"names": ", ".join(named)}
        case Kind.SIZE:
            sizes = [str(CompanySize.Size(each).label) for each in values["sizes"]]
            return _("Size of the company: %(names)s.") % {"names": ", ".join(sizes)}
        case Kind.MARKS:
            return _marks(values)
        case Kind.SUPPORT:
            return _support(values)
        case Kind.ANSWER:
            wanted = {"min": values.get("at_least"), "max": values.get("at_most")}
            given, question = values.get("equals"), names.questions.get(values["question"])
            text = limits(wanted) if given is None else _spoken(given, question, names)
            return _("The answer to “%(question)s” is: %(wanted)s.") % {
                "question": str(question or values["question"]), "wanted": text,
            }  # fmt: skip
        case Kind.ALL | Kind.ANY | Kind.NOT:
            return f"{criterion.get_kind_display()}: {', '.join(names.members.get(criterion.pk, []))}"
    return criterion.get_kind_display()


def _tax(values: Mapping[str, Any]) -> str:
    asked, days = clearances_of(values), values.get("days")
    if asked == TAX_PAPERS and days is None:
        return _("no tax arrears")
    papers = ", ".join(str(Certificate.Kind(each).label) for each in asked)
    text = _("No arrears, shown by: %(papers)s.") % {"papers": papers}
    if days is not None:
        text += " " + _("A tax clearance without a last day holds for %(days)s days.") % {"days": days}
    return text


def limits(values: Mapping[str, Any], unit: str = "") -> str:
    """The limits in words, both included."""
    low, high = (_number(values.get(name), unit) for name in ("min", "max"))
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("at least %(low)s") % {"low": low} if low else _("at most %(high)s") % {"high": high}


def _number(value: object, unit: str) -> str:
    number = number_of(value)
    if number is None:
        return str(value) if value else ""
    return f"{number:,f} {unit}".strip()


def _spoken(value: object, question: Question | None, names: Names) -> str:
    if isinstance(value, bool):
        return yes_no(value)
    if question is not None and any(each["code"] == value for each in question.choices):
        return choice_label(question, str(value))
    return str(names.countries.get(str(value), value))


def _industry(values: Mapping[str, Any], names: Names) -> str:
    revision = values.get("revision", KSIC_REVISION)
    named = {name: texts_of(values.get(name)) for name in ("include", "exclude")}
    parts = [
        (_("Main industry") if values.get("main_only") else _("Industry"))
        + " "
        + _("(KSIC revision %(revision)s)") % {"revision": revision}
    ]
    for name, label in (("include", _("one of: %(names)s")), ("exclude", _("none of: %(names)s"))):
        if named[name]:
            parts.append(label % {"names": ", ".join(names.industry(revision, each) for each in named[name])})
    return "; ".join(parts) + "."


def _figure(criterion: Criterion, values: Mapping[str, Any]) -> str:
    text = f"{criterion.get_kind_display()}: {limits(values, UNITS[Kind(criterion.kind)])}"
    sources = [str(YearlyFigure.Source(each).label) for each in texts_of(values.get("sources"))]
    if sources:
        text += "; " + _("proven by: %(sources)s") % {"sources": ", ".join(sources)}
    return _former(values, text + ".")


def _former(values: Mapping[str, Any], text: str) -> str:
    if values.get("former"):
        text = _("%(asks)s What a sole trader had before it became a corporation counts, too.") % {
            "asks": text
        }
    if values.get("absorbed"):
        text = _("%(asks)s What a company had that merged into this one counts, too.") % {"asks": text}
    return text


def _marks(values: Mapping[str, Any]) -> str:
    parts = []
    for mark in values["marks"]:
        cures = ", ".join(str(FinancialMark.Cure(each).label) for each in cures_of(mark, values))
        label = str(FinancialMark.Kind(mark).label)
        parts.append(
            _("%(mark)s (taken away by: %(cures)s)") % {"mark": label, "cures": cures} if cures else label
        )
    text = _("None of these marks stands: %(names)s.") % {"names": ", ".join(parts)}
    if values.get("days") is not None:
        text += " " + _("A look-up may be %(days)s days old.") % {"days": values["days"]}
    return text


def _support(values: Mapping[str, Any]) -> str:
    items = ", ".join(str(Support.Item(each).label) for each in values["items"])
    parts = [
        _("Support for the same item in the same year: %(items)s") % {"items": items}
        if values.get("same_year")
        else _("Support for the same item within %(years)s years: %(items)s")
        % {"years": values["years"], "items": items}
    ]
    times, amount = values.get("most_times"), values.get("most_amount")
    if times is not None or amount is None:
        parts.append(_("at most %(times)s times") % {"times": times or 0})
    if amount is not None:
        parts.append(_("at most %(high)s") % {"high": _number(amount, "KRW")})
    if bodies := texts_of(values.get("bodies")):
        parts.append(_("by %(bodies)s") % {"bodies": ", ".join(bodies)})
    if values.get("money"):
        parts.append(_("this program pays with: %(money)s") % {"money": Support.Money(values["money"]).label})
    return "; ".join(parts) + "."
