"""What a profile of files may be beside others and after imports, and what is kept of its sample."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken, filled
from programs.models import Store
from reports.files.mapping.model import MOMENTS, Mapping, named
from reports.models import FileProfile, FileSample, ImportBatch, ProfileVersion

MEANINGS = ("statuses", "kinds")
"""Where a mapping says what texts of a file mean: states of orders, kinds of movements."""


def in_it(sample: FileSample, values: dict[str, Any], found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The states and kinds that stand in the sample or that were known: nothing else that once stood in a column is kept."""
    known = {"", *(named(text) for text, _meaning, _count in found["states"])}
    for part in MEANINGS:
        known |= set(sample.facts["values"].get(part, {}))
    known |= {
        each["about"].partition(":")[2]
        for each in sample.facts["questions"]
        if each["about"].startswith(("status:", "kind:"))
    }
    return {
        part: {text: meaning for text, meaning in values[part].items() if named(text) in known}
        for part in MEANINGS
        if part in values
    }


def bare(facts: dict[str, Any]) -> dict[str, Any]:
    """What may be known of a sample that is not kept any more: no word of the file."""
    values = facts["values"] | {"columns": [], "signature": [], "personal": []}
    values |= {part: {} for part in MEANINGS if part in values}
    return facts | {"sheet": "", "headings": [], "questions": [], "values": values}


def check_alone(profile: FileProfile, mapping: Mapping, store: Store | None) -> None:
    """No file is known to two profiles of one store, or to two of every store."""
    for each in offered_in([profile.program_id]):
        is_beside = each.profile_id != profile.pk and each.profile.store_id == (store.pk if store else None)
        if is_beside and set(each.mapping["signature"]) == set(mapping.signature):
            raise RuleBroken(
                "signature_taken",
                filled(
                    _(
                        "The profile “%(name)s” knows files by the same headings. Change it, or withdraw it first."
                    ),
                    name=each.profile.name,
                ),
            )


def check_key(sample: FileSample, profile: FileProfile, mapping: Mapping) -> None:
    """Rows that were imported keep their key. A column may be looked for under another heading only where the file has
    the former one no more."""
    states = ImportBatch.State
    imported = ImportBatch.objects.filter(program_id=profile.program_id).exclude(
        state__in=[states.REFUSED, states.CANCELLED, states.UNDONE]
    )
    there = {each["name"] for each in sample.facts["headings"]}
    new = json.loads(json.dumps(mapping.as_dict()))
    for version in profile.versions.filter(code__in=imported.values("profile")):
        old = version.mapping
        is_other = old["key"] != new["key"]
        for into in new["key"]:
            was, now = _column(old, into), _column(new, into)
            is_other |= bool(was) and was != now and not there.isdisjoint(was[0])
        if MOMENTS[mapping.measure][0] in new["key"]:
            is_other |= old["zone"] != new["zone"] or not set(old["dates"]) <= set(new["dates"])
        if is_other:
            raise RuleBroken(
                "key_in_use",
                _(
                    "Files were read with this profile. Read so, each of their rows would be counted once more with the"
                    " next file. Make a new profile for another kind of file, or take those imports back first."
                ),
                ("key",),
            )


def _column(values: dict[str, Any], into: str) -> list[Any]:
    found = next((each for each in values["columns"] if each["into"] == into), None)
    return [found["names"], found.get("occurrence", 0)] if found else []


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two descriptions read alike. What a description of before does not name it leaves open, as an empty value does."""
    return all(
        json.dumps(_filled(one.get(name)), sort_keys=True)
        == json.dumps(_filled(other.get(name)), sort_keys=True)
        for name in {*one, *other} - {"code", "label"}
    )


def _filled(values: Any) -> Any:
    """The value; of a list of columns or checks what each says."""
    if not isinstance(values, list | tuple):
        return values
    return [
        {name: each[name] for name in each if each[name]} if isinstance(each, dict) else each
        for each in values
    ]


def offered_in(programs: Iterable[Any]) -> list[ProfileVersion]:
    """The newest version of each profile in use of these programs, whatever the store."""
    return list(
        ProfileVersion.objects.filter(profile__program__in=list(programs), profile__withdrawn_at__isnull=True)
        .select_related("profile__program")
        .order_by("profile__name", "profile_id", "-number")
        .distinct("profile__name", "profile_id")
    )
