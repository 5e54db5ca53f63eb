"""What a receipt says: number, instant, call, company and what was handed in, as it was frozen at that instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from companies.models import ConsentText
from companies.numbers import pretty
from ground.clock import ClockNow
from ground.worded import worded
from ground.words import plain
from programs.models import Application, Question, RequiredDocument, Submission
from programs.queries.applications import of_reader


@dataclass(frozen=True)
class Heading:
    """A question that was handed in, and whether anything was answered."""

    label: str
    is_answered: bool


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in: the document it stands for, its name, bytes and SHA-256."""

    document: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Receipt:
    """A receipt in the reader's language; the same submission gives the same one at any time."""

    number: str
    received_at: dt.datetime
    agency: str
    call: str
    notice_number: str
    company: str
    business_number: str
    baseline_year: int | None
    content_sha256: str
    entered_by: str
    headings: Sequence[Heading]
    files: Sequence[HandedIn]
    consents: Sequence[ConsentText]


def submission_for(user: User, key: UUID) -> Submission | None:
    """One of a company in which the user is a member today, or that the user entered on a company's behalf; it says which of
    the two (`is_of_reader`), and when it was read (`read_at`). One query."""
    return _submission.first(user.pk, key)


@worded
def _submission(user: UUID, key: UUID) -> QuerySet[Submission]:
    reader = User(pk=user)
    return (
        Submission.objects.filter(pk=key, application__in=Application.objects.handled_by(reader))
        .select_related("application__call__agency", "application__company", "application__on_behalf")
        .annotate(is_of_reader=of_reader(reader, "application__company"), read_at=ClockNow())
        .order_by()
    )


def entered_by(submission: Submission) -> str:
    """That staff entered it, and how the company asked; empty when the company did. Needs call and agency."""
    behalf = getattr(submission.application, "on_behalf", None)
    if behalf is None:
        return ""
    return _("%(agency)s on the company’s behalf (%(channel)s)") % {
        "agency": submission.application.call.agency,
        "channel": behalf.get_channel_display(),
    }


def company_of(submission: Submission) -> tuple[str, str]:
    """Name, in the reader's language, and business number of the company as they were handed in."""
    company = submission.content["company"]
    name = (get_language() == "en" and company["name_en"]) or company["name_ko"]
    return name, pretty(company["business_number"])


def receipt_of(submission: Submission) -> Receipt:
    """The receipt, from the frozen content, the published call and the wordings agreed to: three queries.

    Company and files are those of that instant, whatever they are called today. Needs call and agency.
    """
    content, call = submission.content, submission.application.call
    labels = {each.code: each for each in Question.objects.filter(call=call).select_related("section")}
    names = {each.code: each for each in RequiredDocument.objects.filter(call=call)}
    company, business_number = company_of(submission)
    given = sorted(content["answers"], key=lambda each: labels[each["code"]].place)
    return Receipt(
        number=submission.receipt,
        received_at=submission.submitted_at,
        agency=str(call.agency),
        call=plain(call, "title"),
        notice_number=call.notice_number,
        company=company,
        business_number=business_number,
        baseline_year=content["baseline"]["last_year"] if content["baseline"] else None,
        content_sha256=submission.content_sha256,
        entered_by=entered_by(submission),
        headings=[Heading(_label(labels[each["code"]]), _is_answered(each)) for each in given],
        files=[
            HandedIn(str(names[each["code"]]), each["name"], each["size"], each["sha256"])
            for each in sorted(
                content["documents"], key=lambda each: (names[each["code"]].position, each["code"])
            )
        ],
        consents=agreed_in(submission),
    )


def agreed_in(submission: Submission) -> list[ConsentText]:
    """The wordings that were agreed to with this submission, in the version of that instant; one query."""
    versions = {(each["code"], each["version"]) for each in submission.content.get("consents", [])}
    of_agency = ConsentText.objects.filter(
        agency=submission.application.call.agency_id, code__in={code for code, _version in versions}
    )
    found = of_agency.select_related("receiver", "country").order_by("-kind", "code")
    return [each for each in found if (each.code, each.version) in versions]


def _label(question: Question) -> str:
    return f"{question.section} · {question}" if question.section else str(question)


def _is_answered(answer: dict[str, Any]) -> bool:
    return bool(answer.get("lines")) or any(
        answer[key] not in (None, "", []) for key in ("text", "number", "amount", "day", "is_yes", "codes")
    )
