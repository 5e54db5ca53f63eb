"""Taking an import back (반입 취소): what it brought counts no more, and stays on record.

Each line that stands by the file is taken back by a row of sign -1, as a newer export would do it. Where the file had replaced
what an earlier one said, the earlier values enter anew under their own file, unless another kind of file tells the sale by now
(`leaving_out`). What a later file has replaced since stays as it is. The rejected rows, the stored copy and the seal stay; the same file can be taken in again. When its lines were last shown by
a file exported at the same instant is forgotten with it. A file that has lines in a closed month is not taken back any more.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.spoken import spoken_months
from programs.domain.stores import REPLAY
from programs.models import Store
from programs.permissions import require_service
from reports.domain import cut, entering, keeping, leaving_out, ledger
from reports.domain.reading import ledger_of
from reports.models import ImportBatch, SeenLine
from reports.queries import closing


def undo(batch: ImportBatch, *, reason: str, by: User) -> ImportBatch:
    """Take the import of a file back, with a reason. Taking back twice is once.

    Refused: `not_your_agency`, `reason_missing`, `not_imported`, `month_closed` (lines of a closed month stand by it), `known_by_later` (a file that was imported later says the same
    of lines of these days, and stands by this one's lines: it is to be taken back first, and taken in anew). Locks the store and the batch: a file of the store that is
    being entered comes before or after.
    """
    reason = reason.strip()
    with transaction.atomic(), because(reason):
        require_service(by, batch.agency)
        if not reason:
            raise RuleBroken("reason_missing", _("Say why the import is taken back."), ("reason",))
        Store.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.store_id)
        batch = ImportBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
        if batch.state == ImportBatch.State.UNDONE:
            return batch
        if batch.state != ImportBatch.State.DONE:
            raise RuleBroken("not_imported", _("Only a file that was imported can be taken back."))
        cut.join()
        kind = ledger_of(batch.profile)
        ledger.ensure_open_months(kind, batch.agency_id)
        _require_open(batch)
        _require_unshared(batch)
        now = clock.now()
        entering.find_earlier(kind, batch.pk, batch.store_id)
        if kind is ledger.SALES:
            leaving_out.leave_out_later(batch.store_id)
            keeping.forget(batch.store_id)
        else:
            keeping.forget_payouts(batch.store_id)
            keeping.forget_previews(batch)
        entering.write(kind, agency_id=batch.agency_id, store_id=batch.store_id, entered_at=now)
        ledger.clear()
        if batch.exported_at is not None:
            SeenLine.objects.filter(store=batch.store_id, exported_at=batch.exported_at).delete()
        batch.state = ImportBatch.State.UNDONE
        batch.undone_at, batch.undone_by, batch.undo_reason = now, by, reason[:300]
        batch.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
        outbox.publish(REPLAY, {"store": str(batch.store_id)})
    return batch


def _require_open(batch: ImportBatch) -> None:
    touched = closing.touched_months(batch)
    if touched:
        raise RuleBroken(
            "month_closed",
            filled(
                _(
                    "“%(file)s” has lines in a closed month (%(months)s), so it cannot be taken back. Upload the corrected file"
                    " of these days instead: what differs is booked in the open month as an adjustment."
                ),
                file=batch.file.name,
                months=spoken_months(touched),
            ),
        )


def _require_unshared(batch: ImportBatch) -> None:
    later = (
        ImportBatch.objects.filter(store=batch.store_id, state=ImportBatch.State.DONE, imported_at__gt=batch.imported_at)
        .filter(duplicate__gt=F("repeated"), first_at__lte=batch.last_at, last_at__gte=batch.first_at)
        .select_related("file")
        .order_by("imported_at")
        .first()
    )  # fmt: skip
    if later is not None:
        raise RuleBroken(
            "known_by_later",
            filled(
                _(
                    "“%(file)s” was imported later and says the same of lines of these days, so they stand by this file alone."
                    " Take that import back first, then this one, and upload “%(file)s” again."
                ),
                file=later.file.name,
            ),
        )
