"""What stands on a page in the wrong language: sentences of the catalogs against the visible text."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import chain

from django.utils import translation
from playwright.sync_api import Page

from config import catalogs

HANGUL = re.compile(r"[가-힣]")
# Placeholders and markup: what stands between them is searched for by itself.
CUTS = re.compile(r"%\([a-z_0-9]+\)[a-z]|%[sd%]|\{[^}]*\}|<[^>]+>|\n")
VISIBLE = """() => {
  const page = document.documentElement.lang, found = [];
  const foreign = (node) => node.closest('[lang]').lang !== page || node.closest('script, style, template, textarea, .file-name');
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.data.trim() && !foreign(node.parentElement)) found.push(node.data);
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'data-label', 'data-confirm']) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      if (!foreign(node)) found.push(node.getAttribute(name));
    }
  }
  for (const node of document.querySelectorAll('input[type=submit], input[type=button]')) found.push(node.value);
  return JSON.stringify(found);
}"""


@cache
def _catalog() -> dict[str, tuple[str, ...]]:
    """Each string of the sources → its Korean forms. (That the catalog holds all of them is tested by itself.)"""
    found = {}
    for entry in catalogs.translations("ko"):
        sources, forms = (
            (each,) if isinstance(each, str) else each for each in (entry.id, entry.string or "")
        )
        for source in sources:
            if source:
                found[source] = tuple(form for form in forms if form)
    return found


def ko(source: str) -> str:
    """The Korean of a source string, as the server says it."""
    with translation.override("ko"):
        return translation.gettext(source)


def _pieces(text: str, *, least: int) -> list[str]:
    pieces = [re.sub(r"\s+", " ", each).strip(" .,:;()“”‘’·–…") for each in CUTS.split(text)]
    return [each for each in pieces if len(each.split()) >= (least if len(pieces) == 1 else max(least, 3))]


@cache
def _english() -> tuple[str, ...]:
    """Sentences that no Korean page may show: two words or more, and not part of their own translation."""
    return tuple(
        piece
        for source, korean in _catalog().items()
        if not HANGUL.search(source)
        for piece in _pieces(source, least=2)
        if not any(piece in form for form in korean)
    )


@cache
def _korean() -> tuple[str, ...]:
    """Sentences that no English page may show."""
    return tuple(
        piece
        for piece in dict.fromkeys(
            piece for form in chain.from_iterable(_catalog().values()) for piece in _pieces(form, least=2)
        )
        if HANGUL.search(piece)
    )


def foreign_sentences(page: Page, language: str) -> list[str]:
    """Sentences of the interface that the page shows in the other language; text marked with another `lang`, what
    people typed and how they named their files is not the interface."""
    text = "\n".join(re.sub(r"\s+", " ", each) for each in json.loads(page.evaluate(VISIBLE)))
    wanted = _english() if language == "ko" else _korean()
    return sorted(
        each for each in wanted if each in text and re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text)
    )
