"""What can change of a published notice: its closing can be moved later, by two persons; the day until which questions are
taken can be moved later; its texts become a new version, which says what changed and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from ground.spoken import instant_in
from ground.templatetags.naru import seoul
from programs.domain import announcing, intake
from programs.domain.publishing import TEXTS, check_days, check_length, lock_published, plain, plain_text
from programs.models import Application, Call, NoticeVersion


def ask_later_closing(call: Call, *, closes_at: dt.datetime, reason: str, by: User) -> Approval:
    """Ask a second person to agree to a later closing of a published call, always.

    The reason stands on the notice afterwards. Refused as `move_closing`, and `reason_missing`, `reason_long`.
    """
    with transaction.atomic():
        row = _open_call(call, closes_at, by)
        check_length(reason)
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.EXCEPTION,
            subject=f"{row.code} {instant_in('ko', row.closes_at)} → {instant_in('ko', closes_at)}",
            subject_id=row.pk,
            digest=_closing_digest(row, closes_at),
            reason=reason,
            by=by,
        )


def move_closing(call: Call, *, closes_at: dt.datetime, by: User) -> Call:
    """Move the closing of a published call to the later instant that a second person agreed to, with the reason given.

    The notice says so from then on; everybody with an application is written to, and so is whoever asked about the call or
    agreed to mails about calls that fit. The day of the answer moves along.
    Refused: `not_your_agency`, `not_published`, `closed` (a closing that has passed stays), `not_later`,
    `agreement_before` (the agreement day stays), `second_person`. Locks the call.
    """
    with transaction.atomic():
        row = _open_call(call, closes_at, by)
        approval = approvals.require(
            agency=row.agency,
            decision=DecisionKind.EXCEPTION,
            subject_id=row.pk,
            digest=_closing_digest(row, closes_at),
        )
        assert approval is not None
        row.first_closes_at = row.first_closes_at or row.closes_at
        row.closes_at, row.closing_reason = closes_at, approval.reason
        with because(approval.reason):
            row.save(update_fields=["closes_at", "first_closes_at", "closing_reason"])
        waiting = Application.objects.filter(
            call=row,
            status__in=[Application.Status.DRAFT, Application.Status.SUBMITTED, Application.Status.RETURNED],
        )
        for application in waiting.select_related("company", "call").order_by("created_at", "pk"):
            application.call = row
            if application.status == Application.Status.SUBMITTED:
                intake.open_screening(application)
            intake.tell_members(application, "call_closing_moved")
        announcing.announce_extension(row)
    return row


def move_questions(call: Call, *, questions_until: dt.datetime, by: User) -> Call:
    """Take questions about a published call for longer. Locks the call.

    Refused: `not_your_agency`, `not_published`, `closed`, `not_later` (than they are taken now), `questions_after` (the
    closing).
    """
    with transaction.atomic():
        row = lock_published(call, by)
        if clock.now() >= row.closes_at:
            raise RuleBroken("closed", _("The call has closed. No question is taken any more."))
        check_days(
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            agreement_on=row.agreement_on,
            questions_until=questions_until,
        )
        if questions_until <= row.questions_end_at:
            raise RuleBroken(
                "not_later",
                _("Choose a later instant: questions are taken until %(when)s already.")
                % {"when": seoul(row.questions_end_at)},
                ("questions_until",),
            )
        row.questions_until = questions_until
        row.save(update_fields=["questions_until"])
    return row


def ask_to_amend(call: Call, changes: Mapping[str, str], *, reason: str, by: User) -> Approval:
    """Propose a new version of a published notice's texts, for a second person to agree to exactly these.

    The proposal stands on the staff's page of the call until it is published; a later one takes its place. Refused as
    `amend`, but for `second_person`. Locks the call.
    """
    with transaction.atomic():
        row = lock_published(call, by)
        texts, number = _amended(row, changes, reason), _next_number(row)
        NoticeVersion.objects.update_or_create(
            call=row, number=number, defaults={"agency": row.agency, "reason": reason.strip(), **texts}
        )
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.PUBLISHING,
            subject=f"{row.code} {row.title_ko} (v{number})",
            subject_id=row.pk,
            digest=_text_digest(number, texts, reason),
            reason=reason,
            by=by,
        )


def amend(call: Call, changes: Mapping[str, str], *, reason: str, by: User) -> NoticeVersion:
    """Publish a new version of the notice's texts (`TEXTS`); the former one stays readable, with what changed and why.

    Every member of a company with an application, draft or submitted, is written to. Days, places, questions, documents
    and criteria stay. Locks the call. Refused: `not_your_agency`, `not_published`, `decided`, `not_a_text`, `blank`
    (title, notice and contact in Korean), `too_long`, `no_change`, `reason_missing`, `reason_long`, `second_person` (the
    agency's table wants one, or what was agreed to are other texts).
    """
    with transaction.atomic():
        row = lock_published(call, by)
        texts, number = _amended(row, changes, reason), _next_number(row)
        approvals.require(
            agency=row.agency,
            decision=DecisionKind.PUBLISHING,
            subject_id=row.pk,
            digest=_text_digest(number, texts, reason),
        )
        if number == 2:
            NoticeVersion.objects.create(
                agency=row.agency, call=row, number=1, published_at=row.published_at, published_by=row.published_by,
                **{name: getattr(row, name) for name in TEXTS},
            )  # fmt: skip
        version, _is_new = NoticeVersion.objects.update_or_create(
            call=row,
            number=number,
            defaults={
                "agency": row.agency,
                "reason": reason.strip(),
                "published_at": clock.now(),
                "published_by": by,
                **texts,
            },
        )
        changed = [
            _field(name).verbose_name for name in TEXTS if texts[name] != plain_text(getattr(row, name))
        ]
        for name, text in texts.items():
            setattr(row, name, text)
        with because(reason.strip()):
            row.save(update_fields=list(TEXTS))
        for application in Application.objects.filter(call=row).standing().order_by("created_at", "pk"):
            application.call = row
            intake.tell_members(application, "call_notice_changed", version=version, changed=changed)
    return version


def _amended(call: Call, changes: Mapping[str, str], reason: str) -> dict[str, str]:
    """All texts of the notice as they would stand."""
    if call.decided_at is not None:
        raise RuleBroken("decided", _("The selection is decided: the notice stays as it is."))
    if set(changes) - set(TEXTS):
        raise RuleBroken(
            "not_a_text", _("Only title, notice and contact of a published call can be changed.")
        )
    texts = {name: plain_text(changes.get(name, getattr(call, name))) for name in TEXTS}
    for name, text in texts.items():
        field = _field(name)
        if not text and not field.blank:
            raise RuleBroken("blank", _("Title, notice and contact are needed in Korean."), (name,))
        if field.max_length is not None and len(text) > field.max_length:
            raise RuleBroken(
                "too_long",
                _("At most %(count)d characters. Shorten the text.") % {"count": field.max_length},
                (name,),
            )
    if all(text == plain_text(getattr(call, name)) for name, text in texts.items()):
        raise RuleBroken("no_change", _("Nothing differs from the notice as it stands."))
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the notice is changed: it stands there."), ("reason",))
    check_length(reason)
    return texts


def _field(name: str) -> Any:
    return Call._meta.get_field(name)


def _next_number(call: Call) -> int:
    return max(1, call.notice_versions.filter(published_at__isnull=False).count()) + 1


def _text_digest(number: int, texts: Mapping[str, str], reason: str) -> str:
    return approvals.fingerprint({"version": number, "texts": texts, "reason": reason.strip()})


def _open_call(call: Call, closes_at: dt.datetime, by: User) -> Call:
    row = lock_published(call, by)
    if clock.now() >= row.closes_at:
        raise RuleBroken("closed", _("The call has closed. Its closing cannot be moved any more."))
    if closes_at <= row.closes_at:
        raise RuleBroken("not_later", _("Choose a later instant than the present closing."), ("closes_at",))
    check_days(opens_at=row.opens_at, closes_at=closes_at, agreement_on=row.agreement_on)
    return row


def _closing_digest(call: Call, closes_at: dt.datetime) -> str:
    return approvals.fingerprint({"closes_at": [plain(call.closes_at), plain(closes_at)]})
