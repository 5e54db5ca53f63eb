"""`manage.py outbox`: work that is not done yet, and how what was given up is tried again."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q

from ground import outbox
from ground.models import OutboxEvent


class Command(BaseCommand):
    help = "Shows work that is not done yet (mails, imports, reports); --again lets what was given up be tried again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--failed", action="store_true", help="only what was given up")
        parser.add_argument(
            "--again", action="append", metavar="ID", help="a number from the list, or all; may be repeated"
        )
        parser.add_argument("--limit", type=int, default=100, help="list at most so many (100)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = self.try_again(options["again"]) if options["again"] else None
        counts = OutboxEvent.objects.unfinished().aggregate(
            waiting=Count("pk", filter=Q(failed_at__isnull=True)),
            given_up=Count("pk", filter=Q(failed_at__isnull=False)),
        )
        events = (
            OutboxEvent.objects.given_up() if options["failed"] else OutboxEvent.objects.unfinished()
        ).order_by("id")[: options["limit"]]
        if options["json"]:
            answer = {**counts, "events": [facts(event) for event in events]}
            if renewed is not None:
                answer["again"] = renewed
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        if renewed is not None:
            self.stdout.write(f"{renewed} due again")
        for event in events:
            each = facts(event)
            self.stdout.write(
                f"{each['id']}  {each['topic']}  {each['state']}  since {each['created_at']},"
                f" {each['attempts']} attempts  {each['error']}"
            )
        self.stdout.write(f"{counts['waiting']} waiting, {counts['given_up']} given up")

    def try_again(self, wanted: list[str]) -> int:
        if wanted == ["all"]:
            return outbox.try_again()
        if not all(each.isdecimal() for each in wanted):
            raise CommandError("--again takes numbers from the list, or the word all alone.")
        ids = {int(each) for each in wanted}
        unknown = ids - set(OutboxEvent.objects.given_up().filter(pk__in=ids).values_list("pk", flat=True))
        if unknown:
            raise CommandError(f"Not given up: {', '.join(map(str, sorted(unknown)))}. Nothing was changed.")
        return outbox.try_again(ids)


def facts(event: OutboxEvent) -> dict[str, Any]:
    """What a list shows: the reason of the last failure in one line, never what the work is about."""
    return {
        "id": event.pk,
        "topic": event.topic,
        "state": "given_up" if event.failed_at else "trying" if event.attempts else "waiting",
        "created_at": event.created_at.isoformat(timespec="seconds"),
        "next_at": None if event.failed_at else event.available_at.isoformat(timespec="seconds"),
        "attempts": event.attempts,
        "error": " ".join(event.last_error.split())[:300],
    }
