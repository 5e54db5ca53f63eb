"""Who signs in for a company: invitations by mail, roles, and ends. A company never loses its last owner.

A record that was merged into another has that one's members: every verb here refuses it (`succeeded`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import User
from companies import permissions
from companies.domain import merged, registration
from companies.models import Company, Invitation, Member
from ground import clock, letters
from ground.errors import RuleBroken

VALID_FOR = dt.timedelta(days=7)
OPEN_AT_ONCE = 20


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(company: Company, *, email: str, role: str, by: User) -> Invitation:
    """Invite an address; the mail holds a link whose token is nowhere else (only its hash is kept, the mail is wiped).

    An invitation to that address that has run out is replaced. Refused: `not_owner`, `member_already`, `invited_already`,
    `too_many_invitations`, `not_valid`. Locks the company.
    """
    email = User.objects.normalize_email(email.strip()).lower()
    with transaction.atomic():
        company = _locked(company)
        permissions.require_owner(by, company)
        if Member.objects.filter(company=company, ended_at__isnull=True, user__email__iexact=email).exists():
            raise RuleBroken(
                "member_already", _("This person is a member of your company already."), ("email",)
            )
        now = clock.now()
        waiting = Invitation.objects.filter(
            company=company, accepted_at__isnull=True, withdrawn_at__isnull=True
        )
        waiting.filter(email=email, expires_at__lte=now).update(withdrawn_at=now)
        if waiting.filter(email=email).exists():
            raise RuleBroken("invited_already", _("This address has been invited already."), ("email",))
        if waiting.filter(expires_at__gt=now).count() >= OPEN_AT_ONCE:
            raise RuleBroken(
                "too_many_invitations",
                _("Twenty invitations are open. Withdraw one or wait until one is accepted."),
            )
        token = secrets.token_urlsafe(32)
        invitation = Invitation(
            company=company,
            email=email,
            role=role,
            token_sha256=fingerprint(token),
            invited_by=by,
            expires_at=now + VALID_FOR,
        )
        records.put(invitation)
        letters.write(
            User.objects.filter(email=email, is_active=True).first() or email,
            "company_invitation",
            {
                "company": company,
                "invitation": invitation,
                "inviter": by,
                "link": settings.NARU_ADDRESS + reverse("invitation_accept", kwargs={"token": token}),
            },
            is_secret=True,
        )
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link."""
    return (
        Invitation.objects.select_related("company", "invited_by")
        .filter(token_sha256=fingerprint(token))
        .first()
    )


def why_not_accept(invitation: Invitation, user: User) -> RuleBroken | None:
    """Why this person cannot accept (any more); None: the person can."""
    if not _has_address(user, invitation.email):
        return RuleBroken(
            "other_address",
            _("This invitation was sent to another address. Sign in with the address that got the mail."),
        )
    if invitation.accepted_at is not None:
        return RuleBroken("already_accepted", _("This invitation has been accepted already."))
    if invitation.withdrawn_at is not None:
        return RuleBroken("withdrawn", _("This invitation has been withdrawn. Ask for a new one."))
    if invitation.expires_at <= clock.now():
        return RuleBroken("expired", _("This invitation has run out. Ask for a new one."))
    return None


def accept(invitation: Invitation, *, by: User) -> Member:
    """Become a member with the role that was offered, also of records merged into the company's. Locks company and invitation.

    Refused: `other_address`, `already_accepted`, `withdrawn`, `expired`; a member keeps the role already held
    (`member_already`).
    """
    with transaction.atomic():
        _locked(invitation.company)
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("company", "invited_by")
            .get(pk=invitation.pk)
        )
        if refusal := why_not_accept(invitation, by):
            raise refusal
        if permissions.role_in(by, invitation.company) is not None:
            raise RuleBroken("member_already", _("You are a member of this company already."))
        member = Member(company=invitation.company, user=by, role=invitation.role)
        records.put(member)
        merged.follow(member.company, by.pk)
        invitation.accepted_at = clock.now()
        invitation.accepted_by = by
        invitation.save()
        registration.settle_for_member(invitation.company, by, by=invitation.invited_by)
    return member


def withdraw(invitation: Invitation, *, by: User) -> Invitation:
    """Take an open invitation back: its link is dead. Refused: `not_owner`, `already_accepted`, `withdrawn`."""
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(of=("self",)).select_related("company").get(pk=invitation.pk)
        )
        permissions.require_owner(by, invitation.company)
        if invitation.accepted_at is not None:
            raise RuleBroken("already_accepted", _("This invitation has been accepted already."))
        if invitation.withdrawn_at is not None:
            raise RuleBroken("withdrawn", _("This invitation has been withdrawn already."))
        invitation.withdrawn_at = clock.now()
        invitation.save(update_fields=["withdrawn_at"])
    return invitation


def change_role(member: Member, *, role: str, by: User) -> Member:
    """Give a member another role, also at records merged into the company's. Refused: `not_owner`, `ended`, `last_owner`. Locks the company."""
    with transaction.atomic():
        member = _current(member)
        permissions.require_owner(by, member.company)
        if member.role == Member.Role.OWNER and role != Member.Role.OWNER:
            _require_another_owner(member)
        records.put(member, {"role": role})
        merged.follow(member.company, member.user_id)
    return member


def end(member: Member, *, by: User) -> Member:
    """End a membership, also of records merged into the company's: one's own, or as an owner anybody's. Refused: `not_owner`, `ended`, `last_owner`. Locks the
    company."""
    with transaction.atomic():
        member = _current(member)
        if member.user_id != by.pk:
            permissions.require_owner(by, member.company)
        if member.role == Member.Role.OWNER:
            _require_another_owner(member)
        member.ended_at = clock.now()
        member.save(update_fields=["ended_at"])
        merged.follow(member.company, member.user_id)
    return member


def _locked(company: Company) -> Company:
    """`succeeded` for a record that was merged into another: its members are that one's."""
    locked = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
    permissions.require_not_merged(locked.pk)
    return locked


def _current(member: Member) -> Member:
    """The membership as it is now, its company locked: so two owners cannot leave past each other."""
    _locked(member.company)
    member = (
        Member.objects.select_for_update(of=("self",)).select_related("company", "user").get(pk=member.pk)
    )
    if member.ended_at is not None:
        raise RuleBroken("ended", _("This membership has ended already."))
    return member


def _require_another_owner(member: Member) -> None:
    others = Member.objects.filter(company=member.company, role=Member.Role.OWNER, ended_at__isnull=True)
    if not others.exclude(pk=member.pk).exists():
        raise RuleBroken(
            "last_owner", _("A company needs an owner. Make somebody else an owner first, then try again.")
        )


def _has_address(user: User, email: str) -> bool:
    """Whether the person has shown that the address is theirs."""
    addresses: set[str] = set(
        user.emailaddress_set.filter(verified=True).values_list("email", flat=True)  # type: ignore[attr-defined]
    )
    return email.lower() in {address.lower() for address in addresses}
