"""What a company answered and handed in before, and what its record holds, to be offered again: from which call and agency,
and on which day.

Only what was submitted counts as given. A member of the company is offered all of it; staff who enter an application on
the company's behalf only what their own agency received, and nothing of the record.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from companies.models import Certificate, CertificateJudgment, Contact, Place
from ground import files
from ground.clock import SEOUL
from ground.models import StoredFile
from ground.worded import worded
from programs.models import Answer, Application, Document, ProductLine, Question, RequiredDocument

GIVEN_BY_BUILDER = re.compile(r"^[a-z]{1,2}[0-9]+$")
"""Codes like q1 count the questions of one form and say nothing about another."""
TEXTS = frozenset({Question.Kind.SHORT, Question.Kind.LONG})
Fact = Question.Fact


@dataclass(frozen=True)
class Person:
    """A person in charge who was named before; `kind` names a contact of the profile, empty for an application's."""

    key: str
    name: str
    email: str
    phone: str
    kind: str
    application: Application | None


@dataclass(frozen=True)
class ProfileFact:
    """A fact of the company's profile that a question asks for, and since when it holds."""

    value: str
    since: dt.date | None


def day_given(application: Application) -> dt.date | None:
    """The day in Seoul on which the application was handed in."""
    return application.submitted_at.astimezone(SEOUL).date() if application.submitted_at else None


def handed_in(application: Application, reader: Any) -> QuerySet[Application]:
    """Other applications of the same company that were handed in and that the reader sees, the newest first."""
    return (
        Application.objects.visible_to(reader)
        .filter(company=application.company_id, submitted_at__isnull=False)
        .exclude(pk=application.pk)
        .exclude(status=Application.Status.DRAFT)
        .order_by("-submitted_at", "id")
    )


def _has_earlier(application: Application) -> bool:
    """False where it was read (`applications.one_of`) that the company handed in no other: no question is needed."""
    return bool(getattr(application, "has_earlier", True))


@worded
def _contacts(company: UUID) -> QuerySet[Contact]:
    return Contact.objects.filter(company=company).exclude(name="").order_by("kind")


def earlier_answers(
    application: Application, reader: Any, questions: Iterable[Question]
) -> dict[UUID, list[Answer]]:
    """Earlier answers by the question that they fit: by what of the company's record both ask for, by code and kind or by
    wording; the newest first, with their question, call, agency and products. One query, a second where the form asks for
    products."""
    asked = [each for each in questions if each.kind != Question.Kind.FILE]
    if not asked or not _has_earlier(application):
        return {}
    found = (
        Answer.objects.filter(application__in=handed_in(application, reader).order_by().values("pk"))
        .filter(
            Q(question__code__in={each.code for each in asked})
            | Q(question__label_ko__in={each.label_ko for each in asked})
            | Q(question__asks_for__in={each.asks_for for each in asked} - {""})
        )
        .select_related("question", "application__call", "application__agency")
        .order_by("-application__submitted_at", "application_id", "question__position", "id")
    )
    if any(each.kind == Question.Kind.PRODUCTS for each in asked):
        lines = ProductLine.objects.select_related("product")
        found = found.prefetch_related(Prefetch("lines", queryset=lines))
    rows = list(found)
    return {
        question.pk: answers
        for question in asked
        if (answers := [each for each in rows if _is_same(question, each.question)])
    }


def _is_same(question: Question, earlier: Question) -> bool:
    if question.kind != earlier.kind and not {question.kind, earlier.kind} <= TEXTS:
        return False
    if question.asks_for and earlier.asks_for:
        return question.asks_for == earlier.asks_for
    if question.label_ko.strip() == earlier.label_ko.strip():
        return True
    return question.code == earlier.code and not GIVEN_BY_BUILDER.match(question.code)


def earlier_documents(
    application: Application, reader: Any, required: Iterable[RequiredDocument]
) -> dict[UUID, list[Document]]:
    """Earlier documents by the required document that they fit by code, name or kind of certificate, the newest first:
    current ones that passed their check, were not refused and whose bytes are there. One query."""
    asked = list(required)
    if not asked or not _has_earlier(application):
        return {}
    kinds = {each.certificate_kind for each in asked} - {""}
    rows = list(
        Document.objects.filter(
            Q(required__code__in={each.code for each in asked})
            | Q(required__name_ko__in={each.name_ko for each in asked})
            | Q(required__certificate_kind__in=kinds),
            _has_readable_file(),
            application__in=handed_in(application, reader).order_by().values("pk"),
            replaced_at__isnull=True,
        )
        .exclude(state="refused")
        .select_related("required", "file", "application__call", "application__agency")
        .order_by("-application__submitted_at", "application_id", "-created_at", "id")
    )
    return {
        each.pk: documents
        for each in asked
        if (documents := [row for row in rows if _is_same_document(each, row.required)])
    }


