"""One file looked into in the sandbox: the child (`nursery`) writes one JSON document, null or the code of what it found."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from ground.inspection import findings
from ground.inspection.findings import DAMAGED, TOO_MUCH, Found
from ground.inspection.nursery import look_in_child
from ground.sandbox import MEGABYTE, OUT_OF_MEMORY, OUT_OF_TIME, Bounds, HostFailed

BOUNDS = Bounds(memory=700 * MEGABYTE, processor=10, clock=20.0, output=MEGABYTE)
KINDS = ("pdf", "png", "jpeg", "hwp", "hwpx", "docx", "xlsx", "mp4", "webm")


def finding_in(path: Path, kind: str) -> str | None:
    """What is wrong in the file (a code of `findings`), or None. `kind` is one of KINDS, as its content says. `HostFailed` when the
    machine had no processor for it: it is to be looked into later."""
    with tempfile.TemporaryFile() as out:
        ended = look_in_child(path, kind, BOUNDS, out)
        if ended == os.EX_TEMPFAIL:
            raise HostFailed(kind)
        if ended in OUT_OF_TIME or ended in OUT_OF_MEMORY:
            return TOO_MUCH
        out.seek(0)
        try:
            answer = json.load(out)
        except ValueError:
            return DAMAGED
    return None if answer is None else answer if answer in findings.CODES else DAMAGED


def look(path: Path, kind: str) -> str | None:
    """The same in this very process; only what the type needs is loaded, a child is quick."""
    try:
        with path.open("rb") as stream:
            if kind == "pdf":
                from ground.inspection import pdf

                pdf.look(stream)
            elif kind == "hwp":
                from ground.inspection import hwp

                hwp.look(stream)
            elif kind in {"png", "jpeg"}:
                from ground.inspection import picture

                picture.look(stream, kind)
            elif kind in {"mp4", "webm"}:
                from ground.inspection import video

                video.look(stream, kind)
            else:
                from ground.inspection import office

                office.look(stream, kind)
    except Found as found:
        return found.code
    except MemoryError:
        return TOO_MUCH
    return None
