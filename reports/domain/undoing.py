"""Taking an import back (반입 취소): what it brought counts no more, and stays on record.

Each line that stands by the file is taken back by a row of sign -1, as a newer export would do it. Where the file had replaced
what an earlier one said, the earlier values enter anew under their own file. What a later file has replaced since stays as it
is. The rejected rows, the stored copy and the seal stay; the same file can be taken in again.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain.stores import REPLAY
from programs.models import Store
from programs.permissions import require_service
from reports.domain import cut, ledger
from reports.domain.importing import ledger_of
from reports.models import ImportBatch, SeenLine


def undo(batch: ImportBatch, *, reason: str, by: User) -> ImportBatch:
    """Take the import of a file back, with a reason. Taking back twice is once.

    Refused: `not_your_agency`, `reason_missing`, `not_imported`. Locks the store and the batch: a file of the store that is
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
        now = clock.now()
        kind = ledger_of(batch.profile)
        ledger.find_earlier(kind, batch.pk, batch.store_id)
        ledger.write(kind, agency_id=batch.agency_id, store_id=batch.store_id, entered_at=now)
        ledger.clear()
        if batch.exported_at is not None:
            SeenLine.objects.filter(store=batch.store_id, exported_at=batch.exported_at).delete()
        batch.state = ImportBatch.State.UNDONE
        batch.undone_at, batch.undone_by, batch.undo_reason = now, by, reason[:300]
        batch.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
        outbox.publish(REPLAY, {"store": str(batch.store_id)})
    return batch
