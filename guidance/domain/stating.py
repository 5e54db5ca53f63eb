"""Writing statements (전략 항목): a line of a country's strategy, its drafts with evidence and figures, and newer versions."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.errors import RuleBroken
from guidance.models import Finding, Statement, StatementFigure, StatementVersion
from guidance.models.products import in_order
from programs.models import Program, ProgramPartner, ProgramShare
from programs.permissions import require_service

State = StatementVersion.State
UNFINISHED = (State.DRAFT, State.REVIEW)
MOST_FIGURES = 12


def start(statement: Statement, version: StatementVersion, *, by: User) -> StatementVersion:
    """A new line of a country's strategy with its first draft. Without a position it comes last of its pillar.

    The agency of the program is responsible where the draft names nobody. Refused: `not_your_agency`, `other_body` (no
    agency of the program and no partner of it), `other_program` (a finding of another program). Locks the program.
    """
    with transaction.atomic():
        program = (
            Program.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=statement.program_id)
        )
        require_service(by, program.agency)
        statement.agency = program.agency
        if not statement.position:
            last = Statement.objects.filter(
                program=program, country=statement.country_id, pillar=statement.pillar
            ).aggregate(last=Max("position"))["last"]
            statement.position = (last or 0) + 1
        statement.save()
        version.statement, version.number = statement, 1
        return _write(version, program)


def save_draft(version: StatementVersion, *, by: User) -> StatementVersion:
    """Write a draft anew. Refused: `not_your_agency`, `not_draft` (in review or published), `other_body`, `other_program`,
    `change_missing` (from the second version on it says what changed). Locks the version."""
    with transaction.atomic():
        row = draft_of(version, by)
        version.statement_id, version.number, version.state = row.statement_id, row.number, row.state
        version.review_id = row.review_id
        return _write(version, row.statement.program)


def revise(statement: Statement, *, changed_ko: str, changed_en: str = "", by: User) -> StatementVersion:
    """The next version as a draft that says what changed, with the text and figures of the last one.

    Refused: `not_your_agency`, `draft_there` (an unfinished version stands already), `change_missing`. Locks the statement.
    """
    with transaction.atomic():
        row: Statement = (
            Statement.objects.select_for_update(of=("self",))
            .select_related("program__agency")
            .get(pk=statement.pk)
        )
        require_service(by, row.program.agency)
        versions = list(row.versions.order_by("number"))
        if any(each.state in UNFINISHED for each in versions):
            raise RuleBroken(
                "draft_there", _("A newer version is being written already. Go on with that one.")
            )
        last = versions[-1]
        figures = list(last.figures.all())
        made = StatementVersion(
            statement=row, number=last.number + 1, changed_ko=changed_ko, changed_en=changed_en,
            **{name: getattr(last, name) for name in COPIED},
        )  # fmt: skip
        _write(made, row.program)
        for each in figures:
            StatementFigure.objects.create(
                agency_id=made.agency_id, program_id=made.program_id, version=made,
                **{name: getattr(each, name) for name in FIGURE_COPIED},
            )  # fmt: skip
    return made


COPIED = (
    "text_ko", "text_en", "products", "evidence_ko", "evidence_en", "source", "source_url", "as_of_on", "review_on",
    "confidence", "responsible_agency_id", "responsible_organization_id", "finding_id", "is_made_up",
)  # fmt: skip
FIGURE_COPIED = (
    "position", "label_ko", "label_en", "value", "unit_ko", "unit_en", "year", "is_illustrative",
)  # fmt: skip


def save_figure(figure: StatementFigure, *, by: User) -> StatementFigure:
    """Write a figure of a draft. Refused: `not_your_agency`, `not_draft`, `too_many` (more than twelve). Locks the version."""
    with transaction.atomic():
        version = draft_of(figure.version, by)
        if version.figures.exclude(pk=figure.pk).count() >= MOST_FIGURES:
            raise RuleBroken(
                "too_many", _("A statement has at most %(count)d figures.") % {"count": MOST_FIGURES}
            )
        figure.agency_id, figure.program_id, figure.version = version.agency_id, version.program_id, version
        figure.save()
    return figure


def drop_figure(figure: StatementFigure, *, by: User) -> None:
    """Take a figure out of a draft. Refused: `not_your_agency`, `not_draft`. Locks the version."""
    with transaction.atomic():
        draft_of(figure.version, by)
        figure.delete()


def discard(version: StatementVersion, *, by: User) -> None:
    """Give a draft up; its history keeps it, and a line that never had another version goes with it.

    Refused: `not_your_agency`, `not_draft`. Locks the version."""
    with transaction.atomic():
        row = draft_of(version, by)
        row.figures.all().delete()
        statement = row.statement
        row.delete()
        if not statement.versions.exists():
            statement.delete()


def place(statement: Statement, position: int, *, by: User) -> Statement:
    """Put a line at a position of its pillar. Refused: `not_your_agency`. Locks the statement."""
    with transaction.atomic():
        row: Statement = (
            Statement.objects.select_for_update(of=("self",))
            .select_related("program__agency")
            .get(pk=statement.pk)
        )
        require_service(by, row.program.agency)
        row.position = position
        row.save(update_fields=["position"])
    return row


def from_finding(finding: Finding, *, text_ko: str, review_on: dt.date, by: User) -> StatementVersion:
    """A new line drafted from a finding of an accepted task: its source, day and confidence are kept, the body is responsible.

    A first draft from the finding that stands is the answer: a second click makes no second one.

    Refused: `not_your_agency`, `not_accepted`, `review_day` (not after the day the finding is as of). Locks the program and
    the finding.
    """
    with transaction.atomic():
        program = (
            Program.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=finding.program_id)
        )
        require_service(by, program.agency)
        row = Finding.objects.select_for_update(of=("self",)).select_related("task").get(pk=finding.pk)
        standing: StatementVersion | None = row.versions.filter(state=State.DRAFT, number=1).first()
        return standing or _draft_from(row, text_ko, review_on, by)


def _draft_from(finding: Finding, text_ko: str, review_on: dt.date, by: User) -> StatementVersion:
    task = finding.task
    if task.state != task.State.ACCEPTED:
        raise RuleBroken(
            "not_accepted", _("Accept what was handed in first; then it can become a statement.")
        )
    statement = Statement(program=task.program, country=task.country, pillar=task.pillar)
    version = StatementVersion(
        text_ko=text_ko.strip() or finding.text[:2000], evidence_ko=finding.text, source=finding.source,
        source_url=finding.source_url, as_of_on=finding.as_of_on, review_on=review_on, confidence=finding.confidence,
        finding=finding, responsible_organization=task.organization, is_made_up=task.program.is_made_up,
    )  # fmt: skip
    return start(statement, version, by=by)


def draft_of(version: StatementVersion, by: User) -> StatementVersion:
    """The draft, locked, with its statement and program. Refused: `not_your_agency`, `not_draft`."""
    row: StatementVersion = (
        StatementVersion.objects.select_for_update(of=("self",))
        .select_related("statement__program__agency")
        .get(pk=version.pk)
    )
    require_service(by, row.statement.program.agency)
    if row.state != State.DRAFT:
        raise RuleBroken(
            "not_draft",
            _(
                "Only a draft can be changed. Take it back from review, or write a new version of what is published."
            ),
        )
    return row


def check(version: StatementVersion, program: Program) -> None:
    """Whether a draft may say this in a program; its agency is responsible where the draft names nobody.

    Refused: `change_missing`, `review_day` (not after the day it is as of), `two_bodies`, `other_body`, `other_program`.
    """
    if version.number > 1 and not version.changed_ko.strip():
        raise RuleBroken(
            "change_missing", _("From the second version on, say what changed."), ("changed_ko",)
        )
    if version.review_on <= version.as_of_on:
        raise RuleBroken(
            "review_day", _("The day of the next review lies after the day it is as of."), ("review_on",)
        )
    if not version.responsible_agency_id and not version.responsible_organization_id:
        version.responsible_agency_id = program.agency_id
    _require_body(version, program)
    if version.finding is not None and version.finding.program_id != program.pk:
        raise RuleBroken("other_program", _("Choose a finding of this program."), ("finding",))


def _write(version: StatementVersion, program: Program) -> StatementVersion:
    version.agency, version.program = program.agency, program
    version.products = in_order(version.products)
    check(version, program)
    version.save()
    return version


def _require_body(version: StatementVersion, program: Program) -> None:
    agency, organization = version.responsible_agency_id, version.responsible_organization_id
    if agency and organization:
        raise RuleBroken(
            "two_bodies",
            _("Name one responsible body: an agency or an organization."),
            ("responsible_organization",),
        )
    is_known = (
        agency == program.agency_id
        or (agency and ProgramShare.objects.filter(program=program, agency=agency).exists())
        or (
            organization
            and ProgramPartner.objects.filter(program=program, organization=organization).exists()
        )
    )
    if not is_known:
        raise RuleBroken(
            "other_body",
            _("Responsible is the agency of the program, one with a part in it, or a partner that it names."),
            ("responsible_organization" if organization else "responsible_agency",),
        )
