"""Translations: compiled by Babel (a bare machine has no gettext), and checked for what is missing.

`python -m config.catalogs` compiles; `--check` says which source strings have no Korean and which Korean has no source.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE_DIR = Path(__file__).resolve().parent.parent
FLOORS = ("config", "reports", "programs", "companies", "accounts", "ground")
KEYWORDS = {
    "_": None,
    "_now": None,  # gettext at once, where _ is lazy
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Key = tuple[str, str | tuple[str, ...]]


def compile_all() -> None:
    """Write each catalog's .mo beside it when the .po is newer."""
    for po in sorted(BASE_DIR.glob("locale/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        half = mo.with_suffix(f".{os.getpid()}.half")
        with po.open("rb") as source, half.open("wb") as target:
            write_mo(target, read_po(source, locale=po.parent.parent.name))
        half.replace(mo)


def source_strings() -> Iterator[tuple[Key, str]]:
    """((context, message), file) of each translatable string of the project."""
    from django.utils.translation.template import templatize

    sources = [path for floor in FLOORS for path in sorted((BASE_DIR / floor).rglob("*.py"))]
    templates = sorted((BASE_DIR / "templates").rglob("*.html")) + sorted(
        (BASE_DIR / "templates").rglob("*.txt")
    )
    for path in sources + templates:
        if "migrations" in path.parts:
            continue
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            text = "\n".join(_calls(templatize(text, origin=str(path))))
        for _line, messages, _comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            message = messages if isinstance(messages, str) else tuple(m for m in messages if m)
            if message:
                yield (context or "", message), str(path.relative_to(BASE_DIR))


def _calls(templatized: str) -> Iterator[str]:
    """The gettext calls that Django made of a template's tags; what stands between them is no Python."""
    for found in re.finditer(r"\b(?:gettext|ngettext|pgettext|npgettext)\(", templatized):
        depth, parts = 0, []
        for token in tokenize.generate_tokens(io.StringIO(templatized[found.start() :]).readline):
            parts.append(token.string)
            depth += {"(": 1, ")": -1}.get(token.string, 0)
            if token.string == ")" and depth == 0:
                break
        yield " ".join(part for part in parts if part.strip())


def translations(language: str) -> Catalog:
    with (BASE_DIR / f"locale/{language}/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale=language)


def missing(language: str = "ko") -> list[tuple[str, str]]:
    """(file, message) of each source string without a translation, neither here nor in Django's or allauth's catalogs."""
    catalog = translations(language)
    lacking: dict[Key, str] = {}
    for key, file in source_strings():
        context, message = key
        singular = message if isinstance(message, str) else message[0]
        found = catalog.get(singular, context or None)
        if (
            found is None
            or not found.string
            or (not isinstance(found.string, str) and not all(found.string))
            or found.fuzzy
        ):
            lacking.setdefault(key, file)
    return [(file, key[1] if isinstance(key[1], str) else key[1][0]) for key, file in lacking.items()]


def unused(language: str = "ko") -> list[str]:
    """Messages of the catalog that no source has any more."""
    known = {(context, m if isinstance(m, str) else m[0]) for (context, m), _file in source_strings()}
    return [
        str(m.id if isinstance(m.id, str) else m.id[0])
        for m in translations(language)
        if m.id and (m.context or "", m.id if isinstance(m.id, str) else m.id[0]) not in known
    ]


def main(arguments: list[str]) -> int:
    compile_all()
    if "--check" not in arguments:
        return 0
    lacking, extra = missing(), unused()
    for file, message in lacking:
        print(f"{file}: no Korean for: {message}")  # noqa: T201
    for message in extra:
        print(f"locale/ko: no source for: {message}")  # noqa: T201
    return 1 if lacking or extra else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
