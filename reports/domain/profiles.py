"""Profiles of files (양식): a sample is taken, looked at, and saved as how a program's files of this kind are read.

Of a sample there are only its first rows, and never a personal column, free text or a column without a heading. What is
saved keeps the columns that the profile reads and no other. A mapping is data, checked when it is made and whenever it is
read; nothing of it can be run.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from ground import clock, files
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.files import MEGABYTE, open_bytes
from ground.models import StoredFile
from ground.reasons import own
from programs.models import Program, Store
from programs.permissions import require_service
from reports.domain import profile_rules
from reports.domain.on_disk import on_disk, working_folder
from reports.files import trial
from reports.files.headers import SEARCHED_ROWS
from reports.files.lines import FileRefused
from reports.files.mapping.model import (
    CUSTOMS,
    OWN,
    OWN_PAYOUTS,
    PAYOUTS,
    STORE,
    Mapping,
    MappingWrong,
    named,
)
from reports.models import FileProfile, FileSample, ImportBatch, ProfileVersion

ENTERED = own(gettext_noop("file profile entered"), "file profile")

SAMPLE_LIMIT = 10 * MEGABYTE
KEPT = dt.timedelta(days=7)
LEAST = 3
"""Of a refused file a sample is kept only if so many of its headings say that it is one of sales."""
logger = logging.getLogger(__name__)
NEW = "own-file"
UNKNOWN = frozenset({"no_header", "wrong_program", "missing_columns"})
"""Refusals of files that a profile may make readable."""
TYPES = (files.XLSX, files.FileType("text/csv", (".csv", ".txt", ".tsv"), "CSV", lambda _head, _stream: True))


def take(
    upload: File[bytes], program: Program, *, by: User, profile: FileProfile | None = None, measure: str = ""
) -> FileSample:
    """Take the sample of an uploaded file; its bytes are read in the sandbox and not stored. At most 10 MB. With `profile`
    it is a fresh file to change the profile with, and of its measure; otherwise of `measure` (orders, payouts), or of that which its
    headings tell.

    Refused: `not_your_agency`, `other_program`, `file_name`, `file_empty`, `file_type`, and as `FileRefused` what the sandbox refuses.
    """
    require_service(by, program.agency)
    if profile is not None and profile.program_id != program.pk:
        raise RuleBroken(
            "other_program", _("The profile is one of another program. Choose its program."), ("profile",)
        )
    name, _type = files.require_acceptable(upload, TYPES, files.VIDEO_LIMIT)
    with working_folder() as folder:
        path = folder / "upload"
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        return _keep(path, name, program, by=by, profile=profile, limit=SAMPLE_LIMIT, measure=measure)


def take_of(batch: ImportBatch, refused: FileRefused | RuleBroken) -> FileSample | None:
    """Of a file that no profile knows, the sample that staff may make one from, without a second upload; `None` where
    that cannot be or would not help."""
    if refused.code not in UNKNOWN:
        return None
    with working_folder() as folder:
        path = folder / "upload"
        with open_bytes(batch.file) as source, path.open("wb") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        try:
            return _keep(path, batch.file.name, batch.program, batch=batch)
        except (FileRefused, RuleBroken):
            return None


def _keep(
    path: Path,
    name: str,
    program: Program,
    *,
    by: User | None = None,
    profile: FileProfile | None = None,
    batch: ImportBatch | None = None,
    limit: int = 0,
    measure: str = "",
) -> FileSample:
    copy = path.with_name("copy")
    latest = profile.versions.first() if profile is not None else None
    facts = trial.take(path, copy, limit, latest.mapping["measure"] if latest else measure)
    if batch is not None and len(facts["values"]["columns"]) < LEAST:
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    draft = {}
    if profile is not None and latest is not None:
        facts |= {"questions": [], "base": latest.number}
        draft = {"values": {**latest.mapping, "code": NEW}, "store": str(profile.store_id or "")}
    with transaction.atomic():
        return FileSample.objects.create(
            agency_id=program.agency_id,
            program=program,
            profile=profile,
            batch=batch,
            draft=draft,
            file=_stored(copy, name, facts["kind"]),
            facts=facts,
            taken_by=by,
        )


def _stored(copy: Path, name: str, kind: str) -> StoredFile:
    """The copy kept under the file's name; its ending is what the copy is."""
    ending = ".xlsx" if kind == "xlsx" else ".csv"
    if not name.lower().endswith(ending):
        name = f"{name.rpartition('.')[0] or name}{ending}"
    with copy.open("rb") as stream:
        return files.keep(
            File(stream, name), kind=StoredFile.Kind.SALES, accepted=TYPES, limit=files.VIDEO_LIMIT
        )


