"""Scripts that the word processor puts into every document, empty; anything a person wrote is another matter."""

from __future__ import annotations

import re

STUBS = re.compile(
    r"var\s+Documents\s*=\s*XHwpDocuments\s*;?|var\s+Document\s*=\s*Documents\.Active_XHwpDocument\s*;?"
    r"|function\s+On\w+\s*\(\s*\)\s*\{\s*\}"
)
COMMENTS = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)


def is_untouched(content: bytes) -> bool:
    """Whether nothing but the empty functions of a new document is in it (UTF-16 or UTF-8, with lengths between)."""
    text = content.decode("utf-16-le" if b"\x00" in content else "utf-8", errors="replace")
    text = STUBS.sub("", COMMENTS.sub("", text))
    return not re.search(r"[A-Za-z_$][\w$]*\s*[(=.\[]", text)
