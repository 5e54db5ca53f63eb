"""Personal data that are no longer needed are destroyed: blanked in the record and in its history.

Facts, totals and the number of history rows stay. It is done by the SQL functions `naru_destroy_personal` and
`naru_destroy_person`, which only the database role `naru_destroyer` may call, and only for columns that a model names in
`personal`: their comment in the database says so. Each call leaves a `DestructionRecord`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from allauth.account.models import EmailAddress
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection, connections, models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Deputy, Officer, OrganizationMember, User
from accounts.roles import agencies_of
from companies import permissions
from companies.models import Claim, Company, DestructionRecord, Invitation, Member, Merge
from ground import clock
from ground.access import Role
from ground.errors import RuleBroken
from ground.history import event_model
from ground.personal import Goes, personal_columns

ROLE = "naru_destroyer"
FUNCTIONS = (
    "naru_destroy_personal(text, text[], uuid[], text, uuid)",
    "naru_destroy_person(uuid, text, uuid)",
)


@dataclass(frozen=True)
class Batch:
    """Personal columns of some records of one model."""

    model: type[models.Model]
    columns: tuple[str, ...]
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Way:
    """How a record leads to its company and, where an agency owns it, to that agency."""

    company: str
    agency: str | None


def destroy(company: Company, *, reason: str, by: User) -> list[DestructionRecord]:
    """Blank every personal column of the company's records, in all tables and their histories, and return what stays.

    What an agency owns (applications, drafts) is blanked by that agency's manager or the operator only. Open invitations
    are withdrawn. From where the records were changed goes, too. All in one transaction of the destroyer, or nothing.
    A second time there is nothing left to do. Refused: `reason_missing`, `not_allowed` (the operator, and managers of
    agencies that see the company), `no_destroyer` (the role cannot be reached), `reason_personal` (the reason repeats
    what is to be destroyed).
    """
    _require_reason(reason)
    agencies = None if by.is_operator else _managed_and_seeing(company, by)
    if not by.is_active or agencies == []:
        raise RuleBroken(
            "not_allowed",
            _(
                "Only the operator and managers of an agency that sees the company may have its data destroyed."
            ),
        )
    return _carry_out(personal_records(company, agencies), reason=reason.strip(), by=by)


def destroy_person(person: User, *, reason: str, by: User) -> list[DestructionRecord]:
    """Blank who a person is that signs in: name, addresses, what they stated about themselves in claims, invitations to
    them (to former addresses, too), mails written to them, and from where they acted, in records and histories. Claims
    that wait are refused. The record stays, without a name and unable to sign in; what the person did stays with it.

    One transaction of the destroyer. A second time there is nothing left to do. Refused: `reason_missing`, `not_allowed`
    (the operator, not about themselves), `still_serving` (a role or membership has not ended), `no_destroyer`,
    `reason_personal`.
    """
    _require_reason(reason)
    if not (by.is_active and by.is_operator) or by.pk == person.pk:
        raise RuleBroken(
            "not_allowed", _("Only the operator may have a person’s data destroyed, and not their own.")
        )
    if _is_serving(person):
        raise RuleBroken(
            "still_serving",
            _("This person still serves in an agency, an organization or a company. End that first."),
        )
    if person.is_destroyed:
        return []
    return _carry_out(_beside_the_person(person), reason=reason.strip(), by=by, person=person)


def personal_records(company: Company, agencies: list[UUID] | None = None) -> Iterator[Batch]:
    """The company's records, also those of records merged into its own, that still hold something personal, be it only in
    the history (deleted ones, too); of those that an agency owns only the ones of `agencies`, all without. What went over to
    another company is that one's. `LookupError`: a table that leads to no company."""
    records = [company.pk, *Merge.objects.into(company.pk)]
    columns: dict[type[models.Model], list[str]] = {}
    for model, name, _why in personal_columns(Goes.WITH_COMPANY):
        columns.setdefault(model, []).append(name)
    for model, names in columns.items():
        way = way_to_company(model)
        owned = models.Q()
        if agencies is not None and way.agency is not None:
            owned = models.Q(**{f"{way.agency}__in": agencies})
        every: Any = model._default_manager
        here = models.Q(**{f"{way.company}__in": records}) & owned
        is_gone = models.Q(~Exists(every.filter(pk=OuterRef("pgh_obj_id"))))
        gone = here & is_gone
        past = models.Q(pgh_obj_id__in=every.filter(here).values("pk")) | gone
        if batch := _batch(model, names, here, past):
            yield batch


