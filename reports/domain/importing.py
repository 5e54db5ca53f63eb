"""Importing sales and payout files (판매·정산 파일 반입): taken in, read in a sandbox, previewed, confirmed, entered.

What was read for the preview is what enters (`staging`); payouts, and what a crash of the database took away, are read anew
from the stored file. All valid rows of a file enter in one transaction or none does; the same file twice changes nothing. What
is stored from the first reading on has no buyers' columns any more; a file that is refused is not stored at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.core.files.base import File
from django.db import connection, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agency_ids
from ground import clock, files, outbox
from ground.errors import RuleBroken, filled
from ground.models import StoredFile
from programs.domain.stores import REPLAY
from programs.models import Program, Store
from programs.permissions import WRITERS
from reports import permissions
from reports.domain import (
    cut,
    entering,
    keeping,
    leaving_out,
    ledger,
    preparing,
    profiles,
    progress,
    seals,
    staging,
    summing,
)
from reports.domain.ledger import SALES
from reports.domain.on_disk import on_disk, working_folder
from reports.domain.reading import ledger_of, parse
from reports.files import detect, door
from reports.files.lines import FileRefused, ParsedFile, PayoutLine, Reject
from reports.models import ImportBatch
from reports.models import PayoutLine as PayoutRow

READ, IMPORT = "sales.read", "sales.import"
"""Topics: a file waits to be read; a preview was confirmed. Payload: {"batch": id}."""
REJECTS_TOGETHER = 1_000

API_ONLY = _(
    "What an API answers is a JSON file that Naru knows; this file is another one. Take it in as handed over by the platform,"
    " or as brought by the agency."
)
READ_OTHERWISE = _(
    "Read once more, this file comes to other totals or days than its preview showed: the store's time zone or currency, or Naru"
    " itself, has changed since. Upload it again and look at the new preview."
)
TABLES = (".xlsx", ".xlsm", ".xls", ".csv", ".tsv")

TYPES = (
    replace(files.XLSX, endings=(".xlsx", ".xlsm", ".xls"), is_like=lambda _head, _stream: True),
    replace(files.CSV, endings=(".csv", ".txt", ".tsv"), is_like=lambda _head, _stream: True),
    files.FileType("application/json", (".json",), "JSON", lambda _head, _stream: True),
)


def keep(upload: File[bytes]) -> StoredFile:
    """Store an uploaded sales file. What it really is, the sandboxed reader tells, with a better sentence than an
    ending can give. Refused: `file_empty`, `file_size` (a workbook of more than 60 MB, a text of more than 2 GB), `file_type`
    (an ending that no sales file has)."""
    is_book = (upload.name or "").lower().endswith(TYPES[0].endings)
    limit = door.FILE_LIMIT if is_book else door.TEXT_LIMIT
    return files.keep(upload, kind=StoredFile.Kind.SALES, accepted=TYPES, limit=limit)


def stage(
    file: StoredFile,
    program: Program,
    store: Store,
    by: User | None,
    grade: str,
    profile: str | None = None,
    *,
    origin_note: str = "",
) -> ImportBatch:
    """Take a stored file in for a program and store; it is read in the background (`sales.read`).

    `grade` says who brought it: the grade of the evidence. Only the agency can say that the platform did, or its API, and says
    in `origin_note` how and when, on the machine's own command line (without `by`), too. Refused: `not_your_store`,
    `not_the_agency`, `origin_missing`, `api_format` (of no table an API answers; a file that turns out to be none of an API is refused
    when it is read), `store_disabled`, `other_agency`, `other_market`, `unknown_profile`.
    """
    require_handler(by, store)
    if grade in {ImportBatch.Grade.API, ImportBatch.Grade.PLATFORM}:
        _check_origin(by, store, origin_note, grade)
    if grade == ImportBatch.Grade.API and (
        (profile and not detect.is_of_api(profile)) or file.name.lower().endswith(TABLES)
    ):
        raise RuleBroken("api_format", API_ONLY, ("received",))
    if store.disabled_on is not None and store.disabled_on <= clock.today():
        raise RuleBroken(
            "store_disabled",
            filled(
                _("The store “%(store)s” is out of use since %(day)s. Choose another store."),
                store=store.name,
                day=store.disabled_on,
            ),
            ("store",),
        )
    if store.agency_id != program.agency_id:
        raise RuleBroken("other_agency", _("Store and program belong to different agencies."), ("store",))
    if not program.program_markets.filter(market=store.market_id).exists():
        raise RuleBroken(
            "other_market",
            _(
                "The store sells on a market that this program does not name. Choose another store or program."
            ),
            ("store",),
        )
    if (
        profile
        and profile not in detect.KNOWN
        and profile not in {each.code for each in profiles.offered(program, store)}
    ):
        raise RuleBroken(
            "unknown_profile",
            filled(
                _("There is no format “%(profile)s”. Choose one of these: %(profiles)s."),
                profile=profile,
                profiles=", ".join(detect.KNOWN),
            ),
            ("profile",),
        )
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            agency_id=program.agency_id,
            program=program,
            store=store,
            profile=profile or "",
            file=file,
            uploaded_sha256=file.sha256,
            grade=grade,
            origin_note=origin_note.strip(),
            uploaded_by=by,
        )
        outbox.publish(READ, {"batch": str(batch.pk)})
    return batch


def _check_origin(by: User | None, store: Store, note: str, grade: str) -> None:
    """What counts as the platform's own word needs the agency's, and how the file came."""
    if by is not None and store.agency_id not in agency_ids(by, *WRITERS):
        raise RuleBroken(
            "not_the_agency",
            _("Only the agency can take a file in as received from the platform."),
            ("received",),
        )
    if not note.strip():
        how = (
            _("Say how and when the data were fetched from the API.")
            if grade == ImportBatch.Grade.API
            else _("Say how and when the platform handed the file over.")
        )
        raise RuleBroken("origin_missing", how, ("origin_note",))


def require_handler(by: User | None, store: Store) -> None:
    """`RuleBroken('not_your_store')` unless the person writes for who holds the store, or for its agency today."""
    if by is None or permissions.may_write_for(by, store) or store.agency_id in agency_ids(by, *WRITERS):
        return
    raise RuleBroken(
        "not_your_store",
        _("Only people who write for the store's holder or for its agency can take in its files."),
        ("store",),
    )


def read(batch: ImportBatch) -> ImportBatch:
    """Read the file for the preview: rejected rows, totals, what is new, known, changed or without a company.

    A file that cannot be taken as a whole becomes `refused` with its sentence in both languages. Nothing enters the
    ledger. The uploaded bytes go with the commit: a file that was read stays as its copy without buyers' columns, of a
    refused one stay name, size and SHA-256. A batch that was read already is left as it is.
    """
    with transaction.atomic():
        batch = _fresh(batch)
        if batch.state not in {ImportBatch.State.WAITING, ImportBatch.State.READING}:
            return batch
        try:
            parsed, content = _read_first(batch)
        except (FileRefused, RuleBroken) as refused:
            profiles.take_of(batch, refused)
            files.remove_bytes(batch.file)
            return _refuse(batch, refused)
        _note(batch, preparing.prepare(batch, parsed.payouts, content.states))
        _keep_rejects(batch, parsed)
        batch.state = ImportBatch.State.PREVIEW
        batch.progress_percent = 100
        batch.save()
        if ledger_of(batch.profile) is not SALES:
            keeping.preview_payouts(batch)
        ledger.clear()
    return batch


def confirm(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """The preview is right: enter it in the background (`sales.import`). Confirming twice is once.

    Refused: `not_your_store`, `not_previewed`, `nothing_to_import`. Locks the batch.
    """
    with transaction.atomic():
        batch = _locked(batch)
        require_handler(by, batch.store)
        if batch.state in {ImportBatch.State.IMPORTING, ImportBatch.State.DONE}:
            return batch
        if batch.state != ImportBatch.State.PREVIEW:
            raise RuleBroken("not_previewed", _("Only a file that was read and not refused can be imported."))
        if not batch.accepted:
            raise RuleBroken(
                "nothing_to_import",
                _("The file has no valid row. Mend the rejected rows and upload it again."),
            )
        batch.state = ImportBatch.State.IMPORTING
        batch.progress_percent = 0
        batch.save(update_fields=["state", "progress_percent"])
        outbox.publish(IMPORT, {"batch": str(batch.pk)})
    return batch


def cancel(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """Do not import the previewed file; it stays stored. Refused: `not_your_store`, `not_previewed`. Locks the batch."""
    with transaction.atomic():
        batch = _locked(batch)
        require_handler(by, batch.store)
        if batch.state == ImportBatch.State.CANCELLED:
            return batch
        if batch.state != ImportBatch.State.PREVIEW:
            raise RuleBroken("not_previewed", _("This file is not waiting for a decision any more."))
        staging.drop(batch.pk)
        batch.state = ImportBatch.State.CANCELLED
        batch.save(update_fields=["state"])
    return batch


def enter(batch: ImportBatch) -> ImportBatch:
    """Enter all valid rows of a confirmed file into the ledger, in one transaction. Entering twice is once.

    Known values are counted and not written; other values of a known line take the earlier ones back and enter with
    the next version. Sales that count by a file of another kind already are left out (`leaving_out`). Locks the store: two files
    of one store enter one after the other.
    """
    with transaction.atomic():
        batch = _fresh(batch)
        if batch.state != ImportBatch.State.IMPORTING:
            return batch
        try:
            payouts, states_there = _staged_anew(batch)
        except (FileRefused, RuleBroken) as refused:
            return _refuse(batch, refused)
        progress.show(batch.pk, 40)
        Store.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.store_id)
        batch = _fresh(batch)
        if batch.state != ImportBatch.State.IMPORTING:
            return batch
        cut.join()
        kind = ledger_of(batch.profile)
        ledger.ensure_months(kind, preparing.days(batch, payouts))
        ledger.ensure_open_months(kind, batch.agency_id)
        left_out = leaving_out.leave_out(batch)
        prepared = preparing.prepare(batch, payouts, states_there)
        progress.show(batch.pk, 75)
        # A second connection would still see what was left out a moment ago.
        source = replace(prepared.source, table="") if left_out else prepared.source
        sealed = entering.write(
            kind,
            agency_id=batch.agency_id,
            store_id=batch.store_id,
            entered_at=clock.now(),
            exported_at=batch.exported_at,
            source=source,
            counts=prepared.counts,
        )
        _note(batch, prepared)
        ledger.clear()
        staging.drop(batch.pk)
        batch.lines_sha256 = sealed or seals.seal(kind, batch.pk)
        batch.state = ImportBatch.State.DONE
        batch.imported_at = clock.now()
        batch.progress_percent = 100
        keeping.settle(batch)
        batch.save()
        if kind is SALES and PayoutRow.objects.filter(store=batch.store_id, sign=1).exists():
            outbox.publish(REPLAY, {"store": str(batch.store_id)})
    return batch


def _staged_anew(batch: ImportBatch) -> tuple[list[PayoutLine], list[str]]:
    """The payouts of the file, read once more. Sales stand as they were read, unless the database has lost them; of these the
    texts of states that no table knows. Refused: `read_otherwise`, where the file is not what was previewed any more."""
    is_sales = ledger_of(batch.profile) is SALES
    found = staging.standing(batch.pk) if is_sales else None
    if found is not None and found[0] == batch.lines:
        return [], found[1]
    with on_disk(batch.file, meanwhile=True) as path:
        parsed, content = parse(batch, path)
    totals = summing.of_sales(content) if is_sales else summing.of_payouts(parsed.payouts)
    if (totals, parsed.first_at, parsed.last_at) != (batch.totals, batch.first_at, batch.last_at):
        raise RuleBroken("read_otherwise", READ_OTHERWISE)
    batch.repeated = parsed.repeated_rows
    batch.lines = content.lines if is_sales else len(parsed.payouts)
    batch.save(update_fields=["repeated", "lines"])
    return parsed.payouts, content.states


def _fresh(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_related(
        "program", "store__settlement_currency", "store__market", "file", "agency"
    ).get(pk=batch.pk)


def _locked(batch: ImportBatch) -> ImportBatch:
    locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("store").get(pk=batch.pk)


def _read_first(batch: ImportBatch) -> tuple[ParsedFile, staging.Content]:
    """The file read for the first time, and what it says by itself; from now on its copy without buyers is what is stored."""
    progress.show(batch.pk, 10, ImportBatch.State.READING)
    with working_folder() as folder:
        copy = folder / "copy"
        with on_disk(batch.file, meanwhile=True) as path:
            parsed, content = parse(batch, path, copy)
            if batch.grade == ImportBatch.Grade.API and not detect.is_of_api(parsed.profile):
                raise RuleBroken("api_format", API_ONLY)
            progress.show(batch.pk, 60)
            is_another = not copy.samefile(path)
        if is_another:
            files.replace_bytes(batch.file, copy)
    is_sales = ledger_of(parsed.profile) is SALES
    batch.profile = parsed.profile
    batch.rows = parsed.rows
    batch.rejected = parsed.rejected_rows
    batch.accepted = parsed.rows - parsed.rejected_rows
    batch.repeated = parsed.repeated_rows
    batch.lines = content.lines if is_sales else len(parsed.payouts)
    batch.notes = [[note.code, list(note.parameters)] for note in parsed.notes]
    batch.removed_columns = list(parsed.personal_columns)
    batch.totals = summing.of_sales(content) if is_sales else summing.of_payouts(parsed.payouts)
    batch.first_at, batch.last_at = parsed.first_at, parsed.last_at
    batch.exported_at = parsed.exported_at
    return parsed, content


def _note(batch: ImportBatch, prepared: preparing.Prepared) -> None:
    batch.duplicate = prepared.duplicate
    batch.replaced = prepared.counts.changed
    batch.unmatched = prepared.unmatched
    batch.by_company = prepared.by_company


_REJECTIONS = """
COPY reports_rejection (batch_id, "row", "column", value, code, reason_ko, reason_en) FROM STDIN
"""


def _keep_rejects(batch: ImportBatch, parsed: ParsedFile) -> None:
    with connection.cursor() as cursor, cursor.copy(_REJECTIONS) as copy:
        for first in range(0, len(parsed.rejects), REJECTS_TOGETHER):
            several = parsed.rejects[first : first + REJECTS_TOGETHER]
            told = {language: _in_language(language, several) for language in ("ko", "en")}
            for each, ko, en in zip(several, told["ko"], told["en"], strict=True):
                copy.write_row((batch.pk, each.row, each.column[:120], each.value[:200], each.code, ko, en))


def _in_language(language: str, rejects: Sequence[Reject]) -> list[str]:
    """Why each was rejected; a sentence that many have is put into words once."""
    with translation.override(language):
        words = {reason: str(reason) for reason in {each.reason for each in rejects}}
    return [words[each.reason] for each in rejects]


def _refuse(batch: ImportBatch, refused: FileRefused | RuleBroken) -> ImportBatch:
    staging.drop(batch.pk)
    batch.state = ImportBatch.State.REFUSED
    batch.progress_percent = 100
    batch.refusal_code = refused.code
    batch.refusal_ko = in_language("ko", refused.sentence)
    batch.refusal_en = in_language("en", refused.sentence)
    batch.save()
    return batch


def in_language(language: str, sentence: Promise | str | object) -> str:
    with translation.override(language):
        return str(sentence)
