"""Fixed words of a template are looked up once for each language, and nothing else is."""

from __future__ import annotations

import pytest
from django.template import Context, engines
from django.utils import translation

from ground import fixed

WORDS = "{% load i18n %}{% translate 'Save' as save %}{{ save }}|{% translate 'Save' %}|{% translate said %}|{% translate 'Save'|upper %}"


@pytest.fixture
def template():
    made = engines["django"].engine.from_string(WORDS)
    fixed.keep_fixed(made)
    return made


def drawn(template, language: str, said: str) -> str:
    with translation.override(language):
        return template.render(Context({"said": said}))


def test_they_stand_in_the_reader_s_language_each_time(template):
    with translation.override("ko"):
        save = translation.gettext("Save")
    assert save != "Save"
    for _twice in range(2):
        assert drawn(template, "ko", "하나").split("|")[:2] == [save, save]
        assert drawn(template, "en", "one").split("|")[:2] == ["Save", "Save"]


def test_what_hangs_on_the_page_is_looked_up_each_time(template):
    assert drawn(template, "en", "one").split("|")[2:] == ["one", "SAVE"]
    assert drawn(template, "en", "two").split("|")[2:] == ["two", "SAVE"]
    kinds = [type(each) for each in template.nodelist if isinstance(each, fixed.TranslateNode)]
    assert kinds == [fixed.FixedWords, fixed.FixedWords, fixed.TranslateNode, fixed.TranslateNode]


def test_a_percent_sign_stands_once():
    made = engines["django"].engine.from_string("{% load i18n %}{% translate '100%' %}")
    fixed.keep_fixed(made)
    assert [drawn(made, "en", ""), drawn(made, "en", "")] == ["100%", "100%"]


def test_templates_of_pages_are_loaded_so():
    loaded = engines["django"].engine.get_template("base.html")
    assert loaded.nodelist.get_nodes_by_type(fixed.FixedWords)
    assert loaded.nodelist.get_nodes_by_type(fixed.FixedAddress)
