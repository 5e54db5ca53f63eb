"""Merging two records that are one company (중복 기업 병합), in steps: begun by a manager, its differences decided, agreed to
by a second manager, carried out whole or not at all.

What hangs on the company itself moves; what names the record (applications handed in, agreements, the ledger, receipts)
stays and is counted over both by the succession that the merge ends with (decision 13).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override
from psycopg.errors import LockNotAvailable

from accounts.domain import approvals, records
from accounts.domain.staffing import require_manager
from accounts.models import Agency, Approval, User
from accounts.models.agency import DecisionKind
from companies import numbers, permissions, verdicts
from companies.domain import merged, standing
from companies.domain.merging_plan import FACTS, GIVEN_UP, KEPT, Line, Plan, plan_of
from companies.models import Company, Consent, ConsentText, Member, Merge, Sight, Succession, Support
from companies.verdicts import Verdict
from ground import clock, cut, files, letters
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import StoredFile
from ground.reasons import own

LASTS_NO_LONGER = own(gettext_noop("lasts no longer"))
ASKED_ANEW = own(gettext_noop("asked anew with other facts"))


def begin(
    *, agency: Agency, kept: str, given_up: str, reason: str, document: str, upload: File[bytes], by: User
) -> Merge:
    """Begin to merge `given_up` into `kept` (business numbers), with the paper that shows that they are one company.
    Nothing is changed yet; the tax office is asked about both numbers.

    The same two, begun already, are found again; merges of one of them that were begun longer ago than `LASTS` and left
    lying are dropped. Locks both companies. Refused: `not_manager`, `same_record`, `not_seen`
    (the agency sees both), `succeeded` (one is closed), `reason_missing`, `file_…`, `not_valid` (the record is given up
    in another merge, …).
    """
    require_manager(by, agency)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say how you know that the two are one company."), ("reason",))
    if numbers.clean(kept) == numbers.clean(given_up):
        raise RuleBroken("same_record", _("These are the same record: name two."), ("given_up",))
    with transaction.atomic():
        found = _by_number(agency, kept=kept, given_up=given_up)
        for name, company in found.items():
            permissions.require_not_succeeded(company.pk, name)
        begun = Merge.objects.under_way().filter(agency=agency, **found).first()
        if begun is not None:
            return begun
        with because(LASTS_NO_LONGER):
            for lying in Merge.objects.lying().beside(*found.values()).select_for_update(of=("self",)):
                lying.dropped_at = clock.now()
                lying.save(update_fields=["dropped_at"])
                approvals.end(DecisionKind.MERGE, [lying.pk])
        made = Merge(
            agency=agency, reason=reason.strip(), document=document.strip(), begun_by=by,
            file=files.keep(upload, kind=StoredFile.Kind.DOCUMENT), **found,
        )  # fmt: skip
        records.put(made)
        standing.ask_for_check([made.kept_id, made.given_up_id])
    return made


def decide(merge: Merge, *, choices: dict[str, str], by: User) -> Merge:
    """Say whose facts hold where the two records differ: `kept` or `given_up` for each difference's key. What was agreed to
    before no longer fits. Locks both companies and the merge. Refused: `not_manager`, `not_under_way`,
    `not_seen` (the agency sees both), `no_difference`."""
    with transaction.atomic():
        row = _locked(merge, by)
        known = {each.key for each in plan_of(row).differences}
        if not choices.keys() <= known or not set(choices.values()) <= {KEPT, GIVEN_UP}:
            raise RuleBroken(
                "no_difference", _("The records have been changed since. Look at the differences again.")
            )
        row.choices = {key: side for key, side in row.choices.items() if key in known} | choices
        row.save(update_fields=["choices"])
    return row


def ask(merge: Merge, *, by: User) -> Approval:
    """Ask a second manager to agree to exactly this. Twice is once. When it is asked first, the owners of the record that
    stays are written to: members of the other would come to theirs. Locks both companies and the merge.

    Refused: `not_manager`, `not_under_way`, `not_seen`, `succeeded`, `paper_not_passed`, `blocked` (something must be
    decided first)."""
    with transaction.atomic():
        row = _locked(merge, by)
        plan = plan_of(row)
        _require_free(plan)
        last = latest(row)
        if last is None:
            _tell_owners(row)
        elif last.digest != plan.digest:
            with because(ASKED_ANEW):
                approvals.end(DecisionKind.MERGE, [row.pk])
        with override("ko"):
            subject = str(row)
        return approvals.ask(
            agency=row.agency, decision=DecisionKind.MERGE, subject=subject, subject_id=row.pk, digest=plan.digest,
            reason=f"{row.reason}\n{settings.NARU_ADDRESS}{reverse('admin:companies_merge_change', args=[row.pk])}",
            by=by,
        )  # fmt: skip


def answer(merge: Merge, *, question: UUID | str, grant: bool, reason: str = "", by: User) -> Approval:
    """A second manager agrees to what they saw, or refuses: `question` is the key of the one that was shown. Locks both
    companies and the merge.

    Refused: `not_manager`, `not_under_way`, `not_seen` (the agency sees both), `not_asked`, `changed` (since it was asked,
    or asked again since), `same_person`, `reason_missing`."""
    with transaction.atomic():
        row = _locked(merge, by)
        asked = latest(row)
        if asked is None or asked.answered_at is not None:
            raise RuleBroken("not_asked", _("Nobody has asked for a second person, or it is answered."))
        if str(question) != str(asked.pk) or (grant and asked.digest != plan_of(row).digest):
            raise _changed()
        return approvals.answer(asked, by=by, grant=grant, reason=reason)


@approvals.answered_by(DecisionKind.MERGE, managers_only=True)
def answer_question(approval: Approval, *, by: User, grant: bool, reason: str = "") -> Approval:
    """`answer` from the list of all questions."""
    merge = Merge.objects.get(pk=approval.subject_id)
    return answer(merge, grant=grant, reason=reason, by=by, question=approval.pk)


def carry_out(merge: Merge, *, by: User) -> Merge:
    """Do what was agreed to, whole or not at all: move, close the record given up by a succession, write to the members of
    both, have the tax office asked about the record that stays. A second click finds it done.

    Waits for reports that are being read, then locks both companies in the order of their keys against everything that would hang on
    them, then the merge, then every row of both in a table that moves. Refused:
    `not_manager`, `not_under_way` (it was dropped), `not_seen`, `succeeded` (one is closed meanwhile), `paper_not_passed`, `blocked`, `second_person`,
    `busy` (somebody is changing a row that would move), `changed` (a fact on either record, a choice or the paper, since
    a second person agreed), `left_behind` (a table that moves still has a row at the record given up: all is rolled
    back).
    """
    with (
        because(f"{merge.reason} ({merge.given_up.pretty_number} → {merge.kept.pretty_number})"),
        transaction.atomic(),
    ):
        cut.join()
        row = _locked(merge, by, even_done=True)
        if row.carried_out_at is not None:
            return row
        _hold_what_moves(row)
        plan = plan_of(row)
        _require_free(plan)
        row.approval = _agreed(row, plan)
        _take_facts(plan)
        _take_supports(plan)
        _end_consents(row)
        for line in plan.lines:
            _carry(row, line)
        row.succession = _close(row)
        row.carried_out_at, row.carried_out_by = clock.now(), by
        row.moved = [_told(line) for line in plan.lines if line.at_given_up or line.yielding]
        row.save(update_fields=["approval", "succession", "carried_out_at", "carried_out_by", "moved"])
        for line in plan.lines:
            _require_nothing_left(row, line)
        for member in Member.objects.filter(company=row.kept, ended_at=None).select_related("user"):
            merged.follow(row.kept, member.user_id)
            if member.user.is_active:
                letters.write(member.user, "company_merged", {"merge": row})
        standing.ask_for_check([row.kept_id])
    return row


def drop(merge: Merge, *, reason: str, by: User) -> Merge:
    """It is not carried out; the reason stands in its history. Nobody is asked about it any more. Locks both companies and the
    merge. Refused: `reason_missing`, `not_manager`, `not_under_way`, `not_seen`."""
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is dropped."), ("reason",))
    with because(reason.strip()), transaction.atomic():
        row = _locked(merge, by)
        row.dropped_at = clock.now()
        row.save(update_fields=["dropped_at"])
        approvals.end(DecisionKind.MERGE, [row.pk])
    return row


def latest(merge: Merge) -> Approval | None:
    """The last question about it, answered or not. One query."""
    asked = _questions(merge).select_related("asked_by", "answered_by")
    return asked.order_by("-created_at", "-id").first()


def _tell_owners(row: Merge) -> None:
    coming = [each for each in merged.seats(row.kept, row.given_up) if not each.now]
    owners = Member.objects.filter(
        company=row.kept, ended_at=None, role=Member.Role.OWNER, user__is_active=True
    )
    for owner in owners.select_related("user"):
        letters.write(owner.user, "company_merge_asked", {"merge": row, "coming": len(coming)})


def _questions(merge: Merge) -> QuerySet[Approval]:
    return Approval.objects.filter(agency=merge.agency_id, decision=DecisionKind.MERGE, subject_id=merge.pk)


def _by_number(agency: Agency, **wanted: str) -> dict[str, Company]:
    """Both companies by their numbers, locked in the order of their keys. One that does not exist and one that the agency
    does not see are told by the same sentence."""
    cleaned = {name: numbers.clean(number) for name, number in wanted.items()}
    rows = Company.objects.select_for_update(of=("self",)).order_by("pk")
    seen = rows.filter(business_number__in=cleaned.values(), pk__in=agency.sights.values("company"))
    known = {company.business_number: company for company in seen}
    for name, number in cleaned.items():
        if number not in known:
            raise _not_seen(name)
    return {name: known[number] for name, number in cleaned.items()}


def _not_seen(*fields: str) -> RuleBroken:
    return RuleBroken("not_seen", _("Your agency does not see this company."), fields)


def _changed() -> RuleBroken:
    return RuleBroken(
        "changed",
        _(
            "Something on one of the two records has changed since it was asked. Look at the page, then ask again."
        ),
    )


def _locked(merge: Merge, by: User, *, even_done: bool = False) -> Merge:
    """The merge after its companies. The companies' rows are locked whole, so that nobody hangs anything on them."""
    companies = Company.objects.select_for_update(of=("self",)).order_by("pk")
    by_key = companies.in_bulk([merge.kept_id, merge.given_up_id])
    row = Merge.objects.select_for_update(of=("self",)).select_related("agency", "file").get(pk=merge.pk)
    row.kept, row.given_up = by_key[row.kept_id], by_key[row.given_up_id]
    require_manager(by, row.agency)
    if even_done and row.carried_out_at is not None:
        return row
    if not row.is_under_way:
        raise RuleBroken("not_under_way", _("This merge is over: it was carried out or dropped."))
    if Sight.objects.filter(agency=row.agency, company__in=by_key).count() != 2:
        raise _not_seen()
    return row


