"""Who may read the files of this floor."""

from __future__ import annotations

from typing import Any

from accounts.roles import agency_ids
from ground import files
from ground.models import StoredFile
from guidance.models import (
    Briefing,
    BriefingMaterial,
    Edition,
    Finding,
    FindingFile,
    GuideVideo,
    Registration,
    RegulatoryItem,
    StepDocument,
)


@files.gate
def file_of_finding(user: Any, file: StoredFile) -> bool:
    """The body whose finding it is, and staff of the program's agencies once it was handed in."""
    seen = Finding.objects.visible_to(user)
    return FindingFile.objects.filter(file=file, removed_at__isnull=True, finding__in=seen).exists()


@files.gate
def material_of_briefing(user: Any, file: StoredFile) -> bool:
    """Staff of the agency; everybody who may read it on the page of the briefing."""
    material = BriefingMaterial.objects.select_related("briefing").filter(file=file).first()
    if material is None:
        return False
    return material.agency_id in agency_ids(user) or may_read_material(user, material)


def may_read_material(user: Any, material: BriefingMaterial) -> bool:
    """Of a published briefing: what is for everybody, and the rest for members of a company with a seat."""
    if material.briefing.state == Briefing.State.DRAFT:
        return False
    if material.is_public:
        return True
    seated = Registration.objects.of_member(user).seated()
    return seated.filter(briefing=material.briefing_id).exists()


@files.gate
def file_of_video(user: Any, file: StoredFile) -> bool:
    """Staff of the agency; everybody while it is shown on the page of a published guide."""
    video = GuideVideo.objects.filter(file=file).first()
    if video is None:
        return False
    told = Edition.objects.filter(program=video.program_id, country=video.country_id)
    return (video.withdrawn_at is None and told.exists()) or video.agency_id in agency_ids(user)


@files.gate
def document_of_regulatory_step(user: Any, file: StoredFile) -> bool:
    """Letters to a body and its answers: staff who see the item."""
    seen = RegulatoryItem.objects.visible_to(user)
    return StepDocument.objects.filter(file=file, step__item__in=seen).exists()
