"""What a file's page says of its lines is kept with the file (파일 화면의 집계): the lines of a large file are not read whenever somebody looks at
it.

*What it tells a second time:* a file that enters, a state that is read anew and an import that is taken back bring no order in twice
(`leaving_out`), so what was found stands until lines that were found may have gone, or the program counts at another moment; then the worker
asks anew. *Whose its lines are* is kept of large files with the state of their lines, and read by the worker once these have changed.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from programs.models import Program, Store
from reports.models import ImportBatch
from reports.queries import files, targets, told_twice

AT_ONCE = 50
"""Files that are looked at in one go; the next goes on."""
LARGE = 20_000
"""Lines from which on it is kept whose they are; those of smaller files are read in a moment."""


def settle(batch: ImportBatch) -> None:
    """The file has just entered: no order counts by it twice, unless one did in this shop before. The caller holds the store's lock and saves
    the file."""
    moment = told_twice.basis_of(batch).moment
    clear = _kept(moment, None)
    forget(batch.store_id, moment)
    others = _done(batch.store_id).exclude(pk=batch.pk).values_list("told_twice", flat=True)
    batch.told_twice = clear if all(kept == clear for kept in others) else None


def forget(store: UUID, moment: str = "") -> None:
    """Lines of the shop's files have changed: what counted twice may not any more. Where files of the shop count at different moments, what is told by
    one of them may count at another's. The caller holds the store's lock."""
    kept = {pk: told for pk, told in _done(store).values_list("pk", "told_twice") if told is not None}
    moments = {told["moment"] for told in kept.values()} | ({moment} - {""})
    gone = [pk for pk, told in kept.items() if told["orders"] or len(moments) > 1]
    if gone:
        ImportBatch.objects.filter(pk__in=gone).update(told_twice=None)


def renew() -> int:
    """Ask anew of files of which nothing is kept, or not of now; returns how many. A shop into which a file is being entered is left for the next
    time."""
    renewed = 0
    for program in Program.objects.filter(batches__state=ImportBatch.State.DONE).distinct().order_by("code"):
        moment = targets.basis_of(program, program.ends_on).moment
        done = ImportBatch.objects.filter(program=program, state=ImportBatch.State.DONE).order_by(
            "-imported_at"
        )
        stale = done.filter(Q(told_twice__isnull=True) | ~Q(told_twice__moment=moment))
        for pk, store in stale.values_list("pk", "store")[: AT_ONCE - renewed]:
            renewed += _look(pk, store)
    for batch in files.changed_since_kept(lines=LARGE, limit=AT_ONCE - renewed):
        _read(batch)
        renewed += 1
    return renewed


def _read(batch: UUID) -> None:
    """The state is read before the lines: what changes meanwhile makes what is kept out of date."""
    kept = {"state": files.state_of(batch), "rows": files.read_by_company(batch)}
    ImportBatch.objects.filter(pk=batch).update(kept_by_company=kept)


def _look(pk: UUID, store: UUID) -> int:
    with transaction.atomic():
        free = Store.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        if not free.filter(pk=store).exists():
            return 0
        batch = ImportBatch.objects.select_related("program").get(pk=pk)
        if batch.state != ImportBatch.State.DONE:
            return 0
        batch.told_twice = _kept(told_twice.basis_of(batch).moment, told_twice.asked(batch))
        batch.save(update_fields=["told_twice"])
    return 1


def _done(store: UUID) -> Any:
    return ImportBatch.objects.filter(store=store, state=ImportBatch.State.DONE)


def _kept(moment: str, found: told_twice.ToldTwice | None) -> dict[str, Any]:
    if found is None:
        return {"moment": str(moment), "orders": 0, "first": "", "files": []}
    return {"moment": str(moment), "orders": found.orders, "first": found.first, "files": list(found.files)}
