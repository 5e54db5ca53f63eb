"""A person says “this company is mine”: the tax office confirms it, or staff look at a certificate; a later claimant is
sent to the owner or to staff. What is told never depends on what the register knows of a company that was not confirmed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import User
from accounts.roles import agency_ids
from companies import numbers
from companies.domain import merged, standing
from companies.models import Claim, Company, Contact, Member, Merge
from companies.tax_office import REASONS, Confirmation, Firm, TaxOffice, unknown
from companies.tax_office import Standing as TaxStanding
from ground import clock, files, letters, outbox
from ground.access import Role
from ground.errors import RuleBroken
from ground.models import StoredFile
from ground.outside import Silence

ATTEMPTS_AN_HOUR = 10
AN_HOUR = dt.timedelta(hours=1)
WAITING_AT_ONCE = 5
PATIENCE = 2.0
"""Seconds that a page waits for the tax office; the worker asks again with more."""
ASK = "company.ask_about_claim"
ASK_AFTER = dt.timedelta(minutes=1)
ASK_FOR = dt.timedelta(days=3)
PASSING = {"timeout", "unreachable", "internal"}
"""Silences that pass by themselves; for the others a certificate is the way."""
CERTIFICATE_TYPES = (files.PDF, files.PNG, files.JPEG)


@dataclass(frozen=True)
class Statement:
    """What the person states about the company."""

    business_number: str
    representative: str
    opened_on: dt.date
    name_ko: str
    name_en: str = ""


class Answer(StrEnum):
    """What became of a claim."""

    MEMBER = "member"  # the person is a member already
    GRANTED = "granted"
    OWNER_ASKED = "owner_asked"
    WAITING = "waiting"
    ASKED = "asked"  # the tax office was silent; the worker asks again
    NOT_CONFIRMED = "not_confirmed"  # nothing was written
    NO_ANSWER = "no_answer"  # nothing was written


@dataclass(frozen=True)
class Outcome:
    """`why` says for NO_ANSWER why the tax office is silent (a key of `tax_office.REASONS`)."""

    answer: Answer
    company: Company | None = None
    why: str = ""


def claim(
    statement: Statement, *, by: User, certificate: File[bytes] | None = None, office: TaxOffice | None = None
) -> Outcome:
    """Claim the company for `by`.

    Confirmed by the tax office: nobody owns it → GRANTED, `by` is its owner; else → OWNER_ASKED, the owners get a mail.
    Not confirmed or no answer: with a certificate → WAITING for staff (owners are asked, too). Without one: a silence
    that passes → ASKED, the claim waits and the worker asks again (`ask_again`); else nothing is written. The tax office
    is asked before the transaction and for PATIENCE seconds at most; the company is locked.
    Refused: `not_valid` (number), `too_many_attempts`, `too_many_waiting`, `file_…`, `given_up` (confirmed, and the record
    was merged into another: the agency decides whose it is).
    """
    number = numbers.clean(statement.business_number)
    try:
        numbers.validate(number)
    except ValidationError as error:
        raise RuleBroken("not_valid", error.messages[0], ("business_number",)) from error
    mine = Company.objects.of_member(by).filter(business_number=number).first()
    if mine is not None:
        return Outcome(Answer.MEMBER, mine)
    _count_attempt(by)
    firm = Firm(number, statement.representative.strip(), statement.opened_on)
    found = (office or TaxOffice(patience=PATIENCE)).validate([firm])[number]
    if not isinstance(found, Silence) and found.is_confirmed:
        return _confirmed(statement, number, found.standing, by=by)
    why = found.code if isinstance(found, Silence) else ""
    if certificate is None and why in PASSING:
        return Outcome(_ask_later(statement, number, by=by), why=why)
    if certificate is None:
        return Outcome(Answer.NO_ANSWER if why else Answer.NOT_CONFIRMED, why=why)
    return _wait_for_staff(statement, number, certificate, why, by=by)


def ask_again(claim_id: UUID, *, office: TaxOffice | None = None) -> None:
    """Ask the tax office about a claim that it left without an answer; the claimant gets a mail with what came of it.

    Confirmed: as in `claim`. Not confirmed, or a silence that does not pass, or silent for ASK_FOR: refused with the
    reason. Raises `Silence` otherwise: to be tried again later. A claim that was settled, stated anew or got a
    certificate meanwhile is left alone. Locks the company.
    """
    asked = Claim.objects.waiting().filter(pk=claim_id, method=Claim.Method.ASKED)
    claim = asked.select_related("company").first()
    if claim is None or claim.stated_opened_on is None:
        return
    number = claim.company.business_number
    firm = Firm(number, claim.stated_representative, claim.stated_opened_on)
    found = (office or TaxOffice()).validate([firm])[number]
    if isinstance(found, Silence) and found.code in PASSING and clock.now() < claim.created_at + ASK_FOR:
        raise found
    with transaction.atomic():
        company = Company.objects.select_for_update(of=("self",)).get(pk=claim.company_id)
        same = asked.filter(
            stated_representative=firm.representative, stated_opened_on=firm.opened_on
        ).select_for_update(of=("self",))
        claim = same.select_related("user").first()
        if claim is not None:
            _settle_asked(claim, company, found)


def _settle_asked(claim: Claim, company: Company, found: Confirmation | Silence) -> None:
    if isinstance(found, Silence):
        _refuse_asked(claim, REASONS.get(found.code, found.code))
        return
    if not found.is_confirmed:
        _refuse_asked(claim, _("The tax office does not confirm that these entries belong together."))
        return
    if given_up := _given_up(company):
        _refuse_asked(claim, given_up.sentence)
        return
    if found.standing is not None:
        standing.note(company, found.standing, clock.now()).save()
    claim.method = Claim.Method.TAX_OFFICE
    if owners := _owners(company):
        claim.save()
        _ask_owners(claim, owners)
        letters.write(claim.user, "company_claim_forwarded", {"company": company})
        return
    is_alone = not company.claims.exclude(pk=claim.pk).exists()
    _settle(claim, Claim.State.GRANTED)
    _take_stated_facts(company, claim, company.name_en if is_alone else "")
    _make_owner(company, claim.user, claim.stated_representative)
    letters.write(claim.user, "company_claim_confirmed", {"company": company})


def _refuse_asked(claim: Claim, why: Promise | str) -> None:
    with translation.override(claim.user.language or "ko"):
        reason = str(why)
    _settle(claim, Claim.State.REFUSED, reason=reason)
    letters.write(claim.user, "company_claim_refused", {"claim": claim, "reason": reason})


def grant(claim: Claim, *, by: User) -> Claim:
    """Staff looked at the certificate and say yes: the claimant is an owner and gets a mail.

    Refused: `not_staff` (managers and officers of an agency that may see the claim), `already_decided`, `not_answered`
    (the tax office is asked still), `own_claim`, `in_quarantine` (nobody has seen the certificate), `given_up` (the record
    was merged into another). Locks the company.
    """
    with transaction.atomic():
        claim = _decidable(claim, by)
        if given_up := _given_up(claim.company):
            raise given_up
        if claim.file is not None:
            files.require_passed(claim.file)
        _settle(claim, Claim.State.GRANTED, by=by)
        _take_stated_facts(claim.company, claim)
        _make_owner(claim.company, claim.user, claim.stated_representative)
        letters.write(claim.user, "company_claim_granted", {"company": claim.company})
    return claim


def refuse(claim: Claim, *, reason: str, by: User) -> Claim:
    """Staff say no; the claimant gets a mail with the reason. Refused: as `grant`, and `reason_missing`."""
    if not reason.strip():
        raise RuleBroken(
            "reason_missing", _("Say why you refuse: the claimant gets the reason by mail."), ("reason",)
        )
    with transaction.atomic():
        claim = _decidable(claim, by)
        _settle(claim, Claim.State.REFUSED, by=by, reason=reason.strip())
        letters.write(claim.user, "company_claim_refused", {"claim": claim, "reason": reason.strip()})
    return claim


def settle_for_member(company: Company, user: User, *, by: User) -> None:
    """Somebody became a member by invitation: a claim of that person that still waits is granted with it."""
    for waiting in Claim.objects.select_for_update(of=("self",)).waiting().filter(company=company, user=user):
        _settle(waiting, Claim.State.GRANTED, by=by)


def _count_attempt(user: User) -> None:
    """Each question to the tax office can be a guess at another firm's data: a few in any hour are enough. Locks the
    person's row, so that guesses sent at once are counted one by one; a refused one is not counted."""
    key = f"company-claim-tries:{user.pk}"
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        now = clock.now()
        tries = [at for at in cache.get(key, []) if now - AN_HOUR < at <= now]
        if len(tries) >= ATTEMPTS_AN_HOUR:
            raise RuleBroken(
                "too_many_attempts",
                _(
                    "You have tried ten times. Compare the entries with the certificate and try again in an hour."
                ),
            )
        cache.set(key, [*tries, now], AN_HOUR.total_seconds())


