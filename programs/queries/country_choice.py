"""The ranking of a choice of countries as a table: every part of each score with its value, source and date."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from programs.domain.country_ranking import Ranking, rank
from programs.domain.country_scores import MOST_CANDIDATES, MOST_INDICATORS, Weighed
from programs.models import Candidate, CountryChoice, IndicatorValue, WeighedIndicator

Table = dict[str, Any]
"""What `kept` holds: JSON only, numbers as text."""


def of_program(code: str) -> CountryChoice | None:
    """The program's newest decided choice, else its newest one that can be ranked."""
    rows = CountryChoice.objects.filter(program__code=code).order_by("-created_at", "-id")
    decided = rows.filter(state=CountryChoice.State.DECIDED).first()
    return decided or rows.filter(weighed__isnull=False, candidates__isnull=False).first()


def table(choice: CountryChoice) -> Table | None:
    """The table as it stood if the choice is decided, else as the values stand now; None while it has no candidate, no
    indicator, or more of them than can be moved together (12, of 60 candidates). At most three queries.

    Keys: `normalization`, `size`, `least_coverage`, `shift`, `combinations`, `first` (countries), `chosen`, `indicators`
    (code, names, unit, year, weight, direction), `countries` (ranked first, then those without a rank: code, names, rank,
    score, coverage in percent, stays as a share, parts with value, source, day, illustrative or not, points) and `pivots`.
    """
    if choice.kept is not None:
        return dict(choice.kept)
    weighed = list(choice.weighed.select_related("indicator").order_by("-weight", "indicator__code"))
    candidates = list(choice.candidates.select_related("country").order_by("country"))
    if not weighed or not candidates or len(weighed) > MOST_INDICATORS or len(candidates) > MOST_CANDIDATES:
        return None
    values = _values(weighed, candidates)
    ranking = rank(
        [Weighed(each.indicator.code, each.weight, each.is_more_better) for each in weighed],
        {key: row.value for key, row in values.items()},
        [each.country_id for each in candidates],
        normalization=choice.normalization,
        size=choice.size,
        least_coverage=choice.least_coverage,
        shift=choice.shift_percent,
    )
    return _as_table(choice, weighed, candidates, values, ranking)


def brief(found: Table) -> dict[str, Any]:
    """The ranking as `manage.py rank_markets` prints it: scores, points and shares as numbers; what has no rank has a null
    score and names what is missing. `top5_share` is the share of the first of the choice, as many as it chooses."""
    return {
        "ranking": [
            {
                "country": row["code"],
                "score": _number(row["score"]),
                "parts": {part["indicator"]: _number(part["points"]) for part in row["parts"]},
                "top5_share": _number(row["stays"]),
                **({} if row["score"] else {"missing": missing(row)}),
            }
            for row in found["countries"]
        ],
        "pivot_weights": [
            {
                "indicator": pivot["indicator"],
                "direction": "above" if pivot["is_up"] else "below",
                "weight": _number(pivot["weight"]),
                "from_weight": _number(pivot["from_weight"]),
                "change_percent": _number(pivot["change"]),
                "leaves": pivot["leaves"],
                "enters": pivot["enters"],
            }
            for pivot in found["pivots"]
        ],
        "combinations": found["combinations"],
        "chosen": found["chosen"],
    }


def missing(row: dict[str, Any]) -> list[str]:
    """Codes of the indicators of which a country has no value."""
    return [part["indicator"] for part in row["parts"] if part["value"] is None]


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _values(
    weighed: list[WeighedIndicator], candidates: list[Candidate]
) -> dict[tuple[str, str], IndicatorValue]:
    """(country, indicator) → the value of the year that the choice compares."""
    compared = {each.indicator_id: (each.indicator.code, each.year) for each in weighed}
    rows = IndicatorValue.objects.filter(
        indicator__in=compared, country__in=[each.country_id for each in candidates]
    )
    found = {}
    for row in rows:
        code, year = compared[row.indicator_id]
        if row.year == year:
            found[row.country_id, code] = row
    return found


def _as_table(
    choice: CountryChoice,
    weighed: list[WeighedIndicator],
    candidates: list[Candidate],
    values: dict[tuple[str, str], IndicatorValue],
    ranking: Ranking,
) -> Table:
    countries = {each.country_id: each for each in candidates}
    return {
        "normalization": choice.normalization,
        "size": choice.size,
        "least_coverage": _text(choice.least_coverage),
        "shift": _text(choice.shift_percent),
        "combinations": ranking.combinations,
        "first": list(ranking.first),
        "chosen": sorted(code for code, each in countries.items() if each.is_chosen),
        "indicators": [
            {
                "code": each.indicator.code,
                "name_ko": each.indicator.name_ko,
                "name_en": each.indicator.name_en,
                "unit_ko": each.indicator.unit_ko,
                "unit_en": each.indicator.unit_en,
                "year": each.year,
                "weight": _text(each.weight),
                "is_more_better": each.is_more_better,
            }
            for each in weighed
        ],
        "countries": [
            {
                "code": placed.country,
                "name_ko": countries[placed.country].country.name_ko,
                "name_en": countries[placed.country].country.name_en,
                "rank": placed.rank,
                "score": _text(placed.score),
                "coverage": _text(placed.coverage),
                "stays": _text(placed.stays),
                "parts": [
                    {
                        "indicator": part.indicator,
                        "value": _text(part.value),
                        "normalized": _text(part.normalized),
                        "points": _text(part.points),
                        **_source(values.get((placed.country, part.indicator))),
                    }
                    for part in placed.parts
                ],
            }
            for placed in ranking.placed
        ],
        "pivots": [
            {
                "indicator": pivot.indicator,
                "is_up": pivot.is_up,
                "weight": _text(pivot.weight),
                "from_weight": _text(pivot.from_weight),
                "change": _text(pivot.change),
                "leaves": list(pivot.leaves),
                "enters": list(pivot.enters),
            }
            for pivot in ranking.pivots
        ],
    }


def _source(row: IndicatorValue | None) -> dict[str, Any]:
    if row is None:
        return {"source": "", "source_on": None, "is_illustrative": False}
    return {
        "source": row.source,
        "source_on": row.source_on.isoformat(),
        "is_illustrative": row.is_illustrative,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def written(text: str) -> str:
    """Without zeros that say nothing, with separators of thousands."""
    written = f"{Decimal(text):,f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
