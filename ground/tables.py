"""Tables of the staff site on a phone: each row becomes a list of labeled values, as on the portal.

A narrow screen shows a row as a card, where the head of the table cannot be seen: so each cell carries the name of its
column. It is read off the table's own head, and nobody writes it twice.
"""

from __future__ import annotations

import re

from django.utils.html import strip_tags

PARTS = re.compile(r"<(/?)(table|thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
ROLES = {
    "table": "table",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "tfoot": "rowgroup",
    "tr": "row",
    "td": "cell",
}
# What stands in a head beside the column's name: the help of a field, the place of the column in the sorting.
BESIDE = re.compile(r'<span class="(?:hint|sort-priority|visually-hidden)">.*?</span>', re.DOTALL)
WIDE = re.compile(r'class="data(?= |")')
TABLES = re.compile(r"<(/?)table\b[^>]*>")
SPANNED = re.compile(r'\bcolspan="(\d+)"')
SEVERAL = re.compile(r'\b(?:colspan|rowspan)="(?!1")')


def _name(head: str) -> str:
    return " ".join(strip_tags(BESIDE.sub("", head)).split()).replace('"', "&quot;")


def stacked(page: str) -> str:
    """The same page, whose plain tables (`class="data"`) can be stacked (`responsive`): roles, because a browser forgets
    what a table is when its rows are shown as blocks, and `data-label` on each cell. A table with a head of several rows,
    that is `responsive` already, that holds another table or cells over several rows, stays as it is."""
    done: list[str] = []
    end = depth = start = 0
    is_nested = False
    for match in TABLES.finditer(page):
        depth += -1 if match[1] else 1
        if not match[1] and depth == 1:
            start, is_nested = match.start(), False
        is_nested |= depth > 1
        if match[1] and depth == 0:
            table = page[start : match.end()]
            done += [page[end:start], table if is_nested or "rowspan=" in table else _table(table)]
            end = match.end()
        depth = max(depth, 0)
    return "".join([*done, page[end:]])


def _table(table: str) -> str:
    opening = table[: table.index(">")]
    head, mark, body = table.partition("</thead>")
    heads = re.findall(r"<th\b([^>]*)>(.*?)</th>", head, re.DOTALL)
    if not WIDE.search(opening) or "responsive" in opening or "role=" in opening or not mark:
        return table
    if len(re.findall(r"<tr\b", head)) != 1 or any(SEVERAL.search(attributes) for attributes, _ in heads):
        return table
    names = [_name(text) for _, text in heads]
    place = 0

    def headed(match: re.Match[str]) -> str:
        closing, tag, attributes = match.groups()
        role = ROLES.get(tag, "columnheader")
        return match[0] if closing else f'<{tag} role="{role}"{attributes}>'

    def celled(match: re.Match[str]) -> str:
        nonlocal place
        closing, tag, attributes = match.groups()
        if closing:
            return match[0]
        if tag == "tr":
            place = 0
        if tag not in {"td", "th"}:
            return f'<{tag} role="{ROLES[tag]}"{attributes}>'
        name = names[place] if place < len(names) and not SEVERAL.search(attributes) else ""
        place += int(width[1]) if (width := SPANNED.search(attributes)) else 1
        if tag == "th":
            scope = "" if "scope=" in attributes else ' scope="row"'
            return f'<th role="rowheader"{scope}{attributes}>'
        return f'<td role="cell"{attributes}' + (f' data-label="{name}">' if name else ">")

    # A cell with nothing but blanks is left out of the card.
    body = re.sub(r"(<td\b[^>]*>)\s+(?=</td>)", r"\1", body)
    head = WIDE.sub('class="data responsive', PARTS.sub(headed, head), count=1)
    return head + mark + PARTS.sub(celled, body)
