"""Captions as they are written down (WebVTT, https://www.w3.org/TR/webvtt1/): checked line by line, nothing is mended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken, filled

MOMENT = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMES = re.compile(rf"^{MOMENT}[ \t]+-->[ \t]+{MOMENT}(?:[ \t]+[^\s>]+:\S+)*[ \t]*$")
BLOCKS = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Cue:
    """When a line is shown, in seconds, and what it says."""

    begins: Decimal
    ends: Decimal
    text: str


def cues(text: str, field: str = "captions_ko") -> list[Cue]:
    """The cues of a WebVTT text in their order. `RuleBroken('captions')` names the line that is wrong: no header, no cue,
    a time that is none, an end before its beginning, a beginning before the one before it, or nothing said.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT([ \t].*)?", lines[0]):
        raise _wrong(1, _("the first line must be WEBVTT"), field)
    found: list[Cue] = []
    for start, block in _blocks(lines):
        if block[0].split(maxsplit=1)[0] in BLOCKS and "-->" not in block[0]:
            continue
        place = 0 if "-->" in block[0] else 1
        if len(block) <= place or "-->" not in block[place]:
            raise _wrong(start, _("a cue needs a line with its times"), field)
        matched = TIMES.match(block[place])
        if matched is None:
            raise _wrong(start + place, _("the times must read like 00:00:01.000 --> 00:00:04.000"), field)
        begins, ends = _seconds(matched.groups()[:4]), _seconds(matched.groups()[4:])
        if ends <= begins:
            raise _wrong(start + place, _("the cue ends before it begins"), field)
        if found and begins < found[-1].begins:
            raise _wrong(start + place, _("the cue begins before the one before it"), field)
        said = "\n".join(block[place + 1 :]).strip()
        if not said:
            raise _wrong(start + place, _("the cue says nothing"), field)
        found.append(Cue(begins, ends, said))
    if not found:
        raise _wrong(len(lines), _("there is no cue"), field)
    return found


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Groups of lines between blank ones behind the header, each with the number of its first line."""
    body = next((place for place, line in enumerate(lines) if not line.strip()), len(lines))
    found: list[tuple[int, list[str]]] = []
    current: list[str] = []
    for number, line in enumerate([*lines[body:], ""], start=body + 1):
        if line.strip():
            current.append(line)
        elif current:
            found.append((number - len(current), current))
            current = []
    return found


def _seconds(parts: tuple[str | None, ...]) -> Decimal:
    hours, minutes, seconds, thousandths = (int(each or 0) for each in parts)
    return Decimal(3600 * hours + 60 * minutes + seconds) + Decimal(thousandths) / 1000


def _wrong(line: int, why: object, field: str) -> RuleBroken:
    return RuleBroken(
        "captions", filled(_("Captions, line %(line)d: %(why)s."), line=line, why=why), (field,)
    )
