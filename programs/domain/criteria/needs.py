"""What has to be known about a company to answer a call's criteria: asked of whoever checks, and nothing besides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from programs.domain.criteria.compiling import days_that_count
from programs.domain.criteria.support import begins_on
from programs.domain.criteria.values import FIGURES, KSIC_REVISION, clearances_of, shape_faults, texts_of
from programs.models import Call, Criterion

Kind = Criterion.Kind


@dataclass
class Needs:
    """`figures` are the kinds (sales, exports, employees) of each calendar year, `industries` revisions of the codes."""

    opened_on: bool = False
    places: list[str] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)
    status: bool = False
    bans: bool = False
    figures: dict[int, list[str]] = field(default_factory=dict)
    is_proof_asked: bool = False
    is_former_counted: bool = False
    """What a sole trader had before it became a corporation counts for the day of opening or for figures."""
    is_absorbed_counted: bool = False
    """So does what a company had that merged into it."""
    industries: list[int] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    hs: bool = False
    questions: list[str] = field(default_factory=list)
    size: bool = False
    marks: list[str] = field(default_factory=list)
    supports: dict[str, dt.date] = field(default_factory=dict)
    """Items, each with the first day that counts."""
    support_bodies: list[str] = field(default_factory=list)
    is_support_amount_asked: bool = False

    @property
    def anything(self) -> bool:
        return self != Needs()


def needs(call: Call, criteria: Sequence[Criterion]) -> Needs:
    """In the order in which the criteria ask; what a person decides, and rules that are not complete, ask for nothing."""
    found = Needs()
    for each in criteria:
        if not shape_faults(each.kind, each.values):
            _add(found, call, each)
    return found


def _add(found: Needs, call: Call, criterion: Criterion) -> None:
    kind, values = Kind(criterion.kind), criterion.values
    found.is_former_counted |= bool(values.get("former"))
    found.is_absorbed_counted |= bool(values.get("absorbed"))
    match kind:
        case Kind.PROVINCE:
            _once(found.places, *(values.get("places") or ["head_office"]))
        case Kind.CERTIFICATE:
            _once(found.papers, values["kind"])
        case Kind.TAX:
            _once(found.papers, *clearances_of(values))
        case Kind.STATUS:
            found.status = True
        case Kind.NOT_BANNED:
            found.bans = True
        case Kind.AGE:
            found.opened_on = True
        case Kind.INDUSTRY:
            revision = int(values.get("revision", KSIC_REVISION))
            if revision not in found.industries:
                found.industries.append(revision)
        case Kind.PRODUCT:
            _once(found.categories, *texts_of(values.get("categories")))
            found.hs = found.hs or bool(texts_of(values.get("hs")))
        case Kind.SIZE:
            found.size = True
        case Kind.MARKS:
            _once(found.marks, *values["marks"])
        case Kind.SUPPORT:
            first = min(begins_on(values, each) for each in days_that_count(call, criterion.as_of))
            for item in values["items"]:
                found.supports[item] = min(first, found.supports.get(item, first))
            _once(found.support_bodies, *texts_of(values.get("bodies")))
            found.is_support_amount_asked |= values.get("most_amount") is not None
        case Kind.ANSWER:
            _once(found.questions, values["question"])
    if kind in FIGURES:
        for day in days_that_count(call, criterion.as_of):
            _once(found.figures.setdefault(day.year - 1, []), kind.value)
        found.is_proof_asked = found.is_proof_asked or bool(texts_of(values.get("sources")))


def _once(known: list[str], *more: str) -> None:
    known += [each for each in dict.fromkeys(more) if each not in known]
