"""What a file's page says of its lines is kept with the file (파일 화면의 집계): the lines of a large file are not read whenever somebody looks at
it.

*What it tells a second time:* a file that enters, a state that is read anew and an import that is taken back bring no order in twice
(`leaving_out`), so what was found stands until lines that were found may have gone, or the program counts at another moment; then the worker
asks anew. Payouts are not left out, so a file of them that enters makes those that tell the same orders be asked anew, too; one
that waits for a decision is read once more when others of its shop entered or were taken back. *Whose its lines are* is kept of large files with the state of their lines, and read by the worker once these have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from ground.errors import RuleBroken
from programs.models import Program, Store
from reports.domain import ledger, preparing
from reports.domain.on_disk import on_disk
from reports.domain.reading import parse
from reports.files import detect
from reports.files.lines import FileRefused
from reports.files.mapping.model import ORDERS, PAYOUTS
from reports.models import ImportBatch
from reports.queries import files, targets, told_twice

AT_ONCE = 50
"""Files that are looked at in one go; the next goes on."""
READ_AT_ONCE = 5
"""Files that wait for a decision and are read once more in one go."""
LARGE = 20_000
"""Lines from which on it is kept whose they are; those of smaller files are read in a moment."""


def settle(batch: ImportBatch) -> None:
    """The file has just entered: no order counts by it twice, unless one did in this shop before; of payouts it is asked, since they are not left
    out, and files that told the same orders before are asked anew. The caller holds the store's lock and saves the file."""
    moment = told_twice.basis_of(batch).moment
    measure = detect.measure_of(batch.profile)
    if measure == PAYOUTS:
        if batch.replaced:
            _forget_told(batch.store_id)
        found = told_twice.asked(batch)
        batch.told_twice = _kept(moment, found)
        if found is not None:
            ImportBatch.objects.filter(pk__in=found.by).update(told_twice=None)
        forget_previews(batch)
        return
    forget(batch.store_id, moment)
    if len(set(told_twice.kinds_of(batch.store_id, measure=PAYOUTS).values())) > 1:
        _forget_packs(batch)
    clear = _kept(moment, None)
    others = [told for pk, told in _done(batch.store_id, measure) if pk != batch.pk]
    batch.told_twice = clear if all(told == clear for told in others) else None


def _forget_packs(batch: ImportBatch) -> None:
    """A file of sales says which orders were bought in a pack: files of payouts that name one of these numbers are asked anew."""
    if paid := told_twice.paid_of_packs(batch):
        ImportBatch.objects.filter(pk__in=paid, state=ImportBatch.State.DONE).update(told_twice=None)


def preview_payouts(batch: ImportBatch) -> None:
    """What a file of payouts that is laid out and compared, and whose format is saved, would tell a second time is kept with it until other files of
    the shop enter or are taken back. While one is being entered it is left for the worker."""
    if not _is_free(batch.store_id):
        return
    question = told_twice.question_of_payouts(batch, is_laid_out=True)
    found = told_twice.answer(question) if question is not None else None
    kept = _kept(told_twice.basis_of(batch).moment, found)
    ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.PREVIEW).update(told_twice=kept)


def forget_previews(batch: ImportBatch) -> None:
    """A file of payouts enters or is taken back: those of its shop that wait for a decision are asked anew where there are two kinds. The caller
    holds the store's lock."""
    states = (ImportBatch.State.DONE, ImportBatch.State.PREVIEW)
    kinds = told_twice.kinds_of(batch.store_id, batch.pk, measure=PAYOUTS, states=states)
    if len(set(kinds.values())) > 1:
        waiting = ImportBatch.objects.filter(pk__in=kinds, state=ImportBatch.State.PREVIEW)
        waiting.update(told_twice=None)


def _forget_told(store: UUID) -> None:
    """Lines of files of payouts were replaced: what they told twice they may tell no more. Payouts count at no moment."""
    told = [pk for pk, told in _done(store, PAYOUTS) if told is not None and told["orders"]]
    ImportBatch.objects.filter(pk__in=told).update(told_twice=None)


