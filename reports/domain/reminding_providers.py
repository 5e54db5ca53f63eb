"""Providers are reminded (수행사 정산 안내), once for a month of a store, when what its platform paid was not stated in time."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse

from ground import clock, letters
from ground.clock import SEOUL
from programs.models import Store
from programs.queries.readers import people_of
from reports.models import PayoutReminder
from reports.queries import unstated

log = structlog.get_logger(__name__)
CATCHING_UP = dt.timedelta(days=60)
"""A reminder that a standstill held up is written until so long after the day, then no more."""
NAMED = 20
"""Companies that the letter names; the page has all."""


def remind() -> int:
    """Write to the people of each provider whose statements of a month are overdue. Returns how many months of stores were written about;
    each counts once, whatever fails or runs twice. A provider without people is written to once it has some. Each store's month in a transaction of its own. Locks the store."""
    today = clock.today(SEOUL)
    stores = list(Store.objects.filter(organization__isnull=False))
    late = {
        (each.store, each.month)
        for each in unstated.of_stores(stores, today, due_since=today - CATCHING_UP)
        if each.due_on < today and each.reminded_at is None
    }
    written = 0
    for store, month in sorted(late, key=lambda key: (key[1], str(key[0]))):
        try:
            written += _remind(store, month)
        except Exception as error:
            log.error("payout_reminder.failed", store=str(store), month=str(month), exc_info=error)
    return written


def _remind(store_id: UUID, month: dt.date) -> bool:
    today = clock.today(SEOUL)
    with transaction.atomic():
        store = (
            Store.objects.select_for_update(of=("self",), no_key=True).select_related("organization").get(pk=store_id)
        )  # fmt: skip
        if store.organization_id is None or PayoutReminder.objects.filter(store=store, month=month).exists():
            return False
        found = [each for each in unstated.of_stores([store], today, month=month) if each.due_on < today]
        if not found:
            return False
        companies = sorted({each.company for each in found})
        readers = people_of(store.organization_id)
        if not readers:
            return False
        PayoutReminder.objects.create(
            agency_id=store.agency_id, store=store, month=month, companies=len(companies), readers=len(readers),
            sent_at=clock.now(),
        )  # fmt: skip
        for reader in readers:
            letters.write(
                reader,
                "report_payout_unstated",
                {
                    "store": store,
                    "month": month,
                    "due_on": min(each.due_on for each in found),
                    "companies": companies[:NAMED],
                    "more": max(0, len(companies) - NAMED),
                    "path": reverse("provider_home"),
                },
            )
    return True
