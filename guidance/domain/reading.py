"""Counting who reads guides (열람 집계), and what companies keep and rate.

Of a company only what it agreed to: a standing consent to the agency's text about counting. Everybody else is a number of
the day, without address, cookie or person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agency_ids
from companies.models import Company, CompanyIndustry, CompanySize, Consent
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Country
from guidance.models import Edition, Favorite, Rating, Reading
from programs.domain.inquiries import require_member
from programs.models import Program

COUNTING = """INSERT INTO guidance_readingcount AS known (id, agency_id, program_id, edition_id, kind, "on", times)
    SELECT gen_random_uuid(), e.agency_id, e.program_id, e.id, %s, %s, 1 FROM guidance_edition e WHERE e.id = ANY(%s)
    ORDER BY e.id
    ON CONFLICT (edition_id, kind, "on") DO UPDATE SET times = known.times + 1"""


def count(editions: Sequence[Edition], kind: str, *, user: Any, at: dt.datetime) -> None:
    """Count that editions (of one agency) were read or downloaded: once a day for each company of the reader that agreed,
    else as one more of nobody. For a visitor one statement. Staff of an agency are no readers."""
    if agency_ids(user):
        return
    day = at.astimezone(SEOUL).date()
    companies = _counted(user, editions[0], at) if getattr(user, "is_authenticated", False) else []
    if not companies:
        with connection.cursor() as cursor:
            cursor.execute(COUNTING, [kind, day, [each.pk for each in editions]])
        return
    Reading.objects.bulk_create(
        [
            Reading(
                agency_id=edition.agency_id, program_id=edition.program_id, edition=edition, company=company, kind=kind, on=day,
                size=getattr(company, "size_then", None) or "", industry_id=getattr(company, "industry_then", None),
            )
            for edition in editions
            for company in companies
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _counted(user: Any, edition: Edition, at: dt.datetime) -> list[Company]:
    """The reader's companies that agreed, with size and main industry of today. One query."""
    standing = (
        Consent.objects.standing_at(at).to_counting_for(edition.agency_id).filter(company=OuterRef("pk"))
    )
    size = CompanySize.objects.filter(company=OuterRef("pk")).order_by("-on", "-id").values("size")[:1]
    main = CompanyIndustry.objects.filter(company=OuterRef("pk"), is_main=True).values("industry")[:1]
    return list(
        Company.objects.of_member(user)
        .filter(Exists(standing))
        .annotate(size_then=Subquery(size), industry_then=Subquery(main))
    )


def keep(program: Program, country: Country, company: Company, *, by: User) -> Favorite:
    """Keep a guide among the company's favorites; twice is once. Refused: `not_member`, `no_guide`."""
    with transaction.atomic():
        require_member(company.pk, by)
        if not Edition.objects.filter(program=program, country=country).exists():
            raise RuleBroken("no_guide", _("There is no such guide."))
        return Favorite.objects.get_or_create(
            program=program, country=country, company=company, defaults={"agency_id": program.agency_id}
        )[0]


def drop(program: Program, country: Country, company: Company, *, by: User) -> None:
    """Take a guide out of the favorites; what is not there stays so. Refused: `not_member`."""
    with transaction.atomic():
        require_member(company.pk, by)
        Favorite.objects.filter(program=program, country=country, company=company).delete()


def rate(edition: Edition, company: Company, useful: int, *, by: User) -> Rating:
    """Say how useful an edition is (1 to 5); a later word of the company takes the place of its earlier one.

    Refused: `not_member`, `not_valid`. Locks the company's rating.
    """
    with transaction.atomic():
        require_member(company.pk, by)
        if useful not in Rating.Useful:
            raise RuleBroken("not_valid", _("Choose one of the answers."), ("useful",))
        return Rating.objects.update_or_create(
            edition=edition,
            company=company,
            defaults={"useful": useful},
            create_defaults={
                "useful": useful,
                "program_id": edition.program_id,
                "agency_id": edition.agency_id,
            },
        )[0]
