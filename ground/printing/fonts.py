"""The fonts of printed papers: Noto Sans KR, and its sisters for letters that it lacks, from one pinned
package.

No font of the system is ever used, so that a paper has the same bytes on every machine.
"""

import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import typst
from django.core.checks import CheckMessage, Error

FAMILY = "Noto Sans KR"
FAMILIES = (FAMILY, "Noto Sans SC", "Noto Sans TC", "Noto Sans JP")
PACKAGE = "justmytype-intl-cjk"
MISSING_LETTER = "□"


class FontMissing(Exception):
    """The font package is not installed or lacks a font."""


@cache
def font_files() -> tuple[Path, ...]:
    """The font files of the package, Korean first. Raises FontMissing when the package or the Korean font
    is missing.
    """
    try:
        listed = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise FontMissing(f"the package {PACKAGE} is not installed") from error
    found = {entry.name: Path(str(entry.locate())) for entry in listed if entry.name.endswith(".ttf")}
    wanted = [family.replace(" ", "") + "[wght].ttf" for family in FAMILIES]
    files = tuple(found[name] for name in wanted if name in found and found[name].is_file())
    if not files or files[0].name != wanted[0]:
        raise FontMissing(f"the package {PACKAGE} has no {FAMILY}")
    return files


@cache
def fonts() -> typst.Fonts:
    """The fonts for typst, and none but these."""
    folders = [str(file.parent) for file in font_files()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def printable(text: str) -> str:
    """The text with what can be printed: composed letters, no control or hidden format characters, and "□"
    for a letter that no font has. A printed paper refuses a letter without a picture, and one emoji in
    the name of a file must not stop a paper.
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() and composed.isprintable():
        return composed
    letters = []
    for letter in composed:
        if letter.isspace():
            letters.append(letter if letter in "\n \u00a0" else " ")
        elif unicodedata.category(letter)[0] != "C":
            letters.append(letter if _has_picture(ord(letter)) else MISSING_LETTER)
        elif unicodedata.category(letter) == "Co":
            letters.append(MISSING_LETTER)
    return "".join(letters)


def _has_picture(code: int) -> bool:
    return any(_covers(groups, code) for groups in _coverage())


def _covers(groups: tuple[Sequence[int], Sequence[int]], code: int) -> bool:
    starts, ends = groups
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _coverage() -> tuple[tuple[Sequence[int], Sequence[int]], ...]:
    return tuple(_letters_of(file) for file in font_files())


def _letters_of(file: Path) -> tuple[Sequence[int], Sequence[int]]:
    """First and last codes of the letter groups of a font: format 12 of its character map (OpenType, table
    cmap).
    """
    with file.open("rb") as font:
        (tables,) = struct.unpack(">4xH6x", font.read(12))
        directory = dict(struct.iter_unpack(">4s4xI4x", font.read(16 * tables)))
        font.seek(directory[b"cmap"])
        (encodings,) = struct.unpack(">2xH", font.read(4))
        for platform, encoding, offset in list(struct.iter_unpack(">HHI", font.read(8 * encodings))):
            if (platform, encoding) != (3, 10):
                continue
            font.seek(directory[b"cmap"] + offset)
            form, groups = struct.unpack(">H10xI", font.read(16))
            if form == 12:
                rows = list(struct.iter_unpack(">II4x", font.read(12 * groups)))
                return [row[0] for row in rows], [row[1] for row in rows]
    raise FontMissing(f"{file.name} has no readable character map")


def check_fonts(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """System check: the Korean font is there and really draws weights 400 and 600 differently.

    A variable font whose weights are not understood would print bold as regular, or all as thin, without a
    word.
    """
    try:
        drawings = {weight: _drawing(weight) for weight in (100, 400, 600)}
    except (FontMissing, typst.TypstError) as error:
        hint = f"Install the package {PACKAGE} in the pinned version."
        return [Error(f"The font of printed papers cannot be used: {error}", hint=hint, id="ground.E001")]
    if len(set(drawings.values())) < len(drawings):
        return [
            Error(
                f"{FAMILY} does not draw the weights 400 and 600 apart: printed headings would not be bold.",
                hint=f"Install the packages typst and {PACKAGE} in the pinned versions.",
                id="ground.E002",
            )
        ]
    return []


def _drawing(weight: int) -> bytes:
    """A Korean syllable in the weight, as a drawing. Raises FontMissing when another font stands in."""
    page = "#set page(width: 1cm, height: 1cm, margin: 0cm)"
    source = f'{page}\n#text(font: "{FAMILY}", weight: {weight})[나]'
    drawing, warnings = typst.compile_with_warnings(source.encode(), font_paths=fonts(), format="svg")
    if warnings or not isinstance(drawing, bytes):
        raise FontMissing("; ".join(warning.message for warning in warnings) or "nothing was drawn")
    return drawing