def mapping_from(values: Any) -> Mapping:
    """The mapping of these values. Refused: `mapping_wrong`, with the sentence that says which part cannot be used."""
    try:
        mapping = Mapping.from_dict(values)
    except MappingWrong as wrong:
        raise RuleBroken("mapping_wrong", wrong.sentence) from None
    if mapping.measure == CUSTOMS or mapping.json is not None:
        raise RuleBroken("mapping_wrong", _("A profile of a program reads sales or payouts from a table."))
    return mapping


def look(
    sample: FileSample, values: Any, store: Store | None, *, by: User, keep: bool = True
) -> dict[str, Any]:
    """How these values would read the sample; with `keep` they are left as its draft. Refused: `not_your_agency`,
    `sample_gone`, `mapping_wrong`, and as `FileRefused` what reading is refused for."""
    require_service(by, sample.agency)
    _check_there(sample)
    mapping = mapping_from(values)
    place = store or _any_store(sample.program)
    tz = place.zone if place else sample.program.zone
    currency = currency_of(mapping, place) if place else ""
    with on_disk(sample.file) as path:
        found = trial.preview(path, mapping, tz=tz, currency=currency)
    if keep:
        FileSample.objects.filter(pk=sample.pk).update(
            draft={"values": values, "store": str(store.pk) if store else ""}
        )
    told = mapping.zone if mapping.zone != STORE else tz
    return found | {"tz": told, "store": place.name if place else ""}


def currency_of(mapping: Mapping, store: Store) -> str:
    """The currency of amounts of which a file does not say it: orders are in what buyers pay, payouts in what the store is paid."""
    in_market = "" if mapping.measure == PAYOUTS else store.market.currency_id
    return str(in_market or store.settlement_currency_id or "")


def raw(sample: FileSample, *, by: User) -> list[list[str]]:
    """The sample's first rows as they stand in it. Refused: `not_your_agency`, `sample_gone`."""
    require_service(by, sample.agency)
    _check_there(sample)
    with on_disk(sample.file) as path:
        return trial.raw(path, sample.facts)


def _check_there(sample: FileSample) -> None:
    if sample.file.removed_at is not None:
        raise RuleBroken(
            "sample_gone", _("This sample is not kept any more. Upload the file again to make a profile.")
        )


def _any_store(program: Program) -> Store | None:
    return (
        Store.objects.filter(
            agency_id=program.agency_id,
            disabled_on__isnull=True,
            market__program_markets__program=program,
        )
        .select_related("market")
        .order_by("code")
        .first()
    )


def save(sample: FileSample, values: Any, *, name: str, store: Store | None, by: User) -> ProfileVersion:
    """Save how the sample is read as a profile of its program, or as the next version of the profile that is changed.
    Files are read so from now on; those that were read keep the version they were read with. The sample stays with the
    columns that the profile reads, and of the states those that stand in it. Saving the same twice is once.

    Refused: `not_your_agency`, `sample_gone`, `mapping_wrong`, `name_missing`, `name_taken`, `other_agency`, `not_readable`
    (not one row of the sample can be read), `other_measure` (a profile of orders becomes none of payouts), `changed` (by somebody
    else meanwhile), `withdrawn`, `key_in_use` (what was
    imported would be counted again), `signature_taken` (another profile knows the same headings), and as `FileRefused`
    what reading is refused for. Locks the program and the profile; the file is read before.
    """
    name = " ".join(name.split())[:100]
    if not name:
        raise RuleBroken("name_missing", _("Give the profile a name."), ("name",))
    if store is not None and store.agency_id != sample.agency_id:
        raise RuleBroken("other_agency", _("Store and program belong to different agencies."), ("store",))
    require_service(by, sample.agency)
    sample = FileSample.objects.select_related("file", "program__agency", "profile", "agency").get(
        pk=sample.pk
    )
    if (already := _saved(sample, mapping_from(values))) is not None:
        return already
    found = look(sample, values, store, by=by, keep=False)
    if not found["lines"]:
        raise RuleBroken(
            "not_readable", _("Not one row of the sample can be read so. Look at the reasons below.")
        )
    mapping = mapping_from(
        {**values, "code": NEW, "label": name} | profile_rules.in_it(sample, values, found)
    )
    with on_disk(sample.file) as path:
        copy = path.with_name("copy")
        trial.reduce(path, mapping, copy)
        with transaction.atomic(), because(ENTERED):
            return _save(sample, mapping, copy, name=name, store=store, by=by)


