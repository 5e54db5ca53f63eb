"""Publishing statements: drafts of one country go to a second person at once, and are withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from guidance.domain.stating import FIGURE_COPIED
from guidance.models import Review, StatementVersion
from programs.models import Program
from programs.permissions import require_service

State = StatementVersion.State
SAID = (
    "statement_id", "number", "text_ko", "text_en", "products", "evidence_ko", "evidence_en", "source", "source_url",
    "as_of_on", "review_on", "confidence", "responsible_agency_id", "responsible_organization_id", "changed_ko",
    "changed_en", "finding_id", "is_made_up",
)  # fmt: skip
"""What a second person agrees to, of each version, besides its figures and its place."""


def hand_in(versions: Iterable[StatementVersion], *, reason: str, by: User) -> Review:
    """Ask a second person about exactly these drafts of one country, as they stand; until the answer nobody changes them.

    Refused: `nothing_chosen`, `one_country` (versions of several countries or programs), `not_your_agency`, `not_draft`,
    `reason_missing`. Locks the versions.
    """
    with transaction.atomic(), because(reason.strip()):
        rows = _locked(StatementVersion.objects.filter(pk__in=[each.pk for each in versions]))
        if not rows:
            raise RuleBroken(
                "nothing_chosen", _("Choose the drafts that are to be published."), ("versions",)
            )
        first = rows[0].statement
        require_service(by, first.program.agency)
        if len({(each.program_id, each.statement.country_id) for each in rows}) > 1:
            raise RuleBroken("one_country", _("Choose drafts of one country of one program."), ("versions",))
        if any(each.state != State.DRAFT for each in rows):
            raise RuleBroken(
                "not_draft",
                _("Some of these are in review or published already. Load the page again."),
                ("versions",),
            )
        if not reason.strip():
            raise RuleBroken(
                "reason_missing", _("Say why: the second person decides by your reason."), ("reason",)
            )
        review = Review.objects.create(
            agency_id=first.agency_id, program=first.program, country=first.country, reason=reason.strip()
        )
        StatementVersion.objects.filter(pk__in=[each.pk for each in rows]).update(
            state=State.REVIEW, review=review
        )
        with override("ko"):
            subject = _("%(country)s: %(count)d statements of %(program)s") % {
                "country": first.country, "count": len(rows), "program": first.program.code,
            }  # fmt: skip
        review.approval = approvals.ask(
            agency=first.program.agency, decision=DecisionKind.STATEMENTS, subject=str(subject), subject_id=review.pk,
            digest=_digest(rows),
            reason=f"{reason.strip()}\n{settings.NARU_ADDRESS}{reverse('admin:guidance_review_change', args=[review.pk])}",
            by=by,
        )  # fmt: skip
        review.save(update_fields=["approval"])
    return review


def take_back(review: Review, *, by: User) -> Review:
    """Its versions are drafts again; an open question is answered no more. Refused: `not_your_agency`, `not_asked`.
    Locks the review and its versions."""
    with transaction.atomic():
        row = _asked(review, by)
        _return(row)
    return row


@approvals.answered_by(DecisionKind.STATEMENTS)
def answer(approval: Approval, *, by: User, grant: bool, reason: str = "") -> Approval:
    """A second person agrees or refuses; after a refusal the versions are drafts again. Refused like `approvals.answer`, and
    `not_asked` when they were taken back meanwhile. Locks the review and its versions."""
    with transaction.atomic():
        row = _asked(Review(pk=approval.subject_id))
        answered = approvals.answer(approval, by=by, grant=grant, reason=reason)
        if not grant:
            with because(reason.strip()):
                _return(row)
    return answered


def publish(review: Review, *, by: User) -> Review:
    """Publish what was agreed to, all at once; the versions that stood before are replaced.

    Refused: `not_your_agency`, `not_asked` (published or taken back already), `second_person` (nobody agreed, or a version
    or figure has changed since). Locks the review and its versions.
    """
    with transaction.atomic():
        row = _asked(review, by)
        versions = _locked(row.versions.filter(state=State.REVIEW))
        row.approval = approvals.require(
            agency=row.program.agency, decision=DecisionKind.STATEMENTS, subject_id=row.pk, digest=_digest(versions)
        )  # fmt: skip
        now = clock.now()
        StatementVersion.objects.filter(
            statement__in=[each.statement_id for each in versions], state=State.PUBLISHED
        ).update(state=State.REPLACED, replaced_at=now)
        StatementVersion.objects.filter(pk__in=[each.pk for each in versions]).update(
            state=State.PUBLISHED, published_at=now
        )
        row.state = Review.State.PUBLISHED
        row.save(update_fields=["approval", "state"])
    return row


def withdraw(version: StatementVersion, *, reason: str, by: User) -> StatementVersion:
    """Take what is published out of what readers see, at once; one person is enough, so that what is wrong goes quickly.

    Booklets of editions that say it are offered no more. Refused: `not_your_agency`, `not_published`, `reason_missing`.
    Locks the program, so that no edition takes it up meanwhile, and the version."""
    with transaction.atomic(), because(reason.strip()):
        Program.objects.select_for_update(of=("self",), no_key=True).get(pk=version.program_id)
        (row,) = _locked(StatementVersion.objects.filter(pk=version.pk))
        require_service(by, row.statement.program.agency)
        if row.state != State.PUBLISHED:
            raise RuleBroken("not_published", _("Only what is published can be withdrawn."))
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say why."), ("reason",))
        row.state, row.withdrawn_at, row.withdrawn_because = State.WITHDRAWN, clock.now(), reason.strip()
        row.save(update_fields=["state", "withdrawn_at", "withdrawn_because"])
    return row


def question_of(review: Review, versions: Iterable[StatementVersion]) -> Approval | None:
    """The question about the review with its versions exactly as they stand. One query."""
    return approvals.latest(
        agency_id=review.agency_id,
        decision=DecisionKind.STATEMENTS,
        subject_id=review.pk,
        digest=_digest(versions),
    )


def _locked(wanted: Any) -> list[StatementVersion]:
    """With statement, program and figures: two queries."""
    return list(
        wanted.order_by("id")
        .select_for_update(of=("self",))
        .select_related("statement__program__agency", "statement__country")
        .prefetch_related("figures")
    )


def _asked(review: Review, by: User | None = None) -> Review:
    row: Review = (
        Review.objects.select_for_update(of=("self",)).select_related("program__agency").get(pk=review.pk)
    )
    if by is not None:
        require_service(by, row.program.agency)
    if row.state != Review.State.ASKED:
        raise RuleBroken("not_asked", _("This was published or taken back already. Load the page again."))
    return row


def _return(row: Review) -> None:
    _locked(row.versions.filter(state=State.REVIEW))
    row.versions.filter(state=State.REVIEW).update(state=State.DRAFT)
    asked = row.approval
    is_open = asked is not None and asked.answered_at is None
    row.state, row.approval = Review.State.RETURNED, None if is_open else asked
    row.save(update_fields=["state", "approval"])
    if asked is not None and is_open:
        asked.delete()


def _digest(versions: Iterable[StatementVersion]) -> str:
    return approvals.fingerprint(
        [
            {
                **{name: getattr(each, name) for name in SAID},
                "products": " ".join(each.products),
                "pillar": each.statement.pillar,
                "country": each.statement.country_id,
                "figures": [
                    {name: getattr(figure, name) for name in FIGURE_COPIED} for figure in each.figures.all()
                ],
            }
            for each in sorted(versions, key=lambda each: each.pk)
        ]
    )