def _hold_what_moves(row: Merge) -> None:
    """From here on nobody changes a row of either record in a table that moves. Whoever changes one now is not waited for:
    they may themselves wait for the companies, which this holds."""
    try:
        for model, rows in verdicts.everything():
            if rows.verdict == Verdict.MOVES:
                every: Any = model._base_manager
                those = every.filter(**{f"{rows.field}__in": [row.kept, row.given_up]}).order_by("pk")
                list(those.select_for_update(nowait=True).values_list("pk"))
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise RuleBroken(
            "busy", _("Somebody is changing one of the two records just now. Try again in a moment.")
        ) from error


def _require_free(plan: Plan) -> None:
    for company in (plan.merge.kept, plan.merge.given_up):
        permissions.require_not_succeeded(company.pk)
    if not plan.merge.file.has_passed:
        raise RuleBroken(
            "paper_not_passed",
            _(
                "The paper has not passed the check of files. Wait for it, or drop this and begin with another paper."
            ),
        )
    for block in plan.blocks:
        raise RuleBroken("blocked", block.sentence)
    for each in plan.undecided:
        raise RuleBroken(
            "blocked", _("The two records differ: say whose holds. %(what)s") % {"what": each.label}
        )


def _agreed(row: Merge, plan: Plan) -> Approval:
    """The last question, granted for exactly this: an earlier yes does not outlast a later question or a no."""
    asked = latest(row)
    if asked is None or not asked.is_granted:
        raise approvals.unanswered()
    if asked.digest != plan.digest:
        raise _changed()
    return asked


