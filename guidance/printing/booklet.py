"""The booklet (책자): one edition of one country, or the editions of all, as PDF/UA-1 in Korean or English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ground.printing.typesetting import typeset
from ground.templatetags.naru import day
from guidance.queries import guide_content
from guidance.queries.guide_content import Content, Row, is_past, published_on, version_of
from guidance.wording import said

TEMPLATE = Path(__file__).parent / "guide.typ"
LANGUAGES = ("ko", "en")


def write_pdf(contents: Sequence[Content], lang: str) -> bytes:
    """The booklet of these editions (of one program, in the order given) as PDF bytes: the same ones whenever and wherever
    it is made again. A statement counts as past its review as of the day of its edition; each says its review day.

    Raises NotPrinted at any warning of the typesetter, ValueError for no edition or another language.
    """
    if not contents or lang not in LANGUAGES:
        raise ValueError("a booklet needs an edition and one of two languages")
    with translation.override(lang):
        remark = _("□ stands for a letter that the fonts of this file do not have.")
        return typeset(TEMPLATE, document(contents, lang), dated=_latest(contents), remark=remark)


def _latest(contents: Sequence[Content]) -> dt.datetime:
    return max(dt.datetime.fromisoformat(each["published_at"]) for each in contents)


def document(contents: Sequence[Content], lang: str) -> dict[str, object]:
    """All that the booklet says, in the active language, as the template reads it."""
    first = contents[0]
    program = said(first["program"], "name", lang).text
    countries = [said(each["country"], "name", lang).text for each in contents]
    title = (
        _("%(country)s: guide for exporters") % {"country": countries[0]}
        if len(contents) == 1
        else _("Guide for exporters: %(count)d countries") % {"count": len(contents)}
    )
    before, rest = _("Page {page} of {pages}").split("{page}")
    between, after = rest.split("{pages}")
    return {
        "lang": lang,
        "name": f"{program} – {title}",
        "title": title,
        "subtitle": program if len(contents) == 1 else f"{program}: {', '.join(countries)}",
        "issuer": said(first["agency"], "name", lang).text,
        "marks": guide_content.made_up(first),
        "footer": _version(contents),
        "note": _(
            "This booklet says what was known on the day of its version. Each statement names its source, the day as of"
            " which it was true, and the day on which it is to be reviewed: after that day ask whether there is a newer version."
        ),
        "page": [before, between, after],
        "labels": {
            "contents": _("Contents"),
            "only_korean": _("(Korean only)"),
            "evidence": pgettext("statement", "Evidence"),
        },
        "chapters": [_chapter(each, name, lang) for each, name in zip(contents, countries, strict=True)],
    }  # fmt: skip


def _version(contents: Sequence[Content]) -> str:
    return _("Version %(version)s, %(day)s") % {
        "version": version_of(contents),
        "day": day(max(published_on(each) for each in contents)),
    }


def _chapter(content: Content, name: str, lang: str) -> dict[str, object]:
    def marks(row: Row) -> list[str]:
        is_old = is_past(row, published_on(content))
        past = [_("Past its review on the day of this version")] if is_old else []
        return past + guide_content.made_up(row)

    return {
        "title": name,
        "version": _version([content]),
        "pillars": guide_content.pillars(content, lang, marks),
        "silent": guide_content.silent_pillars(content),
        "changes_title": _("What changed since the last version"),
        "changes": guide_content.changes(content, lang),
    }
