"""Celery: the clock's tick. Everything else is carried by the outbox."""

from __future__ import annotations

from celery import shared_task

from reports.domain import (
    cohorts,
    comparing,
    counting,
    fetching,
    keeping,
    paid_months,
    profiles,
    reminding,
    reminding_providers,
    rollups,
    scheduling,
    short_stock,
    staging,
)
from reports.domain.differing import finding


@shared_task(name="reports.tick", ignore_result=True)
def tick() -> None:
    scheduling.tick()


@shared_task(name="reports.fetch_rates", ignore_result=True)
def fetch_rates() -> None:
    fetching.fetch()


@shared_task(name="reports.watch_rates", ignore_result=True)
def watch_rates() -> None:
    fetching.watch()


@shared_task(name="reports.remind", ignore_result=True)
def remind() -> None:
    """Every hour of the day: write to companies that owe a month."""
    reminding.remind()


@shared_task(name="reports.sweep_staging", ignore_result=True)
def sweep_staging() -> None:
    staging.sweep()
    profiles.sweep()


@shared_task(name="reports.roll_up", ignore_result=True)
def roll_up() -> None:
    rollups.renew()
    paid_months.renew()


@shared_task(name="reports.count_orders", ignore_result=True)
def count_orders() -> None:
    counting.renew()
    short_stock.renew()


@shared_task(name="reports.keep_cohorts", ignore_result=True)
def keep_cohorts() -> None:
    cohorts.renew()


@shared_task(name="reports.look_again_at_files", ignore_result=True)
def look_again_at_files() -> None:
    keeping.renew()


@shared_task(name="reports.remind_providers", ignore_result=True)
def remind_providers() -> None:
    """Every hour of the day: write to providers that have not stated a month to its companies."""
    reminding_providers.remind()


@shared_task(
    # Acknowledged before it begins: a broker that waits for the end of a long comparison hands it out again.
    name="reports.compare_rollups",
    ignore_result=True,
    acks_late=False,
    time_limit=4 * 3600,
    soft_time_limit=4 * 3600 - 60,
)
def compare_rollups() -> None:
    comparing.compare()


@shared_task(
    # As `compare_rollups`.
    name="reports.find_differences",
    ignore_result=True,
    acks_late=False,
    time_limit=4 * 3600,
    soft_time_limit=4 * 3600 - 60,
)
def find_differences() -> None:
    finding.find_all()
