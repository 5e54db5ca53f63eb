"""All who are asked."""

from __future__ import annotations

from reports.published.asking import Publisher
from reports.published.customs import Customs
from reports.published.exim_bank import EximBank

PUBLISHERS: tuple[type[Publisher], ...] = (EximBank, Customs)


def in_english(source: str) -> str:
    """The name of the sources of a rate in English, or nothing where one of them is no publisher that is asked."""
    names = {each.source: each.source_en for each in PUBLISHERS}
    said = [names.get(each, "") for each in source.split(", ")]
    return ", ".join(said) if all(said) else ""
