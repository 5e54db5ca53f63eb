"""What can be found wrong in a file, as codes; the sentences for people stand in `ground.inspection.sentences`."""

from __future__ import annotations

DAMAGED = "damaged"
CUT_SHORT = "cut_short"
TOO_MUCH = "too_much"
OTHER_CONTENT = "other_content"
SCRIPT = "script"
LAUNCHES = "launches"
LOCKED = "locked"
ENCLOSED = "enclosed"
FORM = "form"
PIXELS = "pixels"
UNPACKS = "unpacks"
INNER_ARCHIVE = "inner_archive"
INNER_NAMES = "inner_names"
PROGRAM = "program"
MACROS = "macros"
LINKED = "linked"
ENTITIES = "entities"
MEDIA_CODE = "media_code"
VIRUS = "virus"

CODES = (
    DAMAGED, CUT_SHORT, TOO_MUCH, OTHER_CONTENT, SCRIPT, LAUNCHES, LOCKED, ENCLOSED, FORM, PIXELS, UNPACKS,
    INNER_ARCHIVE, INNER_NAMES, PROGRAM, MACROS, LINKED, ENTITIES, MEDIA_CODE, VIRUS,
)  # fmt: skip


class Found(Exception):
    """Something is wrong in the file: `code` is one of `CODES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
