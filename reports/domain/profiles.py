"""Profiles of files (양식): a sample is taken, looked at, and saved as how a program's files of this kind are read.

Of a sample there are only its first rows, and never a personal column, free text or a column without a heading. What is
saved keeps the columns that the profile reads and no other. A mapping is data, checked when it is made and whenever it is
read; nothing of it can be run.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, files
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.files import MEGABYTE, open_bytes
from ground.models import StoredFile
from programs.models import Program, Store
from programs.permissions import require_service
from reports.domain.on_disk import on_disk, working_folder
from reports.files import trial
from reports.files.headers import SEARCHED_ROWS
from reports.files.lines import FileRefused
from reports.files.mapping.model import ORDERS, Mapping, MappingWrong
from reports.models import FileProfile, FileSample, ImportBatch, ProfileVersion

SAMPLE_LIMIT = 10 * MEGABYTE
KEPT = dt.timedelta(days=7)
LEAST = 3
"""Of a refused file a sample is kept only if so many of its headings say that it is one of sales."""
PREFIX = "own-"
NEW = "own-file"
UNKNOWN = frozenset({"no_header", "wrong_program", "missing_columns"})
"""Refusals of files that a profile may make readable."""
TYPES = (files.XLSX, files.FileType("text/csv", (".csv", ".txt", ".tsv"), "CSV", lambda _head, _stream: True))


def take(
    upload: File[bytes], program: Program, *, by: User, profile: FileProfile | None = None
) -> FileSample:
    """Take the sample of an uploaded file; its bytes are read in the sandbox and not stored. At most 10 MB.

    Refused: `not_your_agency`, `file_name`, `file_empty`, `file_type`, and as `FileRefused` what the sandbox refuses.
    """
    require_service(by, program.agency)
    name, _type = files.require_acceptable(upload, TYPES, files.VIDEO_LIMIT)
    with working_folder() as folder:
        path = folder / "upload"
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        return _keep(path, name, program, by=by, profile=profile, limit=SAMPLE_LIMIT)


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
) -> FileSample:
    copy = path.with_name("copy")
    facts = trial.take(path, copy, limit)
    if batch is not None and len(facts["values"]["columns"]) < LEAST:
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    with transaction.atomic():
        return FileSample.objects.create(
            agency_id=program.agency_id,
            program=program,
            profile=profile,
            batch=batch,
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
    if mapping.measure != ORDERS or mapping.json is not None:
        raise RuleBroken("mapping_wrong", _("A profile of a program reads sales from a table."))
    return mapping


def look(sample: FileSample, values: Any, store: Store | None, *, by: User) -> dict[str, Any]:
    """How these values would read the sample; they are kept as its draft. Refused: `not_your_agency`, `sample_gone`,
    `mapping_wrong`, and as `FileRefused` what reading is refused for."""
    require_service(by, sample.agency)
    _check_there(sample)
    mapping = mapping_from(values)
    place = store or _any_store(sample.program)
    tz = place.zone if place else sample.program.zone
    currency = str(place.market.currency_id or place.settlement_currency_id or "") if place else ""
    with on_disk(sample.file) as path:
        found = trial.preview(path, mapping, tz=tz, currency=currency)
    FileSample.objects.filter(pk=sample.pk).update(
        draft={"values": values, "store": str(store.pk) if store else ""}
    )
    return found | {"tz": tz, "store": place.name if place else ""}


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
    columns that the profile reads. Saving the same twice is once.

    Refused: `not_your_agency`, `sample_gone`, `mapping_wrong`, `name_missing`, `name_taken`, `other_agency`, `not_readable`
    (not one row of the sample can be read), and as `FileRefused` what reading is refused for. Locks the program.
    """
    name = " ".join(name.split())[:100]
    if not name:
        raise RuleBroken("name_missing", _("Give the profile a name."), ("name",))
    if store is not None and store.agency_id != sample.agency_id:
        raise RuleBroken("other_agency", _("Store and program belong to different agencies."), ("store",))
    with transaction.atomic(), because("file profile"):
        require_service(by, sample.agency)
        Program.objects.select_for_update(of=("self",), no_key=True).get(pk=sample.program_id)
        sample = FileSample.objects.select_related("file", "program__agency", "profile", "agency").get(
            pk=sample.pk
        )
        found = look(sample, values, store, by=by)
        if not found["lines"]:
            raise RuleBroken(
                "not_readable", _("Not one row of the sample can be read so. Look at the reasons below.")
            )
        profile = sample.profile or FileProfile(agency_id=sample.agency_id, program=sample.program)
        latest = profile.versions.first() if sample.profile else None
        if (
            FileProfile.objects.filter(program=sample.program, name__iexact=name)
            .exclude(pk=profile.pk)
            .exists()
        ):
            raise RuleBroken(
                "name_taken",
                filled(
                    _("The program has a profile named “%(name)s” already. Choose another name."), name=name
                ),
                ("name",),
            )
        number = latest.number + 1 if latest else 1
        code = f"{PREFIX}{profile.pk.hex[-12:]}-{number}"
        mapping = mapping_from({**values, "code": code, "label": name})
        is_same = latest is not None and _alike(latest.mapping, mapping.as_dict())
        if sample.profile is None or (profile.name, profile.store_id) != (name, store.pk if store else None):
            profile.name, profile.store = name, store
            profile.save()
        if is_same and latest is not None:
            return latest
        version = ProfileVersion.objects.create(
            agency_id=sample.agency_id,
            profile=profile,
            number=number,
            code=code,
            mapping=json.loads(json.dumps(mapping.as_dict())),
            sample=_reduced(sample, mapping),
            facts=sample.facts,
            made_by=by,
        )
        files.remove_bytes(sample.file)
        FileSample.objects.filter(pk=sample.pk).update(profile=profile)
    return version


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(
        json.dumps(one.get(name), sort_keys=True) == json.dumps(other.get(name), sort_keys=True)
        for name in {*one, *other} - {"code", "label"}
    )


