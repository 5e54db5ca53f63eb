"""Both languages are complete."""

from __future__ import annotations

import pytest

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


def test_nothing_stands_in_the_catalog_twice(tmp_path, monkeypatch):
    assert catalogs.twice("ko") == []
    catalog = tmp_path / "locale/ko/LC_MESSAGES/django.po"
    catalog.parent.mkdir(parents=True)
    catalog.write_text(
        'msgid "a"\nmsgstr "가"\n\nmsgid "b"\nmsgstr "나"\n\n"c"\nmsgstr ""\n"다"\n\nmsgid "a"\nmsgstr "라"\n\n'
        'msgctxt "x"\nmsgid "a"\nmsgstr "마"\n', "utf-8",
    )  # fmt: skip
    monkeypatch.setattr(catalogs, "BASE_DIR", tmp_path)
    assert catalogs.twice("ko") == ['msgid "a"', 'msgid "b"']


def test_what_is_pressed_has_one_korean_word():
    assert "단추" not in (catalogs.BASE_DIR / "locale/ko/LC_MESSAGES/django.po").read_text("utf-8")


def test_no_word_of_a_template_stands_outside_the_strings():
    assert catalogs.bare_words() == []


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Nobody translated {{ this }}</p>", ["Nobody", "translated"]),
        ("<p>나루</p>", ["나루"]),
        ('<img alt="A boat" src="x.png">', ["boat"]),
        ('<p class="lead">{% translate "Boats" %}{# a note #}</p>', []),
        ("{% blocktranslate trimmed with day=day %}By {{ day }}{% endblocktranslate %}", []),
        ("{% block bodyclass %}{{ block.super }} app-{{ label }}{% endblock %}", []),
        ("<script>let boats = 1;</script><p>{% if a %}{{ a }}{% else %}Without{% endif %}</p>", ["Without"]),
    ],
)
def test_words_outside_the_strings_are_found(template, words):
    """Negative control."""
    assert catalogs.words_of(template) == words
