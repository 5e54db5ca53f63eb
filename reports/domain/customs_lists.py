"""Taking in lists of exports (수출신고 내역 반입): read in the sandbox, previewed, confirmed, entered, perhaps taken back.

The customs' own export list and Naru's template of exports (mail by manifest clearance, indirect exports by a purchase confirmation
or a local letter of credit). All lines enter, each version once; those that do not count say why and wait: they are looked at
again whenever a list is entered or taken back, an entry by hand goes, a company joins or leaves, or the program's days or markets
change. A line stands on the day of acceptance; what concerns a
closed month is booked in the open one (`ledger`).

Of a participation's month either lists or an entry by hand count, for direct and for indirect exports each, never both: lines
for which there is an entry by hand wait, and where lines count nothing is entered by hand.

A company brings lines of its own numbers only. What the agency brought is changed by no company's list.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agencies_of
from ground import clock, files, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.models import StoredFile
from ground.spoken import spoken_months
from programs.models import Participation, Program
from programs.permissions import WRITERS, require_service
from reports import permissions
from reports.domain import customs_lines, cut, entering, ledger, seals
from reports.domain.customs_owners import said_of_types
from reports.domain.importing import in_language
from reports.domain.ledger import CUSTOMS
from reports.domain.on_disk import on_disk
from reports.files.lines import FileRefused
from reports.models import CustomsList

READ, IMPORT = "customs.read", "customs.import"
"""Topics: a list waits to be read; a preview was confirmed. Payload: {"list": id}."""

State = CustomsList.State
TOLD_REJECTS = 1000


def take_in(
    file: StoredFile,
    program: Program,
    *,
    by: User,
    participation: Participation | None = None,
    origin_note: str = "",
) -> CustomsList:
    """Take a stored file in; it is read in the background. With a participation its company brings its own list.

    Refused: `not_your_agency`, `not_your_company`, `not_taking_part`.
    """
    if participation is None:
        require_service(by, program.agency)
    else:
        require_bringer(by, participation)
        if participation.state not in {Participation.State.AGREED, Participation.State.COMPLETED}:
            raise RuleBroken("not_taking_part", _("The company does not take part in the program."))
    with transaction.atomic():
        row = CustomsList.objects.create(
            agency_id=program.agency_id,
            program=program,
            participation=participation,
            file=file,
            uploaded_sha256=file.sha256,
            grade=CustomsList.Grade.AGENCY if participation is None else CustomsList.Grade.COMPANY,
            origin_note=origin_note.strip(),
            uploaded_by=by,
        )
        outbox.publish(READ, {"list": str(row.pk)})
    return row


def require_bringer(by: User, participation: Participation) -> None:
    if not permissions.writes_for_company(by, participation.company_id):
        raise RuleBroken(
            "not_your_company", _("Only owners and editors of the company can bring its list of exports.")
        )


def _require_handler(by: User, row: CustomsList) -> None:
    if row.participation is not None and permissions.writes_for_company(by, row.participation.company_id):
        return
    require_service(by, row.agency)


def read(row: CustomsList) -> CustomsList:
    """Read the list for the preview. Nothing is entered. A list that was read already is left as it is.

    The stored file is from now on its copy without persons' columns; of a refused one stay name, size and SHA-256.
    """
    with transaction.atomic():
        row = _locked(row.pk)
        if row.state != State.WAITING:
            return row
        try:
            with on_disk(row.file) as path:
                copy = path.with_name("copy")
                parsed = customs_lines.parse(row, path, copy)
                files.replace_bytes(row.file, copy)
        except (FileRefused, RuleBroken) as refused:
            files.remove_bytes(row.file)
            return _refuse(row, refused)
        lines = customs_lines.each_once(row, parsed)
        row.profile, row.rows, row.rejected = parsed.profile, parsed.rows, parsed.rejected_rows
        row.removed_columns = list(parsed.personal_columns)
        row.notes = [[note.code, list(note.parameters)] for note in parsed.notes]
        row.rejects = [
            [each.row, each.column[:120], each.value[:200], in_language("ko", each.reason), in_language("en", each.reason)]
            for each in parsed.rejects[:TOLD_REJECTS]
        ]  # fmt: skip
        row.types = customs_lines.sums_of((line.transaction_type, line.fob_usd_amount) for line in lines)
        customs_lines.lay_out(row, lines)
        ledger.clear()
        row.state = State.PREVIEW
        row.save()
    return row


def confirm(row: CustomsList, *, by: User, unpaid_types: Sequence[str] = ()) -> CustomsList:
    """The preview is right: enter it in the background. `unpaid_types`: types of transaction that nobody paid for, which do not
    count. The agency's word holds for the whole program; a company says it only of types of which the agency said nothing.
    Confirming twice is once. Refused: `not_your_agency`, `not_previewed`, `nothing_to_import`."""
    with transaction.atomic():
        row = _locked(row.pk)
        _require_handler(by, row)
        if row.state in {State.IMPORTING, State.DONE}:
            return row
        if row.state != State.PREVIEW:
            raise RuleBroken("not_previewed", _("Only a file that was read and not refused can be imported."))
        if not row.lines:
            raise RuleBroken(
                "nothing_to_import",
                _("The file has no valid row. Mend the rejected rows and upload it again."),
            )
        _say_types(row, unpaid_types, by)
        row.state = State.IMPORTING
        row.save(update_fields=["state", "unpaid_types", "types_said_at"])
        outbox.publish(IMPORT, {"list": str(row.pk)})
    return row


def _say_types(row: CustomsList, unpaid_types: Sequence[str], by: User) -> None:
    known = {each["name"] for each in row.types if each["name"]}
    said = set(unpaid_types) & known
    if row.agency_id in {each.pk for each in agencies_of(by, *WRITERS)}:
        row.types_said_at = clock.now()
    else:
        by_agency = said_of_types(row.program)
        said = {name for name in known if by_agency.get(name, name in said)}
    row.unpaid_types = sorted(said)


def say_types(row: CustomsList, *, unpaid_types: Sequence[str], by: User) -> int:
    """The agency says of an entered list's types of transaction which nobody paid for: for all lines of the program, whoever brought
    them. Returns how many lines count now or count no more. Refused: `not_your_agency`, `not_imported`. Locks the program."""
    with transaction.atomic():
        require_service(by, row.agency)
        program = customs_lines.lock(row.program_id)
        row = _locked(row.pk)
        if row.state != State.DONE:
            raise RuleBroken("not_imported", _("Only of a file that was imported this can be said anew."))
        cut.join()
        _say_types(row, unpaid_types, by)
        row.save(update_fields=["unpaid_types", "types_said_at"])
        return customs_lines.look_again(program)


def cancel(row: CustomsList, *, by: User) -> CustomsList:
    """Do not import the previewed list; it stays stored. Refused: `not_your_agency`, `not_previewed`."""
    with transaction.atomic():
        row = _locked(row.pk)
        _require_handler(by, row)
        if row.state == State.CANCELLED:
            return row
        if row.state != State.PREVIEW:
            raise RuleBroken("not_previewed", _("This file is not waiting for a decision any more."))
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
    return row


def enter(row: CustomsList) -> CustomsList:
    """Enter all lines of a confirmed list in one transaction. Entering twice is once. Locks the program: two lists of one
    program enter one after the other, and none while one of its months is entered by hand or being closed."""
    with transaction.atomic():
        program = customs_lines.lock(row.program_id)
        row = _locked(row.pk)
        if row.state != State.IMPORTING:
            return row
        try:
            with on_disk(row.file) as path:
                parsed = customs_lines.parse(row, path)
        except (FileRefused, RuleBroken) as refused:
            return _refuse(row, refused)
        cut.join()
        known = customs_lines.lay_out(row, customs_lines.each_once(row, parsed))
        customs_lines.write(program, row, known)
        row.lines_sha256 = seals.seal(CUSTOMS, row.pk)
        row.state, row.imported_at = State.DONE, clock.now()
        row.save()
        customs_lines.look_again(program)
    return row


def undo(row: CustomsList, *, reason: str, by: User) -> CustomsList:
    """Take the import of a list back, with a reason: what it brought counts no more, what it had replaced counts again. Twice is
    once. Refused: `not_your_agency`, `reason_missing`, `not_imported`, `month_closed`, `known_by_later`. Locks the program."""
    reason = reason.strip()
    with transaction.atomic(), because(reason):
        require_service(by, row.agency)
        if not reason:
            raise RuleBroken("reason_missing", _("Say why the import is taken back."), ("reason",))
        program = customs_lines.lock(row.program_id)
        row = _locked(row.pk)
        if row.state == State.UNDONE:
            return row
        if row.state != State.DONE:
            raise RuleBroken("not_imported", _("Only a file that was imported can be taken back."))
        cut.join()
        _require_undoable(row)
        entering.find_earlier(CUSTOMS, row.pk, program.pk)
        customs_lines.judge_laid_out(program)
        customs_lines.write(program)
        row.state = State.UNDONE
        row.undone_at, row.undone_by, row.undo_reason = clock.now(), by, reason[:300]
        row.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
        customs_lines.look_again(program)
    return row


def look_again(program: UUID) -> int:
    """Judge the lines of the program's lists by what is known now; how many have another company or reason. Locks the program."""
    with transaction.atomic():
        return customs_lines.look_again(customs_lines.lock(program))


