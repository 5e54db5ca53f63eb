"""Work that comes by itself: what the worker does for this floor."""

from __future__ import annotations

from celery import shared_task

from guidance.domain import briefing_rounds, registering, researching


@shared_task(name="guidance.remind", ignore_result=True)
def remind() -> None:
    """Every hour of the day: remind research bodies of what is due."""
    researching.remind()


@shared_task(name="guidance.briefings", ignore_result=True)
def briefings() -> None:
    """Every five minutes: reminders, surveys of briefings that are over, and addresses that nobody confirmed."""
    briefing_rounds.remind()
    briefing_rounds.ask_surveys()
    registering.drop_unconfirmed()
