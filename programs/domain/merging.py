"""What becomes of programs, applications and listings when two records of one company are merged, and what stands in the
way: what was handed in, agreed and listed stays with the record that it names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from companies.models import Company, Merge, Product
from companies.verdicts import Block, Rows, Verdict, blocked_by, elsewhere, needed, stays, verdict
from ground.models import StoredFile
from programs.models import (
    Application,
    Consultation,
    Document,
    Inquiry,
    Listing,
    Participation,
    ProductLine,
    Store,
    Submission,
    Task,
)

Status = Application.Status
State = Participation.State
_lines = ProductLine.objects.filter(application=OuterRef("pk"))
_submissions = Submission.objects.filter(application=OuterRef("pk"))
HANDED_IN = Q(Exists(_lines)) | Q(Exists(_submissions))
"""A draft with rows of products, or one whose submission was recalled: it cannot change its company any more."""


def _task(row: Task) -> Hashable:
    """What is done was done there: only what is still to do is the same."""
    return (row.kind, row.subject_id, row.side) if row.done_at is None else row.pk


verdict(
    Application,
    Rows("company", Verdict.MOVES, _("Drafts move. What was handed in stays with its receipt; members of both records read it."),
         is_moving=lambda: Q(status=Status.DRAFT) & ~HANDED_IN, agency="agency"),
)  # fmt: skip
verdict(Consultation, Rows("company", Verdict.MOVES, _("Each agency keeps its own."), agency="agency"))
verdict(
    Task,
    Rows("company", Verdict.MOVES, _("Renewals of certificates move with them; what belongs to a program stays with it."),
         is_moving=lambda: Q(done_at__isnull=True, kind=Task.Kind.RENEW),
         same=_task, agency="agency"),
)  # fmt: skip
stays(
    (Participation, "company"), (Store, "company"), (Listing, "company"),
    why=_("Agreements and what is delivered and paid under them name that record and go on there. Criteria are taken of the record that stays."),
    agency="agency",
)  # fmt: skip
_listing = Participation.objects.filter(company=OuterRef("company"), state__in=[State.OFFERED, State.AGREED])
needed(Product, lambda: Q(Exists(_listing)))
stays((ProductLine, "company"), why=_("Part of an application."), agency="application__agency")
stays((Inquiry, "company"), why=_("Answered to whom it was asked by."), agency="agency")


@blocked_by
def applications(kept: Company, given_up: Company, agency: Agency) -> Iterable[Block]:
    """Two in one call; one that the agency still screens or that waits for a correction; a draft that cannot move."""
    page = "admin:programs_application_change"
    standing = Application.objects.standing().select_related("call", "agency").order_by("pk")
    theirs = set(standing.filter(company__in=_records(kept)).values_list("call", flat=True))
    for row in standing.filter(company__in=_records(given_up)).annotate(is_held=HANDED_IN):
        if row.call_id in theirs:
            text = _("Both applied to %(call)s: one of the two is withdrawn first.")
        elif row.status in (Status.SUBMITTED, Status.RETURNED):
            text = _(
                "The application to %(call)s is not screened yet: decide on it first, or keep this record and give up the other one."
            )
        elif row.status == Status.DRAFT and row.is_held:  # type: ignore[attr-defined]
            text = _(
                "The draft for %(call)s was handed in before or lists products: it is submitted or withdrawn first."
            )
        else:
            continue
        mine = row.agency_id == agency.pk
        yield Block(text % {"call": row.call}, page, row.pk) if mine else elsewhere(row.agency)  # fmt: skip
    checked = Document.objects.filter(application__company=given_up, replaced_at=None)
    for paper in checked.filter(file__passage=StoredFile.Passage.QUARANTINE).select_related(
        "application__agency"
    ):
        text = _("A document of an application is still being checked for malware: wait until that is over.")
        mine = paper.application.agency_id == agency.pk
        yield (Block(text, page, paper.application_id) if mine else elsewhere(paper.application.agency))


@blocked_by
def participations(kept: Company, given_up: Company, agency: Agency) -> Iterable[Block]:
    """Both take part in one program."""
    rows = Participation.objects.exclude(state=State.ENDED).select_related("program__agency").order_by("pk")
    theirs = set(rows.filter(company__in=_records(kept)).values_list("program", flat=True))
    for row in rows.filter(company__in=_records(given_up), program__in=theirs):
        if row.program.agency_id != agency.pk:
            yield elsewhere(row.program.agency)
            continue
        yield Block(
            _("Both take part in %(program)s: one of the two is ended first.") % {"program": row.program},
            "admin:programs_participation_change",
            row.pk,
        )


def _records(company: Company) -> set[UUID]:
    """The company's, and those that were merged into it before."""
    return {company.pk, *Merge.objects.into(company.pk)}
