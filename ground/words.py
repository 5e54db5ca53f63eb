"""Text in the reader's language, and the absence of English marked."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def plain(record: Any, stem: str) -> str:
    """`stem_ko` or, for an English reader and when it is there, `stem_en`."""
    english = getattr(record, f"{stem}_en", "")
    return str(english if get_language() == "en" and english else getattr(record, f"{stem}_ko"))


def marked(record: Any, stem: str) -> SafeString | str:
    """The same for a page: Korean text on an English page is marked as Korean, for eyes and for screen readers."""
    korean = getattr(record, f"{stem}_ko")
    if get_language() != "en" or not korean:
        return str(korean)
    english = getattr(record, f"{stem}_en", "")
    if english:
        return str(english)
    return format_html(
        '<span lang="ko">{}</span> <small class="only-korean">{}</small>', korean, _("(Korean only)")
    )
