"""Typesetting: a template and its content as data become PDF/UA-1, with the same bytes whenever it is made again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import typst

from ground.printing import fonts

Content = dict[str, object]


class NotPrinted(Exception):
    """The PDF could not be made as it must be; says what the typesetter found."""


def typeset(template: Path, content: Content, *, dated: dt.datetime, remark: str) -> bytes:
    """The PDF of `template`, which reads `content` as JSON from the input "document", dated with an instant of the
    content and never with the time of the run.

    Letters of the texts that the fonts lack are printed as "□"; the template finds `remark` in the content then, else
    "". Texts are never read as markup. Raises NotPrinted at any warning of the typesetter.
    """
    content = {**content, "fonts": list(fonts.FAMILIES), "remark": ""}
    shown = printable(content)
    printed = _json(shown)
    if printed.count(fonts.MISSING_LETTER) > _json(content).count(fonts.MISSING_LETTER):
        printed = _json({**shown, "remark": remark})
    try:
        pdf, warnings = typst.compile_with_warnings(
            template,
            root=template.parent,
            font_paths=fonts.fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"document": printed},
            pdf_standards="ua-1",
            timestamp=int(dated.timestamp()),
        )
    except typst.TypstError as error:
        raise NotPrinted(error.message) from error
    if warnings:
        raise NotPrinted("; ".join(warning.message for warning in warnings))
    if not isinstance(pdf, bytes):
        raise NotPrinted("the typesetter returned no file")
    return pdf


def printable(content: Content) -> Content:
    """The same content with texts that can be printed."""
    return {key: _printed(value) for key, value in content.items()}


def _printed(value: object) -> object:
    if isinstance(value, str):
        return fonts.printable(value)
    if isinstance(value, list):
        return [_printed(item) for item in value]
    return printable(value) if isinstance(value, dict) else value


def _json(content: Content) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
