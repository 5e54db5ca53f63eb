"""Participation agreement (참여협약): offered to those selected, accepted by the company's owner, fulfilled or ended.

It is not the memorandum (업무협약) between bodies. What is accepted is fixed by the checksum of its text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from companies.models import Company, Member, Merge, Sight
from ground import clock, cut, letters, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.domain import lasting, leaving, selection, taking, tasks
from programs.models import (
    Application,
    Call,
    Participation,
    Program,
    ProgramShare,
    Screening,
    Task,
)
from programs.permissions import require_service
from programs.queries.readers import correspondents


def checksum(text_ko: str, text_en: str) -> str:
    """SHA-256 over both languages: what the company accepts is exactly this."""
    return hashlib.sha256(f"{text_ko}\n\n{text_en}".encode()).hexdigest()


def write_text(program: Program, company: Company, number: str, accept_by: dt.date) -> tuple[str, str]:
    """The agreement's text, Korean and English (empty when program or agency has no English name)."""
    facts = {
        "program": program,
        "agency": program.agency,
        "company": company,
        "number": number,
        "accept_by": accept_by,
        "components": list(program.components.order_by("position", "id")),
    }
    korean = render_to_string("programs/participation_text_ko.txt", facts).strip()
    has_english = bool(program.name_en and program.agency.name_en)
    with translation.override("en"):
        english = render_to_string("programs/participation_text_en.txt", facts).strip() if has_english else ""
    return korean, english


@dataclass(frozen=True)
class Offers:
    """What came of offering to all: agreements made, and each company left out with the reason."""

    made: tuple[Participation, ...]
    left_out: tuple[tuple[Company, RuleBroken], ...]


def offer(application: Application, *, accept_by: dt.date, by: User, number: str = "") -> Participation:
    """Offer the agreement to one selected company, under `number` or the program's next free one.

    Refused besides what `offer_all` names: `not_selected`, `offered_already`, `takes_part_already` (from another call
    of the program), `number_taken`.
    """
    with transaction.atomic():
        call = _locked_call(application.call, by)
        offers = _offer(call, [_selected(application)], accept_by, number, by)
    for _company, refusal in offers.left_out:
        raise refusal
    return offers.made[0]


def offer_all(call: Call, *, accept_by: dt.date, by: User) -> Offers:
    """Offer the agreement to every selected company of the call that has none yet.

    A company that takes part in the program already, from another call of it, is left out, with the reason; one whose
    participation ended gets a new agreement. The criteria are taken again and kept; a company that does not meet them any
    more, or at which a person must look again, is left out, too. Numbers follow the program's code. Writes to the companies' owners and
    opens their task, due on `accept_by`. Refused: `not_your_agency`, `not_released`, `accept_by_passed`. Locks call,
    applications, program and the agency's numbers.
    """
    with transaction.atomic():
        call = _locked_call(call, by)
        return _offer(call, _all_selected(call), accept_by, "", by)


def _all_selected(call: Call) -> list[Application]:
    """The selected ones without an agreement, locked: who withdraws at this moment is either out or waits."""
    return list(
        Application.objects.select_for_update(of=("self",))
        .filter(call=call, status=Application.Status.SELECTED, participation__isnull=True)
        .select_related("company", "selection_row")
        .order_by("selection_row__rank")
    )


def _locked_call(call: Call, by: User) -> Call:
    call = (
        Call.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency", "program__agency")
        .get(pk=call.pk)
    )
    require_service(by, call.agency)
    if call.released_at is None:
        raise RuleBroken("not_released", _("The results have not been released yet."))
    return call


def _selected(application: Application) -> Application:
    row = Application.objects.select_for_update(of=("self",)).select_related("company").get(pk=application.pk)
    if Participation.objects.filter(application=row).exists():
        raise RuleBroken("offered_already", _("This company has been offered the agreement already."))
    if row.status != Application.Status.SELECTED:
        raise RuleBroken("not_selected", _("Only a selected company is offered the agreement."))
    return row


def _offer(call: Call, rows: Sequence[Application], accept_by: dt.date, number: str, by: User) -> Offers:
    now = clock.now()
    if accept_by < clock.today():
        raise RuleBroken("accept_by_passed", _("Choose a later day: this one has passed."), ("accept_by",))
    program = (
        Program.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency")
        .get(pk=call.program_id)
    )
    Agency.objects.select_for_update(no_key=True).get(pk=program.agency_id)
    taken = set(Participation.objects.filter(agency=program.agency).values_list("number", flat=True))
    if number in taken:
        raise RuleBroken("number_taken", _("Another agreement has this number."), ("number",))
    numbers = iter([number]) if number else _free_numbers(program, taken)
    named = _locked_companies(rows)
    standing = _standing(program, rows)
    asked = [row for row in rows if row.pk not in standing]
    turned = {
        each.application.pk: each.refusal
        for each in taking.take_again(call, asked, occasion=Screening.Occasion.AGREEMENT, by=by)
    }
    made, left_out = [], []
    for row in rows:
        if row.pk in standing:
            left_out.append((row.company, _takes_part(standing[row.pk])))
            continue
        if row.pk in turned:
            left_out.append((row.company, turned[row.pk]))
            continue
        own_number = next(numbers)
        korean, english = write_text(program, named[row.company_id], own_number, accept_by)
        made.append(
            Participation(
                agency=program.agency,
                program=program,
                company=row.company,
                application=row,
                number=own_number,
                text_ko=korean,
                text_en=english,
                text_sha256=checksum(korean, english),
                offered_at=now,
                accept_by=accept_by,
            )
        )
    Participation.objects.bulk_create(made)
    _tell_offered(made)
    return Offers(tuple(made), tuple(left_out))


