"""Translations: compiled by Babel (a bare machine has no gettext), and checked for what is missing.

`python -m config.catalogs` compiles; `--check` says which source strings have no Korean, which Korean has no source or
stands there twice, and which words of a template are in no string at all.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE_DIR = Path(__file__).resolve().parent.parent
FLOORS = ("config", "reports", "guidance", "programs", "companies", "accounts", "ground")
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
NO_TEXT = re.compile(
    r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*block (?:body_?class)\s*%}.*?{%\s*endblock[^%]*%}|<!--.*?-->|<(script|style|code|svg)\b.*?</\1>",
    re.DOTALL,
)
SAID = re.compile(r"\b(?:alt|title|placeholder|aria-label)=\"([^\"]*)\"")
SAME_EVERYWHERE = {"SHA-256", "HS"}
WORD = re.compile(r"[A-Za-z가-힣][A-Za-z0-9가-힣-]+")
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


@cache
def source_strings() -> tuple[tuple[Key, str], ...]:
    """((context, message), file) of each translatable string of the project; read once a process."""
    return tuple(_source_strings())


def _source_strings() -> Iterator[tuple[Key, str]]:
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
    """(file, message) of each of our source strings without a translation in our catalog. What the packages' own code
    says is not looked for here: their catalogs have it, and the walk over all pages finds what they lack."""
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


def twice(language: str = "ko") -> list[str]:
    """Messages of the catalog that stand there more than once or have two translations: only one of them would be read."""
    text = (BASE_DIR / f"locale/{language}/LC_MESSAGES/django.po").read_text("utf-8")
    entries = re.findall(
        r'^((?:msgctxt ".*"\n)?msgid (?:".*"\n)+)((?:(?!msgid |msgctxt ).*\n?)*)', text, re.MULTILINE
    )
    counted = Counter(message for message, _rest in entries)
    doubled = {
        message for message, rest in entries if len(re.findall(r"^msgstr(?:\[0\])? ", rest, re.MULTILINE)) > 1
    }
    return [" ".join(message.split()) for message in counted if counted[message] > 1 or message in doubled]


def bare_words() -> list[tuple[str, str]]:
    """(file, word) of each word that stands in a page's or mail's template outside every translatable string. The texts of
    agreements are written whole, one template per language."""
    templates = BASE_DIR / "templates"
    found: dict[tuple[str, str], None] = {}
    for path in sorted([*templates.rglob("*.html"), *(templates / "mail").glob("*.txt")]):
        for word in words_of(path.read_text("utf-8")):
            found[(str(path.relative_to(BASE_DIR)), word)] = None
    return list(found)


def words_of(template: str) -> list[str]:
    text = re.sub(r"{%.*?%}|{{.*?}}", "|", NO_TEXT.sub("|", template), flags=re.DOTALL)
    said = [*SAID.findall(text), re.sub(r"<[^>]*>", "|", text)]
    return [word for part in said for word in WORD.findall(part) if word not in SAME_EVERYWHERE]


def main(arguments: list[str]) -> int:
    compile_all()
    if "--check" not in arguments:
        return 0
    lacking, extra, bare, more = missing(), unused(), bare_words(), twice()
    for file, message in lacking:
        print(f"{file}: no Korean for: {message}")  # noqa: T201
    for message in extra:
        print(f"locale/ko: no source for: {message}")  # noqa: T201
    for file, word in bare:
        print(f"{file}: not in a translatable string: {word}")  # noqa: T201
    for message in more:
        print(f"locale/ko: more than once: {message}")  # noqa: T201
    return 1 if lacking or extra or bare or more else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