def _take_facts(plan: Plan) -> None:
    """What the record that stays says itself, where the other's holds."""
    kept, given_up = plan.merge.kept, plan.merge.given_up
    names = [each.key.partition(":")[2] for each in plan.facts if each.chosen == GIVEN_UP]
    assert set(names) <= set(FACTS)
    if names:
        records.put(kept, {name: getattr(given_up, name) for name in names})


def _take_supports(plan: Plan) -> None:
    """Of one support told twice, with other amounts, what does not hold is taken out; its history stays."""
    gone = [
        row.pk
        for each, difference in plan.supports
        for row in (each.kept if difference.chosen == GIVEN_UP else each.given_up)
    ]
    Support.objects.filter(pk__in=gone).delete()


def _carry(row: Merge, line: Line) -> None:
    every: Any = line.model._base_manager
    if line.rows.verdict == Verdict.MOVES:
        every.filter(pk__in=[*line.folding, *line.yielding]).delete()
        still = every.filter(line.rows.is_moving(), pk__in=line.moving, **{line.rows.field: row.given_up})
        still.update(**{line.rows.field: row.kept})
    elif line.model is Member:
        for seat in merged.seats(row.kept, row.given_up):
            if not seat.now:
                Member.objects.create(company=row.kept, user=seat.user, role=seat.after)
    elif line.model is Sight:
        seen = Sight.objects.filter(company=row.kept).values("agency")
        for sight in Sight.objects.filter(company=row.given_up).exclude(agency__in=seen):
            Sight.objects.create(company=row.kept, agency_id=sight.agency_id, cause=sight.cause)


