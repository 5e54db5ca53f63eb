"""Publishing a call (모집공고): from a draft of staff to a notice that companies can apply to."""

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
from ground.errors import RuleBroken
from ground.models import Currency, Province
from programs.models import Call, Criterion, Question
from programs.permissions import require_service


def facts(call: Call) -> dict[str, Any]:
    """What is published, as a second person agrees to it: notice, days, places, questions, documents, criteria."""
    own = [
        "code", "notice_number", "title_ko", "title_en", "notice_ko", "notice_en", "contact_ko", "contact_en",
        "opens_at", "closes_at", "agreement_on", "quota", "reserve_count", "minimum_points", "answer_days",
    ]  # fmt: skip
    return {
        **{name: _plain(getattr(call, name)) for name in own},
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