def way_to_company(model: type[models.Model]) -> Way:
    """By itself, or by a record that it hangs on; `LookupError` when a personal column could not be reached."""
    if event_model(model) is None:
        raise LookupError(f"{model._meta.label} has personal columns but no history to blank")
    fields = {field.name: field.related_model for field in model._meta.concrete_fields}
    if fields.get("company") is Company:
        return Way("company", "agency" if "agency" in fields else None)
    for name, target in fields.items():
        if isinstance(target, type) and issubclass(target, models.Model) and target is not Company:
            beyond = {each.name: each.related_model for each in target._meta.concrete_fields}
            if beyond.get("company") is Company:
                return Way(f"{name}__company", f"{name}__agency" if "agency" in beyond else None)
    raise LookupError(f"{model._meta.label} has personal columns and leads to no company")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the data are destroyed."))


def _managed_and_seeing(company: Company, by: User) -> list[UUID]:
    managed = {agency.pk for agency in agencies_of(by, Role.MANAGER)}
    return [agency.pk for agency in permissions.sees_as_staff(by, company) if agency.pk in managed]


def _is_serving(person: User) -> bool:
    today = clock.today()
    serving = Officer.objects.filter(user=person).filter(
        models.Q(until_on__isnull=True) | models.Q(until_on__gte=today)
    )
    return (
        serving.exists()
        or Deputy.objects.filter(user=person, until_on__gte=today).exists()
        or OrganizationMember.objects.filter(user=person, ended_at__isnull=True).exists()
        or Member.objects.filter(user=person, ended_at__isnull=True).exists()
    )


def _beside_the_person(person: User) -> Iterator[Batch]:
    """Records of companies that name the person: their claims, and invitations that they accepted or that went to an
    address which is or was theirs and is nobody else's now."""
    histories: Any = event_model(User)
    former = histories.objects.filter(pgh_obj_id=person.pk).values_list("email", flat=True)
    others = EmailAddress.objects.exclude(user=person), User.objects.exclude(pk=person.pk)
    known = {
        address.lower()
        for address in former
        if not any(each.filter(email__iexact=address).exists() for each in others)
    }
    own = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    is_theirs = models.Q(accepted_by=person.pk)
    for address in known | {person.email.lower(), *(address.lower() for address in own)}:
        is_theirs |= models.Q(email__iexact=address)
    for model, names, condition in (
        (Claim, ["stated_representative"], models.Q(user=person.pk)),
        (Invitation, ["email"], is_theirs),
    ):
        if batch := _batch(model, names, condition, condition):
            yield batch


def _batch(model: type[models.Model], names: list[str], present: models.Q, past: models.Q) -> Batch | None:
    """Records under the condition of the table or that of its history, in which a column is not blank."""
    ids = set(_filled(model, names).filter(present).values_list("pk", flat=True))
    events = event_model(model)
    assert events is not None
    kept = [name for name in names if name in {field.name for field in events._meta.concrete_fields}]
    if kept:
        ids |= set(_filled(events, kept).filter(past).values_list("pgh_obj_id", flat=True))
    return Batch(model, tuple(_column(model, name) for name in names), tuple(sorted(ids))) if ids else None


