"""The sheet in which statements of one country are written to be taken in at once."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Agency, Organization
from guidance.models import Pillar
from programs.models import Program

COLUMNS = (
    "country", "pillar", "text_ko", "text_en", "products", "evidence_ko", "evidence_en", "source", "source_url", "as_of_on",
    "review_on", "confidence", "body",
)  # fmt: skip


def heads() -> dict[str, str]:
    """The columns in the reader's language, by what they hold."""
    return {
        "country": _("Country"),
        "pillar": _("Pillar"),
        "text_ko": _("Statement (Korean)"),
        "text_en": _("Statement (English)"),
        "products": _("HS codes"),
        "evidence_ko": _("Evidence (Korean)"),
        "evidence_en": _("Evidence (English)"),
        "source": _("Source"),
        "source_url": _("Address of the source"),
        "as_of_on": _("As of"),
        "review_on": _("Look at it again by"),
        "confidence": _("Confidence"),
        "body": _("Responsible body"),
    }


def sheet(country: str) -> tuple[list[str], list[list[Any]]]:
    """Heads, and a row to begin with for each pillar: whoever needs more copies one."""
    begun = {"country": country}
    rows = [[{**begun, "pillar": str(pillar.label)}.get(name) for name in COLUMNS] for pillar in Pillar]
    return list(heads().values()), rows


def bodies(program: Program) -> dict[str, Agency | Organization]:
    """Who may be responsible, by name in either language and by code, in small letters. Two queries."""
    found: dict[str, Agency | Organization] = {}
    agencies = Agency.objects.filter(Q(pk=program.agency_id) | Q(program_shares__program=program))
    for each in (
        *agencies.distinct(),
        *Organization.objects.filter(partnerships__program=program).distinct(),
    ):
        for name in (each.name_ko, each.name_en, getattr(each, "code", "")):
            if name:
                found.setdefault(name.casefold(), each)
    return found
