"""What an edition keeps, in the words of one language: the same for the booklet, the web and the reader without a network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ground.clock import SEOUL
from ground.templatetags.naru import day
from guidance.models.pillar import Pillar
from guidance.printing.figures import drawing_of, written
from guidance.wording import Said, said

Content = Mapping[str, Any]
"""What an edition keeps (`guidance.domain.editions`): JSON only."""
Row = Mapping[str, Any]
Marks = Callable[[Row], Sequence[str]]
NOTHING = Said("")


def version_of(contents: Sequence[Content]) -> str:
    """`VN-2`, or `CN-1+VN-2` of several countries: the same words mean the same editions."""
    return "+".join(f"{each['country']['code']}-{each['number']}" for each in contents)


def published_on(content: Content) -> dt.date:
    """The day of the edition in Seoul."""
    return dt.datetime.fromisoformat(content["published_at"]).astimezone(SEOUL).date()


def is_past(row: Row, on: dt.date) -> bool:
    """Whether the statement was to be reviewed before that day."""
    return dt.date.fromisoformat(row["review_on"]) < on


def pillars(
    content: Content, lang: str, marks: Marks, *, hidden: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The statements by pillar, in the active language, each with what `marks` says of it; of those whose version is hidden
    nothing else."""
    found = []
    for pillar in Pillar:
        rows = [row for row in content["statements"] if row["pillar"] == pillar]
        if rows:
            title = _title(pillar)
            found.append(
                {
                    "code": str(pillar),
                    "title": title,
                    "statements": [
                        _statement(row, f"{title} {place}", marks(row), lang, row["version"] in hidden)
                        for place, row in enumerate(rows, start=1)
                    ],
                }
            )
    return found


def silent_pillars(content: Content) -> str:
    """A sentence about pillars of which nothing is said yet; empty when there is none."""
    there = {row["pillar"] for row in content["statements"]}
    missing = [str(each.label) for each in Pillar if each not in there]
    return _("Nothing is said yet of: %(pillars)s.") % {"pillars": ", ".join(missing)} if missing else ""


def changes(content: Content, lang: str, *, hidden: Collection[str] = ()) -> list[dict[str, Any]]:
    """What became of statements since the edition before; without the words of versions that are hidden."""
    labels = {
        "new": _("New in %(pillar)s"),
        "changed": _("Changed in %(pillar)s"),
        "gone": _("No longer said in %(pillar)s"),
    }
    return [
        {
            "label": labels[change["kind"]] % {"pillar": str(Pillar(change["pillar"]).label)},
            "text": told(NOTHING if change["version"] in hidden else said(change, "text", lang)),
            "changed": told(NOTHING if change["version"] in hidden else said(change, "changed", lang)),
        }
        for change in content["changes"]
    ]


def told(text: Said) -> dict[str, Any]:
    return {"text": text.text, "only_korean": text.is_only_korean}


def made_up(row: Row) -> list[str]:
    return [_("Made up for the demonstration")] if row["is_made_up"] else []


def _title(pillar: Pillar) -> str:
    label = str(pillar.label)
    return label[:1].upper() + label[1:]


def _statement(row: Row, title: str, marks: Sequence[str], lang: str, is_hidden: bool) -> dict[str, Any]:
    place = {"title": title, "anchor": f"s-{row['statement']}", "marks": list(marks), "is_hidden": is_hidden}
    if is_hidden:
        return place
    drawing = drawing_of(row["figures"], name=f"figure-{row['version']}", lang=lang)
    return {
        **place,
        "review_on": row["review_on"],
        "text": told(said(row, "text", lang)),
        "evidence": told(said(row, "evidence", lang)),
        "drawing": drawing
        and {"title": drawing.title, "description": drawing.description, "svg": drawing.svg},
        "figures": _figures(row["figures"], lang),
        "facts": _facts(row, lang),
    }


def _facts(row: Row, lang: str) -> list[dict[str, Any]]:
    facts = [
        (_("Source"), Said(row["source"]), row["source_address"]),
        (_("As of"), Said(_day(row["as_of_on"])), ""),
        (_("To be reviewed on"), Said(_day(row["review_on"])), ""),
        (_("Confidence"), said(row["confidence"], "name", lang), ""),
        (_("Responsible body"), said(row["body"], "name", lang), ""),
        (_("HS codes"), Said(", ".join(row["product_codes"])), ""),
    ]
    return [{"label": label, **told(text), "address": address} for label, text, address in facts if text.text]


def _figures(rows: Sequence[Row], lang: str) -> dict[str, Any] | None:
    if not rows:
        return None
    return {
        "columns": [_("Figure"), _("Value"), _("Unit"), _("Year")],
        "rows": [
            {
                "label": told(said(row, "label", lang)),
                "value": written(row["value"]),
                "unit": told(said(row, "unit", lang)),
                "year": str(row["year"]),
                "remark": _("(illustrative)") if row["is_illustrative"] else "",
            }
            for row in rows
        ],
    }


def _day(text: str) -> str:
    return day(dt.date.fromisoformat(text))