def _end_consents(row: Merge) -> None:
    """No consent is revived: what the company withdrew at one record after it was given at the other is withdrawn there,
    too; of mails, whatever version of the agency's text. One that is over is closed at its end. Of two that stand that of
    the record that stays goes on, so that nothing stands where nobody withdraws it."""
    rows_of = Consent.objects.with_end().filter(company__in=[row.kept, row.given_up])
    both: Any = rows_of.select_related("text")
    now, by_matter, ending = clock.now(), dict[Any, list[Any]](), []
    for each in both:
        is_mail = each.text.kind in ConsentText.MAILS
        matter = (each.text.agency_id, each.text.kind) if is_mail else each.text_id
        by_matter.setdefault(matter, []).append(each)
        if each.withdrawn_at is None and each.ends_at <= now:
            each.withdrawn_at = each.ends_at
            each.save(update_fields=["withdrawn_at"])
    for rows in by_matter.values():
        for each in (each for each in rows if each.withdrawn_at is None):
            others = [other for other in rows if other.company_id != each.company_id]
            again = max((other.given_at for other in others), default=each.given_at)
            ended = [
                other.withdrawn_at
                for other in others
                if other.withdrawn_at and other.withdrawn_at < other.ends_at
            ]
            is_twice = any(other.withdrawn_at is None and other.text_id == each.text_id for other in others)
            is_left = each.company_id == row.given_up_id and is_twice
            if is_left or any(each.given_at < at and again < at for at in ended):
                ending.append(each.pk)
    Consent.objects.filter(pk__in=ending).update(withdrawn_at=now)


def _close(row: Merge) -> Succession:
    made = Succession(
        agency=row.agency, former=row.given_up, successor=row.kept, kind=Succession.Kind.DUPLICATE, on=clock.today(),
        document=row.document, file=row.file, recorded_by=row.begun_by, approval=row.approval,
        confirmed_at=clock.now(),
    )  # fmt: skip
    records.put(made)
    return made


def _told(line: Line) -> dict[str, Any]:
    folded = [*line.folding, *line.yielding]
    hidden = line.hidden_at(KEPT) | line.hidden_at(GIVEN_UP)
    stayed = line.hidden_at(GIVEN_UP) - set(line.moving) - set(line.folding)
    return {
        "table": line.name,
        "moved": [str(each) for each in line.moving],
        "folded": [str(each) for each in folded],
        "stays": line.stays + len(line.staying),
        "of_others": {
            "moved": len(hidden.intersection(line.moving)),
            "folded": len(hidden.intersection(folded)),
            "stays": len(stayed) or line.stay_of_others.get(GIVEN_UP, 0),
        },
    }


def _require_nothing_left(row: Merge, line: Line) -> None:
    """Of a table that moves only those rows stand at the record given up that were to stay, and all that were to move stand
    at the other; else all is rolled back."""
    if line.rows.verdict != Verdict.MOVES:
        return
    every: Any = line.model._base_manager
    left, there = (every.filter(**{line.rows.field: each}) for each in (row.given_up, row.kept))
    arrived = there.filter(pk__in=line.moving).count() if line.moving else 0
    if set(left.values_list("pk", flat=True)) != set(line.staying) or arrived != len(line.moving):
        raise RuleBroken(
            "left_behind",
            _("%(table)s: something would be left behind at the record given up, so nothing was changed. Look at the page again.")
            % {"table": line.label},
        )  # fmt: skip
