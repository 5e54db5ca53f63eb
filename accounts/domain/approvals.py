"""Second opinions: one officer asks, another one of the same agency grants or refuses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Approval, SecondPersonRule, User
from accounts.models.agency import ALWAYS_TWO
from accounts.roles import agency_ids
from ground import clock
from ground.access import Role
from ground.errors import RuleBroken
from ground.history import Change, event_model, history_of


def is_needed(agency: Agency, decision: str) -> bool:
    """Whether the decision needs a second person: always for `ALWAYS_TWO`, else as the agency's table says."""
    if decision in ALWAYS_TWO:
        return True
    return SecondPersonRule.objects.filter(agency=agency, decision=decision, is_needed=True).exists()


def fingerprint(facts: Any) -> str:
    """SHA-256 of what is decided, as canonical JSON: another matter, another fingerprint."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ask(
    *, agency: Agency, decision: str, subject: str, subject_id: UUID, digest: str, reason: str, by: User
) -> Approval:
    """Ask for a second person. Asking twice for the same matter returns the open question."""
    if not reason.strip():
        raise RuleBroken(
            "reason_missing", _("Say why: the second person decides by your reason."), ("reason",)
        )
    with transaction.atomic():
        approval, _made = Approval.objects.get_or_create(
            agency=agency,
            decision=decision,
            subject_id=subject_id,
            digest=digest,
            answered_at=None,
            defaults={"subject": subject[:200], "reason": reason.strip(), "asked_by": by},
        )
    return approval


def answer(approval: Approval, *, by: User, grant: bool, reason: str = "") -> Approval:
    """Grant or refuse. Refused with `same_person`, `not_manager`, `already_answered`, `asked_anew` (the question is gone: a newer
    one is asked, or nobody is asked any more). Locks the question."""
    with transaction.atomic():
        locked = Approval.objects.select_for_update().filter(pk=approval.pk).first()
        if locked is None:
            raise is_gone(open_about(approval.agency_id, approval.decision, approval.subject_id))
        approval = locked
        if approval.answered_at is not None:
            raise RuleBroken("already_answered", _("This question has been answered already."))
        if (refusal := why_not(approval, by)) is not None:
            raise refusal
        if not grant and not reason.strip():
            raise RuleBroken("reason_missing", _("Say why you refuse."), ("reason",))
        approval.answered_by = by
        approval.answered_at = clock.now()
        approval.is_granted = grant
        approval.answer_reason = reason.strip()
        approval.save()
    return approval


def end(decision: str, subject_ids: Iterable[UUID]) -> None:
    """What was asked about these matters, which are gone, is asked no more; its history stays, and what was answered."""
    Approval.objects.open().filter(decision=decision, subject_id__in=list(subject_ids)).delete()


def is_gone(newer: Approval | None) -> RuleBroken:
    """The refusal of an answer to what is not asked any more."""
    asked_anew = _("This was asked anew with other figures: answer the newer question.")
    ended = _("Your answer was not taken: the matter was dropped or has ended, so nobody is asked any more.")
    return RuleBroken("asked_anew", ended if newer is None else asked_anew)


@dataclass(frozen=True)
class Gone:
    """A question that nobody is asked any more, as it last stood (`was`); when, by whom and why that ended, as the reader may know
    it; and the open question about the same matter, if there is one."""

    was: Approval
    ended: Change
    newer: Approval | None


def gone(key: UUID, reader: User) -> Gone | None:
    """The question of this key that `end` or a newer one has taken away; None of any other, and of another agency's. What was
    asked is read from the history, which stays."""
    events: Any = event_model(Approval)
    own = events._default_manager.filter(pgh_obj_id=key, pgh_label="delete", agency__in=agency_ids(reader))
    last = own.order_by("-pgh_id").first()
    if last is None:
        return None
    was = Approval(**{each.attname: getattr(last, each.attname) for each in Approval._meta.concrete_fields})
    (ended,) = history_of(was, reader=reader, limit=1)
    return Gone(was, ended, open_about(was.agency_id, was.decision, was.subject_id))


def open_about(agency: UUID, decision: str, subject_id: UUID) -> Approval | None:
    """The open question about the matter. One query."""
    asked = Approval.objects.open().filter(agency=agency, decision=decision, subject_id=subject_id)
    return asked.order_by("-created_at", "-id").first()


Answer = Callable[..., Approval]
_answers: dict[str, Answer] = {}
_managers_only: set[str] = set()
_carried_out: set[str] = set()
_by_worker: set[str] = set()


def answered_by(
    decision: str, *, managers_only: bool = False, carries_out: bool = False, by_worker: bool = False
) -> Callable[[Answer], Answer]:
    """Register the verb of the floor that knows the matter: (approval, by, grant, reason). The questions about such
    decisions are answered by it wherever they are answered; it may carry the decision out with the answer, or have the
    worker do it."""

    def register(function: Answer) -> Answer:
        _answers[decision] = function
        if carries_out:
            _carried_out.add(decision)
        if by_worker:
            _by_worker.add(decision)
        if managers_only:
            _managers_only.add(decision)
        return function

    return register


def answer_any(approval: Approval, *, by: User, grant: bool, reason: str = "") -> Approval:
    """Answer as the floor that knows the matter does; else grant or refuse. Refused like that verb, or like `answer`."""
    return _answers.get(approval.decision, answer)(approval, by=by, grant=grant, reason=reason)


def is_carried_out(decision: str) -> bool:
    """Whether who agrees to such a decision carries it out with it."""
    return decision in _carried_out


def is_by_worker(decision: str) -> bool:
    """Whether the worker carries such a decision out once it is agreed to; the page of the matter says what came of it."""
    return decision in _by_worker


def why_not(approval: Approval, user: User) -> RuleBroken | None:
    """Why the person cannot answer the question: they asked it, or have no such office at the agency. One query."""
    if approval.asked_by_id == user.pk:
        return RuleBroken("same_person", _("A second person must answer: you asked this question yourself."))
    if approval.decision in _managers_only:
        if approval.agency_id not in agency_ids(user, Role.MANAGER):
            return RuleBroken("not_manager", _("Only a manager of the agency can do this."))
    elif approval.agency_id not in agency_ids(user, Role.MANAGER, Role.FINANCE):
        return RuleBroken("not_manager", _("Only a manager or finance officer of the agency can answer."))
    return None


def latest(*, agency_id: UUID, decision: str, subject_id: UUID, digest: str) -> Approval | None:
    """The last question about exactly this matter, answered or not, with who asked and who answered. One query."""
    return (
        Approval.objects.filter(agency=agency_id, decision=decision, subject_id=subject_id, digest=digest)
        .select_related("asked_by", "answered_by")
        .order_by("-created_at", "-id")
        .first()
    )


def require(*, agency: Agency, decision: str, subject_id: UUID, digest: str) -> Approval | None:
    """The approval that fits, or None where none is needed; `RuleBroken('second_person')` when nobody answered, and when the
    last answer about exactly this matter was a refusal: an earlier yes does not outlast it."""
    if not is_needed(agency, decision):
        return None
    answered = (
        Approval.objects.filter(
            agency=agency, decision=decision, subject_id=subject_id, digest=digest, answered_at__isnull=False
        )
        .order_by("-answered_at", "-id")
        .first()
    )
    if answered is None or not answered.is_granted:
        raise unanswered()
    return answered


def unanswered() -> RuleBroken:
    """The refusal of what nobody else agreed to."""
    return RuleBroken(
        "second_person",
        _("This decision needs a second person. Ask a manager to agree; afterwards carry it out again."),
    )
