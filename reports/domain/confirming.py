"""Confirming a previewed sales file (판매 파일 반영 확인): what it would count twice stays out."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.errors import RuleBroken, filled
from programs.models import Store
from reports.domain import importing
from reports.models import ImportBatch
from reports.queries import told_twice


def confirm(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """The preview is right: enter it in the background. Confirming twice is once.

    Refused: `told_twice` (orders of it count already by a file of another kind), and as `importing.confirm`. Locks the store and
    the batch.
    """
    with transaction.atomic():
        importing.require_handler(by, batch.store)
        Store.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.store_id)
        require_once(ImportBatch.objects.get(pk=batch.pk))
        return importing.confirm(batch, by=by)


def require_once(batch: ImportBatch) -> None:
    """`RuleBroken('told_twice')` where a file that waits for a decision tells sales that count already."""
    if batch.state != ImportBatch.State.PREVIEW:
        return
    found = told_twice.of(batch)
    if found is not None:
        raise RuleBroken(
            "told_twice",
            filled(
                _(
                    "%(count)s orders of this file (first: %(order)s) count already by another kind of file: %(files)s. A sale"
                    " counts once, so this file cannot be imported. Use one kind of file for this shop, or have the agency take the"
                    " earlier import back first."
                ),
                count=f"{found.orders:,}",
                order=found.first,
                files=", ".join(found.files),
            ),
        )
