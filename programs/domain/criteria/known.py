"""What the register knows about one company, as facts: asked of the same relations as the criteria, so it means the same."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from programs.domain.criteria.given import (
    BanFact,
    CoverFact,
    Facts,
    FigureFact,
    FormerFact,
    IndustryFact,
    MarkFact,
    PaperFact,
    PlaceFact,
    ProductFact,
    SizeFact,
    StatusFact,
    SupportFact,
)
from programs.domain.criteria.relations import COLUMNS, literal, of_register

PARSED: dict[str, Callable[[str], Any]] = {
    "uuid": UUID, "text": str, "date": dt.date.fromisoformat, "int": int, "numeric": Decimal,
    "boolean": lambda text: text == "true", "jsonb": json.loads,
}  # fmt: skip
ASKED = (
    "subject",
    "place",
    "paper",
    "status",
    "ban",
    "figure",
    "industry",
    "product",
    "size",
    "mark",
    "support",
    "cover",
    "former",
    "former_figure",
)


def known(agency: UUID, company: UUID) -> Facts:
    """Everything that the agency's criteria may read of the company; nobody else's bans and judgments. One query."""
    source = of_register(agency)
    parts = []
    for name in ASKED:
        cells = ", ".join(f"{column}::text" for column in COLUMNS[name])
        order = " ORDER BY id" if "id" in COLUMNS[name] else ""
        parts.append(
            f"(SELECT coalesce(json_agg(ARRAY[{cells}]{order}), '[]') FROM ({source.selects[name]}) r"
            f" WHERE subject = {literal(str(company))}::uuid)"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts))
        found = dict(zip(ASKED, cursor.fetchone(), strict=True))
    rows = {name: list(_rows(name, found[name])) for name in ASKED}
    return Facts(
        opened_on=next((each["opened_on"] for each in rows["subject"]), None),
        places=[PlaceFact(**_without(each, "id")) for each in rows["place"]],
        papers=[PaperFact(**_without(each, "id", "file"), file_id=each["file"]) for each in rows["paper"]],
        status=next((StatusFact(**each) for each in rows["status"]), None),
        bans=[BanFact(**each) for each in rows["ban"]],
        figures=[FigureFact(**each) for each in sorted(rows["figure"], key=lambda row: row["year"])],
        industries=[
            IndustryFact(**each)
            for each in sorted(rows["industry"], key=lambda row: (not row["is_main"], row["code"]))
        ],
        sizes=[
            SizeFact(**_without(each, "id", "file", "is_paper"), file_id=each["file"])
            for each in rows["size"]
            if not each["is_paper"]
        ],
        marks=[
            MarkFact(
                **_without(each, "id", "file", "cure_file"),
                file_id=each["file"],
                cure_file_id=each["cure_file"],
            )
            for each in rows["mark"]
        ],
        supports=[
            SupportFact(**each)
            for each in sorted(
                rows["support"], key=lambda row: (row["granted_on"], row["body"], row["program"], row["item"])
            )
        ],
        covers=[CoverFact(**each) for each in rows["cover"]],
        products=[ProductFact(**each) for each in sorted(rows["product"], key=lambda row: row["code"])],
        formers=[
            FormerFact(
                **each,
                figures=[
                    FigureFact(**_without(it, "name", "opened_on", "until_on", "by"))
                    for it in sorted(rows["former_figure"], key=lambda row: row["year"])
                    if it["name"] == each["name"]
                ],
            )
            for each in sorted(rows["former"], key=lambda row: row["name"])
        ],
    )


def _rows(name: str, cells: str | Sequence[Sequence[str | None]]) -> Iterable[dict[str, Any]]:
    """Without the company itself."""
    kinds = COLUMNS[name]
    for row in json.loads(cells) if isinstance(cells, str) else cells:
        typed = zip(kinds.items(), row, strict=True)
        yield {
            column: None if cell is None else PARSED[kind](cell)
            for (column, kind), cell in typed
            if column != "subject"
        }


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
