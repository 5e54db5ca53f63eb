"""What the public reads of a regulatory item: words of its own, published by one person or two as the agency's table says."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals, records
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.errors import RuleBroken
from guidance.domain.regulatory import locked, plain
from guidance.models import RegulatoryItem, RegulatoryWording
from guidance.models.regulatory import RegulatoryFacts

FACTS = tuple(
    field.name for field in RegulatoryFacts._meta.local_concrete_fields if field.name not in ("id", "created_at", "agency")
)  # fmt: skip
"""What of an item stands beside its words for everybody."""
WORDS = ("title_ko", "title_en", "text_ko", "text_en")


def write_wording(
    item: RegulatoryItem, *, title_ko: str, text_ko: str, by: User, title_en: str = "", text_en: str = ""
) -> RegulatoryWording:
    """Draft the words for everybody, with what the item is about as it stands now: countries, products, pillar, law, article,
    body, estimate; never its contact or a company. What is public stays until the draft is published.

    Refused: `not_your_agency`, `joined`, `blank`, `too_long`, `not_valid`. Locks the item.
    """
    with transaction.atomic():
        row = locked(item, by)
        draft = row.wordings.draft().first()
        if draft is None:
            last = row.wordings.aggregate(last=Max("number"))["last"] or 0
            draft = RegulatoryWording(agency=row.agency, item=row, number=last + 1)
        facts: dict[str, Any] = {name: getattr(row, name) for name in FACTS}
        facts |= {
            "title_ko": " ".join(title_ko.split()),
            "title_en": " ".join(title_en.split()),
            "text_ko": plain(text_ko, "text_ko", _("Write the text for everybody in Korean.")),
            "text_en": plain(text_en, "text_en"),
            "written_by": by,
        }
        records.put(draft, facts)
    return draft


def ask_to_publish(item: RegulatoryItem, *, by: User, reason: str) -> Approval:
    """Ask a second person to agree to exactly this draft. Refused: `not_your_agency`, `joined`, `no_draft`, `reason_missing`.
    Locks the item."""
    with transaction.atomic():
        draft = _draft(locked(item, by))
        return approvals.ask(
            agency=draft.agency,
            decision=DecisionKind.REGULATORY,
            subject=draft.title_ko,
            subject_id=item.pk,
            digest=digest(draft),
            reason=reason,
            by=by,
        )


def publish(item: RegulatoryItem, *, by: User) -> RegulatoryWording:
    """The draft is what everybody reads from now on; the former words end. Locks the item.

    Refused: `not_your_agency`, `joined`, `no_draft`, `second_person` (the agency's table wants one, or the draft was changed
    since it was agreed to).
    """
    with transaction.atomic():
        row = locked(item, by)
        draft = _draft(row)
        draft.approval = approvals.require(
            agency=row.agency, decision=DecisionKind.REGULATORY, subject_id=row.pk, digest=digest(draft)
        )
        now = clock.now()
        _end(row, now)
        draft.published_at = now
        draft.save(update_fields=["published_at", "approval"])
    return draft


def take_down(item: RegulatoryItem, *, by: User) -> RegulatoryItem:
    """Nobody outside reads it any more; the words stay in the register. Locks it. Refused: `not_your_agency`, `joined`, `not_public`."""
    with transaction.atomic():
        row = locked(item, by)
        if not _end(row, clock.now()):
            raise RuleBroken("not_public", _("This item is not public."))
    return row


def digest(draft: RegulatoryWording) -> str:
    """The fingerprint of words and facts that are published together."""
    facts = {name: draft.serializable_value(name) for name in (*WORDS, *FACTS)}
    amount = facts["stated_amount"]
    facts["stated_amount"] = None if amount is None else f"{amount:.2f}"
    return approvals.fingerprint(facts)


def asked_about(draft: RegulatoryWording) -> Approval | None:
    """The question about exactly this draft, answered or not. One query."""
    return approvals.latest(
        agency_id=draft.agency_id,
        decision=DecisionKind.REGULATORY,
        subject_id=draft.item_id,
        digest=digest(draft),
    )


def _draft(item: RegulatoryItem) -> RegulatoryWording:
    draft = item.wordings.draft().select_related("agency").first()
    if draft is None:
        raise RuleBroken("no_draft", _("Write the words for everybody first."))
    return draft


def _end(item: RegulatoryItem, now: Any) -> int:
    public = item.wordings.filter(published_at__isnull=False, ended_at__isnull=True)
    return public.update(ended_at=now)