def _has_readable_file() -> Q:
    return Q(
        file__removed_at__isnull=True,
        file__passage__in=StoredFile.READABLE,
        file__content_type__in=[each.content_type for each in files.DOCUMENTS],
        file__size__lte=files.DOCUMENT_LIMIT,
    )


def certificates(
    application: Application, required: Iterable[RequiredDocument], day: dt.date
) -> dict[UUID, list[Certificate]]:
    """Certificates of the company's record by the required document that asks for one of their kind: valid on the day,
    the longest first, not refused by the application's agency, with a file that can be handed in or with none. One query,
    none where no document asks for a kind."""
    asked = [each for each in required if each.certificate_kind]
    if not asked:
        return {}
    refused = CertificateJudgment.objects.filter(
        agency=application.agency_id, state=CertificateJudgment.State.REFUSED
    )
    rows = list(
        Certificate.objects.valid_on(day)
        .filter(
            _has_readable_file() | Q(file__isnull=True),
            company=application.company_id,
            kind__in={each.certificate_kind for each in asked},
        )
        .exclude(pk__in=refused.values("certificate"))
        .select_related("file")
        .order_by(F("valid_until").desc(nulls_first=True), "-created_at", "id")
    )
    found = {each.pk: [row for row in rows if row.kind == each.certificate_kind] for each in asked}
    return {key: held for key, held in found.items() if held}


def _is_same_document(asked: RequiredDocument, earlier: RequiredDocument) -> bool:
    if asked.certificate_kind and earlier.certificate_kind:
        return asked.certificate_kind == earlier.certificate_kind
    if asked.name_ko.strip() == earlier.name_ko.strip():
        return True
    return asked.code == earlier.code and not GIVEN_BY_BUILDER.match(asked.code)


def earlier_persons(application: Application, reader: Any, *, has_profile: bool) -> list[Person]:
    """Persons in charge named before, the newest first, each once; for members of the company also the contacts of its
    profile (`has_profile`). Two queries at most."""
    given: Iterable[Application] = ()
    if _has_earlier(application):
        given = handed_in(application, reader).exclude(contact_name="").select_related("call", "agency")[:10]
    found = [
        Person(str(each.pk), each.contact_name, each.contact_email, each.contact_phone, "", each)
        for each in given
    ]
    if has_profile:
        found += [
            Person(each.kind, each.name, each.email, each.phone, each.get_kind_display(), None)
            for each in _contacts(application.company_id)
        ]
    once: dict[tuple[str, str, str], Person] = {}
    for person in found:
        once.setdefault((person.name, person.email, person.phone), person)
    return list(once.values())[:3]


def profile_facts(application: Application, questions: Iterable[Question]) -> dict[UUID, ProfileFact]:
    """What the company's record says, by the question that asks for it. One query where one asks for the address, and one
    where one asks for a person's."""
    asked = [each for each in questions if each.asks_for]
    wanted = {each.asks_for for each in asked}
    company = application.company
    facts = {
        Fact.WEBSITE: ProfileFact(company.website, None),
        Fact.NAME_EN: ProfileFact(company.name_en, None),
        Fact.CORPORATE_NUMBER: ProfileFact(company.corporate_number, None),
        Fact.OPENED_ON: ProfileFact(company.opened_on.isoformat() if company.opened_on else "", None),
    }
    if Fact.ADDRESS in wanted:
        facts[Fact.ADDRESS] = _address(application)
    if wanted & {Fact.REPRESENTATIVE, Fact.PHONE, Fact.EMAIL}:
        for contact in _contacts(application.company_id):
            if contact.kind == Contact.Kind.REPRESENTATIVE:
                facts[Fact.REPRESENTATIVE] = ProfileFact(contact.name, None)
            else:
                facts[Fact.PHONE] = ProfileFact(contact.phone, None)
                facts[Fact.EMAIL] = ProfileFact(contact.email, None)
    return {
        each.pk: found
        for each in asked
        if (found := facts.get(Fact(each.asks_for))) is not None and found.value
    }


def _address(application: Application) -> ProfileFact:
    office = application.company.places.filter(kind=Place.Kind.HEAD_OFFICE, until_on__isnull=True).first()
    return ProfileFact(office.address, office.from_on) if office else ProfileFact("", None)