def _locked_companies(rows: Sequence[Application]) -> dict[UUID, Company]:
    """By the company of each application the record that the company goes on as, all locked: who waited for a merge finds
    it in what is read afterwards. Three queries."""
    keys = {row.company_id for row in rows}
    onward = Merge.objects.onward()
    both = keys.union(onward[key] for key in keys & onward.keys())
    list(Company.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=both).order_by("pk"))
    onward = Merge.objects.onward()
    found = Company.objects.in_bulk({onward.get(key, key) for key in keys})
    return {key: found[onward.get(key, key)] for key in keys}


def _standing(program: Program, rows: Sequence[Application]) -> dict[UUID, Participation]:
    """By application the participation by which its company takes part in the program already, be it under another record
    of the same company. Two queries."""
    onward = Merge.objects.onward()
    wanted = {onward.get(row.company_id, row.company_id) for row in rows}
    records = wanted.union(given_up for given_up, kept in onward.items() if kept in wanted)
    found = Participation.objects.filter(program=program, company__in=records).exclude(
        state=Participation.State.ENDED
    )
    by_company = {onward.get(each.company_id, each.company_id): each for each in found}
    named = ((row.pk, by_company.get(onward.get(row.company_id, row.company_id))) for row in rows)
    return {key: each for key, each in named if each is not None}


def _free_numbers(program: Program, taken: set[str]) -> Iterator[str]:
    """The program's code and a running number that no agreement of the agency has yet."""
    first = Participation.objects.filter(program=program).count() + 1
    named = (f"{program.code}-{serial:03d}" for serial in count(first))
    return (each for each in named if each not in taken)


def _takes_part(standing: Participation) -> RuleBroken:
    return RuleBroken(
        "takes_part_already",
        _("This company takes part in the program already (agreement %(number)s).")
        % {"number": standing.number},
    )


def _tell_offered(made: Sequence[Participation], letter: str = "agreement_offered") -> None:
    readers = correspondents((each.company_id for each in made), Member.Role.OWNER)
    for each in made:
        _ask_acceptance(each)
        for reader in readers[each.company_id]:
            letters.write(
                reader,
                letter,
                {"participation": each, "company": each.company, "program": each.program},
            )


def _ask_acceptance(row: Participation) -> None:
    tasks.open_task(
        agency=row.program.agency,
        company=row.company,
        side=Task.Side.COMPANY,
        kind=Task.Kind.ACCEPT,
        subject_id=row.pk,
        subject=row.program.name_ko,
        subject_en=row.program.name_en,
        due_on=row.accept_by,
    )


def accept(participation: Participation, *, text_sha256: str, by: User) -> Participation:
    """The company's owner accepts exactly the text that was shown (`text_sha256`), up to and including the last day.

    Records who and when, writes to the owners, lets the agencies with a part see the company. The criteria of its
    application are taken again and kept, also when that stops the acceptance. Refused: `not_owner`, `not_offered`,
    `accept_late`, `text_changed`, `not_met_any_more`, `look_again`. Locks the participation.
    """
    with transaction.atomic():
        row = _locked(participation, None)
        if not Member.objects.filter(
            company=row.company_id, user=by, role=Member.Role.OWNER, ended_at__isnull=True
        ).exists():
            raise RuleBroken("not_owner", _("Only an owner of the company can accept the agreement."))
        if row.state != Participation.State.OFFERED:
            raise RuleBroken("not_offered", _("This agreement is not waiting for acceptance (any more)."))
        if clock.today() > row.accept_by:
            raise RuleBroken(
                "accept_late",
                filled(_("The last day to accept was %(day)s. Write to the agency."), day=row.accept_by),
            )
        if text_sha256 != row.text_sha256 or checksum(row.text_ko, row.text_en) != row.text_sha256:
            raise RuleBroken("text_changed", _("The text has changed since you opened it. Read it again."))
        turned = _take_again(row, by)
        if not turned:
            return _agree(row, by)
    raise turned[0].refusal


def _take_again(row: Participation, by: User) -> list[taking.Turned]:
    if row.application is None:
        return []
    call = row.application.call
    return taking.take_again(call, [row.application], occasion=Screening.Occasion.AGREEMENT, by=by)


