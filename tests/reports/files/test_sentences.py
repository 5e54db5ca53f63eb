"""Every reason is a sentence that tells what to do, in the reader's language, whenever it is read."""

from __future__ import annotations

import json
import pickle
import re
import string
from pathlib import Path

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.template import Context, Engine
from django.utils.translation import override

from reports import files
from reports.files.lines import FileRefused
from reports.files.sentences import TEXTS, say

READERS = Path(files.__path__[0])
SOURCES = "\n".join(
    path.read_text() for path in (*READERS.rglob("*.py"), READERS.parent / "domain" / "reading.py")
)
CALL = re.compile(r'(?:say|FileRefused|CellProblem|MappingWrong)\(\s*"([a-z_]+)"')
CHOICE = re.compile(r'(?:FileRefused|CellProblem)\("([a-z_]+)" if .*? else "([a-z_]+)"', re.DOTALL)


def used() -> set[str]:
    chosen = {code for pair in CHOICE.findall(SOURCES) for code in pair}
    return set(CALL.findall(SOURCES)) | chosen


def test_every_code_has_a_sentence_and_every_sentence_a_use():
    assert used() == set(TEXTS)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("code", TEXTS)
def test_sentences_are_complete_and_calm(code: str, language: str):
    with override(language):
        template = str(TEXTS[code])
        names = {name for _text, name, _spec, _conversion in string.Formatter().parse(template) if name}
        text = str(say(code, **dict.fromkeys(names, "7")))
    assert text.endswith(".")
    assert "!" not in text
    assert "{" not in text
    if language == "en":
        assert text[0].isupper() or text[0].isdigit()


def test_a_sentence_waits_for_its_reader():
    sentence = say("row_sum", sum="11,490", total="11,491")
    assert "11,490" in str(sentence)
    assert json.loads(json.dumps([sentence], cls=DjangoJSONEncoder)) == [str(sentence)]
    named = say("note_unknown_columns", columns="<b>{row}</b>")
    shown = Engine().from_string("{{ sentence }}").render(Context({"sentence": named}))
    assert "&lt;b&gt;{row}&lt;/b&gt;" in shown


def test_an_unknown_code_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        say("no_such_code")


def test_a_refusal_survives_its_way_through_a_queue():
    refused = FileRefused("too_big", size=61, limit=60)
    again = pickle.loads(pickle.dumps(refused))
    assert (again.code, again.sentence) == ("too_big", refused.sentence)