def _save(
    sample: FileSample, mapping: Mapping, copy: Path, *, name: str, store: Store | None, by: User
) -> ProfileVersion:
    Program.objects.select_for_update(of=("self",), no_key=True).get(pk=sample.program_id)
    sample = FileSample.objects.select_related("file", "program__agency", "agency").get(pk=sample.pk)
    if (already := _saved(sample, mapping)) is not None:
        return already
    _check_there(sample)
    changed = sample.profile_id
    is_new = changed is None
    profile = (
        FileProfile(agency_id=sample.agency_id, program=sample.program)
        if changed is None
        else FileProfile.objects.select_for_update(of=("self",)).get(pk=changed)
    )
    latest = None if is_new else profile.versions.first()
    if profile.withdrawn_at is not None:
        raise RuleBroken("withdrawn", _("The profile was withdrawn meanwhile. Use it again first."))
    namesakes = FileProfile.objects.filter(program=sample.program, name__iexact=name).exclude(pk=profile.pk)
    if namesakes.exists():
        raise RuleBroken(
            "name_taken",
            filled(_("The program has a profile named “%(name)s” already. Choose another name."), name=name),
            ("name",),
        )
    if latest is not None and latest.mapping["measure"] != mapping.measure:
        raise RuleBroken(
            "other_measure",
            _("A profile of orders cannot become one of payouts, nor the other way round. Make a new one."),
        )
    profile_rules.check_alone(profile, mapping, store)
    is_same = latest is not None and profile_rules.alike(latest.mapping, mapping.as_dict())
    if latest is not None and not is_same:
        if latest.number != sample.facts.get("base", latest.number):
            raise RuleBroken(
                "changed", _("Somebody else has changed the profile meanwhile. Open it again to change it.")
            )
        profile_rules.check_key(sample, profile, mapping)
    profile.name, profile.store = name, store
    profile.save(update_fields=None if is_new else ["name", "store"])
    if is_same and latest is not None:
        return latest
    number = latest.number + 1 if latest else 1
    code = f"{OWN_PAYOUTS if mapping.measure == PAYOUTS else OWN}{profile.pk.hex[-12:]}-{number}"
    data = json.loads(json.dumps(mapping.as_dict() | {"code": code}))
    version = ProfileVersion.objects.create(
        agency_id=sample.agency_id,
        profile=profile,
        number=number,
        code=code,
        mapping=data,
        sample=_stored(copy, sample.file.name, sample.facts["kind"]),
        facts=sample.facts | {"questions": [], "values": data},
        made_by=by,
    )
    files.remove_bytes(sample.file)
    FileSample.objects.filter(pk=sample.pk).update(
        profile=profile, draft={}, facts=profile_rules.bare(sample.facts)
    )
    return version


def _saved(sample: FileSample, mapping: Mapping) -> ProfileVersion | None:
    """What was saved from the sample before, if it is the same."""
    if sample.file.removed_at is None or sample.profile is None:
        return None
    latest = sample.profile.versions.first()
    return latest if latest is not None and profile_rules.alike(latest.mapping, mapping.as_dict()) else None


