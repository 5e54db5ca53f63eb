"""What a page calls the fields of its forms, their choices and buttons: read off the page, so that it is what a person reads there,
whatever drew the form.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from ground.access import TABLE, roles_of
from ground.errors import RuleBroken

logger = logging.getLogger(__name__)

KEPT = "form_kept"
"""The route that shows a kept form: no page of a form itself, else one would be drawn within the other."""
Sent = list[tuple[str, str]]
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
BESIDE = frozenset({"hint", "optional", "visually-hidden"})
"""Classes of what stands in a label or legend beside the field's name."""


@dataclass(frozen=True)
class Word:
    """What was sent under a name as the page has it: the label of the field, and what was typed or the labels of what was chosen."""

    label: str
    value: str


@dataclass(frozen=True)
class FormWords:
    """`title` of the page; by name what it calls what was sent; names that it sends `hidden` by itself, with these very values; the
    `button` by which it does, where that has no name of its own."""

    title: str
    words: dict[str, Word]
    hidden: frozenset[str]
    button: str


def words_of(request: HttpRequest, page: str, path: str, sent: Sent) -> FormWords | None:
    """How `page` words what was sent from it to `path`, in the language of the request; None where the person cannot open it any
    more, it has no such form or fails, which is logged."""
    try:
        html = _drawn(request, page)
        return None if html is None else words_in(html, page, path, sent)
    except (Http404, PermissionDenied, RuleBroken):
        return None
    except Exception:
        logger.exception("The page of a kept form cannot be read: %s", urlsplit(page).path)
        return None


def words_in(html: str, page: str, path: str, sent: Sent) -> FormWords | None:
    """`words_of`, read off this `html` of the page."""
    root = _tree(html)
    forms = [each for each in _forms(root) if _same(urljoin(page, each.action or page), path)]
    if not forms:
        return None
    best = max(forms, key=lambda form: sum((it.name, it.value) in sent for it in form.controls))
    several: dict[str, list[str]] = {}
    for name, text in sent:
        several.setdefault(name, []).append(text)
    drawn = best.called(several)
    hidden = {name for name, found in drawn.items() if found and all(it.kind == "hidden" for it in found)}
    return FormWords(
        title=next((each.text() for each in root.walk() if each.tag == "h1"), ""),
        words={
            name: _word(found, several[name]) for name, found in drawn.items() if found and name not in hidden
        },
        hidden=frozenset(name for name in hidden if set(several[name]) <= {it.value for it in drawn[name]}),
        button=next((it.label for it in best.controls if it.kind == "submit" and not it.name), ""),
    )


@dataclass(frozen=True)
class Control:
    """An input, an option of a list or a button: its name, what it sends; `label`, what stands beside it, `field` beside the list
    that it is in, and `group` above all that belong together."""

    kind: str
    name: str
    value: str
    label: str
    field: str
    group: str


@dataclass(frozen=True)
class Form:
    action: str
    controls: list[Control]

    def called(self, sent: dict[str, list[str]]) -> dict[str, list[Control]]:
        """Those of each name; of a row that the page does not have, or has of something else now, without what heads a row, those
        of the like row."""
        named: dict[str, list[Control]] = {}
        for each in self.controls:
            named.setdefault(each.name, []).append(each)
        like: dict[str, str] = {}
        for name in named:
            like.setdefault(_row(name), name)
        others = {_place(name) for name in sent if name not in named}
        for name, found in named.items():
            if all(it.kind == "hidden" for it in found) and not {it.value for it in found} & set(
                sent.get(name, ())
            ):
                others.add(_place(name))
        return {
            name: [
                replace(each, group="") if _place(name) and _place(name) in others else each
                for each in named.get(name) or named.get(like.get(_row(name), ""), [])
            ]
            for name in sent
        }


def _word(controls: list[Control], texts: list[str]) -> Word:
    first = next(each for each in controls if each.kind != "hidden")
    labels = {each.value: each.label for each in controls if each.label}
    shown = "\n".join(labels.get(each, each) for each in texts)
    match first.kind:
        case "submit":
            away = _("a button that this page does not show now")
            return Word(_("Button"), "\n".join(labels.get(each, away) for each in texts))
        case "option":
            return Word(_joined(first.group, first.field), shown)
        case "radio":
            return Word(first.group, shown)
        case "checkbox" if _is_one(controls, texts) and (first.value == "on" or not first.group):
            return Word(first.label, _("yes"))
        case "checkbox":
            return Word(first.group or _("Chosen"), shown)
    return Word(_joined(first.group, first.label), "\n".join(texts))


def _is_one(controls: list[Control], texts: list[str]) -> bool:
    """Whether the page has this one box, and not one for each of several records."""
    boxes = [each for each in controls if each.kind == "checkbox"]
    return len(boxes) == 1 and set(texts) == {boxes[0].value}


def _joined(*parts: str) -> str:
    return " · ".join(each for each in parts if each)


def _row(name: str) -> str:
    """The name without the number of its row."""
    return re.sub(r"(?<=[-_])[0-9]+(?=[-_])", "#", name)


def _place(name: str) -> str:
    """The row in which the field stands, with its number; empty outside of rows."""
    found = re.match(r".*[-_][0-9]+(?=[-_])", name)
    return found[0] if found else ""


def _same(address: str, path: str) -> bool:
    one, other = urlsplit(address), urlsplit(path)
    return (one.path, one.query) == (other.path, other.query)


