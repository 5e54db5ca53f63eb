"""Who read which guide: companies for distribution, and numbers for staff in which no small group shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from companies.models import CompanySize
from ground.small import LEAST, is_small, shown
from guidance.models import Edition, Rating, Reading, ReadingCount, ReadingKind


def readers_of(edition: UUID) -> QuerySet[Reading, UUID]:
    """Keys of companies that read or downloaded exactly this edition and agree to being counted: a consent that stands. A
    subquery for a question about companies."""
    rows = Reading.objects.agreed().read().filter(edition=edition)
    return rows.order_by().values_list("company", flat=True).distinct()


def with_times(editions: QuerySet[Any]) -> QuerySet[Any]:
    """Editions with `times`: how many times each was read and downloaded by anybody."""
    nobody = ReadingCount.objects.filter(edition=OuterRef("pk")).order_by().values("edition")
    companies = Reading.objects.filter(edition=OuterRef("pk")).order_by().values("edition")
    found: QuerySet[Any] = editions.annotate(
        times=Coalesce(Subquery(nobody.annotate(sum=Sum("times")).values("sum")), 0)
        + Coalesce(Subquery(companies.annotate(count=Count("pk")).values("count")), 0)
    )
    return found


@dataclass(frozen=True)
class Group:
    """Companies of one size or industry; None stands for a number that is not shown."""

    label: Any
    companies: int | None


@dataclass(frozen=True)
class Readers:
    """An edition's numbers: readings of nobody and of companies, companies by size and industry, ratings."""

    nobody: Mapping[str, int]
    readings: Mapping[str, int]
    companies: int | None
    sizes: Sequence[Group]
    industries: Sequence[Group]
    rated: int | None
    average: float | None


def readers(edition: Edition) -> Readers:
    """What staff may know of an edition's readers: companies only while they agree to it. Four queries, however many there
    are."""
    nobody = dict(ReadingCount.objects.filter(edition=edition).values_list("kind").annotate(Sum("times")))
    rows = Reading.objects.filter(edition=edition).order_by()
    readings: Counter[str] = Counter()
    companies: dict[UUID, tuple[str, Any]] = {}
    by_kind = rows.values("kind").annotate(count=Count("pk"))
    readings.update({each["kind"]: each["count"] for each in by_kind})
    for company, size, industry_ko, industry_en in (
        rows.agreed()
        .order_by("company", "-on", "-id")
        .distinct("company")
        .values_list("company", "size", "industry__name_ko", "industry__name_en")
    ):
        companies[company] = (size, (industry_ko, industry_en))
    sizes = Counter(size for size, _industry in companies.values())
    industries = Counter(industry for _size, industry in companies.values())
    rating = Rating.objects.filter(edition=edition).aggregate(Count("pk"), Avg("useful"))
    rated = rating["pk__count"]
    return Readers(
        nobody={kind: nobody.get(kind, 0) for kind in ReadingKind.values},
        readings={kind: readings[kind] for kind in ReadingKind.values},
        companies=None if is_small(len(companies)) else len(companies),
        sizes=groups({CompanySize.Size(each).label if each else "": count for each, count in sizes.items()}),
        industries=groups({industry_name(each): count for each, count in industries.items()}),
        rated=None if is_small(rated) else rated,
        average=round(rating["useful__avg"], 1) if rated >= LEAST else None,
    )


def industry_name(names: tuple[str | None, str | None]) -> str:
    korean, english = names
    return (english if get_language() == "en" and english else korean) or ""


def groups(counted: Mapping[Any, int]) -> list[Group]:
    """The groups, the largest first, with what of their numbers may be shown (`ground.small`)."""
    ordered = sorted(counted.items(), key=lambda each: (-each[1], str(each[0])))
    numbers = shown([count for _label, count in ordered]).parts
    return [Group(label, number) for (label, _count), number in zip(ordered, numbers, strict=True)]