def _carry_out(
    batches: Iterable[Batch], *, reason: str, by: User, person: User | None = None
) -> list[DestructionRecord]:
    wanted = list(batches)
    made: list[UUID] = []
    if wanted or person is not None:
        with _destroyer_session() as session, _refusals():
            made = [_destroy(session, batch, reason, by) for batch in wanted]
            if person is not None:
                made.append(
                    _one(session, "SELECT naru_destroy_person(%s, %s, %s)", [person.pk, reason, by.pk])
                )
    return list(DestructionRecord.objects.filter(pk__in=made).order_by("subject"))


def _filled(model: type[models.Model], names: list[str]) -> models.QuerySet[Any]:
    """Rows in which one of the columns is not blank."""
    found = models.Q()
    for name in names:
        blank: Any = {} if isinstance(model._meta.get_field(name), models.JSONField) else ""
        found |= ~models.Q(**{name: blank}) & models.Q(**{f"{name}__isnull": False})
    return model._default_manager.filter(found)


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _destroy(session: psycopg.Connection[Any], batch: Batch, reason: str, by: User) -> UUID:
    return _one(
        session,
        "SELECT naru_destroy_personal(%s, %s, %s, %s, %s)",
        [batch.model._meta.db_table, list(batch.columns), list(batch.ids), reason, by.pk],
    )


def _one(session: psycopg.Connection[Any], call: LiteralString, values: list[Any]) -> UUID:
    row = session.execute(call, values).fetchone()
    assert row is not None
    made: UUID = row[0]
    return made


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.RaiseException as error:
        if "the reason repeats" not in str(error):
            raise
        raise RuleBroken(
            "reason_personal",
            _("The reason repeats what is to be destroyed. Give a reason without names."),
        ) from error


@contextmanager
def _destroyer_session() -> Iterator[psycopg.Connection[Any]]:
    """A session of the destroyer's own: DATABASE_DESTROY_URL, or the embedded server."""
    url = os.environ.get("DATABASE_DESTROY_URL", "")
    facts = connection.get_connection_params()
    try:
        if url:
            session = psycopg.connect(url, connect_timeout=10)
        elif settings.IS_EMBEDDED:
            place = {name: facts[name] for name in ("dbname", "host", "port") if facts.get(name)}
            session = psycopg.connect(**place, user=ROLE, connect_timeout=10)
        else:
            raise RuleBroken(
                "no_destroyer",
                _("Set DATABASE_DESTROY_URL: destruction needs the database role naru_destroyer."),
            )
    except psycopg.OperationalError as error:
        raise RuleBroken(
            "no_destroyer",
            _("The database lets the role naru_destroyer not in. Have it created and its address set."),
        ) from error
    with session:
        yield session


def arm_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Runs once, after the last app's migrations."""
    if sender is list(apps.get_app_configs())[-1]:
        arm(using)


def arm(using: str = "default") -> None:
    """Mark the personal columns in the database and let the destroyer, if there is one, call the function (idempotent).
    Tables that are not there (migrations taken back) are passed over."""
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        cursor.execute(
            "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relnamespace = 'public'::regnamespace AND col_description(c.oid, a.attnum) LIKE 'personal:%'"
        )
        known = {(table, column): comment for table, column, comment in cursor.fetchall()}
        wanted = {
            (model._meta.db_table, _column(model, name)): f"personal: {why.months} months"
            for model, name, why in personal_columns()
            if model._meta.db_table in tables
        }
        quote = connections[using].ops.quote_name
        for (table, column), comment in wanted.items():
            if known.get((table, column)) != comment:
                cursor.execute(f"COMMENT ON COLUMN {quote(table)}.{quote(column)} IS '{comment}'")
        for table, column in known.keys() - wanted.keys():
            cursor.execute(f"COMMENT ON COLUMN {quote(table)}.{quote(column)} IS NULL")
        for function in FUNCTIONS:
            cursor.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s AND to_regprocedure(%s) IS NOT NULL",
                [ROLE, function],
            )
            if cursor.fetchone() is not None:
                cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {ROLE}")
