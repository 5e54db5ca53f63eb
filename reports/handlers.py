"""Every outbox handler of this floor; and it imports what becomes of its tables in a merge, and who answers for closed months."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Approval
from ground import outbox
from ground.models import OutboxEvent
from programs.domain.leaving import PARTS
from programs.domain.stores import REPLAY
from programs.models import Program, Store
from reports.domain import (
    assigning,
    closing,
    customs_lists,
    group_lists,
    importing,
    merging,
    reminding,
    replay,
    reporting,
    totalling,
)
from reports.domain.differing import finding
from reports.models import ClosedMonth, CustomsList, GroupList, ImportBatch

__all__ = [
    "close_or_open",
    "enter_customs_list",
    "enter_file",
    "find_differences",
    "look_again_at_exports",
    "look_at_month",
    "merging",
    "read_customs_list",
    "read_file",
    "replay_store",
    "settle_file",
    "settle_store",
    "total_file",
    "write_group_list",
    "write_report",
]


@outbox.handler(importing.READ)
def read_file(event: OutboxEvent) -> None:
    importing.read(ImportBatch.objects.get(pk=event.payload["batch"]))


@outbox.handler(importing.IMPORT)
def enter_file(event: OutboxEvent) -> None:
    importing.enter(ImportBatch.objects.get(pk=event.payload["batch"]))


@outbox.handler(importing.IMPORT)
def settle_file(event: OutboxEvent) -> None:
    """Of its own transaction: what fails here takes no import back."""
    reminding.settle(_programs_of(ImportBatch.objects.get(pk=event.payload["batch"]).store))


@outbox.handler(totalling.TOTAL)
def total_file(event: OutboxEvent) -> None:
    totalling.renew(event.payload["batch"])


@outbox.handler(customs_lists.READ)
def read_customs_list(event: OutboxEvent) -> None:
    customs_lists.read(CustomsList.objects.get(pk=event.payload["list"]))


@outbox.handler(customs_lists.IMPORT)
def enter_customs_list(event: OutboxEvent) -> None:
    customs_lists.enter(CustomsList.objects.get(pk=event.payload["list"]))


@outbox.handler(PARTS)
def look_again_at_exports(event: OutboxEvent) -> None:
    customs_lists.look_again(event.payload["program"])


@outbox.handler(REPLAY)
def replay_store(event: OutboxEvent) -> None:
    store = Store.objects.get(pk=event.payload["store"])
    replay.replay(store)
    assigning.looked_at(event.payload.get("bulk"), store)


@outbox.handler(REPLAY)
def settle_store(event: OutboxEvent) -> None:
    reminding.settle(_programs_of(Store.objects.get(pk=event.payload["store"])))


def _programs_of(store: Store) -> QuerySet[Program]:
    """Programs whose companies' months the store's lines may answer."""
    return Program.objects.filter(assignments__store=store).select_related("agency").distinct()


@outbox.handler(closing.LOOK)
def look_at_month(event: OutboxEvent) -> None:
    """Nothing, where the month was asked for anew since, or is not there any more."""
    for row in ClosedMonth.objects.filter(pk=event.payload["month"], look=event.key).select_related(
        "program"
    ):
        closing.look(row)


@outbox.handler(closing.CARRY_OUT)
def close_or_open(event: OutboxEvent) -> None:
    closing.carry_out(Approval.objects.get(pk=event.payload["approval"]))


@outbox.handler(reporting.WRITE)
def write_report(event: OutboxEvent) -> None:
    reporting.write_asked(event.payload)


@outbox.handler(group_lists.ASKED)
def write_group_list(event: OutboxEvent) -> None:
    group_lists.write(GroupList.objects.get(pk=event.payload["list"]))


@outbox.handler(finding.FIND)
def find_differences(event: OutboxEvent) -> None:
    finding.find(Program.objects.select_related("agency").get(pk=event.payload["program"]))
