"""The public notice of a call's results (선정 결과 공고), once the companies have heard theirs."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.errors import RuleBroken
from programs.domain.publishing import lock_published, plain_text
from programs.models import Call, ResultNotice
from programs.queries.result_notice import holding_place

TEXT_LENGTH = 3000


def ask(call: Call, *, text_ko: str, text_en: str = "", reason: str, by: User) -> Approval:
    """Ask a second person to agree to exactly these words and companies. The words stay as the proposal.

    Refused as `publish`, but for `second_person`; and `reason_missing`. Locks the call.
    """
    with transaction.atomic():
        row, texts = _ready(call, text_ko, text_en, by)
        ResultNotice.objects.update_or_create(call=row, defaults={"agency": row.agency, **texts})
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.RESULTS,
            subject=f"{row.code} {row.title_ko}",
            subject_id=row.pk,
            digest=_digest(row, texts),
            reason=reason,
            by=by,
        )


def publish(call: Call, *, text_ko: str, text_en: str = "", by: User) -> ResultNotice:
    """Put the results on a public page: these words and the names of the selected companies, whole or masked as the call
    was published. It stays. Locks the call.

    Refused: `not_your_agency`, `not_published`, `cancelled`, `not_released`, `already_published`, `blank` (the Korean
    words), `too_long`, `second_person` (the agency's table wants one, or other words or companies were agreed to).
    """
    with transaction.atomic():
        row, texts = _ready(call, text_ko, text_en, by)
        approvals.require(
            agency=row.agency, decision=DecisionKind.RESULTS, subject_id=row.pk, digest=_digest(row, texts)
        )
        notice, _is_new = ResultNotice.objects.update_or_create(
            call=row,
            defaults={"agency": row.agency, "published_at": clock.now(), "published_by": by, **texts},
        )
    return notice


def _ready(call: Call, text_ko: str, text_en: str, by: User) -> tuple[Call, dict[str, str]]:
    row = lock_published(call, by)
    if row.released_at is None:
        raise RuleBroken("not_released", _("The results have not been released yet."))
    if ResultNotice.objects.filter(call=row, published_at__isnull=False).exists():
        raise RuleBroken("already_published", _("The results of this call have been published already."))
    texts = {"text_ko": plain_text(text_ko), "text_en": plain_text(text_en)}
    if not texts["text_ko"]:
        raise RuleBroken("blank", _("Write the notice in Korean."), ("text_ko",))
    for name, text in texts.items():
        if len(text) > TEXT_LENGTH:
            raise RuleBroken(
                "too_long",
                _("At most %(count)d characters. Shorten the text.") % {"count": TEXT_LENGTH},
                (name,),
            )
    return row, texts


def _digest(call: Call, texts: dict[str, str]) -> str:
    companies = [str(each.company_id) for each in holding_place(call)]
    return approvals.fingerprint({"results": companies, "is_masked": call.has_masked_names, **texts})
