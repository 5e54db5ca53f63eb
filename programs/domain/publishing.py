"""Publishing a call (모집공고): from a draft of staff to a notice that companies can apply to.

What a published notice says stays as it is, but for what `amending` and `cancelling` bring.
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
from ground.clock import SEOUL
from ground.errors import RuleBroken, filled
from ground.models import Currency
from programs.domain import announcing, form_building, intake_rules
from programs.domain.criteria.faults import faults as faults_of_criterion
from programs.domain.criteria.names import names_of
from programs.models import Call, Question
from programs.permissions import require_service

REASON_LENGTH = 300
NOTICE = (
    "code", "notice_number", "title_ko", "title_en", "notice_ko", "notice_en", "contact_ko", "contact_en",
    "opens_at", "closes_at", "questions_until", "evaluation_on", "agreement_on", "quota", "reserve_count",
    "minimum_points", "answer_days", "has_masked_names",
)  # fmt: skip
"""The call's own fields that are published."""
TEXTS = ("title_ko", "title_en", "notice_ko", "notice_en", "contact_ko", "contact_en")
"""Those of them that a later version of the notice may change."""
ASKED = (
    "code", "kind", "label_ko", "label_en", "is_required", "max_length", "currency", "choices", "section__code", "stage",
    "least", "most", "asks_for", "asked_if_match", "asked_if",
)  # fmt: skip
"""What is published of a question."""


def facts(call: Call) -> dict[str, Any]:
    """What is published, as a second person agrees to it: notice, days, places, questions, documents, criteria."""
    return {
        **{name: plain(getattr(call, name)) for name in NOTICE},
        "sections": list(
            call.sections.order_by("code").values_list(
                "code", "position", "title_ko", "title_en", "hint_ko", "hint_en"
            )
        ),
        "questions": [
            [_plain_or_list(each) for each in row]
            for row in call.questions.order_by("code").values_list(*ASKED)
        ],
        "documents": list(
            call.requireddocuments.order_by("code").values_list(
                "code", "name_ko", "name_en", "stage", "is_required", "has_validity", "certificate_kind"
            )
        ),
        "criteria": list(
            call.criterions.order_by("code").values_list(
                "code",
                "kind",
                "values",
                "as_of",
                "later_as_of",
                "group__code",
                "name_ko",
                "name_en",
                "source",
                "can_apply_unmet",
            )
        ),
    }


def _plain_or_list(value: Any) -> Any:
    return value if isinstance(value, list) else plain(value)


def plain(value: Any) -> str:
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
    found += form_building.faults(call)
    criteria = list(call.criterions.select_related("call"))
    if not criteria:
        found.append(gettext("There is no criterion: say who may apply."))
    names = names_of(criteria)
    for criterion in criteria:
        found += [
            gettext("Criterion “%(code)s”: %(fault)s") % {"code": criterion.code, "fault": fault}
            for fault in faults_of_criterion(criterion, criteria, names)
        ]
    return found


def _has_choices(question: Question) -> bool:
    choices = question.choices
    return (
        isinstance(choices, list)
        and bool(choices)
        and all(isinstance(each, dict) and each.get("code") and each.get("ko") for each in choices)
    )


def check_days(
    *,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    agreement_on: dt.date,
    questions_until: dt.datetime | None = None,
) -> None:
    """`RuleBroken('closes_before')` unless the call closes after it opens, `('questions_after')` unless questions end by
    then, `('agreement_before')` unless it closes by the agreement day (Seoul)."""
    if closes_at <= opens_at:
        raise RuleBroken("closes_before", _("The call closes before it opens."), ("closes_at",))
    if questions_until is not None and questions_until > closes_at:
        raise RuleBroken(
            "questions_after", _("Questions end with the closing at the latest."), ("questions_until",)
        )
    if closes_at.astimezone(SEOUL).date() > agreement_on:
        raise RuleBroken(
            "agreement_before",
            filled(_("The agreement day is %(day)s: the call has to close by then."), day=agreement_on),
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
    """Make the call public; from its opening instant on companies can apply, and those that it fits and that agreed to
    mails are written to then. Locks the call.

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
        announcing.announce_at_opening(row)
    return row


def plain_text(text: str) -> str:
    """The same text whether a browser sent it or it was typed elsewhere."""
    return "\n".join(text.strip().splitlines())


def check_length(reason: str) -> None:
    """`RuleBroken('reason_long')` unless the reason fits on what all read."""
    if len(reason.strip()) > REASON_LENGTH:
        raise RuleBroken(
            "reason_long",
            _("All read the reason: at most %(count)d characters.") % {"count": REASON_LENGTH},
            ("reason",),
        )


def lock_published(call: Call, by: User) -> Call:
    """The published call, locked. `RuleBroken`: `not_your_agency`, `not_published`, `cancelled`."""
    row = Call.objects.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=call.pk)
    require_service(by, row.agency)
    if row.published_at is None:
        raise RuleBroken("not_published", _("This call is not published yet: change it on its page."))
    intake_rules.require_not_cancelled(row)
    return row
