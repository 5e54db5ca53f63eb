"""Was the company paid (수행사 정산 확인): the provider states what it passed on, the company confirms it."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import organization_ids
from ground import clock, files, letters
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Currency, StoredFile
from programs.domain import tasks
from programs.models import Assignment, Participation, Store, Task
from programs.queries.readers import correspondents
from reports.domain.declaring import check_month, require_member
from reports.models import PayoutProof

ANSWER_DAYS = 14
"""The company is asked to confirm within this many days."""


def state(
    store: Store,
    participation: Participation,
    *,
    month: dt.date,
    statement_number: str,
    currency: Currency,
    sold_amount: Decimal,
    fee_amount: Decimal,
    paid_amount: Decimal,
    by: User,
    paid_on: dt.date | None = None,
    upload: File[bytes] | None = None,
) -> PayoutProof:
    """A provider's statement to a company for a month: sold, its fee, what was paid, when, with proof.

    Until the company confirms it, stating it again corrects it. The company is asked to confirm. Refused:
    `not_your_store`, `not_in_store` (nothing of the store is assigned to the company), `month_outside`,
    `amount_negative`, `paid_in_future`, `confirmed_already`, and as `files.keep`. Locks the store and the proof.
    """
    with transaction.atomic():
        store = Store.objects.select_for_update(of=("self",), no_key=True).get(pk=store.pk)
        if store.organization_id not in set(organization_ids(by)):
            raise RuleBroken(
                "not_your_store", _("Only the provider that holds the store can state its payouts.")
            )
        participation = Participation.objects.select_related("program", "company", "agency").get(
            pk=participation.pk
        )
        if not Assignment.objects.filter(store=store, participation=participation).exists():
            raise RuleBroken(
                "not_in_store", _("Nothing of this store is assigned to the company."), ("participation",)
            )
        month = check_month(participation.program, month)
        if min(sold_amount, fee_amount, paid_amount) < 0:
            raise RuleBroken("amount_negative", _("Amounts cannot be negative."), ("paid_amount",))
        if paid_on is not None and paid_on > clock.today(SEOUL):
            raise RuleBroken("paid_in_future", _("The day of the payment lies in the future."), ("paid_on",))
        proof = (
            PayoutProof.objects.select_for_update(of=("self",), no_key=True)
            .filter(store=store, participation=participation, month=month)
            .first()
        )
        if proof is not None and proof.confirmed_at is not None:
            raise RuleBroken(
                "confirmed_already",
                _("The company has confirmed this month. Talk to the agency to change it."),
            )
        proof = proof or PayoutProof(
            agency_id=store.agency_id, store=store, participation=participation, month=month
        )
        proof.statement_number = statement_number.strip()
        proof.currency = currency
        proof.sold_amount, proof.fee_amount, proof.paid_amount = sold_amount, fee_amount, paid_amount
        proof.paid_on = paid_on
        if upload is not None:
            proof.proof = files.keep(upload, kind=StoredFile.Kind.EVIDENCE)
        proof.save()
        _ask_company(proof)
    return proof


def _ask_company(proof: PayoutProof) -> None:
    part = proof.participation
    tasks.open_task(
        agency=part.agency,
        side=Task.Side.COMPANY,
        kind=Task.Kind.CONFIRM,
        subject_id=proof.pk,
        subject=f"{proof.store.name} {proof.month:%Y-%m}",
        due_on=clock.today(SEOUL) + dt.timedelta(days=ANSWER_DAYS),
        company=part.company,
    )
    for reader in correspondents([part.company_id]).get(part.company_id, []):
        letters.write(
            reader,
            "report_payout_stated",
            {"proof": proof, "company": part.company, "path": reverse("sales_list")},
        )


def digest(proof: PayoutProof) -> str:
    """What a statement says, in short: whoever confirms it names what was seen."""
    said = [proof.statement_number, proof.currency_id, proof.paid_on, proof.proof_id]
    said += [f"{amount:.4f}" for amount in (proof.sold_amount, proof.fee_amount, proof.paid_amount)]
    return hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()


def confirm(proof: PayoutProof, *, by: User, seen: str) -> PayoutProof:
    """The company confirms that the money came as stated. Confirming twice is once.

    `seen` is the `digest` of what the person saw: what was stated anew meanwhile has to be looked at first. Refused:
    `not_your_company`, `not_paid_yet` (the statement names no day of payment), `changed`. Locks the proof.
    """
    with transaction.atomic():
        proof = (
            PayoutProof.objects.select_for_update(of=("self",))
            .select_related("participation")
            .get(pk=proof.pk)
        )
        require_member(by, proof.participation.company_id)
        if proof.confirmed_at is not None:
            return proof
        if proof.paid_on is None:
            raise RuleBroken(
                "not_paid_yet",
                _("The provider names no day of payment yet. Confirm once the money has come."),
            )
        if seen != digest(proof):
            raise RuleBroken(
                "changed",
                _(
                    "The provider has changed this statement meanwhile. Look at the amounts again, then confirm."
                ),
            )
        proof.confirmed_at, proof.confirmed_by = clock.now(), by
        proof.save(update_fields=["confirmed_at", "confirmed_by"])
        tasks.close_task(Task.Kind.CONFIRM, proof.pk, side=Task.Side.COMPANY)
    return proof