def _agree(row: Participation, by: User) -> Participation:
    row.state, row.agreed_at, row.agreed_by = Participation.State.AGREED, clock.now(), by
    row.save(update_fields=["state", "agreed_at", "agreed_by"])
    if row.application is not None:
        Application.objects.filter(pk=row.application.pk, status=Application.Status.SELECTED).update(
            status=Application.Status.AGREED
        )
    tasks.close_task(kind=Task.Kind.ACCEPT, subject_id=row.pk, side=Task.Side.COMPANY)
    tasks.await_assignment(row)
    outbox.publish(leaving.PARTS, {"program": str(row.program_id)})
    show_to_shares(row.program, [row.company_id])
    for reader in correspondents([row.company_id], Member.Role.OWNER)[row.company_id]:
        letters.write(
            reader,
            "agreement_accepted",
            {"participation": row, "company": row.company, "program": row.program},
        )
    return row


def show_to_shares(program: Program, companies: Iterable[UUID] | None = None) -> None:
    """Agencies with a part see these companies' facts from here on, all that take part when none are named; bodies see
    by what ties them to a company (`companies.ties`)."""
    if companies is None:
        standing = Participation.objects.filter(program=program).taking_part()
        companies = standing.values_list("company", flat=True)
    onward, named = Merge.objects.onward(), set(companies)
    named |= {onward[company] for company in named & onward.keys()}
    agencies = list(ProgramShare.objects.filter(program=program).values_list("agency", flat=True))
    Sight.objects.bulk_create(
        [
            Sight(company_id=company, agency_id=agency, cause="participation")
            for company in named
            for agency in agencies
        ],
        ignore_conflicts=True,
    )


def extend(participation: Participation, *, accept_by: dt.date, reason: str, by: User) -> Participation:
    """A later last day for an agreement that is still only offered; its text says the new day, so it is a new text.

    Writes to the company's owners: what they read before cannot be accepted any more.
    Refused: `not_your_agency`, `not_offered`, `accept_by_passed`, `reason_missing`. Locks the participation.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the day is moved."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        row = _locked(participation, by)
        if row.state != Participation.State.OFFERED:
            raise RuleBroken("not_offered", _("This agreement is not waiting for acceptance (any more)."))
        if accept_by < clock.today():
            raise RuleBroken(
                "accept_by_passed", _("Choose a later day: this one has passed."), ("accept_by",)
            )
        onward = Merge.objects.onward().get(row.company_id)
        named = row.company if onward is None else Company.objects.get(pk=onward)
        row.text_ko, row.text_en = write_text(row.program, named, row.number, accept_by)
        row.text_sha256, row.accept_by = checksum(row.text_ko, row.text_en), accept_by
        row.save(update_fields=["text_ko", "text_en", "text_sha256", "accept_by"])
        _tell_offered([row], "agreement_extended")
    return row


def complete(participation: Participation, *, by: User) -> Participation:
    """The company did what it agreed to. Refused: `not_your_agency`, `not_agreed`, `end_asked` (the company asks to end it, and
    nobody has answered), `end_agreed` (a last day is agreed with it). Locks the participation."""
    with transaction.atomic():
        row = _locked(participation, by)
        if row.state != Participation.State.AGREED:
            raise RuleBroken("not_agreed", _("Only an agreement in force can be completed."))
        lasting.refuse_while_asked(row)
        if row.last_on is not None:
            raise RuleBroken("end_agreed", lasting.why_it_ends(row.last_on))
        row.state = Participation.State.COMPLETED
        row.save(update_fields=["state"])
        if row.application is not None:
            Application.objects.filter(pk=row.application.pk, status=Application.Status.AGREED).update(
                status=Application.Status.COMPLETED
            )
    return row


def end(
    participation: Participation, *, reason: str, by: User, last_on: dt.date | None = None
) -> Participation:
    """End an offered or accepted agreement early; its place is free again, what hangs on it ends (see `leaving`).

    Refused: `not_your_agency`, `reason_missing`, `not_selected`, `not_in_force`, `end_asked`, `last_day_later`. Locks
    call, application, participation.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the participation ends."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        application = participation.application
        if application is not None:
            selection.withdraw(application, reason=reason, by=by, last_on=last_on)
            return Participation.objects.get(pk=participation.pk)
        row = _locked(participation, by)
        leaving.leave(row, last_on=last_on, reason=reason)
    return row


def _locked(participation: Participation, by: User | None) -> Participation:
    """The participation, locked after its application: every verb takes them in this order. Waits for reports before it locks: who
    draws a sample hangs its orders on the participation."""
    cut.join()
    if participation.application_id is not None:
        Application.objects.select_for_update(of=("self",)).get(pk=participation.application_id)
    row = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("program__agency", "company", "application__call__agency", "application__company")
        .get(pk=participation.pk)
    )
    if by is not None:
        require_service(by, row.program.agency)
    return row
