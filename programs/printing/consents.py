"""What was agreed to with an application, in the wording of that instant: the Korean text, which binds, and the English
one beside it where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from companies.models import ConsentText
from ground.words import plain
from programs.printing.paper import Block, Facts, Remark, Section


def consents_section(texts: Sequence[ConsentText]) -> Section:
    if not texts:
        return Section(_("Consents"), (Remark(_("No consent was given with it.")),))
    found: list[Block] = [_facts(each) for each in texts]
    if get_language() == "en":
        found.insert(0, Remark(_("The Korean texts are binding.")))
    return Section(_("Consents"), tuple(found))


def _facts(text: ConsentText) -> Block:
    kept = ngettext("%(months)d month", "%(months)d months", text.months) % {"months": text.months}
    receiver = f"{text.receiver} ({text.country})" if text.country else str(text.receiver)
    return Facts(
        (
            (
                _("Consent"),
                _("%(title)s (version %(version)d)")
                % {"title": plain(text, "title"), "version": text.version},
            ),
            (_("Items"), plain(text, "items")),
            (_("Kept for"), kept),
            *([(_("Receiver"), receiver)] if text.receiver else []),
            (_("Text (Korean)"), text.body_ko),
            (_("Text (English)"), text.body_en or _("There is no English text.")),
        )
    )
