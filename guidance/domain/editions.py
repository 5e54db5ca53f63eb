"""Publishing editions of guides (안내서 판): from the published statements to what a guide says, unchangeable, and its booklets.

Nobody agrees a second time: each statement was published by two (`guidance.domain.reviewing`), and an edition adds no
word of its own. Staff say when, so that an edition gathers what was reviewed piece by piece.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import User
from ground import clock, files
from ground.errors import RuleBroken
from ground.models import Country, StoredFile
from ground.printing.typesetting import NotPrinted
from guidance.models import Booklet, Edition, StatementVersion
from guidance.models.edition import EditionQuerySet
from guidance.models.pillar import Pillar
from guidance.printing import booklet
from guidance.queries import statements
from guidance.queries.guide_content import Content, version_of
from programs.models import Program
from programs.permissions import require_service

PILLARS = [str(each) for each in Pillar]
LONGEST_BOOKLET = 200 * files.MEGABYTE


def publish(program: Program, country: Country, *, by: User) -> Edition:
    """Publish what is said of the country now as the next edition, and print its booklets and those of all countries.

    Locks the program's row: two cannot be the same edition. Refused: `not_your_agency`, `nothing_published` (no statement
    of the country is in force), `no_change` (it says what the last edition says), `not_printed` (the booklet cannot be set).
    """
    with transaction.atomic():
        row = (
            Program.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=program.pk)
        )
        require_service(by, row.agency)
        said, last = check(row, country)
        now = clock.now()
        number = last.number + 1 if last else 1
        edition = Edition.objects.create(
            agency=row.agency,
            program=row,
            country=country,
            number=number,
            published_at=now,
            published_by=by,
            digest=approvals.fingerprint(said),
            content={
                "program": _named(row, code=row.code),
                "agency": _named(row.agency),
                "country": _named(country, code=country.pk),
                "is_made_up": row.is_made_up,
                "number": number,
                "published_at": now.isoformat(),
                "statements": said,
                "changes": changes(last.content["statements"], said) if last else [],
            },
        )
        _print(row, [edition])
        everything = list(newest(row))
        if len(everything) > 1:
            _print(row, everything)
    return edition


def check(program: Program, country: Country) -> tuple[list[dict[str, Any]], Edition | None]:
    """What the next edition would say, and the last one. Refused: `nothing_published`, `no_change`."""
    said = [_statement(each) for each in statements.published(program, country)]
    if not said:
        raise RuleBroken(
            "nothing_published",
            _("No statement about %(country)s is published. Publish statements first.")
            % {"country": country},
            ("country",),
        )
    last: Edition | None = (
        Edition.objects.filter(program=program, country=country).order_by("-number").first()
    )
    if last is not None and last.digest == approvals.fingerprint(said):
        raise RuleBroken(
            "no_change",
            _("The guide for %(country)s says this already, in version %(version)s.")
            % {"country": country, "version": last.version},
            ("country",),
        )
    return said, last


def newest(program: Program) -> EditionQuerySet:
    """The newest edition of each country of the program, in the order of the countries' codes."""
    rows: EditionQuerySet = Edition.objects.filter(program=program).newest().order_by("country")
    return rows


def _print(program: Program, editions: Sequence[Edition]) -> None:
    contents = [each.content for each in editions]
    version = version_of(contents)
    for lang in booklet.LANGUAGES:
        try:
            pdf = booklet.write_pdf(contents, lang)
        except NotPrinted as error:
            raise RuleBroken(
                "not_printed",
                _("The booklet cannot be printed: %(why)s. Look at the texts and figures of the statements.")
                % {"why": error},
            ) from error
        upload = ContentFile(pdf, name=name_of(program.code, contents, lang))
        Booklet.objects.create(
            agency_id=program.agency_id, program=program, version=version, country_count=len(contents), language=lang,
            file=files.keep(upload, kind=StoredFile.Kind.REPORT, accepted=(files.PDF,), limit=LONGEST_BOOKLET),
        )  # fmt: skip


def name_of(code: str, contents: Sequence[Content], lang: str) -> str:
    """The name of a booklet's file: `STRATEGY-5C-2015_VN-1_ko.pdf`; of several countries `…_all_….pdf` with the day."""
    if len(contents) == 1:
        return f"{code}_{version_of(contents)}_{lang}.pdf"
    day = max(dt.datetime.fromisoformat(each["published_at"]) for each in contents).astimezone(clock.SEOUL)
    return f"{code}_all_{day:%Y-%m-%d}_{lang}.pdf"


def changes(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is new, changed and gone between what two editions say, in the order of the pillars. What is gone was withdrawn:
    its words are not said again."""
    earlier = {each["statement"]: each for each in before}
    later = {each["statement"]: each for each in now}
    found = [
        _change("new" if key not in earlier else "changed", each)
        for key, each in later.items()
        if key not in earlier or earlier[key]["version"] != each["version"]
    ]
    found += [_change("gone", each) for key, each in earlier.items() if key not in later]
    return sorted(found, key=lambda each: PILLARS.index(each["pillar"]))


def _change(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    is_told, is_gone = kind == "changed", kind == "gone"
    return {
        "kind": kind,
        **{name: row[name] for name in ("statement", "version", "pillar")},
        "text_ko": "" if is_gone else row["text_ko"],
        "text_en": "" if is_gone else row["text_en"],
        "changed_ko": row["changed_ko"] if is_told else "",
        "changed_en": row["changed_en"] if is_told else "",
    }


def _statement(row: StatementVersion) -> dict[str, Any]:
    with translation.override("ko"):
        confidence_ko = str(row.get_confidence_display())
    with translation.override("en"):
        confidence_en = str(row.get_confidence_display())
    return {
        "statement": str(row.statement_id),
        "version": str(row.pk),
        "number": row.number,
        "pillar": row.statement.pillar,
        "text_ko": row.text_ko,
        "text_en": row.text_en,
        "evidence_ko": row.evidence_ko,
        "evidence_en": row.evidence_en,
        "product_codes": row.products,
        "source": row.source,
        "source_address": row.source_url,
        "as_of_on": row.as_of_on.isoformat(),
        "review_on": row.review_on.isoformat(),
        "confidence": {"code": row.confidence, "name_ko": confidence_ko, "name_en": confidence_en},
        "body": _named(row.responsible_body),
        "changed_ko": row.changed_ko,
        "changed_en": row.changed_en,
        "is_made_up": row.is_made_up,
        "figures": [
            {
                "label_ko": each.label_ko,
                "label_en": each.label_en,
                "value": f"{each.value.normalize():f}",
                "unit_ko": each.unit_ko,
                "unit_en": each.unit_en,
                "year": each.year,
                "is_illustrative": each.is_illustrative,
            }
            for each in row.figures.all()
        ],
    }


def _named(record: Any, **more: str) -> dict[str, Any]:
    return {"name_ko": record.name_ko, "name_en": record.name_en, **more}
