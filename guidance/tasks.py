"""Work that leaves the request: what the worker does for this floor."""

from __future__ import annotations

from celery import shared_task

from guidance.domain import researching


@shared_task(name="guidance.remind", ignore_result=True)
def remind() -> None:
    """Every hour of the day: remind research bodies of what is due."""
    researching.remind()
