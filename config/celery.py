"""Celery: the carrier of outbox events, and the clock's tick."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init

from config import embedded
from ground import priority

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The check of the fonts starts the typesetter's threads; in a worker's children, forked afterwards, it would hang.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
embedded.join()

app = Celery("naru")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue="naru",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=900,
    task_soft_time_limit=840,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    broker_transport_options={
        "visibility_timeout": 1200,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
    timezone="Asia/Seoul",
    enable_utc=True,
    worker_hijack_root_logger=False,
    beat_schedule={
        "tick": {"task": "reports.tick", "schedule": 60.0},
        "keep_ahead": {
            "task": "programs.keep_ahead",
            "schedule": crontab(minute="3-59/5"),
            "options": {"expires": 240},
        },
        "ask_anew": {"task": "programs.ask_anew", "schedule": crontab(hour=2, minute=40)},
        "end_agreements": {"task": "programs.end_agreements", "schedule": crontab(minute=2)},
        "remind": {"task": "programs.remind", "schedule": crontab(hour="8-20", minute=5)},
        "remind_ends": {"task": "programs.remind_ends", "schedule": crontab(hour="8-20", minute=6)},
        "remind_research": {"task": "guidance.remind", "schedule": crontab(hour="8-20", minute=15)},
        "remind_months": {"task": "reports.remind", "schedule": crontab(hour="9-18", minute=25)},
        "briefings": {"task": "guidance.briefings", "schedule": crontab(minute="*/5")},
        "fetch_rates": {"task": "reports.fetch_rates", "schedule": crontab(hour="8-21", minute="*/10")},
        "watch_rates": {"task": "reports.watch_rates", "schedule": crontab(hour="9,12,17", minute=50)},
        "forget": {"task": "companies.forget", "schedule": crontab(hour=3, minute=10)},
        "roll_up": {"task": "reports.roll_up", "schedule": 60.0, "options": {"expires": 50}},
        "count_orders": {"task": "reports.count_orders", "schedule": 60.0, "options": {"expires": 50}},
        "keep_cohorts": {"task": "reports.keep_cohorts", "schedule": 60.0, "options": {"expires": 50}},
        "look_again_at_files": {
            "task": "reports.look_again_at_files",
            "schedule": 60.0,
            "options": {"expires": 50},
        },
        "remind_providers": {"task": "reports.remind_providers", "schedule": crontab(hour="9-18", minute=40)},
        "compare_rollups": {"task": "reports.compare_rollups", "schedule": crontab(hour=4, minute=10)},
        "find_differences": {"task": "reports.find_differences", "schedule": crontab(hour=5, minute=10)},
        "sweep_staging": {"task": "reports.sweep_staging", "schedule": crontab(hour=3, minute=30)},
        "tidy": {"task": "ground.tidy", "schedule": crontab(hour=3, minute=20)},
    },
)
app.autodiscover_tasks(["ground", "companies", "programs", "guidance", "reports"])


@celeryd_init.connect
def give_way(**_: object) -> None:
    """People at the pages come first: in the last minute of a call the worker does later what nobody waits for."""
    priority.give_way()
