"""Guides as everybody reads them: the newest editions, one of them with its marks of today, and what came before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ground.clock import SEOUL
from ground.templatetags.naru import day
from guidance.models import Booklet, Edition, GuideVideo, StatementVersion
from guidance.models.video import GuideVideoQuerySet
from guidance.queries import guide_content
from guidance.queries.guide_content import Content, Row
from guidance.wording import said
from programs.models import Program


@dataclass(frozen=True)
class Shelf:
    """A program's guides, one for each country."""

    program: Program
    editions: tuple[Edition, ...]
    whole: tuple[Booklet, ...]
    """The booklets of all countries together, one in each language; none while one of them says what was withdrawn."""
    is_withheld: bool


def shelves() -> list[Shelf]:
    """All guides, newest program first. Two queries."""
    editions = list(
        Edition.objects.newest()
        .brief()
        .with_withdrawn()
        .order_by("-program__starts_on", "program__code", "country")
    )
    by_program: dict[Any, list[Any]] = {}
    for each in editions:
        by_program.setdefault(each.program, []).append(each)
    versions = {program.pk: "+".join(each.version for each in rows) for program, rows in by_program.items()}
    whole: dict[Any, list[Booklet]] = {}
    for booklet in Booklet.objects.filter(program__in=versions, country_count__gt=1).select_related("file"):
        if booklet.version == versions[booklet.program_id]:
            whole.setdefault(booklet.program_id, []).append(booklet)
    found = []
    for program, rows in by_program.items():
        booklets = _korean_first(whole.get(program.pk, ()))
        is_withheld = bool(booklets) and any(each.says_withdrawn for each in rows)
        found.append(Shelf(program, tuple(rows), () if is_withheld else tuple(booklets), is_withheld))
    return found


def versions() -> dict[str, str]:
    """Of each guide (`PROGRAM/VN`) the version that is newest. One query."""
    rows = Edition.objects.newest().values_list("program__code", "country", "number")
    return {f"{program}/{country}": f"{country}-{number}" for program, country, number in rows}


def edition_of(program: str, country: str, number: int | None = None) -> Edition | None:
    """An edition of a guide, the newest when no number is given, with all that it says. One query."""
    rows = Edition.objects.of_guide(program, country).select_related("program", "country", "agency")
    found = rows.filter(number=number) if number is not None else rows.order_by("-number")[:1]
    first: Edition | None = found.first() if number is not None else next(iter(found), None)
    return first


def editions_of(edition: Edition) -> list[Edition]:
    """All editions of the same guide, the newest first. One query."""
    rows = Edition.objects.filter(program=edition.program_id, country=edition.country_id)
    return list(rows.brief().order_by("-number"))


def booklets_of(edition: Edition) -> list[Booklet]:
    """The edition's booklets, Korean first. One query."""
    rows = Booklet.objects.filter(program=edition.program_id, version=edition.version)
    return _korean_first(rows.select_related("file"))


def editions_named(booklet: Booklet) -> list[Any]:
    """The editions that a booklet holds, without what they say, with `says_withdrawn`. One query."""
    numbers = [each.rpartition("-")[::2] for each in booklet.version.split("+")]
    wanted = Q()
    for country, number in numbers:
        wanted |= Q(country=country, number=int(number))
    return list(Edition.objects.filter(wanted, program=booklet.program_id).with_withdrawn().defer("content"))


def _videos(edition: Edition) -> GuideVideoQuerySet:
    return GuideVideo.objects.shown().filter(program=edition.program_id, country=edition.country_id)


def has_videos(edition: Edition) -> bool:
    """Whether there is a video about the country. One query."""
    return _videos(edition).exists()


def videos_of(edition: Edition) -> list[GuideVideo]:
    """Videos about the country, the newest first. One query."""
    return list(_videos(edition).defer("captions_ko").select_related("file").order_by("-created_at"))


def _korean_first(rows: Any) -> list[Booklet]:
    return sorted(rows, key=lambda each: each.language != "ko")


def shown(content: Content, lang: str, now: dt.datetime) -> dict[str, Any]:
    """What the edition says, in the active language, with the marks of now: past its review or written anew since. Of what
    has been withdrawn since only the mark: no text, evidence or figure. One query."""
    today = now.astimezone(SEOUL).date()
    told = [*content["statements"], *(row for row in content["changes"] if row["text_ko"])]
    ended, withdrawn = _ended([row["version"] for row in told], now)
    stays = [row for row in content["statements"] if row["version"] not in withdrawn]

    def marks(row: Row) -> list[str]:
        found = []
        if row["version"] in withdrawn:
            return [withdrawn[row["version"]]]
        if row["version"] in ended:
            found.append(ended[row["version"]])
        if guide_content.is_past(row, today):
            found.append(_("Past its review: it may no longer be true"))
        return found + guide_content.made_up(row)

    chapters = guide_content.pillars(content, lang, marks, hidden=withdrawn)
    return {
        "country": said(content["country"], "name", lang).text,
        "program": said(content["program"], "name", lang).text,
        "issuer": said(content["agency"], "name", lang).text,
        "version": guide_content.version_of([content]),
        "published_on": guide_content.published_on(content),
        "pillars": chapters,
        "silent": guide_content.silent_pillars(content),
        "changes": guide_content.changes(content, lang, hidden=withdrawn),
        "past_count": sum(guide_content.is_past(row, today) for row in stays),
        "says_withdrawn": bool(withdrawn),
        "has_ended": not stays,
        "is_made_up": content["is_made_up"],
    }


def _ended(keys: Sequence[str], now: dt.datetime) -> tuple[dict[str, str], dict[str, str]]:
    """The marks of versions that were written anew, and of those that were withdrawn."""
    rows = StatementVersion.objects.filter(pk__in=keys).exclude(
        withdrawn_at__isnull=True, replaced_at__isnull=True
    )
    anew, withdrawn = {}, {}
    for key, withdrawn_at, replaced_at in rows.values_list("pk", "withdrawn_at", "replaced_at"):
        if withdrawn_at is not None and withdrawn_at <= now:
            on = day(withdrawn_at.astimezone(SEOUL).date())
            withdrawn[str(key)] = _("Withdrawn on %(day)s") % {"day": on}
        elif replaced_at is not None and replaced_at <= now:
            anew[str(key)] = _("Worded anew since; the next edition says it")
    return anew, withdrawn