def _reduced(sample: FileSample, mapping: Mapping) -> StoredFile:
    with on_disk(sample.file) as path:
        copy = path.with_name("copy")
        trial.reduce(path, mapping, copy)
        return _stored(copy, sample.file.name, sample.facts["kind"])


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
            facts={**facts, "questions": []},
            draft={"values": values, "store": str(profile.store_id or "")},
            taken_by=by,
        )


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
    return [each for each in offered_in([program.pk]) if not stores or each.profile.store_id in stores]


def offered_in(programs: Iterable[Any]) -> list[ProfileVersion]:
    """The same of several programs, whatever the store."""
    return list(
        ProfileVersion.objects.filter(profile__program__in=list(programs), profile__withdrawn_at__isnull=True)
        .select_related("profile__program")
        .order_by("profile__name", "profile_id", "-number")
        .distinct("profile__name", "profile_id")
    )


def own_of(batch: ImportBatch) -> list[Mapping]:
    """The mappings by which the batch's file may be read: the one it was read with, else those of its program in use."""
    if batch.profile.startswith(PREFIX):
        read_with = ProfileVersion.objects.filter(code=batch.profile).first()
        if read_with is not None:
            return [Mapping.from_dict(read_with.mapping)]
    return [Mapping.from_dict(each.mapping) for each in offered(batch.program, batch.store)]


def label_of(code: str) -> str:
    """How people know a format: an own profile by its name and version, any other by its code."""
    if not code.startswith(PREFIX):
        return code
    found = ProfileVersion.objects.select_related("profile").filter(code=code).first()
    return str(found) if found else code


def by_code(codes: set[str]) -> dict[str, Mapping]:
    """The mappings of these codes, as far as they are versions of programs' own profiles."""
    found = ProfileVersion.objects.filter(code__in=[code for code in codes if code.startswith(PREFIX)])
    return {each.code: Mapping.from_dict(each.mapping) for each in found}


def sweep() -> int:
    """Keep no bytes of samples that no profile was made from within seven days. Returns how many."""
    left = FileSample.objects.filter(file__removed_at__isnull=True, created_at__lt=clock.now() - KEPT)
    count = 0
    for sample in left.select_related("file"):
        with transaction.atomic():
            files.remove_bytes(sample.file)
            FileSample.objects.filter(pk=sample.pk).update(draft={})
        count += 1
    return count
