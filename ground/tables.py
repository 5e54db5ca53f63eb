"""Tables of the staff site on a phone: each row becomes a list of labeled values, as on the portal.

A narrow screen shows a row as a card, where the head of the table cannot be seen: so each cell carries the name of its
column. It is read off the table's own head, and nobody writes it twice. The page is read tag by tag, as a browser reads it: what stands
between the quotes of an attribute, in a comment, a script or a text area is no tag. Put in is only what the tags of a table gain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ATTRIBUTE = r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_ATTRIBUTES = rf"(?:[\s/]++|{_ATTRIBUTE})*+"
_TAG = re.compile(
    rf"""<!--(?:-?>|.*?(?:--!?>|\Z))
    |<(?P<text>iframe|noembed|noframes|script|style|textarea|title|xmp)(?=[\s/>]){_ATTRIBUTES}>.*?(?=</(?P=text)[\s/>]|\Z)
    |<(/?)([a-z][^\s/>]*+)({_ATTRIBUTES})>
    |<[!?/][^>]*+>""".replace("\n    ", ""),
    re.DOTALL | re.IGNORECASE,
)
_NAMED = re.compile(r"""([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+))?+)?+""")

_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row"}
_CELLS = frozenset({"td", "th"})
_BESIDE = frozenset({"hint", "sort-priority", "visually-hidden"})
"""Classes of what stands in a head beside the column's name: the help of a field, the place of the column in the sorting."""
_DATA = re.compile(r"(?<!\S)data(?!\S)")


class Tag(NamedTuple):
    """A tag of a page: from where to where it stands there, its name in small letters, and its attributes as they are written."""

    start: int
    end: int
    is_closing: bool
    name: str
    attributes: str

    @property
    def behind_name(self) -> int:
        return self.start + 1 + len(self.name)

    def values(self) -> dict[str, str]:
        """Attributes with what they say; of two of one name the first holds."""
        found: dict[str, str] = {}
        for name, *values in _NAMED.findall(self.attributes):
            found.setdefault(name.lower(), "".join(values))
        return found

    def behind_data(self) -> int:
        """Where in the page the class `data` ends."""
        for match in _NAMED.finditer(self.attributes):
            for group in (2, 3, 4):
                if match[1].lower() == "class" and match[group] and (found := _DATA.search(match[group])):
                    return self.behind_name + match.start(group) + found.end()
        raise LookupError("class data")


def tags(page: str) -> Iterator[Tag]:
    """The tags of a page, one after another; not those that open a script or a text area."""
    for match in _TAG.finditer(page):
        if match[3] is not None:
            yield Tag(match.start(), match.end(), match[2] == "/", match[3].lower(), match[4])


def stacked(page: str) -> str:
    """The same page, whose plain tables (of the class `data`) can be stacked (`responsive`): roles, because a browser forgets
    what a table is when its rows are shown as blocks, and `data-label` on each cell. A table with a head of several rows,
    that is `responsive` already, that holds another table or cells over several rows, stays as it is."""
    if "<table" not in page:
        return page
    done: list[str] = []
    end = depth = 0
    table: _Table | None = None
    for tag in tags(page):
        if tag.name != "table":
            if table is not None:
                table.take(tag)
            continue
        depth = max(depth + (-1 if tag.is_closing else 1), 0)
        if not tag.is_closing:
            table = _Table(page, tag) if depth == 1 else None
        elif depth == 0 and table is not None:
            for start, until, text in table.changes():
                done += [page[end:start], text]
                end = until
            table = None
    return "".join([*done, page[end:]])


class _Table:
    """A table that holds no other one, from its opening tag on, and what changes in it: from where, to where, the new text."""

    def __init__(self, page: str, opening: Tag) -> None:
        self.page = page
        self.changed: list[tuple[int, int, str]] = []
        self.names: list[str] = []
        self.head_rows = self.place = 0
        self.is_head = False
        self.label: _Label | None = None
        self.cell: Tag | None = None
        values = opening.values()
        classes = set(values.get("class", "").split())
        self.is_plain = "data" in classes and "responsive" not in classes and "role" not in values
        if self.is_plain:
            self._put(opening.behind_name, ' role="table"')
            self._put(opening.behind_data(), " responsive")

    def changes(self) -> list[tuple[int, int, str]]:
        return self.changed if self.is_plain and self.head_rows == 1 else []

    def _put(self, at: int, text: str, until: int = 0) -> None:
        self.changed.append((at, until or at, text))

    def take(self, tag: Tag) -> None:
        """The next tag of the table."""
        if not self.is_plain:
            return
        if tag.name not in _CELLS and tag.name not in _ROLES:
            if self.label is not None:
                self.label.take(tag)
            self.cell = None
            return
        if self.label is not None:
            self.names.append(self.label.until(tag.start))
            self.label = None
        if tag.name in _CELLS:
            if tag.is_closing:
                self._end_cell(tag)
            elif self.is_head:
                self._head(tag)
            else:
                self._cell(tag)
            return
        self.cell = None
        if tag.name != "tr":
            self.is_head = tag.name == "thead" and not tag.is_closing
        elif not tag.is_closing:
            self.place, self.head_rows = 0, self.head_rows + self.is_head
        if not tag.is_closing:
            self._put(tag.behind_name, f' role="{_ROLES[tag.name]}"')

    def _head(self, tag: Tag) -> None:
        values = tag.values()
        self.is_plain &= all(values.get(name, "1") == "1" for name in ("colspan", "rowspan"))
        self._put(tag.behind_name, f' role="{"columnheader" if tag.name == "th" else "cell"}"')
        self.label = _Label(self.page, tag.end)

    def _cell(self, tag: Tag) -> None:
        values = tag.values() if tag.attributes else {}
        self.is_plain &= values.get("rowspan", "1") == "1"
        width = int(told) if (told := values.get("colspan", "")).isdecimal() else 1
        name = self.names[self.place] if width == 1 and self.place < len(self.names) else ""
        self.place += width
        self.cell = tag
        if tag.name == "th":
            self._put(
                tag.behind_name, ' role="rowheader"' if "scope" in values else ' role="rowheader" scope="row"'
            )
            return
        self._put(tag.behind_name, ' role="cell"')
        if name:
            self._put(tag.end - 1, f' data-label="{name}"')

    def _end_cell(self, tag: Tag) -> None:
        """A cell with nothing but blanks is left out of the card."""
        cell = self.cell
        if cell is not None and cell.name == tag.name == "td" and self.page[cell.end : tag.start].isspace():
            self._put(cell.end, "", tag.start)
        self.cell = None


class _Label:
    """The text of a head's cell, as far as it is the column's name."""

    def __init__(self, page: str, at: int) -> None:
        self.page, self.at = page, at
        self.parts: list[str] = []
        self.hidden = 0

    def take(self, tag: Tag) -> None:
        self._text(tag.start)
        self.at = tag.end
        if tag.name == "span":
            if self.hidden:
                self.hidden += -1 if tag.is_closing else 1
            elif not tag.is_closing:
                self.hidden = int(not _BESIDE.isdisjoint(tag.values().get("class", "").split()))

    def until(self, end: int) -> str:
        self._text(end)
        return " ".join("".join(self.parts).split()).replace('"', "&quot;")

    def _text(self, end: int) -> None:
        if not self.hidden:
            self.parts.append(_TAG.sub("", self.page[self.at : end]))