def forget(store: UUID, moment: str = "") -> None:
    """Lines of the shop's files have changed: what counted twice may not any more. Where files of the shop count at different moments, what is told by
    one of them may count at another's. The caller holds the store's lock."""
    kept = {pk: told for pk, told in _done(store, ORDERS) if told is not None}
    moments = {told["moment"] for told in kept.values()} | ({moment} - {""})
    gone = [pk for pk, told in kept.items() if told["orders"] or len(moments) > 1]
    if gone:
        ImportBatch.objects.filter(pk__in=gone).update(told_twice=None)


def forget_payouts(store: UUID) -> None:
    """A file of payouts is taken back, and earlier files may tell again what it had replaced: all are asked anew where there are two kinds."""
    kinds = told_twice.kinds_of(store, measure=PAYOUTS)
    if len(set(kinds.values())) > 1:
        ImportBatch.objects.filter(pk__in=kinds).update(told_twice=None)


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
    for preview in _previews_to_ask():
        _read_again(preview)
        renewed += 1
    for batch in files.changed_since_kept(lines=LARGE, limit=max(AT_ONCE - renewed, 0)):
        _read(batch)
        renewed += 1
    return renewed


def _read(batch: UUID) -> None:
    """The state is read before the lines: what changes meanwhile makes what is kept out of date."""
    kept = {"state": files.state_of(batch), "rows": files.read_by_company(batch)}
    ImportBatch.objects.filter(pk=batch).update(kept_by_company=kept)


def _previews_to_ask() -> Sequence[ImportBatch]:
    waiting = ImportBatch.objects.filter(state=ImportBatch.State.PREVIEW, told_twice__isnull=True)
    names = waiting.order_by().values_list("profile", flat=True).distinct()
    of_payouts = waiting.filter(profile__in=[name for name in names if detect.measure_of(name) == PAYOUTS])
    related = ("program", "store__settlement_currency", "store__market", "file", "agency")
    return list(of_payouts.select_related(*related).order_by("created_at")[:READ_AT_ONCE])


def _read_again(batch: ImportBatch) -> None:
    """What cannot be read any more will be refused when it is confirmed, and tells nothing twice."""
    try:
        with on_disk(batch.file) as path:
            parsed, _content = parse(batch, path)
    except (FileRefused, RuleBroken, FileNotFoundError):
        batch.told_twice = _kept(told_twice.basis_of(batch).moment, None)
        batch.save(update_fields=["told_twice"])
        return
    with transaction.atomic():
        if _is_free(batch.store_id):
            preparing.prepare(batch, parsed.payouts, [])
            preview_payouts(batch)
            ledger.clear()


def _is_free(store: UUID) -> bool:
    """Whether no file of the shop is being entered, nor will be before the end of the transaction."""
    free = Store.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return free.filter(pk=store).exists()


def _look(pk: UUID, store: UUID) -> int:
    with transaction.atomic():
        if not _is_free(store):
            return 0
        batch = ImportBatch.objects.select_related("program").get(pk=pk)
        if batch.state != ImportBatch.State.DONE:
            return 0
        batch.told_twice = _kept(told_twice.basis_of(batch).moment, told_twice.asked(batch))
        batch.save(update_fields=["told_twice"])
    return 1


def _done(store: UUID, measure: str) -> list[tuple[UUID, dict[str, Any] | None]]:
    """The shop's imported files of a measure with what is kept of each."""
    rows = ImportBatch.objects.filter(store=store, state=ImportBatch.State.DONE)
    return [
        (pk, told)
        for pk, profile, told in rows.values_list("pk", "profile", "told_twice")
        if detect.measure_of(profile) == measure
    ]


def _kept(moment: str, found: told_twice.ToldTwice | None) -> dict[str, Any]:
    if found is None:
        return {"moment": str(moment), "orders": 0, "first": "", "files": []}
    return {"moment": str(moment), "orders": found.orders, "first": found.first, "files": list(found.files)}
