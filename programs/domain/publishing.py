"""Publishing a call (모집공고): from a draft of staff to a notice that companies can apply to.

What a published notice says stays as it is; only its closing can be moved, later and by two persons.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.audit import because
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Currency, Province
from programs.domain import intake
from programs.models import Application, Call, Criterion, Question
from programs.permissions import require_service

REASON_LENGTH = 300
NOTICE = (
    "code", "notice_number", "title_ko", "title_en", "notice_ko", "notice_en", "contact_ko", "contact_en",
    "opens_at", "closes_at", "agreement_on", "quota", "reserve_count", "minimum_points", "answer_days",
)  # fmt: skip
"""The call's own fields that are published."""


def facts(call: Call) -> dict[str, Any]:
    """What is published, as a second person agrees to it: notice, days, places, questions, documents, criteria."""
    return {
        **{name: _plain(getattr(call, name)) for name in NOTICE},
        "questions": list(
            call.questions.order_by("code").values_list(
                "code", "kind", "label_ko", "label_en", "is_required", "max_length", "currency", "choices"
            )
        ),
        "documents": list(
            call.requireddocuments.order_by("code").values_list(
                "code", "name_ko", "name_en", "stage", "is_required", "has_validity", "certificate_kind"
            )
        ),
        "criteria": list(
            call.criterions.order_by("code").values_list(
                "code", "kind", "values", "as_of", "later_as_of", "name_ko", "name_en", "source"
            )
        ),
    }


def _plain(value: Any) -> str:
    """The same text whether the value was typed or read from the database."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def faults(call: Call) -> list[str]:
    """What still keeps the call from being published, as sentences; nothing when it is ready."""
    found = []
    if call.closes_at <= clock.now():
        found.append(gettext("The closing instant has passed. Set a later one."))
    for question in call.questions.all():
        if question.kind in {Question.Kind.ONE, Question.Kind.MANY} and not _has_choices(question):
            found.append(gettext("The question “%(code)s” has no choices.") % {"code": question.code})
        if question.currency and not Currency.objects.filter(code=question.currency).exists():
            found.append(
                gettext("The question “%(code)s” names an unknown currency.") % {"code": question.code}
            )
    criteria = list(call.criterions.all())
    if not criteria:
        found.append(gettext("There is no criterion: say who may apply."))
    for criterion in criteria:
        if not _is_whole(criterion):
            found.append(gettext("The criterion “%(code)s” is not complete.") % {"code": criterion.code})
    return found


def _has_choices(question: Question) -> bool:
    choices = question.choices
    return (
        isinstance(choices, list)
        and bool(choices)
        and all(isinstance(each, dict) and each.get("code") and each.get("ko") for each in choices)
    )


def _is_whole(criterion: Criterion) -> bool:
    values = criterion.values if isinstance(criterion.values, dict) else {}
    if criterion.kind == Criterion.Kind.PROVINCE:
        named = values.get("provinces")
        if not isinstance(named, list) or not named:
            return False
        return Province.objects.filter(code__in=named).count() == len(set(named))
    if criterion.kind == Criterion.Kind.CERTIFICATE:
        return bool(values.get("kind"))
    return True


def check_days(*, opens_at: dt.datetime, closes_at: dt.datetime, agreement_on: dt.date) -> None:
    """`RuleBroken('closes_before')` unless the call closes after it opens, `('agreement_before')` unless it closes by
    the agreement day (Seoul)."""
    if closes_at <= opens_at:
        raise RuleBroken("closes_before", _("The call closes before it opens."), ("closes_at",))
    if closes_at.astimezone(SEOUL).date() > agreement_on:
        raise RuleBroken(
            "agreement_before",
            _("The agreement day is %(day)s: the call has to close by then.")
            % {"day": agreement_on.isoformat()},
            ("closes_at", "agreement_on"),
        )


def ask_to_publish(call: Call, *, by: User, reason: str) -> Approval:
    """Ask a second person, where the agency's table wants one. Refused with `not_your_agency`, `reason_missing`."""
    call = Call.objects.select_related("agency").get(pk=call.pk)
    require_service(by, call.agency)
    return approvals.ask(
        agency=call.agency,
        decision=DecisionKind.PUBLISHING,
        subject=f"{call.code} {call.title_ko}",
        subject_id=call.pk,
        digest=approvals.fingerprint(facts(call)),
        reason=reason,
        by=by,
    )


def publish(call: Call, *, by: User) -> Call:
    """Make the call public; from its opening instant on companies can apply. Locks the call.

    Refused with `not_your_agency`, `already_published`, `not_ready` (what is missing), `second_person` (the agency's
    table wants one, or what was agreed to has been changed since).
    """
    with transaction.atomic():
        row = Call.objects.select_for_update(of=("self",)).select_related("agency").get(pk=call.pk)
        require_service(by, row.agency)
        if row.published_at is not None:
            raise RuleBroken("already_published", _("This call has been published already."))
        missing = faults(row)
        if missing:
            raise RuleBroken("not_ready", " ".join(missing))
        approvals.require(
            agency=row.agency,
            decision=DecisionKind.PUBLISHING,
            subject_id=row.pk,
            digest=approvals.fingerprint(facts(row)),
        )
        row.published_at = clock.now()
        row.published_by = by
        row.save(update_fields=["published_at", "published_by"])
    return row


def ask_later_closing(call: Call, *, closes_at: dt.datetime, reason: str, by: User) -> Approval:
    """Ask a second person to agree to a later closing of a published call, always.

    The reason stands on the notice afterwards. Refused as `move_closing`, and `reason_missing`, `reason_long`.
    """
    with transaction.atomic():
        row = _open_call(call, closes_at, by)
        if len(reason.strip()) > REASON_LENGTH:
            raise RuleBroken(
                "reason_long",
                _("The reason stands on the notice: at most %(count)d characters.")
                % {"count": REASON_LENGTH},
                ("reason",),
            )
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.EXCEPTION,
            subject=f"{row.code} {row.closes_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"
            f" → {closes_at.astimezone(SEOUL):%Y-%m-%d %H:%M}",
            subject_id=row.pk,
            digest=_closing_digest(row, closes_at),
            reason=reason,
            by=by,
        )


def move_closing(call: Call, *, closes_at: dt.datetime, by: User) -> Call:
    """Move the closing of a published call to the later instant that a second person agreed to, with the reason given.

    The notice says so from then on; everybody with an application is written to, and the day of the answer moves along.
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
    return row


def _open_call(call: Call, closes_at: dt.datetime, by: User) -> Call:
    row = Call.objects.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=call.pk)
    require_service(by, row.agency)
    if row.published_at is None:
        raise RuleBroken("not_published", _("This call is not published yet: change it on its page."))
    if clock.now() >= row.closes_at:
        raise RuleBroken("closed", _("The call has closed. Its closing cannot be moved any more."))
    if closes_at <= row.closes_at:
        raise RuleBroken("not_later", _("Choose a later instant than the present closing."), ("closes_at",))
    check_days(opens_at=row.opens_at, closes_at=closes_at, agreement_on=row.agreement_on)
    return row


def _closing_digest(call: Call, closes_at: dt.datetime) -> str:
    return approvals.fingerprint({"closes_at": [_plain(call.closes_at), _plain(closes_at)]})
