"""Both languages are complete."""

from __future__ import annotations

from config import catalogs


def test_every_source_string_has_its_korean():
    assert catalogs.missing("ko") == []


def test_the_catalog_holds_no_string_without_a_source():
    assert catalogs.unused("ko") == []


def test_a_missing_sentence_is_found(monkeypatch):
    """Negative control."""
    sentence = (("", "A sentence nobody translated."), "somewhere.py")
    real = catalogs.source_strings
    monkeypatch.setattr(catalogs, "source_strings", lambda: [*real(), sentence])
    assert ("somewhere.py", "A sentence nobody translated.") in catalogs.missing("ko")
