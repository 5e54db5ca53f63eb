"""Was the company paid (수행사 정산 확인): the provider states what it passed on, the company confirms or disputes it.

A disputed statement is the agency's matter: it looks into it and opens the statement again, so that the provider states
it anew and the company is asked once more. So is a confirmed one that turns out wrong.
"""

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
from ground.spoken import month_in
from programs.domain import tasks
from programs.models import Assignment, Participation, Store, Task
from programs.permissions import require_service
from programs.queries.readers import correspondents, officers_of, people_of
from reports.domain.declaring import check_month, require_member
from reports.models import PayoutProof

ANSWER_DAYS = 14
"""The company is asked to answer, and the agency to look into a dispute, within this many days."""


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
    kept: StoredFile | None = None,
    is_tried: bool = False,
) -> PayoutProof:
    """A provider's statement to a company for a month and currency: sold, its fee, what was paid, when, with proof.

    Until the company answers, stating it again corrects it; so it does once the agency has opened it again. The company
    is asked to confirm, unless it is only tried (a preview that is taken back). The proof is an `upload`, or a file that is `kept` already. Refused: `not_your_store`, `not_in_store` (nothing of the store is assigned or was stated to the company),
    `month_outside`, `amount_negative`, `paid_in_future`, `confirmed_already`, `disputed`, and as `files.keep`. Locks the
    store and the proof.
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
        if not (
            Assignment.objects.filter(store=store, participation=participation).exists()
            or PayoutProof.objects.filter(store=store, participation=participation).exists()
        ):
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
            .filter(store=store, participation=participation, month=month, currency=currency)
            .first()
        )
        if proof is not None and proof.confirmed_at is not None:
            raise RuleBroken(
                "confirmed_already",
                _("The company has confirmed this month. Talk to the agency to change it."),
            )
        if proof is not None and proof.disputed_at is not None:
            raise RuleBroken(
                "disputed",
                _(
                    "The company disputes this statement. The agency looks into it and opens it again if it has to change."
                ),
            )
        proof = proof or PayoutProof(
            agency_id=store.agency_id,
            store=store,
            participation=participation,
            month=month,
            currency=currency,
        )
        proof.statement_number = statement_number.strip()
        proof.sold_amount, proof.fee_amount, proof.paid_amount = sold_amount, fee_amount, paid_amount
        proof.paid_on = paid_on
        if upload is not None:
            proof.proof = files.keep(upload, kind=StoredFile.Kind.EVIDENCE)
        elif kept is not None:
            proof.proof = kept
        proof.reopened_at, proof.reopened_by, proof.reopen_reason = None, None, ""
        proof.save()
        if not is_tried:
            _ask_company(proof)
    return proof


def _ask_company(proof: PayoutProof) -> None:
    part = proof.participation
    tasks.open_task(
        agency=part.agency,
        side=Task.Side.COMPANY,
        kind=Task.Kind.CONFIRM,
        subject_id=proof.pk,
        subject=_subject(proof, "ko"),
        subject_en=_subject(proof, "en"),
        due_on=clock.today(SEOUL) + dt.timedelta(days=ANSWER_DAYS),
        company=part.company,
    )
    for reader in correspondents([part.company_id]).get(part.company_id, []):
        letters.write(
            reader,
            "report_payout_stated",
            {"proof": proof, "company": part.company, "path": reverse("sales_list")},
        )


def _subject(proof: PayoutProof, language: str) -> str:
    return f"{proof.store.name} {month_in(language, proof.month)} {proof.currency_id}"


def digest(proof: PayoutProof) -> str:
    """What a statement says, in short: whoever confirms it names what was seen."""
    said = [proof.statement_number, proof.currency_id, proof.paid_on, proof.proof_id]
    said += [f"{amount:.4f}" for amount in (proof.sold_amount, proof.fee_amount, proof.paid_amount)]
    return hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()


def confirm(proof: PayoutProof, *, by: User, seen: str) -> PayoutProof:
    """The company confirms that the money came as stated, also after a dispute. Confirming twice is once.

    `seen` is the `digest` of what the person saw: what was stated anew meanwhile has to be looked at first. Refused:
    `not_your_company`, `stated_anew` (the agency opened it again), `not_paid_yet` (the statement names no day of
    payment), `changed`. Locks the proof.
    """
    with transaction.atomic():
        proof = _locked(proof)
        require_member(by, proof.participation.company_id)
        if proof.confirmed_at is not None:
            return proof
        _check_open(proof)
        if proof.paid_on is None:
            raise RuleBroken(
                "not_paid_yet",
                _("The provider names no day of payment yet. Confirm once the money has come."),
            )
        _check_seen(proof, seen)
        proof.confirmed_at, proof.confirmed_by = clock.now(), by
        proof.disputed_at, proof.disputed_by, proof.dispute_reason = None, None, ""
        proof.save()
        _close_tasks(proof)
    return proof


def dispute(proof: PayoutProof, *, reason: str, by: User, seen: str) -> PayoutProof:
    """The company says that the money did not come, or not as stated, and what is wrong. Disputing twice is once.

    The agency gets a task and, like the provider's people, a letter. `seen` as in `confirm`. Refused:
    `not_your_company`, `reason_missing`, `confirmed_already`, `stated_anew`, `changed`. Locks the proof.
    """
    with transaction.atomic():
        proof = _locked(proof)
        part = proof.participation
        require_member(by, part.company_id)
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say what is wrong."), ("reason",))
        if proof.confirmed_at is not None:
            raise RuleBroken(
                "confirmed_already",
                _("The company has confirmed this month. Talk to the agency to change it."),
            )
        if proof.disputed_at is not None:
            return proof
        _check_open(proof)
        _check_seen(proof, seen)
        proof.disputed_at, proof.disputed_by, proof.dispute_reason = clock.now(), by, reason.strip()
        proof.save()
        _close_tasks(proof)
        tasks.open_task(
            agency=part.agency,
            side=Task.Side.AGENCY,
            kind=Task.Kind.DISPUTE,
            subject_id=proof.pk,
            subject=_subject(proof, "ko"),
            subject_en=_subject(proof, "en"),
            due_on=clock.today(SEOUL) + dt.timedelta(days=ANSWER_DAYS),
            company=part.company,
        )
        facts = {"proof": proof, "company": part.company}
        page = reverse("admin:reports_payoutproof_change", args=[proof.pk])
        for officer in officers_of(proof.agency_id):
            letters.write(officer, "report_payout_disputed", {**facts, "path": page, "is_agency": True})
        for person in _provider_people(proof):
            letters.write(person, "report_payout_disputed", {**facts, "path": reverse("provider_home")})
    return proof


def reopen(proof: PayoutProof, *, reason: str, by: User) -> PayoutProof:
    """The agency opens an answered statement again: the provider states it anew, then the company is asked once more.

    Reopening twice is once. The provider's people and the company get a letter with the reason. Refused:
    `not_your_agency`, `reason_missing`, `not_answered` (until the company answers the provider can correct it anyway).
    Locks the proof.
    """
    with transaction.atomic():
        proof = _locked(proof)
        part = proof.participation
        require_service(by, part.agency)
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say why the statement is opened again."), ("reason",))
        if proof.reopened_at is not None:
            return proof
        if proof.confirmed_at is None and proof.disputed_at is None:
            raise RuleBroken("not_answered", NOT_ANSWERED)
        proof.confirmed_at, proof.confirmed_by = None, None
        proof.disputed_at, proof.disputed_by, proof.dispute_reason = None, None, ""
        proof.reopened_at, proof.reopened_by, proof.reopen_reason = clock.now(), by, reason.strip()
        proof.save()
        _close_tasks(proof)
        facts = {"proof": proof, "company": part.company}
        for person in _provider_people(proof):
            path = reverse("payout_state")
            letters.write(person, "report_payout_reopened", {**facts, "path": path, "is_provider": True})
        for reader in correspondents([part.company_id]).get(part.company_id, []):
            letters.write(reader, "report_payout_reopened", {**facts, "path": reverse("sales_list")})
    return proof


NOT_ANSWERED = _(
    "The company has not answered yet: until then the provider can correct the statement itself."
)


def _locked(proof: PayoutProof) -> PayoutProof:
    return (
        PayoutProof.objects.select_for_update(of=("self",))
        .select_related("participation__agency", "participation__company", "store")
        .get(pk=proof.pk)
    )


def _check_open(proof: PayoutProof) -> None:
    if proof.reopened_at is not None:
        raise RuleBroken(
            "stated_anew",
            _(
                "The agency has opened this statement again. You are asked once the provider has stated it anew."
            ),
        )


def _check_seen(proof: PayoutProof, seen: str) -> None:
    if seen != digest(proof):
        raise RuleBroken(
            "changed",
            _("The provider has changed this statement meanwhile. Look at the amounts again, then answer."),
        )


def _close_tasks(proof: PayoutProof) -> None:
    tasks.close_task(Task.Kind.CONFIRM, proof.pk, side=Task.Side.COMPANY)
    tasks.close_task(Task.Kind.DISPUTE, proof.pk, side=Task.Side.AGENCY)


def _provider_people(proof: PayoutProof) -> list[User]:
    return people_of(proof.store.organization_id) if proof.store.organization_id else []