def change(profile: FileProfile, *, by: User) -> FileSample:
    """The sample of the newest version once more, to change the profile with. Refused: `not_your_agency`."""
    with transaction.atomic():
        require_service(by, profile.agency)
        latest = profile.versions.select_related("sample").first()
        assert latest is not None
        facts = latest.facts
        values = {**latest.mapping, "code": NEW}
        return FileSample.objects.create(
            agency_id=profile.agency_id,
            program=profile.program,
            profile=profile,
            file=files.copy_of(latest.sample),
            facts={**facts, "questions": [], "base": latest.number, "headings": _read_only(latest)},
            draft={"values": values, "store": str(profile.store_id or "")},
            taken_by=by,
        )


def _read_only(version: ProfileVersion) -> list[dict[str, Any]]:
    """The headings of a version's sample; those whose cells it has not are no choice."""
    read = {name for column in version.mapping["columns"] for name in column["names"]}
    return [
        each | {"is_left_out": each["is_left_out"] or named(each["label"]) not in read}
        for each in version.facts["headings"]
    ]


def withdraw(profile: FileProfile, *, reason: str, by: User) -> FileProfile:
    """Read no further file with the profile; files that were read with it stay as they are. Twice is once. Refused:
    `not_your_agency`. Locks the profile."""
    with transaction.atomic(), because(reason):
        locked = FileProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
        require_service(by, locked.agency)
        if locked.withdrawn_at is None:
            locked.withdrawn_at, locked.withdrawn_by = clock.now(), by
            locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return locked


def restore(profile: FileProfile, *, reason: str, by: User) -> FileProfile:
    """Read files with the profile again. Refused: `not_your_agency`. Locks the profile."""
    with transaction.atomic(), because(reason):
        locked = FileProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
        require_service(by, locked.agency)
        locked.withdrawn_at = locked.withdrawn_by = None
        locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return locked


def offered(program: Program, store: Store | None = None) -> list[ProfileVersion]:
    """The newest version of each profile in use of the program, for any store or for this one."""
    stores = {None, store.pk} if store else set()
    return [
        each
        for each in profile_rules.offered_in([program.pk])
        if not stores or each.profile.store_id in stores
    ]


def own_of(batch: ImportBatch) -> list[Mapping]:
    """The mappings by which the batch's file may be read: the one it was read with, else those of its program in use. One
    of every store stands back behind one of this store that knows the same headings.

    `FileRefused` when the one it was read with is not understood any more; others that are not are left out."""
    if batch.profile.startswith(OWN):
        read_with = ProfileVersion.objects.filter(code=batch.profile).first()
        if read_with is not None:
            try:
                return [Mapping.from_dict(read_with.mapping)]
            except MappingWrong as wrong:
                raise FileRefused(wrong.code, **dict(wrong.sentence.parameters)) from None
    found = offered(batch.program, batch.store)
    of_store = [set(each.mapping["signature"]) for each in found if each.profile.store_id]
    return list(
        _understood(
            each for each in found if each.profile.store_id or set(each.mapping["signature"]) not in of_store
        ).values()
    )


def _understood(versions: Iterable[ProfileVersion]) -> dict[str, Mapping]:
    """Their mappings by code, without those that today's checks refuse: one of them stops no other import."""
    found: dict[str, Mapping] = {}
    for each in versions:
        try:
            found[each.code] = Mapping.from_dict(each.mapping)
        except MappingWrong as wrong:
            logger.warning("files are not read with profile %s any more: %s", each.code, wrong.code)
    return found


def label_of(code: str) -> str:
    """How people know a format: an own profile by its name and version, any other by its code."""
    if not code.startswith(OWN):
        return code
    found = ProfileVersion.objects.select_related("profile").filter(code=code).first()
    return str(found) if found else code


def by_code(codes: set[str]) -> dict[str, Mapping]:
    """The mappings of these codes, as far as they are versions of programs' own profiles."""
    found = ProfileVersion.objects.filter(code__in=[code for code in codes if code.startswith(OWN)])
    return _understood(found)


def sweep() -> int:
    """Keep nothing of samples that no profile was made from within seven days. Returns how many."""
    left = FileSample.objects.filter(file__removed_at__isnull=True, created_at__lt=clock.now() - KEPT)
    count = 0
    for sample in left.select_related("file"):
        with transaction.atomic():
            files.remove_bytes(sample.file)
            FileSample.objects.filter(pk=sample.pk).update(draft={}, facts=profile_rules.bare(sample.facts))
        count += 1
    return count
