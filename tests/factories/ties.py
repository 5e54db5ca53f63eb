"""Ties by which an organization sees a company."""

from __future__ import annotations

from accounts.models import Organization
from companies.models import Company
from programs.models import ProgramPartner
from tests.factories import programs


def partner(organization: Organization, *companies: Company) -> ProgramPartner:
    """The organization is named by the program in which the companies take part."""
    program = programs.program()
    for company in companies:
        programs.participation(company, program)
    return ProgramPartner.objects.get_or_create(program=program, organization=organization)[0]