def _confirmed(statement: Statement, number: str, found: TaxStanding | None, *, by: User) -> Outcome:
    with transaction.atomic():
        company = _locked_company(number, statement)
        if given_up := _given_up(company):
            raise given_up
        if found is not None:
            standing.note(company, found, clock.now()).save()
        claim, is_new = _claim_row(statement, company, Claim.Method.TAX_OFFICE, by=by)
        if owners := _owners(company):
            if is_new:
                _ask_owners(claim, owners)
            return Outcome(Answer.OWNER_ASKED)
        _settle(claim, Claim.State.GRANTED)
        _take_stated_facts(company, claim, statement.name_en)
        _make_owner(company, by, statement.representative)
    return Outcome(Answer.GRANTED, company)


def _wait_for_staff(
    statement: Statement, number: str, certificate: File[bytes], why: str, *, by: User
) -> Outcome:
    with transaction.atomic():
        _require_few_waiting(number, by)
        company = _locked_company(number, statement)
        if why:
            standing.note(company, unknown(why), clock.now()).save()
        file = files.keep(
            certificate, kind=StoredFile.Kind.DOCUMENT, accepted=CERTIFICATE_TYPES, limit=files.DOCUMENT_LIMIT
        )
        claim, is_new = _claim_row(statement, company, Claim.Method.CERTIFICATE, by=by, file=file)
        if is_new:
            _ask_owners(claim, _owners(company))
    return Outcome(Answer.WAITING)