def _drawn(request: HttpRequest, page: str) -> str | None:
    """The page as the person would open it now; nothing that it writes stays. None where they cannot, and of what is no page."""
    address = urlsplit(page)
    try:
        match = resolve(address.path)
    except Resolver404:
        return None
    entry = TABLE.find(match.view_name)
    if match.view_name == KEPT or entry is None or entry.asks_at("GET"):
        return None
    if not entry.allows(roles_of(request.user), "GET"):
        return None
    opened: Any = WSGIRequest.__new__(WSGIRequest)
    opened.__dict__.update(request.__dict__)
    meta = {
        **request.META,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "CONTENT_LENGTH": "0",
    }
    session: Any = type(request.session)(None)
    session._session_cache = dict(request.session.items())
    opened.__dict__.update(
        META=meta, environ=meta, method="GET", path=address.path, path_info=address.path, resolver_match=match,
        GET=QueryDict(address.query), session=session, _stream=BytesIO(), _read_started=False,
    )  # fmt: skip
    opened._messages = default_storage(opened)
    with transaction.atomic():
        answer: Any = match.func(opened, *match.args, **match.kwargs)
        if hasattr(answer, "render"):
            answer = answer.render()
        transaction.set_rollback(True)
    is_page = isinstance(answer, HttpResponse) and answer.status_code == 200
    return answer.content.decode() if is_page and "html" in answer.headers.get("Content-Type", "") else None


@dataclass(eq=False)
class Tag:
    """A tag of the page with what stands in it."""

    tag: str
    attrs: dict[str, str]
    around: Tag | None = None
    within: list[Tag | str] = field(default_factory=list)

    def walk(self) -> Iterator[Tag]:
        yield self
        for each in self.within:
            if isinstance(each, Tag):
                yield from each.walk()

    def outward(self) -> Iterator[Tag]:
        each = self.around
        while each is not None:
            yield each
            each = each.around

    def text(self) -> str:
        """Its words, without those that stand beside a name."""
        parts = [
            each
            if isinstance(each, str)
            else ""
            if BESIDE & set(each.attrs.get("class", "").split())
            else each.text()
            for each in self.within
        ]
        return " ".join("".join(parts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Tag("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Tag(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.within.append(made)
        if tag not in VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        found = next((each for each in (self.at, *self.at.outward()) if each.tag == tag), None)
        if found is not None and found.around is not None:
            self.at = found.around

    def handle_data(self, data: str) -> None:
        self.at.within.append(data)


def _tree(html: str) -> Tag:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def _forms(root: Tag) -> list[Form]:
    """All forms of a page with what belongs to them, wherever it stands."""
    tags = list(root.walk())
    named = {each.attrs["id"]: each for each in tags if "id" in each.attrs}
    labels = {each.attrs["for"]: each for each in tags if each.tag == "label" and "for" in each.attrs}
    found = {id(each): Form(each.attrs.get("action", ""), []) for each in tags if each.tag == "form"}
    for each in tags:
        if each.tag not in {"input", "select", "textarea", "button"}:
            continue
        owner = named.get(each.attrs["form"]) if "form" in each.attrs else _nearest(each, "form")
        if owner is not None and id(owner) in found:
            found[id(owner)].controls.extend(_controls(each, named, labels))
    return list(found.values())


def _controls(tag: Tag, named: dict[str, Tag], labels: dict[str, Tag]) -> Iterator[Control]:
    get = tag.attrs.get
    name, group = get("name", ""), _group(tag, named)
    label = _label(tag, named, labels)
    if tag.tag == "select":
        for each in tag.walk():
            if each.tag == "option":
                yield Control("option", name, each.attrs.get("value", each.text()), each.text(), label, group)
        return
    kind = get("type", "submit" if tag.tag == "button" else "text")
    if tag.tag == "button":
        label = tag.text() or label
    default = "on" if kind in {"radio", "checkbox"} else ""
    yield Control(kind, name, get("value", default), label, "", group)


def _nearest(tag: Tag, name: str) -> Tag | None:
    return next((each for each in tag.outward() if each.tag == name), None)


def _label(tag: Tag, named: dict[str, Tag], labels: dict[str, Tag]) -> str:
    beside = labels.get(tag.attrs.get("id", "")) or _nearest(tag, "label")
    return beside.text() if beside is not None else _aria(tag, named)


def _group(tag: Tag, named: dict[str, Tag]) -> str:
    """What stands above the fields that belong together with this one."""
    for each in tag.outward():
        if each.tag == "fieldset" and (legend := _legend(each)) is not None:
            return legend.text()
        if each.tag == "fieldset" and (label := _aria(each, named)):
            return label
        if each.attrs.get("role") in {"group", "radiogroup"}:
            return _aria(each, named)
        if each.tag == "form":
            break
    return ""


def _legend(fieldset: Tag) -> Tag | None:
    """Its own, and not that of one within it."""
    own = (each for each in fieldset.within if isinstance(each, Tag))
    return next((each for each in own if each.tag == "legend"), None)


def _aria(tag: Tag, named: dict[str, Tag]) -> str:
    pointed = (named.get(each) for each in tag.attrs.get("aria-labelledby", "").split())
    return tag.attrs.get("aria-label", "") or " ".join(each.text() for each in pointed if each is not None)
