"""Who may do what with the records of this floor, and who may read the files that hang on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.roles import agency_ids, organization_ids
from companies.models import Member
from ground import files
from ground.models import StoredFile
from programs.models import Store
from reports.models import (
    CustomsList,
    Declaration,
    GroupList,
    ImportBatch,
    PayoutProof,
    ReportRun,
    SampleFinding,
    SharedSupport,
)

UNREAD = (ImportBatch.State.WAITING, ImportBatch.State.READING)


@files.gate
def reads_report(user: Any, file: StoredFile) -> bool:
    """A written report: whoever sees the run. The lines behind one of its figures: staff of its agency."""
    if file.kind != StoredFile.Kind.REPORT:
        return False
    lists = GroupList.objects.visible_to(user).filter(Q(file=file) | Q(sheet=file))
    return ReportRun.objects.visible_to(user).filter(files__file=file).exists() or lists.exists()


@files.gate
def reads_sales_file(user: Any, file: StoredFile) -> bool:
    """A sales file: staff of the agency, and whoever holds the store; nobody before its buyers' columns are gone."""
    if file.kind != StoredFile.Kind.SALES:
        return False
    lists = CustomsList.objects.visible_to(user).filter(file=file).exclude(state=CustomsList.State.WAITING)
    return (
        ImportBatch.objects.visible_to(user).filter(file=file).exclude(state__in=UNREAD).exists()
        or lists.exists()
    )


@files.gate
def reads_evidence(user: Any, file: StoredFile) -> bool:
    """Evidence of a declaration or of a sampled order, or proof of a payout: whoever sees the record. The paper of shared support: staff of the
    agency, and of another one that is asked to agree."""
    if file.kind != StoredFile.Kind.EVIDENCE:
        return False
    return (
        Declaration.objects.visible_to(user).filter(file=file).exists()
        or PayoutProof.objects.visible_to(user).filter(proof=file).exists()
        or SampleFinding.objects.visible_to(user).filter(file=file).exists()
        or SharedSupport.objects.of_agencies(agency_ids(user)).filter(file=file).exists()
    )


def may_write_for(user: Any, store: Store) -> bool:
    """Whether the person uploads and confirms files of the store on the portal: owner or editor of the company that
    holds it, or member of the provider."""
    if store.organization_id is not None:
        return store.organization_id in set(organization_ids(user))
    return store.company_id is not None and writes_for_company(user, store.company_id)


def writes_for_company(user: Any, company: UUID) -> bool:
    """Whether the person is owner or editor of the company."""
    return Member.objects.filter(
        company=company,
        user=user,
        role__in=[Member.Role.OWNER, Member.Role.EDITOR],
        ended_at__isnull=True,
    ).exists()


def grade_of(user: Any, store: Store) -> str:
    """The grade of evidence of a file that this person uploads on the portal: who holds the store, a company or a
    provider or importer. What the platform handed over only the agency says, with its own upload."""
    if store.organization_id is not None:
        return ImportBatch.Grade.PROVIDER
    return ImportBatch.Grade.COMPANY