def ask_again(program: Program, *, by: User) -> int:
    """The same, asked for by the agency. Refused: `not_your_agency`."""
    with transaction.atomic():
        require_service(by, program.agency)
        return customs_lines.look_again(customs_lines.lock(program.pk))


def _locked(pk: UUID) -> CustomsList:
    locked = CustomsList.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("program", "agency", "file", "participation__company").get(pk=pk)


def _require_undoable(row: CustomsList) -> None:
    closed = ledger.ask(
        f"""
        SELECT DISTINCT date_trunc('month', l.business_day)::date FROM reports_customs_line l
        JOIN reports_closedmonth c ON c.program_id = l.program_id AND c.state = 'closed'
          AND c.month >= date_trunc('month', l.business_day)
        WHERE l.batch_id = %s AND l.sign = 1 AND {customs_lines.STANDING} ORDER BY 1
        """,  # noqa: S608
        [row.pk],
    )
    if closed:
        raise RuleBroken(
            "month_closed",
            filled(
                _(
                    "“%(file)s” has lines in a closed month (%(months)s), so it cannot be taken back. Upload the corrected file"
                    " of these days instead: what differs is booked in the open month as an adjustment."
                ),
                file=row.file.name,
                months=spoken_months(month for (month,) in closed),
            ),
        )
    later = ledger.ask(
        f"""
        SELECT f.name FROM reports_customs_seen s
        JOIN reports_customslist b ON b.id = s.batch_id AND b.state = 'done' AND b.imported_at > %(at)s
        JOIN ground_storedfile f ON f.id = b.file_id
        JOIN reports_customs_line l ON l.list_program_id = b.program_id AND l.line_key = s.line_key
        WHERE l.batch_id = %(batch)s AND l.sign = 1 AND {customs_lines.STANDING} ORDER BY b.imported_at LIMIT 1
        """,  # noqa: S608
        {"batch": row.pk, "at": row.imported_at},
    )
    if later:
        raise RuleBroken(
            "known_by_later",
            filled(
                _(
                    "“%(file)s” was imported later and says the same of lines of these days, so they stand by this file alone."
                    " Take that import back first, then this one, and upload “%(file)s” again."
                ),
                file=later[0][0],
            ),
        )


def _refuse(row: CustomsList, refused: FileRefused | RuleBroken) -> CustomsList:
    row.state = State.REFUSED
    row.refusal_code = refused.code
    row.refusal_ko = in_language("ko", refused.sentence)
    row.refusal_en = in_language("en", refused.sentence)
    row.save()
    return row
