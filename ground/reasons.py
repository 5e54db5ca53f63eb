"""Reasons that nobody typed (자동 기록 사유): our own fixed sentences. The history keeps them in English, as the reasons that people type are
kept in their words; whoever reads the history reads ours in their language."""

from __future__ import annotations

from django.utils.translation import gettext

_sentences: dict[str, str] = {}


def own(sentence: str, *was: str) -> str:
    """Register a sentence of ours, marked by `gettext_noop` and kept as it stands; `was`: how older rows say the same."""
    _sentences.update(dict.fromkeys((sentence, *was), sentence))
    return sentence


def in_words(kept: str) -> str:
    """What the history kept, for a reader: ours in the language in force, what a person typed as it was typed."""
    return gettext(_sentences[kept]) if kept in _sentences else kept


def known() -> dict[str, str]:
    """All of ours, by what the history may have kept."""
    return dict(_sentences)
