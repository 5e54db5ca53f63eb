"""A stored file on a page of the staff site: a link once it has passed its check, and what the check said."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from ground.models import StoredFile


def file_link(file: StoredFile, text: Any = "") -> Any:
    """The file's name (or `text`) as a link; before it has passed only how its check stands."""
    if not file.has_passed:
        return format_html("{} {}", text or file.public_name, file.why_refused)
    url = reverse("file_download", args=[file.pk])
    return format_html(
        '<a class="has-icon icon-file" href="{}">{}</a>{}', url, text or file.name, _mark(file)
    )


def file_fact(label: Any, file: StoredFile | None, link_label: Any) -> dict[str, Any]:
    """The same as a fact of a record's page."""
    if file is None:
        return {"label": label, "value": ""}
    if not file.has_passed:
        return {"label": label, "value": file.public_name, "note": file.why_refused}
    url = reverse("file_download", args=[file.pk])
    return {"label": label, "value": file.name, "note": _note(file), "url": url, "link_label": link_label}


def _note(file: StoredFile) -> Any:
    return file.get_passage_display() if file.passage == StoredFile.Passage.UNSCANNED else ""


def _mark(file: StoredFile) -> Any:
    return format_html(' <span class="subtle">({})</span>', note) if (note := _note(file)) else ""