def _ask_later(statement: Statement, number: str, *, by: User) -> Answer:
    """What waits for the owners or for staff already goes on waiting for them."""
    with transaction.atomic():
        _require_few_waiting(number, by)
        company = _locked_company(number, statement)
        waiting = Claim.objects.waiting().filter(user=by, company=company).first()
        if waiting is not None and waiting.method != Claim.Method.ASKED:
            return Answer.WAITING if waiting.method == Claim.Method.CERTIFICATE else Answer.OWNER_ASKED
        claim, _is_new = _claim_row(statement, company, Claim.Method.ASKED, by=by)
        outbox.publish(ASK, {"claim": str(claim.pk)}, delay=ASK_AFTER)
    return Answer.ASKED


def _require_few_waiting(number: str, user: User) -> None:
    waiting = Claim.objects.waiting().filter(user=user).exclude(company__business_number=number)
    if waiting.count() >= WAITING_AT_ONCE:
        raise RuleBroken(
            "too_many_waiting", _("Several of your claims still wait for an answer. Wait for it first.")
        )


def _locked_company(number: str, statement: Statement) -> Company:
    """The company of that number, made when it is new. Two first claimants meet at the unique number and at the lock."""
    known = Company.objects.filter(business_number=number)
    if not known.exists():
        made = Company(
            business_number=number,
            name_ko=statement.name_ko.strip(),
            name_en=statement.name_en.strip(),
            opened_on=statement.opened_on,
        )
        try:
            records.put(made)
        except RuleBroken:
            if not known.exists():
                raise
    return Company.objects.select_for_update(of=("self",)).get(business_number=number)


