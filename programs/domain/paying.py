"""Paying the subsidy (지원금 지급): one person asks, a second one agrees, and the criteria are taken again before it is paid."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from companies.models import Member
from ground import clock, letters
from ground.access import Role
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import Currency
from programs.domain import asking_anew, lasting, taking
from programs.models import Application, Delivery, Participation, Payment, Screening
from programs.models.participation import TAKING_PART
from programs.permissions import WRITERS, require_service
from programs.queries.readers import correspondents

PAYERS = (*WRITERS, Role.FINANCE)


def ask(
    participation: Participation,
    *,
    amount: Decimal,
    currency: Currency,
    purpose: str,
    reason: str,
    by: User,
    delivery: Delivery | None = None,
    payee: str = Payment.Payee.COMPANY,
) -> Payment:
    """Ask for an amount to be paid for a company that takes part, or for what was delivered to it up to an agreed last day, and for the second person who agrees to exactly this. The tax
    office is asked anew where its answer about the company is too old by then.

    For a delivery that was done, in won, all that stands for it within its actual cost; or, without one, for `purpose`
    in any currency. What waits already in the same words is found, not asked for twice: a second one has a purpose of its
    own. Refused: `not_your_agency`, `not_taking_part`, `reason_missing`, `purpose_missing`, `amount_missing`,
    `amount_too_fine` (more decimals than the currency has), `other_participation`, `not_done`, `proof_not_passed`,
    `not_won`, `over_cost`, `no_provider`. Locks the participation, then the delivery.
    """
    with transaction.atomic(), because(reason.strip()):
        row = _locked(participation, by, WRITERS, is_for_delivery=delivery is not None)
        _check_amount(amount, currency)
        if not purpose.strip() and delivery is None:
            raise RuleBroken("purpose_missing", _("Say what the money is for."), ("purpose",))
        found = None if delivery is None else _done(delivery, row)
        if payee == Payment.Payee.PROVIDER and (found is None or found.contract is None):
            raise RuleBroken(
                "no_provider",
                _("A provider is paid for a delivery of its contract: choose one that has a contract."),
                ("payee",),
            )
        if found is not None:
            _check_cost(found, amount, currency)
        wanted = {
            "participation": row, "delivery": found, "payee": payee, "purpose": purpose.strip()[:200],
            "amount": amount, "currency": currency,
        }  # fmt: skip
        if (waiting := Payment.objects.filter(state=Payment.State.ASKED, **wanted).first()) is not None:
            return waiting
        made = Payment.objects.create(agency_id=row.agency_id, program=row.program, asked_by=by, **wanted)
        approvals.ask(
            agency=row.program.agency,
            decision=DecisionKind.PAYMENT,
            subject=f"{row.number} {row.company}: {amount:,f} {currency.code}",
            subject_id=made.pk,
            digest=_digest(made),
            reason=reason,
            by=by,
        )
        if row.application is not None:
            asking_anew.ask([row.application])
    return made


def pay(payment: Payment, *, by: User) -> Payment:
    """Record that the amount is paid out today. The criteria of the company's application are taken again first and
    kept, also when that stops the payment; writes to the company's owners.

    Refused: `not_your_agency`, `not_waiting` (paid, dropped or lapsed), `not_taking_part`, `second_person` (not agreed, or the
    delivery has changed since), `not_done`, `proof_not_passed`, `over_cost`, `not_met_any_more`, `look_again` (a person decides first; an
    exception counts once a second person agreed). Locks application, participation, payment and delivery.
    """
    with transaction.atomic():
        participation = _locked(
            payment.participation, by, PAYERS, is_for_delivery=payment.delivery_id is not None
        )
        row = _waiting(payment)
        if row.delivery is not None:
            _check_cost(_done(row.delivery, participation), Decimal(0), row.currency)
        approval = approvals.require(
            agency=participation.program.agency,
            decision=DecisionKind.PAYMENT,
            subject_id=row.pk,
            digest=_digest(row),
        )
        turned = _take_again(participation, by)
        if not turned:
            return _paid(row, participation, approval, by)
    raise turned[0].refusal


def drop(payment: Payment, *, reason: str, by: User) -> Payment:
    """What was asked for is not paid; it counts nowhere any more and stays in the record. Nobody is asked about it any more.

    Refused: `not_your_agency`, `reason_missing`, `not_waiting`. Locks participation and payment.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is not paid."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        _locked(payment.participation, by, WRITERS, must_take_part=False)
        row = _waiting(payment)
        row.state = Payment.State.DROPPED
        row.save(update_fields=["state"])
        approvals.end(DecisionKind.PAYMENT, [row.pk])
    return row


