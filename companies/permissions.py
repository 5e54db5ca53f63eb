"""Who may do what with the records of this floor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Officer, OrganizationMember, User
from accounts.roles import agencies_of, agency_ids
from companies.models import Certificate, Claim, Company, FinancialMark, Member, Merge, Sight, Succession
from ground import files, history
from ground.access import Role, role_source
from ground.errors import RuleBroken
from ground.models import StoredFile
from ground.worded import worded

WRITERS = (Member.Role.OWNER, Member.Role.EDITOR)
DECIDING_STAFF = (Role.MANAGER, Role.OFFICER)


@role_source
def company_roles(user: UUID) -> Iterator[QuerySet[Any, str]]:
    """Owner, editor or reader of at least one company."""
    yield Member.objects.filter(user=user, ended_at__isnull=True).values_list("role", flat=True)


def role_in(user: Any, company: Company) -> str | None:
    """The person's role in the company today."""
    if not getattr(user, "is_authenticated", False):
        return None
    return (
        Member.objects.filter(user=user, company=company, ended_at__isnull=True)
        .values_list("role", flat=True)
        .first()
    )


def why_not_change(role: str | None) -> Promise | None:
    """Why somebody with this role may not change the company's facts; None: they may."""
    if role in WRITERS:
        return None
    if role == Member.Role.READER:
        return _("You may read this company but not change it. Ask an owner to make you an editor.")
    return _("You are not a member of this company.")


def why_not_manage(role: str | None) -> Promise | None:
    """Why somebody with this role may not invite and dismiss members; None: they may."""
    return (
        None if role == Member.Role.OWNER else _("Only an owner of the company can do this. Ask one of them.")
    )


def why_not_write(role: str | None, company: Company) -> Promise | str | None:
    """Why somebody with this role may not change the company now: its record is closed for its successor, or the role.
    One query."""
    closing = (
        Succession.objects.closing().filter(former=company).select_related("former", "successor").first()
    )
    return closing.sentence(company.pk) if closing else why_not_change(role)


def require_writer(user: User, company: Company) -> None:
    """`RuleBroken('read_only')` unless the person is an owner or editor of the company."""
    if sentence := why_not_change(role_in(user, company)):
        raise RuleBroken("read_only", sentence)


def require_owner(user: User, company: Company) -> None:
    """`RuleBroken('not_owner')` unless the person is an owner of the company."""
    if sentence := why_not_manage(role_in(user, company)):
        raise RuleBroken("not_owner", sentence)


def succeeded(*fields: str) -> RuleBroken:
    """What is said when somebody wants to act for a company whose place another one took."""
    return RuleBroken(
        "succeeded",
        _("Another company took the place of this one: its record is closed. Act for the successor."),
        fields,
    )


def require_not_succeeded(company: UUID, *fields: str) -> None:
    """`RuleBroken('succeeded')` when the company's record is closed for its successor. One query."""
    if closing_of(company):
        raise succeeded(*fields)


@worded
def closing_of(company: UUID) -> QuerySet[Any, UUID]:
    """The succession that closes the company's record, if one does."""
    return Succession.objects.closing().filter(former=company).order_by().values_list("pk", flat=True)[:1]


def require_not_merged(company: UUID) -> None:
    """`RuleBroken('succeeded')` when the record was given up for another one of the same company, which has the facts. One
    query."""
    if Succession.objects.closing().filter(former=company, kind=Succession.Kind.DUPLICATE).exists():
        raise succeeded()


def require_staff(user: User, agency: Agency, *roles: Role) -> None:
    """`RuleBroken('not_staff')` unless the person serves in the agency in one of the roles (manager or officer)."""
    if agency not in agencies_of(user, *(roles or DECIDING_STAFF)):
        raise RuleBroken("not_staff", _("Your role in the agency does not include this. Ask a manager."))


def chosen_agency(user: User, key: str) -> Agency:
    """The agency that somebody decides for, by its key; without one the only one they decide for.
    `RuleBroken('agency_missing')` when that leaves a choice or nothing."""
    deciding = [each for each in agencies_of(user, *DECIDING_STAFF) if key in ("", str(each.pk))]
    if len(deciding) != 1:
        raise RuleBroken("agency_missing", _("Choose for which agency you do this."), ("agency",))
    return deciding[0]


def sees_as_staff(user: User, company: Company) -> list[Agency]:
    """Agencies of the person that have come to see the company."""
    agencies = agencies_of(user)
    seen = set(Sight.objects.filter(company=company, agency__in=agencies).values_list("agency", flat=True))
    return [agency for agency in agencies if agency.pk in seen]


@files.gate
def certificate_file(user: Any, file: StoredFile) -> bool:
    """Members of the company and staff of agencies that see it; no organization."""
    certificates = Certificate.objects.filter(file=file).select_related("company")
    return any(
        role_in(user, each.company) is not None or bool(sees_as_staff(user, each.company))
        for each in certificates
    )


@files.gate
def mark_file(user: Any, file: StoredFile) -> bool:
    """Members of the company, and staff of the agency that recorded it."""
    marks = FinancialMark.objects.filter(Q(file=file) | Q(cure_file=file)).select_related("company")
    return any(
        role_in(user, each.company) is not None or each.agency_id in agency_ids(user) for each in marks
    )


@files.gate
def succession_file(user: Any, file: StoredFile) -> bool:
    """Staff of the agency that recorded it; members of both companies once it is confirmed."""
    rows = Succession.objects.filter(file=file).select_related("former", "successor")
    return any(
        each.agency_id in agency_ids(user)
        or (each.confirmed_at is not None and role_in(user, each.former) is not None)
        or (each.confirmed_at is not None and role_in(user, each.successor) is not None)
        for each in rows
    )


@files.gate
def merge_file(user: Any, file: StoredFile) -> bool:
    """Staff of the agency that merges; once merged, whom the succession names as well."""
    return Merge.objects.visible_to(user).filter(file=file).exists()


@files.gate
def claim_file(user: Any, file: StoredFile) -> bool:
    """The claimant and the staff who may look at the claim."""
    return Claim.objects.visible_to(user).filter(file=file).exists()


@history.known_by
def people_known_to(reader: Any, keys: Iterable[str]) -> dict[str, history.Person]:
    """Of oneself and one's colleagues the name; of others only from where they come. The operator knows everybody."""
    wanted = [UUID(key) for key in keys]
    agencies = set(agency_ids(reader))
    serving: dict[UUID, set[UUID]] = {}
    for user, agency in Officer.objects.filter(user__in=wanted).values_list("user", "agency"):
        serving.setdefault(user, set()).add(agency)
    in_bodies = set(OrganizationMember.objects.filter(user__in=wanted).values_list("user", flat=True))
    in_companies = set(Member.objects.filter(user__in=wanted).values_list("user", flat=True))

    def known(person: User) -> history.Person:
        if reader.is_operator or person.pk == reader.pk or serving.get(person.pk, set()) & agencies:
            return history.Person(str(person), is_known=True)
        if person.is_operator:
            return history.Person(str(_("the operator")), is_known=False)
        if person.pk in serving:
            return history.Person(str(_("another agency")), is_known=False)
        if person.pk in in_bodies:
            return history.Person(str(_("an organization")), is_known=False)
        name = _("the company") if person.pk in in_companies else _("somebody else")
        return history.Person(str(name), is_known=False)

    return {str(key): known(person) for key, person in User.objects.in_bulk(wanted).items()}
