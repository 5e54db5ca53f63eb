"""What people read about a finding: what is wrong, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.inspection import findings

SENTENCES: dict[str, StrOrPromise] = {
    findings.DAMAGED: _("The file is damaged. Open it, save it again and hand in that file."),
    findings.CUT_SHORT: _(
        "The end of the file is missing. Copy or save it again and hand in the whole file."
    ),
    findings.TOO_MUCH: _(
        "Reading the file takes too much memory or time. Make it simpler or print it to PDF."
    ),
    findings.OTHER_CONTENT: _("The file holds a second file of another type. Save it again as one type."),
    findings.SCRIPT: _("The document holds a script. Print it to PDF or save it without the script."),
    findings.LAUNCHES: _(
        "The document starts programs, opens other files or plays media. Print it to a new PDF."
    ),
    findings.LOCKED: _("The document is locked by a password or by rights. Save it without them."),
    findings.ENCLOSED: _("Other files are attached inside the PDF. Hand them in as documents of their own."),
    findings.FORM: _("It is a PDF form of a kind that only one program can show. Print it to a new PDF."),
    findings.PIXELS: _("The picture has too many pixels (at most 100 million). Make it smaller."),
    findings.UNPACKS: _("Unpacked, the file is far too large. Save it again with smaller pictures."),
    findings.INNER_ARCHIVE: _("A packed file lies inside the document. Hand its parts in by themselves."),
    findings.INNER_NAMES: _("Names inside the document lead outside it or cannot be read. Save it again."),
    findings.PROGRAM: _("A program or packed object lies inside the document. Remove it and save again."),
    findings.MACROS: _("The document holds macros. Save it without macros (DOCX, XLSX)."),
    findings.LINKED: _("The document fetches content from elsewhere. Embed it, remove the link, save again."),
    findings.ENTITIES: _("The document defines building blocks that can grow without end. Save it again."),
    findings.MEDIA_CODE: _("Page or program text lies inside the picture or video. Save it again."),
    findings.VIRUS: _("The antivirus scanner found malware. Check your computer, then hand in a clean file."),
}