def approval_of(payment: Payment) -> Approval | None:
    """The question about the payment as it stands, answered or not; None where the delivery has changed since. One query."""
    return approvals.latest(
        agency_id=payment.agency_id,
        decision=DecisionKind.PAYMENT,
        subject_id=payment.pk,
        digest=_digest(payment),
    )


def _paid(row: Payment, participation: Participation, approval: Approval | None, by: User) -> Payment:
    row.state, row.paid_on, row.paid_by, row.approval = Payment.State.PAID, clock.today(), by, approval
    row.save(update_fields=["state", "paid_on", "paid_by", "approval"])
    owners = correspondents([participation.company_id], Member.Role.OWNER)
    for reader in owners[participation.company_id]:
        letters.write(
            reader,
            "payment_made",
            {"payment": row, "participation": participation, "company": participation.company},
        )
    return row


def _take_again(row: Participation, by: User) -> list[taking.Turned]:
    if row.application is None:
        return []
    call = row.application.call
    return taking.take_again(call, [row.application], occasion=Screening.Occasion.PAYMENT, by=by)


def _locked(
    participation: Participation,
    by: User,
    roles: tuple[Role, ...],
    *,
    must_take_part: bool = True,
    is_for_delivery: bool = False,
) -> Participation:
    """The participation, locked after its application as in `agreement`. What was delivered up to an agreed last day may be paid after it."""
    if participation.application_id is not None:
        Application.objects.select_for_update(of=("self",)).get(pk=participation.application_id)
    row = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("program__agency", "company", "application__call__agency", "application__company")
        .get(pk=participation.pk)
    )
    require_service(by, row.program.agency, *roles)
    is_over = row.state not in TAKING_PART or row.is_over_on(clock.today())
    if must_take_part and is_over and not (is_for_delivery and _left_as_agreed(row)):
        raise RuleBroken(
            "not_taking_part",
            _(
                "Money is paid only while the agreement is in force or after it is completed; after an agreed last day, for what"
                " was delivered up to it."
            ),
        )
    return row


def _left_as_agreed(row: Participation) -> bool:
    return row.last_on is not None and lasting.is_end_agreed(row, row.last_on)


def _waiting(payment: Payment) -> Payment:
    row = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("currency", "delivery__component", "delivery__contract")
        .get(pk=payment.pk)
    )
    if row.state != Payment.State.ASKED:
        raise RuleBroken("not_waiting", _("This has been paid out or dropped already, or has lapsed."))
    return row


def _done(delivery: Delivery, participation: Participation) -> Delivery:
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("component", "contract", "evidence")
        .get(pk=delivery.pk)
    )
    if row.participation_id != participation.pk:
        raise RuleBroken("other_participation", _("Choose a delivery to this company."), ("delivery",))
    if row.state != Delivery.State.DONE:
        raise RuleBroken(
            "not_done",
            _("Nothing is paid for a delivery that is not ticked off with its proof."),
            ("delivery",),
        )
    if row.evidence is None or not row.evidence.has_passed:
        raise RuleBroken(
            "proof_not_passed",
            _("The proof of this delivery has not passed the check of files. Nothing is paid before it has."),
            ("delivery",),
        )
    return row


def _check_amount(amount: Decimal, currency: Currency) -> None:
    if amount <= 0:
        raise RuleBroken("amount_missing", _("Enter an amount above zero."), ("amount",))
    if amount != round(amount, currency.decimals):
        raise RuleBroken(
            "amount_too_fine",
            _("%(currency)s has no such small parts. Round the amount.") % {"currency": currency.code},
            ("amount",),
        )


def _check_cost(delivery: Delivery, amount: Decimal, currency: Currency) -> None:
    """What stands for the delivery and `amount` more reach at most to its actual cost."""
    if currency.code != "KRW":
        raise RuleBroken("not_won", _("The cost of a delivery is in won: pay it in KRW."), ("currency",))
    standing = delivery.payments.standing().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    cost = delivery.actual_amount or Decimal(0)
    if standing + amount > cost:
        raise RuleBroken(
            "over_cost",
            _("The delivery cost KRW %(cost)s; KRW %(standing)s of it is asked for or paid out already.")
            % {"cost": f"{cost:,.0f}", "standing": f"{standing:,.0f}"},
            ("amount",),
        )


def _digest(payment: Payment) -> str:
    """What the second person agrees to; the delivery with its cost and proof."""
    of = payment.delivery
    return approvals.fingerprint(
        {
            "payment": str(payment.pk),
            "payee": payment.payee,
            "purpose": payment.purpose,
            "amount": f"{payment.amount:.2f}",
            "currency": payment.currency_id,
            "delivery": None if of is None else [str(of.pk), str(of.actual_amount), str(of.evidence_id)],
        }
    )