def _claim_row(
    statement: Statement, company: Company, method: str, *, by: User, file: StoredFile | None = None
) -> tuple[Claim, bool]:
    """The person's waiting claim to this company, and whether owners do not know of it yet: a second try renews the
    first."""
    waiting = Claim.objects.waiting().filter(company=company, user=by).first()
    is_new = waiting is None or waiting.method == Claim.Method.ASKED
    claim = waiting or Claim(company=company, user=by)
    claim.method = method
    claim.file = file or claim.file
    claim.stated_name = statement.name_ko.strip()[:120]
    claim.stated_representative = statement.representative.strip()[:80]
    claim.stated_opened_on = statement.opened_on
    claim.save()
    return claim, is_new


def _owners(company: Company) -> list[User]:
    owning = Member.objects.filter(
        company=company, role=Member.Role.OWNER, ended_at__isnull=True, user__is_active=True
    )
    return [member.user for member in owning.select_related("user").order_by("created_at")]


def _ask_owners(claim: Claim, owners: list[User]) -> None:
    for owner in owners:
        letters.write(owner, "company_claim_asked", {"company": claim.company, "claimant": claim.user})


def _take_stated_facts(company: Company, claim: Claim, name_en: str = "") -> None:
    """A company that nobody but claimants has written about takes the facts of the claim that was right."""
    if company.sights.exists() or Member.objects.filter(company=company).exists():
        return
    company.name_ko = claim.stated_name or company.name_ko
    company.name_en = name_en.strip()
    company.opened_on = claim.stated_opened_on or company.opened_on
    records.put(company)


def _given_up(company: Company) -> RuleBroken | None:
    """Nobody comes by their number alone to own a record that was merged: its members are those of the one that stays."""
    merge = (
        Merge.objects.filter(given_up=company, carried_out_at__isnull=False).select_related("agency").first()
    )
    if merge is None:
        return None
    return RuleBroken(
        "given_up",
        _("The record of this business number was merged into that of another number. Ask %(agency)s, who decided it.")
        % {"agency": merge.agency},
        ("business_number",),
    )  # fmt: skip


def _make_owner(company: Company, user: User, representative: str) -> None:
    member, made = Member.objects.get_or_create(
        company=company, user=user, ended_at=None, defaults={"role": Member.Role.OWNER}
    )
    if not made and member.role != Member.Role.OWNER:
        member.role = Member.Role.OWNER
        member.save(update_fields=["role"])
    merged.follow(company, user.pk)
    Contact.objects.get_or_create(
        company=company,
        kind=Contact.Kind.REPRESENTATIVE,
        defaults={"name": representative.strip()[:80]},
    )


def _decidable(claim: Claim, by: User) -> Claim:
    deciding = Claim.objects.visible_to_agencies(agency_ids(by, Role.MANAGER, Role.OFFICER))
    seen = deciding.filter(pk=claim.pk).values_list("company", flat=True).first()
    if seen is None:
        raise RuleBroken("not_staff", _("Only managers and officers who may see the claim decide it."))
    Company.objects.select_for_update(of=("self",)).get(pk=seen)
    claim = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("company", "user", "file")
        .get(pk=claim.pk)
    )
    if claim.state != Claim.State.WAITING:
        raise RuleBroken("already_decided", _("This claim has been decided already."))
    if claim.is_asked:
        raise RuleBroken(
            "not_answered", _("The tax office has not answered yet. The claim is decided when it has.")
        )
    if claim.user_id == by.pk:
        raise RuleBroken("own_claim", _("You cannot decide your own claim. Ask a colleague."))
    return claim


def _settle(claim: Claim, state: str, *, by: User | None = None, reason: str = "") -> None:
    """`by` is None when the tax office decided."""
    claim.state = state
    claim.decided_by = by
    claim.decided_at = clock.now()
    claim.reason = reason
    claim.save()
